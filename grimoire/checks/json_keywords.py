"""Keywords of JSON Schema, run so that neither a schema nor a hostile answer can hang.

`pattern` and its like search with a time limit, `uniqueItems` is linear (the library's is quadratic in arrays of
objects), and every keyword looks at the clock first, because `anyOf` over `$ref` can be exponential.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from grimoire.checks.pattern import compiled

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

Keyword = Callable[..., Iterable[Exception] | None]


class Deadline:
    """A moment, set anew before each use, after which `check` raises TimeoutError."""

    def __init__(self) -> None:
        self._end = 0.0

    def begin(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        if time.monotonic() > self._end:
            raise TimeoutError("it takes too long on this answer")


def keywords(known: Mapping[str, Keyword], deadline: Deadline) -> dict[str, Keyword]:
    """Every keyword of a dialect, those of this module in place of the library's, each held to the deadline."""
    own: dict[str, Keyword] = {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional,
        "uniqueItems": _unique,
    }
    return {name: _timed(own.get(name, keyword), deadline) for name, keyword in known.items()}


def _timed(keyword: Keyword, deadline: Deadline) -> Keyword:
    def check(*given: object) -> Iterable[Exception] | None:
        deadline.check()
        return keyword(*given)

    return check


def _pattern(_validator: Validator, pattern: str, instance: object, _schema: object) -> Iterator[Exception]:
    from jsonschema.exceptions import ValidationError

    if isinstance(instance, str) and not compiled(pattern).found(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(
    validator: Validator, patterns: Mapping[str, object], instance: object, _schema: object
) -> Iterator[Exception]:
    if isinstance(instance, dict):
        for pattern, part in patterns.items():
            for key in filter(compiled(pattern).found, instance):
                yield from validator.descend(instance[key], part, path=key, schema_path=pattern)  # type: ignore[attr-defined]  # the protocol leaves it out; every validator has it


def _additional(
    validator: Validator, allowed: object, instance: object, schema: Mapping[str, Mapping[str, object]]
) -> Iterator[Exception]:
    from jsonschema.exceptions import ValidationError

    if not isinstance(instance, dict):
        return
    patterns = [compiled(pattern) for pattern in schema.get("patternProperties", ())]
    extras = [key for key in instance if key not in schema.get("properties", ())]
    extras = [key for key in extras if not any(pattern.found(key) for pattern in patterns)]
    if allowed is False and extras:
        yield ValidationError(f"additional properties {', '.join(map(repr, extras[:3]))}")
    elif isinstance(allowed, dict):
        for key in extras:
            yield from validator.descend(instance[key], allowed, path=key)  # type: ignore[attr-defined]  # as above


def _unique(_validator: Validator, wanted: object, instance: object, _schema: object) -> Iterator[Exception]:
    from jsonschema.exceptions import ValidationError

    if wanted and isinstance(instance, list) and len(set(map(frozen, instance))) < len(instance):
        yield ValidationError("has non-unique elements")


def frozen(value: Any) -> Hashable:  # noqa: ANN401  # JSON is anything
    """Equal for two values exactly when JSON Schema calls them equal: 1 is 1.0, but not true."""
    if isinstance(value, dict):
        return "object", frozenset((key, frozen(part)) for key, part in value.items())
    if isinstance(value, list):
        return "array", tuple(map(frozen, value))
    return "boolean" if isinstance(value, bool) else "", value
