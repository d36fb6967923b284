"""`grimoire doctor`: what is in force, and where each value comes from."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import TYPE_CHECKING

from grimoire import __version__
from grimoire.cli import options
from grimoire.terminal import one_line

if TYPE_CHECKING:
    from rich.table import Table

    from grimoire.settings import Settings


def doctor(ledger: options.LedgerFile = None, json: options.Json = False) -> None:
    """Show the settings in force, where each comes from, the search path, the ledger and which keys are set."""
    from grimoire import settings
    from grimoire.cli import output

    report = _report(settings.load(), ledger)
    if json:
        output.emit_json(report)
        return
    for title, section in report.items():
        output.emit(f"{title}\n")
        output.emit_table(_table(section))
        output.emit("\n")


def _report(settings: Settings, ledger: Path | None) -> dict[str, list[dict[str, object]]]:
    return {
        "Grimoire": [
            {"what": "version", "value": __version__},
            {"what": "python", "value": platform.python_version()},
        ],
        "Settings": [{"key": o.key, "value": _safe(o.value), "from": o.source} for o in settings.origins],
        "Settings files": _files(settings),
        "Spells": _roots(settings),
        "Ledger": [_ledger(ledger or settings.ledger)],
        "Keys": _keys(settings),
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
    from grimoire.errors import LedgerError
    from grimoire.ledger import open_ledger

    if not file.exists():
        return {"file": str(file), "state": "not there yet; the first trial makes it"}
    try:
        ledger = open_ledger(file, read_only=True)
    except LedgerError as error:
        return {"file": str(file), "state": error.message}
    try:
        return {"file": str(file), "state": "ok", **ledger.counts()}
    finally:
        ledger.close()


def _keys(settings: Settings) -> list[dict[str, object]]:
    from grimoire.cli.wiring import list_backends

    wanted = {facts.key_env: facts.name for facts in list_backends(settings) if facts.key_env}
    wanted[settings.values.deepl.key_env] = "deepl"
    return [{"variable": name, "for": user, "set": bool(settings.variable(name))} for name, user in wanted.items()]


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
