"""Find, load, save and start spells: the search path and what lies on it."""

from __future__ import annotations

import contextlib
import fnmatch
import os
import re
import weakref
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import msgspec

from grimoire import atomic, spellfile, yamlfile
from grimoire.errors import InvalidFile, Problem, UnknownName, UsageError
from grimoire.index import Index
from grimoire.spell import Spell, Translation
from grimoire.spellfile import CheckValidator

SUFFIX = ".yaml"
_GLOB = re.compile(r"[*?\[]")


def shipped() -> Path:
    """The library that comes with Grimoire: inside the package when installed, beside it in a checkout."""
    package = Path(__file__).parent
    inside = package / "spells"
    return inside if inside.is_dir() else package.parent / "spells"


class Linted(msgspec.Struct, frozen=True):
    """A file that was looked at, and what is wrong with it.

    `spell` is what the file holds, or the spell that the `translation` it holds is of; None where neither can be read.
    """

    path: Path
    problems: list[Problem]
    spell: Spell | None = None
    translation: Translation | None = None


LintGroup: TypeAlias = tuple[Path, list[Path]]
"""A spell's path, and the files to look at: its own, if asked for, and its translations."""


class Library:
    """The spells on a search path; a name found in an earlier folder hides the same name in a later one.

    A translation stands beside its spell. Those of spells that came with an installed Grimoire go to `own`, the user's
    folder, since nobody writes into an installed package. An `index` is asked before a file is read; what is new in it
    is saved when nobody needs the library any more.
    """

    def __init__(
        self,
        roots: Sequence[Path],
        validate_check: CheckValidator,
        own: Path | None = None,
        index: Index | None = None,
    ) -> None:
        self.roots = _once(root for root in roots if root.is_dir())
        self._validate = validate_check
        self._own = own
        self._index = index
        if index:
            weakref.finalize(self, index.save)
        self._sidecars: dict[Path, dict[str, list[Path]]] = {}

    def including(self, folder: Path) -> Library:
        """The same, with a folder that is not on the search path before all others."""
        if any(folder.resolve().is_relative_to(root.resolve()) for root in self.roots):
            return self
        return Library([folder, *self.roots], self._validate, self._own, self._index)

    def paths(self) -> dict[str, Path]:
        """Every spell's file by name, in the order of the names."""
        return _by_name(spell_files(root) for root in self.roots)

    def get(self, name: str, *, begins: bool = False) -> Spell:
        """One spell as `find` finds it.

        Raises:
            UnknownName: there is none; the nearest names are offered.
            InvalidFile: its file is not valid.
        """
        return self.load(self.find(name, begins=begins))

    def find(self, name: str, *, begins: bool = False) -> Path:
        """The file of a spell given by name or by path; with `begins` by the beginning of its name too, as people type.

        A name that is one wins over those it begins. Raises UnknownName.
        """
        if not name.strip():
            raise UnknownName("the name of a spell is empty", hint="`grimoire list` shows them all")
        if _is_path(name):
            path = Path(name)
            with contextlib.suppress(OSError):  # a whole text given for a name is longer than a path may be
                if path.is_file():
                    return path
            raise UnknownName(f"no spell file {name}")
        paths = self.paths()
        if name in paths:
            return paths[name]
        if begins and (begun := [known for known in paths if known.startswith(name)]):
            if len(begun) == 1:
                return paths[begun[0]]
            raise UnknownName(f"{len(begun)} spells begin with `{name}`", hint=_some(begun))
        raise UnknownName(f"no spell `{name}`", hint=_nearest(name, list(paths)))

    def name_of(self, given: str) -> str:
        """The name under which a spell given by name or by path is on record, be it still in the library or not."""
        return self.find(given).stem if _is_path(given) else given

    def load(self, path: Path) -> Spell:
        """The spell in a file. Raises InvalidFile."""

        def read() -> Spell:
            return spellfile.read_spell(path, self._validate)[0]

        return self._index.spell(path, read) if self._index else read()

    def parse(self, raw: bytes, file: str) -> Spell:
        """The spell in a text that is in no file, whose problems are told as those of `file`. Raises InvalidFile."""
        return spellfile.parse_spell(yamlfile.decode(raw, file), None, self._validate)[0]

    def find_all(self, names: Iterable[str]) -> list[Path]:
        """The files of spells given by names, globs over names (`seo-*`) or paths, each once.

        Raises:
            UnknownName: one of the names is not there, or a glob matches none.
        """
        found: list[Path] = []
        for name in names:
            found += self._matching(name) if _is_glob(name) else [self.find(name)]
        return _once(found)

    def load_all(self, names: Sequence[str] = ()) -> tuple[list[Spell], list[Problem]]:
        """The spells of some names, globs or paths, or all of them; and what is wrong with files not to be loaded.

        Raises:
            UnknownName: one of the names is not there, or a glob matches none.
        """
        files = [] if names else [spell_files(root) for root in self.roots]
        paths = self.find_all(names) if names else list(_by_name(files).values())
        spells: list[Spell] = []
        problems = [problem for of_root in files for problem in _duplicates(of_root)]
        for path in paths:
            try:
                spells.append(self.load(path))
            except InvalidFile as error:
                problems += error.problems
        return spells, problems

    def translation(self, spell: Spell, language: str) -> Translation | None:
        """A spell's translation, stale or not; None when there is none. Raises InvalidFile."""
        path = self.translation_path(spell, language)
        return self._read_translation(path, spell) if path.is_file() else None

    def translations(self, spell: Spell) -> list[Translation]:
        """A spell's translations, by language. One that is not valid is left out; `lint` says why."""
        found: dict[str, Translation] = {}
        folders = [folder for folder in (spell.path.parent if spell.path else None, self._own) if folder]
        for path in (path for folder in folders for path in self._sidecars_in(folder).get(spell.name, ())):
            with contextlib.suppress(InvalidFile):
                translation = self._read_translation(path, spell)
                found.setdefault(translation.language, translation)
        return list(found.values())

    def translation_path(self, spell: Spell, language: str) -> Path:
        """Where a spell's translation is, or is to be written. Raises UsageError for a spell without a file."""
        if spell.path is None:
            raise UsageError(f"`{spell.name}` has no file, so it has no place for a translation")
        name = f"{spell.path.stem}.{language}{SUFFIX}"
        beside = spell.path.with_name(name)
        if self._own is None or beside.is_file():
            return beside
        own = self._own / name
        return own if own.is_file() or _packaged(spell.path) else beside

    def save_translation(self, spell: Spell, translation: Translation) -> Path:
        """Write a translation, whole or not at all; returns the path."""
        path = self.translation_path(spell, translation.language)
        atomic.write_text(path, spellfile.dump_translation(translation))
        self._sidecars.pop(path.parent, None)
        return path

    def lint(self, root: Path) -> Iterator[Linted]:
        """Every file of a folder, or one file, and what is wrong with it: errors and warnings."""
        if root.is_dir():
            yield from (Linted(Path(problem.file), [problem]) for problem in duplicates(root))
        for group in lint_groups(root):
            yield from self.lint_group(group)

    def lint_group(self, group: LintGroup) -> Iterator[Linted]:
        """A spell and its translations; the spell is read once."""
        source, paths = group
        if not source.is_file() and self._own and source.parent == self._own:
            source = self.paths().get(source.stem, source)
        spell, problems = self._lint_spell(source)
        for path in paths:
            if "." not in path.stem:
                yield Linted(path, problems, spell)
            else:
                yield self._lint_translation(path, source, spell)

    def _read_translation(self, path: Path, spell: Spell) -> Translation:
        def read() -> Translation:
            return spellfile.read_translation(path, spell)[0]

        return self._index.translation(path, spell, read) if self._index else read()

    def _matching(self, glob: str) -> list[Path]:
        paths = self.paths()
        if found := [path for name, path in paths.items() if fnmatch.fnmatchcase(name, glob)]:
            return found
        raise UnknownName(f"no spell matches `{glob}`", hint=_nearest_to_glob(glob, list(paths)))

    def _sidecars_in(self, folder: Path) -> dict[str, list[Path]]:
        """A folder's translations by spell, listed once: to look for each spell's own takes minutes among thousands."""
        if folder not in self._sidecars:
            found = self._sidecars[folder] = {}
            for path in sorted(folder.glob(f"*.*{SUFFIX}")):
                found.setdefault(path.name.partition(".")[0], []).append(path)
        return self._sidecars[folder]

    def _lint_spell(self, path: Path) -> tuple[Spell | None, list[Problem]]:
        if not path.is_file():
            return None, []
        try:
            return spellfile.read_spell(path, self._validate)
        except InvalidFile as error:
            return None, error.problems

    def _lint_translation(self, path: Path, source: Path, spell: Spell | None) -> Linted:
        if not source.is_file():
            return Linted(path, [_orphan(path, "error", f"a translation of {source.name}, which is not there")])
        if spell is None:  # what is wrong with the spell itself is told of its own file
            return Linted(path, [_orphan(path, "warning", f"cannot be checked until {source.name} is valid")])
        try:
            translation, problems = spellfile.parse_translation(path, spell)
        except InvalidFile as error:
            return Linted(path, error.problems)
        return Linted(path, problems, spell, translation)


def _orphan(path: Path, severity: str, message: str) -> Problem:
    return Problem(file=str(path), line=1, column=1, gate="orphan", severity=severity, message=message)


def lint_groups(root: Path) -> list[LintGroup]:
    """The files of a folder, or one file, each spell with its translations, in a stable order."""
    if not root.exists():
        raise UsageError(f"no file or folder {root}")
    groups: dict[Path, list[Path]] = {}
    for path in yaml_files(root) if root.is_dir() else [root]:
        groups.setdefault(path.with_name(path.name.split(".", 1)[0] + SUFFIX), []).append(path)
    return list(groups.items())


def yaml_files(root: Path) -> list[Path]:
    """Every YAML file below a folder, hidden ones left out, in a stable order."""
    return [Path(folder, name) for folder, name in _walk(root)]


def spell_files(root: Path) -> list[Path]:
    """The spell files below a folder: those whose stem holds no dot."""
    return [Path(folder, name) for folder, name in _walk(root) if name.count(".") == 1]


def _walk(root: Path) -> Iterator[tuple[str, str]]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from ((folder, name) for name in sorted(files) if name.endswith(SUFFIX) and not name.startswith("."))


def duplicates(root: Path) -> Iterator[Problem]:
    """Spells of one folder that share a name; the first path is the one a name finds."""
    return _duplicates(spell_files(root))


def _duplicates(files: Iterable[Path]) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for path in files:
        if path.stem in first:
            message = f"a second spell named `{path.stem}`; the first is {first[path.stem]}"
            yield Problem(
                file=str(path), line=1, column=1, gate="duplicate", message=message, hint="rename one of them"
            )
        first.setdefault(path.stem, path)


def _by_name(files: Iterable[list[Path]]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for of_root in files:
        for path in of_root:
            found.setdefault(path.name[: -len(SUFFIX)], path)
    return dict(sorted(found.items()))


def _is_path(given: str) -> bool:
    return os.sep in given or given.endswith(SUFFIX)


def _is_glob(given: str) -> bool:
    """Whether it stands for several names; a file that has such signs in its own path is still found by it."""
    return bool(_GLOB.search(given)) and not _is_path(given)


def _packaged(path: Path) -> bool:
    """Whether a file is part of the installed package."""
    return path.is_relative_to(Path(__file__).parent)


def _once(paths: Iterable[Path]) -> list[Path]:
    """Each file or folder once, however often and by whatever path it is named; the first path stands."""
    found: dict[Path, Path] = {}
    for path in paths:
        found.setdefault(path.resolve(), path)
    return list(found.values())


def _some(names: list[str], most: int = 10) -> str:
    """Names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _nearest(name: str, known: list[str]) -> str:
    import difflib

    name = name.lower()  # as every name is
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    near += [other for other in known if name in other and other not in near][:3]
    return f"did you mean {' or '.join(f'`{n}`' for n in near[:3])}?" if near else "`grimoire list` shows them all"


def _nearest_to_glob(glob: str, known: list[str]) -> str:
    """As `_nearest`, but first the names that begin almost as the glob does."""
    import difflib

    start = _GLOB.split(glob, maxsplit=1)[0]
    begin = {name[: len(start)]: name for name in reversed(known)}
    if start and (near := difflib.get_close_matches(start, begin, n=1, cutoff=0.5)):
        return f"did you mean `{begin[near[0]]}`?"
    letters = re.sub(r"\[[^]]*\]|[*?\[\]]", "", glob)
    return _nearest(letters, known if letters else [])
