"""What spell files held when they were last read, so that thousands of them need not be parsed again for every list.

A cache and never a source of truth: an entry counts only while its file is exactly the one that was read (its times,
size and inode) and the program the one that read it. Whatever is wrong with the cache, the files are read instead.

One cache file for each folder that holds spells, named for the folder's path.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from grimoire import cachefile
from grimoire.spell import Spell, Translation

Stamp = tuple[int, int, int, int]
"""What changes with any edit: a file's times of modification and of change in nanoseconds, its size, its inode."""
T = TypeVar("T", Spell, Translation)

SUFFIX = ".msgpack"
_SETTLED = 2_000_000_000
"""Nanoseconds after which a file that is edited again has another time, on any file system."""
_KEPT = 90 * 86_400
"""Seconds after which the cache of a folder that has not changed is removed: the folder may be long gone."""


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """What a file held: a spell, or a translation `of` a spell whose file had that stamp. Decoded when used.

    `checked` says that the checks the spell asks for were looked at, and nothing was wrong with them.
    """

    stamp: Stamp
    of: Stamp | None
    checked: bool
    value: memoryview


class Content(msgspec.Struct, frozen=True, array_like=True):
    """A cache file. `entries` are by the name of the file in `folder`."""

    program: str
    folder: str
    entries: dict[str, Entry]


class Index:
    """The cached spells and translations, kept in `cache`; `checked` says whether whoever reads looks at the checks.

    Nothing here raises for a cache that cannot be read or written. `clock` gives nanoseconds since 1970.
    """

    def __init__(self, cache: Path, *, checked: bool, clock: Callable[[], int] = time.time_ns) -> None:
        self._cache = cache
        self._checked = checked
        self._clock = clock
        self._folders: dict[str, _Folder] = {}
        self._stamps: dict[int, tuple[Spell, Stamp]] = {}  # by the spell's identity, for which it has to be kept

    def spell(self, path: Path, read: Callable[[], Spell]) -> Spell:
        """The spell in a file; `read` is asked where it is not known. Raises what `read` raises."""
        stamp = _stamp(path)
        if stamp is None:
            return read()
        folder, name = self._folder(path)
        entry = folder.entries.get(name)
        spell = None
        if entry and entry.stamp == stamp and (entry.checked or not self._checked):
            spell = _decode(entry, _SPELL, path)
        if spell is None or spell.name != path.stem:
            spell = read()
            self._keep(folder, name, stamp, None, spell)
        self._stamps[id(spell)] = (spell, stamp)
        return spell

    def translation(self, path: Path, spell: Spell, read: Callable[[], Translation]) -> Translation:
        """The translation of a spell in a file, as `spell`; a spell that did not come from here is no help."""
        stamp, (_, of) = _stamp(path), self._stamps.get(id(spell), (None, None))
        if stamp is None or of is None:
            return read()
        folder, name = self._folder(path)
        entry = folder.entries.get(name)
        found = _decode(entry, _TRANSLATION, path) if entry and entry.stamp == stamp and entry.of == of else None
        if found is None or found.name != spell.name:
            found = read()
            self._keep(folder, name, stamp, of, found)
        return found

    def save(self) -> None:
        """Write what is new; where that cannot be done, the next one reads the files again."""
        for folder in self._folders.values():
            if folder.new:
                _write(folder)
        if any(folder.new for folder in self._folders.values()):
            _prune(self._cache)

    def _keep(self, folder: _Folder, name: str, stamp: Stamp, of: Stamp | None, value: Spell | Translation) -> None:
        """A file that was changed a moment ago may change again and not show it: it is read once more next time."""
        if self._clock() - max(stamp[:2]) > _SETTLED:
            raw = memoryview(_ENCODER.encode(replace(value, path=None)))
            folder.entries[name] = Entry(stamp, of, self._checked, raw)
            folder.new = True

    def _folder(self, path: Path) -> tuple[_Folder, str]:
        parent, name = os.path.split(path)
        if parent not in self._folders:
            whole = os.path.abspath(parent)  # noqa: PTH100  # no links are followed: the name is enough
            digest = hashlib.blake2b(whole.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
            self._folders[parent] = _Folder(whole, self._cache / f"{digest}{SUFFIX}")
        return self._folders[parent], name


class _Folder:
    """What is cached of a folder."""

    def __init__(self, path: str, file: Path) -> None:
        self.path = path
        self.file = file
        self.entries = _read(file, path)
        self.new = False


def _stamp(path: Path) -> Stamp | None:
    try:
        found = os.stat(path)  # noqa: PTH116  # of thousands
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)


def _decode(entry: Entry, decoder: msgspec.msgpack.Decoder[T], path: Path) -> T | None:
    try:
        return replace(decoder.decode(entry.value), path=path)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _read(file: Path, folder: str) -> dict[str, Entry]:
    """The entries of a cache file of this program; none of any other."""
    content = cachefile.read(file, Content)
    return content.entries if content and (content.program, content.folder) == (program(), folder) else {}


def _write(folder: _Folder) -> None:
    """What is not there any more is forgotten."""
    with contextlib.suppress(OSError):
        there = set(os.listdir(folder.path))  # noqa: PTH208  # names are enough
        entries = {name: entry for name, entry in folder.entries.items() if name in there}
        cachefile.write(folder.file, Content(program(), folder.path, entries))


def _prune(cache: Path) -> None:
    before = time.time() - _KEPT
    with contextlib.suppress(OSError):
        for file in cache.iterdir():
            if file.stat().st_mtime < before:
                file.unlink()


_PROGRAM: list[str] = []


def program() -> str:
    """A digest of what reads spell files and prompts: of other code, another one."""
    if not _PROGRAM:
        parts = f"{sys.version_info[:3]} {msgspec.__version__} {'|'.join(_sources())}"
        _PROGRAM.append(hashlib.blake2b(parts.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest())
    return _PROGRAM[0]


def _sources() -> Iterator[str]:
    """The package's files that a spell file and its prompt are read with, each with its time and size."""
    package = Path(__file__).parent
    for folder in (package, package / "checks", package / "expectations", package / "mutants"):
        with os.scandir(folder) as entries:
            for entry in sorted((entry for entry in entries if entry.name.endswith(".py")), key=lambda e: e.name):
                found = entry.stat()
                yield f"{entry.path} {found.st_mtime_ns} {found.st_size}"


_ENCODER = msgspec.msgpack.Encoder()
_SPELL = msgspec.msgpack.Decoder(Spell)
_TRANSLATION = msgspec.msgpack.Decoder(Translation)
