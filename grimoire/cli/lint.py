"""`grimoire lint`: everything that is wrong with spells and translations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grimoire.cli import complete, options
from grimoire.cli.triable import untried
from grimoire.errors import Problem

if TYPE_CHECKING:
    from grimoire.cli.strength import Strength
    from grimoire.glossary import Glossary
    from grimoire.library import Linted, LintGroup
    from grimoire.settings import Settings
    from grimoire.spell import Spell, Translation


def lint(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH", help="Folders or files.")] = None,
    json: options.JsonLines = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
    joined: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="NAME",
            help="Find what contradicts each other in the one spell named and these, as `cast --with` would.",
            autocompletion=complete.spells,
        ),
    ] = None,
    strength: Annotated[
        bool, typer.Option("--strength", help="Also ask whether a spell's checks would catch a bad answer.")
    ] = False,
) -> None:
    """Check spells and translations; with no path, all on the search path. Exit code 2 when one is not valid.

    Examples:
      grimoire lint
      grimoire lint --strict spells
      grimoire lint --strength spells/writing/tldr.yaml
      grimoire lint tldr --with in-plain-words --with as-bullets
      grimoire lint --json spells | jq -r .message
    """
    from grimoire import settings as settings_file
    from grimoire.cli import output

    settings = settings_file.load()
    errors = warnings = 0
    strengths: list[Strength] = []
    for found in _found(settings, paths or [], joined or [], strength=strength):
        problems = [found] if isinstance(found, Problem) else found.problems
        for problem in problems:
            errors += problem.severity == "error"
            warnings += problem.severity != "error"
            if json:
                output.emit_json(problem, lines=True)
            else:
                output.emit(f"{problem}\n")
        if not isinstance(found, Problem):
            strengths.append(found)
    if not json:
        _summary(strengths)
        output.note(f"{output.count(errors, 'error')}, {output.count(warnings, 'warning')}")
    if errors or (strict and warnings):
        raise typer.Exit(2)


def _summary(strengths: list[Strength]) -> None:
    """How each spell's checks did, and all of them together."""
    from grimoire.cli import output
    from grimoire.cli.strength import total

    for found in strengths:
        output.note(str(found))
    if strengths:
        output.note(total(strengths))


def _found(settings: Settings, paths: list[Path], joined: list[str], *, strength: bool) -> Iterator[Problem | Strength]:
    """Everything there is to say of files and folders; or of one spell joined with others."""
    from grimoire.cli import wiring
    from grimoire.cli.lint_joined import lint_joined
    from grimoire.errors import UsageError

    library = wiring.open_library(settings)
    if not joined:
        for root in paths or library.roots:
            yield from _lint_root(settings, root, strength=strength)
    elif strength or len(paths) != 1:
        hint = "grimoire lint NAME --with NAME" + (", without --strength" if strength else "")
        raise UsageError("--with is for one spell and those it is joined with", hint=hint)
    else:
        yield from lint_joined(library, [str(paths[0]), *joined])


def _lint_root(settings: Settings, root: Path, *, strength: bool) -> Iterator[Problem | Strength]:
    """What is wrong in a folder or file; where there is much to do it is shared out among the processors."""
    from grimoire.library import duplicates, lint_groups

    if root.is_dir():
        yield from duplicates(root)
    groups = lint_groups(root)
    many = MANY_TO_TRY if strength else MANY
    if len(groups) < many:
        yield from _Linter(settings, root, strength=strength).lint(groups)
        return
    from concurrent.futures import ProcessPoolExecutor

    parts = [groups[start : start + many // 4] for start in range(0, len(groups), many // 4)]
    with ProcessPoolExecutor(initializer=_prepare, initargs=(root, strength)) as pool:
        for found in pool.map(_lint_part, parts):
            yield from found


MANY = 200
"""Spells from which on starting processes pays."""
MANY_TO_TRY = 12
"""The same where their strength is tried, for which each answer of some fifty is judged."""

_linters: list[_Linter] = []


def _prepare(root: Path, strength: bool) -> None:
    """Once in each process: its own library and glossary."""
    from grimoire import settings

    _linters.append(_Linter(settings.load(), root, strength=strength))


def _lint_part(groups: list[LintGroup]) -> list[Problem | Strength]:
    return list(_linters[0].lint(groups))


class _Linter:
    """Looks at spells with their translations, one after the other."""

    def __init__(self, settings: Settings, root: Path, *, strength: bool) -> None:
        from grimoire.cli import wiring

        self._library = wiring.open_library(settings)
        self._steps = self._library.including(root if root.is_dir() else root.parent)
        self._glossary = wiring.open_glossary(settings)
        self._strength = strength
        self._continue_limit = settings.values.continue_limit

    def lint(self, groups: Iterable[LintGroup]) -> Iterator[Problem | Strength]:
        from grimoire.cli.chain_check import chain_problems

        for group in groups:
            for linted in self._library.lint_group(group):
                yield from _problems(linted, self._glossary)
                if linted.spell and linted.spell.chain and linted.translation is None:
                    yield from chain_problems(self._steps, linted.spell)
                if self._strength and linted.spell and linted.translation is None and not untried(linted.spell):
                    yield self._strength_of(linted.spell)

    def _strength_of(self, spell: Spell) -> Strength:
        from grimoire.cli.strength import strength

        return strength(spell, self._continue_limit)


def _problems(linted: Linted, glossary: Glossary) -> Iterator[Problem]:
    if linted.spell is None:
        yield from linted.problems
    elif linted.translation is None:
        yield from linted.problems
        yield from _sample(linted.spell)
    else:
        found = _gates(linted.path, linted.spell, linted.translation, glossary)
        # Where a gate names the line of a lost placeholder, the count over the whole text says nothing more.
        named = any(problem.gate == "placeholders" for problem in found)
        yield from (problem for problem in linted.problems if not (named and problem.gate == "placeholders"))
        yield from found


def _gates(path: Path, spell: Spell, translation: Translation, glossary: Glossary) -> list[Problem]:
    """What the gates say of a translation, with its places in the file.

    A reviewed one is a person's: but for lost placeholders, which break it whoever wrote it, these are warnings.
    """
    from grimoire.errors import TranslationRefused, UnknownName
    from grimoire.translators.examine import examine

    try:
        defects = examine(spell, translation, glossary)
    except (TranslationRefused, UnknownName):  # a language that is none is told already
        return []
    if not defects:
        return []
    from grimoire import yamlfile
    from grimoire.spellfile import placeholder_differences
    from grimoire.translators.fields import path_in_file

    document = yamlfile.read(path)
    broken = bool(placeholder_differences(spell.prompt, translation.prompt))
    problems: list[Problem] = []
    for defect in defects:
        at = path_in_file(translation, defect.field)
        line, column = document.place_in_text(at, defect.line, 1) if defect.line else document.place(at)
        serious = translation.status != "reviewed" or (broken and defect.gate == "placeholders")
        problems.append(
            Problem(
                file=str(path),
                line=line,
                column=column,
                gate=defect.gate,
                severity=defect.severity if serious else "warning",
                message=defect.message,
                hint=defect.advice,
            )
        )
    return problems


def _sample(spell: Spell) -> Iterator[Problem]:
    """A sample that fails its own spell's checks: either the sample is not good, or a check is wrong."""
    if not spell.sample or not spell.cases:
        return
    from grimoire.backends.rehearsal import Rehearsal
    from grimoire.cast import build_cell
    from grimoire.chat import Answer
    from grimoire.cli.judging import SpellJudge

    cell = build_cell(spell, spell.template, spell.cases[0], Rehearsal("sample"))
    verdict = SpellJudge([spell])(cell, Answer(text=spell.sample, finish_reason="stop"))
    for check in verdict.checks:
        if check.outcome in {"failed", "crashed"}:
            message = f"the sample of `{spell.name}` {check.outcome} its check {check.check}: {check.reason}"
            yield Problem(file=str(spell.path), gate="sample", severity="warning", message=message)
