from __future__ import annotations

import msgspec

from grimoire.errors import RateLimited
from grimoire.ledger import SqliteLedger
from grimoire.record import Outcome
from tests.ledger.samples import AN_ANSWER, a_cell


def add(ledger: SqliteLedger, backend: str, *seconds: float) -> None:
    cell = a_cell(backend=backend)
    answers = [msgspec.structs.replace(AN_ANSWER, seconds=taken) for taken in seconds]
    ledger.add_all(ledger.start("trial", {}), [Outcome(cell, answer) for answer in answers])


def test_the_median_of_a_backends_answers(ledger: SqliteLedger) -> None:
    add(ledger, "a/1", 9.0, 1.0, 2.0)
    add(ledger, "b/1", 50.0)
    ledger.add_all(ledger.start("trial", {}), [Outcome(a_cell(backend="a/1"), RateLimited("too many"))])
    assert (ledger.pace_of("a/1"), ledger.pace_of("b/1"), ledger.pace_of("c/1")) == (2.0, 50.0, None)


def test_only_the_latest_answers_count(ledger: SqliteLedger) -> None:
    add(ledger, "a/1", *[30.0] * 300, *[1.0] * 200)
    assert ledger.pace_of("a/1") == 1.0
    add(ledger, "b/1", *[2.0] * 5000)
    assert (ledger.pace_of("a/1"), ledger.pace_of("b/1")) == (None, 2.0)
