"""An answer's prose: its text without code, addresses and the model's thinking. Linear in the text's length."""

from __future__ import annotations

import re
from functools import lru_cache

from grimoire.expression import Expression

PROSE_FENCES = {"markdown", "md", "text", "txt", "plaintext"}

_THINKING = Expression(r"\A\s*<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_FENCE = Expression(r"[ \t>]*(`{3,}|~{3,})[ \t]*([^`\n]*)$")
_SPAN = Expression(r"(?<!`)(`{1,2})(?!`)[^`\n]+\1(?!`)")
_URL = Expression(r"(?:https?://|www\.)[^\s<>()（）\[\]\"'，。；、》」】]+")
_MAIL = Expression(r"\b[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}")


def spoken(text: str) -> str:
    """The text without a leading `<think>…</think>`, which some local servers leave in."""
    return _THINKING.sub("", text, count=1) if "<think" in text[:200].casefold() else text


@lru_cache(maxsize=64)
def outside_code(text: str) -> str:
    """What is said outside code blocks and code spans. A block marked as Markdown or plain text is prose."""
    text = spoken(text)
    if "```" in text or "~~~" in text:
        text = "\n".join(_walk(text)[0])
    return _SPAN.sub(" ", text) if "`" in text else text


@lru_cache(maxsize=64)
def prose(text: str) -> str:
    """What is said outside code, and outside web and mail addresses."""
    said = outside_code(text)
    if "://" in said or "www." in said:
        said = _URL.sub(" ", said)
    return _MAIL.sub(" ", said) if "@" in said else said


def open_fence(text: str) -> str:
    """The line that opens a code block which is never closed; empty when each is."""
    still_open = _walk(text)[1]
    return still_open[0][2] if still_open else ""


def _walk(text: str) -> tuple[list[str], list[tuple[str, bool, str]]]:
    """Lines of prose, and the fences still open at the end as (marks, is prose, line), outermost first.

    Blocks nest in Markdown blocks alone: models wrap whole answers, inner blocks and all, in ```markdown.
    """
    lines: list[str] = []
    fences: list[tuple[str, bool, str]] = []
    for line in text.split("\n"):
        fence = _FENCE.match(line) if "```" in line or "~~~" in line else None
        in_prose = not fences or fences[-1][1]
        if fences and fence and fence[1].startswith(fences[-1][0]) and not fence[2].strip():
            fences.pop()
        elif fence and in_prose:
            label = fence[2].strip().casefold()
            fences.append((fence[1], label in PROSE_FENCES, line))
        elif in_prose:
            lines.append(line)
    return lines, fences
