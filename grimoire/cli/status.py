"""`grimoire status`: what works now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grimoire.cli import options

if TYPE_CHECKING:
    from grimoire.library import Library
    from grimoire.reports.standings import Row


def status(names: options.Names = None, json: options.Json = False, ledger: options.LedgerFile = None) -> None:
    """Show where every spell stands in every language on every backend, from all trials on record."""
    from grimoire import settings as settings_file
    from grimoire.cli import output, wiring
    from grimoire.reports.standings import standings

    settings = settings_file.load()
    library = wiring.open_library(settings, judging=False)
    wanted = {library.get(name).name for name in names or ()}
    with wiring.open_ledger(settings, ledger) as store:
        rows = standings(store.judged(), _digests(library))
    rows = [row for row in rows if not wanted or row.spell in wanted]
    if json:
        output.emit_json([_plain(row) for row in rows])
        return
    if not rows:
        output.note("nothing on record yet: grimoire trial makes the first")
    titles = _titles(library)
    _table([row for row in rows if not row.rehearsal], titles, "")
    note = "rehearsals: they test the checks and say nothing of any model"
    _table([row for row in rows if row.rehearsal], titles, note)


def _digests(library: Library) -> dict[tuple[str, str], str]:
    spells, _ = library.load_all()
    own = {(spell.name, spell.language): spell.template.digest for spell in spells}
    translated = [text for spell in spells for text in library.translations(spell)]
    return own | {(text.name, text.language): text.template.digest for text in translated}


def _titles(library: Library) -> dict[str, str]:
    from grimoire.cli.matrix import titles_by_name

    spells, _ = library.load_all()
    return titles_by_name([(s.name, s.title, [t.title for t in library.translations(s) if t.title]) for s in spells])


def _table(rows: Sequence[Row], titles: dict[str, str], caption: str) -> None:
    from grimoire.cli import output
    from grimoire.cli.matrix import matrix

    if rows:
        cells = {(row.spell, row.language, row.backend): (row.standing.kind, _remark(row)) for row in rows}
        output.emit_table(matrix(cells, titles, width=output.columns(), caption=caption))


def _remark(row: Row) -> str:
    """What changed, and the month and day since when it is so."""
    standing = row.standing
    change = standing.change if standing.change in {"regressed", "recovered"} else ""
    return " ".join(part for part in (change, standing.since[5:10]) if part)


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
