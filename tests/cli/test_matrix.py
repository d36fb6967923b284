from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.console import Console

from grimoire.cli.matrix import LAYOUTS, MARKS, Cell, matrix

TITLES = {"blog-title": "博客标题十选三", "seo-article": "SEO 长文写手，写得又长又好，一看就是行家里手"}


def drawn(columns: int, width: int, remark: str = "", interval: str = "") -> list[str]:
    backends = [f"openai/model-{n}" for n in range(columns)]
    cells = {(spell, "zh", backend): Cell("broken", remark, interval) for spell in TITLES for backend in backends}
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(matrix(cells, TITLES, width=width))
    return [line.rstrip() for line in capture.get().splitlines() if line.strip()]


@pytest.mark.parametrize(
    ("columns", "width", "words", "titles"),
    [
        pytest.param(2, 100, True, True, id="room for everything"),
        pytest.param(2, 45, True, False, id="words before titles"),
        pytest.param(8, 80, False, True, id="signs and titles"),
        pytest.param(8, 60, False, False, id="signs alone"),
    ],
)
def test_what_there_is_room_for(columns: int, width: int, words: bool, titles: bool) -> None:
    lines = drawn(columns, width)
    rows = [line for line in lines if line.startswith(("blog-title", "seo-article"))]
    assert len(rows) == 2  # no cell is broken over two lines
    assert all(cell_len(line) <= width for line in lines)
    assert ("✗ broken" in rows[0], "博客" in rows[0]) == (words, titles)
    assert words == (not any(line.startswith("zh: 1 openai/model-0") for line in lines))


def test_what_fits_no_width_is_spread_over_several_tables() -> None:
    lines = drawn(8, 40)
    assert all(cell_len(line) <= 40 for line in lines)
    assert [line.split().count("✗") for line in lines if line.startswith("blog-title")] == [4, 4]
    assert len(drawn(1, 10)) > 0


def test_chinese_titles_leave_the_columns_in_line() -> None:
    lines = drawn(2, 100, "0/2")
    starts = {cell_len(line[: line.index("✗")]) for line in lines if "✗" in line}
    assert len(starts) == 1


@pytest.mark.parametrize(("width", "shown"), [pytest.param(100, True), pytest.param(70, False)])
def test_intervals_where_there_is_room(width: int, shown: bool) -> None:
    lines = drawn(2, width, "9/10", "(60-98 %)")
    assert any("✗ broken 9/10 (60-98 %)" in line for line in lines) is shown
    assert any("✗ broken 9/10" in line for line in lines)


def test_a_cell_that_was_not_tried_is_empty() -> None:
    cells = {("a", "en", "x/1"): Cell("works"), ("b", "zh", "x/1"): Cell("flaky", "1/2")}
    console = Console(width=80, color_system=None)
    with console.capture() as capture:
        console.print(matrix(cells, {}, width=80))
    [row] = [line.split() for line in capture.get().splitlines() if line.startswith("a ")]
    assert row == ["a", "✓", "works"]


def test_every_layout_says_less_than_the_one_before() -> None:
    assert LAYOUTS[0] == (True, True, True, True)
    assert len(set(LAYOUTS)) == len(LAYOUTS)
    assert len({sign for sign, _ in MARKS.values()}) == len(MARKS)
