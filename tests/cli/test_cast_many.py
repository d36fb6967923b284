"""Many inputs in one cast: in order, early, apart when they fail, and never paid for twice."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from grimoire.ledger import open_ledger
from grimoire.ledger.hold import hold
from tests.cli.lines import MANY, Casting, answering, line_of, on_record, runs, write_short
from tests.cli.process import call, run, shell, wait_until
from tests.servers.openai_server import Body, OpenAIServer, Reply


@pytest.fixture(autouse=True)
def service(folder: Path, backends: OpenAIServer) -> OpenAIServer:
    write_short(folder)
    backends.reply = answering()
    return backends


def lines(number: int) -> str:
    return "".join(f"line {count}\n" for count in range(1, number + 1))


def answers(number: int) -> str:
    return "".join(f"answer to line {count}\n" for count in range(1, number + 1))


def test_answers_are_in_the_order_of_the_lines_whatever_order_they_come_in(service: OpenAIServer) -> None:
    last = threading.Event()

    def reply(body: Body) -> Reply:
        if line_of(body) == "line 5":
            last.set()
        return Reply(text=f"answer to {line_of(body)}", hold=last if line_of(body) != "line 5" else None)

    service.reply = reply
    done = call([*MANY, "-j", "5"], stdin=lines(5))
    assert (done.code, done.out) == (0, answers(5))
    assert service.peak == 5


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
    assert "no code block in 1 answer" in done.err


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


@pytest.mark.parametrize("output", [pytest.param((), id="standard-output"), pytest.param(("-o", "o.txt"), id="file")])
def test_after_failures_only_those_are_asked_again_and_all_is_handed_over(
    service: OpenAIServer, folder: Path, output: tuple[str, ...]
) -> None:
    service.reply = answering(failing=["line 2", "line 4"])
    assert call([*MANY, *output], stdin=lines(5)).code == 3
    service.reply, before = answering(), service.count
    again = call([*MANY, *output, "--resume"], stdin=lines(5))
    assert again.code == 0
    assert (again.out or (folder / "o.txt").read_text(encoding="utf-8")) == answers(5)
    assert sorted(map(line_of, service.bodies[before:])) == ["line 2", "line 4"]
    assert "3 answers on record already" in again.err
    assert runs()[0].finished


def test_inputs_may_be_added_removed_and_moved_before_it_is_gone_on_with(service: OpenAIServer) -> None:
    service.reply = answering(failing=["d"])
    assert call([*MANY, "--json"], stdin="a\nb\nb\nc\nd\n").code == 3
    service.reply, before = answering(), service.count
    again = call([*MANY, "--json", "--resume"], stdin="new\nd\nb\nb\nb\na\n")
    assert again.code == 0
    assert [line["answer"].removeprefix("answer to ") for line in again.lines] == ["new", "d", "b", "b", "b", "a"]
    assert [line["earlier"] for line in again.lines] == [False, False, True, True, False, True]
    assert sorted(map(line_of, service.bodies[before:])) == ["b", "d", "new"]
    told = again.lines[2]
    assert told["checks"], "what is on record is told whole"
    assert told["usage"]
    assert told["cost"]


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(None, id="nothing"),
        pytest.param("line 1\nline 2\n", id="finished"),
    ],
)
def test_where_nothing_is_left_unfinished_nothing_is_asked(service: OpenAIServer, before: str | None) -> None:
    if before:
        assert call(list(MANY), stdin=before).code == 0
    asked_before = service.count
    done = call([*MANY, "--resume"], stdin=lines(2))
    assert (done.code, done.out) == (2, "")
    assert "no unfinished cast of `short` has an answer to any of these inputs" in done.err
    assert "leave --resume out" in done.err
    assert service.count == asked_before


def test_of_several_unfinished_casts_the_one_with_these_inputs_is_gone_on_with(service: OpenAIServer) -> None:
    service.reply = answering(failing=["b", "y"])
    assert call(list(MANY), stdin="a\nb\n").code == 3
    assert call(list(MANY), stdin="x\ny\n").code == 3
    service.reply, before = answering(), service.count
    assert call([*MANY, "--resume"], stdin="a\nb\n").out == "answer to a\nanswer to b\n"
    assert [line_of(body) for body in service.bodies[before:]] == ["b"]
    newer, older = runs()
    assert (bool(newer.finished), bool(older.finished)) == (False, True)


def test_one_that_was_killed_before_any_answer_is_gone_on_with(service: OpenAIServer) -> None:
    event = threading.Event()
    service.reply = answering(held=["line 1", "line 2"], until=event)
    with Casting(given=lines(2)) as casting:
        wait_until(lambda: service.count == 2)
        casting.signal(signal.SIGKILL)
        casting.end()
    event.set()
    again = call([*MANY, "--resume"], stdin=lines(2))
    assert (again.code, again.out) == (0, answers(2))
    (only,) = runs()
    assert only.finished


def test_a_cast_under_way_elsewhere_is_not_gone_on_with(service: OpenAIServer, folder: Path) -> None:
    service.reply = answering(failing=["line 2"])
    assert call(list(MANY), stdin=lines(2)).code == 3
    (cast,) = runs()
    with hold(folder / "l.db", cast):
        done = run([*MANY, "--resume"], stdin=lines(2))
    assert done.code == 2
    assert f"the cast {cast.id} is under way in another process" in done.err


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_waits_for_what_is_paid_for_and_says_how_to_go_on(
    service: OpenAIServer, how: signal.Signals
) -> None:
    event = threading.Event()
    held = [f"line {number}" for number in (2, 4)]
    service.reply = answering(held=held, until=event)
    with Casting("-j", "2", given=lines(30)) as casting:
        wait_until(lambda: {*held} <= {line_of(body) for body in service.bodies})
        casting.signal(how)
        casting.until_it_waits()
        event.set()
        code, out, err = casting.end()
    recorded = on_record()
    assert code == 130
    assert len(recorded) == service.count < 30
    assert out == answers(service.count), "what is there is handed over"
    assert f"interrupted: {service.count} of 30 answers" in err
    assert "go on, with the same input: grimoire cast short --each-line" in err
    assert "--resume" in err
    before = service.count
    again = call([*MANY, "--resume"], stdin=lines(30))
    assert (again.code, again.out) == (0, answers(30))
    assert service.count == 30
    assert before < 30


def test_interrupted_what_came_after_a_gap_is_handed_over_too(service: OpenAIServer) -> None:
    event = threading.Event()

    def reply(body: Body) -> Reply:
        return Reply(text=f"answer to {line_of(body)}", hold=event if body["model"] == "m2" else None)

    service.reply = reply
    with Casting("-j", "1", "-m", "two", "--json", given=lines(400)) as casting:
        wait_until(lambda: [line_of(body) for body in service.bodies if body["model"] == "m1"][-1:] >= ["line 4"])
        casting.signal(signal.SIGINT)
        casting.until_it_waits()
        event.set()
        code, out, _ = casting.end()
    assert code == 130
    told = [(json.loads(line)["input"], json.loads(line)["backend"]) for line in out.splitlines()]
    assert told[:4] == [("line 1", "one/m1"), ("line 1", "two/m2"), ("line 2", "one/m1"), ("line 3", "one/m1")]
    assert len(told) == service.count == len(on_record())


@pytest.mark.parametrize(
    ("how", "code"), [pytest.param(signal.SIGINT, 130, id="ctrl-c-twice"), pytest.param(signal.SIGKILL, -9, id="kill")]
)
def test_cut_off_only_what_was_in_flight_is_asked_again(service: OpenAIServer, how: signal.Signals, code: int) -> None:
    event = threading.Event()
    held = [f"line {number}" for number in range(11, 31)]
    service.reply = answering(held=held, until=event)
    with Casting("-j", "4", given=lines(30)) as casting:
        wait_until(lambda: service.count == 14)
        casting.signal(how)
        if how != signal.SIGKILL:
            casting.until_it_waits()
            casting.signal(how)
        returned, _, err = casting.end()
    event.set()
    assert returned == code
    assert "Traceback" not in err
    known = {entry.text for entry in on_record()}
    again = call([*MANY, "--resume"], stdin=lines(30))
    assert (again.code, again.out) == (0, answers(30))
    times = Counter(line_of(body) for body in service.bodies)
    assert len(times) == 30
    assert {times[line] for line in known} <= {1}
    assert sum(times.values()) - 30 <= 4 + (10 - len(known))


def test_interrupted_an_output_file_stays_as_it_was(service: OpenAIServer, folder: Path) -> None:
    (folder / "all.txt").write_text("before", encoding="utf-8")
    event = threading.Event()
    service.reply = answering(held=["line 2"], until=event)
    with Casting("-j", "1", "-o", "all.txt", given=lines(9)) as casting:
        wait_until(lambda: service.count == 2)
        casting.signal(signal.SIGINT)
        casting.until_it_waits()
        event.set()
        code, out, err = casting.end()
    assert (code, out) == (130, "")
    assert (folder / "all.txt").read_text(encoding="utf-8") == "before"
    assert "all.txt is not written" in err


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


@pytest.mark.parametrize("number", [2, 400])
def test_where_standard_output_takes_nothing_that_is_told_and_how_to_go_on(service: OpenAIServer, number: int) -> None:
    Path("given.txt").write_text(lines(number), encoding="utf-8")
    done = shell("grimoire cast short --each-line -m one -j 2 --ledger l.db < given.txt > /dev/full")
    assert done.code == 2
    assert "cannot write to standard output: No space left on device" in done.err
    assert "go on, with the same input: grimoire cast short" in done.err
    paid = service.count
    assert paid < 400
    assert call([*MANY, "--resume"], stdin=lines(number)).out == answers(number)
    assert service.count == number, "nothing was asked again"


def test_where_a_file_cannot_be_written_in_the_end_nothing_is_lost(service: OpenAIServer, folder: Path) -> None:
    def reply(body: Body) -> Reply:
        (folder / "all.txt").mkdir(exist_ok=True)
        return Reply(text=f"answer to {line_of(body)}")

    service.reply = reply
    done = call([*MANY, "-o", "all.txt"], stdin=lines(3))
    assert done.code == 2
    assert "cannot write all.txt" in done.err
    assert "--resume" in done.err
    assert call([*MANY, "--resume", "-o", "other.txt"], stdin=lines(3)).code == 0
    assert (folder / "other.txt").read_text(encoding="utf-8") == answers(3)
    assert service.count == 3


def test_without_a_record_there_is_nothing_to_go_on_with(service: OpenAIServer, folder: Path) -> None:
    service.reply = answering(failing=["line 2"])
    done = call(["cast", "short", "--each-line", "-m", "one", "--no-log"], stdin=lines(3))
    assert (done.code, done.out) == (3, "answer to line 1\nanswer to line 3\n")
    assert "--resume" not in done.err
    assert "--no-log" in done.err


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
