"""Opaque tokens: numbers between a pair of brackets that the text does not use, in place of what must not change."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import msgspec

from grimoire.errors import TranslationRefused

# Rare, mirrored, not in any keyboard layout, and in the fonts and vocabularies of the engines.
_PAIRS = ("⟦⟧", "⦃⦄", "⟪⟫", "⧼⧽", "⦗⦘", "⌊⌋")
_PRIVATE = range(0xF0000, 0xFFFFE, 2)


class Brackets(msgspec.Struct, frozen=True):
    """One pair. A token is read with spaces inside too, because engines like to set them."""

    opening: str
    closing: str

    def token(self, number: int) -> str:
        return f"{self.opening}{number}{self.closing}"

    @property
    def pattern(self) -> re.Pattern[str]:
        """Matches one token; its only group holds the digits."""
        return _token_pattern(self.opening, self.closing)

    def numbers(self, text: str) -> list[str]:
        """The digits of every token, in order, as they are written (`00` is not `0`)."""
        return self.pattern.findall(text) if self.opening in text else []

    def shift(self, text: str, by: int) -> str:
        """Every token's number made greater by `by`, or smaller; one that would be negative stays, and so is wrong."""
        return self.replace(text, lambda digits: self.token(int(digits) + by if int(digits) + by >= 0 else 10**6))

    def replace(self, text: str, by: Callable[[str], str]) -> str:
        """Replace each token by what `by` says for its digits."""
        return self.pattern.sub(lambda match: by(match[1]), text) if self.opening in text else text


@lru_cache(maxsize=64)
def _token_pattern(opening: str, closing: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(opening)}\s{{0,3}}([0-9]{{1,6}})\s{{0,3}}{re.escape(closing)}")


def choose(texts: Iterable[str]) -> Brackets:
    """The first pair of which neither half occurs in any of the texts.

    Raises:
        TranslationRefused: the texts use every pair; only a text made for it does.
    """
    used = set().union(*texts)
    for opening, closing in _candidates():
        if opening not in used and closing not in used:
            return Brackets(opening, closing)
    raise TranslationRefused("the text uses every bracket that could protect its placeholders")


def _candidates() -> Iterator[tuple[str, str]]:
    for pair in _PAIRS:
        yield pair[0], pair[1]
    for code in _PRIVATE:
        yield chr(code), chr(code + 1)
