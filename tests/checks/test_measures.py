from __future__ import annotations

import pytest

from grimoire.chat import Answer, Usage
from grimoire.checks.measures import Cost, Latency, Tokens
from grimoire.checks.own import BadCheck
from grimoire.ports import Exchange


def exchange(
    *, seconds: float = 0, cost: float | None = None, usage: tuple[int | None, int | None] = (None, None)
) -> Exchange:
    return Exchange(answer=Answer(text="龙井", seconds=seconds, usage=Usage(*usage)), incantation="Tea?", cost=cost)


@pytest.mark.parametrize(
    ("seconds", "outcome", "said"),
    [
        pytest.param(19.99, "passed", "took 19.99 s, wanted at most 20", id="within"),
        pytest.param(20, "passed", "took 20.00 s", id="just"),
        pytest.param(20.5, "failed", "took 20.50 s, wanted at most 20", id="over"),
        pytest.param(0, "skipped", "how long the answer took is not known", id="unknown"),
    ],
)
def test_latency(seconds: float, outcome: str, said: str) -> None:
    result = Latency({"at_most": 20}).judge(exchange(seconds=seconds))
    assert (result.outcome, said in result.reason) == (outcome, True)


@pytest.mark.parametrize(
    ("cost", "outcome", "said"),
    [
        pytest.param(0.009, "passed", "cost 0.009, wanted at most 0.01", id="within"),
        pytest.param(0.0123456789, "failed", "cost 0.0123457, wanted at most 0.01", id="over"),
        pytest.param(0.0, "passed", "cost 0,", id="free"),
        pytest.param(None, "skipped", "the settings have no price for the model", id="unknown"),
    ],
)
def test_cost(cost: float | None, outcome: str, said: str) -> None:
    result = Cost({"at_most": 0.01}).judge(exchange(cost=cost))
    assert (result.outcome, said in result.reason) == (outcome, True)


@pytest.mark.parametrize(
    ("wants", "usage", "outcome", "said"),
    [
        pytest.param(
            {"at_most": 1200}, (9, 1200), "passed", "1200 completion tokens (wanted at most 1200)", id="within"
        ),
        pytest.param({"at_most": 1200}, (9, 1201), "failed", "1201 completion tokens", id="over"),
        pytest.param({"at_most": 1200}, (None, 3), "passed", "3 completion tokens", id="prompt-unknown"),
        pytest.param({"at_most": 1200}, (9, None), "skipped", "how many completion tokens is not known", id="unknown"),
        pytest.param({"completion": {"at_least": 5}}, (9, 4), "failed", "4 completion tokens", id="completion"),
        pytest.param({"prompt": {"exactly": 9}}, (9, None), "passed", "9 prompt tokens", id="prompt"),
        pytest.param({"total": {"at_most": 10}}, (9, 4), "failed", "13 total tokens (wanted at most 10)", id="total"),
        pytest.param({"total": {"at_most": 10}}, (9, None), "skipped", "how many total tokens", id="total-unknown"),
        pytest.param(
            {"prompt": {"at_most": 5}, "total": {"at_most": 10}},
            (9, None),
            "failed",
            "9 prompt tokens",
            id="known-decides",
        ),
        pytest.param(
            {"at_most": 5, "prompt": {"at_most": 9}},
            (9, 6),
            "failed",
            "9 prompt tokens (wanted at most 9), 6 compl",
            id="two",
        ),
    ],
)
def test_tokens(wants: object, usage: tuple[int | None, int | None], outcome: str, said: str) -> None:
    result = Tokens(wants).judge(exchange(usage=usage))
    assert (result.outcome, said in result.reason) == (outcome, True), result.reason


@pytest.mark.parametrize("check", [Latency, Cost])
@pytest.mark.parametrize("wants", [None, 20, {}, {"at_most": 0}, {"at_most": -1}, {"at_most": "20"}, {"at_least": 1}])
def test_limits_are_refused(check: type[Latency | Cost], wants: object) -> None:
    with pytest.raises(BadCheck, match=r"allowed: \{at_most: "):
        check(wants)


@pytest.mark.parametrize(
    "wants",
    [
        None,
        20,
        {},
        {"at_most": -1},
        {"total": {}},
        {"total": 5},
        {"at_most": 5, "completion": {"at_most": 5}},
        {"input": {}},
    ],
)
def test_tokens_refuse(wants: object) -> None:
    with pytest.raises(BadCheck, match=r"check tokens: .*allowed: \{at_least, at_most, exactly\}, or \{prompt"):
        Tokens(wants)
