from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire.cli.line_breaks import breaks, cells_of, shorten


def lines(text: str, width: int) -> list[str]:
    offsets = [0, *breaks(text, width), len(text)]
    return [text[start:end].rstrip() for start, end in pairwise(offsets)]


@pytest.mark.parametrize(
    ("text", "width", "broken"),
    [
        pytest.param("the quick brown fox", 10, ["the quick", "brown fox"], id="between words"),
        pytest.param("a" * 25, 10, ["a" * 10, "a" * 10, "a" * 5], id="a word that is too long"),
        pytest.param("ab " + "c" * 12, 10, ["ab", "c" * 10, "cc"], id="it begins on a line of its own"),
        pytest.param("林黛玉倒拔垂杨柳", 10, ["林黛玉倒拔", "垂杨柳"], id="between Chinese characters"),
        pytest.param("林黛玉倒拔，垂杨柳", 10, ["林黛玉倒", "拔，垂杨柳"], id="no stop begins a line"),
        pytest.param("林黛玉倒“拔”柳", 10, ["林黛玉倒", "“拔”柳"], id="no opening mark ends one"),
        pytest.param("TLDR: 林黛玉倒拔", 10, ["TLDR: 林黛", "玉倒拔"], id="Chinese after a word"),
        pytest.param("，，，，，，", 6, ["，，，", "，，，"], id="nothing but stops"),
        pytest.param("exact fit!", 10, ["exact fit!"], id="just fits"),
        pytest.param("", 10, [""], id="empty"),
    ],
)
def test_breaks(text: str, width: int, broken: list[str]) -> None:
    assert lines(text, width) == broken


@given(
    st.text(st.sampled_from("ab c林，“”。（）- ") | st.characters(exclude_categories=["C", "M", "Z"])),
    st.integers(2, 30),
)
def test_every_line_fits_and_nothing_is_lost(text: str, width: int) -> None:
    broken = lines(text, width)
    assert all(cells_of(line) <= width for line in broken)
    assert "".join("".join(broken).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        pytest.param("exact fit!", 10, "exact fit!", id="just fits"),
        pytest.param("林黛玉倒拔", 10, "林黛玉倒拔", id="Chinese that just fits"),
        pytest.param("eleven long", 10, "eleven lo…", id="a letter too many"),
        pytest.param("林黛玉倒拔垂杨柳", 10, "林黛玉倒…", id="half a character is left out"),
        pytest.param("林黛玉 " * 9, 8, "林黛玉…", id="no space before the ellipsis"),
        pytest.param("a", 0, "…", id="no width"),
    ],
)
def test_a_line_that_is_too_long_ends_with_an_ellipsis(text: str, width: int, shown: str) -> None:
    assert shorten(text, width) == shown
