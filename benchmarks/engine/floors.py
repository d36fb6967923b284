"""Floors: the least code that carries the same calls, each in a process of its own.

    python -m benchmarks.engine.floors aiohttp http://127.0.0.1:8000/v1 2000 64

`concurrency` workers share one counter; every answer is decoded and its text looked at, and nothing else is done.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

ASKED = (
    "You are an editor with twenty years at a regional newspaper, and you write short sentences with verbs in them.\n"
) * 18 + "Topic: the willow by the gate\nWrite it in English."
MESSAGES: Any = [{"role": "user", "content": ASKED}]  # the SDK has a type of its own for each role
BODY = {"model": "m", "messages": MESSAGES}

Ask = Callable[[], Awaitable[str]]


async def with_aiohttp(url: str, calls: int, concurrency: int) -> None:
    """Bare aiohttp."""
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=concurrency)) as session:

        async def ask() -> str:
            async with session.post(f"{url}/chat/completions", json=BODY) as response:
                return _text(await response.json())

        await _all(ask, calls, concurrency)


async def with_httpx2(url: str, calls: int, concurrency: int) -> None:
    """Bare httpx2."""
    import httpx2

    limits = httpx2.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    async with httpx2.AsyncClient(limits=limits, timeout=60, trust_env=False) as client:

        async def ask() -> str:
            return _text((await client.post(f"{url}/chat/completions", json=BODY)).json())

        await _all(ask, calls, concurrency)


async def with_sdk(url: str, calls: int, concurrency: int) -> None:
    """The OpenAI SDK, as its documentation shows it, its pool sized to the concurrency."""
    import httpx2
    from openai import AsyncOpenAI

    limits = httpx2.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    http_client = httpx2.AsyncClient(limits=limits, timeout=60, trust_env=False)
    async with AsyncOpenAI(api_key="none", base_url=url, max_retries=0, http_client=http_client) as client:

        async def ask() -> str:
            completion = await client.chat.completions.create(model="m", messages=MESSAGES)
            return completion.choices[0].message.content or ""

        await _all(ask, calls, concurrency)


async def with_sdk_streaming(url: str, calls: int, concurrency: int) -> None:
    """The OpenAI SDK, streaming."""
    import httpx2
    from openai import AsyncOpenAI

    limits = httpx2.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    http_client = httpx2.AsyncClient(limits=limits, timeout=60, trust_env=False)
    async with AsyncOpenAI(api_key="none", base_url=url, max_retries=0, http_client=http_client) as client:

        async def ask() -> str:
            stream = await client.chat.completions.create(model="m", messages=MESSAGES, stream=True)
            return "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])

        await _all(ask, calls, concurrency)


FLOORS = {
    "aiohttp": with_aiohttp,
    "httpx2": with_httpx2,
    "sdk": with_sdk,
    "sdk-streaming": with_sdk_streaming,
}


def _text(data: Any) -> str:  # noqa: ANN401  # what JSON decodes to
    return str(data["choices"][0]["message"]["content"])


async def _all(ask: Ask, calls: int, concurrency: int) -> None:
    numbers = iter(range(calls))
    await asyncio.gather(*(_work(ask, numbers) for _ in range(concurrency)))


async def _work(ask: Ask, numbers: Iterator[int]) -> None:
    for _ in numbers:
        if not await ask():
            sys.exit("an answer was empty")


def main() -> None:
    """Run one floor."""
    name, url, calls, concurrency = sys.argv[1:]
    asyncio.run(FLOORS[name](url, int(calls), int(concurrency)))


if __name__ == "__main__":
    main()
