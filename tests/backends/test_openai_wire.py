from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire.backends import openai_wire
from grimoire.backends.openai_wire import Piece, Reply, TooLong, map_finish, read_piece
from grimoire.chat import Usage


def choice(**fields: object) -> dict[str, object]:
    return {"choices": [{"index": 0, **fields}]}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(choice(delta={"content": "Hi"}), Piece(answered=True, text="Hi"), id="a chunk"),
        pytest.param(choice(message={"content": "Hi"}), Piece(answered=True, text="Hi"), id="a completion"),
        pytest.param({"choices": [{"delta": {"content": "Hi"}}]}, Piece(answered=True, text="Hi"), id="no index"),
        pytest.param(choice(message={"content": None}), Piece(answered=True), id="content null"),
        pytest.param(choice(message={"content": 7}), Piece(answered=True), id="content of a wrong type"),
        pytest.param(
            choice(message={"content": None, "refusal": "No."}), Piece(answered=True, text="No."), id="a refusal"
        ),
        pytest.param(
            choice(message={"content": [{"type": "text", "text": "A"}, {"text": "B"}, 3]}),
            Piece(answered=True, text="AB"),
            id="content in parts",
        ),
        pytest.param(
            choice(delta={"reasoning_content": "Hm"}), Piece(answered=True, reasoning="Hm"), id="DeepSeek's reasoning"
        ),
        pytest.param(
            choice(delta={"reasoning": "Hm", "content": ""}),
            Piece(answered=True, reasoning="Hm"),
            id="OpenRouter's reasoning",
        ),
        pytest.param(choice(delta={}, finish_reason="length"), Piece(answered=True, finish="length"), id="the end"),
        pytest.param(choice(delta=None, finish_reason="stop"), Piece(finish="stop"), id="the end, without a delta"),
        pytest.param(
            {"model": "m", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}},
            Piece(model="m", usage=Usage(3, 4)),
            id="usage alone",
        ),
        pytest.param({"usage": {"prompt_tokens": -1, "completion_tokens": True}}, Piece(), id="counts that are none"),
        pytest.param({"usage": {"prompt_tokens": 2**70}}, Piece(), id="a count no database takes"),
        pytest.param({"choices": [{"index": 1, "delta": {"content": "B"}}]}, Piece(), id="a second candidate"),
        pytest.param({"choices": "x", "usage": [], "model": 5}, Piece(), id="wrong types everywhere"),
        pytest.param([1], Piece(), id="a list"),
        pytest.param(None, Piece(), id="null"),
    ],
)
def test_reading_a_piece(data: object, expected: Piece) -> None:
    assert read_piece(data) == expected


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "delta", "message", "content", "usage", "model", "index", "prompt_tokens"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(json_values)
def test_no_json_breaks_it(data: object) -> None:
    reply = Reply()
    reply.add(read_piece(data))
    reply.end()
    reply.answer(seconds=0, first_seconds=None).text.encode()


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("stop", "stop"),
        ("STOP", "stop"),
        ("normal", "stop"),
        ("length", "length"),
        ("max_tokens", "length"),
        ("content_filter", "content_filter"),
        ("sensitive", "content_filter"),
        ("tool_calls", "tool_calls"),
        ("function_call", "tool_calls"),
        ("insufficient_system_resource", "unknown"),
        ("", "unknown"),
    ],
)
def test_finish_reasons(word: str, meaning: str) -> None:
    assert map_finish(word) == meaning


def gather(*pieces: Piece) -> tuple[list[str], str]:
    reply = Reply()
    heard = [reply.add(piece) for piece in pieces]
    heard.append(reply.end())
    return heard, reply.answer(seconds=1, first_seconds=None).text


@pytest.mark.parametrize(
    ("texts", "whole"),
    [
        pytest.param(["\ud83d", "\ude00!"], "😀!", id="a pair in two chunks"),
        pytest.param(["a\ud83d", "b"], "a�b", id="a lone half"),
        pytest.param(["a\ud83d"], "a�", id="a half at the end"),
        pytest.param(["plain", "", "文字"], "plain文字", id="nothing to mend"),
    ],
)
def test_halves_of_characters_are_joined_or_replaced(texts: list[str], whole: str) -> None:
    heard, text = gather(*(Piece(text=text) for text in texts))
    assert text == whole == "".join(heard)


def test_the_last_word_on_each_field_counts() -> None:
    reply = Reply()
    for piece in (
        Piece(answered=True, model="m-1", usage=Usage(1, None)),
        Piece(reasoning="a", finish="stop"),
        Piece(reasoning="b", usage=Usage(None, 2), model="m\x1b[2"),
    ):
        reply.add(piece)
    answer = reply.answer(seconds=2.5, first_seconds=0.5)
    assert (answer.model, answer.usage, answer.reasoning) == ("m[2", Usage(1, 2), "ab")
    assert (answer.finish_reason, answer.seconds, answer.first_seconds) == ("stop", 2.5, 0.5)


def test_an_endless_answer_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_wire, "MAX_CHARACTERS", 10)
    reply: Any = Reply()
    reply.add(Piece(text="12345", reasoning="12345"))
    with pytest.raises(TooLong):
        reply.add(Piece(text="6"))
