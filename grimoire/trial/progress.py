"""How far a trial is, by backend: counts, rate and time left (pure; every time is the caller's clock)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Protocol

import msgspec

from grimoire.trial.work import Result
from grimoire.verdict import VerdictKind

WIDTH = 5.0
SLOTS = 12
"""The ring a rate is counted in: so many slots of so many seconds, the last minute together."""
ENOUGH = 16
"""Results in that minute that make a rate; where there are fewer, the latest ENOUGH are looked at, however old."""


class Gated(Protocol):
    """What a backend's gate tells: seconds it is still paused and why, requests under way, how many may be at once."""

    @property
    def pausing(self) -> float: ...

    @property
    def reason(self) -> str: ...

    @property
    def in_flight(self) -> int: ...

    @property
    def window(self) -> int: ...


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One backend.

    `planned` is its whole number of cells, and never less than are done. `earlier` of the results were reached before a
    resume. `cost` is None while nothing had a price, `rate` (results a second) while none came, and `seconds`, the time
    left, while there is no rate to reckon with. `pausing` is the seconds for which nothing is sent, and
    `reason` says why.
    """

    backend: str
    planned: int = 0
    works: int = 0
    partial: int = 0
    broken: int = 0
    errors: int = 0
    earlier: int = 0
    cost: float | None = None
    tokens: int = 0
    rate: float | None = None
    seconds: float | None = None
    pausing: float = 0.0
    reason: str = ""
    in_flight: int = 0

    @property
    def done(self) -> int:
        """Cells with a result, errors among them."""
        return self.works + self.partial + self.broken + self.errors

    @property
    def left(self) -> int:
        """Cells without one."""
        return self.planned - self.done

    @property
    def waiting(self) -> int:
        """Cells that are not even asked; what is on its way to a judge counts as asked no longer."""
        return max(self.left - self.in_flight, 0)


class Rate:
    """Results a second over the last minute, in memory that does not grow.

    A ring of counts, the simplest of the sliding windows in Datar, Gionis, Indyk and Motwani, "Maintaining Stream
    Statistics over Sliding Windows", SIAM Journal on Computing 31, 2002; the oldest slot is dropped whole.
    A backend that answers once in two minutes has a rate too: that of its latest results.
    """

    def __init__(self, now: float) -> None:
        self._start = now
        self._slot = int(now // WIDTH)
        self._counts = [0] * SLOTS
        self._latest = deque([now], maxlen=ENOUGH + 1)  # the start stands for a result before the first

    def add(self, now: float) -> None:
        """One more result."""
        slot = int(now // WIDTH)
        if slot != self._slot:
            for passed in range(max(self._slot + 1, slot - SLOTS + 1), slot + 1):
                self._counts[passed % SLOTS] = 0
            self._slot = slot
        self._counts[slot % SLOTS] += 1
        self._latest.append(now)

    def a_second(self, now: float) -> float | None:
        """The rate; None while there is none. It changes nothing: another thread may ask."""
        oldest = max(int(now // WIDTH) - SLOTS + 1, int(self._start // WIDTH))
        recent = sum(self._counts[slot % SLOTS] for slot in range(oldest, self._slot + 1))
        since = max(self._start, oldest * WIDTH)
        if recent < ENOUGH:
            recent, since = len(self._latest) - 1, self._latest[0]
        return recent / (now - since) if recent and now > since else None


class _Lane:
    """What is counted of one backend."""

    __slots__ = ("cost", "earlier", "kinds", "planned", "rate", "tokens")

    def __init__(self, planned: int, now: float) -> None:
        self.planned = planned
        self.kinds: dict[VerdictKind, int] = {"works": 0, "partial": 0, "broken": 0, "error": 0}
        self.earlier = 0
        self.cost: float | None = None
        self.tokens = 0
        self.rate = Rate(now)

    def see(self, result: Result, now: float) -> None:
        self.kinds[result.verdict.kind] += 1
        if result.cost is not None:
            self.cost = (self.cost or 0.0) + result.cost
        if result.answer is not None:
            self.tokens += result.answer.usage.total or 0
        if result.earlier:
            self.earlier += 1
        else:
            self.rate.add(now)

    def row(self, backend: str, gate: Gated | None, now: float) -> Row:
        kinds = dict(self.kinds)  # at one moment, so that the counts agree with each other
        done = sum(kinds.values())
        planned, rate = max(self.planned, done), self.rate.a_second(now)
        pausing = gate.pausing if gate else 0.0
        return Row(
            backend=backend,
            planned=planned,
            works=kinds["works"],
            partial=kinds["partial"],
            broken=kinds["broken"],
            errors=kinds["error"],
            earlier=self.earlier,
            cost=self.cost,
            tokens=self.tokens,
            rate=rate,
            seconds=_seconds(planned - done, rate, pausing),
            pausing=pausing,
            reason=gate.reason if gate else "",
            in_flight=gate.in_flight if gate else 0,
        )


class Progress:
    """Counts results by backend. `planned` are the cells of each, `gates` tell what a backend is doing.

    One thread may feed it while another asks for its rows.
    """

    def __init__(
        self, planned: Mapping[str, int], now: float, gates: Mapping[str, Gated] = MappingProxyType({})
    ) -> None:
        self._lanes = {backend: _Lane(number, now) for backend, number in planned.items()}
        self._gates = gates
        self._start = now

    def see(self, result: Result, now: float) -> None:
        """Count one result."""
        lane = self._lanes.get(result.cell.backend)
        if lane is None:
            lane = self._lanes[result.cell.backend] = _Lane(0, self._start)
        lane.see(result, now)

    def grow(self, backend: str, more: int) -> None:
        """So many cells are asked beyond the plan: a surprise is asked again."""
        self._lanes.setdefault(backend, _Lane(0, self._start)).planned += more

    def rows(self, now: float) -> list[Row]:
        """Every backend, in the order of the plan."""
        return [lane.row(name, self._gates.get(name), now) for name, lane in list(self._lanes.items())]


def total(rows: Iterable[Row]) -> Row:
    """All backends together. They work side by side, so that the slowest says what time is left."""
    each = list(rows)
    costs = [row.cost for row in each if row.cost is not None]
    rates = [row.rate for row in each if row.rate is not None]
    times = [row.seconds for row in each]
    known = [time for time in times if time is not None]
    return Row(
        backend="all",
        planned=sum(row.planned for row in each),
        works=sum(row.works for row in each),
        partial=sum(row.partial for row in each),
        broken=sum(row.broken for row in each),
        errors=sum(row.errors for row in each),
        earlier=sum(row.earlier for row in each),
        cost=sum(costs) if costs else None,
        tokens=sum(row.tokens for row in each),
        rate=sum(rates) if rates else None,
        seconds=max(known) if known and len(known) == len(times) else None,
        in_flight=sum(row.in_flight for row in each),
    )


def _seconds(left: int, rate: float | None, pausing: float) -> float | None:
    """The time left at this rate, which is no less than the pause; None while it is unknown."""
    if not left:
        return 0.0
    return max(left / rate, pausing) if rate else None
