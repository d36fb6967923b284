"""Spells joined into one: variables, texts, checks, and what cannot be joined."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire import placeholders
from grimoire.compose import fill_step, join, join_texts
from grimoire.errors import UsageError
from grimoire.spell import Case, CheckSpec, Role, Spell, Step, Template, Variable


def spell(name: str, role: Role, prompt: str, **fields: object) -> Spell:
    return Spell(name=name, role=role, prompt=prompt, **fields)  # type: ignore[arg-type]  # fields of any kind


TASK = spell(
    "tale",
    "task",
    "[VARIABLE2:Length:short:short|long]\nTell of [PROMPT] at [VARIABLE2] length for [VARIABLE4].\n",
    title="A Tale",
    variables=(Variable(id=4, label="Reader"),),
    cases=(Case(id="willow", prompt="willows", variables={"2": "long"}),),
    checks=(CheckSpec(name="contains", params="willow"), CheckSpec(name="headings", params={"at_least": 2})),
    sample="Once there was a willow.",
)
VOICE = spell("pirate", "voice", "Talk as [VARIABLE1], a pirate.", variables=(Variable(id=1, label="Name"),))
FORMAT = spell(
    "rows",
    "format",
    "[VARIABLE1:Reader:all]One table for [VARIABLE1].",
    checks=(CheckSpec(name="tables", params={"exactly": 1}),),
)


def test_the_prompts_stand_in_the_order_of_their_roles_and_the_names_as_they_are_given() -> None:
    joined = join([TASK, FORMAT, VOICE])
    assert joined.name == "tale+rows+pirate"
    assert joined.title == "A Tale + rows + pirate"
    assert joined.prompt == (
        "Talk as [VARIABLE3], a pirate.\n\n"
        "Tell of [PROMPT] at [VARIABLE2] length for [VARIABLE4].\n\n"
        "One table for [VARIABLE1].\n"
    )


def test_the_task_keeps_its_numbers_and_the_others_get_free_ones() -> None:
    joined = join([TASK, VOICE, FORMAT])
    assert [(v.id, v.label, v.default, v.options) for v in joined.variables] == [
        (1, "Name", "", ()),
        (2, "Length", "short", ("short", "long")),
        (3, "rows Reader", "all", ()),
        (4, "Reader", "", ()),
    ]
    assert joined.cases[0].variables == {"2": "long"}


def test_a_label_that_another_part_has_gets_the_name_of_its_spell_whatever_the_case() -> None:
    other = spell("b", "voice", "[VARIABLE1:READER][VARIABLE1]")
    assert [v.label for v in join([TASK, other]).variables] == ["b READER", "Length", "Reader"]


def test_a_joined_text_fills_as_its_parts_do() -> None:
    joined = join([TASK, VOICE])
    values = {"PROMPT": "[VARIABLE1]", "VARIABLE1": "Anne", "VARIABLE2": "long", "VARIABLE4": "children"}
    assert placeholders.fill(joined.prompt, values) == (
        "Talk as Anne, a pirate.\n\nTell of [VARIABLE1] at long length for children.\n"
    )


def test_the_checks_of_all_parts_hold_but_with_a_format_none_of_the_tasks_own_form() -> None:
    assert [check.name for check in join([TASK, VOICE]).checks] == ["contains", "headings"]
    assert [check.name for check in join([TASK, FORMAT]).checks] == ["contains", "tables"]


@pytest.mark.parametrize(
    ("check", "kept"),
    [
        pytest.param(CheckSpec(name="matches", params="^a"), False, id="a-pattern-is-of-lines"),
        pytest.param(CheckSpec(name="json"), False, id="json"),
        pytest.param(CheckSpec(name="length", params={"words": {"at_least": 5}}), True, id="length"),
        pytest.param(CheckSpec(name="length", params={"lines": {"at_least": 5}}), False, id="lines"),
        pytest.param(CheckSpec(name="not", params={"tables": {"at_least": 1}}), False, id="within-not"),
        pytest.param(CheckSpec(name="any-of", params=[{"contains": "a"}, {"headings": {}}]), False, id="within-any-of"),
        pytest.param(CheckSpec(name="all-of", params=[{"contains": "a"}]), True, id="all-of-content"),
        pytest.param(CheckSpec(name="not-contains", params="AI"), True, id="content"),
    ],
)
def test_what_is_of_the_form(check: CheckSpec, kept: bool) -> None:
    task = spell("t", "task", "[PROMPT]", checks=(check,), cases=(Case(id="a", checks=(check,)),))
    joined = join([task, FORMAT])
    assert (check in joined.checks, check in joined.cases[0].checks) == (kept, kept)


def test_a_sample_stays_good_in_any_voice_but_not_in_another_format() -> None:
    assert join([TASK, VOICE]).sample == TASK.sample
    assert join([TASK, FORMAT]).sample == ""


def test_one_alone_is_itself() -> None:
    assert join([TASK]) is TASK


def test_the_digest_changes_with_any_part() -> None:
    texts = [TASK.template, VOICE.template, FORMAT.template]
    whole = join_texts([TASK, VOICE, FORMAT], texts).digest
    for index, text in enumerate(texts):
        changed = [*texts]
        changed[index] = Template(language="en", prompt=text.prompt + "!", variables=text.variables)
        assert join_texts([TASK, VOICE, FORMAT], changed).digest != whole


def test_texts_are_joined_with_the_numbers_of_their_spells_and_labels_of_their_own() -> None:
    texts = [
        Template(
            language="zh", prompt="[VARIABLE2:长度]给[VARIABLE4]讲[PROMPT]，[VARIABLE2]", variables=TASK.variables
        ),
        Template(language="zh", prompt="像[VARIABLE1]那样说", variables=(Variable(id=1, label="名字"),)),
    ]
    joined = join_texts([TASK, VOICE], texts)
    assert joined.prompt == "像[VARIABLE1]那样说\n\n给[VARIABLE4]讲[PROMPT]，[VARIABLE2]\n"
    assert [(v.id, v.label) for v in joined.variables] == [(1, "名字"), (2, "长度"), (4, "Reader")]
    assert joined.language == "zh"


MANY = "".join(f"[VARIABLE{n}:L{n}][VARIABLE{n}]" for n in range(1, 6))


@pytest.mark.parametrize(
    ("parts", "said", "hint"),
    [
        pytest.param([TASK, spell("b", "task", "[PROMPT]")], "two tasks", "cast tale … | grimoire cast b", id="tasks"),
        pytest.param([VOICE, FORMAT], "nothing says what to do", "cast TASK --with pirate", id="no-task"),
        pytest.param([TASK, spell("b", "voice", MANY)], "7 variables, 6 at most: `tale` 2, `b` 5", "", id="variables"),
        pytest.param(
            [Spell(name="c", chain=(Step(spell="tale"),)), VOICE], "`c` is a chain", "under `with:`", id="chain"
        ),
    ],
)
def test_what_cannot_be_joined(parts: list[Spell], said: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        join(parts)
    assert said in caught.value.message
    assert hint in caught.value.hint


def test_six_variables_are_not_too_many() -> None:
    four = spell("b", "voice", "".join(f"[VARIABLE{n}:L{n}][VARIABLE{n}]" for n in (1, 3, 5, 6)))
    assert [v.id for v in join([TASK, four]).variables] == [1, 2, 3, 4, 5, 6]


def test_texts_of_two_languages_are_not_joined() -> None:
    with pytest.raises(UsageError, match="`tale` in en, `pirate` in zh"):
        join_texts([TASK, VOICE], [TASK.template, Template(language="zh", prompt="像[VARIABLE1]")])


@given(st.text(), st.text())
def test_what_a_step_is_given_is_never_read_as_template(before: str, given: str) -> None:
    filled = fill_step("a [PROMPT] b [INPUT] c [VARIABLE1] [PROMPT]", before=before, given=given)
    assert filled == f"a {before} b {given} c [VARIABLE1] {before}"


def test_an_answer_that_names_the_input_does_not_get_it() -> None:
    assert fill_step("[PROMPT]", before="[INPUT] [PROMPT]", given="secret") == "[INPUT] [PROMPT]"
