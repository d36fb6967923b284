"""Real processes on one ledger: together, and killed."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from grimoire.ledger import open_ledger
from grimoire.ledger.connection import connect_reader

ROOT = Path(__file__).parents[2]
PROCESSES = 8
ANSWERS = 25


def start(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.ledger.writer", str(path), name, str(count)]
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
