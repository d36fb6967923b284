"""The Protocols the engine works against; adapters implement them and nothing imports an adapter but the wiring."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, Protocol, runtime_checkable

import msgspec

from grimoire.chat import Answer, Request
from grimoire.record import Cell, Done, Entry, Image, Outcome, Run, RunKind, Scored
from grimoire.segment import MemoryKey, Segment
from grimoire.standing import Judged
from grimoire.verdict import CheckResult, Verdict, VerdictKind


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """What a check may look at: the answer, and what it answers.

    `incantation` is the text really sent, `text` what the user's part of it was (`[PROMPT]`), `answer_in` the code of
    the language the answer should be in, `subject` words of which one must occur (empty: derive them from `text`).
    `cost` is what the answer cost in the settings' currency (None where no price is known). `original` is the latest
    answer of the same backend to the same case in the spell's own language, where this is an answer to a translation;
    only comparisons ask for it, and it is empty where there is none. In a `dialogue` there is no spell to do, and who
    asks back has answered.
    """

    answer: Answer
    incantation: str
    text: str = ""
    answer_in: str = "en"
    subject: tuple[str, ...] = ()
    cost: float | None = None
    original: str = ""
    dialogue: bool = False


class Check(Protocol):
    """One judgement. `judge` raises nothing on purpose; what it raises by accident becomes the outcome `crashed`."""

    name: str
    version: int
    should: bool

    def judge(self, exchange: Exchange) -> CheckResult: ...


@runtime_checkable
class AskingCheck(Check, Protocol):
    """A judgement that a model is asked for. `judge`, which asks nobody, skips it and says so.

    `requests` is how many requests an answer may take.
    """

    @property
    def requests(self) -> int: ...

    def applies(self, exchange: Exchange) -> bool:
        """Whether there is anything to ask about this answer."""
        ...

    async def ask(self, exchange: Exchange, backend: ChatBackend) -> CheckResult:
        """Put the question to `backend`. Raises ServiceError where no usable answer comes: then there is no verdict."""
        ...


class Addressee(Protocol):
    """Who is asked. `name` is BACKEND/MODEL; `rehearsal` answers are never evidence; `parameters` are always sent."""

    name: str
    rehearsal: bool
    parameters: dict[str, object]


class ChatBackend(Addressee, Protocol):
    """A chat endpoint with a model and parameters."""

    async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
        """Ask once; `on_text` receives pieces as they come. Raises ServiceError, and only that."""
        ...

    async def aclose(self) -> None: ...


class Translator(Protocol):
    """An engine that translates pieces of text and promises nothing about them: the guard verifies what comes back.

    `name` is `deepl` or BACKEND/MODEL; `version` changes whenever the same engine would be asked in another way (its
    instructions, its options), so that the memory knows. `concurrent` is how many requests may be under way at once.
    """

    name: str
    version: str
    concurrent: int

    @staticmethod
    def cut(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
        """Consecutive batches, each of which fits one request. Needs no key: a plan is made with it."""
        ...

    async def translate(
        self,
        segments: Sequence[Segment],
        *,
        source: str,
        target: str,
        context: str,
        remarks: Mapping[int, str] = MappingProxyType({}),
    ) -> list[str]:
        """One batch in one request: as many texts as segments, in their order, empty where one was not answered.

        `context` is about the segments and not itself translated; `remarks` says by a segment's number what was wrong
        with an earlier translation of it. Raises ServiceError, and only that.
        """
        ...

    async def aclose(self) -> None: ...


class CharacterUsage(msgspec.Struct, frozen=True):
    """Characters translated in this billing period, and how many it holds; None where the service does not say."""

    used: int | None
    limit: int | None


@runtime_checkable
class Metered(Protocol):
    """A Translator whose service counts characters. `notes` are what a person should know of how it was asked."""

    @property
    def notes(self) -> list[str]: ...

    async def usage(self) -> CharacterUsage:
        """What the account has used. Raises ServiceError."""
        ...


class Memory(Protocol):
    """Segments once translated, by everything their translation depends on. What is remembered is on disk."""

    def recall(self, keys: Sequence[MemoryKey]) -> dict[MemoryKey, str]:
        """Those of the keys that are known."""
        ...

    def remember(self, known: Mapping[MemoryKey, str]) -> None:
        """Keep translations; a later one of the same key replaces the earlier."""
        ...

    def close(self) -> None: ...


class Ledger(Protocol):
    """The append-only record. Each `add_…` has committed when it returns."""

    def start(self, kind: RunKind, plan: dict[str, object]) -> Run: ...

    def finish(self, run: Run) -> None: ...

    def add_answer(self, run: Run, cell: Cell, answer: Answer, cost: float | None = None) -> int:
        """Returns the answer's number."""
        ...

    def add_all(self, run: Run, outcomes: Sequence[Outcome]) -> list[int]:
        """Several outcomes in one transaction; the numbers of those that are answers or errors, 0 for an attempt."""
        ...

    def add_verdict(self, answer: int, verdict: Verdict) -> None: ...

    def add_verdicts(self, verdicts: Sequence[tuple[int, Verdict]]) -> None:
        """Several verdicts in one transaction."""
        ...

    def add_opinion(self, answer: int, verdict: VerdictKind | Literal[""], note: str) -> None:
        """What a person says of an answer; it is kept beside the verdict and counts for no standing."""
        ...

    def add_image(self, answer: int, image: Image) -> None: ...

    def unfinished(self, plan: dict[str, object] | None = None) -> Run | None:
        """The latest trial that was started and not finished; with `plan`, of that very plan."""
        ...

    def answered(self, run: Run) -> Iterable[Entry]:
        """The run's entries in which an answer came, judged or not, oldest first."""
        ...

    def done(self, run: Run) -> dict[str, Done]:
        """By the cells' keys what the run has an answer to; texts are not read."""
        ...

    def reply(self, answer: int) -> Answer:
        """The answer of that number, whole."""
        ...

    def entry(self, answer: int) -> Entry:
        """The entry of that number, whole."""
        ...

    def scores(self, run: Run) -> Iterator[Scored]:
        """The run's accepted results, one a cell: its answer, or where there is none its latest error.

        What a run asked for anew with other settings is left out, and so is an answer that nobody has judged yet.
        """
        ...

    def history(self, spell: str, *, limit: int | None = None) -> Iterator[Entry]:
        """A spell's entries, newest first."""
        ...

    def latest_answer(self, spell: str, language: str, template: str, case: str, backend: str) -> str:
        """The newest answer of a backend to a text with a case, casts left out; empty when there is none."""
        ...

    def judged(
        self, spells: Collection[str] | None = None
    ) -> Iterator[tuple[tuple[str, str, str, bool], list[Judged]]]:
        """By (spell, language, backend, rehearsal): what trials and judgements found, errors included, oldest first.

        With `spells` only of these, which spares reading a long history of all the others.
        """
        ...

    def close(self) -> None: ...
