"""Where the texts of a cast are read: arguments that are texts or files, and standard input, once."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from select import select
from stat import S_ISDIR
from typing import TextIO

from grimoire.cli.output import note
from grimoire.errors import UsageError
from grimoire.terminal import one_line

LARGEST = 64 * 1024 * 1024
"""Bytes of a file, and characters of standard input, that are read; no model takes a text as long."""
SILENCE = 2.0
"""Seconds after which it is told that standard input is waited for, where nothing needs it."""
LONGEST_NAME = 255
"""Characters up to which a text without spaces may be the mistyped name of a file."""
DASH = "-"

_TEXT_FILE = re.compile(
    r"\.{0,2}~?/\S+|\S+\.(?:md|markdown|txt|text|csv|tsv|jsonl?|ndjson|ya?ml|log|xml|html?|rst|tex|diff|patch|srt)",
    re.IGNORECASE,
)
_COMMAND = re.compile(r"/\w+")
"""`/imagine` and its like: a text, as no file of that name is there."""
_GLOB = re.compile(r"[^\s*?]*(?:[*?]|\[[^\s\]]+\])\S*\.[A-Za-z]\w{0,7}|(?:\S*/)?\*{1,2}|\S*\*\S*/\S*")


class Piped:
    """Standard input, which can be used once. `stream` is None where there is none, or it has been read already."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._user = ""

    def take(self, user: str, *, asked: bool = False, needed: bool = True) -> str:
        """All that is piped in, without the line ends at its end; empty on a terminal, but for one `asked` for.

        Where it is not `needed`, for there is a text without it, a note says what is waited for.

        Raises UsageError where `user`, an option's spelling, is not the first to take it, or it cannot be read.
        """
        if self._user:
            raise UsageError(f"standard input is used twice: for {self._user} and for {user}", hint="leave one out")
        if asked and self._stream is None:
            raise UsageError(f"there is no standard input for {user}: it is closed, or the spell was read from it")
        self._user = user
        if self._stream is None or (self._stream.isatty() and not asked):
            return ""
        if not needed:
            _tell_of_waiting(self._stream)
        return read_stdin(self._stream).rstrip("\r\n")

    def refuse_rest(self, why: str, hint: str) -> None:
        """Raises UsageError where something is piped in that nothing has taken: it is not to be lost unseen."""
        if self._user or self._stream is None or self._stream.isatty():
            return
        if self.take("nothing", needed=False).strip():
            raise UsageError(f"what is piped in has no place: {why}", hint=f"{hint}; or pipe in nothing: < /dev/null")


def _tell_of_waiting(stream: TextIO) -> None:
    """Whoever leaves standard input open, as ssh does, learns what is waited for."""
    try:
        ready, _, _ = select([stream], [], [], SILENCE)
    except (OSError, ValueError):  # it is none of the system's, or none to wait for
        return
    if not ready:
        note("waiting for the end of standard input, lest something piped in be lost; give < /dev/null to spare that")


def read_stdin(stdin: TextIO) -> str:
    """All of standard input. Raises UsageError where it cannot be read, is not UTF-8 or is too large."""
    try:
        text = stdin.read(LARGEST + 1)
        text.encode("utf-8")  # in the C locale bytes that are not UTF-8 get through as lone surrogates
    except UnicodeError as error:
        raise UsageError("standard input is not UTF-8 text", hint=_CONVERT) from error
    except OSError as error:
        raise UsageError(f"cannot read standard input: {error.strerror}") from error
    if len(text) > LARGEST:
        raise UsageError(f"standard input is longer than {LARGEST // 1024 // 1024} Mi characters")
    return text.removeprefix("\ufeff")


def read_file(name: str) -> str:
    """A file's text, without the line ends at its end. Raises UsageError as `read_stdin`."""
    shown = one_line(name)
    try:
        with open(name, "rb") as stream:  # noqa: PTH123  # a path from a shell is used as it stands
            raw = stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no name of a file"
        raise UsageError(f"cannot read {shown}: {reason}") from error
    if len(raw) > LARGEST:
        raise UsageError(f"{shown} is larger than {LARGEST // 1024 // 1024} MiB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{shown} is not UTF-8 text", hint=_CONVERT) from error
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


_CONVERT = "convert it, such as with iconv -f GB18030 -t UTF-8"


def sort_arguments(arguments: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """A text and no files, or files and no text; `-` is standard input.

    One argument is a file where there is such a file and its name has a dot or a separator in it, else a text.
    Several are files, all of them.

    Raises:
        UsageError: one of several is no file, one is a folder, or looks like a file or files that are not there.
    """
    if len(arguments) == 1:
        (one,) = arguments
        if one == DASH or not _names_file(one):
            return clean(one), ()
        return "", (one,)
    for argument in arguments:
        if argument != DASH and not _is_file(argument):
            raise _no_file(argument)
    return "", tuple(arguments)


def clean(text: str) -> str:
    """Bytes of an argument that are not UTF-8 reach Python as lone surrogates, which nothing can send."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _names_file(argument: str) -> bool:
    """Whether the only argument is a file; see `sort_arguments`."""
    path_like = "." in argument or os.sep in argument
    if _is_file(argument, folders=path_like):
        if not path_like:
            name = one_line(argument, 60)
            note(f"note: `{name}` is sent as a text, though there is a file of that name: ./{name} is the file")
        return path_like
    if len(argument) > LONGEST_NAME or _COMMAND.fullmatch(argument) or "://" in argument:
        return False
    if _GLOB.fullmatch(argument):
        raise UsageError(f"no file matches {one_line(argument)}", hint=_as_text(argument))
    if _TEXT_FILE.fullmatch(argument):
        raise UsageError(f"no file {one_line(argument)}", hint=_as_text(argument))
    return False


def _is_file(argument: str, *, folders: bool = True) -> bool:
    """Whether there is such a file, be it a pipe of the shell's. Raises UsageError for a folder, if they matter."""
    try:
        mode = os.stat(argument).st_mode  # noqa: PTH116  # as above
    except (OSError, ValueError):  # a whole text is longer than a path may be, or holds what none may hold
        return False
    if S_ISDIR(mode):
        if folders:
            hint = f"name its files: {one_line(argument).rstrip('/')}/*; {_as_text(argument)}"
            raise UsageError(f"{one_line(argument)} is a folder", hint=hint)
        return False
    return True


def _no_file(argument: str) -> UsageError:
    shown = one_line(argument, 60)
    if _GLOB.fullmatch(argument):
        return UsageError(f"no file matches {shown}")
    hint = "several arguments are files, each cast by itself; put a text of several words in quotes"
    return UsageError(f"there is no file `{shown}`", hint=hint)


def _as_text(argument: str) -> str:
    return f"where it is the text itself: -p prompt='{one_line(argument, 60)}'"
