"""Whether and when a question is asked again (pure)."""

from __future__ import annotations

import msgspec

from grimoire.errors import ServiceError
from grimoire.pace import is_throttle

FIRST, LONGEST = 0.5, 60.0
"""Seconds to wait after the first failure, doubled after each further one, and the most they come to."""
SPREAD = 0.1
"""How much later than a service asked for a request may come, as a share of the wait: not all at once."""


class Retry(msgspec.Struct, frozen=True):
    """How often a question is asked again, and for how many seconds after it was first asked.

    A throttle is no failure of the question, nor is what fails in an outage: they are bounded by the time alone.
    Without retries nothing is asked again.
    """

    retries: int = 4
    seconds: float = 600.0

    def wait(
        self, error: ServiceError, number: int, elapsed: float, draw: float, *, outage: bool = False
    ) -> float | None:
        """Seconds until the next attempt; None when there is to be none.

        `number` counts the throttles of a question and its failures in an `outage`, where this is one, and else its
        other failures; this one came `elapsed` seconds after the first attempt was begun. `draw` is a random number
        from 0 to 1. What the service asks for is never cut short; else waits grow exponentially with jitter
        (Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015).
        """
        bounded = not (outage or is_throttle(error))
        if not error.retryable or not self.retries or (bounded and number > self.retries):
            return None
        wait = _backoff(number, draw)
        asked = error.retry_after
        if asked is not None and asked > 0:  # not for a NaN either
            # Under a second it is kept too, but a service that goes on refusing is not asked ever faster than others.
            wait = asked * (1 + SPREAD * draw) if asked >= 1 else max(asked, wait)
        return wait if elapsed + wait <= self.seconds else None


def _backoff(number: int, draw: float) -> float:
    return min(LONGEST, FIRST * 2.0 ** min(number - 1, 7)) * (1 + draw) / 2
