"""What comes of translations when the engine misbehaves, in every way and over both protocols, as a Markdown table.

    python benchmarks/adversary.py --templates 1000

Each way meets the shipped spells and the hostile templates twice: `once` each mistake is made the first time a text is
seen, `always` it is made every time. `broken` counts translations written as good in which the oracle of the tests,
which does not know the package's gates, finds a fault; `cut` those whose only fault is a short line that ends early,
which nothing but a reader can see; `review broken` those in need of review that lost more than words.
"""

from __future__ import annotations

import argparse
import itertools
import math
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from grimoire.spell import Spell
from grimoire.translators.deepl_api import BYTES_A_REQUEST, TEXTS_A_REQUEST
from grimoire.translators.orders import demands, take_apart
from tests.translators.adversary import WAYS, Attack, all_written, attack, glossary, library
from tests.translators.hostile import templates
from tests.translators.oracle import faults, structure

HEAD = "protocol|misbehaviour|when|good|review|no answer|repaired|broken|cut|review broken|requests|extra|seconds"


class Count(msgspec.Struct):
    """What became of the templates of one attack."""

    good: int = 0
    review: int = 0
    unanswered: int = 0
    broken: int = 0
    cut: int = 0
    review_broken: int = 0


def count(done: Attack) -> Count:
    """Read every file back and judge it."""
    found = Count(unanswered=sum(one.translation is None for one in done.finished))
    for one, file in all_written(done.finished):
        errors = [problem for problem in file.problems if problem.severity == "error"]
        if file.translation is None or file.translation.status == "needs-review":
            found.review += 1
            found.review_broken += bool(
                errors or file.translation is None or structure(one.spell, file.translation, glossary().keep, cut=True)
            )
            continue
        found.good += 1
        if errors or faults(one.spell, file.translation, glossary().keep, cut=True):
            found.broken += 1
        elif faults(one.spell, file.translation, glossary().keep):
            found.cut += 1
    return found


def rows(spells: Sequence[Spell], protocols: Sequence[str], extra: int) -> Iterator[list[object]]:
    """One row an attack."""
    for protocol in protocols:
        for way, first_only in itertools.product(WAYS[protocol], (True, False)):
            start = time.process_time()
            done = attack(protocol, way, spells, first_only=first_only, extra=extra)
            seen = count(done)
            yield [
                protocol,
                way,
                "once" if first_only else "always",
                seen.good,
                seen.review,
                seen.unanswered,
                done.tally.mended,
                seen.broken,
                seen.cut,
                seen.review_broken,
                done.requests,
                done.tally.extra,
                f"{time.process_time() - start:.1f}",
            ]


def honest(spells: Sequence[Spell], protocol: str) -> str:
    """What a well-behaved engine is asked, beside the least that could be."""
    done = attack(protocol, "", spells, extra=0)
    seen = count(done)
    orders, _ = take_apart(spells, glossary(), "zh")
    texts = [segment.text for segment in demands(orders)]
    size = sum(len(text.encode()) for text in texts)
    least = max(math.ceil(len(texts) / TEXTS_A_REQUEST), math.ceil(size / BYTES_A_REQUEST))
    bound = f", at least {least} by 50 texts and 128 KiB a request" if protocol == "deepl" else ""
    return (
        f"{protocol}, well-behaved: {seen.good} good, {seen.review} in review, {seen.broken} broken; "
        f"{len(texts)} distinct texts of {size} bytes in {done.requests} requests{bound}."
    )


def main() -> None:
    """Print the table, a row as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--templates", type=int, default=1000, help="how many hostile templates")
    parser.add_argument("--protocol", choices=sorted(WAYS), action="append", help="only this one")
    parser.add_argument("--extra", type=int, default=150, help="the bound on requests that mend")
    options = parser.parse_args()
    spells = [*library(), *templates(options.templates)]
    protocols = options.protocol or list(WAYS)
    print(f"{len(spells)} templates, at most {options.extra} extra requests.\n")
    for protocol in protocols:
        print(honest(spells, protocol))
    print(f"\n| {HEAD.replace('|', ' | ')} |\n{'|---' * len(HEAD.split('|'))}|")
    broken = 0
    for row in rows(spells, protocols, options.extra):
        broken += int(str(row[7]))
        print(f"| {' | '.join(map(str, row))} |", flush=True)
    print(f"\nWritten as good and broken: {broken}.")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
