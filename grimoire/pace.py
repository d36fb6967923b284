"""How fast one backend may be asked: a state machine without a clock (pure).

Every time is in seconds of the caller's monotonic clock and given as an argument. Four things hold a request back:

- a window of requests in flight that is halved on a throttle and grows by one a window of answers (additive increase,
  multiplicative decrease: Chiu and Jain, "Analysis of the increase and decrease algorithms for congestion avoidance in
  computer networks", Computer Networks and ISDN Systems 17, 1989);
- the pause that a throttle asks for. A refusal may be one bad node behind a load balancer, so pause and halving are
  taken back when requests sent later than it are answered, as TCP takes back a spurious time-out (RFC 4015, RFC 5682);
- the rates of the settings: requests by virtual scheduling (the generic cell rate algorithm, ITU-T I.371), tokens by a
  bucket from which an estimate is taken, put right once the answer's usage is known;
- what the service itself says it still allows.
"""

from __future__ import annotations

from math import ceil, inf, isnan
from typing import NamedTuple

import msgspec

from grimoire.chat import Allowance, Answer, Usage
from grimoire.errors import RateLimited, ServiceError

LONGEST = 3600.0
"""Seconds: what a service asks for beyond this is taken as this."""
LONGEST_OWN = 60.0
"""Seconds: the longest pause after a throttle that does not say how long."""
_THROTTLES = {429, 503, 529}
_MEMORY = 32  # outcomes that the share of refusals is taken over, beside two windows: refusals come before answers
_OFTEN = 0.3  # from this share on refusals are no accidents
_BURST = 0.1  # seconds' worth of requests that a learnt rate lets through at once: timers are not exact
_REGAIN = (20.0, 150.0)  # seconds, at least and at most, after which a learnt rate is tried twice as high …
_RUN = 50  # … and else as many requests
_RUNS = 4  # runs between refusals by which it is seen whether a learnt rate is of use
_MOST_TOKENS = 10**9  # what a service counts beyond this is no count
_LESS = 0.9  # of the best of the rates measured last: one that was served is not too high
_RECENT = 16  # answers that latency is taken over
_SLOWEST = 0.05  # requests a second
_SOON = 1e-6  # seconds that no clock tells apart once it has added a few numbers


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What the settings allow: requests in flight at once, and requests and tokens a minute (None: any number)."""

    concurrency: int = 8
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None

    def seconds(self, calls: int, tokens: int, each: float) -> float:
        """How long that many calls of `each` seconds, with that many tokens in all, take at best."""
        if calls <= 0:
            return 0.0
        needs = [ceil(calls / self.concurrency) * each]
        if self.requests_per_minute:
            per_second = self.requests_per_minute / 60
            needs.append((calls - max(1.0, per_second)) / per_second + each)
        if self.tokens_per_minute:
            needs.append(tokens * 60 / self.tokens_per_minute - 1 + each)
        return max(needs)


class Ticket(msgspec.Struct, frozen=True):
    """One request under way: the how-manieth, when it went, the tokens reserved for it, and those of all up to it."""

    order: int
    sent: float
    tokens: int
    through: int


def is_throttle(error: ServiceError) -> bool:
    """Whether a service refuses for now, and not this request in particular."""
    return error.retryable and (isinstance(error, RateLimited) or error.status in _THROTTLES)


def said_seconds(seconds: float | None) -> float | None:
    """Seconds a service asks for, between 0 and an hour; None where it does not say, or says what is no number."""
    return None if seconds is None or isnan(seconds) else min(max(seconds, 0.0), LONGEST)


def _tokens(usage: Usage) -> int | None:
    if usage.prompt_tokens is None or usage.completion_tokens is None:
        return None
    return min(max(0, usage.prompt_tokens) + max(0, usage.completion_tokens), _MOST_TOKENS)


class Pace:
    """When the next request may go out; told of each that goes and of what comes back."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._window = _Window(limits.concurrency)
        self._pause = _Pause(_MEMORY + 2 * limits.concurrency)
        self._learnt = _Learnt()
        self._requests = _Spacing(60 / limits.requests_per_minute, 1.0) if limits.requests_per_minute else None
        self._tokens = _Bucket(limits.tokens_per_minute) if limits.tokens_per_minute else None
        self._requests_left, self._tokens_left = _Left(), _Left()
        self._flying: set[int] = set()
        self._sent = self._spent = 0

    @property
    def in_flight(self) -> int:
        """Requests under way."""
        return len(self._flying)

    @property
    def window(self) -> int:
        """Requests that may be under way at once, now."""
        return int(max(self._window.size, min(self._learnt.in_flight, self.limits.concurrency)))

    def pausing(self, now: float) -> float:
        """Seconds until anything at all may go out again, as far as the service has said; 0 when it may."""
        until = max(self._pause.until, self._requests_left.ready(self._sent + 1))
        return max(0.0, until - now)

    def ready(self, now: float, tokens: int) -> float:
        """When a request of that many tokens may go out: `now`, or later; infinite: not before something comes back."""
        if self.in_flight >= self.window:
            return inf
        at = max(
            self._pause.until,
            self._learnt.ready(),
            self._requests.ready() if self._requests else now,
            self._tokens.ready(now, tokens) if self._tokens else now,
            self._requests_left.ready(self._sent + 1),
            self._tokens_left.ready(self._spent + tokens),
        )
        return now if at <= now + _SOON else at

    def send(self, now: float, tokens: int) -> Ticket:
        """A request goes out."""
        self._sent += 1
        self._spent += tokens
        self._flying.add(self._sent)
        self._learnt.send(now)
        if self._requests:
            self._requests.send(now)
        if self._tokens:
            self._tokens.take(now, tokens)
        return Ticket(self._sent, now, tokens, self._spent)

    def take(self, now: float, ticket: Ticket, reply: Answer | ServiceError | None) -> None:
        """What a request brought; None: it was cut off, and nothing is learnt. A second reply to one is ignored."""
        if ticket.order not in self._flying:
            return
        self._flying.remove(ticket.order)
        if reply is None:
            return
        if isinstance(reply, Answer):
            self._answered(now, ticket, reply)
        elif is_throttle(reply):
            self._refused(now, ticket, reply)
        self._allow(now, ticket, reply.allowance)

    def _answered(self, now: float, ticket: Ticket, answer: Answer) -> None:
        self._learnt.answered(now - ticket.sent)
        if self._pause.answered(ticket.order):
            self._window.undo()
            self._learnt.undo()
        else:
            self._window.grow()
        used = _tokens(answer.usage)
        if self._tokens and used is not None:
            self._tokens.take(now, used - ticket.tokens)

    def _refused(self, now: float, ticket: Ticket, error: ServiceError) -> None:
        throttle = self._pause.refused(now, ticket.order, self._sent, said_seconds(error.retry_after))
        if throttle:
            self._window.halve()
        self._learnt.refused(now, ticket, throttle=throttle, often=self._pause.often)
        if self._tokens:
            self._tokens.take(now, -ticket.tokens)  # what is refused costs none

    def _allow(self, now: float, ticket: Ticket, allowance: Allowance | None) -> None:
        if allowance is None:
            return
        self._requests_left.see(now, ticket.order, ticket.order, allowance.requests_left, allowance.requests_reset)
        self._tokens_left.see(now, ticket.order, ticket.through, allowance.tokens_left, allowance.tokens_reset)


class _Window:
    """How many requests may be in flight: a float from 1 to `most`."""

    def __init__(self, most: int) -> None:
        self._most = float(most)
        self._before = self.size = self._most

    def halve(self) -> None:
        self._before, self.size = self.size, max(1.0, self.size / 2)

    def undo(self) -> None:
        """The last halving was for nothing."""
        self.size = max(self.size, self._before)

    def grow(self) -> None:
        self.size = min(self._most, self.size + 1 / self.size)


class _Pause:
    """The pause after a throttle, and whether there was reason for it.

    An episode is what is refused of all that was sent before its pause began. It begins with the request `_first` and
    `_last` was sent last before it. It was for nothing when, of the requests sent after the first, at least as many are
    answered as are refused in all. A service that was once found to refuse now and then is believed again when it
    refuses three in ten.
    """

    def __init__(self, memory: int) -> None:
        self.until = -inf
        self._memory = memory
        self._open = False
        self._first = self._last = 0
        self._refusals = self._answers = 0
        self._latest = 0  # of the answered requests the one that was sent latest
        self._vain = 0  # episodes since something was answered
        self._share = 0.0  # of the last few dozen requests, how many were refused
        self._doubtful = False

    @property
    def often(self) -> bool:
        """Whether refusals are no accidents any more."""
        return self._share >= _OFTEN

    def refused(self, now: float, order: int, sent: int, seconds: float | None) -> bool:
        """One of `sent` requests is refused; whether that begins an episode."""
        self._share += (1 - self._share) / self._memory
        self._doubtful = self._doubtful and not self.often
        begins = not self._open or order > self._last
        if begins and (self._doubtful or order < self._latest):
            return False  # the service goes on serving
        if begins:
            self._open, self._first, self._last = True, order, sent
            self._refusals = self._answers = 0
            self._vain += 1
        self._refusals += 1
        own = min(LONGEST_OWN, 2.0 ** min(self._vain - 1, 6))
        self.until = max(self.until, now + (own if seconds is None else seconds))
        return begins

    def answered(self, order: int) -> bool:
        """One is answered; whether that shows the episode to have been for nothing, which ends it and the pause."""
        self._share -= self._share / self._memory
        self._latest = max(self._latest, order)
        if order > self._last:
            self._open, self._vain = False, 0
        elif self._open and order > self._first:
            self._answers += 1
            if self._answers >= self._refusals and not self.often:
                self._open, self._doubtful, self._vain, self.until = False, True, 0, -inf
                return True
        return False


class _Spacing:
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


class _Learnt:
    """The rate at which a service was seen to serve, from one throttle to the next.

    Between two moments at which it had just no more to give it served as much as its limit allows. That rate is kept
    to, and tried past ever faster the longer nothing is refused: measured as by TCP Westwood (Mascolo and others,
    "TCP Westwood: bandwidth estimation for enhanced transport over wireless links", MobiCom 2001), grown as by CUBIC
    (RFC 9438). Where that does not make refusals rare they do not come of the rate, and it is forgotten.
    """

    def __init__(self) -> None:
        self._spacing = _Spacing(0.0, _BURST)
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

    def refused(self, now: float, ticket: Ticket, *, throttle: bool, often: bool) -> None:
        """A request was refused: so that it is a throttle, or by accident. Such refusals come `often`."""
        fresh = ticket.sent > self._heard
        self._heard = now
        if not throttle and not (fresh and self._rate < inf):
            self._refused[ticket.order > self._to.order] += self._from.order < ticket.order
            return
        self._from, self._to = self._to, _Mark(ticket.order, ticket.sent)
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
        self._rate, self._runs, self._seen, self._spacing = inf, (), (), _Spacing(0.0, _BURST)

    def _is_useless(self) -> bool:
        requests, seconds = sum(run for run, _ in self._runs), sum(lasted for _, lasted in self._runs)
        return len(self._runs) == _RUNS and (requests < _RUN or seconds < _REGAIN[0])


class _Bucket:
    """Tokens that come in steadily; it holds a second's worth.

    A request that needs more than it holds goes when it is full and leaves a debt, of a minute's worth at most.
    """

    def __init__(self, per_minute: int) -> None:
        self._rate = per_minute / 60
        self._holds = max(1.0, self._rate)
        self._level, self._at = self._holds, -inf

    def ready(self, now: float, tokens: int) -> float:
        missing = min(tokens, self._holds) - self._fill(now)
        return now if missing <= 0 else now + missing / self._rate

    def take(self, now: float, tokens: float) -> None:
        self._level = min(self._holds, max(self._fill(now) - tokens, -60 * self._rate))

    def _fill(self, now: float) -> float:
        if now > self._at:
            self._level = min(self._holds, self._level + (now - self._at) * self._rate)
            self._at = now
        return self._level


class _Left:
    """What a service says is left until its reset: the request sent latest knows best."""

    def __init__(self) -> None:
        self._until = -inf
        self._order = self._most = 0

    def ready(self, count: int) -> float:
        """When the count of all that was sent may come to this."""
        return self._until if count > self._most else -inf

    def see(self, now: float, order: int, count: int, left: int | None, reset: float | None) -> None:
        """The request `order`, with which the count of what was sent came to `count`, says how much is left."""
        seconds = said_seconds(reset)
        if left is not None and seconds is not None and order > self._order:
            self._order, self._until, self._most = order, now + seconds, count + max(0, left)
