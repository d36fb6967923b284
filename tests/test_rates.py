from __future__ import annotations

import pytest

from grimoire.chat import Answer, Usage
from grimoire.errors import ServiceError, ServiceTimeout
from grimoire.pace import Limits, Pace
from tests.test_pace import ANSWER, limited, passes, send


class TestLearntRate:
    def test_what_was_served_between_two_throttles_is_the_rate_from_then_on(self) -> None:
        pace = Pace(Limits(concurrency=64))
        self.throttle(pace, 0.0)
        self.serve(pace, 1.0, 19)
        self.throttle(pace, 10.0)
        assert [at for at in range(1100, 2000) if passes(pace, at / 100.0, most=1)][:4] == [1100, 1153, 1206, 1259]

    def test_it_is_tried_past_the_longer_nothing_is_refused(self) -> None:
        pace = Pace(Limits(concurrency=64))
        self.throttle(pace, 0.0)
        self.serve(pace, 1.0, 199)
        self.throttle(pace, 100.0)
        assert [self.pauses(pace, at) for at in (101.0, 140.0, 200.0)] == pytest.approx([0.5, 0.1, 0.0], abs=0.01)

    def test_throttles_after_which_nothing_was_served_teach_no_rate(self) -> None:
        pace = Pace(Limits(concurrency=64))
        for at in range(0, 100, 10):
            self.throttle(pace, float(at))
        assert passes(pace, 200.0) == 1  # the window: there is no rate

    def test_it_is_forgotten_when_throttles_come_as_often_with_it(self) -> None:
        pace, now = Pace(Limits(concurrency=64)), 0.0
        for _ in range(8):
            self.throttle(pace, now)
            now += 1.0
            self.serve(pace, now, 10)
            now = pace.ready(now + 5.0, 1)
        assert self.pauses(pace, now + 1.0) == 0.0

    def test_accidents_teach_no_rate(self) -> None:
        pace = Pace(Limits(concurrency=64))
        self.throttle(pace, 0.0)
        self.serve(pace, 1.0, 19)
        refused, later = send(pace, 10.0, 2)
        pace.take(10.0, refused, limited(1.0))
        pace.take(10.0, later, ANSWER)
        assert self.pauses(pace, 10.0) == 0.0

    def test_as_many_are_under_way_as_the_rate_keeps_there(self) -> None:
        pace = Pace(Limits(concurrency=64))
        self.throttle(pace, 0.0)
        for ticket in send(pace, 1.0, 20):
            pace.take(6.0, ticket, ANSWER)
        for at in (10.0, 100.0, 200.0, 300.0):
            self.throttle(pace, at)
        assert pace.window == 10  # two a second, of five seconds

    @staticmethod
    def throttle(pace: Pace, now: float) -> None:
        (ticket,) = send(pace, now)
        pace.take(now, ticket, limited(1.0))

    @staticmethod
    def serve(pace: Pace, now: float, count: int) -> None:
        """Send one after another, each as soon as it may go."""
        for _ in range(count):
            now = pace.ready(now, 1)
            pace.take(now, pace.send(now, 1), ANSWER)

    @staticmethod
    def pauses(pace: Pace, now: float) -> float:
        """Seconds between two requests."""
        first = pace.ready(now, 1)
        pace.take(first, pace.send(first, 1), ANSWER)
        return pace.ready(first, 1) - first


class TestRates:
    def test_requests_are_spaced_and_a_second_s_worth_may_come_at_once(self) -> None:
        pace = Pace(Limits(concurrency=1000, requests_per_minute=600))
        assert passes(pace, 5.0) == 10
        assert pace.ready(5.0, 1) == pytest.approx(5.1)
        assert passes(pace, 5.1) == 1
        assert passes(pace, 5.5) == 4
        assert passes(pace, 100.0) == 10

    def test_a_low_rate_lets_one_through_at_once(self) -> None:
        pace = Pace(Limits(concurrency=10, requests_per_minute=6))
        assert passes(pace, 0.0) == 1
        assert pace.ready(0.0, 1) == pytest.approx(10.0)

    def test_tokens_are_reserved_and_put_right(self) -> None:
        pace = Pace(Limits(concurrency=10, tokens_per_minute=60_000))
        (ticket,) = send(pace, 0.0, tokens=1000)
        assert pace.ready(0.0, 1000) == pytest.approx(1.0)
        pace.take(0.0, ticket, Answer(text="", usage=Usage(150, 50)))
        assert pace.ready(0.0, 1000) == pytest.approx(0.2)
        (ticket,) = send(pace, 0.2, tokens=1000)
        pace.take(0.2, ticket, Answer(text="", usage=Usage(1500, 1500)))
        assert pace.ready(0.2, 1000) == pytest.approx(3.2)

    @pytest.mark.parametrize(
        ("reply", "wait"),
        [
            pytest.param(Answer(text=""), 1.0, id="usage not said"),
            pytest.param(Answer(text="", usage=Usage(10, None)), 1.0, id="usage half said"),
            pytest.param(Answer(text="", usage=Usage(-(10**30), -1)), 0.0, id="usage below nothing"),
            pytest.param(Answer(text="", usage=Usage(10**400, 1)), 60.0, id="usage beyond measure: a minute's worth"),
            pytest.param(ServiceTimeout(""), 1.0, id="a time-out may have cost them"),
            pytest.param(limited(0.0), 0.0, id="a refusal costs none"),
            pytest.param(None, 1.0, id="cancelled"),
        ],
    )
    def test_what_tokens_are_put_right_by(self, reply: Answer | ServiceError | None, wait: float) -> None:
        pace = Pace(Limits(concurrency=10, tokens_per_minute=60_000))
        (ticket,) = send(pace, 0.0, tokens=1000)
        pace.take(0.0, ticket, reply)
        assert pace.ready(0.0, 1000) == pytest.approx(wait)

    def test_a_request_of_more_tokens_than_a_minute_has_goes_and_is_paid_off(self) -> None:
        pace = Pace(Limits(concurrency=10, tokens_per_minute=600))
        send(pace, 0.0, tokens=5000)
        assert pace.ready(0.0, 1) == pytest.approx(59.1)

    @pytest.mark.parametrize("per_minute", [600, 6000, 60_000])
    def test_a_rate_is_kept_though_answers_may_be_longer_than_a_minute_has(self, per_minute: int) -> None:
        pace, now, used = Pace(Limits(concurrency=10, tokens_per_minute=per_minute)), 0.0, 0
        while now < 3600.0:
            (ticket,) = send(pace, now, tokens=8192)
            pace.take(now, ticket, Answer(text="", usage=Usage(100, 400)))
            used += 500
            now = pace.ready(now, 8192)
        assert used <= per_minute * 60 + 10 * 500 + per_minute
