"""Rows of a terminal of which the last ones may still change: what differs is written, at once, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from grimoire.cli.line_breaks import cells_of

if TYPE_CHECKING:
    from rich.console import Console
    from rich.segment import Segment
    from rich.style import Style

_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"  # what stands between appears at once
_CUT, _WRAP = "\x1b[?7l", "\x1b[?7h"  # a row that the terminal thinks wider than we do takes no second one
_CLEAR_BELOW, _CLEAR_RIGHT = "\x1b[J", "\x1b[K"


class Row(NamedTuple):
    """A line as it is written, and without its styles."""

    text: str
    plain: str

    @property
    def width(self) -> int:
        """The columns it takes."""
        return cells_of(self.plain)


class Size(NamedTuple):
    """Of a terminal; 0 columns where it does not know."""

    columns: int
    rows: int


class LiveRows:
    """What stands on the screen since the first `put`: rows that are not touched any more, below them live ones.

    The cursor is behind the last live row; where there is none, at the beginning of an empty one.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._fixed: list[str] = []
        self._live: list[Row] = []

    def put(self, fixed: Sequence[Row], live: Sequence[Row], columns: int, *, anew: bool = False) -> None:
        """Put these in place of the live rows. `anew` writes the last one though it be the same: keys show there."""
        target = [*fixed, *live]
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(self._live, target, strict=False)))
        if anew:
            same = min(same, max(len(self._live) - 1, 0))
        body = "" if same == len(target) == len(self._live) else self._changes(target, same, len(fixed), columns)
        if fixed and not live:
            body += "\r\n"
        self._fixed += [row.plain for row in fixed]
        self._live = list(live)
        if body:
            self._write(f"{_BEGIN}{body}{_END}")

    def erase(self) -> None:
        """Take the live rows away: something else may be written where they were."""
        if self._live:
            self._write(f"\r{_up(len(self._live) - 1)}{_CLEAR_BELOW}")
        self._live = []

    def forget(self) -> None:
        """The cursor is at the beginning of an empty row, wherever that is."""
        self._live = []

    def take_back(self, size: Size) -> int | None:
        """After the terminal got this size: clear all that was put, as far as it is on the screen.

        How many rows were cleared where not all was; else None. A terminal that has got narrower is taken to have
        broken its rows.
        """
        from rich.cells import chop_cells

        lines = [*self._fixed, *(row.plain for row in self._live)]
        taken = sum(max(len(chop_cells(line, size.columns)), 1) for line in lines) + (not self._live)
        self._fixed, self._live = [], []
        if taken < size.rows:
            self._write(f"\r{_up(taken - 1)}{_CLEAR_BELOW}")
            return None
        self._write(f"\x1b[H{_CLEAR_BELOW}")
        return size.rows

    def _changes(self, target: Sequence[Row], same: int, fixed: int, columns: int) -> str:
        """From the cursor's place to behind the last row of the target, of which the first are the `same`."""
        old = self._live
        here = max(len(old) - 1, 0)
        parts = ["\r\n" if old and same > here else f"\r{_up(here - same)}"]
        shrinks = len(old) > len(target)
        if shrinks:
            parts.append(_CLEAR_BELOW)
        parts.append(_WRAP if same < fixed else _CUT)
        for at, row in enumerate(target[same:], same):
            if at > same:
                parts.append("\r\n" if at != fixed else f"\r\n{_CUT}")
            known = old[at] if at < len(old) and not shrinks else None
            if row == known and at < len(target) - 1:
                continue
            parts.append(row.text)
            if known and row.width < columns and (known.width > row.width or at == len(old) - 1):
                parts.append(_CLEAR_RIGHT)
        parts.append(_WRAP)
        return "".join(parts)


def to_rows(lines: Sequence[list[Segment]], console: Console) -> list[Row]:
    """Lines as they are written; without white space at their ends, and without colours where they are not wanted."""
    from rich.console import COLOR_SYSTEMS
    from rich.segment import Segment

    system = COLOR_SYSTEMS.get(console.color_system or "")
    rows = []
    for line in lines:
        segments = list(Segment.remove_color(_trimmed(line)) if console.no_color else _trimmed(line))
        text = "".join(s.style.render(s.text, color_system=system) if s.style else s.text for s in segments)
        rows.append(Row(text, "".join(segment.text for segment in segments)))
    return rows


def _trimmed(line: Sequence[Segment]) -> list[Segment]:
    from rich.segment import Segment

    left = list(line)
    while left and not left[-1].text.strip() and not _is_seen(left[-1].style):
        left.pop()
    if left and not _is_seen(left[-1].style):
        left[-1] = Segment(left[-1].text.rstrip(), left[-1].style)
    return left


def _is_seen(style: Style | None) -> bool:
    """Whether a space in that style can be seen."""
    return bool(style and (style.underline or style.strike or style.reverse or style.bgcolor))


def _up(rows: int) -> str:
    return f"\x1b[{rows}A" if rows > 0 else ""
