"""Several answers as text: JSON lines, or one after the other, with headings where they are of files or of variants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from grimoire.cli import output
from grimoire.terminal import one_line, strip_controls

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.measure import Measurement

    from grimoire.cli.questions import Input
    from grimoire.record import Cell
    from grimoire.trial.work import Result


_PLACES = 3
"""Answers without a code block that are named."""


class Form(Protocol):
    """Makes the text that is handed over of each result, in the order they come.

    `without_code` names the answers of which nothing was, for they had no code block to show.
    """

    without_code: list[str]

    def text(self, given: Input, result: Result) -> str:
        """What is handed over now; empty where it is nothing."""
        ...

    def end(self) -> str:
        """What is left to be handed over when nothing more comes."""
        ...


class JsonLines:
    """An object a line, for failures too."""

    def __init__(self, run: str, *, terminal: bool) -> None:
        self.without_code: list[str] = []
        self._run = run
        self._terminal = terminal
        self._encode = msgspec.json.Encoder(order="deterministic").encode

    def text(self, given: Input, result: Result) -> str:
        from grimoire.cli.deliver import answer_json

        value = answer_json(result, self._run, label=given.label, given=given.given)
        line = self._encode(value).decode() + "\n"
        return strip_controls(line) if self._terminal else line

    def end(self) -> str:
        return ""


class Stacked:
    """One under the other: each ended with a newline, below a heading where it is of a file or of one of several.

    `named`: the heading names the input. `variants`: it names language, backend and verdict.
    """

    def __init__(self, *, named: bool, variants: bool, code: bool, terminal: bool, raw: bool) -> None:
        self._named = named
        self._variants = variants
        self._code = code
        self._terminal = terminal
        self._rendered = terminal and not raw and not code
        self._begun = False
        self.without_code: list[str] = []

    def text(self, given: Input, result: Result) -> str:
        if result.answer is None:
            return ""
        body = self._body(result.answer.text)
        if body is None:
            self.without_code.append(place(given, result.cell, variants=self._variants))
            return ""
        heading = self._heading(given, result)
        between = "\n" if self._begun and heading else ""
        self._begun = True
        return f"{between}{heading}{body}" + ("" if body.endswith("\n") else "\n")

    def end(self) -> str:
        return ""

    def _body(self, text: str) -> str | None:
        if self._code:
            from grimoire.cli.deliver import last_code

            found = last_code(text)
            if found is None:
                return None
            text = found.text
        if self._rendered:
            return output.rendered(MarkdownText(text))
        return strip_controls(text) if self._terminal else text

    def _heading(self, given: Input, result: Result) -> str:
        parts = [one_line(given.label)] if self._named and given.label else []
        if self._variants:
            parts += [variant(result.cell), result.verdict.kind]
        return f"==> {' · '.join(parts)} <==\n" if parts else ""


def variant(cell: Cell) -> str:
    """What tells the answers to one input from each other."""
    return f"{cell.language} · {one_line(cell.backend)}"


def place(given: Input, cell: Cell, *, variants: bool) -> str:
    """What tells an answer from all others: its input, and where there are `variants` which of them."""
    parts = (one_line(given.label), variant(cell) if variants else "")
    return " · ".join(part for part in parts if part)


def tell_without_code(places: list[str]) -> None:
    """Which answers had no code block, up to three of them by name."""
    named = [place for place in places[:_PLACES] if place]
    more = f" and {len(places) - _PLACES:,} more" if len(places) > _PLACES else ""
    which = f": {', '.join(named)}{more}" if named else ""
    output.note(f"no code block in {output.count(len(places), 'answer')}{which}")


class MarkdownText:
    """An answer as a terminal shows it, for rich to place; in as many columns as there are."""

    def __init__(self, text: str) -> None:
        self._text = strip_controls(text)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.segment import Segment

        from grimoire.cli.markdown_lines import Page

        for line in Page(console, options.max_width).whole(self._text):
            yield from line
            yield Segment.line()

    def __rich_measure__(self, _console: Console, options: ConsoleOptions) -> Measurement:
        from rich.measure import Measurement

        return Measurement(1, options.max_width)
