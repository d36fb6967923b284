"""`grimoire list`: the spells there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from grimoire.cli import complete, options
from grimoire.errors import UnknownName
from grimoire.search import Library
from grimoire.spell import Role, Spell, Translation

Topics = Annotated[
    list[str] | None,
    typer.Option(
        "--topic", metavar="TOPIC", help="Only spells of this topic; repeatable.", autocompletion=complete.topics
    ),
]
WorksOn = Annotated[
    list[str] | None,
    typer.Option(
        "--works-on",
        metavar="BACKEND[/MODEL]",
        help="Only those that work there, as the ledger has it; of several, on all.",
        autocompletion=complete.backends,
    ),
]
Languages = Annotated[
    list[str] | None,
    typer.Option(
        "-l",
        "--language",
        metavar="LANG",
        help="Only those that exist in this language; with --works-on, that work in it.",
        autocompletion=complete.languages,
    ),
]


def list_spells(
    topics: Topics = None,
    works_on: WorksOn = None,
    languages: Languages = None,
    role: Annotated[Role | None, typer.Option("--role", help="Only tasks, voices or formats.")] = None,
    json: options.Json = False,
    ledger: options.LedgerFile = None,
) -> None:
    """List the spells on the search path.

    Examples:
      grimoire list
      grimoire list --topic seo --topic writing
      grimoire list --works-on rehearsal/sample -l zh
      grimoire list -l zh --json
    """
    from grimoire import settings as settings_file
    from grimoire.cli import output, wiring
    from grimoire.cli.spell_table import spell_json, spell_table

    settings = settings_file.load()
    library = wiring.open_library(settings, judging=False)
    spells, problems = library.load_all()
    output.warn(problem for problem in problems if problem.severity == "error")
    codes = options.split_codes(languages)
    texts: Library = [(spell, library.translations(spell)) for spell in spells]
    kept: Library = [
        (spell, found) for spell, found in texts if role in {None, spell.role} and _speaks(spell, found, codes)
    ]
    if topics:
        kept = _of_topics(kept, topics, texts, strict=not json)
    if works_on:
        from grimoire.cli.works_on import working

        names = working(settings, ledger, texts, works_on, codes)
        kept = [(spell, found) for spell, found in kept if spell.name in names]
    if json:
        output.emit_json([spell_json(spell, found) for spell, found in kept])
    elif kept:
        output.emit_table(spell_table(kept))
    else:
        output.note("no spell is all of that")


def _speaks(spell: Spell, texts: Sequence[Translation], codes: Sequence[str]) -> bool:
    """Whether it exists in one of the languages; in any, where none is named."""
    return not codes or not {spell.language, *(text.language for text in texts)}.isdisjoint(codes)


def _of_topics(spells: Library, topics: Sequence[str], library: Library, *, strict: bool) -> Library:
    """Those of one of the topics. Raises UnknownName where `strict` and nothing in the library has one."""
    known = {spell.topic.casefold(): spell.topic for spell, _ in library if spell.topic}
    for topic in topics:
        if strict and topic.casefold() not in known:
            raise UnknownName(f"no spell has the topic `{topic}`", hint=_nearest_topic(topic, known))
    wanted = {topic.casefold() for topic in topics}
    return [(spell, texts) for spell, texts in spells if spell.topic.casefold() in wanted]


def _nearest_topic(topic: str, known: dict[str, str]) -> str:
    import difflib

    there = f"there are: {', '.join(sorted(known.values()))}" if known else ""
    near = difflib.get_close_matches(topic.casefold(), known, n=1, cutoff=0.5)
    return f"did you mean `{known[near[0]]}`? {there}" if near else there
