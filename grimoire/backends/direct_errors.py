"""aiohttp's errors, and answers that are errors, as `errors.ServiceError`.

aiohttp's classes are named, not imported: this module is imported at start-up.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from grimoire.backends.chat_request import decode
from grimoire.backends.http_limits import Timeouts
from grimoire.backends.openai_errors import Origin, classify, make, read_retry_after, words_of
from grimoire.backends.rate_headers import read_allowance
from grimoire.errors import RequestRejected, ServiceError, ServiceTimeout, ServiceUnreachable

BY_CLASS: dict[str, type[ServiceError]] = {
    "ClientError": ServiceUnreachable,
    "ClientResponseError": ServiceUnreachable,  # what came is not HTTP
    "ContentTypeError": ServiceUnreachable,
    "WSServerHandshakeError": ServiceUnreachable,
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

_SAID = {
    "ClientResponseError": "the service sent something that is not HTTP",
    "ServerDisconnectedError": "it hung up before it answered",
    "ClientPayloadError": "the answer broke off before its end",
    "InvalidURL": "the request cannot be written down: the base URL is none",
}
_UNTRUSTED = {"ClientConnectorCertificateError", "ServerFingerprintMismatch"}


def from_aiohttp(error: Exception, origin: Origin, timeouts: Timeouts, *, begun: bool) -> ServiceError:
    """The ServiceError for one of aiohttp's exceptions; `begun` says that the head of an answer had come.

    One line, no control characters, never the key; a certificate that is not trusted is not worth another attempt.
    """
    names = [cls.__name__ for cls in type(error).__mro__]
    kind = next((BY_CLASS[name] for name in names if name in BY_CLASS), ServiceUnreachable)
    if kind is ServiceTimeout:
        return make(kind, origin, _stage(names, timeouts, begun=begun))
    if "ClientHttpProxyError" in names:
        return _refused_by_proxy(error, origin)
    ours = make(kind, origin, next((_SAID[name] for name in names if name in _SAID), "") or _words(error))
    if not _UNTRUSTED.isdisjoint(names):
        ours.retryable = False
        ours.hint = f"check the base URL; a certificate of your own for {origin.host} is named by SSL_CERT_FILE"
    return ours


def from_response(status: int, headers: Mapping[str, str], content: bytes, origin: Origin) -> ServiceError:
    """The ServiceError for an answer whose status is no success; `content` is its body, as far as it came."""
    body = _error_in(content)
    said = words_of(body)
    if 300 <= status < 400:  # noqa: PLR2004  # the redirects of HTTP
        said = f"it redirects to {headers.get('Location', 'elsewhere')}"
    error = make(classify(status, body), origin, said, status=status, retry_after=read_retry_after(headers))
    error.allowance = read_allowance(headers)
    return error


def _stage(names: list[str], timeouts: Timeouts, *, begun: bool) -> str:
    if "ConnectionTimeoutError" in names:
        return f"no connection within {timeouts.connect:g} seconds"
    if begun:
        return f"nothing came for {timeouts.read:g} seconds in the middle of an answer"
    return f"no answer began within {timeouts.first:g} seconds"


def _refused_by_proxy(error: Exception, origin: Origin) -> ServiceError:
    status = getattr(error, "status", 0)
    ours = make(ServiceUnreachable, origin, f"the proxy refuses: HTTP {status} {getattr(error, 'message', '')}")
    ours.hint = "check the proxy variables (HTTPS_PROXY, ALL_PROXY, NO_PROXY)"
    ours.retryable = status >= 500  # noqa: PLR2004  # the server errors of HTTP
    return ours


def _words(error: Exception) -> str:
    """What the operating system said, where it is its error: aiohttp's own words name URLs and addresses."""
    number = getattr(error, "errno", None)
    if getattr(error, "certificate_error", None) is not None:
        return f"its certificate is not trusted: {error.certificate_error}"  # type: ignore[attr-defined]  # looked at above
    if isinstance(number, int) and number > 0 and not hasattr(error, "ssl"):
        return f"no connection: {os.strerror(number)}"
    return f"no connection: {getattr(error, 'strerror', None) or error}"


def _error_in(content: bytes) -> object:
    """The error object of a body, or the body's text where it is no JSON."""
    try:
        data = decode(content)
    except (ValueError, RecursionError):
        return content.decode(errors="replace").strip()
    return data.get("error", data) if isinstance(data, dict) else data
