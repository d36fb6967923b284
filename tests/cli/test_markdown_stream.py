"""What stands on a terminal after a stream is what the whole answer is rendered as, however it came."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.console import Console

from grimoire.cli.live_rows import Size, to_rows
from grimoire.cli.markdown_lines import Page
from grimoire.cli.markdown_stream import INTERVAL, MarkdownStream
from grimoire.terminal import strip_controls
from tests.cli.screen import Screen

CONSOLE = Console(force_terminal=True, color_system="truecolor", width=80, file=io.StringIO())
PIECES = st.sampled_from(
    [
        *("# 标题 Title\n", "text ", "**bold** ", "林黛玉倒拔垂杨柳，", "\n", "\n\n", "- item\n", "  - nested **b**\n"),
        *(
            "1. one\n",
            "10. ten\n",
            "> quote\n",
            "```python\n",
            "def f(): return 'x'\n",
            "```\n",
            "~~~\n",
            "| a | b |\n",
        ),
        *("|---|:-:|\n", "| 林黛玉 | long cell text |\n", "---\n", "    code\n", "`code` ", "*", "`", "very " * 12),
        *("[a](http://x.y/z) ", "![i](u) ", "<br>", "<b>", "===\n", "- ", "* ", "+", "|", "\t", "\x1b[31m", "   "),
        *("\\", "[1]: http://a.b\n", "“引号”", "~~s~~ ", "&amp; ", "x|y\n", "-|-\n"),
    ]
)
TEXTS = st.lists(PIECES, min_size=1, max_size=24).map("".join)
SIZES = st.lists(st.sampled_from([1, 1, 2, 3, 8, 30]), max_size=60)


class Watched:
    """A stream on an emulated terminal; a clock that stands still until it is moved."""

    def __init__(self, columns: int = 80, rows: int = 24, *, reflow: bool = True) -> None:
        self.screen = Screen(columns, rows, reflow=reflow)
        self.size = Size(columns, rows)
        self.now = 0.0
        self.written: list[str] = []
        self.waiting: list[tuple[float, Callable[[], None]]] = []
        self.stream = MarkdownStream(CONSOLE, self._write, lambda: self.size, later=self._later, clock=lambda: self.now)

    def tell(self, *pieces: str) -> None:
        """Each piece is drawn."""
        for piece in pieces:
            self.now += 1
            self.stream.feed(piece)

    def resize(self, columns: int, rows: int) -> None:
        self.size = Size(columns, rows)
        self.screen.resize(columns, rows)

    def cancel(self) -> None:
        self.waiting.clear()

    def _write(self, text: str) -> None:
        self.written.append(text)
        self.screen.feed(text)

    def _later(self, seconds: float, act: Callable[[], None]) -> Watched:
        self.waiting.append((seconds, act))
        return self


def cut(text: str, sizes: Iterable[int]) -> list[str]:
    pieces, at = [], 0
    for size in sizes:
        pieces.append(text[at : at + size])
        at += size
    return [*pieces, text[at:]]


def whole(text: str, columns: int) -> Screen:
    """What the text is rendered as at once."""
    screen = Screen(columns)
    for row in to_rows(Page(CONSOLE, columns).whole(strip_controls(text)), CONSOLE):
        screen.feed(f"{row.text}\r\n")
    return screen


@settings(max_examples=150)
@given(text=TEXTS, sizes=SIZES, columns=st.sampled_from([80, 40, 20, 9]), rows=st.sampled_from([24, 10, 5, 3]))
@example(text="def\n\ntext - s\n+" + "very " * 14 + "code\n-|-\n", sizes=[30, 3, 1, 3, 30, 2, 1] * 3, columns=9, rows=3)
@example(text="One.\n\n" + "very " * 14 + "end\nmore\n", sizes=[1] * 90, columns=9, rows=3)
@example(text="- *a b c d e f g h\n+x* y\n", sizes=[1] * 30, columns=9, rows=3)
@example(text="**bold** - item\n> quote\n-|-\n", sizes=[1] * 40, columns=20, rows=3)
@example(text="- a\n-x\n- b\n", sizes=[1] * 11, columns=20, rows=3)
@example(text="a `b c d e f g h i j k l m n o p q r s t u v w x``y\n", sizes=[1] * 60, columns=9, rows=3)
def test_in_the_end_there_is_what_the_whole_is_rendered_as(
    text: str, sizes: list[int], columns: int, rows: int
) -> None:
    watched, expected = Watched(columns, rows), whole(text, columns)
    watched.tell(*cut(text, sizes))
    watched.stream.end()
    assert watched.screen.lines == expected.lines
    assert watched.screen.styled == expected.styled
    assert watched.screen.cursor == expected.cursor


@settings(max_examples=100)
@given(
    text=TEXTS,
    sizes=SIZES,
    at=st.integers(1, 9),
    before=st.sampled_from([(80, 24), (40, 10), (20, 5)]),
    after=st.sampled_from([(80, 24), (40, 10), (20, 5), (13, 24)]),
    reflow=st.booleans(),
)
def test_after_another_size_the_screen_has_the_answer_and_no_garbage(
    text: str, sizes: list[int], at: int, before: tuple[int, int], after: tuple[int, int], reflow: bool
) -> None:
    pieces = cut(text, sizes)
    watched, (columns, rows) = Watched(*before, reflow=reflow), after
    watched.tell(*pieces[:at])
    watched.resize(columns, rows)
    watched.stream.draw()
    watched.tell(*pieces[at:])
    watched.stream.end()
    expected = whole(text, columns).lines
    seen = min(len(expected), rows - 1)
    assert watched.screen.lines[-seen:] == expected[-seen:]


def test_what_stands_above_is_never_touched() -> None:
    watched = Watched(40, 6)
    watched.screen.feed("$ grimoire cast\r\n")
    watched.tell("One.\n\n", "Two.\n\nThr", "ee")
    assert watched.screen.lines == ["$ grimoire cast", "One.", "", "Two.", "", "Three"]
    watched.resize(30, 6)
    watched.tell("!")
    watched.stream.end()
    assert watched.screen.lines == ["$ grimoire cast", "One.", "", "Two.", "", "Three!"]


def test_broken_rows_are_taken_back_whole() -> None:
    watched = Watched(40, 20)
    watched.screen.feed("$ grimoire cast\r\n")
    text = "林黛玉倒拔垂杨柳，这是一个关于力气的故事。"
    watched.tell(f"{text}\n\n{text}\n", "end")
    watched.resize(15, 20)
    watched.tell(".")
    watched.stream.end()
    assert watched.screen.lines == ["$ grimoire cast", *whole(f"{text}\n\n{text}\nend.", 15).lines]


def test_what_has_scrolled_off_is_not_written_again() -> None:
    watched = Watched(40, 10)
    items = [f"- item {number}\n" for number in range(50)]
    watched.tell(*items)
    watched.resize(30, 10)
    watched.tell("- the end\n")
    watched.stream.end()
    assert watched.screen.lines == [*(f"• item {number}" for number in range(50)), "• the end"]


def test_only_the_line_that_differs_is_written() -> None:
    watched = Watched()
    watched.tell("One line.\nAnother line.\nA th")
    watched.written.clear()
    watched.tell("ird")
    (written,) = watched.written
    assert "A third" in written
    assert "line." not in written
    assert "\x1b[2K" not in written, "a line that is cleared first flickers"


def test_each_drawing_appears_at_once() -> None:
    watched = Watched()
    watched.tell("One.\n\n", "Two.\n\n", "Three.")
    watched.stream.end()
    assert all(written.startswith("\x1b[?2026h") and written.endswith("\x1b[?2026l") for written in watched.written)


def test_what_is_not_changed_is_not_drawn() -> None:
    watched = Watched()
    watched.tell("One.")
    watched.written.clear()
    watched.tell("\n", "")
    assert watched.written == []


def test_it_is_drawn_so_often_and_the_rest_later() -> None:
    watched = Watched()
    watched.tell("a")
    drawn = len(watched.written)
    for _ in range(100):
        watched.now += INTERVAL / 200
        watched.stream.feed("b")
    assert len(watched.written) == drawn
    assert len(watched.waiting) == 1, "what came last is not forgotten"
    _, act = watched.waiting.pop()
    act()
    assert watched.screen.lines == ["a" + "b" * 79, "b" * 21]
    watched.stream.end()
    assert watched.waiting == []


def test_what_takes_long_to_draw_is_drawn_less_often() -> None:
    watched = Watched()

    def slow_clock() -> float:
        watched.now += 1.0
        return watched.now

    watched.stream = MarkdownStream(CONSOLE, watched._write, lambda: watched.size, clock=slow_clock)
    for _ in range(50):
        watched.stream.feed("word ")
    assert len(watched.written) < 25


@pytest.mark.parametrize("keys", ["^C", "x", "abc"])
def test_keys_that_show_on_the_last_line_are_gone_in_the_end(keys: str) -> None:
    watched = Watched()
    watched.tell("One.\nTwo")
    watched.screen.feed(keys)
    watched.stream.end()
    assert watched.screen.lines == ["One.", "Two"]


def test_a_note_stands_above_what_still_changes() -> None:
    watched = Watched()
    watched.tell("Done.\n\nNot\ndo")
    with watched.stream.aside():
        watched.screen.feed("a note\r\n")
    watched.tell("ne")
    watched.stream.end()
    assert watched.screen.lines == ["Done.", "a note", "", "Not", "done"]


def test_after_another_program_it_goes_on_below() -> None:
    watched = Watched()
    watched.tell("Done.\n\nNot\ndo")
    watched.screen.feed("^Z\r\n[1]+  Stopped\r\n")
    watched.stream.forget()
    watched.tell("ne")
    watched.stream.end()
    assert watched.screen.lines[-4:] == ["[1]+  Stopped", "", "Not", "done"]


def test_of_a_tall_table_the_end_is_seen_and_of_a_tall_list_all() -> None:
    table = "| a | b |\n|---|---|\n" + "".join(f"| {n} | {'x' * n} |\n" for n in range(20))
    watched = Watched(80, 8)
    watched.tell(table)
    assert watched.screen.lines[-1].split() == ["19", "x" * 19]
    assert len(watched.screen.lines) == 7, "columns may still get wider"
    watched = Watched(80, 8)
    watched.tell("".join(f"- item {n}\n" for n in range(20)))
    assert watched.screen.lines == [f"• item {n}" for n in range(20)]


def test_a_long_paragraph_scrolls_as_far_as_nothing_changes_it() -> None:
    watched = Watched(20, 5)
    words = [f"word{n:02}" for n in range(40)]
    watched.tell(*(f"{word} " for word in words))
    assert " ".join(watched.screen.lines).split() == words
    watched = Watched(20, 5)
    watched.tell("**", *(f"{word} " for word in words))
    assert "word00" not in " ".join(watched.screen.lines), "it may all become bold"
    watched.tell("end**")
    watched.stream.end()
    assert " ".join(watched.screen.lines).split() == [*words, "end"]


RENDERED: Sequence[tuple[str, str, list[str]]] = [
    ("heading", "# A *b*\ntext", ["A b", "text"]),
    ("line breaks stay", "床前明月光\n疑是地上霜", ["床前明月光", "疑是地上霜"]),
    ("bold next to Chinese stops", "这是**重点：**后文", ["这是重点：后文"]),
    ("bold quotation in Chinese", "他说**“好”**了", ["他说“好”了"]),
    ("no emphasis in a name", "snake_case_name 2*3*4", ["snake_case_name 234"]),
    ("link", "[text](https://a.example/b)", ["text (https://a.example/b)"]),
    ("bare link", "<https://a.example>", ["https://a.example"]),
    ("hostile link", "[https://bank.example](https://evil.example)", ["https://bank.example (https://evil.example)"]),
    ("picture", "![a cat](cat.png)", ["a cat (cat.png)"]),
    ("html is text", "<div>x</div>\n\n<title> <br>y", ["<div>x</div>", "", "<title>", "y"]),
    ("references are text", "[a][1]\n\n[1]: http://a.b", ["[a][1]", "", "[1]: http://a.b"]),
    ("a line under text", "Text\n---\nmore", ["Text", "", "─" * 24, "more"]),
    ("nested list", "- a\n  - b\n    1. c\n\n- d", ["• a", "  • b", "    1. c", "", "• d"]),
    ("numbers", "9. a\n10. b", ["9. a", "10. b"]),
    ("quotation", "> a\n>\n> - b", ["│ a", "│", "│ • b"]),
    ("code", "```python\nx = 1\n\n\ty\n```\nz", ["```python", "x = 1", "", "    y", "```", "z"]),
    ("open code", "~~~\nx", ["~~~", "x"]),
    ("code of an unknown language", "```nolang\nx\n```", ["```nolang", "x", "```"]),
    ("table", "a|b\n:-|-:\n柳|1<br>2", ["a   b", "─────", "柳  1", "    2"]),
    ("empty", "", [""]),
]


@pytest.mark.parametrize(("text", "lines"), [pytest.param(*rest, id=name) for name, *rest in RENDERED])
def test_what_markdown_looks_like(text: str, lines: list[str]) -> None:
    assert whole(text, 60).lines == lines


def test_code_has_no_background_and_half_of_it_is_no_error() -> None:
    rows = to_rows(Page(CONSOLE, 40).whole('```js\nconst a = "open'), CONSOLE)
    codes = "".join(row.text for row in rows)
    assert "\x1b[94m" in codes
    assert not [code for code in codes.split("\x1b[")[1:] if code.startswith("4") or ";4" in code.partition("m")[0]]


@given(text=TEXTS, columns=st.integers(2, 60))
def test_no_line_is_wider_than_the_page(text: str, columns: int) -> None:
    rows = to_rows(Page(CONSOLE, columns).whole(strip_controls(text)), CONSOLE)
    assert max((row.width for row in rows), default=0) <= columns
