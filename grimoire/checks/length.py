"""The check of an answer's length, and of that of each of its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, Literal

import msgspec
from msgspec import UNSET, UnsetType

from grimoire.checks import parts
from grimoire.checks.number import Number
from grimoire.checks.own import OwnCheck
from grimoire.checks.prose import spoken
from grimoire.checks.reason import quote, result
from grimoire.expression import Expression
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult

_WORD = Expression(
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|(?:(?![\u3040-\u30ff\u3400-\u9fff])\w)+(?:['’.\-](?:(?![\u3040-\u30ff\u3400-\u9fff])\w)+)*"
)
_WORD_ASCII = Expression(r"\w+(?:['.\-]\w+)*")
"""The same in a text of ASCII."""
_CHINESE = Expression("[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")

Part = Literal["list-items", "headings", "paragraphs", "lines", "sentences"]


class PartWants(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`of` says of which parts each is measured; at least one of the lengths, and all that are given must hold."""

    of: Part
    characters: Number | UnsetType = UNSET
    with_spaces: Number | UnsetType = UNSET
    words: Number | UnsetType = UNSET
    chinese: Number | UnsetType = UNSET

    def __post_init__(self) -> None:
        if not any(_demands(self, SIZES)):
            raise ValueError(f"a length is missing: {', '.join(SIZES)}")


class LengthWants(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At least one of them; all that are given must hold."""

    characters: Number | UnsetType = UNSET
    with_spaces: Number | UnsetType = UNSET
    words: Number | UnsetType = UNSET
    chinese: Number | UnsetType = UNSET
    sentences: Number | UnsetType = UNSET
    lines: Number | UnsetType = UNSET
    paragraphs: Number | UnsetType = UNSET
    each: PartWants | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.each is UNSET and not any(_demands(self, UNITS)):
            raise ValueError(f"a length is missing: {', '.join(UNITS)} or each")


class Length(OwnCheck[LengthWants]):
    """How long the answer is, or each of its parts.

    `characters` (without white space), `with_spaces` (a run of white space as one), `words` (a Chinese character counts
    as one), `chinese` (Chinese characters, without punctuation), `sentences`, `lines` that are not blank, `paragraphs`.
    """

    name = "length"
    form: ClassVar[object] = LengthWants
    allowed = (
        "{characters, with_spaces, words, chinese, sentences, lines, paragraphs}, each {at_least, at_most, exactly};"
        " each: {of: list-items, headings, paragraphs, lines or sentences, and a length}"
    )

    def judge(self, exchange: Exchange) -> CheckResult:
        text = spoken(exchange.answer.text)
        found = [(unit, number, count(text)) for unit, number, count in _demands(self.wants, UNITS)]
        good = all(number.admits(size) for _, number, size in found)
        said = ", ".join(f"{size} {NOUNS.get(unit, unit)} (wanted {number})" for unit, number, size in found)
        if self.wants.each is UNSET or not good:
            return result(self, "passed" if good else "failed", said)
        good, each = _measure_each(self.wants.each, PARTS[self.wants.each.of](text))
        return result(self, "passed" if good else "failed", f"{said}; {each}" if said else each)


def count_characters(text: str) -> int:
    """Characters other than white space."""
    return sum(map(len, text.split()))


def count_with_spaces(text: str) -> int:
    """Characters, a run of white space as one, none at the ends."""
    words = text.split()
    return sum(map(len, words)) + max(len(words) - 1, 0)


def count_words(text: str) -> int:
    """Words; each Chinese character and each kana counts as one, Markdown's marks do not count."""
    word = _WORD_ASCII if text.isascii() else _WORD
    return sum(1 for _ in word.finditer(text))


def count_chinese(text: str) -> int:
    """Chinese characters; punctuation, digits and other scripts do not count."""
    return 0 if text.isascii() else sum(map(len, _CHINESE.findall(text)))


def count_sentences(text: str) -> int:
    """Sentences, as `parts.sentences` finds them."""
    return len(parts.sentences(text))


def _texts_of(text: str, find: Callable[[str], Sequence[parts.Heading | parts.Item]]) -> list[str]:
    return [part.text for part in find(text)]


SIZES: dict[str, Callable[[str], int]] = {
    "characters": count_characters,
    "with_spaces": count_with_spaces,
    "words": count_words,
    "chinese": count_chinese,
}
NOUNS = {"with_spaces": "characters with spaces", "chinese": "Chinese characters"}
UNITS: dict[str, Callable[[str], int]] = {
    **SIZES,
    "sentences": count_sentences,
    "lines": lambda text: len(parts.lines(text)),
    "paragraphs": lambda text: len(parts.paragraphs(text)),
}
PARTS: dict[Part, Callable[[str], Sequence[str]]] = {
    "list-items": lambda text: _texts_of(text, parts.items),
    "headings": lambda text: _texts_of(text, parts.headings),
    "paragraphs": parts.paragraphs,
    "lines": parts.lines,
    "sentences": parts.sentences,
}


def _demands(
    wants: LengthWants | PartWants, units: dict[str, Callable[[str], int]]
) -> Iterator[tuple[str, Number, Callable[[str], int]]]:
    """(unit, number wanted, how to count) of each unit that is demanded."""
    for unit, count in units.items():
        number = getattr(wants, unit)
        if number is not UNSET:
            yield unit, number, count


def _measure_each(wants: PartWants, found: Sequence[str]) -> tuple[bool, str]:
    """Whether each part has the length wanted, and the first that has not. None at all is not what was wanted."""
    noun = wants.of.replace("-", " ")
    if not found:
        return False, f"no {noun} to measure"
    wrong = [(number, part, fault) for number, part in enumerate(found, 1) if (fault := _fault(wants, part))]
    if wrong:
        number, part, fault = wrong[0]
        return (
            False,
            f"{len(wrong)} of {len(found)} {noun} of another length; number {number} has {fault}: {quote(part, 40)}",
        )
    bounds = ", ".join(f"{number} {NOUNS.get(unit, unit)}" for unit, number, _ in _demands(wants, SIZES))
    return True, f"each of {len(found)} {noun} has {bounds}"


def _fault(wants: PartWants, part: str) -> str:
    """The lengths of a part that are not as wanted; empty when all are."""
    sizes = [(unit, number, count(part)) for unit, number, count in _demands(wants, SIZES)]
    wrong = [(unit, number, size) for unit, number, size in sizes if not number.admits(size)]
    return ", ".join(f"{size} {NOUNS.get(unit, unit)} (wanted {number})" for unit, number, size in wrong)
