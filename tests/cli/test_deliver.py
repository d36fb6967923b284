from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from grimoire.cli.deliver import Code, Delivery, last_code, output_file
from grimoire.errors import UsageError
from tests.cli.conftest import GOOD
from tests.cli.process import call, run
from tests.servers.openai_server import OpenAIServer, Reply

CAST = ["cast", "mine", "willow trees", "-m", "one"]
CODED = f"{GOOD}\n\n```sh\nls\n```\n\nOr:\n\n```python\nprint('willow')\n```\n\nThat is all.\n"


@pytest.fixture(autouse=True)
def mine(write_spell: Callable[..., Path], backends: OpenAIServer) -> Path:
    return write_spell()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("```\na\n```\n\n~~~\nb\n~~~\n", Code("b\n"), id="the last one"),
        pytest.param("````md\n```\nx\n```\n````\n", Code("```\nx\n```\n"), id="shorter fences are its content"),
        pytest.param("~~~\n```\n~~~\n", Code("```\n"), id="fences of the other kind too"),
        pytest.param("1. a\n\n   ```py\n   if x:\n       y\n   ```\n", Code("if x:\n    y\n"), id="in a list"),
        pytest.param("> ```\n> a\n> ```\n", Code("a\n"), id="in a quotation"),
        pytest.param("<div>\n```\na\n```\n</div>", Code("a\n"), id="in HTML"),
        pytest.param("```py\na = 1\nb =", Code("a = 1\nb =", closed=False), id="cut off"),
        pytest.param("```py\na = '```'\n``", Code("a = '```'\n``", closed=False), id="cut off in its last line"),
        pytest.param("```\na\n```", Code("a\n"), id="no line after it"),
        pytest.param("```\n\n  a\n\n```\n", Code("\n  a\n\n"), id="white space is content"),
        pytest.param("```\n```", Code(""), id="empty"),
        pytest.param("no `code` ```here```", None, id="none"),
        pytest.param("    indented", None, id="indented only"),
        pytest.param("", None, id="empty answer"),
    ],
)
def test_last_code(text: str, code: Code | None) -> None:
    assert last_code(text) == code


@pytest.mark.parametrize("name", ["a.txt", "a b.txt", "./a=b", "dir/a=b", "-x=y", "林=1", "1=2"])
def test_a_file_is_a_file(name: str) -> None:
    assert output_file(name) == Path(name)


@pytest.mark.parametrize("text", ["temperature=0.2", "max_tokens=", "top_p=./a"])
def test_a_parameter_for_the_model_is_no_file(text: str) -> None:
    refused = call([*CAST, "-o", text])
    assert (refused.code, refused.out) == (2, "")
    assert f"a parameter for the model is -O {text}" in refused.err
    assert f"-o ./{text}" in refused.err


def test_a_dash_is_standard_output() -> None:
    assert output_file("-") is None
    assert call([*CAST, "-o", "-"]).out == f"{GOOD}\n"


@pytest.mark.parametrize("text", [GOOD, f"{GOOD}\n", f"{GOOD}\r\n\x1b[31m柳\n\n"], ids=["none", "one", "two"])
def test_a_file_has_what_a_pipe_has(backends: OpenAIServer, folder: Path, text: str) -> None:
    backends.reply = Reply(text=text)
    piped = run(CAST)
    written = run([*CAST, "-o", "new/answer.md"])
    assert (written.code, written.out) == (0, "")
    assert (folder / "new" / "answer.md").read_bytes() == piped.out.encode()
    assert piped.out == (text if text.endswith("\n") else f"{text}\n")


def test_a_file_that_is_there_is_replaced_and_keeps_its_mode(folder: Path) -> None:
    file, link = folder / "answer.md", folder / "link.md"
    file.write_text("old " * 1000, encoding="utf-8")
    file.chmod(0o640)
    link.symlink_to("answer.md")
    assert call([*CAST, "-o", "link.md"]).code == 0
    assert (file.read_text(encoding="utf-8"), file.stat().st_mode & 0o777) == (f"{GOOD}\n", 0o640)
    assert link.is_symlink()
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_a_file_stays_as_it_was_where_no_answer_comes(backends: OpenAIServer, folder: Path) -> None:
    (folder / "answer.md").write_text("old", encoding="utf-8")
    backends.reply = Reply(status=500)
    assert call([*CAST, "-o", "answer.md"]).code == 3
    assert (folder / "answer.md").read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(["-o", "spells"], "cannot write spells: it is a folder", id="folder"),
        pytest.param(["-o", "grimoire.yaml/x/y"], "grimoire.yaml is no folder", id="in a file"),
        pytest.param(["-o", "/dev/null/x"], "cannot write /dev/null/x: /dev/null is no folder", id="in a device"),
        pytest.param(["-o", ""], "-o names no file", id="no name"),
        pytest.param(["--json", "-x"], "--json and -x exclude each other", id="json and code"),
        pytest.param(["--json", "--raw"], "--json and --raw exclude each other", id="json and raw"),
    ],
)
def test_what_cannot_be_is_refused_before_it_costs_anything(backends: OpenAIServer, args: list[str], said: str) -> None:
    refused = call([*CAST, *args])
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err
    assert backends.count == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_file_that_may_not_be_written_is_refused_before_it_costs_anything(
    backends: OpenAIServer, folder: Path
) -> None:
    (folder / "answer.md").touch(mode=0o444)
    (folder / "closed").mkdir(mode=0o555)
    for name in ("answer.md", "closed/answer.md"):
        with pytest.raises(UsageError, match="permission denied"):
            Delivery(file=Path(name)).checked()


def test_json_goes_to_the_file_too(folder: Path) -> None:
    shown = call([*CAST, "--json"])
    assert call([*CAST, "--json", "-o", "a.json"]).out == ""
    written = (folder / "a.json").read_text(encoding="utf-8")
    assert '"answer": "The willow' in written
    assert {"run", "input", "given", "answer", "error"} <= set(shown.json)
    assert (shown.json["input"], shown.json["given"]) == (None, None)


@pytest.mark.parametrize("args", [[], ["-o", "code.py"]], ids=["piped", "file"])
def test_the_last_code_block_alone(backends: OpenAIServer, folder: Path, args: list[str]) -> None:
    backends.reply = Reply(text=CODED)
    done = call([*CAST, "-x", *args])
    got = (folder / "code.py").read_text(encoding="utf-8") if args else done.out
    assert (done.code, got) == (0, "print('willow')\n")
    assert done.out == ("" if args else "print('willow')\n")


def test_no_code_block_is_nothing_a_note_and_1(folder: Path) -> None:
    done = call([*CAST, "-x", "-o", "code.py"])
    assert (done.code, done.out) == (1, "")
    assert "there is no code block in the answer" in done.err
    assert not (folder / "code.py").exists()


def test_a_code_block_without_an_end_is_taken_with_a_note(backends: OpenAIServer) -> None:
    backends.reply = Reply(text="```python\nprint('willow')\nprint(")
    done = call([*CAST, "-x"])
    assert (done.code, done.out) == (0, "print('willow')\nprint(\n")
    assert "the code block has no end" in done.err


def test_usage_of_json_too_and_a_question_mark_for_what_nobody_counted(backends: OpenAIServer) -> None:
    backends.reply = Reply(text=GOOD, usage=None)
    assert "? tokens in, ? out" in call([*CAST, "-u"]).err
    counted = call([*CAST, "-u", "--json"])
    assert counted.json["usage"] == {"prompt_tokens": None, "completion_tokens": None}
    assert "? tokens in, ? out" in counted.err


def test_usage_of_a_continued_answer_is_that_of_all_its_parts(backends: OpenAIServer) -> None:
    parts = iter([Reply(text=GOOD[:50], finish_reason="length"), Reply(text=GOOD[50:])])
    backends.reply = lambda _: next(parts)
    assert "22 tokens in, 14 out" in call([*CAST, "-u"]).err


def test_what_came_before_a_continuation_failed_is_on_record(backends: OpenAIServer) -> None:
    parts = iter([Reply(text=GOOD[:50], finish_reason="length"), Reply(status=500)])
    backends.reply = lambda _: next(parts)
    failed = call(CAST)
    assert (failed.code, failed.out) == (3, "")
    assert "broken off, on record (grimoire log)" in failed.err
    (entry,) = call(["history", "mine", "--json"]).json
    assert (entry["error"], entry["answer"]) == ("fault", GOOD[:50])
    assert entry["usage"] == {"prompt_tokens": 11, "completion_tokens": 7}
