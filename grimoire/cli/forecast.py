"""What a run of `translate` would send: characters, requests, cost. Nothing is sent, and no key is needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from grimoire.cli import output, wiring
from grimoire.cli.translations import Outdated

if TYPE_CHECKING:
    from grimoire.settings import Settings
    from grimoire.translators.forecast import Forecast


class Row(msgspec.Struct, frozen=True):
    """One spell: how its translation stands, and what is left to send for it."""

    spell: str
    language: str
    state: str
    characters: int
    remembered: int


def show_forecast(
    settings: Settings, batch: Sequence[Outdated], engines: Sequence[str], *, recalling: bool, json: bool
) -> None:
    """A line a spell on standard output, what it comes to on standard error."""
    if not batch:
        output.note("nothing to translate; nothing was sent")
        return
    facts = [wiring.translator_facts(settings, name) for name in engines or [wiring.DEEPL]]
    if engines and not facts[0].chat:
        from grimoire.translators.deepl_api import check_languages

        for source in dict.fromkeys(late.spell.language for late in batch):
            check_languages(source, batch[0].language)
    counted = _forecast(settings, batch, facts, recalling=recalling)
    for late in batch:
        name = late.spell.name
        row = Row(name, late.language, late.state, counted.characters.get(name, 0), counted.remembered.get(name, 0))
        if json:
            output.emit_json(row, lines=True)
        else:
            output.emit(f"{row.spell}\t{row.language}\t{row.state}\t{row.characters:,} characters\n")
    output.note(f"{len(batch)} to translate{f' with {facts[0].name}' if engines else ''}; nothing was sent")
    output.note(f"  {_size(settings, counted, facts[0] if engines else None)}")


def _forecast(
    settings: Settings, batch: Sequence[Outdated], facts: Sequence[wiring.TranslatorFacts], *, recalling: bool
) -> Forecast:
    from grimoire.translators.forecast import forecast

    spells, engines = [late.spell for late in batch], [(fact.name, fact.version) for fact in facts]
    with wiring.open_memory_to_read(settings) as memory:
        return forecast(
            spells,
            batch[0].language,
            facts[0].cut,
            engines,
            memory if recalling else None,
            wiring.open_glossary(settings),
        )


def _size(settings: Settings, counted: Forecast, facts: wiring.TranslatorFacts | None) -> str:
    segments = output.count(sum(map(len, counted.batches)), "segment")
    size = f"{segments}, {counted.total:,} characters, {sum(counted.remembered.values()):,} remembered"
    if facts is None:
        return size
    return f"{size}, {output.count(len(counted.batches), 'request')}, {_cost(settings, counted, facts)}"


def _cost(settings: Settings, counted: Forecast, facts: wiring.TranslatorFacts) -> str:
    values = settings.values
    if not facts.chat:
        price = values.deepl.price
        return "cost unknown (set deepl: price)" if price is None else _money(settings, counted.total * price / 1e6)
    from grimoire.translators.chat_model import estimate

    usage = estimate(counted.batches)
    tokens = f"about {usage.prompt_tokens or 0:,} tokens in, {usage.completion_tokens or 0:,} out"
    head, _, model = facts.name.partition("/")
    backend = values.backends.get(head)
    price_of = backend.prices.get(model) if backend else None
    if price_of is None:
        return tokens
    cost = ((usage.prompt_tokens or 0) * price_of.input + (usage.completion_tokens or 0) * price_of.output) / 1e6
    return f"{tokens}, {_money(settings, cost)}"


def _money(settings: Settings, amount: float) -> str:
    return f"about {output.money(amount, settings.values.currency)}"
