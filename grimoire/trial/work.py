"""What a trial works with and what it yields: values, and the Protocols of whatever decides something in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import msgspec

from grimoire.chat import Answer
from grimoire.ports import Ledger
from grimoire.record import Cell, Entry, Outcome, Run
from grimoire.trial.budget import Budget
from grimoire.trial.gate import Gate
from grimoire.trial.paced import Paced
from grimoire.verdict import Verdict, VerdictKind


class Result(msgspec.Struct, frozen=True):
    """One cell, asked and judged.

    `number` is that of the answer, or the error, in the ledger; `error` is the service error's message. `earlier` marks
    a cell that the run had an answer to when it was resumed; `answer` is None there too, unless it had not been judged.
    """

    cell: Cell
    verdict: Verdict
    answer: Answer | None = None
    cost: float | None = None
    error: str = ""
    earlier: bool = False
    number: int = 0


class Judge(Protocol):
    """Today's checks for a cell's spell and case, run over an answer, but for those that ask a model."""

    def __call__(self, cell: Cell, answer: Answer, paid: float | None, /) -> Verdict: ...


class Panel(Protocol):
    """The checks for which a model is asked. `given_up`: it only fails, and is asked no more."""

    @property
    def given_up(self) -> bool: ...

    def asks(self, cell: Cell) -> bool:
        """Whether answers to a cell meet such checks."""
        ...

    async def ask(self, cell: Cell, answer: Answer, paid: float | None, verdict: Verdict) -> Verdict:
        """The verdict of all checks, from the one reached without asking. Raises Stopped."""
        ...


class Again(Protocol):
    """What decides on more samples of a cell."""

    def see(self, cell: Cell, verdict: VerdictKind) -> Cell | None:
        """Take in what came of a cell; the cell to ask on top of the plan because of it."""
        ...


class Trial(msgspec.Struct, frozen=True):
    """What a run works with. `prices` maps a backend's name to (input, output) per million tokens.

    Without a `panel` no model is asked about an answer, without a `sampler` nothing is asked that is not planned.
    `recall` makes the cell of an entry that answers one again, so that nothing but its number has to be kept.
    `others` are gates to stop with those of the backends, `rescue` is given what the ledger failed to take.
    """

    run: Run
    ledger: Ledger
    backends: Mapping[str, Paced]
    judge: Judge
    continue_limit: int = 0
    prices: Mapping[str, tuple[float, float]] = {}
    panel: Panel | None = None
    sampler: Again | None = None
    recall: Callable[[Entry], Cell] | None = None
    budget: Budget | None = None
    others: Sequence[Gate] = ()
    rescue: Callable[[Sequence[Outcome]], None] | None = None
