"""What was found, as lines: a spell's name and titles, and where in it the words stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grimoire.cli.line_breaks import shorten
from grimoire.search import Place, spans
from grimoire.terminal import one_line

if TYPE_CHECKING:
    from rich.text import Text

    from grimoire.search import Found, Hit
    from grimoire.spell import Spell, Translation

INDENT = "    "
SNIPPET = 100
"""Columns of a snippet in JSON."""
_TITLED = {"name", "title"}


def found_lines(found: Found, translations: Sequence[Sequence[Translation]], width: int) -> Text:
    """Two lines a spell, `width` columns wide at most; the words that were found stand out."""
    from rich.text import Text

    lines: list[Text] = []
    for hit, texts in zip(found.hits, translations, strict=True):
        needles = [needle for place in hit.places for needle in place.needles]
        titles = " · ".join(dict.fromkeys(filter(None, (one_line(title) for title in _titles(hit.spell, texts)))))
        head = Text.assemble(_marked(hit.spell.name, needles, "bold cyan"), "  ", _marked(titles, needles, ""))
        lines.append(_cut(head, width))
        if (place := _shown(hit)) is not None:
            label = f"{INDENT}{place.field} {place.language}: "
            snippet = snip(place.text, place.needles, width - len(label))
            lines.append(Text.assemble((label, "dim"), _marked(snippet, place.needles, "")))
        if hit.missing:
            lines.append(Text(f"{INDENT}without {', '.join(hit.missing)}", "yellow"))
    return Text("\n", no_wrap=True, overflow="ellipsis").join(lines)


def found_json(hit: Hit) -> dict[str, object]:
    """What `--json` says of how a spell was found."""
    places = [
        {"field": place.field, "language": place.language, "text": snip(place.text, place.needles, SNIPPET)}
        for place in hit.places
    ]
    return {"points": round(hit.points, 2), "coverage": round(hit.coverage, 2), "missing": hit.missing, "in": places}


def snip(text: str, needles: Sequence[str], width: int) -> str:
    """The part of a text where most of the needles stand close by, on one line of `width` columns at most."""
    from rich.cells import cell_len

    text = one_line(text, len(text))
    marks = spans(text, needles)
    if not marks or (len(text) <= width and cell_len(text) <= width):
        return shorten(text, width)
    reach = width // 2  # characters, as far as they may be two columns wide each
    start, _ = max(marks, key=lambda mark: (sum(mark[0] <= other < mark[0] + reach for other, _ in marks), -mark[0]))
    begin = _backed(text, start, max(width // 4, width - 1 - cell_len(text[start : start + width])))
    return shorten(f"…{text[begin:]}" if begin else text, width)


def _titles(spell: Spell, texts: Sequence[Translation]) -> list[str]:
    return [spell.title, *(text.title for text in texts)]


def _shown(hit: Hit) -> Place | None:
    """The place that the titles do not show already."""
    return next((place for place in hit.places if place.field not in _TITLED), None)


def _backed(text: str, start: int, columns: int) -> int:
    """Where the text begins that takes so many columns before `start`, at the beginning of a word if one is there."""
    from rich.cells import cell_len

    begin = start
    while begin and cell_len(text[begin - 1 : start]) <= columns:
        begin -= 1
    space = text.find(" ", begin, start)
    return space + 1 if begin and space >= 0 and text[begin].isascii() else begin


def _marked(text: str, needles: Sequence[str], style: str) -> Text:
    from rich.text import Text

    marked = Text(text, style=style)
    for start, end in spans(text, needles):
        marked.stylize("bold magenta", start, end)
    return marked


def _cut(line: Text, width: int) -> Text:
    line.truncate(width, overflow="ellipsis")
    return line
