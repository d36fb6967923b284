"""Which terminal a call comes from.

A terminal is a session of the system with a terminal of its own: a window, a tab, a pane of a multiplexer, a login over
a network. All that is typed in one has the same session, in pipelines and with every stream redirected. Its number is
that of the process that leads it, and is given out again one day; so the time that process began belongs to it, and on
Linux which boot of the machine that was.

There is none in a cron job, in CI, in `ssh HOST grimoire …`, behind `setsid` or in a service: there a session may be
shared by jobs that know nothing of each other, and to go on with the last conversation of one of them would be a guess.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from grimoire.spell import digest

_PROC = Path("/proc")
_BOOT = _PROC / "sys/kernel/random/boot_id"
# Fields of /proc/PID/stat, counted behind the name, which may hold blanks and brackets.
_SESSION, _TERMINAL, _STARTED = 3, 4, 19


def terminal_id() -> str:
    """What tells this terminal from all others, the same for all calls from it; empty where there is none."""
    if os.name == "nt":
        return _console()
    found = _by_proc() if _PROC.joinpath("self/stat").exists() else _by_ps()
    return digest(found) if found else ""


def _by_proc() -> tuple[str, ...]:
    """Session, its leader's start in ticks since the boot, the terminal, and the boot."""
    own = _stat("self")
    if not own or own[_TERMINAL] == "0":
        return ()
    leader = _stat(own[_SESSION])
    if not leader:  # of another process namespace
        return ()
    boot = ""
    with suppress(OSError):
        boot = _BOOT.read_text(encoding="ascii").strip()
    return own[_SESSION], leader[_STARTED], own[_TERMINAL], boot


def _stat(process: str) -> list[str]:
    """The fields behind the name; none where the process is not to be seen."""
    try:
        text = (_PROC / process / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _by_ps() -> tuple[str, ...]:
    """The same where there is no /proc: macOS and the BSDs; `ps` is a part of each and takes some milliseconds."""
    import subprocess

    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
        leader = os.getsid(0)
        command = ("ps", "-o", "lstart=", "-o", "tty=", "-p", str(leader))
        done = subprocess.run(  # noqa: S603  # nothing in it is anybody's
            command, capture_output=True, text=True, timeout=5, check=True, env={"LC_ALL": "C", "PATH": os.defpath}
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    return (str(leader), " ".join(done.stdout.split())) if done.stdout.strip() else ()


def _console() -> str:
    """Windows gives every console, and so every tab, a window of its own, hidden or not."""
    import ctypes

    system = getattr(ctypes, "windll", None)
    window = system.kernel32.GetConsoleWindow() if system else 0
    return digest(("console", window)) if window else ""
