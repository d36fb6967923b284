from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from grimoire import settings
from grimoire.chance import Chance
from grimoire.chat import Answer
from grimoire.cli import trial_show
from grimoire.cli.trial_fire import Fired
from grimoire.cli.trial_setup import Means, Setup, prepare
from grimoire.cli.trial_wanted import Wanted
from grimoire.ledger import SqliteLedger, open_ledger
from grimoire.record import Run, Scored
from grimoire.reports.tally import REASONS, Tally, tally_of
from grimoire.trial.plan import cells
from grimoire.verdict import Verdict, VerdictKind

WHOLE = Fired(why="", left=0, unanswered=0, unjudged=0, earlier=0)
RUN = Run(id="20261123T214501-3f9a", kind="trial", started="2026-11-23T21:45:01.000Z")
NAME = "rehearsal/sample"


@pytest.fixture
def store() -> Iterator[SqliteLedger]:
    with open_ledger(Path("l.db")) as opened:
        yield opened


@pytest.fixture
def setup(store: SqliteLedger) -> Setup:
    """A trial that asks no model, but is not called a rehearsal."""
    wanted = Wanted(names=["blog-title", "seo-article"], languages=["en"], backends=[NAME], samples=1)
    return prepare(settings.load(), wanted, store, Means())


def scored(verdict: VerdictKind = "works", why: str = "", spell: str = "blog-title") -> Scored:
    return Scored(
        spell=spell,
        language="en",
        backend=NAME,
        case="a",
        sample=1,
        rehearsal=False,
        verdict=verdict,
        reason=why,
        error="",
        cost=0.001,
        tokens=1_000,
        split=0,
    )


def tally(*scores: Scored, earlier: int = 0) -> Tally:
    return tally_of(scores, Chance(), earlier=earlier)


@pytest.mark.parametrize(
    ("fired", "said"),
    [
        pytest.param(WHOLE, "", id="nothing-left"),
        pytest.param(structs.replace(WHOLE, why="interrupted"), "", id="stopped-when-all-was-done"),
        pytest.param(
            structs.replace(WHOLE, why="--max-calls 100 is reached", left=312),
            "stopped: --max-calls 100 is reached; 312 are left",
            id="a-limit",
        ),
        pytest.param(structs.replace(WHOLE, left=1), "1 is left", id="one-without-a-reason"),
        pytest.param(structs.replace(WHOLE, cut=True), "further samples are left", id="samples-on-top"),
        pytest.param(
            structs.replace(WHOLE, left=2, unanswered=3, unjudged=1),
            "2 are left, 3 got no answer, 1 answer without a verdict",
            id="all-kinds",
        ),
        pytest.param(
            structs.replace(WHOLE, why="two\nlines\x1b[2J", left=1_234),
            "stopped: two lines; 1,234 are left",
            id="hostile",
        ),
    ],
)
def test_what_is_left(setup: Setup, capsys: pytest.CaptureFixture[str], fired: Fired, said: str) -> None:
    trial_show.summary(setup, tally(scored(), scored(), earlier=1), RUN, fired)
    assert fired.whole is not bool(said)
    totals = "2 answers (1 answered earlier): 2 works, 0 partial, 0 broken, 0 error, 2,000 tokens, 0.002000 USD"
    assert capsys.readouterr().err.splitlines() == [
        f"run {RUN.id}: {totals}",
        *([f"{said}; go on with: grimoire trial --resume {RUN.id}"] if said else []),
    ]


def test_a_reason_and_how_many_others_there_are(setup: Setup, capsys: pytest.CaptureFixture[str]) -> None:
    many = [scored("broken", f"contains: {number}\x1b[2J") for number in range(REASONS + 5)]
    trial_show.reasons(setup, tally(*many))
    assert capsys.readouterr().err.splitlines()[0] == f"{NAME} en blog-title: contains: 0 (and 24 more)"


def test_the_table_has_how_many_of_several_answers_work(setup: Setup, capsys: pytest.CaptureFixture[str]) -> None:
    trial_show.matrix_of(setup, tally(scored(), scored(), scored("broken"), scored("error")))
    assert "2/3 !1" in capsys.readouterr().out


def test_changes_are_told_of_what_this_trial_answered(
    setup: Setup, store: SqliteLedger, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = {cell.spell: structs.replace(cell, rehearsal=False) for cell in cells(setup.plan, setup.backends[0])}
    kinds: list[VerdictKind] = ["works", "works", "works", "broken", "broken", "broken"]
    for kind in kinds:
        run = store.start("trial", {})
        for cell in asked.values():
            store.add_verdict(store.add_answer(run, cell, Answer(text="x")), Verdict(kind=kind))
    assert trial_show.changes(setup, store, tally(scored(), scored("error", spell="seo-article")))
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith(f"regressed: blog-title (en) on {NAME}: works → broken")
