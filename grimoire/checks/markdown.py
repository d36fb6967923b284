"""One parse of an answer's Markdown into blocks, shared by the structure checks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from grimoire.checks.prose import PROSE_FENCES, spoken

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_MARK = re.compile(r"[\s{.]*([\w+#.-]*)")

LIMIT = 100_000
DEPTH = 3


@lru_cache(maxsize=32)
def blocks(text: str) -> tuple[Token, ...]:
    """Block tokens of CommonMark with tables; inline content is left unparsed.

    What stands in a code block marked as Markdown counts as the answer's own, for models wrap whole answers in one.
    Of texts longer than 100,000 characters only the beginning is read.
    """
    return tuple(_read(spoken(text)[:LIMIT], DEPTH))


def _read(text: str, depth: int) -> Iterator[Token]:
    for token in _parser().parse(text):
        yield token
        if token.type == "fence" and depth and language(token) in PROSE_FENCES:
            yield from _read(token.content, depth - 1)


def fences(text: str) -> list[Token]:
    """The fenced code blocks, those within Markdown blocks too. Where there is no fence nothing is parsed."""
    if "```" not in text and "~~~" not in text:
        return []
    return [token for token in blocks(text) if token.type == "fence"]


def language(fence: Token) -> str:
    """What a fenced code block is marked as, in lower case, without a file's name or options; empty when it is not."""
    marked = _MARK.match(fence.info)
    return marked[1].casefold() if marked else ""


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table").disable("inline")
