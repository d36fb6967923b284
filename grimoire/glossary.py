"""Names that no translation may change, and words that have one translation: values and how they are found in a text.

Names and terms are found by one pattern that branches letter by letter, so that a text costs the same however many
there are. They end where a word ends; Chinese has no such ends, so that only what writes words apart can block one:
用Midjourney生成 has the name Midjourney in it, Midjourneys has not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import groupby, takewhile

import msgspec

from grimoire.segment import Term

# Digits, and the letters of Latin, Greek and Cyrillic with their accents; the other scripts attach words to a name.
_WORD = "0-9A-Za-zªºÀ-ÖØ-öø-ʯ\u0300-\u036f\u0370-\u052f\u1e00-\u1fff"
_BEGIN = f"(?:(?<![{_WORD}])|(?![{_WORD}]))"
_END = f"(?!(?<=[{_WORD}])[{_WORD}])"
_MANY = 32
_PLURAL = "(?:e?s)?"


class Glossary(msgspec.Struct, frozen=True, dict=True):
    """`keep` are names that stay as they are, in exactly this spelling; `terms` maps a target language to its terms."""

    keep: tuple[str, ...] = ()
    terms: dict[str, tuple[Term, ...]] = {}

    @cached_property
    def indexes(self) -> dict[str, TermIndex]:
        """The terms of each target, ready to be looked for."""
        return {target: TermIndex(terms) for target, terms in self.terms.items()}


class TermIndex:
    """The terms of one target language; the pattern is compiled when it is first needed."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self._terms = {_folded(term.source): term for term in terms}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(_pattern_of(self._terms, _PLURAL) or r"(?!)")

    def find(self, text: str) -> Iterator[Term]:
        """Every occurrence in the text, first to last."""
        for match in self._pattern.finditer(_folded(text)):
            found = match.group()
            yield next(self._terms[word] for word in (found, found[:-1], found[:-2]) if word in self._terms)


@lru_cache(maxsize=16)
def name_pattern(keep: tuple[str, ...]) -> str:
    """The source of a pattern without groups that matches one name, the longest that stands there; empty for none."""
    return _pattern_of(keep)


def terms_in(text: str, glossary: Glossary, target: str) -> tuple[Term, ...]:
    """The terms for a target language that stand in the text, each once, in the order in which they come.

    Neither case nor the -s of a plural matters. Where one term holds another, as `meta description` holds
    `description`, only the longer one stands there.
    """
    index = glossary.indexes.get(target)
    return tuple(dict.fromkeys(index.find(text))) if index else ()


def missing_terms(terms: Sequence[Term], result: str) -> list[Term]:
    """The terms of which no accepted translation stands in the result; neither case nor spaces matter."""
    found = _squeezed(result) if terms else ""
    return [term for term in terms if not any(_squeezed(target) in found for target in term.targets)]


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _squeezed(text: str) -> str:
    return "".join(text.casefold().split())


def _pattern_of(words: Iterable[str], ending: str = "") -> str:
    """A pattern for any of the words, the longest first; what matches `ending` may follow."""
    ordered = sorted({word for word in words if word})
    return f"(?:{_BEGIN}{_branch(ordered, 0)}{ending}{_END})" if ordered else ""


def _branch(words: Sequence[str], start: int) -> str:
    """A pattern for what the sorted words, alike up to `start`, have after it."""
    shared = _shared(words, start)
    ends = len(words[0]) == shared
    longer = groupby(words[ends:], key=lambda word: word[shared])
    parts = [(letter, _branch(list(group), shared)) for letter, group in longer]
    return re.escape(words[0][start:shared]) + _either(parts, "|" if ends else "")


def _either(parts: Sequence[tuple[str, str]], none: str) -> str:
    """One of the patterns, each with the letter it begins with; many are halved, so that few need to be tried."""
    if len(parts) > _MANY:
        halves = parts[: len(parts) // 2], parts[len(parts) // 2 :]
        guarded = (f"(?=[{re.escape(half[0][0])}-{re.escape(half[-1][0])}]){_either(half, '')}" for half in halves)
        return f"(?:{'|'.join(guarded)}{none})"
    patterns = "|".join(pattern for _, pattern in parts)
    return f"(?:{patterns}{none})" if len(parts) > 1 or (parts and none) else patterns


def _shared(words: Sequence[str], start: int) -> int:
    """How many characters the sorted words begin with in common."""
    pairs = zip(words[0][start:], words[-1][start:], strict=False)
    return start + sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
