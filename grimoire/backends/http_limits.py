"""An HTTP client for the SDK that follows no redirect and reads no endless body."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

import msgspec

from grimoire.errors import ServiceFault

if TYPE_CHECKING:
    import httpx2

MAX_BODY = 20_000_000
MAX_STREAM = 256_000_000  # each few characters of a stream come in an envelope of some 200 bytes
_AT_ONCE = 65_536


class Timeouts(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds to wait for a connection, for an answer's first bytes, for the next ones, and for the whole of it."""

    connect: float = 10.0
    first: float = 300.0
    read: float = 300.0
    total: float = 900.0


def open_client(name: str, timeouts: Timeouts) -> httpx2.AsyncClient:
    """The SDK's own client, with its TLS, proxy and pool settings, under our limits. Only inside an event loop."""
    from openai import DefaultAsyncHttpxClient

    return DefaultAsyncHttpxClient(
        timeout=sdk_timeout(timeouts),
        follow_redirects=False,
        headers={"Accept-Encoding": "identity"},
        event_hooks={"response": [_limit(name)]},
    )


def sdk_timeout(timeouts: Timeouts) -> httpx2.Timeout:
    """Connecting and the pause between bytes; the total is kept by the caller."""
    import httpx2

    return httpx2.Timeout(timeouts.read, connect=timeouts.connect)


def _limit(name: str) -> Callable[[httpx2.Response], Awaitable[None]]:
    from httpx2 import AsyncByteStream

    class Bounded(AsyncByteStream):
        """A body that fails when it grows past its limit, instead of filling the memory."""

        def __init__(self, stream: AsyncByteStream, limit: int, *, packed: bool) -> None:
            self._stream, self._left = stream, limit
            self._expand = _expander(name) if packed else _as_it_is

        async def __aiter__(self) -> AsyncIterator[bytes]:
            async for received in self._stream:
                for data in self._expand(received):
                    self._left -= len(data)
                    if self._left < 0:
                        raise ServiceFault(
                            f"{name}: the service sends more than any answer can be; reading was stopped"
                        )
                    yield data

        async def aclose(self) -> None:
            await self._stream.aclose()

    async def bound(response: httpx2.Response) -> None:
        # Unpacked here, and only as far as the limit goes: a few bytes of gzip can stand for gigabytes.
        packing = response.headers.pop("content-encoding", "identity").strip().lower()
        if packing not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise ServiceFault(f"{name}: the service packed its answer in a way it was not asked to")
        if isinstance(response.stream, AsyncByteStream):
            packed = packing not in {"", "identity"}
            response.stream = Bounded(response.stream, _allowance(response.headers), packed=packed)

    return bound


def _allowance(headers: httpx2.Headers) -> int:
    return MAX_STREAM if headers.get("content-type", "").startswith("text/event-stream") else MAX_BODY


def _as_it_is(data: bytes) -> Iterator[bytes]:
    yield data


def _expander(name: str) -> Callable[[bytes], Iterator[bytes]]:
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)

    def expand(data: bytes) -> Iterator[bytes]:
        try:
            while data:
                yield unpacker.decompress(data, _AT_ONCE)
                data = unpacker.unconsumed_tail
        except zlib.error:
            raise ServiceFault(f"{name}: the service's answer cannot be unpacked") from None

    return expand
