"""`grimoire rejudge`: today's checks over the answers on record, without asking for them again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from grimoire.cli import options

if TYPE_CHECKING:
    from grimoire.ledger import SqliteLedger
    from grimoire.library import Library
    from grimoire.record import Entry
    from grimoire.settings import Settings
    from grimoire.spell import Spell
    from grimoire.verdict import Verdict


def rejudge(
    names: options.Names = None,
    older: Annotated[bool, typer.Option("--all", help="Answers to earlier versions of a text, too.")] = False,
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask the judge where a check needs one (no dry run does).")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; record nothing.")] = False,
    json: options.JsonLines = False,
    ledger: options.LedgerFile = None,
) -> None:
    """Run today's checks over stored answers and show which verdicts change. The old verdicts stay on record.

    What a model was asked about an answer before is taken over. Casts are left out, as they are no evidence.

    Examples:
      grimoire rejudge --dry-run
      grimoire rejudge tldr
    """
    import asyncio
    from contextlib import aclosing

    from grimoire import settings as settings_file
    from grimoire.cli import output, wiring

    settings = settings_file.load()
    library = wiring.open_library(settings)
    tally = _Tally()

    async def work(store: SqliteLedger) -> None:
        for spell in _spells(library, store, names or (), tally):
            async with aclosing(_Work(settings, library, store, spell, ask=ask and not dry_run)) as answers:
                async for entry, verdict in answers.judged(tally, older=older):
                    tally.count(entry, verdict)
                    if not (dry_run or _same(entry, verdict)):
                        store.add_verdict(entry.id, verdict)
                    if entry.verdict != verdict.kind:
                        _show(entry, verdict, json=json)

    with wiring.open_ledger(settings, ledger, reading=dry_run) as store:
        asyncio.run(work(store))
    output.note(tally.summary(dry_run=dry_run))
    if tally.failed:
        raise typer.Exit(3)


class _Tally:
    """What became of the answers."""

    def __init__(self) -> None:
        self.answers = self.changed = self.renewed = self.older = self.unasked = self.failed = 0
        self.fault = ""
        self.gone: list[str] = []

    def count(self, entry: Entry, verdict: Verdict) -> None:
        """One answer that was judged."""
        self.answers += 1
        self.changed += entry.verdict != verdict.kind
        self.renewed += not _same(entry, verdict)

    def summary(self, *, dry_run: bool) -> str:
        """One line for the person who waits."""
        from grimoire.cli.output import count

        changes = "1 verdict changes" if self.changed == 1 else f"{self.changed:,} verdicts change"
        parts = [f"{count(self.answers, 'answer')} judged: {changes}"]
        parts.append(f"{self.renewed:,} {'would be ' if dry_run else ''}recorded anew")
        parts += [f"{self.older} to earlier texts left alone (--all)"] if self.older else []
        parts += [f"{self.unasked} need the judge (--ask)"] if self.unasked else []
        parts += [f"{self.failed} got no verdict of the judge and keep theirs ({self.fault})"] if self.failed else []
        parts += [f"no longer in the library: {', '.join(self.gone)}"] if self.gone else []
        return "; ".join(parts)


def _spells(library: Library, store: SqliteLedger, names: Sequence[str], tally: _Tally) -> Iterator[Spell]:
    """The spells named, or all on record; what has left the library is told, and a broken file ends nothing."""
    from grimoire.cli import output
    from grimoire.errors import InvalidFile, UnknownName

    for name in dict.fromkeys(names) or store.spells():
        try:
            yield library.get(name)
        except UnknownName:
            if names:
                raise
            tally.gone.append(name)
        except InvalidFile as error:
            output.warn(problem for problem in error.problems if problem.severity == "error")


class _Work:
    """One spell's answers."""

    def __init__(self, settings: Settings, library: Library, store: SqliteLedger, spell: Spell, *, ask: bool) -> None:
        from grimoire.cli import judging

        self._store = store
        self._spell = spell
        self._panel = judging.open_panel(settings, [spell]) if ask else None
        self._judge = judging.open_judge(settings, [spell], store, self._panel)
        self._ask = ask
        texts = [spell.template, *(text.template for text in library.translations(spell))]
        self._current = {(text.language, text.digest) for text in texts}

    async def aclose(self) -> None:
        if self._panel:
            await self._panel.aclose()

    async def judged(self, tally: _Tally, *, older: bool) -> AsyncIterator[tuple[Entry, Verdict]]:
        """Each answer with today's verdict on it."""
        for entry in self._store.judgements(self._spell.name):
            if not older and (entry.language, entry.template) not in self._current:
                tally.older += 1
                continue
            verdict = await self._verdict(entry, tally)
            if verdict is not None:
                yield entry, verdict

    async def _verdict(self, entry: Entry, tally: _Tally) -> Verdict | None:
        """Today's verdict; None where a model would have to be asked, or was and gave none: then the old one stays."""
        from grimoire.cast import recorded_cell

        cell, answer = recorded_cell(entry, self._spell), entry.reply
        verdict = self._judge(cell, answer, entry.cost)
        if not self._judge.asks(cell):
            return verdict
        carried = self._judge.carry(cell, answer, verdict, entry.checks)
        if carried is not None:
            return carried
        if not self._ask:
            tally.unasked += 1
            return None
        asked = await self._judge.ask(cell, answer, entry.cost, verdict)
        if asked.kind == "error" and verdict.kind != "error":
            tally.failed += 1
            tally.fault = tally.fault or asked.reasons[0]
            return None
        return asked


def _same(entry: Entry, verdict: Verdict) -> bool:
    return (entry.verdict, entry.yardstick, entry.checks) == (verdict.kind, verdict.yardstick, verdict.checks)


def _show(entry: Entry, verdict: Verdict, *, json: bool) -> None:
    from grimoire.cli import output
    from grimoire.terminal import one_line
    from grimoire.verdict import Verdict

    if json:
        place = {name: getattr(entry, name) for name in ("spell", "language", "backend", "case", "run", "sample")}
        change = {"answer": entry.id, "was": entry.verdict, "verdict": verdict.kind, "checks": verdict.checks}
        output.emit_json(place | change, lines=True)
        return
    before = "; ".join(Verdict(kind="error", checks=entry.checks).reasons)
    why = "; ".join(verdict.reasons) or (f"before: {before}" if before else "")
    where = f"{entry.spell} ({entry.language}) on {entry.backend}, case {entry.case}, answer {entry.id}"
    output.emit(f"{entry.verdict or 'not judged'} → {verdict.kind}: {one_line(where, 200)}: {one_line(why, 200)}\n")
