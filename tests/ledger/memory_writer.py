"""A process that remembers translations one by one.

`python -m tests.ledger.memory_writer MEMORY NAME COUNT` says "ready", waits for a line, and begins. Half of
what it remembers is its own, the other half every writer remembers.
"""

from __future__ import annotations

import sys
from pathlib import Path

from grimoire.ledger import open_memory
from grimoire.segment import MemoryKey, Segment, Term

BRAND = Term("brand voice", ("品牌调性", "品牌声音"))


def a_key(
    text: str = "Write about ⟦0⟧",
    *,
    kinds: tuple[str, ...] = ("prompt",),
    terms: tuple[Term, ...] = (BRAND,),
    target: str = "zh",
    engine: str = "deepl",
) -> MemoryKey:
    segment = Segment(text, kinds, terms)
    return MemoryKey(segment=segment, source="en", target=target, engine=engine, version="3")


def main(path: Path, name: str, count: int) -> None:
    print("ready", flush=True)  # noqa: T201  # the parent reads it
    sys.stdin.readline()
    with open_memory(path) as memory:
        for number in range(count):
            memory.remember({a_key(f"{name} {number}"): f"{name} 译 {number}"})
            memory.remember({a_key(f"shared {number}"): f"译 {number}"})
            memory.recall([a_key(f"shared {other}") for other in range(count)])


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
