"""`grimoire show`: one spell, or its translation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from grimoire import placeholders
from grimoire.cli import complete, options
from grimoire.spell import Spell, Translation
from grimoire.terminal import one_line, strip_controls

if TYPE_CHECKING:
    from rich.console import Group, RenderableType
    from rich.table import Table


Language = Annotated[
    str,
    typer.Option(
        "-l",
        "--language",
        metavar="LANG",
        help="Show the translation into this language.",
        autocompletion=complete.languages,
    ),
]


def show(
    name: options.SpellName,
    language: Language = "",
    raw: Annotated[bool, typer.Option("--raw", help="Print the prompt alone, as it stands in the file.")] = False,
    beside: Annotated[
        bool, typer.Option("--side-by-side", help="Show the spell and its translation (-l, or Chinese) line by line.")
    ] = False,
    checks: Annotated[
        bool, typer.Option("--checks", help="Show every check its answers meet, and what each was read from.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Show a spell: what it is for, what it wants, and its prompt.

    Examples:
      grimoire show tldr
      grimoire show blog-title -l zh --side-by-side
      grimoire show tldr --raw > my-tldr.txt
      grimoire show seo-article --checks
    """
    from grimoire import settings
    from grimoire.cli import output, wiring
    from grimoire.cli.choose import choose_text
    from grimoire.cli.spell_table import spell_json
    from grimoire.errors import UsageError

    loaded = settings.load()
    library = wiring.open_library(loaded, judging=checks)
    spell = library.get(name, begins=True)
    if spell.chain and (raw or beside or checks):
        raise UsageError(f"`{spell.name}` is a chain, which has no prompt", hint="show the spells of its steps")
    if checks:
        _show_checks(spell, expectations=loaded.values.expectations, json=json)
        return
    text = choose_text(library, spell, language or ("zh" if beside else ""))
    if beside and isinstance(text, Translation):
        from grimoire.cli.side_by_side import rows, side_by_side

        if json:
            output.emit_json([dict(zip(("line", "source", "target"), row, strict=True)) for row in rows(spell, text)])
        else:
            output.emit_table(side_by_side(spell, text))
    elif raw:
        output.emit(text.prompt if text.prompt.endswith("\n") else text.prompt + "\n")
    elif json:
        output.emit_json(
            spell_json(spell, library.translations(spell))
            | _shown_json(text)
            | _steps_json(spell)
            | {"sample": spell.sample}
        )
    else:
        output.emit_table(_page(spell, text))


def _show_checks(spell: Spell, *, expectations: bool, json: bool) -> None:
    """The checks are the same in every language, so that one yardstick serves all."""
    from grimoire.cli import output
    from grimoire.cli.show_checks import check_page, check_rows

    rows = check_rows(spell, expectations=expectations)
    if json:
        output.emit_json(rows)
    else:
        output.emit_table(check_page(spell, rows))


def _shown_json(text: Spell | Translation) -> dict[str, object]:
    return {
        "language": text.language,
        "title": text.title,
        "teaser": text.teaser,
        "hint": text.hint,
        "prompt": text.prompt,
        "variables": placeholders.variables(text.template),
    }


def _steps_json(spell: Spell) -> dict[str, object]:
    """A chain's steps whole, where `list` has their spells alone."""
    return {"chain": spell.chain} if spell.chain else {}


def _page(spell: Spell, text: Spell | Translation) -> Group:
    from rich.box import SIMPLE_HEAD
    from rich.console import Group
    from rich.rule import Rule
    from rich.table import Table
    from rich.text import Text

    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    for label, value in _facts(spell, text):
        if value:
            facts.add_row(label, one_line(value, 1000))
    parts: list[RenderableType] = [Text(one_line(text.title or spell.name), style="bold"), facts]
    variables = placeholders.variables(text.template)
    if variables:
        table = Table("variable", "label", "default", "options", box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for v in variables:
            table.add_row(str(v.id), one_line(v.label), one_line(v.preset), one_line(" | ".join(v.options), 500))
        parts += [Text(), table]
    if spell.chain:
        return Group(*parts, Text(), Rule(style="dim"), _steps(spell))
    prompt = Text(strip_controls(text.prompt).rstrip("\n"))
    prompt.highlight_regex(placeholders.PLACEHOLDER, "bold yellow")
    return Group(*parts, Text(), Rule(style="dim"), prompt)


def _steps(chain: Spell) -> Table:
    """What a chain does, step by step."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table("step", "spell", "with", "is given", "values", box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for number, step in enumerate(chain.chain, 1):
        values = {key: value for key, value in (("-l", step.language), ("--answer-in", step.answer_in)) if value}
        said = "; ".join(f"{key}: {value}" for key, value in (values | step.variables).items())
        cells = (step.spell, ", ".join(step.joined), step.prompt, said)
        table.add_row(str(number), *(one_line(cell, 300) for cell in cells))
    return table


def _facts(spell: Spell, text: Spell | Translation) -> list[tuple[str, str]]:
    return [
        ("name", spell.name),
        ("language", text.language),
        ("", text.teaser),
        ("role", spell.role if spell.role != "task" else ""),
        ("topic", " / ".join(part for part in (spell.topic, spell.activity) if part)),
        ("wants", text.hint),
        ("cases", ", ".join(case.id for case in spell.cases)),
        ("checks", ", ".join(check.name + (" (should)" if check.should else "") for check in spell.checks)),
        ("status", f"{text.status}, by {text.translator}" if isinstance(text, Translation) else ""),
        ("file", str(text.path)),
    ]
