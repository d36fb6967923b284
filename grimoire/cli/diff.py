"""`grimoire diff`: what changed from one run to another."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from grimoire.cli import complete, options

if TYPE_CHECKING:
    from grimoire.reports.diff import Line, Side

RUN = "RUN"


def diff(
    before: Annotated[
        str, typer.Argument(metavar=RUN, help="A run's id, or last~1: the last but one.", autocompletion=complete.runs)
    ],
    after: Annotated[
        str, typer.Argument(metavar=RUN, help="Another; last is the last trial.", autocompletion=complete.runs)
    ] = "last",
    everything: Annotated[bool, typer.Option("--all", help="Show what is the same, too.")] = False,
    fail_on: Annotated[
        Literal["regressed", "never"], typer.Option("--fail-on", help="What makes the exit code 1.")
    ] = "never",
    json: options.Json = False,
    ledger: options.LedgerFile = None,
) -> None:
    """Compare two runs case by case: what got worse, what got better, what only one of them tried.

    Single answers differ by chance too; what is hardly chance is marked so, and `grimoire status` weighs all evidence.

    Examples:
      grimoire diff last~1
      grimoire diff last~1 last --fail-on regressed
    """
    from grimoire import settings as settings_file
    from grimoire.cli import output, wiring
    from grimoire.reports.diff import compare

    settings = settings_file.load()
    with wiring.open_ledger(settings, ledger, reading=True) as store:
        old, new = store.find_run(before), store.find_run(after)
        lines = compare(store.entries(old.id), store.entries(new.id), settings.values.chance)
    counts = Counter(line.difference for line in lines)
    shown = [line for line in lines if everything or line.difference != "same"]
    if json:
        plain = [_plain(line) for line in shown]
        output.emit_json({"before": old.id, "after": new.id, "counts": counts, "lines": plain})
    else:
        output.emit("".join(f"{_words(line)}\n" for line in shown))
    said = ", ".join(f"{number} {difference}" for difference, number in sorted(counts.items()))
    output.note(f"{old.id} → {new.id}: {said or 'nothing was tried'}")
    if fail_on == "regressed" and counts["regressed"]:
        raise typer.Exit(1)


def _plain(line: Line) -> dict[str, object]:
    import msgspec

    plain: dict[str, object] = msgspec.to_builtins(line)
    return {**line.place._asdict(), **{key: value for key, value in plain.items() if key != "place"}}


def _words(line: Line) -> str:
    """One line: what, where, from what to what, and why."""
    from grimoire.terminal import one_line

    spell, language, backend, case = (one_line(part) for part in line.place)
    where = f"{spell} ({language}) on {backend}" + (f", case {case}" if case else "")
    sides = " → ".join(_side(side) for side in (line.before, line.after) if side)
    remarks = [
        "hardly chance" if line.clear else "may be chance",
        "the text changed" if line.text else "",
        "the checks changed" if line.checks else "",
    ]
    said = ", ".join(filter(None, remarks)) if line.difference in {"regressed", "recovered"} else ""
    reason = one_line(line.after.reason, 160) if line.after and line.after.kind != "works" else ""
    return f"{line.difference}: {where}: {sides}" + (f" ({said})" if said else "") + (f": {reason}" if reason else "")


def _side(side: Side) -> str:
    rate = f" {side.works}/{side.answers}" if side.answers > 1 else ""
    return f"{side.kind}{rate}" + (f" !{side.errors}" if side.errors else "")
