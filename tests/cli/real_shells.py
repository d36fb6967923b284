"""Real shells on terminals of their own, in which `grimoire` is this one."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.process import _read_all, environment

GO = "go> "
_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[=>]|\x1b\][^\x07]*\x07|\r")


def need(shell: str) -> str:
    found = shutil.which(shell)
    if not found:
        pytest.skip(f"{shell} is not installed")
    return found


def put_on_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `grimoire` a program on the search path."""
    program = folder / "bin" / "grimoire"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m grimoire "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


def type_in(argv: Sequence[str], answers: Sequence[tuple[str, str]], **env: str) -> str:
    """A shell on a terminal of its own; each answer is typed once its question is seen. Gives all that was shown."""
    ours, theirs = pty.openpty()
    opening = ("sh", "-c", 'exec "$@" < "$0" > "$0" 2>&1', os.ttyname(theirs))
    process = subprocess.Popen(
        [*opening, *argv],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment({"TERM": "xterm", "LC_ALL": "C.UTF-8", **env}),
        start_new_session=True,
    )
    os.close(theirs)
    try:
        return _read_all(ours, [(question.encode(), answer.encode()) for question, answer in answers]).decode()
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def printed(shown: str) -> list[str]:
    """The lines a shell printed, without what moves its cursor."""
    return _SEQUENCE.sub("", shown).split("\n")
