"""Marks that travel with a text, so that a translation put in another text's place is found out.

The tokens of a request are numbered through: no two of its texts share a number. A text without tokens gets one in
front of it, of kind `line`. A translation that comes back with the mark of another text is no translation of this one.
One without any is no better where the engine keeps most: the mark may have become words, or the text an answer. An
engine that loses more than it keeps is taken at its word, for some drop what means nothing to them.
"""

from __future__ import annotations

import itertools
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

    def take(self, segment: Segment, answer: str) -> str | None:
        """An answer with the segment's own numbers, without its mark; None where it is another text's."""
        if segment.kinds:
            return self.brackets.shift(answer, -self.first)
        return None if set(self.brackets.numbers(answer)) - {str(self.first)} else _unmarked(answer, self.brackets)

    def fate(self, segment: Segment, answer: str) -> int:
        """Of a marked segment: 1 if its mark came back, -1 if the answer is without; 0 if there is nothing to tell."""
        if segment.kinds or not answer:
            return 0
        found = self.brackets.numbers(answer)
        return 1 if str(self.first) in found else 0 if found else -1


def number_through(segments: Sequence[Segment], brackets: Sequence[Brackets]) -> tuple[list[Mark], list[Segment]]:
    """The marks of a request's segments, and the segments as they are sent; `brackets` are those of each."""
    # One without tokens needs a number too, as its mark.
    firsts = itertools.accumulate((max(1, len(segment.kinds)) for segment in segments[:-1]), initial=0)
    marks = [Mark(first, pair) for first, pair in zip(firsts, brackets, strict=True)]
    return marks, [mark.put(segment, alone=len(segments) == 1) for mark, segment in zip(marks, segments, strict=True)]


def take_all(
    marks: Sequence[Mark], segments: Sequence[Segment], answers: Sequence[str], kept: int
) -> tuple[list[str | None], int]:
    """The answers of a request, each as its mark takes it, and by how much more marks were kept than lost.

    `kept` is that number before. While it is above 0, an answer that lost its mark is none.
    """
    trios = list(zip(marks, segments, answers, strict=True))
    fates = [mark.fate(segment, answer) for mark, segment, answer in trios]
    kept += sum(fates)
    taken = [
        None if fate < 0 < kept else mark.take(segment, answer)
        for (mark, segment, answer), fate in zip(trios, fates, strict=True)
    ]
    return taken, kept


def _unmarked(text: str, brackets: Brackets) -> str:
    """Without the tokens, and without the spaces that set them off."""
    pieces = brackets.pattern.split(text)[::2] if brackets.opening in text else [text]
    return " ".join(piece for piece in (piece.strip() for piece in pieces) if piece) if len(pieces) > 1 else text
