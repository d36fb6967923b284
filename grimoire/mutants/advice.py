"""Which checks could be added, as lines of YAML with the sample's own numbers.

They are candidates, the fittest first: which of them tells the sample from the mutant is tried by whoever advises, and
which of their numbers are demands the prompt says.
"""

from __future__ import annotations

import re

from grimoire.mutants import lines as md
from grimoire.mutants.jsontext import find_json
from grimoire.scripts import weigh

Advice = tuple[str, ...]


def tables(sample: str, *, rows: bool = True, columns: bool = True) -> str:
    """As many tables as the sample has, of the size of its smallest; empty where it has none."""
    lines = md.read(sample)
    sizes = [(len(table) - 2, len(md.cells(lines[table[0]]))) for table in md.tables(lines)]
    if not sizes:
        return ""
    wide = f", columns: {{at_least: {min(size[1] for size in sizes)}}}" if columns else ""
    high = f", rows: {{at_least: {min(size[0] for size in sizes)}}}" if rows else ""
    return f"- tables: {{at_least: {len(sizes)}{wide}{high}}}"


def largest_table(sample: str) -> str:
    """A table of the size of the sample's largest; empty where it has none."""
    lines = md.read(sample)
    sizes = [(len(table) - 2, len(md.cells(lines[table[0]]))) for table in md.tables(lines)]
    if not sizes:
        return ""
    rows, columns = max(sizes)
    return f"- tables: {{at_least: 1, columns: {{at_least: {columns}}}, rows: {{at_least: {rows}}}}}"


def headings(sample: str) -> str:
    """As many headings as the sample has; empty where it has none."""
    return _at_least("headings", sum(line.kind == "heading" for line in md.read(sample)))


def items(sample: str) -> str:
    """As many list items as the sample has; empty where it has none."""
    return _at_least("list-items", sum(line.kind == "item" for line in md.read(sample)))


def code(sample: str) -> str:
    """As many code blocks as the sample has; empty where it has none."""
    return _at_least("code-blocks", sum(line.kind == "fence" for line in md.read(sample)) // 2)


def paragraphs(sample: str) -> str:
    """As many paragraphs of prose as the sample has; empty where it has none."""
    return _at_least("paragraphs", sum(md.read(block)[0].kind == "prose" for block in md.blocks(sample)))


def _at_least(name: str, count: int) -> str:
    return f"- {name}: {{at_least: {count}}}" if count else ""


def length(sample: str, share: float = 0.7) -> str:
    """A good part of the sample's characters, in round numbers."""
    return f"- length: {{characters: {{at_least: {max(_round(_size(sample) * share), 1)}}}}}"


def no_longer(sample: str) -> str:
    """At most half as many characters again as the sample has, in round numbers."""
    return f"- length: {{characters: {{at_most: {_round(_size(sample) * 1.5) + 1}}}}}"


def chinese(sample: str) -> str:
    """A good part of the sample's Chinese characters; where it is in another language, hardly more than it has."""
    count = weigh(sample)["Han"]
    much = count > _size(sample) / 3
    wanted = f"at_least: {_round(count * 0.7)}" if much else f"at_most: {_round(count * 1.5) + 20}"
    return f"- length: {{chinese: {{{wanted}}}}}"


def _size(sample: str) -> int:
    return sum(map(len, sample.split()))


def _round(number: float) -> int:
    """Down to two digits that count."""
    unit: int = 10 ** max(len(str(int(number))) - 2, 0)
    return int(number) // unit * unit


def starts(sample: str) -> str:
    """The marks with which the sample begins; empty where it begins with a word."""
    first = md.read(sample.strip())[0]
    mark = first.lead.strip() or first.body.strip()[:1].replace("'", "''")
    return "" if mark.isalnum() else f"- matches: '\\A\\s*{mark if set(mark) == {'#'} else re.escape(mark)}'"


def about(words: tuple[str, ...], sample: str) -> Advice:
    """The subject's words, as often as the sample has them, but no more than three times."""
    count = sum(sample.casefold().count(word.casefold()) for word in words if word)
    if not count:
        return ()
    pattern = "|".join(re.escape(word).replace("'", "''") for word in words if word.isprintable() and word)
    return (f"- matches: {{pattern: '(?i){pattern}', at_least: {min(count, 3)}}}",)


def telling(sample: str) -> Advice:
    """Whatever the sample has that other texts have not, what is hardest to have by chance first."""
    json = "- json:" if find_json(sample) else ""
    found = (json, tables(sample), largest_table(sample), code(sample), headings(sample), items(sample), length(sample))
    return tuple(line for line in found if line)


def first(*lines: str, sample: str = "") -> Advice:
    """These lines, and after them whatever tells the sample."""
    return tuple(dict.fromkeys(line for line in (*lines, *(telling(sample) if sample else ())) if line))
