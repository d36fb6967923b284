"""A small terminal screen: what a person would see after some output."""

from __future__ import annotations

import re
import unicodedata

_TOKEN = re.compile(r"\x1b\[([?0-9;]*)([A-Za-z])|([\r\n])|([^\x1b\r\n])")
Cell = tuple[str, str]
"""A character, and the styles it has; an empty one is the right half of the one before."""


class Screen:
    """So many columns; of the lines, which have no end, the last `rows` can be reached, or all where it says none.

    With `reflow` it breaks lines that have become too long when it gets narrower, as most terminals do; without, it
    cuts them off, as xterm does. It knows what rich and Grimoire write, and takes nothing else.
    """

    def __init__(self, columns: int, rows: int = 0, *, reflow: bool = True) -> None:
        self.columns = columns
        self.rows = rows
        self.cursor_shown = True
        self.wraps = True
        self.writes = 0
        self._reflow = reflow
        self._style = ""
        self._cells: list[list[Cell]] = [[]]
        self._row = self._column = 0

    @property
    def lines(self) -> list[str]:
        """What is on it, and above it, without the spaces at the ends of lines and the empty lines below."""
        return "\n".join("".join(char for char, _ in row).rstrip() for row in self._cells).rstrip("\n").split("\n")

    @property
    def styled(self) -> list[list[Cell]]:
        """The same, each character with its styles."""
        rows = [row[: len("".join(char or "_" for char, _ in row).rstrip())] for row in self._cells]
        return rows[: len(self.lines)]

    @property
    def cursor(self) -> tuple[int, int]:
        """Its line, of all, and its column."""
        return self._row, self._column

    def feed(self, text: str) -> None:
        """Take in some output, which must not end in the middle of a sequence."""
        at = 0
        while at < len(text):
            token = _TOKEN.match(text, at)
            assert token, f"not understood: {text[at : at + 20]!r}"
            at = token.end()
            parameters, command, control, character = token.groups()
            if character:
                self._write(character)
            elif control:
                self._move(self._row + (control == "\n"), 0 if control == "\r" else self._column)
            else:
                self._do(command, parameters)

    def resize(self, columns: int, rows: int) -> None:
        """Give it another size."""
        self.rows = rows
        if self._reflow and columns < self.columns:
            self._break_rows(columns)
        self.columns = columns
        if not self._reflow:
            self._column = min(self._column, columns - 1)

    @property
    def top(self) -> int:
        """The first line that can be reached."""
        return max(len(self._cells) - self.rows, 0) if self.rows else 0

    def _break_rows(self, columns: int) -> None:
        cells: list[list[Cell]] = []
        for number, row in enumerate(self._cells):
            pieces: list[list[Cell]] = [[]]
            for index, cell in enumerate(row):
                wide = index + 1 < len(row) and row[index + 1][0] == ""
                if cell[0] and len(pieces[-1]) + 1 + wide > columns:
                    pieces.append([])
                pieces[-1].append(cell)
            if number == self._row:
                row_after, column = len(cells) + len(pieces) - 1, len(pieces[-1])
            cells += pieces
        self._cells, self._row, self._column = cells, row_after, column

    def _do(self, command: str, parameters: str) -> None:
        if command == "A":
            self._move(max(self._row - int(parameters or 1), self.top if self.rows else -1), self._column)
        elif command == "H":
            assert not parameters
            self._move(self.top, 0)
        elif command == "K":
            self._clear(self._column if parameters == "" else {"2": 0}[parameters])
        elif command == "J":
            assert not parameters
            self._clear(self._column)
            # What is below stays as empty lines: a screen does not get shorter.
            self._cells[self._row + 1 :] = [[] for _ in self._cells[self._row + 1 :]]
        elif command in "hl":
            self._switch(parameters, on=command == "h")
        else:
            assert command == "m", command
            self._style = "" if parameters in {"", "0"} else parameters

    def _clear(self, column: int) -> None:
        assert column < self.columns or not self.columns, "where a terminal would wrap, it would clear a character"
        del self._cells[self._row][column:]

    def _switch(self, mode: str, *, on: bool) -> None:
        if mode == "?25":
            self.cursor_shown = on
        elif mode == "?7":
            self.wraps = on
        else:
            assert mode == "?2026", mode
            self.writes += on

    def _move(self, row: int, column: int) -> None:
        assert row >= 0, "above the top"
        self._row, self._column = row, column
        self._cells += [[] for _ in range(row + 1 - len(self._cells))]

    def _write(self, character: str) -> None:
        if unicodedata.combining(character):
            return
        width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if self._column + width > self.columns:
            if not self.wraps:
                return
            self._move(self._row + 1, 0)
        row = self._cells[self._row]
        row += [(" ", "")] * (self._column + width - len(row))
        row[self._column : self._column + width] = [(character, self._style), *[("", self._style)] * (width - 1)]
        self._column += width
