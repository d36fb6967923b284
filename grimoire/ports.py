"""The Protocols the engine works against; adapters implement them and nothing imports an adapter but the wiring."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

import msgspec

from grimoire.chat import Answer, Request
from grimoire.errors import ServiceError
from grimoire.record import Cell, Entry, Run, RunKind
from grimoire.verdict import CheckResult, Judged, Verdict


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """What a check may look at: the answer, and what it answers.

    `incantation` is the text really sent, `text` what the user's part of it was (`[PROMPT]`), `answer_in` the code of
    the language the answer should be in, `subject` words of which one must occur (empty: derive them from `text`).
    """

    answer: Answer
    incantation: str
    text: str = ""
    answer_in: str = "en"
    subject: tuple[str, ...] = ()


class Check(Protocol):
    """One judgement. `judge` raises nothing on purpose; what it raises by accident becomes the outcome `crashed`."""

    name: str
    version: int
    should: bool

    def judge(self, exchange: Exchange) -> CheckResult: ...


class ChatBackend(Protocol):
    """A chat endpoint with a model and parameters. `name` is BACKEND/MODEL; `rehearsal` answers are never evidence."""

    name: str
    rehearsal: bool
    parameters: dict[str, object]

    async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
        """Ask once; `on_text` receives pieces as they come. Raises ServiceError, and only that."""
        ...

    async def aclose(self) -> None: ...


class Translator(Protocol):
    """An engine that translates pieces of text and promises nothing about them: the guard verifies what comes back.

    Pieces hold opaque tokens that must survive. `context` is text around them that is not itself translated.
    """

    name: str

    async def translate(self, pieces: Sequence[str], *, source: str, target: str, context: str) -> list[str]:
        """As many texts as pieces, in their order. Raises ServiceError, and only that."""
        ...

    async def aclose(self) -> None: ...


class Ledger(Protocol):
    """The append-only record. Each `add_…` has committed when it returns."""

    def start(self, kind: RunKind, plan: dict[str, object]) -> Run: ...

    def finish(self, run: Run) -> None: ...

    def add_answer(self, run: Run, cell: Cell, answer: Answer, cost: float | None = None) -> int:
        """Returns the answer's number."""
        ...

    def add_error(self, run: Run, cell: Cell, error: ServiceError) -> int: ...

    def add_verdict(self, answer: int, verdict: Verdict) -> None: ...

    def unfinished(self, plan: dict[str, object] | None = None) -> Run | None:
        """The latest trial that was started and not finished; with `plan`, of that very plan."""
        ...

    def answered(self, run: Run) -> Iterable[Entry]:
        """The run's entries in which an answer came, judged or not, oldest first."""
        ...

    def history(self, spell: str, *, limit: int | None = None) -> Iterator[Entry]:
        """A spell's entries, newest first."""
        ...

    def judged(self) -> Iterator[tuple[tuple[str, str, str, bool], list[Judged]]]:
        """By (spell, language, backend, rehearsal): what trials and judgements found, errors included, oldest first."""
        ...

    def close(self) -> None: ...
