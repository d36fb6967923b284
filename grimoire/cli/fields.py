"""What a spell's texts take, and under which names: the places that a call's values go to.

A place is `prompt`, `crawledtext`, `crawledsource`, `answer_in`, or a variable's number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from grimoire import languages, placeholders
from grimoire.errors import UsageError
from grimoire.search import fold
from grimoire.spell import Case, Spell, Template, Variable

PROMPT, PAGE, SOURCE, ANSWER_IN = "prompt", "crawledtext", "crawledsource", "answer_in"
_NAMES = {"prompt": PROMPT, "prompt1": PROMPT, "crawledtext": PAGE, "crawledsource": SOURCE}
_NUMBER = re.compile(r"(?:variable ?)?([1-6])")


class Wanted(msgspec.Struct, frozen=True):
    """What is sent of a spell takes these placeholders, and the variables of each text; the spell's own stand last."""

    spell: str
    names: frozenset[str]
    variables: tuple[tuple[Variable, ...], ...]

    @property
    def takes_prompt(self) -> bool:
        return bool(self.names & {"PROMPT", "PROMPT1"})

    def takes(self, place: str) -> bool:
        """Whether a value put in that place is sent."""
        return self.takes_prompt if place == PROMPT else place.upper() in self.names or place not in {PAGE, SOURCE}


def wanted(spell: Spell, texts: Sequence[Template]) -> Wanted:
    """What these texts of a spell take."""
    names: frozenset[str] = frozenset().union(*(placeholders.names(text.prompt) for text in texts))
    every = (*texts, spell.template)
    return Wanted(spell.name, names, tuple(placeholders.variables(text) for text in every))


def find_place(known: Wanted, key: str) -> str:
    """The place a key names: a number, `VARIABLEn`, a label in any of the texts, or `prompt` and its like.

    Raises UsageError where there is none, or a label is that of two variables.
    """
    if place := place_of(known, key):
        return place
    there = ", ".join(f"{v.id} ({v.label})" for v in known.variables[0])
    hint = f"there are: {there}" if there else "this spell has no variables"
    raise UsageError(f"no variable `{key}`", hint=hint)


def place_of(known: Wanted, key: str) -> str:
    """As `find_place`; empty where there is none. Raises UsageError for a label that several variables have."""
    folded = _folded(key).strip("[]")
    if not folded:
        return ""
    number = _NUMBER.fullmatch(folded)
    every = {str(variable.id) for variables in known.variables for variable in variables}
    if number and number[1] in every:
        return number[1]
    if folded in _NAMES:
        return _NAMES[folded]
    labelled = {str(v.id) for variables in known.variables for v in variables if _folded(v.label) == folded}
    if not labelled:
        return PROMPT if folded == "text" else ""
    if len(labelled) > 1:
        raise UsageError(f"`{key}` is the label of several variables", hint=f"by number: {', '.join(sorted(labelled))}")
    return labelled.pop()


def fit(known: Wanted, place: str, value: str) -> str:
    """A value as it is put in that place.

    An option of any of the texts becomes the spell's own, by which a case knows it; case and width do not matter.

    Raises UsageError for what is no option, UnknownName for what is no language.
    """
    if place == ANSWER_IN:
        return languages.resolve(value)
    alike = [v for variables in known.variables for v in variables if str(v.id) == place and v.options]
    if not alike:
        return value
    own = next((v for v in known.variables[-1] if str(v.id) == place), alike[-1])
    for same in (str, fold):
        for variable in alike:
            found = next((n for n, option in enumerate(variable.options) if same(option) == same(value)), None)
            if found is not None:
                return (own if len(own.options) == len(variable.options) else variable).options[found]
    message = f"`{value}` is not an option of `{alike[0].label}`"
    raise UsageError(message, hint=f"one of: {' | '.join(alike[0].options)}")


def make_case(known: Wanted, values: Mapping[str, str], *texts: str) -> Case:
    """The case that has these values by place, and for `[PROMPT]` also these texts, a blank line between.

    Raises UsageError where the spell takes no text but was given one, or no page.
    """
    prompt = join_texts(values.get(PROMPT, ""), *texts)
    if prompt and not known.takes_prompt:
        raise UsageError(f"`{known.spell}` takes no text", hint=other_places(known))
    for place in (PAGE, SOURCE):
        if place in values and not known.takes(place):
            raise UsageError(f"`{known.spell}` has no [{place.upper()}]", hint=other_places(known))
    return Case(
        id="",
        prompt=prompt,
        variables=variables_of(values),
        crawled_text=values.get(PAGE, ""),
        crawled_source=values.get(SOURCE, ""),
        answer_in=values.get(ANSWER_IN, ""),
    )


def values_of(case: Case) -> dict[str, str]:
    """A case's values by place; `make_case` makes it of them again."""
    own = {PROMPT: case.prompt, PAGE: case.crawled_text, SOURCE: case.crawled_source, ANSWER_IN: case.answer_in}
    return {place: value for place, value in own.items() if value} | case.variables


def variables_of(values: Mapping[str, str]) -> dict[str, str]:
    """The variables' values by number, as a case has them."""
    return {place: value for place, value in values.items() if place.isdecimal()}


def join_texts(*texts: str) -> str:
    """Texts that are not blank, a blank line between."""
    return "\n\n".join(text for text in texts if text.strip())


def other_places(known: Wanted) -> str:
    """Where a text may go, for whoever put it in the wrong place."""
    there = [f"{v.id} ({v.label})" for v in known.variables[0] if f"VARIABLE{v.id}" in known.names]
    there += [place for place in (PROMPT, PAGE, SOURCE) if known.takes(place)]
    return f"its inputs are: {', '.join(there)}" if there else f"it takes no input: grimoire show {known.spell}"


def _folded(key: str) -> str:
    """Case, width, hyphens and underscores made equal: a shell and JSON spell a label otherwise than its author."""
    return " ".join(fold(key).split())
