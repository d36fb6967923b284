"""What answers took, in words: tokens, time and money."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from grimoire.chat import Usage
from grimoire.cli import output

if TYPE_CHECKING:
    from grimoire.trial.work import Result


def tokens(usage: Usage) -> str:
    """Both counts; `?` for one that nobody made."""
    asked, answered = (
        "?" if count is None else f"{count:,}" for count in (usage.prompt_tokens, usage.completion_tokens)
    )
    return f"{asked} tokens in, {answered} out"


def took(usage: Usage, seconds: float, cost: float | None, currency: str) -> str:
    """Tokens, seconds and the cost, where it is known."""
    paid = "" if cost is None else f", {output.money(cost, currency)}"
    return f"{tokens(usage)}, {seconds:.1f} s{paid}"


def all_took(results: Iterable[Result], currency: str) -> str:
    """What some results took in all: those that were on record already, too."""
    found = [*results]
    answers = [result.answer for result in found if result.answer]
    usage = sum((answer.usage for answer in answers), Usage())
    costs = [result.cost for result in found if result.cost is not None]
    return took(usage, sum(answer.seconds for answer in answers), sum(costs) if costs else None, currency)
