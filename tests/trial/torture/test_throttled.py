"""A trial whose services throttle, fail and break off all the time: nothing lost, nothing asked before its time."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from tests.trial.torture import lives, rows
from tests.trial.torture.project import a_project
from tests.trial.torture.scripts import Faults, broken_off, status, truncated
from tests.trial.torture.server import TortureServer

THROTTLED = {
    "429 for 1 s": (7, status(429, 1)),
    "429 for 0.3 s": (2, status(429, 0.3)),
    "503 until a date": (1, status(503, 1, date=True)),
    "500": (5, status(500)),
    "reset in the body": (2, broken_off("body", "reset")),
    "truncated JSON": (2, truncated),
}
"""By hundredths of all requests."""


def test_under_throttles_faults_and_resets_nothing_is_lost_or_asked_before_its_time(tmp_path: Path) -> None:
    """Takes some four seconds: a process from nothing, and questions that are refused twice for a second each."""
    project, said = a_project("throttled", tmp_path / "project", spells=4, cases=16), tmp_path / "said"
    started = time.monotonic()
    with TortureServer(Faults(3, share=0.19, bad=THROTTLED)) as server:
        project.write(server.base_url)
        code = lives.start(project.arguments, project.folder, project.key(1), said).wait()
        books = server.settle("throttled-1")
    told = said.read_text(encoding="utf-8")
    print(f"{books.asked} requests for {project.cells} answers in {time.monotonic() - started:.1f} s")  # noqa: T201  # for the curious, with -s
    assert code == 0, told
    assert books.paid == project.cells
    assert books.early == []
    assert books.replies["429 for 1 s"] > 10
    with closing(sqlite3.connect(project.ledger)) as connection:
        assert len({answer.key for answer in rows.answers(connection)}) == project.cells
        failed = connection.execute("SELECT count(*) FROM attempts").fetchone()[0]
    assert failed == books.asked - books.paid
