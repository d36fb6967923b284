"""Standing checks: there is an answer, and it is whole."""

from __future__ import annotations

import re
import unicodedata

from grimoire.checks.prose import open_fence, spoken
from grimoire.checks.reason import quote, result
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult

# Words that can end a line of verse or a question (of, for, 的, 是) are not here.
_OPEN_END = re.compile(
    r"(?:[,，、（(“]|\b(?:the|an|and|or|because|which|their|your|its)"
    r"|[以]?及|[并而]且|因为|由于|如果|能够|为了|不仅|对于|关于|根据|例如|包括|之所以)\Z",
    re.IGNORECASE,
)


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


def open_end(text: str) -> str:
    """The last line when no text can end so: on a comma or a conjunction, or within the row of a table."""
    *_, before, last = ("", "", *(line.strip() for line in text.rstrip().rsplit("\n", 2)))
    row = last.startswith("|") and not last.endswith("|") and before.startswith("|") and before.endswith("|")
    return last if row or _OPEN_END.search(last[-20:]) else ""


class Finished:
    """Not cut off. Where the service does not say why it stopped, only what is plainly left open counts as evidence."""

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
        if reason == "unknown" and (line := open_end(spoken(text))):
            return result(self, "failed", f"the last line breaks off: {quote(line[-60:])}")
        said = "not said why it stopped, nothing is left open" if reason == "unknown" else f"finish reason {reason}"
        return result(self, "passed", f"{said}, {len(text)} characters")
