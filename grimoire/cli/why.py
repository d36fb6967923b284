"""Why a verdict is what it is: every check with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from grimoire.record import Attempt
from grimoire.terminal import one_line
from grimoire.verdict import CheckResult

ORDER = {"failed": 0, "crashed": 1, "passed": 2, "skipped": 3}


def check_lines(checks: Iterable[CheckResult]) -> Iterator[str]:
    """A line a check: what decided the verdict first, then what passed, then what did not apply."""
    found = sorted(checks, key=lambda check: (ORDER[check.outcome], check.should))
    width = max((len(check.check) for check in found), default=0)
    for check in found:
        wish = " (should)" if check.should else ""
        judge = f" [{one_line(check.judge)}{', votes differ' if check.split else ''}]" if check.judge else ""
        name = one_line(check.check).ljust(width)
        yield f"{check.outcome:<7}  {name}  {one_line(check.reason, 240)}{wish}{judge}"


def attempt_lines(attempts: Iterable[Attempt]) -> Iterator[str]:
    """A line a request that failed before the answer came: what was wrong, and how long was waited then."""
    for attempt in attempts:
        status = f" {attempt.status}" if attempt.status is not None else ""
        wait = "" if attempt.wait is None else f", asked again after {attempt.wait:.1f} s"
        said = f"{attempt.error}{status}: {attempt.message}"
        yield f"attempt {attempt.number} failed after {attempt.seconds:.1f} s{wait}: {one_line(said, 240)}"
