"""What the translation memory holds, for `translate --memory-stats`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grimoire.cli import output, wiring

if TYPE_CHECKING:
    from grimoire.settings import Settings


def show_stats(settings: Settings, *, json: bool) -> None:
    """How many segments, by languages and engine, and how many characters they would cost to ask for again."""
    from grimoire.ledger import memory_path
    from grimoire.ledger.memory import MemoryStats

    with wiring.open_memory_to_read(settings) as memory:
        stats = memory.stats() if memory else MemoryStats(segments=0, characters=0, shares=())
    if memory is None:
        output.note(f"no translation memory yet; the first translation makes {memory_path(settings.ledger)}")
    if json:
        output.emit_json(stats)
    if json or memory is None:
        return
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table("from", "into", "engine", box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("segments", justify="right")
    table.add_column("characters", justify="right")
    for row in stats.shares:
        table.add_row(row.source, row.target, row.engine, f"{row.segments:,}", f"{row.characters:,}")
    output.emit_table(table)
    output.note(f"{output.count(stats.segments, 'segment')}, {stats.characters:,} characters")
