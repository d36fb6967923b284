"""What a run may spend: money, requests, time."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from grimoire.chat import Answer, Request, Usage, estimate_tokens
from grimoire.trial.plan import DEFAULT_COMPLETION, cost


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """The most a run may spend; None is no limit. `cost` is in the settings' currency, `seconds` is wall time."""

    cost: float | None = None
    calls: int | None = None
    seconds: float | None = None


class Budget:
    """Counts what is spent, requests under way included, so that no limit is passed.

    `prices` maps a backend's name to (input, output) per million tokens; a backend without a price costs nothing that
    is known. What is under way is counted at the most that an answer has cost so far, and before the first one came at
    an estimate.
    `why` says which limit was reached, and is empty while none is. A `ports.Spending`.
    """

    def __init__(self, limit: Limit, prices: Mapping[str, tuple[float, float]]) -> None:
        self.limit = limit
        self.calls = 0
        self.cost = 0.0
        self.why = ""
        self._prices = prices
        self._pending: dict[tuple[str, int], list[float]] = {}  # samples of a question share their request
        self._reserved = 0.0
        self._largest: dict[str, int] = {}

    def begin(self, backend: str, request: Request) -> bool:
        """Whether one more request may be sent; it counts from now on."""
        if self.why:
            return False
        if self.limit.calls is not None and self.calls >= self.limit.calls:
            self.why = f"--max-calls {self.limit.calls:,} is reached"
            return False
        coming = self._expected(backend, request)
        if self.limit.cost is not None and self.cost + self._reserved + coming > self.limit.cost:
            self.why = f"--max-cost {self.limit.cost:g} is reached"
            return False
        self.calls += 1
        self._reserve(backend, request, coming)
        return True

    def end(self, backend: str, request: Request, answer: Answer | None) -> None:
        """A request that had begun is over; None where it brought no answer."""
        self._release(backend, request)
        price = self._prices.get(backend)
        if answer is None or price is None:
            return
        asked = answer.usage.prompt_tokens
        came = answer.usage.completion_tokens
        usage = Usage(
            _prompt(request) if asked is None else asked,
            estimate_tokens(answer.text + answer.reasoning) if came is None else came,
        )
        self._largest[backend] = max(self._largest.get(backend, 0), usage.completion_tokens or 0)
        self.cost += cost(usage, price) or 0.0

    def _expected(self, backend: str, request: Request) -> float:
        if self.limit.cost is None:
            return 0.0
        usage = Usage(_prompt(request), self._largest.get(backend, DEFAULT_COMPLETION))
        return cost(usage, self._prices.get(backend)) or 0.0

    def _reserve(self, backend: str, request: Request, amount: float) -> None:
        if amount:
            self._pending.setdefault((backend, id(request)), []).append(amount)
            self._reserved += amount

    def _release(self, backend: str, request: Request) -> None:
        amounts = self._pending.get((backend, id(request)))
        if amounts:
            self._reserved -= amounts.pop()
            if not amounts:
                del self._pending[backend, id(request)]


def _prompt(request: Request) -> int:
    return sum(estimate_tokens(message.content) for message in request.messages)
