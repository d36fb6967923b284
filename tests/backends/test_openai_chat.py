"""What only the adapter over the SDK does; what both do is in test_chat.py and test_chat_guards.py."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from grimoire.errors import RequestRejected, ServiceUnreachable
from tests.backends.conftest import QUESTION, Connect, ask
from tests.servers.openai_server import OpenAIServer, Reply


def test_a_redirect_is_not_followed_by_a_client_that_would(server: OpenAIServer, connect_sdk: Connect) -> None:
    server.reply = Reply(status=307, headers={"Location": f"{server.base_url}/chat/completions"})

    async def whole() -> None:
        async with httpx2.AsyncClient(follow_redirects=True) as client:
            backend = connect_sdk(http_client=client)
            with pytest.raises(RequestRejected):
                await backend.ask(QUESTION)
            await backend.aclose()
            assert not client.is_closed

    asyncio.run(whole())
    assert server.count == 1


@pytest.mark.parametrize("allowed", [False, True])
def test_the_sdks_own_variables_reach_openai_alone(
    server: OpenAIServer, connect_sdk: Connect, monkeypatch: pytest.MonkeyPatch, allowed: bool
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Gateway: secret-1")
    ask(connect_sdk(sdk_environment=allowed))
    sent = server.received[0].headers
    names = ("openai-organization", "openai-project", "x-gateway")
    assert [sent.get(name) for name in names] == (["org-1", "proj-1", "secret-1"] if allowed else [None] * 3)


def test_what_a_socks_proxy_needs_is_said(connect_sdk: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://user:secret@127.0.0.1:9")
    with pytest.raises(ServiceUnreachable, match="a SOCKS proxy needs a package") as caught:
        ask(connect_sdk())
    assert caught.value.hint == "for such a proxy: pip install 'grimoire-prompts[socks]'"
    assert "secret" not in f"{caught.value} {caught.value.hint}"
