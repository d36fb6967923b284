"""Translate many spells through engines that nobody trusts, and mend what they break, within a bound.

Each distinct segment of all the spells is asked for once, unless the memory has it. What fails a gate is asked for
again with the defect named, then alone, then of the second engine; what then still fails is left in its source, and the
spell needs review. Tokens are numbered through a request, so that a line put in another's place is found out.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import msgspec

from grimoire.errors import (
    AuthenticationFailed,
    KeyMissing,
    QuotaExceeded,
    ServiceError,
    ServiceFault,
    TranslationRefused,
    UsageError,
)
from grimoire.glossary import Glossary
from grimoire.languages import LANGUAGES, resolve
from grimoire.ports import Memory, Translator
from grimoire.segment import PERSON, Segment
from grimoire.spell import Spell, Translation, TranslationStatus
from grimoire.translators.examine import examine
from grimoire.translators.fields import assemble
from grimoire.translators.gates import WARNINGS
from grimoire.translators.guard import NO_GLOSSARY, Defect, same_options
from grimoire.translators.marks import number_through, take_all
from grimoire.translators.orders import Order, demands, identify, key_of, recall, segment_defects, take_apart

MISPLACED = ("lines", "what came back is not of this line, or not all of it")
"""The defect of a line that got another one's translation, or lost its end."""

SENTENCE = 12
MANY = 3
"""Characters from which on an answer that is the same for so many lines of a run is taken for a remark."""

HOPELESS = 5
"""Lines in a row that an engine fails even alone, or requests that give no answer, after which it is asked no more."""

_FATAL = (AuthenticationFailed, KeyMissing, QuotaExceeded)


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one spell: a translation, good or with defects that need a person; or the reason for none."""

    spell: Spell
    translation: Translation | None = None
    defects: list[Defect] = []
    warnings: list[Defect] = []
    error: ServiceError | TranslationRefused | None = None


class Tally(msgspec.Struct):
    """What a run cost: requests in all, those of them that mended, segments asked for, remembered and mended."""

    requests: int = 0
    extra: int = 0
    asked: int = 0
    characters: int = 0
    remembered: int = 0
    mended: int = 0


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How a run goes: what it remembers, which words are fixed, and how many extra requests it may spend on mending.

    Without `recalling` everything is asked for, and remembered again.
    """

    memory: Memory | None = None
    recalling: bool = True
    glossary: Glossary = NO_GLOSSARY
    extra_requests: int = 100
    on_finished: Callable[[Finished], None] = lambda _: None
    on_batch: Callable[[int, int], None] = lambda *_: None


async def translate_spells(
    spells: Sequence[Spell], engines: Sequence[Translator], target: str, options: Options, tally: Tally | None = None
) -> Tally:
    """Translate spells into `target` (a code or name); the first engine translates, the second mends what is left.

    Each spell is handed to `options.on_finished` as soon as it is done, in no fixed order; nothing is written here. A
    `tally` given goes on, so that several targets share one bound on extra requests.
    Raises UsageError for a spell that is in that language already, or no such language.
    """
    target = resolve(target)
    tally = tally or Tally()
    by_source: dict[str, list[Spell]] = {}
    for spell in spells:
        by_source.setdefault(resolve(spell.language), []).append(spell)
    if target in by_source:
        raise UsageError(f"{by_source[target][0].name} is written in {LANGUAGES[target].english} already")
    for source, group in by_source.items():
        await _Run(group, engines, (source, target), options, tally).go()
    return tally


class _Run:
    """One run over spells of one language: what is good, what is bad and why, and what gave no answer.

    `kept` says by an engine's name how many more marks it kept than it lost.
    """

    def __init__(
        self,
        spells: Sequence[Spell],
        engines: Sequence[Translator],
        languages: tuple[str, str],
        options: Options,
        tally: Tally,
    ) -> None:
        self.engines = engines
        self.languages = languages
        self.options = options
        self.tally = tally
        self.orders, refused = take_apart(spells, options.glossary, languages[1])
        self.wanted = demands(self.orders)
        self.good: dict[Segment, str] = {}
        self.bad: dict[Segment, tuple[str, str]] = {}
        self.got: dict[Segment, str] = {}
        self.errors: dict[Segment, ServiceError] = {}
        self.makers: dict[Segment, str] = {}  # by name; PERSON's words come out of the memory
        self.kept: dict[str, int] = {}
        self.failures: dict[str, list[ServiceError]] = {}
        self.said: dict[str, set[Segment]] = {}
        self.open = {order.spell.name: order for order in self.orders}
        self.users: dict[Segment, list[str]] = {}
        for order in self.orders:
            for segment in order.segments:
                self.users.setdefault(segment, []).append(order.spell.name)
        self.missing = {order.spell.name: len(order.segments) for order in self.orders}
        for spell in spells:
            if spell.name in refused:
                options.on_finished(Finished(spell=spell, error=TranslationRefused(refused[spell.name])))

    async def go(self) -> None:
        first, *others = self.engines
        memory = self.options.memory if self.options.recalling else None
        known = recall(memory, self.wanted, identify(self.engines), self.languages)
        self.tally.remembered += len(known)
        self.makers |= {segment: maker for segment, (_, maker) in known.items()}
        self._accept({segment: text for segment, (text, _) in known.items()})
        for name in [name for name, count in self.missing.items() if not count and name in self.open]:
            self._hand_over(name)
        left = [segment for segment in self.wanted if segment not in self.good]
        self.tally.asked += len(left)
        await self._ask_all(first, left)
        await self._mend(first, others[0] if others else None)
        self._finish_rest()

    async def _mend(self, first: Translator, second: Translator | None) -> None:
        """Once more with the defect named, then each line alone, then the other engine."""
        self._compare_options()
        await self._again(first, list(self.bad), self._room())
        self._tolerate(first)
        self._compare_options()
        reserve = len(list(second.cut(list(self.bad | self.errors)))) if second else 0
        await self._alone(first, max(0, self._room() - reserve))
        self._tolerate(first)
        if second:
            self._compare_options()
            await self._again(second, [*self.bad, *self.errors], self._room())
            self._tolerate(second)

    async def _again(self, engine: Translator, segments: Sequence[Segment], room: int) -> None:
        batches = list(engine.cut(segments))[:room] if segments else []
        self.tally.extra += len(batches)
        await self._ask(engine, batches)
        self.tally.mended += sum(segment in self.good for batch in batches for segment in batch)

    async def _alone(self, engine: Translator, room: int) -> None:
        failures = 0
        for segment in list(self.bad)[:room]:
            await self._again(engine, [segment], 1)
            failures = failures + 1 if segment in self.bad else 0
            if failures == HOPELESS:
                return

    def _room(self) -> int:
        return self.options.extra_requests - self.tally.extra

    async def _ask_all(self, engine: Translator, segments: Sequence[Segment]) -> None:
        await self._ask(engine, list(engine.cut(segments)) if segments else [], first=True)

    async def _ask(self, engine: Translator, batches: Sequence[list[Segment]], *, first: bool = False) -> None:
        """Ask for batches, as many at a time as the engine bears; a batch without an answer is noted."""
        slots = asyncio.Semaphore(engine.concurrent)
        failures = self.failures.setdefault(engine.name, [])
        done = 0

        async def one(batch: list[Segment]) -> None:
            nonlocal done
            async with slots:
                if _give_up(failures):
                    self._note_error(batch, failures[-1])
                    return
                try:
                    self._take(engine, batch, await self._request(engine, batch))
                    failures[:] = [failure for failure in failures if isinstance(failure, _FATAL)]
                except ServiceError as error:
                    failures.append(error)
                    self._note_error(batch, error)
                done += 1
                if first:
                    self.options.on_batch(done, len(batches))

        await asyncio.gather(*(one(batch) for batch in batches))

    async def _request(self, engine: Translator, batch: list[Segment]) -> list[str | None]:
        """The answers to a batch, None for one that belongs to another line."""
        self.tally.requests += 1
        marks = number_through(batch, [self.wanted[segment].brackets for segment in batch])
        sent = [mark.put() for mark in marks]
        self.tally.characters += sum(len(segment.text) for segment in sent)
        remarks = {number: self.bad[segment][1] for number, segment in enumerate(batch) if segment in self.bad}
        context = "\n".join(dict.fromkeys(about for segment in batch if (about := self.wanted[segment].about)))
        source, target = self.languages
        answers = await engine.translate(sent, source=source, target=target, context=context, remarks=remarks)
        if len(answers) != len(batch):
            raise ServiceFault(f"{engine.name} was sent {len(batch)} texts and gave {len(answers)} back")
        taken, self.kept[engine.name] = take_all(marks, answers, self.kept.get(engine.name, 0))
        return taken

    def _take(self, engine: Translator, batch: Sequence[Segment], answers: Sequence[str | None]) -> None:
        """Judge a batch's answers; what is good is remembered at once, since it has been paid for."""
        fresh: dict[Segment, str] = {}
        for segment, answer in zip(batch, answers, strict=True):
            self.said.setdefault((answer or "").strip(), set()).add(segment)
        for segment, answer in zip(batch, answers, strict=True):
            text = (answer or "").strip()
            self.errors.pop(segment, None)
            # One sentence for many lines is no translation of any, in whatever language it was said.
            same = len(text) >= SENTENCE and len(self.said[text]) >= MANY
            wrong = MISPLACED if answer is None or same else self.wanted[segment].inspect(text, *self.languages)
            if wrong is None:
                fresh[segment] = text
                self.bad.pop(segment, None)
            elif _better(wrong, self.bad.get(segment)):
                self.bad[segment], self.got[segment] = wrong, text
        self._keep(engine, fresh)

    def _keep(self, engine: Translator, fresh: Mapping[Segment, str]) -> None:
        self.makers |= dict.fromkeys(fresh, engine.name)
        if self.options.memory and fresh:
            source, target = self.languages
            known = {key_of(s, source, target, engine.name, engine.version): text for s, text in fresh.items()}
            self.options.memory.remember(known)
        self._accept(fresh)

    def _tolerate(self, engine: Translator) -> None:
        """Take what no gate but one that warns has anything against: it has been asked for once more, in vain."""
        passing = [segment for segment, (gate, _) in self.bad.items() if gate in WARNINGS]
        for segment in passing:
            del self.bad[segment]
        self._keep(engine, {segment: self.got[segment] for segment in passing})

    def _note_error(self, batch: Sequence[Segment], error: ServiceError) -> None:
        self.errors |= {segment: error for segment in batch if segment not in self.bad}

    def _compare_options(self) -> None:
        """Options of one variable that became the same: the later one is no longer good."""
        for order in self.open.values():
            for number, reason in same_options(order.protected, self._results(order)).items():
                segment = order.protected.places[number].slot.segment
                if segment in self.good:
                    self.got[segment] = self.good.pop(segment)
                    for name in self.users[segment]:
                        self.missing[name] += 1
                    self.bad[segment] = ("options", reason)

    def _results(self, order: Order) -> list[str]:
        return order.results(self.good)

    def _accept(self, fresh: Mapping[Segment, str]) -> None:
        """Take what is good, and hand over each spell that now has everything and needs no mending."""
        new = [segment for segment in fresh if segment not in self.good]
        self.good |= fresh
        touched = Counter(name for segment in new for name in self.users[segment])
        for name, count in touched.items():
            self.missing[name] -= count
        for name in touched if new else ():
            if self.missing[name] == 0 and name in self.open:
                self._hand_over(name)

    def _hand_over(self, name: str) -> None:
        finished = self._finished(self.open[name])
        if not finished.defects:
            self.options.on_finished(finished)
            del self.open[name]

    def _finish_rest(self) -> None:
        self._compare_options()
        for order in self.open.values():
            error = next((self.errors[segment] for segment in order.segments if segment in self.errors), None)
            finished = Finished(spell=order.spell, error=error) if error else self._finished(order)
            self.options.on_finished(finished)

    def _finished(self, order: Order) -> Finished:
        """The translation made, its lines with an error in their source; judged once more, as the file it will be."""
        defects = segment_defects(order, self.bad, self.got)
        translation = self._assembled(order, self.good, defects)
        found = examine(order.spell, translation, self.options.glossary)
        warnings = [defect for defect in found if defect.severity == "warning"]
        if more := _untold([defect for defect in found if defect.severity == "error"], defects):
            defects += more
            translation = self._assembled(order, self._without(order, more), defects)
        return Finished(spell=order.spell, translation=translation, defects=defects, warnings=warnings)

    def _without(self, order: Order, defects: Sequence[Defect]) -> Mapping[Segment, str]:
        """What is good, but for the lines that hold a defect only the whole file shows."""
        lines = {(defect.field, defect.line) for defect in defects}
        places = order.protected.places
        names = [field.name for field in order.protected.fields]
        out = {place.slot.segment for place in places if (names[place.field], place.line) in lines}
        whole = {defect.field for defect in defects if not defect.line}
        out |= {place.slot.segment for place in places if names[place.field] in whole}
        return {segment: text for segment, text in self.good.items() if segment not in out}

    def _assembled(self, order: Order, results: Mapping[Segment, str], defects: Sequence[Defect]) -> Translation:
        makers = dict.fromkeys(self.makers.get(segment, self.engines[0].name) for segment in order.segments)
        # Where every word is a person's, it is what they reviewed.
        status: TranslationStatus = "reviewed" if list(makers) == [PERSON] else "machine"
        return assemble(
            order.spell,
            order.protected.restore(order.results(results)),
            language=self.languages[1],
            translator=", ".join(makers) or self.engines[0].name,
            status="needs-review" if defects else status,
            review=[f"{defect.where}: {defect.reason}" for defect in defects],
        )


def _untold(found: Sequence[Defect], told: Sequence[Defect]) -> list[Defect]:
    """Defects of the finished file in lines, and whole fields, of which none is told yet."""
    lines, fields = {(defect.field, defect.line) for defect in told}, {defect.field for defect in told}
    return [d for d in found if (d.field, d.line) not in lines and (d.line or d.field not in fields)]


def _give_up(failures: Sequence[ServiceError]) -> bool:
    return len(failures) >= HOPELESS or any(isinstance(failure, _FATAL) for failure in failures)


def _better(new: tuple[str, str], old: tuple[str, str] | None) -> bool:
    """Whether a defect is the one to keep: the latest, unless an earlier try broke nothing, or this says nothing."""
    if old is None:
        return True
    return new[0] in WARNINGS or not (old[0] in WARNINGS or new[0] == "empty")
