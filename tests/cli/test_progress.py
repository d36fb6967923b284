from __future__ import annotations

import contextlib
import fcntl
import io
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from grimoire.cli.progress import OnResult, progress
from tests.cli.process import PATIENCE, ROOT, environment, wait_until
from tests.cli.progress_writer import Gate, Script, result
from tests.cli.screen import Screen

WRITER = ROOT / "tests" / "cli" / "progress_writer.py"
NEVER = 30.0


class Shown(NamedTuple):
    """What a terminal was sent, what it showed after each piece, and what it shows at the end."""

    code: int
    raw: bytes
    frames: list[list[str]]
    screen: Screen
    out: str

    def frame(self, *words: str) -> list[str]:
        """The first that has all of them."""
        for frame in self.frames:
            if all(any(word in line for line in frame) for word in words):
                return frame
        raise AssertionError(f"{words} not in {self.frames}")


def command(script: Script) -> list[str]:
    return [sys.executable, str(WRITER), msgspec.json.encode(script).decode()]


def on_terminal(script: Script, *, columns: int = 100, env: dict[str, str] | None = None, both: bool = False) -> Shown:
    """With a terminal on standard error; with `both`, on standard output too."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    variables = environment({"TERM": "xterm-256color", **(env or {})})
    stdout = theirs if both else subprocess.PIPE
    process = subprocess.Popen(
        command(script), stdin=theirs, stdout=stdout, stderr=theirs, env=variables, start_new_session=True
    )
    os.close(theirs)
    screen, frames, raw = Screen(columns), [], b""
    try:
        for piece in pieces(ours):
            raw += piece
            screen.feed(piece.decode())
            frames.append(screen.lines)
        out = process.stdout.read().decode() if process.stdout else ""
        return Shown(process.wait(timeout=PATIENCE), raw, frames, screen, out)
    finally:
        process.kill()
        process.communicate()
        os.close(ours)


def pieces(descriptor: int) -> Iterator[bytes]:
    """What comes, until nobody holds the other side any more; cut where nothing is cut in two."""
    deadline, held = time.monotonic() + PATIENCE, b""
    while select.select([descriptor], [], [], deadline - time.monotonic())[0]:
        try:
            piece = os.read(descriptor, 65536)
        except OSError:
            piece = b""
        if not piece:
            break
        held += piece
        if select.select([descriptor], [], [], 0.02)[0]:
            continue
        yield held
        held = b""
    if held:
        yield held


def test_a_terminal_sees_a_row_a_backend_and_then_nothing_of_it() -> None:
    shown = on_terminal(Script(backends=("one/m1", "two/m2"), pauses={"two/m2": 12.0}, note="a word between"))
    frame = shown.frame("all", "paused 12 s", "/s")
    heads, one, two, every = frame[-4:]
    assert heads.split() == ["backend", "done", "work", "partial", "broken", "errors", "rate", "left", "cost"]
    assert [row.split()[0] for row in (one, two, every)] == ["one/m1", "two/m2", "all"]
    assert one.split()[1].endswith("/100")
    assert every.split()[1].endswith("/200")
    assert "paused" not in one + every
    assert shown.screen.lines == ["a word between", "over"]
    assert shown.screen.cursor_shown


def test_what_ends_a_run_wipes_it_away_too() -> None:
    shown = on_terminal(Script(ends=3))
    assert shown.frame("one/m1")
    assert (shown.code, shown.screen.lines, shown.screen.cursor_shown) == (3, [""], True)


def test_many_results_are_no_flood() -> None:
    shown = on_terminal(Script(planned=2000, results=2000, seconds=0.5))
    draws = shown.raw.count(b"backend")
    assert 1 <= draws <= 8  # a writer on a busy machine takes up to two seconds
    assert len(shown.raw) < 500 * draws + 500


@pytest.mark.parametrize("columns", [100, 40, 24, 12])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    names = ("本地的大模型/千问二点五", "openrouter/some-vendor/some-model-70b-instruct")
    shown = on_terminal(Script(backends=names, planned=1_200, seconds=0.3), columns=columns)
    assert shown.frame("backend" if columns > 12 else "bac")[0].startswith("bac")
    assert max(len(frame) for frame in shown.frames) == 4  # heads, two backends, all: none is wrapped
    assert shown.frame("本地")


def test_forty_columns_hold_counts_and_time() -> None:
    shown = on_terminal(Script(backends=("openrouter/some-model",), pauses={"openrouter/some-model": 12.0}), columns=40)
    heads, row = shown.frame("openr")
    assert heads.split() == ["backend", "done", "✓", "~", "✗", "!", "left"]
    assert row.endswith("paused 12 s")


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=lambda env: next(iter(env)))
def test_a_terminal_that_wants_no_drawing_gets_lines(env: dict[str, str]) -> None:
    shown = on_terminal(Script(interval=0.1), env=env)
    assert b"\x1b" not in shown.raw
    assert len(shown.screen.lines) > 1
    assert " of 100: " in shown.screen.lines[0]


def test_json_goes_down_the_pipe_while_the_terminal_sees_the_table() -> None:
    shown = on_terminal(Script(json=True))
    assert shown.frame("one/m1")
    assert [json.loads(line)["answer"] for line in shown.out.splitlines()] == ["柳树"] * 50
    assert shown.screen.lines == ["over"]


def test_json_on_a_terminal_is_not_drawn_over() -> None:
    shown = on_terminal(Script(json=True, results=5, interval=NEVER), both=True, columns=10_000)
    assert b"\x1b" not in shown.raw
    *results, last = shown.screen.lines
    assert (len([json.loads(line) for line in results]), last) == (5, "over")


def test_a_terminal_that_stands_still_does_not_hold_up_the_run() -> None:
    shown = on_terminal(Script(frozen=True, seconds=0.4))  # time for a drawing, which then hangs
    assert (shown.code, shown.out) == (0, "all told\n")


@pytest.mark.parametrize(
    ("note", "unbuffered"),
    [pytest.param("to nobody", "", id="told"), pytest.param("", "1", id="drawn")],  # unbuffered, every write fails
)
def test_a_terminal_that_has_gone_ends_nothing(note: str, unbuffered: str) -> None:
    script = Script(json=True, seconds=0.9, note=note)  # drawings follow after the terminal has gone
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command(script),
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=environment({"TERM": "xterm", "PYTHONUNBUFFERED": unbuffered}),
        start_new_session=True,
    )
    os.close(theirs)
    try:
        assert os.read(ours, 100)
        os.close(ours)
        out, _ = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert (process.returncode, len(out.splitlines())) == (0, 50)


def test_nobody_reads_the_json_any_more() -> None:
    script = Script(json=True, results=1000, seconds=5)
    reader = subprocess.run(
        ["bash", "-c", 'set -o pipefail; "$@" | head -n 1', "-", *command(script)],
        env=environment(),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (reader.returncode, reader.stderr) == (0, b"")
    assert json.loads(reader.stdout)["verdict"] == "works"


@contextmanager
def following(
    planned: int, *, interval: float, now: float | None = None
) -> Iterator[tuple[OnResult, Callable[[], str]]]:
    """A trial of one backend, and what it has said so far on a standard error that is no terminal."""
    gates = {"one/m1": Gate(pausing=8.0, reason="HTTP 429")}
    clock = time.monotonic if now is None else lambda: now
    with (
        contextlib.redirect_stderr(io.StringIO()) as err,
        progress({"one/m1": planned}, gates, json=False, currency="CNY", interval=interval, clock=clock) as on_result,
    ):
        yield on_result, err.getvalue


def test_a_short_run_says_nothing() -> None:
    with following(1, interval=NEVER) as (on_result, said):
        on_result(result("one/m1"))
    assert said() == ""


def test_a_long_one_says_a_line_every_so_often_and_one_at_the_end() -> None:
    with following(400, interval=0.02) as (on_result, said):
        on_result(result("one/m1"))
        wait_until(lambda: said().count("\n") >= 2)
        for _ in range(399):
            on_result(result("one/m1"))
    first, *_, last = said().splitlines()
    assert first.startswith("1 of 400: 1 work, 0 partial, 0 broken, 0 errors; ")
    assert first.endswith(", 0.001 CNY (one/m1 paused 8 s: HTTP 429)")
    assert last.startswith("400 of 400: 400 work, ")
    assert last.endswith(", 0.4 CNY")


def test_the_end_is_not_said_twice() -> None:
    with following(1, interval=0.1, now=100.0) as (on_result, said):
        on_result(result("one/m1"))
        wait_until(lambda: "\n" in said())
    assert said() == "1 of 1: 1 work, 0 partial, 0 broken, 0 errors; 0.001 CNY\n"


def test_what_ends_a_run_ends_what_is_said_of_it() -> None:
    def interrupted() -> None:
        with following(3, interval=0.02) as (_, said):
            wait_until(lambda: "\n" in said())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert "aside" not in {thread.name for thread in threading.enumerate()}


def test_more_is_asked_than_was_planned() -> None:
    with following(1, interval=0.02) as (on_result, said):
        on_result.grow("one/m1", 2)
        wait_until(lambda: "0 of 3" in said())


def test_without_standard_error_work_goes_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with contextlib.ExitStack() as stack:
        on_result = stack.enter_context(progress({"one/m1": 1}, json=False, interval=0.001))
        time.sleep(0.01)
        on_result(result("one/m1"))
