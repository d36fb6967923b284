"""Hostile text inside a prompt: between marker lines that carry a code which it cannot have guessed."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def draw() -> str:
    """Sixteen hexadecimal digits by chance."""
    import secrets

    return secrets.token_hex(8)


def new_code(texts: Sequence[str], draw: Callable[[], str] = draw) -> str:
    """A code that occurs in none of the texts; another one for each request."""
    code = draw()
    while any(code in text for text in texts):
        code = draw()
    return code


def fence(name: str, text: str, code: str) -> str:
    """The text between its two marker lines."""
    return f"<<<{name} {code}>>>\n{text}\n<<<END {name} {code}>>>"


def shorten(text: str, limit: int, code: str) -> str:
    """Of a text longer than `limit` characters the first two thirds of those and the last third.

    A marker line between them says how many characters were left out. Lone surrogates, which no request can carry,
    become question marks.
    """
    text = text.encode("utf-8", "replace").decode()
    if len(text) <= limit:
        return text
    tail = limit // 3
    head = limit - tail
    return f"{text[:head]}\n<<<LEFT OUT: {len(text) - limit} CHARACTERS {code}>>>\n{text[-tail:]}"
