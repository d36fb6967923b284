"""What can be wrong with the `chain:` of a spell file, as far as the file itself tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from grimoire import placeholders, yamlfile
from grimoire.errors import Problem
from grimoire.spell import Spell, Step

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""A spell's name."""
MAX_STEPS = 20
_NOT_IN_CHAINS = ("variables", "cases", "checks", "skip_checks", "survivors", "sample", "expectations", "role")
"""Keys of a spell with a prompt: the answers of a chain are judged by the spells of its steps."""

LanguageProblems = Callable[[yamlfile.Document, tuple[yamlfile.Step, ...], str], Iterator[Problem]]


def chain_problems(document: yamlfile.Document, spell: Spell, languages: LanguageProblems) -> Iterator[Problem]:
    """Whether the steps are there to be cast is asked of a library; this asks everything else."""
    if not spell.chain:
        yield document.problem(("chain",), "chain", "the chain has no steps", hint="write - spell: NAME")
    if ("prompt",) in document.places:
        hint = "take one out: a chain's prompts are those of its steps"
        yield document.problem(("prompt",), "chain", "`prompt` and `chain` exclude each other", hint=hint)
    for key in _NOT_IN_CHAINS:
        if (key,) in document.places:
            message = f"a chain has no `{key}`"
            yield document.problem((key,), "chain", message, hint="each answer is judged by the spell of its step")
    if len(spell.chain) > MAX_STEPS:
        yield document.problem(("chain",), "chain", f"{len(spell.chain)} steps: a chain has at most {MAX_STEPS}")
    for index, step in enumerate(spell.chain):
        yield from _step_problems(document, ("chain", index), step, languages)


def _step_problems(
    document: yamlfile.Document, path: tuple[yamlfile.Step, ...], step: Step, languages: LanguageProblems
) -> Iterator[Problem]:
    for key, name in (("spell", step.spell), *(("with", name) for name in step.joined)):
        if not NAME.fullmatch(name):
            hint = "a step names spells of the library"
            yield document.problem((*path, key), "chain", f"`{name}` is not a spell name", hint=hint)
    for key, code in (("language", step.language), ("answer_in", step.answer_in)):
        if code:
            yield from languages(document, (*path, key), code)
    if not step.prompt.strip():
        yield document.problem(
            (*path, "prompt"), "chain", "the step's prompt is empty", hint="leave it out for [PROMPT]"
        )
    yield from _prompt_problems(document, (*path, "prompt"), step.prompt)


def _prompt_problems(document: yamlfile.Document, path: tuple[yamlfile.Step, ...], prompt: str) -> Iterator[Problem]:
    def problem(start: int, message: str, hint: str, severity: str) -> Problem:
        line, column = document.place_in_text(path, *placeholders.line_of(prompt, start))
        return Problem(
            file=document.file, line=line, column=column, gate="chain", severity=severity, message=message, hint=hint
        )

    for miss in placeholders.near_misses(prompt):
        yield problem(miss.start, f"{miss.text} is sent as it stands", f"did you mean {miss.suggestion}?", "warning")
    for part in placeholders.parse(prompt):
        if not isinstance(part, placeholders.Literal) and part.text != "[PROMPT]":
            message = f"{part.text}: a step's prompt knows [PROMPT] and [INPUT] alone"
            yield problem(part.start, message, "values for the step's spell go under variables:", "error")
