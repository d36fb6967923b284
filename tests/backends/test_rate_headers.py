from __future__ import annotations

import time
from email.utils import formatdate

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire.backends.rate_headers import MAX_LEFT, MAX_SECONDS, read_allowance, read_seconds
from grimoire.chat import Allowance

NOW = 1_800_000_000.0  # 2027-01-15T08:00:00Z


@pytest.mark.parametrize(
    ("headers", "allowance"),
    [
        pytest.param(
            {
                "x-ratelimit-limit-requests": "60",
                "x-ratelimit-remaining-requests": "59",
                "x-ratelimit-reset-requests": "1s",
                "x-ratelimit-limit-tokens": "150000",
                "x-ratelimit-remaining-tokens": "149984",
                "x-ratelimit-reset-tokens": "6m0s",
            },
            Allowance(requests_left=59, requests_reset=1.0, tokens_left=149_984, tokens_reset=360.0),
            id="OpenAI",
        ),
        pytest.param(
            {
                "x-ratelimit-remaining-requests": "14370",
                "x-ratelimit-reset-requests": "2m59.56s",
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-reset-tokens": "7.66s",
            },
            Allowance(requests_left=14_370, requests_reset=179.56, tokens_left=0, tokens_reset=7.66),
            id="Groq",
        ),
        pytest.param(
            {
                "x-ratelimit-remaining-requests": "4",
                "x-ratelimit-remaining-tokens": "-1",
                "x-ratelimit-reset-tokens": "0",
            },
            Allowance(requests_left=4),
            id="Azure, which counts no tokens",
        ),
        pytest.param(
            {"x-ratelimit-remaining-requests-day": "100", "x-ratelimit-reset-requests-day": "33011.382867",
             "x-ratelimit-remaining-tokens-minute": "5000", "x-ratelimit-reset-tokens-minute": "11.38"},
            Allowance(requests_left=100, requests_reset=33_011.382867, tokens_left=5000, tokens_reset=11.38),
            id="Cerebras",
        ),
        pytest.param(
            {"x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "1800000012",
             "x-ratelimit-remaining-tokens-per-minute": "9", "x-ratelimit-reset-tokens-per-minute": "1800000030"},
            Allowance(requests_left=3, requests_reset=12.0, tokens_left=9, tokens_reset=30.0),
            id="DigitalOcean",
        ),
        pytest.param(
            {"anthropic-ratelimit-requests-remaining": "0",
             "anthropic-ratelimit-requests-reset": "2027-01-15T08:00:05Z",
             "anthropic-ratelimit-tokens-remaining": "96000",
             "anthropic-ratelimit-tokens-reset": "2027-01-15T08:00:00Z"},
            Allowance(requests_left=0, requests_reset=5.0, tokens_left=96_000, tokens_reset=0.0),
            id="Anthropic",
        ),
        pytest.param(
            {"X-RateLimit-Limit": "20", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1800000060000"},
            Allowance(requests_left=0, requests_reset=60.0),
            id="OpenRouter",
        ),
        pytest.param(
            {"RateLimit-Limit": "10", "RateLimit-Remaining": "7", "RateLimit-Reset": "50"},
            Allowance(requests_left=7, requests_reset=50.0),
            id="the draft's three fields",
        ),
        pytest.param(
            {"RateLimit": '"hour";r=900;t=3000, "minute";r=5;t=30', "RateLimit-Policy": '"minute";q=10;w=60'},
            Allowance(requests_left=5, requests_reset=30.0),
            id="the draft's one field: what is shortest",
        ),
        pytest.param({"RateLimit": '"burst";r=5'}, Allowance(requests_left=5), id="the draft's one field, no time"),
        pytest.param({"X-RATELIMIT-REMAINING-TOKENS": " 12.0 "}, Allowance(tokens_left=12), id="case and space"),
        pytest.param({"x-ratelimit-limit-requests": "60"}, None, id="a limit alone"),
        pytest.param({"x-ratelimit-reset-requests": "1s"}, None, id="a reset alone"),
        pytest.param({"content-type": "application/json", "retry-after": "3"}, None, id="nothing"),
        pytest.param({}, None, id="no header"),
    ],
)  # fmt: skip
def test_what_services_say(headers: dict[str, str], allowance: Allowance | None) -> None:
    assert read_allowance(headers, NOW) == allowance
    assert read_allowance(httpx2.Headers(headers), NOW) == allowance


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1s", 1.0), ("6m0s", 360.0), ("120ms", 0.12), ("1h2m3s", 3723.0), ("1d", 86_400.0), ("12us", 12e-6),
        ("5µs", 5e-6), ("3ns", 3e-9), ("30", 30.0), ("0.5", 0.5), ("1800000001", 1.0), ("1800000001000", 1.0),
        ("1700000000", 0.0), ("2027-01-15T08:00:10+00:00", 10.0), ("2027-01-15T08:00:10", 10.0),
        ("2027-01-15T09:00:10+01:00", 10.0), (formatdate(NOW + 9, usegmt=True), 9.0),
    ],
)  # fmt: skip
def test_times(text: str, seconds: float) -> None:
    assert read_seconds(text, NOW) == pytest.approx(seconds)


HOSTILE = [
    "", " ", "nan", "inf", "-inf", "-1", "-5s", "+3", "1e9", "1_000", "0x10", "soon", "1s soon", "1 s", "s", "m5", "٣",
    "٣s", "9" * 1_000_000, "9" * 16, "9" * 15 + "h", "1." * 500_000, "1s" * 500_000, "9999-12-31T23:59:59Z", "999999h",
    "Mon, 99 Foo 99999 99:99:99 GMT", "\x00", "1s\n",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_what_is_none_counts_as_not_said(text: str) -> None:
    started = time.perf_counter()
    allowance = read_allowance({"x-ratelimit-remaining-requests": text, "x-ratelimit-remaining-tokens": "5"}, NOW)
    assert allowance == Allowance(tokens_left=5)
    assert read_allowance({"ratelimit": text}, NOW) is None
    assert (read_seconds(text, NOW) or 0.0) <= MAX_SECONDS
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize("text", ["9" * 13, f'"x";r={"9" * 13}', '"x";r=1;t=' + "9" * 13])
def test_numbers_beyond_belief(text: str) -> None:
    allowance = read_allowance({"x-ratelimit-remaining": text, "ratelimit": text}, NOW)
    assert allowance is None or allowance == Allowance(requests_left=1)


@given(st.dictionaries(st.sampled_from(["x-ratelimit-remaining", "ratelimit", "x-ratelimit-reset"]), st.text()))
def test_whatever_is_said_the_result_is_in_bounds(headers: dict[str, str]) -> None:
    allowance = read_allowance(headers, NOW)
    if allowance is not None:
        assert allowance.requests_left is not None
        assert 0 <= allowance.requests_left <= MAX_LEFT
        assert allowance.requests_reset is None or 0.0 <= allowance.requests_reset <= MAX_SECONDS


def test_the_clock_is_read_where_none_is_given() -> None:
    allowance = read_allowance({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.time()) + 100)})
    assert allowance is not None
    assert allowance.requests_reset is not None
    assert 90 < allowance.requests_reset <= 101
