"""Protect texts, have their pieces translated by anything, verify what came back, and put it together again.

    protected = protect([Text("prompt", template)])
    results = dict(zip(protected.pieces, engine(protected.pieces)))
    defects = verify(protected, results, "en", "zh")
    (translated,) = protected.restore(results)

Pure, and blind to the engine. With an engine that changes nothing the result is the text, whatever the text holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from grimoire.placeholders import PLACEHOLDER
from grimoire.translators.brackets import Brackets, choose
from grimoire.translators.gates import GATES, Pair
from grimoire.translators.skeleton import Part, Slot, build, render, slots


class Text(msgspec.Struct, frozen=True):
    """One text to translate: `name` says which in messages; `closed` and `group` are as in `Slot`."""

    name: str
    text: str
    closed: str = ""
    group: str = ""


class Defect(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one translated piece; `line` counts from 1 in the text called `text`, 0 means all of it.

    `message` holds the reason, source and target, for a person; `remedy` is the reason alone, for an engine.
    """

    gate: str
    text: str
    line: int
    message: str
    remedy: str
    piece: str = ""

    def __str__(self) -> str:
        place = f"{self.text}, line {self.line}" if self.line else self.text
        return f"{place}: [{self.gate}] {self.message}"


class Protected(msgspec.Struct, frozen=True):
    """Texts taken apart: `skeletons[i]` is that of `texts[i]`; all share one pair of brackets."""

    texts: tuple[Text, ...]
    skeletons: tuple[tuple[Part, ...], ...]
    brackets: Brackets

    @property
    def pieces(self) -> tuple[str, ...]:
        """What to translate, each once, in the order of the texts."""
        return tuple(dict.fromkeys(slot.piece for _, slot in self.slots()))

    def slots(self) -> Iterator[tuple[Text, Slot]]:
        for text, skeleton in zip(self.texts, self.skeletons, strict=True):
            for slot in slots(skeleton):
                yield text, slot

    def restore(self, results: Mapping[str, str]) -> tuple[str, ...]:
        """The texts with the translation of each piece in its places. Raises KeyError for a piece without one."""
        return tuple(render(skeleton, results.__getitem__, self.brackets) for skeleton in self.skeletons)


def protect(texts: Sequence[Text]) -> Protected:
    """Take texts apart.

    Raises:
        TranslationRefused: no bracket is left that they do not use.
    """
    brackets = choose(text.text for text in texts)
    skeletons = tuple(build(text.text, brackets, text.closed, text.group) for text in texts)
    return Protected(tuple(texts), skeletons, brackets)


def verify(protected: Protected, results: Mapping[str, str], source: str, target: str) -> tuple[Defect, ...]:
    """Everything that is wrong with the results, at most one defect for each slot, then for whole texts.

    `source` and `target` are language codes. A piece without a result counts as empty. Where two options of a variable
    became the same, the second is defective: nobody could choose between them.
    """
    checked = (_check_slot(protected, *place, results, (source, target)) for place in protected.slots())
    defects = [defect for defect in checked if defect]
    defects += _check_options(protected, results, {defect.piece for defect in defects})
    return tuple(defects or _check_whole(protected, results))


def _check_slot(
    protected: Protected, text: Text, slot: Slot, results: Mapping[str, str], languages: tuple[str, str]
) -> Defect | None:
    result = results.get(slot.piece, "").strip()
    pair = Pair(
        piece=slot.piece,
        result=result,
        source=languages[0],
        target=languages[1],
        brackets=protected.brackets,
        closed=slot.closed,
    )
    for name, gate in GATES.items():
        if reason := gate(pair):
            return _defect(protected, name, text, slot, reason, result)
    return None


def _defect(protected: Protected, gate: str, text: Text, slot: Slot, reason: str, result: str) -> Defect:
    shown = protected.brackets.replace(reason, _standing_for(slot))
    message = f"{shown}; source {_short(slot.piece)}, got {_short(result)}"
    return Defect(gate=gate, text=text.name, line=slot.line, message=message, remedy=reason, piece=slot.piece)


def _standing_for(slot: Slot) -> Callable[[str], str]:
    """Names a token by what it stands for, where that is plain text."""

    def name(number: str) -> str:
        known = number.isascii() and int(number) < len(slot.spans)
        return (
            "".join(p if isinstance(p, str) else "…" for p in slot.spans[int(number)]) if known else f"token {number}"
        )

    return name


def _check_options(protected: Protected, results: Mapping[str, str], known: set[str]) -> Iterator[Defect]:
    """`known` are the pieces found defective before."""
    taken: dict[tuple[str, str], str] = {}
    for text, slot in protected.slots():
        if not slot.group or slot.piece in known:
            continue
        result = results[slot.piece].strip()
        other = taken.setdefault((slot.group, result), slot.piece)
        if other != slot.piece:
            reason = f"must differ from the translation of {_short(other)}"
            yield _defect(protected, "options", text, slot, reason, result)


def _check_whole(protected: Protected, results: Mapping[str, str]) -> Iterator[Defect]:
    """What no single piece can show: placeholders made of two parts, lines added or lost."""
    for text, restored in zip(protected.texts, protected.restore(results), strict=True):
        before, after = _placeholders(text.text), _placeholders(restored)
        if before != after:
            changed = sorted((before - after) | (after - before))
            reason = f"the number of {', '.join(changed)} changed"
            yield Defect(gate="placeholders", text=text.name, line=0, message=reason, remedy=reason)
        if len(text.text.splitlines()) != len(restored.splitlines()):
            reason = "the number of lines changed"
            yield Defect(gate="lines", text=text.name, line=0, message=reason, remedy=reason)


def _placeholders(text: str) -> Counter[str]:
    """Placeholders by name; definitions by number and number of options."""
    return Counter(
        f"[{m['name']}]"
        if m["name"]
        else f"[VARIABLE{m['number']}:…] with {(m['options'] or '').count('|') + 1} options"
        for m in PLACEHOLDER.finditer(text)
    )


def _short(text: str, limit: int = 120) -> str:
    return repr(text if len(text) <= limit else f"{text[: limit - 1]}…")
