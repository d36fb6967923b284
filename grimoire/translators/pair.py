"""A segment and its translation, as the gates see them."""

from __future__ import annotations

from functools import cached_property

import msgspec

from grimoire.segment import Segment
from grimoire.translators.brackets import Brackets


class Pair(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A segment and its translation, as a gate sees them. `source` and `target` are language codes.

    `names` says what each token stands for, to a person; a `title` has to stay a title; `closed` is as in `Slot`.
    """

    segment: Segment
    result: str
    source: str
    target: str
    brackets: Brackets
    names: tuple[str, ...] = ()
    closed: str = ""
    title: bool = False

    @cached_property
    def words_sent(self) -> str:
        """The segment without its tokens."""
        return self.brackets.replace(self.text, lambda _: " ")

    @cached_property
    def words_back(self) -> str:
        return self.brackets.replace(self.result, lambda _: " ")

    @cached_property
    def tokens_sent(self) -> list[str]:
        return self.brackets.numbers(self.text)

    @cached_property
    def tokens_back(self) -> list[str]:
        return self.brackets.numbers(self.result)

    @property
    def text(self) -> str:
        return self.segment.text

    def name(self, digits: str) -> str:
        """What a token stands for."""
        number = int(digits)
        return self.names[number] if number < len(self.names) and str(number) == digits else f"token {digits}"

    def kind(self, digits: str) -> str:
        """The kind of what a token stands for; empty for a token that was not sent."""
        number = int(digits)
        kinds = self.segment.kinds
        return kinds[number] if number < len(kinds) and str(number) == digits else ""
