from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from itertools import islice

import msgspec
import pytest

from grimoire.cast import build_cell
from grimoire.chat import DEFAULT_COMPLETION, Answer, Request, Usage, estimate_tokens
from grimoire.errors import MissingInput
from grimoire.spell import Case, Spell, Template
from grimoire.trial.plan import (
    Estimate,
    Plan,
    Planned,
    cells,
    cost,
    count,
    estimate,
    fillable,
    planned,
    sampled,
    unready,
)


class Named:
    """A backend that is planned for and never asked."""

    def __init__(self, name: str, *, rehearsal: bool = False) -> None:
        self.name = name
        self.rehearsal = rehearsal
        self.parameters: dict[str, object] = {}

    async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
        raise NotImplementedError

    async def aclose(self) -> None:
        """Nothing is open."""


A, B, REHEARSAL = Named("a/1"), Named("b/1"), Named("rehearsal/sample", rehearsal=True)
TEA = Spell(name="tea", prompt="Praise [PROMPT]", cases=(Case(id="green", prompt="x"), Case(id="black", prompt="yy")))
ART = Spell(name="art", prompt="Paint [PROMPT]", cases=(Case(id="cat", prompt="z"),), sample="1234" * 10)
BARE = Spell(name="bare", prompt="[PROMPT]")
ZH = Template(language="zh", prompt="夸[PROMPT]")
TEMPLATES = {("tea", "en"): TEA.template, ("tea", "zh"): ZH, ("art", "en"): ART.template, ("bare", "en"): BARE.template}


def plan(*spells: Spell, samples: int = 1) -> Plan:
    return Plan(spells, ("en", "zh"), TEMPLATES, samples)


def test_the_order_of_one_backends_cells() -> None:
    order = [(c.spell, c.case, c.language, c.sample, c.backend) for c in cells(plan(TEA, ART, BARE, samples=2), B)]
    assert order == [
        (spell, case, language, sample, "b/1")
        for spell, case, language in (
            ("tea", "green", "en"),
            ("tea", "green", "zh"),
            ("tea", "black", "en"),
            ("tea", "black", "zh"),
            ("art", "cat", "en"),
        )
        for sample in (1, 2)
    ]


def test_each_backend_has_cells_of_its_own_that_can_be_counted_and_gone_through_twice() -> None:
    by_name = planned(plan(TEA, ART, samples=3), [A, REHEARSAL])
    assert list(by_name) == ["a/1", "rehearsal/sample"]
    for name, length in (("a/1", 15), ("rehearsal/sample", 3)):
        assert (len(by_name[name]), {cell.backend for cell in by_name[name]}) == (length, {name})
        assert [cell.key for cell in by_name[name]] == [cell.key for cell in by_name[name]]


def test_a_rehearsal_is_asked_only_what_there_is_a_sample_for() -> None:
    assert [(c.spell, c.case) for c in cells(Plan((TEA, ART), ("en",), TEMPLATES), REHEARSAL)] == [("art", "cat")]


def test_cells_are_made_one_at_a_time() -> None:
    broken = Spell(name="broken", prompt="[PROMPT]", cases=(Case(id="none"),))
    lazy = cells(Plan((TEA, broken), ("en",), {**TEMPLATES, ("broken", "en"): broken.template}), A)
    assert [next(lazy).case, next(lazy).case] == ["green", "black"]
    with pytest.raises(MissingInput):
        next(lazy)


def test_every_cell_has_a_key_of_its_own_that_stays() -> None:
    keys = [c.key for backend in (A, B) for c in cells(plan(TEA, ART, samples=3), backend)]
    assert len(set(keys)) == len(keys) == 30
    assert keys == [c.key for backend in (A, B) for c in cells(plan(TEA, ART, samples=3), backend)]
    one = next(cells(plan(TEA), A))
    assert one.key == build_cell(TEA, TEA.template, TEA.cases[0], A).key, "whoever builds it"


def test_samples_of_a_question_share_what_is_sent() -> None:
    first, second = islice(cells(plan(TEA, samples=2), A), 2)
    assert first.request is second.request
    assert (first.question, first.key.rpartition("-")[2], second.key.rpartition("-")[2]) == (second.question, "1", "2")


@pytest.mark.parametrize("samples", [1, 3])
def test_a_shuffled_plan_has_the_same_cells_in_another_order(samples: int) -> None:
    many = Spell(name="tea", prompt="Praise [PROMPT]", cases=tuple(Case(id=str(n), prompt=f"{n}") for n in range(40)))
    straight = plan(many, ART, samples=samples)
    mixed = msgspec.structs.replace(straight, seed=7)
    orders = [[cell.key for cell in cells(made, A)] for made in (straight, mixed, mixed)]
    assert orders[1] == orders[2] != orders[0]
    assert sorted(orders[1]) == sorted(orders[0])
    assert [c.key for c in cells(msgspec.structs.replace(straight, seed=8), A)] != orders[1]
    assert {cell.key: cell for cell in cells(mixed, A)} == {cell.key: cell for cell in cells(straight, A)}


def test_only_some_cases_and_places() -> None:
    some = msgspec.structs.replace(plan(TEA, ART), only=frozenset({("tea", "black")}))
    assert [(c.spell, c.case, c.language) for c in cells(some, A)] == [("tea", "black", "en"), ("tea", "black", "zh")]
    less = msgspec.structs.replace(plan(TEA), left_out=frozenset({("tea", "zh", "a/1"), ("tea", "en", "b/1")}))
    assert [{c.language for c in cells(less, backend)} for backend in (A, B)] == [{"en"}, {"zh"}]
    assert [count(less, backend) for backend in (A, B)] == [2, 2]


def test_nothing_is_built_to_count() -> None:
    """A case that cannot be filled in would be an error, were it built."""
    cases = tuple(Case(id=str(number)) for number in range(1000))
    huge = Plan((Spell(name="s", prompt="[PROMPT]", cases=cases),), ("en",), {("s", "en"): ZH}, samples=1000)
    assert len(Planned(huge, A)) == 1_000_000


@pytest.mark.parametrize("seed", [None, 7], ids=["straight", "shuffled"])
def test_a_plan_takes_no_memory_for_what_it_has_not_built(seed: int | None) -> None:
    huge = Planned(msgspec.structs.replace(plan(TEA, ART, samples=200_000), seed=seed), A)
    assert len(huge) == 1_000_000
    tracemalloc.start()
    try:
        assert sum(1 for _ in islice(huge, 10_000)) == 10_000
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_what_cannot_be_asked_and_why() -> None:
    assert unready(plan(TEA, ART), [A]) == []
    assert unready(plan(TEA, ART, BARE), [A, REHEARSAL]) == [
        "tea: it has no sample to rehearse with",
        "bare: it has no case to try it with",
    ]


def test_an_estimate_for_each_backend() -> None:
    asked, answered = 2 * 2, 2 * 10
    expected = Estimate("a/1", 2, Usage(asked, answered), (asked * 1.0 + answered * 2.0) / 1_000_000)
    assert estimate(plan(ART, samples=2), A, (1.0, 2.0)) == expected
    assert estimate(plan(ART, samples=2), B) == Estimate("b/1", 2, Usage(asked, answered), None)
    unknown = estimate(plan(TEA), A)
    assert (unknown.calls, unknown.tokens.completion_tokens) == (4, 4 * DEFAULT_COMPLETION)
    assert estimate(plan(TEA), REHEARSAL) == Estimate("rehearsal/sample", 0, Usage(0, 0), None)


def test_an_estimate_is_what_the_cells_would_come_to() -> None:
    inputs = ("tea " * 10, "绿茶" * 30, "", "x")
    cases = tuple(Case(id=str(n), prompt=text, variables={"1": text}) for n, text in enumerate(inputs) if text)
    spell = Spell(
        name="tea",
        prompt="[VARIABLE1:Who:friends]Praise [PROMPT] for [VARIABLE1]: [PROMPT]",
        cases=cases,
        sample="a" * 400,
    )
    templates = {
        ("tea", "en"): spell.template,
        ("tea", "zh"): Template(language="zh", prompt="[VARIABLE1:甲:乙]夸[PROMPT]"),
    }
    wanted = Plan((spell,), ("en", "zh"), templates, samples=3)
    exact = sum(estimate_tokens(cell.incantation) for cell in cells(wanted, A))
    assert estimate(wanted, A).tokens.prompt_tokens == pytest.approx(exact, rel=0.05)
    assert estimate(wanted, A).tokens.completion_tokens == 2 * 3 * (100 + 2 * DEFAULT_COMPLETION)


def test_what_is_answered_already_is_not_estimated() -> None:
    wanted = plan(TEA, samples=2)
    every = list(cells(wanted, A))
    done = sampled([every[0].key, every[1].key, every[2].key, every[2].key[:-1] + "3", "0123456789ab-1"], 2)
    assert estimate(wanted, A, done=done).calls == len(every) - 3, "neither a third sample nor another question counts"
    assert estimate(wanted, B, done=done).calls == len(every)
    assert estimate(wanted, A, done=sampled((cell.key for cell in every), 2)).calls == 0


@pytest.mark.parametrize(
    ("usage", "price", "expected"),
    [
        pytest.param(Usage(1_000_000, 500_000), (2.0, 4.0), 4.0, id="both counted"),
        pytest.param(Usage(0, 0), (2.0, 4.0), 0.0, id="nothing is a number"),
        pytest.param(Usage(10, 10), (0.0, 0.0), 0.0, id="free is a price"),
        pytest.param(Usage(10, 10), None, None, id="no price"),
        pytest.param(Usage(10, None), (2.0, 4.0), None, id="answer not counted"),
        pytest.param(Usage(None, 10), (2.0, 4.0), None, id="question not counted"),
    ],
)
def test_cost(usage: Usage, price: tuple[float, float] | None, expected: float | None) -> None:
    assert cost(usage, price) == expected


def test_fillable() -> None:
    assert fillable(TEA, ZH, A) == ""
    assert fillable(TEA, Template(language="zh", prompt="夸[VARIABLE1]"), A) == "tea: no value for [VARIABLE1]"
