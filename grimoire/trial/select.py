"""What of a plan to try: some of its cases, or only the places that the ledger gives a reason for (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from grimoire.chance import Chance
from grimoire.permutation import choose
from grimoire.spell import Spell
from grimoire.standing import Judged, stand
from grimoire.trial.plan import Place

FAILING = frozenset({"broken", "partial", "flaky"})


class Reasons(msgspec.Struct, frozen=True, kw_only=True):
    """For what reasons a place is tried: any one of them is enough; without any, every place is.

    `changed`: it is stale, or something of it was never answered. `failed`: it does not work now, or brought errors
    alone. `max_age`: it has no answer younger than so many seconds.
    """

    changed: bool = False
    failed: bool = False
    max_age: float | None = None

    def __bool__(self) -> bool:
        return self.changed or self.failed or self.max_age is not None


class Now(NamedTuple):
    """A text as it is now: its digest (empty: it is still to be made) and the cases of its spell.

    `sent` has by case the digest of what is sent, for the cases that are to be tried; of those, `rehearsed` are the
    ones that a rehearsal has something to say to.
    """

    template: str
    cases: frozenset[str]
    sent: Mapping[str, str]
    rehearsed: frozenset[str] = frozenset()

    def asked(self, *, rehearsal: bool) -> set[tuple[str, str]]:
        """What is sent, as (case, digest)."""
        return {(case, sent) for case, sent in self.sent.items() if not rehearsal or case in self.rehearsed}


def left_out(
    judged: Iterable[tuple[tuple[str, str, str, bool], list[Judged]]],
    texts: Mapping[tuple[str, str], Now],
    backends: Mapping[str, bool],
    reasons: Reasons,
    *,
    as_of: str,
    chance: Chance,
) -> frozenset[Place]:
    """The places that there is no reason to try.

    `texts` is by spell and language, and `backends` says by name which are rehearsals. Only what the ledger held before
    `as_of` (ISO 8601) counts, so that a resumed run has the plan that it began with.
    """
    if not reasons:
        return frozenset()
    oldest = _before(as_of, reasons.max_age or 0.0)
    untried = not reasons.changed and reasons.max_age is None
    left = {(*text, backend) for text in texts for backend in backends} if untried else set()
    for (spell, language, backend, rehearsal), history in judged:
        now = texts.get((spell, language))
        earlier = [entry for entry in history if entry.at < as_of]
        if now is None or backends.get(backend) is not rehearsal:
            continue
        place = (spell, language, backend)
        if _wanted(earlier, now, reasons, oldest, chance, rehearsal=rehearsal):
            left.discard(place)
        else:
            left.add(place)
    return frozenset(left)


def sample(spells: Iterable[Spell], size: str, seed: int) -> frozenset[tuple[str, str]]:
    """So many cases of some spells, as (spell, case): `size` is a number or a percentage; at least one is chosen."""
    cases = [(spell.name, case.id) for spell in spells for case in spell.cases]
    return choose(cases, sample_size(size, len(cases)), seed)


def sample_size(size: str, of: int) -> int:
    """How many `size` is of a number of cases, rounded to the nearest, and at least one where there is one."""
    wanted = of * float(size[:-1]) / 100 if size.endswith("%") else int(size)
    return min(of, max(1, int(wanted + 0.5)))


def _wanted(
    history: Sequence[Judged], now: Now, reasons: Reasons, oldest: str, chance: Chance, *, rehearsal: bool
) -> bool:
    answers = [entry for entry in history if entry.template == now.template and _is_answer(entry)]
    if reasons.max_age is not None and not any(entry.at > oldest for entry in answers):
        return True
    if reasons.changed and not now.asked(rehearsal=rehearsal) <= {(entry.case, entry.sent) for entry in answers}:
        return True
    if not reasons.failed:
        return False
    standing = stand(history, now.template, chance, now.cases)
    return standing.kind in FAILING or (standing.kind == "untested" and standing.errors > 0)


def _is_answer(entry: Judged) -> bool:
    """Whether an answer came, be it that a check crashed: to judge it again, nobody has to be asked again."""
    return entry.verdict != "error" or bool(entry.yardstick)


def _before(time: str, seconds: float) -> str:
    """A time so many seconds earlier, written as the ledger writes it."""
    try:
        earlier = datetime.fromisoformat(time) - timedelta(seconds=seconds)
    except OverflowError:
        return ""
    return earlier.isoformat(timespec="milliseconds").replace("+00:00", "Z")
