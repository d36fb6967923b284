"""Server-sent events out of the bytes of a body, wherever the network cut them (WHATWG HTML, 9.2.6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

MAX_EVENT = 20_000_000
_BOM = b"\xef\xbb\xbf"


class EventTooLong(Exception):
    """A line, or the data of one event, holds more bytes than any event needs."""


class Event(NamedTuple):
    """One event: its data as bytes, the lines joined by line feeds, and its name, mostly empty."""

    data: bytes
    name: bytes = b""


class EventReader:
    """Takes the bytes in as they come and gives the events out that have come whole.

    Lines end in CRLF, LF or CR; comments, `id` and `retry` are skipped. `limit` (MAX_EVENT) is the most bytes of a
    line, and of the data of one event. Bytes that are no UTF-8 pass through: who reads the data knows what they are.
    """

    def __init__(self, limit: int | None = None) -> None:
        self._limit = MAX_EVENT if limit is None else limit
        self._cut: list[bytes] = []  # a line whose end is still to come
        self._cut_size = 0
        self._data: list[bytes] = []
        self._data_size = 0
        self._name = b""
        self._begun = self._after_cr = False

    def feed(self, received: bytes) -> Iterator[Event]:
        """The events that `received` completes. Raises EventTooLong."""
        for line in self._lines(received):
            if event := self._take(line):
                yield event

    def end(self) -> Iterator[Event]:
        """What the body's end completes: an event without the empty line after it, possibly cut off."""
        line, self._cut = b"".join(self._cut), []
        if line:
            self._take(line if self._begun else line.removeprefix(_BOM))
        if event := self._take(b""):
            yield event

    def _lines(self, received: bytes) -> list[bytes]:
        """The lines that are now whole, without their ends."""
        if self._after_cr and received:
            received = received.removeprefix(b"\n")
            self._after_cr = False
        if not received:
            return []
        self._after_cr = received.endswith(b"\r")
        lines = received.splitlines()
        whole = self._after_cr or received.endswith(b"\n")
        rest = b"" if whole else lines.pop()
        if lines:
            lines[0] = self._complete(lines[0])
        self._keep(rest)
        return lines

    def _complete(self, line: bytes) -> bytes:
        line = b"".join([*self._cut, line])
        self._cut, self._cut_size = [], 0
        if not self._begun:
            self._begun = True
            return line.removeprefix(_BOM)
        return line

    def _keep(self, rest: bytes) -> None:
        if rest:
            self._cut.append(rest)
            self._cut_size += len(rest)
        if self._cut_size > self._limit:
            raise EventTooLong

    def _take(self, line: bytes) -> Event | None:
        if not line:
            return self._finish()
        field, _, value = line.partition(b":")
        if field == b"data":
            value = value.removeprefix(b" ")
            self._data.append(value)
            self._data_size += len(value) + 1
            if self._data_size > self._limit:
                raise EventTooLong
        elif field == b"event":
            self._name = value.removeprefix(b" ")
        return None

    def _finish(self) -> Event | None:
        data, name = self._data, self._name
        self._data, self._data_size, self._name = [], 0, b""
        return Event(b"\n".join(data), name) if data else None
