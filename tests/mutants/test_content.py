from __future__ import annotations

import json
import re

import pytest

from grimoire.mutants import MUTANTS
from grimoire.mutants import lines as md
from grimoire.mutants.retelling import terms
from tests.mutants.samples import ARTICLE, CAPTIONS, NOTES, PROSE, TALK, TITLES, ZH, captions, made, material, shape

_HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize(("sample", "others"), [(ARTICLE, {}), (TITLES, ZH), (NOTES, {})], ids=["en", "zh", "prose"])
def test_other_language_keeps_the_shape_and_the_names(sample: str, others: dict[str, object]) -> None:
    text = made("other-language", sample, **others).text
    subject = material(sample, **others).subject
    assert shape(text) == shape(sample)
    assert [text.casefold().count(word) for word in subject] == [sample.casefold().count(word) for word in subject]
    names = re.sub("willows?|黛玉|垂杨柳|```.*?```", "", text, flags=re.DOTALL | re.IGNORECASE)
    assert bool(_HAN.search(names)) is not bool(_HAN.search(sample))
    assert re.findall(r"\d+", text) == re.findall(r"\d+", sample)


def test_half_other_language_leaves_the_first_half() -> None:
    text = made("half-other-language").text
    common = next(n for n, (a, b) in enumerate(zip(text, ARTICLE, strict=False)) if a != b)
    assert 0.35 < common / len(ARTICLE) < 0.75
    assert _HAN.search(text[common:])


def test_json_keeps_its_keys_in_another_language() -> None:
    found = captions("other-language")
    assert [list(item) for item in found] == [["caption", "emoji"]] * 3
    assert all(_HAN.search(item["caption"]) for item in found)


def test_swap_subject_exchanges_each_word_for_the_same_other() -> None:
    text = made("swap-subject").text
    assert "willow" not in text.casefold()
    assert text.count("lighthouse") + text.count("lens") + text.count("keeper") >= ARTICLE.casefold().count("willow")
    assert shape(text) == shape(ARTICLE)


def test_swap_subject_takes_words_from_the_input_where_no_subject_is_named() -> None:
    named = material(TITLES, **(ZH | {"subject": ()}))
    assert terms(named) == ["垂杨柳", "林黛玉", "垂杨", "杨柳", "林黛", "黛玉"]
    text = made("swap-subject", TITLES, **(ZH | {"subject": ()})).text
    assert not re.search("黛玉|垂杨|杨柳", text)


def test_other_subject_is_in_the_same_language_and_shape() -> None:
    text = made("other-subject", TITLES, **ZH).text
    assert shape(text) == shape(TITLES)
    assert not re.search("黛玉|垂杨柳", text)
    assert "灯塔" in text


def test_subject_once_names_it_in_the_first_line() -> None:
    text = made("subject-once").text
    assert text.split("\n")[0].endswith("(willow)")
    assert text.casefold().count("willow") == 1


def test_loop_is_one_paragraph() -> None:
    mutant = made("loop")
    first = (
        "Willows are easy to grow, and they drink a lot. Plant them near water. Keep them away from pipes and walls."
    )
    assert set(md.blocks(mutant.text)) == {first}
    assert len(mutant.text) > 0.8 * len(ARTICLE)


def test_loop_ending() -> None:
    line = "Post the second of these willow captions first."
    assert made("loop-ending", CAPTIONS).text == CAPTIONS + f"{line}\n" * 20


def test_stutter() -> None:
    mutant = made("stutter", PROSE)
    assert PROSE.startswith(mutant.text[:60])
    assert re.search(r"( \w+)\1{20}\Z", mutant.text)


def test_same_items_keeps_numbers() -> None:
    text = made("same-items").text
    assert "\n2. Dig a hole twice as wide as the roots.\n" in text
    assert text.count("| Weeping willow | 12 m | Parks and ponds |") == 4
    assert "| 2 | b |" in made("same-items", "| No. | x |\n|---|---|\n| 1 | b |\n| 2 | c |\n| 3 | d |\n").text


@pytest.mark.parametrize("name", [*TALK, "lecture"])
def test_talk_is_in_the_language_and_names_the_subject(name: str) -> None:
    english, chinese = made(name).text, made(name, TITLES, **ZH).text
    assert "willow" in english
    assert not _HAN.search(english)
    assert "黛玉" in chinese
    assert len(_HAN.findall(chinese)) > len(chinese) / 2
    assert "{" not in english + chinese
    assert MUTANTS[name](material(ARTICLE, answer_in="fr")) is None


@pytest.mark.parametrize("name", ["leave-slots", "leave-blanks", "template-syntax"])
@pytest.mark.parametrize(("sample", "others"), [(ARTICLE, {}), (TITLES, ZH), (NOTES, {})], ids=["en", "zh", "prose"])
def test_slots_take_the_place_of_words(name: str, sample: str, others: dict[str, object]) -> None:
    mutant = made(name, sample, **others)
    slots = mutant.what.removeprefix("left unfilled: ").split(", ")
    assert slots
    assert all(mutant.text.count(slot) == 1 for slot in slots)
    assert shape(mutant.text) == shape(sample)


def test_slots_in_json_stand_in_its_texts() -> None:
    assert "[Your Brand]" in json.dumps(captions("leave-slots"))


def test_echoes() -> None:
    asked = material(ARTICLE)
    assert made("echo-input").text == asked.text
    assert made("echo-last-line").text == "Answer in English."
    assert made("echo-and-start").text == f"{asked.incantation}\n\n# Growing Willows 🌳\n"


def test_input_unchanged_stands_in_place_of_the_paragraphs() -> None:
    text = "The willow at the mill has stood there since the flood of 1910. " * 3
    sample = f"## The new text\n\n{NOTES}\n## Changes\n\n- One.\n- Two.\n"
    mutant = made("input-unchanged", sample, text=text)
    assert md.blocks(mutant.text) == ["## The new text", text.strip(), "## Changes", "- One.\n- Two."]


def test_thoughts() -> None:
    alone, left = made("thinking-only"), made("thinking-left")
    assert alone.text.startswith("<think>\n")
    assert "</think>" not in alone.text
    assert left.text.endswith(ARTICLE)
    assert "the user wants" in left.text
