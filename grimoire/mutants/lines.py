"""A sample's Markdown line by line: what each line is, and the tables, lists and blocks that lines form.

Coarser than a parser and reversible: the lines joined are the text again. What stands in fenced code is code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, pairwise
from typing import Literal

import msgspec

Kind = Literal["blank", "heading", "row", "item", "quote", "fence", "code", "prose"]

_FENCE = re.compile(r"[ \t>]{0,20}(`{3,}|~{3,})[ \t]*([^`\s]*)")
_HEADING = re.compile(r"([ \t]{0,3}#{1,6}[ \t]+)(\S.*)")
_ROW = re.compile(r"[ \t]*\|.*\|[ \t]*")
_ITEM = re.compile(r"([ \t]*(?:[-*+•●·][ \t]+|\d{1,3}(?:[.)][ \t]+|[、．][ \t]*)))(\S.*)")
_QUOTE = re.compile(r"([ \t]{0,3}>[ \t]?)(.*)")
_PIPE = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"[ \t|:-]+")
_STOP = re.compile(r"[。！？!?]+[”’」』\"')）]?|(?<!\d)[.][”\"')]?(?=\s|\Z)")


class Line(msgspec.Struct, frozen=True):
    """A line: the marks at its beginning, and what they introduce."""

    kind: Kind
    lead: str
    body: str

    @property
    def text(self) -> str:
        return self.lead + self.body


def read(text: str) -> list[Line]:
    """The text's lines, each with its kind."""
    lines: list[Line] = []
    fence = ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            closes = bool(mark and mark[1].startswith(fence) and not mark[2])
            lines.append(Line("fence" if closes else "code", "", line))
            fence = "" if closes else fence
        elif mark:
            fence = mark[1]
            lines.append(Line("fence", "", line))
        else:
            lines.append(_plain(line))
    return lines


def _plain(line: str) -> Line:
    if not line.strip():
        return Line("blank", "", line)
    if _ROW.fullmatch(line):
        return Line("row", "", line)
    marks: tuple[tuple[Kind, re.Pattern[str]], ...] = (("heading", _HEADING), ("item", _ITEM), ("quote", _QUOTE))
    for kind, pattern in marks:
        if match := pattern.fullmatch(line):
            return Line(kind, match[1], match[2])
    return Line("prose", "", line)


def write(lines: Iterable[Line]) -> str:
    """The text the lines are."""
    return "\n".join(line.text for line in lines)


def code_language(fence: Line) -> str:
    """What a fence marks its block as, in lower case."""
    match = _FENCE.match(fence.body)
    return match[2].casefold() if match else ""


def change(text: str, kinds: set[Kind], body: Callable[[str], str]) -> str:
    """The text with the bodies of some kinds of lines changed."""
    return write(Line(x.kind, x.lead, body(x.body)) if x.kind in kinds else x for x in read(text))


def without(lines: list[Line], gone: Iterable[int]) -> str:
    """The text without some lines, by number; no two empty lines are left in a row where they were."""
    out = set(gone)
    kept: list[Line] = []
    for number, line in enumerate(lines):
        if number in out or (line.kind == "blank" and kept and kept[-1].kind == "blank"):
            continue
        kept.append(line)
    return write(kept)


def tables(lines: list[Line]) -> list[list[int]]:
    """The numbers of each table's lines: header, rule, rows."""
    runs = groupby(enumerate(lines), key=lambda pair: pair[1].kind == "row")
    found = [[number for number, _ in run] for row, run in runs if row]
    return [table for table in found if len(table) > 2 and _RULE.fullmatch(lines[table[1]].body)]  # noqa: PLR2004  # header, rule, a row


def cells(line: Line) -> list[str]:
    """What stands between a row's bars."""
    return [cell.strip() for cell in _PIPE.split(line.body.strip())[1:-1]]


def row(content: Iterable[str]) -> Line:
    """A row of a table."""
    return Line("row", "", "| " + " | ".join(content) + " |")


def lists(lines: list[Line]) -> list[list[int]]:
    """The numbers of each list's items; empty and indented lines belong to the item before them."""
    found: list[list[int]] = []
    open_list = False
    for number, line in enumerate(lines):
        if line.kind == "item":
            if not open_list:
                found.append([])
            found[-1].append(number)
            open_list = True
        elif line.kind != "blank" and not line.text.startswith((" ", "\t")):
            open_list = False
    return found


def belonging(lines: list[Line], item: int) -> Iterator[int]:
    """An item's lines: its own and the indented ones under it, with the empty lines between them."""
    yield item
    empty: list[int] = []
    for number in range(item + 1, len(lines)):
        line = lines[number]
        if line.kind == "blank":
            empty.append(number)
        elif line.kind == "item" or not line.text.startswith((" ", "\t")):
            return
        else:
            yield from (*empty, number)
            empty = []


def blocks(text: str) -> list[str]:
    """What empty lines outside code set apart."""
    found: list[list[str]] = [[]]
    for line in read(text):
        if line.kind == "blank":
            found.append([])
        else:
            found[-1].append(line.text)
    return ["\n".join(block) for block in found if block]


def sentences(text: str) -> list[tuple[int, int]]:
    """Where the sentences of a text's prose begin and end; headings, rows, code and the like hold none."""
    found: list[tuple[int, int]] = []
    start = 0
    for line in read(text):
        body = start + len(line.lead)
        if line.kind in {"prose", "item", "quote"}:
            ends = [0, *(match.end() for match in _STOP.finditer(line.body))]
            found += [(body + a, body + b) for a, b in pairwise(ends) if line.body[a:b].strip()]
        start += len(line.text) + 1
    return found
