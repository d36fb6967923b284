from __future__ import annotations

import random
from math import inf, nan

import pytest

from grimoire.chat import Allowance, Answer, Usage
from grimoire.errors import (
    QuotaExceeded,
    RateLimited,
    RequestRejected,
    ServiceError,
    ServiceFault,
    ServiceTimeout,
)
from grimoire.pace import Limits, Pace, Ticket, is_throttle

ANSWER = Answer(text="Because.")


def limited(retry_after: float | None = 10.0) -> RateLimited:
    return RateLimited("slow down", status=429, retry_after=retry_after)


def allowed(**said: float) -> Answer:
    return Answer(text="Because.", allowance=Allowance(**said))  # type: ignore[arg-type]  # counts are given as counts


def send(pace: Pace, now: float, count: int = 1, tokens: int = 1) -> list[Ticket]:
    """Send as many as may go, each of which must be allowed."""
    sent = []
    for _ in range(count):
        assert pace.ready(now, tokens) == now
        sent.append(pace.send(now, tokens))
    return sent


def passes(pace: Pace, now: float, most: int = 1000, tokens: int = 1) -> int:
    """How many more may go at once."""
    count = 0
    while count < most and pace.ready(now, tokens) <= now:
        pace.send(now, tokens)
        count += 1
    return count


@pytest.mark.parametrize(
    ("limits", "calls", "tokens", "each", "seconds"),
    [
        pytest.param(Limits(concurrency=64), 2000, 0, 0.2, 6.4, id="rounds of as many as may be in flight"),
        pytest.param(Limits(concurrency=8), 1, 0, 2.0, 2.0, id="one"),
        pytest.param(Limits(concurrency=8), 0, 0, 2.0, 0.0, id="none"),
        pytest.param(Limits(requests_per_minute=60), 61, 0, 1.0, 61.0, id="one a second, the first at once"),
        pytest.param(Limits(requests_per_minute=600), 610, 0, 1.0, 77.0, id="the window is tighter than the rate"),
        pytest.param(Limits(requests_per_minute=600), 610, 0, 0.1, 60.1, id="a second's worth at once"),
        pytest.param(Limits(tokens_per_minute=6000), 10, 12_000, 1.0, 120.0, id="tokens"),
    ],
)
def test_how_long_calls_take_at_best(limits: Limits, calls: int, tokens: int, each: float, seconds: float) -> None:
    assert limits.seconds(calls, tokens, each) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("error", "throttles"),
    [
        pytest.param(RateLimited("", status=429), True, id="429"),
        pytest.param(RateLimited(""), True, id="said within a stream"),
        pytest.param(ServiceFault("", status=503), True, id="503"),
        pytest.param(ServiceFault("", status=529), True, id="529"),
        pytest.param(ServiceFault("", status=500), False, id="500"),
        pytest.param(ServiceTimeout(""), False, id="time-out"),
        pytest.param(QuotaExceeded("", status=429), False, id="429 for lack of money"),
        pytest.param(RequestRejected("", status=400), False, id="400"),
    ],
)
def test_what_a_throttle_is(error: ServiceError, throttles: bool) -> None:
    assert is_throttle(error) is throttles


def test_no_more_are_in_flight_than_the_settings_allow() -> None:
    pace = Pace(Limits(concurrency=3))
    first, *_ = send(pace, 0.0, 3)
    assert pace.ready(0.0, 1) == inf
    pace.take(1.0, first, ANSWER)
    assert (pace.in_flight, pace.ready(1.0, 1)) == (2, 1.0)


def test_a_reply_counts_once_and_a_cancelled_request_teaches_nothing() -> None:
    pace = Pace(Limits(concurrency=2))
    ticket, other = send(pace, 0.0, 2)
    pace.take(0.0, ticket, None)
    pace.take(0.0, ticket, limited())
    assert (pace.in_flight, pace.window, pace.pausing(0.0)) == (1, 2, 0.0)
    pace.take(0.0, other, None)
    assert pace.in_flight == 0


class TestThrottle:
    def test_pauses_everything_until_the_service_wants_more_and_halves_the_window(self) -> None:
        pace = Pace(Limits(concurrency=8))
        (ticket,) = send(pace, 0.0)
        pace.take(1.0, ticket, limited(10.0))
        assert (pace.window, pace.pausing(1.0), pace.ready(1.0, 1)) == (4, 10.0, 11.0)
        assert passes(pace, 10.9) == 0
        assert pace.ready(11.0, 1) == 11.0

    def test_refusals_of_what_was_sent_before_count_once(self) -> None:
        pace = Pace(Limits(concurrency=8))
        for ticket in send(pace, 0.0, 8):
            pace.take(1.0, ticket, limited())
        assert pace.window == 4

    def test_the_next_ones_count_again_and_one_is_always_left(self) -> None:
        pace = Pace(Limits(concurrency=8))
        windows = []
        for at in range(0, 1000, 100):
            (ticket,) = send(pace, float(at))
            pace.take(float(at), ticket, limited())
            windows.append(pace.window)
        assert windows == [4, 2, 1, 1, 1, 1, 1, 1, 1, 1]

    def test_the_longest_of_several_pauses_holds(self) -> None:
        pace = Pace(Limits(concurrency=3))
        one, two, three = send(pace, 0.0, 3)
        for ticket, seconds in ((one, 5.0), (two, 30.0), (three, 1.0)):
            pace.take(0.0, ticket, limited(seconds))
        assert (pace.pausing(0.0), pace.reason(0.0)) == (30.0, "HTTP 429")
        assert (pace.pausing(30.0), pace.reason(30.0)) == (0.0, "")

    def test_the_reason_is_the_kind_of_error_where_there_is_no_status(self) -> None:
        pace = Pace(Limits())
        (ticket,) = send(pace, 0.0)
        pace.take(0.0, ticket, RateLimited("slow down", retry_after=9.0))
        assert pace.reason(0.0) == "rate-limit"

    def test_without_a_word_how_long_it_grows_until_something_is_answered(self) -> None:
        pace, now, pauses = Pace(Limits(concurrency=1)), 0.0, []
        for _ in range(9):
            (ticket,) = send(pace, now)
            pace.take(now, ticket, limited(None))
            pauses.append(pace.pausing(now))
            now += 100_000.0
        assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
        (ticket,) = send(pace, now)
        pace.take(now, ticket, ANSWER)
        (ticket,) = send(pace, now + 100_000.0)
        pace.take(now + 100_000.0, ticket, limited(None))
        assert pace.pausing(now + 100_000.0) == 1.0

    @pytest.mark.parametrize(
        ("said", "pause"),
        [(1e12, 3600.0), (inf, 3600.0), (-5.0, 0.0), (nan, 1.0), (0.0, 0.0)],
        ids=["ages", "for ever", "yesterday", "no number", "at once"],
    )
    def test_absurd_pauses_are_bounded(self, said: float, pause: float) -> None:
        pace = Pace(Limits())
        (ticket,) = send(pace, 0.0)
        pace.take(0.0, ticket, limited(said))
        assert pace.pausing(0.0) == pause

    def test_the_window_grows_by_one_a_window_of_answers(self) -> None:
        pace = Pace(Limits(concurrency=8))
        (ticket,) = send(pace, 0.0)
        pace.take(0.0, ticket, limited(1.0))
        now, windows = 1.0, []
        for _ in range(6):
            tickets = send(pace, now, pace.window)
            for ticket in tickets:
                pace.take(now, ticket, ANSWER)
            windows.append(pace.window)
            now += 1.0
        assert windows == [4, 5, 6, 7, 8, 8]
        assert passes(pace, 100.0) == 8

    def test_answers_to_what_was_sent_earlier_lift_nothing(self) -> None:
        pace = Pace(Limits(concurrency=8))
        *earlier, refused = send(pace, 0.0, 4)
        pace.take(1.0, refused, limited())
        for ticket in earlier:
            pace.take(2.0, ticket, ANSWER)
        assert (pace.window, pace.pausing(2.0)) == (4, 9.0)

    def test_an_answer_to_what_was_sent_later_lifts_the_pause_and_gives_the_window_back(self) -> None:
        pace = Pace(Limits(concurrency=8))
        refused, later = send(pace, 0.0, 2)
        pace.take(1.0, refused, limited())
        pace.take(2.0, later, ANSWER)
        assert (pace.window, pace.pausing(2.0)) == (8, 0.0)

    def test_it_does_not_lift_the_pause_while_more_were_refused(self) -> None:
        pace = Pace(Limits(concurrency=8))
        one, two, later, last = send(pace, 0.0, 4)
        pace.take(1.0, one, limited())
        pace.take(1.0, two, limited())
        pace.take(2.0, later, ANSWER)
        assert (pace.window, pace.pausing(2.0)) == (4, 9.0)
        pace.take(2.0, last, ANSWER)
        assert (pace.window, pace.pausing(2.0)) == (8, 0.0)

    def test_an_error_to_what_was_sent_later_lifts_nothing(self) -> None:
        pace = Pace(Limits(concurrency=8))
        refused, later = send(pace, 0.0, 2)
        pace.take(1.0, refused, limited())
        pace.take(2.0, later, RequestRejected("no", status=400))
        assert pace.pausing(2.0) == 9.0

    def test_a_refusal_heard_of_after_a_later_one_was_answered_is_an_accident(self) -> None:
        pace = Pace(Limits(concurrency=8))
        refused, later = send(pace, 0.0, 2)
        pace.take(1.0, later, ANSWER)
        pace.take(1.0, refused, limited())
        assert (pace.window, pace.pausing(1.0)) == (8, 0.0)

    def test_once_they_were_accidents_single_refusals_pause_nothing_but_many_do(self) -> None:
        pace = Pace(Limits(concurrency=8))
        refused, later = send(pace, 0.0, 2)
        pace.take(1.0, refused, limited())
        pace.take(1.0, later, ANSWER)
        count = 0
        while not pace.pausing(1.0):
            (ticket,) = send(pace, 1.0)
            pace.take(1.0, ticket, limited())
            count += 1
        assert 10 < count < 30
        assert pace.window == 4
        first, second, later, last = send(pace, 500.0, 4)
        for ticket, reply in ((first, limited()), (second, limited()), (later, ANSWER), (last, ANSWER)):
            pace.take(500.0, ticket, reply)
        assert pace.pausing(500.0) == 10.0

    def test_answers_after_the_pause_do_not_give_the_window_back(self) -> None:
        pace = Pace(Limits(concurrency=8))
        refused, later = send(pace, 0.0, 2)
        pace.take(1.0, refused, limited())
        (after,) = send(pace, 11.0)
        pace.take(12.0, after, ANSWER)
        pace.take(12.0, later, ANSWER)
        assert pace.window == 4


class TestAllowance:
    def test_as_many_go_out_before_the_reset_as_are_left(self) -> None:
        pace = Pace(Limits(concurrency=100))
        (ticket,) = send(pace, 0.0)
        pace.take(0.0, ticket, allowed(requests_left=5, requests_reset=30.0))
        assert passes(pace, 0.0) == 5
        assert (pace.ready(0.0, 1), pace.pausing(0.0)) == (30.0, 30.0)
        assert passes(pace, 30.0) > 5

    def test_what_is_under_way_already_counts(self) -> None:
        pace = Pace(Limits(concurrency=100))
        first, *_ = send(pace, 0.0, 4)
        pace.take(0.0, first, allowed(requests_left=5, requests_reset=30.0))
        assert passes(pace, 0.0) == 2

    def test_the_request_sent_latest_knows_best(self) -> None:
        pace = Pace(Limits(concurrency=100))
        first, second, third = send(pace, 0.0, 3)
        pace.take(0.0, second, allowed(requests_left=3, requests_reset=30.0))
        pace.take(0.0, first, allowed(requests_left=90, requests_reset=1.0))
        assert passes(pace, 0.0) == 2
        pace.take(0.0, third, allowed(requests_left=10, requests_reset=30.0))
        assert passes(pace, 0.0) == 8

    def test_tokens_too(self) -> None:
        pace = Pace(Limits(concurrency=100))
        first, _ = send(pace, 0.0, 2, tokens=100)
        pace.take(0.0, first, allowed(tokens_left=450, tokens_reset=30.0))
        assert passes(pace, 0.0, tokens=100) == 3
        assert pace.ready(0.0, 100) == 30.0
        assert pace.ready(0.0, 50) == 0.0
        assert passes(pace, 30.0, most=9, tokens=100) == 9

    def test_an_error_s_allowance_counts_as_well(self) -> None:
        pace = Pace(Limits(concurrency=100))
        (ticket,) = send(pace, 0.0)
        error = RequestRejected("no", status=400)
        error.allowance = Allowance(requests_left=0, requests_reset=7.0)
        pace.take(0.0, ticket, error)
        assert pace.ready(0.0, 1) == 7.0

    @pytest.mark.parametrize("kind", ["requests", "tokens"])
    def test_one_that_holds_back_for_long_is_tried_every_minute(self, kind: str) -> None:
        pace = Pace(Limits(concurrency=100))
        (ticket,) = send(pace, 0.0)
        pace.take(0.0, ticket, allowed(**{f"{kind}_left": 0, f"{kind}_reset": 1000.0}))
        assert (pace.ready(0.0, 1), pace.pausing(0.0), pace.refusing(0.0)) == (60.0, 60.0, 0.0)
        assert pace.reason(0.0) == "its limit is reached"
        assert passes(pace, 60.0) == 1
        assert (pace.ready(60.0, 1), passes(pace, 119.0), passes(pace, 120.0)) == (120.0, 0, 1)

    def test_what_is_said_when_it_is_tried_counts_anew(self) -> None:
        pace = Pace(Limits(concurrency=100))
        (ticket,) = send(pace, 0.0)
        pace.take(0.0, ticket, allowed(requests_left=0, requests_reset=1000.0))
        (ticket,) = send(pace, 60.0)
        pace.take(61.0, ticket, allowed(requests_left=3, requests_reset=30.0))
        assert (passes(pace, 61.0), pace.ready(61.0, 1), passes(pace, 91.0)) == (3, 91.0, 97)

    def test_when_nothing_is_said_then_nothing_counts(self) -> None:
        pace = Pace(Limits(concurrency=9))
        (ticket,) = send(pace, 0.0)
        pace.take(0.0, ticket, allowed(tokens_left=0, tokens_reset=1000.0))
        (ticket,) = send(pace, 60.0)
        pace.take(60.0, ticket, ServiceFault("", status=500))
        assert pace.ready(60.0, 1) == 120.0
        (ticket,) = send(pace, 120.0)
        pace.take(121.0, ticket, ANSWER)
        assert passes(pace, 121.0) == 9

    @pytest.mark.parametrize("kind", ["requests", "tokens"])
    def test_one_that_is_found_wrong_again_and_again_is_believed_ever_less_until_it_refuses(self, kind: str) -> None:
        pace, now, waits = Pace(Limits(concurrency=1)), 0.0, []
        nothing = allowed(**{f"{kind}_left": 0, f"{kind}_reset": 86400.0})
        for _ in range(8):
            (ticket,) = send(pace, now)
            pace.take(now, ticket, nothing)
            waits.append(pace.pausing(now))
            now += waits[-1]
        assert waits == [60.0, 30.0, 15.0, 7.5, 3.75, 1.875, 0.0, 0.0]
        (ticket,) = send(pace, now)
        refused = limited(1.0)
        refused.allowance = nothing.allowance
        pace.take(now, ticket, refused)
        assert (pace.pausing(now), pace.refusing(now)) == (60.0, 1.0)

    def test_one_that_has_something_left_is_believed_again(self) -> None:
        pace, now = Pace(Limits(concurrency=1)), 0.0
        for left in (0, 0, 1, 0):
            (ticket,) = send(pace, now)
            pace.take(now, ticket, allowed(requests_left=left, requests_reset=86400.0))
            now += pace.pausing(now)
        assert now == 60.0 + 30.0 + 60.0

    @pytest.mark.parametrize(
        ("said", "ready"),
        [
            pytest.param({"requests_left": 0}, 0.0, id="no reset"),
            pytest.param({"requests_reset": 9.0}, 0.0, id="no number"),
            pytest.param({"requests_left": 0, "requests_reset": 1e300}, 60.0, id="a reset in ages"),
            pytest.param({"requests_left": 0, "requests_reset": -3.0}, 0.0, id="a reset in the past"),
            pytest.param({"requests_left": 0, "requests_reset": nan}, 0.0, id="a reset that is no number"),
            pytest.param({"requests_left": -(10**40), "requests_reset": 5.0}, 5.0, id="less than nothing left"),
            pytest.param({"requests_left": 10**400, "requests_reset": 5.0}, 0.0, id="more than anything left"),
        ],
    )
    def test_absurd_words_are_bounded(self, said: dict[str, float], ready: float) -> None:
        pace = Pace(Limits())
        (ticket,) = send(pace, 0.0)
        pace.take(0.0, ticket, allowed(**said))
        assert pace.ready(0.0, 1) == ready


@pytest.mark.parametrize("seed", range(20))
def test_whatever_comes_back_the_window_holds_and_everything_goes_in_the_end(seed: int) -> None:
    """A random service: nothing goes beyond the window, and there is no state that nothing leads out of."""
    draw = random.Random(seed)
    limits = Limits(
        concurrency=draw.choice([1, 3, 50]),
        requests_per_minute=draw.choice([None, 600]),
        tokens_per_minute=draw.choice([None, 100_000]),
    )
    pace, now, flying, left = Pace(limits), 0.0, list[Ticket](), 300
    for _ in range(100_000):
        ready = pace.ready(now, 500)
        if left and ready <= now:
            assert pace.in_flight < pace.window <= limits.concurrency
            flying.append(pace.send(now, 500))
            left -= 1
        elif flying and (draw.random() < 0.5 or ready == inf or not left):
            pace.take(now, flying.pop(draw.randrange(len(flying))), _reply(draw))
        elif left:
            now = min(ready, now + draw.random())
        else:
            break
        assert pace.in_flight == len(flying)
        assert pace.window >= 1
    assert (left, flying) == (0, [])


def _reply(draw: random.Random) -> Answer | ServiceError | None:
    left = draw.randrange(5)
    return draw.choice(
        [
            ANSWER,
            allowed(requests_left=left, requests_reset=draw.random() * 5),
            allowed(tokens_left=left * 400, tokens_reset=draw.random() * 5),
            Answer(text="", usage=Usage(draw.randrange(1000), draw.randrange(1000))),
            limited(draw.choice([None, 0.0, 0.1, 2.0, nan])),
            ServiceFault("", status=draw.choice([500, 503])),
            None,
        ]
    )
