"""Where results are saved that a ledger could not take: beside it, or in the next place that takes them."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grimoire.errors import LedgerError
from grimoire.ledger import rescue
from grimoire.record import Outcome
from tests.ledger.samples import A_RUN, AN_ANSWER, a_cell

ANSWERS = [Outcome(a_cell(sample=n), AN_ANSWER) for n in (1, 2)]


@pytest.fixture
def nobody() -> Iterator[None]:
    """Somebody who is not root, for whom permissions mean something."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield
    os.seteuid(user)


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder everybody may enter, with another in it that nobody may write in, and one for temporary files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        for inner, mode in (("locked", 0o555), ("temporary", 0o777)):
            (folder / inner).mkdir()
            (folder / inner).chmod(mode)
        monkeypatch.setattr(tempfile, "tempdir", str(folder / "temporary"))
        yield folder


@pytest.mark.usefixtures("nobody")
def test_where_the_folder_cannot_be_written_the_next_one_takes_it(places: Path) -> None:
    ledger, state = places / "locked" / "ledger.db", places / "state" / "grimoire"
    file = rescue.save(ledger, A_RUN, ANSWERS, [places / "locked" / "state", state])
    assert file.parent == state
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert rescue.waiting(ledger, [state]) == [rescue.Waiting(file, 2)]


@pytest.mark.usefixtures("nobody")
def test_the_temporary_directory_is_the_last_one(places: Path) -> None:
    ledger = places / "locked" / "ledger.db"
    file = rescue.save(ledger, A_RUN, ANSWERS)
    assert file.parent == places / "temporary"
    assert rescue.waiting(ledger) == [rescue.Waiting(file, 2)]


@pytest.mark.usefixtures("nobody")
def test_where_nothing_can_be_written_it_is_said_of_every_place(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(places / "locked" / "more"))
    with pytest.raises(LedgerError, match="2 results could neither be recorded nor saved") as caught:
        rescue.save(places / "locked" / "ledger.db", A_RUN, ANSWERS)
    assert caught.value.hint.count("Permission denied") == 2


def test_a_folder_that_has_gone_is_not_made_anew(places: Path) -> None:
    gone = places / "gone" / "ledger.db"
    assert rescue.save(gone, A_RUN, ANSWERS, [places / "state"]).parent == places / "state"
    assert not gone.parent.exists()


def test_a_link_somebody_laid_is_not_followed(places: Path) -> None:
    ledger, mine = places / "ledger.db", places / "mine"
    mine.write_text("mine", encoding="utf-8")
    (places / f"ledger.db.rescue-{A_RUN.id}.jsonl").symlink_to(mine)
    assert rescue.save(ledger, A_RUN, ANSWERS).parent == places / "temporary"
    assert mine.read_text(encoding="utf-8") == "mine"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root makes somebody else's files")
def test_a_file_of_somebody_else_gets_nothing_and_is_not_waited_for(places: Path) -> None:
    ledger = places / "ledger.db"
    theirs = places / f"ledger.db.rescue-{A_RUN.id}.jsonl"
    theirs.touch()
    os.chown(theirs, 65534, 65534)
    assert rescue.save(ledger, A_RUN, ANSWERS).parent == places / "temporary"
    assert theirs.read_bytes() == b""
    assert [file.parent for file, _ in rescue.waiting(ledger)] == [places / "temporary"]
