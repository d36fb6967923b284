from __future__ import annotations

from pathlib import Path

import pytest

from grimoire.errors import UsageError
from grimoire.ledger.hold import hold
from grimoire.record import Run

LEFT = ".lock"


def a_run(name: str) -> Run:
    return Run(id=name, kind="trial", started="2026-01-01T00:00:00Z")


def test_a_run_is_held_by_one(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite"
    with hold(ledger, a_run("one")):
        with pytest.raises(UsageError, match="the trial one is under way"), hold(ledger, a_run("one")):
            pass
        with hold(ledger, a_run("two")):
            pass
    with hold(ledger, a_run("one")):
        pass
    assert not list(tmp_path.iterdir())


def test_what_a_killed_process_left_behind_holds_nothing(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite"
    (tmp_path / f"{ledger.name}.one{LEFT}").touch()
    with hold(ledger, a_run("one")):
        pass
    assert not list(tmp_path.iterdir())
