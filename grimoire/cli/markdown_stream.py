"""An answer on a terminal as it comes: rendered Markdown, of which only lines that change are drawn again.

What is finished is written once and never touched again; only the last block, which may still become another one, is
drawn anew, and of it no more than fits on the screen. At the end there stands what the whole answer is rendered as.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from grimoire.cli.live_rows import LiveRows, Size, to_rows
from grimoire.cli.markdown_lines import SPACED, Block, Line, Page, has_space_before
from grimoire.cli.markdown_parse import parse
from grimoire.terminal import ControlFilter, strip_controls

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode
    from rich.console import Console

INTERVAL = 0.05
"""Seconds between two drawings, at least."""
SHARE = 4
"""Times what a drawing takes, until the next: so a long block that is costly to render holds up nobody."""
_TELLING = 40
"""Characters after which the beginning of a line says what kind of block it is in, letters being among them."""


class Timer(Protocol):
    """Something that was to be done later."""

    def cancel(self) -> None: ...


class MarkdownStream:
    """Shows a text that comes in pieces.

    `write` takes what goes to the terminal, `size` says how large that is now. `later` does something after so many
    seconds: without it, what comes too soon after a drawing is shown with the next piece.
    """

    def __init__(
        self,
        console: Console,
        write: Callable[[str], None],
        size: Callable[[], Size],
        *,
        later: Callable[[float, Callable[[], None]], Timer] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console, self._size = console, size
        self._later, self._clock = later, clock
        self._controls = ControlFilter()
        self._heard: list[str] = []  # all that came
        self._drawn = 0  # so many pieces of it
        self._open = OpenText()
        self._screen = LiveRows(write)
        self._for: Size | None = None
        self._due = 0.0
        self._timer: Timer | None = None

    def feed(self, piece: str) -> None:
        """More of the text."""
        self._heard.append(self._controls.feed(piece))
        wait = self._due - self._clock()
        if wait <= 0:
            self.draw()
        elif self._later and self._timer is None:
            self._timer = self._later(wait, self.draw)

    def draw(self) -> None:
        """Show what has come by now; also where the terminal has got another size."""
        begun = self._clock()
        self._draw(ended=False)
        self._due = self._clock() + max(INTERVAL, SHARE * (self._clock() - begun))

    def end(self) -> None:
        """All of the text has come: it stands there, and the cursor below it."""
        self._heard.append(self._controls.end())
        self._draw(ended=True)

    def forget(self) -> None:
        """Something else has been written since, by another program: what is there stays, and is drawn again below."""
        self._screen.forget()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Room for something else above what may still change; that is drawn again after it."""
        self._screen.erase()
        yield

    def _draw(self, *, ended: bool) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        size = self._size()
        if self._for not in {size, None} and size.columns:
            self._begin_anew(size)
        self._for = size
        self._open.text += "".join(self._heard[self._drawn :])
        self._drawn = len(self._heard)
        self._put(size, ended=ended)

    def _begin_anew(self, size: Size) -> None:
        """Draw again what was drawn, on a terminal of another size."""
        room = self._screen.take_back(size)
        self._open = OpenText()
        self._open.text = "".join(self._heard[: self._drawn])
        self._put(size, room=room)

    def _put(self, size: Size, *, ended: bool = False, room: int | None = None) -> None:
        """Put the text on the screen; with `room` no more of it than so many rows hold, its last."""
        page = Page(self._console, size.columns or self._console.width)
        fixed = self._open.take_finished(page)
        live: list[Line] = []
        if ended:
            fixed += self._open.take_rest(page)
        else:
            settled, live = self._open.take_settled(page, size.rows - 1 if size.columns else 0)
            fixed += settled
        if room is not None:
            fixed = fixed[max(len(fixed) + (len(live) or 1) - room, 0) :]
        self._screen.put(to_rows(fixed, self._console), to_rows(live, self._console), page.columns, anew=ended)


def show_markdown(text: str) -> None:
    """Print a whole text to a terminal, rendered; as it is where standard output is none, or a dumb one."""
    from grimoire.cli import output

    if not output.renders():
        output.emit(text if text.endswith("\n") else f"{text}\n")
        return
    console = output.stdout_console()
    lines = Page(console, output.columns()).whole(strip_controls(text))
    output.emit_drawn("".join(f"{row.text}\n" for row in to_rows(lines, console)))


class OpenText:
    """The end of a text, from the beginning of the last block that may still change."""

    def __init__(self) -> None:
        self.text = ""
        self._is_first = True
        self._has_space = False  # before it
        self._taken = 0  # lines of it

    def take_finished(self, page: Page) -> list[Line]:
        """The lines of the blocks that nothing changes any more: another one has begun, on a line that is whole."""
        if "\n" not in self.text:
            return []
        whole = self.text[: self.text.rindex("\n") + 1]
        source = whole.split("\n")
        nodes = parse(whole)
        if len(nodes) < 2:  # noqa: PLR2004  # the last one is not finished
            return []
        lines = self._rendered(page, nodes[:-1], source).lines
        first = nodes[-1].map[0] if nodes[-1].map else 0
        self._is_first, self._has_space = False, has_space_before(nodes[-1], source)
        self.text = "\n".join(self.text.split("\n")[first:])
        taken, self._taken = self._taken, max(self._taken - len(lines), 0)
        return lines[taken:]

    def take_settled(self, page: Page, room: int) -> tuple[list[Line], list[Line]]:
        """Lines that do not change though their block may, as far as there is no room for them; and the last others."""
        block = self._rendered(page, parse(self.text), self.text.split("\n"))
        lines = block.lines[self._taken :]
        if len(lines) <= room:
            return [], lines
        sure = max(min(self._sure(page, block) - self._taken, len(lines) - room), 0)
        self._taken += sure
        return lines[:sure], lines[max(sure, len(lines) - room) :]

    def take_rest(self, page: Page) -> list[Line]:
        """All lines there are."""
        lines = self._rendered(page, parse(self.text), self.text.split("\n")).lines[self._taken :]
        self.text = ""
        return lines

    def _sure(self, page: Page, block: Block) -> int:
        """Lines that are settled, though the last line of the text be not whole."""
        begun = self.text.rpartition("\n")[2]
        if not begun or (len(begun) > _TELLING and any(map(str.isalnum, begun)) and begun.lstrip(" >")[0] not in "`~"):
            return block.settled
        whole = self.text[: -len(begun)]
        return self._rendered(page, parse(whole), whole.split("\n")).settled

    def _rendered(self, page: Page, nodes: Sequence[SyntaxTreeNode], source: Sequence[str]) -> Block:
        block = page.render(nodes, source)
        if nodes and not self._is_first and (self._has_space or nodes[0].type in SPACED):
            return Block([[], *block.lines], block.settled + 1)
        return block
