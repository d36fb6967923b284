from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire import mutants, yamlfile
from grimoire.backends import rehearsal
from grimoire.backends.articles import GENERIC, LIGHTHOUSE
from grimoire.mutants import MISBEHAVIOURS, MUTANTS, Material, Mutant, advice, mutate
from grimoire.mutants import lines as md
from grimoire.mutants.retelling import terms

ARTICLE = """\
# Growing Willows 🌳

Willows are easy to grow, and they drink a lot. Plant them near water. Keep them away from pipes and walls.

## Steps

1. Dig a hole twice as wide as the roots.
2. Set the willow upright and hold it.
3. Fill the hole and tread it down.
   Do it twice.
4. Water it daily for a month. 💧

## Kinds

| Kind | Height | Use |
| --- | --- | --- |
| Weeping willow | 12 m | Parks and ponds |
| Goat willow | 8 m | Bees |
| Basket willow | 3 m | Baskets |
| Dwarf willow | 1 m | Rock gardens |

## How much water

```python
def thirst(days):
    return min(days * 2, 40)
```

## Conclusion

> A willow forgives nearly everything but drought.

Start today: cut a branch, and put it into a bucket.

#willow #garden
"""
CAPTIONS = """\
```json
[
  {"caption": "The willow keeps quiet about the flood.", "emoji": "🌳"},
  {"caption": "Somebody watered the willow too well.", "emoji": "💧"},
  {"caption": "A willow is never late for the river.", "emoji": "🌊"}
]
```

Post the second of these willow captions first.
"""
TITLES = """\
## 三个标题

- 垂杨柳为什么非要黛玉来拔？
- 分清两部名著，从一棵柳树下手。
- 林黛玉力拔一树的五个破绽。

最好的是第一个，因为它问的正是读者心里的话，读完就知道答案在哪里。
"""
PROSE = "Willows like water, and water likes willows. They grow by the river. In spring they are the first to be green."
NOTES = """\
Ask the gardener about willows before the spring comes, since she knows every tree by name.

Then read her notes twice, and write down what she says about the roots and the water they need.

Finally, buy two willow saplings and plant them where the pond floods in wet years.
"""


def material(sample: str, **others: object) -> Material:
    given: dict[str, object] = {
        "sample": sample,
        "text": "growing willows",
        "incantation": "You are a gardener.\nWrite about: growing willows\nAnswer in English.",
        "answer_in": "en",
        "subject": ("willow",),
        "foreign": GENERIC["zh"],
        "elsewhere": LIGHTHOUSE["en"],
    }
    return Material(**(given | others))  # type: ignore[arg-type]  # a table of keywords


ZH = {
    "text": "林黛玉倒拔垂杨柳",
    "incantation": "你是标题编辑。\n写三个标题：林黛玉倒拔垂杨柳\n用中文写。",
    "answer_in": "zh",
    "subject": ("黛玉", "垂杨柳"),
    "foreign": GENERIC["en"],
    "elsewhere": LIGHTHOUSE["zh"],
}


def made(name: str, sample: str = ARTICLE, **others: object) -> Mutant:
    mutant = MUTANTS[name](material(sample, **others))
    assert mutant is not None
    return mutant


def test_every_mutant_has_a_name_in_kebab_case_and_says_what_it_is() -> None:
    for name, make in MUTANTS.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert make.__doc__ is not None
        assert re.fullmatch(r"[A-Z][^\n]+\.", make.__doc__), name
        assert make.__name__ == name.replace("-", "_")


def test_all_that_the_rehearsal_does_wrong_is_tried_too() -> None:
    assert tuple(MISBEHAVIOURS) == tuple(f"rehearsal/{name}" for name in rehearsal.MISBEHAVIOURS)
    assert mutants.names() == (*MUTANTS, *MISBEHAVIOURS)


@given(st.text(alphabet="ab 。，柳树\n#|-`*>[]{}1.・é🌳", max_size=200))
def test_lines_joined_are_the_text(text: str) -> None:
    assert md.write(md.read(text)) == text


@given(st.text(alphabet='ab .。柳树\n#|-`*>[]{}"1🌳', max_size=200), st.sampled_from(["en", "zh", "fr"]))
def test_whatever_the_sample_no_mutant_is_the_sample_and_none_fails(sample: str, code: str) -> None:
    found = mutate(material(sample, answer_in=code, text=sample[:20], incantation=sample[10:], subject=()))
    assert all(mutant.text.split() != sample.split() or mutant.finish != "stop" for mutant in found.values())


@pytest.mark.parametrize(
    "sample",
    [
        pytest.param("|" * 50_000, id="bars"),
        pytest.param("#" * 50_000, id="hashes"),
        pytest.param("- \n" * 20_000, id="empty-items"),
        pytest.param("[" * 50_000, id="brackets"),
        pytest.param("`" * 50_000, id="ticks"),
        pytest.param("柳" * 50_000, id="one-run"),
        pytest.param('{"a":' * 20_000, id="deep-json"),
        pytest.param("```python\n" + "(" * 20_000 + "\n```", id="deep-code"),
    ],
)
def test_a_hostile_sample_takes_no_more_than_its_length(sample: str) -> None:
    mutate(material(sample, text=sample[:5_000], incantation=sample))


# What cuts do ---------------------------------------------------------------------------------------------------------


def test_cut_off_ends_within_a_word_and_says_so() -> None:
    cut, claimed = made("cut-off"), made("cut-mid-word")
    assert (cut.finish, claimed.finish) == ("length", "stop")
    assert cut.text == claimed.text
    assert ARTICLE.startswith(cut.text)
    assert abs(len(cut.text) - len(ARTICLE) / 2) < 20
    assert cut.text[-1].isalnum()
    assert ARTICLE[len(cut.text)].isalnum()


def test_stop_early_ends_with_a_sentence() -> None:
    mutant = made("stop-early")
    assert mutant.text.endswith("3. Fill the hole and tread it down.")
    assert (mutant.finish, ARTICLE.startswith(mutant.text)) == ("stop", True)


@pytest.mark.parametrize(
    ("sample", "lost", "kept"),
    [
        pytest.param(ARTICLE, "Conclusion", "40)\n```\n", id="last-section"),
        pytest.param(NOTES, "Finally", "they need.\n", id="last-paragraph"),
    ],
)
def test_drop_ending_leaves_out_the_last_part(sample: str, lost: str, kept: str) -> None:
    text = made("drop-ending", sample).text
    assert lost not in text
    assert text.endswith(kept)


def test_first_sentence() -> None:
    assert made("first-sentence").text == "Willows are easy to grow, and they drink a lot."
    assert made("first-sentence", TITLES, **ZH).text == "垂杨柳为什么非要黛玉来拔？"


def test_one_word() -> None:
    assert (made("one-word").text, made("one-word", TITLES, **ZH).text) == ("Done.", "好的，已经完成。")


# What happens to structure --------------------------------------------------------------------------------------------


def test_drop_tables() -> None:
    text = made("drop-tables").text
    assert text == re.sub(r"\| Kind[^#]*(?=## How)", "", ARTICLE)


def test_halve_rows() -> None:
    mutant = made("halve-rows")
    assert "| Goat willow | 8 m | Bees |\n\n## How" in mutant.text
    assert mutant.what == "2 of 4 rows left"


def test_table_as_prose() -> None:
    text = made("table-as-prose").text
    assert "Goat willow: 8 m, Bees.\n" in text
    assert "|" not in text
    assert "Kind" not in text.replace("## Kinds", "")


def test_drop_column() -> None:
    mutant = made("drop-column")
    assert "| Kind | Height |\n| --- | --- |\n| Weeping willow | 12 m |\n" in mutant.text
    assert mutant.what == 'the column "Use" is missing'


def test_halve_list_takes_what_is_indented_under_an_item_too() -> None:
    mutant = made("halve-list")
    assert "2. Set the willow upright and hold it.\n## Kinds" in mutant.text.replace("\n\n", "\n")
    assert "Do it twice" not in mutant.text
    assert mutant.what == "2 of 4 items left"


def test_halve_list_halves_each_list() -> None:
    text = made("halve-list", "- a\n- b\n\nText.\n\n- c\n- d\n- e\n").text
    assert text == "- a\n\nText.\n\n- c\n- d\n"


def test_list_as_prose() -> None:
    text = made("list-as-prose").text
    assert "\nDig a hole twice as wide as the roots.\n\nSet the willow" in text


def test_drop_headings_leaves_their_words() -> None:
    text = made("drop-headings").text
    assert text.startswith("Growing Willows 🌳\n\nWillows")
    assert "## " not in text


# What happens to code and JSON ----------------------------------------------------------------------------------------


def test_drop_code() -> None:
    text = made("drop-code").text
    assert "## How much water\n\n## Conclusion" in text


def test_break_code_leaves_no_python() -> None:
    text = made("break-code").text
    code = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert code is not None
    with pytest.raises(SyntaxError):
        compile(code[1], "sample", "exec")


def captions(name: str) -> object:
    text = made(name, CAPTIONS).text
    return json.loads(text.partition("```json\n")[2].partition("```")[0])


def test_break_json() -> None:
    with pytest.raises(json.JSONDecodeError):
        captions("break-json")
    assert made("break-json", "[1, 2]").text == "[1, 2,\n]\n"


def test_halve_json_keeps_the_text_around_it() -> None:
    assert len(captions("halve-json")) == 2  # type: ignore[arg-type]  # a list
    assert made("halve-json", CAPTIONS).text.endswith("captions first.\n")


def test_drop_json_key() -> None:
    assert [list(item) for item in captions("drop-json-key")] == [["caption"]] * 3  # type: ignore[attr-defined]  # a list
    assert made("drop-json-key", '{"a": 1, "b": 2}').text == '{\n  "a": 1\n}\n'


def test_the_items_of_json_all_become_the_first() -> None:
    found = captions("same-items")
    assert found == [{"caption": "The willow keeps quiet about the flood.", "emoji": "🌳"}] * 3


# Signs ----------------------------------------------------------------------------------------------------------------


def test_drop_hashtags_leaves_headings() -> None:
    mutant = made("drop-hashtags")
    assert "#willow" not in mutant.text
    assert "## Conclusion" in mutant.text
    assert mutant.what == "0 of 2 hashtags left"


def test_drop_emoji() -> None:
    mutant = made("drop-emoji")
    assert mutant.text.startswith("# Growing Willows \n")
    assert mutant.what == "0 of 2 emoji left"
    assert '"emoji": ""' in made("drop-emoji", CAPTIONS).text


# Another language, another subject ------------------------------------------------------------------------------------

_HAN = re.compile(r"[\u4e00-\u9fff]")


def shape(text: str) -> list[tuple[str, str]]:
    return [(line.kind, line.lead) for line in md.read(text)]


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
    assert [list(item) for item in found] == [["caption", "emoji"]] * 3  # type: ignore[attr-defined]  # a list
    assert all(_HAN.search(item["caption"]) for item in found)  # type: ignore[attr-defined]  # as above


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


# Repetition -----------------------------------------------------------------------------------------------------------


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


# Talk -----------------------------------------------------------------------------------------------------------------

TALK = [
    "refuse",
    "refuse-as-ai",
    "refuse-late",
    "refuse-and-offer",
    "acknowledge",
    "ask-back",
    "plan-only",
    "review-prompt",
]


@pytest.mark.parametrize("name", [*TALK, "lecture"])
def test_talk_is_in_the_language_and_names_the_subject(name: str) -> None:
    english, chinese = made(name).text, made(name, TITLES, **ZH).text
    assert "willow" in english
    assert not _HAN.search(english)
    assert "黛玉" in chinese
    assert len(_HAN.findall(chinese)) > len(chinese) / 2
    assert "{" not in english + chinese
    assert MUTANTS[name](material(ARTICLE, answer_in="fr")) is None


# Slots, echoes, thoughts ----------------------------------------------------------------------------------------------


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


# Where they do not apply ----------------------------------------------------------------------------------------------

NEEDS: dict[str, Callable[[str], str]] = {
    "drop-tables": lambda text: re.sub(r"^\|.*\n", "", text, flags=re.MULTILINE),
    "halve-rows": lambda text: re.sub(r"^\| [GBD].*\n", "", text, flags=re.MULTILINE),
    "table-as-prose": lambda text: re.sub(r"^\|.*\n", "", text, flags=re.MULTILINE),
    "drop-column": lambda text: re.sub(r" [^|\n]+\|$", "", text, flags=re.MULTILINE),
    "halve-list": lambda text: re.sub(r"^[234]\..*\n", "", text, flags=re.MULTILINE),
    "list-as-prose": lambda text: re.sub(r"^[34]\..*\n", "", text, flags=re.MULTILINE),
    "drop-headings": lambda text: re.sub(r"^#+ ", "", text, flags=re.MULTILINE),
    "drop-code": lambda text: text.replace("```python", "").replace("```", ""),
    "break-code": lambda text: text.replace("```python", "```ruby"),
    "drop-hashtags": lambda text: text.replace("#willow #garden", ""),
    "drop-emoji": lambda text: text.replace("💧", ""),
}


@pytest.mark.parametrize("name", NEEDS)
def test_a_mutant_is_not_made_where_its_sample_lacks_what_it_takes(name: str) -> None:
    assert MUTANTS[name](material(ARTICLE)) is not None
    assert MUTANTS[name](material(NEEDS[name](ARTICLE))) is None


@pytest.mark.parametrize(
    ("name", "others"),
    [
        pytest.param("swap-subject", {"text": "", "subject": ()}, id="no-subject"),
        pytest.param("other-subject", {"text": "", "subject": ()}, id="nothing-asked"),
        pytest.param("other-subject", {"elsewhere": ""}, id="no-text-in-this-language"),
        pytest.param("other-language", {"foreign": ""}, id="no-other-language"),
        pytest.param("echo-input", {"text": " "}, id="no-input"),
        pytest.param("echo-last-line", {"incantation": "\n---\n"}, id="no-words-sent"),
        pytest.param("input-unchanged", {}, id="short-input"),
        pytest.param("break-json", {}, id="no-json"),
        pytest.param("halve-json", {}, id="no-array"),
        pytest.param("drop-json-key", {}, id="no-object"),
        pytest.param("one-word", {"answer_in": "fr"}, id="no-word-in-french"),
        pytest.param("thinking-only", {"answer_in": "fr"}, id="no-thoughts-in-french"),
    ],
)
def test_nor_where_the_question_does(name: str, others: dict[str, object]) -> None:
    assert MUTANTS[name](material(ARTICLE, **others)) is None


def test_of_one_sentence_only_what_can_be_made_is() -> None:
    assert set(mutate(material("Willows like water."))) == {
        *("other-language", "swap-subject", "other-subject", "subject-once", "leave-slots", "leave-blanks"),
        *("template-syntax", "echo-input", "echo-last-line", "thinking-only", "thinking-left"),
        *(*TALK, "lecture"),
    }


# What is advised ------------------------------------------------------------------------------------------------------


def test_advice_is_yaml_that_a_spell_may_hold() -> None:
    found = [mutate(material(sample)) for sample in (ARTICLE, CAPTIONS, PROSE, NOTES)] + [
        mutate(material(TITLES, **ZH))
    ]
    lines = {line for some in found for mutant in some.values() for line in mutant.advice}
    for line in lines:
        data = yamlfile.parse(line, "").data
        assert isinstance(data, list)
        assert len(data) == len(data[0]) == 1


def test_advice_holds_the_samples_numbers() -> None:
    assert advice.tables(ARTICLE) == "- tables: {at_least: 1, columns: {at_least: 3}, rows: {at_least: 4}}"
    assert advice.items(ARTICLE) == "- list-items: {at_least: 4}"
    assert advice.headings(ARTICLE) == "- headings: {at_least: 5}"
    assert advice.code(ARTICLE) == "- code-blocks: {at_least: 1}"
    assert advice.starts(ARTICLE) == r"- matches: '\A\s*#'"
    assert advice.length("x" * 1000) == "- length: {characters: {at_least: 700}}"
    assert advice.about(("willow",), "a willow") == ("- matches: {pattern: '(?i)willow', at_least: 1}",)
    assert advice.tables(PROSE) == advice.items(PROSE) == advice.starts(PROSE) == ""
