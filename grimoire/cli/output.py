"""Printing: results to standard output and nothing else there, the rest to standard error."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

import typer

from grimoire.errors import GrimoireError, Problem, UsageError
from grimoire.terminal import strip_controls

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

FALLBACK_WIDTH = 120
"""Columns where standard output is no terminal and COLUMNS does not say."""


def emit(text: str) -> None:
    """Write to standard output and flush; a terminal gets no control sequences from whoever wrote the text."""
    _write(strip_controls(text) if sys.stdout and sys.stdout.isatty() else text)


def emit_json(value: object, *, lines: bool = False) -> None:
    """Write one JSON document, indented; or with `lines` on a line of its own."""
    import msgspec

    raw = msgspec.json.encode(value, order="deterministic")
    emit((raw if lines else msgspec.json.format(raw, indent=2)).decode() + "\n")


def emit_table(renderable: RenderableType) -> None:
    """Write something rich can render to standard output; colour only on a terminal."""
    page = io.StringIO()
    _console(page).print(renderable)
    _write("\n".join(line.rstrip() for line in page.getvalue().split("\n")))


def columns() -> int:
    """How wide standard output is: the terminal's columns, or COLUMNS, or FALLBACK_WIDTH."""
    return shutil.get_terminal_size((FALLBACK_WIDTH, 24)).columns


def count(number: int, noun: str) -> str:
    """A number with its noun, in the plural where it needs one."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def money(amount: float, currency: str) -> str:
    """An amount with its currency: to the cent, or to a millionth where cents would say nothing."""
    return f"{amount:.2f} {currency}" if amount >= 1 else f"{amount:.6f} {currency}"


def note(text: str) -> None:
    """A line for the person at the terminal, on standard error. Where nobody listens any more, work goes on."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(f"{strip_controls(text)}\n")  # in one piece: a thread may be drawing there
        sys.stderr.flush()
    except OSError:
        _silence(sys.stderr)


def note_error(what: str, error: GrimoireError) -> None:
    """An error with its hint, on standard error, where it ends nothing."""
    note(f"{what}: {error.message}" + (f"\n  {error.hint}" if error.hint else ""))


def warn(problems: Iterable[Problem]) -> None:
    """Show problems on standard error without stopping."""
    for problem in problems:
        note(str(problem))


def stderr_console() -> Console:
    """Rich's console on standard error."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def _console(page: TextIO) -> Console:
    """What renders for standard output; where colour is not wanted there are no other styles either."""
    from rich.console import Console

    terminal = True if sys.stdout and sys.stdout.isatty() else None  # None: as the environment says
    wide = columns()
    console = Console(file=page, force_terminal=terminal, width=wide, highlight=False, markup=False, emoji=False)
    plain = Console(file=page, color_system=None, width=wide, highlight=False, markup=False, emoji=False)
    return plain if console.no_color else console


def _write(text: str) -> None:
    if sys.stdout is None:
        return
    encoding = sys.stdout.encoding or "ascii"
    try:
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone (`| head`) and has what it wanted.
        _silence(sys.stdout)
        raise typer.Exit(0) from None
    except OSError as error:
        _silence(sys.stdout)
        raise UsageError(f"cannot write to standard output: {error.strerror}") from error


def _silence(stream: TextIO) -> None:
    """The interpreter flushes its streams once more when it ends; it must not meet what is wrong again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
