"""`grimoire status`: what works now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grimoire.cli import options

if TYPE_CHECKING:
    from grimoire.reports.standings import Row
    from grimoire.spell import Spell, Translation


def status(names: options.Names = None, json: options.Json = False, ledger: options.LedgerFile = None) -> None:
    """Show where every spell stands in every language on every backend, from all trials on record."""
    from grimoire import settings as settings_file
    from grimoire.cli import output, wiring
    from grimoire.cli.matrix import titles_by_name
    from grimoire.reports.standings import standings

    settings = settings_file.load()
    library = wiring.open_library(settings, judging=False)
    wanted = {library.name_of(name) for name in names or ()}
    texts = [(spell, library.translations(spell)) for spell in library.load_all()[0]]
    with wiring.open_ledger(settings, ledger, reading=True) as store:
        rows = standings(store.judged(), _digests(texts))
    for name in wanted - {row.spell for row in rows}:
        library.find(name)
    rows = [row for row in rows if not wanted or row.spell in wanted]
    if json:
        output.emit_json([_plain(row) for row in rows])
        return
    if not rows:
        output.note("nothing on record yet: grimoire trial makes the first")
    titles = titles_by_name([(s.name, s.title, [t.title for t in translated if t.title]) for s, translated in texts])
    _table([row for row in rows if not row.rehearsal], titles, "")
    note = "rehearsals: they test the checks and say nothing of any model"
    _table([row for row in rows if row.rehearsal], titles, note)


def _digests(texts: Sequence[tuple[Spell, Sequence[Translation]]]) -> dict[tuple[str, str], str]:
    own = {(spell.name, spell.language): spell.template.digest for spell, _ in texts}
    return own | {(text.name, text.language): text.template.digest for _, found in texts for text in found}


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
