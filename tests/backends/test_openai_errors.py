from __future__ import annotations

import time
from collections.abc import Iterator
from email.utils import formatdate

import httpx2
import openai
import pytest

from grimoire.backends.openai_errors import (
    BY_CLASS,
    Origin,
    classify,
    clean,
    from_body,
    from_response,
    from_sdk,
    read_retry_after,
    status_of,
    words_of,
)
from grimoire.chat import Allowance
from grimoire.errors import (
    AuthenticationFailed,
    QuotaExceeded,
    RateLimited,
    RequestRejected,
    ServiceError,
    ServiceFault,
    ServiceTimeout,
    ServiceUnreachable,
)

KEY = "sk-secret-0123456789"
ORIGIN = Origin(name="test/m", host="api.example.com", key_env="TEST_API_KEY", key=KEY)
REQUEST = httpx2.Request("POST", "https://api.example.com/v1/chat/completions")


def sdk_classes(root: type[BaseException] = openai.OpenAIError) -> Iterator[type[BaseException]]:
    yield root
    for child in root.__subclasses__():
        if child.__module__.startswith("openai"):
            yield from sdk_classes(child)


def status_error(cls: type[openai.APIStatusError], status: int, body: object, **headers: str) -> openai.APIStatusError:
    response = httpx2.Response(status, request=REQUEST, headers={k.replace("_", "-"): v for k, v in headers.items()})
    return cls("Error code", response=response, body=body)


def test_each_of_the_sdks_errors_is_mapped() -> None:
    unmapped = {cls.__name__ for cls in sdk_classes()} - set(BY_CLASS)
    assert not unmapped, f"the SDK has new errors: {unmapped}"


def test_no_error_is_mapped_that_the_sdk_does_not_have() -> None:
    assert {cls.__name__ for cls in sdk_classes()} == set(BY_CLASS)


def test_what_the_sdk_exports_beside_them_is_no_answer_to_a_chat() -> None:
    exported = {name for name in openai.__all__ if name.endswith("Error") and name not in BY_CLASS}
    assert exported <= {"InvalidWebhookSignatureError"}


def api_error(body: object) -> openai.APIError:
    return openai.APIError("in the stream", REQUEST, body=body)


def caused(error: openai.APIError, cause: BaseException) -> openai.APIError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        pytest.param(
            status_error(openai.AuthenticationError, 401, {"message": f"Bad key {KEY}"}),
            AuthenticationFailed,
            "test/m: HTTP 401: Bad key [key]",
            id="401",
        ),
        pytest.param(
            status_error(openai.PermissionDeniedError, 403, {"message": "region"}), AuthenticationFailed, "", id="403"
        ),
        pytest.param(
            status_error(openai.APIStatusError, 402, {"message": "Insufficient Balance"}), QuotaExceeded, "", id="402"
        ),
        pytest.param(
            status_error(openai.RateLimitError, 429, {"message": "slow down", "code": "rate_limit_exceeded"}),
            RateLimited,
            "test/m: HTTP 429: slow down",
            id="429",
        ),
        pytest.param(
            status_error(openai.RateLimitError, 429, {"message": "x", "code": "insufficient_quota"}),
            QuotaExceeded,
            "",
            id="429 for lack of money, by code",
        ),
        pytest.param(
            status_error(openai.RateLimitError, 429, {"message": "x", "type": "exceeded_current_quota_error"}),
            QuotaExceeded,
            "",
            id="429 for lack of money, by type",
        ),
        pytest.param(
            status_error(openai.RateLimitError, 429, {"message": "余额不足或无可用资源包,请充值。", "code": "1113"}),
            QuotaExceeded,
            "",
            id="429 for lack of money, in Chinese",
        ),
        pytest.param(
            status_error(openai.BadRequestError, 400, {"message": "model?"}), RequestRejected, "model?", id="400"
        ),
        pytest.param(
            status_error(openai.BadRequestError, 400, {"code": "Arrearage"}), QuotaExceeded, "", id="400 in arrears"
        ),
        pytest.param(status_error(openai.NotFoundError, 404, "model not found"), RequestRejected, "", id="404"),
        pytest.param(status_error(openai.ConflictError, 409, None), RequestRejected, "", id="409"),
        pytest.param(status_error(openai.APIStatusError, 413, None), RequestRejected, "", id="413"),
        pytest.param(
            status_error(openai.UnprocessableEntityError, 422, {"detail": [{"msg": "too hot"}]}),
            RequestRejected,
            "test/m: HTTP 422: too hot",
            id="422",
        ),
        pytest.param(status_error(openai.APIStatusError, 408, None), ServiceTimeout, "", id="408"),
        pytest.param(status_error(openai.InternalServerError, 504, None), ServiceTimeout, "", id="504"),
        pytest.param(
            status_error(openai.InternalServerError, 502, "<html><title>Bad Gateway</title></html>"),
            ServiceFault,
            "test/m: HTTP 502: an HTML page, 'Bad Gateway'",
            id="502 with a page",
        ),
        pytest.param(
            status_error(openai.APIStatusError, 307, "", location="https://elsewhere.example/"),
            RequestRejected,
            "test/m: HTTP 307: it redirects to https://elsewhere.example/",
            id="a redirect",
        ),
        pytest.param(openai.APITimeoutError(REQUEST), ServiceTimeout, "test/m: Request timed out.", id="time-out"),
        pytest.param(
            caused(openai.APIConnectionError(request=REQUEST), httpx2.ConnectError("refused")),
            ServiceUnreachable,
            "test/m: ConnectError refused",
            id="no connection",
        ),
        pytest.param(api_error({"message": "overloaded"}), ServiceFault, "overloaded", id="in a stream"),
        pytest.param(
            api_error({"message": "x", "code": 429}), RateLimited, "HTTP 429", id="in a stream, with a status"
        ),
        pytest.param(
            api_error({"message": "x", "type": "rate_limit_error"}), RateLimited, "", id="in a stream, with a word"
        ),
        pytest.param(
            api_error({"message": "You exceeded your current quota"}), QuotaExceeded, "", id="in a stream, no money"
        ),
        pytest.param(openai.OpenAIError("odd"), ServiceFault, "test/m: odd", id="the root"),
    ],
)
def test_mapping(error: Exception, kind: type[ServiceError], said: str) -> None:
    ours = from_sdk(error, ORIGIN)
    assert type(ours) is kind
    assert said in ours.message
    assert ours.message.startswith("test/m: ")
    assert KEY not in f"{ours.message} {ours.hint}"
    assert "\n" not in ours.message


def test_a_message_is_never_without_words() -> None:
    for kind_of_error in (openai.ConflictError, openai.InternalServerError):
        ours = from_sdk(status_error(kind_of_error, 409, {}), ORIGIN)
        assert not ours.message.endswith((": ", ":"))


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 501, 502, 503, 504, 520, 524, 529, 599])
def test_what_passes_may_be_asked_again(status: int) -> None:
    ours = from_response(status, {}, {"message": "no"}, ORIGIN)
    assert (ours.status, ours.retryable) == (status, True)


@pytest.mark.parametrize("status", [300, 301, 302, 307, 308, 400, 401, 402, 403, 404, 405, 413, 422, 451, 456])
def test_what_stays_may_not(status: int) -> None:
    ours = from_response(status, {}, {"message": "no"}, ORIGIN)
    assert (ours.status, ours.retryable) == (status, False)


def test_a_lack_of_money_does_not_pass_though_it_calls_itself_a_rate_limit() -> None:
    assert not from_response(429, {}, {"code": "insufficient_quota"}, ORIGIN).retryable


def test_the_class_is_not_changed_by_one_error_of_it() -> None:
    assert from_response(409, {}, "", ORIGIN).retryable
    assert not RequestRejected.retryable


def test_what_is_said_of_limits_is_kept() -> None:
    ours = from_response(429, {"X-RateLimit-Remaining-Requests": "0", "Retry-After": "2"}, "", ORIGIN)
    assert ours.allowance == Allowance(requests_left=0)
    assert from_sdk(status_error(openai.RateLimitError, 429, None, x_ratelimit_remaining="0"), ORIGIN).allowance == (
        Allowance(requests_left=0)
    )


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        pytest.param(status_error(openai.AuthenticationError, 401, None), "TEST_API_KEY", id="the key's variable"),
        pytest.param(status_error(openai.NotFoundError, 404, None), "model", id="the model"),
        pytest.param(status_error(openai.APIStatusError, 302, None), "base URL", id="the base URL"),
        pytest.param(openai.APIConnectionError(request=REQUEST), "api.example.com", id="the host"),
    ],
)
def test_hints_say_what_to_do(error: Exception, hint: str) -> None:
    assert hint in from_sdk(error, ORIGIN).hint


def test_status_and_wait_are_kept() -> None:
    ours = from_sdk(status_error(openai.RateLimitError, 429, None, retry_after="7"), ORIGIN)
    assert (ours.status, ours.retry_after) == (429, 7.0)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({"retry-after": "12"}, 12.0, id="seconds"),
        pytest.param({"retry-after": "1.5"}, 1.5, id="a fraction"),
        pytest.param({"retry-after-ms": "250", "retry-after": "9"}, 0.25, id="milliseconds come first"),
        pytest.param({"retry-after": formatdate(1060, usegmt=True)}, 60.0, id="a date"),
        pytest.param({"retry-after": formatdate(900, usegmt=True)}, 0.0, id="a date gone by"),
        pytest.param({"retry-after": "-3"}, 0.0, id="negative"),
        pytest.param({"retry-after": "nan"}, None, id="not a number"),
        pytest.param({"retry-after": "inf"}, None, id="endless"),
        pytest.param({"retry-after": "soon"}, None, id="a word"),
        pytest.param({"retry-after": "Mon, 99 Foo 99999 99:99:99 GMT"}, None, id="no date"),
        pytest.param({}, None, id="absent"),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert read_retry_after(headers, now=1000.0) == seconds


def test_retry_after_reads_the_clock_where_none_is_given() -> None:
    waited = read_retry_after({"retry-after": formatdate(time.time() + 100, usegmt=True)})
    assert waited is not None
    assert 90 < waited <= 100


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param({"error": {"message": "inner"}}, "inner", id="nested"),
        pytest.param({"error": "flat"}, "flat", id="a flat error"),
        pytest.param({"error_msg": "old Baidu"}, "old Baidu", id="another name"),
        pytest.param({"message": 5}, "", id="no text"),
        pytest.param([{"message": "listed"}], "listed", id="a list"),
        pytest.param([], "", id="an empty list"),
        pytest.param("  <!DOCTYPE html><p>x", "an HTML page", id="a page"),
        pytest.param(None, "", id="nothing"),
    ],
)
def test_words(body: object, said: str) -> None:
    assert words_of(body) == said


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a\x1b[31mb\r\n\tc\x00", "a [31mb c", id="control characters"),
        pytest.param("a\u202eb\u2028c", "a b c", id="direction marks and separators"),
        pytest.param(f"key {KEY}, {KEY}", "key [key], [key]", id="the key"),
        pytest.param("x" * 1000, "x" * 299 + "…", id="length"),
    ],
)
def test_cleaning(text: str, shown: str) -> None:
    assert clean(text, KEY) == shown


def test_a_key_at_the_cut_is_not_shown_in_part() -> None:
    assert KEY[:6] not in clean("x" * 290 + KEY, KEY)


def test_a_short_placeholder_is_not_taken_out_of_words() -> None:
    assert clean("no ollama here", "ollama") == "no ollama here"


@pytest.mark.parametrize(("code", "status"), [(502, 502), ("429", 429), ("1113", None), (True, None), (200, None)])
def test_status_of(code: object, status: int | None) -> None:
    assert status_of({"code": code}) == status


def test_money_words_do_not_turn_a_server_error_into_a_bill() -> None:
    assert classify(500, {"message": "insufficient balance of load"}) is ServiceFault


def test_an_error_in_a_200() -> None:
    assert isinstance(from_body({"message": "no", "code": 429}, ORIGIN), RateLimited)


def test_an_origin_does_not_show_its_key() -> None:
    assert KEY not in f"{ORIGIN!r} {ORIGIN}"
