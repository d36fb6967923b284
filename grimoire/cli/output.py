"""Printing: results to standard output and nothing else there, the rest to standard error."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, TextIO, TypeVar

import typer

from grimoire.cli.aside import Aside, Backlog, alongside, write_all
from grimoire.errors import GrimoireError, Problem, UsageError
from grimoire.terminal import strip_controls

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

T = TypeVar("T")

FALLBACK_WIDTH = 120
"""Columns where standard output is no terminal and COLUMNS does not say."""

_aside: ContextVar[Callable[[str], None] | None] = ContextVar("aside", default=None)


def emit(text: str) -> None:
    """Write to standard output and flush; a terminal gets no control sequences from whoever wrote the text."""
    _write(strip_controls(text) if sys.stdout and sys.stdout.isatty() else text)


def emit_drawn(text: str) -> None:
    """Write to standard output what holds control sequences of our own, and none of anybody else's."""
    _write(text)


def emit_json(value: object, *, lines: bool = False) -> None:
    """Write one JSON document, indented; or with `lines` on a line of its own."""
    emit(as_json(value, lines=lines))


def as_json(value: object, *, lines: bool = False) -> str:
    """What `emit_json` writes."""
    import msgspec

    raw = msgspec.json.encode(value, order="deterministic")
    return (raw if lines else msgspec.json.format(raw, indent=2)).decode() + "\n"


@contextmanager
def lines_aside() -> Iterator[Callable[[object], None]]:
    """Gives what writes JSON lines to standard output as `emit_json` does, but never waits for whoever reads them.

    It ends, and raises, as `texts_aside` does.
    """
    with _aside_stdout(_line_encoder, partial(emit_json, lines=True), write_all) as put:
        yield put


@contextmanager
def texts_aside(write: Callable[[int, bytes], None] = write_all) -> Iterator[Callable[[str], None]]:
    """Gives what writes texts to standard output as they are, but never waits for whoever reads them.

    A thread writes them, by `write` to the descriptor; when left, all of them are waited for, or a signal. What is
    wrong with standard output is raised by the call after, or in the end; a reader that is found gone only in the end
    is no error.

    Raises:
        typer.Exit: nobody reads any more.
        UsageError: standard output does not take them, or what waits for it finds no room.
        KeyboardInterrupt: a signal arrived while a reader was waited for.
    """
    with _aside_stdout(_text_encoder, _write, write) as put:
        yield put


@contextmanager
def _aside_stdout(
    encoder: Callable[[TextIO], Callable[[T], bytes]], plain: Callable[[T], None], write: Callable[[int, bytes], None]
) -> Iterator[Callable[[T], None]]:
    """What puts values on standard output, a thread writing them; by `plain` where it is no file of the system's."""
    descriptor = _descriptor(sys.stdout)
    if descriptor is None:
        yield plain
        return
    stream, encode = sys.stdout, encoder(sys.stdout)
    stream.flush()
    lines = Aside(partial(write, descriptor), Backlog())

    def put(value: T) -> None:
        if lines.failed:
            raise _refused(stream, lines.failed)
        try:
            lines.put(encode(value))
        except OSError as error:
            hint = "read it faster, or name a folder with more room in TMPDIR"
            raise UsageError(f"no room for what nobody has read yet: {error.strerror}", hint=hint) from error

    with alongside(
        lines.work,
        lines.end,
        partial(_silence, stream),
        partial(note, "waiting for whoever reads standard output; Ctrl-C ends this"),
    ):
        yield put
    if lines.failed and isinstance(refused := _refused(stream, lines.failed), UsageError):
        raise refused


def _text_encoder(stream: TextIO) -> Callable[[str], bytes]:
    """What makes bytes of a text, as `stream` wants them."""
    return partial(codecs.getincrementalencoder(stream.encoding or "ascii")("replace").encode)


def _line_encoder(stream: TextIO) -> Callable[[object], bytes]:
    """What makes a line of a value, as `stream` wants it."""
    import msgspec

    encode = msgspec.json.Encoder(order="deterministic").encode
    encoding, terminal = stream.encoding or "ascii", stream.isatty()
    if codecs.lookup(encoding).name == "utf-8" and not terminal:
        return lambda value: encode(value) + b"\n"
    encoder = codecs.getincrementalencoder(encoding)("replace")  # some encodings begin once, or have states

    def line(value: object) -> bytes:
        text = encode(value).decode() + "\n"
        return encoder.encode(strip_controls(text) if terminal else text)

    return line


def emit_table(renderable: RenderableType) -> None:
    """Write something rich can render to standard output; colour only on a terminal."""
    _write(rendered(renderable))


def rendered(renderable: RenderableType) -> str:
    """What rich makes of something for standard output, as text; colour only for a terminal."""
    page = io.StringIO()
    _console(page).print(renderable)
    return "\n".join(line.rstrip() for line in page.getvalue().split("\n"))


def renders() -> bool:
    """Whether standard output is a terminal that can show Markdown rendered."""
    return sys.stdout is not None and sys.stdout.isatty() and not stdout_console().is_dumb_terminal


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
    (_aside.get() or _tell)(text)


@contextmanager
def notes_aside() -> Iterator[None]:
    """Until it is left, a thread writes the notes: a standard error that stands still holds up nobody.

    When left, all of them are waited for, or a signal.

    Raises:
        KeyboardInterrupt: a signal arrived while a reader was waited for.
    """
    notes = Aside(lambda lines: _tell(lines.decode().removesuffix("\n")), Backlog(sys.maxsize))
    with _unlocked_stderr(), alongside(notes.work, notes.end, silence_stderr):
        before = _aside.set(lambda text: notes.put(f"{text}\n".encode(errors="replace")))
        try:
            yield
        finally:
            _aside.reset(before)


@contextmanager
def _unlocked_stderr() -> Iterator[None]:
    """Standard error without a buffer: whoever is held up in it holds no lock that the interpreter needs to end."""
    descriptor = _descriptor(sys.stderr)
    if descriptor is None:
        yield
        return
    encoding, errors = sys.stderr.encoding, sys.stderr.errors
    raw = _Unlocked(descriptor, "w", closefd=False)
    with contextlib.redirect_stderr(io.TextIOWrapper(raw, encoding=encoding, errors=errors, write_through=True)):
        yield


class _Unlocked(io.FileIO):
    """A file that takes all of what is written."""

    def write(self, data: bytes, /) -> int:  # type: ignore[override]  # a TextIOWrapper gives nothing but bytes
        write_all(self.fileno(), data)
        return len(data)


def _tell(text: str) -> None:
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(f"{strip_controls(text)}\n")  # in one piece: a thread may be drawing there
        sys.stderr.flush()
    except OSError:
        _silence(sys.stderr)


def silence_stderr() -> None:
    """Nobody reads it: what is written there from now on is lost, and nobody waits for it."""
    if _descriptor(sys.stderr) is not None:
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


def stdout_console() -> Console:
    """Rich's console on standard output, taken for a terminal. Where no colour is wanted, other styles stay."""
    from rich.console import Console

    return Console(file=sys.stdout, force_terminal=True, width=columns(), highlight=False, markup=False, emoji=False)


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
    except OSError as error:
        raise _refused(sys.stdout, error) from error


def _refused(stream: TextIO, error: OSError) -> typer.Exit | UsageError:
    """What a failed write ends a command with."""
    _silence(stream)
    if isinstance(error, BrokenPipeError):  # the reader has gone (`| head`) and has what it wanted
        return typer.Exit(0)
    return UsageError(f"cannot write to standard output: {error.strerror}")


def _descriptor(stream: TextIO | None) -> int | None:
    """None for a stream that is none of the system's."""
    try:
        return stream.fileno() if stream else None
    except (OSError, ValueError):
        return None


def _silence(stream: TextIO) -> None:
    """The interpreter flushes its streams once more when it ends; it must not meet what is wrong again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
