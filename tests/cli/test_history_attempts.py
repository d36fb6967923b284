from __future__ import annotations

from pathlib import Path

from grimoire.ledger import open_ledger
from grimoire.record import Attempt, Outcome
from tests.cli.process import call
from tests.ledger.samples import AN_ANSWER, a_cell

FAILED = Attempt(number=1, error="rate-limit", status=429, message="slow\x1b[2J\ndown", seconds=0.21, wait=1.5)
LAST = Attempt(number=2, error="unreachable", message="reset", seconds=0.1)


def test_history_tells_what_failed_before_an_answer_came(folder: Path) -> None:
    with open_ledger(folder / "l.db") as ledger:
        outcomes = [Outcome(a_cell(), FAILED), Outcome(a_cell(), LAST), Outcome(a_cell(), AN_ANSWER)]
        ledger.add_all(ledger.start("trial", {}), outcomes)
    told = call(["history", "seo-article", "--why", "--ledger", "l.db"]).out
    assert "attempt 1 failed after 0.2 s, asked again after 1.5 s: rate-limit 429: slow down" in told
    assert "attempt 2 failed after 0.1 s: unreachable: reset" in told
    assert "attempt" not in call(["history", "seo-article", "--ledger", "l.db"]).out
    [entry] = call(["history", "seo-article", "--json", "--ledger", "l.db"]).json
    first = {"number": 1, "error": "rate-limit", "message": FAILED.message, "status": 429, "seconds": 0.21, "wait": 1.5}
    last = {"number": 2, "error": "unreachable", "message": "reset", "status": None, "seconds": 0.1, "wait": None}
    assert entry["attempts"] == [first, last]
