"""How far a trial is, as a table that fits the terminal and as a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from grimoire.cli import output
from grimoire.cli.matrix import MARKS
from grimoire.terminal import one_line
from grimoire.trial.progress import Row, total

if TYPE_CHECKING:
    from rich.table import Table

Cells = Mapping[str, str]
"""What is shown of one backend, by the name of the column."""


class Layout(NamedTuple):
    """Columns with their heads, the spaces between them, and to how many columns of the terminal a name may be cut.

    Without one for remarks, a pause stands in the place of the time left.
    """

    columns: Mapping[str, str]
    gap: int
    name: int


WORDS = {
    "backend": "backend",
    "done": "done",
    "works": "work",
    "partial": "partial",
    "broken": "broken",
    "errors": "errors",
    "rate": "rate",
    "left": "left",
    "cost": "cost",
    "remark": "",
}
SIGNS = WORDS | {kind: MARKS[kind][0] for kind in ("works", "partial", "broken")} | {"errors": MARKS["error"][0]}
STYLES = {kind: MARKS[kind][1] for kind in ("works", "partial", "broken")}
STYLES |= {"backend": "bold cyan", "errors": "red", "remark": "yellow"}


def _only(name: int, *columns: str) -> Layout:
    return Layout({column: SIGNS[column] for column in columns}, 1, name)


_COUNTS = ("backend", "done", "works", "partial", "broken", "errors")

LAYOUTS = (
    Layout(WORDS, 2, 24),
    Layout(SIGNS, 2, 24),
    _only(16, *_COUNTS, "rate", "left", "cost"),
    _only(9, *_COUNTS, "left"),
    _only(9, *_COUNTS),
    _only(9, "backend", "done"),
)
"""From wide to narrow."""

BESIDE = 4
"""Lines of the terminal that are not for backends: the heads, how many are not shown, all together, the cursor's."""


def table(rows: Sequence[Row], currency: str, width: int, height: int) -> Table:
    """A line a backend, and one for all together where there are several."""
    from rich.table import Table
    from rich.text import Text

    most = max(height - BESIDE, 1)
    cells = [_cells(row, currency) for row in rows[:most]]
    if len(rows) > most:
        cells.append(dict.fromkeys(WORDS, "") | {"backend": f"… {len(rows) - most} more"})
    if len(rows) > 1:
        cells.append(_cells(total(rows), currency))
    layout = next((one for one in LAYOUTS if _fits(one, cells, width)), LAYOUTS[-1])
    drawn = Table(box=None, padding=(0, layout.gap, 0, 0), pad_edge=False, header_style="dim")
    for name, columns in _widths(layout, cells, width).items():
        left = name in {"backend", "remark"}
        justify: Literal["left", "right"] = "left" if left else "right"
        drawn.add_column(layout.columns[name], justify=justify, width=columns, no_wrap=True, overflow="ellipsis")
    for cell in cells:
        texts = _shown(layout, cell).items()
        drawn.add_row(*(Text(text, style="dim" if text == "0" else STYLES.get(name, "")) for name, text in texts))
    return drawn


def line(rows: Sequence[Row], currency: str) -> str:
    """All backends together, and which of them pause and why, for a log."""
    every = total(rows)
    verdicts = f"{every.works:,} work, {every.partial:,} partial, {every.broken:,} broken, "
    verdicts += output.count(every.errors, "error")
    said = [
        "" if every.rate is None else _rate(every.rate, "a second", "a minute"),
        f"{span(every.seconds)} left" if every.left and every.seconds is not None else "",
        "" if every.cost is None else amount(every.cost, currency),
    ]
    pausing = pauses(rows)
    rest = ", ".join(part for part in said if part)
    return (
        f"{every.done:,} of {every.planned:,}: {verdicts}"
        + (f"; {rest}" if rest else "")
        + (f" ({pausing})" if pausing else "")
    )


def pauses(rows: Sequence[Row]) -> str:
    """Which backends pause, and why; empty where none does."""
    return ", ".join(f"{one_line(row.backend)} {_pause(row)}{_why(row)}" for row in rows if _pause(row))


def span(seconds: float) -> str:
    """A time as a person says it, in at most two units."""
    minutes, hours = round(seconds / 60), round(seconds / 3600)
    if seconds < 59.5:  # noqa: PLR2004  # what is rounded to less than a minute
        return f"{seconds:.0f} s"
    if minutes < 60:  # noqa: PLR2004  # an hour
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{hours // 24:,} d {hours % 24} h"


def _cells(row: Row, currency: str) -> Cells:
    return {
        "backend": one_line(row.backend),
        "done": f"{row.done:,}/{row.planned:,}",
        "works": f"{row.works:,}",
        "partial": f"{row.partial:,}",
        "broken": f"{row.broken:,}",
        "errors": f"{row.errors:,}",
        "rate": "" if row.rate is None else _rate(row.rate, "/s", "/min"),
        "left": span(row.seconds) if row.left and row.seconds is not None else "",
        "cost": "" if row.cost is None else amount(row.cost, currency),
        "remark": _pause(row),
    }


def _shown(layout: Layout, cell: Cells) -> Cells:
    """The cells that a layout shows."""
    pause = "" if "remark" in layout.columns else cell["remark"]
    return {name: pause or cell[name] if name == "left" else cell[name] for name in layout.columns}


def _widths(layout: Layout, cells: Sequence[Cells], most: int) -> dict[str, int]:
    """The columns of the terminal that each takes; of `most` the backends' names have what the others leave."""
    from rich.cells import cell_len

    shown = [layout.columns, *(_shown(layout, cell) for cell in cells)]
    widths = {name: max(cell_len(cell[name]) for cell in shown) for name in layout.columns}
    others = sum(widths.values()) - widths["backend"] + layout.gap * (len(widths) - 1)
    widths["backend"] = min(widths["backend"], max(most - others, layout.name))
    return widths


def _fits(layout: Layout, cells: Sequence[Cells], most: int) -> bool:
    widths = _widths(layout, cells, most).values()
    return sum(widths) + layout.gap * (len(widths) - 1) <= most


def _rate(rate: float, second: str, minute: str) -> str:
    """So many in the unit in which that is a number one can read."""
    number, unit = (rate, second) if rate >= 1 else (rate * 60, minute)
    digits = f"{number:.1f}" if number < 100 else f"{number:,.0f}"  # noqa: PLR2004  # tenths say nothing there
    return f"{digits}{unit}" if unit.startswith("/") else f"{digits} {unit}"


def amount(amount: float, currency: str) -> str:
    """Without the zeros that say nothing."""
    number, _, unit = output.money(amount, currency).partition(" ")
    return f"{number.rstrip('0').rstrip('.') if amount < 1 else number} {unit}"


def _why(row: Row) -> str:
    return f": {row.reason}" if row.reason else ""


def _pause(row: Row) -> str:
    return f"paused {span(max(row.pausing, 1.0))}" if row.pausing > 0 and row.left else ""
