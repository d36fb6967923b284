"""The subjects of a prompt's own examples: "for example: 'How to train a puppy'", 例如：如何训练小狗.

An example counts as a subject where it is in quotation marks, or is what follows up to the end of its sentence, and
holds two terms at least. An enumeration (`Facebook, Instagram`; 使用场景、真实体验) names kinds or parts and is left
out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, islice

from grimoire.checks.subject_terms import terms_of
from grimoire.expression import Expression

READ = 20_000
EXAMPLES = 12
FIRST = 32
"""Markers that are read at once."""
TWO = 2

_MARKER = Expression(
    r"(?:for example|for instance|\be\.g\.|such as|\bexamples?(?: [a-z]{1,12}){0,2}(?=[ ]?[:：])|"
    r"例如|比如|譬如|示例|范例|例子|举例)(?:主题|题目|问题|输入)?[:：,，是为 \t]*",
    re.IGNORECASE,
)
_QUOTED = Expression(r"[\"“‘'「『《]([^\"“”‘’「」『』《》\0]{2,120})[\"”’'」』》]")
_PHRASE = Expression(r"[^。！？!?\n\0(（]{2,160}")
_SENTENCE_END = Expression(r"\.(?=\s|$)")
_LINES = Expression(r"\n((?:[^\n\0]{2,200}\n?){1,3})")
_LABEL = Expression(r"^[ \t>*-]*[^\W\d_][\w ]{0,14}[:：][ \t]*")
_ENUMERATION = Expression(r"[,，、;；|/]")
_AND = Expression(r"\b(?:and|or)\b|[和或]")


@lru_cache(maxsize=64)
def examples(incantation: str, text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Each example subject of an incantation, and the terms it has that the user's text has not."""
    outside = incantation[:READ].replace(text, "\0") if text.strip() else incantation[:READ]
    own = frozenset(terms_of(text).terms)
    found: list[tuple[str, frozenset[str]]] = []
    first = _first(outside)
    more = islice(_marked(outside), FIRST, None) if len(first) == FIRST else ()
    for marked in chain(first, more):
        found += [(phrase, terms - own) for phrase, terms in marked if terms - own]
        if len(found) >= EXAMPLES:
            break
    return tuple(found)


@lru_cache(maxsize=64)
def _first(outside: str) -> tuple[list[tuple[str, frozenset[str]]], ...]:
    """The same for all cases of a spell."""
    return tuple(islice(_marked(outside), FIRST))


def _marked(outside: str) -> Iterator[list[tuple[str, frozenset[str]]]]:
    """What each marker introduces, with its terms, of which there are two at least."""
    for marker in _MARKER.finditer(outside):
        read = [(phrase, frozenset(terms_of(phrase).terms)) for phrase in _phrases(outside, marker.end())]
        yield [(phrase, terms) for phrase, terms in read if len(terms) >= TWO]


def _phrases(text: str, start: int) -> Iterator[str]:
    """What a marker introduces: quotations, the lines under it, or the rest of the sentence."""
    quoted = False
    while match := _QUOTED.match(text, start):
        quoted, start = True, match.end()
        if not _ENUMERATION.search(match[1]):
            yield " ".join(match[1].split())
        start += len(text[start : start + 4]) - len(text[start : start + 4].lstrip(" ,，、"))
    if quoted:
        return
    if lines := _LINES.match(text, start):
        for line in lines[1].split("\n"):
            phrase = _LABEL.sub("", line)
            if not _is_enumeration(phrase):
                yield phrase.strip()
    elif rest := _PHRASE.match(text, start):
        sentence = _SENTENCE_END.split(rest.group(), 1)[0]
        if not _is_enumeration(sentence):
            yield sentence.strip()


def _is_enumeration(phrase: str) -> bool:
    return bool(_ENUMERATION.search(phrase)) or (
        bool(_AND.search(phrase)) and all(len(terms_of(part).terms) < TWO for part in _AND.split(phrase))
    )
