"""`grimoire doctor`: what is in force, and where each value comes from."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from grimoire import __version__
from grimoire.cli import options
from grimoire.terminal import one_line

if TYPE_CHECKING:
    from rich.table import Table

    from grimoire.settings import Settings

LARGE = 200_000_000
"""Bytes of a ledger that takes so long to look through that it is said before."""


class _Saved(NamedTuple):
    """A file that waits to be taken in, how many answers are in it, and the command that does it."""

    file: str
    answers: int
    do: str


def doctor(
    take_in: Annotated[
        Path | None,
        typer.Option("--take-in", metavar="FILE", help="Put on record the answers that were saved in a file."),
    ] = None,
    ledger: options.LedgerFile = None,
    json: options.Json = False,
) -> None:
    """Show the settings in force, where each comes from, the search path, the ledger and which keys are set.

    The ledger is looked through. With --take-in, answers that it could not take when they came are put on record.

    Examples:
      grimoire doctor
      grimoire doctor --json | jq -r .ledger
    """
    from grimoire import settings
    from grimoire.cli import output

    if take_in:
        _take_in(settings.load(), take_in, ledger, json=json)
        return
    found = settings.load()
    report, saved = _report(found, ledger), _saved(found, ledger)
    if json:
        output.emit_json(report | {"Saved": [row._asdict() for row in saved]})
        return
    for title, section in report.items():
        output.emit(f"{title}\n")
        output.emit_table(_table(section))
        output.emit("\n")
    for row in saved:  # on a line however long, to be copied
        waits = f"{output.count(row.answers, 'answer')} {'waits' if row.answers == 1 else 'wait'}"
        output.emit(one_line(f"{waits} in {row.file}: {row.do}", 2000) + "\n")


def _report(settings: Settings, ledger: Path | None) -> dict[str, list[dict[str, object]]]:
    from grimoire.cli.keys import table as key_table

    return {
        "Grimoire": [
            {"what": "version", "value": __version__},
            {"what": "python", "value": platform.python_version()},
        ],
        "Settings": [{"key": o.key, "value": _safe(o.value), "from": o.source} for o in settings.origins],
        "Settings files": _files(settings),
        "Spells": _roots(settings),
        "Ledger": [_ledger(ledger or settings.ledger)],
        "Keys": key_table(settings),
    }


def _safe(value: object) -> object:
    from grimoire.redact import hide_in_url, hide_secrets

    return hide_in_url(value) if isinstance(value, str) and "://" in value else hide_secrets(value)


def _files(settings: Settings) -> list[dict[str, object]]:
    from grimoire.settings import PROJECT_FILE, user_file

    project = next((path for path in settings.files if path.name == PROJECT_FILE), None)
    return [
        {"file": "user", "path": str(user_file()), "there": user_file() in settings.files},
        {"file": "project", "path": str(project or PROJECT_FILE), "there": project is not None},
    ]


def _roots(settings: Settings) -> list[dict[str, object]]:
    from grimoire.library import shipped, spell_files

    folders = [*settings.spell_folders, shipped()]
    return [{"folder": str(folder), "there": folder.is_dir(), "spells": len(spell_files(folder))} for folder in folders]


def _ledger(file: Path) -> dict[str, object]:
    from grimoire.cli import output
    from grimoire.errors import LedgerError
    from grimoire.ledger import open_ledger
    from grimoire.ledger.faults import RESTORE

    if not file.exists():
        return {"file": str(file), "state": "not there yet; the first trial makes it"}
    try:
        with open_ledger(file, read_only=True) as ledger:
            if (size := file.stat().st_size) > LARGE:
                output.note(f"looking through {size / 1e9:.1f} GB of ledger")
            damage = ledger.damage()
            state = f"is damaged ({one_line(damage)}); {RESTORE}" if damage else "ok"
            return {"file": str(file), "state": state, **ledger.counts()}
    except LedgerError as error:
        return {"file": str(file), "state": f"{error.message}; {error.hint}" if error.hint else error.message}


def _saved(settings: Settings, ledger: Path | None) -> list[_Saved]:
    """What could not be recorded, and waits for somebody to say that it can be now."""
    import shlex

    from grimoire.ledger import rescue
    from grimoire.settings import state_directory

    command = ["grimoire", "doctor", *(["--ledger", str(ledger)] if ledger else []), "--take-in"]
    return [
        _Saved(str(file), answers, shlex.join([*command, str(file)]))
        for file, answers in rescue.waiting(ledger or settings.ledger, [state_directory()])
    ]


def _take_in(settings: Settings, file: Path, ledger: Path | None, *, json: bool) -> None:
    from grimoire.cli import output, wiring
    from grimoire.errors import UsageError
    from grimoire.ledger import rescue

    with wiring.open_ledger(settings, ledger) as store:
        taken = rescue.take_in(store, file)
    for line in taken.told:
        output.note(f"{file}: {one_line(line)}")
    if taken.bad > len(taken.told):
        output.note(f"{file}: {output.count(taken.bad - len(taken.told), 'line')} more that cannot be used")
    if taken.moved is None:
        raise UsageError(f"nothing in {file} can be used", hint="name a file that a trial or a cast has saved")
    if json:
        output.emit_json({**taken._asdict(), "moved": str(taken.moved)})
        return
    answers, errors = output.count(taken.answers, "answer"), output.count(taken.errors, "error")
    known = f"; {taken.known:,} of the file were on record already" if taken.known else ""
    output.emit(f"taken in: {answers}, {errors}{known}; the file is now {taken.moved}\n")


def _table(rows: list[dict[str, object]]) -> Table:
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    for index, _ in enumerate(rows[0] if rows else ()):
        table.add_column(overflow="fold", style="" if index else "cyan")
    for row in rows:
        first, *others = (one_line(_spelled(key, value), 2000) for key, value in row.items())
        table.add_row(f"  {first}", *others)
    return table


def _spelled(key: str, value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return ", ".join(str(item) for item in value) or "-"
        case dict():
            return ", ".join(f"{name}: {item}" for name, item in value.items()) or "-"
        case int() if key != "value":
            return f"{value} {key}"
        case "" | None:
            return "-"
    return str(value)
