"""How fast one backend may be asked: a state machine without a clock (pure).

Every time is in seconds of the caller's monotonic clock and given as an argument. Five things hold a request back:

- a window of requests in flight that is halved on a throttle and grows by one a window of answers (additive increase,
  multiplicative decrease: Chiu and Jain, "Analysis of the increase and decrease algorithms for congestion avoidance in
  computer networks", Computer Networks and ISDN Systems 17, 1989);
- the pause that a throttle asks for. A refusal may be one bad node behind a load balancer, so pause and halving are
  taken back when requests sent later than it are answered, as TCP takes back a spurious time-out (RFC 4015, RFC 5682);
- the rates of the settings: requests by virtual scheduling (the generic cell rate algorithm, ITU-T I.371), tokens by a
  bucket from which an estimate is taken, put right once the answer's usage is known;
- what the service itself says it still allows, which is tried every minute though it say longer;
- an outage: a service that has answered and now only fails is asked one question at a time, ever more rarely, until it
  answers one (the half-open circuit breaker of Nygard, "Release It!", 2nd edition, 2018).
"""

from __future__ import annotations

from math import ceil, inf, isnan

import msgspec

from grimoire.chat import Allowance, Answer, Usage
from grimoire.errors import RateLimited, ServiceError
from grimoire.rates import Bucket, Learnt, Spacing

LONGEST = 3600.0
"""Seconds: what a service asks for beyond this is taken as this."""
LONGEST_OWN = 60.0
"""Seconds: the longest pause after a throttle that does not say how long."""
LONGEST_ALLOWANCE = 60.0
"""Seconds: what an allowance holds back for longer is tried after this; only a refusal is believed for longer."""
SOON = 1e-6
"""Seconds that no clock tells apart once it has added a few numbers."""
_THROTTLES = {429, 503, 529}
_MEMORY = 32  # outcomes that the share of refusals is taken over, beside two windows: refusals come before answers
_OFTEN = 0.3  # from this share on refusals are no accidents
_BELIEVED = 1.0  # seconds: an allowance that was found wrong so often that it is believed for less is not believed
_IN_A_ROW = 10  # questions that fail without an answer between them, and more than are in flight, are an outage …
_IN_A_ROW_EACH = 4  # … or so many for each that may be asked at once, where that is less
_MOST_TOKENS = 10**9  # what a service counts beyond this is no count
_A_MOMENT = 1.0  # seconds that an outage is said to go on at least while it is tried whether it does


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
    """One request under way: the how-manieth, when it went, the tokens reserved for it, and those of all up to it.

    It is `fresh` when its question has not failed before.
    """

    order: int
    sent: float
    tokens: int
    through: int
    fresh: bool = True


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


def _told(error: ServiceError) -> str:
    return f"HTTP {error.status}" if error.status else error.kind


class Pace:
    """When the next request may go out; told of each that goes and of what comes back."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._window = _Window(limits.concurrency)
        self._pause = _Pause(_MEMORY + 2 * limits.concurrency)
        self._learnt = Learnt()
        self._requests = Spacing(60 / limits.requests_per_minute, 1.0) if limits.requests_per_minute else None
        self._tokens = Bucket(limits.tokens_per_minute) if limits.tokens_per_minute else None
        self._requests_left, self._tokens_left = _Left(), _Left()
        self._outage = _Outage(min(_IN_A_ROW, _IN_A_ROW_EACH * limits.concurrency))
        self._flying: set[int] = set()
        self._sent = self._spent = 0
        self._refusal = ""

    @property
    def in_flight(self) -> int:
        """Requests under way."""
        return len(self._flying)

    @property
    def window(self) -> int:
        """Requests that may be under way at once, now."""
        return int(max(self._window.size, min(self._learnt.in_flight, self.limits.concurrency)))

    @property
    def outage(self) -> ServiceError | None:
        """The latest failure, while the service, which has answered before, only fails."""
        return self._outage.failure

    @property
    def failing_since(self) -> float:
        """When an outage began; infinite when there is none, and while it is tried whether it is over."""
        return inf if self._is_probing() else self._outage.since

    def refusing(self, now: float) -> float:
        """Seconds for which the service has refused everything."""
        return max(0.0, self._pause.until - now)

    def pausing(self, now: float) -> float:
        """Seconds until anything at all may go out again, as far as that is known; 0 when it may."""
        until = max(
            self._pause.until,
            self._requests_left.ready(self._sent + 1),
            self._tokens_left.ready(self._spent + 1),
            now + _A_MOMENT if self._is_probing() else self._outage.until,
        )
        return max(0.0, until - now)

    def reason(self, now: float) -> str:
        """Why nothing may go out, in a word or two; empty while something may."""
        if not self.pausing(now):
            return ""
        if self.outage:
            return _told(self.outage)
        return self._refusal if self.refusing(now) else "its limit is reached"

    def ready(self, now: float, tokens: int) -> float:
        """When a request of that many tokens may go out: `now`, or later; infinite: not before something comes back."""
        if self.in_flight >= self.window or self._is_probing():
            return inf
        at = max(
            self._pause.until,
            self._learnt.ready(),
            self._requests.ready() if self._requests else now,
            self._tokens.ready(now, tokens) if self._tokens else now,
            self._requests_left.ready(self._sent + 1),
            self._tokens_left.ready(self._spent + tokens),
            self._outage.until,
        )
        return now if at <= now + SOON else at

    def send(self, now: float, tokens: int, *, fresh: bool = True) -> Ticket:
        """A request goes out; `fresh` when its question has not failed before."""
        self._sent += 1
        self._spent += tokens
        self._requests_left.send(now, self._sent, self._sent)
        self._tokens_left.send(now, self._sent, self._spent)
        if self.outage:
            self._outage.probe = self._sent
        self._flying.add(self._sent)
        self._learnt.send(now)
        if self._requests:
            self._requests.send(now)
        if self._tokens:
            self._tokens.take(now, tokens)
        return Ticket(self._sent, now, tokens, self._spent, fresh)

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
        else:
            self._outage.failed(now, ticket, reply, self._sent, self.in_flight)
        self._allow(now, ticket, reply.allowance)

    def _answered(self, now: float, ticket: Ticket, answer: Answer) -> None:
        self._learnt.answered(now - ticket.sent)
        for whatever in (self._outage, self._requests_left, self._tokens_left):
            whatever.answered(ticket.order)
        if self._pause.answered(ticket.order):
            self._window.undo()
            self._learnt.undo()
        else:
            self._window.grow()
        used = _tokens(answer.usage)
        if self._tokens and used is not None:
            self._tokens.take(now, used, returned=ticket.tokens)

    def _refused(self, now: float, ticket: Ticket, error: ServiceError) -> None:
        throttle = self._pause.refused(now, ticket.order, self._sent, said_seconds(error.retry_after))
        self._refusal = _told(error)
        self._requests_left.refused()
        self._tokens_left.refused()
        if throttle:
            self._window.halve()
        self._learnt.refused(now, ticket.order, ticket.sent, throttle=throttle, often=self._pause.often)
        if self._tokens:
            self._tokens.take(now, 0, returned=ticket.tokens)  # what is refused costs none

    def _is_probing(self) -> bool:
        return self._outage.failure is not None and self._outage.probe in self._flying

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


class _Left:
    """What a service says is left until its reset: the request sent latest knows best.

    A reset that is further away than `_longest` is not waited for: one request is let through then, and what comes back
    with it counts anew. A service that answers such a one, with nothing left again, is believed half as long each time,
    until it does refuse.
    """

    def __init__(self) -> None:
        self._until = self._reset = -inf
        self._order = self._most = self._probe = 0
        self._longest = LONGEST_ALLOWANCE

    def ready(self, count: int) -> float:
        """When the count of all that was sent may come to this."""
        return self._until if count > self._most else -inf

    def send(self, now: float, order: int, count: int) -> None:
        """The request `order` goes, with which the count of all that was sent comes to `count`."""
        if count > self._most and now + SOON < self._reset:
            self._probe, self._most, self._until = order, count, self._bounded(now)

    def refused(self) -> None:
        """There is something in what it says."""
        self._longest = LONGEST_ALLOWANCE

    def answered(self, order: int) -> None:
        """The request `order` is answered: if it was not to be, nothing holds the others back any more."""
        if order == self._probe:
            self._until = self._reset = -inf
            self._longest /= 2

    def see(self, now: float, order: int, count: int, left: int | None, reset: float | None) -> None:
        """The request `order`, with which the count of what was sent came to `count`, says how much is left."""
        seconds = said_seconds(reset)
        if left is None or seconds is None or order <= self._order:
            return
        if left > 0:
            self._longest = LONGEST_ALLOWANCE
        self._order, self._most, self._reset = order, count + max(0, left), now + seconds
        self._until = self._bounded(now)

    def _bounded(self, now: float) -> float:
        return min(self._reset, now + self._longest) if self._longest >= _BELIEVED else -inf


class _Outage:
    """Whether a service that has answered before only fails, and when it is tried next.

    It does when so many questions that had not failed before fail without an answer to what was sent after the first of
    them, and more than are still in flight. One that fails again and again is one. From then on one request at a time
    goes out, until one is answered: ever more rarely while nothing is there, but every second while questions are
    turned down, for the next one may be no worse than those that were answered.
    """

    def __init__(self, least: int) -> None:
        self.since = inf
        self.until = -inf
        self.failure: ServiceError | None = None
        self.probe = 0  # the request that was sent last in an outage
        self._least = least
        self._latest = 0  # of the answered requests the one that was sent latest; 0: nothing was ever answered
        self._first = self._last = 0  # the first request of those in a row, and what was sent last before the outage
        self._row = self._vain = 0

    def failed(self, now: float, ticket: Ticket, error: ServiceError, sent: int, in_flight: int) -> None:
        """One of `sent` requests failed, and was not refused for now."""
        if not self._latest or ticket.order < self._latest:
            return
        if self.since < inf:
            self._fail_again(now, ticket, error)
        elif ticket.fresh:
            self._first = min(self._first, ticket.order) if self._row else ticket.order
            self._row += 1
            if self._row >= max(self._least, in_flight + 1):
                self.since, self._last, self.failure = now, sent, error
                self._vain, self.until = 0, now + 1.0

    def _fail_again(self, now: float, ticket: Ticket, error: ServiceError) -> None:
        if ticket.order > self._last:
            self._vain += error.retryable
            self.until, self.failure = now + min(LONGEST_OWN, 2.0 ** min(self._vain, 6)), error

    def answered(self, order: int) -> None:
        """One is answered: what was sent after the first of those in a row shows that it still serves."""
        self._latest = max(self._latest, order)
        if order > self._first:
            self._row, self.since, self.until, self.failure = 0, inf, -inf, None
