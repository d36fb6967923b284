"""Whether a prompt asks for what would otherwise be a fault: a refusal, an error message, a promise, questions."""

from __future__ import annotations

import re
from functools import lru_cache, partial

from grimoire.checks.in_lines import ByLine
from grimoire.checks.phrases import any_of, either_script
from grimoire.checks.width import weight
from grimoire.expression import Expression

SHORT_PROMPT = 500
"""Weight up to which a prompt is about each of its words. A longer one may speak of refusals by the way."""

_NOT = any_of(
    r"\b(?:do not|don['’]t|never|without)\b[^.,\n]{0,10}",
    "(?:不要|不得|别|勿|[无無][须須需]|不可以|不能)[^。，,\\n]{0,4}",
)
_MAKE = any_of(
    r"\b(?:write|draft|compose|create|generate|reply|respond|answer|act|play|pretend|translate|say|give me|ask)\b",
    either_script("撰写|写|起草|拟|生成|回复|扮演|翻译|给我|帮我"),
)


class Wanted:
    """Words that a prompt asks with: `phrases` in a short prompt, or near a verb of making; `always` in any prompt.

    None of them may match a line feed, unless they are looked for `across_lines`, which takes longer.
    """

    def __init__(self, *phrases: str, always: str = r"(?!)", across_lines: bool = False) -> None:
        words = any_of(*phrases)
        near = _MAKE + r"[^.。？！?!\n]{0,40}?" + words
        self._anywhere = Expression(f"(?P<no>{_NOT})?{any_of(always, words)}", re.IGNORECASE)
        self._near = Expression(f"(?P<no>{_NOT})?{any_of(always, near)}", re.IGNORECASE)
        self.expressions: tuple[Expression, ...] = () if across_lines else (self._anywhere, self._near)
        self._lines = {each: ByLine(partial(_finds, each)) for each in self.expressions}

    def by(self, incantation: str) -> bool:
        """Whether the prompt asks for it and does not forbid it in the same breath."""
        return _asks(self, incantation)

    def asks(self, incantation: str) -> bool:
        """The same, read anew."""
        pattern = self._anywhere if weight(incantation) <= SHORT_PROMPT else self._near
        return any(self._lines[pattern].of(incantation)) if self._lines else _finds(pattern, incantation)


def _finds(pattern: Expression, text: str) -> bool:
    """Whether the text holds it, and does not forbid it there."""
    return any(not found["no"] for found in pattern.finditer(text))


@lru_cache(maxsize=256)
def _asks(wanted: Wanted, incantation: str) -> bool:
    """A trial has the same incantation for all samples of all models."""
    return wanted.asks(incantation)
