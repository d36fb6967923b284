"""What contradicts each other in spells that are to be joined, in every language they share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from grimoire import compose
from grimoire.errors import Problem, UnknownName

if TYPE_CHECKING:
    from grimoire.library import Library


def lint_joined(library: Library, names: Sequence[str]) -> Iterator[Problem]:
    """Each once. Raises UsageError where the spells cannot be joined, UnknownName for one that is not there."""
    from grimoire.cli.join_parts import contradiction_problems, part_texts

    spells = [library.get(name) for name in names]
    task = compose.the_task(spells)
    compose.join(spells)
    told: set[str] = set()
    for language in (task.language, *(text.language for text in library.translations(task))):
        try:
            texts = part_texts(library, spells, language)
        except UnknownName:
            if language == task.language:
                raise
            continue
        for problem in contradiction_problems(spells, texts):
            if str(problem) not in told:
                told.add(str(problem))
                yield problem
