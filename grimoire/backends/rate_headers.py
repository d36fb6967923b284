"""What a service's headers say it still allows.

Sources, by family of names:
`x-ratelimit-remaining-requests`, `…-tokens` and `…-reset-…`: OpenAI, "Rate limits", "Rate limits in headers" (durations
as "1s", "6m0s"); Groq, "Rate Limits" ("2m59.56s"); Azure OpenAI (-1 where it does not count); DigitalOcean,
"Quota-Specific Response Headers For Serverless Inference" (epoch seconds, `…-tokens-per-minute`); Cerebras, "Rate
Limits" (`…-requests-day`, `…-tokens-minute`, plain seconds).
`anthropic-ratelimit-requests-remaining`, `…-tokens-…`, `…-reset`: Anthropic, "Rate limits" (RFC 3339 dates).
`ratelimit-remaining`, `ratelimit-reset`: draft-ietf-httpapi-ratelimit-headers-06 (seconds); `ratelimit`: its -08 and
later (`"name";r=50;t=30`).
`x-ratelimit-remaining`, `x-ratelimit-reset`: custom, in seconds, epoch seconds, or (OpenRouter) epoch milliseconds.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from grimoire.chat import Allowance

MAX_LEFT = 10**12
MAX_SECONDS = 31 * 86_400.0  # what is said to take longer than any billing period is a mistake or a trick

# Of each family in turn: what is left, and when it is more again. The first that says what is left is believed.
_REQUESTS = (
    ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
    ("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
    ("x-ratelimit-remaining-requests-minute", "x-ratelimit-reset-requests-minute"),
    ("ratelimit-remaining", "ratelimit-reset"),
    ("x-ratelimit-remaining", "x-ratelimit-reset"),
    ("x-ratelimit-remaining-requests-day", "x-ratelimit-reset-requests-day"),
)
_TOKENS = (
    ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
    ("anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"),
    ("x-ratelimit-remaining-tokens-minute", "x-ratelimit-reset-tokens-minute"),
    ("x-ratelimit-remaining-tokens-per-minute", "x-ratelimit-reset-tokens-per-minute"),
)

_READ = 200
_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,15})?", re.ASCII)
_PART = re.compile(r"(\d{1,15}(?:\.\d{1,15})?)(ms|us|µs|ns|d|h|m|s)", re.ASCII)
_UNITS = {"d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_ITEM = re.compile(r";\s*r=(\d{1,15})(?:;\s*t=(\d{1,15}))?", re.ASCII)
_EPOCH = 1e9  # nothing lasts that many seconds, and every moment since 2001 is more of them
_EPOCH_MS = 1e11


def read_allowance(headers: Mapping[str, str], now: float | None = None) -> Allowance | None:
    """What is left of requests and tokens, and the seconds until there are more; None where nothing is said.

    `now` is seconds since the epoch, for what is given as a date. Whatever cannot be read counts as not said.
    """
    said = {low: value[:_READ] for name, value in headers.items() if "ratelimit" in (low := name.lower())}
    if not said:
        return None
    now = time.time() if now is None else now
    requests_left, requests_reset = _first(_REQUESTS, said, now)
    if requests_left is None:
        requests_left, requests_reset = _structured(said.get("ratelimit", ""))
    tokens_left, tokens_reset = _first(_TOKENS, said, now)
    if requests_left is None and tokens_left is None:
        return None
    return Allowance(
        requests_left=requests_left,
        requests_reset=requests_reset,
        tokens_left=tokens_left,
        tokens_reset=tokens_reset,
    )


def read_seconds(text: str, now: float) -> float | None:
    """Seconds from `now` on: of a number of them, a duration as "1h2m3s", a moment of the epoch, or a date."""
    text = text.strip()[:_READ]
    seconds = _of_number(text, now) if _NUMBER.fullmatch(text) else _of_parts(text)
    if seconds is None:
        seconds = _of_date(text, now)
    return seconds if seconds is not None and seconds <= MAX_SECONDS else None


def _first(families: tuple[tuple[str, str], ...], said: dict[str, str], now: float) -> tuple[int | None, float | None]:
    for left_name, reset_name in families:
        left = _count(said.get(left_name, ""))
        if left is not None:
            return left, read_seconds(said.get(reset_name, ""), now)
    return None, None


def _structured(text: str) -> tuple[int | None, float | None]:
    items = [(int(left), float(reset) if reset else None) for left, reset in _ITEM.findall(text)]
    left, reset = min(items, key=lambda item: item[0], default=(None, None))
    return left if left is None or left <= MAX_LEFT else None, reset if reset is None or reset <= MAX_SECONDS else None


def _count(text: str) -> int | None:
    text = text.strip()
    left = int(float(text)) if _NUMBER.fullmatch(text) else None
    return left if left is None or left <= MAX_LEFT else None


def _of_number(text: str, now: float) -> float:
    number = float(text)
    if number < _EPOCH:
        return number
    return max(0.0, (number / 1000 if number >= _EPOCH_MS else number) - now)


def _of_parts(text: str) -> float | None:
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def _of_date(text: str, now: float) -> float | None:
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return max(0.0, moment.timestamp() - now)
        except (ValueError, OverflowError):
            continue
    return None
