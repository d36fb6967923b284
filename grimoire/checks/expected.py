"""The check derived from a prompt's own words: another check, whose result says which words those were."""

from __future__ import annotations

import msgspec

from grimoire.checks.reason import LIMIT, cut, one_line
from grimoire.ports import Check, Exchange
from grimoire.verdict import CheckResult

SHOWN = 60


class Expected:
    """A check that failing makes no answer broken, for no author asked for it.

    `words` are those of the prompt it was read from, and `rules` is the version of the reading: a result of other
    rules is one of another check.
    """

    should = True

    def __init__(self, check: Check, words: str, rules: int) -> None:
        self.name = check.name
        self.version = 100 * rules + check.version
        self.wants = getattr(check, "wants", None)
        self.words = words
        self._check = check

    def judge(self, exchange: Exchange) -> CheckResult:
        found = self._check.judge(exchange)
        source = f' (the prompt: "{cut(one_line(self.words), SHOWN)}")'
        reason = cut(found.reason, LIMIT - len(source)) + source
        return msgspec.structs.replace(found, version=self.version, should=True, reason=reason)
