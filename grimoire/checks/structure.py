"""Checks that count Markdown's blocks: headings, tables, list items, code blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from grimoire.checks.markdown import blocks, language
from grimoire.checks.number import Number, measure
from grimoire.checks.own import OwnCheck
from grimoire.checks.prose import outside_code
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult

if TYPE_CHECKING:
    from markdown_it.token import Token

_CHINESE_ITEM = re.compile(r"[ \t]*(?:(\d{1,3}[、．])|[•●▪◦○·])[ \t]*[^\s\d]")


class HeadingsWants(Number, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`level` counts the headings of one level alone."""

    level: Annotated[int, msgspec.Meta(ge=1, le=6)] | UnsetType = UNSET


class Headings(OwnCheck[HeadingsWants]):
    """Number of Markdown headings."""

    name = "headings"
    form: ClassVar[object] = HeadingsWants
    allowed = "{at_least, at_most, exactly, level}"

    def judge(self, exchange: Exchange) -> CheckResult:
        levels = [int(token.tag[1]) for token in blocks(exchange.answer.text) if token.type == "heading_open"]
        if self.wants.level is UNSET:
            return measure(self, self.wants, len(levels), "heading")
        detail = f"{len(levels)} of any level"
        return measure(self, self.wants, levels.count(self.wants.level), f"level-{self.wants.level} heading", detail)


class TablesWants(Number, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`columns` and `rows` (without the header) say what a table must have to be counted."""

    columns: Number | UnsetType = UNSET
    rows: Number | UnsetType = UNSET


class Tables(OwnCheck[TablesWants]):
    """Number of tables: Markdown's, and blocks of tab-separated lines, which is what a browser's copy makes of one."""

    name = "tables"
    form: ClassVar[object] = TablesWants
    allowed = "{at_least, at_most, exactly, columns: {…}, rows: {…}}"

    def judge(self, exchange: Exchange) -> CheckResult:
        text = exchange.answer.text
        sizes = [*_tables(blocks(text)), *_tabbed(outside_code(text))]
        counted = [size for size in sizes if self._fits(*size)]
        shown = ", ".join(f"{rows} rows × {columns} columns" for rows, columns in sizes[:4])
        return measure(self, self.wants, len(counted), self._noun(), shown)

    def _fits(self, rows: int, columns: int) -> bool:
        wants = self.wants
        wide = wants.columns is UNSET or wants.columns.admits(columns)
        return wide and (wants.rows is UNSET or wants.rows.admits(rows))

    def _noun(self) -> str:
        sides = {"columns": self.wants.columns, "rows": self.wants.rows}
        demands = [f"{number} {side}" for side, number in sides.items() if number is not UNSET]
        return "table with " + ", ".join(demands) if demands else "table"


def _tables(tokens: tuple[Token, ...]) -> Iterator[tuple[int, int]]:
    """(rows, columns) of each Markdown table, rows without the header."""
    rows = columns = 0
    for token in tokens:
        if token.type == "table_open":
            rows = columns = 0
        columns += token.type == "th_open"
        rows += token.type == "tr_open"
        if token.type == "table_close":
            yield rows - 1, columns


def _tabbed(text: str) -> Iterator[tuple[int, int]]:
    """(rows, columns) of each run of two or more lines with equally many tabs inside."""
    if "\t" in text:
        for tabs, lines in groupby(text.split("\n"), key=lambda line: line.strip().count("\t")):
            size = sum(1 for _ in lines)
            if tabs and size > 1:
                yield size - 1, tabs + 1


class ListItemsWants(Number, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`ordered` counts numbered items alone (true) or bulleted ones alone (false)."""

    ordered: bool | UnsetType = UNSET


class ListItems(OwnCheck[ListItemsWants]):
    """Number of list items, nested ones too; lines such as `1、…` and `• …`, which Markdown does not know, count."""

    name = "list-items"
    form: ClassVar[object] = ListItemsWants
    allowed = "{at_least, at_most, exactly, ordered}"

    def judge(self, exchange: Exchange) -> CheckResult:
        kinds = list(_items(blocks(exchange.answer.text)))
        if self.wants.ordered is UNSET:
            return measure(self, self.wants, len(kinds), "list item")
        noun = "numbered list item" if self.wants.ordered else "bulleted list item"
        return measure(self, self.wants, kinds.count(self.wants.ordered), noun, f"{len(kinds)} of both kinds")


def _items(tokens: tuple[Token, ...]) -> Iterator[bool]:
    """For each list item whether it is numbered."""
    lists: list[bool] = []
    for token in tokens:
        if token.type in {"ordered_list_open", "bullet_list_open"}:
            lists.append(token.type == "ordered_list_open")
        elif token.type in {"ordered_list_close", "bullet_list_close"}:
            lists.pop()
        elif token.type == "list_item_open":
            yield lists[-1]
        elif token.type == "inline":
            found = (_CHINESE_ITEM.match(line) for line in token.content.split("\n"))
            yield from (bool(item[1]) for item in found if item)


class CodeBlocksWants(Number, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`language` counts the blocks so marked alone."""

    language: Annotated[str, msgspec.Meta(min_length=1)] | UnsetType = UNSET


class CodeBlocks(OwnCheck[CodeBlocksWants]):
    """Number of fenced code blocks."""

    name = "code-blocks"
    form: ClassVar[object] = CodeBlocksWants
    allowed = "{at_least, at_most, exactly, language}"

    def judge(self, exchange: Exchange) -> CheckResult:
        marks = [language(token) for token in blocks(exchange.answer.text) if token.type == "fence"]
        if self.wants.language is UNSET:
            return measure(self, self.wants, len(marks), "code block")
        shown = ", ".join(mark or "unmarked" for mark in marks[:5])
        noun = f"code block with mark {self.wants.language}"
        return measure(self, self.wants, marks.count(self.wants.language.casefold()), noun, shown)
