from __future__ import annotations

import time

import pytest

from grimoire.checks.code_blocks import CodeBlocks
from grimoire.checks.own import BadCheck
from tests.checks.samples import exchange

Wants = dict[str, object]

FENCES = "```python\na\n```\n\n~~~js\nb\n~~~\n\n```\nc\n```\n"
COUNTED: dict[str, tuple[str, Wants, str]] = {
    "three": (FENCES, {"exactly": 3}, "passed"),
    "marked": (FENCES, {"exactly": 1, "language": "Python"}, "passed"),
    "not-marked": (FENCES, {"at_least": 1, "language": "rust"}, "failed"),
    "language-alone": (FENCES, {"language": "rust"}, "failed"),
    "alias": ("```py\na\n```\n```python3\nb\n```", {"exactly": 2, "language": "python"}, "passed"),
    "alias-wanted": ("```javascript\na\n```", {"exactly": 1, "language": "js"}, "passed"),
    "file-name": ("```python:src/app.py\na\n```", {"exactly": 1, "language": "python"}, "passed"),
    "options": ("```{.python .numbered}\na\n```", {"exactly": 1, "language": "python"}, "passed"),
    "signs": ("```c++\na\n```\n```c#\nb\n```", {"exactly": 1, "language": "cpp"}, "passed"),
    "indented": ("text\n\n    code", {"exactly": 0}, "passed"),
    "span": ("`code`", {"exactly": 0}, "passed"),
    "inside-markdown": ("```md\n~~~python\na\n~~~\n```", {"exactly": 1, "language": "python"}, "passed"),
    "parsing-not-asked": ("```json\n{\n```", {"exactly": 1, "parses": False}, "passed"),
}


@pytest.mark.parametrize(("answer", "wants", "outcome"), [pytest.param(*c, id=n) for n, c in COUNTED.items()])
def test_code_blocks(answer: str, wants: Wants, outcome: str) -> None:
    assert CodeBlocks(wants).judge(exchange(answer)).outcome == outcome


PARSED: dict[str, tuple[str, str, str, str]] = {
    "json": ("json", '{"a": [1, null]}', "passed", "1 of 1 parsed"),
    "json-comma": ("json", '{"a": 1,}', "failed", "block 1 (json) does not parse: Expecting property name"),
    "json-nan": ("json", "NaN", "failed", "NaN is not JSON"),
    "yaml": ("yml", "a: [1, 2]\nb: |\n  文字\n---\nc: &x 1\n", "passed", "1 of 1 parsed"),
    "yaml-open": ("yaml", "a: [1\nb: 2", "failed", "line 2: "),
    "yaml-control": ("yaml", "a: \x01", "failed", "does not parse"),
    "toml": ("toml", 'a = 1\n[b]\nc = "d"', "passed", "1 of 1 parsed"),
    "toml-value": ("toml", "a = ", "failed", "line 1"),
    "python": ("python", "def f(x: int) -> int:\n    return x + 1\n", "passed", "1 of 1 parsed"),
    "python-indented": ("py", "    def f(self):\n        return '\\d'\n", "passed", "1 of 1 parsed"),
    "python-2": ("python", "x = 1\nprint 'a'", "failed", "line 2: "),
    "python-open": ("python", "x = f(1", "failed", "'(' was never closed, \"x = f(1\""),
    "xml": ("xml", '<?xml version="1.0"?><a b="c"><d/>文</a>', "passed", "1 of 1 parsed"),
    "xml-tags": ("xml", "<a><b></a>", "failed", "mismatched tag"),
    "svg": ("svg", '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "s.dtd"><svg/>', "passed", "1 of 1 parsed"),
    "xml-entity": ("xml", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "failed", "declares entities"),
    "other": ("rust", "fn main( {", "skipped", "no block to parse, 1 of other languages"),
    "unmarked": ("", "{", "skipped", "no block to parse"),
}


@pytest.mark.parametrize(("mark", "code", "outcome", "said"), PARSED.values(), ids=PARSED)
def test_blocks_must_parse(mark: str, code: str, outcome: str, said: str) -> None:
    result = CodeBlocks({"at_least": 1, "parses": True}).judge(exchange(f"好的：\n\n```{mark}\n{code}\n```\n"))
    assert (result.outcome, said in result.reason) == (outcome, True), result.reason
    assert result.reason.isprintable()


def test_one_broken_block_among_good_ones_fails() -> None:
    answer = "```python\na\n```\n```js\nx(\n```\n```json\n{\n```\n"
    result = CodeBlocks({"parses": True}).judge(exchange(answer))
    assert (result.outcome, "block 3 (json)" in result.reason) == ("failed", True)
    only = CodeBlocks({"parses": True, "language": "python"}).judge(exchange(answer))
    assert (only.outcome, only.reason) == (
        "passed",
        "found 1 code block with mark python, wanted at least 1; python, javascript, json; 1 of 1 parsed",
    )


def test_the_number_is_told_before_what_does_not_parse() -> None:
    result = CodeBlocks({"exactly": 2, "parses": True}).judge(exchange("```json\n{\n```"))
    assert (result.outcome, result.reason) == ("failed", "found 1 code block, wanted exactly 2")
    none = CodeBlocks({"exactly": 0, "parses": True}).judge(exchange("No code."))
    assert none.outcome == "passed"


@pytest.mark.parametrize(
    ("wants", "said"),
    [
        pytest.param({}, "a number is missing", id="empty"),
        pytest.param({"language": ""}, "length >= 1", id="no-language"),
        pytest.param({"parses": True, "language": "rust"}, "rust cannot be parsed here, only json, yaml", id="parser"),
        pytest.param({"parses": "yes"}, "Expected `bool`", id="text"),
        pytest.param({"parse": True}, "unknown field `parse`", id="misspelt"),
    ],
)
def test_code_blocks_refuse(wants: Wants, said: str) -> None:
    with pytest.raises(
        BadCheck, match=r"check code-blocks: .*allowed: \{at_least, at_most, exactly, language, parses"
    ) as caught:
        CodeBlocks(wants)
    assert said in str(caught.value)


BOMBS = {
    "json-deep": ("json", "[" * 40_000),
    "yaml-deep": ("yaml", "[" * 40_000),
    "yaml-maps": ("yaml", "{a: " * 10_000),
    "yaml-aliases": ("yaml", "a: &a [x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(2_000))),
    "toml-deep": ("toml", "a = " + "[" * 40_000),
    "toml-dotted": ("toml", "a" + ".a" * 4_900 + " = 1"),
    "xml-deep": ("xml", "<a>" * 15_000),
    "xml-billion": (
        "xml",
        '<!DOCTYPE l [<!ENTITY l0 "lol">'
        + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        + "]><l>&l9;</l>",
    ),
    "python-brackets": ("python", "[" * 40_000),
    "python-unary": ("python", "-" * 40_000 + "1"),
    "python-sum": ("python", "1" + "+1" * 20_000),
    "python-lambdas": ("python", "lambda:" * 6_000 + "1"),
    "python-attributes": ("python", "a" + ".a" * 20_000),
    "python-calls": ("python", "f(" * 100 + "1 2" + ")" * 100),
    "python-with": ("python", "with " + "(" * 100 + "a" + ")" * 100),
    "python-indent": ("python", "\n".join(" " * n + "if 1:" for n in range(200))),
    "python-number": ("python", "1" * 40_000),
    "too-long": ("python", "a = 1\n" * 10_000),
}


@pytest.mark.parametrize(("mark", "code"), BOMBS.values(), ids=BOMBS)
def test_bombs_take_no_age(mark: str, code: str) -> None:
    started = time.monotonic()
    result = CodeBlocks({"parses": True}).judge(exchange(f"```{mark}\n{code}\n```"))
    assert time.monotonic() - started < 5
    assert result.outcome in {"passed", "failed", "crashed"}
    assert len(result.reason) <= 200


def test_a_block_too_long_to_be_looked_at_gives_no_verdict() -> None:
    result = CodeBlocks({"parses": True}).judge(exchange("```python\n" + "a = 1\n" * 10_000 + "```"))
    assert (result.outcome, result.reason) == ("crashed", "block 1 is longer than the 50000 characters looked at")


def test_code_is_not_run(tmp_path: object) -> None:
    code = "raise SystemExit('ran')\n"
    assert CodeBlocks({"parses": True}).judge(exchange(f"```python\n{code}```")).outcome == "passed"
