"""What both adapters of the OpenAI protocol do alike: check what they are given, write what is sent, read what came."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from grimoire.backends.openai_errors import Origin, from_body, make
from grimoire.backends.openai_wire import Piece, Reply, TooLong, read_piece
from grimoire.chat import Answer, Request
from grimoire.errors import (
    AuthenticationFailed,
    KeyMissing,
    ServiceFault,
    ServiceTimeout,
    ServiceUnreachable,
    UsageError,
)

if TYPE_CHECKING:
    import asyncio


def host_of(name: str, base_url: str) -> str:
    """The host of a base URL, with its port where it names one. Raises UsageError for a URL that cannot be."""
    hint = "a base URL looks like https://api.example.com/v1"
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UsageError(f"{name}: the base URL cannot be read", hint=hint) from None
    if parts.scheme not in {"http", "https"} or not host or not base_url.isprintable():
        raise UsageError(f"{name}: the base URL is none", hint=hint)
    return f"{host}:{port}" if port else host


def check_model(name: str, model: str) -> str:
    """The model. Raises UsageError where none is named."""
    if not model:
        raise UsageError(f"{name}: no model is named", hint="name one, as in BACKEND/MODEL")
    return model


def check_key(origin: Origin) -> None:
    """Raises KeyMissing for a key that is needed and not there, AuthenticationFailed for one that cannot be."""
    if not origin.key and origin.key_env:
        raise KeyMissing(f"{origin.name}: {origin.key_env} is not set", hint=f"export {origin.key_env}=<your key>")
    if not (origin.key.isascii() and origin.key.isprintable()):
        raise make(AuthenticationFailed, origin, "the key holds characters that no key has")


def build_body(model: str, parameters: Mapping[str, object], request: Request, *, streamed: bool) -> dict[str, object]:
    """What is sent: the request's parameters override the backend's, and None takes a field out."""
    body: dict[str, object] = {"stream_options": {"include_usage": True}} if streamed else {}
    body |= {**parameters, **request.parameters}
    body["model"] = model
    body["messages"] = [{"role": message.role, "content": message.content} for message in request.messages]
    body["stream"] = True if streamed else None
    return {name: value for name, value in body.items() if value is not None}


def read_whole(content: bytes, origin: Origin) -> Piece:
    """A whole answer from a body that came with status 200. Raises ServiceFault, or the error of an error object."""
    data = read_json(content, origin)
    if isinstance(data, dict) and data.get("error") and not data.get("choices"):
        raise from_body(data["error"], origin)
    return msgspec.structs.replace(read_piece(data), ended=True)


def read_json(content: bytes, origin: Origin) -> object:
    """What a body says; bytes that are no UTF-8 become replacement characters. Raises ServiceFault."""
    try:
        return decode(content)
    except (ValueError, RecursionError):
        raise make(ServiceFault, origin, "the service sent something that is not JSON") from None


def decode(content: bytes) -> object:
    """JSON by msgspec, and what that is too strict for (half a surrogate pair, NaN, other encodings) by json.

    Raises ValueError, or RecursionError where it is nested too deeply.
    """
    try:
        return msgspec.json.decode(content)
    except ValueError:
        pass
    try:
        return json.loads(content)
    except UnicodeDecodeError:
        return json.loads(content.decode(errors="replace"))


async def gather(
    pieces: AsyncGenerator[Piece, None],
    origin: Origin,
    *,
    total: float,
    streamed: bool,
    on_text: Callable[[str], None] | None,
) -> Answer:
    """The answer that the pieces make, which must all come within `total` seconds; each text is passed on as it comes.

    Raises ServiceTimeout, ServiceFault for too long an answer or none at all, ServiceUnreachable for a stream that ends
    without a reason and without its last word, and what `pieces` raises. Once that has come, a connection that breaks
    or falls silent takes nothing back.
    """
    reply, started, first = Reply(), time.perf_counter(), None
    with _unless_ended(reply), in_time(total, origin) as limit:
        async with limit, aclosing(pieces):
            async for piece in pieces:
                text = reply.add(piece)
                if text and first is None:
                    first = time.perf_counter() - started
                if text and on_text:
                    on_text(text)
    if not reply.answered:
        raise make(ServiceFault, origin, "the service sent something that holds no answer")
    if not reply.ended:
        raise make(ServiceUnreachable, origin, "the answer broke off before its end")
    if (rest := reply.end()) and on_text:
        on_text(rest)
    return reply.answer(seconds=time.perf_counter() - started, first_seconds=first if streamed else None)


@contextmanager
def _unless_ended(reply: Reply) -> Iterator[None]:
    """What breaks after an answer's end breaks nothing: the answer is whole, and has been paid for."""
    try:
        yield
    except (ServiceUnreachable, ServiceTimeout):
        if not reply.ended:
            raise


@contextmanager
def in_time(total: float, origin: Origin) -> Iterator[asyncio.Timeout]:
    """A limit of `total` seconds, to be entered inside. Raises ServiceTimeout, and ServiceFault for TooLong."""
    import asyncio

    limit = asyncio.timeout(total)
    try:
        yield limit
    except TimeoutError:
        if not limit.expired():
            raise
        raise make(ServiceTimeout, origin, f"no whole answer in {total:g} seconds") from None
    except TooLong:
        raise make(ServiceFault, origin, "the answer is longer than any answer can be", retryable=False) from None
