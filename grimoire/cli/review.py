"""`grimoire translate --review`: go through what needs review, line by line, at the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from grimoire.cli import output, wiring
from grimoire.cli.drafts import open_drafts
from grimoire.cli.editor import edit_text
from grimoire.errors import UsageError
from grimoire.segment import Unit
from grimoire.spell import Spell
from grimoire.terminal import one_line, strip_controls

if TYPE_CHECKING:
    from grimoire.ledger import SqliteMemory
    from grimoire.library import Library
    from grimoire.settings import Settings
    from grimoire.translators.draft import Draft

Choice = Literal["accept", "edit", "skip", "quit"]
_BELOW = "# ---- what stands below this line is left out ----"
CHOICES: dict[str, Choice] = {"a": "accept", "e": "edit", "s": "skip", "q": "quit"}


def review_all(settings: Settings, library: Library, spells: Sequence[Spell], language: str, *, named: bool) -> int:
    """Review each translation that needs it; the exit code: 1 while one still does, 2 where one cannot be read.

    With `named` spells one that no person has seen is gone through whole, though nothing is wrong with it. Each spell
    is saved when its last line is settled or the person stops; what is accepted goes into the memory.
    Raises UsageError where nobody is at the terminal.
    """
    import sys

    import typer

    glossary = wiring.open_glossary(settings)
    drafts, problems = open_drafts(library, spells, language, glossary)
    output.warn(problems)
    if named:
        for draft in drafts:
            if draft.before is None:
                output.note(f"{draft.spell.name} has no translation into {language}")
    drafts = [draft for draft in drafts if _is_due(draft, named=named)]
    if not drafts:
        output.note("nothing needs review")
        return 2 if problems else 0
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            f"{output.count(len(drafts), 'translation')} to review, and nobody at a terminal",
            hint="grimoire export po writes them for a translation editor",
        )
    editor = settings.variable("VISUAL") or settings.variable("EDITOR") or "vi"
    waiting = len(drafts)
    with wiring.open_memory(settings) as memory:
        for number, draft in enumerate(drafts, 1):
            output.note(f"\n{draft.spell.name} ({number} of {len(drafts)})")
            try:
                going_on = _review(draft, editor)
            except typer.Abort as stop:  # what typer makes of Ctrl-C and of the end of the input
                raise KeyboardInterrupt from stop
            finally:  # an interruption, or an editor that fails, loses nothing
                waiting -= _save(library, draft, memory)
            if not going_on:
                break
    return 1 if waiting else 2 if problems else 0


def _is_due(draft: Draft, *, named: bool) -> bool:
    """Whether a translation is to be gone through."""
    if draft.before is None or draft.before.status == "reviewed":
        return False
    if named and draft.before.status == "machine":
        draft.look_again()
    return draft.before.status == "needs-review" or named


def _review(draft: Draft, editor: str) -> bool:
    """Whether to go on with the next translation."""
    todo = draft.due
    for position, number in enumerate(todo, 1):
        unit = draft.units()[number]
        _show(unit, f"{position}/{len(todo)}")
        choice = _settle(draft, number, unit, editor)
        if choice == "quit":
            return False
    return True


def _settle(draft: Draft, number: int, unit: Unit, editor: str) -> Choice:
    """Ask until the unit is accepted, edited into something the gates let pass or the person insists on, or left."""
    from grimoire.translators.draft import BREAKING

    text = unit.target
    while True:
        choice = _ask()
        if choice in {"skip", "quit"}:
            return choice
        if choice == "edit":
            text = _edit(unit.source, text, editor)
            output.note(f"  now    {strip_controls(text)}")
        defect = draft.defect(number, text)
        if defect is None or (choice == "accept" and defect.gate not in BREAKING and _insist(defect.reason)):
            draft.settle(number, text)
            return choice
        if choice == "edit" or defect.gate in BREAKING:
            output.note(f"  still wrong: [{defect.gate}] {one_line(defect.reason)}")


def _show(unit: Unit, position: str) -> None:
    """Source and target under each other: beside each other two long lines would be four narrow columns."""
    output.note(f"\n[{position}] {unit.field}, line {unit.line}: {one_line(unit.remark) or 'made by a machine'}")
    output.note(f"  source {strip_controls(unit.source)}")
    output.note(f"  target {strip_controls(unit.target) or '(none)'}")


def _ask() -> Choice:
    import typer

    while True:
        typed = typer.prompt("  [a]ccept [e]dit [s]kip [q]uit", default="s", show_default=False, err=True)
        if choice := CHOICES.get(typed.strip().lower()[:1]):
            return choice


def _insist(reason: str) -> bool:
    import typer

    return typer.confirm(f"  {one_line(reason)}. Accept it all the same?", err=True)


def _edit(source: str, text: str, editor: str) -> str:
    """The text as the person's editor leaves it; the source stands below it. A text may begin with a hash itself."""
    below = f"{_BELOW}\n# Placeholders stay as they are. The source:\n# {source}\n"
    edited = edit_text(f"{text or source}\n\n{below}", editor).partition(_BELOW)[0]
    return " ".join(filter(None, map(str.strip, edited.splitlines())))


def _save(library: Library, draft: Draft, memory: SqliteMemory) -> bool:
    """Write what was settled, if anything was; whether nothing is left to review in it."""
    if not draft.touched and (draft.unsettled or draft.unseen):
        return not draft.unsettled
    translation = draft.finish()
    output.note(f"written: {library.save_translation(draft.spell, translation)} ({translation.status})")
    if draft.touched:
        memory.remember(draft.approved())
    for remark in () if draft.unsettled else translation.review:  # what is in no unit is mended in the file
        output.note(f"  {one_line(remark)}")
    return translation.status != "needs-review"
