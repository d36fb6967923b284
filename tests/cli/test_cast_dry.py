"""What would be sent, in place of an answer: where it goes and in what form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.chains import write_all
from tests.cli.process import call, run
from tests.servers.openai_server import OpenAIServer

SENT = "Write an article in English about: {}\nAudience: beginners. Tone: friendly\n"


@pytest.fixture(autouse=True)
def mine(write_spell: Callable[..., Path], folder: Path) -> None:
    write_spell()
    for name in ("oaks", "elms"):
        (folder / f"{name}.md").write_text(name, encoding="utf-8")


def dry(*args: str, stdin: str = "") -> str:
    shown = call(["cast", *args, "--dry-run"], stdin=stdin)
    assert (shown.code, shown.err) == (0, "")
    return shown.out


def test_what_would_be_sent_goes_to_the_file_whole(folder: Path) -> None:
    assert dry("mine", "oaks", "-o", "sent.txt") == ""
    assert (folder / "sent.txt").read_text(encoding="utf-8") == SENT.format("oaks")
    assert dry("mine", "oaks", "-o", "-") == SENT.format("oaks")


def test_nothing_is_written_where_something_is_missing(folder: Path) -> None:
    (folder / "sent.txt").write_text("before", encoding="utf-8")
    assert call(["cast", "mine", "--dry-run", "-o", "sent.txt"]).code == 2
    assert (folder / "sent.txt").read_text(encoding="utf-8") == "before"


def test_several_inputs_stand_below_their_names() -> None:
    several = dry("mine", "oaks.md", "elms.md")
    assert several == f"==> oaks.md <==\n{SENT.format('oaks')}\n==> elms.md <==\n{SENT.format('elms')}"
    assert dry("mine", "oaks.md") == SENT.format("oaks")
    assert dry("mine", "--each-line", stdin="oaks\nelms\n") == f"{SENT.format('oaks')}\n{SENT.format('elms')}"


def test_several_languages_are_told_apart() -> None:
    heads = [line for line in dry("tldr", "oaks", "-l", "en,zh").splitlines() if line.startswith("==>")]
    assert heads == ["==> en <==", "==> zh <=="]
    heads = [line for line in dry("tldr", "oaks.md", "elms.md", "-l", "en,zh").splitlines() if line.startswith("==>")]
    assert heads == ["==> oaks.md · en <==", "==> oaks.md · zh <==", "==> elms.md · en <==", "==> elms.md · zh <=="]


def test_a_name_of_a_file_draws_nothing(folder: Path) -> None:
    (folder / "a\x1b[31m.md").write_text("x", encoding="utf-8")
    assert "\x1b" not in dry("mine", "a\x1b[31m.md", "oaks.md")


def test_one_question_is_a_document_and_nothing_is_asked() -> None:
    shown = run(["cast", "mine", "oaks", "--dry-run", "--json", "-s", "Be brief.", "-O", "top_p=1", "-O", "api_key=s"])
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.count("\n") > 2
    assert shown.json == {
        "input": None,
        "given": None,
        "spell": "mine",
        "language": "en",
        "backend": None,
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": SENT.format("oaks")},
        ],
        "parameters": {"top_p": 1, "api_key": "…"},
    }


def test_several_questions_are_lines_that_name_their_inputs(folder: Path) -> None:
    files = run(["cast", "mine", "oaks.md", "elms.md", "--dry-run", "--json"]).lines
    assert [(each["input"], each["messages"][-1]["content"]) for each in files] == [
        ("oaks.md", SENT.format("oaks")),
        ("elms.md", SENT.format("elms")),
    ]
    rows = '{"prompt": "oaks"}\n'
    assert run(["cast", "mine", "--each-json", "--dry-run", "--json", "-o", "sent.jsonl"], stdin=rows).out == ""
    (line,) = (folder / "sent.jsonl").read_text(encoding="utf-8").splitlines()
    assert '"given":{"prompt":"oaks"}' in line
    assert '"input":"object 1"' in line


def test_a_chain_shows_its_first_step_in_the_same_forms(folder: Path) -> None:
    write_all(folder)
    shown = call(["cast", "both", "oaks", "--dry-run", "--json", "-o", "sent.json"])
    assert (shown.code, shown.out) == (0, "")
    assert "FIRST of oaks at small in English" in (folder / "sent.json").read_text(encoding="utf-8")
    assert "1/2 first, in en" in shown.err
    heads = [line for line in call(["cast", "both", "oaks.md", "elms.md", "--dry-run"]).out.splitlines() if "=" in line]
    assert heads == ["==> oaks.md <==", "==> elms.md <=="]


@pytest.mark.parametrize(
    ("args", "option"),
    [
        pytest.param(["-x"], "-x", id="code"),
        pytest.param(["--copy"], "--copy", id="copy"),
        pytest.param(["--usage"], "-u", id="usage"),
        pytest.param(["--resume"], "--resume", id="resume"),
    ],
)
def test_what_is_about_an_answer_is_refused(backends: OpenAIServer, args: list[str], option: str) -> None:
    refused = call(["cast", "mine", "oaks", "--dry-run", "-m", "one", *args])
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(f"grimoire: --dry-run and {option} exclude each other\n")
    assert backends.count == 0
