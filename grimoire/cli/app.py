"""The application: its commands, and the one boundary where errors become messages and exit codes."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from grimoire import __version__
from grimoire.cli import (
    backends,
    cast,
    diff,
    doctor,
    export,
    history,
    import_,
    judge,
    lint,
    list_,
    new,
    rejudge,
    schema,
    search,
    show,
    status,
    translate,
    trial,
)
from grimoire.cli.inputs import join_pairs, join_resume
from grimoire.errors import GrimoireError

app = typer.Typer(
    name="grimoire",
    help="Keep prompts as spells, translate them, fire them at any chat model, and know which still work.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

LIBRARY, WORK, LEDGER, SETUP = "Library", "Work", "Ledger", "Set-up"

app.command("list", rich_help_panel=LIBRARY)(list_.list_spells)
app.command("show", rich_help_panel=LIBRARY)(show.show)
app.command("search", rich_help_panel=LIBRARY)(search.search)
app.command("new", rich_help_panel=LIBRARY)(new.new)
app.command("lint", rich_help_panel=LIBRARY)(lint.lint)
app.command("schema", rich_help_panel=LIBRARY)(schema.schema)
app.command("cast", rich_help_panel=WORK)(cast.cast)
app.command("translate", rich_help_panel=WORK)(translate.translate)
app.add_typer(export.export_app, name="export", rich_help_panel=WORK)
app.add_typer(import_.import_app, name="import", rich_help_panel=WORK)
app.command("trial", rich_help_panel=WORK)(trial.trial)
app.command("judge", rich_help_panel=WORK)(judge.judge)
app.command("status", rich_help_panel=LEDGER)(status.status)
app.command("history", rich_help_panel=LEDGER)(history.history)
app.command("diff", rich_help_panel=LEDGER)(diff.diff)
app.command("rejudge", rich_help_panel=LEDGER)(rejudge.rejudge)
app.command("backends", rich_help_panel=SETUP)(backends.backends)
app.command("doctor", rich_help_panel=SETUP)(doctor.doctor)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"grimoire {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line and exit with a code of the table in the README."""
    try:
        app(join_resume(join_pairs(sys.argv[1:])), prog_name="grimoire")
    except GrimoireError as error:
        _report(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        sys.exit(_crash(error) if error.filename is None else _refuse(error))
    except Exception as error:  # noqa: BLE001  # the boundary: whatever is left is a bug of ours, told in one line
        sys.exit(_crash(error))


def _report(error: GrimoireError) -> None:
    from grimoire.cli.output import note, note_error
    from grimoire.errors import InvalidFile

    if isinstance(error, InvalidFile):
        note(error.message)
    else:
        note_error("grimoire", error)


def _refuse(error: OSError) -> int:
    """A file or folder of the user's that the system does not let us use."""
    from grimoire.cli.output import note

    note(f"grimoire: {error.filename}: {error.strerror}")
    return 2


def _crash(error: Exception) -> int:
    import tempfile
    import traceback
    from pathlib import Path

    from grimoire.cli.output import note
    from grimoire.settings import state_directory

    text = "".join(traceback.format_exception(error))
    try:
        folder = state_directory()
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.gettempdir())
    with tempfile.NamedTemporaryFile(
        "w", dir=folder, prefix="crash-", suffix=".txt", delete=False, encoding="utf-8", errors="replace"
    ) as stream:
        stream.write(text)
    note(f"grimoire: a bug in Grimoire: {type(error).__name__}; the traceback is in {stream.name}")
    return 4
