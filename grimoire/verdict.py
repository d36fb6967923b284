"""Check results, verdicts and standings, and the pure rules that derive each from the one before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

Outcome = Literal["passed", "failed", "crashed", "skipped"]
VerdictKind = Literal["works", "partial", "broken", "error"]
StandingKind = Literal["works", "partial", "broken", "flaky", "untested", "stale"]
Change = Literal["new", "still", "regressed", "recovered", ""]

_RANK = {"works": 0, "partial": 1, "flaky": 1, "broken": 2}


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """One judgement of one answer. `reason` always says why, with the count, line or words it rests on."""

    check: str
    version: int
    outcome: Outcome
    reason: str
    should: bool = False


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Of one answer: `error` means that no verdict could be reached, which is never the spell's fault."""

    kind: VerdictKind
    checks: tuple[CheckResult, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is not `works`: the reasons of the checks that decided it."""
        return tuple(f"{c.check}: {c.reason}" for c in self.checks if c.outcome in {"failed", "crashed"})


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Of spell × language × backend over time. `since` is the time (ISO 8601) of the first run with this standing."""

    kind: StandingKind
    change: Change = ""
    since: str = ""
    answers: int = 0
    errors: int = 0
    reason: str = ""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One answer as the standing rules see it, oldest first in any sequence of them."""

    run: str
    at: str
    template: str
    case: str
    sample: int = 1
    verdict: VerdictKind
    reason: str = ""


def decide(results: Sequence[CheckResult]) -> Verdict:
    """A failing must: broken. A crashed check: error. A failing should: partial. Else works."""
    musts = {r.outcome for r in results if not r.should}
    everything = {r.outcome for r in results}
    kind: VerdictKind = "works"
    if "failed" in musts:
        kind = "broken"
    elif "crashed" in everything:
        kind = "error"
    elif "failed" in everything:
        kind = "partial"
    return Verdict(kind=kind, checks=tuple(results))


def combine(judged: Iterable[tuple[str, VerdictKind]]) -> StandingKind:
    """What one run's answers, as (case, verdict), say together of a spell.

    Errors say nothing. The same case both well and badly answered is flaky; cases that differ among themselves make it
    partial.
    """
    cases: dict[str, set[VerdictKind]] = {}
    for case, kind in judged:
        if kind != "error":
            cases.setdefault(case, set()).add(kind)
    kinds = {_one_case(seen) for seen in cases.values()}
    if len(kinds) <= 1:
        return kinds.pop() if kinds else "untested"
    return "flaky" if "flaky" in kinds else "partial"


def _one_case(seen: set[VerdictKind]) -> StandingKind:
    if "broken" in seen:
        return "broken" if len(seen) == 1 else "flaky"
    return "partial" if "partial" in seen else "works"


def stand(history: Sequence[Judged], template: str) -> Standing:
    """The standing of one cell from its judged answers, oldest first.

    `template` is the digest of the text as it is now. Only answers to that text count; when there are none, but there
    are answers to an older text, the standing is `stale`.
    """
    current = [entry for entry in history if entry.template == template]
    combined = [(combine((e.case, e.verdict) for e in run), run) for run in _by_run(current)]
    runs = [(kind, run) for kind, run in combined if kind != "untested"]
    if not runs:
        stale = any(entry.verdict != "error" for entry in history)
        errors = sum(entry.verdict == "error" for entry in history)
        return Standing(kind="stale" if stale else "untested", errors=errors)
    kind, latest = runs[-1]
    return Standing(
        kind=kind,
        change=_change([k for k, _ in runs]),
        since=_since(runs),
        answers=sum(e.verdict != "error" for e in latest),
        errors=sum(e.verdict == "error" for e in latest),
        reason=next((e.reason for e in latest if e.reason and e.verdict != "error"), ""),
    )


def _by_run(history: Sequence[Judged]) -> list[list[Judged]]:
    runs: dict[str, list[Judged]] = {}
    for entry in history:
        runs.setdefault(entry.run, []).append(entry)
    return [_last_asked(run) for run in runs.values()]


def _last_asked(run: Sequence[Judged]) -> list[Judged]:
    """What a resumed run asked anew, after an error or with other settings, counts once: its last answer."""
    answers = {(e.case, e.sample): e for e in run if e.verdict != "error"}
    errors = {(e.case, e.sample): e for e in run if e.verdict == "error"}
    return list((errors | answers).values())


def _change(kinds: Sequence[StandingKind]) -> Change:
    if len(kinds) == 1:
        return "new"
    before, now = _RANK[kinds[-2]], _RANK[kinds[-1]]
    return "still" if now == before else "regressed" if now > before else "recovered"


def _since(runs: Sequence[tuple[StandingKind, list[Judged]]]) -> str:
    latest = runs[-1][0]
    since = runs[-1][1]
    for kind, run in reversed(runs):
        if kind != latest:
            break
        since = run
    return min(entry.at for entry in since)
