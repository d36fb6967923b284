"""One backend's way through a trial: what it is still to be asked, and what is under way."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable

from grimoire.chat import Answer
from grimoire.errors import ServiceError
from grimoire.record import Cell
from grimoire.trial.circuit import Circuit
from grimoire.trial.paced import Paced

WAITING, LEAST = 4, 32
"""Questions under way or waiting to be asked again, for each that may be asked at once; and at least so many."""
FEW, MOMENT = 8, 0.05
"""Questions that a backend is asked at first, and the seconds after which, if none has failed yet, it is asked more."""


class Lane:
    """The cells of one backend, taken one by one; `extra` ones go before those of the plan.

    At most so many are open that the backend is kept busy while some wait for another try: a plan of any length takes
    no more memory. Where money is limited (`careful`) it begins with one, and opens as answers come: what they cost is
    known only then. One that fails from the start is asked few. `waiting` are the numbers of answers for the panel, and
    whether each is of an earlier life of the run.
    """

    def __init__(self, backend: Paced, planned: Iterable[Cell], *, careful: bool = False) -> None:
        self.backend = backend
        self.extra: deque[Cell] = deque()
        self.waiting: dict[int, bool] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self._planned = iter(planned)
        self._most = max(LEAST, backend.gate.limits.concurrency * WAITING)
        self._allowed = 1 if careful else FEW
        self._careful = careful
        self._begun = self._failed = False
        self._open = 0
        self._stopped = False
        self._circuit = Circuit()
        self._news = asyncio.Event()

    async def take(self) -> Cell | None:
        """The next cell, as soon as there is one and room for it; None when all are settled."""
        if not self._begun:
            self._begun = True
            asyncio.get_running_loop().call_later(MOMENT, self._open_up)
        while True:
            if self._open < self._allowed and (cell := self._next()) is not None:
                return cell
            if not self._open:
                return None
            self._news.clear()
            await self._news.wait()

    def begin(self, asking: Coroutine[object, object, None], ended: Callable[[asyncio.Task[None]], None]) -> None:
        """Start asking; the cell is open until it is settled. `ended` is given the task when it is over."""
        self._open += 1
        task = asyncio.create_task(asking)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        task.add_done_callback(ended)

    @property
    def given_up(self) -> str:
        """Why the backend is asked no more; empty while it is."""
        broken = self._circuit.broken
        return broken.message + (f" ({broken.hint})" if broken.hint else "") if broken else ""

    def tried(self) -> None:
        """A request has failed: a backend that has answered nothing yet is asked no more at once than it is."""
        self._failed = True

    def hold(self) -> None:
        """One more cell is open, which is not to be asked."""
        self._open += 1

    def see(self, reply: Answer | ServiceError) -> None:
        """Take in how a cell ended: a backend that only fails is given up, and what is left is not sent."""
        if isinstance(reply, Answer):
            self._allowed = min(self._most, self._allowed * 2) if self._careful else self._most
        if broken := self._circuit.see(reply):
            self.backend.gate.stop(broken)
            self._allowed = self._most

    def settle(self) -> None:
        """One open cell is on record."""
        self._open -= 1
        self._news.set()

    def _open_up(self) -> None:
        if not self._failed and not self._careful:
            self._allowed = self._most
            self._news.set()

    def stop(self) -> None:
        """Take no more cells, and send nothing more."""
        self._stopped = True
        self.backend.gate.stop()
        self._news.set()

    def _next(self) -> Cell | None:
        if self._stopped:
            return None
        return self.extra.popleft() if self.extra else next(self._planned, None)
