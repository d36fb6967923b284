"""A standing as a line of words: what it is, since when, and on what evidence."""

from __future__ import annotations

from grimoire.cli.output import count
from grimoire.reports.standings import Row
from grimoire.standing import Standing
from grimoire.terminal import one_line


def percent(share: float) -> str:
    """A share as a person writes it."""
    return f"{share * 100:.0f} %"


def short_interval(answers: int, low: float, high: float) -> str:
    """The bounds in brackets, where several answers were counted."""
    return f"({low * 100:.0f}-{high * 100:.0f} %)" if answers > 1 else ""


def place(row: Row) -> str:
    """Which spell, in which language, on what."""
    return f"{one_line(row.spell)} ({row.language}) on {one_line(row.backend)}"


def changed_line(row: Row) -> str:
    """What changed with the latest run, and the answer that first showed it."""
    standing = row.standing
    told = f"{standing.was} → {standing.kind}, {evidence(standing)}; first in answer {standing.first}"
    return f"{standing.change}: {place(row)}: {told}{_reason(standing, 120)}"


def standing_line(row: Row) -> str:
    """Where it stands, since when, on what evidence, and why it does not work."""
    standing = row.standing
    if standing.kind in {"untested", "stale"}:
        return f"{place(row)}: {standing.kind}"
    change = f", {standing.change}" if standing.change else ""
    was = f" (was {standing.was})" if standing.was and standing.change != "still" else ""
    first = f"first in answer {standing.first}"
    doubt = "; in doubt" if standing.doubt else ""
    since = f"since {standing.since[:10]}, {first}"
    return f"{place(row)}: {standing.kind}{change}{was} {since}, {evidence(standing)}{doubt}{_reason(standing, 200)}"


def doubt_line(row: Row) -> str:
    """What does not fit, and is not yet enough."""
    standing = row.standing
    so_far = f"{standing.kind} so far" if standing.change == "new" else f"still {standing.kind}"
    return (
        f"in doubt: {place(row)}: {so_far}, {evidence(standing)}{_reason(standing, 120)}; the next trial goes on asking"
    )


def evidence(standing: Standing) -> str:
    """How many answers work since the standing began, and between what shares the true one lies."""
    bounds = f"{percent(standing.low)} to {percent(standing.high)}"
    interval = f" (95 % interval {bounds})" if standing.answers > 1 else ""
    errors = f", {count(standing.errors, 'error')} beside" if standing.errors else ""
    work = "works" if standing.answers == 1 else "work"
    return f"{standing.works} of {count(standing.answers, 'answer')} {work}{interval}{errors}"


def _reason(standing: Standing, width: int) -> str:
    return f"; latest failure: {one_line(standing.reason, width)}" if standing.reason else ""
