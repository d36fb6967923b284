"""The direct adapter and the proxies of the environment."""

from __future__ import annotations

import re
import traceback

import pytest

from grimoire.backends.direct_chat import DirectChat
from grimoire.errors import ServiceUnreachable
from tests.backends.conftest import KEY, Connect, ask
from tests.servers.openai_server import ENGLISH, OpenAIServer
from tests.servers.raw_server import Line, RawServer


def test_a_proxy_carries_what_is_not_exempt(
    server: OpenAIServer, connect_direct: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.base_url.removeprefix("http://").removesuffix("/v1"))
    assert ask(connect_direct(base_url="http://service.invalid/v1")).text == ENGLISH
    assert server.received[0].path == "http://service.invalid/v1/chat/completions"
    monkeypatch.setenv("no_proxy", "127.0.0.1, .invalid")
    ask(connect_direct())
    assert server.received[1].path == "/v1/chat/completions"


@pytest.mark.parametrize(("user", "credentials"), [("", []), ("user:pass@", [b"Basic dXNlcjpwYXNz"])])
def test_a_proxy_is_told_nothing_but_where_to_connect_to(
    monkeypatch: pytest.MonkeyPatch, user: str, credentials: list[bytes]
) -> None:
    asked: list[bytes] = []

    def serve(line: Line) -> None:
        asked.append(line.request())
        line.send(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

    with RawServer(serve) as proxy:
        monkeypatch.setenv("https_proxy", f"http://{user}127.0.0.1:{proxy.port}")
        with pytest.raises(ServiceUnreachable) as caught:
            ask(DirectChat("test/m", base_url="https://service.invalid/v1", api_key=KEY, model="m"))
    assert asked[0].startswith(b"CONNECT service.invalid:443 ")
    assert re.findall(rb"Proxy-Authorization: (.*)\r", asked[0]) == credentials
    assert KEY.encode() not in asked[0]
    assert "proxy" in caught.value.message
    assert "pass" not in caught.value.message
    assert not caught.value.retryable


@pytest.mark.parametrize("proxy", ["http://user:hush@[::1", "http://user:hush@", "user:hush@x:99999"])
def test_a_proxy_that_cannot_be_is_not_shown(
    connect_direct: Connect, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(ServiceUnreachable, match="the proxy's address cannot be read") as caught:
        ask(connect_direct())
    assert "hush" not in "".join(traceback.format_exception(caught.value))


def test_a_proxy_that_is_not_there_is_told_from_the_service(
    connect_direct: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    with OpenAIServer() as gone:
        monkeypatch.setenv("http_proxy", gone.base_url.removesuffix("/v1"))
    with pytest.raises(ServiceUnreachable, match="no proxy: ") as caught:
        ask(connect_direct())
    assert "proxy variables" in caught.value.hint


def test_a_proxy_it_cannot_use_is_for_the_sdk(connect_direct: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    with pytest.raises(ServiceUnreachable, match="transport: sdk"):
        ask(connect_direct())
