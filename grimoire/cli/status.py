"""`grimoire status`: what works now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from grimoire.cli import options
from grimoire.reports.standings import Text, text_of

if TYPE_CHECKING:
    from grimoire.cli.matrix import Cell
    from grimoire.reports.standings import Row
    from grimoire.spell import Spell, Translation


def status(
    names: options.Names = None,
    changed: Annotated[
        bool, typer.Option("--changed", help="Only what is new, regressed, recovered or stale, and on what evidence.")
    ] = False,
    json: options.Json = False,
    ledger: options.LedgerFile = None,
) -> None:
    """Show where every spell stands in every language on every backend, from all trials on record.

    With names, or --changed, a line each says on what evidence.

    Examples:
      grimoire status
      grimoire status --changed
      grimoire status tldr --json | jq -r '.[].standing'
    """
    from grimoire import settings as settings_file
    from grimoire.cli import output, wiring
    from grimoire.cli.matrix import titles_by_name
    from grimoire.cli.standing_lines import standing_line
    from grimoire.reports.standings import standings

    settings = settings_file.load()
    library = wiring.open_library(settings, judging=False)
    wanted = {library.name_of(name) for name in names or ()}
    texts = [(spell, library.translations(spell)) for spell in library.load_all()[0]]
    with wiring.open_ledger(settings, ledger, reading=True) as store:
        rows = standings(store.judged(wanted or None), texts_of(texts), settings.values.chance)
        on_record = bool(rows) or next(store.judged(), None) is not None
    for name in wanted - {row.spell for row in rows}:
        library.find(name)
    if changed:
        rows = [row for row in rows if row.changed and not row.rehearsal]
    if json:
        output.emit_json([_plain(row) for row in rows])
        return
    if not on_record:
        output.note("nothing on record yet: grimoire trial makes the first")
    elif not rows:
        output.note("nothing has changed with the latest trials")
    titles = titles_by_name([(s.name, s.title, [t.title for t in translated if t.title]) for s, translated in texts])
    _table([row for row in rows if not row.rehearsal], titles, "")
    note = "rehearsals: they test the checks and say nothing of any model"
    _table([row for row in rows if row.rehearsal], titles, note)
    if wanted or changed:
        output.emit("".join(f"{standing_line(row)}\n" for row in rows if not row.rehearsal))


def texts_of(library: Sequence[tuple[Spell, Sequence[Translation]]]) -> dict[tuple[str, str], Text]:
    """Every text of the library as it is now."""
    own = {(spell.name, spell.language): text_of(spell, spell.template) for spell, _ in library}
    translated = {
        (spell.name, text.language): text_of(spell, text.template) for spell, texts in library for text in texts
    }
    return translated | own


def _table(rows: Sequence[Row], titles: dict[str, str], caption: str) -> None:
    from grimoire.cli import output
    from grimoire.cli.matrix import matrix

    if rows:
        cells = {(row.spell, row.language, row.backend): _cell(row) for row in rows}
        output.emit_table(matrix(cells, titles, width=output.columns(), caption=caption))


def _cell(row: Row) -> Cell:
    from grimoire.cli.matrix import Cell
    from grimoire.cli.standing_lines import short_interval

    standing = row.standing
    return Cell(standing.kind, _remark(row), short_interval(standing.answers, standing.low, standing.high))


def _remark(row: Row) -> str:
    """What changed, the month and day since when it is so, and how many of several answers work."""
    standing = row.standing
    change = standing.change if standing.change in {"regressed", "recovered"} else ""
    rate = f"{standing.works}/{standing.answers}" if standing.answers > 1 else ""
    doubt = "?" if standing.doubt else ""
    errors = f"!{standing.errors}" if standing.errors else ""
    return " ".join(part for part in (change, standing.since[5:10], rate, doubt, errors) if part)


def _plain(row: Row) -> dict[str, object]:
    import msgspec

    standing = dict(msgspec.to_builtins(row.standing))
    kind = standing.pop("kind")
    return {
        "spell": row.spell,
        "language": row.language,
        "backend": row.backend,
        "rehearsal": row.rehearsal,
        "standing": kind,
        **standing,
    }
