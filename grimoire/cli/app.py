"""The application: its commands, and the one boundary where errors become messages and exit codes."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from grimoire import __version__
from grimoire.cli import complete
from grimoire.cli.lazy import Place, grouped
from grimoire.errors import GrimoireError, MissingInput

LIBRARY, WORK, LEDGER, SETUP = "Library", "Work", "Ledger", "Set-up"

COMMANDS = {
    "list": Place("list_", "list_spells", LIBRARY, "list the spells"),
    "show": Place("show", "show", LIBRARY, "show a spell"),
    "search": Place("search", "search", LIBRARY, "find spells by words"),
    "new": Place("new", "new", LIBRARY, "start a spell"),
    "lint": Place("lint", "lint", LIBRARY, "check spells and translations"),
    "dials": Place("dials", "dials", LIBRARY, "list the tones and writing styles"),
    "schema": Place("schema", "schema", LIBRARY, "print the JSON Schema of a spell file"),
    "cast": Place("cast", "cast", WORK, "fire a spell and print the answer"),
    "chat": Place("chat", "chat", WORK, "talk with a model, beginning with a spell"),
    "translate": Place("translate", "translate", WORK, "translate spells"),
    "trial": Place("trial", "trial", WORK, "fire spells at backends and judge the answers"),
    "judge": Place("judge", "judge", WORK, "judge an answer"),
    "export": Place("export", "export_app", WORK, "write translations for other tools"),
    "import": Place("import_", "import_app", WORK, "read translations from other tools"),
    "status": Place("status", "status", LEDGER, "show which spells work where"),
    "history": Place("history", "history", LEDGER, "show what a spell was asked and what came back"),
    "log": Place("log", "log_app", LEDGER, "list, search, show and export what was cast"),
    "diff": Place("diff", "diff", LEDGER, "compare two runs"),
    "rejudge": Place("rejudge", "rejudge", LEDGER, "run today's checks over stored answers"),
    "backends": Place("backends", "backends", SETUP, "list the backends and their keys"),
    "keys": Place("keys", "keys_app", SETUP, "keep keys in the system's keyring"),
    "doctor": Place("doctor", "doctor", SETUP, "show the settings in force"),
}
"""Every command, in the order of the help. What is said of it here is for the shell; its help is its docstring."""

app = typer.Typer(
    name="grimoire",
    cls=grouped(COMMANDS),
    help="Keep prompts as spells, translate them, fire them at any chat model, and know which still work.",
    no_args_is_help=True,
    add_completion=False,  # our own options do it, which take the name of a shell too
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"grimoire {__version__}")
        raise typer.Exit


def _install(context: typer.Context, shell: str | None) -> None:
    if shell is not None and not context.resilient_parsing:
        from grimoire.cli import shells

        print(shells.install(shell))
        raise typer.Exit


def _show(context: typer.Context, shell: str | None) -> None:
    if shell is not None and not context.resilient_parsing:
        from grimoire.cli import shells

        print(shells.script(shell))
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
    _installed: Annotated[
        str | None,
        typer.Option(
            "--install-completion",
            metavar="[SHELL]",
            callback=_install,
            autocompletion=complete.shells,
            help="Install completion for bash, zsh, fish, powershell or pwsh; alone, for the shell this is.",
        ),
    ] = None,
    _shown: Annotated[
        str | None,
        typer.Option(
            "--show-completion",
            metavar="[SHELL]",
            callback=_show,
            autocompletion=complete.shells,
            help="Print what would be installed, to read it or put it elsewhere.",
        ),
    ] = None,
) -> None:
    pass


def main() -> None:
    """Run the command line and exit with a code of the table in the README."""
    from grimoire.cli.argv import join_pairs, join_resume, join_shell, parted_pairs

    try:
        app(join_shell(join_resume(join_pairs(sys.argv[1:]))), prog_name="grimoire")
    except GrimoireError as error:
        _report(error, parted_pairs(sys.argv[1:]) if isinstance(error, MissingInput) else [])
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        sys.exit(_crash(error) if error.filename is None else _refuse(error))
    except Exception as error:  # noqa: BLE001  # the boundary: whatever is left is a bug of ours, told in one line
        sys.exit(_crash(error))


def _report(error: GrimoireError, parted: list[str]) -> None:
    """`parted` are pairs given in two words: what is missing may have been taken for the second."""
    from grimoire.cli.output import note, note_error
    from grimoire.errors import InvalidFile
    from grimoire.terminal import one_line

    read = [f"`{one_line(pair, 40)}` is read as a pair, KEY VALUE" for pair in parted]
    error.hint = "; ".join(filter(None, [error.hint, *read]))
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
