"""Where every spell stands in every language on every backend, from what the ledger holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from grimoire.verdict import Judged, Standing, stand


class Row(msgspec.Struct, frozen=True):
    """One standing; `rehearsal` ones say nothing of any model."""

    spell: str
    language: str
    backend: str
    rehearsal: bool
    standing: Standing


def standings(
    judged: Iterable[tuple[tuple[str, str, str, bool], list[Judged]]], digests: Mapping[tuple[str, str], str]
) -> list[Row]:
    """Every cell that was ever tried, by spell, language and backend.

    `digests` are those of the texts as they are now, by (spell, language). A text that is no longer in the library
    keeps the standing of its last version.
    """
    rows = []
    for (spell, language, backend, rehearsal), history in judged:
        digest = digests.get((spell, language), history[-1].template)
        rows.append(Row(spell, language, backend, rehearsal, stand(history, digest)))
    return sorted(rows, key=lambda row: (row.rehearsal, row.spell, row.language, row.backend))
