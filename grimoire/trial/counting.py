"""The backend that checks ask in a trial: counted apart from what is judged, and given up when it only fails."""

from __future__ import annotations

from collections.abc import Callable

from grimoire.chat import Answer, Request, Usage
from grimoire.errors import RequestRejected, ServiceError
from grimoire.trial.circuit import Circuit
from grimoire.trial.gate import Stopped
from grimoire.trial.paced import Paced, Spending


class CountingBackend:
    """A `ports.ChatBackend` that passes everything on; `calls` were answered, with `usage` in all.

    `spending` is what pays for it. With a `circuit` it is given up when it only fails: `given_up` then says why, and
    Stopped is raised, since no verdict is better than one that nobody reached.
    """

    def __init__(self, backend: Paced, circuit: Circuit | None = None) -> None:
        self.name = backend.name
        self.rehearsal = backend.rehearsal
        self.parameters = backend.parameters
        self.gate = backend.gate
        self.spending: Spending | None = None
        self.calls = 0
        self.usage = Usage()
        self._backend = backend
        self._circuit = circuit

    async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
        return await self.ask_through(self._backend.having(spending=self.spending), request, on_text)

    def poll(self) -> Poll:
        """For all questions about one answer: once one is paid for all are asked, though the trial be stopped."""
        return Poll(self, self._backend.having(spending=self.spending, whole=True))

    async def ask_through(
        self, backend: Paced, request: Request, on_text: Callable[[str], None] | None = None
    ) -> Answer:
        """Ask, and count what comes."""
        if self.given_up:
            raise Stopped
        try:
            answer = await backend.ask(request, on_text)
        except ServiceError as error:
            # A form of a question that is refused says nothing of the next: checks ask again in a milder one.
            if self._circuit and not isinstance(error, RequestRejected) and self._circuit.see(error):
                self.gate.stop()  # what waits there is not to be asked either
            raise
        if self._circuit:
            self._circuit.see(answer)
        self.calls += 1
        self.usage += answer.usage
        return answer

    @property
    def given_up(self) -> ServiceError | None:
        """Why it is asked no more."""
        return self._circuit.broken if self._circuit else None

    async def aclose(self) -> None:
        await self._backend.aclose()


class Poll:
    """A `ports.ChatBackend` for the questions about one answer."""

    def __init__(self, counted: CountingBackend, backend: Paced) -> None:
        self.name = backend.name
        self.rehearsal = backend.rehearsal
        self.parameters = backend.parameters
        self._counted = counted
        self._backend = backend

    async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
        return await self._counted.ask_through(self._backend, request, on_text)

    async def aclose(self) -> None:
        """Nothing of its own is open."""
