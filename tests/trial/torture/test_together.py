"""Many processes on one ledger that none of them has made yet: trials and casts that write, and one that reads."""

from __future__ import annotations

import json
import re
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.trial.torture import rows
from tests.trial.torture.lives import Zygote
from tests.trial.torture.project import Project, a_project
from tests.trial.torture.scripts import Faults
from tests.trial.torture.server import TortureServer

SEED = 5
TRIALS, CASTS, ROUNDS = 2, 8, 2
CAST = ("cast", "torture-1", "willows in the wind", "--no-stream")
READS: tuple[Callable[[Path], list[str]], ...] = (
    lambda file: ["status", "--json", "--ledger", str(file)],
    lambda file: ["history", "torture-1", "--limit", "1000", "--json", "--ledger", str(file)],
)


def test_two_trials_and_eight_casts_at_once_lose_nothing_while_a_third_reads(tmp_path: Path) -> None:
    """Takes some five seconds: eighteen processes, and two of the reader's at a time until they are done."""
    started = time.monotonic()
    project = a_project("together", tmp_path / "project", spells=2, cases=4, samples=4)
    said = tmp_path / "said"
    said.mkdir()
    with TortureServer(Faults(SEED, share=0.0)) as server:
        project.write(server.base_url)
        with Zygote() as writers, Zygote() as readers:
            warm_up(project, tmp_path, writers, readers)
            warmed = set(server.texts)
            with Reader(project, said, readers) as reader:
                lived = write(project, said, writers)
        paid = server.texts.keys() - warmed
        seconds = time.monotonic() - started
        print(f"{len(lived)} writers, {len(reader.readings)} readings, {len(paid)} answers, {seconds:.1f} s")  # noqa: T201  # for the curious, with -s
    assert [(name, code) for name, code, _ in lived] == [(name, 0) for name, _, _ in lived]
    assert not [told for _, _, told in lived if re.search(r"Traceback|locked|bug", told)]
    check_readings(reader.readings)
    check_everything_is_there(project, paid)


def warm_up(project: Project, folder: Path, *zygotes: Zygote) -> None:
    """One of each command in each zygote, on a ledger of its own, for what they import."""
    file = folder / "warm.db"
    warm = a_project("warm", project.folder, ledger=file)
    for zygote in zygotes:
        for args in (warm.arguments, [*CAST, "-m", "one", "--ledger", str(file)], *(read(file) for read in READS)):
            assert zygote.warm(args, warm.folder, warm.key(0)) == 0


class Reader:
    """Reads the ledger as others do, again and again, from when there is one."""

    def __init__(self, project: Project, said: Path, zygote: Zygote) -> None:
        self.readings: list[tuple[int, str, int]] = []
        self._project, self._said, self._zygote = project, said, zygote
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._ending.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._ending.wait(0.01):
            if self._project.ledger.exists():
                for read in READS:
                    self._look(read(self._project.ledger))

    def _look(self, args: list[str]) -> None:
        said = self._said / f"reading-{len(self.readings)}"
        code = self._zygote.start(args, self._project.folder, {}, said).wait()
        out = said.with_name(f"{said.name}.out").read_text(encoding="utf-8")
        told = said.read_text(encoding="utf-8")
        self.readings.append((code, told, len(json.loads(out)) if code == 0 else -1))


def write(project: Project, said: Path, zygote: Zygote) -> list[tuple[str, int, str]]:
    """Two trials, and casts in rounds of eight while they run: name, exit code and standard error of each."""
    cast = [*CAST, "--ledger", str(project.ledger)]
    trials = [
        (f"trial {n}", zygote.start(project.arguments, project.folder, project.key(n), said / f"trial {n}"))
        for n in range(TRIALS)
    ]
    ended = []
    for turn in range(ROUNDS):
        names = [f"cast {turn} {number}" for number in range(CASTS)]
        casts = [
            (
                name,
                zygote.start(
                    [*cast, "-m", "one" if turn % 2 else "two"], project.folder, project.key(TRIALS + turn), said / name
                ),
            )
            for name in names
        ]
        ended += [(name, life.wait()) for name, life in casts]
    ended += [(name, life.wait()) for name, life in trials]
    return [(name, code, (said / name).read_text(encoding="utf-8")) for name, code in ended]


def check_readings(readings: list[tuple[int, str, int]]) -> None:
    """Each went well, and what history has seen once it sees ever after."""
    assert not [reading for reading in readings if reading[0] != 0 or reading[1]]
    lengths = [length for _, _, length in readings[1::2]]
    assert lengths == sorted(lengths)
    assert len(set(lengths)) > 2


def check_everything_is_there(project: Project, paid: AbstractSet[str]) -> None:
    """Every answer that was paid for, once; of each trial one to each of its cells."""
    with closing(sqlite3.connect(project.ledger)) as connection:
        assert rows.is_whole(connection)
        answers = rows.answers(connection)
        runs = connection.execute(
            "SELECT kind, count(DISTINCT run), count(*), count(DISTINCT run || key) FROM answers GROUP BY kind"
        ).fetchall()
    assert {answer.verdicts for answer in answers} == {1}
    assert Counter(answer.text for answer in answers) == Counter(paid)
    writes, casts = TRIALS * project.cells, CASTS * ROUNDS
    assert sorted(runs) == [("cast", casts, casts, casts), ("trial", TRIALS, writes, writes)]
