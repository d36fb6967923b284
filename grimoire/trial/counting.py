"""The backend that checks ask in a trial: counted apart from what is judged, and given up when it only fails."""

from __future__ import annotations

from collections.abc import Callable

from grimoire.chat import Answer, Request, Usage
from grimoire.errors import ServiceError
from grimoire.trial.circuit import Circuit
from grimoire.trial.gate import Stopped
from grimoire.trial.paced import Paced


class CountingBackend:
    """A `ports.ChatBackend` that passes everything on; `calls` were answered, with `usage` in all.

    `backend` may be exchanged for one that asks the same model. With a `circuit` it is given up when it only fails:
    `given_up` then says why, and Stopped is raised, since no verdict is better than one that nobody reached.
    """

    def __init__(self, backend: Paced, circuit: Circuit | None = None) -> None:
        self.backend = backend
        self._circuit = circuit
        self.name = backend.name
        self.rehearsal = backend.rehearsal
        self.parameters = backend.parameters
        self.calls = 0
        self.usage = Usage()

    async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
        if self.given_up:
            raise Stopped
        try:
            answer = await self.backend.ask(request, on_text)
        except ServiceError as error:
            if self._circuit:
                self._circuit.see(error)
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
        await self.backend.aclose()
