"""Answers whose tables, lists or headings are gone, or are half of what they were."""

from __future__ import annotations

from grimoire.mutants import advice
from grimoire.mutants import lines as md
from grimoire.mutants.material import Material, Mutant, shown

FEW = 3
"""Items, or rows, of which half are plainly fewer."""


def drop_tables(material: Material) -> Mutant | None:
    """Without its tables."""
    lines = md.read(material.sample)
    tables = md.tables(lines)
    if not tables:
        return None
    text = md.without(lines, (number for table in tables for number in table))
    return Mutant(
        text=text, what=f"0 of {len(tables)} tables left", advice=advice.first(advice.tables(material.sample))
    )


def halve_rows(material: Material) -> Mutant | None:
    """Each table with half its rows."""
    lines = md.read(material.sample)
    tables = [table for table in md.tables(lines) if len(table) - 2 >= FEW]
    if not tables:
        return None
    gone = [number for table in tables for number in table[2 + (len(table) - 1) // 2 :]]
    rows = sum(len(table) - 2 for table in tables)
    return Mutant(
        text=md.without(lines, gone),
        what=f"{rows - len(gone)} of {rows} rows left",
        advice=advice.first(advice.tables(material.sample, columns=False), advice.largest_table(material.sample)),
    )


def table_as_prose(material: Material) -> Mutant | None:
    """What its tables say, told in sentences."""
    lines = md.read(material.sample)
    tables = md.tables(lines)
    if not tables:
        return None
    told: dict[int, md.Line | None] = {}
    stop, colon, comma = ("。", "：", "，") if material.spoken == "zh" else (".", ": ", ", ")
    for table in tables:
        told |= dict.fromkeys(table[:2])
        for number in table[2:]:
            first, *others = md.cells(lines[number])
            told[number] = md.Line("prose", "", f"{first}{colon}{comma.join(others)}{stop}\n")
    text = md.write(told[n] or md.Line("blank", "", "") if n in told else line for n, line in enumerate(lines))
    what = f"{len(tables)} tables told in sentences" if len(tables) > 1 else "the table told in sentences"
    return Mutant(text=text, what=what, advice=advice.first(advice.tables(material.sample)))


def drop_column(material: Material) -> Mutant | None:
    """Each table without its last column."""
    lines = md.read(material.sample)
    tables = [table for table in md.tables(lines) if len(md.cells(lines[table[0]])) >= FEW]
    if not tables:
        return None
    lost = md.cells(lines[tables[0][0]])[-1]
    for number in (number for table in tables for number in table):
        lines[number] = md.row(md.cells(lines[number])[:-1])
    more = f", and the last of {len(tables) - 1} more tables" if len(tables) > 1 else ""
    what = f"the column {shown(lost)} is missing{more}"
    advised = advice.first(advice.tables(material.sample, rows=False), advice.largest_table(material.sample))
    return Mutant(text=md.write(lines), what=what, advice=advised)


def halve_list(material: Material) -> Mutant | None:
    """Each list with half its items."""
    lines = md.read(material.sample)
    lists = [items for items in md.lists(lines) if len(items) > 1]
    items = sum(map(len, lists))
    if items < FEW:
        return None
    cut = [item for found in lists for item in found[(len(found) + 1) // 2 :]]
    gone = {number for item in cut for number in md.belonging(lines, item)}
    what = f"{items - len(cut)} of {items} items left"
    return Mutant(text=md.without(lines, gone), what=what, advice=advice.first(advice.items(material.sample)))


def list_as_prose(material: Material) -> Mutant | None:
    """What its lists say, without bullets and numbers."""
    lines = md.read(material.sample)
    items = [line for line in lines if line.kind == "item"]
    if len(items) < FEW:
        return None
    text = md.write(md.Line("prose", "", f"{x.body}\n") if x.kind == "item" else x for x in lines)
    return Mutant(
        text=text, what=f"0 of {len(items)} items left as such", advice=advice.first(advice.items(material.sample))
    )


def drop_headings(material: Material) -> Mutant | None:
    """Its headings are lines like any other."""
    lines = md.read(material.sample)
    count = sum(line.kind == "heading" for line in lines)
    if not count:
        return None
    text = md.write(md.Line("prose", "", x.body) if x.kind == "heading" else x for x in lines)
    return Mutant(text=text, what=f"0 of {count} headings left", advice=advice.first(advice.headings(material.sample)))
