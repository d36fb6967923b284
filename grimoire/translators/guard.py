"""Protect texts, have their segments translated by anything, verify what came back, and put it together again.

    protected = protect([Field("prompt", template)])
    results = engine(place.slot.segment.text for place in protected.places)
    defects = verify(protected, results, "en", "zh")
    (translated,) = protected.restore(results)

Pure, and blind to the engine. With an engine that changes nothing the result is the text, whatever the text holds.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

import msgspec

from grimoire.glossary import Glossary
from grimoire.translators.brackets import Brackets, choose
from grimoire.translators.gates import GATES, Severity
from grimoire.translators.pair import Pair
from grimoire.translators.skeleton import Line, Slot, Wording, build, render, slots
from grimoire.translators.spans import TEMPLATE_KINDS, kind_of, span_pattern

NO_GLOSSARY = Glossary()


class Field(msgspec.Struct, frozen=True):
    """One text of a spell: `name` says which, `closed` and `group` are as in `Slot`; a `title` has to stay one."""

    name: str
    text: str
    closed: str = ""
    group: str = ""
    title: bool = False


class Place(msgspec.Struct, frozen=True):
    """A slot and where it is: the number of its field, its line there (from 1), and its number in the field."""

    field: int
    line: int
    index: int
    slot: Slot


class Defect(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a translation, and where.

    `place` is the number of the place, -1 where it is a whole line or field; `line` counts from 1 in the field, 0
    means all of it. `reason` alone is for an engine; `source` and `target` are what a person sees of both.
    """

    gate: str
    severity: Severity = "error"
    field: str
    line: int
    place: int = -1
    reason: str
    source: str = ""
    target: str = ""
    advice: str = ""

    @property
    def message(self) -> str:
        """Reason, source and target in one line."""
        compared = f"; source {_short(self.source)}, got {_short(self.target)}" if self.source or self.target else ""
        return f"{self.where}: {self.reason}{compared}"

    @property
    def where(self) -> str:
        """The field, and the line where there is one."""
        return f"{self.field}, line {self.line}" if self.line else self.field

    def __str__(self) -> str:
        return f"[{self.gate}] {self.message}"


class Protected(msgspec.Struct, frozen=True, dict=True):
    """Texts taken apart: `lines[i]` are those of `fields[i]`; all share one pair of brackets."""

    fields: tuple[Field, ...]
    lines: tuple[tuple[Line, ...], ...]
    wording: Wording

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every place for a result, in the order of the texts; results come in this order."""
        return tuple(
            Place(number, line, index, slot)
            for number, lines in enumerate(self.lines)
            for index, (line, slot) in enumerate((ln.number, slot) for ln in lines for slot in slots(ln.parts))
        )

    @property
    def brackets(self) -> Brackets:
        return self.wording.brackets

    @property
    def own(self) -> list[str]:
        """The segments' own texts: the results of an engine that changes nothing."""
        return [place.slot.segment.text for place in self.places]

    def restore_lines(self, results: Sequence[str]) -> Iterator[list[str]]:
        """For each field its lines, without their ends, with the results in their places."""
        left = iter(results)
        for lines in self.lines:
            yield [render(line.parts, left, self.brackets) for line in lines]

    def restore(self, results: Sequence[str]) -> tuple[str, ...]:
        """The texts with the results in their places."""
        return tuple(
            "".join(text + line.end for text, line in zip(texts, lines, strict=True))
            for texts, lines in zip(self.restore_lines(results), self.lines, strict=True)
        )


def protect(
    fields: Sequence[Field], glossary: Glossary = NO_GLOSSARY, target: str = "", beside: Sequence[str] = ()
) -> Protected:
    """Take texts apart; the glossary's names are protected, and its terms for the target noted.

    `beside` are other texts that no token may be mistaken in, such as a translation to read back.

    Raises:
        TranslationRefused: no bracket is left that they do not use.
    """
    wording = Wording(choose([*(field.text for field in fields), *beside]), glossary, target)
    lines = tuple(build(field.text, wording, field.closed, field.group) for field in fields)
    return Protected(tuple(fields), lines, wording)


def verify(protected: Protected, results: Sequence[str | None], source: str, target: str) -> list[Defect]:
    """Everything that is wrong with the results, at most one defect for each place, in the order of the places.

    `source` and `target` are language codes. An empty result is one that was not given, None one that is not looked at.
    Where two options of a variable became the same, the second is defective: nobody could choose between them.
    """
    found: dict[int, Defect] = {}
    for number, (place, result) in enumerate(zip(protected.places, results, strict=True)):
        if result is None:
            continue
        title = protected.fields[place.field].title
        if wrong := check_slot(place.slot, result, (source, target), protected.brackets, title=title):
            found[number] = place_defect(protected, number, result, *wrong)
    given = [result or "" for result in results]
    for number, reason in same_options(protected, given).items():
        found.setdefault(number, place_defect(protected, number, given[number], "options", reason))
    return [found[number] for number in sorted(found)]


def same_options(protected: Protected, results: Sequence[str]) -> dict[int, str]:
    """The places whose result is that of another option of their variable, and why that will not do."""
    taken: dict[tuple[str, str], str] = {}
    found: dict[int, str] = {}
    for number, (place, result) in enumerate(zip(protected.places, results, strict=True)):
        group, text = place.slot.group, place.slot.segment.text
        if group and result.strip():
            other = taken.setdefault((group, result.strip()), text)
            if other != text:
                found[number] = f"must differ from the translation of {_short(other)}"
    return found


def shown(slot: Slot) -> list[str]:
    """What a person sees in place of each token: the text as it stands, with `…` for what is translated apart."""
    return ["".join(part if isinstance(part, str) else "…" for part in span) for span in slot.spans]


def as_seen(slot: Slot, text: str, brackets: Brackets) -> str:
    """A text with tokens as a person sees it."""
    seen = {str(number): span for number, span in enumerate(shown(slot))}
    return brackets.replace(text, lambda digits: seen.get(digits, f"token {digits}"))


def check_slot(
    slot: Slot,
    result: str,
    languages: tuple[str, str],
    brackets: Brackets,
    *,
    closed: str = "",
    title: bool = False,
    among: Collection[str] = GATES.keys(),
) -> tuple[str, str] | None:
    """The first gate that a slot's result fails, and why; `languages` are the codes of source and target.

    `closed` are more characters than the slot's own that have a meaning around it, `among` the gates to ask.
    """
    pair = Pair(
        segment=slot.segment,
        result=result.strip(),
        source=languages[0],
        target=languages[1],
        brackets=brackets,
        names=tuple(shown(slot)),
        closed=closed or slot.closed,
        title=title,
    )
    failed = ((name, reason) for name, gate in GATES.items() if name in among and (reason := gate.check(pair)))
    return next(failed, None)


def place_defect(protected: Protected, number: int, result: str, gate: str, reason: str) -> Defect:
    """A defect of the place with this number."""
    place = protected.places[number]
    brackets = protected.brackets
    return Defect(
        gate=gate,
        severity=GATES[gate].severity,
        field=protected.fields[place.field].name,
        line=place.line,
        place=number,
        reason=reason,
        source=as_seen(place.slot, place.slot.segment.text, brackets),
        target=as_seen(place.slot, result.strip(), brackets),
        advice=GATES[gate].advice,
    )


def compare_lines(field: str, line: int, source: str, target: str, names: tuple[str, ...] = ()) -> Iterator[Defect]:
    """A defect where a line does not hold the same protected things as its source; names are left to their gate."""
    if not (_PROTECTABLE.search(source) or _PROTECTABLE.search(target)):
        return
    before, after = _spans(source, names), _spans(target, names)
    changed = sorted((before - after) | (after - before))
    if changed:
        gate = "placeholders" if any(kind in TEMPLATE_KINDS for kind, _ in changed) else "protected"
        reason = f"the number of {', '.join(text for _, text in changed[:3])} changed"
        yield Defect(
            gate=gate, field=field, line=line, reason=reason, source=source, target=target, advice=GATES[gate].advice
        )


# Every protected span but a name has one of these in it.
_PROTECTABLE = re.compile(r"[\[{<`@/&]|www\.|--")


def _spans(line: str, names: tuple[str, ...]) -> Counter[tuple[str, str]]:
    """Protected spans by kind and text; definitions by number and number of options."""
    found: Counter[tuple[str, str]] = Counter()
    for match in span_pattern(names).finditer(line):
        kind = kind_of(match)
        if kind == "definition":
            options = match["options"]
            count = 0 if options is None else options.count("|") + 1
            found[kind, f"[VARIABLE{match['number']}:…] with {count} options"] += 1
        elif kind != "name":
            found[kind, match.group()] += 1
    return found


def _short(text: str, limit: int = 120) -> str:
    return repr(text if len(text) <= limit else f"{text[: limit - 1]}…")
