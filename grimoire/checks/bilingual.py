"""Alternations of phrases in English and Chinese, of which only those of the languages that a text has are looked for.

To compile the Chinese half of some takes longer than to judge an answer without them.
"""

from __future__ import annotations

import re

from grimoire.checks.phrases import any_of
from grimoire.expression import Expression

HAN = "一"
"""The first Chinese character: a text whose greatest is less has none."""
_LETTER = Expression("[A-Za-zİıſ\N{KELVIN SIGN}]")  # with what an expression that ignores case takes for letters


def has_han(text: str) -> bool:
    """Whether there may be a Chinese character; what is beyond them, such as full-width signs, counts too."""
    return not text.isascii() and max(text) >= HAN


def split(phrases: tuple[str, ...]) -> tuple[Expression, Expression]:
    """The English ones and the Chinese ones, which hold a Chinese character, as an alternation that ignores case."""
    chinese = tuple(one for one in phrases if max(one) >= HAN)
    english = tuple(one for one in phrases if one not in chinese)
    return Expression(any_of(*english), re.IGNORECASE), Expression(any_of(*chinese), re.IGNORECASE)


class Bilingual:
    """It finds what one expression of all phrases would, the English ones before the Chinese.

    Whatever an English phrase matches must have a letter of ASCII in it, or what is taken for one; whatever a Chinese
    one matches a Chinese character.
    """

    def __init__(self, *phrases: str) -> None:
        self.english, self.chinese = split(phrases)

    def match(self, text: str) -> re.Match[str] | None:
        """The match at the beginning of a text."""
        found = self.english.match(text) if _LETTER.search(text) else None
        return found or (self.chinese.match(text) if has_han(text) else None)

    def search(self, text: str) -> re.Match[str] | None:
        """The first match; of two that begin at one place the English one."""
        english = self.english.search(text) if _LETTER.search(text) else None
        chinese = self.chinese.search(text) if has_han(text) else None
        if english and chinese:
            return min(english, chinese, key=re.Match.start)
        return english or chinese
