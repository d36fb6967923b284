from __future__ import annotations

import pytest

from grimoire.checks.length import (
    Length,
    count_characters,
    count_chinese,
    count_sentences,
    count_with_spaces,
    count_words,
)
from grimoire.checks.own import BadCheck
from tests.checks.samples import ARTICLE_EN, ARTICLE_ZH, exchange


@pytest.mark.parametrize(
    ("wants", "outcome", "said"),
    [
        pytest.param({"characters": {"at_least": 3}}, "passed", "4 characters (wanted at least 3)", id="characters"),
        pytest.param({"characters": {"at_most": 3}}, "failed", "4 characters (wanted at most 3)", id="too-long"),
        pytest.param({"words": {"exactly": 3}}, "passed", "3 words", id="words"),
        pytest.param({"with_spaces": {"exactly": 6}}, "passed", "6 characters with spaces", id="with-spaces"),
        pytest.param({"chinese": {"exactly": 2}}, "passed", "2 Chinese characters", id="chinese"),
        pytest.param({"lines": {"exactly": 1}, "paragraphs": {"exactly": 1}}, "passed", "1 lines (", id="lines"),
        pytest.param({"sentences": {"exactly": 1}}, "passed", "1 sentences", id="sentences"),
        pytest.param({"words": {"exactly": 3}, "sentences": {"at_least": 2}}, "failed", "3 words", id="both"),
    ],
)
def test_length(wants: object, outcome: str, said: str) -> None:
    result = Length(wants).judge(exchange("好 a 茶。"))
    assert result.outcome == outcome
    assert said in result.reason


@pytest.mark.parametrize(
    "wants",
    [
        pytest.param({}, id="empty"),
        pytest.param(None, id="nothing"),
        pytest.param({"pages": {"at_least": 1}}, id="unknown"),
        pytest.param({"words": 100}, id="bare-number"),
        pytest.param({"words": {}}, id="no-number"),
        pytest.param({"each": {"of": "lines"}}, id="each-without-length"),
        pytest.param({"each": {"words": {"at_most": 9}}}, id="each-of-nothing"),
        pytest.param({"each": {"of": "words", "characters": {"at_most": 9}}}, id="each-of-the-unknown"),
        pytest.param({"each": {"of": "lines", "sentences": {"at_most": 9}}}, id="each-with-another-unit"),
    ],
)
def test_length_refuses(wants: object) -> None:
    with pytest.raises(BadCheck, match=r"check length: .*allowed: \{characters"):
        Length(wants)


@pytest.mark.parametrize(
    ("text", "characters", "words", "sentences"),
    [
        pytest.param("", 0, 0, 0, id="empty"),
        pytest.param("Two words.", 9, 2, 1, id="en"),
        pytest.param("It's a well-known thing.", 21, 4, 1, id="joined"),
        pytest.param("今天天气真好。我们去喝咖啡！", 14, 12, 2, id="zh"),
        pytest.param("用 Python 写", 8, 3, 1, id="mixed"),
        pytest.param("It costs 3.14 euros. Cheap!", 23, 5, 2, id="decimal"),
        pytest.param("Mr. Smith e.g. drinks tea.", 22, 5, 1, id="abbreviations"),
        pytest.param("1. First\n2. Second", 15, 4, 2, id="list"),
        pytest.param("# Title\n\nText. More text.", 20, 4, 3, id="heading"),
        pytest.param("Really?! Yes...", 14, 2, 2, id="marks"),
        pytest.param("他说：“好。”然后走了。", 12, 7, 2, id="quotation"),
    ],
)
def test_counts(text: str, characters: int, words: int, sentences: int) -> None:
    assert (count_characters(text), count_words(text), count_sentences(text)) == (characters, words, sentences)


@pytest.mark.parametrize(
    ("text", "with_spaces", "chinese"),
    [
        pytest.param("", 0, 0, id="empty"),
        pytest.param(" Two \n words. ", 10, 0, id="en"),
        pytest.param("今天天气真好。我们去喝咖啡！", 14, 12, id="zh"),
        pytest.param("用 Python 写《红楼梦》，2024年", 21, 6, id="mixed"),
        pytest.param("コーヒーを飲む", 7, 1, id="japanese"),
        pytest.param("二〇二四", 4, 4, id="zero"),
        pytest.param("\U00020000𠮷", 2, 2, id="rare-characters"),
    ],
)
def test_counts_with_spaces_and_of_chinese(text: str, with_spaces: int, chinese: int) -> None:
    assert (count_with_spaces(text), count_chinese(text)) == (with_spaces, chinese)


TITLES = "1. **十个标题**的写法\n2. [链接](https://example.com/a/very/long/address)很短\n3. `code` 与文字\n"


MOST_7: dict[str, object] = {"characters": {"at_most": 7}}
TOO_LONG = '2 of 3 list items of another length; number 1 has 7 characters (wanted at most 6): "十个标题的写法"'
BOTH = "has at most 9 words, at least 3 Chinese characters"
SPACES = 'number 1 has 22 characters with spaces (wanted at most 13): "Brewing Coffee at Home"'
POEM = "# 绝句\n两个黄鹂鸣翠柳"
EACH: dict[str, tuple[str, str, dict[str, object], str, str]] = {
    "no-marks-no-addresses": ("list-items", TITLES, MOST_7, "passed", "each of 3 list items has at most 7 characters"),
    "too-long": ("list-items", TITLES, {"characters": {"at_most": 6}}, "failed", TOO_LONG),
    "two-lengths": ("list-items", TITLES, {"chinese": {"at_least": 3}, "words": {"at_most": 9}}, "passed", BOTH),
    "no-list": ("list-items", "No list.", {"words": {"at_most": 9}}, "failed", "no list items to measure"),
    "headings": ("headings", ARTICLE_EN, {"with_spaces": {"at_most": 13}}, "failed", SPACES),
    "headings-zh": ("headings", ARTICLE_ZH, {"chinese": {"at_most": 8}}, "passed", "each of 3 headings"),
    "no-heading": ("headings", "", {"words": {"at_most": 9}}, "failed", "no headings to measure"),
    "paragraphs": ("paragraphs", ARTICLE_EN, {"words": {"at_least": 10}}, "passed", "each of 2 paragraphs"),
    "lines": ("lines", POEM, {"chinese": {"exactly": 7}}, "failed", "number 1 has 2 Chinese characters"),
    "sentences": ("sentences", "Mr. Ng ate. He left", {"words": {"at_most": 3}}, "passed", "each of 2 sentences"),
}


@pytest.mark.parametrize(("of", "answer", "lengths", "outcome", "said"), EACH.values(), ids=EACH)
def test_length_of_each(of: str, answer: str, lengths: dict[str, object], outcome: str, said: str) -> None:
    result = Length({"each": {"of": of, **lengths}}).judge(exchange(answer))
    assert result.outcome == outcome
    assert said in result.reason


def test_the_whole_and_each_part_must_hold() -> None:
    each = {"of": "list-items", "characters": {"at_most": 7}}
    reason = Length({"lines": {"exactly": 3}, "each": each}).judge(exchange(TITLES)).reason
    assert reason == "3 lines (wanted exactly 3); each of 3 list items has at most 7 characters"
    assert Length({"lines": {"exactly": 4}, "each": each}).judge(exchange(TITLES)).outcome == "failed"
