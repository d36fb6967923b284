"""As many samples as it takes: one of each case, and more where an answer does not fit what is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from grimoire.chance import Chance
from grimoire.record import Cell
from grimoire.standing import CaseWatch, Judged, watch_case
from grimoire.verdict import VerdictKind


class CaseKey(NamedTuple):
    """One case of a spell in a language on a backend."""

    spell: str
    language: str
    backend: str
    case: str


Measured = tuple[str, str, str]
"""Digests of a text, of what is sent with a case filled in, and of the checks that the answers meet.

Answers can be compared where all three are the same.
"""


class _Asked(msgspec.Struct):
    """What this run has asked of a case."""

    watch: CaseWatch
    samples: int = 0


class Sampler:
    """Says which cells to ask once more: those whose answers leave it open whether something has changed.

    The samples of a case are asked one after the other, each on account of the one before.

    A case that got an error instead of an answer is left in doubt: asking on is for another run. Rehearsals, in which
    nothing happens by chance, are never asked again.
    """

    def __init__(self, chance: Chance, watches: Mapping[CaseKey, CaseWatch] | None = None) -> None:
        self._chance = chance
        self._watches = dict(watches or {})
        self._asked: dict[CaseKey, _Asked] = {}

    def see(self, cell: Cell, verdict: VerdictKind) -> Cell | None:
        """Take in what came of a cell: the next sample of a case in doubt, until there are as many as a run may ask."""
        if cell.rehearsal:
            return None
        key = CaseKey(cell.spell, cell.language, cell.backend, cell.case)
        asked = self._asked.get(key)
        if asked is None:
            asked = self._asked[key] = _Asked(self._watches.pop(key, CaseWatch()))
        asked.samples = max(asked.samples, cell.sample)
        asked.watch = asked.watch.see(verdict, asked.samples, self._chance)
        if verdict == "error" or not asked.watch.in_doubt or asked.samples >= self._chance.most:
            return None
        return msgspec.structs.replace(cell, sample=asked.samples + 1)


def known(
    judged: Iterable[tuple[tuple[str, str, str, bool], list[Judged]]],
    now: Mapping[tuple[str, str, str], Measured],
    chance: Chance,
    *,
    before: str,
) -> dict[CaseKey, CaseWatch]:
    """What the ledger says of every case, leaving out the run `before` which this is asked.

    `now` has by spell, language and case what its answers are measured by today; others say nothing.
    """
    watches: dict[CaseKey, CaseWatch] = {}
    for (spell, language, backend, rehearsal), history in judged:
        cases: dict[str, list[Judged]] = {}
        for entry in history:
            if not rehearsal and entry.run != before and _comparable(entry, now.get((spell, language, entry.case))):
                cases.setdefault(entry.case, []).append(entry)
        for case, entries in cases.items():
            watches[CaseKey(spell, language, backend, case)] = watch_case(entries, chance)
    return watches


def _comparable(entry: Judged, measured: Measured | None) -> bool:
    return entry.verdict != "error" and (entry.template, entry.sent, entry.yardstick) == measured
