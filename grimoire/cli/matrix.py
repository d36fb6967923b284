"""Spell × (language, backend) as a table, for `trial` and `status`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from grimoire.terminal import one_line

if TYPE_CHECKING:
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

WORDY_COLUMNS = 4
"""Columns up to which a cell says its verdict in words."""


def matrix(
    cells: Mapping[tuple[str, str, str], tuple[str, str]], titles: Mapping[str, str], caption: str = ""
) -> Table:
    """A table of cells by (spell, language, backend), each a kind of MARKS and a remark; titles by spell name.

    With more columns than words fit in, columns have numbers and cells signs; the caption tells what they mean.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    columns = list(dict.fromkeys((language, backend) for _, language, backend in cells))
    compact = len(columns) > WORDY_COLUMNS
    caption = "\n".join(part for part in (_legend(cells, columns) if compact else "", caption) if part)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, caption=caption or None, caption_justify="left")
    table.add_column("spell", style="bold cyan", no_wrap=True)
    table.add_column("title", overflow="ellipsis", no_wrap=True, max_width=24)
    for number, (language, backend) in enumerate(columns, 1):
        head, slash, model = one_line(backend).partition("/")
        table.add_column(f"{language}\n{number}" if compact else f"{language}\n{head}\n{slash}{model}", overflow="fold")
    for spell in dict.fromkeys(name for name, _, _ in cells):
        row = [Text(one_line(spell)), Text(one_line(titles.get(spell, "")))]
        table.add_row(*row, *(_mark(cells.get((spell, *column)), compact=compact) for column in columns))
    return table


def titles_by_name(spells: Sequence[tuple[str, str, Sequence[str]]]) -> dict[str, str]:
    """From (name, own title, translated titles): the translated one where there is one."""
    return {name: next(iter(translated), own) for name, own, translated in spells}


def _mark(cell: tuple[str, str] | None, *, compact: bool) -> Text:
    from rich.text import Text

    if cell is None:
        return Text("")
    kind, remark = cell
    sign, style = MARKS[kind]
    return Text(sign if compact else f"{sign} {kind}", style=style).append(f" {remark}" if remark else "", style="dim")


def _legend(cells: Mapping[tuple[str, str, str], tuple[str, str]], columns: Sequence[Column]) -> str:
    """What the numbers and the signs stand for, a line a language and one for the signs."""
    numbered: dict[str, list[str]] = {}
    for number, (language, backend) in enumerate(columns, 1):
        numbered.setdefault(language, []).append(f"{number} {one_line(backend)}")
    lines = [f"{language}: {', '.join(backends)}" for language, backends in numbered.items()]
    signs = [f"{MARKS[kind][0]} {kind}" for kind in MARKS if any(cell[0] == kind for cell in cells.values())]
    return "\n".join([*lines, "  ".join(signs)])
