from __future__ import annotations

import pytest

from grimoire.checks import build, yardstick
from grimoire.checks.combine import AllOf, AnyOf
from grimoire.checks.own import BadCheck
from grimoire.checks.wording import Contains
from grimoire.ports import Exchange
from grimoire.spell import CheckSpec
from grimoire.verdict import CheckResult
from tests.checks.samples import ARTICLE_ZH, exchange

Inner = dict[str, object]

PASSES: Inner = {"contains": "咖啡"}
FAILS: Inner = {"contains": "牛奶"}
SKIPS: Inner = {"cost": {"at_most": 1}}
HANGS: Inner = {"matches": "(a|aa)+$"}
"""It crashes on the answer below, which ends in many an a and a b."""
ANSWER = ARTICLE_ZH + "a" * 50 + "b"

ALL: dict[str, tuple[list[Inner], str, str]] = {
    "all-pass": ([PASSES, {"headings": {"exactly": 3}}], "passed", "2 of 2 pass: contains: contains"),
    "one-fails": ([PASSES, FAILS], "failed", 'contains: 1 of 1 missing: "牛奶"'),
    "skipped-does-not-count": ([PASSES, SKIPS], "passed", "1 of 2 pass: contains: "),
    "skipped-and-failed": ([SKIPS, FAILS], "failed", "missing"),
    "all-skipped": ([SKIPS, SKIPS], "skipped", "cost: what the answer cost is not known"),
    "one-crashes": ([PASSES, HANGS], "crashed", "matches: the pattern"),
    "failure-decides-over-a-crash": ([HANGS, FAILS], "failed", "missing"),
    "crash-and-skipped": ([HANGS, SKIPS], "crashed", "matches: "),
}
ANY: dict[str, tuple[list[Inner], str, str]] = {
    "first-passes": ([PASSES, FAILS], "passed", 'contains: contains "咖啡"'),
    "second-passes": ([FAILS, PASSES], "passed", 'contains: contains "咖啡"'),
    "none-passes": ([FAILS, {"headings": {"exactly": 1}}], "failed", "none of 2 passes: contains: 1 of 1 missing"),
    "skipped-does-not-count": ([FAILS, SKIPS], "failed", "none of 2 passes: contains: "),
    "all-skipped": ([SKIPS], "skipped", "cost: "),
    "one-crashes": ([FAILS, HANGS], "crashed", "matches: the pattern"),
    "pass-decides-over-a-crash": ([HANGS, PASSES], "passed", "contains"),
}
NOT: dict[str, tuple[Inner, str, str]] = {
    "passes": (PASSES, "failed", 'passes, and must not: contains: contains "咖啡" (line 1: "# 在家冲一杯好咖啡")'),
    "fails": (FAILS, "passed", "contains: 1 of 1 missing"),
    "skipped": (SKIPS, "skipped", "cost: "),
    "crashes": (HANGS, "crashed", "matches: "),
}


@pytest.mark.parametrize(("checks", "outcome", "said"), ALL.values(), ids=ALL)
def test_all_of(checks: list[Inner], outcome: str, said: str) -> None:
    result = build(CheckSpec(name="all-of", params=checks)).judge(exchange(ANSWER))
    assert (result.outcome, said in result.reason) == (outcome, True), result.reason


@pytest.mark.parametrize(("checks", "outcome", "said"), ANY.values(), ids=ANY)
def test_any_of(checks: list[Inner], outcome: str, said: str) -> None:
    result = build(CheckSpec(name="any-of", params=checks)).judge(exchange(ANSWER))
    assert (result.outcome, said in result.reason) == (outcome, True), result.reason


@pytest.mark.parametrize(("check", "outcome", "said"), NOT.values(), ids=NOT)
def test_not(check: Inner, outcome: str, said: str) -> None:
    result = build(CheckSpec(name="not", params=check)).judge(exchange(ANSWER))
    assert (result.outcome, said in result.reason) == (outcome, True), result.reason


def test_one_within_another_names_what_decided() -> None:
    inner: Inner = {"any-of": [FAILS, {"not": {"headings": {"at_least": 2}}}]}
    result = build(CheckSpec(name="all-of", params=[PASSES, inner], should=True)).judge(exchange(ANSWER))
    assert (result.check, result.outcome, result.should) == ("all-of", "failed", True)
    assert result.reason.startswith('any-of: none of 2 passes: contains: 1 of 1 missing: "牛奶"; not: passes, and must')


class Raises:
    """A check with a bug."""

    name = "emoji"
    version = 1
    should = False

    def judge(self, _: Exchange) -> CheckResult:
        raise ZeroDivisionError("a\x1b[2J bug")


@pytest.mark.parametrize(
    ("combination", "outcome", "said"),
    [
        pytest.param(AllOf([PASSES]), "crashed", "emoji: ZeroDivisionError: a\\x1b[2J bug", id="all-of"),
        pytest.param(AllOf([FAILS]), "failed", "contains: 1 of 1 missing", id="all-of-that-fails-anyway"),
        pytest.param(AnyOf([PASSES]), "passed", "contains: contains", id="any-of-that-passes-anyway"),
        pytest.param(AnyOf([FAILS]), "crashed", "emoji: ZeroDivisionError", id="any-of"),
    ],
)
def test_one_that_raises_does_not_decide_for_the_others(combination: AllOf | AnyOf, outcome: str, said: str) -> None:
    combination._checks.insert(0, Raises())
    result = combination.judge(exchange(ANSWER))
    assert (result.outcome, result.reason.startswith(said)) == (outcome, True), result.reason


@pytest.mark.parametrize(
    ("name", "wants", "said"),
    [
        pytest.param("all-of", [], "length >= 1", id="none"),
        pytest.param("all-of", PASSES, "Expected `array`", id="no-list"),
        pytest.param("not", [PASSES], "Expected `object`", id="list"),
        pytest.param("any-of", ["contains"], "Expected `object`", id="name-alone"),
        pytest.param("any-of", [{}], "number 1 has one check's name, not 0: nothing", id="empty"),
        pytest.param("any-of", [PASSES, PASSES | {"emoji": None}], "number 2 has one check's name, not 2", id="two"),
        pytest.param("all-of", [PASSES | {"should": True}], "`should` stands beside all-of, not within", id="should"),
        pytest.param("all-of", [{"emojis": {}}], "number 1: no check 'emojis'; did you mean emoji?", id="unknown"),
        pytest.param("not", {"regex": "a"}, "number 1: no check 'regex'; write matches", id="promptfoo"),
        pytest.param(
            "not", {"emoji": {"atleast": 1}}, "check emoji: Object contains unknown field `atleast`", id="wants"
        ),
        pytest.param("not", {"not": {"not": {"not": PASSES}}}, "at most 3 deep", id="deep"),
        pytest.param("all-of", [PASSES] * 21, "length <= 20", id="many"),
        pytest.param("all-of", [{"judge": "It is polite."}], "judge asks a model, so it stands by itself", id="judge"),
        pytest.param("not", {"compare": True}, "compare asks a model, so it stands by itself", id="compare"),
    ],
)
def test_what_cannot_be_combined_is_refused(name: str, wants: object, said: str) -> None:
    with pytest.raises(BadCheck, match=f"check {name}") as caught:
        build(CheckSpec(name=name, params=wants))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_three_deep_is_not_too_deep() -> None:
    check = build(CheckSpec(name="not", params={"not": {"not": FAILS}}))
    assert check.judge(exchange(ANSWER)).outcome == "passed"


def test_very_deep_wants_are_refused_at_once() -> None:
    wants: Inner = PASSES
    for _ in range(5000):
        wants = {"not": wants}
    with pytest.raises(BadCheck, match="at most 3 deep"):
        build(CheckSpec(name="not", params=wants))


def test_the_yardstick_tells_of_the_checks_within() -> None:
    first, again, other = (build(CheckSpec(name="not", params=wants)) for wants in (PASSES, PASSES, FAILS))
    assert yardstick([first]) == yardstick([again])
    assert yardstick([first]) != yardstick([other])
    assert AllOf([PASSES]).wants == [("contains", Contains.version, "咖啡")]
