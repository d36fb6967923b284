from __future__ import annotations

from pathlib import Path

import pytest

from grimoire import spellfile
from grimoire.cli.wiring import validate_check
from grimoire.spell import Spell, Translation, Variable
from grimoire.translators.fields import assemble, fields_of, path_in_file, texts_of
from grimoire.yamlfile import Step

ROOT = Path(__file__).parents[2]

SPELL = Spell(
    name="mine",
    title="Title",
    teaser="",
    hint="a topic",
    prompt="On [PROMPT] in [VARIABLE1], [VARIABLE4]\n",
    variables=(
        Variable(id=1, label="Tone", default="calm", options=("calm", "loud")),
        Variable(id=4, label="Size"),
    ),
)
NAMES = [
    "title",
    "teaser",
    "hint",
    "prompt",
    "variable 1 label",
    "variable 1 default",
    "variable 1 option 1",
    "variable 1 option 2",
    "variable 4 label",
    "variable 4 default",
]


def translation(*variables: Variable) -> Translation:
    return Translation(name="mine", language="zh", source="", title="题", prompt="谈", variables=variables)


def test_each_text_has_a_field_in_one_order() -> None:
    found = fields_of(SPELL)
    assert [field.name for field in found] == NAMES
    assert [field.text for field in found] == [
        *("Title", "", "a topic", SPELL.prompt),
        *("Tone", "calm", "calm", "loud", "Size", ""),
    ]
    assert [field.name for field in found if field.title] == ["title"]
    assert {field.name for field in found if field.group} == {"variable 1 option 1", "variable 1 option 2"}
    assert {bool(field.closed) for field in found if field.name.startswith("variable")} == {True}


def test_the_spells_own_texts_make_a_translation_that_is_the_spell() -> None:
    made = assemble(SPELL, [field.text for field in fields_of(SPELL)], language="de", translator="none")
    assert (made.title, made.teaser, made.hint, made.prompt) == (SPELL.title, "", SPELL.hint, SPELL.prompt)
    assert (made.variables, made.source, made.status) == (SPELL.variables, SPELL.source_digest, "machine")
    assert texts_of(SPELL, made) == [field.text for field in fields_of(SPELL)]


@pytest.mark.parametrize(
    ("variables", "texts"),
    [
        pytest.param((), ["", "", "", "", "", ""], id="none"),
        pytest.param((Variable(id=4, label="大小"),), ["", "", "", "", "大小", ""], id="one-of-two"),
        pytest.param(
            (Variable(id=1, label="语气", options=("静",)),), ["语气", "", "静", "", "", ""], id="an-option-missing"
        ),
        pytest.param(
            (Variable(id=1, label="语气", options=("静", "响", "三")),),
            ["语气", "", "静", "响", "", ""],
            id="an-option-too-many",
        ),
        pytest.param((Variable(id=7, label="七"),), ["", "", "", "", "", ""], id="one-that-the-spell-has-not"),
    ],
)
def test_a_translation_has_a_text_for_each_field_whatever_it_lists(
    variables: tuple[Variable, ...], texts: list[str]
) -> None:
    assert texts_of(SPELL, translation(*variables)) == ["题", "", "", "谈", *texts]


@pytest.mark.parametrize(
    ("field", "path"),
    [
        pytest.param("title", ("title",), id="title"),
        pytest.param("prompt", ("prompt",), id="prompt"),
        pytest.param("variable 4 label", ("variables", 0, "label"), id="by-number-not-by-place"),
        pytest.param("variable 1 default", ("variables", 1, "default"), id="default"),
        pytest.param("variable 1 option 2", ("variables", 1, "options", 1), id="option"),
        pytest.param("variable 9 label", ("variables",), id="not-listed"),
    ],
)
def test_where_a_field_stands_in_a_file(field: str, path: tuple[Step, ...]) -> None:
    other = translation(Variable(id=4, label="大小"), Variable(id=1, label="语气", options=("静", "响")))
    assert path_in_file(other, field) == path


@pytest.mark.parametrize("path", sorted((ROOT / "spells").rglob("*.zh.yaml")), ids=lambda path: path.name)
def test_every_shipped_translation_comes_out_as_it_went_in(path: Path) -> None:
    spell, _ = spellfile.read_spell(path.with_name(path.name.replace(".zh", "")), validate_check)
    before, _ = spellfile.read_translation(path, spell)
    made = assemble(spell, texts_of(spell, before), language="zh", translator=before.translator, status=before.status)
    assert spellfile.dump_translation(made) == spellfile.dump_translation(before)
