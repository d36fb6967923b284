"""JSONPath, the part of RFC 9535 that chooses by name and place.

`$`, `.name`, `['name']`, `[0]`, `[-1]`, `[1:3]`, `[::2]`, `[*]`, `.*`, several of them in one bracket, and `..` before
any. Filters (`?`) and functions are refused. Nothing is executed, and no more than 100,000 values are looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import msgspec

from grimoire.expression import Expression

MOST = 100_000
LONGEST = 500

_NAME = Expression(r"(?:[A-Za-z_]|[^\x00-\x7f])(?:[A-Za-z0-9_]|[^\x00-\x7f])*")
_STRING = Expression(r"'((?:[^'\\\x00-\x1f]|\\.)*)'|\"((?:[^\"\\\x00-\x1f]|\\.)*)\"")
_INTEGER = r"(?:0|-?[1-9][0-9]{0,14})(?![0-9])"
_SLICE = Expression(rf"({_INTEGER})?[ \t\n\r]*:[ \t\n\r]*({_INTEGER})?[ \t\n\r]*(?::[ \t\n\r]*({_INTEGER})?)?")
_INDEX = Expression(_INTEGER)
_SPACE = Expression(r"[ \t\n\r]*")
_QUOTE = Expression(r"\\(.)|\"")

Where = tuple["Where", str | int] | None
"""The way to a value: the way to what holds it, and its name or index there; None is the root."""
Node = tuple[Where, Any]
Selector = Callable[[Node], Iterable[Node]]


class BadPath(ValueError):
    """It is not a path, or asks for what is left out here."""


class TooMuch(Exception):
    """The path leads to more values than are looked at."""


class Segment(msgspec.Struct, frozen=True):
    """One step: what to choose of a value, or of it and everything below it."""

    selectors: tuple[Selector, ...]
    below: bool = False


class JsonPath:
    """A path, read once. Raises BadPath."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise BadPath(f"longer than {LONGEST} characters")
        self._segments = tuple(_Reader(text.strip()).segments())

    def find(self, value: object) -> list[Node]:
        """The values the path leads to, in the order of the RFC, each with the way to it. Raises TooMuch."""
        nodes: list[Node] = [(None, value)]
        left = MOST
        for segment in self._segments:
            left, nodes = _step(segment, nodes, left)
        return nodes


def written(where: Where) -> str:
    """The way to a value as a path: `$.items[0].name`."""
    steps: list[str] = []
    while where is not None:
        where, key = where
        named = isinstance(key, str) and _NAME.fullmatch(key)
        steps.append(f".{key}" if named else f"[{json.dumps(key, ensure_ascii=False)}]")
    return "$" + "".join(reversed(steps))


def _step(segment: Segment, nodes: list[Node], left: int) -> tuple[int, list[Node]]:
    """What a segment chooses, and how many more values may be looked at."""
    chosen: list[Node] = []
    for node in _below(nodes) if segment.below else nodes:
        for selector in segment.selectors:
            chosen += islice(selector(node), left + 1)
            left -= 1
            if len(chosen) > left:
                raise TooMuch
    return left - len(chosen), chosen


def _below(nodes: list[Node]) -> Iterator[Node]:
    """Each value and everything below it, a value before what it holds."""
    for node in nodes:
        waiting = [node]
        while waiting:
            first = waiting.pop()
            yield first
            waiting.extend(reversed(list(_children(first))))


def _children(node: Node) -> Iterable[Node]:
    where, value = node
    if isinstance(value, dict):
        return (((where, name), part) for name, part in value.items())
    return (((where, index), part) for index, part in enumerate(value if isinstance(value, list) else ()))


def _named(name: str) -> Selector:
    def choose(node: Node) -> list[Node]:
        where, value = node
        return [((where, name), value[name])] if isinstance(value, dict) and name in value else []

    return choose


def _numbered(index: int) -> Selector:
    def choose(node: Node) -> list[Node]:
        where, value = node
        there = isinstance(value, list) and -len(value) <= index < len(value)
        return [((where, index % len(value)), value[index])] if there else []

    return choose


def _sliced(start: int | None, stop: int | None, step: int | None) -> Selector:
    def choose(node: Node) -> Iterable[Node]:
        where, value = node
        if not isinstance(value, list) or step == 0:
            return []
        return (((where, index), value[index]) for index in range(*slice(start, stop, step).indices(len(value))))

    return choose


class _Reader:
    """Reads a path from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._spot = 0

    def segments(self) -> Iterator[Segment]:
        if not self._taken("$"):
            raise BadPath("a path begins with $")
        while self._spot < len(self._text):
            self._match(_SPACE)
            if self._taken(".."):
                yield Segment(self._bracket() if self._taken("[") else (self._shorthand(),), below=True)
            elif self._taken("."):
                yield Segment((self._shorthand(),))
            elif self._taken("["):
                yield Segment(self._bracket())
            else:
                raise self._unexpected()

    def _shorthand(self) -> Selector:
        if self._taken("*"):
            return _children
        name = self._match(_NAME)
        if not name:
            raise self._unexpected()
        return _named(name[0])

    def _bracket(self) -> tuple[Selector, ...]:
        selectors = []
        while True:
            self._match(_SPACE)
            selectors.append(self._selector())
            self._match(_SPACE)
            if self._taken("]"):
                return tuple(selectors)
            if not self._taken(","):
                raise self._unexpected()

    def _selector(self) -> Selector:
        if self._taken("*"):
            return _children
        if self._taken("?"):
            raise BadPath("filters (?…) are not supported")
        if found := self._match(_STRING):
            return _named(_unquoted(found))
        if found := self._match(_SLICE):
            start, stop, step = (None if part is None else int(part) for part in found.groups())
            return _sliced(start, stop, step)
        if found := self._match(_INDEX):
            return _numbered(int(found[0]))
        raise self._unexpected()

    def _match(self, pattern: Expression) -> re.Match[str] | None:
        found = pattern.match(self._text, self._spot)
        self._spot = found.end() if found else self._spot
        return found

    def _taken(self, sign: str) -> bool:
        taken = self._text.startswith(sign, self._spot)
        self._spot += len(sign) if taken else 0
        return taken

    def _unexpected(self) -> BadPath:
        there = self._text[self._spot : self._spot + 10]
        return BadPath(f"unexpected {there!r} at character {self._spot + 1}" if there else "it ends too early")


def _unquoted(found: re.Match[str]) -> str:
    """The name in a string literal; its escapes are JSON's, and in single quotes a backslash before a single quote."""
    single, double = found.groups()
    body = double
    if body is None:
        body = _QUOTE.sub(lambda match: "'" if match[1] == "'" else match[0] if match[1] else '\\"', single)
    try:
        return str(json.loads(f'"{body}"'))
    except ValueError:
        raise BadPath(f"{found[0]} has an escape that JSON does not know") from None
