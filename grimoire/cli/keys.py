"""`grimoire keys`: the keys of services, in the system's keyring."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from grimoire.cli import complete, options
from grimoire.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from grimoire.settings import Settings

MAX_GIVEN = 65_536
"""Characters after which nothing piped in is a key."""

keys_app = typer.Typer(no_args_is_help=True, help="Keep the keys of services in the system's keyring.")

Whose = Annotated[
    str,
    typer.Argument(
        metavar="BACKEND|VARIABLE",
        help="The backend, or the environment variable its key has.",
        autocompletion=complete.backends,
    ),
]


@keys_app.command("set")
def set_key(whose: Whose, given: Annotated[list[str] | None, typer.Argument(hidden=True)] = None) -> None:
    """Put a key into the keyring. It is asked for without echo, or piped in; it is never an argument.

    Examples:
      grimoire keys set openai
      pass show openai | grimoire keys set OPENAI_API_KEY
    """
    from grimoire import keys
    from grimoire import settings as settings_file
    from grimoire.cli import output

    if given:
        hint = "it would stay in the shell's history: give it when it is asked for, or pipe it in"
        raise UsageError("a key is never an argument", hint=hint)
    settings = settings_file.load()
    variable = _variable(settings, whose)
    keys.open_keyring()  # nobody types a key for nothing
    where = keys.keep(variable, _read(variable))
    output.note(f"the key of ${variable} is in the keyring ({where})")
    if settings.variable(variable):
        output.note(f"note: ${variable} is set too, and comes first")


@keys_app.command("list")
def list_keys(json: options.Json = False) -> None:
    """List the keys there are, and where each comes from; never a key. The keyring is not opened.

    Examples:
      grimoire keys list
    """
    from grimoire import settings as settings_file
    from grimoire.cli import output

    rows = [row for row in table(settings_file.load()) if row["set"]]
    if json:
        output.emit_json(rows)
    elif rows:
        wide = max(len(str(row["variable"])) for row in rows)
        for row in rows:
            output.emit(f"{str(row['variable']).ljust(wide)}  {row['from']}  ({row['for']})\n")
    else:
        output.note("no key is set: grimoire keys set BACKEND, or export its variable; `grimoire doctor` names them")


@keys_app.command("delete")
def delete_key(whose: Whose) -> None:
    """Take a key out of the keyring.

    Examples:
      grimoire keys delete openai
    """
    from grimoire import keys
    from grimoire import settings as settings_file
    from grimoire.cli import output

    settings = settings_file.load()
    variable = whose if whose in keys.names() else _variable(settings, whose)
    keys.remove(variable)
    output.note(f"the key of ${variable} is no longer in the keyring")


def table(settings: Settings) -> list[dict[str, object]]:
    """Every variable that a backend, DeepL or the keyring knows, who uses it, and where its key comes from."""
    from grimoire import keys

    wanted = users(settings)
    for name in sorted(keys.names() - wanted.keys()):
        wanted[name] = "no backend"
    return [
        {"variable": name, "for": user, "set": bool(found), "from": found}
        for name, user in wanted.items()
        for found in [keys.source(settings, name)]
    ]


def users(settings: Settings) -> dict[str, str]:
    """Whose key is in which variable."""
    from grimoire.cli.wiring import DEEPL, list_backends

    wanted: dict[str, list[str]] = {}
    for facts in list_backends(settings):
        if facts.key_env:
            wanted.setdefault(facts.key_env, []).append(facts.name)
    wanted.setdefault(settings.values.deepl.key_env, []).append(DEEPL)
    return {name: ", ".join(found) for name, found in wanted.items()}


def _variable(settings: Settings, whose: str) -> str:
    """The variable of a backend, or the variable itself. What is neither is not repeated: it might be a key."""
    from grimoire.cli.wiring import DEEPL, list_backends

    head = whose.partition("/")[0]
    known = {facts.name: facts.key_env for facts in list_backends(settings)} | {DEEPL: settings.values.deepl.key_env}
    if whose in known.values() and whose:
        return whose
    if head not in known:
        hint = f"there are: {', '.join(name for name, variable in known.items() if variable)}"
        raise UnknownName("that is no backend, and no variable that one has its key in", hint=hint)
    if not known[head]:
        raise UsageError(f"{head} needs no key", hint="name its variable as key_env in the settings if it has one")
    return known[head]


def _read(variable: str) -> str:
    """The key, from a terminal without echo or from a pipe. Raises UsageError."""
    if sys.stdin is None:
        raise UsageError("standard input is closed: there is no key to read")
    if sys.stdin.isatty():
        return _ask(variable)
    try:
        given = sys.stdin.read(MAX_GIVEN)
    except (OSError, UnicodeDecodeError):
        raise UsageError("what is piped in cannot be read as text") from None
    return given


def _ask(variable: str) -> str:
    import getpass
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(f"key for ${variable} (not shown): ", stream=sys.stderr)
        except getpass.GetPassWarning:
            raise UsageError("this terminal would show the key", hint="pipe it in") from None
        except EOFError:
            raise UsageError("no key was given") from None
