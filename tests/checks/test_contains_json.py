from __future__ import annotations

import time

import pytest

from grimoire.checks.json_schema import ContainsJson
from grimoire.checks.own import BadCheck
from tests.checks.samples import exchange

Wants = dict[str, object] | None

NAMED: Wants = {"schema": {"type": "object", "required": ["name"]}}
COUNT: Wants = {"schema": {"type": "array", "minItems": 3}}


CASES: dict[str, tuple[Wants, str, str, str]] = {
    "whole": (None, ' {"a": 1} ', "passed", "contains an object of 1"),
    "whole-number": (None, "42", "passed", "contains a int"),
    "in-prose": (None, '好的，结果是 {"名": "龙井"}，请查收。', "passed", "an object of 1"),
    "array-in-prose": (None, 'Names: ["Ann", "Bob"] as asked.', "passed", "an array of 2"),
    "block": (None, "Here:\n```json\n[1]\n```\nDone.", "passed", "an array of 1"),
    "unmarked-block": (None, "Here:\n```\n{}\n```", "passed", "an object of 0"),
    "references": (None, "见[1]和[2, 3]，[链接](https://example.com)。", "failed", "no JSON object or array"),
    "empty-in-prose": (None, "Use {} and [].", "failed", "no JSON object or array"),
    "slots": (None, "[Your Name] {name} {{name}}", "failed", "no JSON object or array"),
    "python-dict": (None, "{'a': 1}", "failed", "no JSON object or array"),
    "cut-off": (None, '{"a": [1, 2', "failed", "no JSON object or array"),
    "inside-one-that-is-broken": (None, '{"a": {"b": 1}, oops}', "passed", "an object of 1"),
    "nan": (None, 'x {"a": NaN} y', "failed", "no JSON object or array"),
    "thinking": (None, '<think>{"a": 1}</think>None.', "failed", "no JSON object or array"),
    "nothing": (None, "", "failed", "no JSON object or array"),
    "schema": (NAMED, 'x {"name": "Ann"} y', "passed", "an object of 1"),
    "schema-second": (NAMED, '{"a": 1} and {"name": "Ann"}', "passed", "an object of 1"),
    "schema-none": (
        NAMED,
        'x {"a": 1} y',
        "failed",
        "1 JSON value, none of the shape; the first: $ 'name' is a required",
    ),
    "schema-of-two": (NAMED, '{"a": 1} {"b": 1}', "failed", "2 JSON values, none of the shape"),
    "outermost-alone": (NAMED, '[{"name": "Ann"}]', "failed", "is not of type 'object'"),
    "two-blocks": (COUNT, "```json\n[1]\n```\n```json\n[1, 2, 3]\n```", "passed", "an array of 3"),
    "dangling": ({"schema": {"$ref": "#/$defs/none"}}, "[1]", "crashed", "could not be applied"),
}


@pytest.mark.parametrize(("wants", "answer", "outcome", "said"), CASES.values(), ids=CASES)
def test_contains_json(wants: Wants, answer: str, outcome: str, said: str) -> None:
    result = ContainsJson(wants).judge(exchange(answer))
    assert (result.outcome, said in result.reason) == (outcome, True), result.reason


@pytest.mark.parametrize("wants", ["array", {"schemas": {}}, {"schema": {"type": "arrray"}}, {"schema": "x"}, []])
def test_contains_json_refuses(wants: object) -> None:
    with pytest.raises(BadCheck, match=r"check contains-json: .*allowed: nothing, or \{schema: a JSON Schema\}"):
        ContainsJson(wants)


@pytest.mark.parametrize(
    "piece",
    ["[", "{", '{"', '["', "[1,", '{"a":', "[[],", "\\[", '[1,"', '{"a":1}', "[1]", '"[', '["a",', "```\n[\n```\n"],
)
def test_hostile_answers_take_no_age(piece: str) -> None:
    started = time.monotonic()
    for answer in (piece * (300_000 // len(piece)), "[1," * 900 + '"' + "x" * 90_000):
        ContainsJson(COUNT).judge(exchange(answer))
    assert time.monotonic() - started < 10
