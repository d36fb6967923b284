"""Pick a spell on a terminal."""

from __future__ import annotations

from grimoire.errors import UsageError
from grimoire.library import Library


def pick_spell(library: Library) -> str:
    """The name of the spell that a person picks. Raises UsageError where there is no terminal."""
    raise UsageError("no spell named", hint="`grimoire list` shows them all")
