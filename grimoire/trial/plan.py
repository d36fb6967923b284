"""What a trial will ask: spell × language × backend × case × sample, as a lazy sequence (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from grimoire.cast import build_cell
from grimoire.chat import Usage, estimate_tokens
from grimoire.errors import MissingInput
from grimoire.ports import ChatBackend
from grimoire.record import Cell
from grimoire.spell import Spell, Template

DEFAULT_COMPLETION = 1000
"""Tokens assumed for an answer of which nothing is known."""


class Plan(msgspec.Struct, frozen=True):
    """What to try. `templates` holds the text of each (spell name, language) that has one; others are left out."""

    spells: Sequence[Spell]
    languages: Sequence[str]
    templates: Mapping[tuple[str, str], Template]
    samples: int = 1


class Estimate(msgspec.Struct, frozen=True):
    """What one backend will be asked. Tokens are estimates; `cost` is None where no price is known."""

    backend: str
    calls: int
    tokens: Usage
    cost: float | None


def cells(plan: Plan, backends: Sequence[ChatBackend]) -> Iterator[Cell]:
    """Every cell, backends alternating, so that no service waits while another is asked all its questions.

    A rehearsal has nothing to say to a case that no sample was written for; such cells are left out.
    """
    for spell in plan.spells:
        for case in spell.cases:
            for language in plan.languages:
                template = plan.templates.get((spell.name, language))
                if template is None:
                    continue
                for sample in range(1, plan.samples + 1):
                    for backend in backends:
                        cell = build_cell(spell, template, case, backend, sample=sample)
                        if cell.request.example or not backend.rehearsal:
                            yield cell


def unready(plan: Plan, backends: Sequence[ChatBackend]) -> list[str]:
    """Spells of which nothing can be asked in any language, or nothing rehearsed, and why."""
    rehearsing = any(backend.rehearsal for backend in backends)
    reasons = []
    for spell in plan.spells:
        if not spell.cases:
            reasons.append(f"{spell.name}: it has no case to try it with")
        elif rehearsing and not spell.sample:
            reasons.append(f"{spell.name}: it has no sample to rehearse with")
    return reasons


def estimate(planned: Iterable[Cell], prices: Mapping[str, tuple[float, float]]) -> list[Estimate]:
    """Calls, tokens and cost by backend; `prices` maps a backend's name to (input, output) per million tokens."""
    calls: dict[str, int] = {}
    tokens: dict[str, Usage] = {}
    for cell in planned:
        asked = sum(estimate_tokens(message.content) for message in cell.request.messages)
        answered = estimate_tokens(cell.request.example) or DEFAULT_COMPLETION
        calls[cell.backend] = calls.get(cell.backend, 0) + 1
        tokens[cell.backend] = tokens.get(cell.backend, Usage()) + Usage(asked, answered)
    return [Estimate(name, count, tokens[name], cost(tokens[name], prices.get(name))) for name, count in calls.items()]


def cost(usage: Usage, price: tuple[float, float] | None) -> float | None:
    """What an answer cost, from its tokens and (input, output) prices per million; None where either is unknown."""
    if price is None or usage.prompt_tokens is None or usage.completion_tokens is None:
        return None
    return (usage.prompt_tokens * price[0] + usage.completion_tokens * price[1]) / 1_000_000


def fillable(spell: Spell, template: Template, backend: ChatBackend) -> str:
    """Why a spell's cases cannot be filled in; empty when they can."""
    try:
        for case in spell.cases:
            build_cell(spell, template, case, backend)
    except MissingInput as error:
        return error.message
    return ""
