"""JSON objects out of a text: one a line, one array of them, or objects one after another however they are laid out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NoReturn

import msgspec

from grimoire.errors import UsageError
from grimoire.terminal import one_line

MOST_LEVELS = 60
"""How deep an object may be nested."""
_BETWEEN = re.compile(r"[\s\ufeff]*")  # files put together have their marks in the middle; \s has a text sequence's
_SAFE = 2**63
_HINT = "one object a line, one array of objects, or objects one after another"


class Object(msgspec.Struct, frozen=True):
    """An object that was read: the line where it begins, from 1; its fields as texts, but for null; and as it is."""

    line: int
    texts: dict[str, str]
    given: dict[str, object]


class _Number(str):
    """A number as it was written: 19.90 stays that."""

    __slots__ = ()


def read_objects(text: str, file: str) -> Iterator[Object]:
    """The objects in a text, in order. Raises UsageError that names the file and the line of whatever is wrong."""
    line = seen = 0
    escaped = "\\u" in text
    for at, written, plain in _values(text, file):
        line += text.count("\n", seen, at)
        seen = at
        where = f"{one_line(file)}:{line + 1}"
        if not isinstance(written, dict) or not isinstance(plain, dict):
            raise UsageError(f"{where}: not an object: {one_line(json.dumps(plain), 40)}", hint=_HINT)
        if _levels(plain) > MOST_LEVELS:
            raise UsageError(f"{where}: nested deeper than {MOST_LEVELS} levels")
        try:
            texts = {key: _text(written[key], plain[key]) for key in written if plain[key] is not None}
            if escaped:
                json.dumps(plain, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise UsageError(f"{where}: half a character: a surrogate without its other half") from error
        yield Object(line + 1, texts, plain)


def _values(text: str, file: str) -> Iterator[tuple[int, object, object]]:
    """Every value, and of an array every element: where it begins; with its numbers as written; and as it is."""
    at = _skip(text, 0)
    while at < len(text):
        if text[at] != "[":
            written, plain, end = _decode(text, at, file)
            yield at, written, plain
            at = _skip(text, end)
            continue
        at = _skip(text, at + 1)
        while text[at : at + 1] != "]":
            written, plain, end = _decode(text, at, file)
            yield at, written, plain
            at = _skip(text, end)
            if text[at : at + 1] == ",":
                at = _skip(text, at + 1)
            elif text[at : at + 1] != "]":
                raise _wrong(text, at, file, "expecting a comma or the end of the array")
        at = _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    found = _BETWEEN.match(text, at)
    return found.end() if found else at


def _decode(text: str, at: int, file: str) -> tuple[object, object, int]:
    try:
        written, end = _WRITTEN.raw_decode(text, at)
        plain, _ = _PLAIN.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise _wrong(text, error.pos, file, error.msg[:1].lower() + error.msg[1:]) from error
    except ValueError as error:
        raise _wrong(text, at, file, str(error)) from error
    except RecursionError as error:
        raise _wrong(text, at, file, f"nested deeper than {MOST_LEVELS} levels") from error
    return written, plain, end


def _wrong(text: str, at: int, file: str, message: str) -> UsageError:
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    return UsageError(f"{one_line(file)}:{line}:{column}: not JSON: {one_line(message)}", hint=_HINT)


def _text(written: object, plain: object) -> str:
    """A field's value as text: what is nested as compact JSON."""
    if isinstance(written, str):
        return str(written)
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def _levels(value: object) -> int:
    count, level = 0, [value]
    while level and count <= MOST_LEVELS:
        inside = [list(each.values()) if isinstance(each, dict) else each for each in level]
        level = [item for each in inside if isinstance(each, list) for item in each]
        count += 1
    return count


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]  # adds
        raise ValueError(f"the field `{twice}` stands twice")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")


def _whole(digits: str) -> int | str:
    """What no reader of the answers could take as a number stays text."""
    number = int(digits) if len(digits) <= len(str(_SAFE)) else _SAFE
    return number if abs(number) < _SAFE else digits


_WRITTEN = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse, parse_float=_Number, parse_int=_Number)
_PLAIN = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse, parse_int=_whole)
