from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire.backends import sse
from grimoire.backends.chat_stream import ChatStream
from grimoire.backends.openai_errors import Origin
from grimoire.backends.openai_wire import Piece
from grimoire.errors import RateLimited, ServiceError, ServiceFault

ORIGIN = Origin(name="test/m", key="sk-secret-0123456789")


def chunk(text: str, **fields: object) -> bytes:
    return b"data: %s\n\n" % json.dumps({"choices": [{"delta": {"content": text}, **fields}]}).encode()


def read(*parts: bytes) -> list[Piece]:
    stream = ChatStream(ORIGIN)
    pieces = [piece for part in parts for piece in stream.feed(part)]
    return pieces if stream.done else [*pieces, *stream.end()]


HI, END = Piece(answered=True, text="Hi"), Piece(ended=True)


@pytest.mark.parametrize(
    ("body", "pieces"),
    [
        pytest.param(chunk("Hi") + b"data: [DONE]\n\n", [HI, END], id="a stream"),
        pytest.param(chunk("Hi") + b"data: [DONE]", [HI, END], id="no line end after the last word"),
        pytest.param(chunk("Hi").rstrip(), [HI], id="no empty line after the last chunk"),
        pytest.param(chunk("Hi") + b'data: {"choi', [HI], id="cut in the middle of a chunk"),
        pytest.param(chunk("Hi") + b"data: [DONE]\n\n" + chunk("more"), [HI, END], id="more after the end"),
        pytest.param(b": ping\n\n" + chunk("Hi"), [HI], id="a comment"),
        pytest.param(b"data: 7\n\ndata: null\n\n", [Piece(), Piece()], id="JSON of other types"),
        pytest.param(b'data: {"choices":[{"delta":\ndata: {"content":"Hi"}}]}\n\n', [HI], id="data in two lines"),
        pytest.param(
            b'data: {"choices":[{"delta":{"content":"H\xff"}}]}\n\n',
            [Piece(answered=True, text="H\ufffd")],
            id="a byte that is no UTF-8",
        ),
        pytest.param(b"", [], id="nothing"),
    ],
)
def test_reading_a_stream(body: bytes, pieces: list[Piece]) -> None:
    assert read(body) == pieces


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(b'data: {"error":{"code":429}}\n\n', RateLimited, id="an error object"),
        pytest.param(b'event: error\ndata: {"message":"slow","code":429}\n\n', RateLimited, id="an event named error"),
        pytest.param(b"event: error\ndata: null\n\n", ServiceFault, id="an error that says nothing"),
        pytest.param(b"data: {nonsense\n\n", ServiceFault, id="no JSON"),
        pytest.param(b"data: " + b"[" * 200_000 + b"\n\n", ServiceFault, id="JSON too deep"),
    ],
)
def test_errors_in_a_stream(body: bytes, kind: type[ServiceError]) -> None:
    with pytest.raises(ServiceError) as caught:
        read(chunk("Hi"), body)
    assert type(caught.value) is kind


def test_a_line_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MAX_EVENT", 1000)
    with pytest.raises(ServiceFault, match="more than any answer"):
        read(b"data: ", b"x" * 2000)


@given(st.lists(st.text(), max_size=5), st.lists(st.integers(0, 600), max_size=8))
def test_any_cuts_give_the_same_pieces(texts: list[str], cuts: list[int]) -> None:
    body = b"".join(chunk(text) for text in texts) + b"data: [DONE]\n\n"
    places = sorted({0, len(body), *(cut for cut in cuts if cut < len(body))})
    parts = [body[start:end] for start, end in itertools.pairwise(places)]
    pieces = read(*parts)
    assert pieces == read(body)
    assert [piece.text for piece in pieces] == [*texts, ""]
