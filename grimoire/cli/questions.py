"""What a cast is made of: the inputs, and the questions that come of them."""

from __future__ import annotations

import msgspec

from grimoire.record import Cell
from grimoire.spell import Case, Spell
from grimoire.trial.paced import Paced


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """One set of inputs to cast with.

    `label` names it where there are several: a file's path, `line 3`, `object 3`. `given` is the object it was read
    from, for whoever reads the answers as JSON.
    """

    case: Case
    label: str = ""
    given: dict[str, object] | None = None


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to ask. `spell` is what its answer is judged by; of a follow-up it is a stand-in with few checks."""

    cell: Cell
    backend: Paced
    spell: Spell
    label: str = ""
    given: dict[str, object] | None = None
