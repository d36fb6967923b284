"""Long expressions for how a sentence begins, which are compiled where one begins at all as they do."""

from __future__ import annotations

import re
import sys

from grimoire.expression import Expression


class Begun:
    """As `Expression(source, flags)`; `begins` matches wherever it does, and is quickly compiled."""

    def __init__(self, begins: str, source: str, flags: int = 0) -> None:
        self.begins, self.whole = Expression(begins, flags), Expression(source, flags)

    def match(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """The match at a place of the text."""
        return self.whole.match(text, start, end) if self.begins.match(text, start, end) else None
