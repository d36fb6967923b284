"""No answer for want of a connection or of time, in the same words whichever library found out."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Literal

from grimoire.backends.http_limits import Timeouts
from grimoire.backends.openai_errors import Origin, make
from grimoire.errors import ServiceError, ServiceFault, ServiceTimeout, ServiceUnreachable

Stage = Literal["connect", "first", "read", "total"]

_LATE: dict[Stage, str] = {
    "connect": "no connection within {:g} seconds",
    "first": "no answer began within {:g} seconds",
    "read": "nothing came for {:g} seconds in the middle of an answer",
    "total": "no whole answer in {:g} seconds",
}
_DEPTH = 10

# How libraries say that the other side has gone; what else they call a violation of HTTP is one.
_GONE = ("disconnected", "closed connection", "not completed", "incomplete")
_BROKEN = {"ReadError", "WriteError", "CloseError", "ServerDisconnectedError"}
_NOT_HTTP = {"RemoteProtocolError", "ClientResponseError", "InvalidHeader", "BadStatusLine"}


def late(stage: Stage, timeouts: Timeouts, origin: Origin) -> ServiceError:
    """The ServiceTimeout of a stage: connecting, until the answer's head, between bytes of its body, the whole."""
    return make(ServiceTimeout, origin, _LATE[stage].format(getattr(timeouts, stage)))


def from_connection(error: BaseException, origin: Origin, *, began: bool) -> ServiceError:
    """The ServiceError of a connection that failed; `began` says that the answer's head had come already.

    A certificate or a protocol that is wrong will be wrong again: those are not retryable.
    """
    causes = list(_chain(error))
    wrong = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if wrong is not None and not isinstance(wrong, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return _no_tls(wrong, origin)
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return make(ServiceUnreachable, origin, "the connection is refused")
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return make(ServiceUnreachable, origin, f"the host {origin.host} is not found")
    if _gone(causes):
        when = "in the middle of an answer" if began else "before an answer began"
        return make(ServiceUnreachable, origin, f"the connection broke {when}")
    if type(error).__name__ in _NOT_HTTP:
        return make(ServiceFault, origin, f"what the service sends is not HTTP: {error}")
    return make(ServiceUnreachable, origin, f"{type(error).__name__} {error}".strip())


def _no_tls(error: ssl.SSLError, origin: Origin) -> ServiceError:
    if isinstance(error, ssl.SSLCertVerificationError):
        said = f"its certificate is not to be trusted: {error.verify_message}"
        hint = "check the base URL; a certificate of your own is named in SSL_CERT_FILE"
    else:
        said, hint = f"no TLS can be agreed on: {error.reason or error}", "check whether the base URL is http or https"
    failure = make(ServiceUnreachable, origin, said, retryable=False)
    failure.hint = hint
    return failure


def _gone(causes: list[BaseException]) -> bool:
    broken = (ConnectionResetError, BrokenPipeError, ConnectionAbortedError, ssl.SSLEOFError, EOFError)
    return any(
        isinstance(cause, broken)
        or type(cause).__name__ in _BROKEN
        or any(word in str(cause).lower() for word in _GONE)
        for cause in causes
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came of, the nearest first."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting and len(seen) < _DEPTH:
        current = waiting.pop(0)
        seen.append(current)
        yield current
        if isinstance(current, BaseExceptionGroup):
            waiting += current.exceptions
        nearest = current.__cause__ or current.__context__
        if nearest is not None and nearest not in seen:
            waiting.append(nearest)
