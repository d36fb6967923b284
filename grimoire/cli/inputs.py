"""A cast's inputs: the argument, what is piped in, `-p` pairs, or one of the spell's cases; or many, each by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

import msgspec

from grimoire.cli import fields
from grimoire.cli.fields import PROMPT
from grimoire.cli.questions import Input
from grimoire.cli.sheet import Sheet, make_sheet, split_pair
from grimoire.cli.sources import DASH, Piped, clean, read_file, sort_arguments
from grimoire.errors import UnknownName, UsageError
from grimoire.spell import Case, Spell, Template

_TALKING = "a follow-up is a text of your own: the argument, what is piped in, or both"
_OWN = {
    "model": "who is asked is -m BACKEND/MODEL",
    "messages": "what is sent is the spell and your text, and -s TEXT before them",
    "stream": "an answer shown only when it is complete is `grimoire cast --no-stream`",
}
"""Fields of a request that no parameter of a call changes, and what does."""


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What a call of `cast` gives as input, unread.

    `arguments` is a text, or files; `each` says that every line or JSON object is an input of its own; `page` is the
    text of a web page, fenced as data.
    """

    arguments: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()
    case: str = ""
    stdin_as: str = ""
    each: str = ""
    page: str = ""


def read_inputs(given: Given, spell: Spell, texts: Sequence[Template], stdin: TextIO | None) -> list[Input]:
    """The inputs a call gives, one or many.

    Values may be given in the words of any of the texts: an option of one is exchanged for that of each other.

    Raises:
        UsageError: something given names nothing, contradicts another, or would be lost; a file cannot be read.
        MissingInput: what was to be cast line by line, or went to a place by name, is empty.
    """
    sheet = _read_sheet(given, fields.wanted(spell, texts), stdin)
    if given.case:
        return [Input(case=_named_case(spell, given.case, sheet, alone=not given.each))]
    if given.each or sheet.files:
        from grimoire.cli import many_inputs

        readers = {"line": many_inputs.from_lines, "json": many_inputs.from_json}
        return readers.get(given.each, many_inputs.from_files)(sheet)
    return [Input(case=_single(sheet))]


def read_text(given: Given, stdin: TextIO | None) -> Input:
    """The text of a follow-up. Raises UsageError, and MissingInput where there is none and nobody can be asked."""
    refused = {"--case": given.case, f"--each-{given.each}": given.each}
    if wrong := next((option for option, value in refused.items() if value), ""):
        raise UsageError(f"{wrong} goes with a spell", hint=_TALKING)
    nothing = Spell(name="a follow-up", prompt="[PROMPT]")
    sheet = _read_sheet(given, fields.wanted(nothing, [nothing.template]), stdin)
    if len(sheet.files) > 1:
        raise UsageError("a follow-up takes one file", hint=_TALKING)
    case = _single(sheet, *map(read_file, sheet.files))
    if not case.prompt.strip():
        from grimoire.cli.ask_missing import ask_follow_up

        case = msgspec.structs.replace(case, prompt=ask_follow_up(stdin))
    return Input(case=case)


def build_case(spell: Spell, template: Template, *, case_id: str, text: str | None, pairs: Sequence[str]) -> Case:
    """The case that an answer from elsewhere was given to; its id is empty where it was a text of the user's own.

    Raises:
        UsageError: a pair is not KEY=VALUE, names nothing, or two ways of input contradict each other.
    """
    known = fields.wanted(spell, [template])
    sheet = make_sheet(known, Piped(None), pairs=pairs)
    if case_id:
        return _named_case(spell, case_id, sheet, alone=text is None)
    return _single(sheet, clean(text or ""))


def parse_parameters(pairs: Sequence[str]) -> dict[str, object]:
    """`--option` pairs: a value that reads as a number, true, false or null is one.

    Raises UsageError, also for what a request has of Grimoire's own: it would be put over what is given.
    """
    from grimoire import yamlfile

    found = list(map(split_pair, pairs))
    if key := next((key for key, _ in found if key in _OWN), ""):
        raise UsageError(f"-O {key}: that is no parameter of the model's; Grimoire says it itself", hint=_OWN[key])
    return {key: yamlfile.parse(clean(value), "--option").data for key, value in found}


def _read_sheet(given: Given, known: fields.Wanted, stdin: TextIO | None) -> Sheet:
    argument, files = sort_arguments(given.arguments)
    return make_sheet(
        known,
        Piped(stdin),
        argument=argument,
        files=files,
        pairs=given.pairs,
        stdin_as=given.stdin_as,
        page=given.page,
    )


def _single(sheet: Sheet, *more: str) -> Case:
    """The only input: the argument, a blank line, what is piped in; or that in the place named for it."""
    values, piped = sheet.values, ""
    if sheet.argument == DASH and sheet.piped_to != PROMPT:
        piped, values = sheet.piped.take(DASH, asked=True), sheet.shared()
    elif sheet.piped_to == PROMPT:
        piped = sheet.read_piped()
    elif sheet.piped_to:
        values = sheet.shared()
    elif sheet.known.takes_prompt:
        alone = not any(text.strip() for text in (sheet.text, values.get(PROMPT, ""), *more))
        piped = sheet.piped.take("[PROMPT]", needed=alone)
    else:
        sheet.refuse_piped(f"`{sheet.known.spell}` takes no text")
    return fields.make_case(sheet.known, values, sheet.text, *more, piped)


def _named_case(spell: Spell, case_id: str, sheet: Sheet, *, alone: bool) -> Case:
    case = next((case for case in spell.cases if case.id == case_id), None)
    if case is None:
        there = ", ".join(case.id for case in spell.cases)
        raise UnknownName(f"`{spell.name}` has no case `{case_id}`", hint=f"there are: {there}" if there else "")
    places = {*sheet.values, *filter(None, [sheet.piped_to])}
    if not alone or sheet.text or sheet.argument or sheet.files or not all(place.isdecimal() for place in places):
        raise UsageError("a text and --case exclude each other", hint="leave one of them out")
    variables = fields.variables_of(sheet.shared())
    sheet.refuse_piped("a text and --case exclude each other")
    return msgspec.structs.replace(case, variables=case.variables | variables)
