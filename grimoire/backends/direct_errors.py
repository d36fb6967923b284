"""aiohttp's errors, and answers that are errors, as `errors.ServiceError`.

aiohttp's classes are named, not imported: this module is imported at start-up.
"""

from __future__ import annotations

from collections.abc import Mapping

from grimoire.backends import openai_errors
from grimoire.backends.chat_request import decode
from grimoire.backends.connection_errors import Stage, from_connection, late
from grimoire.backends.http_limits import Timeouts
from grimoire.backends.openai_errors import Origin, make
from grimoire.errors import RequestRejected, ServiceError, ServiceFault, ServiceTimeout, ServiceUnreachable

BY_CLASS: dict[str, type[ServiceError]] = {
    "ClientError": ServiceUnreachable,
    "ClientResponseError": ServiceFault,  # what came is not HTTP
    "ContentTypeError": ServiceFault,
    "WSServerHandshakeError": ServiceFault,
    "ClientHttpProxyError": ServiceUnreachable,
    "TooManyRedirects": RequestRejected,
    "ClientConnectionError": ServiceUnreachable,
    "ClientConnectionResetError": ServiceUnreachable,
    "ClientOSError": ServiceUnreachable,
    "ClientConnectorError": ServiceUnreachable,
    "ClientConnectorDNSError": ServiceUnreachable,
    "ClientProxyConnectionError": ServiceUnreachable,
    "UnixClientConnectorError": ServiceUnreachable,
    "ServerConnectionError": ServiceUnreachable,
    "ServerDisconnectedError": ServiceUnreachable,
    "ServerTimeoutError": ServiceTimeout,
    "ConnectionTimeoutError": ServiceTimeout,
    "SocketTimeoutError": ServiceTimeout,
    "ServerFingerprintMismatch": ServiceUnreachable,
    "ClientPayloadError": ServiceUnreachable,
    "UploadAbortedError": ServiceUnreachable,
    "InvalidURL": RequestRejected,
    "InvalidUrlClientError": RequestRejected,
    "RedirectClientError": RequestRejected,
    "NonHttpUrlClientError": RequestRejected,
    "InvalidUrlRedirectClientError": RequestRejected,
    "NonHttpUrlRedirectClientError": RequestRejected,
    "ClientSSLError": ServiceUnreachable,
    "ClientConnectorSSLError": ServiceUnreachable,
    "ClientConnectorCertificateError": ServiceUnreachable,
}


def from_aiohttp(error: Exception, origin: Origin, timeouts: Timeouts, *, began: bool) -> ServiceError:
    """The ServiceError for one of aiohttp's exceptions; `began` says that the head of an answer had come.

    One line, no control characters, never the key.
    """
    names = [cls.__name__ for cls in type(error).__mro__]
    kind = next((BY_CLASS[name] for name in names if name in BY_CLASS), ServiceUnreachable)
    if kind is ServiceTimeout:
        stage: Stage = "connect" if "ConnectionTimeoutError" in names else "read" if began else "first"
        return late(stage, timeouts, origin)
    if "ClientHttpProxyError" in names or "ClientProxyConnectionError" in names:
        return _no_proxy(error, origin)
    if kind is RequestRejected:
        return make(kind, origin, f"the request cannot be sent: {error}")
    if kind is ServiceFault:
        return make(kind, origin, f"what the service sends is not HTTP: {_message(error).partition(chr(10))[0]}")
    return from_connection(_inner(error), origin, began=began)


def from_response(status: int, headers: Mapping[str, str], content: bytes, origin: Origin) -> ServiceError:
    """The ServiceError for an answer whose status is no success; `content` is its body, as far as it came."""
    return openai_errors.from_response(status, headers, _error_in(content), origin)


def _no_proxy(error: Exception, origin: Origin) -> ServiceError:
    """The proxy is not there, or refuses; a proxy that says it cannot just now may be asked again."""
    status = getattr(error, "status", None)
    said = f"the proxy refuses: HTTP {status} {_message(error)}" if status else f"no proxy: {_inner(error)}"
    refused = status is not None and status < 500  # noqa: PLR2004  # the server errors of HTTP
    ours = make(ServiceUnreachable, origin, said, retryable=not refused)
    ours.hint = "check the proxy variables (HTTPS_PROXY, ALL_PROXY, NO_PROXY)"
    return ours


def _message(error: Exception) -> str:
    """What was wrong; an error's own text names URLs and headers beside it."""
    return str(getattr(error, "message", ""))


def _inner(error: Exception) -> Exception:
    """The system's error inside one of aiohttp's: it may be of the same class, but says more."""
    inner = getattr(error, "certificate_error", None) or getattr(error, "os_error", None)
    return inner if isinstance(inner, Exception) else error


def _error_in(content: bytes) -> object:
    """The error object of a body, or the body's text where it is no JSON."""
    try:
        data = decode(content)
    except (ValueError, RecursionError):
        return content.decode(errors="replace").strip()
    return data.get("error", data) if isinstance(data, dict) else data
