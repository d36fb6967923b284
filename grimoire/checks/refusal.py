"""Standing check: the answer is not a refusal, nor a request for the input that was given.

A refusal is a refusing sentence in the opening and nothing delivered after it. In all counts of characters here a
Chinese one is three. What makes it precise:

- the sentence must begin a sentence of the opening (280 characters), in the first person singular (customers are told
  "we cannot"), and what it declines must be what an assistant is asked for: to help, answer, write *this*, not to
  attend or to refund;
- letters ("Dear …", "Subject: …"), quotations, headings and lists are no opening;
- after it, "here is …" with 120 characters, code, or a long text (900 with a list or table, 1,800 without) is a
  delivery. An offer of something else ("instead, I suggest", "您可以考虑") before any "here is" makes the long text
  after it a lecture, up to 6,000 characters;
- a sentence with "however, I cannot …" may stand further on where little stands before it and after it (450 characters
  each) and there is no list or quotation; "I won't write …", which a character says too, counts only as the first
  sentence and before an offer of something else;
- where the prompt asks for a refusal, an apology or a reply to a customer (see `wanted`), or holds a refusal itself (to
  be translated), only an assistant that speaks of itself as one refuses.

Refusals of another build are found by what they decline and by what is missing (see `declining` and `shortfall`), forms
and questions in place of the work by what else there is (see `intake`).

A question back ("please provide the topic", "请提供您的文本", or nothing but questions about readers, tone and length)
is caught here too, since the input had been given: only where it is all there is (700 characters), and only when it
asks for the input or about the task, so that an interviewer may ask for a name; not where the prompt asks for
questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grimoire.checks.declining import find_declining
from grimoire.checks.intake import find_intake
from grimoire.checks.prose import spoken
from grimoire.checks.question_phrases import LEAD, QUESTION, QUESTIONS_WANTED, TASK_QUESTION
from grimoire.checks.reason import quote, result
from grimoire.checks.refusal_phrases import (
    CHINESE,
    ENGLISH,
    FIRST,
    HINTS,
    HINTS_ZH,
    LATER,
    NO_OPENING,
    OFFER,
    OWN_WORDS,
    PIVOT,
    PLAIN,
    REFUSAL_WANTED,
    START,
)
from grimoire.checks.width import weight
from grimoire.expression import Expression
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult

OPENING = 280
AROUND = 450
SHORT_ANSWER = 700
DELIVERED_AFTER_PIVOT = 120
DELIVERED_STRUCTURED = 900
DELIVERED_ANYHOW = 1_800
LECTURE = 6_000
SENTENCE = 300
READ_INPUT = 2_000

_STRUCTURE = Expression(
    r"^[ \t]*(?:#{1,6}\s|\|.*\||\d{1,3}[.、．)]|[-*+•]\s|```|[一二三四五六七八九十]+、)", re.MULTILINE
)
_SENTENCE_ENDS = (".", "!", "?", "。", "！", "？", "\n")
_END = Expression(r"[.!?。！？\n]")
_SENTENCES = Expression(r"(?<=\D[.!?])\s+|(?<=[。！？])|\n+")


class Refusal:
    """The answer is neither a refusal nor a mere request for the input."""

    name = "refusal"
    version = 2
    should = False

    def judge(self, exchange: Exchange) -> CheckResult:
        text = spoken(exchange.answer.text).strip()
        refused = find_refusal(text) or find_declining(text, exchange.incantation)
        if refused and not (OWN_WORDS.search(refused) is None and asks_refusal(exchange)):
            return result(self, "failed", f"refuses: {quote(refused, 120)}")
        asked = "" if exchange.dialogue else find_question(text) or find_intake(text, exchange.incantation)
        if asked and not QUESTIONS_WANTED.by(exchange.incantation):
            return result(self, "failed", f"only asks for what was given: {quote(asked, 120)}")
        return result(self, "passed", f"no refusal in the opening {quote(text, 40)}")


def asks_refusal(exchange: Exchange) -> bool:
    """Whether the prompt wants a refusal or an apology, or holds one to work on."""
    return REFUSAL_WANTED.by(exchange.incantation) or any(_refusing(exchange.text[:READ_INPUT], READ_INPUT))


def find_refusal(text: str) -> str:
    """The refusing sentence with which the text opens and that nothing is delivered after; empty if there is none."""
    if NO_OPENING.match(text) or not _may_refuse(text):
        return ""
    found = next(_refusing(text, OPENING), None)
    if found and weight(text[: found[0]]) <= OPENING:
        start, stop = found
        return "" if _delivers(text[stop:], text[start:stop]) else text[start:stop].strip(" *_\n")
    return _plain(text) or _later(text)


def find_question(text: str) -> str:
    """The request for the input, or questions about it, when the text holds little else; empty if there is none."""
    if len(text) > SHORT_ANSWER or weight(text) > SHORT_ANSWER or NO_OPENING.match(text):
        return ""
    found = QUESTION.search(text)
    if found and len(_STRUCTURE.findall(text)) <= 5:  # noqa: PLR2004  # a form to fill in has few lines
        around = weight(text[: found.start()]), weight(text[found.end() :])
        if around[0] <= SHORT_ANSWER / 3 and around[1] <= SHORT_ANSWER / 2:
            return found.group()
    if "?" not in text and "？" not in text:
        return ""
    return _only_questions([part for part in _SENTENCES.split(text) if any(map(str.isalnum, part))])


def _only_questions(sentences: Sequence[str]) -> str:
    """The first question, where there is nothing but questions and what leads to them, and two are about the task."""
    questions = [part for part in sentences if part.rstrip("*_ ").endswith(("?", "？"))]
    others = [part for part in sentences if part not in questions]
    about = sum(len(TASK_QUESTION.findall(part)) for part in questions)
    if about < 2 or not all(map(LEAD.match, others)):  # noqa: PLR2004  # a single question may be a headline
        return ""
    return questions[0] if others or all(map(TASK_QUESTION.search, questions)) else ""


def _may_refuse(text: str) -> bool:
    """Whether a word without which nothing is refused stands in the first few hundred characters."""
    head = text[: AROUND + SENTENCE]
    if not head.isascii() and any(map(head[:SENTENCE].__contains__, HINTS_ZH)):
        return True
    says = head.lower().__contains__
    return any(map(says, ("i ", "i'", "i’", "request", "content"))) and any(map(says, HINTS))


def _refusing(text: str, within: int) -> Iterator[tuple[int, int]]:
    """Beginning and end of each sentence that refuses, among those that begin `within` the first characters."""
    for start in START.finditer(text[:within]):
        at = start.end()
        first = text[at : at + 1]
        pattern = ENGLISH if first.isascii() else CHINESE if first in FIRST else None
        found = pattern and pattern.match(text, at, at + SENTENCE)
        if found and not _quoted(text[:at]):
            yield at, _stop(text, found.end())


def _quoted(before: str) -> bool:
    """Whether a quotation is open where the text goes on."""
    return (
        before.count('"') % 2 == 1 or before.count("“") > before.count("”") or before.count("「") > before.count("」")
    )


def _stop(text: str, at: int) -> int:
    """Where the sentence ends that goes on at a place."""
    end = _END.search(text, at)
    return end.end() if end else len(text)


def _plain(text: str) -> str:
    """A first sentence that declines, where an offer of something else follows and not a long text."""
    found = PLAIN.match(text)
    if not found:
        return ""
    stop = _stop(text, found.end())
    rest = text[stop:]
    return text[:stop].strip() if _offers(rest) and weight(rest[:DELIVERED_ANYHOW]) < DELIVERED_ANYHOW else ""


def _later(text: str) -> str:
    """A sentence with "however, I cannot" with little before it and little after it."""
    if len(text) > 3 * AROUND or _STRUCTURE.search(text) or any(mark in text for mark in '“「"'):
        return ""
    for start in START.finditer(text[:AROUND]):
        found = LATER.match(text, start.end(), start.end() + SENTENCE)
        if found and text[: start.start()].endswith(_SENTENCE_ENDS):
            stop = _stop(text, found.end())
            little = weight(text[: found.start()]) <= AROUND and weight(text[stop:]) <= AROUND
            return text[found.start() : stop].strip() if little and not PIVOT.search(text, found.start()) else ""
    return ""


def _delivers(rest: str, refusal: str) -> bool:
    """Whether what was asked for comes after the refusing sentence."""
    size = weight(rest[: 2 * LECTURE])
    if size < DELIVERED_AFTER_PIVOT:
        return False
    if "```" in rest or PIVOT.search(refusal):
        return True
    if _offers(rest):
        return size >= LECTURE
    if size >= DELIVERED_ANYHOW or PIVOT.search(rest[:160]):
        return True
    return size >= DELIVERED_STRUCTURED and len(_STRUCTURE.findall(rest)) > 2  # noqa: PLR2004  # more than a heading and a rule


def _offers(rest: str) -> bool:
    """Whether something else is offered, and nothing handed over before."""
    offer, pivot = OFFER.search(rest[:400]), PIVOT.search(rest[:160])
    return offer is not None and (pivot is None or pivot.start() > offer.start())
