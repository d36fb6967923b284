"""Real processes on one ledger: together, and killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from grimoire.chat import Answer
from grimoire.ledger import open_ledger
from grimoire.ledger.connection import LOG_KEPT, connect_reader
from grimoire.record import Outcome
from tests.ledger.samples import a_cell, a_verdict

ROOT = Path(__file__).parents[2]
PROCESSES = 8
ANSWERS = 25


def start(path: Path, name: str, count: int, how: str = "one") -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.ledger.writer", str(path), name, str(count), how]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def let_go(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("go\n")
    process.stdin.flush()


@pytest.mark.parametrize("made", [True, False], ids=["an old ledger", "a ledger each wants to make"])
def test_processes_that_write_at_once_lose_nothing(path: Path, made: bool) -> None:
    if made:
        open_ledger(path).close()
    processes = [start(path, f"writer {number}", ANSWERS) for number in range(PROCESSES)]
    for process in processes:
        let_go(process)
    said = [process.communicate(timeout=60) for process in processes]
    assert [(process.returncode, error) for process, (_, error) in zip(processes, said, strict=True)] == [
        (0, "")
    ] * PROCESSES
    numbers = [int(line) for out, _ in said for line in out.split()]
    with open_ledger(path, read_only=True) as ledger:
        entries = list(ledger.history("seo-article"))
        assert len({run.id for run in ledger.runs() if run.finished}) == PROCESSES
    assert sorted(numbers) == sorted(entry.id for entry in entries) == list(range(1, PROCESSES * ANSWERS + 1))
    assert {(entry.verdict, len(entry.checks)) for entry in entries} == {("works", 1)}
    assert len({entry.answer for entry in entries}) == PROCESSES * ANSWERS


def test_two_trials_and_eight_casts_at_once_are_all_on_record_and_read_meanwhile(path: Path) -> None:
    """About two seconds: eleven processes are started, and casts open and close the ledger again and again."""
    open_ledger(path).close()
    reader = start(path, "reader", 1, "read")
    trials = [start(path, f"trial {number}", 200, "trial") for number in range(2)]
    casts = [start(path, f"cast {number}", 15, "cast") for number in range(8)]
    for process in (reader, *trials, *casts):
        let_go(process)
    said = [process.communicate(timeout=60) for process in (*trials, *casts)]
    let_go(reader)
    read = reader.communicate(timeout=60)
    assert [error for _, error in (*said, read)] == [""] * 11
    assert int(read[0]) >= 1
    numbers = sorted(int(line) for out, _ in said for line in out.split())
    with open_ledger(path, read_only=True) as ledger:
        entries = {entry.id: entry for entry in ledger.history("seo-article")}
        assert len([run for run in ledger.runs() if run.finished]) == 2 + 8 * 15
        assert sum(len(history) for _, history in ledger.judged()) == 2 * 200
        assert ledger.damage() == ""
    assert numbers == sorted(entries) == list(range(1, 2 * 200 + 8 * 15 + 1))
    assert {entry.verdict for entry in entries.values()} == {"works"}
    assert len({entry.answer for entry in entries.values()}) == len(entries)


def test_status_and_history_show_what_is_there_during_a_run(path: Path, tmp_path: Path) -> None:
    process = start(path, "running", 0)
    let_go(process)
    assert process.stdout
    try:
        first = int(process.stdout.readline())
        for command in (["history", "seo-article", "--json", "--limit", "5"], ["status", "--json"]):
            shown = subprocess.run(
                [sys.executable, "-m", "grimoire", *command, "--ledger", str(path)],
                cwd=tmp_path,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                capture_output=True,
                check=False,
            )
            assert (shown.returncode, shown.stderr) == (0, b"")
            assert json.loads(shown.stdout)[0]["spell"] == "seo-article"
    finally:
        process.kill()
        process.communicate(timeout=60)
    assert first == 1


def batch(first: int) -> list[Outcome]:
    return [Outcome(a_cell(sample=n), Answer(text="林" * 3000)) for n in range(first, first + 16)]


def log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def test_the_log_does_not_grow_while_somebody_reads_slowly(path: Path) -> None:
    """A reader holds no page of the file between two of its own, so that the log begins anew as it should."""
    with open_ledger(path) as ledger, open_ledger(path, read_only=True) as reader:
        run = ledger.start("trial", {})
        ledger.add_all(run, batch(1))
        slow, cells = reader.history("seo-article"), reader.judged()
        next(slow)
        sizes = []
        for first in range(17, 17 + 16 * 60, 16):
            ledger.add_verdicts([(number, a_verdict("works")) for number in ledger.add_all(run, batch(first))])
            next(cells, None)
            next(slow, None)
            sizes.append(log_of(path).stat().st_size)
        written = path.stat().st_size
    assert written > 8_000_000
    assert max(sizes) < 6_000_000, "a checkpoint comes every 1,000 pages"


def test_a_reader_that_holds_on_blocks_no_writer_and_the_log_shrinks_after_it(path: Path) -> None:
    with open_ledger(path) as ledger, closing(connect_reader(path)) as reader:
        run = ledger.start("trial", {})
        ledger._connection.execute("PRAGMA busy_timeout = 0")  # whoever would wait fails
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM answers").fetchone()
        for first in range(1, 16 * 120, 16):
            ledger.add_all(run, batch(first))
        grown = log_of(path).stat().st_size
        assert reader.execute("SELECT count(*) FROM answers").fetchone() == (0,)
        reader.execute("ROLLBACK")
        for first in range(16 * 120 + 1, 16 * 180, 16):
            ledger.add_all(run, batch(first))
        assert grown > LOG_KEPT
        assert log_of(path).stat().st_size <= LOG_KEPT


@pytest.mark.parametrize("after", [1, 7, 20, 40])
def test_a_killed_process_takes_nothing_that_was_kept_with_it(path: Path, after: int) -> None:
    process = start(path, "doomed", 0)
    let_go(process)
    assert process.stdout
    said = [process.stdout.readline() for _ in range(after)]
    process.kill()
    said += process.communicate(timeout=60)[0].splitlines()
    numbers = [int(line) for line in said if line.strip().isdecimal()]
    with closing(connect_reader(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    with open_ledger(path) as ledger:
        run = ledger.unfinished({"writer": "doomed"})
        assert run
        kept = {entry.id: entry for entry in ledger.answered(run)}
        ledger.finish(run)
    assert len(numbers) >= after
    assert {kept[number].verdict for number in numbers} == {"works"}
    assert all(entry.answer == f"doomed {entry.sample} " + "林" * 3000 for entry in kept.values())
