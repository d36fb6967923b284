"""What a resumed run asked for anew with other settings no longer counts; nothing else is left out."""

from __future__ import annotations

from msgspec import structs

from grimoire.chat import Answer
from grimoire.errors import ServiceTimeout
from grimoire.ledger import SqliteLedger
from grimoire.record import Cell, Outcome, Run
from tests.ledger.samples import a_cell, a_verdict


def cooler(sample: int = 1) -> Cell:
    """The same question, with another parameter."""
    return structs.replace(a_cell(sample=sample), parameters={"temperature": 0.0})


def answer(ledger: SqliteLedger, run: Run, *cells: Cell) -> list[int]:
    numbers = [ledger.add_answer(run, cell, Answer(text="x")) for cell in cells]
    for number in numbers:
        ledger.add_verdict(number, a_verdict("works"))
    return numbers


def counted(ledger: SqliteLedger, run: Run) -> list[int]:
    """The numbers of what counts: for the standings, and for the comparison of runs."""
    judged = sorted(entry.answer for _, history in ledger.judged() for entry in history if entry.run == run.id)
    assert [entry.id for entry in ledger.entries(run.id)] == judged
    return judged


def test_a_case_begun_anew_counts_from_there(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {})
    answer(ledger, run, a_cell(), a_cell(sample=2))
    ledger.add_all(run, [Outcome(a_cell(sample=3), ServiceTimeout("no answer in 60 s"))])
    again = answer(ledger, run, cooler())
    assert counted(ledger, run) == again


def test_another_text_is_another_question_too(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {})
    answer(ledger, run, a_cell(), a_cell(sample=2))
    again = answer(ledger, run, a_cell(incantation="Write less"))
    assert counted(ledger, run) == again


def test_of_a_fixed_number_in_any_order_all_that_was_asked_anew_counts(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {})
    answer(ledger, run, a_cell(sample=3), a_cell(), a_cell(sample=2))
    again = answer(ledger, run, cooler(2), cooler(), cooler(3))
    assert counted(ledger, run) == again


def test_an_error_begins_nothing_anew(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {})
    kept = answer(ledger, run, a_cell(), a_cell(sample=2))
    failed = ledger.add_all(run, [Outcome(cooler(), ServiceTimeout("no answer in 60 s"))])[0]
    assert counted(ledger, run) == [*kept, failed]


def test_other_cases_backends_and_runs_keep_theirs(ledger: SqliteLedger) -> None:
    first, second = ledger.start("trial", {}), ledger.start("trial", {})
    others = [structs.replace(a_cell(), case="tiger"), a_cell(backend="other/m"), a_cell(language="zh"), a_cell("tea")]
    kept = answer(ledger, first, *others)
    answer(ledger, first, a_cell())
    kept += answer(ledger, first, cooler())
    alone = answer(ledger, second, a_cell())
    assert counted(ledger, first) == kept
    assert counted(ledger, second) == alone
    assert len(list(ledger.history("seo-article"))) == 6, "on record it stays"


def test_until_a_sample_is_asked_anew_all_count(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {})
    kept = answer(ledger, run, a_cell(), a_cell(sample=2), cooler(3))
    assert counted(ledger, run) == kept


def test_an_error_that_came_last_counts_whatever_was_asked(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {})
    answer(ledger, run, a_cell())
    [again] = answer(ledger, run, cooler())
    failed = ledger.add_all(run, [Outcome(a_cell(sample=2), ServiceTimeout("no answer in 60 s"))])[0]
    assert counted(ledger, run) == [again, failed]
