"""A page's text with what no reader sees taken out, and its white space folded (pure)."""

from __future__ import annotations

import re

from grimoire.terminal import strip_controls

# What takes no room and so can hide letters or whole texts: soft hyphens, fillers, zero-width spaces, invisible
# operators, tags, supplementary variation selectors, marks of annotation.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# One of these joins letters or draws an emoji; a row of them writes something.
_ROWS = re.compile("[\u200c\u200d]{2,}|[\ufe00-\ufe0f]{2,}")
_SPACES = re.compile("(?<=\\S)[^\\S\\n]+")
_BLANK = re.compile("\n{3,}")


def reveal(text: str) -> str:
    """Without terminal controls and characters that cannot be seen."""
    return _ROWS.sub("", _INVISIBLE.sub("", strip_controls(text.replace("\r\n", "\n").replace("\r", "\n"))))


def fold(text: str) -> str:
    """Runs of spaces as one, but for those that indent a line; no more than one empty line at a time."""
    lines = (_SPACES.sub(" ", line).rstrip() for line in text.split("\n"))
    return _BLANK.sub("\n\n", "\n".join(lines)).strip("\n")


def tidy(text: str) -> str:
    """Lines as they stand, for what is no HTML; without what trails them, and one empty line at a time."""
    return _BLANK.sub("\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip("\n")
