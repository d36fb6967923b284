"""Where many answers go, and in what form: standard output, a file that gets all of them at once, the clipboard."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Self

import msgspec

from grimoire.cli import output
from grimoire.cli.cast_forms import Form, JsonLines, Stacked
from grimoire.cli.deliver import Delivery
from grimoire.errors import UsageError
from grimoire.trial.work import Result

if TYPE_CHECKING:
    from grimoire.cli.cast_questions import Questions
    from grimoire.cli.questions import Input
    from grimoire.record import Run

IN_MEMORY = 4 * 2**20
"""Bytes that are kept in memory; more of them wait in an unnamed file."""


class Collected:
    """Texts that are kept until they are complete."""

    def __init__(self) -> None:
        self._kept = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # open until it is closed
        self.empty = True

    def put(self, text: str) -> None:
        """Keep one more. Raises UsageError where there is no room."""
        self.empty = False
        try:
            self._kept.write(text.encode("utf-8", "replace"))
        except OSError as error:
            hint = "name a folder with more room in TMPDIR"
            raise UsageError(f"no room for the answers: {error.strerror}", hint=hint) from error

    def write(self, path: Path) -> None:
        """All of it to a file, which has it whole or stays as it was. Raises UsageError."""
        from grimoire import atomic

        self._kept.seek(0)
        atomic.write_from(path, self._kept)

    def text(self) -> str:
        """All of it."""
        self._kept.seek(0)
        return self._kept.read().decode()

    def close(self) -> None:
        self._kept.close()


class Outlet(msgspec.Struct, frozen=True):
    """A place that answers go to, and what they look like there. `put` raises where it takes no more."""

    form: Form
    put: Callable[[str], None]

    def hand(self, given: Input, result: Result) -> None:
        """The next one."""
        self._put(self.form.text(given, result))

    def end(self) -> None:
        """No more come."""
        self._put(self.form.end())

    def _put(self, text: str) -> None:
        if text:
            self.put(text)


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What decides on the form of the answers. `named`: each stands below the name of its input."""

    run: str
    delivery: Delivery
    variants: int
    named: bool
    currency: str

    @classmethod
    def of(cls, run: Run, delivery: Delivery, questions: Questions, *, each: str, currency: str) -> Self:
        """That of a call. Lines and objects have headings only where there are variants, and so headings anyhow."""
        named = len(questions.inputs) > 1 and (not each or questions.variants > 1)
        return cls(run=run.id, delivery=delivery, variants=questions.variants, named=named, currency=currency)

    def form(self, *, terminal: bool) -> Form:
        """JSON lines, beside each other, or one under the other."""
        from grimoire.cli import cast_table

        delivery = self.delivery
        if delivery.json:
            return JsonLines(self.run, terminal=terminal)
        raw = delivery.raw or not (terminal and output.renders())
        if terminal and not delivery.code and cast_table.fits(self.variants, output.columns()):
            return cast_table.Beside(self.variants, self.currency, raw=raw, headings=self.named)
        several = self.variants > 1
        return Stacked(named=self.named, variants=several, code=delivery.code, terminal=terminal, raw=raw)


def outlets_of(shape: Shape, put: Callable[[str], None], collected: Collected) -> list[Outlet]:
    """To standard output by `put`, or, all at once in the end, to a file; and to the clipboard too."""
    delivery = shape.delivery
    outlets = []
    if delivery.file is None:
        terminal = sys.stdout is not None and sys.stdout.isatty()
        outlets.append(Outlet(shape.form(terminal=terminal), put))
    if delivery.file is not None or delivery.copy:
        outlets.append(Outlet(shape.form(terminal=False), collected.put))
    return outlets


def tell_unwritten(delivery: Delivery) -> None:
    """There is nothing to put in the file: what it held before is worth more."""
    if delivery.file is not None:
        output.note(f"nothing for {delivery.file}, which stays as it was")
