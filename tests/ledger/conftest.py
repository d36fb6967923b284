from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grimoire.ledger import SqliteLedger, open_ledger


class Clock:
    """A second passes with every look at it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 21, 45, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[SqliteLedger]:
    with open_ledger(path, clock=Clock()) as opened:
        yield opened
