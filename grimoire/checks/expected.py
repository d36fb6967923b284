"""The check derived from a prompt's own words: another check, whose result says which words those were."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from grimoire.checks.reason import LIMIT, cut, one_line, result
from grimoire.ports import Check, Exchange
from grimoire.verdict import CheckResult

SHOWN = 60


class Expected:
    """A check that no author asked for, so that an answer which fails it is partial and not broken.

    `words` are those of the prompt it was read from, and `rules` is the version of the reading: a result of other
    rules is one of another check. `given` are values that were filled in among the words; where the prompt was sent
    with others, nothing is expected.
    """

    should = True

    def __init__(self, check: Check, words: str, rules: int, given: Sequence[str] = ()) -> None:
        self.name = check.name
        self.version = 100 * rules + check.version
        self.wants = getattr(check, "wants", None)
        self._check = check
        self._source = f' (the prompt: "{cut(one_line(words), SHOWN)}")'
        self._given = [re.compile(rf"(?<!\d){re.escape(text)}(?!\d)") for text in given]

    def judge(self, exchange: Exchange) -> CheckResult:
        if not all(text.search(exchange.incantation) for text in self._given):
            return result(self, "skipped", f"the prompt was sent with another number{self._source}")
        found = self._check.judge(exchange)
        reason = cut(found.reason, LIMIT - len(self._source)) + self._source
        return msgspec.structs.replace(found, version=self.version, should=True, reason=reason)
