from __future__ import annotations

from collections import Counter

import pytest

from grimoire import scripts

WEIGHTS = {
    "empty": ("", {}),
    "english": ("Grind the beans; pour.", {"Latin": 4}),
    "accents": ("Été à la façon, µ 5", {"Latin": 4}),
    "curly-quotes": ("“It’s” – fine…", {"Latin": 3}),
    "chinese": ("好咖啡，慢慢来。", {"Han": 6}),
    "marks-of-han": ("二〇二四年、人々", {"Han": 7}),
    "mixed": ("用 Python 写 requests 爬虫", {"Han": 4, "Latin": 2}),
    "japanese": ("コーヒーは豆から", {"kana": 7, "Han": 1}),
    "korean": ("커피 coffee", {"Hangul": 2, "Latin": 1}),
    "russian-beside-chinese": ("Кофе и café 咖啡", {"Cyrillic": 2, "Latin": 1, "Han": 2}),
    "pinyin": ("Lín Dàiyù bá liǔ", {"Latin": 4}),
    "emoji": ("👍👍 好", {"Han": 1}),
    "half-a-pair": ("\ud83d 好", {"Han": 1}),
}


@pytest.mark.parametrize(("text", "weights"), [pytest.param(*case, id=name) for name, case in WEIGHTS.items()])
def test_weigh(text: str, weights: dict[str, int]) -> None:
    assert scripts.weigh(text) == Counter(weights)


def test_function_words_are_counted_by_language() -> None:
    hits = scripts.function_words("The kettle and the cup are on the table, und das ist gut.")
    assert (hits["en"], hits["de"], hits[""]) == (5, 3, 13)


def test_only_the_beginning_is_read_for_function_words() -> None:
    assert scripts.function_words("the kettle " * 500)[""] <= scripts.TOKENS


@pytest.mark.parametrize(
    ("text", "code", "other"),
    [
        ("Der Kaffee ist gut und das Wasser ist mit der Mühle nicht zu heiß, sie ist auch neu.", "en", "de"),
        ("Der Kaffee ist gut und das Wasser ist mit der Mühle nicht zu heiß, sie ist auch neu.", "de", ""),
        ("coffee, grinder, kettle, espresso, latte", "en", ""),
        ("", "en", ""),
    ],
)
def test_other_latin(text: str, code: str, other: str) -> None:
    assert scripts.other_latin(text, code) == other


def test_chinese_variants_are_counted_apart() -> None:
    assert scripts.chinese_variant("头发与頭髮，后面") == (2, 2)
