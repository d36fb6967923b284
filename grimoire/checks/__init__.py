"""The checks: those every answer meets (`STANDING`), and those a spell may ask for (`CATALOGUE`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Protocol, cast

import msgspec

from grimoire.checks import foreign
from grimoire.checks.alike import Like, Unlike
from grimoire.checks.answered import Answered
from grimoire.checks.code_blocks import CodeBlocks
from grimoire.checks.combine import INNER, AllOf, AnyOf, Not
from grimoire.checks.compare import Compare
from grimoire.checks.echo import Echo
from grimoire.checks.finished import Finished
from grimoire.checks.json_at import AtJsonPath
from grimoire.checks.json_schema import ContainsJson, Json
from grimoire.checks.language import AskedLanguage, Language
from grimoire.checks.leftovers import Leftovers
from grimoire.checks.length import Length
from grimoire.checks.measures import Cost, Latency, Tokens
from grimoire.checks.own import BadCheck
from grimoire.checks.python_code import Python
from grimoire.checks.refusal import Refusal
from grimoire.checks.repetition import Repetition
from grimoire.checks.rubric import Rubric
from grimoire.checks.signs import Emoji, Hashtags
from grimoire.checks.structure import Headings, Links, ListItems, Paragraphs
from grimoire.checks.subject import OnSubject
from grimoire.checks.tables import Tables
from grimoire.checks.task import OnTask
from grimoire.checks.wording import (
    Contains,
    ContainsAll,
    ContainsAny,
    EndsWith,
    Equals,
    Matches,
    NotContains,
    NotMatches,
    StartsWith,
)
from grimoire.ports import Check
from grimoire.spell import CheckSpec, digest

__all__ = ["ASKING", "CATALOGUE", "STANDING", "BadCheck", "build", "schema", "standing", "yardstick"]


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
    "on-task": OnTask,
    "repetition": Repetition,
}

CATALOGUE: dict[str, type[CatalogueCheck]] = {
    "contains": Contains,
    "contains-all": ContainsAll,
    "contains-any": ContainsAny,
    "not-contains": NotContains,
    "equals": Equals,
    "starts-with": StartsWith,
    "ends-with": EndsWith,
    "matches": Matches,
    "not-matches": NotMatches,
    "headings": Headings,
    "tables": Tables,
    "list-items": ListItems,
    "code-blocks": CodeBlocks,
    "paragraphs": Paragraphs,
    "links": Links,
    "length": Length,
    "json": Json,
    "contains-json": ContainsJson,
    "json-path": AtJsonPath,
    "language": Language,
    "emoji": Emoji,
    "hashtags": Hashtags,
    "like": Like,
    "unlike": Unlike,
    "latency": Latency,
    "cost": Cost,
    "tokens": Tokens,
    "all-of": AllOf,
    "any-of": AnyOf,
    "not": Not,
    "python": Python,
    "judge": Rubric,
    "compare": Compare,
}


ASKING = frozenset(name for name, check in CATALOGUE.items() if hasattr(check, "ask"))
"""The checks for which a model has to be asked."""


def build(spec: CheckSpec) -> Check:
    """The check a spell's file asks for. Raises BadCheck, in one line, for a wrong name or wrong parameters."""
    if spec.name in STANDING and spec.name not in CATALOGUE:
        raise BadCheck(f"`{spec.name}` is a standing check: every answer meets it, unless skip_checks leaves it out")
    if spec.name not in CATALOGUE:
        raise _unknown("check", spec.name, CATALOGUE)
    return CATALOGUE[spec.name](spec.params, should=spec.should)


def standing(skip: Sequence[str] = ()) -> list[Check]:
    """The standing checks in their order, without those a spell skips. Raises BadCheck for a name that is none."""
    for name in skip:
        if name not in STANDING:
            raise _unknown("standing check", name, STANDING)
    return [check() for name, check in STANDING.items() if name not in skip]


def yardstick(checks: Iterable[Check]) -> str:
    """A digest that changes whenever any of the checks, its version or what it wants does."""
    return digest([(check.name, check.version, check.should, getattr(check, "wants", None)) for check in checks])


def schema() -> dict[str, object]:
    """The JSON Schema of one item of a spell's `checks:` list.

    It is complete in itself. The one thing it refers to is under its `$defs`: a check within a check, which may hold
    others and therefore cannot be written out.
    """
    item = _item_schema(CATALOGUE)
    inner = _item_schema([name for name in CATALOGUE if name not in ASKING])
    wish = {"type": "boolean", "default": False, "description": "a wish: failing it gives partial"}
    properties = {**cast("dict[str, object]", item["properties"]), "should": wish}
    return {**item, "properties": properties, "$defs": {INNER: inner}}


def _item_schema(names: Iterable[str]) -> dict[str, object]:
    """The schema of an object with one of these names and what it wants."""
    forms = {name: CATALOGUE[name].form for name in names}
    schemas, components = msgspec.json.schema_components(forms.values())
    properties = {
        name: {**cast("dict[str, object]", _inline(part, components)), "description": CATALOGUE[name].__doc__}
        for name, part in zip(forms, schemas, strict=True)
    }
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "oneOf": [{"required": [name]} for name in forms],
    }


def _inline(part: object, components: dict[str, object]) -> object:
    """A schema with each reference to a component replaced by what it refers to."""
    if isinstance(part, list):
        return [_inline(item, components) for item in part]
    if not isinstance(part, dict):
        return part
    component = part.get("$ref", "").removeprefix("#/$defs/")
    if component in components:
        return _inline(components[component], components)
    return {key: _inline(value, components) for key, value in part.items()}


def _unknown(kind: str, name: str, known: Iterable[str]) -> BadCheck:
    from difflib import get_close_matches

    if other := foreign.instead(name, known):
        return BadCheck(f"no {kind} {name!r}; write {other}")
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    return BadCheck(f"no {kind} {name!r}; " + (f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"))
