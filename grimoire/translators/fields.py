"""A spell's texts as fields, in one order for the spell and its translation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grimoire.spell import Spell, Translation, TranslationStatus, Variable
from grimoire.translators.guard import Field
from grimoire.translators.skeleton import IN_DEFINITION

PROMPT = "prompt"


def fields_of(spell: Spell) -> list[Field]:
    """What is translated of a spell; `texts_of` and `assemble` keep this order."""
    return list(_fields(spell))


def texts_of(spell: Spell, translation: Translation) -> list[str]:
    """A translation's texts, one for each of the spell's fields; empty where it has none."""
    theirs = {variable.id: variable for variable in translation.variables}
    texts = [translation.title, translation.teaser, translation.hint, translation.prompt]
    for variable in spell.variables:
        other = theirs.get(variable.id) or Variable(id=variable.id, label="")
        options = (*other.options, *("" for _ in variable.options))[: len(variable.options)]
        texts += [other.label, other.default, *options]
    return texts


def assemble(
    spell: Spell,
    texts: Sequence[str],
    *,
    language: str,
    translator: str,
    status: TranslationStatus = "machine",
    review: Sequence[str] = (),
) -> Translation:
    """A translation of the spell as it is now, from a text for each field."""
    title, teaser, hint, prompt, *rest = texts
    left = iter(rest)
    return Translation(
        name=spell.name,
        language=language,
        source=spell.source_digest,
        translator=translator,
        status=status,
        title=title,
        teaser=teaser,
        hint=hint,
        prompt=prompt,
        variables=tuple(_variable(variable, left) for variable in spell.variables),
        review=tuple(review),
    )


def path_in_file(owner: Spell | Translation, field: str) -> tuple[str | int, ...]:
    """Where a field stands in the file of a spell or translation; at its variables, for a variable it does not list."""
    first, *rest = field.split(" ")
    if first != "variable":
        return (field,)
    number = next((i for i, variable in enumerate(owner.variables) if str(variable.id) == rest[0]), None)
    if number is None:
        return ("variables",)
    if rest[1] == "option":
        return ("variables", number, "options", int(rest[2]) - 1)
    return ("variables", number, rest[1])


def _fields(spell: Spell) -> Iterator[Field]:
    yield Field("title", spell.title, title=True)
    yield Field("teaser", spell.teaser)
    yield Field("hint", spell.hint)
    yield Field(PROMPT, spell.prompt)
    for variable in spell.variables:
        name = f"variable {variable.id}"
        yield Field(f"{name} label", variable.label, IN_DEFINITION)
        yield Field(f"{name} default", variable.default, IN_DEFINITION)
        for number, option in enumerate(variable.options, 1):
            yield Field(f"{name} option {number}", option, IN_DEFINITION, group=name)


def _variable(variable: Variable, texts: Iterator[str]) -> Variable:
    label, default = next(texts), next(texts)
    return Variable(id=variable.id, label=label, default=default, options=tuple(next(texts) for _ in variable.options))
