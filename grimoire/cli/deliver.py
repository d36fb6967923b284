"""Where an answer goes, and in what form."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from grimoire.trial.work import Result


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """How answers are handed over: the options of a cast that say so."""

    json: bool = False
    raw: bool = False
    stream: bool = True
    code: bool = False
    file: Path | None = None
    copy: bool = False
    usage: bool = False

    def checked(self) -> Delivery:
        """The same. Raises UsageError where two of them contradict each other."""
        return self

    @property
    def streams(self) -> bool:
        """Whether pieces are shown as they come."""
        terminal = sys.stdout is not None and sys.stdout.isatty()
        return terminal and self.stream and not (self.json or self.code or self.file)


def deliver(result: Result, run: str, delivery: Delivery, *, streamed: bool, currency: str) -> int:
    """Hand over one answer; the exit code."""
    from grimoire.cli import output
    from grimoire.cli.results import result_json

    answer = result.answer
    if answer is None:
        return 0
    if delivery.json:
        output.emit_json({"run": run} | result_json(result))
        return 0
    ending = "" if answer.text.endswith("\n") else "\n"
    output.emit(ending if streamed else answer.text + ending)
    tell(result, usage=delivery.usage, currency=currency)
    return 0


def tell(result: Result, *, usage: bool, currency: str) -> None:
    """What else there is to say of an answer, on standard error."""
    from grimoire.cli import output

    if result.answer is None:
        return
    if result.cell.rehearsal:
        output.note("note: a rehearsal; no model was asked")
    if result.verdict.kind != "works":
        output.note(f"verdict: {result.verdict.kind} ({'; '.join(result.verdict.reasons)})")
    if usage:
        paid = "" if result.cost is None else f", {output.money(result.cost, currency)}"
        counts = (result.answer.usage.prompt_tokens, result.answer.usage.completion_tokens)
        asked, answered = ("?" if count is None else f"{count:,}" for count in counts)
        output.note(f"{asked} tokens in, {answered} out, {result.answer.seconds:.1f} s{paid}")


def deliver_unrecorded(text: str, delivery: Delivery, *, streamed: bool) -> None:
    """An answer that the ledger did not take: it is paid for all the same."""
    from grimoire.cli import output

    if delivery.json:
        output.emit_json({"answer": text})
    elif not streamed:
        output.emit(text + "\n")
