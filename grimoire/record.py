"""What the ledger keeps: the cells of a run, and entries read back from it."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

from grimoire.chat import Answer, FinishReason, Request, Usage
from grimoire.errors import ServiceError
from grimoire.spell import digest
from grimoire.verdict import CheckResult, VerdictKind

RunKind = Literal["trial", "cast", "judge"]
KEY_DIGITS = 24
"""Of a question's digest: among a million questions no two are taken for one."""


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One question of a trial: spell × language × backend × case × sample, with what will be sent.

    `template` is the digest of the text before filling, `backend` its full name ("openai/gpt-4o-mini"), `parameters`
    what the backend is configured to send along, `sample` counts from 1. `case` is empty for a cast with a text of its
    own. `text` is the user's part of what is sent, `subject` words of which the answer should hold one.
    """

    spell: str
    language: str
    template: str
    case: str
    backend: str
    sample: int = 1
    rehearsal: bool = False
    request: Request
    text: str
    subject: tuple[str, ...] = ()
    parameters: dict[str, object] = {}
    question: str = ""

    @property
    def incantation(self) -> str:
        """The text really sent: the last user message."""
        return self.request.messages[-1].content

    @property
    def key(self) -> str:
        """Equal for two cells exactly when they ask the same thing of the same backend for the same sample."""
        return f"{self.question or self.asks}-{self.sample}"

    @property
    def asks(self) -> str:
        """The digest of what is asked of whom, the same for every sample; `question` keeps it where it is known."""
        sent = [(m.role, m.content) for m in self.request.messages]
        asked = (self.spell, self.language, self.case, self.backend, sent)
        return digest((*asked, self.parameters, self.request.parameters), KEY_DIGITS)


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One trial, cast or judgement. Times are ISO 8601 in UTC; `finished` is empty while it runs or after a kill."""

    id: str
    kind: RunKind
    started: str
    finished: str = ""
    plan: dict[str, object] = {}


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One request that brought no answer. `number` counts those of a question from 1, `error` is the error's kind.

    `seconds` is how long it took, `wait` the seconds until the next one was to be sent; None when there was to be none.
    """

    number: int
    error: str
    message: str
    status: int | None = None
    seconds: float = 0.0
    wait: float | None = None


class Outcome(NamedTuple):
    """What came of a cell, ready to go on record: an answer and what it cost, an error, or one failed attempt."""

    cell: Cell
    reply: Answer | ServiceError | Attempt
    cost: float | None = None


class Done(NamedTuple):
    """What a run has of a cell already: its answer's number, and the verdict on it (None: it is not judged)."""

    answer: int
    verdict: VerdictKind | None


class Scored(NamedTuple):
    """One accepted result of a run, without its texts: what totals are counted from.

    `error` is the kind of service error where no answer came; `reason` is that of the check that decided, or the
    error's message; `tokens` are those of prompt and answer together; `split` counts judgements with votes against.
    """

    spell: str
    language: str
    backend: str
    case: str
    sample: int
    rehearsal: bool
    verdict: VerdictKind
    reason: str
    error: str
    cost: float | None
    tokens: int
    split: int


class Spent(NamedTuple):
    """What answers came to: money, None while no price was known, and tokens."""

    cost: float | None
    tokens: int


class Opinion(msgspec.Struct, frozen=True, kw_only=True):
    """What a person says of an answer: a verdict, a note, or both. It stands beside the verdict, never for it."""

    at: str
    verdict: VerdictKind | Literal[""] = ""
    note: str = ""


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """A picture kept with an answer, such as a screenshot of the chat it comes from."""

    name: str
    media_type: str
    data: bytes


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One answer, or the error in its place, with its latest verdict, as `history` shows it.

    `verdict` is None while it has not been judged. `error` is the kind of service error, empty when an answer came.
    `text` is the user's part of what was sent. `opinions`, oldest first, are what persons said of the answer; `images`
    the names of the files kept with it. `attempts` are the requests that failed before it came.
    """

    id: int
    run: str
    kind: RunKind
    at: str
    spell: str
    language: str
    template: str
    case: str
    backend: str
    sample: int
    rehearsal: bool
    key: str
    incantation: str
    answer: str
    parts: tuple[str, ...] = ()
    finish_reason: FinishReason = "unknown"
    model: str = ""
    usage: Usage = Usage()
    seconds: float = 0.0
    cost: float | None = None
    error: str = ""
    error_message: str = ""
    verdict: VerdictKind | None = None
    checks: tuple[CheckResult, ...] = ()
    yardstick: str = ""
    answer_in: str = ""
    text: str = ""
    opinions: tuple[Opinion, ...] = ()
    images: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()

    @property
    def reply(self) -> Answer:
        """The answer as the checks see it."""
        return Answer(
            text=self.answer,
            finish_reason=self.finish_reason,
            model=self.model,
            usage=self.usage,
            seconds=self.seconds,
            parts=self.parts,
        )
