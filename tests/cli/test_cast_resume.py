"""A cast of many that was interrupted, cut off or failed is gone on with, and nothing is paid for twice."""

from __future__ import annotations

import json
import signal
import threading
from collections import Counter
from pathlib import Path

import pytest

from grimoire.ledger.hold import hold
from tests.cli.lines import MANY, Casting, answering, answers, line_of, lines, on_record, runs, write_short
from tests.cli.process import call, run, shell, wait_until
from tests.servers.openai_server import Body, OpenAIServer, Reply


@pytest.fixture(autouse=True)
def service(folder: Path, backends: OpenAIServer) -> OpenAIServer:
    write_short(folder)
    backends.reply = answering()
    return backends


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


def test_how_to_go_on_is_said_without_a_key_that_was_given(service: OpenAIServer) -> None:
    service.reply = answering(failing=["line 2"])
    failed = call([*MANY, "-O", "api_key=sk-5ecre7", "-O", "top_p=0.5"], stdin=lines(2))
    assert failed.code == 3
    assert "-O 'api_key=…' -O top_p=0.5 --resume" in failed.err
    assert "5ecre7" not in failed.err


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
