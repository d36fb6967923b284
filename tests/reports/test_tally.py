from __future__ import annotations

import pytest

from grimoire.chat import Answer, Message, Request, Usage
from grimoire.record import Cell
from grimoire.reports.tally import Tally, unexpected_rehearsals
from grimoire.trial.run import Result
from grimoire.verdict import CheckResult, Verdict, VerdictKind


def result(
    kind: VerdictKind,
    *,
    backend: str = "one/m",
    case: str = "a",
    why: str = "",
    error: str = "",
    cost: float | None = None,
    earlier: bool = False,
) -> Result:
    cell = Cell(
        spell="s",
        language="en",
        template="0",
        case=case,
        backend=backend,
        request=Request(messages=(Message("user", "x"),)),
        text="x",
    )
    checks = (CheckResult(check="c", version=1, outcome="failed", reason=why),) if why else ()
    answer = None if error else Answer(text="y", usage=Usage(3, 4))
    return Result(cell, Verdict(kind=kind, checks=checks), answer, cost, error, earlier)


def tally(*results: Result) -> Tally:
    counted = Tally()
    for one in results:
        counted.add(one)
    return counted


KEY = ("s", "en", "one/m")


def test_nothing_counted() -> None:
    empty = Tally()
    assert (empty.cells, empty.cost, empty.tokens, empty.asked, empty.earlier) == ({}, None, 0, 0, 0)
    assert empty.verdicts("works") == 0


def test_cells_costs_tokens_and_where_answers_came_from() -> None:
    counted = tally(
        result("works", cost=0.5),
        result("broken", backend="two/m", cost=0.25, earlier=True),
        result("error", error="no"),
    )
    assert list(counted.cells) == [KEY, ("s", "en", "two/m")]
    assert (counted.cost, counted.tokens, counted.asked, counted.earlier) == (0.75, 14, 2, 1)
    assert [counted.verdicts(kind) for kind in ("works", "partial", "broken", "error")] == [1, 0, 1, 1]


@pytest.mark.parametrize(
    ("kinds", "standing", "errors"),
    [
        pytest.param(["works"], "works", 0, id="works"),
        pytest.param(["works", "partial"], "partial", 0, id="partial"),
        pytest.param(["works", "broken"], "flaky", 0, id="samples-that-differ"),
        pytest.param(["error"], "untested", 1, id="an-error-alone-says-nothing"),
        pytest.param(["error", "broken"], "broken", 1, id="an-error-beside-it-changes-nothing"),
    ],
)
def test_the_standing_of_one_case(kinds: list[VerdictKind], standing: str, errors: int) -> None:
    count = tally(*(result(kind) for kind in kinds)).cells[KEY]
    assert (count.standing, count.errors, count.kinds) == (standing, errors, kinds)


def test_a_reason_is_kept_once_in_the_order_it_came() -> None:
    count = tally(
        result("broken", why="second"),
        result("broken", why="first"),
        result("broken", why="second"),
        result("error", error="429"),
    ).cells[KEY]
    assert count.reasons == ["c: second", "c: first", "429"]


@pytest.mark.parametrize(
    ("backend", "kind", "told"),
    [
        pytest.param("rehearsal/sample", "works", False, id="a-sample-that-works"),
        pytest.param("rehearsal/sample", "broken", True, id="a-sample-that-does-not"),
        pytest.param("rehearsal/sample", "partial", True, id="a-sample-that-half-works"),
        pytest.param("rehearsal/echo", "broken", False, id="an-echo-that-was-found"),
        pytest.param("rehearsal/echo", "partial", True, id="an-echo-half-found"),
        pytest.param("rehearsal/echo", "works", True, id="an-echo-that-passed"),
    ],
)
def test_what_a_rehearsal_should_not_have_found(backend: str, kind: VerdictKind, told: bool) -> None:
    found = unexpected_rehearsals(tally(result(kind, backend=backend)), ["rehearsal/sample"])
    assert found == ([("s", "en", backend)] if told else [])


@pytest.mark.parametrize(
    ("kinds", "fails"),
    [
        pytest.param(["works"], False, id="works"),
        pytest.param(["partial"], False, id="a-wish-alone"),
        pytest.param(["broken"], True, id="broken"),
        pytest.param(["works", "broken"], True, id="flaky"),
        pytest.param(["works"] * 9 + ["broken"], False, id="an-unlucky-draw"),
        pytest.param(["error"], False, id="an-error"),
    ],
)
def test_what_holds_up(kinds: list[VerdictKind], fails: bool) -> None:
    counted = tally(*(result(kind) for kind in kinds), result("works", case="b"))
    assert counted.cells[KEY].failing == (["a"] if fails else [])
    assert counted.failing == ([KEY] if fails else [])
