"""A small terminal screen: what a person would see after some output."""

from __future__ import annotations

import re
import unicodedata

_TOKEN = re.compile(r"\x1b\[([?0-9;]*)([A-Za-z])|([\r\n])|([^\x1b\r\n])")


class Screen:
    """So many columns, and lines without end. It knows what rich writes, and takes nothing else."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.cursor_shown = True
        self._cells: list[list[str]] = [[]]
        self._row = self._column = 0

    @property
    def lines(self) -> list[str]:
        """What is on it, without the spaces at the ends of lines and the empty lines below."""
        return "\n".join("".join(row).rstrip() for row in self._cells).rstrip("\n").split("\n")

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

    def _do(self, command: str, parameters: str) -> None:
        if command == "A":
            self._move(self._row - int(parameters or 1), self._column)
        elif command == "K":
            assert parameters == "2"
            self._cells[self._row] = []
        elif command in "hl":
            assert parameters == "?25"
            self.cursor_shown = command == "h"
        else:
            assert command == "m", command

    def _move(self, row: int, column: int) -> None:
        assert row >= 0, "above the top"
        self._row, self._column = row, column
        self._cells += [[] for _ in range(row + 1 - len(self._cells))]

    def _write(self, character: str) -> None:
        width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if self._column + width > self.columns:
            self._move(self._row + 1, 0)
        row = self._cells[self._row]
        row += [" "] * (self._column + width - len(row))
        row[self._column : self._column + width] = [character, *[""] * (width - 1)]
        self._column += width
