"""Standing checks: there is an answer, and it is whole."""

from __future__ import annotations

import unicodedata

from grimoire.checks.prose import open_fence, spoken
from grimoire.checks.reason import quote, result
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult


class Answered:
    """Something was said: at least one letter, digit or symbol, such as an emoji."""

    name = "answered"
    version = 1
    should = False

    def judge(self, exchange: Exchange) -> CheckResult:
        text = spoken(exchange.answer.text).strip()
        if any(_says_something(char) for char in text):
            return result(self, "passed", f"{len(text)} characters")
        if text:
            return result(self, "failed", f"only punctuation: {quote(text)}")
        if exchange.answer.text.strip():
            return result(self, "failed", "thinking, and no answer after it")
        return result(self, "failed", "the answer is empty")


def _says_something(char: str) -> bool:
    if char.isalnum():
        return True
    return (
        not char.isascii() and char != "\N{REPLACEMENT CHARACTER}" and unicodedata.category(char) in {"So", "Sm", "Sc"}
    )


class Finished:
    """Not cut off. Where the service does not say why it stopped, only an open code block counts as evidence."""

    name = "finished"
    version = 1
    should = False

    def judge(self, exchange: Exchange) -> CheckResult:
        reason, text = exchange.answer.finish_reason, exchange.answer.text
        if reason == "length":
            return result(self, "failed", f"cut off by length after {len(text)} characters, at {quote(text[-30:])}")
        if reason == "content_filter":
            return result(self, "failed", f"cut off by the service's content filter after {len(text)} characters")
        if reason == "unknown" and (line := open_fence(spoken(text))):
            return result(self, "failed", f"a code block is never closed: {quote(line)}")
        said = "not said why it stopped, nothing is left open" if reason == "unknown" else f"finish reason {reason}"
        return result(self, "passed", f"{said}, {len(text)} characters")
