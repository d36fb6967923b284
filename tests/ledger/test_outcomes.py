"""Answers, errors and attempts put on record together, and what a run has of its cells."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from msgspec import structs

from grimoire.chat import Answer, Message, Usage
from grimoire.errors import LedgerError, ServiceFault, ServiceTimeout
from grimoire.ledger import SqliteLedger, open_ledger
from grimoire.ledger.writing import TEXTS_KNOWN
from grimoire.record import Attempt, Cell, Done, Outcome, Run, Scored
from grimoire.verdict import CheckResult
from tests.ledger.samples import AN_ANSWER, a_cell, a_check, a_verdict

FIRST = Attempt(number=1, error="rate-limit", status=429, message="slow down", seconds=0.2, wait=1.0)
SECOND = Attempt(number=2, error="unreachable", message="connection reset", seconds=0.1)


def texts(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        number: int = connection.execute("SELECT count(*) FROM texts").fetchone()[0]
        return number


def test_all_kinds_go_on_record_in_one_transaction(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {})
    outcomes = [
        Outcome(a_cell(sample=1), FIRST),
        Outcome(a_cell(sample=1), AN_ANSWER, 0.5),
        Outcome(a_cell(sample=2), ServiceFault("500")),
    ]
    assert ledger.add_all(run, outcomes) == [0, 1, 2]
    answer, error = ledger.entries(run.id)
    assert (answer.answer, answer.cost, answer.at) == (AN_ANSWER.text, 0.5, error.at)
    assert (error.error, error.error_message, error.attempts) == ("fault", "500", ())
    assert answer.attempts == (FIRST,)


def test_nothing_at_all_is_no_error(ledger: SqliteLedger) -> None:
    assert ledger.add_all(ledger.start("trial", {}), []) == []
    ledger.add_verdicts([])


def test_one_that_fails_takes_the_others_with_it_and_the_next_batch_finds_its_texts(
    ledger: SqliteLedger, path: Path
) -> None:
    run = ledger.start("trial", {})
    pages = ledger._connection.execute("PRAGMA page_count").fetchone()[0]
    ledger._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    good, large = Outcome(a_cell(), Answer(text="x")), Outcome(a_cell(), Answer(text="x" * 100_000))
    with pytest.raises(LedgerError, match="no space is left"):
        ledger.add_all(run, [good, large])
    ledger._connection.execute("PRAGMA max_page_count = 100000")
    assert list(ledger.entries(run.id)) == []
    assert texts(path) == 0
    ledger.add_all(run, [good, large])
    assert [len(entry.answer) for entry in ledger.entries(run.id)] == [1, 100_000]
    assert {entry.incantation for entry in ledger.entries(run.id)} == {a_cell().incantation}


def test_a_text_is_kept_once_however_many_came_between(ledger: SqliteLedger, path: Path) -> None:
    run = ledger.start("trial", {})
    cells = [a_cell(incantation=f"Write {number}") for number in range(TEXTS_KNOWN + 5)]
    long = a_cell(incantation="long " * 10_000)
    ledger.add_all(run, [Outcome(cell, Answer(text="x")) for cell in (*cells, long, *cells, long)])
    assert texts(path) == len(cells) + 2
    found = [entry.incantation for entry in ledger.history("seo-article")]
    assert found[::-1] == [cell.incantation for cell in (*cells, long)] * 2


def test_two_texts_that_are_one_when_clean_are_one(ledger: SqliteLedger, path: Path) -> None:
    run = ledger.start("trial", {})
    for sent in ("a\ud800", "a?", "a\ud800"):
        ledger.add_answer(run, structs.replace(a_cell(incantation=sent), question="known"), Answer(text="x"))
    assert {entry.incantation for entry in ledger.history("seo-article")} == {"a?"}
    assert texts(path) == 2


def test_attempts_belong_to_the_entry_that_ended_them(ledger: SqliteLedger) -> None:
    """Also when a resumed run asks again what had failed, and another run the same."""
    run, other = ledger.start("trial", {}), ledger.start("trial", {})
    cell = a_cell()
    ledger.add_all(run, [Outcome(cell, FIRST), Outcome(cell, SECOND), Outcome(cell, ServiceTimeout("none in 60 s"))])
    ledger.add_all(other, [Outcome(cell, FIRST)])
    ledger.add_all(run, [Outcome(a_cell(sample=2), SECOND)])
    ledger.add_all(run, [Outcome(cell, SECOND)])
    ledger.add_all(run, [Outcome(cell, AN_ANSWER), Outcome(a_cell(sample=2), AN_ANSWER)])
    ledger.add_all(other, [Outcome(cell, AN_ANSWER)])
    assert [entry.attempts for entry in ledger.history("seo-article")] == [
        (FIRST,),
        (SECOND,),
        (SECOND,),
        (FIRST, SECOND),
    ]


def test_what_an_attempt_said_is_kept_whatever_it_is(ledger: SqliteLedger) -> None:
    said = Attempt(number=1, error="fault", message="a\ud800\0b\x1b[2J", status=599)
    run = ledger.start("trial", {})
    ledger.add_all(run, [Outcome(a_cell(), said), Outcome(a_cell(), AN_ANSWER)])
    [entry] = ledger.entries(run.id)
    assert entry.attempts == (structs.replace(said, message="a?\0b\x1b[2J"),)


def test_verdicts_go_together_and_one_answer_may_get_two(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {})
    first, second = ledger.add_all(run, [Outcome(a_cell(sample=n), AN_ANSWER) for n in (1, 2)])
    checks = [a_check("tables", "failed", "none"), a_check("emoji", "skipped")]
    ledger.add_verdicts(
        [(first, a_verdict("broken", *checks)), (second, a_verdict("works")), (first, a_verdict("works", checks[1]))]
    )
    found = [(entry.verdict, entry.checks) for entry in ledger.entries(run.id)]
    assert found == [("works", (checks[1],)), ("works", ())]


def test_a_verdict_that_cannot_be_takes_the_others_with_it(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {})
    number = ledger.add_answer(run, a_cell(), AN_ANSWER)
    with pytest.raises(sqlite3.IntegrityError):
        ledger.add_verdicts([(number, a_verdict("works")), (17, a_verdict("works"))])
    assert [entry.verdict for entry in ledger.entries(run.id)] == [None]
    assert ledger._connection.execute("PRAGMA synchronous").fetchone() == (2,), "answers wait for the disk as before"


def test_done_says_what_is_answered_and_what_was_found(ledger: SqliteLedger) -> None:
    run, other = ledger.start("trial", {}), ledger.start("trial", {})
    cells = [a_cell(sample=n) for n in range(1, 5)]
    ledger.add_all(run, [Outcome(cells[0], ServiceFault("500")), Outcome(cells[3], FIRST)])
    numbers = ledger.add_all(run, [Outcome(cell, AN_ANSWER) for cell in cells[:2]])
    ledger.add_answer(other, cells[2], AN_ANSWER)
    for kind in ("broken", "works"):
        ledger.add_verdict(numbers[1], a_verdict(kind))
    assert ledger.done(run) == {cells[0].key: Done(numbers[0], None), cells[1].key: Done(numbers[1], "works")}


def test_a_reply_comes_back_whole(ledger: SqliteLedger) -> None:
    number = ledger.add_answer(ledger.start("trial", {}), a_cell(), AN_ANSWER)
    assert ledger.reply(number) == AN_ANSWER
    with pytest.raises(LedgerError, match="no answer 17"):
        ledger.reply(17)


def scored(ledger: SqliteLedger, run: Run) -> list[tuple[int, str, str]]:
    return [(score.sample, score.verdict, score.reason) for score in ledger.scores(run)]


def test_a_score_says_what_totals_need(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {})
    cell = structs.replace(a_cell("tea", language="zh", backend="one/m", sample=3, rehearsal=True), case="green")
    split = CheckResult(check="judge", version=1, outcome="failed", reason="1 of 3", judge="one/m", split=True)
    number = ledger.add_answer(run, cell, Answer(text="x", usage=Usage(5, 7)), 0.25)
    ledger.add_verdicts([(number, a_verdict("works", split, split)), (number, a_verdict("broken", split))])
    ledger.add_all(run, [Outcome(structs.replace(cell, sample=4), ServiceFault("500"))])
    place = ("tea", "zh", "one/m", "green")
    assert list(ledger.scores(run)) == [
        Scored(
            *place,
            sample=3,
            rehearsal=True,
            verdict="broken",
            reason="judge: 1 of 3",
            error="",
            cost=0.25,
            tokens=12,
            split=1,
        ),
        Scored(
            *place, sample=4, rehearsal=True, verdict="error", reason="500", error="fault", cost=None, tokens=0, split=0
        ),
    ]


def put(ledger: SqliteLedger, run: Run, cells: Sequence[Cell], *, judged: bool = True) -> None:
    for number in ledger.add_all(run, [Outcome(cell, AN_ANSWER) for cell in cells]):
        if judged:
            ledger.add_verdict(number, a_verdict("works"))


def test_of_a_cell_asked_several_times_one_result_counts(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {})
    cells = [a_cell(sample=n) for n in range(1, 5)]
    ledger.add_all(run, [Outcome(cell, ServiceFault("first")) for cell in cells])
    ledger.add_all(run, [Outcome(cells[2], ServiceFault("second"))])
    put(ledger, run, cells[:2])
    ledger.add_all(run, [Outcome(cells[1], ServiceFault("late"))])
    assert scored(ledger, run) == [(4, "error", "first"), (3, "error", "second"), (1, "works", ""), (2, "works", "")]


def test_of_two_answers_to_one_cell_the_newer_counts(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {})
    put(ledger, run, [a_cell()])
    number = ledger.add_answer(run, a_cell(), AN_ANSWER)
    assert scored(ledger, run) == [], "the one that counts is not judged yet"
    ledger.add_verdict(number, a_verdict("broken", a_check("tables", "failed", "none")))
    assert scored(ledger, run) == [(1, "broken", "tables: none")]


def test_an_answer_nobody_judged_is_left_out_with_the_error_before_it(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {})
    ledger.add_all(run, [Outcome(a_cell(), ServiceFault("500"))])
    put(ledger, run, [a_cell()], judged=False)
    put(ledger, run, [a_cell(sample=2)])
    assert scored(ledger, run) == [(2, "works", "")]


def test_what_was_asked_anew_with_other_settings_is_left_out_of_the_scores(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {})
    put(ledger, run, [a_cell(), a_cell(sample=2)])
    ledger.add_all(run, [Outcome(a_cell(sample=3), ServiceFault("500"))])
    put(ledger, run, [structs.replace(a_cell(), parameters={"temperature": 0.0})])
    assert scored(ledger, run) == [(1, "works", "")]
    assert len(list(ledger.entries(run.id))) == 1


def test_scores_and_done_cross_pages(ledger: SqliteLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grimoire.ledger.reading.SHORT", 3)
    run = ledger.start("trial", {})
    cells = [a_cell(sample=n) for n in range(1, 8)]
    put(ledger, run, cells)
    assert [sample for sample, *_ in scored(ledger, run)] == [1, 2, 3, 4, 5, 6, 7]
    assert list(ledger.done(run)) == [cell.key for cell in cells]


def test_entries_get_what_is_kept_beside_them_and_not_their_neighbours(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {})
    numbers = ledger.add_all(run, [Outcome(a_cell(sample=n), AN_ANSWER) for n in range(1, 6)])
    ledger.add_verdicts([(number, a_verdict("works", a_check(f"c{number}", "passed"))) for number in numbers[::2]])
    ledger.add_verdict(numbers[0], a_verdict("broken", a_check("again", "failed"), a_check("more", "passed")))
    ledger.add_opinion(numbers[1], "works", "fine")
    found = {e.id: ([c.check for c in e.checks], [o.note for o in e.opinions]) for e in ledger.entries(run.id)}
    assert found == {1: (["again", "more"], []), 2: ([], ["fine"]), 3: (["c3"], []), 4: ([], []), 5: (["c5"], [])}


def test_messages_sent_before_are_kept_once_too(path: Path) -> None:
    with open_ledger(path) as ledger:
        run = ledger.start("cast", {})
        request = structs.replace(a_cell().request, messages=(Message("system", "Be brief."), Message("user", "Go")))
        for _ in range(2):
            ledger.add_answer(run, structs.replace(a_cell(), request=request), AN_ANSWER)
    assert texts(path) == 3
