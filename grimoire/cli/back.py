"""`grimoire translate --back`: translate translations back, and rank them by how little comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from grimoire.cli import output, wiring
from grimoire.errors import InvalidFile, ServiceError
from grimoire.spell import Spell, Translation
from grimoire.terminal import one_line

if TYPE_CHECKING:
    from grimoire.library import Library
    from grimoire.settings import Settings
    from grimoire.translators.back import Likeness


class Row(msgspec.Struct, frozen=True):
    """One spell: how alike its source and what came back are, from 0 to 1, and the line that lost most."""

    spell: str
    language: str
    likeness: float
    worst_line: int
    source: str
    target: str
    back: str


def back_translate(
    settings: Settings, library: Library, spells: Sequence[Spell], language: str, engine: str, *, json: bool
) -> int:
    """Rank the translations into a language, least alike first; the exit code: 3 where one had no answer.

    A ranking aid only: a low score says "look here", not "this is wrong".
    """
    import asyncio

    pairs = [(spell, found) for spell in spells if (found := _translation(library, spell, language))]
    if not pairs:
        output.note(f"nothing is translated into {language}")
        return 0
    scored, unanswered = asyncio.run(_ask(settings, pairs, engine))
    rows = [
        Row(spell.name, language, round(score.likeness, 3), score.line, score.source, score.target, score.back)
        for spell, _ in pairs
        if (score := scored.get(spell.name))
    ]
    _show(sorted(rows, key=lambda row: row.likeness), json=json)
    output.note("a ranking aid: a low score says where to look, not that something is wrong")
    for name, error in unanswered.items():
        output.note_error(f"no answer: {name}", error)
    if unanswered:
        output.note(f"{len(unanswered)} without an answer")
    return 3 if unanswered else 0


def _translation(library: Library, spell: Spell, language: str) -> Translation | None:
    try:
        return library.translation(spell, language)
    except InvalidFile as error:
        output.warn(error.problems)
        return None


async def _ask(
    settings: Settings, pairs: Sequence[tuple[Spell, Translation]], engine: str
) -> tuple[Mapping[str, Likeness], Mapping[str, ServiceError]]:
    from grimoire.translators.back import compare_back

    with wiring.open_memory(settings) as memory:
        async with wiring.open_translator(settings, engine) as translator:
            return await compare_back(pairs, translator, memory)


def _show(rows: Sequence[Row], *, json: bool) -> None:
    if json:
        for row in rows:
            output.emit_json(row, lines=True)
        return
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("likeness", justify="right")
    table.add_column("spell", no_wrap=True)
    table.add_column("line", justify="right")
    for heading in ("source", "translation", "back"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        texts = (one_line(text, 120) for text in (row.source, row.target, row.back))
        table.add_row(f"{row.likeness:.2f}", row.spell, str(row.worst_line), *texts)
    output.emit_table(table)
