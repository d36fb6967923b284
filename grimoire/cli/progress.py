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
from grimoire.cli.aside import alongside, interruptible
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
    """Takes in every result: it is counted, and where there is a `write`, written as JSON. Raises what that raises."""

    def __init__(self, counted: Progress, clock: Clock, write: Callable[[object], None] | None) -> None:
        self._counted = counted
        self._clock = clock
        self._write = write

    def __call__(self, result: Result) -> None:
        self._counted.see(result, self._clock())
        if self._write:
            self._write(result_json(result))

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

    With `json` each result is a line on standard output. Threads of their own draw, write these lines, and any note of
    the time in between: neither a terminal that stands still (Ctrl-S) nor a pipe that nobody reads holds up the calls.
    In the end what is left to write is waited for.

    Raises:
        UsageError: standard output does not take the lines.
        KeyboardInterrupt: a signal arrived while whoever reads was waited for.
    """
    counted = Progress(planned, clock(), gates)
    console = terminal(own=json)
    shown = (
        lines(lambda: line(counted.rows(clock()), currency), interval)
        if console is None
        else _live(counted, currency, console, clock)
    )
    with output.notes_aside(), output.lines_aside() if json else contextlib.nullcontext() as write, shown:
        yield OnResult(counted, clock, write)


def terminal(*, own: bool) -> Console | None:
    """The terminal to draw on; None where there is none, or none that wants it.

    It has to be its `own` where what is written to standard output knows nothing of what is drawn.
    """
    if sys.stderr is None or not sys.stderr.isatty() or (own and sys.stdout is not None and sys.stdout.isatty()):
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
    with interruptible():
        live.start()
    drawing: threading.Thread | None = None
    try:
        with every(PULSE, live.refresh) as drawing:
            yield
    finally:
        if drawing is None or not drawing.is_alive():  # else the terminal stands still: waited for long enough
            with contextlib.suppress(OSError), interruptible():  # the terminal has gone
                live.stop()


@contextmanager
def lines(line_now: Callable[[], str], interval: float = INTERVAL) -> Iterator[None]:
    """A line every `interval` seconds; one at the end too where there was one before."""
    said: list[str] = []

    def say() -> None:
        said[:] = [line_now()]
        output.note(said[0])

    try:
        with every(interval, say):
            yield
    finally:
        if said and said != [line_now()]:
            say()


@contextmanager
def every(seconds: float, do: Callable[[], None]) -> Iterator[threading.Thread]:
    """Does something again and again, first after that time, until left or until there is nobody to do it for."""
    over = threading.Event()

    def go() -> None:
        with contextlib.suppress(OSError):
            while not over.wait(seconds):
                do()

    with alongside(go, over.set, output.silence_stderr) as thread:
        yield thread
