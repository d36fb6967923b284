"""Compiled patterns, kept from one run to the next, as Python keeps the bytecode of modules.

Of the checks' patterns a cast needs a hundred, and compiling them takes as long as everything else it does. Python has
no way of its own to keep one: what is kept here is what its compiler makes, and is given to the engine that would have
been given it. A pattern is kept only if it came out equal to `re.compile`'s, which compares the code itself, and the
engine looks at all code before it takes it. Where a Python does any of this in another way, patterns are compiled.
"""

from __future__ import annotations

import hashlib
import importlib
import re
import sys
import weakref
from array import array
from pathlib import Path

import msgspec

from grimoire import cachefile


class Code(msgspec.Struct, frozen=True, array_like=True):
    """A compiled pattern: the words of its code, its flags, how many groups it has, and those that have names."""

    words: bytes
    flags: int
    groups: int
    names: dict[str, int]


class Content(msgspec.Struct, frozen=True, array_like=True):
    """A file of them, by a digest of source and flags. `python` is the one that made them."""

    python: str
    codes: dict[str, Code]


class Patterns:
    """Compiles as `re.compile` does, and keeps what it compiled in `file`; it is saved when nobody needs it any more.

    Nothing here raises for a file that cannot be read or written.
    """

    def __init__(self, file: Path) -> None:
        self._kept = _Kept(file)
        weakref.finalize(self, self._kept.save)

    def compile(self, source: str, flags: int = 0) -> re.Pattern[str]:
        """The compiled pattern. Raises re.error."""
        return self._kept.compile(source, flags)

    def save(self) -> None:
        """Write what is new."""
        self._kept.save()


class _Kept:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._codes = _read(file)
        self._new = False

    def compile(self, source: str, flags: int) -> re.Pattern[str]:
        key = hashlib.blake2b(f"{flags} {source}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        if (code := self._codes.get(key)) and (kept := _load(source, code)):
            return kept
        made = re.compile(source, flags)
        if (code := _take_apart(source, flags)) and _load(source, code) == made:
            self._codes[key] = code
            self._new = True
        return made

    def save(self) -> None:
        if self._new:
            self._new = False
            cachefile.write(self._file, Content(_python(), {**_read(self._file), **self._codes}))


def _load(source: str, code: Code) -> re.Pattern[str] | None:
    """The pattern of a code, which the engine looks at first; None where it refuses it."""
    try:
        words = array("I")
        words.frombytes(code.words)
        index: list[str | None] = [None] * (code.groups + 1)
        for name, group in code.names.items():
            index[group] = name
        engine = importlib.import_module("_sre")
        made = engine.compile(source, code.flags, words.tolist(), code.groups, code.names, tuple(index))
    except (ImportError, AttributeError, TypeError, ValueError, IndexError, OverflowError, RuntimeError):
        return None
    return made if isinstance(made, re.Pattern) else None


def _take_apart(source: str, flags: int) -> Code | None:
    """What the compiler makes of a source; None where this Python's is another."""
    try:
        parser, compiler = importlib.import_module("re._parser"), importlib.import_module("re._compiler")
        parsed = parser.parse(source, flags)
        words = array("I", compiler._code(parsed, flags))  # noqa: SLF001  # guarded: see above
        state = parsed.state
        return Code(words.tobytes(), int(flags | state.flags), state.groups - 1, dict(state.groupdict))
    except (ImportError, AttributeError, TypeError, ValueError, OverflowError):
        return None


def _python() -> str:
    """What makes code and reads it: another Python has other code."""
    return f"{sys.version} {sys.byteorder} {array('I').itemsize}"


def _read(file: Path) -> dict[str, Code]:
    """The codes of a file of this Python; none of any other."""
    content = cachefile.read(file, Content)
    return content.codes if content and content.python == _python() else {}
