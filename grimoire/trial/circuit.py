"""When a backend that only fails is given up (pure)."""

from __future__ import annotations

from copy import copy

from grimoire.chat import Answer
from grimoire.errors import AuthenticationFailed, KeyMissing, QuotaExceeded, ServiceError

FATAL = 3
"""Failures without an answer between them that no other question would fare better with."""
EXHAUSTED = 3
"""Questions without an answer between them that were asked again in vain."""
ANY = 10
"""Failures of any kind without an answer between them."""
_NOT_FOUND = 404
_REDIRECTS = range(300, 400)


class Circuit:
    """Sees what came of each question to one backend, all retries done; `broken` is the error it is given up with."""

    def __init__(self) -> None:
        self.broken: ServiceError | None = None
        self._failures = self._fatal = self._exhausted = 0

    def see(self, reply: Answer | ServiceError) -> ServiceError | None:
        """Take in one outcome; the error the backend is given up with, from the moment it is."""
        if self.broken:
            return self.broken
        if isinstance(reply, Answer) or reply.partial is not None:  # a continuation failed: something was answered
            self._failures = self._fatal = self._exhausted = 0
        if isinstance(reply, ServiceError):
            self._count(reply)
        return self.broken

    def _count(self, error: ServiceError) -> None:
        self._failures += 1
        self._fatal += _is_fatal(error)
        self._exhausted += error.retryable
        if self._fatal >= FATAL or self._exhausted >= EXHAUSTED or self._failures >= ANY:
            self.broken = _given_up(error, self._failures)


def _is_fatal(error: ServiceError) -> bool:
    hopeless = isinstance(error, AuthenticationFailed | QuotaExceeded | KeyMissing)
    return hopeless or error.status == _NOT_FOUND or error.status in _REDIRECTS


def _given_up(error: ServiceError, failures: int) -> ServiceError:
    broken = copy(error)
    broken.message = f"given up after {failures} failures in a row: {error.message}"
    broken.args = (broken.message,)
    broken.partial = None
    return broken
