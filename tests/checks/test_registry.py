from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import jsonschema
import pytest
import yaml

from grimoire.checks import CATALOGUE, STANDING, BadCheck, build, foreign, python_code, schema, standing, yardstick
from grimoire.checks.reason import cut, one_line, quote
from grimoire.errors import UsageError
from grimoire.judge import judge
from grimoire.spell import CheckSpec
from tests.checks.samples import ARTICLE_EN, ARTICLE_ZH, exchange

NUMBER = {"at_least": 1}
DOCS = Path(__file__).parent.parent.parent / "docs"


def documented(name: str) -> dict[str, object]:
    """Each check's example in a table of the documentation, by the check's name."""
    text = (DOCS / name).read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \|.*\| `([a-z-]+: .*)` \|$", text, re.MULTILINE)
    examples = {check: yaml.safe_load(example) for check, example in rows if check in CATALOGUE}
    assert all(list(example) == [check] for check, example in examples.items())
    return {check: example[check] for check, example in examples.items()}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A folder whose Python checks are allowed, with the function the documentation shows."""
    shown = re.search(r"```python\n(def quatrain.*?)```", (DOCS / "spells.md").read_text(encoding="utf-8"), re.DOTALL)
    assert shown
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "own.py").write_text(shown[1], encoding="utf-8")
    python_code.allow(tmp_path)
    yield tmp_path
    python_code.allow(None)


def test_the_names_are_the_documented_ones_in_order() -> None:
    assert list(STANDING) == [
        "answered", "finished", "refusal", "echo", "language", "leftovers", "on-subject", "on-task", "repetition",
    ]  # fmt: skip


@pytest.mark.parametrize("name", STANDING)
def test_standing_checks_know_their_names(name: str) -> None:
    check = STANDING[name]()
    assert (check.name, check.should) == (name, False)
    assert check.version >= 1


@pytest.mark.parametrize("name", ["spells.md", "spells.zh.md"])
@pytest.mark.usefixtures("project")
def test_documented_examples_build_and_fit_the_schema(name: str) -> None:
    examples = documented(name)
    assert list(examples) == list(CATALOGUE)
    validator = jsonschema.Draft202012Validator(schema())
    for check_name, wants in examples.items():
        check = build(CheckSpec(name=check_name, params=wants, should=True))
        assert (check.name, check.should) == (check_name, True)
        assert check.version >= 1
        validator.validate({check_name: wants, "should": True})


def test_both_languages_document_the_same_examples() -> None:
    assert documented("spells.md") == documented("spells.zh.md")


@pytest.mark.parametrize("answer", [ARTICLE_EN, ARTICLE_ZH, "", "\x1b[2J\u202e" + '咖啡 [1] {"a": ' * 500, "<think>…"])
@pytest.mark.usefixtures("project")
def test_every_check_judges_every_answer_in_one_safe_line(answer: str) -> None:
    for name, wants in documented("spells.md").items():
        check = build(CheckSpec(name=name, params=wants, should=True))
        result = check.judge(exchange(answer, text="咖啡"))
        assert (result.check, result.should) == (name, True)
        assert 0 < len(result.reason) <= 200
        assert result.reason.isprintable()


@pytest.mark.usefixtures("project")
def test_checks_have_a_yardstick_that_tells_their_wants_apart() -> None:
    every = [build(CheckSpec(name=name, params=wants)) for name, wants in documented("spells.md").items()]
    assert len({yardstick([check]) for check in every}) == len(every)
    few, many = (build(CheckSpec(name="not", params={"headings": {"at_least": n}})) for n in (1, 2))
    assert yardstick([few]) != yardstick([many])


def test_the_documented_function_says_what_it_found(project: Path) -> None:
    check = build(CheckSpec(name="python", params="checks/own.py:quatrain"))
    poem = "两个黄鹂鸣翠柳，\n一行白鹭上青天。\n窗含西岭千秋雪，\n门泊东吴万里船。"
    assert check.judge(exchange(poem)).outcome == "passed"
    result = check.judge(exchange(poem.replace("两个", "")))
    assert (result.outcome, result.reason) == ("failed", "quatrain: 4 lines, not of seven characters: [1]")


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
        pytest.param({"all-of": [{"emoji": {"atleast": 1}}]}, id="unknown-parameter-within"),
        pytest.param({"not": {"any-of": [{"emojis": NUMBER}]}}, id="unknown-two-within"),
        pytest.param({"all-of": [{"emoji": NUMBER, "should": True}]}, id="should-within"),
        pytest.param({"not": {"judge": "It is polite."}}, id="question-within"),
        pytest.param({"any-of": []}, id="none-within"),
    ],
)
def test_the_schema_refuses(item: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(item, schema())


def test_the_schema_is_complete_in_itself() -> None:
    whole = schema()
    jsonschema.Draft202012Validator.check_schema(whole)
    references = re.findall(r"'\$ref': '([^']*)'", repr(whole))
    assert set(references) == {"#/$defs/InnerCheck"}
    assert list(cast("dict[str, object]", whole["$defs"])) == ["InnerCheck"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("heading", "no check 'heading'; did you mean headings?", id="near"),
        pytest.param("xyzzy", "no check 'xyzzy'; known: contains, contains-all", id="far"),
        pytest.param("icontains", "no check 'icontains'; write contains, which ignores case", id="promptfoo"),
        pytest.param("levenshtein", "no check 'levenshtein'; write like with by: edit", id="promptfoo-likeness"),
        pytest.param("is-refusal", "no check 'is-refusal'; write nothing: every answer meets", id="promptfoo-standing"),
        pytest.param("not-equals", "no check 'not-equals'; write not: {equals: …}", id="not-ours"),
        pytest.param("not-regex", "no check 'not-regex'; write not-matches", id="not-theirs"),
        pytest.param("not-is-json", "no check 'not-is-json'; write not, with json", id="not-theirs-too"),
        pytest.param("answered", "`answered` is a standing check: every answer meets it", id="standing"),
    ],
)
def test_unknown_checks(name: str, said: str) -> None:
    with pytest.raises(BadCheck) as caught:
        build(CheckSpec(name=name))
    assert isinstance(caught.value, UsageError)
    assert str(caught.value).startswith(said)


def test_standing_checks_can_be_skipped_by_name() -> None:
    assert [check.name for check in standing(("leftovers", "echo"))] == [
        "answered", "finished", "refusal", "language", "on-subject", "on-task", "repetition",
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
    assert len(verdict.checks) == 9


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


def test_what_is_offered_instead_exists() -> None:
    for offer in foreign.INSTEAD.values():
        named = set(re.findall(r"[a-z]+(?:-[a-z]+)*", offer))
        assert named & {*CATALOGUE, *STANDING}, offer
