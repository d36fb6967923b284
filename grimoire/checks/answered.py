"""Standing check: there is an answer, from a model, and more of it than an announcement.

What fails: nothing but white space, punctuation or thinking; a service's own notice (busy, over a limit, a network or
gateway error) in place of an answer; and an answer that only agrees, promises ("I will write …", "我会为您…") or
introduces what never comes. Notices are caught here and not by `refusal`, because no model declined anything: there is
nothing for the other checks to look at.

What makes it precise: only answers of at most 400 characters are looked at (twice the longest announcement seen), and
every single sentence (of a notice: every clause) must be of the kind, so that one sentence of content is enough to
pass. A promise must also be addressed to who asked, by a word of assent or a "you". Nor is a notice found in a title or
where the prompt asks for one (see `wanted`), or a promise where it asks for a vow, a greeting, a customer's reply or a
translation, or to wait.
"""

from __future__ import annotations

import re
import unicodedata

from grimoire.checks.answered_phrases import (
    ADDRESSED,
    CLAUSE_END,
    ERROR_BODY,
    FILLER,
    NOTICE,
    NOTICE_WANTED,
    PROMISE,
    PROMISE_WANTED,
    REMEDY,
    SENTENCE_END,
    STATUS_LINE,
    TELLS,
)
from grimoire.checks.prose import spoken
from grimoire.checks.reason import quote, result
from grimoire.expression import Expression
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult

SHORT = 400
ERROR_PAGE = 4_000

_MARKS = Expression(r"<\|[\w-]{1,30}\|>|</?s>|\[DONE\]|^[ \t]*(?:`{3,}|~{3,})\w*[ \t]*$", re.MULTILINE)

_ONLY_THINKING = Expression(
    r"<\|channel\|>(?:analysis|commentary)\b(?!.*<\|channel\|>final)"
    r"|Thinking\.{3}\n.*\.{3}done thinking\.\Z"
    r"|\[THINK\](?!.*\[/THINK\]\s{0,20}\S)|<(?P<tag>thought|reasoning|analysis)>(?!.*</(?P=tag)>\s{0,20}\S)",
    re.DOTALL,
)
"""Other ways in which servers hand over what a model thought, with no answer after it."""


class Answered:
    """Something was said: a letter, digit or symbol such as an emoji, and not only a notice or a promise."""

    name = "answered"
    version = 2
    should = False

    def judge(self, exchange: Exchange) -> CheckResult:
        text = spoken(exchange.answer.text).strip()
        if len(text) <= SHORT:
            text = _MARKS.sub("", text).strip()
        if not any(map(_says_something, text)):
            return result(self, "failed", _nothing(text, exchange.answer.text))
        if text[0] in "<T[" and _ONLY_THINKING.match(text):
            return result(self, "failed", f"thinking, and no answer after it: {quote(text[-60:])}")
        if is_notice(text) and not NOTICE_WANTED.by(exchange.incantation):
            return result(self, "failed", f"a notice of the service, no answer: {quote(text)}")
        if is_promise(text) and not PROMISE_WANTED.by(exchange.incantation):
            return result(self, "failed", f"only announces an answer: {quote(text)}")
        return result(self, "passed", f"{len(text)} characters")


def is_notice(text: str) -> bool:
    """Whether the text is nothing but what a service says when it has no answer: every clause is part of a notice."""
    if text[0] in "<{" and len(text) <= ERROR_PAGE and ERROR_BODY.match(text):
        return True
    title = text.istitle() and not STATUS_LINE.match(text)
    if len(text) > SHORT or title or not NOTICE.search(text):
        return False
    clauses = [part for part in CLAUSE_END.split(text) if any(map(str.isalpha, part))]
    return all(NOTICE.search(part) or REMEDY.search(part) for part in clauses)


def is_promise(text: str) -> bool:
    """Whether the text only agrees, promises or introduces: every sentence does, and one is more than assent."""
    if len(text) > SHORT or not ADDRESSED.search(text):
        return False
    sentences = [part for part in SENTENCE_END.split(text) if any(map(str.isalnum, part))]
    if any(map(TELLS.search, sentences)):
        return False
    promises = [part for part in sentences if PROMISE.match(part)]
    return bool(promises) and all(part in promises or FILLER.match(part) for part in sentences)


def _nothing(text: str, whole: str) -> str:
    if text:
        return f"only punctuation: {quote(text)}"
    if whole.strip():
        return "thinking, and no answer after it" if "<think" in whole else f"only marks: {quote(whole)}"
    return "the answer is empty"


def _says_something(char: str) -> bool:
    if char.isalnum():
        return True
    return (
        not char.isascii() and char != "\N{REPLACEMENT CHARACTER}" and unicodedata.category(char) in {"So", "Sm", "Sc"}
    )
