"""Answers with places left to be filled in."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import cycle

from grimoire.mutants.jsontext import change_said
from grimoire.mutants.material import Material, Mutant

SQUARE = {
    "zh": ("[你的品牌]", "[插入具体数字]", "[城市名称]"),
    "en": ("[Your Brand]", "[insert number]", "[City, State]"),
}
BLANKS = {
    "zh": ("【请填写名称】", "【您的公司】", "（此处填写具体内容）"),
    "en": ("[your name here]", "[Company Name]", "[add details here]"),
}
SYNTAX = ("{{topic}}", "{{ name }}", "{{keyword}}")
SLOT = r"\[[^\]\n]{2,40}\](?!\()|\{\{"
BLANK = r"【[^】\n]{0,12}(?:填|您的|你的)|[(（]此处"
_WORD = re.compile(r"[\u3400-\u9fff]{2,6}|(?<!\w)[A-Za-zÀ-ÿ]{5,}(?!\w)")
A_LINE = 12
HOW_MANY = 3


def leave_slots(material: Material) -> Mutant | None:
    """Three words in its sentences are square brackets to be filled in."""
    return _leave(material, SQUARE.get(material.spoken, SQUARE["en"]))


def leave_blanks(material: Material) -> Mutant | None:
    """Three words in its sentences are blanks that say what belongs there."""
    return _leave(material, BLANKS.get(material.spoken, BLANKS["en"]))


def template_syntax(material: Material) -> Mutant | None:
    """Three words in its sentences are variables of a template."""
    return _leave(material, SYNTAX)


def _leave(material: Material, slots: tuple[str, ...]) -> Mutant | None:
    text = change_said(material.sample, _fill(material.sample, slots))
    left = [slot for slot in slots if slot in text]
    if not left:
        return None
    advised = tuple(f"- not-matches: '{pattern}'" for pattern in (SLOT, BLANK) if re.search(pattern, text))
    return Mutant(text=text, what=f"left unfilled: {', '.join(left)}", advice=advised)


def _fill(text: str, slots: tuple[str, ...]) -> Callable[[str], str]:
    """A function that puts slots into every third line or so, at most three in all."""
    supply = cycle(slots)
    fit = seen = put = 0

    def count(body: str) -> str:
        nonlocal fit
        fit += len(body) >= A_LINE
        return body

    change_said(text, count)
    every = max(1, fit // (HOW_MANY + 1))

    def fill(body: str) -> str:
        nonlocal seen, put
        seen += len(body) >= A_LINE
        if put == HOW_MANY or len(body) < A_LINE or seen % every:
            return body
        words = list(_WORD.finditer(body))
        if not words:
            return body
        word = words[len(words) // 2]
        put += 1
        return body[: word.start()] + next(supply) + body[word.end() :]

    return fill
