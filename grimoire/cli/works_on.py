"""Which spells work on a backend, as the ledger has it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grimoire.errors import UnknownName

if TYPE_CHECKING:
    from grimoire.reports.standings import Row
    from grimoire.settings import Settings
    from grimoire.spell import Spell, Translation


def working(
    settings: Settings,
    ledger: Path | None,
    library: Sequence[tuple[Spell, Sequence[Translation]]],
    backends: Sequence[str],
    languages: Sequence[str],
) -> set[str]:
    """The spells that work on every one of the backends, in one of the languages; in any where none is named.

    BACKEND alone is any of its models. A rehearsal counts only where it is named.

    Raises:
        UnknownName: the ledger knows no trial of a backend; the nearest that it knows is offered.
    """
    from grimoire.cli import wiring
    from grimoire.cli.known_names import is_backend
    from grimoire.cli.status import texts_of
    from grimoire.reports.standings import standings

    with wiring.open_ledger(settings, ledger, reading=True) as store:
        rows = standings(store.judged(), texts_of(library), settings.values.chance)
        tried = {row.backend for row in rows}
        for backend in backends:
            if not any(is_backend(name, backend) for name in tried):
                raise _untried(backend, tried, store.cast_names()[1])
    found = [
        {row.spell for row in rows if is_backend(row.backend, backend) and _works(row, languages)}
        for backend in backends
    ]
    return set.intersection(*found) if found else set()


def _untried(backend: str, tried: set[str], cast: set[str]) -> UnknownName:
    """Of a backend without a trial; casts to it make no standing, but say that its name is right."""
    from grimoire.cli.known_names import is_backend, near_backend

    if any(is_backend(name, backend) for name in cast):
        hint = f"what was cast says nothing of which spells work there; grimoire trial --all -m {backend} does"
        return UnknownName(f"the ledger knows no trial of `{backend}`", hint=hint)
    hint = near_backend(tried, backend) or "grimoire trial puts the first answers on record"
    return UnknownName(f"the ledger knows nothing of `{backend}`", hint=hint)


def _works(row: Row, languages: Sequence[str]) -> bool:
    return row.standing.kind == "works" and (not languages or row.language in languages)
