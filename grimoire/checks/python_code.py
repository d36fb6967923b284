"""Checks written in Python, in the project's own files. Off until the wiring says which folder is allowed.

A function takes the answer's text and the `Exchange`, and returns whether the answer is good, or a text that says what
is wrong (empty: nothing), or both. It runs in this process with no limit of time. When a check is built its file is
read and parsed, so that a wrong name is found at once; nothing of it is run before an answer is judged.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import warnings
from collections.abc import Callable
from functools import lru_cache
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path, PurePosixPath
from types import CodeType, ModuleType
from typing import Annotated, ClassVar

import msgspec

from grimoire.checks.own import OwnCheck
from grimoire.checks.prose import spoken
from grimoire.checks.reason import result
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult, Outcome

LARGEST = 1_000_000
PAIR = 2
OFF = "python checks are off: set python_checks: true in the settings of the project"

Judgement = bool | str | tuple[bool, str]
_allowed: list[Path] = []


def allow(folder: Path | None) -> None:
    """Let checks be read from files in this folder and those below it; None: from nowhere, which is how it begins."""
    _allowed[:] = [] if folder is None else [folder.resolve()]


class Python(OwnCheck[str]):
    """A function of the project's own, `checks.py:function`, where the settings allow it: `python_checks: true`."""

    name = "python"
    form: ClassVar[object] = Annotated[str, msgspec.Meta(pattern=r"^[^:]+\.py:[^\W\d]\w*$")]
    allowed = "FILE.py:FUNCTION, the file in the project's folder or below"

    def prepare(self) -> None:
        if not _allowed:
            raise self.bad(OFF)
        self._file, _, self._function = self.wants.partition(":")
        self._path = self._inside(_allowed[0])
        self._source = self._read()
        self.wants = f"{self.wants} {hashlib.sha256(self._source).hexdigest()[:12]}"

    def _inside(self, folder: Path) -> Path:
        """The file, which must not lie outside, by `..`, a root or a link."""
        given = PurePosixPath(self._file)
        if given.is_absolute() or ".." in given.parts or "\\" in self._file or "\0" in self._file:
            raise self.bad(f"{self._file} does not name a file below the project's folder")
        path = (folder / given).resolve()
        if not path.is_relative_to(folder):
            raise self.bad(f"{self._file} leads out of the project's folder")
        return path

    def _read(self) -> bytes:
        """The file's content, which defines the function."""
        import ast

        try:
            if self._path.stat().st_size > LARGEST:
                raise self.bad(f"{self._file} is larger than {LARGEST} bytes")
            source = self._path.read_bytes()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(source)
        except OSError as error:
            raise self.bad(f"{self._file} cannot be read: {error.strerror}") from None
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise self.bad(f"{self._file} is no Python: {type(error).__name__} {error}") from None
        if not any(isinstance(node, ast.FunctionDef) and node.name == self._function for node in tree.body):
            raise self.bad(f"{self._file} defines no function {self._function}")
        return source

    def judge(self, exchange: Exchange) -> CheckResult:
        try:
            function: Callable[[str, Exchange], Judgement] = getattr(_load(self._path, self._source), self._function)
            judgement = function(spoken(exchange.answer.text), exchange)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # somebody's code: whatever it raises, it has crashed
            return result(self, "crashed", f"{self._function}: {type(error).__name__} {error}")
        return result(self, *_outcome(self._function, judgement))


def _outcome(function: str, judgement: object) -> tuple[Outcome, str]:
    good, said = judgement if isinstance(judgement, tuple) and len(judgement) == PAIR else (judgement, "")
    if isinstance(judgement, str):
        good, said = not judgement.strip(), judgement
    if not isinstance(good, bool) or not isinstance(said, str):
        return "crashed", f"{function} returned {type(judgement).__name__}, not a boolean, a text, or (boolean, text)"
    return "passed" if good else "failed", f"{function}: {said.strip() or ('good' if good else 'not good')}"


class _Read(SourceFileLoader):
    """Loads the very source that was looked at, and neither reads nor writes bytecode."""

    def __init__(self, name: str, path: Path, source: bytes) -> None:
        super().__init__(name, str(path))
        self._source = source

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002  # importlib's signature
        return self.source_to_code(self._source, self.path)


@lru_cache(maxsize=64)
def _load(path: Path, source: bytes) -> ModuleType:
    """The module, run once. What it raises goes to the caller, and it is run again for the next one."""
    name = f"<grimoire check {hashlib.sha256(source).hexdigest()[:12]} {path}>"  # no import can ask for such a name
    loader = _Read(name, path, source)
    module = importlib.util.module_from_spec(ModuleSpec(name, loader, origin=str(path)))
    module.__file__ = str(path)
    sys.modules[name] = module  # dataclasses and typing look a class's module up there
    try:
        loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
