"""The check that counts tables: of so many columns and rows, with columns of these names, with no empty cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from grimoire.checks.markdown import blocks
from grimoire.checks.number import Demand, Number, measure
from grimoire.checks.own import OwnCheck
from grimoire.checks.parts import plain
from grimoire.checks.prose import outside_code
from grimoire.checks.reason import quote
from grimoire.checks.wording import Texts, fold
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult

if TYPE_CHECKING:
    from markdown_it.token import Token

SHOWN = 4
BLANK = {"", "&nbsp;", "<br>", "<br/>", "<br />"}


class Table(msgspec.Struct, frozen=True):
    """A table's cells as a reader sees them; every row has as many as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def empty_cell(self) -> str:
        """The first body cell with nothing in it; empty when there is none."""
        for number, row in enumerate(self.rows, 1):
            for name, cell in zip(self.header, row, strict=True):
                if cell.casefold() in BLANK:
                    return f"row {number} has nothing in column {quote(name, 20)}"
        return ""

    def __str__(self) -> str:
        return f"{len(self.rows)} rows × {len(self.header)} columns"


class Columns(Demand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many columns, and `names`, texts that must stand in the header, each in a cell of its own."""

    names: Texts | UnsetType = UNSET

    def missing(self, header: Sequence[str]) -> list[str]:
        """The names no column has; a cell that is the name goes before one that holds it, longer names first."""
        free = [fold(cell) for cell in header]
        lost = []
        for name in sorted(self.names or [], key=len, reverse=True):
            wanted = fold(plain(name))
            cell = wanted if wanted in free else next((cell for cell in free if wanted in cell), None)
            if cell is None:
                lost.append(name)
            else:
                free.remove(cell)
        return lost

    def __str__(self) -> str:
        named = f"columns {', '.join(quote(name, 20) for name in self.names)}" if self.names else ""
        counted = f"{super().__str__()} columns" if self.given or not named else ""
        return " and ".join(filter(None, (named, counted)))


class TablesWants(Demand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`columns`, `rows` (without the header) and `filled` (no empty cell) say what a table must have to be counted."""

    columns: Columns | UnsetType = UNSET
    rows: Number | UnsetType = UNSET
    filled: bool | UnsetType = UNSET


class Tables(OwnCheck[TablesWants]):
    """Number of tables: Markdown's, and blocks of tab-separated lines, which is what a browser's copy makes of one."""

    name = "tables"
    version = 2
    form: ClassVar[object] = TablesWants
    allowed = "{at_least, at_most, exactly, columns: {…, names: […]}, rows: {…}, filled: true}"

    def judge(self, exchange: Exchange) -> CheckResult:
        found = tables(exchange.answer.text)
        sized = {number: table for number, table in enumerate(found, 1) if self._fits(table)}
        faults = {number: fault for number, table in sized.items() if (fault := self._fault(table))}
        sizes = ", ".join(map(str, found[:SHOWN]))
        first = next((f"table {number}: {fault}" for number, fault in faults.items()), "")
        detail = "; ".join(filter(None, (sizes, first)))
        return measure(self, self.wants, len(sized) - len(faults), self._noun(), detail)

    def _fits(self, table: Table) -> bool:
        columns, rows = self.wants.columns, self.wants.rows
        wide = columns is UNSET or columns.admits(len(table.header))
        return wide and (rows is UNSET or rows.admits(len(table.rows)))

    def _fault(self, table: Table) -> str:
        """What a table of the right size lacks; empty when nothing."""
        columns = self.wants.columns
        missing = [] if columns is UNSET else columns.missing(table.header)
        if missing:
            header = ", ".join(quote(cell, 15) for cell in table.header[:SHOWN])
            return f"no column {quote(missing[0], 20)} among {header}"
        return table.empty_cell if self.wants.filled else ""

    def _noun(self) -> str:
        columns, rows = self.wants.columns, self.wants.rows
        demands = [
            "" if columns is UNSET else str(columns),
            "" if rows is UNSET else f"{rows} rows",
            "no empty cell" if self.wants.filled else "",
        ]
        said = ", ".join(filter(None, demands))
        return f"table with {said}" if said else "table"


@lru_cache(maxsize=32)
def tables(text: str) -> tuple[Table, ...]:
    """An answer's tables, Markdown's first."""
    return (*_marked(blocks(text)), *_tabbed(outside_code(text)))


def _marked(tokens: tuple[Token, ...]) -> Iterator[Table]:
    rows: list[list[str]] = []
    for token, inside in pairwise(tokens):
        if token.type == "table_open":
            rows = []
        elif token.type == "tr_open":
            rows.append([])
        elif token.type in {"th_open", "td_open"}:
            rows[-1].append(plain(inside.content))
        if inside.type == "table_close":
            yield Table(tuple(rows[0]), tuple(map(tuple, rows[1:])))


def _tabbed(text: str) -> Iterator[Table]:
    """Each run of two or more lines with equally many tabs inside."""
    if "\t" in text:
        for tabs, group in groupby(text.split("\n"), key=lambda line: line.strip().count("\t")):
            rows = [tuple(map(plain, line.strip().split("\t"))) for line in group] if tabs else []
            if len(rows) > 1:
                yield Table(rows[0], tuple(rows[1:]))
