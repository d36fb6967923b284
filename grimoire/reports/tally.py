"""The results of one trial, counted by spell × language × backend."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from grimoire.chance import Chance, Interval
from grimoire.standing import StandingKind, combine, share
from grimoire.trial.run import Result
from grimoire.verdict import VerdictKind

Key = tuple[str, str, str]
"""Spell, language, backend."""


class Count(msgspec.Struct):
    """What became of one spell's cases and samples, as (case, verdict).

    `reasons` are those of the answers that do not work, each once.
    """

    judged: list[tuple[str, VerdictKind]] = []
    reasons: list[str] = []
    chance: Chance = Chance()

    @property
    def kinds(self) -> list[VerdictKind]:
        """The verdicts, as they came."""
        return [kind for _, kind in self.judged]

    @property
    def standing(self) -> StandingKind:
        """What the answers of this run say together."""
        return combine(self.judged, self.chance)

    @property
    def failing(self) -> list[str]:
        """The cases that do not hold up: broken always or sometimes, by more than an unlucky draw."""
        cases = dict.fromkeys(case for case, _ in self.judged)
        kinds = {case: combine([j for j in self.judged if j[0] == case], self.chance) for case in cases}
        return [case for case, kind in kinds.items() if kind in {"broken", "flaky"}]

    @property
    def answers(self) -> int:
        """Answers with a verdict."""
        return len(self.judged) - self.errors

    @property
    def share(self) -> Interval:
        """How many of the answers work."""
        return share(self.kinds)

    @property
    def errors(self) -> int:
        """Questions to which no verdict was reached."""
        return self.kinds.count("error")


class Tally(msgspec.Struct):
    """Counts by cell, in the order they came, and what it all cost (None while no answer had a price).

    `unanswered` are the questions no service answered; an `error` beyond those is a check that crashed. `split` counts
    the judgements on which a model's votes disagreed.
    """

    cells: dict[Key, Count] = {}
    cost: float | None = None
    tokens: int = 0
    asked: int = 0
    earlier: int = 0
    unanswered: int = 0
    split: int = 0
    chance: Chance = Chance()

    def add(self, result: Result) -> None:
        """Count one result."""
        cell = result.cell
        count = self.cells.setdefault((cell.spell, cell.language, cell.backend), Count(chance=self.chance))
        count.judged.append((cell.case, result.verdict.kind))
        reasons = [result.error] if result.error else result.verdict.reasons
        count.reasons += [reason for reason in reasons if reason not in count.reasons]
        self.unanswered += bool(result.error)
        self.split += sum(check.split for check in result.verdict.checks)
        self.earlier += result.earlier
        self.asked += not result.earlier
        if result.cost is not None:
            self.cost = (self.cost or 0.0) + result.cost
        if result.answer:
            usage = result.answer.usage
            self.tokens += (usage.prompt_tokens or 0) + (usage.completion_tokens or 0)

    @property
    def failing(self) -> list[Key]:
        """The cells with a case that does not hold up."""
        return [key for key, count in self.cells.items() if count.failing]

    def verdicts(self, kind: VerdictKind) -> int:
        """How many answers got this verdict."""
        return sum(count.kinds.count(kind) for count in self.cells.values())


def unexpected_rehearsals(tally: Tally, good: Iterable[str]) -> list[Key]:
    """Cells of a rehearsal that came out otherwise than they must.

    A model of `good` must work; every other misbehaves, and where it is not found broken the checks are too weak.
    """
    expected = set(good)
    return [
        key for key, count in tally.cells.items() if count.standing != ("works" if key[2] in expected else "broken")
    ]
