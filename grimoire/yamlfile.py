"""Read one YAML file into typed values, with the line and column of everything that is wrong.

The parser is libyaml's, by events: no recursion, no tags, no object construction. Plain scalars follow YAML 1.2's core
schema (so `no` and `12:30` are text) without its hexadecimals, octals and infinities, a key may stand once, and limits
keep a hostile file from costing more than a moment: size, depth, and the number of nodes after aliases are expanded.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from grimoire.errors import InvalidFile, Problem
from grimoire.nearest import nearest_key, nearest_value

MAX_BYTES = 2 * 1024 * 1024
MAX_NODES = 50_000
MAX_DEPTH = 40
NODE_TEXT = 1000
"""Characters of text that weigh as much as a node, so that few aliases of a long text are a bomb too."""

Step = str | int
Place = tuple[int, int]
T = TypeVar("T")

_INT = re.compile(r"[-+]?[0-9]{1,15}")
_FLOAT = re.compile(r"[-+]?((\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]{1,3})?|[0-9]+[eE][-+]?[0-9]{1,3})")
_CONSTANTS = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | {
    text: value for value in (True, False) for text in (str(value).lower(), str(value), str(value).upper())
}
_BREAKS = re.compile("[\r\x85\u2028\u2029]")  # what YAML 1.1 takes for line breaks and a block would not keep
_WHERE = re.compile(r" - at `\$((?:\.\w+|\[\d{1,9}\]|\[\.\.\.\])*)`$")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]|\[\.\.\.\]")
_GOT = re.compile(r"got `(\w+)`")
_KINDS = {str: "str", bool: "bool", int: "int", float: "float", type(None): "null", dict: "object", list: "array"}


class Document(msgspec.Struct, frozen=True):
    """A file's content as plain dicts, lists and scalars, and where each of them begins.

    `places` maps a path of keys and indexes to (line, column), from 1; `blocks` the path of a `|` text to where its
    first character stands.
    """

    file: str
    data: object
    places: dict[tuple[Step, ...], Place]
    blocks: dict[tuple[Step, ...], Place]

    def place(self, path: tuple[Step, ...]) -> Place:
        """Where the path begins, or the nearest thing around it that is in the file."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))

    def place_in_text(self, path: tuple[Step, ...], line: int, column: int) -> Place:
        """Where a line and column of a text value are in the file; exact for a `|` block, else where it begins."""
        if path not in self.blocks:
            return self.place(path)
        top, left = self.blocks[path]
        return top + line - 1, left + column - 1

    def problem(
        self, path: tuple[Step, ...], gate: str, message: str, *, hint: str = "", severity: str = "error"
    ) -> Problem:
        """A Problem at the path."""
        line, column = self.place(path)
        return Problem(
            file=self.file, line=line, column=column, gate=gate, severity=severity, message=message, hint=hint
        )


def read(path: Path) -> Document:
    """Read and parse a file.

    Raises:
        InvalidFile: it cannot be read, is too large, is not UTF-8 or is not YAML within the limits.
    """
    file = str(path)
    try:
        if path.is_fifo():  # opening it would wait for a writer that may never come
            raise _invalid(file, "file", "cannot be read: a pipe, not a file")
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise _invalid(file, "file", f"cannot be read: {error.strerror or error}") from error
    return decode(raw, file)


def decode(raw: bytes, file: str) -> Document:
    """Parse a file's bytes, of which one more than MAX_BYTES is enough. Raises InvalidFile as `read`."""
    if len(raw) > MAX_BYTES:
        raise _invalid(file, "limit", f"larger than {MAX_BYTES // 1024} KiB", hint="is this really a spell file?")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _invalid(file, "encoding", "not UTF-8", line=line, hint="save the file as UTF-8") from error
    return parse(text, file)


def parse(text: str, file: str) -> Document:
    """Parse YAML text; `file` is the name used in problems."""
    import yaml

    lines = text.splitlines()
    builder = _Builder(file, lines)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        message = " ".join(part for part in (error.context, error.problem) if part)
        hint = _hint(message, "".join(lines[line - 1 : line]))
        raise _invalid(file, "yaml", f"not YAML: {message}", line=line, column=column, hint=hint) from error
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n") + 1
        message = f"not YAML: the character U+{int(error.character):04X} is not allowed"
        raise _invalid(file, "yaml", message, line=line) from error
    return Document(file, builder.root, builder.places, builder.blocks)


def convert(document: Document, kind: type[T]) -> T:
    """The document as a value of a msgspec type.

    Raises:
        InvalidFile: it does not fit; unknown keys come with the nearest known one.
    """
    try:
        return msgspec.convert(document.data, kind)
    except msgspec.ValidationError as error:
        raise InvalidFile([_misfit(document, str(error), kind)]) from error


def _hint(message: str, line: str) -> str:
    if re.match(r" *\t", line):
        return "indent with spaces, not tabs"
    return "put a text that holds a colon in quotes" if "mapping values" in message else ""


class _Builder:
    """Builds plain values from parser events, remembering places; containers wait on an explicit stack."""

    def __init__(self, file: str, lines: list[str]) -> None:
        self.file = file
        self.lines = lines
        self.root: object = None
        self.places: dict[tuple[Step, ...], Place] = {}
        self.blocks: dict[tuple[Step, ...], Place] = {}
        self._anchors: dict[str, tuple[object, int]] = {}
        self._stack: list[_Frame] = []
        self._nodes = 0
        self._documents = 0

    def take(self, event: Any) -> None:  # noqa: ANN401  # PyYAML's events are untyped
        match type(event).__name__:
            case "ScalarEvent":
                self._scalar(event)
            case "AliasEvent":
                self._alias(event)
            case "MappingStartEvent":
                self._open(event, {})
            case "SequenceStartEvent":
                self._open(event, [])
            case "MappingEndEvent" | "SequenceEndEvent":
                self._close()
            case "DocumentStartEvent":
                self._documents += 1
                if self._documents > 1:
                    raise self._error(event, "yaml", "more than one document in a file", hint="remove the second ---")

    def _scalar(self, event: Any) -> None:  # noqa: ANN401  # as above
        value = event.value if event.style or event.tag else _resolve(event.value)
        self._check_tag(event)
        size = 1 + len(event.value) // NODE_TEXT
        self._count(event, size)
        path = self._path(event, value)
        if event.style == "|":
            top = event.start_mark.line + 1
            self.blocks[path] = (top + 1, _indent(event.value, self.lines[top:]) + 1)
        self._anchor(event, value, size)
        self._put(event, value)

    def _alias(self, event: Any) -> None:  # noqa: ANN401  # as above
        if event.anchor not in self._anchors:
            raise self._error(event, "yaml", f"unknown or unfinished alias *{event.anchor}")
        value, size = self._anchors[event.anchor]
        self._count(event, size)
        self._path(event, value)
        self._put(event, value)

    def _open(self, event: Any, value: dict[Step, object] | list[object]) -> None:  # noqa: ANN401  # as above
        self._check_tag(event)
        self._count(event, 1)
        if len(self._stack) >= MAX_DEPTH:
            raise self._error(event, "limit", f"nested deeper than {MAX_DEPTH} levels")
        if self._stack and self._stack[-1].wants_key:
            raise self._error(event, "yaml", "a key must be plain text")
        path = self._path(event, value)
        self._stack.append(_Frame(value, path, event, self._nodes))

    def _close(self) -> None:
        frame = self._stack.pop()
        self._anchor(frame.event, frame.value, self._nodes - frame.before + 1)
        self._put(frame.event, frame.value)

    def _path(self, event: Any, value: object) -> tuple[Step, ...]:  # noqa: ANN401  # as above
        place = (event.start_mark.line + 1, event.start_mark.column + 1)
        if not self._stack:
            self.places[()] = place
            return ()
        frame = self._stack[-1]
        if frame.wants_key:
            return (*frame.path, str(value))
        step = len(frame.value) if isinstance(frame.value, list) else frame.key
        path = (*frame.path, step)
        # A key's place says more than its value's: it is where an editor's cursor should go.
        self.places.setdefault(path, place)
        return path

    def _put(self, event: Any, value: object) -> None:  # noqa: ANN401  # as above
        if not self._stack:
            self.root = value
            return
        frame = self._stack[-1]
        if isinstance(frame.value, list):
            frame.value.append(value)
        elif frame.wants_key:
            self._key(frame, event, value)
        else:
            frame.value[frame.key] = value
            frame.wants_key = True

    def _key(self, frame: _Frame, event: Any, value: object) -> None:  # noqa: ANN401  # as above
        if isinstance(value, (dict, list)):
            raise self._error(event, "yaml", "a key must be plain text")
        key = event.value if hasattr(event, "value") else str(value)
        if key in frame.value:
            first = self.places[*frame.path, key][0]
            raise self._error(event, "duplicate-key", f"`{key}` stands twice; the first is on line {first}")
        frame.key, frame.wants_key = key, False
        self.places[*frame.path, key] = (event.start_mark.line + 1, event.start_mark.column + 1)

    def _anchor(self, event: Any, value: object, size: int) -> None:  # noqa: ANN401  # as above
        if event.anchor:
            self._anchors[event.anchor] = (value, size)

    def _count(self, event: Any, nodes: int) -> None:  # noqa: ANN401  # as above
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            message = f"more than {MAX_NODES:,} values once aliases are expanded"
            raise self._error(event, "limit", message, hint="remove the aliases")

    def _check_tag(self, event: Any) -> None:  # noqa: ANN401  # as above
        if event.tag not in {None, "!", "tag:yaml.org,2002:str"}:
            raise self._error(event, "yaml", f"tags such as {event.tag} are not allowed here")

    def _error(self, event: Any, gate: str, message: str, *, hint: str = "") -> InvalidFile:  # noqa: ANN401  # as above
        mark = event.start_mark
        return _invalid(self.file, gate, message, line=mark.line + 1, column=mark.column + 1, hint=hint)


class _Frame:
    """A container that is still open."""

    def __init__(
        self, value: dict[Step, object] | list[object], path: tuple[Step, ...], event: object, before: int
    ) -> None:
        self.value: Any = value
        self.path = path
        self.event = event
        self.before = before
        self.key = ""
        self.wants_key = isinstance(value, dict)


def _indent(text: str, lines: list[str]) -> int:
    """How far a block's text is indented in these lines of the file."""
    pairs = ((line, raw) for line, raw in zip(text.splitlines(), lines, strict=False) if line.strip())
    return next((len(raw) - len(line) for line, raw in pairs), 0)


def _resolve(text: str) -> object:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(value := float(text)):
        return value
    return text


def _misfit(document: Document, message: str, kind: type) -> Problem:
    """Turn msgspec's "… - at `$.cases[0].id`" into a Problem with a place and a hint."""
    where = _WHERE.search(message)
    text = message[: where.start()] if where else message
    steps = tuple(m[1] or (int(m[2]) if m[2] else None) for m in _STEP.finditer(where[1] if where else ""))
    unknown = re.search(r"unknown field `(.*)`", text, re.DOTALL)
    if unknown:
        path = _first(document, (*steps, unknown[1]), lambda _: True)
        hint = nearest_key(kind, path[:-1], unknown[1])
        return document.problem(path, "unknown-key", f"unknown key `{unknown[1]}`", hint=hint)
    missing = re.search(r"missing required field `(.*)`", text)
    if missing:
        path = _first(document, steps, lambda value: isinstance(value, dict) and missing[1] not in value)
        return document.problem(path, "missing-key", f"`{missing[1]}` is missing")
    got = _GOT.search(text)
    path = _first(document, steps, lambda value: got is None or _KINDS[type(value)] == got[1])
    name = f"`{_spelled(path)}`: " if path else ""
    enum = re.fullmatch(r"Invalid enum value '(.*)'", text, re.DOTALL)
    hint = nearest_value(kind, path, enum[1]) if enum else _type_hint(text, got[1] if got else "")
    return document.problem(path, "type", f"{name}{text[:1].lower()}{text[1:]}", hint=hint)


def _type_hint(text: str, got: str) -> str:
    if text.startswith("Expected `str") and got in {"int", "float", "bool", "null"}:
        return "put it in quotes"
    if text.startswith("Expected `array") and got == "str":
        return "write a list: [a, b]"
    if text.startswith("Expected `object") and got == "str":
        return "write key: value, with an ASCII colon and a space after it"
    return ""


def _first(document: Document, steps: tuple[Step | None, ...], fits: Callable[[object], bool]) -> tuple[Step, ...]:
    """The first path of the file that has these steps and whose value fits; msgspec does not say which key (None)."""
    for path in document.places if None in steps else ():
        alike = len(path) == len(steps) and all(b in {None, a} for a, b in zip(path, steps, strict=True))
        if alike and fits(_value(document.data, path)):
            return path
    return tuple(step for step in steps if step is not None)


def _value(data: Any, path: tuple[Step, ...]) -> object:  # noqa: ANN401  # plain values, nested
    for step in path:
        data = data[step]
    return data


def _spelled(path: tuple[Step, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def _invalid(file: str, gate: str, message: str, *, line: int = 0, column: int = 0, hint: str = "") -> InvalidFile:
    return InvalidFile([Problem(file=file, line=line, column=column, gate=gate, message=message, hint=hint)])


def dump(data: dict[str, object]) -> str:
    """YAML text for plain values: keys in the order given, texts of several lines as blocks.

    What is written reads back equal through `parse`; lone surrogates, which UTF-8 cannot hold, become `?`.
    """
    import yaml

    class Dumper(yaml.SafeDumper):
        """PyYAML's, but with blocks, and quotes where our own reader would see a number or a constant."""

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002  # lists indent
            super().increase_indent(flow, indentless=False)

    def represent(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
        text = text.encode("utf-8", "replace").decode()
        quoted = _BREAKS.search(text) or not isinstance(_resolve(text), str)
        style = '"' if quoted else "|" if "\n" in text else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    Dumper.add_representer(str, represent)
    return yaml.dump(data, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=10_000)
