"""Regular expressions written as lists of words, one alternative between bars, over as many lines as it takes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from grimoire.expression import Expression


def one_of(words: str) -> str:
    """A group of alternatives: `a | b` as `(?:a|b)`; white space around a bar is for the reader."""
    return f"(?:{'|'.join(part for line in words.splitlines() for part in _parts(line))})"


def any_word(words: str, after: str = "") -> Expression:
    """A pattern for any of the words, whole, in any case; `after` is what follows them."""
    return Expression(rf"\b{one_of(words)}\b{after}", re.IGNORECASE)


def ends_with(words: str) -> Expression:
    """A pattern for a text whose last word is any of these."""
    return any_word(words, r"\s*$")


def any_of(words: str) -> Expression:
    """A pattern for any of the texts, in any case, wherever they stand: Chinese has no spaces."""
    return Expression(one_of(words), re.IGNORECASE)


def named(groups: Mapping[str, str]) -> str:
    """Alternatives, each a group with its name."""
    return f"(?:{'|'.join(f'(?P<{name}>{pattern})' for name, pattern in groups.items())})"


def _parts(line: str) -> list[str]:
    return [part for part in re.split(r"\s+\|\s+|^\|\s+|\s+\|$", line.strip()) if part]
