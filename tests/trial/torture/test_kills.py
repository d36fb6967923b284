"""A trial that is killed two hundred times while its services fail in every way they know."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest

from tests.trial.torture import rows
from tests.trial.torture.driver import Driver, End, Lived
from tests.trial.torture.lives import Zygote
from tests.trial.torture.project import JOBS, MODELS, Transports, a_project
from tests.trial.torture.scripts import BAD, Faults
from tests.trial.torture.server import TortureServer

T = TypeVar("T")

SEED = 20261129
KILLS = 70
"""Of each of three plans."""
PLANS: dict[str, tuple[int, Transports, list[str]]] = {
    "direct": (1, ("direct", "direct"), []),
    "sdk": (1, ("sdk", "sdk"), []),
    "mixed": (4, ("direct", "sdk"), ["--json"]),
}
"""Samples, what carries the requests to each backend, and the options of the lives that nobody ends."""
CASES = 20
"""Of each spell, times samples."""
CODES: dict[End, set[int]] = {
    "killed": {-signal.SIGKILL},
    "killed early": {-signal.SIGKILL},
    "interrupted": {130},
    "cut": {130, -signal.SIGINT, -signal.SIGTERM},  # by the second signal itself, where it finds only the exit left
    "left": set(),
}
"""How each kind of life may end, if it is not over before."""
OVER = {0, 3}
"""Everything is answered, or all but what one life does not ask again."""
IN_FLIGHT = JOBS * len(MODELS)


def test_every_cell_has_one_answer_and_none_was_paid_for_twice_but_in_flight_at_a_kill(
    tmp_path: Path, clean_environment: Path
) -> None:
    """Takes half a minute: 230 lives of 0.1 to 0.2 seconds each, and as long again to start them, three at a time."""
    started = time.monotonic()
    with TortureServer(Faults(SEED)) as server:
        plans = [a_plan(SEED + number, name, tmp_path, server) for number, name in enumerate(PLANS)]
        with ThreadPoolExecutor(len(plans)) as pool:
            *_, as_json = pool.map(torture, plans)
        print(figures(plans, time.monotonic() - started))  # noqa: T201  # for the curious, with -s
    for plan in plans:
        check_lives(plan)
        check_rows(plan)
        check_summary(plan)
        assert {path.name for path in plan.project.folder.iterdir()} == {"grimoire.yaml", "spells", "ledger.db"}
    check_json(plans[-1], as_json)
    assert sum(plan.kills for plan in plans) >= 200
    assert not list(clean_environment.rglob("crash-*"))


def test_services_that_answer_at_once_lose_a_kill_no_more_answers_than_were_in_flight(tmp_path: Path) -> None:
    """Takes some eight seconds: thirty lives, in which answers come while those before are recorded and judged."""
    project = a_project("fast", tmp_path / "fast", spells=10, cases=20, samples=20)
    with TortureServer(Faults(SEED, share=0.0, slowest=0.004)) as server, Zygote() as zygote:
        project.write(server.base_url, ("direct", "direct"))
        plan = Driver(project, server, tmp_path, SEED, pace=0.3)
        warm_up(zygote, plan, ("direct", "direct"))
        for _ in range(30):
            plan.live("killed", zygote)
    print(f"paid for and lost at a kill: {_listed(Counter(life.lost for life in plan.lived))}")  # noqa: T201  # for the curious, with -s
    check_lives(plan)
    assert sum(life.lost for life in plan.lived) > 0


def warm_up(zygote: Zygote, plan: Driver, transports: Transports) -> None:
    """A trial of four calls in the zygote itself."""
    warm = a_project("warm", plan.folder / "warm")
    warm.write(plan.server.base_url, transports)
    assert zygote.warm(warm.arguments, warm.folder, warm.key(0)) in {0, 3}


def a_plan(seed: int, name: str, folder: Path, server: TortureServer) -> Driver:
    samples, transports, _ = PLANS[name]
    project = a_project(name, folder / name, spells=5, cases=CASES // samples, samples=samples)
    project.write(server.base_url, transports)
    said = folder / f"{name} said"
    said.mkdir()
    return Driver(project, server, said, seed)


def torture(plan: Driver) -> Lived:
    """Kill it as often as is asked, then let it end; its last life."""
    _, transports, options = PLANS[plan.project.name]
    with Zygote() as zygote:
        warm_up(zygote, plan, transports)
        plan.torture(zygote, KILLS)
    return plan.finish(*options)


def check_lives(plan: Driver) -> None:
    """Nothing unexpected is said; who was interrupted lost nothing, and who was killed not more than was in flight."""
    for life in plan.lived:
        about = f"{plan.project.name} {life.number}, {life.end}, code {life.code}, lost {life.lost}: {life.said}"
        assert not re.search(r"Traceback|locked|bug|Warning", life.said), about
        assert life.code in CODES[life.end] | OVER, about
        assert 0 <= life.lost <= (0 if life.end in {"interrupted", "left"} else IN_FLIGHT), about
    if plan.project.samples == 1:  # two samples of a case look alike to the server
        assert not [line for books in plan.server.of_plan(plan.project.name) for line in books.early]


def check_rows(plan: Driver) -> None:
    """One answer a cell with a verdict on it, and each is one that the server sent whole to that very question."""
    project, sent = plan.project, plan.server.texts
    with closing(sqlite3.connect(project.ledger)) as connection:
        assert rows.is_whole(connection)
        answers = rows.answers(connection)
    keys = Counter(answer.key for answer in answers)
    assert len(keys) == project.cells
    assert set(keys.values()) == {1}
    assert {answer.verdicts for answer in answers} == {1}
    assert len({answer.text for answer in answers}) == project.cells
    wrong = [answer for answer in answers if sent.get(answer.text) != (answer.backend.partition("/")[2], answer.asked)]
    assert not wrong
    paid = sum(books.paid for books in plan.server.of_plan(project.name))
    assert paid - project.cells == sum(life.lost for life in plan.lived) <= IN_FLIGHT * len(plan.lived)


def check_summary(plan: Driver) -> None:
    """What the last life said of the whole run is what the rows add up to."""
    with closing(sqlite3.connect(plan.project.ledger)) as connection:
        counted = rows.totals(connection)
    (line,) = re.findall(r"^run .*$", plan.lived[-1].said, re.MULTILINE)
    kinds = ", ".join(f"{counted.kinds.get(kind, 0)} {kind}" for kind in ("works", "partial", "broken", "error"))
    assert f": {plan.project.cells} answers (" in line
    assert f"): {kinds}, {counted.tokens:,} tokens" in line
    assert float(re.findall(r"([0-9.]+) USD", line)[0]) == pytest.approx(counted.cost, rel=0.01)


def check_json(plan: Driver, last: Lived) -> None:
    """A line a cell, with the verdict that is on record."""
    lines = [json.loads(line) for line in last.out.splitlines()]
    with closing(sqlite3.connect(plan.project.ledger)) as connection:
        counted = rows.totals(connection)
    assert Counter(line["verdict"] for line in lines) == counted.kinds
    cells = {(line["spell"], line["language"], line["case"], line["backend"], line["sample"]) for line in lines}
    assert len(lines) == len(cells) == plan.project.cells


def figures(plans: list[Driver], seconds: float) -> str:
    """The proof in numbers."""
    lived = [life for plan in plans for life in plan.lived]
    books = [books for plan in plans for books in plan.server.of_plan(plan.project.name)]
    replies = sum((one.replies for one in books), Counter[str]())
    cells, paid = sum(plan.project.cells for plan in plans), sum(one.paid for one in books)
    losses = Counter(life.lost for life in lived if life.code == -signal.SIGKILL)
    ends = Counter(life.end for life in lived)
    return "\n".join(
        [
            f"{sum(plan.kills for plan in plans)} kills in {len(lived)} lives ({_listed(ends)}), {seconds:.1f} s",
            f"{cells} cells, {sum(one.asked for one in books)} requests, {paid} answers paid for, {paid - cells} twice",
            f"paid for and lost at a kill: {_listed(losses)}",
            f"faults: {sum(replies[name] for name in BAD)}: {_listed(replies)}",
        ]
    )


def _listed(counts: Mapping[T, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items(), key=str))
