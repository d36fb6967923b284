from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from msgspec import structs

from grimoire.chat import Answer, Request
from grimoire.errors import ServiceTimeout
from grimoire.judge import NO_JUDGE, ask, asks, carry, judge
from grimoire.ports import ChatBackend, Check, Exchange
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


class Nobody:
    """A judge that is named and never asked by itself."""

    name = "office/m1"
    rehearsal = False
    parameters: dict[str, object]

    async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
        raise NotImplementedError

    async def aclose(self) -> None:
        """Nothing is open."""


class Asks(Says):
    """A check that asks a model, which says what it was made with."""

    requests = 1

    def __init__(self, said: Outcome | Exception, wants: str = "a price", *, should: bool = False) -> None:
        super().__init__("judge", "skipped", should=should)
        self.wants = wants
        self.asked = 0
        self._said = said

    def applies(self, exchange: Exchange) -> bool:
        return exchange.answer.text != "nothing to ask about"

    async def ask(self, exchange: Exchange, backend: ChatBackend) -> CheckResult:
        self.asked += 1
        if isinstance(self._said, Exception):
            raise self._said
        return structs.replace(self.judge(exchange), outcome=self._said, judge=backend.name)


GOOD, BAD = Says("contains", "passed"), Says("contains", "failed")


def after_asking(
    checks: list[Check], text: str = "text", backend: ChatBackend | None = None
) -> tuple[VerdictKind, list[CheckResult]]:
    found = asyncio.run(ask(exchange(text), checks, judge(exchange(text), checks, "y"), backend))
    assert found.yardstick == "y"
    return found.kind, list(found.checks)


@pytest.mark.parametrize(
    ("said", "kind", "outcome"),
    [
        pytest.param("passed", "works", "passed", id="passes"),
        pytest.param("failed", "broken", "failed", id="fails"),
        pytest.param(ServiceTimeout("no answer in 60 s"), "error", "crashed", id="no-answer"),
        pytest.param(ValueError("x"), "error", "crashed", id="a-bug"),
    ],
)
def test_a_model_has_its_say(said: Outcome | Exception, kind: VerdictKind, outcome: Outcome) -> None:
    found, results = after_asking([PASSED, GOOD, Asks(said)], backend=Nobody())
    assert (found, results[2].outcome) == (kind, outcome)
    if isinstance(said, ServiceTimeout):
        assert (results[2].reason, results[2].judge) == (
            "the judge office/m1 gave no answer: no answer in 60 s",
            "office/m1",
        )


def test_without_a_judge_there_is_no_verdict() -> None:
    found, results = after_asking([PASSED, Asks("passed")])
    assert (found, results[1].reason) == ("error", NO_JUDGE)


def test_nobody_is_asked_about_what_is_broken_or_does_not_apply() -> None:
    asking = Asks("passed")
    assert after_asking([PASSED, BAD, asking], backend=Nobody())[0] == "broken"
    assert after_asking([PASSED, asking], "nothing to ask about", Nobody())[0] == "works"
    assert asking.asked == 0


def test_checks_that_ask_are_told_from_those_that_do_not() -> None:
    assert asks([PASSED, Asks("passed")])
    assert not asks([PASSED, GOOD])


@pytest.mark.parametrize(
    ("said", "now", "kind"),
    [
        pytest.param("passed", [GOOD, Asks("failed")], "works", id="passed-stays-passed"),
        pytest.param("failed", [GOOD, Asks("passed")], "broken", id="failed-stays-failed"),
        pytest.param("failed", [GOOD, Asks("passed", should=True)], "partial", id="what-was-a-must-is-a-wish-now"),
        pytest.param("passed", [GOOD, Asks("passed", "a time")], None, id="another-question"),
        pytest.param(ServiceTimeout("x"), [GOOD, Asks("passed")], None, id="no-answer-came"),
        pytest.param(ValueError("x"), [GOOD, Asks("passed")], None, id="it-crashed"),
        pytest.param("passed", [BAD, Asks("passed")], "broken", id="broken-now"),
        pytest.param("passed", [BAD, Asks("passed", "a time")], "broken", id="broken-whatever-was-asked"),
        pytest.param("passed", [GOOD], "works", id="no-longer-asked"),
    ],
)
def test_what_was_said_before_is_taken_over(
    said: Outcome | Exception, now: list[Check], kind: VerdictKind | None
) -> None:
    earlier = after_asking([PASSED, GOOD, Asks(said)], backend=Nobody())[1]
    checks = [PASSED, *now]
    carried = carry(exchange("text"), checks, judge(exchange("text"), checks, "z"), earlier)
    assert (carried and carried.kind) == kind
    assert carried is None or carried.yardstick == "z"


def test_what_was_said_outlasts_the_days_on_which_it_is_broken() -> None:
    said = after_asking([PASSED, GOOD, Asks("passed")], backend=Nobody())[1]
    for contains in (BAD, GOOD):
        checks: list[Check] = [PASSED, contains, Asks("failed")]
        carried = carry(exchange("text"), checks, judge(exchange("text"), checks), said)
        assert carried is not None
        said = list(carried.checks)
    assert [result.outcome for result in said] == ["passed", "passed", "passed"]


def test_an_answer_that_is_none_is_carried_with_the_checks_that_were_run() -> None:
    checks: list[Check] = [Says("answered", "failed"), Asks("passed")]
    carried = carry(exchange(""), checks, judge(exchange(""), checks), [])
    assert carried is not None
    assert (carried.kind, len(carried.checks)) == ("broken", 1)
