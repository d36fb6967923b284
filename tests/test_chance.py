"""The tests of change do what the documentation promises of them: by exact tables and by simulation."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire.chance import Chance, State, Watch, observe, wilson

CHANCE = Chance()
CELLS = 20_000
"""Simulated cells: an estimate of 1 % is then right to 0.14 points, with 95 % confidence."""


def after(answers: Iterable[bool], watch: Watch | None = None, chance: Chance = CHANCE) -> Watch:
    watch = watch or Watch()
    for index, passed in enumerate(answers):
        watch = observe(watch, passed, index, chance)
    return watch


def spell(answers: str) -> list[bool]:
    return [answer == "+" for answer in answers]


@pytest.mark.parametrize(
    ("answers", "state", "settled", "in_doubt"),
    [
        pytest.param("+", "always", True, False, id="one-pass"),
        pytest.param("-", "never", False, True, id="one-failure-is-likely-but-not-sure"),
        pytest.param("---", "never", True, False, id="three-failures"),
        pytest.param("+-", "always", True, True, id="a-surprise"),
        pytest.param("+--", "always", True, True, id="two-surprises"),
        pytest.param("+---", "never", True, False, id="three-surprises"),
        pytest.param("+-" + "+" * 8, "always", True, True, id="nearly-forgotten"),
        pytest.param("+-" + "+" * 9, "always", True, False, id="forgotten"),
        pytest.param("+-+-+--", "sometimes", True, False, id="now-and-then"),
        pytest.param("---+", "never", True, True, id="a-good-surprise"),
        pytest.param("---+++", "always", True, False, id="three-good-surprises"),
        pytest.param("+-+-+--" + "+" * 10, "sometimes", True, False, id="not-yet-always"),
        pytest.param("+-+-+--" + "+" * 11, "always", True, False, id="always-again"),
        pytest.param("+-+-+--" + "-" * 11, "never", True, False, id="never-any-more"),
        pytest.param("+-+-+--" + "+++++-" * 5, "sometimes", True, False, id="mostly-is-not-always"),
    ],
)
def test_watch(answers: str, state: State, settled: bool, in_doubt: bool) -> None:
    watch = after(spell(answers))
    assert (watch.state, watch.settled, watch.in_doubt) == (state, settled, in_doubt)


@pytest.mark.parametrize(
    ("answers", "state", "sign"),
    [
        pytest.param("+-+-+--" + "+", "always", 7, id="one-for-always"),
        pytest.param("+-+-+--" + "-++", "always", 8, id="from-where-the-row-begins"),
        pytest.param("+-+-+--" + "+++++-+", "always", 7, id="one-failure-in-a-long-row-ends-it-not"),
        pytest.param("+-+-+--" + "-++", "never", -1, id="none-for-never"),
        pytest.param("+-+-+--" + "+--", "never", 8, id="two-for-never"),
        pytest.param("+++-", "never", 3, id="the-open-test"),
        pytest.param("+++-", "sometimes", 3, id="the-open-test-whatever-it-finds"),
        pytest.param("+++", "never", -1, id="nothing-speaks-against-it"),
    ],
)
def test_the_first_answer_that_speaks_for_another_state(answers: str, state: State, sign: int) -> None:
    assert after(spell(answers)).sign_of(state) == sign


def test_what_works_now_and_then_is_never_in_doubt() -> None:
    for extra in ("+", "-", "+++", "---"):
        assert not after(spell("+-+-+--" + extra)).in_doubt


def test_a_surprise_is_remembered_by_the_index_of_its_answer() -> None:
    assert after(spell("+++-+")).opened == 3
    assert after(spell("+++-" + "+" * 9)).opened == -1


class Nights(NamedTuple):
    """What came of a cell that works with some probability and is asked once a night, and more on surprise."""

    announced: float
    in_first_run: float
    alarms_a_run: float
    samples_a_run: float


def nightly(works: float, nights: int, chance: Chance = CHANCE, cells: int = CELLS) -> Nights:
    """Simulate cells that were known to work: until a change is announced, or for so many nights."""
    dice = random.Random(20261124)  # a simulation that gives the same figures every time
    announced = first = runs = samples = 0
    for _ in range(cells):
        watch = Watch("always", settled=True)
        for night in range(nights):
            runs += 1
            for asked in range(1, chance.most + 1):
                watch = observe(watch, dice.random() < works, asked, chance)
                samples += 1
                if not watch.in_doubt:
                    break
            if watch.state != "always":
                announced += 1
                first += night == 0
                break
    return Nights(announced / cells, first / cells, announced / runs, samples / runs)


def test_a_cell_that_works_95_times_in_100_raises_few_alarms_and_costs_little() -> None:
    found = nightly(0.95, 30)
    assert found.alarms_a_run < 0.01
    assert found.samples_a_run < 2


def test_a_cell_that_broke_entirely_is_announced_in_its_first_run() -> None:
    found = nightly(0.0, 1)
    assert found.in_first_run > 0.99
    assert found.samples_a_run == 3


def test_a_cell_that_fell_to_one_in_two_is_announced_within_seven_runs() -> None:
    assert nightly(0.5, 7).announced > 0.99


def test_a_cell_that_fails_95_times_in_100_is_announced_within_two_runs() -> None:
    assert nightly(0.05, 2).announced > 0.99


def test_without_asking_again_a_broken_cell_takes_three_nights() -> None:
    once = Chance(most=1)
    assert nightly(0.0, 2, once, cells=10).announced == 0
    assert nightly(0.0, 3, once, cells=10).announced == 1


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [
        pytest.param(0, 0, 0.0, 1.0, id="nothing-counted"),
        pytest.param(0, 10, 0.0, 0.2775, id="none"),
        pytest.param(10, 10, 0.7225, 1.0, id="all"),
        pytest.param(5, 10, 0.2366, 0.7634, id="half"),
        pytest.param(1, 1, 0.2065, 1.0, id="one"),
        pytest.param(81, 263, 0.2553, 0.3662, id="many"),
    ],
)
def test_wilson(hits: int, total: int, low: float, high: float) -> None:
    interval = wilson(hits, total)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("total", [1, 2, 3, 4, 7, 19, 100, 263, 10**9])
def test_the_ends_of_the_scale_are_exact_and_the_bounds_hold_the_share(total: int) -> None:
    assert (wilson(0, total).low, wilson(total, total).high) == (0.0, 1.0)
    for hits in {0, 1, total // 2, total - 1, total}:
        interval = wilson(hits, total)
        assert 0.0 <= interval.low <= interval.share <= interval.high <= 1.0


@pytest.mark.parametrize(
    ("passed", "failed", "state"),
    [(1, 0, "always"), (0, 1, "never"), (1, 1, "sometimes"), (4, 1, "always"), (3, 1, "sometimes"), (1, 4, "never")],
)
def test_likeliest(passed: int, failed: int, state: State) -> None:
    assert CHANCE.likeliest(passed, failed) == state


@given(st.lists(st.booleans(), max_size=60), st.floats(0.55, 0.99), st.floats(0.05, 0.5), st.floats(1e-6, 0.2))
def test_a_test_that_says_changed_names_another_state(
    answers: list[bool], reliable: float, changed: float, false_alarm: float
) -> None:
    chance = Chance(reliable=reliable, changed=changed, false_alarm=false_alarm)
    watch = Watch("always", settled=True)
    for index, passed in enumerate(answers):
        later = observe(watch, passed, index, chance)
        if watch.in_doubt and later.settled and not later.in_doubt and later.evidence == 0:
            weight = watch.evidence + chance.weight(fits=passed is (watch.state == "always"))
            assert (later.state != watch.state) == (weight >= chance.upper)
        watch = later


@pytest.mark.parametrize("wrong", [{"changed": 0.95}, {"changed": 0.99}, {"false_alarm": 0.6, "missed": 0.5}])
def test_parameters_that_make_no_test_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(msgspec.ValidationError, match=r"changed|missed"):
        msgspec.convert(wrong, Chance)


@pytest.mark.parametrize("name", ["verdicts.md", "verdicts.zh.md"])
def test_the_documents_show_what_the_simulation_finds(name: str) -> None:
    text = (Path(__file__).parent.parent / "docs" / name).read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) % \| ([\d.]+) % \| ([\d.]+) % \| ([\d.]+) \|$", text, re.MULTILINE)
    assert [int(works) for works, *_ in rows] == [99, 95, 90, 80, 65, 50, 20, 5, 0]
    for works, *shown in rows:
        found = nightly(int(works) / 100, 7, cells=10_000)
        announced = (f"{100 * share:.2f}" for share in (found.alarms_a_run, found.announced))
        assert shown == [*announced, f"{found.samples_a_run:.2f}"]
