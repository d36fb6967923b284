"""Which spells a few typed letters mean (pure): every word of them is in a spell, or its letters are in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from grimoire.hanzi import simplify
from grimoire.search import fold
from grimoire.spell import Spell, Translation

_NAMED, _BEGUN, _PART, _INSIDE, _TITLED, _TOPIC, _LETTERS = 100, 80, 60, 50, 40, 20, 10
"""What a word counts: as the name; at the beginning of it or of its parts, in it; in a title; elsewhere; in letters."""


class Card(msgspec.Struct, frozen=True):
    """What is shown of a spell, and searched: `titles` are its own and its translations', `also` all else, folded."""

    name: str
    titles: tuple[str, ...] = ()
    also: str = ""

    @property
    def folded(self) -> str:
        return folded(" ".join(self.titles))


class Deck(msgspec.Struct, frozen=True):
    """Cards with their folded names and titles, made once for many searches."""

    cards: tuple[Card, ...]
    names: tuple[str, ...]
    titles: tuple[str, ...]


def make_card(spell: Spell, texts: Iterable[Translation]) -> Card:
    """The card of a spell and its translations."""
    every: tuple[Spell | Translation, ...] = (spell, *texts)
    titles = tuple(dict.fromkeys(text.title for text in every if text.title))
    also = folded(" ".join((spell.topic, spell.activity, *(text.teaser for text in every))))
    return Card(spell.name, titles, also)


def make_deck(cards: Iterable[Card]) -> Deck:
    """The cards, ready to be searched."""
    every = tuple(cards)
    return Deck(every, tuple(folded(card.name) for card in every), tuple(card.folded for card in every))


def search(deck: Deck, typed: str) -> list[Card]:
    """The cards that have every word of what was typed, best first, then in the deck's order; all for nothing typed."""
    words = folded(typed).split()
    if not words:
        return list(deck.cards)
    found = []
    for index, card in enumerate(deck.cards):
        points = _points(words, deck.names[index], deck.titles[index], card.also)
        if points:
            found.append((-points, index))
    return [deck.cards[index] for _, index in sorted(found)]


def folded(text: str) -> str:
    """Case, width, hyphens, and Traditional or Simplified characters made equal."""
    return simplify(fold(text))


def _points(words: Sequence[str], name: str, titles: str, also: str) -> int:
    """The sum over the words; 0 where one is nowhere."""
    total = 0
    for word in words:
        points = _word_points(word, name, titles, also)
        if not points:
            return 0
        total += points
    return total


def _word_points(word: str, name: str, titles: str, also: str) -> int:
    if word in name:
        if name.startswith(word):
            return _NAMED if word == name else _BEGUN
        return _PART if f" {word}" in name else _INSIDE
    if word in titles:
        return _TITLED
    if word in also:
        return _TOPIC
    spread = min(filter(None, (_spread(word, name), _spread(word, titles))), default=0)
    return max(_LETTERS - spread // len(word), 1) if spread else 0


def _spread(word: str, text: str) -> int:
    """Over how many characters the letters of a word stand in a text, in order; 0 where they do not."""
    at = start = text.find(word[0])
    for letter in word[1:]:
        if at < 0:
            return 0
        at = text.find(letter, at + 1)
    return at - start + 1 if at >= 0 else 0
