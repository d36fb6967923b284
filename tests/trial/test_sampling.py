from __future__ import annotations

import pytest

from grimoire.chance import Chance
from grimoire.chat import Message, Request
from grimoire.record import Cell
from grimoire.standing import Judged
from grimoire.trial.run import Result
from grimoire.trial.sampling import CaseKey, Measured, Sampler, known
from grimoire.verdict import Verdict, VerdictKind

KINDS: dict[str, VerdictKind] = {"w": "works", "p": "partial", "b": "broken", "e": "error"}
KEY = CaseKey("tea", "en", "one/m", "green")


def a_cell(case: str = "green", *, rehearsal: bool = False) -> Cell:
    request = Request(messages=(Message("user", "x"),))
    return Cell(
        spell="tea",
        language="en",
        template="now",
        case=case,
        backend="one/m",
        request=request,
        text="x",
        rehearsal=rehearsal,
    )


def play(sampler: Sampler, cell: Cell, verdicts: str) -> int:
    """Answer a cell, and what is asked again, with the verdicts in turn; how many were asked."""
    cells, asked = [cell], 0
    while cells:
        [cell] = cells
        assert cell.sample == asked + 1
        sampler.see(Result(cell, Verdict(kind=KINDS[verdicts[min(asked, len(verdicts) - 1)]])))
        asked += 1
        cells = sampler.again()
    return asked


def judged(verdicts: str, **fields: str) -> list[Judged]:
    return [
        Judged(
            run=fields.get("run", "old"),
            at="2026-01-01",
            template=fields.get("template", "now"),
            case="green",
            sample=sample,
            verdict=KINDS[verdict],
            yardstick=fields.get("yardstick", "strict"),
        )
        for sample, verdict in enumerate(verdicts, 1)
    ]


def after(history: list[Judged], *, rehearsal: bool = False) -> Sampler:
    def now(spell: str, language: str, case: str) -> Measured | None:
        return ("now", "strict") if case == "green" else None

    chance = Chance()
    return Sampler(chance, known([(("tea", "en", "one/m", rehearsal), history)], now, chance, before="this"))


@pytest.mark.parametrize(
    ("history", "verdicts", "asked"),
    [
        pytest.param("", "w", 1, id="a-good-beginning"),
        pytest.param("", "b", 3, id="a-bad-beginning-is-made-sure-of"),
        pytest.param("w", "w", 1, id="as-expected"),
        pytest.param("w", "b", 3, id="broke"),
        pytest.param("w", "bw", 10, id="an-unlucky-draw"),
        pytest.param("w", "p", 3, id="only-partial-now"),
        pytest.param("bbb", "b", 1, id="still-broken"),
        pytest.param("bbb", "w", 3, id="recovered"),
        pytest.param("wb", "bb", 2, id="what-was-in-doubt-goes-on"),
        pytest.param("wbwbwbb", "b", 1, id="flaky-and-no-news"),
    ],
)
def test_it_asks_until_the_evidence_is_enough(history: str, verdicts: str, asked: int) -> None:
    assert play(after(judged(history)), a_cell(), verdicts) == asked


def test_it_stops_at_the_bound() -> None:
    sampler = Sampler(Chance(most=5, false_alarm=1e-9))
    assert play(sampler, a_cell(), "b") == 5


def test_an_error_ends_the_asking() -> None:
    assert play(after(judged("w")), a_cell(), "be") == 2


def test_a_rehearsal_is_never_asked_again() -> None:
    assert play(after([]), a_cell(rehearsal=True), "b") == 1


@pytest.mark.parametrize(
    "history",
    [
        pytest.param(judged("bbb", template="older"), id="another-text"),
        pytest.param(judged("bbb", yardstick="lenient"), id="other-checks"),
        pytest.param(judged("bbb", run="this"), id="this-very-run"),
        pytest.param(judged("eee"), id="errors"),
    ],
)
def test_what_cannot_be_compared_is_left_out(history: list[Judged]) -> None:
    assert play(after(history), a_cell(), "w") == 1


def test_rehearsals_on_record_say_nothing_of_a_model() -> None:
    assert play(after(judged("bbb"), rehearsal=True), a_cell(), "w") == 1


def test_cases_are_watched_one_by_one() -> None:
    sampler = after(judged("w"))
    sampler.see(Result(a_cell(), Verdict(kind="works")))
    sampler.see(Result(a_cell("black"), Verdict(kind="broken")))
    assert [(cell.case, cell.sample) for cell in sampler.again()] == [("black", 2)]
