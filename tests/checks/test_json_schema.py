from __future__ import annotations

import json
import time

import pytest

from grimoire.checks.json_schema import Json
from grimoire.checks.own import BadCheck
from tests.checks.samples import exchange

Wants = dict[str, object] | None

LIST: Wants = {"schema": {"type": "array", "minItems": 3}}
NAMES: Wants = {"schema": {"type": "object", "properties": {"name": {"pattern": "^[A-Z]"}}, "required": ["name"]}}
STRICT: Wants = {
    "schema": {
        "properties": {"a": True},
        "patternProperties": {"^x-": {"type": "string"}},
        "additionalProperties": False,
    }
}
REST: Wants = {"schema": {"properties": {"a": True}, "additionalProperties": {"type": "integer"}}}
UNIQUE: Wants = {"schema": {"uniqueItems": True}}
LOCAL: Wants = {"schema": {"$defs": {"n": {"type": "integer"}}, "items": {"$ref": "#/$defs/n"}}}


@pytest.mark.parametrize(
    ("wants", "answer", "outcome", "said"),
    [
        pytest.param(None, '{"a": 1}', "passed", "an object of 1", id="object"),
        pytest.param({}, " [1, 2] ", "passed", "an array of 2", id="array"),
        pytest.param(None, "Here:\n\n```json\n[1]\n```\nDone.", "passed", "an array of 1", id="json-block"),
        pytest.param(None, "```\n[1]\n```", "passed", "an array of 1", id="unmarked-block"),
        pytest.param(None, "```python\nx\n```\n```json\n[1]\n```", "passed", "an array of 1", id="one-json-block"),
        pytest.param(None, "```json\n[1]\n```\n```json\n[2]\n```", "failed", "2 code blocks", id="two-blocks"),
        pytest.param(None, "Sure, here it is", "failed", "not JSON", id="prose"),
        pytest.param(None, '{"a": 1,}', "failed", "line 1", id="trailing-comma"),
        pytest.param(None, '{"a": NaN}', "failed", "NaN", id="nan"),
        pytest.param(None, "[" * 100_000, "failed", "not JSON", id="deep"),
        pytest.param(None, "1" * 10_000, "failed", "not JSON", id="huge-number"),
        pytest.param({"schema": {"multipleOf": 0.1}}, "1e999", "failed", "1e999 is too large", id="infinite-number"),
        pytest.param(UNIQUE, '[1, 2, true, "1", {"a": 1}, {"a": 2}, [1]]', "passed", "", id="unique"),
        pytest.param(UNIQUE, '[{"a": [1], "b": 2}, {"b": 2.0, "a": [1.0]}]', "failed", "non-unique", id="not-unique"),
        pytest.param({"schema": {"uniqueItems": False}}, "[1, 1]", "passed", "", id="uniqueness-not-asked"),
        pytest.param(None, "<think>[</think>[1]", "passed", "array", id="thinking"),
        pytest.param(LIST, "[1, 2, 3]", "passed", "an array of 3", id="schema"),
        pytest.param(LIST, "[1]", "failed", "$ ", id="too-short"),
        pytest.param(NAMES, '{"name": "Ann"}', "passed", "", id="pattern"),
        pytest.param(NAMES, '{"name": "ann"}', "failed", "$.name 'ann' does not match", id="pattern-fails"),
        pytest.param(NAMES, '{"name": 3}', "passed", "", id="pattern-is-for-strings"),
        pytest.param(STRICT, '{"a": 1, "x-b": "c"}', "passed", "", id="pattern-properties"),
        pytest.param(STRICT, '{"x-b": 1}', "failed", "1 is not of type 'string'", id="pattern-properties-fail"),
        pytest.param(STRICT, '{"b": 1}', "failed", "additional properties 'b'", id="additional"),
        pytest.param(REST, '{"a": "x", "b": 1}', "passed", "", id="rest"),
        pytest.param(REST, '{"a": "x", "b": "1"}', "failed", "$.b", id="rest-fails"),
        pytest.param(LOCAL, "[1, 2]", "passed", "", id="local-reference"),
        pytest.param(LOCAL, '["a", "b", "c", "d"]', "failed", "$[2]", id="first-three-errors"),
        pytest.param({"schema": False}, "1", "failed", "False schema", id="nothing-allowed"),
        pytest.param({"schema": {"$ref": "#/$defs/none"}}, "1", "crashed", "none", id="dangling-reference"),
        pytest.param({"schema": {"$ref": "#"}}, "1", "crashed", "RecursionError", id="endless-reference"),
    ],
)
def test_json(wants: Wants, answer: str, outcome: str, said: str) -> None:
    result = Json(wants).judge(exchange(answer))
    assert result.outcome == outcome, result.reason
    assert said in result.reason
    assert len(result.reason) <= 200


def test_only_three_errors_are_told() -> None:
    reason = Json(LOCAL).judge(exchange('["a", "b", "c", "d"]')).reason
    assert reason.count("is not of type") == 3


@pytest.mark.parametrize(
    ("wants", "said"),
    [
        pytest.param({"schema": {"type": "arrray"}}, "not a JSON Schema", id="type"),
        pytest.param({"schema": {"minItems": "3"}}, "not a JSON Schema", id="keyword"),
        pytest.param({"schema": {"pattern": "("}}, "not a regular expression", id="pattern"),
        pytest.param({"schema": {"patternProperties": {"(": True}}}, "not a regular expression", id="property-pattern"),
        pytest.param({"schema": {"$ref": "https://example.com/schema"}}, "points outside", id="remote"),
        pytest.param({"schema": {"items": {"$ref": "file:///secret"}}}, "points outside", id="file"),
        pytest.param(
            {"schema": {"patternProperties": {"a": True}, "allOf": [{"unevaluatedProperties": False}]}},
            "not supported",
            id="unevaluated",
        ),
        pytest.param({"schema": "array"}, "Expected", id="text"),
        pytest.param({"schemas": {}}, "unknown field `schemas`", id="misspelt"),
        pytest.param("array", "Expected", id="shorthand"),
        pytest.param({"schema": {"$schema": ["x"]}}, "not a JSON Schema", id="dialect"),
    ],
)
def test_bad_schemas_are_refused(wants: object, said: str) -> None:
    with pytest.raises(BadCheck, match="check json: ") as caught:
        Json(wants)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_data_in_a_schema_is_no_pattern() -> None:
    Json({"schema": {"enum": [{"pattern": "("}], "properties": {"pattern": {"type": "string"}}}})


@pytest.mark.parametrize("keyword", [{"pattern": "(a|aa)+$"}, {"patternProperties": {"(a|aa)+$": True}}])
def test_a_pattern_cannot_hang(keyword: dict[str, object]) -> None:
    hostile = "a" * 50 + "b"
    started = time.monotonic()
    result = Json({"schema": {**keyword, "properties": {hostile: keyword}}}).judge(exchange(f'["{hostile}"]'))
    assert result.outcome == "passed"
    answer = f'"{hostile}"' if "pattern" in keyword else f'{{"{hostile}": 1}}'
    result = Json({"schema": keyword}).judge(exchange(answer))
    assert time.monotonic() - started < 10
    assert (result.outcome, "TimeoutError" in result.reason) == ("crashed", True)


@pytest.mark.parametrize(
    ("schema", "answer", "outcome"),
    [
        pytest.param({"anyOf": [{"items": {"$ref": "#"}}] * 3, "type": "array"}, "[" * 20 + "1" + "]" * 20, "crashed"),
        pytest.param({"uniqueItems": True}, json.dumps([{"a": n} for n in range(4000)]), "passed"),
    ],
    ids=["exponential-references", "many-objects"],
)
def test_a_schema_cannot_hang(schema: dict[str, object], answer: str, outcome: str) -> None:
    started = time.monotonic()
    assert Json({"schema": schema}).judge(exchange(answer)).outcome == outcome
    assert time.monotonic() - started < 10
