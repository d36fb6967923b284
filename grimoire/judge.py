"""Judging one answer: every check, then the verdict."""

from __future__ import annotations

from collections.abc import Sequence

from grimoire.ports import Check, Exchange
from grimoire.verdict import CheckResult, Verdict, decide


def judge(exchange: Exchange, checks: Sequence[Check]) -> Verdict:
    """The verdict on an answer, with each check's result in the order given.

    A check that raises has crashed, which is a result like any other. Where there is no answer (`answered` fails)
    there is nothing for the checks after it to look at, and they are not run.
    """
    results: list[CheckResult] = []
    for check in checks:
        results.append(_run(check, exchange))
        if results[-1].check == "answered" and results[-1].outcome == "failed":
            break
    return decide(results)


def _run(check: Check, exchange: Exchange) -> CheckResult:
    try:
        return check.judge(exchange)
    except Exception as error:  # noqa: BLE001  # a bug in one check must not cost the verdicts of a whole trial
        said = " ".join(str(error).split())
        reason = f"{type(error).__name__}: {said}"[:200]
        return CheckResult(
            check=check.name, version=check.version, outcome="crashed", reason=reason, should=check.should
        )
