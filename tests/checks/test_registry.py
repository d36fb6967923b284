from __future__ import annotations

import subprocess
import sys

import jsonschema
import pytest

from grimoire.checks import CATALOGUE, STANDING, BadCheck, build, schema, standing
from grimoire.checks.reason import cut, one_line, quote
from grimoire.errors import UsageError
from grimoire.judge import judge
from grimoire.spell import CheckSpec
from tests.checks.samples import ARTICLE_EN, ARTICLE_ZH, exchange

NUMBER = {"at_least": 1}
GOOD: dict[str, object] = {
    "contains": ["结论", "常见问题"],
    "not-contains": "作为一个AI",
    "matches": {"pattern": "^第.+周", "at_least": 4},
    "headings": {"at_least": 15, "level": 2},
    "tables": {"at_least": 1, "columns": {"at_least": 4}, "rows": {"at_least": 30}},
    "list-items": {"exactly": 10, "ordered": True},
    "code-blocks": {"at_least": 1, "language": "python"},
    "length": {"characters": {"at_least": 800}},
    "json": {"schema": {"type": "array", "minItems": 3}},
    "language": "en",
    "emoji": {"at_least": 3},
    "hashtags": {"at_least": 5, "at_most": 10},
}


def test_the_names_are_the_documented_ones_in_order() -> None:
    assert list(STANDING) == ["answered", "finished", "refusal", "echo", "language", "leftovers", "on-subject"]
    assert list(CATALOGUE) == list(GOOD)


@pytest.mark.parametrize("name", STANDING)
def test_standing_checks_know_their_names(name: str) -> None:
    check = STANDING[name]()
    assert (check.name, check.version, check.should) == (name, 1, False)


@pytest.mark.parametrize("name", CATALOGUE)
def test_documented_examples_build_and_fit_the_schema(name: str) -> None:
    check = build(CheckSpec(name=name, params=GOOD[name], should=True))
    assert (check.name, check.version, check.should) == (name, 1, True)
    jsonschema.validate({name: GOOD[name], "should": True}, schema())
    result = check.judge(exchange(ARTICLE_ZH))
    assert result.outcome in {"passed", "failed"}
    assert result.should
    assert result.reason


@pytest.mark.parametrize(
    "item",
    [
        pytest.param({}, id="empty"),
        pytest.param({"should": True}, id="no-check"),
        pytest.param({"emoji": NUMBER, "hashtags": NUMBER}, id="two-checks"),
        pytest.param({"emojis": NUMBER}, id="unknown"),
        pytest.param({"emoji": NUMBER, "should": "yes"}, id="should-is-a-boolean"),
        pytest.param({"emoji": {"atleast": 1}}, id="unknown-parameter"),
        pytest.param({"headings": 3}, id="bare-number"),
        pytest.param("emoji", id="text"),
    ],
)
def test_the_schema_refuses(item: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(item, schema())


def test_the_schema_is_complete_in_itself() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert "$ref" not in repr(schema())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("heading", "no check 'heading'; did you mean headings? known: contains, ", id="near"),
        pytest.param("xyzzy", "no check 'xyzzy'; known: contains, not-contains", id="far"),
        pytest.param("answered", "no check 'answered'", id="standing-checks-are-not-asked-for"),
    ],
)
def test_unknown_checks(name: str, said: str) -> None:
    with pytest.raises(BadCheck) as caught:
        build(CheckSpec(name=name))
    assert isinstance(caught.value, UsageError)
    assert str(caught.value).startswith(said)


def test_standing_checks_can_be_skipped_by_name() -> None:
    assert [check.name for check in standing(("leftovers", "echo"))] == [
        "answered", "finished", "refusal", "language", "on-subject",
    ]  # fmt: skip
    with pytest.raises(BadCheck, match="no standing check 'leftover'; did you mean leftovers"):
        standing(["leftover"])


@pytest.mark.parametrize(
    ("answer", "text", "code"),
    [
        pytest.param(ARTICLE_EN, "How to brew coffee at home", "en", id="en"),
        pytest.param(ARTICLE_ZH, "如何在家冲咖啡", "zh", id="zh"),
        pytest.param("好的，以下是您要的文章：\n\n" + ARTICLE_ZH, "咖啡", "zh", id="zh-polite"),
        pytest.param("Sorry for the length, but here it is.\n\n" + ARTICLE_EN, "coffee", "en", id="en-sorry"),
        pytest.param("月份\t咖啡\n一月\t三百\n二月\t四百", "咖啡销量", "zh", id="zh-table-with-tabs"),
        pytest.param("Coffee.", "coffee or tea", "en", id="en-short"),
        pytest.param(f"```markdown\n{ARTICLE_ZH}```", "咖啡", "zh", id="zh-wrapped"),
    ],
)
def test_good_answers_pass_every_standing_check(answer: str, text: str, code: str) -> None:
    verdict = judge(exchange(answer, text=text, answer_in=code), standing())
    assert (verdict.kind, verdict.reasons) == ("works", ())
    assert len(verdict.checks) == 7


def test_importing_the_checks_imports_nothing_heavy() -> None:
    heavy = "{'jsonschema', 'markdown_it', 'rapidfuzz', 'openai', 'deepl', 'rich'}"
    code = f"import sys, grimoire.checks, grimoire.judge; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("a\n b\t c", "a b c", id="white-space"),
        pytest.param("red \x1b[31malert", "red \\x1b[31malert", id="escape-sequence"),
        pytest.param("a\u202eb", "a\\u202eb", id="direction"),
        pytest.param("bell\a", "bell\\x07", id="bell"),
        pytest.param("咖啡 ✅", "咖啡 ✅", id="wide"),
    ],
)
def test_reasons_are_one_safe_line(text: str, line: str) -> None:
    assert one_line(text) == line


def test_reasons_are_short() -> None:
    assert cut("abcdef", 4) == "abc…"
    assert len(quote("x" * 1000)) == 62
    assert quote("") == '""'


@pytest.mark.parametrize("name", STANDING)
def test_hostile_answers_have_safe_reasons(name: str) -> None:
    answer = "抱歉，我无法回答\x1b[2J\u202e 这个问题 [Your\x1b[0m Name] [你的\x07名字]\r\n```\n" + "\x00" * 500
    result = STANDING[name]().judge(exchange(answer, text="咖啡" * 100, finish="unknown"))
    assert result.reason.isprintable()
    assert 0 < len(result.reason) <= 200


@pytest.mark.parametrize("name", STANDING)
@pytest.mark.parametrize(
    "piece", ["a", "抱歉，", "[", "[你的", "`", "```\n", "I'm sorry, ", "#", "$$", "\\[", "{{", " \n", "as an ai "]
)
def test_long_hostile_answers_take_no_age(name: str, piece: str) -> None:
    import time

    answer = piece * (200_000 // len(piece))
    started = time.monotonic()
    STANDING[name]().judge(exchange(answer, text=answer[:5000], incantation=answer[:9000], finish="unknown"))
    assert time.monotonic() - started < 5
