"""Two runs compared, case by case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec

from grimoire.chance import Chance
from grimoire.record import Entry
from grimoire.spell import digest
from grimoire.standing import RANK, case_kind, share
from grimoire.verdict import VerdictKind

Difference = Literal["regressed", "recovered", "same", "new", "gone", "unknown"]


class Place(NamedTuple):
    """One case of a spell in a language on a backend."""

    spell: str
    language: str
    backend: str
    case: str


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """What one run found there. `kind` is `error` where no answer got a verdict; errors count beside the answers.

    `low` to `high` is the 95 % interval of the share that works; `template`, `sent` and `yardstick` are the digests of
    the text, of the text with the case filled in, and of the checks.
    """

    kind: str
    works: int
    answers: int
    errors: int
    low: float
    high: float
    reason: str = ""
    template: str = ""
    sent: str = ""
    yardstick: str = ""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One place in both runs; None where a run did not try it.

    `clear` says that the intervals do not meet: the difference is hardly chance. `text` and `checks` say that another
    text was sent, be it the spell's or the case's, or that other checks judged.
    """

    place: Place
    before: Side | None
    after: Side | None
    difference: Difference
    clear: bool = False
    text: bool = False
    checks: bool = False


def compare(before: Iterable[Entry], after: Iterable[Entry], chance: Chance) -> list[Line]:
    """Every place either run tried, in the order of names."""
    old, new = _sides(before, chance), _sides(after, chance)
    return [_line(place, old.get(place), new.get(place)) for place in sorted(old.keys() | new.keys())]


def _line(place: Place, before: Side | None, after: Side | None) -> Line:
    if before is None or after is None:
        return Line(place=place, before=before, after=after, difference="new" if before is None else "gone")
    return Line(
        place=place,
        before=before,
        after=after,
        difference=_difference(before.kind, after.kind),
        clear=before.high < after.low or after.high < before.low,
        text=(before.template, before.sent) != (after.template, after.sent),
        checks=before.yardstick != after.yardstick,
    )


def _difference(before: str, after: str) -> Difference:
    if "error" in (before, after):
        return "same" if before == after else "unknown"
    if before == after:
        return "same"
    return "regressed" if RANK[after] > RANK[before] else "recovered"


def _sides(entries: Iterable[Entry], chance: Chance) -> dict[Place, Side]:
    found: dict[Place, dict[int, Entry]] = {}
    for entry in entries:
        place = Place(entry.spell, entry.language, entry.backend, entry.case)
        samples = found.setdefault(place, {})
        if not entry.error or entry.sample not in samples:  # an error takes no answer's place, as in a resumed run
            samples[entry.sample] = entry
    return {place: _side(list(samples.values()), chance) for place, samples in found.items()}


def _side(entries: list[Entry], chance: Chance) -> Side:
    verdicts: list[VerdictKind] = [entry.verdict or "error" for entry in entries]
    answered = [verdict for verdict in verdicts if verdict != "error"]
    counted = share(answered)
    reasons = [f"{c.check}: {c.reason}" for e in entries for c in e.checks if c.outcome == "failed"]
    errors = [entry.error_message for entry in entries if entry.error]
    judged = [entry for entry in entries if entry.verdict not in {None, "error"}] or entries
    return Side(
        kind=case_kind(answered, chance) if answered else "error",
        works=answered.count("works"),
        answers=len(answered),
        errors=len(verdicts) - len(answered),
        low=counted.low,
        high=counted.high,
        reason=next(iter(reasons if answered else errors), ""),
        template=judged[-1].template,
        sent=digest(judged[-1].incantation),
        yardstick=judged[-1].yardstick,
    )
