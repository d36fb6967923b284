from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire import spellfile, yamlfile
from grimoire.errors import InvalidFile, Problem
from grimoire.spell import Case, CheckSpec, Spell, Step, Translation, Variable

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


@pytest.mark.parametrize("role", ["voice", "format"])
def test_a_part_of_a_prompt_need_not_take_any_input(tmp_path: Path, role: str) -> None:
    spell, warnings = read(tmp_path, f"name: blog-title\nrole: {role}\nprompt: Speak low.\n")
    assert (spell.role, warnings) == (role, [])
    assert [p.gate for p in read(tmp_path, "name: blog-title\nprompt: Speak low.\n")[1]] == ["no-input"]


@pytest.mark.parametrize("key", ["cases: [{id: a}]", "sample: x", "survivors: {}"])
def test_a_part_has_none_of_what_it_would_be_tried_with(tmp_path: Path, key: str) -> None:
    (problem,) = errors(tmp_path, f"name: blog-title\nrole: voice\nprompt: Speak low.\n{key}\n")
    assert (problem.gate, problem.line) == ("role", 4)
    assert f"a voice has no `{key.partition(':')[0]}`" in problem.message


@pytest.mark.parametrize(
    ("role", "hint"),
    [
        pytest.param("voise", "did you mean `voice`?", id="near"),
        pytest.param("judge", "one of: format, task, voice", id="far"),
    ],
)
def test_a_mistyped_role_is_told_with_those_there_are(tmp_path: Path, role: str, hint: str) -> None:
    (problem,) = errors(tmp_path, f"name: blog-title\nrole: {role}\nprompt: '[PROMPT]'\n")
    assert (problem.line, problem.hint) == (2, hint)
    assert role in problem.message


CHAIN = """\
name: blog-title
title: Two Steps
chain:
  - spell: blog-plan
    with: [in-plain-words]
    language: zh
    answer_in: en
    variables: {1: experts, Tone: warm}
  - spell: tldr
    prompt: |
      Of [INPUT]:
      [PROMPT]
"""


def test_a_whole_chain(tmp_path: Path) -> None:
    spell, warnings = read(tmp_path, CHAIN)
    assert (warnings, spell.prompt) == ([], "")
    assert spell.chain == (
        Step(
            spell="blog-plan",
            joined=("in-plain-words",),
            language="zh",
            answer_in="en",
            variables={"1": "experts", "Tone": "warm"},
        ),
        Step(spell="tldr", prompt="Of [INPUT]:\n[PROMPT]\n"),
    )


@pytest.mark.parametrize(
    ("old", "new", "said", "line", "column"),
    [
        pytest.param("chain:", "prompt: x\nchain:", "`prompt` and `chain` exclude each other", 3, 1, id="prompt"),
        pytest.param(CHAIN[CHAIN.index("chain:") :], "chain: []\n", "the chain has no steps", 3, 1, id="no-steps"),
        pytest.param("chain:", "sample: x\nchain:", "a chain has no `sample`", 3, 1, id="sample"),
        pytest.param("chain:", "cases: []\nchain:", "a chain has no `cases`", 3, 1, id="cases"),
        pytest.param("chain:", "role: voice\nchain:", "a chain has no `role`", 3, 1, id="role"),
        pytest.param("spell: tldr", "spell: TL;DR", "`TL;DR` is not a spell name", 9, 5, id="name"),
        pytest.param("in-plain-words", "a/b.yaml", "`a/b.yaml` is not a spell name", 5, 5, id="with-a-path"),
        pytest.param("language: zh", "language: chinees", "no language is called", 6, 5, id="language"),
        pytest.param("answer_in: en", "answer_in: English", "is not a language code", 7, 5, id="answer-in"),
        pytest.param("[INPUT]:", "[INPUT] [VARIABLE1]:", "[PROMPT] and [INPUT] alone", 11, 18, id="placeholder"),
        pytest.param("Of [INPUT]:\n      [PROMPT]", " ", "the step's prompt is empty", 10, 5, id="empty-prompt"),
        pytest.param("with: [", "whith: [", "unknown key `whith`", 5, 5, id="key"),
        pytest.param("  - spell: tldr", "  - spell: a\n" * 20 + "  - spell: tldr", "22 steps", 3, 1, id="steps"),
    ],
)
def test_a_wrong_chain(tmp_path: Path, old: str, new: str, said: str, line: int, column: int) -> None:
    assert old in CHAIN
    found = errors(tmp_path, CHAIN.replace(old, new, 1))
    assert [(p.line, p.column) for p in found if said in p.message] == [(line, column)], [str(p) for p in found]


def test_a_mistyped_place_in_a_step_is_a_warning_and_a_mistyped_key_has_a_hint(tmp_path: Path) -> None:
    _, (warning,) = read(tmp_path, CHAIN.replace("[PROMPT]\n", "[PROMT]\n"))
    assert (warning.line, warning.column, warning.hint) == (12, 7, "did you mean [PROMPT]?")
    (problem,) = errors(tmp_path, CHAIN.replace("with: [", "whith: ["))
    assert problem.hint == "did you mean `with`?"


def test_a_spell_has_a_prompt_or_a_chain(tmp_path: Path) -> None:
    (problem,) = errors(tmp_path, "name: blog-title\n")
    assert (problem.message, problem.hint) == ("`prompt` is missing", "a spell has a `prompt`, or a `chain` of steps")


def test_a_translation_of_a_chain_has_its_title_and_no_prompt(tmp_path: Path) -> None:
    spell, _ = read(tmp_path, CHAIN)
    path = tmp_path / "blog-title.zh.yaml"
    head = f"language: zh\nsource: '{spell.source_digest}'\ntitle: 两步\n"
    path.write_text(head, encoding="utf-8")
    translation, warnings = spellfile.read_translation(path, spell)
    assert (translation.title, translation.prompt, warnings) == ("两步", "", [])
    path.write_text(head + "prompt: 写\n", encoding="utf-8")
    with pytest.raises(InvalidFile, match="is a chain, which has no prompt"):
        spellfile.read_translation(path, spell)


def test_a_translation_of_any_other_spell_needs_a_prompt(tmp_path: Path) -> None:
    spell, _ = read(tmp_path, "name: blog-title\nprompt: '[PROMPT]'\n")
    path = tmp_path / "blog-title.zh.yaml"
    path.write_text(f"language: zh\nsource: '{spell.source_digest}'\n", encoding="utf-8")
    with pytest.raises(InvalidFile, match="`prompt` is missing"):
        spellfile.read_translation(path, spell)


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
