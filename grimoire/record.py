"""What the ledger keeps: the cells of a run, and entries read back from it."""

from __future__ import annotations

from typing import Literal

import msgspec

from grimoire.chat import Answer, FinishReason, Request, Usage
from grimoire.spell import digest
from grimoire.verdict import CheckResult, VerdictKind

RunKind = Literal["trial", "cast", "judge"]


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

    @property
    def incantation(self) -> str:
        """The text really sent: the last user message."""
        return self.request.messages[-1].content

    @property
    def key(self) -> str:
        """Equal for two cells exactly when they ask the same thing of the same backend for the same sample."""
        sent = [(m.role, m.content) for m in self.request.messages]
        asked = (self.spell, self.language, self.case, self.backend, self.sample, sent)
        return digest((*asked, self.parameters, self.request.parameters))


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One trial, cast or judgement. Times are ISO 8601 in UTC; `finished` is empty while it runs or after a kill."""

    id: str
    kind: RunKind
    started: str
    finished: str = ""
    plan: dict[str, object] = {}


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
    the names of the files kept with it.
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
