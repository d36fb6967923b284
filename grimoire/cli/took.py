"""What answers took, in words: tokens, time and money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grimoire.cli import output

if TYPE_CHECKING:
    from grimoire.chat import Usage


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
