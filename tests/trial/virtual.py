"""Time that passes at once: an event loop that jumps to its next alarm, and services to ask in it."""

from __future__ import annotations

import asyncio
import random
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from grimoire.chat import Allowance, Answer, Message, Request, Usage
from grimoire.errors import RateLimited, ServiceError

T = TypeVar("T")


def question(text: str = "Why?", **parameters: object) -> Request:
    return Request(messages=(Message("user", text),), parameters=parameters)


class Jumping(selectors.SelectSelector):
    """Waits for nothing: what would be waited is added to the time."""

    now = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everything waits for something that never happens"
            self.now += max(0.0, timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.jumping = Jumping()
        super().__init__(self.jumping)

    def time(self) -> float:
        return self.jumping.now


def clock() -> float:
    return asyncio.get_running_loop().time()


def pass_time(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main())


class Service:
    """A service whose `decide` says at a request's arrival whether it is served, and after how many seconds.

    Refusals come after `refusing` seconds. `asked` holds when each request came, `refused` when each refusal was given,
    `questions` what was asked, `early` the questions that were asked again before the time their refusal had named.
    """

    name = "service/1"
    rehearsal = False

    def __init__(
        self, decide: Callable[[float], ServiceError | None], *, latency: float = 0.2, refusing: float = 0.005
    ) -> None:
        self.parameters: dict[str, object] = {}
        self.asked: list[float] = []
        self.refused: list[float] = []
        self.questions: list[str] = []
        self.early: list[str] = []
        self.most = 0
        self._flying = 0
        self._due: dict[str, float] = {}
        self._decide, self._latency, self._refusing = decide, latency, refusing

    async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
        asked = request.messages[-1].content
        self.asked.append(clock())
        self.questions.append(asked)
        if clock() < self._due.get(asked, 0.0):
            self.early.append(asked)
        self._flying += 1
        self.most = max(self.most, self._flying)
        error = self._decide(clock())
        try:
            await asyncio.sleep(self._latency if error is None else self._refusing)
        finally:
            self._flying -= 1
        if error:
            self.refused.append(clock())
            self._due[asked] = clock() + (error.retry_after or 0.0)
            raise error
        return Answer(text="Because.", usage=Usage(10, 20), allowance=self.allowance())

    def allowance(self) -> Allowance | None:
        return None

    async def aclose(self) -> None:
        """Nothing is open."""


class TokenBucket:
    """What gateways do: `per_minute` requests flow in, `burst` may be saved up. Says when the next one is there."""

    def __init__(self, per_minute: float, burst: float, *, whole: bool = True) -> None:
        self._rate, self._burst, self._whole = per_minute / 60, burst, whole
        self.level, self._at = burst, 0.0

    def __call__(self, now: float) -> ServiceError | None:
        self.level = min(self._burst, self.level + (now - self._at) * self._rate)
        self._at = now
        if self.level >= 1:
            self.level -= 1
            return None
        wait = (1 - self.level) / self._rate
        return RateLimited("slow down", status=429, retry_after=float(-(-wait // 1)) if self._whole else wait)


def now_and_then(share: float, retry_after: float | None, seed: int) -> Callable[[float], ServiceError | None]:
    """A load balancer with a bad node: some are refused, whatever comes."""
    draw = random.Random(seed).random

    def decide(now: float) -> ServiceError | None:
        return RateLimited("not now", status=429, retry_after=retry_after) if draw() < share else None

    return decide
