"""Marks that travel with a text, so that a translation put in another text's place is found out.

The tokens of a request are numbered through: no two of its texts share a number. A text without tokens gets one in
front of it, of kind `line`. A translation that comes back with the mark of another text is no translation of this one;
one that comes back without any is taken as it is, for some engines drop what means nothing to them.
"""

from __future__ import annotations

import re

import msgspec

from grimoire.segment import Segment
from grimoire.translators.brackets import Brackets


class Mark(msgspec.Struct, frozen=True):
    """How one segment of a request is told from the others: `first` is its first token's number there."""

    first: int
    brackets: Brackets

    def put(self, segment: Segment, *, alone: bool) -> Segment:
        """The segment as it is sent; one that is alone in its request needs no mark."""
        text = self.brackets.shift(segment.text, self.first)
        if segment.kinds or alone:
            return msgspec.structs.replace(segment, text=text)
        return msgspec.structs.replace(segment, text=f"{self.brackets.token(self.first)} {text}", kinds=("line",))

    def take(self, segment: Segment, answer: str) -> str:
        """An answer with the segment's own numbers, without its mark; empty where it is another text's."""
        if not segment.kinds:
            found = set(self.brackets.numbers(answer))
            if found and found != {str(self.first)}:
                return ""
            return _unmarked(answer, self.brackets.token(self.first))
        return self.brackets.shift(answer, -self.first)


def _unmarked(text: str, token: str) -> str:
    """Without the token, and without the spaces that set it off."""
    return re.sub(
        rf"\s*{re.escape(token)}\s*", lambda match: " " if match.start() and match.end() < len(text) else "", text
    )
