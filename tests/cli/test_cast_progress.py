"""How far a cast of many is: shown on standard error, and never mixed into the answers."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from grimoire.cli.aside import write_all
from grimoire.cli.cast_progress import Line, said
from grimoire.trial.progress import Row
from tests.cli.lines import MANY, answering, line_of, write_short
from tests.cli.process import COMMAND, HEEDING, PATIENCE, call, environment, run
from tests.cli.screen import Screen
from tests.servers.openai_server import Body, OpenAIServer, Reply


@pytest.fixture(autouse=True)
def service(folder: Path, backends: OpenAIServer) -> OpenAIServer:
    write_short(folder)
    return backends


class Terminal:
    """Both standard output and standard error, or one of them, of a cast; what it shows is kept."""

    def __init__(self, columns: int) -> None:
        self.ours, self.theirs = pty.openpty()
        self.columns = columns
        self.shown = b""

    @contextmanager
    def casting(self, given: str, *args: str, out: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
        Path("given.txt").write_text(given, encoding="utf-8")
        with Path("given.txt").open("rb") as stdin:
            process = subprocess.Popen(
                [*HEEDING, *COMMAND, *MANY, *args],
                stdin=stdin,
                stdout=self.theirs if out is None else out,
                stderr=self.theirs,
                env=environment({"TERM": "xterm-256color", "COLUMNS": str(self.columns)}),
                start_new_session=True,
            )
        os.close(self.theirs)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate(timeout=PATIENCE)
            os.close(self.ours)

    def until(self, text: str) -> None:
        """Read until it has shown that."""
        self._read(lambda: text.encode() in self.shown)

    def end(self) -> list[str]:
        """Read all; the lines of the screen in the end."""
        self._read(lambda: False)
        screen = Screen(self.columns)
        screen.feed(self.shown.decode())
        return screen.lines

    def _read(self, enough: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not enough():
            assert time.monotonic() < deadline, self.shown
            if select.select([self.ours], [], [], 1.0)[0]:
                try:
                    piece = os.read(self.ours, 65536)
                except OSError:
                    return
                if not piece:
                    return
                self.shown += piece


def test_on_a_terminal_that_has_both_the_answers_are_above_the_line_and_nothing_is_garbled(
    service: OpenAIServer,
) -> None:
    event = threading.Event()
    before = answering(held=["line 4"], until=event)
    service.reply = lambda body: Reply(status=500, hold=event) if line_of(body) == "line 2" else before(body)
    terminal = Terminal(70)
    with terminal.casting("line 1\nline 2\nline 3\nline 4\nline 5\n", "--raw"):
        terminal.until("3 of 5, ")
        event.set()
        lines = terminal.end()
    failure = "line 2: one/m1: HTTP 500: scripted failure"
    assert failure in lines[:5]
    lines.remove(failure)
    assert lines[:5] == [
        *(f"answer to line {number}" for number in (1, 3, 4, 5)),
        "4 of 5 answers, 1 failed; go on, with the same input: grimoire cast sh",
    ]
    assert not [line for line in lines if re.search(r"\d of 5, ", line)], "the line is wiped away"


def test_where_the_answers_go_elsewhere_the_terminal_has_the_line_alone(service: OpenAIServer, folder: Path) -> None:
    event = threading.Event()
    service.reply = answering(held=["line 2"], until=event)
    terminal = Terminal(70)
    with (folder / "out.txt").open("wb") as out, terminal.casting("line 1\nline 2\n", out=out.fileno()):
        terminal.until("1 of 2, ")
        event.set()
        assert terminal.end() == [""]
    assert (folder / "out.txt").read_text(encoding="utf-8") == "answer to line 1\nanswer to line 2\n"


def test_variants_beside_each_other_are_shown_as_soon_as_all_of_an_input_are_in(service: OpenAIServer) -> None:
    event = threading.Event()
    service.reply = answering(held=["line 2"], until=event)
    terminal = Terminal(120)
    with terminal.casting("line 1\nline 2\n", "-m", "two"):
        terminal.until("answer to line 1")
        event.set()
        lines = terminal.end()
    rows = [line.split() for line in lines if line.startswith("answer to")]
    assert rows == [["answer", "to", "line", number] * 2 for number in ("1", "2")]


def test_the_line_is_cut_where_the_terminal_ends(service: OpenAIServer) -> None:
    event = threading.Event()

    def reply(body: Body) -> Reply:
        if line_of(body) == "line 2" and service.count < 4:
            return Reply(status=429, headers={"Retry-After": "1"})
        return Reply(text="一个短短的回答。", hold=event if line_of(body) == "line 3" else None)

    service.reply = reply
    terminal = Terminal(24)
    with terminal.casting("line 1\nline 3\n", "--raw"):
        terminal.until("1 of 2, ")
        event.set()
        assert terminal.end()[:2] == ["一个短短的回答。"] * 2
    drawn = re.findall(r"\x1b\[2K(\d of 2[^\r\n\x1b]*)", terminal.shown.decode())
    assert drawn
    assert max(map(len, drawn)) == 23


def test_in_a_pipe_there_is_no_line(service: OpenAIServer) -> None:
    service.reply = answering()
    done = run(list(MANY), stdin="line 1\nline 2\n")
    assert (done.out, done.err) == ("answer to line 1\nanswer to line 2\n", "")


def test_a_terminal_without_sequences_gets_none(service: OpenAIServer) -> None:
    service.reply = answering()
    terminal = Terminal(70)
    with terminal.casting("line 1\n", "--raw", "--json"):
        terminal.end()
    assert call([*MANY, "--raw"], stdin="line 1\n", env={"TERM": "dumb"}).err == ""


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([Row(backend="a", planned=12)], "0 of 12", id="begun"),
        pytest.param(
            [Row(backend="a", planned=1200, works=1000, errors=2, rate=2.0, seconds=99.0, cost=0.0125)],
            "1,002 of 1,200, 2 failed, 2 min left, 0.0125 USD",
            id="all",
        ),
        pytest.param(
            [Row(backend="a", planned=2, works=2), Row(backend="b/m", planned=2, pausing=3.0, reason="HTTP 429")],
            "2 of 4 (b/m paused 3 s: HTTP 429)",
            id="pause",
        ),
    ],
)
def test_it_says_what_matters_most_first(rows: list[Row], expected: str) -> None:
    assert said(rows, "USD") == expected


class Drawn:
    """A line whose writes are kept, and a descriptor for what is written over it, as one terminal has both."""

    def __init__(self) -> None:
        self.text = "first"
        self._read, self._write = os.pipe()
        self.line = Line(lambda: self.text, partial(write_all, self._write))

    def over(self, text: str) -> None:
        self.line.over(self._write, text.encode())

    def screen(self) -> list[str]:
        os.write(self._write, b"\x00")
        shown = b""
        while not shown.endswith(b"\x00"):
            shown += os.read(self._read, 65536)
        screen = Screen(40)
        screen.feed(shown[:-1].decode().replace("\n", "\r\n"))
        return screen.lines


def test_what_is_written_stands_above_the_line() -> None:
    drawn = Drawn()
    drawn.over("before\n")
    drawn.line.draw()
    drawn.over("one\ntwo\n")
    drawn.text = "second"
    drawn.over("three\n")
    assert drawn.screen() == ["before", "one", "two", "three", "second"]


def test_a_line_that_says_the_same_is_not_drawn_again() -> None:
    writes: list[bytes] = []
    line = Line(lambda: "same", writes.append)
    line.draw()
    line.draw()
    assert len(writes) == 1


def test_when_it_is_left_the_line_is_gone_and_comes_no_more(capfd: pytest.CaptureFixture[str]) -> None:
    drawn = Drawn()
    with drawn.line.drawn():
        drawn.line.draw()
    drawn.over("after\n")
    drawn.line.draw()
    assert drawn.screen() == ["after"]
