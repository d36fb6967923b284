from __future__ import annotations

import json
import time

import pytest

from grimoire.checks.json_at import AtJsonPath
from grimoire.checks.json_path import BadPath, JsonPath, TooMuch, written
from grimoire.checks.own import BadCheck
from tests.checks.samples import exchange

SHOP = {
    "shop": {
        "teas": [{"name": "龙井", "price": 80}, {"name": "碧螺春", "price": 120}, {"name": "普洱"}],
        "cup": {"price": 15},
    },
    "a.b": 1,
    "it's": 2,
    'say "hi"': 3,
    "列表": [[1, 2], [3]],
}
NAMES: list[object] = ["龙井", "碧螺春", "普洱"]
PATHS: dict[str, tuple[str, list[object]]] = {
    "root": ("$", [SHOP]),
    "name": ("$.shop.cup.price", [15]),
    "chinese-name": ("$.列表[1][0]", [3]),
    "quoted": ("$['a.b']", [1]),
    "double-quoted": ('$["a.b"]', [1]),
    "escaped-single": (r"$['it\'s']", [2]),
    "single-in-double": ('$["it\'s"]', [2]),
    "double-in-single": ("$['say \"hi\"']", [3]),
    "escaped-double": (r'$["say \"hi\""]', [3]),
    "escape-by-number": (r"$['\u0061.b']", [1]),
    "index": ("$.shop.teas[0].name", ["龙井"]),
    "index-from-the-end": ("$.shop.teas[-1].name", ["普洱"]),
    "index-too-far": ("$.shop.teas[3]", []),
    "index-too-far-from-the-end": ("$.shop.teas[-4]", []),
    "index-of-an-object": ("$.shop[0]", []),
    "name-of-an-array": ("$.shop.teas.name", []),
    "missing": ("$.shop.cups", []),
    "wildcard": ("$.shop.teas[*].name", NAMES),
    "dot-wildcard": ("$.shop.teas.*.name", NAMES),
    "wildcard-of-an-object": ("$.shop.cup[*]", [15]),
    "wildcard-of-a-number": ("$.shop.cup.price[*]", []),
    "slice": ("$.shop.teas[1:].name", NAMES[1:]),
    "slice-both": ("$.shop.teas[0:2].name", NAMES[:2]),
    "slice-step": ("$.shop.teas[::2].name", NAMES[::2]),
    "slice-backwards": ("$.shop.teas[::-1].name", NAMES[::-1]),
    "slice-from-the-end": ("$.shop.teas[-2:].name", NAMES[-2:]),
    "slice-with-spaces": ("$.shop.teas[ 0 : 3 : 2 ].name", NAMES[::2]),
    "slice-no-step": ("$.shop.teas[0:2:0]", []),
    "several": ("$.shop.teas[2, 0].name", ["普洱", "龙井"]),
    "several-kinds": ("$.列表[0][0, -1, 0:1]", [1, 2, 1]),
    "several-names": ("$.shop.teas[0]['price', 'name']", [80, "龙井"]),
    "below": ("$..name", NAMES),
    "below-anywhere": ("$..price", [80, 120, 15]),
    "below-index": ("$.列表..[0]", [[1, 2], 1, 3]),
    "below-everything": ("$.列表..*", [[1, 2], [3], 1, 2, 3]),
    "below-quoted": ("$..['a.b']", [1]),
    "spaces": (" $ .shop ['cup'] .price ", [15]),
}


@pytest.mark.parametrize(("path", "found"), PATHS.values(), ids=PATHS)
def test_a_path_leads_to(path: str, found: list[object]) -> None:
    nodes = JsonPath(path).find(SHOP)
    # RFC 9535 leaves the order of an object's members open; Python keeps the file's.
    assert sorted(map(repr, (value for _, value in nodes))) == sorted(map(repr, found))
    if ".." not in path:
        assert [value for _, value in nodes] == found
    for where, value in nodes:
        assert JsonPath(written(where)).find(SHOP) == [(where, value)]


def test_ways_are_written_as_paths() -> None:
    ways = [written(where) for where, _ in JsonPath("$..[0, 'it\\'s', 'a.b']").find(SHOP)]
    assert ways == ['$["it\'s"]', '$["a.b"]', "$.shop.teas[0]", "$.列表[0]", "$.列表[0][0]", "$.列表[1][0]"]
    assert written(None) == "$"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        pytest.param("", "begins with $", id="empty"),
        pytest.param("shop.cup", "begins with $", id="no-root"),
        pytest.param("@.shop", "begins with $", id="current"),
        pytest.param("$shop", "unexpected 'shop'", id="no-dot"),
        pytest.param("$.", "ends too early", id="dot"),
        pytest.param("$..", "ends too early", id="dots"),
        pytest.param("$...a", "unexpected '.a'", id="three-dots"),
        pytest.param("$.1a", "unexpected '1a'", id="digit-first"),
        pytest.param("$.a-b", "unexpected '-b'", id="hyphen"),
        pytest.param("$[", "ends too early", id="bracket"),
        pytest.param("$[]", "unexpected ']'", id="empty-bracket"),
        pytest.param("$[0", "ends too early", id="open"),
        pytest.param("$[0,]", "unexpected ']'", id="comma"),
        pytest.param("$[a]", "unexpected 'a]'", id="no-quotes"),
        pytest.param("$['a]", 'unexpected "\'a]"', id="open-quote"),
        pytest.param("$[01]", "unexpected '01]'", id="zero-first"),
        pytest.param("$[-0]", "unexpected '-0]'", id="minus-zero"),
        pytest.param("$[1.5]", "unexpected '.5]'", id="fraction"),
        pytest.param("$[99999999999999999999]", "unexpected", id="huge-index"),
        pytest.param(r"$['\x']", "an escape that JSON does not know", id="escape"),
        pytest.param(r'$["\'"]', "an escape that JSON does not know", id="escaped-single-in-double"),
        pytest.param("$[?@.price > 10]", "filters (?…) are not supported", id="filter"),
        pytest.param("$[(@.length-1)]", "unexpected '(@.length-'", id="script"),
        pytest.param("$.a" * 300, "longer than 500", id="long"),
    ],
)
def test_what_is_no_path_is_refused(path: str, said: str) -> None:
    with pytest.raises(BadPath) as caught:
        JsonPath(path)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param("$..*..*..*", [[[[1] * 10] * 10] * 10] * 10, id="again-and-again"),
        pytest.param("$[*]", list(range(200_000)), id="wide"),
        pytest.param("$" + "[*,*]" * 20, [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]], id="doubling"),
        pytest.param("$..a..b..c", [{}] * 200_000, id="nothing-found"),
        pytest.param("$" + "..*" * 50, json.loads("[" * 500 + "]" * 500), id="deep"),
    ],
)
def test_the_work_is_bounded(path: str, value: object) -> None:
    started = time.monotonic()
    with pytest.raises(TooMuch):
        JsonPath(path).find(value)
    assert time.monotonic() - started < 5


ITEMS = '{"items": [{"name": "Ann", "year": 2024}, {"name": "bob", "year": 1999, "ok": true}]}'
CHECKED: dict[str, tuple[dict[str, object], str, str, str]] = {
    "there": ({"path": "$.items"}, ITEMS, "passed", "found 1 value, wanted at least 1; the first is $.items an array"),
    "not-there": ({"path": "$.teas"}, ITEMS, "failed", "found 0 values, wanted at least 1; at $.teas"),
    "in-a-block": ({"path": "$.items[0].name"}, f"好的：\n```json\n{ITEMS}\n```", "passed", '$.items[0].name "Ann"'),
    "number": ({"path": "$.items[*]", "exactly": 3}, ITEMS, "failed", "found 2 values, wanted exactly 3"),
    "none-wanted": ({"path": "$..error", "exactly": 0}, ITEMS, "passed", "found 0 values"),
    "equals": ({"path": "$.items[0].name", "equals": "Ann"}, ITEMS, "passed", "Ann"),
    "equals-not": ({"path": "$..name", "equals": "Ann"}, ITEMS, "failed", '$.items[1].name is "bob", wanted "Ann"'),
    "equals-number": ({"path": "$..year", "at_least": 1, "equals": 2024.0}, ITEMS, "failed", "1999, wanted 2024.0"),
    "equals-the-number": ({"path": "$.items[0].year", "equals": 2024.0}, ITEMS, "passed", "2024"),
    "true-is-not-one": ({"path": "$..ok", "equals": 1}, ITEMS, "failed", "$.items[1].ok is true, wanted 1"),
    "equals-null": ({"path": "$.a", "equals": None}, '{"a": null}', "passed", "null"),
    "equals-array": ({"path": "$.a", "equals": [1, {"b": 2}]}, '{"a": [1, {"b": 2}]}', "passed", "an array of 2"),
    "equals-other-array": (
        {"path": "$.a", "equals": [1]},
        '{"a": [2]}',
        "failed",
        "an array of 1, wanted an array of 1",
    ),
    "matches": ({"path": "$..name", "matches": "^[A-Z]"}, ITEMS, "failed", '"bob", wanted a match of "^[A-Z]"'),
    "matches-number": ({"path": "$..year", "matches": r"^\d{4}$"}, ITEMS, "passed", "found 2 values"),
    "matches-true": ({"path": "$..ok", "matches": "^true$"}, ITEMS, "passed", "found 1 value"),
    "matches-no-object": ({"path": "$.items[0]", "matches": "Ann"}, ITEMS, "failed", "an object of 2"),
    "few-and-wrong": ({"path": "$..name", "at_least": 3, "matches": "x"}, ITEMS, "failed", "found 2 values, wanted at"),
    "not-json": ({"path": "$"}, "Sure!", "failed", "not JSON"),
    "two-blocks": ({"path": "$"}, "```json\n1\n```\n```json\n2\n```", "failed", "2 code blocks could be it"),
    "too-much": ({"path": "$[*]"}, json.dumps([0] * 200_000), "crashed", "more than the 100000 values looked at"),
    "hangs": ({"path": "$.a", "matches": "(a|aa)+$"}, f'{{"a": "{"a" * 50}b"}}', "crashed", "TimeoutError"),
    "deep": ({"path": "$", "equals": [1]}, "[" * 300 + "]" * 300, "failed", "$ is an array of 1, wanted an array of 1"),
}


@pytest.mark.parametrize(("wants", "answer", "outcome", "said"), CHECKED.values(), ids=CHECKED)
def test_json_path(wants: dict[str, object], answer: str, outcome: str, said: str) -> None:
    result = AtJsonPath(wants).judge(exchange(answer))
    assert (result.outcome, said in result.reason) == (outcome, True), result.reason


@pytest.mark.parametrize(
    ("wants", "said"),
    [
        pytest.param({}, "missing required field `path`", id="no-path"),
        pytest.param("$.a", "Expected `object`", id="text"),
        pytest.param({"path": "items"}, "a path begins with $", id="path"),
        pytest.param({"path": "$[?@.a]"}, "filters", id="filter"),
        pytest.param({"path": "$.a", "matches": "("}, "not a regular expression", id="pattern"),
        pytest.param({"path": "$.a", "at_least": 2, "at_most": 1}, "more than at_most", id="crossed"),
        pytest.param({"path": "$.a", "equal": 1}, "unknown field `equal`", id="misspelt"),
    ],
)
def test_json_path_refuses(wants: object, said: str) -> None:
    with pytest.raises(BadCheck, match=r"check json-path: .*allowed: \{path, at_least") as caught:
        AtJsonPath(wants)
    assert said in str(caught.value)
