"""A ledger that fails in the middle of a trial: what was paid for is kept beside it, and nothing is asked twice."""

from __future__ import annotations

import re
import resource
import shlex
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from grimoire.chat import Answer
from grimoire.ledger import open_ledger
from grimoire.ledger.schema import MIGRATIONS
from tests.cli.process import wait_until
from tests.ledger.samples import a_cell
from tests.trial.torture import lives, rows
from tests.trial.torture.lives import Life
from tests.trial.torture.project import Project, a_project
from tests.trial.torture.scripts import QUICK, Faults
from tests.trial.torture.server import TortureServer

SEED = 11
RECORDED = 20
"""Answers on record before the ledger fails."""
ROOM = 30_000
"""Bytes by which the log may still grow when the disk is full."""


@dataclass(frozen=True)
class Broken:
    """What happens to the ledger of a process that is under way, and how somebody mends it afterwards."""

    harm: Callable[[Project, Life], object]
    mend: Callable[[Project], object]
    says: str
    keeps: bool = True


def fill_the_disk(project: Project, life: Life) -> None:
    log = project.ledger.with_name("ledger.db-wal")
    resource.prlimit(life.pid, resource.RLIMIT_FSIZE, (log.stat().st_size + ROOM, resource.RLIM_INFINITY))


def move_away(project: Project, life: Life) -> None:
    project.ledger.rename(project.ledger.with_name("moved.db"))


def move_back(project: Project) -> None:
    project.ledger.with_name("moved.db").rename(project.ledger)


def delete(project: Project, life: Life) -> None:
    for file in project.folder.glob("ledger.db*"):
        if not file.name.endswith(".lock"):
            file.unlink()


def nothing(project: Project) -> None:
    pass


BROKEN = {
    "the disk is full": Broken(fill_the_disk, nothing, r"cannot be read or written|no space"),
    "it is moved away": Broken(move_away, move_back, "was moved, deleted or replaced"),
    "it is deleted": Broken(delete, nothing, "was moved, deleted or replaced", keeps=False),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_a_failing_ledger_does_not_take_is_kept_and_taken_in(what: str, tmp_path: Path) -> None:
    """Takes two to three seconds: three processes from nothing, one after the other, and a trial of 192 calls."""
    broken, project, said = BROKEN[what], a_project("lost", tmp_path / "project", spells=2, cases=24), tmp_path / "said"
    with TortureServer(Faults(SEED, share=0.04, bad=QUICK)) as server:
        project.write(server.base_url)
        life = lives.start(project.arguments, project.folder, project.key(1), said)
        wait_until(lambda: rows.committed(project.ledger, tmp_path / "copy")[0] >= RECORDED)
        broken.harm(project, life)
        assert life.wait() == 2
        paid = server.settle("lost-1").paid
        assert RECORDED < paid < project.cells - 40
        told = said.read_text(encoding="utf-8")
        assert len(re.findall(broken.says, told)) == 1, told
        assert not re.search(r"Traceback|bug|Warning", told), told
        broken.mend(project)
        take_in(project, told, said)
        kept, unfinished = rows.committed(project.ledger, tmp_path / "copy")
        assert unfinished
        assert kept == paid if broken.keeps else 0 < kept < paid
        finish(project, server, said, kept)


def take_in(project: Project, told: str, said: Path) -> None:
    """Give the command that was told; the file it names is beside the ledger and only its owner's."""
    (line,) = re.findall(r"grimoire (doctor .*)$", told, re.MULTILINE)
    (file,) = project.folder.glob("*.jsonl")
    assert file.stat().st_mode & 0o777 == 0o600
    assert str(file) in shlex.split(line)
    assert lives.start(shlex.split(line), project.folder, {}, said).wait() == 0, said.read_text(encoding="utf-8")
    assert not file.exists()


def finish(project: Project, server: TortureServer, said: Path, kept: int) -> None:
    """Resume until all is answered: each cell once, and nothing that was kept is asked again."""
    for number in range(2, 6):
        code = lives.start(project.resume, project.folder, project.key(number), said).wait()
        assert code in {0, 3}, said.read_text(encoding="utf-8")
        if code == 0:
            break
    paid = sum(server.settle(f"lost-{number}").paid for number in range(2, 6))
    assert paid == project.cells - kept
    with closing(sqlite3.connect(project.ledger)) as connection:
        assert rows.is_whole(connection)
        answers = rows.answers(connection)
    assert len(answers) == len({answer.key for answer in answers}) == project.cells
    assert {answer.verdicts for answer in answers} == {1}


def spoil(file: Path) -> None:
    file.write_bytes(b"\xff" * file.stat().st_size)


def spoil_the_middle(file: Path) -> None:
    pages = file.read_bytes()
    file.write_bytes(pages[: 4096 * 2] + b"\xff" * (len(pages) - 4096 * 2))


def cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:6000])


def renew(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")


@pytest.mark.parametrize("harm", [spoil, spoil_the_middle, cut_off, renew])
def test_a_ledger_that_cannot_be_used_is_one_clear_line_asks_nothing_and_stays_as_it_is(
    harm: Callable[[Path], None], tmp_path: Path
) -> None:
    project, said = a_project("spoilt", tmp_path / "project"), tmp_path / "said"
    with TortureServer(Faults(SEED, share=0.0)) as server:
        project.write(server.base_url)
        with open_ledger(project.ledger) as ledger:
            ledger.add_answer(ledger.start("trial", {}), a_cell(), Answer(text="x" * 20_000))
        harm(project.ledger)
        before = project.ledger.read_bytes()
        assert lives.start(project.arguments, project.folder, project.key(1), said).wait() == 2
        assert server.settle("spoilt-1").asked == 0
    told = said.read_text(encoding="utf-8")
    assert len(told.splitlines()) <= 2, told
    assert "ledger" in told
    assert not re.search(r"Traceback|bug|Warning", told), told
    assert project.ledger.read_bytes() == before
