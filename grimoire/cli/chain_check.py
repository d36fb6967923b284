"""What is wrong with a chain that only the library can tell: its steps, what they are given, and where they lead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from grimoire import compose, placeholders, yamlfile
from grimoire.chainfile import MAX_STEPS
from grimoire.errors import GrimoireError, InvalidFile, Problem, UsageError

if TYPE_CHECKING:
    from grimoire.library import Library
    from grimoire.spell import Spell, Step

DEEPEST = 5
"""Chains within chains."""

Path = tuple[yamlfile.Step, ...]


def chain_problems(library: Library, chain: Spell) -> list[Problem]:
    """Every error, at its place in the chain's file where it has one."""
    document = yamlfile.read(chain.path) if chain.path else yamlfile.parse("", "<stdin>")
    return [
        document.problem(path, "chain", message, hint=hint) for path, message, hint in _Checker(library).errors(chain)
    ]


def count_steps(library: Library, chain: Spell) -> int:
    """The questions a chain asks; of one without errors."""
    spells = [library.get(step.spell) for step in chain.chain]
    return sum(count_steps(library, spell) if spell.chain else 1 for spell in spells)


Error = tuple[Path, str, str]
"""Where in the file, what is wrong, and what to do."""


class _Checker:
    def __init__(self, library: Library) -> None:
        self._library = library

    def errors(self, chain: Spell) -> Iterator[Error]:
        found = [error for index, step in enumerate(chain.chain) for error in self._of_step(chain, index, step)]
        yield from found
        if not found and (steps := count_steps(self._library, chain)) > MAX_STEPS:
            yield ("chain",), f"{steps} steps with those of its chains: at most {MAX_STEPS}", ""

    def _of_step(self, chain: Spell, index: int, step: Step) -> Iterator[Error]:
        path: Path = ("chain", index)
        try:
            spell = self._library.get(step.spell)
        except GrimoireError as error:
            yield (*path, "spell"), *_told(error)
            return
        if spell.chain:
            yield from self._of_inner(chain, path, step, spell)
        else:
            yield from self._of_spell(chain, path, step, spell)

    def _of_inner(self, chain: Spell, path: Path, step: Step, inner: Spell) -> Iterator[Error]:
        if way := self._circle(inner, (chain.name,)):
            yield (*path, "spell"), f"the chain goes round in a circle: {' → '.join(way)}", "take one of the steps out"
        elif self._depth(inner) >= DEEPEST:
            yield (*path, "spell"), f"chains lie in each other more than {DEEPEST} deep", ""
        for key in ("with", "variables"):
            if step.joined if key == "with" else step.variables:
                hint = f"its own steps say with what: give `{key}` there"
                yield (*path, key), f"`{inner.name}` is a chain, to which no `{key}` can be given", hint

    def _circle(self, chain: Spell, above: tuple[str, ...]) -> tuple[str, ...]:
        """The way from a chain back to one it lies in; empty where there is none."""
        way = (*above, chain.name)
        if chain.name in above:
            return way[above.index(chain.name) :]
        for inner in self._inner(chain):
            if found := self._circle(inner, way):
                return found
        return ()

    def _depth(self, chain: Spell) -> int:
        return 1 + max((self._depth(inner) for inner in self._inner(chain)), default=0)

    def _inner(self, chain: Spell) -> list[Spell]:
        """The chains among a chain's steps; what cannot be read is told elsewhere."""
        found = []
        for name in dict.fromkeys(step.spell for step in chain.chain):
            try:
                spell = self._library.get(name)
            except GrimoireError:
                continue
            found += [spell] if spell.chain else []
        return found

    def _of_spell(self, chain: Spell, path: Path, step: Step, spell: Spell) -> Iterator[Error]:
        from grimoire.cli.chain_links import read_variables
        from grimoire.cli.join_parts import contradiction_problems, part_texts

        parts = [spell]
        for name in step.joined:
            try:
                parts.append(self._library.get(name))
            except GrimoireError as error:
                yield (*path, "with"), *_told(error)
                return
        language = step.language or chain.language
        try:
            joined = compose.join(parts)
            compose.the_task(parts)
            texts = part_texts(self._library, parts, language)
            text = compose.join_texts(parts, [each.template for each in texts])
        except GrimoireError as error:
            yield (*path, "with" if isinstance(error, UsageError) and step.joined else "spell"), *_told(error)
            return
        if path[-1] != 0 and not placeholders.names(text.prompt) & {"PROMPT", "PROMPT1"}:
            yield (*path, "spell"), f"`{spell.name}` takes no text: the answer before it would be lost", "put it first"
        for problem in contradiction_problems(parts, texts):
            yield (*path, "with"), problem.message, ""
        for key, value in step.variables.items():
            try:
                read_variables(joined, text, [(key, value)])
            except UsageError as error:
                yield (*path, "variables", key), f"`{spell.name}`: {error.message}", error.hint


def _told(error: GrimoireError) -> tuple[str, str]:
    if isinstance(error, InvalidFile):
        return f"its spell is not valid: {error.problems[0]}", ""
    return error.message, error.hint
