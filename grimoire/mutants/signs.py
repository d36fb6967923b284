"""Answers without their hashtags or emoji."""

from __future__ import annotations

import re

from grimoire.mutants.jsontext import change_said
from grimoire.mutants.material import Material, Mutant

_HASHTAG = re.compile(r"(?<![\w&/#])#(?=[^\s#])[^\s#,.;，。；、\"'|]{1,60}#?[ \t]?")
_PICTURE = "[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\u231a-\u23ff]"
_EMOJI = re.compile(f"{_PICTURE}[\ufe0f\u200d\U0001f3fb-\U0001f3ff]*[ ]?")
SEVERAL = 2


def drop_hashtags(material: Material) -> Mutant | None:
    """Without its hashtags."""
    text, count = _drop(material.sample, _HASHTAG)
    if not count:
        return None
    return Mutant(text=text, what=f"0 of {count} hashtags left", advice=(f"- hashtags: {{at_least: {count}}}",))


def drop_emoji(material: Material) -> Mutant | None:
    """Without its emoji, where it has several."""
    text, count = _drop(material.sample, _EMOJI)
    if count < SEVERAL:
        return None
    return Mutant(text=text, what=f"0 of {count} emoji left", advice=(f"- emoji: {{at_least: {count}}}",))


def _drop(text: str, pattern: re.Pattern[str]) -> tuple[str, int]:
    """The text without what a pattern finds outside code and in the texts of JSON; and how often that was."""
    count = 0

    def drop(part: str) -> str:
        nonlocal count
        kept, found = pattern.subn("", part)
        count += found
        return kept

    return change_said(text, drop), count
