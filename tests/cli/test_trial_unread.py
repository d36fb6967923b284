"""Whoever reads a trial's output may stand still or go: asking and recording go on, and a signal is obeyed."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import select
import signal
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from grimoire.cli.progress import PULSE
from grimoire.ledger import open_ledger
from tests.cli.conftest import GOOD
from tests.cli.process import COMMAND, HEEDING, PATIENCE, call, environment, wait_until
from tests.servers.openai_server import Body, OpenAIServer, Reply

CASES = 100
LONG = GOOD * 40  # 100 of them are far more than a pipe holds
TRIAL = ("trial", "mine", "-l", "en", "-m", "one", "-n", "1", "--yes", "--fail-on", "never", "--ledger", "l.db")


@pytest.fixture(autouse=True)
def _cases(backends: OpenAIServer, write_spell: Callable[..., Path]) -> None:
    path = write_spell()
    one = "  - {id: willow, prompt: willow trees, answer_in: en}\n"
    many = "".join(f"  - {{id: c{n:03d}, prompt: willow trees {n:03d}, answer_in: en}}\n" for n in range(CASES))
    path.write_text(path.read_text(encoding="utf-8").replace(one, many), encoding="utf-8")
    backends.reply = Reply(text=LONG)


@contextlib.contextmanager
def trial(
    stdout: int | IO[bytes], stderr: int, *more: str, env: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [*HEEDING, *COMMAND, *TRIAL, *more],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        env=environment(env),
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()


def recorded() -> int:
    ledger = open_ledger(Path("l.db"), read_only=True)
    try:
        return sum(1 for run in ledger.runs() for _ in ledger.answered(run))
    finally:
        ledger.close()


def pending(process: int) -> int:
    """Signals that were sent to a process and did not get there yet, as bits."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(dict(line.split(":", 1) for line in status.splitlines())["ShdPnd"], 16)


def until_shown(terminal: int, words: bytes) -> None:
    shown = b""
    while words not in shown:
        assert select.select([terminal], [], [], PATIENCE)[0], shown
        shown += os.read(terminal, 65536)


def until_said(process: subprocess.Popen[bytes], words: bytes) -> bytes:
    assert process.stderr is not None
    said = b""
    while words not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    return said


def test_all_is_asked_and_recorded_while_nobody_reads_and_then_all_is_read(backends: OpenAIServer) -> None:
    with trial(subprocess.PIPE, subprocess.PIPE, "--json") as process:
        wait_until(lambda: backends.count == CASES == recorded())
        until_said(process, b"waiting for whoever reads standard output")
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    lines = [json.loads(line) for line in out.decode().splitlines()]
    assert len(lines) == len({line["case"] for line in lines}) == CASES
    assert [line["id"] for line in lines] == sorted(line["id"] for line in lines)
    assert {line["answer"] for line in lines} == {LONG}
    assert f"{CASES} answers: ".encode() in err


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_when_all_is_recorded_one_signal_ends_the_wait(how: signal.Signals) -> None:
    with trial(subprocess.PIPE, subprocess.PIPE, "--json") as process:
        until_said(process, b"waiting for whoever reads standard output")
        assert recorded() == CASES
        os.kill(process.pid, how)
        assert process.wait(PATIENCE) == 130
        assert process.stderr is not None
        err = process.stderr.read()
    assert b"grimoire trial --resume" in err
    assert b"Traceback" not in err
    assert b"Fatal" not in err
    again = call(["trial", "--resume", "--yes", "--json", "--fail-on", "never", "--ledger", "l.db"])
    assert (again.code, len(again.lines)) == (0, CASES), again.err
    assert recorded() == CASES


def held_after(backends: OpenAIServer, count: int) -> threading.Event:
    event = threading.Event()

    def reply(_: Body) -> Reply:
        return Reply(text=LONG, hold=event if backends.count > count else None)

    backends.reply = reply
    return event


def test_while_nobody_reads_the_first_signal_waits_for_what_is_paid_for(backends: OpenAIServer) -> None:
    event = held_after(backends, 60)
    with trial(subprocess.PIPE, subprocess.PIPE, "--json", "-j", "4") as process:
        wait_until(lambda: backends.count == 64)
        os.kill(process.pid, signal.SIGINT)
        until_said(process, b"waiting for 4 answers under way")
        event.set()
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert b"stopped: interrupted" in err
    assert len(out.splitlines()) == 64 == recorded() == backends.count


def test_while_nobody_reads_the_second_signal_cuts(backends: OpenAIServer) -> None:
    event = held_after(backends, 60)
    with trial(subprocess.PIPE, subprocess.PIPE, "--json", "-j", "4") as process:
        wait_until(lambda: backends.count == 64 and recorded() == 60)
        os.kill(process.pid, signal.SIGINT)
        until_said(process, b"waiting for 4 answers under way")
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(PATIENCE) == 130
        assert process.stderr is not None
        assert b"cut off: what was answered is recorded" in process.stderr.read()
    event.set()
    assert (recorded(), backends.count) == (60, 64)


def test_a_reader_that_goes_ends_it_as_a_person_would(backends: OpenAIServer) -> None:
    event = held_after(backends, 60)
    with trial(subprocess.PIPE, subprocess.PIPE, "--json", "-j", "4") as process:
        wait_until(lambda: backends.count == 64 and recorded() == 60)
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None
        event.set()
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 3
    assert b"stopped: nobody reads its output any more" in err
    assert 64 <= recorded() == backends.count < CASES


def test_a_reader_that_goes_when_all_is_recorded_stops_nothing() -> None:
    with trial(subprocess.PIPE, subprocess.PIPE, "--json") as process:
        until_said(process, b"waiting for whoever reads standard output")
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert f"{CASES} answers: ".encode() in err


@pytest.mark.parametrize("more", [(), ("--max-calls", "1")], ids=["many", "found in the end"])
def test_a_full_disk_under_standard_output_is_one_line(more: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full, trial(full, subprocess.PIPE, "--json", *more) as process:
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert err.splitlines()[-1] == b"grimoire: cannot write to standard output: No space left on device"
    assert recorded() >= 1


def test_a_pipe_that_does_not_block_is_waited_for(backends: OpenAIServer) -> None:
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    with trial(theirs, subprocess.DEVNULL, "--json") as process, os.fdopen(ours, "rb") as reader:
        os.close(theirs)
        wait_until(lambda: backends.count == CASES == recorded())
        assert len(reader.read().splitlines()) == CASES
        assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    "encoding", [pytest.param("utf-16", id="begins once"), pytest.param("ascii", id="lacks characters")]
)
def test_lines_are_in_the_encoding_of_standard_output(backends: OpenAIServer, encoding: str) -> None:
    backends.reply = Reply(text=f"{GOOD} 柳")
    with trial(subprocess.PIPE, subprocess.DEVNULL, "--json", env={"PYTHONIOENCODING": encoding}) as process:
        out, _ = process.communicate(timeout=PATIENCE)
    last = "柳" if encoding == "utf-16" else "?"
    lines = [json.loads(line)["answer"] for line in out.decode(encoding).splitlines()]
    assert lines == [f"{GOOD} {last}"] * CASES


@pytest.mark.parametrize("signals", [[signal.SIGTERM, signal.SIGTERM], [signal.SIGINT, signal.SIGINT]])
def test_a_terminal_that_stands_still_hinders_no_signal(backends: OpenAIServer, signals: list[signal.Signals]) -> None:
    held_after(backends, 60)
    ours, theirs = pty.openpty()
    with trial(subprocess.DEVNULL, theirs, "-j", "4", env={"TERM": "xterm"}) as process:
        until_shown(ours, b"60/100")
        termios.tcflow(theirs, termios.TCOOFF)
        time.sleep(2 * PULSE)  # by then it is being drawn on again
        for number in signals:
            os.kill(process.pid, number)
            wait_until(lambda: pending(process.pid) == 0)
        assert process.wait(PATIENCE) == 130
        termios.tcflow(theirs, termios.TCOON)
    os.close(theirs)
    os.close(ours)
    assert recorded() == 60
