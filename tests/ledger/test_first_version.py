"""A ledger of an earlier version, as that release wrote it, comes up to date and still says what it said."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from grimoire.errors import LedgerError
from grimoire.ledger import open_ledger
from grimoire.ledger.database import open_database
from grimoire.ledger.schema import MIGRATIONS
from grimoire.standing import stand
from grimoire.verdict import CheckResult

FILLED = (
    "INSERT INTO runs VALUES (1, '20260101T000000-0001', 'trial', '2026-01-01T00:00:00.000Z', '', '{\"samples\":1}')",
    "INSERT INTO texts VALUES (1, 'aa', 'Write about willows'), (2, 'bb', 'willows')",
    """INSERT INTO answers VALUES (1, '20260101T000000-0001', 'trial', '2026-01-01T00:00:01.000Z', 'tea', 'en', 'now',
        'green', 'one/m', 1, 0, 'key', 1, NULL, 2, 'en', '', '', 'stop', 'm', 10, 20, 1.5, 0.5, NULL, '{}',
        'The willow.', '[]', '')""",
    """INSERT INTO answers VALUES (2, '20260101T000000-0001', 'trial', '2026-01-01T00:00:02.000Z', 'tea', 'en', 'now',
        'green', 'one/m', 2, 0, 'yek', 1, NULL, 2, 'en', 'time-out', 'none in 60 s', '', '', NULL, NULL, NULL, NULL,
        NULL, '{}', '', '[]', '')""",
    """INSERT INTO verdicts (answer, number, kind, reason, judged_at)
        VALUES (1, 1, 'broken', 'tables: found 0', '2026-01-01T00:00:01.000Z')""",
    """INSERT INTO check_results (answer, verdict, position, name, version, outcome, should, reason)
        VALUES (1, 1, 1, 'tables', 1, 'failed', 0, 'found 0')""",
)


VERSIONS = (1, 2)


@pytest.fixture(params=VERSIONS, ids=lambda version: f"version {version}")
def version(request: pytest.FixtureRequest) -> int:
    number: int = request.param
    return number


@pytest.fixture
def old(path: Path, version: int) -> Path:
    assert len(MIGRATIONS) == VERSIONS[-1] + 1
    open_database(path, migrations=MIGRATIONS[:version]).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in FILLED:
            connection.execute(statement)
    return path


def test_it_is_read_whole(old: Path) -> None:
    with open_ledger(old) as ledger:
        failed, answered = ledger.history("tea")
        [(cell, history)] = ledger.judged()
        unfinished = ledger.unfinished()
    assert (answered.answer, answered.verdict, answered.yardstick) == ("The willow.", "broken", "")
    assert answered.checks == (CheckResult(check="tables", version=1, outcome="failed", reason="found 0"),)
    assert (answered.opinions, answered.images, answered.attempts, answered.text) == ((), (), (), "willows")
    assert (failed.error, failed.verdict) == ("time-out", "error")
    assert cell == ("tea", "en", "one/m", False)
    standing = stand(history, "now")
    assert (standing.kind, standing.doubt, standing.answers, standing.errors) == ("broken", True, 1, 1)
    assert unfinished is not None
    assert unfinished.plan == {"samples": 1}


def test_the_old_file_is_kept_beside_it_and_reading_alone_changes_nothing(old: Path, version: int) -> None:
    before = old.read_bytes()
    with pytest.raises(LedgerError, match=f"has version {version}, which is too old to be only read"):
        open_ledger(old, read_only=True)
    assert old.read_bytes() == before
    open_ledger(old).close()
    backup = old.with_name(f"{old.name}.v{version}.backup")
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (version,)
        assert connection.execute("SELECT text FROM answers WHERE id = 1").fetchone() == ("The willow.",)
