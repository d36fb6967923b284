"""Where a line of text is broken to fit: after spaces, and between Chinese characters, but not before their stops."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_OPENING = "（《「『【〔〈“‘［｛"
_CLOSING = "，。、；：！？）》」』】〕〉”’…—～·％］｝"
_WIDE = (
    "\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6"
    "\U00020000-\U0003fffd"
)
_TOKEN = re.compile(f"[ \t]+|[{_OPENING}]*(?:[{_WIDE}]|[^ \t{_WIDE}{_OPENING}{_CLOSING}]+)?[{_CLOSING}]*")
WIDE = re.compile(f"[{_WIDE}{_OPENING}{_CLOSING}]")
"""A character of Chinese or another East Asian script, or of its punctuation."""


def breaks(text: str, width: int) -> list[int]:
    """Offsets at which a text without line breaks is divided into lines of at most `width` cells.

    White space at a break belongs to the line before it and is to be cut off there. A word that is too long is cut.
    """
    offsets: list[int] = []
    column = 0
    for start, end, cells in _tokens(text):
        if text[start] in " \t" or column + cells <= width:
            column += cells
            continue
        cuts = [*([start] if column else []), *(start + cut for cut in _cut(text[start:end], width))]
        offsets += cuts
        column = cells_of(text[cuts[-1] : end]) if cuts else cells
    return offsets


def pieces(text: str) -> Iterator[str]:
    """What a text may be broken between."""
    return (text[start:end] for start, end, _ in _tokens(text))


def shorten(text: str, width: int) -> str:
    """A line of at most so many cells, with an ellipsis where something was cut off."""
    from rich.cells import set_cell_size

    text = text[: width + 1]  # a character takes a column at least: what is longer is cut, and need not be measured
    return text if cells_of(text) <= width else f"{set_cell_size(text, max(0, width - 1)).rstrip()}…"


@lru_cache(maxsize=4096)
def cells_of(text: str) -> int:
    """Columns that a text takes on a terminal."""
    from rich.cells import cell_len

    return len(text) if text.isascii() else cell_len(text)


def _tokens(text: str) -> Iterator[tuple[int, int, int]]:
    """Beginning, end and columns of what is not broken: spaces, a word, a Chinese character with its punctuation."""
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        end = found.end() if found and found.end() > at else at + 1
        yield at, end, cells_of(text[at:end])
        at = end


def _cut(word: str, width: int) -> list[int]:
    from rich.cells import chop_cells

    cuts, at = [], 0
    for piece in chop_cells(word, width)[:-1]:
        at += len(piece)
        cuts.append(at)
    return cuts
