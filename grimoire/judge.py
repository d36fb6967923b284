"""Judging one answer: every check, then the verdict; and then the checks for which a model is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

import msgspec

from grimoire.errors import ServiceError
from grimoire.ports import AskingCheck, ChatBackend, Check, Exchange
from grimoire.spell import digest
from grimoire.trial.gate import Stopped
from grimoire.verdict import CheckResult, Verdict, decide

NO_JUDGE = "no judge is set: name a backend as `judge` in the settings"


def judge(exchange: Exchange, checks: Sequence[Check], yardstick: str = "") -> Verdict:
    """The verdict on an answer, with each check's result in the order given; checks that ask a model are skipped.

    A check that raises has crashed, which is a result like any other. Where there is no answer (`answered` fails)
    there is nothing for the checks after it to look at, and they are not run. `yardstick` is the digest of the checks.
    """
    results: list[CheckResult] = []
    for check in checks:
        results.append(_run(check, exchange))
        if results[-1].check == "answered" and results[-1].outcome == "failed":
            break
    return msgspec.structs.replace(decide(results), yardstick=yardstick)


async def ask(exchange: Exchange, checks: Sequence[Check], verdict: Verdict, backend: ChatBackend | None) -> Verdict:
    """The verdict after `judge`'s with the skipped questions put to a model; without a backend they have crashed.

    An answer that is broken already is not paid for again. Raises Stopped where nothing is to be asked any more.
    """
    if verdict.kind == "broken":
        return verdict
    results = [
        await _ask(check, exchange, backend) if _asking(check) else result
        for check, result in zip(checks, verdict.checks, strict=True)
    ]
    return msgspec.structs.replace(decide(results), yardstick=verdict.yardstick)


def carry(
    exchange: Exchange, checks: Sequence[Check], verdict: Verdict, earlier: Sequence[CheckResult]
) -> Verdict | None:
    """`judge`'s verdict with what a model said of the same answer before in the place of the skipped questions.

    None where one of them was never put, or another one: then there is no verdict without asking, but for an answer
    that is broken already. That keeps what was said too, for the day on which it is no longer broken.
    """
    asked = {(r.check, r.wants): r for r in earlier if r.wants}  # what crashed was answered nothing, and wants nothing
    results: list[CheckResult] = []
    for check, result in zip(checks, verdict.checks, strict=False):  # where there is no answer not all checks were run
        said = asked.get((check.name, _question(check)))
        if not _asking(check) or not check.applies(exchange):
            results.append(result)
        elif said is not None:
            results.append(msgspec.structs.replace(said, should=check.should))
        elif verdict.kind == "broken":
            results.append(result)
        else:
            return None
    return msgspec.structs.replace(decide(results), yardstick=verdict.yardstick)


def asks(checks: Sequence[Check]) -> bool:
    """Whether a model has to be asked for any of them."""
    return any(_asking(check) for check in checks)


def _asking(check: Check) -> TypeGuard[AskingCheck]:
    """As `isinstance` says, which takes 40 µs a check for a protocol: more than most checks take to judge."""
    return hasattr(check, "ask")


def _run(check: Check, exchange: Exchange) -> CheckResult:
    try:
        return check.judge(exchange)
    except Exception as error:  # noqa: BLE001  # a bug in one check must not cost the verdicts of a whole trial
        return _crashed(check, error)


async def _ask(check: AskingCheck, exchange: Exchange, backend: ChatBackend | None) -> CheckResult:
    if not check.applies(exchange):
        return check.judge(exchange)
    if backend is None:
        return _result(check, NO_JUDGE)
    try:
        said = await check.ask(exchange, backend)
        return msgspec.structs.replace(said, wants=_question(check))
    except ServiceError as error:
        failed = _result(check, f"the judge {backend.name} gave no answer: {error.message}")
        return msgspec.structs.replace(failed, judge=backend.name)
    except Stopped:  # nothing is to be asked any more: no verdict, and no crash of the check
        raise
    except Exception as error:  # noqa: BLE001  # as above
        return _crashed(check, error)


def _question(check: Check) -> str:
    """What tells one question to a model from another."""
    return digest((check.version, getattr(check, "wants", None)))


def _crashed(check: Check, error: Exception) -> CheckResult:
    return _result(check, f"{type(error).__name__}: {error}")


def _result(check: Check, reason: str) -> CheckResult:
    said = " ".join(reason.split())[:200]
    return CheckResult(check=check.name, version=check.version, outcome="crashed", reason=said, should=check.should)
