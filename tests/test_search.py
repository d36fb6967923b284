from __future__ import annotations

import pytest

from grimoire.search import fold, rank, score
from grimoire.spell import Spell, Translation

WILLOW = Spell(name="willow", title="Trees", topic="Nature", teaser="About a river", prompt="Write about [PROMPT]")
RIVER = Spell(name="river", title="Willow and water", prompt="Write")
TITLES = Spell(name="titles", title="Ten titles", activity="Ideas", hint="the willow's name", prompt="STRASSE")
CHINESE = Translation(
    name="titles", language="zh", source="", translator="x", title="博客标题", prompt="写[PROMPT]，柳树"
)
LIBRARY = [(TITLES, [CHINESE]), (RIVER, []), (WILLOW, [])]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param(["willow"], ["willow", "river", "titles"], id="a-name-before-a-title-before-a-hint"),
        pytest.param(["WILLOW"], ["willow", "river", "titles"], id="any-case"),
        pytest.param(["will"], ["willow", "river", "titles"], id="part-of-a-word"),
        pytest.param(["write"], ["river", "willow"], id="equal-ones-by-name"),
        pytest.param(["willow", "water"], ["river"], id="all-the-words"),
        pytest.param(["water", "trees"], [], id="not-all-the-words"),
        pytest.param(["标题"], ["titles"], id="a-translation"),
        pytest.param(["ideas", "柳树"], ["titles"], id="across-languages"),
        pytest.param(["ｗａｔｅｒ"], ["river"], id="full-width"),
        pytest.param(["straße"], ["titles"], id="sharp-s"),
        pytest.param(["river", ""], ["river", "willow"], id="an-empty-word-counts-for-nothing"),
        pytest.param([" "], [], id="only-white-space"),
        pytest.param([], [], id="no-words"),
        pytest.param(["["], ["titles", "willow"], id="no-pattern"),
        pytest.param(["zzz"], [], id="nowhere"),
    ],
)
def test_rank(words: list[str], found: list[str]) -> None:
    assert [spell.name for spell in rank(words, LIBRARY)] == found


def test_a_word_counts_once_where_it_counts_most() -> None:
    everywhere = Spell(name="oak", title="oak", topic="oak", prompt="oak oak oak")
    assert score(["oak"], everywhere, []) == 10
    assert score(["oak", "oak"], everywhere, []) == 20


def test_composed_and_decomposed_letters_are_equal() -> None:
    assert fold("Cafe\u0301") == fold("CAFÉ")
