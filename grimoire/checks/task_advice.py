"""Part of `on-task`: advice where something else than an article was asked for.

Each rule wants several signs: what the incantation asks for, how the answer opens, that it lacks what was asked for,
and how much of it tells somebody what to do.

- code: not one line of a program, and the sentences say how it would be written;
- a plan, a course, a prompt: it opens with how such things are made, and hardly holds a number;
- pictures' prompts in code blocks: there is no block, and it opens with what the model is or how a picture is got;
- a rewriting: it opens with a verdict on the text, or ways to improve it, and goes on about its wording.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import msgspec

from grimoire.checks import task_advice_phrases as say
from grimoire.checks.in_lines import InLines
from grimoire.checks.reason import quote
from grimoire.checks.task_advice_phrases import HINTS, PART
from grimoire.expression import Expression

__all__ = [
    "HINTS",
    "PART",
    "Lacking",
    "instead_of_a_plan",
    "instead_of_code",
    "instead_of_prompts",
    "instead_of_rewriting",
    "read_lacking",
    "tells",
]

FEW = 3
ADVICE, EDITS, WORDING = 0.5, 0.6, 0.35
"""Of the text's length: sentences that tell somebody what to do; those of a review; those of it about wording."""
NUMBERS = 0.3
"""Of the sentences: those with a number in them, from which on a plan is one."""

_SIGNS = InLines(say.CODE, say.PROGRAMMING, say.BLOCK, say.PICTURES, say.REWRITE, say.REVIEW_ASKED)
_NUMBER = Expression(r"(?<!\A)\d")


class Lacking(msgspec.Struct, frozen=True):
    """What an incantation asks for that advice cannot be: code, a block of it, a rewriting."""

    code: bool
    block: bool
    rewriting: bool


def read_lacking(told: str) -> Lacking:
    """What is asked for. `told` is the incantation in Simplified characters, without who is to write."""
    code, programming, block, pictures, rewrite, review = _SIGNS.of(told)
    return Lacking(code=code and programming, block=block and pictures, rewriting=rewrite and not review)


def tells(sentence: str) -> bool:
    """Whether a sentence tells somebody what to do, or what something should be like."""
    return say.TELLS.search(sentence) is not None or say.ORDER.match(sentence) is not None


def instead_of_code(text: str, opening: list[str], sentences: Callable[[], list[str]]) -> str:
    """How a program would be written, where there is no line of one."""
    if "```" in text or not any(say.ON_CODE.search(bare) for bare in opening[:2]) or not any(map(tells, opening)):
        return ""
    if say.LINE_OF_CODE.search(text):
        return ""
    return _why("tells how the program would be written, and there is no line of code", sentences(), ADVICE, tells)


def instead_of_prompts(text: str, opening: Iterable[str], sentences: Callable[[], list[str]]) -> str:
    """How a model is asked for pictures, where there is no block with a prompt."""
    if "```" in text or not any(say.PICTURE_LECTURE.match(bare) for bare in opening):
        return ""
    return _why("explains how a prompt is written, and there is no block with one", sentences(), ADVICE, tells)


def instead_of_a_plan(opening: Iterable[str], noun: re.Pattern[str], sentences: Callable[[], list[str]]) -> str:
    """How such a plan is made."""
    matches = [match for bare in opening if (match := say.LECTURE.match(bare))]
    if not any(noun.fullmatch(kind) for match in matches for kind in match.groups() if kind):
        return ""
    read = sentences()
    if sum(_NUMBER.search(sentence.lstrip("*#_- ")) is not None for sentence in read) > NUMBERS * len(read):
        return ""
    return _why("explains how it is made instead of making it", read, ADVICE, tells)


def instead_of_rewriting(opening: Iterable[str], given: str, sentences: Callable[[], list[str]]) -> str:
    """What is good and bad about a text, or how it could be better. `given` is in Simplified characters."""
    if not any(say.REVIEW.match(bare) and bare[:8] not in given for bare in opening):
        return ""

    def of_wording(sentence: str) -> bool:
        if say.REVIEW.match(sentence) or any(words in given for words in say.QUOTED.findall(sentence)):
            return True
        return tells(sentence) and say.ON_DRAFTS.search(sentence) is not None

    read = sentences()
    if sum(len(sentence) for sentence in read if of_wording(sentence)) < WORDING * sum(map(len, read)):
        return ""
    return _why("reviews the text instead of rewriting it", read, EDITS, lambda one: of_wording(one) or tells(one))


def _why(why: str, sentences: list[str], share: float, sign: Callable[[str], bool]) -> str:
    """The reason, if sentences that bear the sign make up so much of the text."""
    found = [sentence for sentence in sentences if sign(sentence)]
    part = sum(map(len, found)) / max(1, sum(map(len, sentences)))
    if len(found) < min(FEW, len(sentences)) or part < share or not found:
        return ""
    return f"{why}: {quote(sentences[0], 80)} ({len(found)} of {len(sentences)} sentences, {part:.0%} of the text)"
