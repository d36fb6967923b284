"""Answers of several languages and backends to the same input, beside each other on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grimoire.cli import output
from grimoire.cli.cast_forms import MarkdownText, variant
from grimoire.cli.matrix import MARKS
from grimoire.terminal import one_line, strip_controls

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

    from grimoire.cli.questions import Input
    from grimoire.trial.work import Result

NARROWEST = 36
"""Columns of the terminal that an answer takes beside others; in fewer it is not read with pleasure."""


def fits(variants: int, columns: int) -> bool:
    """Whether so many answers are shown beside each other on a terminal of so many columns."""
    return variants > 1 and columns >= variants * NARROWEST


class Beside:
    """A table an input, a column a variant; an input is shown when all its variants are in."""

    def __init__(self, variants: int, currency: str, *, raw: bool, headings: bool) -> None:
        self.without_code: list[str] = []
        self._variants = variants
        self._currency = currency
        self._raw = raw
        self._headings = headings
        self._given: Input | None = None
        self._results: list[Result] = []
        self._begun = False

    def text(self, given: Input, result: Result) -> str:
        before = self.end() if given is not self._given else ""
        self._given = given
        self._results.append(result)
        return before + (self.end() if len(self._results) == self._variants else "")

    def end(self) -> str:
        if self._given is None or not self._results:
            return ""
        heading = f"==> {one_line(self._given.label)} <==\n" if self._headings and self._given.label else ""
        between = "\n" if self._begun else ""
        shown = output.rendered(table(self._results, self._currency, raw=self._raw))
        self._begun, self._results = True, []
        return between + heading + shown


def table(results: list[Result], currency: str, *, raw: bool) -> Table:
    """A column a result: who answered in which language, the verdict, what it took, and the answer."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    drawn = Table(box=SIMPLE_HEAD, expand=True, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
    for result in results:
        drawn.add_column(_head(result, currency), ratio=1, overflow="fold", vertical="top")
    drawn.add_row(*(_body(result, raw=raw) for result in results))
    return drawn


def facts(result: Result, currency: str) -> str:
    """What an answer took: tokens, money where it is known, time."""
    answer = result.answer
    if answer is None:
        return ""
    tokens = answer.usage.total
    parts = [] if tokens is None else [output.count(tokens, "token")]
    parts += [] if result.cost is None else [output.money(result.cost, currency)]
    return ", ".join([*parts, f"{answer.seconds:.1f} s"])


def _head(result: Result, currency: str) -> Text:
    from rich.text import Text

    mark, style = MARKS[result.verdict.kind]
    head = Text.assemble((variant(result.cell), "bold cyan"), "\n", (f"{mark} {result.verdict.kind}", style))
    said = facts(result, currency)
    return head.append(f"\n{said}", "dim") if said else head


def _body(result: Result, *, raw: bool) -> RenderableType:
    from rich.text import Text

    if result.answer is None:
        return Text(strip_controls(result.error), "red")
    return Text(strip_controls(result.answer.text)) if raw else MarkdownText(result.answer.text)
