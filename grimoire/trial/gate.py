"""The gate before a backend: everything that asks it waits here for its turn."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from copy import copy
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from grimoire.chat import Answer
from grimoire.errors import RateLimited, ServiceError
from grimoire.pace import SOON, Limits, Pace, Ticket
from grimoire.trial.circuit import given_up

if TYPE_CHECKING:
    import asyncio


FINISHING = 30.0
"""Seconds for which what is half paid for is still asked after a stop."""


class Stopped(Exception):
    """Nothing more is to be sent; what waits is left unasked, and that is no error.

    `partial` is what had come of an answer that was to be continued.
    """

    partial: Answer | None = None


class _Waiter(NamedTuple):
    tokens: int
    patience: float
    finishing: bool


class Gate:
    """Lets requests to one backend through at its pace, first come first served, and within one event loop.

    Nothing is polled: a waiter wakes when something has come back or the time has come. `name` is who is asked.
    """

    def __init__(
        self, limits: Limits, *, clock: Callable[[], float] = time.monotonic, name: str = "the service"
    ) -> None:
        self.limits = limits
        self._name = name
        self.clock = clock
        self._pace = Pace(limits)
        self._again: _Queue = OrderedDict()
        self._new: _Queue = OrderedDict()
        self._sleepers: dict[asyncio.Future[None], bool] = {}  # whether each is finishing
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False
        self._over = False  # what was finishing has had its time
        self._error: ServiceError | None = None

    @property
    def in_flight(self) -> int:
        """Requests under way."""
        return self._pace.in_flight

    @property
    def pausing(self) -> float:
        """Seconds for which nothing at all is sent: it is refused, not allowed, or fails; 0.0 when it is not so."""
        return self._pace.pausing(self.clock())

    @property
    def reason(self) -> str:
        """Why nothing is sent, in a word or two; empty while something is."""
        return self._pace.reason(self.clock())

    @property
    def outage(self) -> bool:
        """Whether the service, which has answered before, only fails: it is asked one question at a time."""
        return self._pace.outage is not None

    @property
    def window(self) -> int:
        """Requests that may be under way at once, now."""
        return self._pace.window

    async def enter(
        self, tokens: int, *, again: bool = False, patience: float = inf, finishing: bool = False
    ) -> Ticket:
        """Wait for the turn of a request of about so many tokens; one that is asked `again` goes before new ones.

        Each ticket is to be given back with `leave`. Raises Stopped, or the ServiceError the gate was closed with;
        RateLimited when the service refuses everything for longer than `patience` seconds; whoever waits behind one
        with more patience has as much. An outage that lasts as long closes the gate. What is `finishing`, because half
        of its answer is paid for, is let through for FINISHING seconds though the gate was stopped, but not where that
        was with an error.
        """
        import asyncio

        if not self._spares(finishing=finishing):
            self._raise_if_stopped()
        if self._pace.refusing(self.clock()) > patience:
            raise self._too_long()
        turn: asyncio.Future[Ticket | None] = asyncio.get_running_loop().create_future()
        queue = self._again if again else self._new
        queue[turn] = _Waiter(tokens, patience, finishing)
        self._serve()
        try:
            ticket = await turn
        except BaseException:  # a cancelled waiter: its place goes, and so does the ticket it was just given
            queue.pop(turn, None)
            given = turn.result() if turn.done() and not turn.cancelled() else None
            if given:
                self.leave(given, None)
            else:
                self._serve()
            raise
        if ticket is None:
            self._raise_if_stopped()
            raise self._too_long()
        return ticket

    def leave(self, ticket: Ticket, reply: Answer | ServiceError | None) -> None:
        """Give a ticket back with what came of the request; None: it was cancelled, and nothing is learnt."""
        self._pace.take(self.clock(), ticket, reply)
        self._serve()

    async def sleep(self, seconds: float, *, finishing: bool = False) -> None:
        """As asyncio.sleep, but it ends at once when the gate is stopped, and raises as `enter` does."""
        import asyncio

        if not self._spares(finishing=finishing):
            self._raise_if_stopped()
        loop = asyncio.get_running_loop()
        awake: asyncio.Future[None] = loop.create_future()
        alarm = loop.call_later(seconds, _wake, awake)
        self._sleepers[awake] = finishing
        try:
            await awake
        finally:
            alarm.cancel()
            del self._sleepers[awake]
        if not self._spares(finishing=finishing):
            self._raise_if_stopped()

    def stop(self, error: ServiceError | None = None) -> None:
        """Send nothing more; everything that waits ends with Stopped, or with `error`. What is in flight goes on."""
        if self._stopped:
            return
        self._stopped, self._error = True, error
        self._turn_away()
        self._give_time()
        self._serve()

    def _turn_away(self) -> None:
        """Whoever waits, but for what is to be finished, waits no more."""
        for queue in (self._again, self._new):
            for turn, waiter in list(queue.items()):
                if not self._spares(finishing=waiter.finishing):
                    del queue[turn]
                    if not turn.done():
                        turn.set_result(None)
        for awake, finishing in self._sleepers.items():
            if not self._spares(finishing=finishing):
                _wake(awake)

    def _give_time(self) -> None:
        """What is to be finished has only so long: a person has said stop."""
        finishing = [
            *self._sleepers.values(),
            *(each.finishing for each in (*self._again.values(), *self._new.values())),
        ]
        if any(finishing):
            import asyncio

            asyncio.get_running_loop().call_later(FINISHING, self._end)

    def _end(self) -> None:
        self._over = True
        self._turn_away()

    def _spares(self, *, finishing: bool) -> bool:
        """Whether whoever waits may go on waiting."""
        return not self._stopped or (finishing and not self._over and not self._error)

    def _raise_if_stopped(self) -> None:
        if self._error:
            raise copy(self._error)  # each its own: an error gathers the traces of all who raise it
        if self._stopped:
            raise Stopped

    def _too_long(self) -> ServiceError:
        seconds = self._pace.refusing(self.clock())
        message = f"{self._name} wants no requests for another {_span(seconds)}"
        return RateLimited(message, hint="ask again after that", retry_after=seconds)

    def _serve(self) -> None:
        """Let through whoever may go now, send away who would wait too long, and be called when the next one may go."""
        self._disarm()
        while queue := self._first():
            turn, waiter = next(iter(queue.items()))
            now = self.clock()
            if not turn.done():
                ready = self._pace.ready(now, waiter.tokens)
                left = self._pace.failing_since + waiter.patience - now
                if ready > now and left <= SOON and not self._stopped and (failure := self._pace.outage):
                    self.stop(given_up(failure, f"{_span(waiter.patience)} without an answer"))
                    return
                hopeless = ready > now and (left <= SOON or self._pace.refusing(now) > waiter.patience)
                if ready > now and not hopeless:
                    self._arm(turn, ready - now, left)
                    return
                turn.set_result(None if hopeless else self._pace.send(now, waiter.tokens, fresh=queue is self._new))
            del queue[turn]

    def _first(self) -> _Queue:
        """Who is next: those who ask again; but whether an outage is over is better seen by what has not failed yet."""
        return (self._new or self._again) if self.outage else (self._again or self._new)

    def _arm(self, turn: _Turn, seconds: float, most: float) -> None:
        if seconds < inf:
            self._timer = turn.get_loop().call_later(min(seconds, most), self._serve)

    def _disarm(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None


if TYPE_CHECKING:
    _Turn = asyncio.Future[Ticket | None]
    _Queue = OrderedDict[_Turn, _Waiter]


def _wake(awake: asyncio.Future[None]) -> None:
    if not awake.done():
        awake.set_result(None)


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"  # noqa: PLR2004  # to be read
