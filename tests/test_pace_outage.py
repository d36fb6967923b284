from __future__ import annotations

from math import inf

import pytest

from grimoire.errors import RequestRejected, ServiceFault
from grimoire.pace import Limits, Pace
from tests.test_pace import ANSWER, limited, passes, send

FAULT = ServiceFault("HTTP 500", status=500)


class TestOutage:
    """What a service that has answered before and now only fails is asked."""

    @staticmethod
    def fail(pace: Pace, now: float, count: int, *, fresh: bool = True) -> None:
        for _ in range(count):
            assert pace.ready(now, 1) == now
            pace.take(now, pace.send(now, 1, fresh=fresh), FAULT)

    @staticmethod
    def served(concurrency: int = 8) -> Pace:
        pace = Pace(Limits(concurrency=concurrency))
        pace.take(0.0, pace.send(0.0, 1), ANSWER)
        return pace

    @pytest.mark.parametrize(("concurrency", "count"), [(1, 4), (2, 8), (3, 10), (64, 10)])
    def test_it_is_seen_by_so_many_questions_that_fail(self, concurrency: int, count: int) -> None:
        pace = self.served(concurrency)
        self.fail(pace, 0.0, count - 1)
        assert (pace.outage, pace.pausing(0.0)) == (None, 0.0)
        self.fail(pace, 0.0, 1)
        assert (pace.outage, pace.failing_since, pace.pausing(0.0)) == (FAULT, 0.0, 1.0)
        assert pace.reason(0.0) == f"HTTP {FAULT.status}"

    def test_before_anything_was_answered_there_is_none(self) -> None:
        pace = Pace(Limits())
        self.fail(pace, 0.0, 1000)
        assert pace.outage is None

    def test_one_question_that_fails_again_and_again_is_none(self) -> None:
        pace = self.served()
        self.fail(pace, 0.0, 9)
        self.fail(pace, 0.0, 1000, fresh=False)
        assert pace.outage is None

    def test_nor_is_it_while_as_many_are_in_flight(self) -> None:
        pace = self.served(64)
        flying = send(pace, 0.0, 32)
        self.fail(pace, 0.0, 32)
        assert pace.outage is None
        pace.take(0.0, flying[0], None)
        self.fail(pace, 0.0, 1)
        assert pace.outage is not None

    def test_an_answer_to_what_was_sent_earlier_does_not_speak_against_it(self) -> None:
        pace = self.served(64)
        first, second, *_ = send(pace, 0.0, 2)
        self.fail(pace, 0.0, 9)
        pace.take(1.0, first, ANSWER)
        self.fail(pace, 1.0, 1)
        pace.take(1.0, second, ANSWER)
        assert pace.outage is FAULT

    def test_an_answer_to_what_was_sent_later_does(self) -> None:
        pace = self.served(64)
        self.fail(pace, 0.0, 8)
        (later,) = send(pace, 0.0)
        self.fail(pace, 0.0, 1)
        pace.take(1.0, later, ANSWER)
        self.fail(pace, 1.0, 9)
        assert pace.outage is None

    def test_failures_of_what_was_sent_before_the_last_answer_prove_nothing(self) -> None:
        pace = self.served(64)
        *earlier, later = send(pace, 0.0, 21)
        pace.take(1.0, later, ANSWER)
        for ticket in earlier:
            pace.take(2.0, ticket, FAULT)
        assert pace.outage is None

    def test_throttles_are_none(self) -> None:
        pace = self.served(1)
        for now in range(0, 1000, 100):
            pace.take(float(now), pace.send(float(now), 1), limited(1.0))
        assert pace.outage is None

    def test_it_is_tried_by_one_at_a_time_ever_more_rarely_until_one_is_answered(self) -> None:
        pace, now, waits = self.served(), 0.0, []
        self.fail(pace, 0.0, 10)
        for _ in range(9):
            waits.append(pace.ready(now, 1) - now)
            now += waits[-1]
            ticket = pace.send(now, 1)
            assert (pace.ready(now, 1), pace.pausing(now), pace.failing_since) == (inf, 1.0, inf)
            pace.take(now, ticket, FAULT)
        assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
        assert pace.failing_since == 0.0
        now += 60.0
        pace.take(now, pace.send(now, 1), ANSWER)
        assert (pace.outage, pace.pausing(now), passes(pace, now)) == (None, 0.0, 8)

    def test_it_is_tried_every_second_while_questions_are_turned_down(self) -> None:
        pace, now = self.served(), 0.0
        self.fail(pace, 0.0, 10)
        for _ in range(5):
            now += 1.0
            pace.take(now, pace.send(now, 1), RequestRejected("no", status=400))
            assert pace.pausing(now) == 1.0

    def test_what_was_sent_before_it_was_seen_is_no_trial(self) -> None:
        pace = self.served(64)
        late, lost = send(pace, 0.0, 2)
        self.fail(pace, 0.0, 10)
        pace.take(0.5, late, FAULT)
        assert pace.ready(0.5, 1) == 1.0
        probe = pace.send(1.0, 1)
        pace.take(1.5, lost, FAULT)
        assert pace.ready(1.5, 1) == inf
        pace.take(2.0, probe, None)
        assert pace.ready(2.0, 1) == 2.0
