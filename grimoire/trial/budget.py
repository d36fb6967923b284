"""What a run may spend: money, requests, time."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from grimoire.chat import DEFAULT_COMPLETION, Answer, Request, Usage, bound_of, estimate_tokens
from grimoire.trial.plan import cost


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """The most a run may spend; None is no limit. `cost` is in the settings' currency, `seconds` is wall time."""

    cost: float | None = None
    calls: int | None = None
    seconds: float | None = None


class Budget:
    """Counts what is spent, requests under way included.

    `prices` maps a backend's name to (input, output) per million tokens; a backend without a price costs nothing that
    is known. A request under way is counted at the answer's bound, where its parameters have one (`bounds` has those of
    backends); else at the most that an answer of its backend has cost so far, and before the first one at an estimate.
    So the limit is passed only by answers that are longer than all before them, which is why a lane begins with one
    question where money is limited (`grimoire.trial.lane`). `why` says which limit was reached, and is empty while none
    is. A `paced.Spending`.
    """

    def __init__(
        self,
        limit: Limit,
        prices: Mapping[str, tuple[float, float]],
        bounds: Mapping[str, int | None] = MappingProxyType({}),
    ) -> None:
        self.limit = limit
        self.calls = 0
        self.cost = 0.0
        self.why = ""
        self._prices = prices
        self._bounds = bounds
        self._pending: dict[str, list[_Pending]] = {}
        self._largest: dict[str, int] = {}

    def begin(self, backend: str, request: Request) -> bool:
        """Whether one more request may be sent; it counts from now on."""
        if self.why:
            return False
        if self.limit.calls is not None and self.calls >= self.limit.calls:
            self.why = f"--max-calls {self.limit.calls:,} is reached"
            return False
        if self.limit.cost is not None:
            coming = _Pending(id(request), _prompt(request), bound_of(request.parameters) or self._bounds.get(backend))
            pending = self._pending.setdefault(backend, [])
            pending.append(coming)
            if self.cost + sum(map(self._reserved, self._pending)) > self.limit.cost:
                pending.pop()
                self.why = f"--max-cost {self.limit.cost:g} is reached"
                return False
        self.calls += 1
        return True

    def end(self, backend: str, request: Request, answer: Answer | None) -> None:
        """A request that had begun is over; None where it brought no answer."""
        pending = self._pending.get(backend, [])
        ended = next((each for each in pending if each.request == id(request)), None)
        if ended:  # samples of a question share their request, and each is counted alike
            pending.remove(ended)
        price = self._prices.get(backend)
        if answer is None or price is None:
            return
        asked, came = answer.usage.prompt_tokens, answer.usage.completion_tokens
        usage = Usage(
            _prompt(request) if asked is None else asked,
            estimate_tokens(answer.text + answer.reasoning) if came is None else came,
        )
        self._largest[backend] = max(self._largest.get(backend, 0), usage.completion_tokens or 0)
        self.cost += cost(usage, price) or 0.0

    def _reserved(self, backend: str) -> float:
        """What the requests to a backend that are under way may cost."""
        likely = self._largest.get(backend, DEFAULT_COMPLETION)
        pending = self._pending[backend]
        completion = sum(likely if each.bound is None else each.bound for each in pending)
        return cost(Usage(sum(each.prompt for each in pending), completion), self._prices.get(backend)) or 0.0


class _Pending(NamedTuple):
    request: int
    prompt: int
    bound: int | None


def _prompt(request: Request) -> int:
    return sum(estimate_tokens(message.content) for message in request.messages)
