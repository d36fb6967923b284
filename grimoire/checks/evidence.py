"""Where in an answer something stands: the line's number and the words around it, for a reason to quote."""

from __future__ import annotations

from grimoire.checks.reason import quote

BEFORE = 15
AFTER = 35


def place(text: str, position: int) -> str:
    """`line 3: "…words around it…"`, lines counted from 1."""
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    end = len(text) if end < 0 else end
    left, right = max(start, position - BEFORE), min(end, position + AFTER)
    words = ("…" if left > start else "") + text[left:right] + ("…" if right < end else "")
    return f"line {text.count(chr(10), 0, position) + 1}: {quote(words)}"
