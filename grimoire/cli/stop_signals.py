"""Signals to stop: what they do in an event loop, and how they are held back while something paid for is saved."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def catch(loop: asyncio.AbstractEventLoop, number: signal.Signals, then: Callable[[], object]) -> bool:
    """Whether a signal calls `then` in the loop from now on.

    Not in a thread, where no signal arrives, nor one to stop that whoever started us wants ignored, as `nohup` does.
    """
    if number in STOPPING and signal.getsignal(number) is signal.SIG_IGN:
        return False
    try:
        loop.add_signal_handler(number, then)
    except (ValueError, RuntimeError):
        return False
    return True


class Held:
    """What signals to stop do while they are held back: nothing but that they `came`, and cancel what is `cancelled`.

    A handler of Python's and none of a loop: a loop puts back the system's own as it closes, which ends the process.
    """

    def __init__(self) -> None:
        self.came = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[object] | None = None

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        self.came = True
        if self._loop:
            self._loop.call_soon_threadsafe(self._cancel)

    @contextmanager
    def cancelled(self) -> Iterator[None]:
        """While this lasts a signal cancels the task that is under way, and one that came before it does."""
        import asyncio

        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        if self.came:
            self._cancel()
        try:
            yield
        finally:
            self._loop = self._task = None

    def _cancel(self) -> None:
        if self._task:  # what was asked for may be over by now, and is not to be lost
            self._task.cancel()


@contextmanager
def held() -> Iterator[Held]:
    """Hold signals to stop back; what is to come of one that `came` is for the caller to do afterwards."""
    hold = Held()
    before: dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None] = {}
    try:
        for number in STOPPING:
            handler = signal.getsignal(number)
            if handler is not signal.SIG_IGN and _set(number, hold):
                before[number] = handler
        yield hold
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


def _set(number: signal.Signals, handler: Held) -> bool:
    """Not in a thread, where no signal arrives."""
    try:
        signal.signal(number, handler)
    except ValueError:
        return False
    return True
