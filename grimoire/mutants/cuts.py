"""Answers that stop too soon."""

from __future__ import annotations

import re

from grimoire.mutants import advice
from grimoire.mutants import lines as md
from grimoire.mutants.material import Material, Mutant, shown

_LETTER = re.compile(r"[^\W_]")
_DONE = {"zh": "好的，已经完成。", "en": "Done."}
EARLY, LATE = 0.05, 0.45
"""The share of a sample within which an answer that stops early ends."""
SHORT = 40
"""Characters of which a sample has at least twice as many before a part of it is plainly too little."""


def cut_off(material: Material) -> Mutant | None:
    """The first half, broken off within a line; the service says that it was cut off by length."""
    return _half(material, "length")


def cut_mid_word(material: Material) -> Mutant | None:
    """The first half, broken off within a word, and the service says that it is whole."""
    return _half(material, "stop")


def _half(material: Material, finish: str) -> Mutant | None:
    text = material.sample
    if len(text) < 2 * SHORT:
        return None
    middle = len(text) // 2
    places = range(middle, len(text) - 1)
    end = next((at for at in places if _LETTER.match(text[at - 1]) and _LETTER.match(text[at])), middle)
    return Mutant(
        text=text[:end],
        what=f"{end} of {len(text)} characters",
        advice=advice.first(advice.length(text), sample=text),
        finish="length" if finish == "length" else "stop",
    )


def stop_early(material: Material) -> Mutant | None:
    """About the first third, ended with a whole sentence, or at least a line, as though that were all."""
    text = material.sample
    ends = [end for _, end in md.sentences(text)]
    fit = [end for end in ends if EARLY * len(text) < end < LATE * len(text)]
    if not fit:
        fit = [end for end in _line_ends(text) if EARLY * len(text) < end < LATE * len(text)]
    if not fit or len(text) < 2 * SHORT:
        return None
    third = fit[-1]
    what = f"the first {third} of {len(text)} characters"
    return Mutant(text=text[:third], what=what, advice=advice.first(advice.length(text), sample=text))


def _line_ends(text: str) -> list[int]:
    """Where lines of prose, items and rows end."""
    found, end = [], -1
    for line in md.read(text):
        end += len(line.text) + 1
        if line.kind in {"prose", "item", "row", "quote"}:
            found.append(end)
    return found


def drop_ending(material: Material) -> Mutant | None:
    """All but the last section; without headings, all but the last paragraph, list or table."""
    text = material.sample
    lines = md.read(text)
    headings = [number for number, line in enumerate(lines) if line.kind == "heading"]
    if len(headings) > 1:
        kept = md.write(lines[: headings[-1]])
        missing = f"the section {shown(lines[headings[-1]].body)} is missing"
        return Mutant(text=kept, what=missing, advice=advice.first(advice.headings(text), sample=text))
    blocks = md.blocks(text)
    if headings or len(blocks) < 3:  # noqa: PLR2004  # of two blocks one is half the answer, which the others cut
        return None
    missing = f"the last of {len(blocks)} paragraphs is missing"
    advised = advice.first(*advice.telling(text), advice.paragraphs(text), advice.length(text, 0.95))
    return Mutant(text="\n\n".join(blocks[:-1]) + "\n", what=missing, advice=advised)


def first_sentence(material: Material) -> Mutant | None:
    """Nothing but the first sentence."""
    found = md.sentences(material.sample)
    if not found or found[0][1] > len(material.sample) / 2:
        return None
    start, end = found[0]
    said = material.sample[start:end].strip()
    return Mutant(text=said, what=f"{len(said)} characters", advice=advice.first(advice.length(material.sample)))


def one_word(material: Material) -> Mutant | None:
    """Says that it is done, and nothing else."""
    said = _DONE.get(material.spoken)
    if said is None or len(material.sample) < SHORT:
        return None
    return Mutant(text=said, what=shown(said), advice=advice.first(advice.length(material.sample)))
