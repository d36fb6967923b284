from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grimoire.seam import OVERLAP, Seam, open_fence, stitch

CODE = "Here:\n\n```python\ndef f():\n"
LONG = CODE + "    g(x)\n" * 40


def in_pieces(before: str, after: str, sizes: Sequence[int]) -> str:
    seam, new, at = Seam(before), "", 0
    for size in sizes:
        new += seam.feed(after[at : at + size])
        at += size
    return before + new + seam.feed(after[at:]) + seam.end()


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [
        pytest.param("one two three", "two three four", "one two three four", id="overlap"),
        pytest.param("one two three", " two three four", "one two three four", id="overlap after a space"),
        pytest.param("one two three. ", "two three. Four", "one two three. Four", id="a space at the end"),
        pytest.param("one two three.\n", "two three. Four", "one two three.\nFour", id="a line's end before it"),
        pytest.param("one two three.\n", "two three.\n\nFour", "one two three.\n\nFour", id="a paragraph's end"),
        pytest.param("a row\n- the third is ca", "- the third is cats", "a row\n- the third is cats", id="line"),
        pytest.param("a\n- it was a ca", "\n\n- it was a cat", "a\n- it was a cat", id="on a new line, amid a word"),
        pytest.param("for examp", "example of it", "for example of it", id="the word it was in"),
        pytest.param("林黛玉倒拔垂杨柳", "林黛玉倒拔垂杨柳之后", "林黛玉倒拔垂杨柳之后", id="all of it again"),
        pytest.param("他说倒拔垂杨柳之", "倒拔垂杨柳之后", "他说倒拔垂杨柳之后", id="six of Chinese"),
        pytest.param("abc 12345678", "12345678 x", "abc 12345678 x", id="eight of anything"),
        pytest.param(CODE + "    return fo", "```python\n    return foo()", CODE + "    return foo()", id="code, line"),
        pytest.param(CODE, "\n```python\n    return 1", CODE + "    return 1", id="code block opened again"),
        pytest.param(LONG, "```python\n    return 1", LONG + "    return 1", id="a long one opened again"),
        pytest.param(CODE + "    a", "```python\n    b = 1", CODE + "    a\n    b = 1", id="its lines stay lines"),
        pytest.param("He saw ", "Sure, continuing:\n\nthe sea.", "He saw the sea.", id="remark"),
        pytest.param("to the", "Here is the rest:\nmarket", "to the market", id="remark in place of a space"),
        pytest.param("他去了", "好的，继续：\n\n市场。", "他去了市场。", id="Chinese remark"),
        pytest.param("他说倒拔垂杨柳之", "好的，接着写：\n倒拔垂杨柳之后", "他说倒拔垂杨柳之后", id="both"),
        pytest.param("", "abc", "abc", id="nothing before"),
        pytest.param("abc", "", "abc", id="nothing after"),
    ],
)
def test_what_is_repeated_is_left_out(before: str, after: str, whole: str) -> None:
    assert stitch(before, after) == whole
    assert in_pieces(before, after, [1] * len(after)) == whole


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("the cat", "the dog", id="no overlap"),
        pytest.param("abc 1234567", "1234567 x", id="seven characters may be chance"),
        pytest.param("他说倒拔垂杨柳", "倒拔垂杨柳之后", id="five of Chinese"),
        pytest.param("I said that", "that is it", id="a word of four"),
        pytest.param("forexamp", "example", id="not from the word's beginning, of five"),
        pytest.param("I gave examp", " example", id="a word after a space"),
        pytest.param("x" + "ab" * 6, "ab" * 6 + "!", id="a row may go on"),
        pytest.param("ha" * 6, "ha" * 6, id="laughter"),
        pytest.param("|a|b|c|\n|---|---|---", "|---|---|---|", id="the rule of a table"),
        pytest.param("if x:\n        ", "        return", id="indentation"),
        pytest.param("a\n----====\n", "----====\n", id="no letters"),
        pytest.param("oh\nla lu la li la", "\nla lu la li la\n", id="a refrain"),
        pytest.param("```\ncode\n", "```\nafter", id="a code block without a mark ends"),
        pytest.param("```python\ncode\n", "```bash\nls", id="a code block of another kind"),
        pytest.param("```python\ncode\n```\n", "```python\nmore", id="a second code block"),
        pytest.param("", "Sure, here is a poem:\nRoses", id="an opening that is no going on"),
        pytest.param("He said: ", "继续努力，我们就会成功。\n", id="to go on, in a sentence"),
        pytest.param("He said: ", "Sure, continuing: it is late.\n", id="a remark that is not a line"),
    ],
)
def test_what_may_be_meant_stays(before: str, after: str) -> None:
    assert stitch(before, after) == before + after
    assert in_pieces(before, after, [1] * len(after)) == before + after


@pytest.mark.parametrize(
    ("text", "fence"),
    [
        pytest.param("```python\nx", ("`", "python"), id="open"),
        pytest.param("- a\n  ~~~ js\n  x", ("~", "js"), id="open, indented"),
        pytest.param("```python\nx\n```\n", None, id="closed"),
        pytest.param("````md\n```\nx\n```\n", ("`", "md"), id="shorter ones within"),
        pytest.param("```\nx", None, id="without a mark"),
        pytest.param("x `y` ```z```", None, id="none"),
    ],
)
def test_open_fence(text: str, fence: tuple[str, str] | None) -> None:
    assert open_fence(text) == fence


PARTS = st.sampled_from(
    [
        *("林黛玉倒拔垂杨柳", "the cat sat", " on the mat ", "\n", " ", "```python\n", "```\n", "```", "pyth", "exam"),
        *("Sure, continuing:\n", "Sure", "好的，继续：", "example", "ab", "ab" * 5, "        ", "- ", "here"),
    ]
)
TEXTS = st.lists(PARTS, max_size=6).map("".join)
AGAIN = st.integers(0, 40)


@given(before=TEXTS, again=AGAIN, ahead=PARTS | st.just(""), more=TEXTS, sizes=st.lists(st.integers(1, 30)))
def test_in_pieces_the_same_is_left_out(before: str, again: int, ahead: str, more: str, sizes: list[int]) -> None:
    after = ahead + (before[-again:] if again else "") + more
    assume(after.strip())
    assert in_pieces(before, after, sizes) == stitch(before, after)


@given(before=TEXTS, after=TEXTS, cut=st.integers(0, 60))
def test_nothing_is_lost_but_what_stands_before_it(before: str, after: str, cut: int) -> None:
    """Whatever a text is cut into, no more is left out than its own end, a fence, or a remark."""
    whole = stitch(before, after)
    assert whole.startswith(before)
    left_out = after[: len(after) - len(whole[len(before) :].lstrip())].strip()
    kept = left_out.removeprefix("```python").strip().removeprefix("Sure, continuing:").strip()
    assert kept.removeprefix("```python").strip() in before


@given(a=st.text(max_size=30), b=st.text(min_size=8, max_size=OVERLAP), c=st.text(max_size=30))
def test_a_text_that_is_repeated_stands_once(a: str, b: str, c: str) -> None:
    """But for rows, which may go on, and line ends, after which the same may be meant twice."""
    assume(b == b.strip() and sum(map(str.isalnum, b)) >= 4 and a.isascii() and (a + b).find(b) == len(a))
    assume(not any(b[size:] == b[:-size] for size in range(1, len(b) // 2 + 1)))
    longer = range(len(b) + 1, min(len(a + b), len(b + c), OVERLAP) + 1)
    assume(not any((a + b).endswith((b + c)[:size]) for size in longer) and open_fence(a + b) is None)
    assert stitch(a + b, b + c) == a + b + c


def test_white_space_alone_is_no_piece() -> None:
    seam = Seam("abc")
    assert seam.feed(" \n") + seam.end() == ""


def test_a_piece_that_repeats_nothing_is_not_held_back() -> None:
    seam = Seam("The beginning.")
    assert [seam.feed(piece) for piece in (" ", "And", " so on")] == ["", " And", " so on"]
