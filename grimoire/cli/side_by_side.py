"""A spell and its translation beside each other, line by line, for `show --side-by-side`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from grimoire import placeholders
from grimoire.spell import Spell, Translation
from grimoire.terminal import one_line

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

LONGEST = 2000


def rows(spell: Spell, translation: Translation) -> Iterator[tuple[str, str, str]]:
    """What a line is, its source and its translation: title, teaser, hint, prompt lines by number, variables."""
    for name in ("title", "teaser", "hint"):
        if getattr(spell, name) or getattr(translation, name):
            yield name, getattr(spell, name), getattr(translation, name)
    lines = itertools.zip_longest(spell.prompt.splitlines(), translation.prompt.splitlines(), fillvalue="")
    for number, (ours, theirs) in enumerate(lines, 1):
        yield str(number), ours, theirs
    others = {variable.id: variable for variable in translation.variables}
    for variable in spell.variables:
        other = others.get(variable.id)
        texts = (variable.label, variable.default, " | ".join(variable.options))
        translated = (other.label, other.default, " | ".join(other.options)) if other else ("", "", "")
        for name, one, two in zip(("label", "default", "options"), texts, translated, strict=True):
            if one or two:
                yield f"{variable.id} {name}", one, two


def side_by_side(spell: Spell, translation: Translation) -> Table:
    """Both as a table; what needs review is marked."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(
        box=SIMPLE_HEAD, pad_edge=False, show_edge=False, title=_title(spell, translation), title_justify="left"
    )
    table.add_column("", style="dim", justify="right", no_wrap=True)
    table.add_column(spell.language, ratio=1, overflow="fold")
    table.add_column(translation.language, ratio=1, overflow="fold")
    marked = {_row_of(remark) for remark in translation.review}
    for name, ours, theirs in rows(spell, translation):
        table.add_row(f"! {name}" if name in marked else name, _text(ours), _text(theirs))
    return table


def _title(spell: Spell, translation: Translation) -> str:
    stale = "" if translation.source == spell.source_digest else ", stale"
    return f"{spell.name}: {translation.status}{stale}, by {one_line(translation.translator) or 'nobody named'}"


def _row_of(remark: str) -> str:
    """`prompt, line 3: …` -> `3`; `variable 2 option 1, line 1: …` -> `2 options`; `title, line 1: …` -> `title`."""
    place = remark.partition(": ")[0]
    field, _, line = place.partition(", line ")
    if field == "prompt":
        return line
    match field.split(" "):
        case ["variable", number, "option", _]:
            return f"{number} options"
        case ["variable", number, name]:
            return f"{number} {name}"
    return field


def _text(text: str) -> Text:
    from rich.text import Text

    shown = Text(one_line(text, LONGEST))
    shown.highlight_regex(placeholders.PLACEHOLDER, "bold yellow")
    return shown
