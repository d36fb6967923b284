"""What is read from a prompt, as a value."""

from __future__ import annotations

import msgspec

from grimoire.spell import CheckSpec

RULES = 1
"""Goes up by one whenever another check would be derived from some prompt."""


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """A check derived from a prompt, the words it was read from, and their line in the prompt, from 1.

    `start` and `end` are where the words stand. `covers` are the names of checks that say the same: where a spell has
    one of them, its author has decided. `given` are values of variables among the words, such as `10`: the expectation
    is one of a prompt sent with them.
    """

    spec: CheckSpec
    words: str
    line: int
    start: int
    end: int
    covers: tuple[str, ...]
    given: tuple[str, ...] = ()
