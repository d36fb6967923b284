"""Read an existing translation back along its source's skeleton, so that the same gates can judge it.

Line by line: what a place holds is what stands between the fixed parts of its line, and in it the spans of the source
become tokens again. Where a person has changed a line's fixed parts (another list marker, a colon of another width) the
line's whole prose is taken for its one place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from grimoire.translators.brackets import Brackets
from grimoire.translators.gates import GATES
from grimoire.translators.guard import Defect, Protected, compare_lines, shown
from grimoire.translators.numbers import changed_numbers
from grimoire.translators.skeleton import LINE_END, Line, Part, Slot, has_words, marker, render, slots
from grimoire.translators.spans import find_spans, kind_of

# Options end at a bar, labels and defaults at a colon.
_GROUP = {True: r"([^\]|\r\n]{0,1000})", False: r"([^\]:\r\n]{0,1000})"}
_VARIES = re.compile(r"[0-9|]")
_NUMBER = re.compile(r"[0-9][0-9.,]*")


class Reading(msgspec.Struct, frozen=True):
    """What stands in each place, and what no place could tell.

    `results` are in the order of `Protected.places`; None where the translation has nothing that corresponds. `bodies`
    are, for each field, the lines that translate its lines, without their ends; None for a line that has none.
    """

    results: list[str | None]
    defects: list[Defect]
    bodies: list[list[str | None]]


def read_back(protected: Protected, texts: Sequence[str]) -> Reading:
    """The results that would restore to `texts`, which are one for each of the protected fields."""
    reading = Reading([], [], [])
    for number, text in enumerate(texts):
        bodies, misfit = _paired(protected, number, text)
        reading.defects.extend(misfit)
        reading.bodies.append(list(bodies))
        for line, body in zip(protected.lines[number], bodies, strict=True):
            found = _read_line(protected, line, body)
            reading.results.extend(found)
            if body is not None:
                reading.defects.extend(_line_defects(protected, number, line, body, readable=None not in found))
    return reading


def as_tokens(slot: Slot, text: str, brackets: Brackets) -> str:
    """A text as a person sees it (see `guard.as_seen`) with its tokens put back; what is not there gives none."""
    return _tokenize(text, [_literal(seen) for seen in shown(slot)], brackets)[0]


def _paired(protected: Protected, number: int, text: str) -> tuple[Sequence[str | None], list[Defect]]:
    """For each line of a field the line that translates it; none, and a defect, where the lines do not correspond."""
    lines, bodies = protected.lines[number], LINE_END.split(text)[0::2]
    if len(bodies) == len(lines):
        return bodies, []
    ours, theirs = ([i for i, body in enumerate(found) if body.strip()] for found in (_sources(lines), bodies))
    reason = f"it has {len(bodies)} lines, its source {len(lines)}"
    if len(ours) == len(theirs):
        pairs = dict(zip(ours, (bodies[i] for i in theirs), strict=True))
        misfit = _lines_defect(protected, number, 0, f"{reason}: blank lines differ")
        return [pairs.get(i, "") for i in range(len(lines))], [misfit]
    first = next((i for i, (a, b) in enumerate(zip(_sources(lines), bodies, strict=False)) if _differs(a, b)), 0)
    where = f"{reason}: the first that does not correspond is line {first + 1}" if first else reason
    return [None] * len(lines), [_lines_defect(protected, number, first + 1 if first else 0, where)]


def _lines_defect(protected: Protected, number: int, line: int, reason: str) -> Defect:
    name = protected.fields[number].name
    return Defect(gate="lines", field=name, line=line, reason=reason, advice=GATES["lines"].advice)


def _sources(lines: Sequence[Line]) -> list[str]:
    return ["".join(part if isinstance(part, str) else part.segment.text for part in line.parts) for line in lines]


def _differs(source: str, target: str) -> bool:
    """Whether two lines cannot be a line and its translation: one is blank, or only one is a list item or heading."""
    return bool(source.strip()) != bool(target.strip()) or bool(marker(source).strip()) != bool(marker(target).strip())


def _line_defects(protected: Protected, number: int, line: Line, body: str, *, readable: bool) -> Iterator[Defect]:
    """What is wrong with a whole line: its fixed parts, or the placeholders in it, whichever places they fell into."""
    (source,) = _sources([line])
    if source == body:
        return
    field = protected.fields[number].name
    fixed = not any(slots(line.parts))
    if fixed and not line.verbatim and (names := _names_alone(source, protected.wording.glossary.keep)):
        # An engine is not asked for such a line; a person may still say more with it.
        if lost := [name for name in names if name not in body]:
            yield _defect("names", field, line, f"{', '.join(lost)} is not in it as it is written", source, body)
        return
    ours = "".join(render([part], iter(_own(part)), protected.brackets) for part in line.parts)
    differences = list(compare_lines(field, line.number, ours, body, protected.wording.glossary.keep))
    comparable = readable and not (fixed and (line.verbatim or has_words(body)))
    if comparable or any(defect.gate == "placeholders" for defect in differences):
        yield from differences
        if any(isinstance(part, str) and _NUMBER.search(part) for part in line.parts):
            yield from _compare_numbers(field, line, ours, body)
        return
    changed = "a line that is not to be translated was changed" if fixed else "its bars, colons or brackets changed"
    yield _defect("protected", field, line, changed, source, body)


def _defect(gate: str, field: str, line: Line, reason: str, source: str, target: str) -> Defect:
    advice = GATES[gate].advice
    return Defect(gate=gate, field=field, line=line.number, reason=reason, source=source, target=target, advice=advice)


def _names_alone(source: str, keep: tuple[str, ...]) -> list[str]:
    """The names of a line that protects nothing else; none where it does, or has none."""
    spans = [match for run in find_spans(source, keep) for match in run]
    return [span.group() for span in spans] if all(kind_of(span) == "name" for span in spans) else []


def _compare_numbers(field: str, line: Line, source: str, target: str) -> Iterator[Defect]:
    """Numbers in a line's fixed parts, which no place holds."""
    lost, added = changed_numbers(source, target)
    if lost or added:
        yield _defect("numbers", field, line, f"numbers changed: {', '.join((lost or added)[:5])}", source, target)


def _own(part: Part) -> list[str]:
    return [slot.segment.text for slot in slots([part])]


def _read_line(protected: Protected, line: Line, body: str | None) -> list[str | None]:
    wanted = list(slots(line.parts))
    if body is None:
        return [None] * len(wanted)
    brackets = protected.brackets
    own = [part for part in line.parts if isinstance(part, Slot)]
    found = _between(line.parts, body)
    if found is None and len(own) == 1:
        found = [body[len(marker(body)) :].strip()]
    if found is None:
        return [None] * len(wanted)
    results: list[str | None] = []
    for slot, text in zip(own, found, strict=True):
        results += _read_slot(slot, text, brackets)
    return results


def _read_slot(slot: Slot, text: str, brackets: Brackets) -> list[str | None]:
    """The slot's own text with its tokens, then what stands in the slots inside its spans."""
    patterns = [_pattern(span) for span in slot.spans]
    result, matches = _tokenize(text, patterns, brackets)
    results: list[str | None] = [result]
    for span, match in zip(slot.spans, matches, strict=True):
        inner = [part for part in span if isinstance(part, Slot)]
        groups = match.groups() if match else [None] * len(inner)
        for part, group in zip(inner, groups, strict=True):
            results += _read_slot(part, group, brackets) if group is not None else [None] * len(list(slots([part])))
    return results


def _between(parts: Sequence[Part], body: str) -> list[str] | None:
    """What stands in the slots of a line, each ending where the fixed part after it begins."""
    found: list[str] = []
    position, waiting = 0, False
    for index, part in enumerate(parts):
        if isinstance(part, Slot):
            waiting = True
            continue
        last = index == len(parts) - 1
        span = _find(part, body, position, ended=last) if waiting else _at(part, body, position)
        if span is None:
            return None
        if waiting:
            found.append(body[position : span[0]])
        position, waiting = span[1], False
    if waiting:
        found.append(body[position:])
    return found if waiting or position == len(body) else None


def _at(part: str, body: str, position: int) -> tuple[int, int] | None:
    """Where a fixed part ends that begins here; its numbers may be written in another language's way."""
    if body.startswith(part, position):
        return position, position + len(part)
    match = _loose(part).match(body, position) if _VARIES.search(part) else None
    return match.span() if match else None


def _find(part: str, body: str, position: int, *, ended: bool) -> tuple[int, int] | None:
    """The first place from here on where a fixed part stands, or the end of the body where it has to be there."""
    start = max(position, len(body) - len(part)) if ended else position
    found = body.find(part, start)
    if found >= 0:
        return found, found + len(part)
    match = _loose(part, r"\Z" if ended else "").search(body, position) if _VARIES.search(part) else None
    return match.span() if match else None


def _loose(part: str, end: str = "") -> re.Pattern[str]:
    """A fixed part with any number where it has one, and bars of a table with or without spaces."""
    pieces = (_bars(piece) for piece in _NUMBER.split(part))
    return re.compile(r"[0-9][0-9.,]*".join(pieces) + end)


def _bars(text: str) -> str:
    pieces = (re.escape(piece) for piece in re.split(r"[ \t]*\|[ \t]*", text))
    return r"[ \t]{0,99}\|[ \t]{0,99}".join(pieces)


def _pattern(span: Sequence[Part]) -> re.Pattern[str]:
    """Matches what a span became; a group for each slot in it, which ends where its kind of part must."""
    return re.compile("".join(re.escape(part) if isinstance(part, str) else _GROUP[bool(part.group)] for part in span))


def _literal(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text))


def _tokenize(
    text: str, patterns: Sequence[re.Pattern[str]], brackets: Brackets
) -> tuple[str, list[re.Match[str] | None]]:
    """The text with a token for each pattern where it is found: longest first, then in order, none twice in a place."""
    alike: dict[re.Pattern[str], list[int]] = {}
    for number, pattern in enumerate(patterns):
        alike.setdefault(pattern, []).append(number)
    taken = bytearray(len(text))
    matches: list[re.Match[str] | None] = [None] * len(patterns)
    for pattern in sorted(alike, key=lambda pattern: -len(pattern.pattern)):
        free = (match for match in pattern.finditer(text) if not any(taken[match.start() : match.end()]))
        for number, match in zip(alike[pattern], free, strict=False):
            taken[match.start() : match.end()] = b"\1" * len(match.group())
            matches[number] = match
    parts: list[str] = []
    position = 0
    for start, end, number in sorted((*match.span(), number) for number, match in enumerate(matches) if match):
        parts += (text[position:start], brackets.token(number))
        position = end
    return "".join((*parts, text[position:])), matches
