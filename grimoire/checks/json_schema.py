"""The checks that an answer is JSON, or holds some, and of the shape a JSON Schema describes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, cast

import msgspec

from grimoire.checks import json_values
from grimoire.checks.json_keywords import Deadline, keywords
from grimoire.checks.own import OwnCheck
from grimoire.checks.pattern import BadPattern, compiled
from grimoire.checks.reason import cut, one_line, result
from grimoire.ports import Check, Exchange
from grimoire.verdict import CheckResult

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

SHOWN = 3
SECONDS = 1.0


class JsonWants(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`schema` is a JSON Schema; without one any JSON will do."""

    schema: dict[str, Any] | bool = True


class _Shaped(OwnCheck[JsonWants | None]):
    """What compares JSON with a schema."""

    form: ClassVar[object] = JsonWants | None
    allowed = "nothing, or {schema: a JSON Schema}"

    def prepare(self) -> None:
        from jsonschema.exceptions import SchemaError

        schema = self.wants.schema if self.wants else True
        self._deadline = Deadline()
        try:
            self._validator = _validator(schema, self._deadline)
        except (SchemaError, BadPattern) as error:
            raise self.bad(f"not a JSON Schema: {getattr(error, 'message', error)}") from None
        except RecursionError:
            raise self.bad("the schema is nested too deep") from None

    def faults(self, value: Any) -> str:  # noqa: ANN401  # JSON is anything
        """Where the value is not of the shape, the first three places; empty when it is.

        Raises TimeoutError, RecursionError or Unresolvable where the schema cannot be applied.
        """
        errors = islice(self._validator.iter_errors(value), SHOWN)
        return "; ".join(f"{cut(e.json_path, 30)} {cut(one_line(e.message), 60)}" for e in errors)


class Json(_Shaped):
    """The answer, or its one JSON code block, is JSON, and of the shape `schema` describes."""

    name = "json"

    def judge(self, exchange: Exchange) -> CheckResult:
        from referencing.exceptions import Unresolvable

        try:
            value = json_values.value(exchange.answer.text)
        except (ValueError, RecursionError) as error:
            return result(self, "failed", f"not JSON: {error}")
        self._deadline.begin(SECONDS)
        try:
            faults = self.faults(value)
        except (TimeoutError, RecursionError, Unresolvable) as error:
            return _cannot(self, error)
        return result(self, "failed" if faults else "passed", faults or f"JSON, {describe(value)}")


class ContainsJson(_Shaped):
    """A JSON object or array stands somewhere in the answer, of the shape `schema` describes."""

    name = "contains-json"

    def judge(self, exchange: Exchange) -> CheckResult:
        from referencing.exceptions import Unresolvable

        first, count = "", 0
        self._deadline.begin(SECONDS)
        try:
            for value in json_values.values(exchange.answer.text):
                faults = self.faults(value)
                if not faults:
                    return result(self, "passed", f"contains {describe(value)}")
                first, count = first or faults, count + 1
        except (TimeoutError, RecursionError, Unresolvable) as error:
            return _cannot(self, error)
        if not count:
            return result(self, "failed", "no JSON object or array in it")
        return result(self, "failed", f"{count} JSON value{'s' * (count > 1)}, none of the shape; the first: {first}")


def _cannot(check: Check, error: Exception) -> CheckResult:
    return result(check, "crashed", f"the schema could not be applied: {type(error).__name__} {error}")


def describe(value: object) -> str:
    """What kind of JSON value it is, with its size."""
    if isinstance(value, list):
        return f"an array of {len(value)}"
    return f"an object of {len(value)}" if isinstance(value, dict) else f"a {type(value).__name__}"


def _validator(schema: dict[str, Any] | bool, deadline: Deadline) -> Validator:
    """A validator that fetches nothing and stops at the deadline, give or take one keyword's work.

    Raises SchemaError or BadPattern for a schema that is wrong.
    """
    from jsonschema import Draft202012Validator, FormatChecker, validators
    from referencing import Registry

    if isinstance(schema, dict) and not isinstance(schema.get("$schema", ""), str):
        raise BadPattern("$schema is not a text")
    base = validators.validator_for(schema, default=Draft202012Validator)
    no_formats = FormatChecker(formats=())  # patterns are compiled below, as they will be used
    base.check_schema(schema, format_checker=no_formats)  # type: ignore[arg-type, call-arg]  # its stub knows neither booleans nor this
    _refuse_hazards(schema)
    extended = validators.extend(base, keywords(base.VALIDATORS, deadline))  # type: ignore[no-untyped-call]  # its stub is untyped
    return cast("Validator", extended(schema, registry=Registry()))


def _refuse_hazards(schema: object) -> None:
    """BadPattern for what could reach the network or a pattern without time limit, anywhere in the schema."""
    parts = list(_parts(schema))
    keys = {key for part in parts for key in part}
    if {"patternProperties", "unevaluatedProperties"} <= keys:
        raise BadPattern("patternProperties and unevaluatedProperties in one schema are not supported")
    for part in parts:
        named = part.get("patternProperties")
        for pattern in (*(named if isinstance(named, dict) else ()), part.get("pattern")):
            if isinstance(pattern, str):
                compiled(pattern)
        for key in ("$ref", "$dynamicRef", "$recursiveRef"):
            reference = part.get(key, "#")
            if isinstance(reference, str) and not reference.startswith("#"):
                raise BadPattern(f"{key} {reference} points outside; only #… is followed")


def _parts(schema: object) -> Iterator[dict[str, object]]:
    """Every object of a schema that is not plain data."""
    if isinstance(schema, dict):
        yield schema
        schema = [part for key, part in schema.items() if key not in {"enum", "const", "default", "examples"}]
    if isinstance(schema, list):
        for part in schema:
            yield from _parts(part)
