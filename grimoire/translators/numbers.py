"""Compare the numbers of two texts in different languages.

Equal are `10,000`, `10k`, `10 thousand`, `１００００` and `1万`: a translator may move between the ways to write a
number, not between numbers. A number up to twelve may also turn into a word, or a word into it, in English, German and
Chinese (`3 tips`, `drei Tipps`, `三个技巧`); any other change is a defect.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from decimal import Decimal

_SCALES = {
    "k": 10**3,
    "tausend": 10**3,
    "millionen": 10**6,
    "milliarde": 10**9,
    "milliarden": 10**9,
    "trillion": 10**12,
    "billionen": 10**12,
    "万亿": 10**12,
    "萬億": 10**12,
    "兆": 10**12,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "千": 10**3,
    "万": 10**4,
    "萬": 10**4,
    "百万": 10**6,
    "百萬": 10**6,
    "千万": 10**7,
    "千萬": 10**7,
    "亿": 10**8,
    "億": 10**8,
    "十亿": 10**9,
    "十億": 10**9,
}
_SCALE = "|".join(sorted((re.escape(s) for s in _SCALES), key=len, reverse=True))
_NUMBER = re.compile(
    rf"([0-9]{{1,3}}(?:,[0-9]{{3}}){{1,9}}(?![0-9])|[0-9]{{1,40}})(\.[0-9]+)?(?:\s?({_SCALE})(?![a-z]))?", re.IGNORECASE
)

_RUN = re.compile(rf"[0-9]+(?:[.,][0-9]+)*(?:\s?(?:{_SCALE})(?![a-z]))?", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_WIDE_DIGIT = re.compile(r"(?![0-9])\d")
# Where English writes 1,234.5 German and most of Europe write 1.234,5.
_SWAPPED = str.maketrans(",.", ".,")

_WORDS = (
    ("zero", "no", "null", "keine?"),
    ("one", "first", "once", "single", "a", "an", "eine?[mnrs]?", "erste[mnrs]?", "einmal"),
    ("two", "second", "twice", "both", "double", "pair", "zwei", "zweite[mnrs]?", "beiden?"),
    ("three", "third", "triple", "drei", "dritte[mnrs]?"),
    ("four", "fourth", "vier", "vierte[mnrs]?"),
    ("five", "fifth", "fünf", "fünfte[mnrs]?"),
    ("six", "sixth", "sechs", "sechste[mnrs]?"),
    ("seven", "seventh", "sieben", "siebte[mnrs]?"),
    ("eight", "eighth", "acht", "achte[mnrs]?"),
    ("nine", "ninth", "neun", "neunte[mnrs]?"),
    ("ten", "tenth", "zehn", "zehnte[mnrs]?"),
    ("eleven", "eleventh", "elf", "elfte[mnrs]?"),
    ("twelve", "twelfth", "dozen", "zwölf", "zwölfte[mnrs]?", "dutzend"),
)
_CHINESE = ("零〇", "一壹单首", "二两兩双", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")


def changed_numbers(source: str, target: str) -> tuple[list[str], list[str]]:
    """The numbers that were lost and those that were added, in plain decimal notation."""
    if not (_DIGIT.search(source) or _DIGIT.search(target)):
        return [], []
    before = Counter(value for written in _written(source) for value in _values(written))
    added: list[Decimal] = []
    for written in _written(target):
        # A number at a time: beside `2,5 Sekunden` a version may stand as 6.4.
        readings = (_values(written), _values(written.translate(_SWAPPED)))
        fitting = next((values for values in readings if all(before[v] >= n for v, n in Counter(values).items())), None)
        if fitting is None:
            fitting = [value for value in readings[0] if before[value]]
            added += [value for value in readings[0] if not before[value]]
        before.subtract(fitting)
    lost = [f"{number:f}" for number in before.elements() if not _in_words(number, target)]
    return lost, [f"{number:f}" for number in added if not _in_words(number, source)]


def _written(text: str) -> list[str]:
    """What of a text is a number or several, separators and scale with it."""
    return [match.group() for match in _RUN.finditer(_half_width(text))]


def _values(written: str) -> list[Decimal]:
    return [
        Decimal(whole.replace(",", "") + fraction) * _SCALES.get(scale.lower(), 1)
        for whole, fraction, scale in _NUMBER.findall(written)
    ]


def _half_width(text: str) -> str:
    """Digits of any script as ASCII; nothing else changes."""
    return _WIDE_DIGIT.sub(lambda match: str(unicodedata.decimal(match[0])), text)


def _in_words(number: Decimal, text: str) -> bool:
    if number != number.to_integral_value() or number >= len(_WORDS):
        return False
    value = int(number)
    if any(form in text for form in (_CHINESE[value] if value <= 10 else (_CHINESE[value],))):  # noqa: PLR2004  # one character each up to ten
        return True
    return re.search(rf"\b(?:{'|'.join(_WORDS[value])})\b", text, re.IGNORECASE) is not None
