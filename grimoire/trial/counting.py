"""A backend that counts what it is asked, so that what judging costs can be told apart from what is judged."""

from __future__ import annotations

from collections.abc import Callable

from grimoire.chat import Answer, Request, Usage
from grimoire.trial.paced import Paced


class CountingBackend:
    """A `ports.ChatBackend` that passes everything on; `calls` were answered, with `usage` in all.

    `backend` may be exchanged for one that asks the same model.
    """

    def __init__(self, backend: Paced) -> None:
        self.backend = backend
        self.name = backend.name
        self.rehearsal = backend.rehearsal
        self.parameters = backend.parameters
        self.calls = 0
        self.usage = Usage()

    async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
        answer = await self.backend.ask(request, on_text)
        self.calls += 1
        self.usage += answer.usage
        return answer

    async def aclose(self) -> None:
        await self.backend.aclose()
