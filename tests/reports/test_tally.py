from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire.chance import Chance
from grimoire.record import Scored
from grimoire.reports.tally import REASONS, Count, Tally, tally_of, unexpected_rehearsals
from grimoire.standing import combine, share
from grimoire.verdict import VerdictKind


def scored(
    kind: VerdictKind,
    *,
    backend: str = "one/m",
    case: str = "a",
    why: str = "",
    error: str = "",
    cost: float | None = None,
    split: int = 0,
) -> Scored:
    return Scored(
        spell="s",
        language="en",
        backend=backend,
        case=case,
        sample=1,
        rehearsal=False,
        verdict=kind,
        reason=why,
        error=error,
        cost=cost,
        tokens=0 if error else 7,
        split=split,
    )


def tally(*scores: Scored, earlier: int = 0) -> Tally:
    return tally_of(scores, Chance(), earlier=earlier)


KEY = ("s", "en", "one/m")
KINDS: list[VerdictKind] = ["works", "partial", "broken", "error"]


def test_nothing_counted() -> None:
    empty = tally()
    assert (empty.cells, empty.cost, empty.tokens, empty.asked, empty.earlier) == ({}, None, 0, 0, 0)
    assert (empty.verdicts("works"), empty.failing) == (0, [])


def test_cells_costs_tokens_and_where_answers_came_from() -> None:
    counted = tally(
        scored("works", cost=0.5),
        scored("broken", backend="two/m", cost=0.25, split=2),
        scored("error", error="timeout", why="no answer in 60 s"),
        scored("error", why="contains: crashed"),
        earlier=1,
    )
    assert list(counted.cells) == [KEY, ("s", "en", "two/m")]
    assert (counted.cost, counted.tokens, counted.split) == (0.75, 21, 2)
    assert (counted.counted, counted.asked, counted.earlier, counted.unanswered) == (4, 3, 1, 1)
    assert [counted.verdicts(kind) for kind in ("works", "partial", "broken", "error")] == [1, 0, 1, 2]


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
    count = tally(*(scored(kind) for kind in kinds)).cells[KEY]
    assert (count.standing, count.errors, count.answers) == (standing, errors, len(kinds) - errors)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(KINDS)), max_size=60))
def test_counts_say_what_a_list_of_all_answers_says(judged: list[tuple[str, VerdictKind]]) -> None:
    count = Count()
    for case, kind in judged:
        count.add(case, kind, "")
    assert (count.standing, count.share) == (combine(judged), share(kind for _, kind in judged))
    one_by_one = {case: combine(pair for pair in judged if pair[0] == case) for case, _ in judged}
    assert set(count.failing) == {case for case, kind in one_by_one.items() if kind in {"broken", "flaky"}}


def test_a_reason_is_kept_once_in_the_order_it_came() -> None:
    count = tally(
        scored("broken", why="c: second"),
        scored("broken", why="c: first"),
        scored("broken", why="c: second"),
        scored("works"),
        scored("error", error="rate", why="429"),
    ).cells[KEY]
    assert list(count.reasons.items()) == [("c: second", 2), ("c: first", 1), ("429", 1)]


def test_so_many_reasons_are_kept_and_the_others_counted() -> None:
    many = [scored("broken", why=f"c: {number}") for number in range(REASONS + 5)]
    count = tally(*many, *many).cells[KEY]
    assert list(count.reasons.items()) == [(f"c: {number}", 2) for number in range(REASONS)]
    assert count.other_reasons == 10


def test_memory_is_that_of_the_cells_however_many_answers_there_are() -> None:
    counted = Tally()

    def add(first: int, last: int) -> int:
        for number in range(first, last):
            # as from the ledger, where every row has strings of its own
            counted.add(scored("broken", case=f"case-{number % 3}", why=f"c: {number}", cost=0.001))
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        assert -add(0, 1_000) + add(1_000, 20_000) < 2_000
    finally:
        tracemalloc.stop()
    assert counted.counted == 20_000


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
    found = unexpected_rehearsals(tally(scored(kind, backend=backend)), ["rehearsal/sample"])
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
    counted = tally(*(scored(kind) for kind in kinds), scored("works", case="b"))
    assert counted.cells[KEY].failing == (["a"] if fails else [])
    assert counted.failing == ([KEY] if fails else [])
