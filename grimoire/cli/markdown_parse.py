"""Markdown as models write it, parsed into blocks that stand by themselves, so that they can be shown as they come.

What depends on text that is yet to come is no syntax here: references, and headings by a line under them. HTML is text.
Emphasis next to Chinese is seen where CommonMark, made for words between spaces, sees none.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from grimoire.cli.line_breaks import WIDE

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token
    from markdown_it.tree import SyntaxTreeNode


def parse(text: str) -> Sequence[SyntaxTreeNode]:
    """The blocks of a text, each with its lines in `map`."""
    from markdown_it.tree import SyntaxTreeNode

    return SyntaxTreeNode(_parser().parse(text)).children


def fences(text: str) -> list[Token]:
    """The fenced code blocks of a text, in their order, wherever they stand."""
    return [token for token in _parser(inline=False).parse(text) if token.type == "fence"]


def is_closed(fence: Token | SyntaxTreeNode, lines: Sequence[str]) -> bool:
    """Whether a fenced block of a text of such lines has the line that ends it, or ends where the text does."""
    first, after = fence.map or (0, 0)
    last = lines[after - 1].strip(" \t>") if after - 1 > first else ""
    return len(last) >= len(fence.markup) and not last.strip(fence.markup[0])


@lru_cache(maxsize=2)
def _parser(*, inline: bool = True) -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = (
        MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable(["reference", "lheading", "html_block"])
    )
    parser.inline.ruler.at("emphasis", _emphasis)
    return parser if inline else parser.disable("inline")


def _emphasis(state: StateInline, silent: bool) -> bool:
    """As CommonMark has it; but next to a character of Chinese a mark opens or closes wherever no space forbids it."""
    from markdown_it.rules_inline.emphasis import tokenize

    start, known = state.pos, len(state.delimiters)
    if not tokenize(state, silent):
        return False
    before, after = state.src[start - 1 : start] or " ", state.src[state.pos : state.pos + 1] or " "
    if WIDE.match(before) or WIDE.match(after):
        for mark in state.delimiters[known:]:
            mark.open, mark.close = not after.isspace(), not before.isspace()
    return True
