from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire.terminal import ControlFilter, one_line, strip_controls

PIECES = st.sampled_from(
    ["\x1b", "[", "]", "31m", "\x9b", "\x9d", "\x07", "\\", "\x9c", "P", "\r", "\n", "\t", "\u202e", "林"]
)
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=20).map("".join)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("plain 林黛玉 🙂\n\ttext", "plain 林黛玉 🙂\n\ttext", id="plain text stays"),
        pytest.param("[31m is no sequence", "[31m is no sequence", id="brackets stay"),
        pytest.param("👩\u200d💻 می\u200cخواهم", "👩\u200d💻 می\u200cخواهم", id="joiners stay"),
        pytest.param("a\x1b[31mred\x1b[0m", "ared", id="colour"),
        pytest.param("a\x9b2Jb", "ab", id="eight-bit sequence"),
        pytest.param("\x1b]0;title\x07a", "a", id="window title"),
        pytest.param("\x1b]8;;https://x.example\x1b\\link\x1b]8;;\x1b\\", "link", id="link"),
        pytest.param("\x1b]52;c;Y3VybA==\x07a", "a", id="clipboard"),
        pytest.param("\x9d0;t\x9ca", "a", id="eight-bit title"),
        pytest.param("\x1bPq#0\x1b\\a", "a", id="device control"),
        pytest.param("\x1bc\x1b(Ba", "a", id="reset and character set"),
        pytest.param("\x1b]0;no end", "0;no end", id="a sequence that does not end keeps its text"),
        pytest.param("\x1b[" + "0" * 256 + "ma", "a", id="as many parameters as a sequence may have"),
        pytest.param("\x1b[" + "0" * 257 + "ma", "0" * 257 + "ma", id="no sequence is longer than that"),
        pytest.param("a\x1b", "a", id="escape at the end"),
        pytest.param("\x1b\x1b[31m[31mx", "[31mx", id="a sequence in a sequence"),
        pytest.param("a\r\nb\rc", "a\nbc", id="carriage returns"),
        pytest.param("a\b\b\x00\x7f\x85b", "ab", id="control characters"),
        pytest.param("x\u202egpj.exe\u2066\u200f", "xgpj.exe", id="direction overrides"),
        pytest.param("a\ud800b", "ab", id="lone surrogate"),
    ],
)
def test_strip_controls(text: str, shown: str) -> None:
    assert strip_controls(text) == shown


@given(TEXTS)
def test_nothing_a_terminal_would_obey_is_left(text: str) -> None:
    shown = strip_controls(text)
    assert {c for c in shown if unicodedata.category(c) in {"Cc", "Cs"}} <= {"\n", "\t"}
    assert strip_controls(shown) == shown
    shown.encode()


def in_pieces(text: str, sizes: Iterable[int]) -> str:
    """What a filter gives out for a text cut up into pieces of so many characters."""
    controls, shown, at = ControlFilter(), "", 0
    for size in sizes:
        shown += controls.feed(text[at : at + size])
        at += size
    return shown + controls.feed(text[at:]) + controls.end()


@given(TEXTS | st.integers(4090, 4100).map(lambda size: "\x1b]" + "x" * size + "\x07y"), st.lists(st.integers(0, 9)))
def test_in_pieces_nothing_else_is_left_than_of_the_whole(text: str, sizes: list[int]) -> None:
    assert in_pieces(text, sizes) == strip_controls(text)


def test_a_sequence_is_held_back_until_it_is_over_and_text_is_not() -> None:
    controls = ControlFilter()
    assert [controls.feed(piece) for piece in ("ab", "c\x1b", "]0;ti", "tle", "\x1b", "\\d", "e\r")] == [
        *("ab", "c", "", "", "", "d", "e")
    ]


@pytest.mark.parametrize("piece", ["\x1b[", "\x1b]", "\x1b ", "0", "\x9d;"])
def test_what_is_held_back_has_a_bound(piece: str) -> None:
    controls = ControlFilter()
    controls.feed("\x1b[" if piece == "0" else "")
    shown = sum(len(controls.feed(piece)) for _ in range(10_000))
    assert len(controls.end()) < 4_200
    assert shown + 4_200 > len(strip_controls(piece * 10_000))


@pytest.mark.parametrize("piece", ["\x9d", "\x1b]", "\x90", "\x1b[0", "\x9b;", "\x1b ", "\x1bP\x9d", "\x1b[31m"])
def test_a_megabyte_of_openings_costs_a_moment(piece: str) -> None:
    begun = time.monotonic()
    strip_controls(piece * (1_000_000 // len(piece)))
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        pytest.param(" a\n\n b\tc ", 200, "a b c", id="folded"),
        pytest.param("abcde", 5, "abcde", id="just fits"),
        pytest.param("abcdef", 5, "abcd…", id="cut"),
        pytest.param("\x1b[31mabc\x1b[0m", 3, "abc", id="measured without sequences"),
        pytest.param("", 5, "", id="empty"),
    ],
)
def test_one_line(text: str, width: int, shown: str) -> None:
    assert one_line(text, width) == shown
