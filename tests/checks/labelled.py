"""Labelled answers: `tests/data/labelled/<check>.yaml`, each good (the check must let it be) or bad (it must fail).

An item has `id`, `good`, `answer`, and what of the exchange matters: `answer_in` (default `en`), `text`, `incantation`
(default: the text), `subject`, `finish_reason` (default `stop`). `missed: true` marks what the check is known to get
wrong today, so that precision and recall are told as they are; it fails as soon as the check gets it right.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from grimoire import yamlfile
from grimoire.chat import Answer, FinishReason
from grimoire.ports import Check, Exchange

FOLDER = Path(__file__).parent.parent / "data" / "labelled"


class Labelled(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer, and whether a check must let it be."""

    id: str
    good: bool
    answer: str
    answer_in: str = "en"
    text: str = ""
    incantation: str = ""
    subject: tuple[str, ...] = ()
    finish_reason: FinishReason = "stop"
    missed: bool = False

    @property
    def exchange(self) -> Exchange:
        """What the check sees."""
        return Exchange(
            answer=Answer(text=self.answer, finish_reason=self.finish_reason),
            incantation=self.incantation or self.text,
            text=self.text,
            answer_in=self.answer_in,
            subject=self.subject,
        )


class Score(msgspec.Struct, frozen=True):
    """How a check did: right alarms, false alarms, and what it missed."""

    hits: int
    false: int
    missed: int

    @property
    def precision(self) -> float:
        return self.hits / (self.hits + self.false) if self.hits + self.false else 1.0

    @property
    def recall(self) -> float:
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else 1.0


def read(name: str, folder: Path = FOLDER) -> list[Labelled]:
    """The labelled answers of a check."""
    return yamlfile.convert(yamlfile.read(folder / f"{name}.yaml"), list[Labelled])


def alarms(check: Check, item: Labelled) -> bool:
    """Whether the check fails the answer."""
    return check.judge(item.exchange).outcome == "failed"


def score(check: Check, items: list[Labelled]) -> Score:
    """The check's score on labelled answers."""
    found = [(item.good, alarms(check, item)) for item in items]
    return Score(found.count((False, True)), found.count((True, True)), found.count((False, False)))
