from __future__ import annotations

import time

import pytest

from grimoire.checks.code_blocks import CodeBlocks
from grimoire.checks.own import BadCheck
from grimoire.checks.structure import Headings, ListItems
from grimoire.checks.tables import Tables
from tests.checks.samples import ARTICLE_EN, ARTICLE_ZH, exchange

Wants = dict[str, object]

HEADINGS: dict[str, tuple[str, Wants, str]] = {
    "three": (ARTICLE_EN, {"exactly": 3}, "passed"),
    "three-zh": (ARTICLE_ZH, {"at_least": 3}, "passed"),
    "too-few": (ARTICLE_EN, {"at_least": 15}, "failed"),
    "too-many": (ARTICLE_EN, {"at_most": 2}, "failed"),
    "level": (ARTICLE_EN, {"exactly": 2, "level": 2}, "passed"),
    "level-none": (ARTICLE_EN, {"at_least": 1, "level": 3}, "failed"),
    "underlined": ("Title\n=====\n\ntext", {"exactly": 1}, "passed"),
    "in-quote": ("> ## Quoted", {"exactly": 1}, "passed"),
    "in-code": ("```\n# comment\n```", {"exactly": 0}, "passed"),
    "whole-answer-in-markdown-block": (f"```markdown\n{ARTICLE_EN}```", {"exactly": 3}, "passed"),
    "hashtags": ("#coffee #tea", {"exactly": 0}, "passed"),
    "bold-line": ("**Not a heading**", {"exactly": 0}, "passed"),
    "seven-hashes": ("####### no", {"exactly": 0}, "passed"),
}
WIDE = "| a | b | c | d |\n|---|---|---|---|\n" + "| 1 | 2 | 3 | 4 |\n" * 30
TABLES: dict[str, tuple[str, Wants, str]] = {
    "one": (ARTICLE_EN, {"exactly": 1}, "passed"),
    "none": ("a | b", {"at_least": 1}, "failed"),
    "columns-rows": (WIDE, {"at_least": 1, "columns": {"at_least": 4}, "rows": {"at_least": 30}}, "passed"),
    "too-narrow": (WIDE, {"at_least": 1, "columns": {"at_least": 5}}, "failed"),
    "too-short": (WIDE, {"at_least": 1, "rows": {"at_least": 31}}, "failed"),
    "only-the-fitting-count": (WIDE + "\n\n" + ARTICLE_EN, {"exactly": 1, "rows": {"at_least": 10}}, "passed"),
    "two": (WIDE + "\n\n" + ARTICLE_ZH, {"exactly": 2}, "passed"),
    "tabs": (
        "月份\t销量\n一月\t300\n二月\t450\n",
        {"exactly": 1, "columns": {"exactly": 2}, "rows": {"exactly": 2}},
        "passed",
    ),
    "indented-by-tabs": ("\ttext\n\tmore", {"exactly": 0}, "passed"),
    "tabs-in-code": ("```\na\tb\nc\td\n```", {"exactly": 0}, "passed"),
    "in-list": ("- item\n\n  | a | b |\n  |---|---|\n  | 1 | 2 |", {"exactly": 1}, "passed"),
    "rule-alone": ("|---|---|", {"exactly": 0}, "passed"),
}
LISTS: dict[str, tuple[str, Wants, str]] = {
    "both": (ARTICLE_EN, {"exactly": 6}, "passed"),
    "numbered": (ARTICLE_EN, {"exactly": 3, "ordered": True}, "passed"),
    "bulleted": (ARTICLE_EN, {"exactly": 3, "ordered": False}, "passed"),
    "nested": ("1. a\n   - b\n   - c\n2. d", {"exactly": 2, "ordered": False}, "passed"),
    "parentheses": ("1) a\n2) b", {"exactly": 2, "ordered": True}, "passed"),
    "chinese-numbers": ("1、磨豆\n2、注水\n3、等待", {"exactly": 3, "ordered": True}, "passed"),
    "round-bullets": ("• beans\n• water", {"exactly": 2, "ordered": False}, "passed"),
    "years-are-none": ("2024、2025 两年", {"exactly": 0}, "passed"),
    "in-code": ("```\n- a\n```", {"exactly": 0}, "passed"),
    "dashes-in-text": ("a - b - c", {"exactly": 0}, "passed"),
    "too-few": (ARTICLE_ZH, {"at_least": 10}, "failed"),
}
FENCES = "```python\na\n```\n\n~~~js\nb\n~~~\n\n```\nc\n```\n"
CODE: dict[str, tuple[str, Wants, str]] = {
    "three": (FENCES, {"exactly": 3}, "passed"),
    "marked": (FENCES, {"exactly": 1, "language": "Python"}, "passed"),
    "not-marked": (FENCES, {"at_least": 1, "language": "rust"}, "failed"),
    "indented": ("text\n\n    code", {"exactly": 0}, "passed"),
    "span": ("`code`", {"exactly": 0}, "passed"),
    "inside-markdown": ("```md\n~~~python\na\n~~~\n```", {"exactly": 1, "language": "python"}, "passed"),
}


@pytest.mark.parametrize(("answer", "wants", "outcome"), [pytest.param(*c, id=n) for n, c in HEADINGS.items()])
def test_headings(answer: str, wants: Wants, outcome: str) -> None:
    assert Headings(wants).judge(exchange(answer)).outcome == outcome


@pytest.mark.parametrize(("answer", "wants", "outcome"), [pytest.param(*c, id=n) for n, c in TABLES.items()])
def test_tables(answer: str, wants: Wants, outcome: str) -> None:
    assert Tables(wants).judge(exchange(answer)).outcome == outcome


@pytest.mark.parametrize(("answer", "wants", "outcome"), [pytest.param(*c, id=n) for n, c in LISTS.items()])
def test_list_items(answer: str, wants: Wants, outcome: str) -> None:
    assert ListItems(wants).judge(exchange(answer)).outcome == outcome


@pytest.mark.parametrize(("answer", "wants", "outcome"), [pytest.param(*c, id=n) for n, c in CODE.items()])
def test_code_blocks(answer: str, wants: Wants, outcome: str) -> None:
    assert CodeBlocks(wants).judge(exchange(answer)).outcome == outcome


def test_reasons_hold_both_numbers() -> None:
    assert Headings({"at_least": 15}).judge(exchange(ARTICLE_EN)).reason == "found 3 headings, wanted at least 15"
    wants = {"at_least": 1, "at_most": 2, "columns": {"at_least": 4}}
    reason = Tables(wants).judge(exchange(ARTICLE_EN)).reason
    assert reason == "found 0 tables with at least 4 columns, wanted at least 1 and at most 2; 2 rows × 2 columns"


@pytest.mark.parametrize(
    ("wants", "said"),
    [
        pytest.param({}, "a number is missing", id="empty"),
        pytest.param(None, "Expected `object`, got `null`", id="nothing"),
        pytest.param(15, "Expected `object`, got `int`", id="bare-number"),
        pytest.param({"at_lest": 15}, "unknown field `at_lest`", id="misspelt"),
        pytest.param({"at_least": "15"}, "Expected `int`, got `str`", id="text"),
        pytest.param({"at_least": -1}, ">= 0", id="negative"),
        pytest.param({"at_least": 3, "at_most": 2}, "at_least 3 is more than at_most 2", id="crossed"),
        pytest.param({"exactly": 3, "at_most": 4}, "`exactly` stands alone", id="exactly-and-more"),
        pytest.param({"at_least": 1, "level": 7}, "<= 6", id="level-seven"),
        pytest.param({"at_least": True}, "Expected `int`, got `bool`", id="boolean"),
    ],
)
def test_wrong_parameters_are_one_line(wants: object, said: str) -> None:
    with pytest.raises(BadCheck) as caught:
        Headings(wants)
    message = str(caught.value)
    assert message.startswith("check headings: ")
    assert said in message
    assert message.endswith("allowed: {at_least, at_most, exactly, level}")
    assert "\n" not in message


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("[" * 100_000, id="brackets"),
        pytest.param(">" * 50_000, id="quotes"),
        pytest.param("- " * 50_000, id="nested-lists"),
        pytest.param("|a" * 2_000 + "\n" + "|-" * 2_000 + "\n" + "|\n" * 5_000, id="table-to-complete"),
        pytest.param("```\n" * 30_000, id="fences"),
        pytest.param("a" * 2_000_000, id="huge"),
    ],
)
def test_hostile_markdown_takes_no_age(answer: str) -> None:
    started = time.monotonic()
    Headings({"at_least": 1}).judge(exchange(answer))
    assert time.monotonic() - started < 20
