"""Markdown as lines for a terminal, and how many of them stay as they are, whatever follows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, chain
from typing import TYPE_CHECKING, NamedTuple

from grimoire.cli.line_breaks import breaks, cells_of, pieces
from grimoire.cli.markdown_parse import is_closed, parse

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode
    from rich.console import Console, ConsoleOptions, JustifyMethod, RenderResult
    from rich.measure import Measurement
    from rich.segment import Segment
    from rich.text import Text

Line = list["Segment"]

SPACED = {"heading", "table", "hr"}
"""Blocks with an empty line before them even where the text has none."""
_NARROWEST = 8
"""Columns that are left for what stands in a list or a quotation, whatever stands before it."""
_MARKS = "*_~`[]<|"
"""What may be syntax once more text has come."""
_HEADINGS = {"h1": "bold underline", "h2": "bold magenta", "h3": "bold"}
_STYLES = {"strong": "bold", "em": "italic", "s": "strike", "code_inline": "cyan", "link": "underline"}
_SIDES: dict[str, JustifyMethod] = {"right": "right", "center": "center"}


class Block(NamedTuple):
    """A block as lines. The first `settled` of them say the same whatever text is added to it."""

    lines: list[Line]
    settled: int


class Page:
    """Renders Markdown for a console, in so many columns."""

    def __init__(self, console: Console, columns: int) -> None:
        self.columns = columns
        self._console = console

    def whole(self, text: str) -> list[Line]:
        """All of a text as lines."""
        return self.render(parse(text), text.split("\n")).lines

    def render(self, nodes: Sequence[SyntaxTreeNode], source: Sequence[str]) -> Block:
        """Blocks of a text with such lines; no line is wider than the page."""
        block = self.blocks(nodes, source, self.columns)
        if all(_width(line) <= self.columns for line in block.lines):
            return block
        folded = [self._fold(line) for line in block.lines]
        return Block([*chain(*folded)], sum(map(len, folded[: block.settled])))

    def blocks(self, nodes: Sequence[SyntaxTreeNode], source: Sequence[str], width: int) -> Block:
        """Blocks one under the other, of which the last may go on; lines within deep lists may be wider than that."""
        lines: list[Line] = []
        settled = 0
        for index, node in enumerate(nodes):
            if index and (node.type in SPACED or has_space_before(node, source)):
                lines.append([])
            block = self.block(node, source, width)
            settled = len(lines) + block.settled
            lines += block.lines
        return Block(lines, settled)

    def block(self, node: SyntaxTreeNode, source: Sequence[str], width: int) -> Block:
        """One block."""
        match node.type:
            case "bullet_list" | "ordered_list":
                block = self._list(node, source, width)
            case "blockquote":
                inner = self.blocks(node.children, source, max(width - 2, _NARROWEST))
                block = Block([[self._segment("│ ", "dim"), *line] for line in inner.lines], inner.settled)
            case "fence" | "code_block":
                block = self._code(node, source, width)
            case "table":
                block = Block(self._table(node, width), 0)
            case "hr":
                block = Block([[self._segment("─" * min(width, 24), "dim")]], 0)
            case "heading":
                block = Block(self.wrap(_text(node, _HEADINGS.get(node.tag, "bold italic")), width), 0)
            case _:
                block = self._paragraph(node, width)
        return block

    def wrap(self, text: Text, width: int) -> list[Line]:
        """A text as lines of at most so many cells, broken between words."""
        lines = []
        for each in text.split("\n", allow_blank=True):
            for line in each.divide(breaks(each.plain, max(width, 2))):
                line.rstrip()
                lines.append(self._line(line))
        return lines

    def _list(self, node: SyntaxTreeNode, source: Sequence[str], width: int) -> Block:
        lines: list[Line] = []
        settled = 0
        first = int(node.attrs.get("start", 1))
        for index, item in enumerate(node.children):
            mark = f"{first + index}. " if node.type == "ordered_list" else "• "
            if index and has_space_before(item, source):
                lines.append([])
            inner = self.blocks(item.children, source, max(width - len(mark), _NARROWEST))
            settled = len(lines) + inner.settled
            before = [self._segment(mark, "bold"), self._segment(" " * len(mark))]
            lines += [[before[at > 0], *line] for at, line in enumerate(inner.lines or [[]])]
        return Block(lines, settled)

    def _paragraph(self, node: SyntaxTreeNode, width: int) -> Block:
        text = _text(node)
        lines = self.wrap(text, width)
        if not node.children or node.children[0].content[-1:] in _MARKS:
            return Block(lines, 0)
        sure = min((at for at in map(text.plain.find, _MARKS) if at >= 0), default=len(text))
        settled = sum(len(breaks(line, width)) + 1 for line in text.plain[:sure].split("\n")) - 1
        return Block(lines, settled)

    def _code(self, node: SyntaxTreeNode, source: Sequence[str], width: int) -> Block:
        """Code in its colours between the lines that mark it, so that it can be copied; a long line is cut."""
        lines = self._cut(_highlighted(node.content.expandtabs(4).removesuffix("\n"), node.info), width)
        if node.type != "fence":
            return Block(lines, 0)
        first = self._cut(_styled(f"{node.markup}{node.info}".expandtabs(1), "dim"), width)
        last = [[self._segment(node.markup, "dim")]] if is_closed(node, source) else []
        return Block([*first, *(lines if node.content else []), *last], len(first) + len(lines) - 1)

    def _fold(self, line: Line) -> list[Line]:
        from rich.text import Text

        return self._cut(
            Text.assemble(*((segment.text, segment.style or "") for segment in line), end=""), self.columns
        )

    def _cut(self, text: Text, width: int) -> list[Line]:
        from rich.cells import chop_cells

        lines = []
        for each in text.split("\n", allow_blank=True):
            cuts = list(accumulate(map(len, chop_cells(each.plain, max(width, 2))[:-1])))
            lines += [self._line(line) for line in each.divide(cuts)]
        return lines

    def _table(self, node: SyntaxTreeNode, width: int) -> list[Line]:
        from rich.box import SIMPLE
        from rich.table import Table

        rows = [row.children for part in node.children for row in part.children]
        table = Table(box=SIMPLE, show_edge=False, pad_edge=False, collapse_padding=True, border_style="dim")
        for cell in rows[0]:
            aligned = str(cell.attrs.get("style", "")).rpartition(":")[2]
            table.add_column(_Cell(self, _text(cell, "bold")), justify=_SIDES.get(aligned, "left"))
        for row in rows[1:]:
            table.add_row(*(_Cell(self, _text(cell)) for cell in row[: len(rows[0])]))
        return self._console.render_lines(table, self._console.options.update(width=width), pad=False)

    def _line(self, text: Text) -> Line:
        return list(text.render(self._console))

    def _segment(self, text: str, style: str = "") -> Segment:
        from rich.segment import Segment

        return Segment(text, self._console.get_style(style) if style else None)


def has_space_before(node: SyntaxTreeNode, source: Sequence[str]) -> bool:
    """Whether a text of such lines has an empty one before a block."""
    first = node.map[0] if node.map else 0
    return first > 0 and not source[first - 1].strip(" \t>")


def _width(line: Line) -> int:
    return sum(segment.cell_length for segment in line)


class _Cell:
    """A cell of a table, as something rich can render: broken into lines as other text is."""

    def __init__(self, page: Page, text: Text) -> None:
        self._page = page
        self._text = text

    def __rich_measure__(self, _console: Console, options: ConsoleOptions) -> Measurement:
        from rich.measure import Measurement

        plain = self._text.plain
        least = max(map(cells_of, pieces(plain)), default=0)
        return Measurement(least, max(map(cells_of, plain.split("\n")))).with_maximum(options.max_width)

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.segment import Segment

        for line in self._page.wrap(self._text, options.max_width):
            yield from line
            yield Segment.line()


def _styled(text: str, style: str) -> Text:
    from rich.text import Text

    styled = Text(text, end="")
    styled.stylize(style)
    return styled


def _text(block: SyntaxTreeNode, style: str = "") -> Text:
    """What stands in a block, with its emphasis; a link's address stands after it, so that it can be seen."""
    text = _styled("", "")
    for node in block.children:
        _add(text, node, "")
    text.stylize_before(style)
    return text


def _add(text: Text, node: SyntaxTreeNode, style: str) -> None:
    style = f"{style} {_STYLES.get(node.type, '')}".strip()
    if node.type in {"softbreak", "hardbreak"} or (node.type == "html_inline" and node.content[:3].lower() == "<br"):
        text.append("\n")
        return
    if not node.children and node.type != "link":
        text.append(node.content.replace("\t", " "), style or None)
    start = len(text)
    for child in node.children:
        _add(text, child, style)
    address = str(node.attrs.get("href", "") or node.attrs.get("src", ""))
    if address and text.plain[start:] not in {address, address.removeprefix("mailto:")}:
        text.append(f" ({address})" if len(text) > start else address, "dim")


def _highlighted(code: str, info: str) -> Text:
    """Code in the colours of its language, where that is known; without a background, and without a word on errors.

    What is half written is wrong until it is whole.
    """
    name = info.split(maxsplit=1)[0] if info.strip() else ""
    if not name:
        return _styled(code, "")
    from rich.syntax import ANSI_DARK, ANSISyntaxTheme, Syntax

    theme = ANSISyntaxTheme({kind: style for kind, style in ANSI_DARK.items() if str(kind) != "Token.Error"})
    text = Syntax(code, name, theme=theme).highlight(code)[: len(code)]
    return text if text.plain == code else _styled(code, "")
