"""The grammar of declining, wherever in an answer it stands: who declines, with which verb, and what.

A sentence declines where an assistant ("I", "我", or nobody named) is said not to make what it was asked for: a verb of
making or helping, and as its object this request, the kind of text that the prompt asks for, or something "for you"
(为您). A reason may stand before it at any length. Since people in articles decline things too, it counts only where

- the answer has no code, no table and no "here is …" with something after it, and is of at most `LONGEST`;
- at most `BEFORE` stands before the sentence and `AFTER` after it, in which it is not a quotation;
- the answer also excuses itself, gives a reason that assistants give, offers something else, or is of at most `SHORT`.

In short answers the request may be what is not done ("this request was blocked", "该内容无法生成"), information what is
not found, and drawing what is not done at all. All of these are characters, a Chinese one counting three.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from grimoire.checks.declining_phrases import (
    ADDRESS,
    ADVICE_WANTED,
    ANSWERED_SHORT,
    DEMONSTRATIVE,
    EXCUSE,
    FRONTED,
    GENERAL,
    I_DECLINE,
    LETTER,
    NEGATION_ZH,
    NOT_I_ZH,
    OBJECT,
    SAID,
    SAID_AFTER,
    SHORT_ONLY,
    SUPPORT,
    TALKS,
    TASK_OFFER,
    ZH_DECLINES,
    ZH_FRONTED,
)
from grimoire.checks.intake import of_the_task
from grimoire.checks.refusal_phrases import PIVOT
from grimoire.checks.shortfall import falls_short
from grimoire.checks.width import bulk, weight
from grimoire.expression import Expression

LONGEST = 3_600
BEFORE = 2_400
AFTER = 1_500
SHORT = 450
TALK = 1_000
DELIVERED = 120
CLAUSE = 160

_I = Expression(r"[Ii](?=[ '’])(?<![\w]I)(?<!\wi)")
_FRONTED_HINTS = ("something ", " for me", "utside ", "eyond ", "sit th")
_NOT_ZH = Expression("[恕無无不没沒難难拒婉帮幫爱愛]")
_HELPLESS_ZH = Expression("我|恐怕|实在|實在")
_SOMETHING = Expression(r"\b(?:something|possible|outside|beyond|sit)\b", re.IGNORECASE)
_TABLE = Expression(r"(?:^[ \t]*\|.*\|[ \t]*\n){2}", re.MULTILINE)
_MARKED = Expression(r"^[ \t]*(?:#|\*\*|\||\d{1,3}[.、)]|[-*+•]\s)|(?<!\S)#\w", re.MULTILINE)
_MARKED_LINE = Expression(r"\n[ \t]*(?:\*\*|\||\d{1,3}[.、)]|[-*+•](?=\s))")
"""The same where there is no hash: a line break is found faster than a line's beginning."""
_END = Expression(r"[.!?](?=\s|\Z)|[。！？\n]")
_BREAK_ZH = Expression(r"[，,。！？；;\n]")


def find_declining(text: str, incantation: str) -> str:
    """The sentence that declines to do what was asked, where nothing is delivered; empty if there is none."""
    size = bulk(text)
    if size > LONGEST or LETTER.match(text) or "```" in text or ("|" in text and _TABLE.search(text)):
        return ""
    if size <= ANSWERED_SHORT and not text.istitle() and (found := SHORT_ONLY.search(text)):
        return _sentence(text, found.start())
    places = _declining(text, incantation)
    told = next((_sentence(text, at) for at in places if _undelivered(text, at, size)), "")
    return told or _excuses(text, incantation, size)


def _excuses(text: str, incantation: str, size: int) -> str:
    """A sentence that excuses, where no more is said than that, and less is there than was asked for, or an offer."""
    if size > TALK or not (EXCUSE.may_stand_in(text) or TALKS.may_stand_in(text)) or _is_marked(text):
        return ""
    excuse = next((found for found in EXCUSE.finditer(text) if not _quoted(text[: found.start()])), None)
    if falls_short(text, incantation):
        talk = (excuse if excuse and ADDRESS.search(text) and SUPPORT.search(text) else None) or TALKS.search(text)
        return _sentence(text, talk.start()) if talk else ""
    if excuse is None or ADVICE_WANTED.by(incantation):
        return ""
    offers = [_sentence(text, offer.start()) for offer in TASK_OFFER.finditer(text, excuse.end())]
    return _sentence(text, excuse.start()) if any(of_the_task(offer, incantation) for offer in offers) else ""


def _is_marked(text: str) -> bool:
    """Whether more than one line begins as a heading, an item or a row, or there are hashtags."""
    if "#" in text:
        return len(_MARKED.findall(text)) > 1
    return len(_MARKED_LINE.findall("\n" + text)) > 1


def _declining(text: str, incantation: str) -> Iterator[int]:
    """Where clauses begin that decline to do what was asked."""
    for start in _I.finditer(text) if "I" in text or "i'" in text else ():
        found = I_DECLINE.match(text, start.start(), start.start() + CLAUSE)
        if found and _is_asked(text, found.end(), incantation):
            yield start.start()
    for start in _SOMETHING.finditer(text) if any(map(text.__contains__, _FRONTED_HINTS)) else ():
        if FRONTED.match(text, start.start(), start.start() + CLAUSE):
            yield start.start()
    if text.isascii():
        return
    for start in _NOT_ZH.finditer(text):
        if NEGATION_ZH.match(text, start.start()) and _declines_zh(text, start.start()):
            yield start.start()


def _is_asked(text: str, at: int, incantation: str) -> bool:
    """Whether what follows a verb of making is what the prompt asks for: this one, or of a kind that it names."""
    found = OBJECT.match(text, at, at + CLAUSE // 2)
    if not found:
        return False
    noun = found["noun"]
    if noun is None or GENERAL.match(noun) or found["this"]:
        return True
    return noun.lower().rstrip("s") in incantation.lower()


def _declines_zh(text: str, at: int) -> bool:
    """Whether a Chinese negation at a place declines to make something, and is not said of somebody else."""
    head = text[max(0, at - CLAUSE) : at]
    clause = _BREAK_ZH.split(head)[-1]
    if NOT_I_ZH.search(clause) or (text[at] in "帮幫" and not _HELPLESS_ZH.search(clause)):
        return False
    if ZH_DECLINES.match(text, at, at + CLAUSE // 2):
        return True
    sentence = _END.split(head)[-1]
    return bool(ZH_FRONTED.match(text, at, at + CLAUSE // 2) and DEMONSTRATIVE.search(sentence))


def _undelivered(text: str, at: int, size: int) -> bool:
    """Whether little stands around the place, nothing of it is handed over, and it is an assistant's."""
    before, after = text[:at], text[at:]
    if (
        _quoted(before)
        or SAID.search(_END.split(before)[-1])
        or SAID_AFTER.match(after)
        or weight(after) > AFTER
        or weight(before) > BEFORE
    ):
        return False
    pivot = PIVOT.search(after)
    if pivot and not SUPPORT.search(after[: pivot.start()]) and weight(after[pivot.end() :]) >= DELIVERED:
        return False
    return size <= SHORT or bool(SUPPORT.search(text[max(0, at - 2 * CLAUSE) :]))


def _quoted(before: str) -> bool:
    paragraph = before[before.rfind("\n\n") + 1 :]
    return (
        paragraph.count('"') % 2 == 1
        or paragraph.count("“") > paragraph.count("”")
        or paragraph.count("「") > paragraph.count("」")
    )


def _sentence(text: str, at: int) -> str:
    """The sentence around a place."""
    ends = [end.end() for end in _END.finditer(text, 0, at)]
    stop = _END.search(text, at)
    return text[ends[-1] if ends else 0 : stop.end() if stop else len(text)].strip(" *_#\n")
