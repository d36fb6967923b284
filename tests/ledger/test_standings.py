from __future__ import annotations

import pytest

from grimoire.chance import wilson
from grimoire.chat import Answer
from grimoire.errors import ServiceTimeout
from grimoire.ledger import SqliteLedger, fingerprint
from grimoire.ledger.reading import CELL_AFTER, JUDGED, SUPERSEDED_IN_CELL
from grimoire.ledger.rows import deciding_reason
from grimoire.record import Cell, Outcome, Run, RunKind
from grimoire.standing import Judged, Standing, stand
from grimoire.verdict import CheckResult, VerdictKind, decide
from tests.ledger.samples import a_cell, a_check, a_verdict

NOW = "abcdef012345"
GPT = ("seo-article", "en", "openai/gpt-4o-mini", False)


def add(ledger: SqliteLedger, run: Run, cell: Cell, kind: VerdictKind, reason: str = "") -> None:
    checks = [a_check("headings", "failed", reason)] if reason else []
    ledger.add_verdict(ledger.add_answer(run, cell, Answer(text="x")), a_verdict(kind, *checks))


def test_a_regression_is_seen_end_to_end(ledger: SqliteLedger) -> None:
    first, second = ledger.start("trial", {}), ledger.start("trial", {})
    add(ledger, first, a_cell(), "works")
    for sample in (1, 2, 3):
        add(ledger, second, a_cell(sample=sample), "broken", f"{sample} headings, 15 wanted")
    ledger.add_all(second, [Outcome(a_cell(sample=4), ServiceTimeout("no answer in 60 s"))])
    [(cell, history)] = ledger.judged()
    assert cell == GPT
    assert stand(history, NOW) == Standing(
        kind="broken",
        change="regressed",
        since=history[1].at,
        was="works",
        first=2,
        answers=3,
        high=wilson(0, 3).high,
        errors=1,
        reason="headings: 3 headings, 15 wanted",
    )
    assert stand(history, "another text").kind == "stale"


def test_a_later_verdict_on_an_older_answer_changes_the_standing(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {})
    number = ledger.add_answer(run, a_cell(), Answer(text="x"))
    ledger.add_verdict(number, a_verdict("broken", a_check("headings", "failed")))
    ledger.add_verdict(number, a_verdict("works", a_check("headings", "passed")))
    [(_, history)] = ledger.judged()
    [entry] = history
    assert entry == Judged(
        answer=number,
        run=run.id,
        at=entry.at,
        template=NOW,
        case=a_cell().case,
        verdict="works",
        reason="",
        sent=fingerprint(a_cell().incantation),
    )


def test_cells_are_told_apart_and_each_is_oldest_first(ledger: SqliteLedger) -> None:
    cells = [
        a_cell(),
        a_cell(language="zh"),
        a_cell(backend="qianfan/ernie-4"),
        a_cell(rehearsal=True),
        a_cell("Übersicht"),
        a_cell("", backend=""),
        a_cell(template="older0000000"),
    ]
    for _ in range(2):
        run = ledger.start("trial", {})
        for cell in cells:
            add(ledger, run, cell, "works")
    found = dict(ledger.judged())
    assert set(found) == {(c.spell, c.language, c.backend, c.rehearsal) for c in cells}
    assert [entry.template for entry in found[GPT]] == [NOW, "older0000000"] * 2
    for history in found.values():
        assert [entry.at for entry in history] == sorted(entry.at for entry in history)


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        pytest.param("trial", True, id="trial"),
        pytest.param("judge", True, id="judge"),
        pytest.param("cast", False, id="cast"),
    ],
)
def test_casts_are_no_evidence(ledger: SqliteLedger, kind: RunKind, counts: bool) -> None:
    add(ledger, ledger.start(kind, {}), a_cell(), "works")
    assert bool(list(ledger.judged())) is counts


def test_an_answer_no_one_judged_says_nothing(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {})
    ledger.add_answer(run, a_cell(), Answer(text="x"))
    assert list(ledger.judged()) == []
    add(ledger, run, a_cell(sample=2), "partial")
    assert [len(history) for _, history in ledger.judged()] == [1]


def test_an_empty_ledger_has_no_standings(ledger: SqliteLedger) -> None:
    assert list(ledger.judged()) == []


MUST, CRASH, SHOULD = (
    a_check("must", "failed", "no table"),
    a_check("crash", "crashed", "KeyError"),
    a_check("should", "failed", "no emoji", should=True),
)


@pytest.mark.parametrize(
    ("checks", "reason"),
    [
        pytest.param([SHOULD, CRASH, MUST], "must: no table", id="a failed must before all"),
        pytest.param([SHOULD, CRASH], "crash: KeyError", id="a crash before a should"),
        pytest.param([a_check("fine", "passed"), SHOULD], "should: no emoji", id="a failed should"),
        pytest.param([MUST, a_check("second", "failed")], "must: no table", id="the first of two"),
        pytest.param([a_check("fine", "passed"), a_check("left out", "skipped")], "", id="nothing failed"),
        pytest.param([], "", id="no checks"),
    ],
)
def test_the_reason_is_that_of_the_check_that_decided(checks: list[CheckResult], reason: str) -> None:
    assert deciding_reason(decide(checks)) == reason


@pytest.mark.parametrize(
    ("query", "index"),
    [
        pytest.param(JUDGED, "a USING COVERING INDEX", id="one cell"),
        pytest.param(CELL_AFTER, "answers USING COVERING INDEX", id="the next cell"),
    ],
)
def test_standings_never_read_the_texts(ledger: SqliteLedger, query: str, index: str) -> None:
    cell = {"spell": "s", "language": "en", "backend": "b", "rehearsal": 0}
    plan = [row[-1] for row in ledger._connection.execute(f"EXPLAIN QUERY PLAN {query}", cell)]
    assert any(index in step for step in plan)
    assert not any(step.startswith("SCAN") or "TEMP B-TREE" in step for step in plan)


def test_what_a_cell_was_asked_anew_is_found_among_its_own_rows(ledger: SqliteLedger) -> None:
    cell = {"spell": "s", "language": "en", "backend": "b", "rehearsal": 0}
    plan = [row[-1] for row in ledger._connection.execute(f"EXPLAIN QUERY PLAN {SUPERSEDED_IN_CELL}", cell)]
    assert [step for step in plan if step.startswith("SCAN")] == []
    assert len([step for step in plan if "INDEX answers_of_cell (spell=?" in step]) == 2


def test_the_standings_of_some_spells_alone(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {})
    for spell in ("coffee", "milk", "tea"):
        add(ledger, run, a_cell(spell), "works")
    everything = list(ledger.judged())
    assert [cell[0] for cell, _ in everything] == ["coffee", "milk", "tea"]
    assert list(ledger.judged({"tea", "coffee", "water"})) == [everything[0], everything[2]]
    assert list(ledger.judged([])) == []
