from __future__ import annotations

import socket
import ssl

import httpx2
import pytest

from grimoire.backends.connection_errors import from_connection
from grimoire.backends.openai_errors import Origin
from grimoire.errors import ServiceError, ServiceFault, ServiceUnreachable

KEY = "sk-secret-0123456789"
ORIGIN = Origin(name="test/m", host="api.example.com", key=KEY)


def caused(error: BaseException, *causes: BaseException) -> BaseException:
    """An error with what it came of, the nearest first."""
    current = error
    for cause in causes:
        current.__cause__ = current = cause
    return error


def untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "certificate has expired"
    return error


def no_tls() -> ssl.SSLError:
    error = ssl.SSLError(1, "wrong version number")
    error.reason = "WRONG_VERSION_NUMBER"
    return error


@pytest.mark.parametrize(
    ("error", "kind", "said", "retryable"),
    [
        pytest.param(
            caused(httpx2.ConnectError("All attempts failed"), OSError("all"), ConnectionRefusedError(111, "no")),
            ServiceUnreachable, "test/m: the connection is refused", True, id="refused",
        ),
        pytest.param(
            caused(OSError("all"), ExceptionGroup("both", [ConnectionRefusedError(111, "a"), OSError("b")])),
            ServiceUnreachable, "the connection is refused", True, id="refused, at several addresses",
        ),
        pytest.param(
            caused(httpx2.ConnectError("x"), socket.gaierror(-2, "Name or service not known")),
            ServiceUnreachable, "the host api.example.com is not found", True, id="no such host",
        ),
        pytest.param(
            caused(httpx2.ConnectError("x"), untrusted()),
            ServiceUnreachable, "is not to be trusted: certificate has expired", False, id="an old certificate",
        ),
        pytest.param(
            caused(httpx2.ConnectError("x"), no_tls()),
            ServiceUnreachable, "no TLS can be agreed on: WRONG_VERSION_NUMBER", False, id="no TLS",
        ),
        pytest.param(
            caused(httpx2.ConnectError("x"), ssl.SSLEOFError(8, "EOF occurred")),
            ServiceUnreachable, "the connection broke before an answer began", True, id="cut in the handshake",
        ),
        pytest.param(
            httpx2.ReadError(""), ServiceUnreachable, "the connection broke before an answer began", True, id="read"
        ),
        pytest.param(
            httpx2.RemoteProtocolError("Server disconnected without sending a response."),
            ServiceUnreachable, "the connection broke before an answer began", True, id="hung up",
        ),
        pytest.param(
            httpx2.RemoteProtocolError("illegal status line"), ServiceFault, "is not HTTP: illegal", True, id="no HTTP"
        ),
        pytest.param(
            httpx2.ProxyError(f"407 for {KEY}\x1b[31m"), ServiceUnreachable, "ProxyError 407 for [key]", True, id="else"
        ),
    ],
)  # fmt: skip
def test_mapping(error: BaseException, kind: type[ServiceError], said: str, retryable: bool) -> None:
    ours = from_connection(error, ORIGIN, began=False)
    assert type(ours) is kind
    assert said in ours.message
    assert ours.message.isprintable()
    assert (ours.retryable, ours.status) == (retryable, None)
    assert KEY not in ours.message
    assert ours.hint or kind is ServiceFault


def test_it_is_said_whether_an_answer_had_begun() -> None:
    assert "in the middle of an answer" in from_connection(httpx2.ReadError(""), ORIGIN, began=True).message


def test_a_ring_of_causes_has_an_end() -> None:
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    assert "ValueError a" in from_connection(first, ORIGIN, began=False).message
