"""What a trial will ask: spell × case × language × sample for each backend, counted before it is built (pure)."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, product
from typing import NamedTuple

import msgspec

from grimoire.cast import build_cell
from grimoire.chat import DEFAULT_COMPLETION, Usage, estimate_tokens
from grimoire.errors import MissingInput
from grimoire.permutation import Permutation
from grimoire.placeholders import Placeholder, parse
from grimoire.ports import Addressee
from grimoire.record import Cell
from grimoire.spell import Case, Spell, Template

_REMEMBERED = 512
"""Built questions that a shuffled order keeps at hand for their other samples."""

Place = tuple[str, str, str]
"""Spell, language, backend."""


class Plan(msgspec.Struct, frozen=True):
    """What to try. `templates` holds the text of each (spell name, language) that has one; others are left out.

    `only` are the cases to try, as (spell, case id), where not all are; `left_out` are places where nothing is asked.
    With a `seed` each backend is asked in an order of its own making, else in that of the spells.
    """

    spells: Sequence[Spell]
    languages: Sequence[str]
    templates: Mapping[tuple[str, str], Template]
    samples: int = 1
    only: frozenset[tuple[str, str]] | None = None
    left_out: frozenset[Place] = frozenset()
    seed: int | None = None


class Unit(NamedTuple):
    """What all samples of a question share."""

    spell: Spell
    case: Case
    template: Template


class Block(NamedTuple):
    """A spell's questions for one backend: each of its cases in each of its languages."""

    spell: Spell
    cases: Sequence[Case]
    templates: Sequence[Template]

    @property
    def size(self) -> int:
        """How many questions it holds."""
        return len(self.cases) * len(self.templates)

    def unit(self, index: int) -> Unit:
        """The question at an index from 0; languages change first."""
        case, language = divmod(index, len(self.templates))
        return Unit(self.spell, self.cases[case], self.templates[language])


class Planned(msgspec.Struct, frozen=True):
    """One backend's cells: counted without being built, built one at a time, and the same each time they are."""

    plan: Plan
    backend: Addressee

    def __iter__(self) -> Iterator[Cell]:
        return cells(self.plan, self.backend)

    def __len__(self) -> int:
        return count(self.plan, self.backend)


class Estimate(msgspec.Struct, frozen=True):
    """What one backend will be asked. Tokens are estimates; `cost` is None where no price is known."""

    backend: str
    calls: int
    tokens: Usage
    cost: float | None


def blocks(plan: Plan, backend: Addressee) -> list[Block]:
    """What a backend is asked, spell by spell; nothing of it is built yet."""
    found = []
    for spell in plan.spells:
        kept = [plan.templates[spell.name, code] for code in plan.languages if _asked(plan, spell, code, backend)]
        cases = tried_cases(plan, spell, rehearsal=backend.rehearsal)
        if kept and cases:
            found.append(Block(spell, cases, kept))
    return found


def tried_cases(plan: Plan, spell: Spell, *, rehearsal: bool) -> list[Case]:
    """The cases of a spell with which the plan tries it; of those a rehearsal has only the ones with a sample."""
    cases = [case for case in spell.cases if plan.only is None or (spell.name, case.id) in plan.only]
    return [case for case in cases if _example(spell, case)] if rehearsal else cases


def cells(plan: Plan, backend: Addressee) -> Iterator[Cell]:
    """One backend's cells, one spell, case and language after the other; or in the order that the plan's seed makes."""
    if plan.seed is not None:
        yield from _shuffled(plan, backend, plan.seed)
        return
    for unit in units(plan, backend):
        cell = build(unit, backend)
        yield cell
        for sample in range(2, plan.samples + 1):
            yield msgspec.structs.replace(cell, sample=sample)


def units(plan: Plan, backend: Addressee) -> Iterator[Unit]:
    """One backend's questions, in the order of the spells."""
    for block in blocks(plan, backend):
        for case, template in product(block.cases, block.templates):
            yield Unit(block.spell, case, template)


def build(unit: Unit, backend: Addressee) -> Cell:
    """The cell of a question's first sample, which knows the digest that all its samples share. Raises MissingInput."""
    cell = build_cell(unit.spell, unit.template, unit.case, backend)
    return msgspec.structs.replace(cell, question=cell.asks)


def count(plan: Plan, backend: Addressee) -> int:
    """How many cells a backend has."""
    return plan.samples * sum(block.size for block in blocks(plan, backend))


def planned(plan: Plan, backends: Iterable[Addressee]) -> dict[str, Planned]:
    """The cells of each backend, by its name."""
    return {backend.name: Planned(plan, backend) for backend in backends}


def sampled(keys: Iterable[str], samples: int) -> Counter[str]:
    """How many of a plan's samples are among the keys of some cells, by the digest of the question."""
    split = (key.rpartition("-") for key in keys)
    return Counter(question for question, _, sample in split if int(sample) <= samples)


def unready(plan: Plan, backends: Sequence[Addressee]) -> list[str]:
    """Spells of which nothing can be asked in any language, or nothing rehearsed, and why."""
    rehearsing = any(backend.rehearsal for backend in backends)
    reasons = []
    for spell in plan.spells:
        if not spell.cases:
            reasons.append(f"{spell.name}: it has no case to try it with")
        elif rehearsing and not spell.sample:
            reasons.append(f"{spell.name}: it has no sample to rehearse with")
    return reasons


def estimate(
    plan: Plan, backend: Addressee, price: tuple[float, float] | None = None, done: Mapping[str, int] | None = None
) -> Estimate:
    """Calls, tokens and cost of one backend; `price` is (input, output) per million tokens.

    `done` has by question how many of its samples are not asked any more. Of each text one question is filled in and
    measured; the others differ from it by what their cases put in. Raises MissingInput.
    """
    calls, prompt, completion = 0, 0, 0
    for block in blocks(plan, backend):
        inputs = [_inputs(case) for case in block.cases]
        answers = [estimate_tokens(_example(block.spell, case)) or DEFAULT_COMPLETION for case in block.cases]
        for template in block.templates:
            first = build(Unit(block.spell, block.cases[0], template), backend)
            used = Counter(part.name for part in parse(template.prompt) if isinstance(part, Placeholder))
            around = sum(estimate_tokens(message.content) for message in first.request.messages)
            around -= _put_in(inputs[0], used)
            for case, given, answer in zip(block.cases, inputs, answers, strict=True):
                left = plan.samples - _done(Unit(block.spell, case, template), backend, done)
                calls += left
                prompt += left * max(around + _put_in(given, used), 1)
                completion += left * answer
    tokens = Usage(prompt, completion)
    return Estimate(backend.name, calls, tokens, cost(tokens, price))


def cost(usage: Usage, price: tuple[float, float] | None) -> float | None:
    """What an answer cost, from its tokens and (input, output) prices per million; None where either is unknown."""
    if price is None or usage.prompt_tokens is None or usage.completion_tokens is None:
        return None
    return (usage.prompt_tokens * price[0] + usage.completion_tokens * price[1]) / 1_000_000


def fillable(spell: Spell, template: Template, backend: Addressee) -> str:
    """Why a spell's cases cannot be filled in; empty when they can. They differ only in which inputs they have."""
    kinds = {(not case.prompt, not case.crawled_text, not case.crawled_source): case for case in spell.cases}
    try:
        for case in kinds.values():
            build_cell(spell, template, case, backend)
    except MissingInput as error:
        return error.message
    return ""


def _shuffled(plan: Plan, backend: Addressee, seed: int) -> Iterator[Cell]:
    asked = blocks(plan, backend)
    starts = list(accumulate((block.size for block in asked), initial=0))

    @lru_cache(maxsize=_REMEMBERED)
    def built(index: int) -> Cell:
        block = bisect_right(starts, index) - 1
        return build(asked[block].unit(index - starts[block]), backend)

    for number in Permutation(starts[-1] * plan.samples, seed):
        index, sample = divmod(number, plan.samples)
        yield msgspec.structs.replace(built(index), sample=sample + 1)


def _asked(plan: Plan, spell: Spell, language: str, backend: Addressee) -> bool:
    place = (spell.name, language, backend.name)
    return (spell.name, language) in plan.templates and place not in plan.left_out


def _example(spell: Spell, case: Case) -> str:
    """As `cast.build_cell` has it: the sample answers the first case."""
    return spell.sample if case.prompt == spell.cases[0].prompt else ""


def _inputs(case: Case) -> dict[str, int]:
    """Tokens of what a case gives for each placeholder."""
    prompt = estimate_tokens(case.prompt)
    crawled = {"CRAWLEDTEXT": estimate_tokens(case.crawled_text), "CRAWLEDSOURCE": estimate_tokens(case.crawled_source)}
    variables = {f"VARIABLE{number}": estimate_tokens(value) for number, value in case.variables.items()}
    return {"PROMPT": prompt, "PROMPT1": prompt, **crawled, **variables}


def _put_in(given: Mapping[str, int], used: Mapping[str, int]) -> int:
    return sum(times * given.get(name, 0) for name, times in used.items())


def _done(unit: Unit, backend: Addressee, done: Mapping[str, int] | None) -> int:
    return done.get(build(unit, backend).question, 0) if done else 0
