"""Where an answer that was cut off goes on: what its next piece repeats is left out, whole or as it comes (pure).

Models that are asked to go on repeat the end of what they said, or the line or word they were in; they open the code
block once more, or say "Sure, continuing:" first. Only what can hardly be anything else is left out: a seam that shows
is better than text that is lost.
"""

from __future__ import annotations

import re

from grimoire.expression import Expression

OVERLAP = 200
"""Characters at a seam that are searched for text the model repeats when it goes on."""
_LEAST, _LEAST_HAN, _LEAST_WORD = 8, 6, 5
"""Characters that have to be the same, fewer may be so by chance; where all are Chinese; where they are a word."""
_LEAST_LETTERS = 4
"""Of these so many letters or digits: rows of spaces and lines of tables are alike everywhere."""
_LINE = 160
"""Characters that a remark before the text, or the line that opens a code block, has at most."""

_HAN = Expression("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+")
_WORD = Expression("[A-Za-z]+")
_FENCE = Expression(r"[ \t>]*(`{3,}|~{3,})[ \t]*([^\n`]*)")
_REMARK = Expression(
    r"(?:(?:sure|certainly|of course|okay|ok)(?: thing)?[,.!:]? ?)?"
    r"(?:continuing|here(?:'s|’s| is) the (?:continuation|rest))(?: (?:from|of) [\w ,'’]{1,60})?[:.…]{1,3}[ \t]{0,4}\n"
    r"|(?:(?:好的|当然|當然)[，。！,!]? ?)?(?:继续|繼續|接着|接著|接上文)[^，。！？：:\n]{0,12}[：:…]{1,2}[ \t]{0,4}\n",
    re.IGNORECASE,
)
_REMARK_BEGINS = ("sure", "certainly", "of course", "ok", "continuing", "here", *"好当當继繼接")


class Seam:
    """Gives out the next piece of an answer as it comes, without what it repeats of `before`.

    All that is given out is what `stitch` puts after `before`; nothing, where there is only white space.
    """

    def __init__(self, before: str) -> None:
        self._said = before.rstrip()
        self._gap = before[len(self._said) :]
        self._fence = open_fence(before)
        self._held: str | None = ""

    def feed(self, piece: str) -> str:
        """What can be nothing but new by now."""
        if self._held is None:
            return piece
        self._held += piece
        return self.end() if self._is_decided(self._held) else ""

    def end(self) -> str:
        """What is left when no more comes."""
        held, self._held = self._held or "", None
        return self.new_part(held) if held.strip() else ""

    def new_part(self, after: str) -> str:
        """What a whole piece adds."""
        text = _without_remark(after)
        code = self._without_fence(text)
        new = self._without_overlap(text if code is None else code)
        if code is None:
            amid_words = text is not after and new is text and _is_word_end(self._said + self._gap, new)
            return " " + new if amid_words else new
        starts_amid = new is code and not self._gap.endswith("\n") and code[:1].isspace()
        return "\n" + new if starts_amid else new

    def _is_decided(self, after: str) -> bool:
        """Whether nothing that follows changes what is left out of `after`."""
        text = _without_remark(after)
        if text is after and _may_be_remark(after.lstrip()):
            return False
        code = self._without_fence(text)
        if code is None and self._may_be_fence(text.lstrip()):
            return False
        core = (text if code is None else code).lstrip()
        tail = self._said[-OVERLAP:]
        longer = (tail.startswith(core, at) for at in range(len(tail) - len(core)))
        return bool(core) and not any(longer) and bool(core[_overlap(tail, core) :].strip())

    def _without_overlap(self, text: str) -> str:
        """The same text where nothing of it is left out."""
        core = text.lstrip()
        tail = self._said[-OVERLAP:]
        size = _overlap(tail, core)
        lead, rest = text[: len(text) - len(core)], core[size:]
        if not size or not self._is_repeated(core[:size], lead, rest):
            return text
        return rest[len(self._gap) :] if rest.startswith(self._gap) else rest.lstrip(" ")

    def _is_repeated(self, same: str, lead: str, rest: str) -> bool:
        """Whether what both have is said again, and not said twice."""
        if "\n" in lead and not (same[-1].isalnum() and rest[:1].isalnum()):
            return False  # a line like the one before it; but no line ends in the middle of a word
        if _is_row(same):
            return False
        if _HAN.fullmatch(same):
            return len(same) >= _LEAST_HAN
        if len(same) < _LEAST:
            return not (lead or self._gap) and _is_word(same) and not self._said[: -len(same)][-1:].isalnum()
        return sum(map(str.isalnum, same)) >= _LEAST_LETTERS

    def _without_fence(self, text: str) -> str | None:
        """What follows a line that opens the code block once more; None where there is no such line."""
        line, ends, rest = text.lstrip()[: _LINE + 1].partition("\n")
        found = _FENCE.fullmatch(line) if ends and self._fence else None
        if not found or not self._fence or (found[1][0], found[2].strip()) != self._fence:
            return None
        return rest + text.lstrip()[_LINE + 1 :]

    def _may_be_fence(self, core: str) -> bool:
        return bool(self._fence) and "\n" not in core[: _LINE + 1] and len(core) <= _LINE and core[:1] in "`~>"


def stitch(before: str, after: str) -> str:
    """Join two pieces of a cut-off answer; what the second repeats of the first's end stands once."""
    return before + Seam(before).new_part(after)


def open_fence(text: str) -> tuple[str, str] | None:
    """The character and the mark, such as python, of the code block that a text ends in; None without a mark.

    A line of the block's own characters and no mark ends it, so that only a marked one can be seen to be opened again.
    """
    opened: tuple[str, str] | None = None
    length = 0
    for found in (_FENCE.fullmatch(line) for line in text.split("\n")):
        if found is None:
            continue
        if opened is None:
            opened, length = (found[1][0], found[2].strip()), len(found[1])
        elif found[1][0] == opened[0] and len(found[1]) >= length and not found[2].strip():
            opened = None
    return opened if opened and opened[1] else None


def _without_remark(after: str) -> str:
    """The same text where it begins with none."""
    core = after.lstrip()
    found = _REMARK.match(core)
    return core[found.end() :].lstrip("\n") if found and found.end() <= _LINE else after


def _may_be_remark(core: str) -> bool:
    begun = core[:_LINE].casefold()
    if "\n" in begun or len(core) > _LINE:
        return False
    return any(begun.startswith(opener) or opener.startswith(begun) for opener in _REMARK_BEGINS)


def _overlap(tail: str, core: str) -> int:
    """Characters of the longest beginning of `core` that `tail` ends with."""
    return next((size for size in range(min(len(tail), len(core)), 0, -1) if tail.endswith(core[:size])), 0)


def _is_row(text: str) -> bool:
    """Whether it is one thing again and again, which may well go on."""
    return any(text[size:] == text[:-size] for size in range(1, len(text) // 2 + 1))


def _is_word_end(before: str, after: str) -> bool:
    return before[-1:].isalnum() and after[:1].isalnum() and (before[-1:] + after[:1]).isascii()


def _is_word(text: str) -> bool:
    return len(text) >= _LEAST_WORD and _WORD.fullmatch(text) is not None
