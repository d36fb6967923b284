"""Asking real checks through the real SDK at a judge on loopback whose replies are written by the test."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

from grimoire.backends.openai_chat import OpenAIChat
from grimoire.ports import ChatBackend
from tests.servers.openai_server import Body, OpenAIServer, Reply

T = TypeVar("T")

PART = re.compile(
    r"^<<<(TASK|ANSWER(?: [AB])?|RUBRIC|RESPECT) ([0-9a-f]{16})>>>\n(.*?)\n<<<END \1 \2>>>$", re.MULTILINE | re.DOTALL
)


def says(verdict: object, reason: object = "It says 'coffee'.", **more: object) -> Reply:
    """A reply with a verdict, after its reason, as JSON alone."""
    return Reply(text=json.dumps({"reason": reason, "verdict": verdict, **more}, ensure_ascii=False))


def in_turn(*replies: Reply) -> Callable[[Body], Reply]:
    """One reply after the other, in the order in which requests arrive; the last for all that follow."""
    lock, left = threading.Lock(), list(replies)

    def reply(_: Body) -> Reply:
        with lock:
            return left.pop(0) if len(left) > 1 else left[0]

    return reply


def with_backend(
    server: OpenAIServer, work: Callable[[ChatBackend], Awaitable[T]], parameters: dict[str, object] | None = None
) -> T:
    """What `work` gives with a backend of the server, in an event loop of its own."""

    async def run() -> T:
        backend = OpenAIChat("judge/m", base_url=server.base_url, api_key="k", model="m", parameters=parameters)
        try:
            async with asyncio.timeout(20):
                return await work(backend)
        finally:
            await backend.aclose()

    return asyncio.run(run())


def system(body: Body) -> str:
    """The rules that a request gives."""
    return str(body["messages"][0]["content"])


def user(body: Body) -> str:
    """The message with the parts."""
    return str(body["messages"][1]["content"])


def parts(body: Body) -> dict[str, str]:
    """The parts between the marker lines, by name and in their order."""
    return {match[1]: match[3] for match in PART.finditer(user(body))}


def code(body: Body) -> str:
    """The code of the marker lines."""
    (found,) = {match[2] for match in PART.finditer(user(body))}
    return str(found)
