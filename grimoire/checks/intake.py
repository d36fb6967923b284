"""Forms and questions in place of the work: the model asks for what it was given, or how to do the task, and waits.

An intake form may be long, with headings, numbers and blanks. It is told by a frame and by what else there is: it says
that the work comes once the answers do ("once you've filled this in, I'll write …", "您发来之后，我马上写"), or what is
asked is asked "before I begin"; something is asked for; and of the whole at most `CONTENT` is anything but headings,
questions, blanks, short items, thanks and promises. The frame must speak of writing, or of the kind of text that the
prompt asks for, since shops too do things once they are told.
"""

from __future__ import annotations

import re

from grimoire.checks.answered_phrases import PROMISE
from grimoire.checks.declining_phrases import LETTER
from grimoire.checks.intake_phrases import ASK, ASSENT, FRAME, NOUN, POLITE, WORK_ZH
from grimoire.checks.width import bulk, weight
from grimoire.expression import Expression

LONGEST = 4_500
BRIEF = 700
"""Weight from which a text is looked at only where more lines than `QUESTIONS` are questions or blanks."""
CONTENT = 0.2
LINE = 300
QUESTIONS = 3
ASSENTED = 4
ITEM = 90
"""Weight up to which an item of a list names what is asked for."""

_MARKER = Expression(
    r"(?:[-*+•#>][\s*_]|\d{1,3}(?:[.)．][\s*_]|[）、])|[一二三四五六七八九十]{1,3}、|[（(]\d{1,2}[）)])"
)
_SENTENCES = Expression(r"(?<=[a-z]{2}[.!?])\s+|(?<=[)”][.!?])\s+|(?<=[。！？])|\n+")
_YOU = Expression(r"\b(?:you|your|i|me)\b|您|你", re.IGNORECASE)
_ASKING = (":", "：", "__")
_QUESTION_LINE = Expression(r"[?？:：_][ *]{0,4}\n")
_TABLE = Expression(r"(?:^[ \t]*\|.*\|[ \t]*\n){3}", re.MULTILINE)


def find_intake(text: str, incantation: str) -> str:
    """The sentence that puts the work off until questions are answered, where there is little else; or nothing."""
    size = bulk(text)
    if size > LONGEST or (size > BRIEF and len(_QUESTION_LINE.findall(text)) <= max(QUESTIONS, text.count("\n") // 5)):
        return ""
    put_off = FRAME.search(text) is not None
    if (
        not _may_ask(text, put_off=put_off)
        or LETTER.match(text)
        or "```" in text
        or ("|" in text and _TABLE.search(text))
    ):
        return ""
    parts = [part for part in _SENTENCES.split(text) if any(map(str.isalnum, part))]
    if (question := _assents_and_asks(parts)) or not put_off:
        return question
    sure = sum(part.rstrip("*_ ").endswith(("?", "？", ":", "：", "__")) for part in parts) >= QUESTIONS
    frames = [found for found in FRAME.finditer(text) if sure or of_the_task(found.group(), incantation)]
    if not frames:
        return ""
    asked = [part for part in parts if _asks(part)]
    content = sum(weight(part) for part in parts if not (_asks(part) or _is_around(part)))
    return frames[0].group() if asked and content <= CONTENT * size else ""


def _may_ask(text: str, *, put_off: bool) -> bool:
    """Whether there is a mark or a word without which nothing is asked; without a question mark it must be put off."""
    if "?" in text or "？" in text:
        return True
    return put_off and (any(mark in text for mark in _ASKING) or ASK.may_stand_in(text))


def _assents_and_asks(parts: list[str]) -> str:
    """The question that is all there is after an assent; or nothing."""
    if len(parts) < 2 or len(parts) > ASSENTED or not ASSENT.match(parts[0]):  # noqa: PLR2004  # the assent and the question
        return ""
    rest = parts[1:]
    asks = all(part.rstrip("*_ ").endswith(("?", "？")) or PROMISE.match(part) for part in rest)
    return rest[-1] if asks and rest[-1].rstrip("*_ ").endswith(("?", "？")) and any(map(_YOU.search, rest)) else ""


def _asks(part: str) -> bool:
    """Whether the sentence or line is a question, a blank to fill in, or asks for something."""
    bare = part.rstrip("*_ ）)")
    return bare.endswith(("?", "？", ":", "：", "__")) or "？" in part or bool(ASK.search(part[:LINE]))


def _is_around(part: str) -> bool:
    """Whether the line is a heading, an item that names what is asked for, a frame, thanks or a promise."""
    line = part.strip()
    if line.startswith(("#", "**")) or (_MARKER.match(line) and weight(line) <= ITEM):
        return True
    return bool(FRAME.search(line[:LINE]) or POLITE.match(line[:LINE]))


def of_the_task(frame: str, incantation: str) -> bool:
    """Whether the frame speaks of writing, or of a kind of text that the prompt asks for."""
    if WORK_ZH.search(frame):
        return True
    wanted = incantation.lower()
    return any(noun.group().lower().rstrip("s") in wanted for noun in NOUN.finditer(frame))
