from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire.backends.sse import Event, EventReader, EventTooLong


def read(*parts: bytes, limit: int = 1000) -> list[Event]:
    reader = EventReader(limit)
    events = [event for part in parts for event in reader.feed(part)]
    return [*events, *reader.end()]


@pytest.mark.parametrize(
    ("body", "events"),
    [
        pytest.param(b"data: a\n\ndata: b\n\n", [b"a", b"b"], id="two"),
        pytest.param(b"data: a\r\n\r\ndata: b\r\n\r\n", [b"a", b"b"], id="CRLF"),
        pytest.param(b"data: a\r\rdata: b\r\r", [b"a", b"b"], id="CR"),
        pytest.param(b"data: a\n\r\ndata: b\r\n\n", [b"a", b"b"], id="all kinds of line ends"),
        pytest.param(b"data:a\n\ndata:  b\n\n", [b"a", b" b"], id="one space belongs to the field"),
        pytest.param(b"data: a\ndata:\ndata: b\n\n", [b"a\n\nb"], id="several lines"),
        pytest.param(b"data\n\n", [b""], id="a field without a colon"),
        pytest.param(b": ping\n\n:\n\ndata: a\n: inside\n\n", [b"a"], id="comments"),
        pytest.param(b"id: 7\nretry: 10\ndata: a\nother: b\n\n", [b"a"], id="other fields"),
        pytest.param(b"id: 7\n\nevent: x\n\n", [], id="no data, no event"),
        pytest.param(b"\xef\xbb\xbfdata: a\n\n", [b"a"], id="a mark at the beginning"),
        pytest.param(b"\n\xef\xbb\xbfdata: a\n\n", [], id="a mark anywhere else is part of a name"),
        pytest.param(b"\xef\xbb\xbfdata: a", [b"a"], id="a mark and no line end"),
        pytest.param(b"data: a\n\ndata: b", [b"a", b"b"], id="no line end at the end"),
        pytest.param(b"data: a\n\ndata: b\n", [b"a", b"b"], id="no empty line at the end"),
        pytest.param(b"data: \xff\x00\x0b\x85\n\n", [b"\xff\x00\x0b\x85"], id="bytes that are no text"),
        pytest.param("data: \u2028\u0085\n\n".encode(), ["\u2028\u0085".encode()], id="line ends of Unicode are none"),
        pytest.param(b"\n\n\n", [], id="empty lines"),
        pytest.param(b"", [], id="nothing"),
    ],
)
def test_events(body: bytes, events: list[bytes]) -> None:
    assert [event.data for event in read(body)] == events
    assert read(*(body[at : at + 1] for at in range(len(body)))) == read(body)


def test_an_events_name_is_its_own() -> None:
    assert read(b"event: error\ndata: a\n\ndata: b\n\n") == [Event(b"a", b"error"), Event(b"b")]


def test_an_event_is_given_out_with_its_last_byte() -> None:
    reader = EventReader()
    assert list(reader.feed(b"data: a\r\n\r")) == [Event(b"a")]
    assert list(reader.feed(b"\ndata: b\n")) == []
    assert list(reader.feed(b"\n")) == [Event(b"b")]
    assert list(reader.feed(b"")) == []
    assert list(reader.end()) == []


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([b"data: " + b"x" * 1000], id="a line without end"),
        pytest.param([b"x" * 400] * 3, id="in parts"),
        pytest.param([b"data: " + b"x" * 400 + b"\n"] * 3, id="data of many lines"),
        pytest.param([b"data:\n" * 1001], id="lines of nothing"),
    ],
)
def test_what_is_too_long_is_refused(parts: list[bytes]) -> None:
    with pytest.raises(EventTooLong):
        read(*parts)


def test_what_is_just_short_enough_is_not() -> None:
    assert len(read(*[b"data: " + b"x" * 900 + b"\n\n"] * 5)) == 5


texts = st.lists(
    st.sampled_from(
        [b"\n", b"\r", b"\r\n", b"data: ", b"data", b"event: e", b":", b" ", b"x", b"\xef\xbb\xbf", b"\xff"]
    ),
    max_size=30,
).map(b"".join)


@given(texts, st.lists(st.integers(0, 200), max_size=10))
def test_it_does_not_matter_where_the_network_cuts(body: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(body), *(cut for cut in cuts if cut < len(body))})
    parts = [body[start:end] for start, end in itertools.pairwise(places)]
    assert read(*parts) == read(body)


@given(st.lists(st.binary(max_size=20).filter(lambda data: not {b"\n"[0], b"\r"[0]} & set(data)), max_size=8))
def test_what_was_written_is_read(messages: list[bytes]) -> None:
    body = b"".join(b"data: " + message + b"\n\n" for message in messages)
    assert [event.data for event in read(body)] == messages
