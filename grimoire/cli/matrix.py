"""Spell × (language, backend) as a table, for `trial` and `status`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from grimoire.terminal import one_line

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

MARKS = {
    "works": ("✓", "green"),
    "partial": ("~", "yellow"),
    "broken": ("✗", "red"),
    "flaky": ("±", "magenta"),
    "error": ("!", "bright_black"),
    "stale": ("…", "bright_black"),
    "untested": ("·", "bright_black"),
}

Column = tuple[str, str]
"""Language, backend."""


class Cell(NamedTuple):
    """A kind of MARKS, a remark, and the interval of the share that works, which is shown where there is room."""

    kind: str
    remark: str = ""
    interval: str = ""


Cells = Mapping[tuple[str, str, str], Cell]
"""By (spell, language, backend), in the order they are to be shown."""


class Layout(NamedTuple):
    """What a table has room for. Without words, cells hold signs and columns numbers, and the caption explains them."""

    words: bool
    remarks: bool
    titles: bool
    intervals: bool = False


LAYOUTS = (
    Layout(words=True, remarks=True, titles=True, intervals=True),
    Layout(words=True, remarks=True, titles=True),
    Layout(words=True, remarks=True, titles=False),
    Layout(words=False, remarks=True, titles=True),
    Layout(words=False, remarks=True, titles=False),
    Layout(words=False, remarks=False, titles=False),
)


def matrix(cells: Cells, titles: Mapping[str, str], *, width: int, caption: str = "") -> RenderableType:
    """A table of cells, with as much in it as a terminal of `width` columns can hold unbroken; titles by spell name.

    Where not even signs fit, the columns are spread over several tables.
    """
    from rich.console import Console, Group

    measuring = Console(width=10_000)
    for layout in LAYOUTS:
        table = _table(cells, titles, layout, caption)
        if measuring.measure(table).maximum <= width:
            return table
    columns = list(dict.fromkeys((language, backend) for _, language, backend in cells))
    if len(columns) == 1:
        return table
    left = set(columns[: len(columns) // 2])
    halves = [{key: cell for key, cell in cells.items() if (key[1:] in left) is side} for side in (True, False)]
    return Group(*(matrix(half, titles, width=width, caption=caption) for half in halves))


def _table(cells: Cells, titles: Mapping[str, str], layout: Layout, caption: str) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    columns = list(dict.fromkeys((language, backend) for _, language, backend in cells))
    caption = "\n".join(part for part in ("" if layout.words else _legend(cells, columns), caption) if part)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, caption=caption or None, caption_justify="left")
    table.add_column("spell", style="bold cyan", no_wrap=True)
    if layout.titles:
        table.add_column("title", overflow="ellipsis", no_wrap=True, max_width=24)
    for number, column in enumerate(columns, 1):
        table.add_column(_head(column) if layout.words else f"{column[0]}\n{number}", overflow="fold")
    for spell in dict.fromkeys(name for name, _, _ in cells):
        row = [Text(one_line(spell)), *([Text(one_line(titles.get(spell, "")))] if layout.titles else [])]
        table.add_row(*row, *(_mark(cells.get((spell, *column)), layout) for column in columns))
    return table


def titles_by_name(spells: Sequence[tuple[str, str, Sequence[str]]]) -> dict[str, str]:
    """From (name, own title, translated titles): the translated one where there is one."""
    return {name: next(iter(translated), own) for name, own, translated in spells}


def _head(column: Column) -> str:
    """Language, backend and model below each other."""
    language, backend = column
    head, slash, model = one_line(backend).partition("/")
    return f"{language}\n{head}\n{slash}{model}"


def _mark(cell: Cell | None, layout: Layout) -> Text:
    from rich.text import Text

    if cell is None:
        return Text("")
    sign, style = MARKS[cell.kind]
    text = Text(f"{sign} {cell.kind}" if layout.words else sign, style=style)
    said = [cell.remark if layout.remarks else "", cell.interval if layout.intervals else ""]
    return text.append("".join(f" {part}" for part in said if part), style="dim")


def _legend(cells: Cells, columns: Sequence[Column]) -> str:
    """What the numbers and the signs stand for, a line a language and one for the signs."""
    numbered: dict[str, list[str]] = {}
    for number, (language, backend) in enumerate(columns, 1):
        numbered.setdefault(language, []).append(f"{number} {one_line(backend)}")
    lines = [f"{language}: {', '.join(backends)}" for language, backends in numbered.items()]
    signs = [f"{MARKS[kind][0]} {kind}" for kind in MARKS if any(cell.kind == kind for cell in cells.values())]
    return "\n".join([*lines, "  ".join(signs)])
