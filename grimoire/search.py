"""Rank spells by where words occur in them (pure). A word is found inside others too: Chinese has no word breaks."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from grimoire.spell import Spell, Translation

WEIGHTS = (("name", 10), ("title", 8), ("topic", 5), ("teaser", 4), ("activity", 3), ("hint", 2), ("prompt", 1))
"""How much a word counts in each field; it counts once, where it counts most."""


def rank(words: Sequence[str], spells: Sequence[tuple[Spell, Sequence[Translation]]]) -> list[Spell]:
    """The spells that hold every word, in themselves or in a translation, best first, then by name."""
    folded = [fold(word) for word in words if word.strip()]
    scored = [(score(folded, spell, texts), spell) for spell, texts in spells]
    return [spell for points, spell in sorted(scored, key=lambda pair: (-pair[0], pair[1].name)) if points]


def score(words: Sequence[str], spell: Spell, texts: Sequence[Translation]) -> int:
    """The sum of the words' best weights; 0 when one of them is nowhere."""
    everywhere: list[Spell | Translation] = [spell, *texts]
    points = [max(_weight(word, text) for text in everywhere) for word in words]
    return sum(points) if all(points) else 0


def fold(text: str) -> str:
    """Case, width and composition made equal (NFKC, Unicode's case folding)."""
    return unicodedata.normalize("NFKC", text).casefold()


def _weight(word: str, text: Spell | Translation) -> int:
    return next((weight for field, weight in WEIGHTS if word in fold(getattr(text, field, ""))), 0)
