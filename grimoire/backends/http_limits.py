"""An HTTP client for the SDK that follows no redirect, reads no endless body, and waits no longer than it should."""

from __future__ import annotations

import codecs
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from grimoire.backends.bounded_body import BoundedBody, too_much
from grimoire.backends.sse import MAX_EVENT
from grimoire.errors import ServiceFault

if TYPE_CHECKING:
    import httpx2

MAX_BODY = 20_000_000
MAX_STREAM = 256_000_000  # each few characters of a stream come in an envelope of some 200 bytes
COURSE = "grimoire.course"
_END = b"[DONE]"
_BLANK = (b"\n\n", b"\r\n\r\n", b"\r\r")

Pieces = Callable[[AsyncIterable[bytes]], AsyncIterator[bytes]]


class Timeouts(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds to wait for a connection, for an answer's head, between the bytes of its body, and for all of it."""

    connect: float = 10.0
    first: float = 300.0
    read: float = 300.0
    total: float = 900.0


class _Asked(msgspec.Struct):
    stream: bool = False


class Course:
    """How far a request has come: its answer's head is there; its stream has said that it is at its end."""

    began = False
    ended = False


def open_client(name: str, timeouts: Timeouts, concurrency: int) -> httpx2.AsyncClient:
    """The SDK's own client, with its TLS and proxy settings, under our limits. Only inside an event loop.

    `concurrency` is the most connections at one time, all of which are kept.
    """
    import httpx2
    from openai import DefaultAsyncHttpxClient

    return DefaultAsyncHttpxClient(
        timeout=sdk_timeout(timeouts),
        limits=httpx2.Limits(max_connections=concurrency, max_keepalive_connections=concurrency),
        follow_redirects=False,
        headers={"Accept-Encoding": "identity"},
        event_hooks={"response": [_limit(name, timeouts)]},
    )


def sdk_timeout(timeouts: Timeouts) -> httpx2.Timeout:
    """Until the head is there; the hook of `open_client` goes on from there, and the caller keeps the total.

    Waiting for a free connection is no fault of the service, and has no limit but the total.
    """
    import httpx2

    return httpx2.Timeout(connect=timeouts.connect, read=timeouts.first, write=timeouts.first, pool=None)


def course_of(request: httpx2.Request | None) -> Course:
    """How far a request has come that `open_client`'s client sent."""
    course = request.extensions.get(COURSE) if request is not None else None
    return course if isinstance(course, Course) else Course()


def _limit(name: str, timeouts: Timeouts) -> Callable[[httpx2.Response], Awaitable[None]]:
    from httpx2 import AsyncByteStream

    class Read(AsyncByteStream):
        """A body, read as `pieces` reads it."""

        def __init__(self, stream: AsyncByteStream, pieces: Pieces) -> None:
            self._stream, self._pieces = stream, pieces

        def __aiter__(self) -> AsyncIterator[bytes]:
            return self._pieces(self._stream)

        async def aclose(self) -> None:
            await self._stream.aclose()

    async def bound(response: httpx2.Response) -> None:
        course = response.request.extensions[COURSE] = Course()
        course.began = True
        response.request.extensions["timeout"]["read"] = timeouts.read
        # Unpacked here, and only as far as the limit goes: the SDK would unpack whatever comes.
        packing = response.headers.pop("content-encoding", "")
        events = _is_stream(response)
        body = BoundedBody(name, packing, MAX_STREAM if events else MAX_BODY)
        pieces = partial(_events, name, course) if events else _all if response.is_success else _excerpt
        if isinstance(response.stream, AsyncByteStream):
            response.stream = Read(response.stream, partial(pieces, body))

    return bound


def _is_stream(response: httpx2.Response) -> bool:
    """One that was asked for: any other is read like any other body, and no further."""
    if not response.is_success or not response.headers.get("content-type", "").startswith("text/event-stream"):
        return False
    return msgspec.json.decode(response.request.content, type=_Asked).stream


async def _all(body: BoundedBody, stream: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    async for received in stream:
        for data in body.take(received):
            yield data


async def _events(name: str, course: Course, body: BoundedBody, stream: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """A stream of events: its end is noted, no event is endless, and what is no UTF-8 becomes replacement characters.

    The SDK says nothing of the first, has no limit to the second and fails over the third.
    """
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    last, size = b"", 0
    async for received in _all(body, stream):
        data = decoder.decode(received).encode()
        course.ended |= _END in last + data
        last = (last + data)[-len(_END) :]
        blank = max(data.rfind(line_ends) for line_ends in _BLANK)
        size = size + len(data) if blank < 0 else len(data) - blank
        if size > MAX_EVENT:
            raise too_much(name)
        yield data
    if last.rstrip().endswith(b"}"):
        yield b"\n\n"  # the last event has all but its empty line, and the SDK would forget it


async def _excerpt(body: BoundedBody, stream: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """What an error says, as far as it comes: the status is known, and a body that breaks off takes none of it back."""
    from httpx2 import TransportError

    with suppress(TransportError, ServiceFault):
        async for data in _all(body, stream):
            yield data
