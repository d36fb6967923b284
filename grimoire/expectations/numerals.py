"""Numbers as people write them in English and Chinese prompts, in digits and in words: to whole numbers."""

from __future__ import annotations

import re

_UNITS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
    *("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_DECADES = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SMALL = {word: number for number, word in enumerate(_UNITS, 1)}
_SMALL |= {word: 10 * number for number, word in enumerate(_DECADES, 2)}
_LARGE = {"dozen": 12, "hundred": 100, "thousand": 1000}
_DIGITS = {char: value for value, chars in enumerate(("零〇", "一", "二两兩", *"三四五六七八九")) for char in chars}
_TENS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "萬": 10_000}
_SCALES = {"k": 1000, "千": 1000, "w": 10_000, "万": 10_000, "萬": 10_000}

_NAMED = "|".join(sorted(_SMALL, key=len, reverse=True))
_WORDS = (
    r"(?:(?:an?|half a)[ ](?:dozen|hundred|thousand)"
    rf"|(?:{_NAMED})(?:[- ](?:and )?(?:{_NAMED}|hundred|thousand|dozen)){{0,5}})"
)
_FIGURES = r"(?:\d{1,3}(?:,\d{3}){1,2}|\d{1,6})"

_HAN = "零〇一二两兩三四五六七八九十百千万萬"
_ENGLISH = rf"(?:{_FIGURES}k?|{_WORDS})(?![\w%°$€£]|[.,:/]\d|[- ]?percent)"
_CHINESE = rf"(?:{_FIGURES}(?:\.\d)?(?:[ ]?(?:[kKwW](?![A-Za-z])|[千万萬]))?|[{_HAN}]{{1,8}})(?![\d%％{_HAN}]|[.:/]\d)"

ENGLISH = rf"(?<![\w.,/:$€£¥#%-]){_ENGLISH}"
"""A number on its own: no part of another, of a date, a price or a name."""
ENGLISH_END = rf"(?<![\w.,/:$€£¥#%]){_ENGLISH}"
"""The second number of a range, which may follow a hyphen."""

CHINESE = rf"(?<![A-Za-z0-9_.,/:$€£¥￥#%第之其统唯专同单每任逐某另{_HAN}-]){_CHINESE}"
CHINESE_END = rf"(?<![A-Za-z0-9_.,/:$€£¥￥#%第{_HAN}]){_CHINESE}"


def value(text: str) -> int | None:
    """The number a text is, in digits, English words or Chinese numerals; None where it is none."""
    folded = text.strip().casefold()
    figure = re.fullmatch(rf"({_FIGURES}(?:\.\d)?)\s?([kw千万萬]?)", folded)
    if figure:
        return round(float(figure[1].replace(",", "")) * _SCALES.get(figure[2], 1))
    return _chinese(folded) if folded[:1] in {*_DIGITS, *_TENS} else _english(folded)


def _english(text: str) -> int | None:
    """`thirty-five`, `two thousand five hundred`, `half a dozen`; what is no number in good order is none."""
    if text == "half a dozen":
        return 6
    total = part = last = 0
    for word in re.split(r"[- ]+", text):
        if word in _LARGE:
            if word == "thousand":
                total, part = total + max(part, 1) * 1000, 0
            else:
                part = max(part, 1) * _LARGE[word]
            last = _LARGE[word]
        elif word in _SMALL:
            if last and last <= max(_SMALL[word], 19):
                return None  # `five ten` is two numbers side by side
            part, last = part + _SMALL[word], _SMALL[word]
        elif word not in {"a", "an", "and"}:
            return None
    return total + part or None


def _chinese(text: str) -> int | None:
    """`三十五`, `两千五百`, `一万二` (12,000) and `二〇二四`."""
    if len(text) > 1 and all(char in _DIGITS for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    total = part = digit = 0
    unit = 10
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
            unit = 10 if not digit else unit
        elif char in _TENS:
            scale = _TENS[char]
            if scale == 10_000:  # noqa: PLR2004  # 万 counts all that stands before it
                total, part = total + (part + digit or 1) * scale, 0
            else:
                part += (digit or 1) * scale
            digit, unit = 0, scale
        else:
            return None
    # `一万二` and `三百五` leave the last unit out.
    return total + part + digit * (unit // 10 if unit > 10 else 1)  # noqa: PLR2004  # after 十 come ones
