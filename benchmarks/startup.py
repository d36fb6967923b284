"""How long whole calls of `grimoire` take from start to end, each against the least program that does as much.

    python -m benchmarks.startup --times 20
    python -m benchmarks.startup --spells 5000      # and how long a large library takes, first and afterwards

Calls and floors take turns, so that whatever else the machine does falls on all of them. The ratio is that of the
medians; beside it stand those of the shortest and of the processor's time, which say more where others are at work.
Bytecode is cached, the first round is not counted. `cast` asks the service of `stub_server.py`, once at no latency,
where nothing hides what we do, and once at that of a quick model.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.lint import make_pairs
from benchmarks.stub_server import Options, serving

ROOT = Path(__file__).parents[1]
QUICK_MODEL = 0.3
"""Seconds until the first word of a small hosted model."""
TYPER = """
import typer
app = typer.Typer()
@app.command()
def hello(name: str = "") -> None:
    print("hello")
@app.command()
def list() -> None:
    pass
app(prog_name="empty")
"""
AIOHTTP = """
import asyncio, sys, aiohttp
async def main():
    async with aiohttp.ClientSession() as session:
        body = {"model": "m", "messages": [{"role": "user", "content": "Topic: the willow"}]}
        headers = {"Authorization": "Bearer none"}
        async with session.post(sys.argv[1] + "/chat/completions", json=body, headers=headers) as response:
            print((await response.json())["choices"][0]["message"]["content"])
asyncio.run(main())
"""
PYTHON = [sys.executable, "-c"]
GRIMOIRE = [sys.executable, "-m", "grimoire"]


@dataclass
class Call:
    """A command, what it is measured against, and how many times as long it may take. `said` is part of its output."""

    name: str
    command: list[str]
    floor: str = ""
    aim: float = 0.0
    extra: dict[str, str] = field(default_factory=dict)
    said: str = ""
    took: list[float] = field(default_factory=list)
    used: list[float] = field(default_factory=list)


def completing(program: str, words: str) -> dict[str, str]:
    """What bash sets when it asks for completions."""
    return {
        f"_{program.upper()}_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }


def calls(url: str, slow: str) -> list[Call]:
    """What is measured; the floors come before what is measured against them."""
    typer, cast = [*PYTHON, TYPER], [*GRIMOIRE, "cast", "tldr", "Topic: the willow", "-m"]
    return [
        Call("an empty Typer program", [*typer, "hello"], said="hello"),
        Call("its completion", typer, extra=completing("empty", "empty li"), said="list"),
        Call("--version", [*GRIMOIRE, "--version"], "an empty Typer program", 1.3, said="grimoire"),
        Call("completion: li…", GRIMOIRE, "its completion", 1.3, completing("grimoire", "grimoire li"), "list"),
        Call(
            "completion: cast tl…", GRIMOIRE, "its completion", 1.3, completing("grimoire", "grimoire cast tl"), "tldr"
        ),
        Call("list", [*GRIMOIRE, "list"], "an empty Typer program", 1.6, said="tldr"),
        Call("show tldr", [*GRIMOIRE, "show", "tldr"], "an empty Typer program", 1.6, said="tldr"),
        Call("search 标题", [*GRIMOIRE, "search", "标题"], "an empty Typer program", said="标题"),
        Call("bare aiohttp", [*PYTHON, AIOHTTP, url], said="\n"),
        Call("cast", [*cast, "local"], "bare aiohttp", 1.5, said="\n"),
        Call("bare aiohttp, 0.3 s", [*PYTHON, AIOHTTP, slow], said="\n"),
        Call("cast, 0.3 s", [*cast, "slow"], "bare aiohttp, 0.3 s", 1.5, said="\n"),
    ]


def measure(found: Sequence[Call], times: int, folder: Path, home: Path) -> None:
    """Run every call so many times, in turns. Ends the program where one fails."""
    for turn in range(times + 1):
        for call in found:
            took, used = seconds(call.command, folder, home, call.extra, call.said)
            if turn:
                call.took.append(took)
                call.used.append(used)


def seconds(command: list[str], folder: Path, home: Path, extra: dict[str, str], said: str) -> tuple[float, float]:
    """The wall time of a whole process, and the processor's."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    environment = {**kept, "HOME": str(home), "PYTHONPATH": str(ROOT), "LOCAL_KEY": "none", **extra}
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    took, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode or said not in done.stdout.decode():
        sys.exit(f"{command} ended with {done.returncode}: {done.stdout.decode()[-500:]}{done.stderr.decode()[-2000:]}")
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def table(found: Sequence[Call]) -> None:
    """Print it."""
    by_name = {call.name: call for call in found}
    print(f"{'':24}{'median':>9}{'least':>9}{'CPU':>9}{'ratio':>8}{'of least':>10}{'of CPU':>8}{'aim':>6}")
    for call in found:
        median, least, used = statistics.median(call.took), min(call.took), min(call.used)
        line = f"{call.name:24}{median * 1000:6.0f} ms{least * 1000:6.0f} ms{used * 1000:6.0f} ms"
        if call.floor:
            floor = by_name[call.floor]
            ratio = median / statistics.median(floor.took)
            line += f"{ratio:8.2f}{least / min(floor.took):10.2f}{used / min(floor.used):8.2f}"
            line += f"{call.aim:6.1f}  {'met' if ratio <= call.aim else 'MISSED'}" if call.aim else ""
        print(line)


def many_spells(count: int, times: int) -> None:
    """How long a library of `count` spells and as many translations takes: the first time, and afterwards."""
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as home:
        folder = Path(name, "spells")
        folder.mkdir()
        make_pairs(folder, count)
        time.sleep(3)  # what was written a moment ago is not kept in the index
        print(f"\n{count:,} spells and as many translations {'first':>10} {'afterwards':>12}")
        complete = completing("grimoire", "grimoire cast tldr-")
        one = next(path.stem for path in folder.glob("tldr-*.yaml") if "." not in path.stem)
        for words in (["list", "--json"], ["list"], ["search", "标题"], ["show", one], ["cast", "tldr-"]):
            command, extra = ([*GRIMOIRE, *words], {}) if words[0] != "cast" else (GRIMOIRE, complete)
            took = [
                seconds(command, Path(name), Path(home), extra, "tldr" if words[0] == "cast" else "")[0]
                for _ in range(times + 1)
            ]
            print(f"{' '.join(words) + ('…' if extra else ''):36}{took[0]:8.2f} s{statistics.median(took[1:]):10.2f} s")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description="Time whole calls of grimoire.")
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--spells", type=int, default=0)
    given = parser.parse_args()
    with (
        serving(Options()) as url,
        serving(Options(latency=QUICK_MODEL)) as slow,
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as home,
    ):
        lines = [
            f"  {name}: {{base_url: '{at}', key_env: LOCAL_KEY, model: m}}"
            for name, at in (("local", url), ("slow", slow))
        ]
        Path(folder, "grimoire.yaml").write_text("\n".join(["backends:", *lines]), encoding="utf-8")
        found = calls(url, slow)
        measure(found, given.times, Path(folder), Path(home))
        table(found)
    if given.spells:
        many_spells(given.spells, given.times)


if __name__ == "__main__":
    main()
