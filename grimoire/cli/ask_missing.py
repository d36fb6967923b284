"""Inputs that a spell needs and a call does not give: asked for on a terminal, else an error that names them all.

A variable has a preset, which is what AIPRM sends where nothing else is chosen: its default, its first option, or
nothing. So none is missing, but for one without a preset in a spell that lives by its variables alone. Whoever names a
spell alone is shown all it takes, as in AIPRM, with the presets in place.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TextIO

from msgspec.structs import replace

from grimoire.cli import fields
from grimoire.cli.fields import PAGE, PROMPT, SOURCE, Wanted
from grimoire.cli.output import count
from grimoire.cli.questions import Input
from grimoire.errors import MissingInput
from grimoire.spell import Case, Spell, Template, Variable
from grimoire.terminal import one_line

if TYPE_CHECKING:
    from grimoire.cli.form import Form

_WORDS = {PAGE: "the page's text", SOURCE: "the page's source"}


def ask_missing(spell: Spell, texts: Sequence[Template], inputs: list[Input], stdin: TextIO | None) -> list[Input]:
    """The inputs with what they lacked.

    Raises:
        MissingInput: naming all that is missing, where nobody can be asked, or of one of many inputs.
        UsageError: whoever was asked has nothing to say.
        KeyboardInterrupt: whoever was asked leaves.
    """
    known = fields.wanted(spell, texts)
    lacking = [(each, lacks) for each in inputs if (lacks := _lacks(known, each.case))]
    if not lacking:
        return inputs
    first, lacks = lacking[0]
    if len(inputs) > 1 or first.label or not can_ask(stdin):
        raise _missing(spell, known, lacking)
    asked = _asked(spell, known, first.case, lacks)
    case = fields.make_case(known, fields.values_of(first.case) | asked)
    return [replace(first, case=replace(case, id=first.case.id, subject=first.case.subject, checks=first.case.checks))]


def ask_follow_up(stdin: TextIO | None) -> str:
    """The text of a follow-up. Raises as `ask_missing`."""
    if not can_ask(stdin):
        raise MissingInput("nothing to go on with", hint='give a text: grimoire cast -c "shorter"')
    from grimoire.cli.form import asking

    with asking() as form:
        return form.text("your follow-up")


def can_ask(stdin: TextIO | None) -> bool:
    """Whether there is a person at a terminal who sees what is asked and can answer."""
    shown = any(stream is not None and stream.isatty() for stream in (sys.stderr, sys.stdout))
    return stdin is not None and stdin.isatty() and shown


def _lacks(known: Wanted, case: Case) -> list[str]:
    values = fields.values_of(case)
    texts = [place for place in (PROMPT, PAGE, SOURCE) if known.takes(place)]
    if texts or case.id:
        return [place for place in texts if not values.get(place, "").strip()]
    return [str(v.id) for v in _used(known) if not v.preset.strip() and str(v.id) not in values]


def _missing(spell: Spell, known: Wanted, lacking: list[tuple[Input, list[str]]]) -> MissingInput:
    (first, lacks), *others = lacking
    where = first.label or spell.name
    more = f"; {count(len(others), 'more input')} lack{'' if others[1:] else 's'} something too" if others else ""
    labels = {str(v.id): f"[VARIABLE{v.id}] ({one_line(v.label)})" for v in _used(known)}
    names = ", ".join(labels.get(place, f"[{place.upper()}]") for place in lacks)
    return MissingInput(f"{one_line(where)}: no value for {names}{more}", hint=", ".join(_ways(spell, first, lacks)))


def _ways(spell: Spell, lacking: Input, lacks: list[str]) -> Iterator[str]:
    for place in lacks:
        if lacking.given is not None:
            yield f"give the object a field `{place}`"
        elif place.isdecimal():
            yield f"-p {place}=VALUE"
        elif place == PROMPT:
            yield f"give {one_line(spell.hint) or 'a text'} as an argument or on standard input"
        else:
            yield f"-p {place}=@FILE" + (" or --url URL" if place == PAGE else "")
    if spell.cases and not lacking.label and not lacking.case.id:
        yield f"or take its own: --case {spell.cases[0].id}"


def _asked(spell: Spell, known: Wanted, case: Case, lacks: list[str]) -> dict[str, str]:
    """What a person says, by place; of the variables too where the call says nothing of them."""
    from grimoire.cli.form import asking

    asked: dict[str, str] = {}
    with asking() as form:
        form.say(f"{spell.name}: {spell.title}" if spell.title else spell.name)
        for place in (place for place in lacks if not place.isdecimal()):
            asked[place] = form.text(_WORDS.get(place, spell.hint or "your text"))
        for variable in _used(known):
            if str(variable.id) in lacks:
                asked[str(variable.id)] = form.text(variable.label)
            elif not case.variables and not case.id:
                asked[str(variable.id)] = fields.fit(known, str(variable.id), _ask(form, variable))
    return asked


def _used(known: Wanted) -> list[Variable]:
    return [variable for variable in known.variables[0] if f"VARIABLE{variable.id}" in known.names]


def _ask(form: Form, variable: Variable) -> str:
    if variable.options:
        return form.option(variable.label, variable.options, variable.preset)
    return form.text(variable.label, default=variable.preset, needed=False)
