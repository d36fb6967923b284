"""Find spells by words (pure): where each word occurs, how well, and what to offer where one occurs nowhere.

A word is found inside others too, since Chinese has no word breaks. Case, width and composition do not matter, nor the
plural of an English word, nor whether a query is in Traditional characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from os.path import commonprefix

import msgspec

from grimoire.expression import Expression
from grimoire.hanzi import simplify
from grimoire.spell import Spell, Translation

WEIGHTS = (("name", 10), ("title", 8), ("topic", 5), ("teaser", 4), ("activity", 3), ("hint", 2), ("prompt", 1))
"""How much a word counts in each field; it counts once, where it counts most."""
WHOLE, KIN, BEGINS, INSIDE = 1.0, 0.9, 0.75, 0.5
"""What part of that a whole word gets, another number of the same noun, the beginning of a word, and its inside."""

_HEADS = frozenset({"name", "title"})
_CJK = (
    "\u2e80-\u2fdf\u3005-\u30ff\u3130-\u318f\u31a0-\u4dbf\u4e00-\u9fff"  # radicals, kana, Bopomofo, characters
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"  # Hangul, and characters of rarer kinds
)
_HAS_CJK = Expression(f"[{_CJK}]")
_RUNS = Expression(f"[{_CJK}]+|[^{_CJK}\\s]+")
_WORD = Expression(rf"(?:(?![{_CJK}])[^\W\d_]){{3,}}")
_PARTICLES = frozenset("的了")
"""Characters that join words: a piece that has one is of two words."""
_HISSING = ("s", "x", "ch", "sh")
_SHORT, _LONGEST = 6, 40
"""Letters from which on a word may have two mistakes, and beyond which none is mended."""

Library = Sequence[tuple[Spell, Sequence[Translation]]]


class Place(msgspec.Struct, frozen=True):
    """A field of a spell, or of its translation into `language`, that holds something of what was searched for."""

    field: str
    language: str
    text: str
    points: float
    needles: tuple[str, ...]


class Hit(msgspec.Struct, frozen=True):
    """A spell with the places where it holds each word, best first; `missing` are words it does not hold.

    `coverage` is below 1 where a word of Chinese was looked for in pieces, and not all of them are there.
    """

    spell: Spell
    points: float
    places: tuple[Place, ...]
    missing: tuple[str, ...] = ()
    coverage: float = 1.0


class Found(msgspec.Struct, frozen=True):
    """Spells, best first. Where none holds every word, `partial` says so and they are those with the most of them.

    `instead` maps a word that occurs nowhere to the one of the library that was searched for, `pieces` to the parts of
    it that were.
    """

    hits: list[Hit]
    partial: bool = False
    instead: dict[str, str] = {}
    pieces: dict[str, tuple[str, ...]] = {}


def find(words: Sequence[str], library: Library) -> Found:
    """The spells that hold every word, in themselves or in a translation, best first, then by name."""
    entries = [_Entry(spell, texts) for spell, texts in library]
    terms: list[_Term] = []
    instead: dict[str, str] = {}
    pieces: dict[str, tuple[str, ...]] = {}
    for word in dict.fromkeys(folded for each in words if (folded := fold(each).strip())):
        for term in _mended(_Term(word, (_forms(word),)), entries):
            terms.append(term)
            if len(term.needles) > 1:
                pieces[term.word] = tuple(forms[0] for forms in term.needles)
            elif term.word != word:
                instead[word] = " ".join(part for part in (instead.get(word), term.word) if part)
    hits = [hit for entry in entries if (hit := entry.hit(terms))]
    fewest = min((len(hit.missing) for hit in hits), default=0)
    hits = [hit for hit in hits if len(hit.missing) == fewest]
    best = max((hit.coverage for hit in hits), default=0.0)
    name = " ".join(fold(word).strip() for word in words)
    kept = sorted((hit for hit in hits if hit.coverage * 2 >= best), key=lambda hit: _order(hit, name))
    return Found(kept, partial=fewest > 0, instead=instead, pieces=pieces)


def fold(text: str) -> str:
    """Case, width and composition made equal (NFKC, Unicode's case folding), a hyphen a space: `seo-article`."""
    if text.isascii():
        return text.lower().replace("-", " ").replace("_", " ")
    return unicodedata.normalize("NFKC", text).casefold().replace("-", " ").replace("_", " ")


def spans(text: str, needles: Iterable[str]) -> list[tuple[int, int]]:
    """Where the folded needles occur in a text as it is written, in order, none over another."""
    folded, origins = _traced(text)
    found: list[tuple[int, int]] = []
    for wanted in {form for needle in needles for form in (needle, simplify(needle))}:
        for match in re.finditer(re.escape(wanted), folded):
            start, end = match.span()
            found.append((origins[start][0], origins[end - 1][1]) if origins else (start, end))
    return _merged(sorted(found))


def _traced(text: str) -> tuple[str, list[tuple[int, int]]]:
    """A text folded, and of each of its characters where it comes from; nothing where each stays in its place."""
    if text.isascii() or (unicodedata.is_normalized("NFKC", text) and len(text.casefold()) == len(text)):
        return simplify(fold(text)), []
    pieces, origins = [], []
    for index, cluster in _clusters(text):
        folded = simplify(fold(cluster))
        pieces.append(folded)
        origins += [(index, index + len(cluster))] * len(folded)
    return "".join(pieces), origins


class _Term(msgspec.Struct, frozen=True):
    """A word, and what is looked for: itself, or its pieces, each in the forms that count as it."""

    word: str
    needles: tuple[tuple[str, ...], ...]


class _Entry:
    """A spell's fields, folded once."""

    def __init__(self, spell: Spell, texts: Sequence[Translation]) -> None:
        self.spell = spell
        sources: list[Spell | Translation] = [spell, *texts]
        self.fields = [
            (field, weight, source.language, text, _folded(text, source.language))
            for source in sources
            for field, weight in WEIGHTS
            if (text := getattr(source, field, "")) and (field != "name" or source is spell)
        ]

    def holds(self, forms: Sequence[str]) -> bool:
        return any(form in folded for *_, folded in self.fields for form in forms)

    def hit(self, terms: Sequence[_Term]) -> Hit | None:
        """None where it holds none of the words."""
        places: dict[tuple[str, str], Place] = {}
        points, coverages, missing = 0.0, [], []
        for term in terms:
            found = [self._best(forms, places) for forms in term.needles]
            if any(found):
                points += sum(found) / len(found)
                coverages.append(sum(map(bool, found)) / len(found))
            else:
                missing.append(term.word)
        if not coverages:
            return None
        points += self._phrase(terms)
        best = sorted(places.values(), key=lambda place: (-len(place.needles), -place.points))
        return Hit(self.spell, points, tuple(best), tuple(missing), sum(coverages) / len(coverages))

    def _best(self, forms: tuple[str, ...], places: dict[tuple[str, str], Place]) -> float:
        most = 0.0
        # most fields hold none of the forms: one look says so
        beginning = commonprefix(forms)  # noqa: RUF071  # of words, and character by character is what is wanted
        for field, weight, language, text, folded in self.fields:
            if beginning not in folded:
                continue
            points, form = max((_quality(form, folded) * (KIN if i else 1), form) for i, form in enumerate(forms))
            if points:
                most = max(most, weight * points)
                before = places.get((field, language), Place(field, language, text, 0.0, ()))
                places[field, language] = Place(
                    field, language, text, before.points + weight * points, (*before.needles, form)
                )
        return most

    def _phrase(self, terms: Sequence[_Term]) -> float:
        """What more it is worth that several words stand side by side in its name or title."""
        words = [term.word for term in terms]
        phrases = {" ".join(words), "".join(words)} if len(words) > 1 else set()
        return max(
            (
                weight * _quality(phrase, folded)
                for field, weight, _, _, folded in self.fields
                if field in _HEADS
                for phrase in phrases
            ),
            default=0.0,
        )


def _order(hit: Hit, name: str) -> tuple[bool, float, float, str]:
    """The spell that is called just so first."""
    return fold(hit.spell.name) != name, -hit.coverage, -hit.points, hit.spell.name


def _folded(text: str, language: str) -> str:
    return simplify(fold(text)) if language == "zh-Hant" else fold(text)


def _quality(needle: str, text: str) -> float:
    """How well a word occurs in a text, from 0 to 1."""
    at = text.find(needle)
    if at < 0:
        return 0.0
    if _HAS_CJK.match(needle) and _HAS_CJK.match(needle[-1]):
        return WHOLE
    best = INSIDE
    while at >= 0:
        if not _joins(text, at - 1):
            if not _joins(text, at + len(needle)):
                return WHOLE
            best = BEGINS
        at = text.find(needle, at + 1)
    return best


def _joins(text: str, at: int) -> bool:
    """Whether the character there makes one word with what stands beside it."""
    return 0 <= at < len(text) and text[at].isalnum() and not _HAS_CJK.match(text[at])


def _forms(word: str) -> tuple[str, ...]:
    """The word, then what counts as it: its singular or plural, or its Simplified characters."""
    if not word.isascii():
        return tuple(dict.fromkeys((word, simplify(word))))
    if len(word) <= 3 or not word.isalpha():  # noqa: PLR2004  # of shorter ones too many would be alike
        return (word,)
    ends = (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("ss", "ss"), ("s", ""))
    single = next((word.removesuffix(end) + other for end, other in ends if word.endswith(end)), word)
    plural = f"{word[:-1]}ies" if word.endswith("y") else f"{word}es" if word.endswith(_HISSING) else f"{word}s"
    return tuple(dict.fromkeys((word, single, plural)))


def _mended(term: _Term, entries: Sequence[_Entry]) -> list[_Term]:
    """The term, or what to look for in its place where it occurs nowhere."""
    if any(entry.holds(term.needles[0]) for entry in entries):
        return [term]
    runs = _RUNS.findall(term.word)
    if _HAS_CJK.search(term.word):
        pieces = [piece for run in runs for piece in _pieces(run)]
        pieces = [piece for piece in pieces if not _PARTICLES & set(piece)] or pieces
        return [_Term(term.word, tuple(_forms(piece) for piece in pieces))]
    if len(runs) > 1:
        return [mended for run in runs for mended in _mended(_Term(run, (_forms(run),)), entries)]
    near = _nearest(term.word, entries)
    return [_Term(near, (_forms(near),))] if near else [term]


def _pieces(run: str) -> list[str]:
    """A run of Chinese in pieces of two characters, each beginning one later; any other run as it is."""
    if not _HAS_CJK.match(run) or len(run) == 1:
        return [run]
    return [run[at : at + 2] for at in range(len(run) - 1)]


def _nearest(word: str, entries: Sequence[_Entry]) -> str:
    """The word of the library that is likely meant, one of titles and the like rather than of prompts; or nothing."""
    from rapidfuzz.distance import OSA

    mistakes = 2 if len(word) >= _SHORT else 1
    if not word.isalpha() or not 3 <= len(word) <= _LONGEST:  # noqa: PLR2004  # of two letters one half would be wrong
        return ""
    for prompts in (False, True):
        texts = (folded for entry in entries for field, *_, folded in entry.fields if (field == "prompt") == prompts)
        known = Counter(found for text in texts for found in _WORD.findall(text))
        near: list[tuple[int, bool, int, str]] = [
            (distance, other[0] != word[0], -number, other)
            for other, number in known.items()
            if (distance := OSA.distance(word, other, score_cutoff=mistakes)) <= mistakes
        ]
        if near:
            return min(near)[-1]
    return ""


def _clusters(text: str) -> Iterable[tuple[int, str]]:
    """Characters with the marks that combine with them, and where each begins."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not unicodedata.combining(text[at]):
            if at > start:
                yield start, text[start:at]
            start = at


def _merged(found: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
