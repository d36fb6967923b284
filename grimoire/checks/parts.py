"""The parts of an answer that a check counts or measures: headings, list items, paragraphs, lines, sentences, links.

Texts are what a reader sees: without the marks of Markdown around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from grimoire.checks.markdown import blocks
from grimoire.checks.prose import outside_code, spoken
from grimoire.expression import Expression

if TYPE_CHECKING:
    from markdown_it.token import Token

_OTHER_ITEM = Expression(
    r"[ \t]*(?:(\d{1,3}[、．]|[（(]\d{1,2}[）)]|[①-⑳]|\*\*\d{1,3}[.、．)）])|[•●▪◦○·])[ \t]*(?=[^\s\d])"
)
_ITEM_POSSIBLE = Expression(
    r"(?:\A|[\r\n])[ \t>]*(?:[-+*]|\d{1,9}[.)])(?:\s|\Z)"
    r"|\d[、．]|[（(]\d{1,2}[）)]|[①-⑳•●▪◦○·]|\*\*\d{1,3}[.、．)）]"
)
_HEADING_POSSIBLE = Expression(r"#|[\r\n][ \t>]*[-=]")
_INDENTED = Expression(r"\n(?=[ \t]*\u3000)")
_LINK = Expression(r"!?\[([^\[\]\n]{0,300})\]\([^()\s]{0,500}\)")
_MARKS = Expression(r"\*{2,3}|`{1,3}|~~|(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)")
_ABBREVIATION = Expression(r"\b(?:e\.g|i\.e|etc|vs|Mr|Mrs|Ms|Dr|St|No|[A-Z])\.(?=\s)", re.IGNORECASE)
_MARKER = Expression(r"^[\s#>*+-]*(?:\d{1,3}[.、．)）](?!\d))?", re.MULTILINE)
_RULE = Expression(r"[\s\-=*_#>|:~`+]*")
_STOP = Expression(r"[。！？!?…]+[\"'”’』」）)]*|\.+[\"'”’)]*(?=\s|$)|\n+")
_LETTER = Expression(r"\w")
_DOT = "\u2024"
_A_LINK = Expression(
    r"(!?)\[[^\[\]\n]{0,300}\]\(\s{0,3}<?(https?://[^\s<>()]{1,2000})"
    r"|()(https?://[^\s<>()（）\[\]\"'，。；、》」】]{1,2000})",
    re.IGNORECASE,
)


class Heading(msgspec.Struct, frozen=True):
    """A Markdown heading; `level` is 1 to 6."""

    level: int
    text: str


class Item(msgspec.Struct, frozen=True):
    """A list item without the items nested in it; `numbered` where it has a number for a mark."""

    numbered: bool
    text: str


@lru_cache(maxsize=32)
def headings(text: str) -> tuple[Heading, ...]:
    """Markdown's headings, in their order. Where no line can be one, or be under one, nothing is parsed."""
    return tuple(_headings(text)) if _HEADING_POSSIBLE.search(spoken(text)) else ()


def _headings(text: str) -> Iterator[Heading]:
    for token, inside in pairwise(blocks(text)):
        if token.type == "heading_open":
            yield Heading(int(token.tag[1]), plain(inside.content))


@lru_cache(maxsize=32)
def items(text: str) -> tuple[Item, ...]:
    """List items, nested ones too.

    Lines such as `1、…`, `（1）…`, `①…`, `**1. …**` and `• …`, which Markdown does not know, are items too.
    Where no line can be one nothing is parsed: lists are in nothing but quotations, and other lists.
    """
    found = _items(text) if _ITEM_POSSIBLE.search(spoken(text)) else []
    return tuple(Item(numbered, plain("\n".join(lines))) for numbered, lines in found)


def _items(text: str) -> list[tuple[bool, list[str]]]:
    """Whether each has a number, and its lines."""
    found: list[tuple[bool, list[str]]] = []
    kinds: list[bool] = []
    open_items: list[list[str]] = []
    for token in blocks(text):
        if token.type in {"ordered_list_open", "bullet_list_open"}:
            kinds.append(token.type == "ordered_list_open")
        elif token.type in {"ordered_list_close", "bullet_list_close"}:
            kinds.pop()
        elif token.type == "list_item_open":
            open_items.append([])
            found.append((kinds[-1], open_items[-1]))
        elif token.type == "list_item_close":
            open_items.pop()
        elif token.type == "inline":
            for line in token.content.split("\n"):
                mark = None if open_items and not open_items[-1] else _OTHER_ITEM.match(line)
                if mark:
                    found.append((bool(mark[1]), [line[mark.end() :]]))
                elif open_items:
                    open_items[-1].append(line)
    return found


@lru_cache(maxsize=32)
def paragraphs(text: str) -> tuple[str, ...]:
    """Blocks of text between blank lines, outside lists, tables, quotations and code; headings are none.

    A line that begins with an ideographic space, as Chinese paragraphs do, begins another one.
    """
    return tuple(_paragraphs(blocks(text)))


def _paragraphs(tokens: tuple[Token, ...]) -> Iterator[str]:
    for token, inside in pairwise(tokens):
        if token.type == "paragraph_open" and not token.level and not _OTHER_ITEM.match(inside.content):
            yield from (plain(piece) for piece in _INDENTED.split(inside.content))


def lines(text: str) -> tuple[str, ...]:
    """Lines with something in them, without the marks of headings and lists before it; rules are none."""
    return tuple(plain(_MARKER.sub("", line)) for line in spoken(text).split("\n") if not _RULE.fullmatch(line))


def sentences(text: str) -> tuple[str, ...]:
    """Sentences; a heading, a list item or another line that ends without a full stop is one too.

    Decimal points, list numbers and common abbreviations end no sentence.
    """
    unmarked = _MARKER.sub("", spoken(text))
    held = _ABBREVIATION.sub(lambda match: match.group()[:-1] + _DOT, unmarked)
    return tuple(piece.strip().replace(_DOT, ".") for piece in _STOP.split(held) if _LETTER.search(piece))


def links(text: str) -> tuple[str, ...]:
    """Web addresses outside code, each as often as it stands there; a picture's address is none."""
    said = outside_code(text)
    if "://" not in said:
        return ()
    found = (match.groups() for match in _A_LINK.finditer(said))
    return tuple(marked or bare for picture, marked, _, bare in found if not picture)


def plain(text: str) -> str:
    """A line or paragraph of Markdown as a reader sees it: emphasis and links without their marks."""
    if "](" in text:
        text = _LINK.sub(lambda match: match[1], text)
    return _MARKS.sub("", text).strip()
