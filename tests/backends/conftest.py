"""A real service on loopback, and what every test of a backend needs to ask it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from grimoire.backends.openai_chat import OpenAIChat
from grimoire.chat import Answer, Message, Request
from grimoire.ports import ChatBackend
from tests.servers.openai_server import OpenAIServer

KEY = "sk-test-0123456789abcdef"
QUESTION = Request(messages=(Message("user", "Say something about willows."),))

Ask = Callable[..., Answer]


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


@pytest.fixture
def connect(server: OpenAIServer) -> Callable[..., OpenAIChat]:
    """Makes a backend for the server; keyword arguments override its settings."""

    def make(**settings: object) -> OpenAIChat:
        given = {"base_url": server.base_url, "api_key": KEY, "model": "m", "retries": 0, "key_env": "TEST_API_KEY"}
        return OpenAIChat("test/m", **{**given, **settings})  # type: ignore[arg-type]  # a table of settings

    return make
