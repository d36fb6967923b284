"""`grimoire dials`: the tones and writing styles an answer can be asked for in."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from grimoire.cli import options

if TYPE_CHECKING:
    from rich.table import Table

USE = 'grimoire cast NAME --tone formal --style 说服性 --answer-in fr; or words of your own: --tone "a tired pirate\'s"'


def dials(json: options.Json = False) -> None:
    """List the tones and writing styles that `cast` knows, in English and Chinese.

    Examples:
      grimoire dials
      grimoire dials --json | jq -r '.tones[].english'
      grimoire cast tldr --tone formal --style persuasive < report.txt
    """
    from grimoire.cli import output
    from grimoire.dials import STYLES, TONES

    if json:
        output.emit_json({"tones": TONES, "styles": STYLES})
        return
    output.emit_table(_table())
    output.note(USE)


def _table() -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from grimoire.dials import STYLES, TONES, Dial

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for title in ("tone", "语气", "style", "写作风格"):
        table.add_column(title, style="" if title.isascii() else "dim", no_wrap=True)
    for tone, style in zip_longest(TONES, STYLES, fillvalue=Dial("", "")):
        table.add_row(tone.english, tone.chinese, style.english, style.chinese)
    return table
