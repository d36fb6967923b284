"""The OpenAI SDK's errors, and the error bodies of services that speak its protocol, as `errors.ServiceError`.

The SDK's classes are named, not imported: importing the SDK takes a second, and this module is imported at start-up.
"""

from __future__ import annotations

import math
import re
import time
import unicodedata
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import msgspec

from grimoire.backends.rate_headers import read_allowance
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

# None: the HTTP status decides.
BY_CLASS: dict[str, type[ServiceError] | None] = {
    "OpenAIError": ServiceFault,
    "APIError": None,
    "APIStatusError": None,
    "BadRequestError": None,
    "AuthenticationError": None,
    "OAuthError": AuthenticationFailed,
    "PermissionDeniedError": None,
    "NotFoundError": None,
    "ConflictError": None,
    "UnprocessableEntityError": None,
    "RateLimitError": None,
    "InternalServerError": None,
    "APIConnectionError": ServiceUnreachable,
    "APITimeoutError": ServiceTimeout,
    "APIResponseValidationError": ServiceFault,
    "LengthFinishReasonError": ServiceFault,
    "ContentFilterFinishReasonError": RequestRejected,
    "SubjectTokenProviderError": AuthenticationFailed,
    "WebSocketConnectionClosedError": ServiceUnreachable,
    "WebSocketQueueFullError": ServiceFault,
    "StreamAlreadyConsumed": ServiceFault,
    "MutuallyExclusiveAuthError": ServiceFault,
    "APIRemovedInV1": ServiceFault,
    "_AmbiguousModuleClientUsageError": ServiceFault,
}

_BY_STATUS: dict[int, type[ServiceError]] = {
    401: AuthenticationFailed,
    402: QuotaExceeded,
    403: AuthenticationFailed,
    408: ServiceTimeout,
    429: RateLimited,
    456: QuotaExceeded,
    504: ServiceTimeout,
    524: ServiceTimeout,
}

# Refusals that pass: a conflict with another request, and one sent too early (RFC 8470).
_PASSING = {409, 425}

# Lack of money, as the services of our presets put it, mostly under 400, 403 or 429.
_NO_MONEY = re.compile(
    r"insufficient_(?:user_)?quota|exceeded_current_quota|exceeded your current quota|insufficient[ _]balance"
    r"|arrearage|billing_(?:hard_limit|not_active)|余额不足|欠费",
    re.IGNORECASE,
)
_NO_MONEY_STATUS = {None, 400, 402, 403, 429}
# What an error that has no status, in the middle of a stream, calls itself.
_BY_WORD: dict[str, type[ServiceError]] = {
    "rate_limit": RateLimited,
    "invalid_request": RequestRejected,
    "authentication": AuthenticationFailed,
    "invalid_api_key": AuthenticationFailed,
    "timeout": ServiceTimeout,
}

_SHOWN = 300
_READ = 10_000
_HIDDEN = "[key]"


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Who failed: the backend's name, its host, the variable of its key, and the key, to be kept out of messages."""

    name: str
    host: str = ""
    key_env: str = ""
    key: str = ""

    def __repr__(self) -> str:
        return f"Origin({self.name!r}, {self.host!r})"


def from_sdk(error: Exception, origin: Origin) -> ServiceError:
    """The ServiceError for one of the SDK's exceptions: one line, no control characters, never the key."""
    kind = next((BY_CLASS[cls.__name__] for cls in type(error).__mro__ if cls.__name__ in BY_CLASS), ServiceFault)
    body = getattr(error, "body", None)
    headers: Mapping[str, str] = getattr(getattr(error, "response", None), "headers", {})
    status = getattr(error, "status_code", None) or status_of(body)
    if kind is None and status is not None:
        return from_response(status, headers, body or _cause(error), origin)
    return make(kind or classify(status, body), origin, words_of(body) or _cause(error), status=status)


def from_response(status: int, headers: Mapping[str, str], body: object, origin: Origin) -> ServiceError:
    """The ServiceError for an answer with another status than 200; `body` is what it holds, decoded, or its text."""
    said = f"it redirects to {headers.get('location', 'elsewhere')}" if 300 <= status < 400 else words_of(body)  # noqa: PLR2004  # the redirects of HTTP
    error = make(classify(status, body), origin, said, status=status, retry_after=read_retry_after(headers))
    error.allowance = read_allowance(headers)
    return error


def from_body(body: object, origin: Origin) -> ServiceError:
    """The ServiceError for an error object that came with status 200."""
    status = status_of(body)
    return make(classify(status, body), origin, words_of(body), status=status)


def make(  # the message's parts, then what the error is to say of itself, by name only
    kind: type[ServiceError],
    origin: Origin,
    said: str,
    *,
    status: int | None = None,
    retry_after: float | None = None,
    retryable: bool | None = None,
) -> ServiceError:
    """A ServiceError that names the backend and says what to do; `retryable` where it is not the class's."""
    said = clean(said, origin.key)
    place = f"HTTP {status}" if status else ""
    message = ": ".join(part for part in (origin.name, place, said or _PLAIN[kind]) if part)
    error = kind(message, hint=_hint(kind, origin, status), status=status, retry_after=retry_after)
    if retryable is not None or status in _PASSING:
        error.retryable = status in _PASSING if retryable is None else retryable
    return error


def classify(status: int | None, body: object) -> type[ServiceError]:
    """What kind of failure an HTTP status and an error body stand for."""
    named = " ".join(str(part) for part in (_field(body, "code"), _field(body, "type")) if part)
    if status in _NO_MONEY_STATUS and _NO_MONEY.search(f"{named} {words_of(body)}"[:_READ]):
        return QuotaExceeded
    if status is None:
        return next((kind for word, kind in _BY_WORD.items() if word in named), ServiceFault)
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return RequestRejected if status < 500 else ServiceFault  # noqa: PLR2004  # the server errors of HTTP


def status_of(body: object) -> int | None:
    """The HTTP status an error body names as its code, as OpenRouter's do when a stream is already under way."""
    code = str(_field(body, "code"))
    return int(code) if re.fullmatch(r"[345]\d\d", code, re.ASCII) else None


def words_of(body: object) -> str:
    """What an error body says in words: of a dict the message, of a page its title."""
    if isinstance(body, dict):
        fields = ("message", "msg", "error", "error_msg", "error_description", "detail")
        return next((said for name in fields if (said := words_of(body.get(name)))), "")
    if isinstance(body, list):
        return words_of(body[0]) if body and isinstance(body[0], dict) else ""
    text = body if isinstance(body, str) else ""
    if text.lstrip()[:1] != "<":
        return text
    title = re.search(r"<title[^>]{0,100}>([^<]{0,200})", text[:_READ], re.IGNORECASE)
    return f"an HTML page, {title[1].strip()!r}" if title else "an HTML page"


def read_retry_after(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Seconds to wait, from Retry-After-Ms or Retry-After (seconds or an HTTP date: RFC 9110, 10.2.3)."""
    for name, divisor in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        seconds = _number(headers.get(name, ""))
        if seconds is not None:
            return seconds / divisor
    try:
        date = parsedate_to_datetime(headers.get("retry-after", ""))
        return max(0.0, date.timestamp() - (time.time() if now is None else now))
    except (ValueError, OverflowError):
        return None


def clean(text: str, key: str = "") -> str:
    """One line of at most 300 characters, without the key and without control characters."""
    if len(key) >= 8:  # noqa: PLR2004  # anything shorter is a placeholder, and may be a word
        text = text.replace(key, _HIDDEN)
    text = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text[:_READ])
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


_PLAIN: dict[type[ServiceError], str] = {
    AuthenticationFailed: "the key is not accepted",
    QuotaExceeded: "the account has no money left",
    RateLimited: "too many requests",
    RequestRejected: "the request is refused",
    ServiceTimeout: "no answer in time",
    ServiceUnreachable: "no connection",
    ServiceFault: "the service failed",
}


def _hint(kind: type[ServiceError], origin: Origin, status: int | None) -> str:
    if status is not None and 300 <= status < 400:  # noqa: PLR2004  # the redirects of HTTP
        return "set the backend's base URL to where the service lives; the key is not sent on"
    if status == 404:  # noqa: PLR2004  # Not Found
        return "check the model's name and the backend's base URL"
    return {
        AuthenticationFailed: f"check the key in {origin.key_env}" if origin.key_env else "check the backend's key",
        QuotaExceeded: "top up the account, or choose another backend",
        RateLimited: "send fewer requests at a time, or wait",
        ServiceTimeout: "raise the backend's time-out, or ask for a shorter answer",
        ServiceUnreachable: f"check that {origin.host or 'the service'} can be reached from here",
    }.get(kind, "")


def _field(body: object, name: str) -> object:
    return body.get(name) if isinstance(body, dict) else None


def _cause(error: Exception) -> str:
    cause = error.__cause__
    if cause is None:
        return str(getattr(error, "message", "") or error)
    return f"{type(cause).__name__} {cause}"


def _number(value: str) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        return None
    return max(0.0, seconds) if math.isfinite(seconds) else None
