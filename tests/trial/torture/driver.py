"""Lives of one plan, one after the other: killed or interrupted at random, resumed, and at last left to finish."""

from __future__ import annotations

import itertools
import random
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.cli.process import PATIENCE
from tests.trial.torture import lives, rows
from tests.trial.torture.project import Project
from tests.trial.torture.server import TortureServer

End = Literal["killed", "killed early", "interrupted", "cut", "left"]
"""By SIGKILL while it asks; or before it does, mostly; by SIGINT or SIGTERM, once; twice; or not at all."""

FRESH = 25
"""Every so many lives one is started from nothing instead of forked."""
INTERRUPTIONS = 3
"""Lives of a plan that are interrupted once, and as many twice."""
EARLY = 10
"""Of so many kills one comes before anything is asked, mostly."""
RESERVE = 40
"""Cells that are to be left for the lives at the end, which nobody kills."""
ENOUGH = 8
"""Lives within which a plan is done once nobody is killed any more: after some faults one life does not ask again."""


@dataclass(frozen=True)
class Lived:
    """One life: how it ended, its exit code, answers paid for and not on record after it, and what it said."""

    number: int
    end: End
    code: int
    lost: int
    gained: int
    said: str
    out: str


@dataclass
class Driver:
    """Tortures one plan. `folder` is for what the lives say, and for copies of the ledger.

    A life lasts at most `pace` times 0.02 to 0.2 seconds after its first request, and until it got `quota` answers.
    """

    project: Project
    server: TortureServer
    folder: Path
    seed: int
    pace: float = 1.0
    quota: int = sys.maxsize
    lived: list[Lived] = field(default_factory=list)
    _recorded: int = 0
    _started: bool = False

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._signals = itertools.cycle([signal.SIGINT, signal.SIGTERM])

    @property
    def kills(self) -> int:
        """Lives that were ended by SIGKILL."""
        return sum(life.code == -signal.SIGKILL for life in self.lived)

    def torture(self, zygote: lives.Zygote, kills: int) -> None:
        """Live and be killed so many times, with some interruptions between."""
        early = kills // EARLY
        times: dict[End, int] = {
            "killed": kills - early - 1,
            "killed early": early,
            "interrupted": INTERRUPTIONS,
            "cut": INTERRUPTIONS,
        }
        ends = [*Counter(times).elements()]
        self._random.shuffle(ends)
        for end in ("killed", *ends):  # the first one makes the ledger
            left = self.project.cells - RESERVE - self._recorded
            if left <= -RESERVE:
                return
            self.quota = self._random.randint(1, max(1, 2 * left // max(1, kills - self.kills)))
            self.live(end, zygote)
        self.quota = sys.maxsize

    def finish(self, *more: str) -> Lived:
        """Resume until the trial is done, with more options; the last life."""
        for _ in range(ENOUGH):
            life = self.live("left", None, *more)
            if life.code != 3:
                return life
        raise AssertionError(f"not done after {ENOUGH} lives: {life.said}")

    def live(self, end: End, zygote: lives.Zygote | None, *more: str) -> Lived:
        """One life, and what the server and the ledger make of it. Without a zygote it starts from nothing."""
        number = len(self.lived) + 1
        said, key = self.folder / f"{self.project.name}-{number}.txt", self.project.key(number)
        args = [*(self.project.resume if self._started else self.project.arguments), *more]
        self.server.life(f"{self.project.name}-{number}").quota = self.quota
        start = zygote.start if zygote and number % FRESH else lives.start
        life = start(args, self.project.folder, key, said)
        asked = self._end(life, end, f"{self.project.name}-{number}")
        code = life.wait()
        assert asked, f"{said.name} asked nothing: code {code}, {said.read_text(encoding='utf-8')}"
        books = self.server.settle(f"{self.project.name}-{number}")
        recorded, self._started = rows.committed(self.project.ledger, self.folder / self.project.name)
        gained, self._recorded = recorded - self._recorded, recorded
        told, out = (path.read_text(encoding="utf-8") for path in (said, said.with_name(f"{said.name}.out")))
        lived = Lived(number, end, code, books.paid - gained, gained, told, out)
        self.lived.append(lived)
        return lived

    def _end(self, life: lives.Life, end: End, key: str) -> bool:
        """End it as it is to be ended; whether it had asked what it was to be ended after."""
        if end == "left":
            return True
        if end == "killed early":
            time.sleep(self._random.uniform(0, 0.3))
            lives.signal(life, signal.SIGKILL)
            return True
        books = self.server.life(key)
        if not books.begun.wait(PATIENCE):
            lives.signal(life, signal.SIGKILL)
            return False
        if books.spent.wait(self._random.uniform(0.02, 0.2) * self.pace):
            time.sleep(self._random.uniform(0, 0.01))
        how = signal.SIGKILL if end == "killed" else next(self._signals)
        lives.signal(life, how)
        if end == "cut":
            time.sleep(self._random.uniform(0.01, 0.05))
            lives.signal(life, how)
        return True
