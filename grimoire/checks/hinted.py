"""Long alternations of phrases of which only those are looked for whose words the text has.

An alternation that ignores case is tried at each character of a text, every phrase of it. Most texts lack a word
without which a phrase cannot stand there, and the words of a text are had once for all alternations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec

from grimoire.expression import Expression

_LETTERS = bytes(code | 32 if chr(code).isalpha() and code < 128 else 32 for code in range(256))  # noqa: PLR2004  # ASCII
_TAKEN_FOR = {"İ": "i", "ı": "i", "ſ": "s", "\N{KELVIN SIGN}": "k"}
"""Characters that an expression which ignores case takes for letters of ASCII."""


class Words(msgspec.Struct, frozen=True):
    """Words of which one must be there, or one with one of the beginnings."""

    words: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()

    def begin_none(self, words: frozenset[str]) -> bool:
        """Whether none of the words of a text has one of the beginnings."""
        return not self.beginnings or not any(word.startswith(self.beginnings) for word in words)


Need = tuple[Words, ...]


@lru_cache(maxsize=32)
def vocabulary(text: str) -> frozenset[str]:
    """Its words of ASCII letters, in small ones. All else parts words, apostrophes, digits and accented letters too."""
    if not text.isascii() and any(odd in text for odd in _TAKEN_FOR):
        for odd, letter in _TAKEN_FOR.items():
            text = text.replace(odd, letter)
    return frozenset(text.encode("latin-1", "replace").translate(_LETTERS).decode("ascii").split())


class Phrase(msgspec.Struct, frozen=True):
    """One alternative. Without needs it is one that holds a character beyond ASCII."""

    needs: tuple[Need, ...]
    expression: Expression

    def may_stand_in(self, text: str) -> bool:
        """Whether nothing is missing without which the phrase cannot stand there; loops, as it is asked so often."""
        if not self.needs:
            return not text.isascii()
        words = vocabulary(text)
        for need in self.needs:
            for group in need:
                if words.isdisjoint(group.words) and group.begin_none(words):
                    break
            else:
                return True
        return False


def phrase(needs: str, source: str, flags: int = re.IGNORECASE) -> Phrase:
    """A phrase that needs, in small letters, one word of each group: `i | can could`, or so, or else: `a | b / c`.

    `provid*` is any word that begins so. Without needs, it is a phrase that holds a character beyond ASCII.
    """
    read = [tuple(map(_group, need.split("|"))) for need in needs.split("/") if need.strip()]
    return Phrase(tuple(read), Expression(source, flags))


def _group(listed: str) -> Words:
    words = listed.split()
    beginnings = tuple(word[:-1] for word in words if word.endswith("*"))
    return Words(frozenset(word for word in words if not word.endswith("*")), beginnings)


class Hinted:
    """An alternation of phrases, none of which may be empty; it finds what the alternation in one expression would."""

    def __init__(self, *phrases: Phrase) -> None:
        self.phrases = phrases

    def may_stand_in(self, text: str) -> bool:
        """Whether any of the phrases may stand in the text."""
        return any(one.may_stand_in(text) for one in self.phrases)

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        """The first match from `start` on; of two that begin at one place that of the phrase named first."""
        return _first(self._possible(text), text, start)

    def finditer(self, text: str, start: int = 0) -> Iterator[re.Match[str]]:
        """All matches from `start` on that do not overlap."""
        possible = self._possible(text)
        while found := _first(possible, text, start):
            yield found
            start = found.end()

    def _possible(self, text: str) -> list[Phrase]:
        return [one for one in self.phrases if one.may_stand_in(text)]


def _first(phrases: Sequence[Phrase], text: str, start: int) -> re.Match[str] | None:
    matches = [match for one in phrases if (match := one.expression.search(text, start))]
    return min(matches, key=re.Match.start, default=None)
