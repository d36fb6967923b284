"""Ledgers that fail in the middle of a run: one clear line, nothing damaged, and what was recorded is safe."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from grimoire.chat import Answer
from grimoire.errors import LedgerError
from grimoire.ledger import SqliteLedger, open_ledger, rescue
from grimoire.ledger.connection import connect_reader
from grimoire.record import Outcome, Run
from tests.ledger.samples import a_cell, a_verdict

ROOT = Path(__file__).parents[2]


def batch(first: int, size: int = 5_000) -> list[Outcome]:
    return [Outcome(a_cell(sample=n), Answer(text=f"{n} " + "x" * size)) for n in range(first, first + 8)]


def fill_until_it_fails(ledger: SqliteLedger, run: Run) -> tuple[int, LedgerError]:
    """How many answers are on record, and what was said then."""
    for first in range(1, 10_000, 8):
        try:
            numbers = ledger.add_all(run, batch(first))
        except LedgerError as error:
            return first - 1, error
        ledger.add_verdicts([(number, a_verdict("works")) for number in numbers])
    raise AssertionError("it never failed")


def samples(path: Path) -> list[int]:
    with open_ledger(path, read_only=True) as ledger:
        return sorted(entry.sample for entry in ledger.history("seo-article"))


def is_whole(path: Path) -> bool:
    with closing(connect_reader(path)) as connection:
        found: list[tuple[str]] = connection.execute("PRAGMA integrity_check").fetchall()
        return found == [("ok",)]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root mounts a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_loses_nothing_that_was_recorded_and_work_goes_on_when_there_is_room(
    small_disk: Path, tmp_path: Path
) -> None:
    path, ballast = small_disk / "ledger.db", small_disk / "ballast"
    ballast.write_bytes(b"x" * 300_000)
    with open_ledger(path) as ledger:
        run = ledger.start("trial", {})
        kept, error = fill_until_it_fails(ledger, run)
        assert kept > 0
        assert error.message == f"the ledger {path} cannot grow: no space is left"
        file = rescue.save(path, run, batch(kept + 1, 200_000), [tmp_path / "state"])
        assert file.parent == tmp_path / "state"
        assert [entry.name for entry in small_disk.iterdir() if "rescue" in entry.name] == []
        assert samples(path) == list(range(1, kept + 1))
        ballast.unlink()
        assert ledger.add_all(run, batch(kept + 1)) == list(range(kept + 1, kept + 9))
    assert is_whole(path)
    assert samples(path) == list(range(1, kept + 9))


def test_a_new_ledger_on_a_full_disk_is_one_clear_line(small_disk: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        (small_disk / "ballast").write_bytes(b"x" * (2 << 20))
    with pytest.raises(LedgerError, match=r"no space is left|cannot be read or written"):
        open_ledger(small_disk / "ledger.db")
    assert [file.name for file in small_disk.iterdir()] == ["ballast"]


LIMITED = """
import resource, sys
from pathlib import Path
from grimoire.errors import LedgerError
from grimoire.ledger import open_ledger
from tests.ledger.test_failing import fill_until_it_fails
path = Path(sys.argv[1])
with open_ledger(path) as ledger:
    run = ledger.start("trial", {})
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
    kept, error = fill_until_it_fails(ledger, run)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(kept, error.message, sep="\\n")
"""


def test_a_file_that_may_grow_no_further_is_one_clear_line(path: Path) -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    command = [sys.executable, "-c", LIMITED, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    kept, said = done.stdout.splitlines()
    assert said == f"the ledger {path} cannot be read or written"
    assert samples(path) == list(range(1, int(kept) + 1))
    assert is_whole(path)


def test_bytes_that_somebody_wrote_over_are_one_clear_line_and_nothing_is_added(path: Path) -> None:
    with open_ledger(path) as ledger:
        ledger.add_all(ledger.start("trial", {}), batch(1))
    pages = path.read_bytes()
    spoilt = pages[: 4096 * 2] + b"\xff" * (len(pages) - 4096 * 2)
    path.write_bytes(spoilt)
    with pytest.raises(LedgerError, match=r"is damaged|not as it should be") as caught, open_ledger(path) as ledger:
        ledger.add_all(ledger.start("trial", {}), batch(9))
    assert "\n" not in caught.value.message
    assert "put back a copy" in caught.value.hint
    assert path.read_bytes() == spoilt


def delete(path: Path) -> None:
    path.unlink()


def move(path: Path) -> None:
    path.rename(path.with_name("moved.db"))


def replace(path: Path) -> None:
    other = path.with_name("other.db")
    open_ledger(other).close()
    other.replace(path)


def move_the_folder(path: Path) -> None:
    path.parent.rename(path.parent.with_name("elsewhere"))


@pytest.mark.parametrize("change", [delete, move, replace, move_the_folder])
def test_a_file_that_is_no_longer_there_takes_no_answer_in_silence(tmp_path: Path, change: object) -> None:
    path = tmp_path / "folder" / "ledger.db"
    with open_ledger(path) as ledger:
        run = ledger.start("trial", {})
        ledger.add_all(run, batch(1))
        assert callable(change)
        change(path)
        with pytest.raises(LedgerError, match="was moved, deleted or replaced while it was in use"):
            ledger.add_all(run, batch(9))
        with pytest.raises(LedgerError, match="was moved"):
            ledger.add_verdict(1, a_verdict("works"))
    assert path.exists() is (change is replace)


def test_a_file_that_was_moved_and_put_back_has_what_it_had(path: Path) -> None:
    with open_ledger(path) as ledger:
        run = ledger.start("trial", {})
        ledger.add_all(run, batch(1))
        moved = path.rename(path.with_name("moved.db"))
        with pytest.raises(LedgerError, match="was moved"):
            ledger.add_all(run, batch(9))
    moved.rename(path)
    assert samples(path) == list(range(1, 9))


def test_a_saved_file_that_cannot_grow_stays_as_it_was(small_disk: Path, tmp_path: Path) -> None:
    ledger, run = small_disk / "ledger.db", Run(id="20261123T214501-3f9a", kind="trial", started="")
    first = rescue.save(ledger, run, batch(1))
    before = first.read_bytes()
    other = rescue.save(ledger, run, batch(9, 200_000), [tmp_path / "state"])
    assert first.read_bytes() == before
    assert rescue.waiting(ledger, [tmp_path / "state"]) == [(first, 8), (other, 8)]


def test_a_file_that_goes_during_a_commit_counts_as_one_that_did_not_take_it(path: Path) -> None:
    with open_ledger(path) as ledger:
        run = ledger.start("trial", {})
        moved = path.with_name("moved.db")
        clock = ledger.writer._clock

        def late() -> object:
            path.rename(moved)
            return clock()

        ledger.writer._clock = late  # type: ignore[assignment]  # a clock that does more than tell the time
        with pytest.raises(LedgerError, match="was moved"):
            ledger.add_all(run, batch(1))
        file = rescue.save(path, run, batch(1))
        moved.rename(path)
        ledger.writer._clock = clock
        assert rescue.take_in(ledger, file)[:4] == (0, 0, 0, 8), "it was in the file that was moved"
