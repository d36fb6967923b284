from __future__ import annotations

import pytest

from grimoire.chat import Answer
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
from grimoire.trial.circuit import Circuit

ANSWER = Answer(text="Because.")
KEY = AuthenticationFailed("one: HTTP 401: no such key", hint="is $ONE_KEY right?", status=401)
TIMEOUT = ServiceTimeout("one: no answer in 5 s")
REJECTED = RequestRejected("one: HTTP 400: too long", status=400)
REDIRECT = ServiceFault("one: HTTP 302: elsewhere", status=302)
REDIRECT.retryable = False


@pytest.mark.parametrize(
    ("error", "after"),
    [
        pytest.param(KEY, 3, id="key"),
        pytest.param(QuotaExceeded("", status=402), 3, id="no money"),
        pytest.param(KeyMissing(""), 3, id="no key"),
        pytest.param(RequestRejected("", status=404), 3, id="wrong address"),
        pytest.param(REDIRECT, 3, id="elsewhere"),
        pytest.param(TIMEOUT, 3, id="time-outs"),
        pytest.param(ServiceUnreachable(""), 3, id="unreachable"),
        pytest.param(RateLimited("", status=429), 3, id="throttled for as long as is waited"),
        pytest.param(REJECTED, 10, id="rejected"),
        pytest.param(RequestRejected("", status=422), 10, id="not understood"),
    ],
)
def test_after_how_many_in_a_row_a_backend_is_given_up(error: ServiceError, after: int) -> None:
    circuit = Circuit()
    assert [circuit.see(error) is not None for _ in range(after)] == [False] * (after - 1) + [True]


@pytest.mark.parametrize("error", [KEY, TIMEOUT])
def test_an_answer_between_them_resets(error: ServiceError) -> None:
    replies: list[Answer | ServiceError] = [error, error, ANSWER]
    circuit = Circuit()
    assert [circuit.see(reply) for reply in replies * 50] == [None] * 150


@pytest.mark.parametrize(
    ("error", "broken"),
    [
        pytest.param(KEY, True, id="key"),
        pytest.param(RequestRejected("", status=404), True, id="wrong address"),
        pytest.param(RateLimited("", status=429), True, id="throttled for as long as is waited"),
        pytest.param(ServiceFault("", status=503), True, id="503 for as long as is waited"),
        pytest.param(TIMEOUT, False, id="time-outs"),
        pytest.param(ServiceUnreachable(""), False, id="unreachable"),
        pytest.param(ServiceFault("", status=500), False, id="500"),
        pytest.param(REJECTED, False, id="rejected"),
    ],
)
def test_what_answered_before_is_not_given_up_here_where_it_may_answer_again(error: ServiceError, broken: bool) -> None:
    circuit = Circuit()
    circuit.see(ANSWER)
    assert [circuit.see(error) is not None for _ in range(100)] == [False] * 2 + [broken] * 98


def test_rejected_cells_give_nothing_up_while_others_are_answered() -> None:
    replies: list[Answer | ServiceError] = [*[REJECTED] * 9, ANSWER]
    circuit = Circuit()
    assert [circuit.see(reply) for reply in replies * 50] == [None] * 500


def test_what_stands_between_failures_of_a_kind_does_not_reset() -> None:
    circuit = Circuit()
    assert [circuit.see(reply) for reply in (KEY, REJECTED, KEY, TIMEOUT)] == [None] * 4
    assert circuit.see(KEY) is not None


def test_a_continuation_that_failed_shows_that_something_was_answered() -> None:
    circuit = Circuit()
    for _ in range(20):
        error = ServiceTimeout("no answer in 5 s")
        error.partial = ANSWER
        assert circuit.see(error) is None


def test_the_error_says_so_and_keeps_what_the_last_one_knew() -> None:
    circuit = Circuit()
    for _ in range(3):
        circuit.see(KEY)
    broken = circuit.broken
    assert type(broken) is AuthenticationFailed
    assert str(broken) == broken.message == "given up after 3 failures in a row: one: HTTP 401: no such key"
    assert (broken.hint, broken.status, broken.kind) == (KEY.hint, 401, "authentication")
    assert KEY.message == "one: HTTP 401: no such key"


def test_what_is_given_up_stays_so() -> None:
    circuit = Circuit()
    for _ in range(3):
        circuit.see(KEY)
    broken = circuit.broken
    assert circuit.see(ANSWER) is broken
    assert circuit.see(TIMEOUT) is broken
