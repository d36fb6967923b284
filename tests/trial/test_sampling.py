from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from grimoire.chance import Chance, Watch
from grimoire.chat import Message, Request
from grimoire.record import Cell
from grimoire.standing import CaseWatch, Judged, Standing, combine_cases, stand
from grimoire.trial.sampling import CaseKey, Measured, Sampler, known
from grimoire.verdict import VerdictKind

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
    asked = 0
    following: Cell | None = cell
    while following:
        assert following.sample == asked + 1
        following = sampler.see(following, KINDS[verdicts[min(asked, len(verdicts) - 1)]])
        asked += 1
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
            sent=fields.get("sent", "x"),
        )
        for sample, verdict in enumerate(verdicts, 1)
    ]


def after(history: list[Judged], *, rehearsal: bool = False) -> Sampler:
    now: dict[tuple[str, str, str], Measured] = {("tea", "en", "green"): ("now", "x", "strict")}
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
        pytest.param(judged("bbb", sent="y"), id="an-edited-case"),
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
    assert sampler.see(a_cell(), "works") is None
    following = sampler.see(a_cell("black"), "broken")
    assert following is not None
    assert (following.case, following.sample) == ("black", 2)


CASES = ("green", "black", "white")
Night = tuple[int, dict[str, str]]
"""How many answers were asked of each case (0: as many as it takes), and what comes, by case, in turn."""


class Nights:
    """Trials of three cases, one a night, each beginning with what the ledger then holds."""

    def __init__(self) -> None:
        self.history: list[Judged] = []
        self.chance = Chance()
        self.standing = Standing(kind="untested")
        self.sampled: dict[CaseKey, CaseWatch] = {}

    def watches(self, before: str = "") -> dict[CaseKey, CaseWatch]:
        now: dict[tuple[str, str, str], Measured] = {("tea", "en", case): ("now", "x", "strict") for case in CASES}
        return known([(("tea", "en", "one/m", False), self.history)], now, self.chance, before=before)

    def night(self, samples: int, coming: dict[str, str]) -> None:
        run = f"run {len({entry.run for entry in self.history})}"
        begun = self.watches()
        sampler = Sampler(self.chance, begun)
        self.sampled = dict(begun)
        cells = [structs.replace(a_cell(case), sample=n) for n in range(1, max(samples, 1) + 1) for case in coming]
        while cells:
            cell = cells.pop(0)
            kind = KINDS[coming[cell.case][(cell.sample - 1) % len(coming[cell.case])]]
            self.record(run, cell, kind)
            following = sampler.see(cell, kind)
            key = CaseKey("tea", "en", "one/m", cell.case)
            self.sampled[key] = self.sampled.get(key, CaseWatch()).see(kind, 0, self.chance)
            cells += [following] if following and not samples else []
        self.standing = stand(self.history, "now", self.chance, CASES)

    def record(self, run: str, cell: Cell, kind: VerdictKind) -> None:
        number = len(self.history) + 1
        self.history.append(
            Judged(
                run=run,
                at=f"{number:05}",
                template="now",
                case=cell.case,
                sample=cell.sample,
                verdict=kind,
                answer=number,
                yardstick="strict",
                sent="x",
            )
        )


def timeless(watch: CaseWatch) -> tuple[Watch, Watch]:
    """Without the places in the row of answers, which are counted otherwise by each who watches."""
    holds, full = (
        structs.replace(w, opened=min(w.opened, 0), turned=min(w.turned, 0)) for w in (watch.holds, watch.full)
    )
    return holds, full


coming = st.dictionaries(
    st.sampled_from(CASES), st.text(st.sampled_from("wwwwpbbe"), min_size=1, max_size=20), min_size=1
)


@given(st.lists(st.tuples(st.sampled_from([0, 0, 1, 4]), coming), max_size=8))
def test_the_standing_says_what_the_sampler_decided(nights: list[Night]) -> None:
    story = Nights()
    for samples, texts in nights:
        before = story.standing
        story.night(samples, texts)
        watches = story.watches()
        assert {key: timeless(w) for key, w in watches.items()} == {
            key: timeless(w) for key, w in story.sampled.items() if key in watches
        }
        check_standing(story, before, list(watches.values()))


def check_standing(story: Nights, before: Standing, watches: list[CaseWatch]) -> None:
    """What is announced rests on tests that were decided, and on an answer that is on record."""
    now = story.standing
    assert now.doubt == any(watch.in_doubt for watch in watches)
    settled = [watch for watch in watches if watch.settled]
    if now.kind not in {combine_cases(w.kind for w in group) for group in (watches, settled)}:
        assert now.kind == "untested"
    if before.kind not in {"untested", now.kind} and now.change != "new":
        assert now.change in {"regressed", "recovered"}
        assert now.was == before.kind
        assert now.first > before.first
        assert now.kind == combine_cases(watch.kind for watch in settled)
    if now.kind != "untested":
        first = story.history[now.first - 1]
        assert (first.at, first.verdict == "error") == (now.since, False)
        assert now.works <= now.answers
