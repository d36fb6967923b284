"""What translating some spells would send, counted without sending anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from grimoire.glossary import Glossary
from grimoire.languages import resolve
from grimoire.ports import Memory
from grimoire.segment import Segment
from grimoire.spell import Spell
from grimoire.translators.marks import number_through
from grimoire.translators.orders import demands, recall, take_apart

Cut = Callable[[Sequence[Segment]], Iterator[list[Segment]]]


class Forecast(msgspec.Struct):
    """Segments to send, in batches of a request each; and by spell its characters to send and segments remembered.

    A segment that several spells share counts for the first of them.
    """

    batches: list[list[Segment]] = []
    characters: dict[str, int] = {}
    remembered: dict[str, int] = {}

    @property
    def total(self) -> int:
        """Characters in all."""
        return sum(self.characters.values())


def forecast(
    spells: Sequence[Spell],
    target: str,
    cut: Cut,
    engines: Sequence[tuple[str, str]],
    memory: Memory | None,
    glossary: Glossary,
) -> Forecast:
    """Count for `target` (a code); `engines` are names and versions, the first of which is asked."""
    result = Forecast()
    by_source: dict[str, list[Spell]] = {}
    for spell in spells:
        by_source.setdefault(resolve(spell.language), []).append(spell)
    for source, group in by_source.items():
        orders, _ = take_apart(group, glossary, target)
        wanted = demands(orders)
        known = recall(memory, wanted, engines, (source, target))
        left = dict.fromkeys((segment for segment in wanted if segment not in known), 0)
        batches = list(cut(list(left))) if left else []
        result.batches += batches
        for batch in batches:
            marks = number_through(batch, [wanted[segment].brackets for segment in batch])
            left |= {mark.segment: len(mark.put().text) for mark in marks}
        for order in orders:
            mine = [segment for segment in order.segments if segment in left]
            result.characters[order.spell.name] = sum(left[segment] for segment in mine)
            result.remembered[order.spell.name] = sum(segment in known for segment in order.segments)
            for segment in mine:
                del left[segment]
    return result
