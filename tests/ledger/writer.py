"""A process that writes answers with verdicts, and says the number of each that has been kept.

`python -m tests.ledger.writer LEDGER NAME COUNT` says "ready", waits for a line, and begins; COUNT 0 never ends.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from grimoire.chat import Answer
from grimoire.ledger import open_ledger
from tests.ledger.samples import a_cell, a_check, a_verdict


def main(path: Path, name: str, count: int) -> None:
    print("ready", flush=True)  # noqa: T201  # the parent reads it
    sys.stdin.readline()
    with open_ledger(path) as ledger:
        run = ledger.start("trial", {"writer": name})
        for sample in range(1, count + 1) if count else itertools.count(1):
            answer = ledger.add_answer(run, a_cell(sample=sample), Answer(text=f"{name} {sample} " + "林" * 3000))
            ledger.add_verdict(answer, a_verdict("works", a_check("headings", "passed")))
            print(answer, flush=True)  # noqa: T201  # as above
        ledger.finish(run)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
