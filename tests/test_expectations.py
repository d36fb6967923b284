from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grimoire import checks, yamlfile
from grimoire.chat import Answer
from grimoire.cli.wiring import validate_check
from grimoire.expectations import Expectation, expect, expected_of
from grimoire.expectations.numerals import value
from grimoire.library import Library
from grimoire.ports import Exchange
from grimoire.spell import Case, CheckSpec, Spell

DATA = Path(__file__).parent / "data" / "expectations.yaml"


class Derived(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must be derived: a check and what it wants, or `items` or `paragraphs` for so many in any form."""

    words: str
    check: str = ""
    wants: Any = None
    items: int = 0
    paragraphs: int = 0


class Labelled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A prompt and all that must be derived from it."""

    id: str
    prompt: str
    derives: tuple[Derived, ...] = ()


LABELLED = yamlfile.convert(yamlfile.read(DATA), list[Labelled])


def told(expectation: Expectation) -> Derived:
    """An expectation as the table writes it."""
    name, params = expectation.spec.name, expectation.spec.params
    if name != "any-of":
        return Derived(words=expectation.words, check=name, wants=params)
    assert isinstance(params, list)
    number = params[0]["list-items"]["at_least"]
    wide = "paragraphs" if "paragraphs" in params[-1]["length"] else "items"
    return Derived(words=expectation.words, **{wide: number})


@pytest.mark.parametrize("labelled", LABELLED, ids=lambda labelled: labelled.id)
def test_what_is_derived_from_a_prompt(labelled: Labelled) -> None:
    assert [told(expectation) for expectation in expect(labelled.prompt)] == list(labelled.derives)


ROOT = Path(__file__).parents[1] / "spells"
LIBRARY = Library([ROOT], validate_check)
SPELLS = LIBRARY.load_all()[0]


@pytest.mark.parametrize("labelled", [each for each in LABELLED if each.derives], ids=lambda labelled: labelled.id)
def test_what_is_derived_is_in_the_catalogue_and_a_wish(labelled: Labelled) -> None:
    for expectation in expect(labelled.prompt):
        assert expectation.spec.should
        assert checks.build(expectation.spec).should


@pytest.mark.parametrize("spell", [spell for spell in SPELLS if spell.sample], ids=lambda spell: spell.name)
def test_the_sample_of_a_shipped_spell_is_as_its_prompt_expects_in_both_languages(spell: Spell) -> None:
    translation = LIBRARY.translation(spell, "zh")
    assert translation is not None
    # The spell's own checks replace most of it; here all that can be read is held against the sample.
    bare = msgspec.structs.replace(spell, checks=(), cases=(msgspec.structs.replace(spell.cases[0], checks=()),))
    read = [*expected_of(bare, bare.cases[0]), *expect(translation.prompt)]
    exchange = Exchange(answer=Answer(text=spell.sample, finish_reason="stop"), incantation="", answer_in="zh")
    results = [(each.words, checks.build(each.spec).judge(exchange)) for each in read]
    assert [(words, result.reason) for words, result in results if result.outcome != "passed"] == []


def test_much_is_read_from_the_shipped_spells() -> None:
    assert sum(len(expect(spell.prompt)) for spell in SPELLS) >= 50


@pytest.mark.parametrize(
    ("prompt", "lines"),
    [
        pytest.param("Write [PROMPT].\n\nUse at least 5 headings.\nAdd 3 hashtags.\n", [3, 4], id="English"),
        pytest.param("写[PROMPT]。\n\n\n带上3个话题标签。", [4], id="Chinese"),
        pytest.param("```\nx\n```\nUse at least 5 headings.", [4], id="after code"),
    ],
)
def test_the_line_is_that_of_the_words(prompt: str, lines: list[int]) -> None:
    found = expect(prompt)
    assert [each.line for each in found] == lines
    assert all(each.words in prompt.splitlines()[each.line - 1] for each in found)


def spell(prompt: str, *own: CheckSpec, **fields: Any) -> Spell:
    return Spell(name="s", prompt=prompt, checks=own, **fields)


TITLES = "Write 10 titles for [PROMPT] with at least 5 headings and 3 hashtags."


@pytest.mark.parametrize(
    ("own", "left"),
    [
        pytest.param((), ["any-of", "headings", "hashtags"], id="none of its own"),
        pytest.param((CheckSpec(name="contains", params="x"),), ["any-of", "headings", "hashtags"], id="another check"),
        pytest.param((CheckSpec(name="hashtags", params={"at_least": 1}),), ["any-of", "headings"], id="the same"),
        pytest.param((CheckSpec(name="headings", params={"at_least": 1}),), ["hashtags"], id="a form things come in"),
        pytest.param((CheckSpec(name="json"),), ["headings", "hashtags"], id="another form"),
        pytest.param(
            (CheckSpec(name="any-of", params=[{"hashtags": {"at_least": 1}}, {"not": {"headings": {"at_least": 1}}}]),),
            [],
            id="within another",
        ),
    ],
)
def test_a_check_of_the_spells_own_replaces_what_says_the_same(own: tuple[CheckSpec, ...], left: list[str]) -> None:
    assert [each.spec.name for each in expected_of(spell(TITLES, *own))] == left
    case = Case(id="c", prompt="x", checks=own)
    assert [each.spec.name for each in expected_of(spell(TITLES), case)] == left


def test_nothing_is_expected_where_the_spell_says_so() -> None:
    assert expected_of(spell(TITLES, expectations=False)) == []


@pytest.mark.parametrize(
    ("given", "wants"),
    [
        pytest.param("8", {"at_least": 8}, id="digits"),
        pytest.param("twelve", {"at_least": 12}, id="a word"),
        pytest.param("5-7", {"at_least": 5, "at_most": 8}, id="a range"),
        pytest.param("", {"at_least": 3}, id="the preset"),
    ],
)
def test_a_variable_that_is_a_number_is_read(given: str, wants: dict[str, int]) -> None:
    prompt = "[VARIABLE1:Headings:3]\nWrite about [PROMPT] with [VARIABLE1] headings."
    variables = {"1": given} if given else {}
    (found,) = expected_of(spell(prompt), Case(id="c", prompt="x", variables=variables))
    assert found.spec.params == wants
    assert (found.given, found.line) == ((given or "3",), 2)


def test_a_variable_that_is_a_chinese_number_is_read() -> None:
    case = Case(id="c", prompt="x", variables={"1": "十五"})
    (found,) = expected_of(spell("[VARIABLE1:小标题:三]\n写[PROMPT]，要有[VARIABLE1]个小标题。"), case)
    assert found.spec.params == {"at_least": 15}


def test_what_the_user_writes_is_not_read() -> None:
    hostile = "Write 10 titles with 5 hashtags"
    prompt = "[VARIABLE1:Wish]\nDescribe [PROMPT]. Mind this: [VARIABLE1]. The page: [CRAWLEDTEXT]"
    case = Case(id="c", prompt=hostile, variables={"1": hostile}, crawled_text=hostile)
    assert expected_of(spell(prompt), case) == []


def test_no_number_is_taken_for_a_variable_where_there_is_no_case() -> None:
    assert expected_of(spell("[VARIABLE1:Headings:3]\nWrite about [PROMPT] with [VARIABLE1] headings.")) == []


SIGNS = "write 10 titles, at least headings.\n-:()\"'“”写三个标题，不少于800字表格每。[PROMPT]{}¤"


@given(st.text(alphabet=st.sampled_from(SIGNS), max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_read(text: str) -> None:
    for each in expect(text):
        assert text[each.start : each.end].strip()
        assert 1 <= each.line <= text.count("\n") + 1


HOSTILE = {
    "numbers": "5 " * 30_000,
    "adjectives": "Write 5 " + "very " * 10_000 + "titles",
    "clauses": "Write 5 titles, and " * 3_000,
    "examples": "Example:\n" * 6_000,
    "fences": "```x\n" * 10_000,
    "quotes": '"' * 50_000,
    "tags": "<text>" * 9_000,
    "lists": "".join(" " * (number % 300) + "- each:\n" for number in range(400)),
    "columns": "a table with the columns " + "a, " * 15_000,
    "Chinese numbers": "写10个" * 12_000,
    "Chinese clauses": "不少于10字，" * 8_000,
    "brackets": "[" * 50_000,
}


@pytest.mark.parametrize("prompt", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_prompt_takes_no_longer_than_its_length(prompt: str) -> None:
    start = time.process_time()
    expect(prompt)
    assert time.process_time() - start < 3


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("15", 15),
        ("1,500", 1500),
        ("2k", 2000),
        ("one", 1),
        ("thirty-five", 35),
        ("two thousand five hundred", 2500),
        ("fifteen hundred", 1500),
        ("one hundred and fifty", 150),
        ("a dozen", 12),
        ("half a dozen", 6),
        ("three dozen", 36),
        ("十", 10),
        ("三十五", 35),
        ("两千五百", 2500),
        ("一百零五", 105),
        ("一万二", 12_000),
        ("三百五", 350),
        ("二〇二四", 2024),
        ("1.5万", 15_000),
        ("8 千", 8000),
        ("five ten", None),
        ("many", None),
        ("a", None),
        ("", None),
        ("十年", None),
    ],
)
def test_a_number_is_read_in_digits_and_in_words(text: str, number: int | None) -> None:
    assert value(text) == number
