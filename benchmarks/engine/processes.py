"""Whole processes, and what they used."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Used(NamedTuple):
    """Wall and CPU seconds (user and system, of this process alone), the most memory in MiB, and when it began.

    `held` are seconds in which its main thread was ready and waited for a core: where they are many, somebody else was
    at work, and the wall says little. `began` is on the system's monotonic clock, `load` the machine's load average.
    """

    wall: float
    cpu: float
    peak: float
    held: float
    began: float
    load: float
    code: int


def run(command: list[str], environment: Mapping[str, str], folder: Path, output: Path) -> Used:
    """Run a command to its end; what it prints goes to a file.

    The peak is the kernel's `ru_maxrss`, which a child inherits from who started it: this process has to stay small.
    """
    with output.open("w") as said:
        began = time.monotonic()
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=said, stderr=subprocess.STDOUT)
        try:
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        except BaseException:  # what was started is not left behind
            process.kill()
            process.wait()
            raise
        wall, held = time.monotonic() - began, _held(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu = usage.ru_utime + usage.ru_stime
    return Used(wall, cpu, usage.ru_maxrss / 1024, held, began, os.getloadavg()[0], process.returncode)


def _held(pid: int) -> float:
    """Seconds that a process has waited for a core, from the kernel's scheduler; 0 where it does not say."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def environment(home: Path, tree: Path = ROOT) -> dict[str, str]:
    """A home of its own, the tree to import from, and the bytecode cache on."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    return {**kept, "HOME": str(home), "PYTHONPATH": str(tree)}


def floor(name: str, url: str, calls: int, concurrency: int) -> Used:
    """One of the floors, as a process."""
    command = [sys.executable, "-m", "benchmarks.engine.floors", name, url, str(calls), str(concurrency)]
    used = run(command, environment(Path.home()), ROOT, Path(os.devnull))
    if used.code:
        sys.exit(f"the floor {name} ended with {used.code}")
    return used


def least(measured: Iterable[Used]) -> Used:
    """The shortest of several runs, with the least CPU and memory of all."""
    runs = list(measured)
    shortest = min(runs, key=lambda used: used.wall)
    return shortest._replace(cpu=min(used.cpu for used in runs), peak=min(used.peak for used in runs))
