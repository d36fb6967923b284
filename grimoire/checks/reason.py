"""What every check result is made with: one safe line that says why."""

from __future__ import annotations

from grimoire.ports import Check
from grimoire.verdict import CheckResult, Outcome

LIMIT = 200
QUOTED = 60


def result(check: Check, outcome: Outcome, reason: str) -> CheckResult:
    """The check's result; the reason is made one printable line of at most 200 characters."""
    line = cut(one_line(reason), LIMIT)
    return CheckResult(check=check.name, version=check.version, outcome=outcome, reason=line, should=check.should)


def quote(text: str, limit: int = QUOTED) -> str:
    """Words of an answer as they may stand in a reason: one line, in quotation marks, shortened to `limit`."""
    return f'"{cut(one_line(text[: 4 * limit]), limit)}"'


def one_line(text: str) -> str:
    """White space becomes single spaces; what no terminal should see (controls, direction marks) is escaped."""
    line = " ".join(text.split())
    if line.isprintable():
        return line
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in line)


def cut(text: str, limit: int) -> str:
    """The text, or its beginning and an ellipsis, in at most `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
