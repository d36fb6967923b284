"""What is said of many answers beside them: failures as they come, then verdicts, and what all of it took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from grimoire.chat import Usage
from grimoire.cli import output
from grimoire.cli.cast_forms import tell_without_code, variant
from grimoire.cli.cast_table import facts
from grimoire.cli.took import tokens
from grimoire.terminal import one_line
from grimoire.verdict import Verdict, VerdictKind

if TYPE_CHECKING:
    from grimoire.cli.questions import Input
    from grimoire.record import Cell
    from grimoire.trial.work import Result

ALIKE = 5
"""Failures with the same message that are told one by one; of the others the inputs are named together."""
TOLD = 40
"""Different messages of failures that are told: a service may put a number of its own into each."""
NAMED = 10
"""Answers that do not work of which each is told why."""
WORDS: Mapping[VerdictKind, str] = {
    "works": "work",
    "partial": "partial",
    "broken": "broken",
    "error": "without a verdict",
}


class Summary:
    """Takes in each result in the order it is handed over. `languages`, `backends`, `inputs` are how many there are."""

    def __init__(self, *, languages: int, backends: int, inputs: int, usage: bool, currency: str) -> None:
        self.answered = self.failed = self.earlier = 0
        self.without_code: list[str] = []
        self._languages = languages
        self._variants = languages * backends
        self._inputs = inputs
        self._wants_usage = usage
        self._currency = currency
        self._alike: dict[str, list[str]] = {}
        self._others: list[str] = []
        self._verdicts: dict[str, Counter[VerdictKind]] = {}
        self._told: list[str] = []
        self._usage = Usage(0, 0)
        self._seconds = 0.0
        self._cost: float | None = None
        self._rehearsal = False

    def see(self, given: Input, result: Result) -> None:
        """Count one; a failure is told at once."""
        self.earlier += result.earlier
        self._rehearsal |= result.cell.rehearsal
        if result.answer is None:
            self.failed += 1
            self._tell_failure(self._place(given, result.cell, backend=False), result.error)
            return
        self.answered += 1
        self._usage += result.answer.usage
        self._seconds += result.answer.seconds
        if result.cost is not None:
            self._cost = (self._cost or 0.0) + result.cost
        self._verdicts.setdefault(variant(result.cell), Counter())[result.verdict.kind] += 1
        if result.verdict.kind != "works" or self._compared:
            self._see_verdict(self._place(given, result.cell, backend=True), result)

    def tell(self) -> None:
        """What there is to say in the end, on standard error."""
        for message, places in self._alike.items():
            if rest := places[ALIKE:]:
                output.note(f"{output.count(len(rest), 'more failure')} like it: {_named(rest)}: {message}")
        if self._others:
            output.note(f"{output.count(len(self._others), 'more failure')}: {_named(self._others)}")
        if self.without_code:
            tell_without_code(self.without_code)
        if self._rehearsal:
            output.note("note: a rehearsal; no model was asked")
        self._tell_verdicts()
        if self._wants_usage:
            output.note(self._took())

    def _tell_failure(self, place: str, error: str) -> None:
        message = one_line(error)
        if message not in self._alike and len(self._alike) >= TOLD:
            self._others.append(place)
            return
        places = self._alike.setdefault(message, [])
        places.append(place)
        if len(places) <= ALIKE:
            output.note(f"{place}: {message}" if place else message)

    @property
    def _compared(self) -> bool:
        """Whether every variant has one answer: then those that work are told too."""
        return self._variants > 1 and self._inputs == 1

    def _see_verdict(self, place: str, result: Result) -> None:
        if len(self._told) < NAMED or self._compared:
            reason = deciding(result.verdict)
            said = result.verdict.kind + (f" ({reason})" if reason else "")
            if self._compared and self._wants_usage:
                said += f"; {facts(result, self._currency)}"
            self._told.append(f"{place}: {said}" if place else f"verdict: {said}")

    def _tell_verdicts(self) -> None:
        for line in self._told:
            output.note(line)
        counts = self._verdicts.items()
        amiss = sum(sum(kinds.values()) - kinds["works"] for _, kinds in counts)
        if amiss > len(self._told):
            output.note(f"{amiss - len(self._told):,} more do not work")
        if self._inputs > 1 and (amiss or self._variants > 1):
            for name, kinds in counts:
                said = ", ".join(f"{kinds[kind]:,} {word}" for kind, word in WORDS.items() if kinds[kind])
                output.note(f"{name}: {said}" if self._variants > 1 else f"verdicts: {said}")

    def _took(self) -> str:
        paid = "" if self._cost is None else f", {output.money(self._cost, self._currency)}"
        before = f", {self.earlier:,} of them before" if self.earlier else ""
        return (
            f"{output.count(self.answered, 'answer')}{before}: {tokens(self._usage)}, "
            f"{self._seconds:.1f} s of answering{paid}"
        )

    def _place(self, given: Input, cell: Cell, *, backend: bool) -> str:
        """What tells an answer from the others; an error names its backend itself."""
        which = cell.language if self._languages > 1 else ""
        if backend and self._variants > 1:
            which = variant(cell)
        return " · ".join(part for part in (one_line(given.label), which) if part)


def deciding(verdict: Verdict) -> str:
    """The reason of the check that decided, on a line; and how many others there are."""
    wants = "crashed" if verdict.kind == "error" else "failed"
    found = [check for check in verdict.checks if check.outcome == wants]
    first = next((check for check in found if not check.should), found[0] if found else None)
    if first is None:
        return ""
    more = f", and {output.count(len(found) - 1, 'more reason')}" if len(found) > 1 else ""
    return one_line(f"{first.check}: {first.reason}") + more


def _named(places: list[str]) -> str:
    return one_line(", ".join(place or "-" for place in places))
