"""A process that has imported everything and forks the command line for each life: a start costs 5 ms and not 600.

    python -P zygote.py

It reads a JSON object a line and answers each with a number. {"warm": [ARG, …], "folder": …, "env": {…}} runs the
command here and says its exit code; {"args": [ARG, …], "folder": …, "env": {…}, "said": FILE} starts it as a process of
its own, with its streams in FILE and FILE.out, and says its number; {"wait": NUMBER} says the exit code, negative for
a signal.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from typing import Any, NoReturn, TextIO


def main() -> None:
    """Serve until standard input ends; signals do what they do, though whoever started this ignores some."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    import aiohttp  # noqa: F401  # what a trial imports when it asks
    import httpx2  # noqa: F401  # as above
    import openai  # noqa: F401  # as above

    with os.fdopen(os.dup(0)) as orders:
        _redirect(0, os.devnull)  # the command line reads what is piped into it
        _serve(orders)


def _serve(orders: TextIO) -> None:
    for line in orders:
        order = json.loads(line)
        if "wait" in order:
            number = os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1])
        elif "warm" in order:
            number = _warm(order)
        else:
            sys.stdout.flush()
            number = os.fork()
            if not number:
                orders.close()
                _live(order)
        print(number, flush=True)  # noqa: T201  # the parent reads it


def _warm(order: dict[str, Any]) -> int:
    """Run the command here, for what it imports and compiles on its way; its standard output goes nowhere."""
    from grimoire.cli.app import main as grimoire

    os.chdir(order["folder"])
    before = dict(os.environ)
    os.environ.update(order["env"])
    sys.argv = ["grimoire", *order["warm"]]
    ours = os.dup(1)
    _redirect(1, os.devnull)
    try:
        grimoire()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    sys.stdout.flush()
    os.dup2(ours, 1)
    os.close(ours)
    os.environ.clear()
    os.environ.update(before)
    gc.collect()
    gc.freeze()
    return code


def _live(order: dict[str, Any]) -> NoReturn:
    from grimoire.cli.app import main as grimoire

    os.chdir(order["folder"])
    os.environ.update(order["env"])
    sys.argv = ["grimoire", *order["args"]]
    for descriptor, file in ((1, f"{order['said']}.out"), (2, order["said"])):
        _redirect(descriptor, file)
    grimoire()
    sys.exit(0)


def _redirect(descriptor: int, file: str) -> None:
    opened = os.open(file, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(opened, descriptor)
    os.close(opened)


if __name__ == "__main__":
    main()
