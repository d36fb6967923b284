"""Writing that holds nobody up: a thread of its own writes, in order, however slowly what it writes is read."""

from __future__ import annotations

import os
import select
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType
    from typing import IO

MEMORY = 4 * 2**20
"""Bytes that wait in memory; what comes on top of them waits in a file."""
PIECE = 2**18
"""Bytes that are read from that file at a time."""
GRACE = 0.2
"""Seconds a thread has to end in when a signal has ended what it works for."""
LOOK = 0.25
"""Seconds between two looks whether a thread has ended, or a signal arrived."""
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Backlog:
    """Bytes on their way: first in, first out; up to `memory` of them in memory, the others in an unnamed file."""

    def __init__(self, memory: int = MEMORY) -> None:
        self._memory = memory
        self._lines: deque[bytes] = deque()
        self._held = 0
        self._file: IO[bytes] | None = None
        self._start = self._end = 0

    def put(self, line: bytes) -> None:
        """Raises OSError where the file does not take it; then it is not in the backlog."""
        if self._start == self._end and self._held + len(line) <= self._memory:
            self._lines.append(line)
            self._held += len(line)
        else:
            self._spool(line)

    def take(self) -> bytes:
        """What waits longest, taken out; empty when nothing waits. Raises OSError where the file is not to be read."""
        if self._lines or self._file is None:
            taken = b"".join(self._lines)
            self._lines.clear()
            self._held = 0
            return taken
        self._file.seek(self._start)
        taken = self._file.read(min(PIECE, self._end - self._start))
        self._start += len(taken)
        if self._start == self._end:
            self._file.close()
            self._file, self._start, self._end = None, 0, 0
        return taken

    def _spool(self, line: bytes) -> None:
        import tempfile

        if self._file is None:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # open until all of it is taken out
        self._file.seek(self._end)
        left = memoryview(line)
        while left:
            left = left[self._file.write(left) :]
        self._end += len(line)


class Aside:
    """Gives what it gets to `write`, in a thread of its own; `failed` is the error that ended it."""

    def __init__(self, write: Callable[[bytes], object], backlog: Backlog) -> None:
        self.failed: OSError | None = None
        self._write = write
        self._backlog = backlog
        self._turn = threading.Condition()
        self._over = False

    def put(self, line: bytes) -> None:
        """Returns at once. Raises OSError where the backlog takes no more."""
        with self._turn:
            self._backlog.put(line)
            self._turn.notify()

    def end(self) -> None:
        """Nothing more is put; `work` returns when all is written."""
        with self._turn:
            self._over = True
            self._turn.notify()

    def work(self) -> None:
        """Write until the end, or until nobody takes it."""
        try:
            while piece := self._next():
                self._write(piece)
        except OSError as error:
            self.failed = error

    def _next(self) -> bytes:
        with self._turn:
            while not (piece := self._backlog.take()) and not self._over:
                self._turn.wait()
            return piece


@contextmanager
def alongside(
    work: Callable[[], None], end: Callable[[], None], left: Callable[[], None], late: Callable[[], None] | None = None
) -> Iterator[threading.Thread]:
    """Work in a thread while the body runs; then `end` it, and wait until it has ended, or until a signal arrives.

    Where a signal has ended the body there is little time for that. `left` is called when the thread did not end: it
    goes with the process. `late` is called once when it takes some time.

    Raises:
        KeyboardInterrupt: a signal arrived while the thread was waited for.
    """
    thread = threading.Thread(target=work, name="aside", daemon=True)
    thread.start()
    interrupted = False
    try:
        yield thread
    except KeyboardInterrupt:
        interrupted = True
        raise
    finally:
        end()
        try:
            if interrupted:
                thread.join(GRACE)
            else:
                _join(thread, late)
        finally:
            if thread.is_alive():
                left()


def _join(thread: threading.Thread, late: Callable[[], None] | None) -> None:
    with interruptible():
        for _ in range(4):
            thread.join(LOOK)
        if thread.is_alive() and late:
            late()
        while thread.is_alive():
            thread.join(LOOK)  # again and again: a signal may arrive in another thread, and is seen between two looks


@contextmanager
def interruptible() -> Iterator[None]:
    """Any signal to stop raises KeyboardInterrupt in the body, whoever else would handle it; not in other threads."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in STOPPING}
    ours = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    try:
        for number in ours:
            signal.signal(number, interrupt)
        yield
    finally:
        for number in ours:
            signal.signal(number, before[number] or signal.SIG_DFL)


def write_all(descriptor: int, data: bytes) -> None:
    """Write to the end, past every buffer and its lock. Raises OSError."""
    left = memoryview(data)
    while left:
        try:
            left = left[os.write(descriptor, left) :]
        except BlockingIOError:  # whoever shares it has made it so
            select.select([], [descriptor], [])
