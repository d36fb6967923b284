"""`grimoire lint --strength`: would a spell's checks catch a bad answer?

Mutants of a spell's sample, and the rehearsal's misbehaviours, are judged as a trial judges answers. One that is found
to work is a finding with the check to add; a spell that may let it pass argues that under `survivors:`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from grimoire.errors import Problem

if TYPE_CHECKING:
    from grimoire.mutants import Material, Mutant
    from grimoire.ports import Exchange
    from grimoire.record import Cell
    from grimoire.spell import Spell
    from grimoire.verdict import Verdict

GATE = "strength"
CAUGHT = {"broken", "partial"}


class Strength(msgspec.Struct, frozen=True, kw_only=True):
    """How a spell's checks did: mutants in all, caught, and let pass with an argument; and what is to be said of it.

    `tried` says whether there was anything to make mutants from.
    """

    spell: str
    tried: bool = False
    mutants: int = 0
    caught: int = 0
    argued: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def survivors(self) -> int:
        """Mutants that pass with nobody arguing for them."""
        return self.mutants - self.caught - self.argued

    def __str__(self) -> str:
        if not self.tried:
            return f"{self.spell}: cannot be tried"
        argued = f", {self.argued} argued" if self.argued else ""
        return f"{self.spell}: {self.caught}/{self.mutants} caught{argued}"


def strength(spell: Spell, continue_limit: int) -> Strength:
    """Judge every mutant of a spell's sample; an answer cut off is asked to go on as often as in a trial."""
    from grimoire.backends.rehearsal import Rehearsal
    from grimoire.cast import build_cell, exchange
    from grimoire.chat import Answer
    from grimoire.cli.judging import SpellJudge

    missing = [name for name, there in (("case", spell.cases), ("sample", spell.sample.strip())) if not there]
    if missing:
        return _untried(spell, f"it has no {' and no '.join(missing)}")
    cell = build_cell(spell, spell.template, spell.cases[0], Rehearsal("sample"))
    judge = SpellJudge([spell])
    own = judge(cell, Answer(text=spell.sample, finish_reason="stop"))
    if own.kind != "works":
        return _untried(spell, f"the sample itself is {own.kind}")
    bad = bad_answers(spell, cell, continue_limit)
    verdicts = {name: judge(cell, Answer(text=one.text, finish_reason=one.finish)) for name, one in bad.items()}
    passing = [name for name, verdict in verdicts.items() if verdict.kind not in CAUGHT]
    sample = exchange(cell, Answer(text=spell.sample, finish_reason="stop"))
    said = [_survivor(name, bad[name], verdicts[name], sample) for name in passing if name not in spell.survivors]
    said += [_idle(name, made=name in bad) for name in spell.survivors if name not in passing]
    return Strength(
        spell=spell.name,
        tried=True,
        mutants=len(bad),
        caught=len(bad) - len(passing),
        argued=len(spell.survivors.keys() & set(passing)),
        problems=_problems(spell, said),
    )


def total(found: list[Strength]) -> str:
    """All spells in one line."""
    from grimoire.cli.output import count

    tried = [one for one in found if one.tried]
    mutants, caught = (sum(getattr(one, name) for one in tried) for name in ("mutants", "caught"))
    survive, argued = (sum(getattr(one, name) for one in tried) for name in ("survivors", "argued"))
    left = f", {len(found) - len(tried)} cannot be tried" if len(found) > len(tried) else ""
    done = f"{caught:,} caught, {survive:,} survive, {argued:,} argued"
    return f"{count(len(tried), 'spell')}, {count(mutants, 'mutant')}: {done}{left}"


class _Finding(msgspec.Struct, frozen=True):
    """What is to be said, and the keys of the spell's file at the first of which that is there it is said."""

    message: str
    hint: str
    keys: tuple[tuple[str, ...], ...]


def _untried(spell: Spell, why: str) -> Strength:
    finding = _Finding(f"cannot be tried: {why}", "", (("sample",),))
    return Strength(spell=spell.name, problems=_problems(spell, [finding]))


def _survivor(name: str, mutant: Mutant, verdict: Verdict, sample: Exchange) -> _Finding:
    crashed = [check.check for check in verdict.checks if check.outcome == "crashed"]
    fate = f"gets no verdict, since {', '.join(crashed)} crashed" if crashed else "still works"
    advised = _fitting(mutant, sample)
    add = f"add `{advised}` if the prompt asks for it" if advised else "no check but `judge` tells it from the sample"
    hint = f"{add}, or argue under survivors: why it may pass"
    return _Finding(f"mutant {name} ({mutant.what}) {fate}", hint, (("checks",), ("sample",)))


def _fitting(mutant: Mutant, sample: Exchange) -> str:
    """The first check advised that passes the sample and fails the mutant; empty when none does."""
    from grimoire import checks, yamlfile
    from grimoire.chat import Answer
    from grimoire.spellfile import check_spec

    answer = Answer(text=mutant.text, finish_reason=mutant.finish)
    bad = msgspec.structs.replace(sample, answer=answer)
    for line in mutant.advice:
        item = yamlfile.convert(yamlfile.parse(line, ""), list[dict[str, object]])[0]
        spec = check_spec(item)
        assert not isinstance(spec, str), spec
        check = checks.build(spec)
        if check.judge(sample).outcome == "passed" and check.judge(bad).outcome == "failed":
            return line
    return ""


def _idle(name: str, *, made: bool) -> _Finding:
    why = "it is caught" if made else "this sample has none"
    return _Finding(f"mutant {name} is argued for, but {why}", "take the line out", (("survivors", name),))


def _problems(spell: Spell, findings: list[_Finding]) -> tuple[Problem, ...]:
    """Warnings with their places in the spell's file."""
    from grimoire import yamlfile

    if not findings or spell.path is None:
        return ()
    document = yamlfile.read(spell.path)
    problems = []
    for finding in findings:
        path = next((keys for keys in finding.keys if keys in document.places), ())
        problems.append(document.problem(path, GATE, finding.message, hint=finding.hint, severity="warning"))
    return tuple(problems)


def bad_answers(spell: Spell, cell: Cell, continue_limit: int) -> dict[str, Mutant]:
    """Every mutant of a spell's sample, and what the rehearsal answers to its first case, by name."""
    from grimoire import mutants

    return mutants.mutate(_material(spell, cell)) | _misbehaving(cell, continue_limit)


def _material(spell: Spell, cell: Cell) -> Material:
    from grimoire.backends.articles import GENERIC, LIGHTHOUSE
    from grimoire.mutants import Material
    from grimoire.scripts import base

    code = base(cell.request.answer_in)
    other = "zh" if code == "en" else "en"
    return Material(
        sample=spell.sample,
        text=cell.text,
        incantation=cell.incantation,
        answer_in=cell.request.answer_in,
        subject=cell.subject,
        foreign=GENERIC[other] + LIGHTHOUSE[other],
        elsewhere=LIGHTHOUSE[code] + GENERIC[code] if code in LIGHTHOUSE else "",
    )


def _misbehaving(cell: Cell, continue_limit: int) -> dict[str, Mutant]:
    """What the rehearsal answers that misbehaves on purpose, asked as a trial asks it."""
    import asyncio

    from grimoire import cast
    from grimoire.backends.rehearsal import Rehearsal
    from grimoire.mutants import MISBEHAVIOURS, Mutant
    from grimoire.mutants.advice import telling

    async def ask() -> dict[str, Mutant]:
        found = {}
        for name, what in MISBEHAVIOURS.items():
            backend = Rehearsal(name.partition("/")[2])
            answer = await cast.ask(backend, cell.request, continue_limit=continue_limit)
            advice = telling(cell.request.example)
            found[name] = Mutant(text=answer.text, what=what, advice=advice, finish=answer.finish_reason)
        return found

    return asyncio.run(ask())
