"""Spells joined into one for a cast: which texts are sent, and whether they contradict each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from grimoire import compose
from grimoire.errors import InvalidFile, Problem

if TYPE_CHECKING:
    from grimoire.contradictions import Side
    from grimoire.library import Library
    from grimoire.spell import Spell, Template, Translation


def join_spells(
    library: Library, spells: Sequence[Spell], languages: Sequence[str], *, force: bool = False
) -> tuple[Spell, tuple[Template, ...]]:
    """One spell of several, and its text in each language, or in its task's own where none is named.

    Raises:
        UsageError: they cannot be joined.
        UnknownName: one of them has no text in a language.
        InvalidFile: they contradict each other, of which `force` only warns; or a translation is not valid.
    """
    from grimoire.cli import output

    joined = compose.join(spells)
    texts = []
    for language in languages or [joined.language]:
        parts = part_texts(library, spells, language)
        problems = list(contradiction_problems(spells, parts))
        if problems and not force:
            raise contradicting(problems)
        output.warn(replace(problem, severity="warning") for problem in problems)
        texts.append(compose.join_texts(spells, [part.template for part in parts]))
    return joined, tuple(texts)


def check_castable(spell: Spell) -> None:
    """Raises UsageError for a voice or a format that is cast without a task."""
    if spell.role != "task":
        compose.the_task([spell])


def part_texts(library: Library, spells: Sequence[Spell], language: str) -> list[Spell | Translation]:
    """Each part's text in a language, in their order. Raises UnknownName, InvalidFile."""
    from grimoire.cli.choose import choose_text

    return [choose_text(library, spell, language) for spell in spells]


def contradiction_problems(spells: Sequence[Spell], parts: Sequence[Spell | Translation]) -> Iterator[Problem]:
    """What contradicts each other in the texts of some spells, where the first of the two stands."""
    from grimoire.contradictions import find

    for found in find(spells, [part.template for part in parts]):
        file, line, column = _place(spells, parts, found.first)
        there, its_line, _ = _place(spells, parts, found.second)
        first, second = (f"`{spells[side.part].name}` has {_quoted(side)}" for side in (found.first, found.second))
        message = f"{found.what}: {first}, {second}" + (f" ({there}:{its_line})" if there else "")
        yield Problem(file=file, line=line, column=column, gate="contradiction", message=message)


def contradicting(problems: Sequence[Problem]) -> InvalidFile:
    """The error that says so, one line each."""
    last = replace(problems[-1], hint="leave one of them out, or cast them all the same with --force")
    return InvalidFile([*problems[:-1], last])


def _quoted(side: Side) -> str:
    return side.words if side.check is not None or not side.line else f"“{side.words}”"


def _place(spells: Sequence[Spell], parts: Sequence[Spell | Translation], side: Side) -> tuple[str, int, int]:
    """File, line and column of what a part demands; a check stands in the spell's own file."""
    from grimoire import yamlfile

    said = spells[side.part] if side.check is not None else parts[side.part]
    if said.path is None:
        return spells[side.part].name, 0, 0
    document = yamlfile.read(said.path)
    if side.check is not None:
        place = document.place(("checks", side.check))
    else:
        place = document.place_in_text(("prompt",), side.line, 1) if side.line else document.place(("role",))
    return str(said.path), *place
