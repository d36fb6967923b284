"""How long `grimoire log` takes to list and to search what was cast, in a ledger that is full of trials.

    python -m benchmarks.log --answers 1000000 --casts 5000

The ledger of `ledger.py`, and after its trials so many casts: a question of some 700 characters, an answer of some
900, half of both Chinese, a conversation in three. One word looked for is in a single old cast, one in none, so that
all are read. First what is in this process, the processor's time, the best of some rounds, the file in the system's
cache; then whole commands, start-up with them, by the clock on the wall.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from benchmarks.ledger import PARAGRAPH, fill
from grimoire.chat import Answer, Message, Request, Usage
from grimoire.conversation import Wanted
from grimoire.ledger import SqliteLedger, open_ledger
from grimoire.record import Cell
from grimoire.verdict import CheckResult, Verdict

NEEDLE = "针 Needle"
VERDICT = Verdict(
    kind="works",
    checks=tuple(
        CheckResult(check=f"check-{n}", version=1, outcome="passed", reason="found", should=False) for n in range(9)
    ),
)


def add_casts(store: SqliteLedger, count: int) -> None:
    """As `cast` records them, but for the wait for the disk."""
    chance = random.Random(7)
    store.session.connection.execute("PRAGMA synchronous = OFF")
    first, number = "", 0
    for index in range(count):
        follows = {"conversation": first, "after": number} if index % 3 else {}
        run = store.start(
            "cast", {"terminal": f"t{index % 7}", "dials": {}, "parameters": {}, "questions": 1} | follows
        )
        first = first if index % 3 else run.id
        text = f"{index} {PARAGRAPH * chance.randint(1, 4)} {NEEDLE if index == count // 50 else ''}"
        messages = (Message("user", text + "\n" + PARAGRAPH * 8),)
        cell = Cell(
            spell=f"spell-{index % 40:03}",
            language="zh",
            template="0",
            case="",
            backend="vendor-1/model-1",
            request=Request(messages=messages),
            text=text,
        )
        answer = Answer(
            text=f"{index} {PARAGRAPH * chance.randint(8, 15)}", finish_reason="stop", usage=Usage(500, 300)
        )
        number = store.add_answer(run, cell, answer)
        store.add_verdict(number, VERDICT)
        store.finish(run)


def best(work: Callable[[], object], clock: Callable[[], float], rounds: int = 5) -> float:
    """Milliseconds of the fastest round."""
    found = float("inf")
    for _ in range(rounds):
        started = clock()
        work()
        found = min(found, clock() - started)
    return found * 1000


def command(path: Path, *args: str) -> Callable[[], object]:
    """A whole process."""
    return lambda: subprocess.run(
        [sys.executable, "-m", "grimoire", "log", *args, "--ledger", str(path)],
        capture_output=True,
        check=True,
        env=os.environ | {"COLUMNS": "120"},
    )


def main() -> None:
    """Print a line a measurement."""
    parser = argparse.ArgumentParser(description="The time of `grimoire log` in a ledger full of trials.")
    parser.add_argument("--answers", type=int, default=100_000)
    parser.add_argument("--casts", type=int, default=5_000)
    parser.add_argument("--ledger", type=Path, help="one that was made before, or the place to make it at")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.ledger or Path(folder) / "ledger.sqlite"
        made = not path.exists()
        if made:
            fill(path, options.answers)
        with closing(open_ledger(path)) as store:
            if made:
                add_casts(store, options.casts)
            measure(store)
        for args in ((), ("-q", "针 needle"), ("-q", "nowhere"), ("--json", "-n", "100"), ("--failed",)):
            took = best(command(path, *args), time.perf_counter)
            print(f"grimoire log {' '.join(args):<24} {took:8.0f} ms, whole process")


def measure(store: SqliteLedger) -> None:
    """What is in this process."""
    for name, wanted in {
        "the latest 20": Wanted(),
        "of a spell": Wanted(spell="spell-007"),
        "one old word, two characters": Wanted(words=("针",)),
        "a word in none, English": Wanted(words=("nowhere",)),
        "a word in none, Chinese": Wanted(words=("无处",)),
        "a word in all": Wanted(words=("柳树",)),
        "failed": Wanted(failed=True),
    }.items():
        took = best(partial(_listed, store, wanted), time.process_time)
        print(f"{name:<37} {took:8.1f} ms")
    took = best(lambda: store.casts_of_terminal("t3", limit=2), time.process_time)
    print(f"{'the last of a terminal':<37} {took:8.1f} ms")


def _listed(store: SqliteLedger, wanted: Wanted) -> int:
    return len(list(store.casts(wanted, limit=20)))


if __name__ == "__main__":
    main()
