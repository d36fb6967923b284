"""Answers that say the same thing again and again."""

from __future__ import annotations

import re

from grimoire.mutants import advice
from grimoire.mutants import lines as md
from grimoire.mutants.jsontext import find_json, put_json
from grimoire.mutants.material import Material, Mutant, shown

AGAIN = 20
A_PARAGRAPH = 20
SAME_LINES = r"- not-matches: '^(.{12,})\n+\1$'"
SAME_WORDS = r"- not-matches: '(\w{1,12}\W?)\1{9}'"
SAME_ITEMS = r"- not-matches: '^[ \t]*(?:[-*+]|\d+[.)、])[ \t]*(.{6,})\n+[ \t]*(?:[-*+]|\d+[.)、])[ \t]*\1$'"
SAME_ROWS = r"- not-matches: '^\|[^|\n]*(\|.{6,})\n\|[^|\n]*\1$'"
_TAIL = re.compile(r"[^\W\d_]{2,12}")


def loop(material: Material) -> Mutant | None:
    """The first paragraph again and again, until the answer is as long as the sample."""
    paragraph = _paragraph(material.sample)
    times = len(material.sample) // (len(paragraph) + 2) if paragraph else 0
    if times < 3:  # noqa: PLR2004  # twice may be a slip
        return None
    text = "\n\n".join([paragraph] * times) + "\n"
    return Mutant(text=text, what=f"one paragraph {times} times", advice=advice.telling(material.sample))


def loop_ending(material: Material) -> Mutant | None:
    """The whole sample, and then its last line twenty times more."""
    lines = [line for line in md.read(material.sample) if line.kind != "blank"]
    if not lines or lines[-1].kind in {"fence", "code"} or len(lines[-1].text) < A_PARAGRAPH:
        return None
    last = lines[-1].text
    text = material.sample.rstrip("\n") + f"\n{last}" * AGAIN + "\n"
    what = f"its last line {AGAIN} times more"
    return Mutant(text=text, what=what, advice=advice.first(advice.no_longer(material.sample), SAME_LINES))


def stutter(material: Material) -> Mutant | None:
    """Two thirds of the sample, and then one word over and over."""
    text = material.sample[: 2 * len(material.sample) // 3]
    words = [match.group() for start, end in md.sentences(text)[-1:] for match in _TAIL.finditer(text[start:end])]
    if not words or len(text) < 2 * A_PARAGRAPH:
        return None
    word = words[-1][-4:] if not words[-1].isascii() else f" {words[-1]}"
    times = len(material.sample) // 3 // len(word) + AGAIN
    what = f"{shown(word)} {times} times at the end"
    return Mutant(text=text + word * times, what=what, advice=(SAME_WORDS, *advice.telling(material.sample)))


def same_items(material: Material) -> Mutant | None:
    """Every item of a list, and every row of a table, says what the first one says."""
    if found := find_json(material.sample):
        value = found[2]
        if not isinstance(value, list) or len(value) < 3:  # noqa: PLR2004  # two may be alike
            return None
        text = put_json(material.sample, found, value[:1] * len(value))
        what = f"{len(value)} items, all like the first"
        return Mutant(text=text, what=what, advice=("- json: {schema: {uniqueItems: true}}",))
    lines = md.read(material.sample)
    groups = [table[2:] for table in md.tables(lines)] + md.lists(lines)
    groups = [group for group in groups if len(group) > 2]  # noqa: PLR2004  # as above
    if not groups:
        return None
    for first, *others in groups:
        for number in others:
            lines[number] = _like(lines[number], lines[first])
    what = f"{sum(map(len, groups))} items or rows, each list and table all like its first"
    return Mutant(text=md.write(lines), what=what, advice=(SAME_ITEMS, SAME_ROWS))


def _like(line: md.Line, first: md.Line) -> md.Line:
    """A line that says what another does; its own number stays."""
    if line.kind != "row":
        return md.Line(line.kind, line.lead, first.body)
    own, others = md.cells(line), md.cells(first)
    numbered = own and own[0].rstrip(".").isdigit()
    return md.row([own[0], *others[1:]] if numbered else others)


def _paragraph(text: str) -> str:
    """The first paragraph of prose of some length, else the first list; empty where there is neither."""
    blocks = [(block, md.read(block)[0].kind) for block in md.blocks(text)]
    prose = [block for block, kind in blocks if kind in {"prose", "quote"} and len(block) >= A_PARAGRAPH]
    others = [block for block, kind in blocks if kind == "item"]
    return next(iter(prose + others), "")
