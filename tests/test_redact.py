from __future__ import annotations

import pytest

from grimoire.redact import hide_in_arguments, hide_in_url, hide_secrets


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        pytest.param("https://api.example.com/v1", "https://api.example.com/v1", id="nothing"),
        pytest.param("https://me:pass@example.com/v1", "https://…@example.com/v1", id="password"),
        pytest.param("https://example.com/v1?api_key=sk-1&x=2", "https://example.com/v1?…", id="query"),
        pytest.param("https://me:pass@example.com?k=a\nb", "https://…@example.com?…", id="both"),
        pytest.param("", "", id="empty"),
    ],
)
def test_hide_in_url(url: str, shown: str) -> None:
    assert hide_in_url(url) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param({"api_key": "sk-1", "max_tokens": 5}, {"api_key": "…", "max_tokens": 5}, id="key-but-not-tokens"),
        pytest.param({"a": {"Authorization": "x"}}, {"a": {"Authorization": "…"}}, id="nested"),
        pytest.param({"a": [{"access-token": "x", "top_k": 3}]}, {"a": [{"access-token": "…", "top_k": 3}]}, id="list"),
        pytest.param({"monkey": 1, "keyword": "x"}, {"monkey": 1, "keyword": "x"}, id="only-words-that-end-so"),
        pytest.param("text", "text", id="no-mapping"),
    ],
)
def test_hide_secrets(value: object, shown: object) -> None:
    assert hide_secrets(value) == shown


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        pytest.param(["-O", "api_key=sk-1=2", "x"], ["-O", "api_key=…", "x"], id="a pair"),
        pytest.param(["-Oapi_key=sk-1"], ["-Oapi_key=…"], id="with its option"),
        pytest.param(["--option=token=t"], ["--option=token=…"], id="with its long option"),
        pytest.param(["-O", "headers.authorization=x"], ["-O", "headers.authorization=…"], id="below another"),
        pytest.param(["-O", 'extra={"api_key": "sk-1", "n": 2}'], ["-O", "extra=…"], id="in JSON"),
        pytest.param(["-Otoken=t"], ["-Otoken=…"], id="with its option and nothing before it"),
        pytest.param(["-O", 'extra={"n": 2}'], ["-O", 'extra={"n": 2}'], id="JSON without"),
        pytest.param(["of the key: a text"], ["of the key: a text"], id="a text"),
        pytest.param(["-O", "temperature=0.2", "a=b=c"], ["-O", "temperature=0.2", "a=b=c"], id="nothing secret"),
    ],
)
def test_hide_in_arguments(given: list[str], shown: list[str]) -> None:
    assert hide_in_arguments(given) == shown
