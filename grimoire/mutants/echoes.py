"""Answers that give back what was sent, or what was thought."""

from __future__ import annotations

from grimoire.mutants import advice
from grimoire.mutants import lines as md
from grimoire.mutants.material import Material, Mutant
from grimoire.mutants.talk import THOUGHTS

NOT_THE_PROMPT = "- unlike: {to: prompt, at_most: 0.8}"
NOT_THE_INPUT = ("- unlike: {to: input, at_most: 0.8}", "- unlike: {to: input, at_most: 0.6}")
A_TEXT = 100
A_PARAGRAPH = 40


def echo_input(material: Material) -> Mutant | None:
    """The user's text, and nothing else."""
    if not material.text.strip():
        return None
    return _echo(material, material.text, "the input given back")


def echo_last_line(material: Material) -> Mutant | None:
    """The last line of what was sent."""
    lines = [line for line in material.incantation.split("\n") if any(map(str.isalnum, line))]
    if not lines:
        return None
    return _echo(material, lines[-1].strip(), "the last line of the prompt")


def echo_and_start(material: Material) -> Mutant | None:
    """What was sent, and after it the first paragraph of the sample."""
    blocks = md.blocks(material.sample)
    if not material.incantation.strip() or len(blocks) < 2:  # noqa: PLR2004  # the first of one is all
        return None
    text = f"{material.incantation.strip()}\n\n{blocks[0]}\n"
    return _echo(material, text, "the prompt, and one paragraph after it")


def input_unchanged(material: Material) -> Mutant | None:
    """The sample, with the user's text in place of its paragraphs."""
    lines = md.read(material.sample)
    said = ((number, line) for number, line in enumerate(lines) if line.kind in {"prose", "quote"})
    paragraphs = [number for number, line in said if len(line.body) >= A_PARAGRAPH]
    if len(material.text.strip()) < A_TEXT or not paragraphs or any(line.kind == "code" for line in lines):
        return None
    first, *others = paragraphs
    lines[first] = md.Line("prose", "", material.text.strip())
    gone = set(others)
    text = md.write(line for number, line in enumerate(lines) if number not in gone)
    what = "the input unchanged, among headings, lists and tables"
    return Mutant(text=text, what=what, advice=NOT_THE_INPUT)


def _echo(material: Material, text: str, what: str) -> Mutant:
    return Mutant(text=text, what=what, advice=(*advice.telling(material.sample), NOT_THE_PROMPT))


def thinking_only(material: Material) -> Mutant | None:
    """Thoughts that were never closed, with a draft in them, and no answer after them."""
    if not material.spoken:
        return None
    draft = material.sample[: len(material.sample) // 2]
    text = f"<think>\n{_thoughts(material)}\n\n{draft}\n"
    return Mutant(text=text, what="everything is in <think>", advice=advice.telling(material.sample))


def thinking_left(material: Material) -> Mutant | None:
    """Thoughts, marked by nothing, before the answer."""
    if not material.spoken:
        return None
    text = f"{_thoughts(material)}\n\n{material.sample}"
    advised = advice.first(advice.starts(material.sample), advice.no_longer(material.sample))
    return Mutant(text=text, what="thoughts before the answer", advice=advised)


def _thoughts(material: Material) -> str:
    return THOUGHTS[material.spoken].replace("{subject}", material.named)
