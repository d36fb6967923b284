"""The same input in several languages and on several backends, beside each other."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from tests.cli.lines import on_record, write_short
from tests.cli.process import Result, call, run_on_terminal
from tests.cli.screen import Screen
from tests.servers.openai_server import Body, OpenAIServer, Reply

AB = ("cast", "short", "-l", "en", "-l", "zh", "-m", "one", "-m", "two", "--ledger", "l.db")
TEXTS = {
    ("m1", "en"): "# Heading\n\nA **bold** word of the first one, in English.",
    ("m1", "zh"): "这是第一个模型用中文写的回答，它说得不多，不过意思都在里面了，一看就明白。",
    ("m2", "en"): "",
    ("m2", "zh"): "这是第二个模型用中文写的回答，也很短。",
}
HEADS = ["en · one/m1", "en · two/m2", "zh · one/m1", "zh · two/m2"]


@pytest.fixture(autouse=True)
def service(folder: Path, backends: OpenAIServer) -> OpenAIServer:
    write_short(folder)

    def reply(body: Body) -> Reply:
        language = "zh" if "请缩短" in body["messages"][-1]["content"] else "en"
        return Reply(text=TEXTS[body["model"], language])

    backends.reply = reply
    return backends


def plain(shown: Result) -> list[str]:
    """What is on the screen in the end."""
    screen = Screen(400)
    screen.feed(shown.out.replace("\n", "\r\n"))
    return screen.lines


def place(line: str, text: str) -> int:
    """The column of the terminal that a text begins in."""
    return sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in line[: line.index(text)])


def test_in_a_pipe_they_are_one_under_the_other_with_language_backend_and_verdict(service: OpenAIServer) -> None:
    done = call([*AB, "willows"])
    assert done.code == 0
    assert re.findall(r"^==> (.*) · (\w+) <==$", done.out, re.MULTILINE) == list(
        zip(HEADS, ["works", "broken", "works", "works"], strict=True)
    )
    assert done.out.startswith(f"==> en · one/m1 · works <==\n{TEXTS['m1', 'en']}\n\n==> en · two/m2 · broken <==\n\n")
    assert done.out.endswith(f"==> zh · two/m2 · works <==\n{TEXTS['m2', 'zh']}\n")


def test_every_verdict_is_told_with_the_reason_that_decided(service: OpenAIServer) -> None:
    said = call([*AB, "willows"]).err.splitlines()
    assert said[0] == "en · one/m1: works"
    assert said[1].startswith("en · two/m2: broken (answered: ")
    assert said[2:] == ["zh · one/m1: works", "zh · two/m2: works"]


def test_usage_tells_what_each_took_and_all_of_them(service: OpenAIServer) -> None:
    said = call([*AB, "willows", "-u"]).err.splitlines()
    assert re.fullmatch(r"en · one/m1: works; 18 tokens, 0\.000025 USD, \d+\.\d s", said[0])
    assert said[-1].startswith("4 answers: 44 tokens in, 28 out, ")


def test_json_is_a_line_each_by_language_then_backend(service: OpenAIServer) -> None:
    lines = call([*AB, "willows", "--json"]).lines
    assert [(line["language"], line["backend"]) for line in lines] == [
        ("en", "one/m1"),
        ("en", "two/m2"),
        ("zh", "one/m1"),
        ("zh", "two/m2"),
    ]
    assert {line["input"] for line in lines} == {None}
    assert lines[3]["answer"] == TEXTS["m2", "zh"]


def test_an_error_of_one_backend_loses_no_other_answer(service: OpenAIServer) -> None:
    before = service.reply

    def reply(body: Body) -> Reply:
        assert callable(before)
        return Reply(status=503) if body["model"] == "m2" else before(body)

    service.reply = reply
    done = call([*AB, "willows"])
    assert done.code == 3
    assert re.findall(r"^==> (.*) <==$", done.out, re.MULTILINE) == ["en · one/m1 · works", "zh · one/m1 · works"]
    assert "en: two/m2: HTTP 503" in done.err
    assert "zh: two/m2: HTTP 503" in done.err
    service.reply, asked = before, service.count
    again = call([*AB, "willows", "--resume"])
    assert again.code == 0
    assert service.count == asked + 2
    assert re.findall(r"^==> (.*) · \w+ <==$", again.out, re.MULTILINE) == HEADS


def test_the_same_backend_named_twice_is_asked_once(service: OpenAIServer) -> None:
    done = call(["cast", "short", "willows", "-m", "one", "-m", "one/m1"])
    assert done.out == f"{TEXTS['m1', 'en']}\n"
    assert service.count == 1


def test_over_many_inputs_they_come_input_by_input(service: OpenAIServer) -> None:
    lines = call([*AB, "--each-line", "--json"], stdin="a\nb\nc\n").lines
    assert [(line["input"], line["language"], line["backend"]) for line in lines] == [
        (f"line {number}", language, backend)
        for number in (1, 2, 3)
        for language in ("en", "zh")
        for backend in ("one/m1", "two/m2")
    ]


def test_over_many_inputs_the_verdicts_are_counted_by_variant(service: OpenAIServer) -> None:
    said = call([*AB, "--each-line"], stdin="a\nb\nc\n").err
    assert "en · one/m1: 3 work\n" in said
    assert "en · two/m2: 3 broken\n" in said


def test_lines_and_variants_share_a_heading(service: OpenAIServer) -> None:
    done = call(["cast", "short", "--each-line", "-m", "one", "-m", "two"], stdin="a\nb\n")
    assert re.findall(r"^==> (.*) <==$", done.out, re.MULTILINE) == [
        "line 1 · en · one/m1 · works",
        "line 1 · en · two/m2 · broken",
        "line 2 · en · one/m1 · works",
        "line 2 · en · two/m2 · broken",
    ]


def test_a_line_alone_has_no_name_in_its_headings(service: OpenAIServer) -> None:
    done = call(["cast", "short", "--each-line", "-m", "one", "-m", "two"], stdin="a\n")
    assert re.findall(r"^==> (.*) <==$", done.out, re.MULTILINE) == ["en · one/m1 · works", "en · two/m2 · broken"]


def test_of_variants_those_without_code_are_named_with_their_line(service: OpenAIServer) -> None:
    done = call(["cast", "short", "--each-line", "-x", "-m", "one", "-m", "two"], stdin="a\n")
    assert "no code block in 2 answers: line 1 · en · one/m1, line 1 · en · two/m2\n" in done.err


def test_files_and_variants_share_a_heading(service: OpenAIServer, folder: Path) -> None:
    for name in ("a.md", "b.md"):
        (folder / name).write_text(name, encoding="utf-8")
    done = call(["cast", "short", "a.md", "b.md", "-m", "one", "-m", "two"])
    assert re.findall(r"^==> (.*) <==$", done.out, re.MULTILINE) == [
        "a.md · en · one/m1 · works",
        "a.md · en · two/m2 · broken",
        "b.md · en · one/m1 · works",
        "b.md · en · two/m2 · broken",
    ]


def test_on_a_wide_terminal_they_are_beside_each_other(service: OpenAIServer) -> None:
    shown = run_on_terminal([*AB, "willows"], env={"COLUMNS": "160"})
    lines = plain(shown)
    head = next(number for number, line in enumerate(lines) if HEADS[0] in line)
    assert all(name in lines[head] for name in HEADS)
    starts = [place(lines[head], name) for name in HEADS]
    assert lines[head + 1].split() == ["✓", "works", "✗", "broken", "✓", "works", "✓", "works"]
    assert lines[head + 2].count("18 tokens, 0.000025 USD, ") == 4
    body = next(line for line in lines if "这是第一个模型" in line)
    assert place(body, "这是第一个模型") == starts[2]
    assert place(body, "这是第二个模型") == starts[3]
    assert not [line for line in lines if "**bold**" in line], "Markdown is rendered"
    assert len(on_record()) == 4


def test_chinese_is_broken_between_its_characters(service: OpenAIServer) -> None:
    service.reply = Reply(text="TLDR: " + "林黛玉徒手拔倒了大柳树，" * 6)
    lines = plain(run_on_terminal([*AB, "willows"], env={"COLUMNS": "160"}))
    assert len([line for line in lines if line.count("TLDR: 林黛玉") == 4]) == 1


def test_raw_is_beside_each_other_too_as_it_came(service: OpenAIServer) -> None:
    lines = plain(run_on_terminal([*AB, "willows", "--raw"], env={"COLUMNS": "160"}))
    assert [line for line in lines if "**bold**" in line]


def test_on_a_narrow_terminal_they_are_one_under_the_other(service: OpenAIServer) -> None:
    lines = plain(run_on_terminal([*AB, "willows"], env={"COLUMNS": "100"}))
    assert [line for line in lines if line.startswith("==>")] == [
        "==> en · one/m1 · works <==",
        "==> en · two/m2 · broken <==",
        "==> zh · one/m1 · works <==",
        "==> zh · two/m2 · works <==",
    ]


def test_a_failure_has_its_column(service: OpenAIServer) -> None:
    service.reply = lambda body: Reply(status=503) if body["model"] == "m2" else Reply(text="An answer of some words.")
    args = ["cast", "short", "willows", "-m", "one", "-m", "two"]
    shown = run_on_terminal(args, env={"COLUMNS": "120"})
    assert shown.code == 3
    lines = plain(shown)
    assert [line for line in lines if "An answer of some words." in line and "two/m2: HTTP 503" in line]


def test_what_a_model_writes_controls_no_terminal(service: OpenAIServer) -> None:
    service.reply = Reply(text="An answer\x1b]0;title\x07 with \x1b[2Jtricks in it.")
    for columns in ("160", "60"):
        shown = run_on_terminal([*AB, "willows"], env={"COLUMNS": columns})
        assert "\x1b]0" not in shown.out
        assert "\x1b[2J" not in shown.out
