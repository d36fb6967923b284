from __future__ import annotations

import random
import time

import pytest

from grimoire.checks import parts
from grimoire.checks.own import BadCheck
from grimoire.checks.structure import Headings, Links, ListItems, Paragraphs
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
    "level-alone": (ARTICLE_EN, {"level": 3}, "failed"),
    "texts": (ARTICLE_EN, {"texts": ["what you need", "method"]}, "passed"),
    "texts-zh": (ARTICLE_ZH, {"texts": ["咖啡", "准备", "步骤"]}, "passed"),
    "texts-out-of-order": (ARTICLE_ZH, {"texts": ["步骤", "准备"]}, "failed"),
    "text-missing": (ARTICLE_ZH, {"texts": ["准备", "结论"]}, "failed"),
    "text-outside-headings": (ARTICLE_EN, {"texts": ["Ratio"]}, "failed"),
    "texts-and-number": (ARTICLE_EN, {"at_least": 4, "texts": ["method"]}, "failed"),
    "texts-of-one-level": (ARTICLE_EN, {"level": 2, "texts": ["Brewing"]}, "failed"),
    "text-twice": ("# Part\n## Part", {"texts": ["part", "part"]}, "passed"),
    "text-once-wanted-twice": ("# Part", {"texts": ["part", "part"]}, "failed"),
    "emphasis": ("## 1. **What’s** `__init__`", {"texts": ["What's", "`__init__`"], "at_least": 1}, "failed"),
    "emphasis-in-one": ("## 1. **What’s** `__init__`", {"texts": ["What's `__init__`"]}, "passed"),
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
    "names": (ARTICLE_EN, {"columns": {"names": ["taste", "ratio"]}}, "passed"),
    "names-zh": (ARTICLE_ZH, {"columns": {"names": ["粉水比", "味道"], "exactly": 2}}, "passed"),
    "name-missing": (ARTICLE_ZH, {"columns": {"names": ["粉水比", "价格"]}}, "failed"),
    "name-in-the-body": (ARTICLE_ZH, {"columns": {"names": ["浓"]}}, "failed"),
    "names-in-bold": ("| **Day** | Post |\n|--|--|\n| 1 | a |", {"columns": {"names": ["day"]}}, "passed"),
    "a-cell-for-each-name": (
        "| 副标题 | 内容 |\n|--|--|\n| 1 | a |",
        {"columns": {"names": ["标题", "副标题"]}},
        "failed",
    ),
    "the-cell-that-is-the-name": (
        "|副标题|标题|\n|--|--|\n|1|a|",
        {"columns": {"names": ["标题", "副标题"]}},
        "passed",
    ),
    "names-in-tabs": ("日期\t内容\n1\ta\n", {"columns": {"names": ["日期", "内容"]}, "filled": True}, "passed"),
    "filled": (ARTICLE_EN, {"filled": True}, "passed"),
    "empty-cell": ("| a | b |\n|--|--|\n| 1 | |", {"filled": True}, "failed"),
    "cell-left-off": ("| a | b |\n|--|--|\n| 1 |", {"filled": True}, "failed"),
    "line-break-in-a-cell": ("| a | b |\n|--|--|\n| 1 | <br> |", {"filled": True}, "failed"),
    "empty-corner": ("| | A | B |\n|--|--|--|\n| x | 1 | 2 |", {"filled": True}, "passed"),
    "empty-tab-cell": ("a\tb\tc\n1\t\t3\n", {"filled": True}, "failed"),
    "one-of-two-filled": ("| a |\n|--|\n| |\n\n" + ARTICLE_EN, {"at_least": 1, "filled": True}, "passed"),
    "filled-not-asked": ("| a | b |\n|--|--|\n| 1 | |", {"filled": False}, "passed"),
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
    "ordered-alone": ("- a", {"ordered": True}, "failed"),
    "parentheses-zh": ("（1）磨豆\n（2）注水", {"exactly": 2, "ordered": True}, "passed"),
    "circled": ("①磨豆\n② 注水", {"exactly": 2, "ordered": True}, "passed"),
    "bold-numbers": ("**1. Grind**\n\ntext\n\n**2、注水**", {"exactly": 2, "ordered": True}, "passed"),
    "year-in-parentheses": ("(2024) was good", {"exactly": 0}, "passed"),
    "item-that-begins-with-a-number": ("- 1、磨豆\n- 2、注水", {"exactly": 2}, "passed"),
    "price": ("1.5 liters\n\n3,5", {"exactly": 0}, "passed"),
}
PARAGRAPHS: dict[str, tuple[str, Wants, str]] = {
    "article": (ARTICLE_EN, {"exactly": 2}, "passed"),
    "article-zh": (ARTICLE_ZH, {"exactly": 2}, "passed"),
    "none": ("# Title\n\n- a\n- b\n\n```\nc\n```\n\n> d", {"exactly": 0}, "passed"),
    "lines-of-one": ("one\ntwo\nthree", {"exactly": 1}, "passed"),
    "indented": ("　　第一段。\n　　第二段。\n　　第三段。", {"exactly": 3}, "passed"),
    "indented-and-blank-lines": ("　　第一段。\n\n　　第二段。", {"exactly": 2}, "passed"),
    "chinese-items": ("1、磨豆\n2、注水\n\n正文", {"exactly": 1}, "passed"),
    "in-items": ("- a\n\n  more of a\n\nafter", {"exactly": 1}, "passed"),
    "too-few": ("one", {"at_least": 2}, "failed"),
    "empty": ("", {"at_least": 1}, "failed"),
}
LINKS: dict[str, tuple[str, Wants, str]] = {
    "markdown": ("See [the page](https://example.com/a_(b)) now.", {"exactly": 1}, "passed"),
    "bare": ("见https://example.com/a，和 http://example.org。", {"exactly": 2}, "passed"),
    "angles": ("<https://example.com>", {"exactly": 1}, "passed"),
    "its-own-text": ("[https://example.com](https://example.com)", {"exactly": 1}, "passed"),
    "with-title": ('[a](https://example.com "title")', {"exactly": 1}, "passed"),
    "picture": ("![a](https://example.com/a.png)", {"exactly": 0}, "passed"),
    "picture-that-leads-on": ("[![a](https://example.com/a.png)](https://example.com)", {"exactly": 1}, "passed"),
    "in-code": ("`https://a.example` and\n```\nhttps://b.example\n```", {"exactly": 0}, "passed"),
    "other-schemes": ("[mail](mailto:a@example.com), [file](file:///etc), www.example.com", {"exactly": 0}, "passed"),
    "capitals": ("HTTPS://EXAMPLE.COM", {"exactly": 1}, "passed"),
    "too-many": ("https://a.example https://b.example", {"at_most": 1}, "failed"),
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


@pytest.mark.parametrize(("answer", "wants", "outcome"), [pytest.param(*c, id=n) for n, c in PARAGRAPHS.items()])
def test_paragraphs(answer: str, wants: Wants, outcome: str) -> None:
    assert Paragraphs(wants).judge(exchange(answer)).outcome == outcome


@pytest.mark.parametrize(("answer", "wants", "outcome"), [pytest.param(*c, id=n) for n, c in LINKS.items()])
def test_links(answer: str, wants: Wants, outcome: str) -> None:
    assert Links(wants).judge(exchange(answer)).outcome == outcome


def test_reasons_hold_both_numbers() -> None:
    assert Headings({"at_least": 15}).judge(exchange(ARTICLE_EN)).reason == "found 3 headings, wanted at least 15"
    wants = {"at_least": 1, "at_most": 2, "columns": {"at_least": 4}}
    reason = Tables(wants).judge(exchange(ARTICLE_EN)).reason
    assert reason == "found 0 tables with at least 4 columns, wanted at least 1 and at most 2; 2 rows × 2 columns"


@pytest.mark.parametrize(
    ("wants", "said"),
    [
        pytest.param(
            {"texts": ["准备", "结论"]}, 'no heading has "结论"; 3 headings: "在家冲一杯好咖啡", "需要', id="missing"
        ),
        pytest.param({"texts": ["步骤", "准备"]}, 'the heading "需要准备什么" stands before "步骤"', id="order"),
        pytest.param({"at_least": 5, "texts": ["结论"]}, "found 3 headings, wanted at least 5; no heading", id="both"),
        pytest.param({"level": 3, "texts": ["结论"]}, "found 0 level-3 headings, wanted at least 1; no h", id="level"),
    ],
)
def test_reasons_name_the_heading(wants: Wants, said: str) -> None:
    assert Headings(wants).judge(exchange(ARTICLE_ZH)).reason.startswith(said)


@pytest.mark.parametrize(
    ("wants", "said"),
    [
        pytest.param({"columns": {"names": ["价格"]}}, '; table 1: no column "价格" among "日期", "内容"', id="name"),
        pytest.param({"filled": True}, '; table 1: row 2 has nothing in column "内容"', id="cell"),
        pytest.param({"rows": {"at_least": 3}, "filled": True}, "wanted at least 1; 2 rows × 2 columns", id="size"),
    ],
)
def test_reasons_say_what_a_table_lacks(wants: Wants, said: str) -> None:
    reason = Tables(wants).judge(exchange("| 日期 | 内容 |\n|--|--|\n| 1 | a |\n| 2 | |")).reason
    assert reason.endswith(said)


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
        pytest.param({"texts": []}, "length >= 1", id="no-texts"),
        pytest.param({"texts": "结论"}, "Expected `array", id="one-text"),
    ],
)
def test_wrong_parameters_are_one_line(wants: object, said: str) -> None:
    with pytest.raises(BadCheck) as caught:
        Headings(wants)
    message = str(caught.value)
    assert message.startswith("check headings: ")
    assert said in message
    assert message.endswith("allowed: {at_least, at_most, exactly, level, texts: […]}")
    assert "\n" not in message


@pytest.mark.parametrize("wants", [{}, {"columns": {}}, {"columns": {"names": []}}, {"filled": "yes"}, {"rows": 3}])
def test_tables_refuse(wants: Wants) -> None:
    with pytest.raises(BadCheck, match=r"check tables: .*allowed: \{at_least, at_most, exactly, columns"):
        Tables(wants)


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
    Headings({"at_least": 1, "texts": ["x"]}).judge(exchange(answer))
    Tables({"columns": {"names": ["x"]}, "filled": True}).judge(exchange(answer))
    for check in (ListItems, Paragraphs, Links):
        check({"at_least": 1}).judge(exchange(answer))
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("seed", range(4))
def test_where_nothing_is_parsed_there_is_no_heading_and_no_item(seed: int) -> None:
    """Texts of Markdown's marks, most of which are headings or lists just so, or just not so."""
    chance = random.Random(seed)
    marks = [
        *"-+*#=>.)|:、）（(①•`~ \t\r\n\n\n\n\u3000\x0b\x85\u2028",
        "1",
        "12",
        "a",
        "字",
        "> ",
        "```",
        "```md\n",
        "    ",
    ]
    seen: dict[bool, int] = {True: 0, False: 0}
    for _ in range(1_500):
        text = "".join(chance.choices(marks, k=chance.randint(1, 12)))
        assert parts.headings(text) == tuple(parts._headings(text)), repr(text)
        assert [item.numbered for item in parts.items(text)] == [numbered for numbered, _ in parts._items(text)], repr(
            text
        )
        seen[bool(parts._ITEM_POSSIBLE.search(text))] += 1
    assert min(seen.values()) > 100  # of both kinds there are many
