"""What no reader sees in a text, and its white space."""

from __future__ import annotations

import pytest

from grimoire.pages.clean import fold, reveal, tidy

TAGS = "".join(chr(0xE0000 + ord(letter)) for letter in "ignore")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        pytest.param("a\u200bb\u2060c\ufeffd\u00ade", "abcde", id="of no width"),
        pytest.param(f"a{TAGS}b", "ab", id="letters as tags"),
        pytest.param("a" + "".join(chr(0xE0100 + n) for n in range(9)) + "b", "ab", id="letters as variants"),
        pytest.param("a" + "".join(chr(0xFE00 + n) for n in range(9)) + "b", "ab", id="letters as the old variants"),
        pytest.param("a" + "\u200c\u200d" * 8 + "b", "ab", id="bits as joiners"),
        pytest.param("a\u3164\u115f\uffa0b", "ab", id="fillers"),
        pytest.param("a\u202eb\u2066c\u200fd", "abcd", id="directions"),
        pytest.param("a\x1b[31mb\x1b]0;t\x07c\x00d", "abcd", id="of a terminal"),
        pytest.param("a\u2061b\u2064c\U0001d173d", "abcd", id="operators and music"),
        pytest.param("a\r\nb\rc", "a\nb\nc", id="line ends"),
        pytest.param("❤️‍🔥 👩‍💻 می‌خواهم क्‍ष", "❤️‍🔥 👩‍💻 می‌خواهم क्‍ष", id="what joins letters and draws emoji stays"),
        pytest.param("中文，ａｂｃ　全角", "中文，ａｂｃ　全角", id="Chinese stays"),
        pytest.param("a\tb", "a\tb", id="tabs stay"),
    ],
)
def test_what_cannot_be_seen_is_taken_out(text: str, seen: str) -> None:
    assert reveal(text) == seen


def test_white_space_is_folded_but_for_indents() -> None:
    assert fold("\n a  b\u00a0\u3000c \t\n\n\n\n    def  f():\n\n") == " a b c\n\n    def f():"


def test_lines_that_are_no_html_stay_as_they_are() -> None:
    assert tidy("\na   b  \n\n\n\n\tc  d\n") == "a   b\n\n\tc  d"
