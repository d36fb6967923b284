"""Rates at which requests go out: those that are set, and those that a service was seen to keep to (pure).

Every time is in seconds of the caller's monotonic clock and given as an argument.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

_BURST = 0.1  # seconds' worth of requests that a learnt rate lets through at once: timers are not exact
_REGAIN = (20.0, 150.0)  # seconds, at least and at most, after which a learnt rate is tried twice as high …
_RUN = 50  # … and else as many requests
_RUNS = 4  # runs between refusals by which it is seen whether a learnt rate is of use
_LESS = 0.9  # of the best of the rates measured last: one that was served is not too high
_RECENT = 16  # answers that latency is taken over
_SLOWEST = 0.05  # requests a second


class Spacing:
    """Requests `interval` seconds apart; those of `burst` seconds, and at least one, may come at once."""

    def __init__(self, interval: float, burst: float) -> None:
        self.interval = interval
        self._burst = burst
        self._due = -inf

    def ready(self) -> float:
        return self._due - max(0.0, self._burst - self.interval)

    def send(self, now: float) -> None:
        self._due = max(self._due, now) + self.interval


class _Mark(NamedTuple):
    """A request: the how-manieth, and when it was sent."""

    order: int
    sent: float


class Learnt:
    """The rate at which a service was seen to serve, from one throttle to the next.

    Between two moments at which it had just no more to give it served as much as its limit allows. That rate is kept
    to, and tried past ever faster the longer nothing is refused: measured as by TCP Westwood (Mascolo and others,
    "TCP Westwood: bandwidth estimation for enhanced transport over wireless links", MobiCom 2001), grown as by CUBIC
    (RFC 9438). Where that does not make refusals rare they do not come of the rate, and it is forgotten.
    """

    def __init__(self) -> None:
        self._spacing = Spacing(0.0, _BURST)
        self._rate = inf  # requests a second
        self._latency = 0.0  # seconds an answer takes; 0 before the first
        self._measured = True  # whether what came before the last throttle is
        self._heard = -inf  # when a refusal was heard of last
        self._from, self._to = _Mark(0, -inf), _Mark(0, -inf)  # the refused requests between which is measured
        self._refused = [0, 0]  # how many were, before `_to` and since
        self._runs: tuple[tuple[int, float], ...] = ()  # requests and seconds between refusals while there was a rate
        self._seen: tuple[float, ...] = ()  # the rates measured last over enough requests
        self._in_vain = False

    @property
    def in_flight(self) -> float:
        """How many requests are under way at this rate (Little's law); 0 where there is none."""
        return self._rate * self._latency if self._rate < inf else 0.0

    def ready(self) -> float:
        return self._spacing.ready()

    def answered(self, seconds: float) -> None:
        self._latency += (seconds - self._latency) / _RECENT if self._latency else seconds

    def send(self, now: float) -> None:
        if not self._measured:
            self._measure()
        if self._rate < inf:
            slow = min(max(_REGAIN[0], _RUN / self._rate), _REGAIN[1])
            self._spacing.interval = 1 / (self._rate * (1 + ((now - self._heard) / slow) ** 3))
            self._spacing.send(now)

    def refused(self, now: float, order: int, sent: float, *, throttle: bool, often: bool) -> None:
        """The request `order`, of the time `sent`, was refused: a throttle, or by accident. Refusals come `often`."""
        fresh = sent > self._heard
        self._heard = now
        if not throttle and not (fresh and self._rate < inf):
            self._refused[order > self._to.order] += self._from.order < order
            return
        self._from, self._to = self._to, _Mark(order, sent)
        self._refused = [self._refused[1], 0]
        self._measured = False
        if fresh and self._rate < inf:
            self._runs = (*self._runs, self._run())[-_RUNS:]
        self._in_vain = not often and (self._in_vain or self._is_useless())
        if self._in_vain:
            self._forget()
        elif not throttle:
            self.undo()

    def undo(self) -> None:
        """The last throttle was none: more may have been served than was thought, but not less."""
        requests, _ = self._run()
        before = self._rate
        if not self._measured and before < inf and requests >= _RUN / _RUNS:
            self._measure()
        self._rate, self._measured = max(before, self._rate), True

    def _run(self) -> tuple[int, float]:
        """What was served between the marks, and in how many seconds."""
        return self._to.order - self._from.order - 1 - self._refused[0], self._to.sent - self._from.sent

    def _measure(self) -> None:
        """Now that the pause is over it is known what of the requests before the throttle was refused."""
        requests, seconds = self._run()
        if requests > 0 and 0 < seconds < inf and not self._in_vain:
            rate = requests / seconds
            if requests >= _RUN / _RUNS:
                self._seen = (*self._seen, rate)[-_RUNS:]
            self._rate = max(_SLOWEST, rate, _LESS * max(self._seen, default=0.0))
        self._measured = True

    def _forget(self) -> None:
        self._rate, self._runs, self._seen, self._spacing = inf, (), (), Spacing(0.0, _BURST)

    def _is_useless(self) -> bool:
        requests, seconds = sum(run for run, _ in self._runs), sum(lasted for _, lasted in self._runs)
        return len(self._runs) == _RUNS and (requests < _RUN or seconds < _REGAIN[0])


class Bucket:
    """Tokens that come in steadily; it holds a second's worth.

    A request that needs more than it holds goes when it is full and leaves a debt; it counts for a minute's worth at
    most, or one of absurd size would close the bucket for good.
    """

    def __init__(self, per_minute: int) -> None:
        self._rate = per_minute / 60
        self._holds = max(1.0, self._rate)
        self._level, self._at = self._holds, -inf

    def ready(self, now: float, tokens: int) -> float:
        missing = min(tokens, self._holds) - self._fill(now)
        return now if missing <= 0 else now + missing / self._rate

    def take(self, now: float, tokens: int, returned: int = 0) -> None:
        """Take tokens out, and put back those of a request that were taken before."""
        most = 60 * self._rate
        self._level = min(self._holds, self._fill(now) - min(tokens, most) + min(returned, most))

    def _fill(self, now: float) -> float:
        if now > self._at:
            self._level = min(self._holds, self._level + (now - self._at) * self._rate)
            self._at = now
        return self._level
