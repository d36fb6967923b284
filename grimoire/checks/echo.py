"""Standing check: the answer is not the incantation, a piece of it, or the input, given back.

Texts are compared by their letters and digits alone, case ignored. What makes it precise: a short input counts only
when it is the whole answer; words taken out of the user's text (a quotation, a key sentence) are an answer, while a
piece of the template is none; and an answer that quotes the prompt and goes on is no echo. A text that was to be
rewritten counts too when it comes back nearly unchanged among headings, lists and tables about it. Likeness is the
normalised Indel similarity (2·LCS / total length) of `rapidfuzz`, of at most 3,000 characters of each.
"""

from __future__ import annotations

import re
from functools import lru_cache

from grimoire.checks.prose import outside_code, spoken
from grimoire.checks.reason import quote, result
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult

NEAR = 0.9
LONGEST = 3_000
LONG_INPUT = 40
PIECE = 24
TINY = 4
A_TEXT = 100

_LABEL = re.compile(r"\A\W*\w{1,10}[ \t*_]{0,3}[:：]")
_NO_PARAGRAPH = re.compile(r"^[ \t]*(?:#{1,6}[ \t]|[|>]|[-*+•][ \t]|\d{1,3}[.、)]).*$", re.MULTILINE)
_NOISE = re.compile(r"[\W_]+")


class Echo:
    """The answer says something that was not sent."""

    name = "echo"
    version = 1
    should = False

    def judge(self, exchange: Exchange) -> CheckResult:
        answer = bare(spoken(exchange.answer.text))
        sent, given = bare(exchange.incantation), bare(exchange.text)
        if len(answer) < TINY:
            return result(self, "passed", f"{len(answer)} letters, too few to be an echo")
        for source, text in (("the incantation", sent), ("the input", given)):
            likeness = alike(answer, text)
            enough = 1.0 if len(text) < LONG_INPUT else NEAR
            if likeness >= enough:
                return result(self, "failed", f"{likeness:.0%} the same as {source}: {quote(exchange.answer.text)}")
        if bare(_LABEL.sub("", spoken(exchange.answer.text))) == given and len(given) >= TINY:
            return result(self, "failed", f"the input with a label: {quote(exchange.answer.text)}")
        if is_copy(bare(paragraphs(exchange.answer.text)), given):
            return result(self, "failed", f"the input, nearly unchanged: {quote(paragraphs(exchange.answer.text))}")
        if is_piece(answer, sent, given):
            return result(self, "failed", f"a piece of the incantation: {quote(exchange.answer.text)}")
        return result(self, "passed", f"{len(answer)} letters, neither the {len(sent)} sent nor a piece of them")


@lru_cache(maxsize=64)
def bare(text: str) -> str:
    """Letters and digits alone, case ignored."""
    return _NOISE.sub("", text.casefold())


def alike(answer: str, source: str) -> float:
    """How much of both texts is the same, from 0 to 1; 0 where it is less than near.

    A source that stands whole in the answer with a quarter of its length around it counts as the same.
    """
    if len(source) < TINY:
        return 0.0
    if len(source) >= LONG_INPUT and source in answer and len(answer) <= 1.25 * len(source):
        return 1.0
    from rapidfuzz.distance import Indel

    if not 0.8 < len(answer) / len(source) < 1.25:  # noqa: PLR2004  # beyond these lengths 0.9 cannot be reached
        return 0.0
    head = Indel.normalized_similarity(answer[:LONGEST], source[:LONGEST], score_cutoff=NEAR)
    if len(answer) <= LONGEST:
        return head
    return min(head, Indel.normalized_similarity(answer[-LONGEST:], source[-LONGEST:], score_cutoff=NEAR))


def paragraphs(text: str) -> str:
    """The text without headings, tables, lists, quotations and code."""
    return _NO_PARAGRAPH.sub("", outside_code(text)).strip()


def is_copy(answer: str, given: str) -> bool:
    """Whether nine tenths of a text of some length stand in the answer, in order, with hardly anything else."""
    from rapidfuzz.distance import LCSseq

    if len(given) < A_TEXT or not 0.8 < len(answer) / len(given) < 1.25:  # noqa: PLR2004  # as above
        return False
    return LCSseq.similarity(answer[:LONGEST], given[:LONGEST]) >= NEAR * min(len(given), LONGEST)


def is_piece(answer: str, sent: str, given: str) -> bool:
    """Whether the answer was cut out of the incantation, or is nearly its end, and not cut out of the user's text."""
    if len(answer) < PIECE or answer in given:
        return False
    return answer in sent or alike(answer, sent[-len(answer) :]) >= NEAR
