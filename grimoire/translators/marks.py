"""Marks that travel with a text, so that a translation in another text's place, or without its end, is found out.

The tokens of a request are numbered through: no two of its texts share a number. Each text ends with one more, of kind
`line`: its mark. A translation with another text's mark is no translation of this one. One without any is no better
where the engine keeps most: the end was cut off, the mark became words, or the text is an answer. An engine that loses
more than it keeps is taken at its word, for some drop what means nothing to them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import msgspec

from grimoire.segment import Segment
from grimoire.translators.brackets import Brackets


class Mark(msgspec.Struct, frozen=True):
    """How one segment of a request is told from the others: `first` is its first token's number there.

    One that is `alone` in its request is sent without a mark: nothing can be mistaken for it.
    """

    first: int
    segment: Segment
    brackets: Brackets
    alone: bool = False

    @property
    def number(self) -> int:
        """The mark's own, after those of the segment's tokens."""
        return self.first + len(self.segment.kinds)

    def put(self) -> Segment:
        """The segment as it is sent."""
        text = self.brackets.shift(self.segment.text, self.first)
        if self.alone:
            return msgspec.structs.replace(self.segment, text=text)
        marked = f"{text} {self.brackets.token(self.number)}"
        return msgspec.structs.replace(self.segment, text=marked, kinds=(*self.segment.kinds, "line"))

    def take(self, answer: str) -> str | None:
        """An answer with the segment's own numbers, without its mark; None where all its tokens are other texts'."""
        found = {int(digits) for digits in self.brackets.numbers(answer)}
        if found and not self.alone and found.isdisjoint(range(self.first, self.number + 1)):
            return None
        return self.brackets.shift(_without(answer, self.brackets, self.number), -self.first)

    def fate(self, answer: str) -> int:
        """1 if the mark came back, -1 if the answer is without; 0 if there is nothing to tell."""
        if not answer:
            return 0
        return 1 if self.number in map(int, self.brackets.numbers(answer)) else -1


def number_through(segments: Sequence[Segment], brackets: Sequence[Brackets]) -> list[Mark]:
    """The marks of a request's segments; `brackets` are those of each."""
    firsts = itertools.accumulate((len(segment.kinds) + 1 for segment in segments[:-1]), initial=0)
    alone = len(segments) == 1
    return [Mark(first, segment, pair, alone) for first, segment, pair in zip(firsts, segments, brackets, strict=True)]


def take_all(marks: Sequence[Mark], answers: Sequence[str], kept: int) -> tuple[list[str | None], int]:
    """The answers of a request, each as its mark takes it, and by how much more marks were kept than lost.

    `kept` is that number before. While it is above 0, an answer that lost its mark is none.
    """
    fates = [0 if mark.alone else mark.fate(answer) for mark, answer in zip(marks, answers, strict=True)]
    kept += sum(fates)
    taken = [
        None if fate < 0 < kept else mark.take(answer) for mark, answer, fate in zip(marks, answers, fates, strict=True)
    ]
    return taken, kept


def _without(text: str, brackets: Brackets, number: int) -> str:
    """Without the tokens of one number, and without the spaces that set them off."""
    pieces, position = [], 0
    for match in brackets.pattern.finditer(text) if brackets.opening in text else ():
        if int(match[1]) == number:
            pieces.append(text[position : match.start()].strip())
            position = match.end()
    return _joined([*pieces, text[position:].strip()]) if position else text


def _joined(pieces: Sequence[str]) -> str:
    """Pieces with a space between words that would run together, and none elsewhere."""
    joined = ""
    for piece in filter(None, pieces):
        words = joined[-1:].isascii() and joined[-1:].isalnum() and piece[0].isalnum()
        joined += f" {piece}" if words else piece
    return joined
