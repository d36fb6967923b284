"""Translate translations back and compare with the source: where much is lost is where a person should look first."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from grimoire.errors import ServiceError
from grimoire.languages import resolve
from grimoire.likeness import chrf
from grimoire.ports import Memory, Translator
from grimoire.spell import Spell, Translation
from grimoire.translators.fields import PROMPT
from grimoire.translators.guard import Field, Protected, protect
from grimoire.translators.orders import key_of

_LINE = 20
"""Characters from which on a line's own likeness says something."""


class Likeness(msgspec.Struct, frozen=True):
    """chrF of a prompt and its back translation, and its least alike line: its number and three texts."""

    likeness: float
    line: int
    source: str
    target: str
    back: str


async def compare_back(
    pairs: Sequence[tuple[Spell, Translation]], engine: Translator, memory: Memory
) -> tuple[dict[str, Likeness], dict[str, ServiceError]]:
    """The likeness of each spell's prompt by name, and of each that had no answer why.

    Nothing is verified or mended: what an engine breaks on the way back makes the score worse, and no file. What it
    answered is remembered all the same.
    """
    scores: dict[str, Likeness] = {}
    unanswered: dict[str, ServiceError] = {}
    for spell, translation in pairs:
        protected = protect([Field(PROMPT, translation.prompt)])
        try:
            results = await _translate(protected, engine, memory, (translation.language, spell.language))
        except ServiceError as error:
            unanswered[spell.name] = error
            continue
        scores[spell.name] = score(spell.prompt, translation.prompt, protected.restore(results)[0])
    return scores, unanswered


def score(source: str, target: str, back: str) -> Likeness:
    """How alike a source and what came back are; the lines of all three correspond where their numbers agree."""
    lines = [text.splitlines() for text in (source, target, back)]
    whole = chrf(back, source)
    if len({len(found) for found in lines}) != 1:
        return Likeness(whole, 0, "", "", "")
    rated = [
        (chrf(b, s), number, s, t, b) for number, (s, t, b) in enumerate(zip(*lines, strict=True), 1) if len(s) >= _LINE
    ]
    _, number, *texts = min(rated, default=(0.0, 0, "", "", ""))
    return Likeness(whole, number, *texts)


async def _translate(protected: Protected, engine: Translator, memory: Memory, languages: tuple[str, str]) -> list[str]:
    source, target = map(resolve, languages)
    segments = list(dict.fromkeys(place.slot.segment for place in protected.places))
    wanted = {key_of(segment, source, target, engine.name, f"back {engine.version}"): segment for segment in segments}
    known = {wanted[key]: text for key, text in memory.recall(list(wanted)).items()}
    left = [segment for segment in segments if segment not in known]
    for batch in engine.cut(left) if left else ():
        answers = await engine.translate(batch, source=source, target=target, context="")
        fresh = dict(zip(batch, answers, strict=True))
        memory.remember({key: text for key, segment in wanted.items() if (text := fresh.get(segment, "").strip())})
        known |= fresh
    return [known[place.slot.segment] for place in protected.places]
