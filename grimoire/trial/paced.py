"""A chat backend that is asked at its pace, and again when that may help."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Protocol

from grimoire.chat import DEFAULT_COMPLETION, Answer, Request, bound_of, estimate_tokens
from grimoire.errors import ServiceError
from grimoire.pace import Ticket, is_throttle
from grimoire.ports import ChatBackend
from grimoire.record import Attempt
from grimoire.trial.gate import Gate, Stopped
from grimoire.trial.retry import Retry


class Spending(Protocol):
    """What decides whether one more request may be paid for."""

    def begin(self, backend: str, request: Request) -> bool:
        """A request is about to be sent; whether it may be."""
        ...

    def end(self, backend: str, request: Request, answer: Answer | None) -> None:
        """What was begun has ended; None: without an answer."""
        ...


class Paced:
    """A ChatBackend that asks another one, which tries once, through a gate that all who ask it share.

    `tell` hears of every request that failed. With `whole` it is for one conversation, which is brought to its end once
    something of it was answered, though the gate be stopped. Raises Stopped where the gate is stopped or `spending`
    allows no more.
    """

    def __init__(
        self,
        backend: ChatBackend,
        gate: Gate,
        retry: Retry = Retry(),  # noqa: B008  # frozen
        *,
        spending: Spending | None = None,
        tell: Callable[[Attempt], None] | None = None,
        draw: Callable[[], float] = random.random,
        whole: bool = False,
    ) -> None:
        self.name = backend.name
        self.rehearsal = backend.rehearsal
        self.parameters = backend.parameters
        self.gate = gate
        self._backend = backend
        self._retry = retry
        self._spending = spending
        self._tell = tell
        self._draw = draw
        self._whole = whole
        self._answered = False

    def having(
        self,
        *,
        spending: Spending | None = None,
        tell: Callable[[Attempt], None] | None = None,
        whole: bool = False,
    ) -> Paced:
        """The same backend behind the same gate, for somebody who pays from elsewhere or listens himself."""
        return Paced(self._backend, self.gate, self._retry, spending=spending, tell=tell, draw=self._draw, whole=whole)

    async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
        """Ask until an answer comes or there is no more hope of one.

        Raises ServiceError: the last one, or, with nothing sent, that the service wants nothing for longer than retries
        may take. Raises Stopped.
        """
        listener = _Listener(on_text) if on_text else None
        tokens = self._estimate(request)
        started: float | None = None
        number = 1
        alike = {True: 0, False: 0}  # failures that are the service's as a whole, and other ones
        while True:
            ticket = await self.gate.enter(
                tokens, again=number > 1, patience=self._retry.seconds, finishing=self._whole and self._answered
            )
            sent = self.gate.clock()
            started = sent if started is None else started
            reply = await self._once(ticket, request, listener)
            if isinstance(reply, Answer):
                self._answered = True
                return reply
            now = self.gate.clock()
            heard = listener is not None and listener.heard
            common = self.gate.outage or is_throttle(reply)
            alike[common] += 1
            wait = None if heard else self._wait(reply, alike[common], now - started)
            self._report(reply, number, now - sent, wait)
            if wait is None:
                raise reply
            await self.gate.sleep(wait, finishing=self._whole and self._answered)
            number += 1

    async def aclose(self) -> None:
        """Close the backend."""
        await self._backend.aclose()

    async def _once(self, ticket: Ticket, request: Request, listener: _Listener | None) -> Answer | ServiceError:
        """Ask once and give the ticket back, whatever happens. Raises Stopped when it may not be paid for."""
        reply: Answer | ServiceError | None = None
        begun = False
        try:
            begun = self._spending is None or self._spending.begin(self.name, request)
            if not begun:
                raise Stopped
            try:
                reply = await self._backend.ask(request, listener)
            except ServiceError as error:
                reply = error
        finally:
            self.gate.leave(ticket, reply)
            if begun and self._spending:
                self._spending.end(self.name, request, reply if isinstance(reply, Answer) else None)
        return reply

    def _wait(self, error: ServiceError, number: int, elapsed: float) -> float | None:
        return self._retry.wait(error, number, elapsed, self._draw(), outage=self.gate.outage)

    def _report(self, error: ServiceError, number: int, seconds: float, wait: float | None) -> None:
        if self._tell:
            attempt = Attempt(
                number=number,
                error=error.kind,
                message=error.message,
                status=error.status,
                seconds=seconds,
                wait=wait,
            )
            self._tell(attempt)

    def _estimate(self, request: Request) -> int:
        if self.gate.limits.tokens_per_minute is None:
            return 1  # counting takes longer than all the rest of this; where none are left, one is too many
        answered = bound_of(self.parameters | request.parameters) or DEFAULT_COMPLETION
        return sum(estimate_tokens(message.content) for message in request.messages) + answered


class _Listener:
    """Passes text on and remembers that there was some: it cannot be taken back."""

    def __init__(self, on_text: Callable[[str], None]) -> None:
        self._on_text = on_text
        self.heard = False

    def __call__(self, text: str) -> None:
        self.heard = self.heard or bool(text)
        self._on_text(text)
