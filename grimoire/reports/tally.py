"""The results of one trial, counted by spell × language × backend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from grimoire.chance import Chance, Interval, wilson
from grimoire.record import Scored
from grimoire.standing import StandingKind, case_kind, combine_cases
from grimoire.verdict import VerdictKind

Key = tuple[str, str, str]
"""Spell, language, backend."""

REASONS = 20
"""Different reasons that are kept of a cell."""


class Count(msgspec.Struct):
    """What became of one spell's cases and samples: how many answers to a case got a verdict.

    Its size is that of the cases, however many answers there were. `reasons` are those of the answers that do not work,
    each with how often it came, in the order they came; `other_reasons` counts answers with yet another.
    """

    judged: dict[tuple[str, VerdictKind], int] = {}
    reasons: dict[str, int] = {}
    other_reasons: int = 0
    chance: Chance = Chance()

    def add(self, case: str, verdict: VerdictKind, reason: str) -> None:
        """One more result."""
        pair = (case, verdict)
        self.judged[pair] = self.judged.get(pair, 0) + 1
        if not reason:
            return
        if reason in self.reasons or len(self.reasons) < REASONS:
            self.reasons[reason] = self.reasons.get(reason, 0) + 1
        else:
            self.other_reasons += 1

    def number(self, kind: VerdictKind) -> int:
        """How many got this verdict."""
        return sum(times for (_, found), times in self.judged.items() if found == kind)

    @property
    def standing(self) -> StandingKind:
        """What the answers of this run say together."""
        return combine_cases(kind for _, kind in self._cases())

    @property
    def failing(self) -> list[str]:
        """The cases that do not hold up: broken always or sometimes, by more than an unlucky draw."""
        return [case for case, kind in self._cases() if kind in {"broken", "flaky"}]

    @property
    def answers(self) -> int:
        """Answers with a verdict."""
        return sum(self.judged.values()) - self.errors

    @property
    def share(self) -> Interval:
        """How many of the answers work."""
        return wilson(self.number("works"), self.answers)

    @property
    def errors(self) -> int:
        """Questions to which no verdict was reached."""
        return self.number("error")

    def _cases(self) -> Iterator[tuple[str, StandingKind]]:
        """What each case with an answer comes to; errors say nothing."""
        cases: dict[str, list[VerdictKind]] = {}
        for (case, kind), times in self.judged.items():
            if kind != "error":
                cases.setdefault(case, []).extend([kind] * times)
        for case, kinds in cases.items():
            yield case, case_kind(kinds, self.chance)


class Tally(msgspec.Struct):
    """Counts by cell, in the order they came, and what it all cost (None while no answer had a price).

    They are counted from what the ledger holds, so that they are right after a kill and a resume too. `counted` is the
    number of all results, `earlier` how many of them this process found answered already. `unanswered` are the
    questions no service answered; an `error` beyond those is a check that crashed. `split` counts the judgements on
    which a model's votes disagreed.
    """

    cells: dict[Key, Count] = {}
    cost: float | None = None
    tokens: int = 0
    counted: int = 0
    earlier: int = 0
    unanswered: int = 0
    split: int = 0
    chance: Chance = Chance()

    def add(self, scored: Scored) -> None:
        """Count one result."""
        key = (scored.spell, scored.language, scored.backend)
        count = self.cells.get(key)
        if count is None:
            count = self.cells[key] = Count(chance=self.chance)
        count.add(scored.case, scored.verdict, scored.reason)
        self.counted += 1
        self.unanswered += bool(scored.error)
        self.split += scored.split
        self.tokens += scored.tokens
        if scored.cost is not None:
            self.cost = (self.cost or 0.0) + scored.cost

    @property
    def asked(self) -> int:
        """Questions that this process asked."""
        return self.counted - self.earlier

    @property
    def failing(self) -> list[Key]:
        """The cells with a case that does not hold up."""
        return [key for key, count in self.cells.items() if count.failing]

    def verdicts(self, kind: VerdictKind) -> int:
        """How many answers got this verdict."""
        return sum(count.number(kind) for count in self.cells.values())


def tally_of(scores: Iterable[Scored], chance: Chance, *, earlier: int = 0) -> Tally:
    """All of a run's results, counted."""
    tally = Tally(chance=chance, earlier=earlier)
    for scored in scores:
        tally.add(scored)
    return tally


def unexpected_rehearsals(tally: Tally, good: Iterable[str]) -> list[Key]:
    """Cells of a rehearsal that came out otherwise than they must.

    A model of `good` must work; every other misbehaves, and where it is not found broken the checks are too weak.
    """
    expected = set(good)
    return [
        key for key, count in tally.cells.items() if count.standing != ("works" if key[2] in expected else "broken")
    ]
