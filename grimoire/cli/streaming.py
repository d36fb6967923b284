"""What an answer is shown by while it comes: rendered Markdown, plain text, or nothing."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Protocol

import typer

from grimoire.cli import output
from grimoire.errors import UsageError
from grimoire.terminal import ControlFilter

if TYPE_CHECKING:
    from grimoire.cli.deliver import Delivery
    from grimoire.cli.live_rows import Size
    from grimoire.cli.markdown_stream import Timer

Later = Callable[[float, Callable[[], None]], "Timer"]


class Shown(Protocol):
    """Shows a text that comes in pieces. When it has ended, the cursor is at the beginning of an empty line."""

    def feed(self, piece: str) -> None: ...

    def draw(self) -> None:
        """Show what has come by now; also where the terminal has got another size."""
        ...

    def forget(self) -> None:
        """Another program has written something since."""
        ...

    def aside(self) -> AbstractContextManager[None]:
        """Room for a note."""
        ...

    def end(self) -> None: ...


class Outlet:
    """Standard output; where it fails that is kept in `failed`, and no more is written: an answer is coming."""

    def __init__(self) -> None:
        self.failed: typer.Exit | UsageError | None = None

    def write(self, text: str) -> None:
        if self.failed:
            return
        try:
            output.emit_drawn(text)
        except (typer.Exit, UsageError) as error:
            self.failed = error


class PlainStream:
    """The text as it comes, without control sequences."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._controls = ControlFilter()
        self._ended = True

    def feed(self, piece: str) -> None:
        self._put(self._controls.feed(piece))

    def end(self) -> None:
        self._put(self._controls.end())
        if not self._ended:
            self._put("\n")

    def draw(self) -> None:
        """Everything is shown at once."""

    def forget(self) -> None:
        """Nothing is drawn again."""

    def aside(self) -> AbstractContextManager[None]:
        if not self._ended:
            self._put("\n")
        return nullcontext()

    def _put(self, text: str) -> None:
        if text:
            self._write(text)
            self._ended = text.endswith("\n")


class FirstHeard:
    """Makes what shows a text when its first piece comes: the question is not to wait for what shows its answer."""

    def __init__(self, make: Callable[[], Shown]) -> None:
        self._make = make
        self._made: Shown | None = None

    def feed(self, piece: str) -> None:
        if self._made is None:
            self._made = self._make()
        self._made.feed(piece)

    def draw(self) -> None:
        if self._made:
            self._made.draw()

    def forget(self) -> None:
        if self._made:
            self._made.forget()

    def aside(self) -> AbstractContextManager[None]:
        return self._made.aside() if self._made else nullcontext()

    def end(self) -> None:
        if self._made:
            self._made.end()


def open_stream(delivery: Delivery, outlet: Outlet, later: Later) -> Shown | None:
    """What shows an answer as it comes; None where it is not shown before it is whole."""
    if not delivery.streams:
        return None
    if delivery.raw:
        return PlainStream(outlet.write)

    def make() -> Shown:
        if not delivery.renders:
            return PlainStream(outlet.write)
        from grimoire.cli.markdown_stream import MarkdownStream

        return MarkdownStream(output.stdout_console(), outlet.write, terminal_size, later=later)

    threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()
    return FirstHeard(make)


def _warm_up() -> None:
    """Import what rendering takes, while the answer is waited for."""
    import markdown_it
    import rich.console
    import rich.text

    del markdown_it, rich


@contextmanager
def unechoed() -> Iterator[None]:
    """Keys that are pressed meanwhile do not show, where the terminal is ours: they would move what is drawn."""
    import termios

    try:
        keyboard = sys.stdin.fileno() if sys.stdin else -1
        before = termios.tcgetattr(keyboard) if _is_ours(keyboard) else None
    except (OSError, ValueError, termios.error):
        before = None
    if before is None:
        yield
        return
    quiet = [*before]
    quiet[3] &= ~termios.ECHO
    termios.tcsetattr(keyboard, termios.TCSANOW, quiet)
    try:
        yield
    finally:
        with suppress(OSError, termios.error):  # it may be gone
            if _is_ours(keyboard):
                termios.tcsetattr(keyboard, termios.TCSANOW, before)


def _is_ours(terminal: int) -> bool:
    """Whether we are in front at a terminal; whoever changes it from behind is stopped."""
    return os.tcgetpgrp(terminal) == os.getpgrp()


def terminal_size() -> Size:
    """That of the terminal that standard output is, whatever the environment says of it."""
    from grimoire.cli.live_rows import Size

    try:
        return Size(*os.get_terminal_size(sys.stdout.fileno()))
    except (OSError, ValueError):
        return Size(0, 0)
