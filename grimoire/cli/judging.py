"""From spells and settings to what judges their answers: the checks, and the model that some of them ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from grimoire import cast
from grimoire.chat import Answer
from grimoire.cli.wiring import open_backend
from grimoire.ports import AskingCheck, ChatBackend, Check, Exchange, Ledger
from grimoire.record import Cell
from grimoire.settings import Settings
from grimoire.spell import Spell
from grimoire.verdict import CheckResult, Verdict

if TYPE_CHECKING:
    from grimoire.expectations import Expectation
    from grimoire.trial.counting import CountingBackend
    from grimoire.trial.paced import Paced

KEPT = 1024
"""Cases whose checks are kept at hand."""


def build_checks(
    spell: Spell, case_id: str, *, expectations: bool = True, read: Callable[[str], list[Expectation]] | None = None
) -> list[Check]:
    """The standing checks, the spell's own, the case's, and what the prompt itself expects, in that order.

    A spell's own replaces a standing one. Without `expectations` the prompt is not read; `read` is what reads it, where
    that is not `expectations.expect`.
    """
    from grimoire import checks
    from grimoire.checks.expected import Expected
    from grimoire.expectations import RULES, expect, expected_of

    case = next((case for case in spell.cases if case.id == case_id), None)
    own = [checks.build(spec) for spec in (*spell.checks, *(case.checks if case else ()))]
    replaced = {check.name for check in own} & checks.STANDING.keys()
    expected = expected_of(spell, case, read or expect) if expectations else []
    derived = [Expected(checks.build(each.spec), each.words, RULES, each.given) for each in expected]
    return [*checks.standing([*spell.skip_checks, *replaced]), *own, *derived]


class SpellJudge:
    """Judges answers to the cells of some spells; each spell's checks are built once.

    `backend` is the model that checks may ask, `votes` how often where a check does not say itself, and `original`
    finds what they compare a translation's answer with. `read` reads what prompts expect, as for `build_checks`.
    """

    def __init__(
        self,
        spells: Sequence[Spell],
        *,
        expectations: bool = True,
        backend: ChatBackend | None = None,
        votes: int | None = None,
        original: Callable[[Spell, Cell], str] = lambda _spell, _cell: "",
        read: Callable[[str], list[Expectation]] | None = None,
    ) -> None:
        self._expectations = expectations
        self._read = read
        self._votes = votes
        self._spells = {spell.name: spell for spell in spells}
        self._checks: dict[tuple[str, str], tuple[list[Check], str]] = {}
        self._backend = backend
        self._original = original

    @property
    def given_up(self) -> bool:
        """Whether the model that checks may ask only fails, and is asked no more."""
        return getattr(self._backend, "given_up", None) is not None

    def __call__(self, cell: Cell, answer: Answer, paid: float | None = None) -> Verdict:
        """The verdict of every check that asks no model."""
        from grimoire.judge import judge

        return judge(cast.exchange(cell, answer, paid), *self._checks_of(cell))

    def asks(self, cell: Cell) -> bool:
        """Whether a model has to be asked too; never about a rehearsal, which costs nothing."""
        from grimoire.judge import asks

        return not cell.rehearsal and asks(self._checks_of(cell)[0])

    async def ask(self, cell: Cell, answer: Answer, paid: float | None, verdict: Verdict) -> Verdict:
        """The verdict of all checks, from that of those that ask no model."""
        from grimoire.judge import ask
        from grimoire.trial.counting import CountingBackend

        backend = self._backend
        if isinstance(backend, CountingBackend):
            backend = backend.poll()
        return await ask(self._exchange(cell, answer, paid), self._checks_of(cell)[0], verdict, backend)

    def carry(self, cell: Cell, answer: Answer, verdict: Verdict, earlier: Sequence[CheckResult]) -> Verdict | None:
        """The verdict with what a model said before; None where it would have to be asked."""
        from grimoire.judge import carry

        return carry(self._exchange(cell, answer, None), self._checks_of(cell)[0], verdict, earlier)

    def _exchange(self, cell: Cell, answer: Answer, paid: float | None) -> Exchange:
        """What a model is shown: beside the rest, the answer to the original where this is one to a translation."""
        spell = self._spells[cell.spell]
        original = self._original(spell, cell) if cell.language != spell.language else ""
        return msgspec.structs.replace(cast.exchange(cell, answer, paid), original=original)

    def requests(self, spell: str, case: str) -> int:
        """How many requests asking about an answer to a case may take."""
        return sum(check.requests for check in self._checks_for(spell, case)[0] if isinstance(check, AskingCheck))

    def yardstick(self, spell: str, case: str) -> str:
        """The digest of the checks that a case's answers meet."""
        return self._checks_for(spell, case)[1]

    def _checks_of(self, cell: Cell) -> tuple[list[Check], str]:
        return self._checks_for(cell.spell, cell.case)

    def _checks_for(self, spell: str, case: str) -> tuple[list[Check], str]:
        from grimoire.checks import yardstick
        from grimoire.checks.votes import Voting

        key = (spell, case)
        if key not in self._checks:
            built = build_checks(self._spells[spell], case, expectations=self._expectations, read=self._read)
            for check in built:
                if self._votes and isinstance(check, Voting):
                    check.votes = self._votes
            if len(self._checks) >= KEPT:
                del self._checks[next(iter(self._checks))]  # the oldest: cells come spell by spell, case by case
            self._checks[key] = built, yardstick(built)
        return self._checks[key]


def open_judge(
    settings: Settings,
    spells: Sequence[Spell],
    ledger: Ledger | None = None,
    panel: ChatBackend | None = None,
    *,
    remembering: bool = False,
) -> SpellJudge:
    """The judge of some spells' answers, as the settings want it; `panel` is the model that checks may ask.

    `remembering` keeps what prompts expect for the next process: of use where a few are read, not thousands.
    """

    def original(spell: Spell, cell: Cell) -> str:
        if ledger is None:
            return ""
        return ledger.latest_answer(spell.name, spell.language, spell.template.digest, cell.case, cell.backend)

    values = settings.values
    return SpellJudge(
        spells,
        expectations=values.expectations,
        backend=panel,
        votes=values.votes,
        original=original,
        read=_remembered() if remembering else None,
    )


def _remembered() -> Callable[[str], list[Expectation]]:
    from grimoire.cli.remembered import Expecting
    from grimoire.settings import cache_directory

    return Expecting(cache_directory() / "expectations.msgpack")


def open_panel(settings: Settings, spells: Sequence[Spell], opened: Sequence[Paced] = ()) -> CountingBackend | None:
    """The backend that checks of these spells ask; None where none is set or none asks. Raises as `open_backend`.

    One of those `opened` for a trial is shared, and so is its pace; in a trial it is given up when it only fails.
    """
    from grimoire.trial.circuit import Circuit
    from grimoire.trial.counting import CountingBackend

    if not settings.values.judge or not any(_asking(spell) for spell in spells):
        return None
    own = open_backend(settings, settings.values.judge)
    shared = next((backend.having() for backend in opened if backend.name == own.name), own)
    return CountingBackend(shared, Circuit() if opened else None)


def panel_requests(settings: Settings, spells: Sequence[Spell], answers: Iterable[tuple[str, str, int]]) -> int:
    """How many requests judging may take, where every vote is needed; `answers` are so many of a spell and a case."""
    asking = {spell.name for spell in spells if _asking(spell)}
    if not asking:
        return 0
    judge = open_judge(settings, spells)
    by_case: dict[tuple[str, str], int] = {}
    total = 0
    for spell, case, number in answers:
        if spell in asking:
            if (spell, case) not in by_case:
                by_case[spell, case] = judge.requests(spell, case)
            total += number * by_case[spell, case]
    return total


def _asking(spell: Spell) -> bool:
    """Whether a model has to be asked about a spell's answers."""
    from grimoire import checks

    specs = (*spell.checks, *(spec for case in spell.cases for spec in case.checks))
    return any(spec.name in checks.ASKING for spec in specs)
