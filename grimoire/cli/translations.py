"""Which translations are missing or stale, and making them: for `translate` and for `trial`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from grimoire import yamlfile
from grimoire.cli import output, wiring
from grimoire.errors import InvalidFile, ServiceError, UsageError
from grimoire.ports import Metered
from grimoire.spell import Spell, Translation
from grimoire.terminal import one_line

if TYPE_CHECKING:
    from rich.table import Table

    from grimoire.glossary import Glossary
    from grimoire.library import Library
    from grimoire.ports import Translator
    from grimoire.segment import MemoryKey
    from grimoire.settings import Settings
    from grimoire.translators.guard import Defect
    from grimoire.translators.pipeline import Finished, Tally

State = Literal["missing", "stale", "invalid", "needs-review", "current"]


class Outdated(msgspec.Struct, frozen=True):
    """A spell whose translation into a language is not what it should be. A reviewed one is a person's work."""

    spell: Spell
    language: str
    state: State
    reviewed: bool = False

    def explain(self, translator: str) -> str:
        """What will be done about it, in one line."""
        if self.state == "needs-review":
            return f"its translation into {self.language} needs review: left out ({self.review_command})"
        what = f"its translation into {self.language} is {self.state}"
        if self.reviewed:
            again = f"grimoire translate {self.spell.name} --to {self.language} --force"
            return f"{what}, and reviewed: used as it is ({again} makes it anew)"
        if translator:
            return f"{what}: {translator} makes it"
        used = "left out" if self.state in {"missing", "invalid"} else "used as it is"
        return f"{what}: {used} (grimoire translate {self.spell.name} --to {self.language} makes it)"

    @property
    def review_command(self) -> str:
        return f"grimoire translate {self.spell.name} --to {self.language} --review"

    @property
    def to_make(self) -> bool:
        """Whether an engine makes it without being forced; what needs review waits for its person."""
        return self.state not in {"current", "needs-review"} and not self.reviewed


class Left(msgspec.Struct, frozen=True):
    """A line that needs a person: where it is, which gate it fails and why, what was sent, what came, what to do."""

    spell: str
    where: str
    gate: str
    reason: str
    source: str
    target: str
    advice: str


class Made(msgspec.Struct):
    """What became of a batch: `left` is what needs a person, `warned` how many lines `lint` warns of."""

    written: int = 0
    review: int = 0
    refused: int = 0
    unanswered: int = 0
    warned: int = 0
    left: list[Left] = []
    tally: Tally | None = None

    @property
    def imperfect(self) -> int:
        """Spells that are not translated as they should be."""
        return self.review + self.refused


def inspect(library: Library, spell: Spell, language: str) -> Outdated:
    """How a spell's translation stands."""
    try:
        found = library.translation(spell, language)
    except InvalidFile:
        return Outdated(spell, language, "invalid", _is_persons(library.translation_path(spell, language)))
    if found is None:
        return Outdated(spell, language, "missing")
    if found.source != spell.source_digest:
        return Outdated(spell, language, "stale", found.status == "reviewed")
    state: State = "needs-review" if found.status == "needs-review" else "current"
    return Outdated(spell, language, state, found.status == "reviewed")


def outdated(library: Library, spells: Sequence[Spell], language: str) -> list[Outdated]:
    """Every spell whose translation into a language is missing, stale, not valid or in need of review."""
    states = [inspect(library, spell, language) for spell in spells if spell.language != language]
    return [state for state in states if state.state != "current"]


def translate_all(  # what to translate, with what, and how
    settings: Settings,
    library: Library,
    batch: Sequence[Outdated],
    engines: Sequence[str],
    *,
    force: bool = False,
    recalling: bool = True,
) -> Made:
    """Translate and save what is to be made, or all of it with `force`; one that fails is told and ends no batch.

    What the batch has of reviewed translations that are current is learnt first, so that a person's words come back
    when a spell changes; without `recalling` nothing comes out of the memory. The first engine translates, a second
    one mends what the first cannot. Raises ServiceError where no engine opens.
    """
    import asyncio

    made = Made()
    wanted = [late for late in batch if force or late.to_make]
    by_language: dict[str, list[Outdated]] = {}
    for late in wanted:
        by_language.setdefault(late.language, []).append(late)
    if wanted:
        learn(settings, library, batch)
        asyncio.run(_translate_all(settings, library, by_language, engines, made, recalling=recalling))
    return made


async def _translate_all(
    settings: Settings,
    library: Library,
    by_language: dict[str, list[Outdated]],
    engines: Sequence[str],
    made: Made,
    *,
    recalling: bool,
) -> None:
    from contextlib import AsyncExitStack

    from grimoire.translators.pipeline import Options, translate_spells

    glossary = wiring.open_glossary(settings)
    with wiring.open_memory(settings) as memory:
        async with AsyncExitStack() as stack:
            opened = [await stack.enter_async_context(wiring.open_translator(settings, name)) for name in engines]
            metered = await _tell_usage(opened, "before")
            for language, batch in by_language.items():
                saver = _Saver(library, made, {late.spell.name: late for late in batch})
                options = Options(
                    memory=memory,
                    recalling=recalling,
                    glossary=glossary,
                    extra_requests=settings.values.repair_requests,
                    on_finished=saver.take,
                    on_batch=_progress,
                )
                made.tally = await translate_spells(
                    [late.spell for late in batch], opened, language, options, made.tally
                )
            await _tell_usage(metered, "now")
            for engine in opened:
                for remark in engine.notes if isinstance(engine, Metered) else ():
                    output.note(f"note: {engine.name}: {remark}")


async def _tell_usage(engines: Sequence[Translator], when: str) -> list[Translator]:
    """Tell what accounts that count characters have used; those that said so. One that will not say ends nothing."""
    told: list[Translator] = []
    for engine in engines:
        if isinstance(engine, Metered):
            try:
                usage = await engine.usage()
            except ServiceError:  # translating will tell what is wrong
                continue
            limit = "" if usage.limit is None else f" of {usage.limit:,}"
            if usage.used is not None:
                output.note(f"{engine.name}: {usage.used:,}{limit} characters used {when}")
                told.append(engine)
    return told


def _approved(library: Library, reviewed: Sequence[Outdated], glossary: Glossary) -> dict[MemoryKey, str]:
    """What people have approved, segment by segment."""
    from grimoire.cli.drafts import open_drafts

    found: dict[MemoryKey, str] = {}
    for late in reviewed:
        drafts, _ = open_drafts(library, [late.spell], late.language, glossary)
        for draft in drafts:
            found |= draft.approved()
    return found


def learn(settings: Settings, library: Library, states: Sequence[Outdated]) -> None:
    """Keep in the memory what people have approved in current translations, before their spells change."""
    reviewed = [late for late in states if late.reviewed and late.state == "current"]
    if reviewed:
        approved = _approved(library, reviewed, wiring.open_glossary(settings))
        with wiring.open_memory(settings) as memory:
            known = memory.recall(list(approved))
            memory.remember({key: text for key, text in approved.items() if known.get(key) != text})


class _Saver:
    """Writes each translation as it is finished, and notes what became of it."""

    def __init__(self, library: Library, made: Made, batch: dict[str, Outdated]) -> None:
        self.library = library
        self.made = made
        self.batch = batch

    def take(self, finished: Finished) -> None:
        self.made.warned += len(finished.warnings)
        late, name = self.batch[finished.spell.name], finished.spell.name
        if finished.translation is None or finished.error:
            self._failed(name, finished)
        elif not finished.defects:
            if path := self._save(late, finished.translation):
                output.note(f"written: {path}")
                self.made.written += 1
        else:
            self._imperfect(late, finished.translation, finished.defects)

    def _save(self, late: Outdated, translation: Translation) -> Path | None:
        """The file written; one that cannot be is told, and ends nothing: what was paid for is in the memory."""
        name = late.spell.name
        if inspect(self.library, late.spell, late.language).reviewed and not late.reviewed:
            output.note(f"refused: {name}: a person has reviewed its translation meanwhile, which stays")
        else:
            try:
                return self.library.save_translation(late.spell, translation)
            except UsageError as error:
                output.note_error(name, error)
        self.made.refused += 1
        return None

    def _failed(self, name: str, finished: Finished) -> None:
        if isinstance(finished.error, ServiceError):
            output.note_error(f"no answer: {name}", finished.error)
            self.made.unanswered += 1
        elif finished.error:
            output.note_error(f"refused: {name}", finished.error)
            self.made.refused += 1

    def _imperfect(self, late: Outdated, translation: Translation, defects: Sequence[Defect]) -> None:
        """What needs review is written, but never over a good one."""
        name = late.spell.name
        self.made.left += [Left(name, d.where, d.gate, d.reason, d.source, d.target, d.advice) for d in defects]
        if late.state == "current" or late.reviewed:
            lines = output.count(len(defects), "line")
            output.note(f"refused: {name}: {lines} would be worse than what is there, which stays")
            self.made.refused += 1
            return
        path = self._save(late, translation)
        if path is None:
            return
        output.note(f"needs review: {path}: {output.count(len(defects), 'line')}")
        self.made.review += 1


def _progress(done: int, total: int) -> None:
    """A line every so often: where there is little to ask, none."""
    if total >= 10 and (done == total or done % max(1, total // 10) == 0):  # noqa: PLR2004  # a run of half a minute
        output.note(f"  {done:,} of {total:,} requests")


def _is_persons(path: Path) -> bool:
    """Whether a translation that is not valid (its spell gained a variable, say) is a person's work for all we know."""
    try:
        data = yamlfile.read(path).data
    except InvalidFile:
        return True
    return not isinstance(data, dict) or data.get("status", "machine") not in {"machine", "needs-review"}


def show_made(made: Made, *, json: bool) -> None:
    """The table of what needs a person, then what became of the batch and what it cost."""
    if json:
        for line in made.left:
            output.emit_json(line, lines=True)
    elif made.left:
        output.emit_table(_table(made.left[:ROWS]))
        if len(made.left) > ROWS:
            output.note(f"and {len(made.left) - ROWS:,} more: each file's `review:` lists its own")
        output.note("a line that stays broken is left in its source; --review goes through what needs a person")
    became = (f"{made.written} written", f"{made.review} need review", f"{made.refused} refused")
    output.note(f"{', '.join(became)}, {made.unanswered} without an answer")
    if made.warned:
        output.note(f"{output.count(made.warned, 'warning')}, such as words the glossary has otherwise: grimoire lint")
    if tally := made.tally:
        asked = f"{output.count(tally.asked, 'segment')} asked for, {tally.characters:,} characters"
        mended = f", {tally.extra} of them for mending, {tally.mended:,} mended" if tally.extra else ""
        output.note(f"{asked}; {tally.remembered:,} remembered; {output.count(tally.requests, 'request')}{mended}")


def _table(left: Sequence[Left]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("spell", no_wrap=True, style="bold cyan")
    for heading in ("where", "gate", "what is wrong", "source", "what came back"):
        table.add_column(heading, overflow="fold")
    for line in left:
        texts = (one_line(line.source, SHOWN), one_line(line.target, SHOWN))
        table.add_row(line.spell, line.where, line.gate, one_line(line.reason), *texts)
    return table


ROWS = 50
"""Lines the table names: more would scroll away."""

SHOWN = 60
"""Characters of a line that the table shows; `--json` has all of it."""
