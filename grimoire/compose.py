"""Several spells joined into one: a task, in a voice and a format (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from grimoire import placeholders
from grimoire.errors import UsageError
from grimoire.spell import CheckSpec, Role, Spell, Template, Variable

ORDER: tuple[Role, ...] = ("voice", "task", "format")
"""How the parts' prompts stand: who speaks, what is to be done, in what form."""
MOST_VARIABLES = 6
_FORM = {
    *("headings", "tables", "list-items", "code-blocks", "paragraphs", "json", "contains-json", "json-path"),
    *("matches", "not-matches", "starts-with", "ends-with", "equals"),
}
"""Checks of the form an answer has: those of the task hold no more where a format says otherwise."""
_PARTS_OF_LENGTH = {"lines", "paragraphs", "sentences", "each"}
_COMBINATIONS = {"all-of", "any-of", "not"}
_PLACES = re.compile(r"\[(?:PROMPT|INPUT)\]")
Numbers = Mapping[int, int]
"""Of one part: the number each of its variables has in the joined spell."""


def join(parts: Sequence[Spell]) -> Spell:
    """One spell of a task and the voices and formats it is cast with, under all their names.

    The task keeps its variables' numbers, so that its cases stay as they are; the others get free ones. The checks are
    those of all parts, but with a format those of the task's own form are left out, and its sample, which stays good in
    any voice. A part alone is itself.

    Raises:
        UsageError: there is no task or more than one, a chain, or more than six variables.
    """
    if len(parts) == 1:
        return parts[0]
    task = _content(the_task(parts)) if any(part.role == "format" for part in parts) else the_task(parts)
    text = join_texts(parts, [part.template for part in parts])
    return Spell(
        name="+".join(part.name for part in parts),
        prompt=text.prompt,
        language=task.language,
        title=" + ".join(part.title or part.name for part in parts),
        teaser=task.teaser,
        topic=task.topic,
        activity=task.activity,
        hint=task.hint,
        variables=text.variables,
        skip_checks=tuple(dict.fromkeys(name for part in parts for name in part.skip_checks)),
        expectations=all(part.expectations for part in parts),
        sample=task.sample,
        cases=task.cases,
        checks=(*task.checks, *(check for part in parts if part.role != "task" for check in part.checks)),
    )


def join_texts(spells: Sequence[Spell], texts: Sequence[Template]) -> Template:
    """The text of a joined spell, from one text of each of its parts, in their order; all are in one language.

    Inline definitions become listed variables, which fill the same. A label that another part has, too, is preceded by
    its spell's name. A text alone is itself. Raises UsageError as `join`.
    """
    the_task(spells)
    if len(texts) == 1:
        return texts[0]
    if len({text.language for text in texts}) > 1:
        each = ", ".join(f"`{s.name}` in {t.language}" for s, t in zip(spells, texts, strict=True))
        raise UsageError(f"texts of several languages cannot be joined: {each}", hint="choose one with -l")
    numbers = _numbers(spells)
    parts = list(zip(spells, texts, numbers, strict=True))
    ordered = sorted(parts, key=lambda part: ORDER.index(part[0].role))
    return Template(
        language=texts[0].language,
        prompt="\n\n".join(_renumbered(text.prompt, given).strip("\n") for _, text, given in ordered) + "\n",
        variables=tuple(sorted(_variables(parts), key=lambda variable: variable.id)),
    )


def the_task(parts: Sequence[Spell]) -> Spell:
    """The one part that says what to do. Raises UsageError where there is none, or another one, or a chain."""
    tasks = [part for part in parts if part.role == "task"]
    chains = [part.name for part in parts if part.chain]
    if chains and len(parts) > 1:
        hint = "its steps may be cast with others, each under `with:` in its file"
        raise UsageError(f"`{chains[0]}` is a chain, which cannot be joined with others", hint=hint)
    if len(tasks) > 1:
        first, second = tasks[0].name, tasks[1].name
        hint = f"one after the other: grimoire cast {first} … | grimoire cast {second}"
        raise UsageError(f"two tasks cannot be joined: `{first}` and `{second}`", hint=hint)
    if not tasks:
        names = ", ".join(f"`{part.name}` ({part.role})" for part in parts)
        hint = f"name a task first: grimoire cast TASK --with {parts[0].name}"
        raise UsageError(f"nothing says what to do: {names}", hint=hint)
    return tasks[0]


def _content(task: Spell) -> Spell:
    """A task without what holds for its own form alone."""
    cases = tuple(replace(case, checks=_of_content(case.checks)) for case in task.cases)
    return replace(task, checks=_of_content(task.checks), cases=cases, sample="")


def _of_content(checks: Sequence[CheckSpec]) -> tuple[CheckSpec, ...]:
    return tuple(spec for spec in checks if not _is_form(spec.name, spec.params))


def _is_form(name: str, params: object) -> bool:
    """Whether a check, or one within it, is of the answer's form."""
    if name == "length":
        return isinstance(params, dict) and bool(_PARTS_OF_LENGTH & params.keys())
    if name in _COMBINATIONS:
        items = params if isinstance(params, list) else [params]
        return any(_is_form(inner, wants) for item in items if isinstance(item, dict) for inner, wants in item.items())
    return name in _FORM


def _numbers(spells: Sequence[Spell]) -> list[Numbers]:
    """The joined spell's numbers for the variables of each part, in the parts' order."""
    own = [[variable.id for variable in placeholders.variables(spell.template)] for spell in spells]
    total = sum(map(len, own))
    if total > MOST_VARIABLES:
        each = ", ".join(f"`{spell.name}` {len(ids)}" for spell, ids in zip(spells, own, strict=True))
        raise UsageError(f"joined they have {total} variables, {MOST_VARIABLES} at most: {each}")
    kept = {number for spell, ids in zip(spells, own, strict=True) for number in ids if spell.role == "task"}
    free = iter([number for number in range(1, MOST_VARIABLES + 1) if number not in kept])
    return [
        {number: number if spell.role == "task" else next(free) for number in ids}
        for spell, ids in zip(spells, own, strict=True)
    ]


def _renumbered(prompt: str, numbers: Numbers) -> str:
    return "".join(_part(part, numbers) for part in placeholders.parse(prompt))


def _part(part: placeholders.Part, numbers: Numbers) -> str:
    match part:
        case placeholders.Literal():
            return part.text
        case placeholders.Placeholder(name=name):
            number = name.removeprefix("VARIABLE")
            return part.text if number == name else f"[VARIABLE{numbers[int(number)]}]"
        case placeholders.Definition():
            return ""


def _variables(parts: Sequence[tuple[Spell, Template, Numbers]]) -> Iterator[Variable]:
    labels: set[str] = set()
    for spell, text, numbers in sorted(parts, key=lambda part: part[0].role != "task"):
        for variable in placeholders.variables(text):
            taken = variable.label.casefold() in labels
            label = f"{spell.name} {variable.label}" if taken else variable.label
            yield replace(variable, id=numbers[variable.id], label=label)
            labels.add(label.casefold())


def fill_step(prompt: str, *, before: str, given: str) -> str:
    """The text a step of a chain gives to its spell: `[PROMPT]` is the answer `before`, `[INPUT]` what the chain got.

    Neither is read as template.
    """
    texts = {"[PROMPT]": before, "[INPUT]": given}
    return _PLACES.sub(lambda place: texts[place[0]], prompt)
