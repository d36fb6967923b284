"""Values to rows and rows to values; pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from grimoire.chat import Answer, Usage
from grimoire.errors import LedgerError, ServiceError
from grimoire.record import Attempt, Cell, Entry, Opinion, Outcome, Run
from grimoire.redact import hide_secrets
from grimoire.standing import Judged
from grimoire.verdict import CheckResult, Verdict

T = TypeVar("T")

_LARGEST = 2**63 - 1  # of SQLite's integers

ANSWER_COLUMNS = (
    *("run", "kind", "asked_at", "spell", "language", "template", "case_id", "backend", "sample", "rehearsal", "key"),
    *("incantation", "earlier", "input", "answer_in", "error", "error_message", "finish_reason", "model"),
    *("prompt_tokens", "completion_tokens", "seconds", "first_seconds", "cost", "parameters", "text", "parts"),
    "reasoning",
)
"""All but the number, as they are written."""
_ATTEMPT_CELL = ("run", "key", "spell", "language", "case_id", "backend")
ATTEMPT_COLUMNS = (*_ATTEMPT_CELL, "at", "number", "seconds", "wait", "error", "status", "message")
"""As they are written; `latest` is the database's own doing."""
CHECK_COLUMNS = ("name", "version", "outcome", "should", "reason", "judge", "wants", "split")
REPLY_COLUMNS = (
    *("text", "finish_reason", "model", "prompt_tokens", "completion_tokens", "seconds", "first_seconds", "parts"),
    "reasoning",
)
_RENAMED = {"at": "asked_at", "case": "case_id", "answer": "text"}
_OF_ENTRY = (
    *("id", "run", "kind", "at", "spell", "language", "template", "case", "backend", "sample", "rehearsal", "key"),
    *("answer_in", "error", "error_message", "finish_reason", "model", "prompt_tokens", "completion_tokens"),
    *("seconds", "cost", "answer", "parts"),
)
ENTRY_COLUMNS = tuple(_RENAMED.get(name, name) for name in _OF_ENTRY)
"""Those of `answers`; an entry takes more from other tables, after them."""
ENTRY_FIELDS = (*_OF_ENTRY, "incantation", "text", "verdict", "yardstick")
"""What the values of an entry's row are called."""

_DECIDING = ("failed", "crashed")


def clean(text: str) -> str:
    """Lone surrogates, which have no UTF-8, become "?"; everything else stays, NUL too."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def bound(values: Mapping[str, object]) -> dict[str, object]:
    """Values as SQLite takes them: every text clean."""
    return {name: clean(value) if isinstance(value, str) else value for name, value in values.items()}


def bound_all(values: Sequence[object]) -> list[object]:
    """The same for values without names."""
    return [clean(value) if isinstance(value, str) else value for value in values]


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
        "parts": canonical(answer.parts) if answer.parts else "[]",
        "reasoning": answer.reasoning,
    }


def error_row(error: ServiceError, cost: float | None = None) -> dict[str, object]:
    """The same columns where no answer came, or only the first part of one."""
    came = answer_row(error.partial or Answer(text=""), cost)
    return came | {"error": error.kind, "error_message": error.message, "finish_reason": ""}


def outcome_row(run: Run, outcome: Outcome) -> dict[str, Any]:
    """The columns of `answers`, or for an attempt of `attempts`, with the texts sent in place of their numbers.

    The time is not among them: it is that of the commit.
    """
    cell, reply = outcome.cell, outcome.reply
    row: dict[str, Any] = {"run": run.id, "kind": run.kind, **cell_row(cell)}
    if isinstance(reply, Attempt):
        return {name: row[name] for name in _ATTEMPT_CELL} | attempt_row(reply)
    row |= {"incantation": cell.incantation, "earlier": earlier_messages(cell), "input": cell.text}
    if isinstance(reply, ServiceError):
        return row | error_row(reply, outcome.cost)
    return row | answer_row(reply, outcome.cost)


def attempt_row(attempt: Attempt) -> dict[str, object]:
    """The columns of `attempts` that say what went wrong."""
    return {
        "number": attempt.number,
        "seconds": attempt.seconds,
        "wait": attempt.wait,
        "error": attempt.error,
        "status": attempt.status,
        "message": attempt.message,
    }


def deciding_reason(verdict: Verdict) -> str:
    """`check: reason` of the first check that decided it: a failed must, else a crashed check, else a failed should."""
    deciding = [check for check in verdict.checks if check.outcome in _DECIDING]
    first = min(deciding, key=_rank, default=None)
    return f"{first.check}: {first.reason}" if first else ""


def check_row(check: CheckResult) -> tuple[object, ...]:
    """The columns of CHECK_COLUMNS."""
    return (
        clean(check.check),
        check.version,
        check.outcome,
        int(check.should),
        clean(check.reason),
        clean(check.judge),
        clean(check.wants),
        int(check.split),
    )


def run_from(row: Sequence[Any]) -> Run:
    """A run from its id, kind, times and plan; raises LedgerError when its plan is not JSON."""
    name, kind, started, finished, plan = row
    return Run(id=name, kind=kind, started=started, finished=finished, plan=_decode(plan, dict[str, object]))


def check_from(row: Sequence[Any]) -> CheckResult:
    """A check's result from CHECK_COLUMNS."""
    check, version, outcome, should, reason, judge, wants, split = row
    return CheckResult(
        check=check,
        version=version,
        outcome=outcome,
        reason=reason,
        should=bool(should),
        judge=judge,
        wants=wants,
        split=bool(split),
    )


def attempt_from(row: Sequence[Any]) -> Attempt:
    """A failed request from its number, error, status, message, seconds and wait."""
    number, error, status, message, seconds, wait = row
    return Attempt(number=number, error=error, status=status, message=message, seconds=seconds, wait=wait)


def opinion_from(row: Sequence[Any]) -> Opinion:
    """What a person said, from its time, verdict and note."""
    at, verdict, note = row
    return Opinion(at=at, verdict=verdict, note=note)


def entry_from(
    row: Sequence[Any],
    *,
    checks: tuple[CheckResult, ...] = (),
    opinions: tuple[Opinion, ...] = (),
    images: tuple[str, ...] = (),
    attempts: tuple[Attempt, ...] = (),
) -> Entry:
    """An entry from the values of ENTRY_FIELDS; the verdict on an error is `error`, with no one having judged it."""
    values: dict[str, Any] = dict(zip(ENTRY_FIELDS, row, strict=True))
    usage = Usage(values.pop("prompt_tokens"), values.pop("completion_tokens"))
    values |= {
        "rehearsal": bool(values["rehearsal"]),
        "parts": parts_from(values["parts"]),
        "seconds": values["seconds"] or 0.0,
        "verdict": "error" if values["error"] else values["verdict"],
        "yardstick": values["yardstick"] or "",
    }
    return Entry(**values, usage=usage, checks=checks, opinions=opinions, images=images, attempts=attempts)


def answer_from(row: Sequence[Any]) -> Answer:
    """An answer from REPLY_COLUMNS."""
    text, finish_reason, model, prompt_tokens, completion_tokens, seconds, first_seconds, parts, reasoning = row
    return Answer(
        text=text,
        finish_reason=finish_reason,
        model=model,
        usage=Usage(prompt_tokens, completion_tokens),
        seconds=seconds or 0.0,
        first_seconds=first_seconds,
        parts=parts_from(parts),
        reasoning=reasoning,
    )


def parts_from(text: str) -> tuple[str, ...]:
    """The pieces of an answer; raises LedgerError when they are not JSON."""
    return () if text == "[]" else _decode(text, tuple[str, ...])


def judged_from(row: Sequence[Any], same: dict[str, str]) -> Judged:
    """One judged answer from the columns of the standings' query; `same` has each text that several share once."""
    answer, run, at, template, case, sample, verdict, reason, yardstick, sent = row
    once = same.setdefault
    return Judged(
        answer=answer,
        run=once(run, run),
        at=at,
        template=once(template, template),
        case=once(case, case),
        sample=sample,
        verdict=once(verdict, verdict),  # type: ignore[arg-type]  # the table holds no other
        reason=once(reason, reason),
        yardstick=once(yardstick, yardstick),
        sent=once(sent, sent),
    )


def _rank(check: CheckResult) -> int:
    """How early a deciding check has its say in `grimoire.verdict.decide`."""
    if check.outcome == "failed":
        return 2 if check.should else 0
    return 1


def _integer(count: int | None) -> int | None:
    """A count as it was given, or None when no service can have counted that."""
    return count if count is not None and 0 <= count <= _LARGEST else None


def _decode(text: str, kind: type[T]) -> T:
    try:
        return msgspec.convert(json.loads(text), kind)
    except (ValueError, msgspec.ValidationError) as error:
        hint = "put back a copy of it, or move it away to begin a new one"
        raise LedgerError(f"the ledger holds something that is not what it wrote: {error}", hint=hint) from error
