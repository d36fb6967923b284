"""Marks that travel with a text, so that a translation put in another text's place is found out.

The tokens of a request are numbered through: no two of its texts share a number. A text without tokens gets one in
front of it, of kind `line`. A translation that comes back with the mark of another text is no translation of this one.
One without any is no better where other texts of the request kept theirs: the mark may have become words, or the text
an answer. Where none did it is taken as it is, for some engines drop what means nothing to them.
"""

from __future__ import annotations

from collections.abc import Sequence

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
        if segment.kinds:
            return self.brackets.shift(answer, -self.first)
        return "" if set(self.brackets.numbers(answer)) - {str(self.first)} else _unmarked(answer, self.brackets)

    def is_lost(self, segment: Segment, answer: str) -> bool:
        """Whether the segment had a mark and its answer has none."""
        return not segment.kinds and bool(answer) and not self.brackets.numbers(answer)


def take_all(marks: Sequence[Mark], segments: Sequence[Segment], answers: Sequence[str]) -> list[str]:
    """The answers of a request, each as its mark takes it; empty where a mark was lost though another came back."""
    trios = list(zip(marks, segments, answers, strict=True))
    lost = [mark.is_lost(segment, answer) for mark, segment, answer in trios]
    marked = [bool(answer) and not segment.kinds for _, segment, answer in trios]
    strict = sum(marked) > sum(lost)
    return [
        "" if gone and strict else mark.take(segment, answer)
        for (mark, segment, answer), gone in zip(trios, lost, strict=True)
    ]


def _unmarked(text: str, brackets: Brackets) -> str:
    """Without the tokens, and without the spaces that set them off."""
    pieces = brackets.pattern.split(text)[::2] if brackets.opening in text else [text]
    return " ".join(piece for piece in (piece.strip() for piece in pieces) if piece) if len(pieces) > 1 else text
