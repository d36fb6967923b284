"""Checks of what an answer took: time, money and tokens. What is not known is skipped, and the reason says so."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from grimoire.checks.number import Demand, Number
from grimoire.checks.own import OwnCheck
from grimoire.checks.reason import result
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult, Outcome


class Limit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At most so much; fractions are allowed."""

    at_most: Annotated[float, msgspec.Meta(gt=0)]


class Latency(OwnCheck[Limit]):
    """Seconds until the whole answer was there. Skipped where they are not known, as for an answer from a file."""

    name = "latency"
    form: ClassVar[object] = Limit
    allowed = "{at_most: seconds}"

    def judge(self, exchange: Exchange) -> CheckResult:
        seconds = exchange.answer.seconds
        if seconds <= 0:
            return result(self, "skipped", "how long the answer took is not known")
        good = seconds <= self.wants.at_most
        return result(
            self, "passed" if good else "failed", f"took {seconds:.2f} s, wanted at most {self.wants.at_most:g}"
        )


class Cost(OwnCheck[Limit]):
    """What the answer cost, in the currency of the settings. Skipped where the model's price is not known."""

    name = "cost"
    form: ClassVar[object] = Limit
    allowed = "{at_most: an amount of the settings' currency}"

    def judge(self, exchange: Exchange) -> CheckResult:
        if exchange.cost is None:
            return result(
                self, "skipped", "what the answer cost is not known: the settings have no price for the model"
            )
        good = exchange.cost <= self.wants.at_most
        return result(
            self, "passed" if good else "failed", f"cost {exchange.cost:.6g}, wanted at most {self.wants.at_most:g}"
        )


class TokensWants(Demand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number by itself is of the answer's tokens, which `completion` says too."""

    prompt: Number | UnsetType = UNSET
    completion: Number | UnsetType = UNSET
    total: Number | UnsetType = UNSET

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.given and self.completion is not UNSET:
            raise ValueError("a number by itself is of the completion: give one of the two")


class Tokens(OwnCheck[TokensWants]):
    """Tokens as the service counted them: the answer's, or `prompt`, `completion`, `total`. Skipped where unknown."""

    name = "tokens"
    form: ClassVar[object] = TokensWants
    allowed = "{at_least, at_most, exactly}, or {prompt: {…}, completion: {…}, total: {…}}"

    def judge(self, exchange: Exchange) -> CheckResult:
        usage, wants = exchange.answer.usage, self.wants
        prompt, completion = usage.prompt_tokens, usage.completion_tokens
        total = None if prompt is None or completion is None else prompt + completion
        sides = (
            ("prompt", prompt, wants.prompt),
            ("completion", completion, wants if wants.given else wants.completion),
            ("total", total, wants.total),
        )
        asked = [(side, count, number) for side, count, number in sides if number is not UNSET]
        known = [(side, count, number) for side, count, number in asked if count is not None]
        said = [f"{count} {side} tokens (wanted {number})" for side, count, number in known]
        said += [f"how many {side} tokens is not known" for side, count, _ in asked if count is None]
        outcome: Outcome = "passed" if len(known) == len(asked) else "skipped"
        if not all(number.admits(count) for _, count, number in known):
            outcome = "failed"
        return result(self, outcome, ", ".join(said))
