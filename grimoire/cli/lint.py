"""`grimoire lint`: everything that is wrong with spells and translations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grimoire.cli import options
from grimoire.errors import Problem

if TYPE_CHECKING:
    from grimoire.library import Library


def lint(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH", help="Folders or files.")] = None,
    json: options.JsonLines = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
) -> None:
    """Check spells and translations; with no path, all on the search path. Exit code 2 when one is not valid."""
    from grimoire import settings
    from grimoire.cli import output, wiring

    library = wiring.open_library(settings.load())
    errors = warnings = 0
    for root in paths or library.roots:
        for problem in (*library.lint(root), *_samples(library, root)):
            errors += problem.severity == "error"
            warnings += problem.severity != "error"
            if json:
                output.emit_json(problem, lines=True)
            else:
                output.emit(f"{problem}\n")
    if not json:
        output.note(f"{output.count(errors, 'error')}, {output.count(warnings, 'warning')}")
    if errors or (strict and warnings):
        raise typer.Exit(2)


def _samples(library: Library, root: Path) -> Iterator[Problem]:
    """Samples that fail their own spell's checks: either the sample is not good, or a check is wrong."""
    from grimoire.errors import InvalidFile
    from grimoire.library import spell_files

    for path in spell_files(root) if root.is_dir() else [root]:
        try:
            spell = library.load(path) if "." not in path.stem else None
        except InvalidFile:
            continue
        if spell and spell.sample and spell.cases:
            yield from _sample(library, path, spell.name)


def _sample(library: Library, path: Path, name: str) -> Iterator[Problem]:
    from grimoire.backends.rehearsal import Rehearsal
    from grimoire.cast import build_cell
    from grimoire.chat import Answer
    from grimoire.cli.wiring import SpellJudge

    spell = library.load(path)
    cell = build_cell(spell, spell.template, spell.cases[0], Rehearsal("sample"))
    verdict = SpellJudge([spell])(cell, Answer(text=spell.sample, finish_reason="stop"))
    for check in verdict.checks:
        if check.outcome in {"failed", "crashed"}:
            message = f"the sample of `{name}` {check.outcome} its check {check.check}: {check.reason}"
            yield Problem(file=str(path), gate="sample", severity="warning", message=message)
