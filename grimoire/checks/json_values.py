"""JSON in an answer: the one value it is, or the values that stand in it.

Standard JSON alone: `NaN`, `Infinity` and numbers too large for a double are none.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from grimoire.checks.markdown import fences, language
from grimoire.checks.prose import outside_code, spoken
from grimoire.checks.reason import cut

LONGEST = 100_000
WORK = 1_000_000
MOST = 100


def parse(text: str) -> Any:  # noqa: ANN401  # JSON is anything
    """The value of a JSON text. Raises ValueError or RecursionError."""
    return json.loads(text, parse_constant=_refuse, parse_float=_finite)


def value(answer: str) -> Any:  # noqa: ANN401  # JSON is anything
    """What an answer, or its one JSON code block, is. Raises ValueError, which says where it is not JSON."""
    text = spoken(answer).strip().removeprefix("\ufeff")
    try:
        return parse(text)
    except ValueError:
        every = fences(text)
        marked = [token for token in every if language(token) == "json"] or every
        if len(marked) > 1:
            raise ValueError(f"{len(marked)} code blocks could be it") from None
        if not marked:
            raise
        return parse(marked[0].content)


def values(answer: str) -> Iterator[Any]:
    """The values in an answer: the answer itself, code blocks, and objects and arrays in its prose; at most 100.

    Empty ones and arrays of plain numbers, which are references such as `[1]`, count in prose as text. What is looked
    at is bounded: 100,000 characters of the answer, and a million of attempts in all.
    """
    text = spoken(answer).strip().removeprefix("\ufeff")[:LONGEST]
    try:
        yield parse(text)
    except (ValueError, RecursionError):
        yield from _values([token.content for token in fences(text)], outside_code(text))


def _values(blocked: list[str], said: str) -> Iterator[Any]:
    for content in blocked[:MOST]:
        try:
            yield parse(content)
        except (ValueError, RecursionError):
            continue
    for number, found in enumerate(_in_prose(said)):
        if number == MOST:
            return
        if not _is_reference(found):
            yield found


def _in_prose(text: str) -> Iterator[Any]:
    """Every outermost object and array."""
    decoder = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)
    spot, work = _opening(text, 0), 0
    while spot >= 0 and work < WORK:
        try:
            found, end = decoder.raw_decode(text, spot)
        except json.JSONDecodeError as error:
            unended = error.msg.startswith("Unterminated")
            work += (len(text) if unended else error.pos) - spot + 1
            spot = _opening(text, spot + 1)
        except (ValueError, RecursionError):
            work += len(text) - spot
            spot = _opening(text, spot + 1)
        else:
            yield found
            spot = _opening(text, end)


def _opening(text: str, start: int) -> int:
    spots = [spot for sign in "{[" if (spot := text.find(sign, start)) >= 0]
    return min(spots, default=-1)


def _is_reference(found: object) -> bool:
    numbers = isinstance(found, list) and all(isinstance(part, int | float) for part in found)
    return numbers or not found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"{cut(digits, 30)} is too large a number")
    return number
