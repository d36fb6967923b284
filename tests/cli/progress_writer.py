"""Tells results to a trial's progress, as the engine does, for tests that watch it from outside: see `Script`."""

from __future__ import annotations

import sys
import termios
import time

import msgspec
import typer

from grimoire.chat import Answer, Message, Request, Usage
from grimoire.cli import output
from grimoire.cli.progress import progress
from grimoire.record import Cell
from grimoire.trial.work import Result
from grimoire.verdict import Verdict


class Gate(msgspec.Struct):
    """A gate as progress sees it."""

    pausing: float = 0.0
    reason: str = ""
    in_flight: int = 0
    window: int = 8


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """What the writer does: so many results of each backend over `seconds`, in which each of `pauses` pauses so long.

    `ends` is how it ends the run, `frozen` whether the terminal stands still meanwhile.
    """

    backends: tuple[str, ...] = ("one/m1",)
    planned: int = 100
    results: int = 50
    seconds: float = 0.4
    interval: float = 30.0
    pauses: dict[str, float] = {}
    json: bool = False
    note: str = ""
    ends: int = 0
    frozen: bool = False


def result(backend: str) -> Result:
    cell = Cell(
        spell="ad",
        language="zh",
        template="0",
        case="a",
        backend=backend,
        request=Request(messages=(Message("user", "x"),)),
        text="x",
    )
    return Result(cell, Verdict(kind="works"), Answer(text="柳树", usage=Usage(3, 4)), 0.001)


def write(script: Script) -> None:
    planned = dict.fromkeys(script.backends, script.planned)
    gates = {backend: Gate(pausing=seconds) for backend, seconds in script.pauses.items()}
    with progress(planned, gates, json=script.json, interval=script.interval) as on_result:
        if script.frozen:
            termios.tcflow(2, termios.TCOOFF)
            time.sleep(script.seconds)
        for number in range(script.results):
            for backend in script.backends:
                on_result(result(backend))
            if script.note and number == script.results // 2:
                output.note(script.note)
            if not script.frozen:
                time.sleep(script.seconds / script.results)
        if script.frozen:
            output.emit("all told\n")
            termios.tcflow(2, termios.TCOON)
        if script.ends:
            raise SystemExit(script.ends)
    output.note("over")


if __name__ == "__main__":
    try:
        write(msgspec.json.decode(sys.argv[1], type=Script))
    except typer.Exit as end:
        sys.exit(end.exit_code)
