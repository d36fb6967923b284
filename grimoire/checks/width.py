"""How much a text says, whatever its script: a Chinese, Japanese or Korean character counts as three."""

from __future__ import annotations

from grimoire.expression import Expression

_WIDE = Expression(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+")


def wide(text: str) -> int:
    """How many characters are Chinese, Japanese or Korean."""
    return 0 if text.isascii() else sum(map(len, _WIDE.findall(text)))


def weight(text: str) -> int:
    """The text's length, a wide character counting as three."""
    return len(text) + 2 * wide(text)


def bulk(text: str) -> int:
    """About the text's weight, at once: its length in UTF-8, where a Chinese character has three bytes."""
    return len(text.encode(errors="replace"))


def is_wide(text: str) -> bool:
    """Whether the beginning of the text is mostly Chinese, Japanese or Korean."""
    return 3 * wide(text[:200]) > len(text[:200])
