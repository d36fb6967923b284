"""Translations opened for a person's work: the units of spells, out and in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from grimoire.errors import InvalidFile, Problem, TranslationRefused
from grimoire.spell import Spell

if TYPE_CHECKING:
    from grimoire.glossary import Glossary
    from grimoire.library import Library
    from grimoire.segment import Unit
    from grimoire.translators.draft import Draft


def open_drafts(
    library: Library, spells: Iterable[Spell], language: str, glossary: Glossary
) -> tuple[list[Draft], list[Problem]]:
    """A draft for each spell that is not in the language already; and why the others have none."""
    drafts: list[Draft] = []
    problems: list[Problem] = []
    for spell in spells:
        if spell.language == language:
            continue
        try:
            drafts.append(open_draft(library, spell, language, glossary))
        except InvalidFile as error:
            problems += error.problems
        except TranslationRefused as error:
            problems.append(Problem(file=str(spell.path), gate="brackets", message=error.message))
    return drafts, problems


def open_draft(library: Library, spell: Spell, language: str, glossary: Glossary) -> Draft:
    """A spell's translation as it is, or an empty one. Raises InvalidFile, TranslationRefused."""
    from grimoire.translators.draft import Draft

    return Draft(spell, library.translation(spell, language), language, glossary)


def placed_units(draft: Draft) -> list[Unit]:
    """A draft's units, each with the file and line where its source stands."""
    from msgspec.structs import replace

    from grimoire import yamlfile
    from grimoire.translators.fields import path_in_file

    path = draft.spell.path
    if path is None:
        return draft.units()
    document = yamlfile.read(path)
    return [
        replace(
            unit,
            file=str(path),
            file_line=document.place_in_text(path_in_file(draft.spell, unit.field), unit.line, 1)[0],
        )
        for unit in draft.units()
    ]
