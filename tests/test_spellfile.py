from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire import spellfile, yamlfile
from grimoire.errors import InvalidFile, Problem
from grimoire.spell import Case, CheckSpec, Spell, Translation, Variable

WHOLE = """\
name: blog-title
language: en
title: Blog Title Workshop
teaser: Ten titles
topic: Writing
activity: Ideas
hint: what it is about
author: Grimoire
prompt: |
  [VARIABLE2:Tone:warm:warm|cold]
  Titles in [TARGETLANGUAGE] about [PROMPT] for [VARIABLE1], [VARIABLE2].
variables:
  - {id: 1, label: " Readers ", default: " beginners", options: ["beginners ", experts]}
cases:
  - id: willow
    prompt: 林黛玉
    answer_in: zh
    variables: {1: experts, 2: cold}
    subject: [林黛玉]
    checks:
      - contains: 柳
checks:
  - headings: {at_least: 1}
  - emoji: {at_least: 1}
    should: true
skip_checks: [leftovers]
sample: "1. 柳"
"""


def accept(_: CheckSpec) -> str:
    return ""


def read(tmp_path: Path, text: str, name: str = "blog-title") -> tuple[Spell, list[Problem]]:
    path = tmp_path / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return spellfile.read_spell(path, accept)


def errors(tmp_path: Path, text: str) -> list[Problem]:
    with pytest.raises(InvalidFile) as caught:
        read(tmp_path, text)
    return caught.value.problems


def test_a_whole_spell(tmp_path: Path) -> None:
    spell, warnings = read(tmp_path, WHOLE)
    assert warnings == []
    assert spell == Spell(
        name="blog-title",
        language="en",
        title="Blog Title Workshop",
        teaser="Ten titles",
        topic="Writing",
        activity="Ideas",
        hint="what it is about",
        author="Grimoire",
        prompt="[VARIABLE2:Tone:warm:warm|cold]\n"
        "Titles in [TARGETLANGUAGE] about [PROMPT] for [VARIABLE1], [VARIABLE2].\n",
        variables=(Variable(id=1, label="Readers", default="beginners", options=("beginners", "experts")),),
        cases=(
            Case(
                id="willow",
                prompt="林黛玉",
                variables={"1": "experts", "2": "cold"},
                answer_in="zh",
                subject=("林黛玉",),
                checks=(CheckSpec(name="contains", params="柳"),),
            ),
        ),
        checks=(
            CheckSpec(name="headings", params={"at_least": 1}),
            CheckSpec(name="emoji", params={"at_least": 1}, should=True),
        ),
        skip_checks=("leftovers",),
        sample="1. 柳",
        path=tmp_path / "blog-title.yaml",
    )


def test_every_error_is_told_in_the_order_of_the_lines_and_warnings_last(tmp_path: Path) -> None:
    text = """\
name: other
language: xx
prompt: |
  [keyword] [PROMPT] [VARIABLE3]
variables:
  - {id: 1, label: Unused}
cases:
  - {id: a, prompt: x, answer_in: yy, variables: {9: z}}
  - {id: a}
"""
    problems = errors(tmp_path, text)
    assert [(p.line, p.gate) for p in problems if p.severity == "error"] == [
        (1, "name"),
        (2, "language"),
        (4, "variable"),
        (6, "variable"),
        (8, "language"),
        (8, "case"),
        (9, "case"),
        (9, "case"),
    ]
    assert [(p.line, p.gate, p.severity) for p in problems][-1] == (4, "near-miss", "warning")


@pytest.mark.parametrize(
    ("extra", "gates"),
    [
        pytest.param("cases: [{id: a, prompt: x}]\n", [], id="variables of a case may be left out"),
        pytest.param("cases: [{id: a, prompt: x, variables: {1: anything}}]\n", [], id="free text may be anything"),
        pytest.param("cases: [{id: a, prompt: ' '}]\n", ["case"], id="white space is no prompt"),
        pytest.param("cases: [{id: a, prompt: x, variables: {2: y}}]\n", ["case"], id="no such variable"),
        pytest.param("cases: [{id: a, prompt: x, answer_in: zh-CN}]\n", ["language"], id="a region is no code"),
    ],
)
def test_cases(tmp_path: Path, extra: str, gates: list[str]) -> None:
    text = "name: blog-title\nprompt: 'Write about [PROMPT] for [VARIABLE1:Who][VARIABLE1].'\n" + extra
    assert [p.gate for p in (errors(tmp_path, text) if gates else read(tmp_path, text)[1])] == gates


@pytest.mark.parametrize("name", ["CRAWLEDTEXT", "CRAWLEDSOURCE"])
def test_a_case_for_a_page_needs_the_page(tmp_path: Path, name: str) -> None:
    text = f"name: blog-title\nprompt: 'Sum up [{name}]'\ncases:\n  - id: a\n"
    [problem] = errors(tmp_path, text)
    key = {"CRAWLEDTEXT": "crawled_text", "CRAWLEDSOURCE": "crawled_source"}[name]
    assert f"no {key}" in problem.message
    assert read(tmp_path, f"{text}    {key}: a page\n")[1] == []


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        pytest.param({"emoji": None}, CheckSpec(name="emoji"), id="no parameters"),
        pytest.param({"emoji": 1, "should": False}, CheckSpec(name="emoji", params=1), id="a must"),
        pytest.param({"should": True, "emoji": 1}, CheckSpec(name="emoji", params=1, should=True), id="a wish"),
        pytest.param({"emoji": 1, "should": "yes"}, "`should` is true or false", id="should is a constant"),
        pytest.param({"emoji": 1, "should": None}, "`should` is true or false", id="should is not nothing"),
        pytest.param({"should": True}, "a check has one name, not 0: nothing", id="no name"),
        pytest.param({}, "a check has one name, not 0: nothing", id="nothing"),
        pytest.param({"a": 1, "b": 2}, "a check has one name, not 2: a, b", id="two names"),
    ],
)
def test_one_item_of_a_list_of_checks(item: dict[str, object], expected: CheckSpec | str) -> None:
    assert spellfile.check_spec(item) == expected


@pytest.mark.parametrize(
    ("source", "target", "differences"),
    [
        pytest.param("a [PROMPT] b [VARIABLE1]", "[VARIABLE1] 和 [PROMPT]", [], id="another order"),
        pytest.param("[VARIABLE1:Tone][VARIABLE1]", "[VARIABLE1]", [], id="a definition may move to the list"),
        pytest.param("[PROMPT] [PROMPT]", "[PROMPT]", [("[PROMPT]", 2, 1)], id="one lost"),
        pytest.param("[PROMPT]", "[PROMPT1]", [("[PROMPT1]", 0, 1), ("[PROMPT]", 1, 0)], id="one exchanged"),
        pytest.param("[Business Name]", "[公司名]", [], id="other brackets are text"),
    ],
)
def test_placeholder_differences(source: str, target: str, differences: list[tuple[str, int, int]]) -> None:
    assert spellfile.placeholder_differences(source, target) == differences


def translated(spell: Spell, **changes: object) -> Translation:
    fields: dict[str, object] = {
        "name": spell.name,
        "language": "zh",
        "source": spell.source_digest,
        "translator": "person",
        "status": "reviewed",
        "title": "标题",
        "prompt": "[VARIABLE2:语气:暖:暖|冷]\n用[TARGETLANGUAGE]为[VARIABLE1]写[PROMPT]，[VARIABLE2]。\n",
        "variables": (Variable(id=1, label="读者", default="新手", options=("新手", "专家")),),
    }
    return Translation(**{**fields, **changes})  # type: ignore[arg-type]  # a table's values are objects


def test_a_translation_reads_back(tmp_path: Path) -> None:
    spell, _ = read(tmp_path, WHOLE)
    path = tmp_path / "blog-title.zh.yaml"
    translation = translated(spell, path=path)
    path.write_text(spellfile.dump_translation(translation), encoding="utf-8")
    assert spellfile.read_translation(path, spell) == (translation, [])


@pytest.mark.parametrize(
    ("changes", "gates"),
    [
        pytest.param({"prompt": " \n"}, {"prompt", "placeholders", "variable"}, id="empty"),
        pytest.param({"source": "0123456789ab"}, set(), id="stale is a warning"),
        pytest.param({"source": "123456789012"}, set(), id="a digest of digits alone"),
        pytest.param({"language": "ja"}, {"language"}, id="not the language of the file's name"),
        pytest.param({"variables": ()}, {"variable"}, id="a variable is lost"),
        pytest.param(
            {"variables": (Variable(id=1, label="读者", options=("新手",)),)}, {"variable"}, id="an option is lost"
        ),
        pytest.param({"variables": (Variable(id=1, label="读者"),)}, {"variable"}, id="all options are lost"),
        pytest.param(
            {"prompt": "[VARIABLE2:语气]\n用[TARGETLANGUAGE]为[VARIABLE1]写[PROMPT]，[VARIABLE2]。\n"},
            {"variable"},
            id="inline options are lost",
        ),
    ],
)
def test_translations(tmp_path: Path, changes: dict[str, object], gates: set[str]) -> None:
    spell, _ = read(tmp_path, WHOLE)
    path = tmp_path / "blog-title.zh.yaml"
    path.write_text(spellfile.dump_translation(translated(spell, **changes)), encoding="utf-8")
    if gates:
        with pytest.raises(InvalidFile) as caught:
            spellfile.read_translation(path, spell)
        assert {p.gate for p in caught.value.problems} == gates
    else:
        translation, warnings = spellfile.read_translation(path, spell)
        assert translation.source == changes["source"]
        assert [p.gate for p in warnings] == ["stale"]


# White space at the edges of labels and options is trimmed when read, as AIPRM's own files need.
WORDS = st.text(max_size=10).map(lambda text: text.encode("utf-8", "replace").decode().strip())
VARIABLES = st.builds(
    Variable, id=st.integers(1, 6), label=WORDS, default=WORDS, options=st.tuples(WORDS, WORDS) | st.just(())
)


@given(
    st.text(min_size=1).map(lambda text: text.encode("utf-8", "replace").decode()),
    WORDS,
    st.lists(VARIABLES, max_size=3),
)
def test_whatever_a_translator_gives_back_is_written_so_that_it_reads_back(
    prompt: str, title: str, variables: list[Variable]
) -> None:
    spell = Spell(name="tea", prompt="[PROMPT]")
    translation = translated(spell, prompt=prompt, title=title, variables=tuple(variables))
    document = yamlfile.parse(spellfile.dump_translation(translation), "tea.zh.yaml")
    raw = yamlfile.convert(document, spellfile.TranslationFile)
    assert (raw.prompt, raw.title, raw.source) == (prompt, title, spell.source_digest)
    assert spellfile._variables(raw.variables) == tuple(variables)
