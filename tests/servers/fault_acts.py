"""What a chat service may do with a request, good and bad: the acts of which `faults.py` makes its table."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import Iterator
from email.utils import formatdate
from time import time
from typing import Any, Literal

from tests.servers.fault_server import Body, Exchange, Serve

GOOD = "Willows grow near water. 柳树喜欢水。"
USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


def completion(message: object, finish: str | None, usage: Body | None) -> bytes:
    choices = [{"index": 0, "message": message, "finish_reason": finish}]
    body: Body = {"id": "c-1", "object": "chat.completion", "created": 1, "model": "served-model", "choices": choices}
    return json.dumps(body if usage is None else {**body, "usage": usage}, ensure_ascii=False).encode()


def event(data: object, end: bytes = b"\n\n") -> bytes:
    return b"data: " + json.dumps(data, ensure_ascii=False).encode() + end


def delta(message: object, finish: str | None = None) -> Body:
    choices = [{"index": 0, "delta": message, "finish_reason": finish}]
    return {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "served-model", "choices": choices}


def chunks(message: Body, finish: str | None, usage: Body | None) -> Iterator[Body]:
    """A message in pieces, as a service streams it."""
    yield delta({"role": "assistant", "content": ""})
    for name, value in message.items():
        step = 8 if isinstance(value, str) else 1
        pieces = [value] if value is None else [value[at : at + step] for at in range(0, len(value), step)]
        yield from (delta({name: piece}) for piece in pieces)
    yield delta({}, finish)
    if usage is not None:
        yield {"id": "c-1", "object": "chat.completion.chunk", "model": "served-model", "choices": [], "usage": usage}


def events(message: Body, finish: str | None = "stop", usage: Body | None = None, end: bytes = b"\n\n") -> list[bytes]:
    return [event(chunk, end) for chunk in chunks(message, finish, usage)]


DONE = b"data: [DONE]\n\n"
MESSAGE: Body = {"content": GOOD}
WHOLE = completion(MESSAGE, "stop", USAGE)
PARTS = [*events(MESSAGE, usage=USAGE), DONE]


def answering(message: Body, finish: str | None = "stop", usage: Body | None = USAGE, **headers: Any) -> Serve:
    """Answers properly, in the way that was asked for."""
    body = completion({"role": "assistant", **message}, finish, usage)

    async def serve(exchange: Exchange) -> None:
        if exchange.request.streamed:
            await exchange.events([*events(message, finish, usage), DONE], **headers)
        else:
            await exchange.reply(body, **headers)

    return serve


def replying(body: bytes, kind: str = "application/json", *, status: int = 200, **headers: Any) -> Serve:
    """The same bytes, whatever was asked for."""

    async def serve(exchange: Exchange) -> None:
        await exchange.reply(body, status=status, Content_Type=kind, **headers)

    return serve


def refusing(status: int, message: str = "No.", code: object = None, **headers: Any) -> Serve:
    error = {"message": f"{message} (Bearer sk-test-0123456789abcdef)", "type": "test_error", "code": code}
    return replying(json.dumps({"error": error}).encode(), status=status, **headers)


def streaming(*parts: bytes, ended: bool | None = True, **headers: Any) -> Serve:
    """Just these events, whatever was asked for; hangs up without the last chunk, or (None) leaves it at that."""

    async def serve(exchange: Exchange) -> None:
        await exchange.events(parts, ended=bool(ended), **headers)
        if ended is False:
            exchange.close()

    return serve


HALF_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: applic"


async def send_head(exchange: Exchange) -> None:
    kind = "text/event-stream" if exchange.request.streamed else "application/json"
    await exchange.head(200, Content_Type=kind, Content_Length=1_000_000)


async def send_half(exchange: Exchange) -> None:
    """A head, and half of what was to follow."""
    if exchange.request.streamed:
        await exchange.events(PARTS[:3], ended=False)
    else:
        await exchange.reply(WHOLE[:60], length=len(WHOLE))


async def send_half_head(exchange: Exchange) -> None:
    await exchange.send(HALF_HEAD)


async def send_nothing(exchange: Exchange) -> None:
    """Not a byte."""


def ending(begin: Serve, how: Literal["reset", "close", "stall"]) -> Serve:
    """Begins, and then resets the connection, hangs up, or falls silent."""

    async def serve(exchange: Exchange) -> None:
        await begin(exchange)
        if how == "close":
            exchange.close()
        else:
            await getattr(exchange, how)()

    return serve


async def redirect(exchange: Exchange) -> None:
    await exchange.reply(b"", status=307, Location=f"{exchange.elsewhere}/chat/completions")


async def throttle_until_a_date(exchange: Exchange) -> None:
    await refusing(429, Retry_After=formatdate(time() + 30, usegmt=True))(exchange)


async def refuse_by_halves(exchange: Exchange) -> None:
    await exchange.reply(b'{"error":{"mess', status=429, length=999)


async def send_without_end(exchange: Exchange, head: bytes, part: bytes, pause: float = 0.0) -> None:
    """Goes on until the client hangs up."""
    await exchange.send(head)
    while True:
        await exchange.send(part)
        await asyncio.sleep(pause)


def chunk(part: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(part), part)


STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
BODY_HEAD = STREAM_HEAD.replace(b"text/event-stream", b"application/json")
MANY = "w" * 50_000


def bomb(prefix: bytes) -> bytes:
    """A gigabyte of spaces in a megabyte; nobody is to read as far as its end, which it has not."""
    packer = zlib.compressobj(wbits=31)
    start = packer.compress(prefix) + packer.flush(zlib.Z_FULL_FLUSH)
    # After a full flush nothing refers to what was before: the same megabyte can be said a thousand times.
    return start + (packer.compress(b" " * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)) * 1000


async def send_bomb(exchange: Exchange) -> None:
    streamed = exchange.request.streamed
    packed = bomb(b"data: ") if streamed else bomb(b"")
    kind = "text/event-stream" if streamed else "application/json"
    await exchange.reply(packed, Content_Type=kind, Content_Encoding="gzip")


async def send_20_megabytes(exchange: Exchange) -> None:
    if exchange.request.streamed:
        await exchange.events([*(event(delta({"content": MANY})) for _ in range(401)), DONE])
    else:
        await exchange.reply(completion({"content": "w" * 20_000_000}, "stop", USAGE))


async def send_packed(exchange: Exchange) -> None:
    streamed = exchange.request.streamed
    kind = "text/event-stream" if streamed else "application/json"
    body = gzip.compress(b"".join(PARTS) if streamed else WHOLE)
    await exchange.reply(body, Content_Type=kind, Content_Encoding="gzip")


BROKEN_TEXT = GOOD[:9] + "\ufffd" + GOOD[9:]
BROKEN_UTF8 = {"content": GOOD[:9] + "\x00" + GOOD[9:]}


def with_broken_utf8(data: bytes) -> bytes:
    return data.replace(b"\\u0000", b"\xff")


UTF8_WHOLE = with_broken_utf8(completion(BROKEN_UTF8, "stop", USAGE))
UTF8_PARTS = [with_broken_utf8(part) for part in (event(delta(BROKEN_UTF8)), event(delta({}, "stop")), DONE)]


async def send_broken_utf8(exchange: Exchange) -> None:
    if exchange.request.streamed:
        await exchange.events(UTF8_PARTS)
    else:
        await exchange.reply(UTF8_WHOLE)
