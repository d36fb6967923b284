"""The check of what stands at a JSONPath in an answer that is JSON."""

from __future__ import annotations

import json
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from grimoire.checks import json_values
from grimoire.checks.json_keywords import frozen
from grimoire.checks.json_path import MOST, BadPath, JsonPath, TooMuch, written
from grimoire.checks.number import Bounds, measure
from grimoire.checks.own import OwnCheck
from grimoire.checks.pattern import BadPattern, Pattern
from grimoire.checks.reason import cut, quote, result
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult

Json = str | int | float | bool | list[Any] | dict[str, Any] | None


class JsonPathWants(Bounds, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`path` must lead to at least one value, or as many as the number says; `equals` and `matches` are of each.

    `equals` is any JSON value, `matches` a pattern for texts, numbers, `true`, `false` and `null` as JSON writes them.
    """

    path: Annotated[str, msgspec.Meta(min_length=1)]
    equals: Json | UnsetType = UNSET
    matches: Annotated[str, msgspec.Meta(min_length=1)] | UnsetType = UNSET


class AtJsonPath(OwnCheck[JsonPathWants]):
    """What a JSONPath leads to in the answer, or its one JSON code block: how many values, and what each must be."""

    name = "json-path"
    form: ClassVar[object] = JsonPathWants
    allowed = "{path, at_least, at_most, exactly, equals: any JSON, matches: a pattern}"

    def prepare(self) -> None:
        try:
            self._path = JsonPath(self.wants.path)
            self._pattern = None if self.wants.matches is UNSET else Pattern(self.wants.matches)
        except (BadPath, BadPattern) as error:
            raise self.bad(str(error)) from None

    def judge(self, exchange: Exchange) -> CheckResult:
        try:
            value = json_values.value(exchange.answer.text)
        except (ValueError, RecursionError) as error:
            return result(self, "failed", f"not JSON: {error}")
        try:
            found = self._path.find(value)
            faults = (
                f"{cut(written(where), 60)} is {_shown(part)}" for where, part in found if not self._is_right(part)
            )
            wrong = next(faults, "")
        except TooMuch:
            return result(self, "crashed", f"the path leads to more than the {MOST} values looked at")
        except (TimeoutError, RecursionError) as error:
            return result(self, "crashed", f"the values could not be compared: {type(error).__name__}")
        if wrong and self.wants.admits(len(found)):
            return result(self, "failed", f"{wrong}, wanted {self._wanted()}")
        detail = f"the first is {written(found[0][0])} {_shown(found[0][1])}" if found else f"at {self.wants.path}"
        return measure(self, self.wants, len(found), "value", detail)

    def _is_right(self, part: object) -> bool:
        if self.wants.equals is not UNSET and frozen(part) != frozen(self.wants.equals):
            return False
        if self._pattern is None:
            return True
        text = part if isinstance(part, str) else json.dumps(part)
        return not isinstance(part, dict | list) and self._pattern.found(text)

    def _wanted(self) -> str:
        equals = "" if self.wants.equals is UNSET else _shown(self.wants.equals)
        matches = "" if self.wants.matches is UNSET else f"a match of {quote(self.wants.matches, 40)}"
        return " and ".join(filter(None, (equals, matches)))


def _shown(part: object) -> str:
    if isinstance(part, dict | list):
        return f"an {'object' if isinstance(part, dict) else 'array'} of {len(part)}"
    return quote(part, 40) if isinstance(part, str) else json.dumps(part)
