"""Grimoire on a terminal of a size, watched while it runs; and a service that says what a test has it say, then."""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import json
import os
import pty
import queue
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Self

from tests.cli.process import COMMAND, HEEDING, PATIENCE, environment
from tests.cli.screen import Screen
from tests.servers.raw_server import Line, RawServer

_UNFINISHED = re.compile(r"\x1b(?:\[[?0-9;]*|\][^\x07]*)?\Z")
_TOLD = re.compile(r"\x1b\][^\x07]*\x07")


class Terminal:
    """A process whose terminal is looked at with `until`. Standard error goes to `stderr` instead, if that is given."""

    def __init__(
        self,
        args: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        env: Mapping[str, str] | None = None,
        stderr: IO[bytes] | None = None,
        reflow: bool = True,
    ) -> None:
        self.screen = Screen(columns or 200, rows, reflow=reflow)
        self.raw = ""
        self._held = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._ours, theirs = pty.openpty()
        self._set_size(columns, rows)
        # Who leads a session and opens a terminal has it for its own, so that Ctrl-C and other sizes reach it.
        opening = ("/bin/sh", "-c", f'exec "$@" < "$0" > "$0" {"" if stderr else "2>&1"}', os.ttyname(theirs))
        self.process = subprocess.Popen(
            [*opening, *HEEDING, *COMMAND, *args],
            stdin=theirs,
            stdout=theirs,
            stderr=stderr or theirs,
            env=environment({"TERM": "xterm-256color", **(env or {})}),
            start_new_session=True,
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        os.close(self._ours)

    @property
    def text(self) -> str:
        """What is to be seen, above the screen too."""
        return "\n".join(self.screen.lines)

    def until(self, *shown: str) -> None:
        """Look until all of these are to be seen."""
        deadline = time.monotonic() + PATIENCE
        while not all(each in self.text for each in shown):
            goes_on = time.monotonic() < deadline and self._look()
            assert goes_on, f"never seen: {shown}; seen:\n{self.text}"

    def end(self) -> int:
        """Look until it has ended; its exit code."""
        while self._look():
            pass
        return self.process.wait(timeout=PATIENCE)

    def press(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """All that was written so far was written for the old size."""
        while select.select([self._ours], [], [], 0.05)[0] and self._look():
            pass
        self.screen.resize(columns, rows)
        self._set_size(columns, rows)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows if columns else 0, columns, 0, 0))

    def _look(self) -> bool:
        """Take in what comes; whether anything can still come."""
        assert select.select([self._ours], [], [], PATIENCE)[0], f"nothing more came; seen:\n{self.text}"
        try:
            piece = os.read(self._ours, 65536)
        except OSError:  # Linux says so when nobody holds the other side any more
            piece = b""
        text = self._held + self._decoder.decode(piece)
        unfinished = _UNFINISHED.search(text)
        self._held = unfinished[0] if unfinished else ""
        text = text.removesuffix(self._held)
        self.raw += text
        self.screen.feed(_TOLD.sub("", text))
        return bool(piece)


class Speaker:
    """A service whose answers a test makes up while they are streamed: `say`, `finish`, `hang_up`; `asked` counts."""

    def __init__(self) -> None:
        self.asked: queue.Queue[dict[str, object]] = queue.Queue()
        self._said: queue.Queue[bytes] = queue.Queue()

    def say(self, *pieces: str) -> None:
        for piece in pieces:
            self._said.put(_event({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]}))

    def finish(self, reason: str = "stop", tokens: int | None = 5) -> None:
        self._said.put(_event({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}))
        if tokens is not None:
            usage = {"prompt_tokens": tokens, "completion_tokens": tokens, "total_tokens": 2 * tokens}
            self._said.put(_event({"choices": [], "usage": usage}))
        self._said.put(b"data: [DONE]\n\n")
        self._said.put(b"")

    def hang_up(self) -> None:
        self._said.put(b"")

    def serve(self, line: Line) -> None:
        request = line.request()
        if not request:
            return
        self.asked.put(json.loads(request.partition(b"\r\n\r\n")[2]))
        line.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        while said := self._said.get(timeout=PATIENCE):
            line.send(said)


@contextlib.contextmanager
def speaking() -> Iterator[tuple[Speaker, str]]:
    """A service, and its base URL."""
    speaker = Speaker()
    with RawServer(speaker.serve) as server:
        try:
            yield speaker, server.base_url
        finally:
            speaker.hang_up()


def _event(value: object) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"
