"""Which spells can be tried by themselves: tasks with a prompt of their own, and no parts or chains of them."""

from __future__ import annotations

from collections.abc import Sequence

from grimoire.cli import output
from grimoire.errors import UsageError
from grimoire.spell import Spell


def untried(spell: Spell) -> str:
    """Why a spell is not tried by itself; empty where it is."""
    if spell.chain:
        return "is a chain: try the spells of its steps"
    return "" if spell.role == "task" else f"is a {spell.role}: it is cast with a task, by --with"


def leave_out(spells: Sequence[Spell], named: Sequence[str]) -> list[Spell]:
    """Those that can be tried; that others are left out is told in a line.

    Raises:
        UsageError: one of them was named, and not found by a glob.
    """
    kept = [spell for spell in spells if not untried(spell)]
    others = [spell for spell in spells if untried(spell)]
    for spell in others:
        if spell.name in named or str(spell.path) in named:
            raise UsageError(f"`{spell.name}` {untried(spell)}")
    if others:
        kinds = [spell.role if spell.role != "task" else "chain" for spell in others]
        counted = ", ".join(output.count(kinds.count(kind), kind) for kind in dict.fromkeys(kinds))
        output.note(f"left out: {counted}, which are not tried by themselves")
    return kept
