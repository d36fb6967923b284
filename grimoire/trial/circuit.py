"""When a backend that only fails is given up (pure).

One that has answered before may do so again: whether its failures are an outage, and how long that is borne, is for the
gate to say.
"""

from __future__ import annotations

from copy import copy

from grimoire.chat import Answer
from grimoire.errors import AuthenticationFailed, KeyMissing, QuotaExceeded, ServiceError
from grimoire.pace import is_throttle

FATAL = 3
"""Failures without an answer between them that no other question would fare better with."""
EXHAUSTED = 3
"""Questions without an answer between them that were asked again in vain; throttled ones, if it ever answered."""
ANY = 10
"""Failures of any kind, of a backend that never answered."""
_NOT_FOUND = 404
_REDIRECTS = range(300, 400)


class Circuit:
    """Sees what came of each question to one backend, all retries done; `broken` is the error it is given up with."""

    def __init__(self) -> None:
        self.broken: ServiceError | None = None
        self._answered = False
        self._failures = self._fatal = self._exhausted = 0

    def see(self, reply: Answer | ServiceError) -> ServiceError | None:
        """Take in one outcome; the error the backend is given up with, from the moment it is."""
        if self.broken:
            return self.broken
        if isinstance(reply, Answer) or reply.partial is not None:  # a continuation failed: something was answered
            self._failures = self._fatal = self._exhausted = 0
            self._answered = True
        if isinstance(reply, ServiceError):
            self._count(reply)
        return self.broken

    def _count(self, error: ServiceError) -> None:
        self._failures += 1
        self._fatal += _is_fatal(error)
        self._exhausted += error.retryable and (not self._answered or is_throttle(error))
        many = self._failures >= ANY and not self._answered
        if self._fatal >= FATAL or self._exhausted >= EXHAUSTED or many:
            self.broken = given_up(error, f"{self._failures} failures in a row")


def _is_fatal(error: ServiceError) -> bool:
    hopeless = isinstance(error, AuthenticationFailed | QuotaExceeded | KeyMissing)
    return hopeless or error.status == _NOT_FOUND or error.status in _REDIRECTS


def given_up(error: ServiceError, why: str) -> ServiceError:
    """The error a backend is given up with, after such as this one; `why` says after what."""
    broken = copy(error)
    broken.message = f"given up after {why}: {error.message}"
    broken.args = (broken.message,)
    broken.partial = None
    return broken
