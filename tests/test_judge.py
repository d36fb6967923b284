from __future__ import annotations

import pytest

from grimoire.judge import judge
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult, Outcome, VerdictKind
from tests.checks.samples import exchange


class Says:
    """A check that gives the outcome it was made with, or raises."""

    version = 3

    def __init__(self, name: str, outcome: Outcome | Exception, *, should: bool = False) -> None:
        self.name = name
        self.should = should
        self._outcome = outcome

    def judge(self, exchange: Exchange) -> CheckResult:
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return CheckResult(
            check=self.name, version=self.version, outcome=self._outcome, reason="said so", should=self.should
        )


PASSED = Says("answered", "passed")


@pytest.mark.parametrize(
    ("checks", "kind", "outcomes"),
    [
        pytest.param([], "works", [], id="none"),
        pytest.param([PASSED, Says("a", "passed")], "works", ["passed", "passed"], id="all-pass"),
        pytest.param([PASSED, Says("a", "skipped")], "works", ["passed", "skipped"], id="skipped-says-nothing"),
        pytest.param(
            [PASSED, Says("a", "failed"), Says("b", "passed")], "broken", ["passed", "failed", "passed"], id="goes-on"
        ),
        pytest.param([PASSED, Says("a", "failed", should=True)], "partial", ["passed", "failed"], id="wish"),
        pytest.param(
            [PASSED, Says("a", ValueError("x")), Says("b", "passed")],
            "error",
            ["passed", "crashed", "passed"],
            id="crash",
        ),
        pytest.param([Says("answered", "failed"), Says("a", "passed")], "broken", ["failed"], id="no-answer-ends-it"),
        pytest.param(
            [Says("answered", KeyError("x")), Says("a", "passed")], "error", ["crashed", "passed"], id="crash-goes-on"
        ),
        pytest.param(
            [Says("answered", "failed", should=True), Says("a", "failed")], "partial", ["failed"], id="wished"
        ),
    ],
)
def test_judge(checks: list[Says], kind: VerdictKind, outcomes: list[Outcome]) -> None:
    verdict = judge(exchange("text"), checks)
    assert verdict.kind == kind
    assert [result.outcome for result in verdict.checks] == outcomes


def test_a_crash_keeps_its_type_and_message_on_one_line() -> None:
    (result,) = judge(exchange("text"), [Says("odd", ZeroDivisionError("by\nzero " * 100), should=True)]).checks
    assert result.reason.startswith("ZeroDivisionError: by zero by zero")
    assert len(result.reason) <= 200
    assert (result.check, result.version, result.should) == ("odd", 3, True)


def test_what_must_end_the_program_is_not_caught() -> None:
    class Stops(Says):
        def judge(self, exchange: Exchange) -> CheckResult:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge(exchange("text"), [Stops("a", "passed")])
