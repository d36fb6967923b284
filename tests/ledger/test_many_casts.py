"""Casts of many questions: each input's answer is kept for itself, and what was not finished is found again."""

from __future__ import annotations

from msgspec import structs

from grimoire.chat import Answer, Message, Request
from grimoire.errors import ServiceTimeout
from grimoire.ledger import SqliteLedger
from grimoire.record import Cell, Outcome
from tests.ledger.samples import a_cell, a_verdict

MANY: dict[str, object] = {"names": ["tldr"], "many": True}


def a_line(number: int) -> Cell:
    """One input of a cast: a text of the user's own, so that it has no case."""
    asked = Request(messages=(Message("user", f"Shorten line {number}"),))
    return structs.replace(a_cell("tldr"), case="", request=asked, text=f"line {number}")


def test_an_input_of_a_cast_ends_no_other_one(ledger: SqliteLedger) -> None:
    run = ledger.start("cast", MANY)
    numbers = ledger.add_all(run, [Outcome(a_line(number), Answer(text=f"answer {number}")) for number in range(3)])
    ledger.add_verdicts([(number, a_verdict("works")) for number in numbers])
    assert [entry.answer for entry in ledger.entries(run.id)] == ["answer 0", "answer 1", "answer 2"]
    assert {done.answer for done in ledger.done(run).values()} == set(numbers)


def test_failures_of_a_cast_stand_beside_its_answers(ledger: SqliteLedger) -> None:
    run = ledger.start("cast", MANY)
    ledger.add_all(run, [Outcome(a_line(1), ServiceTimeout("too slow")), Outcome(a_line(2), Answer(text="two"))])
    assert [(entry.error, entry.answer) for entry in ledger.entries(run.id)] == [("timeout", ""), ("", "two")]
    assert list(ledger.done(run)) == [a_line(2).key]


def test_unfinished_casts_of_the_same_spells_are_found_the_latest_first(ledger: SqliteLedger) -> None:
    first, second = ledger.start("cast", MANY), ledger.start("cast", MANY | {"questions": 4})
    for kind, plan in (
        ("cast", {"names": ["tldr"]}),  # one question: a person waited for it
        ("cast", {"names": ["tldr", "seo-article"], "many": True}),
        ("trial", MANY),
    ):
        ledger.start(kind, plan)  # type: ignore[arg-type]  # a kind of run, from a table
    assert ledger.unfinished_casts(["tldr"]) == [second, first]
    ledger.finish(second)
    assert ledger.unfinished_casts(["tldr"]) == [first]
    assert ledger.unfinished_casts(["other"]) == []


def test_a_trial_is_not_gone_on_with_as_a_cast_nor_a_cast_as_a_trial(ledger: SqliteLedger) -> None:
    ledger.start("cast", MANY)
    assert ledger.unfinished() is None
    ledger.start("trial", MANY)
    assert len(ledger.unfinished_casts(["tldr"])) == 1
