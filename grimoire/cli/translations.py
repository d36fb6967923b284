"""Which translations are missing or stale, and making them: for `translate` and for `trial`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from grimoire import yamlfile
from grimoire.cli import output, wiring
from grimoire.errors import InvalidFile, ServiceError, TranslationRefused
from grimoire.spell import Spell

if TYPE_CHECKING:
    from grimoire.library import Library
    from grimoire.ports import Translator
    from grimoire.settings import Settings

State = Literal["missing", "stale", "invalid", "current"]


class Outdated(msgspec.Struct, frozen=True):
    """A spell whose translation into a language is not what it should be. A reviewed one is a person's work."""

    spell: Spell
    language: str
    state: State
    reviewed: bool = False

    def explain(self, translator: str) -> str:
        """What will be done about it, in one line."""
        what = f"its translation into {self.language} is {self.state}"
        if self.reviewed:
            return f"{what}, and reviewed: used as it is (grimoire translate {self.spell.name} --force makes it anew)"
        if translator:
            return f"{what}: {translator} makes it"
        used = "left out" if self.state in {"missing", "invalid"} else "used as it is"
        return f"{what}: {used} (grimoire translate {self.spell.name} --to {self.language} makes it)"


class Made(msgspec.Struct):
    """What became of a batch of translations."""

    written: int = 0
    refused: int = 0
    unanswered: int = 0


def inspect(library: Library, spell: Spell, language: str) -> Outdated:
    """How a spell's translation stands."""
    try:
        found = library.translation(spell, language)
    except InvalidFile:
        return Outdated(spell, language, "invalid", _is_persons(library.translation_path(spell, language)))
    if found is None:
        return Outdated(spell, language, "missing")
    state: State = "current" if found.source == spell.source_digest else "stale"
    return Outdated(spell, language, state, found.status == "reviewed")


def _is_persons(path: Path) -> bool:
    """Whether a translation that is not valid (its spell gained a variable, say) is a person's work for all we know."""
    try:
        data = yamlfile.read(path).data
    except InvalidFile:
        return True
    return not isinstance(data, dict) or data.get("status", "machine") not in {"machine", "needs-review"}


def outdated(library: Library, spells: Sequence[Spell], language: str) -> list[Outdated]:
    """Every spell whose translation into a language is missing, stale or not valid."""
    states = [inspect(library, spell, language) for spell in spells if spell.language != language]
    return [state for state in states if state.state != "current"]


def translate_all(settings: Settings, library: Library, batch: Sequence[Outdated], engine: str) -> Made:
    """Translate and save those that are not a person's work. One that fails is told and never ends the batch."""
    import asyncio

    async def translate_each() -> Made:
        made = Made()
        async with wiring.open_translator(settings, engine) as translator:
            for late in batch:
                if not late.reviewed:
                    await _translate(library, translator, late, made)
        return made

    return asyncio.run(translate_each())


async def _translate(library: Library, translator: Translator, late: Outdated, made: Made) -> None:
    from grimoire.translators.spell_translation import translate_spell

    try:
        translation = await translate_spell(late.spell, translator, late.language)
    except TranslationRefused as error:
        output.note_error("refused", error)
        made.refused += 1
    except ServiceError as error:
        output.note_error(f"no answer: {late.spell.name}", error)
        made.unanswered += 1
    else:
        output.note(f"written: {library.save_translation(late.spell, translation)}")
        made.written += 1
