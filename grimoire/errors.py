"""Every error Grimoire raises on purpose, and the exit code each ends with.

GrimoireError
├── UsageError              2   the call itself is wrong
│   ├── UnknownName         2   no such spell, backend, case, language …; offers the nearest
│   └── MissingInput        2   a spell was cast without what it needs
├── InvalidFile             2   a file is not valid: one Problem for each thing wrong
├── LedgerError             2   the ledger cannot be read or written
├── TranslationRefused      1   an engine's translation would break the spell
└── ServiceError            3   a service gave no answer
    ├── KeyMissing              its key's variable is not set
    ├── AuthenticationFailed    401, 403
    ├── QuotaExceeded           402, 456, 429 for lack of money
    ├── RateLimited             429
    ├── RequestRejected         400, 404, 413, 422: asking again changes nothing; 409, 425: it may
    ├── ServiceTimeout          no answer in time
    ├── ServiceUnreachable      no connection, or it broke
    ├── ServiceFault            5xx, or an answer that is not of the protocol
    └── Interrupted             the run was stopped before the answer was whole

Anything else that reaches the command line's boundary is a bug in Grimoire and ends with 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from grimoire.chat import Allowance, Answer


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong with a file. Lines and columns count from 1; 0 means the whole file."""

    file: str
    line: int = 0
    column: int = 0
    gate: str
    severity: str = "error"
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        hint = f" ({self.hint})" if self.hint else ""
        # On one line, whatever a file calls its keys: a name with a line break in it would forge the next problem.
        return " ".join(f"{place}: {self.severity}: {self.message}{hint}".splitlines())


class GrimoireError(Exception):
    """The root. `hint` says what to do about it, where something can be done."""

    exit_code = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(GrimoireError):
    """The call itself is wrong."""


class UnknownName(UsageError):
    """Nothing has that name."""


class MissingInput(UsageError):
    """A spell needs an input that was not given."""


class InvalidFile(GrimoireError):
    """A file is not valid; `problems` holds at least one."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class LedgerError(GrimoireError):
    """The ledger cannot be opened, read or written."""


class TranslationRefused(GrimoireError):
    """What an engine sent back would break the spell; nothing was written."""

    exit_code = 1


class ServiceError(GrimoireError):
    """A service gave no answer. `retry_after` is in seconds, where the service said, and `allowance` what else it said.

    `retryable` says that asking again may help; it is the class's, but for an error that knows better. `partial` is
    what had come of an answer when a continuation of it failed: paid for, so it goes on record too.
    """

    exit_code = 3
    kind = "service"
    retryable = False

    def __init__(
        self, message: str, *, hint: str = "", status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.partial: Answer | None = None
        self.allowance: Allowance | None = None
        self.status = status
        self.retry_after = retry_after


class KeyMissing(ServiceError):
    """The environment variable that holds the service's key is not set."""

    kind = "key-missing"


class AuthenticationFailed(ServiceError):
    """The service does not accept the key."""

    kind = "authentication"


class QuotaExceeded(ServiceError):
    """The account has no money or no characters left."""

    kind = "quota"


class RateLimited(ServiceError):
    """Too many requests."""

    kind = "rate-limit"
    retryable = True


class RequestRejected(ServiceError):
    """The service understood and refused; asking again changes nothing."""

    kind = "rejected"


class ServiceTimeout(ServiceError):
    """No answer in time."""

    kind = "timeout"
    retryable = True


class ServiceUnreachable(ServiceError):
    """No connection, or it broke off."""

    kind = "unreachable"
    retryable = True


class ServiceFault(ServiceError):
    """The service failed, or what it sent is not of the protocol."""

    kind = "fault"
    retryable = True


class Interrupted(ServiceError):
    """The run was stopped before the answer was whole; what had come of it is `partial`."""

    kind = "interrupted"
