"""What in spells that are to be joined contradicts each other (pure).

Read from what each part demands: its role, its own checks that must pass, and what its prompt asks for in words, as the
checks derived from it say. A demand that holds in part, or as a choice, is none: better silent than wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

import msgspec

from grimoire.expectations import expect
from grimoire.expectations.manner import Manner, manners
from grimoire.spell import CheckSpec, Spell, Template

_STRUCTURE = ("tables", "headings", "list-items", "code-blocks")
_EXCLUDES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("JSON", "CSV", "YAML", "XML", "HTML", "code"), ("tables", "headings", "list-items")),
    "a table": ("headings", "list-items", "code-blocks"),
    "a list": ("tables", "headings", "code-blocks"),
    "one paragraph": _STRUCTURE,
}
"""What an answer that is nothing but this has none of."""
_LOW, _HIGH = ("at_least", "exactly"), ("at_most", "exactly")


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """What one part demands: in `words` of its prompt, on that `line` of it; or by its check of that number, from 0.

    `part` is its place among the parts.
    """

    part: int
    words: str
    line: int = 0
    check: int | None = None


class Contradiction(msgspec.Struct, frozen=True, kw_only=True):
    """Two demands of different parts that no answer can meet; `what` names the matter."""

    what: str
    first: Side
    second: Side


class _Demand(msgspec.Struct, frozen=True, kw_only=True):
    """So many of what is measured at least and at most; or that the answer is of one form alone."""

    measure: str
    side: Side
    low: int | None = None
    high: int | None = None
    form: str = ""


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    spell: Spell
    text: Template
    said: tuple[Manner, ...]
    demands: tuple[_Demand, ...]

    def says(self, kind: str) -> Manner | None:
        return next((manner for manner in self.said if manner.kind == kind), None)

    def side(self, manner: Manner) -> Side:
        return Side(part=self.number, words=manner.words, line=manner.line)


def find(spells: Sequence[Spell], texts: Sequence[Template]) -> list[Contradiction]:
    """Every contradiction between two parts, one of each kind; `texts` has one text of each spell, in their order.

    A spell with `expectations: false` has nothing read from its prompt's words.
    """
    parts = [_part(number, spell, text) for number, (spell, text) in enumerate(zip(spells, texts, strict=True))]
    rules = (_roles, _scripts, _languages, _forms, _lengths, _explaining)
    return [found for one, other in combinations(parts, 2) for rule in rules if (found := rule(one, other))]


def _part(number: int, spell: Spell, text: Template) -> _Part:
    told = manners(text.prompt) if spell.expectations else ()
    demands = [*_read(number, text), *_forms_told(number, told)] if spell.expectations else []
    return _Part(number=number, spell=spell, text=text, said=told, demands=(*demands, *_checked(number, spell)))


def _read(number: int, text: Template) -> Iterator[_Demand]:
    for found in expect(text.prompt):
        yield from _of_check(found.spec, Side(part=number, words=found.words, line=found.line))


def _forms_told(number: int, told: Sequence[Manner]) -> Iterator[_Demand]:
    for manner in told:
        if manner.kind == "form":
            yield _Demand(
                measure="form", form=manner.value, side=Side(part=number, words=manner.words, line=manner.line)
            )


def _checked(number: int, spell: Spell) -> Iterator[_Demand]:
    for index, spec in enumerate(spell.checks):
        if not spec.should:
            yield from _of_check(spec, Side(part=number, words=_spelled(spec), check=index))


def _of_check(spec: CheckSpec, side: Side) -> Iterator[_Demand]:
    if spec.name == "json":
        yield _Demand(measure="form", form="JSON", side=side)
    elif spec.name == "length" and isinstance(spec.params, dict):
        for unit, wants in spec.params.items():
            if unit != "each" and isinstance(wants, dict):
                yield _bounds(f"length {unit}", wants, side)
    elif spec.name in {*_STRUCTURE, "paragraphs", "hashtags", "emoji"} and isinstance(spec.params, dict):
        yield _bounds(spec.name, spec.params, side)


def _bounds(measure: str, wants: dict[str, object], side: Side) -> _Demand:
    """Of things that are counted only where they fit there are at least so many in all, but perhaps more."""
    numbers = {key: value for key, value in wants.items() if isinstance(value, int) and key in {*_LOW, *_HIGH}}
    high = _first(numbers, _HIGH) if len(numbers) == len(wants) else None
    return _Demand(measure=measure, low=_first(numbers, _LOW), high=high, side=side)


def _first(numbers: dict[str, int], keys: Sequence[str]) -> int | None:
    return next((numbers[key] for key in keys if key in numbers), None)


def _spelled(spec: CheckSpec) -> str:
    if not isinstance(spec.params, dict) or spec.name == "json":
        return f"its check {spec.name}"
    return f"its check {spec.name}: {_plain(spec.params)}"


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {_plain(inner)}" for key, inner in value.items())
    return str(value)


def _roles(one: _Part, other: _Part) -> Contradiction | None:
    role = one.spell.role
    if role == "task" or role != other.spell.role:
        return None
    first, second = (Side(part=part.number, words=f"role: {role}") for part in (one, other))
    return Contradiction(what=f"two {role}s", first=first, second=second)


def _scripts(one: _Part, other: _Part) -> Contradiction | None:
    told = one.says("script"), other.says("script")
    return _pair("prompts in two languages", one, other, told, lambda a, b: a.value != b.value)


def _languages(one: _Part, other: _Part) -> Contradiction | None:
    told = one.says("language"), other.says("language")
    return _pair("two languages of the answer", one, other, told, lambda a, b: a.value != b.value)


def _explaining(one: _Part, other: _Part) -> Contradiction | None:
    for asks, refuses in (("explain", "no-explaining"), ("no-explaining", "explain")):
        found = _pair("to explain and not to", one, other, (one.says(asks), other.says(refuses)), lambda _a, _b: True)
        if found:
            return found
    return None


def _pair(
    what: str,
    one: _Part,
    other: _Part,
    told: tuple[Manner | None, Manner | None],
    clashes: Callable[[Manner, Manner], bool],
) -> Contradiction | None:
    first, second = told
    if first is None or second is None or not clashes(first, second):
        return None
    return Contradiction(what=what, first=one.side(first), second=other.side(second))


def _forms(one: _Part, other: _Part) -> Contradiction | None:
    for mine in one.demands:
        for theirs in other.demands:
            if _other_form(mine, theirs) or _out_of_form(mine, theirs) or _out_of_form(theirs, mine):
                return Contradiction(what="two output formats", first=mine.side, second=theirs.side)
            if mine.measure in _STRUCTURE and _apart(mine, theirs):
                return Contradiction(what="two output formats", first=mine.side, second=theirs.side)
    return None


def _other_form(one: _Demand, other: _Demand) -> bool:
    """JSON, HTML and the like are code, too."""
    forms = {one.form, other.form}
    return "" not in forms and len(forms) > 1 and not ("code" in forms and forms.isdisjoint({"a table", "a list"}))


def _out_of_form(alone: _Demand, other: _Demand) -> bool:
    return other.measure in _EXCLUDES.get(alone.form, ()) and bool(other.low)


def _lengths(one: _Part, other: _Part) -> Contradiction | None:
    for mine in one.demands:
        for theirs in other.demands:
            if mine.measure not in _STRUCTURE and _apart(mine, theirs):
                what = mine.measure.removeprefix("length ").replace("_", " ")
                return Contradiction(what=f"too many and too few {what}", first=mine.side, second=theirs.side)
    return None


def _apart(one: _Demand, other: _Demand) -> bool:
    """Whether no number is within both bounds."""
    if one.measure != other.measure:
        return False
    pairs = ((one.low, other.high), (other.low, one.high))
    return any(low is not None and high is not None and low > high for low, high in pairs)
