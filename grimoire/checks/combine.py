"""Checks made of other checks: all of them, any of them, or not one.

They are judged one after another until the outcome is known. What is skipped does not count; what crashes makes the
combination crash, unless another decides it. A check that asks a model stands by itself and is part of none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

import msgspec

from grimoire.checks.own import BadCheck, OwnCheck
from grimoire.checks.reason import result
from grimoire.ports import AskingCheck, Check, Exchange
from grimoire.spell import CheckSpec
from grimoire.verdict import CheckResult, Outcome

DEEPEST = 3
INNER = "InnerCheck"
"""The name under `$defs` of the JSON Schema of a check within a check."""
COMBINATIONS = ("all-of", "any-of", "not")

Inner = Annotated[dict[str, Any], msgspec.Meta(extra_json_schema={"$ref": f"#/$defs/{INNER}"})]
Inners = Annotated[list[Inner], msgspec.Meta(min_length=1, max_length=20)]


class _Combination(OwnCheck[Any]):
    """What holds other checks. Its `wants` become theirs, with their versions, so that the yardstick tells of both."""

    def prepare(self) -> None:
        items = _listed(self.wants)
        if _too_deep(items, DEEPEST - 1):
            raise self.bad(f"checks stand within checks at most {DEEPEST} deep")
        self._checks = [self._build(number, item) for number, item in enumerate(items, 1)]
        self.wants = [(check.name, check.version, getattr(check, "wants", None)) for check in self._checks]

    def _build(self, number: int, item: dict[str, Any]) -> Check:
        from grimoire.checks import build

        if "should" in item:
            raise self.bad(f"`should` stands beside {self.name}, not within")
        if len(item) != 1:
            named = ", ".join(map(str, item)) or "nothing"
            raise self.bad(f"number {number} has one check's name, not {len(item)}: {named}")
        name, wants = next(iter(item.items()))
        try:
            check = build(CheckSpec(name=name, params=wants))
        except BadCheck as error:
            raise BadCheck(f"check {self.name}, number {number}: {error.message}", hint=error.hint) from None
        if isinstance(check, AskingCheck):
            raise self.bad(f"{name} asks a model, so it stands by itself")
        return check

    def _results(self, exchange: Exchange, decisive: Outcome) -> list[CheckResult]:
        """What the checks found, in their order, up to the first that decides."""
        found: list[CheckResult] = []
        for check in self._checks:
            found.append(_run(check, exchange))
            if found[-1].outcome == decisive:
                break
        return found


class AllOf(_Combination):
    """Checks that must all pass."""

    name = "all-of"
    form: ClassVar[object] = Inners
    allowed = "a list of checks"

    def judge(self, exchange: Exchange) -> CheckResult:
        found = self._results(exchange, "failed")
        if found[-1].outcome == "failed":
            return result(self, "failed", _said(found[-1]))
        passed = [each for each in found if each.outcome == "passed"]
        said = f"{len(passed)} of {len(found)} pass: {'; '.join(map(_said, passed))}"
        return result(self, *(_undecided(found) or ("passed", said)))


class AnyOf(_Combination):
    """Checks of which at least one must pass."""

    name = "any-of"
    form: ClassVar[object] = Inners
    allowed = "a list of checks"

    def judge(self, exchange: Exchange) -> CheckResult:
        found = self._results(exchange, "passed")
        if found[-1].outcome == "passed":
            return result(self, "passed", _said(found[-1]))
        failed = [each for each in found if each.outcome == "failed"]
        said = f"none of {len(found)} passes: {'; '.join(map(_said, failed))}"
        return result(self, *(_undecided(found) or ("failed", said)))


class Not(_Combination):
    """A check that must not pass."""

    name = "not"
    form: ClassVar[object] = Inner
    allowed = "one check"

    def judge(self, exchange: Exchange) -> CheckResult:
        found = self._results(exchange, "passed")
        good = found[0].outcome == "failed"
        said = _said(found[0]) if good else f"passes, and must not: {_said(found[0])}"
        return result(self, *(_undecided(found) or ("passed" if good else "failed", said)))


def _listed(wants: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # what a file says, of a form that is checked
    return wants if isinstance(wants, list) else [wants]


def _too_deep(items: Sequence[Any], left: int) -> bool:
    """Whether there are checks within these checks more than `left` deep."""
    wants = [item[name] for item in items if isinstance(item, dict) for name in COMBINATIONS if name in item]
    inner = [part for each in wants for part in _listed(each)]
    return bool(inner) and (left == 0 or _too_deep(inner, left - 1))


def _undecided(found: Sequence[CheckResult]) -> tuple[Outcome, str] | None:
    """The outcome where nothing decided: one crashed, or all were skipped."""
    crashed = next((each for each in found if each.outcome == "crashed"), None)
    if crashed:
        return "crashed", _said(crashed)
    skipped = all(each.outcome == "skipped" for each in found)
    return ("skipped", "; ".join(map(_said, found))) if skipped else None


def _run(check: Check, exchange: Exchange) -> CheckResult:
    try:
        return check.judge(exchange)
    except Exception as error:  # noqa: BLE001  # as in grimoire.judge: one that crashes does not decide for the others
        return result(check, "crashed", f"{type(error).__name__}: {error}")


def _said(found: CheckResult) -> str:
    return f"{found.check}: {found.reason}"
