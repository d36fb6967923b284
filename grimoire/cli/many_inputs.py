"""Inputs of which each is cast by itself: files, lines, JSON objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial

from grimoire.cli import fields
from grimoire.cli.fields import ANSWER_IN, PROMPT
from grimoire.cli.output import note
from grimoire.cli.questions import Input
from grimoire.cli.sheet import Sheet
from grimoire.cli.sources import DASH, clean, read_file
from grimoire.errors import MissingInput, UsageError
from grimoire.spell import Case
from grimoire.terminal import one_line

STDIN = "<stdin>"
MOST_NAMED = 10
"""Names of files or fields told in one message."""


def from_files(sheet: Sheet) -> list[Input]:
    """An input of every file, its text in `[PROMPT]` after what `-p prompt` gives; the label is its path.

    Raises:
        UsageError: a file cannot be read, or what is piped in has no place.
        MissingInput: a file holds nothing.
    """
    shared = sheet.shared()
    read = list(_read_files(sheet))
    if empty := [name for name, text in read if not text.strip()]:
        raise MissingInput(f"there is nothing in {_some(empty)}", hint="nothing was sent; leave it out")
    return [
        Input(case=fields.make_case(sheet.known, shared, sheet.text, text), label=clean(name)) for name, text in read
    ]


def from_lines(sheet: Sheet) -> list[Input]:
    """An input of every line that is not blank, of files or of what is piped in, after the argument.

    With `--stdin-as` the lines that are piped in go there. Labels are `line 3`, or `names.txt:3`.

    Raises:
        UsageError: a file cannot be read, or a line fits no place.
        MissingInput: there is no line.
    """
    shared = sheet.shared() if sheet.files else sheet.values
    place = PROMPT if sheet.files else sheet.piped_to or PROMPT
    found = []
    for name, text in _texts(sheet, "--each-line"):
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                label = f"{name}:{number}" if name else f"line {number}"
                with _telling(f"{name or STDIN}:{number}"):
                    found.append(Input(case=_line_case(sheet, shared, place, line), label=clean(label)))
    if not found:
        raise MissingInput("--each-line: there is no line to cast", hint="nothing was sent")
    return found


def from_json(sheet: Sheet) -> list[Input]:
    """An input of every JSON object, of files or of what is piped in; its fields go over what `-p` gives.

    Labels are `object 3`, or `rows.jsonl:3` by the line where it begins. Fields that go nowhere are told once.

    Raises:
        UsageError: a file cannot be read, is no JSON, or a field fits no place.
        MissingInput: there is no object.
    """
    from grimoire.cli.json_objects import read_objects

    shared = sheet.shared()
    place_of = cache(partial(_place_of, sheet.known))
    found: list[Input] = []
    unused: dict[str, None] = {}
    for name, text in _texts(sheet, "--each-json"):
        for count, each in enumerate(read_objects(text, name or STDIN), 1):
            with _telling(f"{name or STDIN}:{each.line}"):
                values, rest = _place(sheet.known, each.texts, place_of)
                case = _object_case(sheet, shared, values)
            unused |= dict.fromkeys(rest)
            label = f"{name}:{each.line}" if name else f"object {count}"
            found.append(Input(case=case, label=clean(label), given=each.given))
    if not found:
        raise MissingInput("--each-json: there is no object to cast", hint="nothing was sent")
    if unused:
        note(f"note: fields that fill nothing in `{sheet.known.spell}`: {_some([*unused])}")
    return found


def _read_files(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Each file's name and text, `-` among them for standard input; then that nothing else is piped in."""
    for name in sheet.files:
        yield name, sheet.piped.take(DASH, asked=True) if name == DASH else read_file(name)
    sheet.refuse_piped("the files are the input", also=", or name - among the files")


def _texts(sheet: Sheet, option: str) -> Iterator[tuple[str, str]]:
    """What is to be taken apart, with its file's name; empty for standard input."""
    if sheet.files:
        yield from (("" if name == DASH else name, text) for name, text in _read_files(sheet))
        return
    text = sheet.piped.take(f"{option} {sheet.piped_by}".strip(), asked=sheet.argument == DASH)
    if not text.strip():
        raise MissingInput(f"{option}: nothing is piped in", hint=f"pipe something in, or name files: {option} FILE")
    yield "", text


def _line_case(sheet: Sheet, shared: Mapping[str, str], place: str, line: str) -> Case:
    if place == PROMPT:
        return fields.make_case(sheet.known, shared, sheet.text, line)
    return fields.make_case(sheet.known, {**shared, place: fields.fit(sheet.known, place, line.strip())}, sheet.text)


def _place_of(known: fields.Wanted, field: str) -> str:
    """The place a field fills; empty where it fills none. Raises UsageError."""
    place = fields.place_of(known, field) or (ANSWER_IN if field.lower() == ANSWER_IN else "")
    return place if place and known.takes(place) else ""


def _place(
    known: fields.Wanted, texts: Mapping[str, str], place_of: Callable[[str], str]
) -> tuple[dict[str, str], list[str]]:
    """An object's values by place, and the fields that have none.

    Raises UsageError where two fields have one place, none has any, or a value does not fit.
    """
    values: dict[str, str] = {}
    by: dict[str, str] = {}
    unused: list[str] = []
    for field, text in texts.items():
        place = place_of(field)
        if place == ANSWER_IN and not text.strip():
            continue
        if not place:
            unused.append(field)
            continue
        if place in values:
            raise UsageError(f"`{by[place]}` and `{field}` fill the same", hint="leave one of them out")
        values[place] = fields.fit(known, place, text)
        by[place] = field
    if not values:
        said = f"none of its fields fills anything: {_some(unused)}" if unused else "there is nothing in the object"
        raise UsageError(said, hint=fields.other_places(known))
    return values, unused


def _object_case(sheet: Sheet, shared: Mapping[str, str], values: Mapping[str, str]) -> Case:
    """The prompt of an object stands after that of the call; of all else its value stands in place of the call's."""
    before = {place: value for place, value in shared.items() if place != PROMPT}
    prompts = (shared.get(PROMPT, ""), sheet.text, values.get(PROMPT, ""))
    return fields.make_case(sheet.known, {**before, **values, PROMPT: ""}, *prompts)


@contextmanager
def _telling(where: str) -> Iterator[None]:
    """Errors tell where they are."""
    try:
        yield
    except UsageError as error:
        raise type(error)(f"{one_line(where)}: {error.message}", hint=error.hint) from error


def _some(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(one_line(name, 60) for name in names[:MOST_NAMED]) + more
