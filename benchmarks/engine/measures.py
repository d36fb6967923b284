"""What is measured, and the aims of each part."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from benchmarks import stub_server
from benchmarks.engine.floors import FLOORS
from benchmarks.engine.processes import ROOT, Used, floor, least
from benchmarks.engine.project import Project
from benchmarks.engine.spells import CASES, SPELLS
from benchmarks.stub_server import Options

LATENCY, CONCURRENCY = 0.2, 64
SHORT = 0.01
"""Seconds of latency where memory is measured and not time."""
WIDE_LATENCY, WIDE = 1.0, 256
FAULTS = Options(latency=LATENCY, rate_limited=0.1, retry_after=1, failing=0.05, reset=0.02, truncated=0.02)


class Sizes(NamedTuple):
    """Calls of each part; each is a multiple of the cases, and `faults` of the spells."""

    calls: int
    streamed: int
    many: int
    most: int
    wide: int
    faults: int


class Bench:
    """Where things are measured, and how many aims were missed so far."""

    def __init__(self, folder: Path, sizes: Sizes, repeat: int, before: Path | None) -> None:
        self.folder = folder
        self.sizes = sizes
        self.repeat = repeat
        self.before = before
        self.missed = 0

    def warm(self) -> None:
        """A small run of everything, so that all bytecode is there."""
        project = self.project()
        with stub_server.serving(Options()) as url:
            for name in FLOORS:
                floor(name, url, 1, 1)
            for transport in ("direct", "sdk"):
                project.trial(url, CASES * SPELLS, CONCURRENCY, transport=transport)
                self.expect_all(project, CASES * SPELLS)
        if self.before:
            with stub_server.serving(Options()) as url:
                self.project(tree=self.before).trial(url, CASES * SPELLS, CONCURRENCY, transport="")

    def project(self, *, cases: int = CASES, tree: Path = ROOT) -> Project:
        """A new project in the place of the last."""
        return Project(self.folder / "project", cases=cases, tree=tree)

    def trial(self, project: Project, options: Options, calls: int, jobs: int, transport: str = "direct") -> Used:
        """The least of several trials, each with a server and a ledger of its own; all answers have to be kept."""
        runs = []
        for _ in range(self.repeat):
            with stub_server.serving(options) as url:
                runs.append(project.trial(url, calls, jobs, transport=transport))
            self.expect_all(project, calls)
        return least(runs)

    def expect_all(self, project: Project, calls: int) -> None:
        """End the benchmark where answers are missing, or are not judged: its figures would be worth nothing."""
        kept = project.kept()
        if kept[:3] != (calls, calls, calls):
            sys.exit(f"{calls} calls, but the ledger holds {kept}:\n{project.said.read_text()[-1000:]}")

    def aim(self, what: str, figure: float, most: float, unit: str) -> None:
        """Print a figure beside its aim."""
        ok = figure <= most
        self.missed += not ok
        print(f"    {'ok    ' if ok else 'MISSED'} {what}: {figure:,.2f} {unit}, at most {most:,g}", flush=True)


def row(name: str, used: Used, calls: int, ideal: float) -> None:
    """Print what a process used."""
    each = used.cpu / calls * 1000
    print(
        f"{name:34} {used.wall:7.2f} s = {used.wall / ideal:5.2f} x ideal {used.cpu:7.2f} CPU s = {each:5.2f} ms each "
        f"{used.peak:5.0f} MiB   load {used.load:.1f}, held up {used.held:.1f} s",
        flush=True,
    )


def measure_calls(bench: Bench) -> None:
    """Floors and the product at the size of the peers' table."""
    calls = bench.sizes.calls
    ideal = calls * LATENCY / CONCURRENCY
    print(f"\n{calls:,} calls of {LATENCY:g} s at concurrency {CONCURRENCY}: ideal {ideal:.2f} s")
    floors = {name: _floor(bench, name, calls) for name in FLOORS if "streaming" not in name}
    _floor(bench, "sdk-streaming", bench.sizes.streamed)
    options = Options(latency=LATENCY)
    if bench.before:
        used = bench.trial(bench.project(tree=bench.before), options, calls, CONCURRENCY, transport="")
        row(f"grimoire of {bench.before.name}", used, calls, ideal)
    project = bench.project()
    direct = bench.trial(project, options, calls, CONCURRENCY)
    row("grimoire, direct", direct, calls, ideal)
    bench.aim("wall", direct.wall / ideal, 1.2, "x ideal")
    bench.aim("CPU", direct.cpu / calls * 1000, 1.5, "ms a call")
    print(f"           {direct.cpu / floors['aiohttp'].cpu:.2f} x the CPU of bare aiohttp")
    sdk = bench.trial(project, options, calls, CONCURRENCY, transport="sdk")
    row("grimoire, SDK", sdk, calls, ideal)
    bench.aim("CPU", sdk.cpu / floors["sdk"].cpu, 1.35, "x the bare SDK loop")


def _floor(bench: Bench, name: str, calls: int) -> Used:
    runs = []
    for _ in range(bench.repeat if "streaming" not in name else 1):
        with stub_server.serving(Options(latency=LATENCY)) as url:
            runs.append(floor(name, url, calls, CONCURRENCY))
    used = least(runs)
    row(f"bare {name}" + (f", {calls} calls" if calls != bench.sizes.calls else ""), used, calls, calls / 320)
    return used


def measure_memory(bench: Bench) -> None:
    """The most memory, and that it does not grow with the plan."""
    many, most = bench.sizes.many, bench.sizes.most
    print(f"\nmemory, with a latency of {SHORT:g} s")
    project, peaks = bench.project(), []
    for calls in (many, most):
        with stub_server.serving(Options(latency=SHORT)) as url:
            used = project.trial(url, calls, CONCURRENCY)
        bench.expect_all(project, calls)
        row(f"grimoire, {calls:,} calls", used, calls, calls * SHORT / CONCURRENCY)
        peaks.append(used.peak)
    bench.aim(f"{many:,} calls", peaks[0], 80, "MiB")
    bench.aim(f"{most:,} calls", (peaks[1] / peaks[0] - 1) * 100, 10, "% more")


def measure_wide(bench: Bench) -> None:
    """Many calls at once that each take long."""
    calls = bench.sizes.wide
    ideal = calls * WIDE_LATENCY / WIDE
    print(f"\n{calls:,} calls of {WIDE_LATENCY:g} s at concurrency {WIDE}: ideal {ideal:.2f} s")
    used = bench.trial(bench.project(), Options(latency=WIDE_LATENCY), calls, WIDE)
    row("grimoire, direct", used, calls, ideal)
    bench.aim("wall", used.wall / ideal, 1.15, "x ideal")


def measure_resume(bench: Bench) -> None:
    """From the start of a process that resumes to its first request."""
    most = bench.sizes.most
    done = most * 49 // 50
    print(f"\nresume of {most:,} calls with {done:,} done")
    project = bench.project()
    with stub_server.serving(Options()) as url:
        project.trial(url, most, CONCURRENCY, "--max-calls", str(done))
    if not done <= (answers := project.kept().answers) < done + CONCURRENCY:
        sys.exit(f"of {done} calls {answers} are in the ledger:\n{project.said.read_text()[-1000:]}")
    with stub_server.serving(Options(latency=LATENCY)) as url:
        used = project.trial(url, most, CONCURRENCY, "--resume", fresh=False)
        counts = stub_server.stats(url)
    bench.expect_all(project, most)
    row("grimoire, resumed", used, most - answers, (most - answers) * LATENCY / CONCURRENCY)
    bench.aim("first request", counts.first - used.began, 2, "s after the start")
    bench.aim("asked for what was there", counts.requests - (most - answers), 0, "requests")


def measure_faults(bench: Bench) -> None:
    """A service that refuses, fails, resets and cuts: how long it takes, and that nothing is lost or asked too early.

    The time is taken with samples of few questions. That each was asked at the right time, and once, can be told where
    each body is sent for one cell; there the checks read a new prompt for every answer, and the time says little.
    """
    calls = bench.sizes.faults
    print(f"\n{calls:,} calls of {LATENCY:g} s at concurrency {CONCURRENCY}, with faults")
    for transport in ("direct", "sdk"):
        project = bench.project()
        runs = [_with_faults(bench, project, transport, seed) for seed in range(bench.repeat)]
        bench.aim("wall", min(runs), 1.6, "x the ideal of the requests made")
    print(f"\n{calls:,} questions, each its own, with the same faults")
    for transport in ("direct", "sdk"):
        _with_faults(bench, bench.project(cases=calls // SPELLS), transport, seed=0)


def _with_faults(bench: Bench, project: Project, transport: str, seed: int) -> float:
    """One run; the wall in ideals of the requests that it made."""
    calls = bench.sizes.faults
    with stub_server.serving(replace(FAULTS, seed=seed)) as url:
        used = project.trial(url, calls, CONCURRENCY, transport=transport)
        counts, kept = stub_server.stats(url), project.kept()
        answered = kept.cells
        if answered < calls:  # so many failures in a row as a run allows: one question in a hundred thousand
            print(f"           {calls - answered} ended as an error, which a resume asks again")
            project.trial(url, calls, CONCURRENCY, "--resume", transport=transport, fresh=False)
            answered = project.kept().cells
    ideal = counts.requests * LATENCY / CONCURRENCY
    row(f"grimoire, {transport}, {counts.requests:,} requests", used, counts.requests, ideal)
    faults = f"{counts.rate_limited} 429, {counts.failing} 500, {counts.reset} resets, {counts.truncated} truncated"
    print(f"           {faults}; {counts.paused} requests came while some Retry-After ran")
    bench.aim("cells without an answer", calls - answered, 0, "lost")
    bench.aim("good answers not on record", counts.good - kept.answers, 0, "lost")
    bench.aim("cells answered twice", kept.answers - kept.cells, 0, "paid for in vain")
    if counts.questions == calls:
        bench.aim("asked before its Retry-After", counts.early, 0, "requests")
        bench.aim("asked after a good answer", counts.again, 0, "requests")
    return used.wall / ideal


PARTS: dict[str, Callable[[Bench], None]] = {
    "calls": measure_calls,
    "memory": measure_memory,
    "wide": measure_wide,
    "resume": measure_resume,
    "faults": measure_faults,
}
