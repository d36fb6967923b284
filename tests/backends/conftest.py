"""A real service on loopback, and what every test of a backend needs to ask it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from grimoire.backends.direct_chat import DirectChat
from grimoire.backends.openai_chat import OpenAIChat
from grimoire.chat import Answer, Message, Request
from grimoire.ports import ChatBackend
from tests.servers.openai_server import OpenAIServer

KEY = "sk-test-0123456789abcdef"
QUESTION = Request(messages=(Message("user", "Say something about willows."),))

ADAPTER_OF: dict[str, Callable[..., ChatBackend]] = {"sdk": OpenAIChat, "direct": DirectChat}

Ask = Callable[..., Answer]
Connect = Callable[..., ChatBackend]


def ask(backend: ChatBackend, request: Request = QUESTION, on_text: Callable[[str], None] | None = None) -> Answer:
    """Ask in an event loop of its own, and close."""

    async def whole() -> Answer:
        try:
            return await backend.ask(request, on_text)
        finally:
            await backend.aclose()

    return asyncio.run(whole())


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


@pytest.fixture(params=ADAPTER_OF)
def transport(request: pytest.FixtureRequest) -> str:
    """Each of the adapters of the OpenAI protocol in turn."""
    return str(request.param)


@pytest.fixture
def connect(server: OpenAIServer, transport: str) -> Connect:
    """Makes a backend for the server, over each transport in turn; keyword arguments override its settings."""
    return maker(server, transport)


@pytest.fixture
def connect_sdk(server: OpenAIServer) -> Connect:
    return maker(server, "sdk")


@pytest.fixture
def connect_direct(server: OpenAIServer) -> Connect:
    return maker(server, "direct")


def maker(server: OpenAIServer, transport: str) -> Connect:
    def make(**settings: object) -> ChatBackend:
        given = {"base_url": server.base_url, "api_key": KEY, "model": "m", "key_env": "TEST_API_KEY"}
        return ADAPTER_OF[transport]("test/m", **{**given, **settings})

    return make
