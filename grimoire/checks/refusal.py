"""Standing check: the answer is not a refusal, nor a request for the input that was given.

A refusal is a refusing sentence in the opening and nothing delivered after it. What makes it precise:

- the sentence must begin a sentence of the opening, in the first person singular (customers are told "we cannot"), and
  what it declines must be what an assistant is asked for: to help, answer, write *this*, not to attend or to refund;
- letters ("Dear …", "Subject: …"), quotations, headings and lists are no opening;
- after it, "here is …" with some text, or a long structured text, is a delivery; a list of alternatives is not.

A question back ("please provide the topic", "请提供您的文本") is caught here too, since the input had been given: only
where it is all there is, and only when it asks for the input itself, so that an interviewer may ask for a name.
"""

from __future__ import annotations

import re

from grimoire.checks.prose import spoken
from grimoire.checks.reason import quote, result
from grimoire.checks.refusal_phrases import CHINESE, ENGLISH, NO_OPENING, PIVOT, QUESTION
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult

OPENING = 280
SHORT_ANSWER = 700
DELIVERED_AFTER_PIVOT = 120
DELIVERED_STRUCTURED = 900
DELIVERED_ANYHOW = 1800

_STRUCTURE = re.compile(
    r"^[ \t]*(?:#{1,6}\s|\|.*\||\d{1,3}[.、．)]|[-*+•]\s|```|[一二三四五六七八九十]+、)", re.MULTILINE
)
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_END = re.compile(r"[.!?。！？\n]")


class Refusal:
    """The answer is neither a refusal nor a mere request for the input."""

    name = "refusal"
    version = 1
    should = False

    def judge(self, exchange: Exchange) -> CheckResult:
        text = spoken(exchange.answer.text).strip()
        refused = find_refusal(text)
        if refused:
            return result(self, "failed", f"refuses: {quote(refused, 120)}")
        if asked := find_question(text):
            return result(self, "failed", f"only asks for what was given: {quote(asked, 120)}")
        return result(self, "passed", f"no refusal in the opening {quote(text, 40)}")


def find_refusal(text: str) -> str:
    """The refusing sentence with which the text opens and that nothing is delivered after; empty if there is none."""
    opening = text[:OPENING]
    if NO_OPENING.match(opening):
        return ""
    found = ENGLISH.search(opening) or CHINESE.search(opening)
    if found is None or _weight(text[: found.start()]) > OPENING:
        return ""
    end = _END.search(text, found.end())
    stop = end.end() if end else len(text)
    return "" if _delivers(text[stop:], text[found.start() : stop]) else text[found.start() : stop].strip(" *_\n")


def find_question(text: str) -> str:
    """The request for the input, when the text holds little else; empty if there is none."""
    if _weight(text) > SHORT_ANSWER or len(_STRUCTURE.findall(text)) > 5:  # noqa: PLR2004  # a form to fill in has few lines
        return ""
    found = QUESTION.search(text)
    if found is None or _weight(text[: found.start()]) > SHORT_ANSWER / 3:
        return ""
    return "" if NO_OPENING.match(text) or _weight(text[found.end() :]) > SHORT_ANSWER / 2 else found.group()


def _delivers(rest: str, refusal: str) -> bool:
    """Whether what was asked for comes after the refusing sentence."""
    size = _weight(rest)
    if size >= DELIVERED_ANYHOW:
        return True
    if size >= DELIVERED_STRUCTURED and len(_STRUCTURE.findall(rest)) > 2:  # noqa: PLR2004  # more than a heading and a rule
        return True
    return size >= DELIVERED_AFTER_PIVOT and bool(PIVOT.search(refusal) or PIVOT.search(rest[:160]))


def _weight(text: str) -> int:
    """Length, a character of Chinese, Japanese or Korean counting as three of an alphabet."""
    sample = text[: 2 * DELIVERED_ANYHOW]
    return len(sample) + 2 * len(_WIDE.findall(sample))
