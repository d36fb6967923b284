from __future__ import annotations

import pytest

from grimoire.search import Found, find, fold, spans
from grimoire.spell import Spell, Translation


def translated(name: str, **fields: str) -> Translation:
    return Translation(name=name, language=fields.pop("language", "zh"), source="", translator="x", **fields)  # type: ignore[arg-type]  # texts, all of them


WILLOW = Spell(name="willow", title="Trees", topic="Nature", teaser="About a river", prompt="Write about [PROMPT]")
RIVER = Spell(name="river", title="Willow and water", prompt="Write")
TITLES = Spell(name="titles", title="Ten titles", activity="Ideas", hint="the willow's name", prompt="STRASSE")
CHINESE = translated("titles", title="博客标题", prompt="写[PROMPT]，柳树")
LIBRARY = [(TITLES, [CHINESE]), (RIVER, []), (WILLOW, [])]


def names(words: list[str], *spells: Spell | tuple[Spell, list[Translation]]) -> list[str]:
    library = [spell if isinstance(spell, tuple) else (spell, []) for spell in spells] or LIBRARY
    return [hit.spell.name for hit in find(words, library).hits]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param(["willow"], ["willow", "river", "titles"], id="a-name-before-a-title-before-a-hint"),
        pytest.param(["WILLOW"], ["willow", "river", "titles"], id="any-case"),
        pytest.param(["illo"], ["willow", "river", "titles"], id="part-of-a-word"),
        pytest.param(["write"], ["river", "willow"], id="equal-ones-by-name"),
        pytest.param(["willow", "water"], ["river"], id="all-the-words"),
        pytest.param(["标题"], ["titles"], id="a-translation"),
        pytest.param(["题"], ["titles"], id="one-character"),
        pytest.param(["標題"], ["titles"], id="Traditional-finds-Simplified"),
        pytest.param(["ideas", "柳树"], ["titles"], id="across-languages"),
        pytest.param(["ｗａｔｅｒ"], ["river"], id="full-width"),
        pytest.param(["straße"], ["titles"], id="sharp-s"),
        pytest.param(["river", ""], ["river", "willow"], id="an-empty-word-counts-for-nothing"),
        pytest.param([" "], [], id="only-white-space"),
        pytest.param([], [], id="no-words"),
        pytest.param(["["], ["titles", "willow"], id="no-pattern"),
        pytest.param(["zzz"], [], id="nowhere"),
        pytest.param(["willow and"], ["river"], id="a-quoted-phrase-stands-together"),
    ],
)
def test_what_is_found_in_which_order(words: list[str], found: list[str]) -> None:
    assert names(words) == found


@pytest.mark.parametrize(
    ("word", "titles"),
    [
        pytest.param("port", ["One port", "Two ports", "A portable", "A report"], id="singular"),
        pytest.param("ports", ["Two ports", "One port", "A portsman", "A reportsx"], id="plural"),
        pytest.param("标题", ["好标题", "另标记"], id="Chinese has no other forms"),
    ],
)
def test_a_whole_word_comes_before_its_plural_its_beginning_and_its_inside(word: str, titles: list[str]) -> None:
    library = [Spell(name="dcba"[number], title=title, prompt="x") for number, title in enumerate(titles)]
    wanted = [title for title in titles if title != "另标记"]
    assert [hit.spell.title for hit in find([word], [(spell, []) for spell in library]).hits] == wanted


@pytest.mark.parametrize(
    ("word", "text"),
    [
        pytest.param("stories", "A story", id="ies to y"),
        pytest.param("story", "Two stories", id="y to ies"),
        pytest.param("boxes", "A box", id="xes"),
        pytest.param("sketches", "A sketch", id="ches"),
        pytest.param("titles", "A title", id="s"),
        pytest.param("title", "Titles", id="s of the text"),
    ],
)
def test_a_plural_and_its_singular_find_each_other(word: str, text: str) -> None:
    assert names([word], Spell(name="a", title=text, prompt="x")) == ["a"]


def test_a_title_beats_a_prompt_however_a_word_stands_in_them() -> None:
    inside = Spell(name="z", title="Reporting", prompt="x")
    whole = Spell(name="a", title="x", prompt="port port port")
    assert names(["port"], whole, inside) == ["z", "a"]


def test_a_spell_that_is_called_just_so_comes_first() -> None:
    named = Spell(name="blog-title", prompt="x")
    longer = Spell(name="a-blog-title", prompt="x")
    assert names(["blog-title"], longer, named) == ["blog-title", "a-blog-title"]
    everywhere = Spell(name="a", title="blog title", topic="blog title", teaser="blog title", prompt="blog title")
    assert names(["blog-title"], everywhere, named)[0] == "blog-title"
    assert names(["blog", "title"], everywhere, named)[0] == "blog-title"


def test_words_that_stand_side_by_side_in_a_title_come_before_those_that_do_not() -> None:
    apart = Spell(name="a", title="Title of a blog", prompt="x")
    together = Spell(name="b", title="A blog title", prompt="x")
    assert names(["blog", "title"], apart, together) == ["b", "a"]
    assert names(["博客", "标题"], Spell(name="a", title="标题，博客", prompt="x"), TITLES, (TITLES, [CHINESE])) == [
        "titles",
        "a",
    ]


def test_a_word_counts_once_where_it_counts_most() -> None:
    everywhere = Spell(name="oak", title="oak", topic="oak", prompt="oak oak oak")
    (hit,) = find(["oak"], [(everywhere, [])]).hits
    assert hit.points == 10


APART = Spell(name="apart", title="博客的标题", prompt="x")
HALF = Spell(name="half", title="标题", prompt="标题")
OTHER = Spell(name="other", title="诗歌", prompt="x")


def test_chinese_that_occurs_nowhere_is_looked_for_in_pieces_best_coverage_first() -> None:
    found = find(["博客标题"], [(spell, []) for spell in (OTHER, HALF, APART)])
    assert [hit.spell.name for hit in found.hits] == ["apart", "half"]
    assert [round(hit.coverage, 2) for hit in found.hits] == [0.67, 0.33]
    assert found.pieces == {"博客标题": ("博客", "客标", "标题")}
    assert not found.partial


def test_chinese_that_occurs_as_a_whole_somewhere_is_not_taken_apart() -> None:
    found = find(["博客标题"], [(APART, []), *LIBRARY])
    assert [hit.spell.name for hit in found.hits] == ["titles"]
    assert found.pieces == {}


def test_pieces_that_two_words_share_with_a_particle_are_left_out_and_other_scripts_stay_whole() -> None:
    spell = Spell(name="a", title="SEO 与标题和博客", prompt="x")
    found = find(["seo标题的博客"], [(spell, [])])
    assert found.pieces == {"seo标题的博客": ("seo", "标题", "博客")}
    assert found.hits[0].coverage == 1.0


def test_spells_with_far_fewer_pieces_than_the_best_are_left_out() -> None:
    best = Spell(name="best", title="林黛玉的倒拔垂杨柳", prompt="x")
    poor = Spell(name="poor", title="杨柳", prompt="x")
    assert names(["林黛玉倒拔垂杨柳"], best, poor) == ["best"]


@pytest.mark.parametrize(
    ("word", "instead"),
    [
        pytest.param("titel", "title", id="two letters swapped"),
        pytest.param("watter", "water", id="one too many"),
        pytest.param("wilow", "willow", id="one missing"),
        pytest.param("abuot", "about", id="the commoner and nearer"),
        pytest.param("wxyzv", "", id="nothing near"),
        pytest.param("ab3uot", "", id="no word"),
        pytest.param("wq", "", id="too short"),
    ],
)
def test_a_mistyped_word_is_mended_to_the_nearest_of_the_library(word: str, instead: str) -> None:
    library = [*LIBRARY, (Spell(name="more", title="The title", prompt="x"), [])]
    found = find([word], library)
    assert found.instead == ({word: instead} if instead else {})
    assert bool(found.hits) == bool(instead)


def test_a_word_of_titles_is_nearer_than_one_of_prompts() -> None:
    one = Spell(name="one", title="Poem", prompt="x")
    two = Spell(name="two", title="y", prompt="poet poet poet")
    assert find(["poeq"], [(one, []), (two, [])]).instead == {"poeq": "poem"}


def test_the_word_with_fewest_mistakes_is_the_one_meant() -> None:
    spell = Spell(name="one", title="Plant, plant, plant: a planet", prompt="x")
    assert find(["plznet"], [(spell, [])]).instead == {"plznet": "planet"}


def test_each_word_of_a_mistyped_name_is_mended() -> None:
    found = find(["blgo-titel"], [(Spell(name="blog-title", prompt="x"), [])])
    assert found.instead == {"blgo titel": "blog title"}
    assert [hit.spell.name for hit in found.hits] == ["blog-title"]


def test_where_no_spell_has_all_words_those_with_most_are_offered_and_what_they_lack() -> None:
    found = find(["willow", "water", "nature"], LIBRARY)
    assert found.partial
    assert [(hit.spell.name, hit.missing) for hit in found.hits] == [("river", ("nature",)), ("willow", ("water",))]
    assert not find(["willow", "water"], LIBRARY).partial


def test_a_place_says_its_field_its_language_and_what_stands_there() -> None:
    hit = find(["柳树", "标题"], LIBRARY).hits[0]
    assert [(place.field, place.language, place.needles) for place in hit.places] == [
        ("title", "zh", ("标题",)),
        ("prompt", "zh", ("柳树",)),
    ]


def test_traditional_texts_are_found_by_simplified_words() -> None:
    hant = translated("oak", language="zh-Hant", title="部落格標題", prompt="寫")
    assert names(["标题"], (Spell(name="oak", prompt="x"), [hant])) == ["oak"]


def test_composed_and_decomposed_letters_are_equal() -> None:
    assert fold("Cafe\u0301") == fold("CAFÉ")
    assert fold("SEO-Article") == "seo article"


@pytest.mark.parametrize(
    ("text", "needles", "marked"),
    [
        pytest.param("A Title, titles", ["title"], ["Title", "title"], id="any case"),
        pytest.param("Ｔitle", ["title"], ["Ｔitle"], id="width"),
        pytest.param("Straße", ["strasse"], ["Straße"], id="one character for two"),
        pytest.param("cafe\u0301 x", [fold("café")], ["cafe\u0301"], id="marks that combine"),
        pytest.param("部落格標題", ["标题"], ["標題"], id="Traditional"),
        pytest.param("博客标题", ["博客", "客标"], ["博客标"], id="overlapping"),
        pytest.param("abc", ["x"], [], id="nowhere"),
        pytest.param("a.c abc", ["a.c"], ["a.c"], id="no pattern"),
    ],
)
def test_the_words_are_marked_in_the_text_as_it_is_written(text: str, needles: list[str], marked: list[str]) -> None:
    assert [text[start:end] for start, end in spans(text, needles)] == marked


def test_nothing_at_all_is_found_in_an_empty_library() -> None:
    assert find(["标题", "x"], []) == Found([])
