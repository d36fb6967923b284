"""`grimoire search`: find spells by words, in every language they exist in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from grimoire.cli import options

if TYPE_CHECKING:
    from grimoire.search import Found

SHOWN = 20
"""Spells that are shown where nothing else is said; JSON has all of them."""


def search(
    words: Annotated[
        list[str],
        typer.Argument(metavar="WORD", help="All of them must occur, in any language; a part of a word will do."),
    ],
    limit: Annotated[
        int | None,
        typer.Option("-n", "--limit", min=1, help=f"At most so many spells; {SHOWN}, or with --json all of them."),
    ] = None,
    json: options.Json = False,
) -> None:
    """Find spells whose name, title, description or prompt holds all the words, best first, and show where.

    Chinese needs no spaces: what stands nowhere as a whole is looked for in pieces of two characters. A mistyped
    English word is mended.

    Examples:
      grimoire search article outline
      grimoire search 博客标题
      grimoire search titel
      grimoire search midjourney --json
    """
    import msgspec

    from grimoire import settings
    from grimoire.cli import output, wiring
    from grimoire.cli.search_show import found_json, found_lines
    from grimoire.cli.spell_table import spell_json
    from grimoire.search import find

    library = wiring.open_library(settings.load(), judging=False)
    spells, problems = library.load_all()
    output.warn(problem for problem in problems if problem.severity == "error")
    texts = {spell.name: library.translations(spell) for spell in spells}
    found = find(words, [(spell, texts[spell.name]) for spell in spells])
    most = limit or (len(found.hits) if json else SHOWN)
    shown = msgspec.structs.replace(found, hits=found.hits[:most])
    for line in _notes(found, words):
        output.note(line)
    if json:
        output.emit_json(
            [spell_json(hit.spell, texts[hit.spell.name]) | {"found": found_json(hit)} for hit in shown.hits]
        )
        return
    if shown.hits:
        output.emit_table(found_lines(shown, [texts[hit.spell.name] for hit in shown.hits], output.columns()))
    if len(found.hits) > most:
        output.note(f"{most} of {output.count(len(found.hits), 'spell')} shown; -n {len(found.hits)} shows them all")
    if found.partial or not found.hits:
        raise typer.Exit(1)


def _notes(found: Found, words: list[str]) -> list[str]:
    """What was searched for in place of what was asked for, and what was not found."""
    from grimoire.terminal import one_line

    lines = [f"showing results for `{other}`: no spell has {one_line(word)}" for word, other in found.instead.items()]
    lines += [f"no spell has {one_line(word)} as it is; looking for its parts" for word in found.pieces if found.hits]
    if not found.hits:
        lines.append(f"no spell has {' and '.join(one_line(word) for word in words)}")
    elif found.partial:
        lines.append("no spell has all the words; these have the most of them")
    return lines
