"""Which text of a spell is meant: its own, or a translation."""

from __future__ import annotations

from collections.abc import Sequence

from grimoire import languages
from grimoire.cli.output import note
from grimoire.errors import UnknownName, UsageError
from grimoire.library import Library
from grimoire.spell import Spell, Translation


def choose_text(library: Library, spell: Spell, language: str) -> Spell | Translation:
    """The spell itself, or its translation into a language given by code or name; a stale one with a note.

    Raises:
        UnknownName: there is no such language, or no such translation.
        InvalidFile: the translation is not valid.
    """
    code = languages.resolve(language) if language else spell.language
    if code == spell.language:
        return spell
    translation = library.translation(spell, code)
    if translation is None:
        message = f"`{spell.name}` has no translation into {code}"
        raise UnknownName(message, hint=f"grimoire translate {spell.name} --to {code}")
    if translation.source != spell.source_digest:
        note(f"note: the translation of {spell.name} into {code} is stale: the spell has changed since")
    if translation.status == "needs-review":
        lines = f"{len(translation.review)} of its lines" if translation.review else "it"
        note(f"note: the translation of {spell.name} into {code} needs review: {lines}; what has none is in its source")
    return translation


def refuse_namesakes(spells: Sequence[Spell]) -> None:
    """Two files may hold spells of one name, but a batch, its checks and the ledger know a spell by its name alone."""
    first: dict[str, Spell] = {}
    for spell in spells:
        if first.setdefault(spell.name, spell) is not spell:
            message = f"two spells are named `{spell.name}`: {first[spell.name].path} and {spell.path}"
            raise UsageError(message, hint="try them one after the other")
