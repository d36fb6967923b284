"""What a run may spend: no limit is passed, whatever is under way."""

from __future__ import annotations

import pytest

from grimoire.chat import Answer, Message, Request, Usage
from grimoire.trial.budget import Budget, Limit

ONE = Request(messages=(Message("user", "x" * 400),))
TWO = Request(messages=(Message("user", "y" * 400),))
PRICES = {"a/m": (1_000_000.0, 1_000_000.0)}
"""One unit of money a token."""


def answer(prompt: int | None = 100, completion: int | None = 50) -> Answer:
    return Answer(text="z" * 40, usage=Usage(prompt, completion))


def test_without_limits_anything_goes_and_is_counted() -> None:
    budget = Budget(Limit(), PRICES)
    assert all(budget.begin("a/m", ONE) for _ in range(5))
    for _ in range(5):
        budget.end("a/m", ONE, answer())
    assert (budget.calls, budget.cost, budget.why) == (5, 750.0, "")


def test_requests_are_counted_when_they_are_sent() -> None:
    budget = Budget(Limit(calls=2), {})
    assert [budget.begin("a/m", ONE) for _ in range(3)] == [True, True, False]
    assert budget.why == "--max-calls 2 is reached"
    budget.end("a/m", ONE, None)
    assert not budget.begin("a/m", ONE), "a failed request was one too"


def test_money_under_way_is_counted_as_spent() -> None:
    budget = Budget(Limit(cost=2500), PRICES)
    assert [budget.begin("a/m", ONE), budget.begin("a/m", ONE)] == [True, True], "1,100 each at the estimate"
    assert not budget.begin("a/m", TWO)
    assert budget.why == "--max-cost 2500 is reached"


def test_what_answers_have_cost_so_far_is_what_the_next_may_cost() -> None:
    budget = Budget(Limit(cost=2000), PRICES)
    assert budget.begin("a/m", ONE)
    budget.end("a/m", ONE, answer(100, 50))
    asked = 0
    while budget.begin("a/m", TWO):
        asked += 1
    assert asked == (2000 - 150) // 150
    for _ in range(asked):
        budget.end("a/m", TWO, answer(100, 50))
    assert budget.cost <= 2000


def test_a_bound_on_answers_is_what_they_may_cost() -> None:
    budget = Budget(Limit(cost=1000), PRICES, {"a/m": 100})
    assert [budget.begin("a/m", ONE) for _ in range(6)] == [True] * 5 + [False], "200 each, prompt and answer"
    own = Budget(Limit(cost=1000), PRICES, {"a/m": 100})
    bounded = Request(messages=ONE.messages, parameters={"max_completion_tokens": 400})
    assert [own.begin("a/m", bounded) for _ in range(3)] == [True, True, False]


def test_an_answer_longer_than_all_before_counts_for_those_under_way_too() -> None:
    budget = Budget(Limit(cost=10_000), PRICES)
    assert [budget.begin("a/m", ONE) for _ in range(3)] == [True] * 3
    budget.end("a/m", ONE, answer(100, 4000))
    assert not budget.begin("a/m", ONE), "4,100 are spent, and as much twice is under way"


def test_a_request_that_failed_gives_its_money_back() -> None:
    budget = Budget(Limit(cost=1200), PRICES)
    for _ in range(10):
        assert budget.begin("a/m", ONE)
        budget.end("a/m", ONE, None)
    assert budget.cost == 0.0


@pytest.mark.parametrize(
    ("came", "paid"), [(answer(None, None), 110.0), (answer(100, None), 110.0), (answer(None, 50), 150.0)]
)
def test_usage_that_is_missing_is_estimated(came: Answer, paid: float) -> None:
    budget = Budget(Limit(cost=1e9), PRICES)
    budget.begin("a/m", ONE)
    budget.end("a/m", ONE, came)
    assert budget.cost == paid


def test_a_backend_without_a_price_costs_nothing_that_is_known() -> None:
    budget = Budget(Limit(cost=1), PRICES)
    assert budget.begin("b/m", ONE)
    budget.end("b/m", ONE, answer())
    assert budget.cost == 0.0
    assert not budget.begin("a/m", ONE)


def test_once_reached_it_stays_so() -> None:
    budget = Budget(Limit(calls=1, cost=1), {})
    assert budget.begin("b/m", ONE)
    assert not budget.begin("b/m", ONE)
    said = budget.why
    assert not budget.begin("a/m", ONE)
    assert budget.why == said
