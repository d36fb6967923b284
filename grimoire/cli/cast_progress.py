"""How far a cast of many is: one line at the foot of the terminal, or one in a log every so often."""

from __future__ import annotations

import contextlib
import io
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from grimoire.cli import output, progress
from grimoire.cli.aside import GRACE, write_all
from grimoire.cli.line_breaks import shorten
from grimoire.cli.progress_table import amount, pauses, span
from grimoire.trial.progress import Progress, Row, total

if TYPE_CHECKING:
    from rich.console import Console

WIPE = b"\r\x1b[2K"


@contextmanager
def showing(
    counted: Progress, currency: str, clock: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[str], None]]:
    """Shows on standard error how far it is, and gives what puts texts on standard output, as they are.

    Threads of their own write: neither a terminal that stands still nor a pipe that nobody reads holds up the calls.
    On a terminal that has both, answers and notes appear above the line. It ends, and raises, as `output.texts_aside`.
    """

    def line_now() -> str:
        return said(counted.rows(clock()), currency)

    console = progress.terminal(own=False)
    with output.notes_aside():
        if console is None:
            with output.texts_aside() as put, progress.lines(line_now):
                yield put
            return
        line = Line(partial(_cut, line_now, console), partial(write_all, sys.stderr.fileno()))
        both = sys.stdout is not None and sys.stdout.isatty()
        with output.texts_aside(line.over if both else write_all) as put, line.drawn():
            yield put


def said(rows: Sequence[Row], currency: str) -> str:
    """All backends together, what matters most first, and which of them pause and why."""
    every = total(rows)
    parts = [
        f"{every.done:,} of {every.planned:,}",
        f"{every.errors:,} failed" if every.errors else "",
        f"{span(every.seconds)} left" if every.left and every.seconds is not None else "",
        "" if every.cost is None else amount(every.cost, currency),
    ]
    pausing = pauses(rows)
    return ", ".join(part for part in parts if part) + (f" ({pausing})" if pausing else "")


class Line:
    """The last line of a terminal, which `write` writes to: drawn again and again; whatever else is written, above it.

    For several threads. `now` is what it says.
    """

    def __init__(self, now: Callable[[], str], write: Callable[[bytes], None]) -> None:
        self._now = now
        self._write = write
        self._lock = threading.Lock()
        self._shown = ""
        self._ended = False

    def over(self, descriptor: int, data: bytes) -> None:
        """Write whole lines to a descriptor, which is the same terminal, above the line."""
        now = self._now()
        with self._lock:
            shown, self._shown = self._shown, ""
            if shown:
                self._write(WIPE)
            write_all(descriptor, data)
            if shown:
                self._draw(now)

    def draw(self) -> None:
        """Show what it says now."""
        now = self._now()
        with self._lock:
            if now != self._shown and not self._ended:
                self._draw(now)

    @contextmanager
    def drawn(self) -> Iterator[None]:
        """It is there until this is left; what is written to standard error meanwhile appears above it."""
        try:
            with contextlib.redirect_stderr(_Above(self)), progress.every(progress.PULSE, self.draw):
                yield
        finally:
            self._end()

    def _draw(self, text: str) -> None:
        self._write(WIPE + text.encode("utf-8", "replace"))
        self._shown = text

    def _end(self) -> None:
        """Wipe it away, but for a terminal that stands still: that has been waited for."""
        if not self._lock.acquire(timeout=GRACE):
            return
        try:
            self._ended = True
            if self._shown:
                with contextlib.suppress(OSError):
                    self._write(WIPE)
        finally:
            self._shown = ""
            self._lock.release()


class _Above(io.TextIOBase):
    """Standard error while a line is drawn there."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._descriptor = sys.stderr.fileno()
        self._encoding = sys.stderr.encoding

    def write(self, text: str, /) -> int:
        self._line.over(self._descriptor, text.encode(self._encoding, "replace"))
        return len(text)

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return True


def _cut(now: Callable[[], str], console: Console) -> str:
    """What fits: a line that is broken in two cannot be wiped away."""
    return shorten(now(), console.width - 1)
