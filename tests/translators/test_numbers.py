from __future__ import annotations

import pytest

from grimoire.translators.numbers import changed_numbers


@pytest.mark.parametrize(
    ("source", "target"),
    [
        pytest.param("30 words", "30个字", id="digits"),
        pytest.param("3 tips", "三个技巧", id="small-to-word"),
        pytest.param("2 parts", "两部分", id="two-has-two-words"),
        pytest.param("10 tips", "十个技巧", id="ten"),
        pytest.param("12 months", "十二个月", id="twelve"),
        pytest.param("five tips", "5个技巧", id="word-to-small"),
        pytest.param("a table", "1张表", id="article-to-one"),
        pytest.param("10,000 users", "10000 名用户", id="thousands-separator"),
        pytest.param("10,000 users", "1万名用户", id="wan"),
        pytest.param("10k users", "1万名用户", id="k"),
        pytest.param("1.5 million", "150万", id="million"),
        pytest.param("3 to 5", "３到５", id="full-width"),
        pytest.param("1,234.5 euros", "1.234,5 Euro", id="european"),
        pytest.param("10 million users", "10 Millionen Nutzer", id="german-million"),
        pytest.param("3 tips in 1 paragraph", "drei Tipps in einem Absatz", id="german-words"),
        pytest.param("1 trillion", "1万亿", id="wan-yi"),
        pytest.param("version 6.4 in 2.5 s", "Version 6.4 in 2,5 s", id="european-beside-a-version"),
        pytest.param("the H2 and GPT-4", "H2 和 GPT-4", id="in-names"),
        pytest.param("no number", "没有数", id="none"),
        pytest.param("9" * 300, "9" * 300, id="very-long"),
    ],
)
def test_equal(source: str, target: str) -> None:
    assert changed_numbers(source, target) == ([], [])


@pytest.mark.parametrize(
    ("source", "target", "changed"),
    [
        pytest.param("30 words", "20个字", (["30"], ["20"]), id="another"),
        pytest.param("30 words", "三十个字", (["30"], []), id="large-to-word"),
        pytest.param("3 tips", "技巧", (["3"], []), id="small-lost"),
        pytest.param("3 tips", "四个技巧", (["3"], []), id="another-word"),
        pytest.param("10k users", "10万名用户", (["10000"], ["100000"]), id="wan-misread"),
        pytest.param("5 and 5 words", "5个字", (["5"], []), id="one-of-two"),
        pytest.param("tips", "5个技巧", ([], ["5"]), id="added"),
        pytest.param("drei Tipps 3", "tips", (["3"], []), id="no-other-language"),
    ],
)
def test_changed(source: str, target: str, changed: tuple[list[str], list[str]]) -> None:
    assert changed_numbers(source, target) == changed
