from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grimoire.ledger import SqliteLedger, open_ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    with open_ledger(tmp_path / "ledger.sqlite") as opened:
        yield opened
