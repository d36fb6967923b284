"""Processes of the command line: forked from one that has imported everything, or started from nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from tests.cli.process import COMMAND, HEEDING, PATIENCE, environment

ZYGOTE = Path(__file__).with_name("zygote.py")


class Life(Protocol):
    """A process that was started: its number, how it ended, and what it said on each stream."""

    pid: int

    def wait(self) -> int: ...


def unmeasured(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """A child's environment, with the bytecode cache and without coverage: what is killed reports none anyway."""
    ours = environment(extra)
    return {name: value for name, value in ours.items() if not name.startswith(("COVERAGE", "COV_"))}


class Zygote:
    """Forks lives. Not for several threads at once."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(ZYGOTE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=unmeasured(),
            text=True,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._process.communicate(timeout=PATIENCE)

    def warm(self, args: Sequence[str], folder: Path, env: Mapping[str, str]) -> int:
        """Run a command in the zygote itself; its exit code."""
        return self._order({"warm": [*args], "folder": str(folder), "env": dict(env)})

    def start(self, args: Sequence[str], folder: Path, env: Mapping[str, str], said: Path) -> Life:
        """A new life; its standard error goes to the file `said`, its standard output to the one beside it."""
        for file in (said, said.with_name(f"{said.name}.out")):
            file.write_bytes(b"")  # a life may be killed before it has opened them
        order = {"args": [*args], "folder": str(folder), "env": dict(env), "said": str(said)}
        return _Forked(self, self._order(order))

    def wait(self, pid: int) -> int:
        """The exit code of a life that ends, negative for a signal."""
        return self._order({"wait": pid})

    def _order(self, order: Mapping[str, object]) -> int:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


class _Forked:
    def __init__(self, zygote: Zygote, pid: int) -> None:
        self.pid = pid
        self._zygote = zygote

    def wait(self) -> int:
        return self._zygote.wait(self.pid)


class _Started:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.pid = process.pid
        self._process = process

    def wait(self) -> int:
        return self._process.wait(timeout=3 * PATIENCE)


def start(args: Sequence[str], folder: Path, env: Mapping[str, str], said: Path) -> Life:
    """A life from nothing, as `python -m grimoire`; its streams go to the same files as a forked one's."""
    with said.open("wb") as err, said.with_name(f"{said.name}.out").open("wb") as out:
        process = subprocess.Popen(
            [*HEEDING, *COMMAND, *args],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=folder,
            env=unmeasured(env),
        )
    return _Started(process)


def signal(life: Life, number: int) -> bool:
    """Send a signal to a life that has not been waited for; whether it was there."""
    try:
        os.kill(life.pid, number)
    except ProcessLookupError:
        return False
    return True
