"""What a trial shows while it runs: a live table on a terminal, else a line every so often; both on standard error."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING

from grimoire.cli import output
from grimoire.cli.progress_table import line, table
from grimoire.cli.results import result_json
from grimoire.trial.progress import Gated, Progress

if TYPE_CHECKING:
    from rich.console import Console

    from grimoire.trial.work import Result

INTERVAL = 30.0
"""Seconds between two lines where there is no terminal to draw on."""
PULSE = 0.25
"""Seconds between two drawings of the table."""

Clock = Callable[[], float]


class OnResult:
    """Takes in every result: it is counted, and with `json` written as a line on standard output."""

    def __init__(self, counted: Progress, clock: Clock, *, json: bool) -> None:
        self._counted = counted
        self._clock = clock
        self._json = json

    def __call__(self, result: Result) -> None:
        self._counted.see(result, self._clock())
        if self._json:
            output.emit_json(result_json(result), lines=True)

    def grow(self, backend: str, more: int) -> None:
        """So many cells of a backend are asked beyond the plan."""
        self._counted.grow(backend, more)


@contextmanager
def progress(
    planned: Mapping[str, int],
    gates: Mapping[str, Gated] = MappingProxyType({}),
    *,
    json: bool,
    currency: str = "USD",
    interval: float = INTERVAL,
    clock: Clock = time.monotonic,
) -> Iterator[OnResult]:
    """Shows how far each backend is, from its number of cells and from what is told of each result.

    A thread of its own draws, so that a terminal that stands still (Ctrl-S) does not hold up the calls.
    """
    counted = Progress(planned, clock(), gates)
    console = _terminal(json=json)
    shown = _lines(counted, currency, interval, clock) if console is None else _live(counted, currency, console, clock)
    with shown:
        yield OnResult(counted, clock, json=json)


def _terminal(*, json: bool) -> Console | None:
    """The terminal to draw on; None where there is none, or none that wants it, or one that JSON is written to."""
    if sys.stderr is None or not sys.stderr.isatty() or (json and sys.stdout is not None and sys.stdout.isatty()):
        return None
    console = output.stderr_console()
    return None if console.no_color or console.is_dumb_terminal or not console.is_terminal else console


@contextmanager
def _live(counted: Progress, currency: str, console: Console, clock: Clock) -> Iterator[None]:
    """Draws the table over and over, and wipes it away at the end. Notes written meanwhile appear above it."""
    from rich.live import Live

    def drawn() -> object:
        return table(counted.rows(clock()), currency, console.width, console.height)

    live = Live(
        console=console,
        auto_refresh=False,  # by a thread of ours, which survives a terminal that has gone
        transient=True,
        redirect_stdout=False,  # what a pipe is to get must not go to the terminal
        get_renderable=drawn,  # type: ignore[arg-type]  # a Table, which is not imported to be named here
    )
    live.start()
    try:
        with _every(PULSE, live.refresh):
            yield
    finally:
        with contextlib.suppress(OSError):  # the terminal has gone
            live.stop()


@contextmanager
def _lines(counted: Progress, currency: str, interval: float, clock: Clock) -> Iterator[None]:
    """A line every `interval` seconds; one at the end too where there was one before."""
    said: list[str] = []

    def say() -> None:
        text = line(counted.rows(clock()), currency)
        output.note(text)
        said[:] = [text]

    try:
        with _every(interval, say):
            yield
    finally:
        if said and said != [line(counted.rows(clock()), currency)]:
            say()


@contextmanager
def _every(seconds: float, do: Callable[[], None]) -> Iterator[None]:
    """Does something again and again, first after that time, until left or until there is nobody to do it for."""
    over = threading.Event()

    def go() -> None:
        with contextlib.suppress(OSError):
            while not over.wait(seconds):
                do()

    thread = threading.Thread(target=go, name="progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
