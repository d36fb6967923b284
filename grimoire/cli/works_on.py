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
        UnknownName: the ledger knows nothing of a backend; the nearest that it knows is offered.
    """
    from grimoire.cli import wiring
    from grimoire.cli.status import texts_of
    from grimoire.reports.standings import standings

    with wiring.open_ledger(settings, ledger, reading=True) as store:
        rows = standings(store.judged(), texts_of(library), settings.values.chance)
    found = [{row.spell for row in _of(rows, backend) if _works(row, languages)} for backend in backends]
    return set.intersection(*found) if found else set()


def _of(rows: Sequence[Row], backend: str) -> list[Row]:
    wanted = backend.strip().casefold()
    own = [row for row in rows if wanted in {row.backend.casefold(), row.backend.partition("/")[0].casefold()}]
    if not own:
        raise UnknownName(f"the ledger knows nothing of `{backend}`", hint=_nearest(rows, wanted))
    return own


def _works(row: Row, languages: Sequence[str]) -> bool:
    return row.standing.kind == "works" and (not languages or row.language in languages)


def _nearest(rows: Sequence[Row], wanted: str) -> str:
    import difflib

    known = sorted({row.backend for row in rows})
    near = difflib.get_close_matches(
        wanted, known if "/" in wanted else {name.partition("/")[0] for name in known}, n=1
    )
    if near:
        return f"did you mean `{near[0]}`?"
    return f"it knows {', '.join(known)}" if known else "grimoire trial puts the first answers on record"
