"""The product, tried in a project of its own: `grimoire trial`, and what is in the ledger afterwards."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from benchmarks.engine import spells
from benchmarks.engine.processes import ROOT, Used, environment, run

BACKEND = "bench/m"


class Kept(NamedTuple):
    """What a ledger holds: cells with an answer, answers, judged ones, errors in the place of answers."""

    cells: int
    answers: int
    judged: int
    errors: int


class Project:
    """A folder with a home, spells, settings and a ledger; `tree` is the checkout that is imported."""

    def __init__(self, folder: Path, *, cases: int = spells.CASES, tree: Path = ROOT) -> None:
        self._folder = folder
        self._cases = cases
        self._tree = tree
        self.ledger = folder / "ledger" / "ledger.sqlite"
        self.said = folder / "said.txt"
        shutil.rmtree(folder, ignore_errors=True)
        self._names = spells.write(folder / "library", cases=cases)
        for name in ("home", "project", "ledger"):
            (folder / name).mkdir()

    def trial(self, url: str, calls: int, jobs: int, *more: str, transport: str = "direct", fresh: bool = True) -> Used:
        """Fire every case at the server, as often as makes that many calls; `fresh` begins a new ledger."""
        samples, rest = divmod(calls, self._cases * spells.SPELLS)
        if rest:
            raise ValueError(f"{calls} calls are no multiple of {self._cases * spells.SPELLS} cases")
        if fresh:
            for path in self.ledger.parent.iterdir():
                path.unlink()
        self._configure(url, transport)
        command = [
            sys.executable,
            "-m",
            "grimoire",
            "trial",
            *self._names,
            "-l",
            "en",
            "-m",
            BACKEND,
            "-n",
            str(samples),
        ]
        command += ["-j", str(jobs), "--yes", "--ledger", str(self.ledger), *more]
        return run(command, environment(self._folder / "home", self._tree), self._folder / "project", self.said)

    def kept(self) -> Kept:
        """What the ledger holds, read with SQL of our own."""
        with closing(sqlite3.connect(self.ledger)) as database:
            [row] = database.execute(
                "SELECT (SELECT count(*) FROM (SELECT DISTINCT spell, case_id, sample FROM answers WHERE error = '')), "
                "(SELECT count(*) FROM answers WHERE error = ''), (SELECT count(DISTINCT answer) FROM verdicts), "
                "(SELECT count(*) FROM answers WHERE error <> '')"
            )
        return Kept(*row)

    def _configure(self, url: str, transport: str) -> None:
        backend = {"base_url": url, "key_env": "", "model": "m"}
        if transport:
            backend["transport"] = transport
        settings = {"spells": [str(self._folder / "library")], "backends": {"bench": backend}}
        (self._folder / "project" / "grimoire.yaml").write_text(json.dumps(settings), "utf-8")
