"""What a name that the ledger does not know may have been meant for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grimoire.conversation import Wanted
    from grimoire.ledger import SqliteLedger


def is_backend(name: str, wanted: str) -> bool:
    """Whether BACKEND/MODEL is the one that is wanted, by its whole name or as BACKEND."""
    return wanted.strip().casefold() in {name.casefold(), name.partition("/")[0].casefold()}


def near_backend(known: Iterable[str], wanted: str) -> str:
    """The nearest of those known, BACKEND/MODEL, as a question; where none is near all of them; of none, nothing."""
    names = sorted(set(known))
    near = _near(names if "/" in wanted else {name.partition("/")[0] for name in names}, wanted)
    return near or (f"it knows {', '.join(names)}" if names else "")


def unknown_to_log(store: SqliteLedger, wanted: Wanted) -> str:
    """What is said of a spell or backend of which there is no cast at all; empty where there is one."""
    spells, backends = store.cast_names()
    parts = {part for spell in spells for part in (spell, *spell.split("+")) if part}
    said = []
    if wanted.spell and wanted.spell not in parts:
        said += [f"no spell `{wanted.spell}` was cast", _near(parts, wanted.spell)]
    if wanted.backend and wanted.backend not in {*backends, *(name.partition("/")[0] for name in backends)}:
        said += [f"no cast was sent to `{wanted.backend}`", near_backend(backends, wanted.backend)]
    return "; ".join(filter(None, said))


def _near(known: Iterable[str], wanted: str) -> str:
    import difflib

    near = difflib.get_close_matches(wanted.strip().casefold(), sorted(known), n=1)
    return f"did you mean `{near[0]}`?" if near else ""
