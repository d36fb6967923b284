from __future__ import annotations

import re
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire import checks, mutants, yamlfile
from grimoire.backends import rehearsal
from grimoire.chat import Answer
from grimoire.mutants import MISBEHAVIOURS, MUTANTS, advice, mutate
from grimoire.mutants import lines as md
from grimoire.ports import Exchange
from grimoire.spell import CheckSpec
from grimoire.spellfile import check_spec
from tests.mutants.samples import ARTICLE, CAPTIONS, NOTES, PROSE, TALK, TITLES, ZH, material


def spec_of(line: str) -> CheckSpec:
    """The check that a line of YAML asks for."""
    (item,) = yamlfile.convert(yamlfile.parse(line, ""), list[dict[str, object]])
    spec = check_spec(item)
    assert isinstance(spec, CheckSpec)
    return spec


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
    found = mutate(material(sample, answer_in=code, text=sample[:20], incantation=sample[10:], subject=(sample[5:9],)))
    assert all(mutant.text.split() != sample.split() or mutant.finish != "stop" for mutant in found.values())
    for line in {line for mutant in found.values() for line in mutant.advice}:
        checks.build(spec_of(line))


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


@pytest.mark.parametrize(
    ("sample", "others", "untold"),
    [
        pytest.param(ARTICLE, {}, set(), id="article"),
        pytest.param(CAPTIONS, {}, {"echo-and-start"}, id="json"),
        pytest.param(NOTES, {}, {*TALK, "lecture"} - {"refuse"}, id="prose"),
        pytest.param(TITLES, ZH, {"lecture", "plan-only"}, id="zh"),
    ],
)
def test_advice_tells_the_mutant_from_the_sample(sample: str, others: dict[str, object], untold: set[str]) -> None:
    asked = material(sample, **others)
    given = Exchange(answer=Answer(text=sample), incantation=asked.incantation, text=asked.text, answer_in="zh")
    found = set()
    for name, mutant in mutate(asked).items():
        bad = msgspec.structs.replace(given, answer=Answer(text=mutant.text, finish_reason=mutant.finish))
        told = [checks.build(spec_of(line)) for line in mutant.advice]
        if ("passed", "failed") not in {(check.judge(given).outcome, check.judge(bad).outcome) for check in told}:
            found.add(name)
    assert found == untold


def test_advice_holds_the_samples_numbers() -> None:
    assert advice.tables(ARTICLE) == "- tables: {at_least: 1, columns: {at_least: 3}, rows: {at_least: 4}}"
    assert advice.items(ARTICLE) == "- list-items: {at_least: 4}"
    assert advice.headings(ARTICLE) == "- headings: {at_least: 5}"
    assert advice.code(ARTICLE) == "- code-blocks: {at_least: 1}"
    assert advice.starts(ARTICLE) == r"- matches: '\A\s*#'"
    assert advice.length("x" * 1000) == "- length: {characters: {at_least: 700}}"
    assert advice.about(("willow",), "a willow") == ("- matches: {pattern: '(?i)willow', at_least: 1}",)
    assert advice.tables(PROSE) == advice.items(PROSE) == advice.starts(PROSE) == ""
