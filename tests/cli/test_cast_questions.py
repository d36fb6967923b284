"""All that one call asks, counted before it is built."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from grimoire import settings
from grimoire.backends.rehearsal import Rehearsal
from grimoire.cast import build_cell
from grimoire.cli import cast_fire
from grimoire.cli.cast_questions import Questions
from grimoire.cli.cast_subject import Subject
from grimoire.cli.inputs import Given
from grimoire.cli.questions import Input
from grimoire.errors import MissingInput
from grimoire.library import Library
from grimoire.pace import Limits
from grimoire.ports import Addressee
from grimoire.record import Cell
from grimoire.spell import Case, Spell, Template
from grimoire.trial.gate import Gate
from grimoire.trial.paced import Paced
from tests.servers.openai_server import OpenAIServer

SPELL = Spell(name="s", language="en", prompt="Shorten: [PROMPT]")
TEXTS = (SPELL.template, Template(language="zh", prompt="请缩短：[PROMPT]"))


def backend(model: str) -> Paced:
    return Paced(Rehearsal(model), Gate(Limits(concurrency=1), name=model))


def questions(
    prompts: Sequence[str], *, texts: Sequence[Template] = TEXTS, backends: Sequence[str] = ("echo", "sample")
) -> Questions:
    def build(given: Input, text: Template | None, backend: Addressee) -> Cell:
        assert text
        return build_cell(SPELL, text, given.case, backend)

    inputs = [
        Input(case=Case(id="", prompt=prompt), label=f"line {number}") for number, prompt in enumerate(prompts, 1)
    ]
    return Questions(inputs, texts, [backend(model) for model in backends], build, SPELL)


def test_they_are_in_the_order_of_inputs_then_languages_then_backends() -> None:
    asked = questions(["a", "b"])
    assert len(asked) == 8
    assert [(q.label, q.cell.language, q.cell.backend, q.backend.name) for q in asked] == [
        (label, language, name, name)
        for label in ("line 1", "line 2")
        for language in ("en", "zh")
        for name in ("rehearsal/echo", "rehearsal/sample")
    ]


def test_each_backend_has_its_own_and_all_of_them_together_are_all() -> None:
    asked = questions(["a", "b", "c"], backends=("echo", "sample", "empty"))
    numbers = [list(asked.numbers(each)) for each in asked.backends]
    assert sorted(number for each in numbers for number in each) == list(range(len(asked)))
    for each, own in zip(asked.backends, numbers, strict=True):
        assert {asked[number].cell.backend for number in own} == {each.name}
        assert own == sorted(own)


def test_the_heads_are_one_of_each_variant() -> None:
    assert [(q.label, q.cell.language) for q in questions(["a", "b"], backends=["echo"]).heads] == [
        ("line 1", "en"),
        ("line 1", "zh"),
    ]
    assert questions([]).heads == []


def test_equal_ones_are_samples_wherever_they_stand() -> None:
    cells = [q.cell for q in questions(["same", "other", "same", "same"], texts=TEXTS[:1], backends=["echo"])]
    assert [cell.sample for cell in cells] == [1, 1, 2, 3]
    assert len({cell.key for cell in cells}) == 4
    assert len({cell.asks for cell in cells}) == 2


def test_a_question_is_the_same_each_time_it_is_looked_at() -> None:
    asked = questions(["a", "a", "b"])
    assert [asked[number].cell for number in range(len(asked))] == [q.cell for q in asked]


@pytest.mark.parametrize(("inputs", "seconds"), [(1, 60), (2, 600)])
def test_a_question_is_tried_again_for_longer_where_nobody_waits_for_it_alone(
    backends: OpenAIServer, folder: Path, inputs: int, seconds: float
) -> None:
    call = cast_fire.Call(
        settings=settings.load(),
        library=Library([], lambda _: ""),
        subject=Subject(spell=SPELL, texts=TEXTS[:1]),
        given=Given(),
        models=("one", "one/m1"),
    )
    asked = cast_fire.ask_of(call, [Input(case=Case(id="", prompt="a"))] * inputs)
    assert [each._retry.seconds for each in asked.backends] == [seconds]


def test_an_input_that_lacks_something_is_named_before_anything_is_asked() -> None:
    with pytest.raises(MissingInput, match="line 2: s: "):
        questions(["a", ""])
