from __future__ import annotations

import ssl
from collections.abc import Iterator

import aiohttp
import pytest
from aiohttp import client_exceptions
from aiohttp.client_reqrep import ConnectionKey
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from grimoire.backends.direct_errors import BY_CLASS, from_aiohttp, from_response
from grimoire.backends.http_limits import Timeouts
from grimoire.backends.openai_errors import Origin
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
TIMEOUTS = Timeouts(connect=1, first=2, read=3)
WHERE = ConnectionKey("api.example.com", 443, True, True, None, None, None)  # noqa: FBT003  # a tuple of aiohttp's
REQUEST = aiohttp.RequestInfo(URL("https://api.example.com/v1"), "POST", CIMultiDictProxy(CIMultiDict()))


def classes(root: type[BaseException] = aiohttp.ClientError) -> Iterator[type[BaseException]]:
    yield root
    for child in root.__subclasses__():
        if child.__module__.startswith("aiohttp"):
            yield from classes(child)


def test_each_of_aiohttps_errors_is_mapped_and_no_other() -> None:
    assert {cls.__name__ for cls in classes()} == set(BY_CLASS)


def test_what_it_exports_beside_them_is_no_answer_to_a_chat() -> None:
    exported = {name for name in client_exceptions.__all__ if name not in BY_CLASS}
    assert exported <= {"WSMessageTypeError"}


def no_tls() -> ssl.SSLError:
    wrong = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number")
    wrong.reason = "WRONG_VERSION_NUMBER"
    return wrong


def certificate() -> aiohttp.ClientConnectorCertificateError:
    wrong = ssl.SSLCertVerificationError(1, "certificate verify failed")
    wrong.verify_message = "self-signed certificate"
    return aiohttp.ClientConnectorCertificateError(WHERE, wrong)


@pytest.mark.parametrize(
    ("error", "began", "kind", "said"),
    [
        pytest.param(aiohttp.ConnectionTimeoutError(), False, ServiceTimeout, "no connection within 1 ", id="connect"),
        pytest.param(aiohttp.SocketTimeoutError(), False, ServiceTimeout, "no answer began within 2 ", id="first"),
        pytest.param(aiohttp.SocketTimeoutError(), True, ServiceTimeout, "nothing came for 3 seconds", id="read"),
        pytest.param(
            aiohttp.ClientConnectorError(WHERE, ConnectionRefusedError(111, "refused")),
            False, ServiceUnreachable, "the connection is refused", id="refused",
        ),
        pytest.param(aiohttp.ServerDisconnectedError(), False, ServiceUnreachable, "before an answer", id="hung up"),
        pytest.param(
            aiohttp.ClientPayloadError("Response payload is not completed: <TransferEncodingError>"),
            True, ServiceUnreachable, "in the middle of an answer", id="broke off",
        ),
        pytest.param(
            aiohttp.ClientOSError(104, "Connection reset by peer"), True, ServiceUnreachable, "", id="a reset",
        ),
        pytest.param(certificate(), False, ServiceUnreachable, "self-signed certificate", id="a certificate"),
        pytest.param(
            aiohttp.ClientConnectorSSLError(WHERE, no_tls()),
            False, ServiceUnreachable, "no TLS can be agreed on: WRONG_VERSION_NUMBER", id="no TLS",
        ),
        pytest.param(
            aiohttp.ClientResponseError(REQUEST, (), status=400, message=f"Bad line:\n\n b'{KEY}'"),
            False, ServiceFault, "what the service sends is not HTTP: Bad line:", id="no HTTP",
        ),
        pytest.param(aiohttp.InvalidURL("http://x:y"), False, RequestRejected, "cannot be sent", id="no URL"),
        pytest.param(
            aiohttp.ClientHttpProxyError(REQUEST, (), status=403, message="Forbidden"),
            False, ServiceUnreachable, "the proxy refuses: HTTP 403 Forbidden", id="a proxy",
        ),
        pytest.param(aiohttp.ClientError(f"odd {KEY}"), False, ServiceUnreachable, "odd [key]", id="the root"),
    ],
)  # fmt: skip
def test_mapping(error: Exception, began: bool, kind: type[ServiceError], said: str) -> None:
    ours = from_aiohttp(error, ORIGIN, TIMEOUTS, began=began)
    assert type(ours) is kind is next(BY_CLASS[c.__name__] for c in type(error).__mro__ if c.__name__ in BY_CLASS)
    assert ours.message.startswith("test/m: ")
    assert said in ours.message
    assert KEY not in f"{ours.message} {ours.hint}"
    assert "\n" not in ours.message


@pytest.mark.parametrize(("status", "retryable"), [(407, False), (403, False), (502, True), (503, True)])
def test_a_proxy_that_fails_may_be_asked_again_and_one_that_refuses_not(status: int, retryable: bool) -> None:
    ours = from_aiohttp(aiohttp.ClientHttpProxyError(REQUEST, (), status=status), ORIGIN, TIMEOUTS, began=False)
    assert ours.retryable is retryable
    assert "proxy variables" in ours.hint


@pytest.mark.parametrize(
    ("status", "content", "kind", "said"),
    [
        pytest.param(
            401, f'{{"error":{{"message":"Bad key {KEY}"}}}}'.encode(), AuthenticationFailed, "[key]", id="401"
        ),
        pytest.param(429, b'{"error":{"code":"insufficient_quota"}}', QuotaExceeded, "", id="no money"),
        pytest.param(429, b'{"message":"slow down"}', RateLimited, "HTTP 429: slow down", id="no error object"),
        pytest.param(400, b'{"error":"flat"}', RequestRejected, "flat", id="a flat error"),
        pytest.param(502, b"<html><title>Bad Gateway</title>", ServiceFault, "'Bad Gateway'", id="a page"),
        pytest.param(500, b"\xff\x1b[31mred", ServiceFault, "[31mred", id="bytes"),
        pytest.param(500, b"", ServiceFault, "HTTP 500: the service failed", id="nothing"),
        pytest.param(500, b"[" * 200_000, ServiceFault, "HTTP 500", id="deep JSON"),
        pytest.param(422, b'[{"message":"listed"}]', RequestRejected, "listed", id="a list"),
        pytest.param(307, b"", RequestRejected, "it redirects to https://x/", id="a redirect"),
    ],
)
def test_answers_that_are_errors(status: int, content: bytes, kind: type[ServiceError], said: str) -> None:
    headers = {"location": "https://x/", "retry-after": "7", "x-ratelimit-remaining-requests": "3"}
    ours = from_response(status, headers, content, ORIGIN)
    assert type(ours) is kind
    assert said in ours.message
    assert KEY not in ours.message
    assert "\x1b" not in ours.message
    assert (ours.status, ours.retry_after) == (status, 7.0)
    assert ours.allowance is not None
    assert ours.allowance.requests_left == 3
