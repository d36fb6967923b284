"""What the inputs of one call share: its pairs and its page in their places, and where standard input goes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from grimoire.cli import fields
from grimoire.cli.fields import PAGE, PROMPT, Wanted
from grimoire.cli.sources import DASH, Piped, clean, read_file
from grimoire.errors import MissingInput, UsageError


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """What is filled in of every input, and where the rest comes from.

    `values` are by place, as `-p` and `--url` give them; `piped_to` is the place that standard input goes to by name,
    `piped_by` how that was said; `argument` is the one that is no file, `-` for standard input; `page` is that of a
    spell that has no `[CRAWLEDTEXT]`.
    """

    known: Wanted
    piped: Piped
    values: dict[str, str] = {}
    piped_to: str = ""
    piped_by: str = ""
    argument: str = ""
    files: tuple[str, ...] = ()
    page: str = ""

    @property
    def text(self) -> str:
        """What stands in `[PROMPT]` before what is piped in, a file, a line or an object."""
        return fields.join_texts("" if self.argument == DASH else self.argument, self.page)

    def read_piped(self) -> str:
        """What is piped in for the place named for it. Raises MissingInput where nothing is."""
        text = self.piped.take(self.piped_by, asked=True)
        if not text.strip():
            raise MissingInput(f"nothing is piped in for {self.piped_by}")
        return fields.fit(self.known, self.piped_to, text)

    def shared(self) -> dict[str, str]:
        """The values, and what is piped in by name among them: in `[PROMPT]` after what `-p prompt` gives."""
        if not self.piped_to:
            return self.values
        before = self.values.get(self.piped_to, "")
        return self.values | {self.piped_to: fields.join_texts(before, self.read_piped())}

    def refuse_piped(self, why: str, *, also: str = "") -> None:
        """Raises UsageError where something is piped in that has no place."""
        there = fields.other_places(self.known)
        self.piped.refuse_rest(why, f"give it one with --stdin-as KEY ({there}){also}")


def make_sheet(
    known: Wanted,
    piped: Piped,
    *,
    argument: str = "",
    files: tuple[str, ...] = (),
    pairs: Sequence[str] = (),
    stdin_as: str = "",
    page: str = "",
) -> Sheet:
    """Every pair in its place.

    Raises:
        UsageError: a pair is not KEY=VALUE, names nothing or no option, or a place is given two values.
    """
    values: dict[str, str] = {}
    paired: set[str] = set()
    by_name = {fields.find_place(known, stdin_as): f"--stdin-as {stdin_as}"} if stdin_as else {}
    for key, value in map(split_pair, pairs):
        place = fields.find_place(known, key)
        if place in paired or (place in by_name and place != PROMPT):
            raise UsageError(f"{key} is given twice", hint="leave one of them out")
        paired.add(place)
        if value == "@-":
            if by_name:
                (other,) = by_name.values()
                raise UsageError(f"standard input is used twice: for {other} and for -p {key}=@-")
            by_name[place] = f"-p {key}=@-"
        else:
            values[place] = fields.fit(known, place, read_value(key, value))
    if page and known.takes(PAGE):
        if PAGE in {*values, *by_name}:
            raise UsageError("--url and a text for [CRAWLEDTEXT] exclude each other", hint="leave one of them out")
        values[PAGE], page = page, ""
    place, said = next(iter(by_name.items()), ("", ""))
    return Sheet(
        known=known,
        piped=piped,
        values=values,
        piped_to=place,
        piped_by=said,
        argument=argument,
        files=files,
        page=page,
    )


def split_pair(text: str) -> tuple[str, str]:
    """KEY and VALUE, which may name a file in whatever bytes. Raises UsageError."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise UsageError(f"`{text}` is not KEY=VALUE")
    return clean(key).strip(), value


def read_value(key: str, value: str) -> str:
    """A value as it stands, or that of a file; `@@` is an `@`. Raises UsageError for a file that cannot be read."""
    if value.startswith("@@"):
        return clean(value[1:])
    if not value.startswith("@"):
        return clean(value)
    name = value[1:]
    try:
        return read_file(str(Path(name).expanduser()) if name.startswith("~") else name)
    except UsageError as error:
        hint = f"write {key}=@{value} if the text itself begins with @"
        raise UsageError(f"{error.message}, for {key}", hint=hint) from error
