from __future__ import annotations

import pytest

from grimoire import hanzi

ENOUGH_PAIRS = 1_500
SHARED = "后里干面台只云余斗于松谷准制系家向板胡郁致志占布游几机万与著藉"
"""Characters that both Chinese scripts write."""


def in_standard(character: str, codec: str) -> bool:
    return bool(character.encode(codec, "ignore"))


def test_there_are_enough_pairs() -> None:
    assert len(hanzi.SIMPLIFIED) >= ENOUGH_PAIRS
    assert len(hanzi.TRADITIONAL) >= len(hanzi.SIMPLIFIED)


@pytest.mark.parametrize("characters", [hanzi.SIMPLIFIED, hanzi.TRADITIONAL], ids=["simplified", "traditional"])
def test_each_character_is_there_once(characters: str) -> None:
    assert len(set(characters)) == len(characters)


def test_a_simplified_character_is_in_the_mainlands_standard_alone() -> None:
    assert [char for char in hanzi.SIMPLIFIED if not in_standard(char, "gb2312") or in_standard(char, "big5")] == []


def test_a_traditional_character_is_not_in_the_mainlands_standard_but_as_a_surname() -> None:
    assert [char for char in hanzi.TRADITIONAL if in_standard(char, "gb2312")] == ["後", "於"]


def test_what_both_scripts_write_is_neither() -> None:
    assert (hanzi.count_simplified(SHARED), hanzi.count_traditional(SHARED)) == (0, 0)


def test_simplifying_leaves_nothing_traditional() -> None:
    assert hanzi.count_traditional(hanzi.simplify(hanzi.TRADITIONAL)) == 0


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("林黛玉倒拔垂楊柳", "林黛玉倒拔垂杨柳"),
        ("頭髮與發展", "头发与发展"),
        ("裡面乾淨", "里面乾净"),
        ("coffee", "coffee"),
        ("", ""),
    ],
)
def test_simplify(traditional: str, simplified: str) -> None:
    assert hanzi.simplify(traditional) == simplified


@pytest.mark.parametrize(("text", "kanji"), [("東京駅で働く", 2), ("东京车站", 0), ("東京車站", 0), ("渋谷の桜", 2)])
def test_japanese_kanji_are_those_no_chinese_text_has(text: str, kanji: int) -> None:
    assert hanzi.count_japanese(text) == kanji
