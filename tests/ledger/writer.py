"""Processes that work on a ledger, as trials, casts and readers do.

`python -m tests.ledger.writer LEDGER NAME COUNT [HOW]` says "ready", waits for a line, and begins. HOW is

- `one`: an answer and its verdict at a time; COUNT 0 never ends
- `trial`: eight answers at a time, then their verdicts
- `cast`: the ledger is opened and closed for each answer
- `read`: reads at least COUNT times, and until another line comes

Each says the number of every answer that has been kept, `read` how often it has read.
"""

from __future__ import annotations

import itertools
import select
import sys
from collections.abc import Callable
from pathlib import Path

from grimoire.chat import Answer
from grimoire.ledger import open_ledger
from grimoire.record import Outcome
from tests.ledger.samples import a_cell, a_check, a_verdict

BATCH = 8
VERDICT = a_verdict("works", a_check("headings", "passed"))


def answer(name: str, sample: int) -> Answer:
    return Answer(text=f"{name} {sample} " + "林" * 3000)


def say(number: int) -> None:
    print(number, flush=True)  # noqa: T201  # the parent reads it


def one(path: Path, name: str, count: int) -> None:
    with open_ledger(path) as ledger:
        run = ledger.start("trial", {"writer": name})
        for sample in range(1, count + 1) if count else itertools.count(1):
            number = ledger.add_answer(run, a_cell(sample=sample), answer(name, sample))
            ledger.add_verdict(number, VERDICT)
            say(number)
        ledger.finish(run)


def trial(path: Path, name: str, count: int) -> None:
    with open_ledger(path) as ledger:
        run = ledger.start("trial", {"writer": name})
        for first in range(1, count + 1, BATCH):
            samples = range(first, min(first + BATCH, count + 1))
            numbers = ledger.add_all(run, [Outcome(a_cell(sample=n), answer(name, n)) for n in samples])
            ledger.add_verdicts([(number, VERDICT) for number in numbers])
            for number in numbers:
                say(number)
        ledger.finish(run)


def cast(path: Path, name: str, count: int) -> None:
    for sample in range(1, count + 1):
        with open_ledger(path) as ledger:
            run = ledger.start("cast", {})
            number = ledger.add_answer(run, a_cell(sample=sample), answer(name, sample))
            ledger.add_verdict(number, VERDICT)
            ledger.finish(run)
        say(number)


def read(path: Path, _: str, count: int) -> None:
    times = 0
    while times < count or not select.select([sys.stdin], [], [], 0)[0]:
        with open_ledger(path, read_only=True) as ledger:
            entries = list(ledger.history("seo-article", limit=60))
            histories = list(ledger.judged())
            counted = ledger.counts()
        assert len(entries) <= counted["answers"]
        assert sum(len(history) for _, history in histories) <= counted["answers"]
        times += 1
    say(times)


WAYS: dict[str, Callable[[Path, str, int], None]] = {"one": one, "trial": trial, "cast": cast, "read": read}


def main(path: Path, name: str, count: int, how: str = "one") -> None:
    print("ready", flush=True)  # noqa: T201  # the parent reads it
    sys.stdin.readline()
    WAYS[how](path, name, count)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
