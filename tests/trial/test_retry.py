from __future__ import annotations

from math import inf, nan

import pytest

from grimoire.errors import (
    AuthenticationFailed,
    KeyMissing,
    QuotaExceeded,
    RateLimited,
    RequestRejected,
    ServiceError,
    ServiceFault,
    ServiceTimeout,
    ServiceUnreachable,
)
from grimoire.trial.retry import Retry

RETRY = Retry()


@pytest.mark.parametrize(
    "error",
    [
        AuthenticationFailed("", status=401),
        KeyMissing(""),
        QuotaExceeded("", status=429),
        RequestRejected("", status=400),
    ],
    ids=lambda error: error.kind,
)
def test_what_asking_again_does_not_mend_is_not_asked_again(error: ServiceError) -> None:
    error.retry_after = 1.0
    assert RETRY.wait(error, 1, 0.0, 0.5) is None


def test_an_error_may_know_better_than_its_class() -> None:
    certificate = ServiceUnreachable("wrong certificate")
    certificate.retryable = False
    assert RETRY.wait(certificate, 1, 0.0, 0.5) is None
    again = RequestRejected("", status=409)
    again.retryable = True
    assert RETRY.wait(again, 1, 0.0, 1.0) == 0.5


@pytest.mark.parametrize("kind", [ServiceTimeout, ServiceUnreachable, ServiceFault])
def test_waits_double_up_to_a_minute_and_end_with_the_number_of_retries(kind: type[ServiceError]) -> None:
    retry = Retry(retries=10)
    assert [retry.wait(kind(""), number, 0.0, 1.0) for number in range(1, 12)] == [
        *(0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0, None)
    ]


def test_they_are_spread_over_their_upper_half() -> None:
    assert [RETRY.wait(ServiceFault(""), 3, 0.0, draw) for draw in (0.0, 0.5, 1.0)] == [1.0, 1.5, 2.0]


@pytest.mark.parametrize(
    "error", [RateLimited("", status=429), ServiceFault("", status=503), ServiceFault("", status=529)]
)
def test_throttles_are_bounded_by_the_time_alone(error: ServiceError) -> None:
    assert RETRY.wait(error, 5000, 0.0, 1.0) == 60.0
    assert RETRY.wait(error, 5000, 541.0, 1.0) is None


def test_so_is_what_fails_in_an_outage_where_asking_again_may_help() -> None:
    refused = ServiceUnreachable("the connection is refused")
    assert RETRY.wait(refused, 5000, 0.0, 1.0, outage=True) == 60.0
    assert RETRY.wait(refused, 5000, 541.0, 1.0, outage=True) is None
    assert RETRY.wait(RequestRejected("", status=400), 1, 0.0, 1.0, outage=True) is None
    assert Retry(retries=0).wait(refused, 1, 0.0, 1.0, outage=True) is None


def test_other_failures_are_bounded_by_the_time_too() -> None:
    assert RETRY.wait(ServiceFault("", status=500), 1, 599.4, 1.0) == 0.5
    assert RETRY.wait(ServiceFault("", status=500), 1, 599.6, 1.0) is None


@pytest.mark.parametrize("draw", [0.0, 0.3, 0.999])
@pytest.mark.parametrize("asked", [0.01, 0.7, 1.0, 30.0])
@pytest.mark.parametrize("number", [1, 2, 9])
def test_what_a_service_asks_for_is_never_cut_short(asked: float, draw: float, number: int) -> None:
    wait = RETRY.wait(RateLimited("", retry_after=asked), number, 0.0, draw)
    assert wait is not None
    assert wait >= asked
    assert asked < 1 or wait <= asked * 1.1


def test_a_wait_of_an_hour_is_not_waited_for() -> None:
    assert RETRY.wait(RateLimited("", retry_after=3600.0), 1, 0.0, 0.0) is None
    assert RETRY.wait(RateLimited("", retry_after=inf), 1, 0.0, 0.0) is None


@pytest.mark.parametrize("asked", [0.0, -3.0, nan, 0.001], ids=["now", "yesterday", "no number", "at once"])
def test_a_service_that_asks_for_next_to_nothing_is_not_asked_ever_faster(asked: float) -> None:
    error = RateLimited("", retry_after=asked)
    assert [RETRY.wait(error, number, 0.0, 1.0) for number in (1, 2, 3)] == [0.5, 1.0, 2.0]


def test_no_retries() -> None:
    assert Retry(retries=0).wait(ServiceFault(""), 1, 0.0, 0.0) is None
    assert Retry(retries=0).wait(RateLimited("", status=429, retry_after=1.0), 1, 0.0, 0.0) is None
