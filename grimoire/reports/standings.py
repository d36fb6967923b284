"""Where every spell stands in every language on every backend, from what the ledger holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from grimoire.chance import Chance
from grimoire.spell import Spell, Template
from grimoire.standing import Judged, Standing, stand


class Row(msgspec.Struct, frozen=True):
    """One standing; `rehearsal` ones say nothing of any model."""

    spell: str
    language: str
    backend: str
    rehearsal: bool
    standing: Standing

    @property
    def changed(self) -> bool:
        """Whether the latest run brought news, or the text has moved on from what is known."""
        return self.standing.change in {"new", "regressed", "recovered"} or self.standing.kind == "stale"


class Text(msgspec.Struct, frozen=True):
    """A spell's text in one language as it is now: its digest, and the cases it is tried with."""

    digest: str
    cases: frozenset[str]


Texts = Mapping[tuple[str, str], Text]
"""By spell and language."""


def text_of(spell: Spell, template: Template) -> Text:
    """What is looked at of a spell's text in one language."""
    return Text(template.digest, frozenset(case.id for case in spell.cases))


def standings(
    judged: Iterable[tuple[tuple[str, str, str, bool], list[Judged]]], texts: Texts, chance: Chance | None = None
) -> list[Row]:
    """Every cell that was ever tried, by spell, language and backend.

    A text that is no longer in the library keeps the standing of its last version. A rehearsal, in which nothing
    happens by chance, is never in doubt.
    """
    rows = []
    for (spell, language, backend, rehearsal), history in judged:
        text = texts.get((spell, language))
        standing = stand(history, text.digest if text else history[-1].template, chance, text.cases if text else None)
        if rehearsal:
            standing = msgspec.structs.replace(standing, doubt=False)
        rows.append(Row(spell, language, backend, rehearsal, standing))
    return sorted(rows, key=lambda row: (row.rehearsal, row.spell, row.language, row.backend))
