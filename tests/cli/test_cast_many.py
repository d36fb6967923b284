"""Many inputs in one cast: in order, early, apart when they fail, and never paid for twice."""

from __future__ import annotations

import os
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from grimoire.ledger import open_ledger
from tests.cli.lines import MANY, Casting, answering, answers, line_of, lines, on_record, runs, write_short
from tests.cli.process import call, run, shell
from tests.servers.openai_server import Body, OpenAIServer, Reply


@pytest.fixture(autouse=True)
def service(folder: Path, backends: OpenAIServer) -> OpenAIServer:
    write_short(folder)
    backends.reply = answering()
    return backends


def test_answers_are_in_the_order_of_the_lines_whatever_order_they_come_in(service: OpenAIServer) -> None:
    all_under_way = threading.Event()

    def reply(body: Body) -> Reply:
        if service.count == 5:
            all_under_way.set()
        held = line_of(body) in {"line 1", "line 3"}
        return Reply(text=f"answer to {line_of(body)}", hold=all_under_way if held else None)

    service.reply = reply
    done = call([*MANY, "-j", "3"], stdin=lines(5))
    assert (done.code, done.out) == (0, answers(5))


def test_no_more_are_under_way_at_once_than_jobs_says(service: OpenAIServer) -> None:
    assert call([*MANY, "-j", "3"], stdin=lines(40)).out == answers(40)
    assert service.peak <= 3


def test_an_answer_reaches_the_reader_when_all_before_it_are_in(service: OpenAIServer) -> None:
    event = threading.Event()
    service.reply = answering(held=["line 3"], until=event)
    with Casting("-j", "4", given=lines(4)) as casting:
        assert casting.process.stdout
        early = [casting.process.stdout.readline() for _ in range(2)]
        assert early == [b"answer to line 1\n", b"answer to line 2\n"]
        event.set()
        assert casting.end()[:2] == (0, "answer to line 3\nanswer to line 4\n")


def test_nothing_but_the_answers_is_on_standard_output_each_with_a_line_end(service: OpenAIServer) -> None:
    texts = {"line 1": "no end", "line 2": "an end\n", "line 3": "two\nlines\n\n", "line 4": "# 标题 \x1b[1m"}
    service.reply = lambda body: Reply(text=texts[line_of(body)])
    done = run(list(MANY), stdin=lines(4))
    assert (done.code, done.out) == (0, "no end\nan end\ntwo\nlines\n\n# 标题 \x1b[1m\n")


def test_files_have_headings_as_head_gives_them(service: OpenAIServer, folder: Path) -> None:
    for name in ("b.md", "a.md", "c.md"):
        (folder / name).write_text(f"the {name}", encoding="utf-8")
    done = call(["cast", "short", "b.md", "a.md", "c.md", "-m", "one"])
    assert done.out == (
        "==> b.md <==\nanswer to the b.md\n\n==> a.md <==\nanswer to the a.md\n\n==> c.md <==\nanswer to the c.md\n"
    )


def test_of_files_those_that_fail_are_told_apart_and_the_rest_is_handed_over(
    service: OpenAIServer, folder: Path
) -> None:
    for name in ("a.md", "b.md", "c.md"):
        (folder / name).write_text(f"the {name}", encoding="utf-8")
    service.reply = answering(failing=["the b.md"])
    done = call(["cast", "short", "a.md", "b.md", "c.md", "-m", "one", "--ledger", "l.db"])
    assert (done.code, done.out) == (
        3,
        "==> a.md <==\nanswer to the a.md\n\n==> c.md <==\nanswer to the c.md\n",
    )
    assert "b.md: one/m1: HTTP 500" in done.err
    assert "2 of 3 answers, 1 failed" in done.err
    assert "--resume" in done.err


def test_json_is_a_line_an_input_for_failures_too(service: OpenAIServer) -> None:
    service.reply = answering(failing=["b"])
    given = '{"prompt": "a", "x": 1}\n{"prompt": "b"}\n{"prompt": "c"}\n'
    done = call(["cast", "short", "--each-json", "--json", "-m", "one", "--ledger", "l.db"], stdin=given)
    assert done.code == 3
    first, second, third = done.lines
    (cast,) = runs()
    assert [line["input"] for line in done.lines] == ["object 1", "object 2", "object 3"]
    assert first["given"] == {"prompt": "a", "x": 1}
    assert (first["answer"], first["error"], first["run"]) == ("answer to a", None, cast.id)
    assert (second["answer"], second["verdict"]) == (None, "error")
    assert "HTTP 500" in second["error"]
    assert third["answer"] == "answer to c"
    assert len({line["id"] for line in done.lines}) == 3


def test_json_of_one_file_is_what_it_would_be_of_many(service: OpenAIServer, folder: Path) -> None:
    (folder / "a.md").write_text("the file", encoding="utf-8")
    done = call(["cast", "short", "a.md", "--json", "-m", "one"])
    (line,) = done.lines
    assert (line["input"], line["answer"]) == ("a.md", "answer to the file")


def test_of_many_failures_alike_some_are_told_and_the_others_named(service: OpenAIServer) -> None:
    failing = [f"line {number}" for number in range(1, 40, 5)]
    service.reply = answering(failing=failing)
    done = call([*MANY, "-j", "1"], stdin=lines(40))
    assert done.code == 3
    assert done.err.count("one/m1: HTTP 500") == 6
    assert "3 more failures like it: line 26, line 31, line 36: one/m1: HTTP 500" in done.err


def test_two_equal_lines_get_an_answer_each(service: OpenAIServer) -> None:
    numbers = iter(range(1, 9))
    service.reply = lambda body: Reply(text=f"{line_of(body)} {next(numbers)}")
    done = call([*MANY, "-j", "1"], stdin="same\nother\nsame\nsame\n")
    assert done.out == "same 1\nother 2\nsame 3\nsame 4\n"
    assert Counter(entry.sample for entry in on_record()) == {1: 2, 2: 1, 3: 1}


def test_no_answer_counts_in_a_standing(service: OpenAIServer) -> None:
    assert call(list(MANY), stdin=lines(3)).code == 0
    with open_ledger(Path("l.db"), read_only=True) as ledger:
        assert list(ledger.judged()) == []


def test_of_each_the_last_code_block_alone(service: OpenAIServer) -> None:
    texts = {
        "line 1": "First:\n\n```python\nfirst = 1\n```\n\nand then:\n\n```python\nlast = 1\n```\nThat is all.",
        "line 2": "No code in here.",
        "line 3": "```\nthird\n```",
    }
    service.reply = lambda body: Reply(text=texts[line_of(body)])
    done = call([*MANY, "-x"], stdin=lines(3))
    assert (done.code, done.out) == (1, "last = 1\nthird\n")
    assert "no code block in 1 answer: line 2\n" in done.err


@pytest.mark.parametrize(
    ("many", "said"),
    [
        pytest.param(3, "no code block in 3 answers: line 1, line 2, line 3\n", id="all by name"),
        pytest.param(5, "no code block in 5 answers: line 1, line 2, line 3 and 2 more\n", id="more than are named"),
    ],
)
def test_answers_without_code_are_named_but_not_all_of_many(many: int, said: str) -> None:
    done = call([*MANY, "-x"], stdin=lines(many))
    assert (done.code, done.out) == (1, "")
    assert said in done.err


def test_what_does_not_work_is_told_and_counted(service: OpenAIServer) -> None:
    service.reply = lambda body: Reply(text="" if line_of(body) == "line 2" else "A good short answer to it.")
    done = call(list(MANY), stdin=lines(3))
    assert "line 2: broken (" in done.err
    assert "verdicts: 2 work, 1 broken" in done.err


def test_usage_is_that_of_all_of_them(service: OpenAIServer) -> None:
    done = call([*MANY, "-u"], stdin=lines(3))
    assert "3 answers: 33 tokens in, 21 out" in done.err
    assert "0.000075 USD" in done.err


def test_a_file_gets_all_of_it_at_once(service: OpenAIServer, folder: Path) -> None:
    done = call([*MANY, "-o", "out/all.txt"], stdin=lines(3))
    assert (done.code, done.out) == (0, "")
    assert (folder / "out" / "all.txt").read_text(encoding="utf-8") == answers(3)


def test_an_output_file_has_what_came_though_some_failed(service: OpenAIServer, folder: Path) -> None:
    service.reply = answering(failing=["line 2"])
    done = call([*MANY, "-o", "all.txt"], stdin=lines(3))
    assert done.code == 3
    assert (folder / "all.txt").read_text(encoding="utf-8") == "answer to line 1\nanswer to line 3\n"


@pytest.mark.parametrize(
    ("option", "reply", "code"),
    [
        pytest.param("--raw", Reply(status=400), 3, id="all failed"),
        pytest.param("-x", Reply(text="No code in here."), 1, id="no code"),
    ],
)
def test_an_output_file_that_would_be_empty_stays_as_it_was(
    service: OpenAIServer, folder: Path, option: str, reply: Reply, code: int
) -> None:
    (folder / "all.txt").write_text("before", encoding="utf-8")
    service.reply = reply
    done = call([*MANY, option, "-o", "all.txt"], stdin=lines(2))
    assert (done.code, (folder / "all.txt").read_text(encoding="utf-8")) == (code, "before")
    assert "nothing for all.txt, which stays as it was" in done.err


def test_a_file_whose_name_is_not_utf8_is_an_input_like_any_other(service: OpenAIServer, folder: Path) -> None:
    for name in (os.fsdecode(b"\xff.md"), "b.md"):
        (folder / name).write_text("line 1\n", encoding="utf-8")
    done = run(["cast", "short", os.fsdecode(b"\xff.md"), "b.md", "-m", "one", "--json"])
    assert (done.code, [each["input"] for each in done.lines]) == (0, ["?.md", "b.md"])
    each = run(["cast", "short", "--each-line", os.fsdecode(b"\xff.md"), "-m", "one", "--json"])
    assert (each.code, [one["input"] for one in each.lines]) == (0, ["?.md:1"])


@pytest.mark.parametrize(
    ("output", "shown"), [pytest.param((), answers(3), id="too"), pytest.param(("-o", "f"), "", id="file")]
)
def test_the_clipboard_gets_all_of_it(service: OpenAIServer, folder: Path, output: tuple[str, ...], shown: str) -> None:
    tool = folder / "bin" / "pbcopy"
    tool.parent.mkdir()
    tool.write_text(f"#!/bin/sh\nexec cat > {folder / 'copied'}\n", encoding="utf-8")
    tool.chmod(0o755)
    done = call([*MANY, "--copy", *output], stdin=lines(3), env={"PATH": f"{tool.parent}:{os.environ['PATH']}"})
    assert (done.code, done.out, done.err) == (0, shown, "")
    assert (folder / "copied").read_text(encoding="utf-8") == answers(3).rstrip("\n")


def test_whoever_reads_but_the_first_line_ends_it(service: OpenAIServer) -> None:
    event = threading.Event()
    service.reply = answering(held=[f"line {number}" for number in range(3, 400)], until=event)
    with Casting("-j", "2", given=lines(400)) as casting:
        assert casting.process.stdout
        assert casting.process.stdout.readline() == b"answer to line 1\n"
        casting.process.stdout.close()
        casting.process.stdout = None
        event.set()
        code, _, err = casting.end()
    assert code == 0
    assert "nobody reads its output any more" in err
    assert service.count < 400
    assert len(on_record()) == service.count


def test_it_ends_a_pipeline(service: OpenAIServer) -> None:
    done = shell("seq 3 | sed 's/^/line /' | grimoire cast short --each-line -m one | wc -l")
    assert (done.code, done.out.strip()) == (0, "3")


def test_a_backend_that_only_fails_is_given_up(service: OpenAIServer) -> None:
    service.reply = Reply(status=401)
    done = call(list(MANY), stdin=lines(200))
    assert (done.code, done.out) == (3, "")
    assert service.count < 40
    assert "given up" in done.err
    assert len(done.err.splitlines()) < 30


def test_nothing_is_sent_when_an_output_cannot_be_written(service: OpenAIServer, folder: Path) -> None:
    (folder / "there").mkdir()
    done = call([*MANY, "-o", "there"], stdin=lines(3))
    assert done.code == 2
    assert service.count == 0


def test_what_the_ledger_does_not_take_is_saved(service: OpenAIServer, folder: Path) -> None:
    seen: list[Any] = []

    def reply(body: Body) -> Reply:
        seen.append(body)
        if len(seen) == 3:
            (folder / "l.db").chmod(0o400)
            import sqlite3

            with sqlite3.connect(folder / "l.db") as connection:
                connection.execute("DROP TRIGGER answers_update_refused")
                connection.execute("ALTER TABLE answers RENAME TO gone")
        return Reply(text=f"answer to {line_of(body)}")

    service.reply = reply
    done = call([*MANY, "-j", "1"], stdin=lines(9))
    assert done.code not in {0, 4}
    assert done.out == answers(2)
    assert "--take-in" in done.err
    assert len(seen) < 9
