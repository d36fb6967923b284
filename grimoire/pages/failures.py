"""Why no page came, on one line each (pure, but for the classes of aiohttp's errors)."""

from __future__ import annotations

import socket
import ssl

from grimoire.errors import (
    AuthenticationFailed,
    RateLimited,
    RequestRejected,
    ServiceError,
    ServiceFault,
    ServiceUnreachable,
    UsageError,
)
from grimoire.terminal import one_line

_BY_STATUS: dict[int, type[ServiceError]] = {401: AuthenticationFailed, 403: AuthenticationFailed, 429: RateLimited}
_PROXY = "check the proxy variables (HTTPS_PROXY, ALL_PROXY, NO_PROXY)"
# aiohttp's classes are named, for importing them takes time; the nearest of an error's classes counts.
_BY_CLASS: dict[str, tuple[type[ServiceError], str, str]] = {
    "ClientProxyConnectionError": (ServiceUnreachable, "the proxy does not connect", _PROXY),
    "ClientHttpProxyError": (ServiceUnreachable, "the proxy does not connect", _PROXY),
    "ClientPayloadError": (ServiceUnreachable, "the page broke off, or cannot be unpacked", ""),
    "ClientResponseError": (ServiceFault, "what came is not HTTP", ""),
    "InvalidURL": (RequestRejected, "no request can be made for it", ""),
    "ServerDisconnectedError": (ServiceUnreachable, "the connection broke before a page came", ""),
}


def from_status(shown: str, status: int, reason: str) -> ServiceError:
    """The error of a status that is no success; `shown` is the URL."""
    kind = _BY_STATUS.get(status) or (RequestRejected if status < 500 else ServiceFault)  # noqa: PLR2004  # HTTP's own
    said = one_line(reason, 60)
    return kind(f"{shown}: HTTP {status}{f' {said}' if said else ''}", status=status)


def from_aiohttp(shown: str, error: Exception) -> ServiceError:
    """The error for one of aiohttp's."""
    known = next((_BY_CLASS[cls.__name__] for cls in type(error).__mro__ if cls.__name__ in _BY_CLASS), None)
    if known:
        kind, said, hint = known
        return kind(f"{shown}: {said}", hint=hint)
    inner = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
    return ServiceUnreachable(f"{shown}: {_connection(inner)}")


def refused(shown: str, reason: str) -> UsageError:
    """The error of a page behind an address that is not connected to."""
    hint = "--allow-private reads it all the same, if you trust whoever gave you the URL"
    return UsageError(f"{shown}: {reason}, and no page is read from there", hint=hint)


def _connection(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted: {one_line(error.verify_message)}"
    if isinstance(error, socket.gaierror):
        return "the host is not found"
    if isinstance(error, ConnectionRefusedError):
        return "the connection is refused"
    return one_line(str(error)) or "the connection broke"
