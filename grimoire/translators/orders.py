"""What a run of translations asks for: every spell taken apart, and each distinct segment once, over all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from grimoire.errors import TranslationRefused
from grimoire.glossary import Glossary
from grimoire.ports import Memory, Translator
from grimoire.segment import PERSON, MemoryKey, Segment
from grimoire.spell import Spell
from grimoire.translators.brackets import Brackets
from grimoire.translators.fields import fields_of
from grimoire.translators.gates import WARNINGS
from grimoire.translators.guard import Defect, Protected, check_slot, place_defect, protect
from grimoire.translators.skeleton import Slot


class Order(msgspec.Struct, frozen=True):
    """One spell to translate, taken apart."""

    spell: Spell
    protected: Protected

    @property
    def segments(self) -> dict[Segment, None]:
        """Each of its segments once, in the order of its texts."""
        return dict.fromkeys(place.slot.segment for place in self.protected.places)

    def results(self, known: Mapping[Segment, str]) -> list[str]:
        """A result for each place: the translation of its segment, or the segment itself where there is none."""
        return [known.get(place.slot.segment, place.slot.segment.text) for place in self.protected.places]


class Demand(msgspec.Struct, frozen=True):
    """What a segment's translation has to be good for, wherever it stands: the strictest of all its places.

    `slot` is its first place, `about` the title and teaser of the spell that place is in.
    """

    slot: Slot
    brackets: Brackets
    about: str
    closed: str = ""
    title: bool = False

    def inspect(self, result: str, source: str, target: str) -> tuple[str, str] | None:
        """The first gate that a result fails, and why."""
        return check_slot(self.slot, result, (source, target), self.brackets, closed=self.closed, title=self.title)


def take_apart(spells: Iterable[Spell], glossary: Glossary, target: str) -> tuple[list[Order], dict[str, str]]:
    """An order for each spell; and by name why a spell cannot be protected, which befalls made-up ones alone."""
    orders: list[Order] = []
    refused: dict[str, str] = {}
    for spell in spells:
        try:
            orders.append(Order(spell, protect(fields_of(spell), glossary, target)))
        except TranslationRefused as error:
            refused[spell.name] = error.message
    return orders, refused


def demands(orders: Sequence[Order]) -> dict[Segment, Demand]:
    """What is wanted of each distinct segment, in the order in which they first occur."""
    found: dict[Segment, Demand] = {}
    for order in orders:
        about = ". ".join(part for part in (order.spell.title, order.spell.teaser) if part)
        for place in order.protected.places:
            slot = place.slot
            title = order.protected.fields[place.field].title
            known = found.get(slot.segment)
            if known is None:
                found[slot.segment] = Demand(slot, order.protected.brackets, about, slot.closed, title)
            elif not (set(slot.closed) <= set(known.closed) and title <= known.title):
                closed = "".join(dict.fromkeys(known.closed + slot.closed))
                found[slot.segment] = msgspec.structs.replace(known, closed=closed, title=known.title or title)
    return found


def key_of(segment: Segment, source: str, target: str, engine: str, version: str) -> MemoryKey:
    """What the memory knows a segment by. What a person wrote does not depend on a glossary."""
    if engine == PERSON:
        segment, version = Segment(segment.text, segment.kinds), ""
    return MemoryKey(segment=segment, source=source, target=target, engine=engine, version=version)


def recall(
    memory: Memory | None,
    wanted: Mapping[Segment, Demand],
    engines: Sequence[tuple[str, str]],
    languages: tuple[str, str],
) -> dict[Segment, tuple[str, str]]:
    """What the memory has and the gates accept, and by whom: a person first, then engines (name, version) in order."""
    found: dict[Segment, tuple[str, str]] = {}
    for name, version in [(PERSON, ""), *engines] if memory else ():
        left = {key_of(s, *languages, name, version): s for s in wanted if s not in found}
        for key, text in memory.recall(list(left)).items() if memory else ():
            segment = left[key]
            wrong = wanted[segment].inspect(text, *languages)
            if wrong is None or wrong[0] in WARNINGS:
                found[segment] = (text, name)
    return found


def identify(engines: Iterable[Translator]) -> list[tuple[str, str]]:
    """What the memory knows engines by."""
    return [(engine.name, engine.version) for engine in engines]


def segment_defects(order: Order, bad: Mapping[Segment, tuple[str, str]], got: Mapping[Segment, str]) -> list[Defect]:
    """A defect for each place of an order whose segment has none that is good: `bad` says by which gate, and why."""
    return [
        place_defect(order.protected, number, got.get(segment, ""), *bad[segment])
        for number, place in enumerate(order.protected.places)
        if (segment := place.slot.segment) in bad
    ]
