from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest

from grimoire.chat import Answer
from grimoire.errors import LedgerError
from grimoire.ledger import SqliteLedger, open_ledger
from grimoire.ledger.connection import connect_reader
from grimoire.ledger.database import open_database
from grimoire.ledger.schema import MIGRATIONS, Migration
from tests.ledger.samples import a_cell

NOTES: Migration = ("CREATE TABLE notes (body TEXT)", "INSERT INTO notes VALUES ('moved')")
FAILING: Migration = ("CREATE TABLE more (body TEXT)", "INSERT INTO nowhere VALUES (1)")
NEWER = (*MIGRATIONS, NOTES)
VERSION = len(MIGRATIONS)


def write_one(path: Path, text: str = "x") -> None:
    with open_ledger(path) as ledger:
        ledger.add_answer(ledger.start("trial", {}), a_cell(), Answer(text=text))


def answers(path: Path) -> list[str]:
    with open_ledger(path, read_only=True) as ledger:
        return [entry.answer for entry in ledger.history("seo-article")]


def names_beside(path: Path) -> set[str]:
    return {file.name for file in path.parent.iterdir()}


def refusal(path: Path, *, read_only: bool = False, migrations: Sequence[Migration] = MIGRATIONS) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        open_database(path, read_only=read_only, migrations=migrations)
    assert "\n" not in caught.value.message
    assert str(path) in caught.value.message
    assert caught.value.hint
    return caught.value


def test_a_new_ledger_is_made_with_its_folders_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data of mine" / "100%?#" / "ledger.db"
    write_one(path, "kept")
    assert answers(path) == ["kept"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {name for name in names_beside(path) if not name.startswith("ledger.db")} == set()


def test_every_commit_reaches_the_disk_in_a_log_that_readers_pass(path: Path) -> None:
    with closing(open_database(path)) as connection:
        settings = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
        }
        settings["busy_timeout"] = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    assert settings == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 30_000}


def test_an_empty_file_becomes_a_ledger(path: Path) -> None:
    path.touch()
    write_one(path, "kept")
    assert answers(path) == ["kept"]
    assert not any("backup" in name for name in names_beside(path))


def test_where_files_cannot_be_linked_it_is_made_in_place(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    write_one(path, "kept")
    assert answers(path) == ["kept"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_one_who_comes_second_uses_the_first_ones_ledger(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = os.link
    late: list[Path] = []

    def after_another(source: Path, target: Path) -> None:
        if not late:
            late.append(target)
            write_one(path, "the first one's")
        link(source, target)

    monkeypatch.setattr(os, "link", after_another)
    write_one(path, "the second one's")
    assert late
    assert answers(path) == ["the second one's", "the first one's"]


def test_reading_makes_nothing(path: Path) -> None:
    assert "no ledger" in refusal(path, read_only=True).message
    assert names_beside(path) == set()


def test_a_reader_cannot_write(path: Path) -> None:
    write_one(path)
    with open_ledger(path, read_only=True) as ledger, pytest.raises(LedgerError, match="cannot be written"):
        ledger.start("trial", {})


def test_an_older_ledger_is_brought_up_to_date_and_copied_first(path: Path) -> None:
    write_one(path, "old")
    with closing(open_database(path, migrations=NEWER)) as connection:
        assert connection.execute("SELECT body FROM notes").fetchall() == [("moved",)]
        assert connection.execute("PRAGMA user_version").fetchone() == (len(NEWER),)
        assert connection.execute("SELECT text FROM answers").fetchall() == [("old",)]
    backup = path.with_name(f"ledger.db.v{VERSION}.backup")
    assert answers(backup) == ["old"]
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    backup.replace(path)
    assert answers(path) == ["old"]


def test_the_copy_has_what_was_still_in_the_log(path: Path) -> None:
    with open_ledger(path) as ledger:
        ledger.add_answer(ledger.start("trial", {}), a_cell(), Answer(text="in the log"))
        open_database(path, migrations=NEWER).close()
    assert answers(path.with_name(f"ledger.db.v{VERSION}.backup")) == ["in the log"]


def test_an_older_ledger_is_brought_up_to_date_once_when_many_come_at_once(path: Path) -> None:
    write_one(path, "old")
    together = Barrier(6)

    def come(_: int) -> int:
        together.wait(10)
        with closing(open_database(path, migrations=NEWER)) as connection:
            notes: int = connection.execute("SELECT count(*) FROM notes").fetchone()[0]
            return notes

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(come, range(6))) == [1] * 6
    assert answers(path.with_name(f"ledger.db.v{VERSION}.backup")) == ["old"]


def test_a_ledger_that_is_up_to_date_is_not_copied(path: Path) -> None:
    write_one(path)
    write_one(path)
    assert not any("backup" in name for name in names_beside(path))


def test_a_migration_that_fails_changes_nothing(path: Path) -> None:
    write_one(path, "old")
    assert "nowhere" in refusal(path, migrations=(*NEWER, FAILING)).message
    with closing(connect_reader(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name IN ('notes', 'more')").fetchone() == (
            0,
        )
    assert answers(path) == ["old"]
    assert answers(path.with_name(f"ledger.db.v{VERSION}.backup")) == ["old"]


def test_a_new_ledger_whose_migration_fails_is_not_there(path: Path) -> None:
    refusal(path, migrations=(FAILING,))
    assert names_beside(path) == set()


@pytest.mark.parametrize("read_only", [True, False], ids=["reading", "writing"])
def test_a_newer_ledger_is_refused_untouched(path: Path, read_only: bool) -> None:
    open_database(path, migrations=NEWER).close()
    before = path.read_bytes()
    said = refusal(path, read_only=read_only).message
    assert f"version {len(NEWER)}" in said
    assert f"up to {VERSION}" in said
    assert path.read_bytes() == before
    assert not any("backup" in name for name in names_beside(path))


def test_an_older_ledger_is_not_brought_up_to_date_by_a_reader(path: Path) -> None:
    write_one(path)
    before = path.read_bytes()
    assert f"version {VERSION}" in refusal(path, read_only=True, migrations=NEWER).message
    assert path.read_bytes() == before


def foreign_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE runs (id)")


def foreign_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 1")


def garbage(path: Path) -> None:
    path.write_bytes(b"these are not the pages of a database " * 300)


def cut_off(path: Path) -> None:
    write_one(path)
    path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize("read_only", [True, False], ids=["reading", "writing"])
@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(foreign_database, "not a Grimoire ledger", id="another program's database"),
        pytest.param(foreign_version, "not a Grimoire ledger", id="a database without tables"),
        pytest.param(garbage, "not a Grimoire ledger", id="no database"),
        pytest.param(cut_off, "damaged", id="cut off"),
        pytest.param(Path.mkdir, "not a file", id="a folder"),
    ],
)
def test_what_is_no_ledger_is_refused_untouched(path: Path, make: object, said: str, read_only: bool) -> None:
    assert callable(make)
    make(path)
    before = b"" if path.is_dir() else path.read_bytes()
    assert said in refusal(path, read_only=read_only).message
    assert path.is_dir() or path.read_bytes() == before


def test_a_damaged_page_is_found_where_it_is_read(path: Path) -> None:
    write_one(path, "y" * 50_000)
    pages = path.read_bytes()
    path.write_bytes(pages[:-8192] + b"\xff" * 8192)
    with open_ledger(path) as ledger, pytest.raises(LedgerError, match="damaged"):
        list(ledger.history("seo-article"))


def test_text_that_is_not_utf8_is_a_damaged_ledger(path: Path) -> None:
    write_one(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TRIGGER answers_update_refused")
        connection.execute("UPDATE answers SET text = CAST(X'FFFE80' AS TEXT)")
    with open_ledger(path) as ledger, pytest.raises(LedgerError, match="not as it should be"):
        list(ledger.history("seo-article"))


@pytest.mark.parametrize(
    ("table", "column", "read"),
    [
        pytest.param("answers", "parts", lambda ledger: list(ledger.history("seo-article")), id="parts"),
        pytest.param("runs", "plan", lambda ledger: ledger.unfinished(), id="plan"),
    ],
)
def test_json_that_is_none_is_a_damaged_ledger(
    path: Path, table: str, column: str, read: Callable[[SqliteLedger], object]
) -> None:
    write_one(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"DROP TRIGGER {table}_update_refused")
        connection.execute(f"UPDATE {table} SET {column} = '[[['")
    with open_ledger(path) as ledger, pytest.raises(LedgerError, match="not what it wrote"):
        read(ledger)


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine", encoding="utf-8")
    assert "cannot be opened" in refusal(tmp_path / "notes" / "ledger.db").message


@pytest.fixture
def locked_folder() -> Iterator[Path]:
    """A folder with a ledger in which nobody but root may write, seen by somebody else than root."""
    if not hasattr(os, "geteuid"):
        pytest.skip("permissions of this kind are POSIX's")
    folder = Path(tempfile.mkdtemp())  # not tmp_path, which its owner alone may enter
    write_one(folder / "ledger.db", "kept")
    (folder / "ledger.db").chmod(0o444)
    folder.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield folder
    os.seteuid(user)
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_folder_that_cannot_be_written_gets_no_ledger(locked_folder: Path) -> None:
    assert "cannot be opened" in refusal(locked_folder / "new.db").message


def test_a_ledger_in_a_folder_that_cannot_be_written_is_read(locked_folder: Path) -> None:
    assert answers(locked_folder / "ledger.db") == ["kept"]


def test_a_ledger_that_cannot_be_written_is_refused_before_anything_is_paid_for(locked_folder: Path) -> None:
    with pytest.raises(LedgerError, match="cannot be"), open_ledger(locked_folder / "ledger.db") as ledger:
        ledger.start("trial", {})
