"""Grimoire as its users meet it: a process in a pipe or on a terminal; or, to vary inputs, the same in this process."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "grimoire")
HEEDING = (
    sys.executable,
    "-c",
    (
        "import os, signal, sys\n"
        "for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP): signal.signal(number, signal.SIG_DFL)\n"
        "os.execv(sys.argv[1], sys.argv[1:])"
    ),
)
"""Begins what follows with signals that do what they do, though these tests were started in the background."""
PRELUDE = f'set -o pipefail; grimoire() {{ "{sys.executable}" -m grimoire "$@"; }}; '
PATIENCE = 30.0
"""Seconds after which a test gives up; nothing here takes that long."""
CTRL_C = "\x03"


@dataclass(frozen=True)
class Result:
    """How it ended and what it said. On a terminal both streams are in `out`."""

    code: int
    out: str
    err: str = ""

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This test's own home and nothing of the developer's; a warning of any kind is an error in the child too."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**ours, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **(extra or {})}


def run(args: Sequence[str], *, stdin: str | bytes = b"", env: Mapping[str, str] | None = None) -> Result:
    """To the end, with `stdin` in a pipe."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [*COMMAND, *args], input=given, env=environment(env), capture_output=True, timeout=PATIENCE, check=False
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def shell(line: str, *, env: Mapping[str, str] | None = None) -> Result:
    """A line of shell in which `grimoire` is this one; a pipe fails when any of its parts does."""
    done = subprocess.run(
        ["bash", "-c", PRELUDE + line],
        stdin=subprocess.DEVNULL,
        env=environment(env),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


@contextlib.contextmanager
def started(args: Sequence[str], *, env: Mapping[str, str] | None = None) -> Any:
    """While it runs. It is killed at the end, should it still be there."""
    process = subprocess.Popen(
        [*HEEDING, *COMMAND, *args],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(env),
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        process.communicate(timeout=PATIENCE)


def run_on_terminal(
    args: Sequence[str],
    *,
    typed: str = "",
    answers: Sequence[tuple[str, str]] = (),
    env: Mapping[str, str] | None = None,
    command: Sequence[str] = COMMAND,
) -> Result:
    """With a terminal on all three streams; `typed` waits in it. Of `answers`, each is typed once its question is seen.

    A question is looked for in what was shown since the answer before. Ctrl-C is pressed again where nothing comes of
    it: of those that arrive just as Python's `input` begins to wait, one in some 400 is not seen until the next.
    """
    ours, theirs = pty.openpty()
    variables = environment({"TERM": "xterm-256color", **(env or {})})
    if typed:
        os.write(ours, typed.encode())
    # Who leads a session and opens a terminal has it for its own, so that Ctrl-C reaches it.
    opening = ("sh", "-c", 'exec "$@" < "$0" > "$0" 2>&1', os.ttyname(theirs))
    process = subprocess.Popen(
        [*opening, *HEEDING, *command, *args],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=variables,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        shown = _read_all(ours, [(question.encode(), answer.encode()) for question, answer in answers])
        return Result(process.wait(timeout=PATIENCE), shown.decode(errors="replace").replace("\r\n", "\n"))
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()
        os.close(ours)


def shell_on_terminal(
    line: str, *, answers: Sequence[tuple[str, str]] = (), env: Mapping[str, str] | None = None
) -> Result:
    """A line of shell as `shell` has it, all of it in one terminal, which is that of no other call."""
    return run_on_terminal(["-c", PRELUDE + line], answers=answers, env=env, command=(shutil.which("bash") or "bash",))


def _read_all(descriptor: int, answers: list[tuple[bytes, bytes]]) -> bytes:
    shown = b""
    answered = 0
    answer = b""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        ready, _, _ = select.select([descriptor], [], [], 1.0)
        if not ready:
            if answer == CTRL_C.encode():
                os.write(descriptor, answer)
            continue
        try:
            piece = os.read(descriptor, 65536)
        except OSError:  # Linux says so when nobody holds the other side any more
            piece = b""
        if not piece:
            break
        shown += piece
        while answers and (found := shown.find(answers[0][0], answered)) >= 0:
            question, answer = answers.pop(0)
            answered = found + len(question)
            os.write(descriptor, answer)
    assert not answers, f"never asked: {answers[0]!r}; shown: {shown.decode(errors='replace')}"
    return shown


def call(args: Sequence[str], *, stdin: str | bytes = b"", env: Mapping[str, str] | None = None) -> Result:
    """The same command line in this process, streams of memory in place of pipes."""
    from grimoire.cli.app import main

    given = stdin.encode() if isinstance(stdin, str) else stdin
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (env or {}).items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["grimoire", *args])
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Result(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))


def wait_until(holds: Callable[[], bool]) -> None:
    """Look until something another thread or process does has come about."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.005)
