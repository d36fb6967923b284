"""`grimoire import`: translations that came from other tools, every gate run on the way in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grimoire.cli.drafts import open_draft
from grimoire.cli.output import note, warn
from grimoire.errors import GrimoireError, InvalidFile, Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grimoire.formats.po import PoFile
    from grimoire.glossary import Glossary
    from grimoire.ledger import SqliteMemory
    from grimoire.library import Library
    from grimoire.segment import Unit
    from grimoire.translators.draft import Draft

import_app = typer.Typer(help="Read translations from other tools.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(metavar="FILE", help="The file to read.")]


@import_app.command("po")
def import_po(file: File) -> None:
    """Take a PO file's translations into the library, where they pass every gate.

    What is fuzzy stays in need of review; what fails a gate, or whose source has changed since, is refused.
    Exit code 1 when a translation was refused or needs review, 2 when an entry could not be read.

    Examples:
      grimoire import po zh.po
    """
    from grimoire import settings as settings_file
    from grimoire.cli import output, wiring
    from grimoire.formats import po

    settings = settings_file.load()
    loaded, problems = po.load(_read(file).decode("utf-8-sig", "surrogateescape"), str(file))
    output.warn(problems)
    with wiring.open_memory(settings) as memory:
        library = wiring.open_library(settings, judging=False)
        taking = _Taking(library, memory, wiring.open_glossary(settings), loaded.language, str(file))
        for spell, units in _by_spell(loaded).items():
            taking.take(spell, units)
    output.note(
        f"{output.count(len(loaded.statuses), 'spell')}: {taking.written} written, "
        f"{taking.review} need review, {taking.refused:,} refused"
    )
    unreadable = any(problem.severity == "error" for problem in problems)
    raise typer.Exit(2 if unreadable else 1 if taking.refused or taking.review else 0)


@import_app.command("tmx")
def import_tmx(file: File) -> None:
    """Take a TMX file into the translation memory; each segment meets the gates again where it is used.

    Examples:
      grimoire import tmx memory.tmx
    """
    from grimoire import settings
    from grimoire.cli import output, wiring
    from grimoire.formats import tmx

    entries, problems = tmx.load(_read(file), str(file))
    output.warn(problems)
    if not entries:
        raise typer.Exit(2 if problems else 0)
    with wiring.open_memory(settings.load()) as memory:
        memory.remember(dict(entries))
    output.note(f"{output.count(len(entries), 'segment')} taken into the memory")
    raise typer.Exit(2 if any(problem.severity == "error" for problem in problems) else 0)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidFile(
            [Problem(file=str(file), gate="file", message=f"cannot be read: {error.strerror or error}")]
        ) from error


def _by_spell(loaded: PoFile) -> dict[str, list[tuple[Unit, int]]]:
    found: dict[str, list[tuple[Unit, int]]] = {}
    for unit, line in loaded.units:
        found.setdefault(unit.spell, []).append((unit, line))
    return found


class _Taking:
    """Takes units into the translations they belong to, and counts what became of them."""

    def __init__(self, library: Library, memory: SqliteMemory, glossary: Glossary, language: str, file: str) -> None:
        self._library = library
        self._memory = memory
        self._glossary = glossary
        self._language = language
        self._file = file
        self.written = self.review = self.refused = 0

    def take(self, name: str, units: Sequence[tuple[Unit, int]]) -> None:
        """All units of one spell; its file is written when anything in it changed."""
        try:
            draft = self._open(name)
        except GrimoireError as error:
            self._refuse(min(line for _, line in units), "spell", f"{name}: {error.message}", error.hint)
            return
        unsettled, refused, changed = dict(draft.unsettled), self.refused, False
        current = {(unit.field, unit.line, unit.index): (number, unit) for number, unit in enumerate(draft.units())}
        for unit, line in units:
            number, ours = current.get((unit.field, unit.line, unit.index), (-1, None))
            if ours is None or ours.source != unit.source:
                where = f"{name}: {unit.field}, line {unit.line}"
                self._refuse(line, "stale", f"{where}: its source has changed since", "export it again")
            else:
                self._settle(draft, number, ours, unit, line)
                changed = changed or draft.units_differ(number, ours.target)
        # Entries of which one was refused, and none says anything new, leave the file as it was.
        if (draft.touched or draft.unsettled != unsettled) and (changed or refused == self.refused):
            self._save(draft)
        elif draft.before:
            self.review += draft.before.status == "needs-review"

    def _open(self, name: str) -> Draft:
        spell = self._library.get(name)
        if spell.language == self._language:
            raise UsageError("it is written in that language itself")
        return open_draft(self._library, spell, self._language, self._glossary)

    def _settle(self, draft: Draft, number: int, ours: Unit, theirs: Unit, line: int) -> None:
        """Take a unit that is new and passes, or no longer fuzzy; a fuzzy one stays in doubt, whatever it holds."""
        settled = ours.needs_review and not theirs.needs_review
        if theirs.target and (theirs.target != ours.target or settled):
            defect = draft.defect(number, theirs.target)
            if defect and defect.severity == "error":
                self._refuse(line, defect.gate, f"{theirs.spell}: {defect.message}", defect.advice)
            else:
                draft.settle(number, theirs.target)
        if theirs.needs_review or (ours.target and not theirs.target):
            draft.doubt(
                number, theirs.remark or ("marked as fuzzy" if theirs.needs_review else "emptied by its reviewer")
            )

    def _save(self, draft: Draft) -> None:
        translation = draft.finish()
        path = self._library.save_translation(draft.spell, translation)
        self._memory.remember(draft.approved())
        note(f"written: {path} ({translation.status})")
        self.written += 1
        self.review += translation.status == "needs-review"

    def _refuse(self, line: int, gate: str, message: str, hint: str) -> None:
        warn([Problem(file=self._file, line=line, gate=gate, message=message, hint=hint)])
        self.refused += 1
