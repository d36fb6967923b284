"""What must not happen: the key to strangers, a redirect followed, a body without end; against a real server."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable

import pytest

from grimoire.backends import http_limits
from grimoire.errors import AuthenticationFailed, KeyMissing, RequestRejected, ServiceFault
from tests.backends.conftest import KEY, Connect, ask
from tests.servers.openai_server import ENGLISH, OpenAIServer, Reply


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_the_key_stays_here(server: OpenAIServer, connect: Connect, status: int) -> None:
    with OpenAIServer() as thief:
        server.reply = Reply(status=status, headers={"Location": f"{thief.base_url}/chat/completions"})
        with pytest.raises(RequestRejected, match="it redirects to http://127"):
            ask(connect())
        assert thief.count == 0


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_an_absurd_body_is_not_read_to_its_end(
    server: OpenAIServer, connect: Connect, monkeypatch: pytest.MonkeyPatch, stream: bool
) -> None:
    monkeypatch.setattr(http_limits, "MAX_BODY", 1000)
    monkeypatch.setattr(http_limits, "MAX_STREAM", 1000)
    server.reply = Reply(text="x" * 5000)
    with pytest.raises(ServiceFault, match="more than any answer"):
        ask(connect(stream=stream))


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(("packing", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_packed_body_is_read_though_none_is_asked_for(
    server: OpenAIServer, connect: Connect, packing: str, pack: Callable[[bytes], bytes], stream: bool
) -> None:
    chunk = json.dumps({"choices": [{"message": {"content": "x" * 100_000}}]}).encode()
    raw, kind = (
        (b"data: %s\n\ndata: [DONE]\n\n" % chunk, "text/event-stream") if stream else (chunk, "application/json")
    )
    server.reply = Reply(raw=pack(raw), content_type=kind, headers={"Content-Encoding": packing})
    assert ask(connect(stream=stream)).text == "x" * 100_000
    assert server.received[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("packing", "raw", "said"),
    [
        pytest.param("gzip", gzip.compress(b" " * 3_000_000), "more than any answer", id="a bomb"),
        pytest.param("gzip", b"not gzip", "cannot be unpacked", id="not packed at all"),
        pytest.param("zstd", b"...", "not asked to", id="a packing nobody asked for"),
    ],
)
def test_a_packed_body_is_not_trusted(
    server: OpenAIServer, connect: Connect, monkeypatch: pytest.MonkeyPatch, packing: str, raw: bytes, said: str
) -> None:
    monkeypatch.setattr(http_limits, "MAX_BODY", 1_000_000)
    server.reply = Reply(raw=raw, headers={"Content-Encoding": packing})
    with pytest.raises(ServiceFault, match=said):
        ask(connect())


@pytest.mark.parametrize("key", ["", "   "])
def test_a_missing_key_is_said_before_anything_is_sent(server: OpenAIServer, connect: Connect, key: str) -> None:
    with pytest.raises(KeyMissing, match="TEST_API_KEY is not set"):
        ask(connect(api_key=key))
    assert server.count == 0


def test_a_server_that_needs_no_key_gets_none_of_ours(
    server: OpenAIServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-another-service")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-another-admin")
    assert ask(connect(api_key="", key_env="")).text == ENGLISH
    assert "another" not in str(server.received[0].headers)


@pytest.mark.parametrize("key", ["sk-\nabc", "sk-ключ", "sk-\u200babc"])
def test_a_key_that_cannot_be_one_is_not_sent(server: OpenAIServer, connect: Connect, key: str) -> None:
    with pytest.raises(AuthenticationFailed, match="characters that no key has") as caught:
        ask(connect(api_key=key))
    assert key not in str(caught.value)
    assert server.count == 0


def test_surrounding_space_is_not_part_of_a_key(server: OpenAIServer, connect: Connect) -> None:
    ask(connect(api_key=f" {KEY}\n"))
    assert server.keys == [KEY]


def test_no_key_in_its_representation(connect: Connect) -> None:
    backend = connect()
    assert KEY not in f"{backend!r} {backend}"
