"""A chain, its steps found and made ready: each with its spell, its text, and what is put in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from grimoire.errors import InvalidFile, UsageError
from grimoire.spell import Spell, Step, Template

if TYPE_CHECKING:
    from grimoire.library import Library


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One step: the question it asks, counted from 1 over all chains within each other; or the `inner` chain it is."""

    step: Step
    spell: Spell
    text: Template
    number: int = 0
    answer_in: str = ""
    variables: dict[str, str] = {}
    inner: tuple[Link, ...] = ()


def open_chain(library: Library, chain: Spell, language: str) -> tuple[Link, ...]:
    """The links of a chain, whose steps may lie beside it; texts are sent in a language where a step says no other.

    Raises:
        InvalidFile: a step names nothing that can be cast, or a translation is not valid.
        UnknownName: a step's spell has no text in the language.
    """
    from grimoire.cli.chain_check import chain_problems

    if chain.path:
        library = library.including(chain.path.parent)
    if problems := chain_problems(library, chain):
        raise InvalidFile(problems)
    return _numbered(_links(library, chain, language, ""))


def flat(links: Sequence[Link]) -> Iterator[Link]:
    """Those that ask, in their order."""
    for link in links:
        yield from flat(link.inner) if link.inner else [link]


def takes(links: Sequence[Link]) -> set[str]:
    """The placeholders for what the chain is given: `PROMPT`, and those for a page where any step has them."""
    from grimoire.placeholders import names

    pages = {name for link in flat(links) for name in names(link.text.prompt)} & {"CRAWLEDTEXT", "CRAWLEDSOURCE"}
    return pages | ({"PROMPT"} if _takes_text(links) else set())


def _takes_text(links: Sequence[Link]) -> bool:
    """Whether the first step hands on what the chain is given, or any asks for it by name."""
    from grimoire.placeholders import names

    first = links[0]
    inside = _takes_text(first.inner) if first.inner else bool(names(first.text.prompt) & {"PROMPT", "PROMPT1"})
    return (inside and "[PROMPT]" in first.step.prompt) or any("[INPUT]" in link.step.prompt for link in links)


def with_values(links: Sequence[Link], pairs: Sequence[tuple[str, str]]) -> tuple[Link, ...]:
    """The links with values of the user's for their variables, each as (`STEP.KEY`, value).

    STEP is a step's number or the name of its spell, KEY as in a cast of that spell. Raises UsageError.
    """
    asking = {link.number: link for link in flat(links)}
    given: dict[int, dict[str, str]] = {}
    for name, value in pairs:
        step, _, key = name.partition(".")
        link = _meant(asking, step)
        given.setdefault(link.number, {}).update(read_variables(link.spell, link.text, [(key, value)]))
    return tuple(_given(link, given) for link in links)


def read_variables(spell: Spell, text: Template, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Values of variables by number, given by number or by label in either text. Raises UsageError."""
    from grimoire.cli import fields

    known = fields.wanted(spell, [text])
    values = {}
    for key, value in pairs:
        place = fields.find_place(known, key)
        if not place.isdecimal():
            raise UsageError(f"`{key}` is no variable of `{spell.name}`", hint="the chain gives it its text")
        values[place] = fields.fit(known, place, value)
    return values


def is_pair(key: str, links: Sequence[Link]) -> bool:
    """Whether the key of a `-p` is one of a step."""
    step, dot, _ = key.partition(".")
    return bool(dot) and (step.isdecimal() or step in {link.spell.name for link in flat(links)})


def _links(library: Library, chain: Spell, language: str, answer_in: str) -> tuple[Link, ...]:
    return tuple(_link(library, step, language, answer_in) for step in chain.chain)


def _link(library: Library, step: Step, language: str, answer_in: str) -> Link:
    from grimoire.cli.join_parts import join_spells

    code, answer = step.language or language, step.answer_in or answer_in
    spell = library.get(step.spell)
    if spell.chain:
        inner = _links(library, spell, code, answer)
        return Link(step=step, spell=spell, text=spell.template, inner=inner)
    parts = [spell, *(library.get(name) for name in step.joined)]
    joined, (text,) = join_spells(library, parts, [code])
    values = read_variables(joined, text, step.variables.items())
    return Link(step=step, spell=joined, text=text, answer_in=answer, variables=values)


def _numbered(links: Sequence[Link], first: int = 1) -> tuple[Link, ...]:
    made: list[Link] = []
    for link in links:
        inner = _numbered(link.inner, first) if link.inner else ()
        made.append(replace(link, inner=inner, number=0 if inner else first))
        first += len(list(flat(made[-1:])))
    return tuple(made)


def _meant(asking: dict[int, Link], step: str) -> Link:
    found = [link for number, link in asking.items() if step in {str(number), link.spell.name}]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{number} ({link.spell.name})" for number, link in asking.items())
    if found:
        raise UsageError(f"`{step}` is the spell of several steps", hint=f"say which by its number: {known}")
    raise UsageError(f"the chain has no step `{step}`", hint=f"there are: {known}")


def _given(link: Link, given: dict[int, dict[str, str]]) -> Link:
    if link.inner:
        return replace(link, inner=tuple(_given(inner, given) for inner in link.inner))
    return replace(link, variables=link.variables | given.get(link.number, {}))
