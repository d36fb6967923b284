"""The check of an answer's length in characters, words or sentences."""

from __future__ import annotations

import re
from typing import ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from grimoire.checks.number import Number
from grimoire.checks.own import OwnCheck
from grimoire.checks.prose import spoken
from grimoire.checks.reason import result
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult

_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|(?:(?![\u3040-\u30ff\u3400-\u9fff])\w)+(?:['’.\-](?:(?![\u3040-\u30ff\u3400-\u9fff])\w)+)*"
)
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|vs|Mr|Mrs|Ms|Dr|St|No|[A-Z])\.(?=\s)", re.IGNORECASE)
_MARKER = re.compile(r"^[\s#>*+-]*(?:\d{1,3}[.、．)）])?", re.MULTILINE)
_STOP = re.compile(r"[。！？!?…]+[\"'”’』」）)]*|\.+[\"'”’)]*(?=\s|$)|\n+")
_LETTER = re.compile(r"\w")


class LengthWants(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At least one of the three; all that are given must hold."""

    characters: Number | UnsetType = UNSET
    words: Number | UnsetType = UNSET
    sentences: Number | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.characters is self.words is self.sentences is UNSET:
            raise ValueError("characters, words or sentences is missing")


class Length(OwnCheck[LengthWants]):
    """`characters` (without white space), `words` (a Chinese character counts as one) or `sentences`."""

    name = "length"
    form: ClassVar[object] = LengthWants
    allowed = "{characters: {…}, words: {…}, sentences: {…}}, each {at_least, at_most, exactly}"

    def judge(self, exchange: Exchange) -> CheckResult:
        text, wants = spoken(exchange.answer.text), self.wants
        sides = (
            ("characters", wants.characters, count_characters),
            ("words", wants.words, count_words),
            ("sentences", wants.sentences, count_sentences),
        )
        found = [(unit, number, count(text)) for unit, number, count in sides if number is not UNSET]
        good = all(number.admits(size) for _, number, size in found)
        said = ", ".join(f"{size} {unit} (wanted {number})" for unit, number, size in found)
        return result(self, "passed" if good else "failed", said)


def count_characters(text: str) -> int:
    """Characters other than white space."""
    return sum(map(len, text.split()))


def count_words(text: str) -> int:
    """Words; each Chinese character and each kana counts as one, Markdown's marks do not count."""
    return sum(1 for _ in _WORD.finditer(text))


def count_sentences(text: str) -> int:
    """Sentences; a heading, a list item or another line that ends without a full stop is one too.

    Decimal points, list numbers and common abbreviations end no sentence.
    """
    plain = _ABBREVIATION.sub("x", _MARKER.sub("", text))
    return sum(1 for piece in _STOP.split(plain) if _LETTER.search(piece))
