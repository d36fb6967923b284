from __future__ import annotations

from collections.abc import Callable

import pytest

from grimoire.chat import Answer, Request, Usage
from grimoire.errors import MissingInput
from grimoire.spell import Case, Spell, Template
from grimoire.trial.plan import DEFAULT_COMPLETION, Estimate, Plan, cells, cost, estimate, fillable, unready


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


def test_the_order_of_cells_with_backends_alternating() -> None:
    order = [(c.spell, c.case, c.language, c.sample, c.backend) for c in cells(plan(TEA, ART, BARE, samples=2), [A, B])]
    assert order == [
        (spell, case, language, sample, backend)
        for spell, case, language in (
            ("tea", "green", "en"),
            ("tea", "green", "zh"),
            ("tea", "black", "en"),
            ("tea", "black", "zh"),
            ("art", "cat", "en"),
        )
        for sample in (1, 2)
        for backend in ("a/1", "b/1")
    ]


def test_a_rehearsal_is_asked_only_what_there_is_a_sample_for() -> None:
    order = [(c.spell, c.case, c.backend) for c in cells(Plan((TEA, ART), ("en",), TEMPLATES), [REHEARSAL, A])]
    assert order == [
        ("tea", "green", "a/1"),
        ("tea", "black", "a/1"),
        ("art", "cat", "rehearsal/sample"),
        ("art", "cat", "a/1"),
    ]


def test_cells_are_made_one_at_a_time() -> None:
    broken = Spell(name="broken", prompt="[PROMPT]", cases=(Case(id="none"),))
    planned = cells(Plan((TEA, broken), ("en",), {**TEMPLATES, ("broken", "en"): broken.template}), [A])
    assert [next(planned).case, next(planned).case] == ["green", "black"]
    with pytest.raises(MissingInput):
        next(planned)


def test_every_cell_has_a_key_of_its_own_that_stays() -> None:
    keys = [c.key for c in cells(plan(TEA, ART, samples=3), [A, B])]
    assert len(set(keys)) == len(keys) == 30
    assert keys == [c.key for c in cells(plan(TEA, ART, samples=3), [A, B])]


def test_what_cannot_be_asked_and_why() -> None:
    assert unready(plan(TEA, ART), [A]) == []
    assert unready(plan(TEA, ART, BARE), [A, REHEARSAL]) == [
        "tea: it has no sample to rehearse with",
        "bare: it has no case to try it with",
    ]


def test_an_estimate_for_each_backend() -> None:
    found = estimate(cells(plan(ART, samples=2), [A, B]), {"a/1": (1.0, 2.0), "other": (9.0, 9.0)})
    asked, answered = 2 * 2, 2 * 10
    assert found == [
        Estimate("a/1", 2, Usage(asked, answered), (asked * 1.0 + answered * 2.0) / 1_000_000),
        Estimate("b/1", 2, Usage(asked, answered), None),
    ]
    [unknown] = estimate(cells(plan(TEA), [A]), {})
    assert (unknown.calls, unknown.tokens.completion_tokens) == (4, 4 * DEFAULT_COMPLETION)
    assert estimate(iter(()), {}) == []


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
