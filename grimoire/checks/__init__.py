"""The checks: those every answer meets (`STANDING`), and those a spell may ask for (`CATALOGUE`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import ClassVar, Protocol, cast

import msgspec

from grimoire.checks.completeness import Answered, Finished
from grimoire.checks.echo import Echo
from grimoire.checks.json_schema import Json
from grimoire.checks.language import AskedLanguage, Language
from grimoire.checks.leftovers import Leftovers
from grimoire.checks.length import Length
from grimoire.checks.own import BadCheck
from grimoire.checks.refusal import Refusal
from grimoire.checks.signs import Emoji, Hashtags
from grimoire.checks.structure import CodeBlocks, Headings, ListItems, Tables
from grimoire.checks.subject import OnSubject
from grimoire.checks.wording import Contains, Matches, NotContains
from grimoire.ports import Check
from grimoire.spell import CheckSpec

__all__ = ["CATALOGUE", "STANDING", "BadCheck", "build", "schema", "standing"]


class StandingCheck(Check, Protocol):
    """A check that wants no parameters."""

    def __init__(self) -> None: ...


class CatalogueCheck(Check, Protocol):
    """A check a spell asks for. `form` is the msgspec type of its parameters; BadCheck refuses any other."""

    form: ClassVar[object]

    def __init__(self, wants: object = None, *, should: bool = False) -> None: ...


STANDING: dict[str, type[StandingCheck]] = {
    "answered": Answered,
    "finished": Finished,
    "refusal": Refusal,
    "echo": Echo,
    "language": AskedLanguage,
    "leftovers": Leftovers,
    "on-subject": OnSubject,
}

CATALOGUE: dict[str, type[CatalogueCheck]] = {
    "contains": Contains,
    "not-contains": NotContains,
    "matches": Matches,
    "headings": Headings,
    "tables": Tables,
    "list-items": ListItems,
    "code-blocks": CodeBlocks,
    "length": Length,
    "json": Json,
    "language": Language,
    "emoji": Emoji,
    "hashtags": Hashtags,
}


def build(spec: CheckSpec) -> Check:
    """The check a spell's file asks for. Raises BadCheck, in one line, for a wrong name or wrong parameters."""
    if spec.name not in CATALOGUE:
        raise _unknown("check", spec.name, CATALOGUE)
    return CATALOGUE[spec.name](spec.params, should=spec.should)


def standing(skip: Sequence[str] = ()) -> list[Check]:
    """The standing checks in their order, without those a spell skips. Raises BadCheck for a name that is none."""
    for name in skip:
        if name not in STANDING:
            raise _unknown("standing check", name, STANDING)
    return [check() for name, check in STANDING.items() if name not in skip]


def schema() -> dict[str, object]:
    """The JSON Schema of one item of a spell's `checks:` list, complete in itself (no `$ref`)."""
    forms = {name: check.form for name, check in CATALOGUE.items()}
    schemas, components = msgspec.json.schema_components(forms.values())
    properties: dict[str, object] = {
        name: {**cast("dict[str, object]", _inline(part, components)), "description": CATALOGUE[name].__doc__}
        for name, part in zip(forms, schemas, strict=True)
    }
    properties["should"] = {"type": "boolean", "default": False, "description": "a wish: failing it gives partial"}
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "oneOf": [{"required": [name]} for name in forms],
    }


def _inline(part: object, components: dict[str, object]) -> object:
    """A schema with each reference replaced by what it refers to."""
    if isinstance(part, list):
        return [_inline(item, components) for item in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inline(components[part["$ref"].rpartition("/")[2]], components)
    return {key: _inline(value, components) for key, value in part.items()}


def _unknown(kind: str, name: str, known: Iterable[str]) -> BadCheck:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    offer = f"did you mean {near[0]}? " if near else ""
    return BadCheck(f"no {kind} {name!r}; {offer}known: {', '.join(known)}")
