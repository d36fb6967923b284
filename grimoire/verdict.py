"""Check results and verdicts, and the pure rule that derives one from the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

Outcome = Literal["passed", "failed", "crashed", "skipped"]
VerdictKind = Literal["works", "partial", "broken", "error"]


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """One judgement of one answer. `reason` always says why, with the count, line or words it rests on.

    `judge` is the BACKEND/MODEL that was asked, where one was, `wants` a digest of what it was asked for, and `split`
    whether its votes disagreed.
    """

    check: str
    version: int
    outcome: Outcome
    reason: str
    should: bool = False
    judge: str = ""
    wants: str = ""
    split: bool = False


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Of one answer: `error` means that no verdict could be reached, which is never the spell's fault.

    `yardstick` is the digest of the checks, with their versions and what they want: two verdicts can be compared where
    it is the same.
    """

    kind: VerdictKind
    checks: tuple[CheckResult, ...] = ()
    yardstick: str = ""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is not `works`: the reasons of the checks that decided it."""
        return tuple(f"{c.check}: {c.reason}" for c in self.checks if c.outcome in {"failed", "crashed"})


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
