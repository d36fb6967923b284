"""Results and entries as JSON: the stable forms of `cast --json`, `trial --json` and `history --json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grimoire.record import Entry
    from grimoire.trial.work import Result


def result_json(result: Result) -> dict[str, object]:
    """One cell, asked and judged; `id` is the number of its entry in the ledger."""
    cell, answer = result.cell, result.answer
    return {
        "id": result.number or None,
        "spell": cell.spell,
        "language": cell.language,
        "backend": cell.backend,
        "rehearsal": cell.rehearsal,
        "case": cell.case,
        "sample": cell.sample,
        "template": cell.template,
        "answer_in": cell.request.answer_in,
        "verdict": result.verdict.kind,
        "checks": result.verdict.checks,
        "error": result.error or None,
        "earlier": result.earlier,
        "incantation": cell.incantation,
        "answer": answer.text if answer else None,
        "finish_reason": answer.finish_reason if answer else None,
        "model": answer.model if answer else None,
        "usage": answer.usage if answer else None,
        "seconds": answer.seconds if answer else None,
        "cost": result.cost,
    }


def entry_json(entry: Entry) -> dict[str, object]:
    """One line of the ledger."""
    import msgspec

    plain: dict[str, object] = msgspec.to_builtins(entry)
    return plain | {"error": entry.error or None, "error_message": entry.error_message or None}
