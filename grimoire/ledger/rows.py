"""Values to rows and rows to values; pure."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from grimoire.chat import Answer, Usage
from grimoire.errors import LedgerError, ServiceError
from grimoire.record import Cell, Entry, Opinion, Run
from grimoire.redact import hide_secrets
from grimoire.standing import Judged
from grimoire.verdict import CheckResult, Verdict

T = TypeVar("T")

_LARGEST = 2**63 - 1  # of SQLite's integers


def clean(text: str) -> str:
    """Lone surrogates, which have no UTF-8, become "?"; everything else stays, NUL too."""
    return text.encode("utf-8", "replace").decode("utf-8")


def bound(values: Mapping[str, object]) -> dict[str, object]:
    """Values as SQLite takes them: every text clean."""
    return {name: clean(value) if isinstance(value, str) else value for name, value in values.items()}


def fingerprint(text: str) -> str:
    """SHA-256 of a text as it is kept, in hexadecimal: equal for equal texts only, whoever chose them."""
    return hashlib.sha256(clean(text).encode()).hexdigest()


def canonical(value: object) -> str:
    """JSON that is the same text for the same value: sorted keys, no spaces, tuples as arrays."""
    plain = msgspec.to_builtins(value, str_keys=True, order="sorted")
    return clean(json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def stamp(time: datetime) -> str:
    """ISO 8601 in UTC to the millisecond: 2026-11-23T21:45:01.234Z."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def run_id(time: datetime, token: str) -> str:
    """Sorts by time and can be read and typed: 20261123T214501-3f9a."""
    return f"{time.astimezone(UTC):%Y%m%dT%H%M%S}-{token}"


def cell_row(cell: Cell) -> dict[str, object]:
    """The columns of `answers` that say what was asked, without what could hold a key among the parameters."""
    sent = cell.parameters | cell.request.parameters
    parameters = hide_secrets({name: value for name, value in sent.items() if "header" not in name})
    return {
        "spell": cell.spell,
        "language": cell.language,
        "template": cell.template,
        "case_id": cell.case,
        "backend": cell.backend,
        "sample": cell.sample,
        "rehearsal": int(cell.rehearsal),
        "key": cell.key,
        "answer_in": cell.request.answer_in,
        "parameters": canonical(parameters),
    }


def earlier_messages(cell: Cell) -> str | None:
    """The JSON of what was sent before the incantation (system message, former turns); None when nothing was."""
    earlier = cell.request.messages[:-1]
    return canonical(earlier) if earlier else None


def answer_row(answer: Answer, cost: float | None) -> dict[str, object]:
    """The columns of `answers` that say what came back."""
    return {
        "error": "",
        "error_message": "",
        "finish_reason": answer.finish_reason,
        "model": answer.model,
        "prompt_tokens": _integer(answer.usage.prompt_tokens),
        "completion_tokens": _integer(answer.usage.completion_tokens),
        "seconds": answer.seconds,
        "first_seconds": answer.first_seconds,
        "cost": cost,
        "text": answer.text,
        "parts": canonical(answer.parts),
        "reasoning": answer.reasoning,
    }


def error_row(error: ServiceError) -> dict[str, object]:
    """The same columns where no answer came, or only the first part of one."""
    came = answer_row(error.partial or Answer(text=""), None)
    return came | {"error": error.kind, "error_message": error.message, "finish_reason": ""}


def deciding_reason(verdict: Verdict) -> str:
    """`check: reason` of the first check that decided it: a failed must, else a crashed check, else a failed should."""
    ranks = ((c for c in verdict.checks if _rank(c) == rank) for rank in range(3))
    return next((f"{c.check}: {c.reason}" for checks in ranks for c in checks), "")


def check_row(check: CheckResult) -> dict[str, object]:
    """The columns of `check_results`, but those that say whose result it is."""
    return {
        "name": check.check,
        "version": check.version,
        "outcome": check.outcome,
        "should": int(check.should),
        "reason": check.reason,
        "judge": check.judge,
        "wants": check.wants,
        "split": int(check.split),
    }


def run_from(row: sqlite3.Row) -> Run:
    """A run from its row; raises LedgerError when its plan is not JSON."""
    return Run(
        id=row["id"],
        kind=row["kind"],
        started=row["started"],
        finished=row["finished"],
        plan=_decode(row["plan"], dict[str, object]),
    )


def check_from(row: sqlite3.Row) -> CheckResult:
    """A check's result from its row."""
    return CheckResult(
        check=row["name"],
        version=row["version"],
        outcome=row["outcome"],
        reason=row["reason"],
        should=bool(row["should"]),
        judge=row["judge"],
        wants=row["wants"],
        split=bool(row["split"]),
    )


def opinion_from(row: sqlite3.Row) -> Opinion:
    """What a person said, from its row."""
    return Opinion(at=row["at"], verdict=row["verdict"], note=row["note"])


def entry_from(
    row: sqlite3.Row,
    checks: tuple[CheckResult, ...],
    opinions: tuple[Opinion, ...] = (),
    images: tuple[str, ...] = (),
) -> Entry:
    """An entry; the verdict on an error is `error`, with no one having judged it."""
    return Entry(
        **{name: row[name] for name in _SAME},
        case=row["case_id"],
        at=row["asked_at"],
        rehearsal=bool(row["rehearsal"]),
        incantation=row["body"],
        answer=row["text"],
        parts=_decode(row["parts"], tuple[str, ...]),
        usage=Usage(row["prompt_tokens"], row["completion_tokens"]),
        seconds=row["seconds"] or 0.0,
        verdict="error" if row["error"] else row["verdict"],
        checks=checks,
        yardstick=row["yardstick"] or "",
        text=row["given"],
        opinions=opinions,
        images=images,
    )


def judged_from(row: sqlite3.Row) -> Judged:
    """One judged answer from the columns of the standings' query."""
    answer, run, at, template, case, sample, verdict, reason, yardstick, sent = row
    return Judged(
        answer=answer,
        run=run,
        at=at,
        template=template,
        case=case,
        sample=sample,
        verdict=verdict,
        reason=reason,
        yardstick=yardstick,
        sent=sent,
    )


# Columns that are called what the field is called.
_OTHER = {
    *("case", "at", "rehearsal", "incantation", "answer", "parts", "usage", "seconds", "verdict", "checks"),
    *("yardstick", "text", "opinions", "images"),
}
_SAME = tuple(name for name in Entry.__struct_fields__ if name not in _OTHER)


def _rank(check: CheckResult) -> int:
    """How early a check has its say in `grimoire.verdict.decide`; 3 for one that had none."""
    if check.outcome == "failed":
        return 2 if check.should else 0
    return 1 if check.outcome == "crashed" else 3


def _integer(count: int | None) -> int | None:
    """A count as it was given, or None when no service can have counted that."""
    return count if count is not None and 0 <= count <= _LARGEST else None


def _decode(text: str, kind: type[T]) -> T:
    try:
        return msgspec.convert(json.loads(text), kind)
    except (ValueError, msgspec.ValidationError) as error:
        hint = "put back a copy of it, or move it away to begin a new one"
        raise LedgerError(f"the ledger holds something that is not what it wrote: {error}", hint=hint) from error
