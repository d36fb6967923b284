from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator

import pytest

from grimoire.backends.chat_request import build_body, decode, gather, host_of, read_whole
from grimoire.backends.openai_errors import Origin
from grimoire.backends.openai_wire import Piece
from grimoire.chat import Answer, Message, Request
from grimoire.errors import RateLimited, ServiceError, ServiceFault, ServiceUnreachable

ORIGIN = Origin(name="test/m")


@pytest.mark.parametrize(
    ("content", "data"),
    [
        pytest.param('{"a":"柳"}'.encode(), {"a": "柳"}, id="JSON"),
        pytest.param(b'{"a":"\\ud83d"}', {"a": "\ud83d"}, id="half a pair"),
        pytest.param(b'{"a":"x\xffy"}', {"a": "x\ufffdy"}, id="a byte that is no UTF-8"),
        pytest.param(b'\xef\xbb\xbf{"a":1}', {"a": 1}, id="a mark at the beginning"),
        pytest.param('{"a":1}'.encode("utf-16"), {"a": 1}, id="another encoding"),
        pytest.param(b"\n\n 7 \n", 7, id="space around it"),
        pytest.param(b"Infinity", math.inf, id="a number JSON has not"),
        pytest.param(b"1" * 40, int("1" * 40), id="a large number"),
    ],
)
def test_decoding(content: bytes, data: object) -> None:
    assert decode(content) == data


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"<html>", b"9" * 5000, b"[" * 200_000])
def test_what_is_no_json_is_a_fault(content: bytes) -> None:
    with pytest.raises(ServiceFault, match="not JSON"):
        read_whole(content, ORIGIN)


def test_a_whole_answer_is_at_its_end_without_saying_so() -> None:
    piece = read_whole(b'{"choices":[{"message":{"content":"Hi"}}]}', ORIGIN)
    assert piece == Piece(answered=True, ended=True, text="Hi")


def test_an_error_object_counts_where_there_is_no_choice() -> None:
    with pytest.raises(RateLimited):
        read_whole(b'{"error":{"code":429}}', ORIGIN)
    assert read_whole(b'{"error":{"code":429},"choices":[{"message":{"content":"Hi"}}]}', ORIGIN).text == "Hi"


def test_a_body_names_the_model_and_nothing_that_is_none() -> None:
    request = Request(messages=(Message("user", "Hi"),), parameters={"seed": None, "top_p": 1})
    body = build_body("m", {"seed": 7, "model": "other"}, request, streamed=True)
    assert body == {
        "model": "m",
        "messages": [{"role": "user", "content": "Hi"}],
        "top_p": 1,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.example.com/v1", "api.example.com"),
        ("http://127.0.0.1:11434/v1", "127.0.0.1:11434"),
        ("https://user:pass@Example.com", "example.com"),
    ],
)
def test_a_host_is_read_without_who_asks(url: str, host: str) -> None:
    assert host_of("test/m", url) == host


def gathered(*pieces: Piece) -> Answer:
    async def come() -> AsyncGenerator[Piece, None]:
        for piece in pieces:
            yield piece

    return asyncio.run(gather(come(), ORIGIN, total=5, streamed=True, on_text=None))


def test_an_answer_is_whole_with_a_reason_or_a_last_word() -> None:
    assert gathered(Piece(answered=True, text="Hi", finish="stop")).text == "Hi"
    assert gathered(Piece(answered=True, text="Hi"), Piece(ended=True)).text == "Hi"


@pytest.mark.parametrize(
    ("pieces", "kind"),
    [
        pytest.param((Piece(answered=True, text="Hi"),), ServiceUnreachable, id="no end"),
        pytest.param((Piece(ended=True),), ServiceFault, id="no answer"),
        pytest.param((), ServiceFault, id="nothing"),
    ],
)
def test_an_answer_that_is_none(pieces: tuple[Piece, ...], kind: type[ServiceError]) -> None:
    with pytest.raises(kind):
        gathered(*pieces)
