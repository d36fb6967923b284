"""Write the manual page `grimoire.1` from the commands themselves: their help, options and examples (`make man`)."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

from typer.main import get_command

from grimoire import __version__
from grimoire.backends.presets import PRESETS
from grimoire.cli.app import app
from grimoire.settings import VARIABLES, DeepLSettings

PAGE = Path(__file__).with_name("grimoire.1")
ABOUT = "keep prompts as spells, translate them, fire them at any chat model, and know which still work"
EXITS = (
    ("0", "Done; for trial and judge: everything asked for works."),
    ("1", "A verdict or a standing is not what was demanded, or something needs a person."),
    ("2", "Wrong usage, or a file that is not valid."),
    ("3", "A service gave no answer: key, quota, network, time-out."),
    ("4", "A bug in Grimoire: one line, and where the traceback was written."),
    ("130", "Interrupted; what was asked is on record, and the run can be resumed."),
)
FILES = (
    ("grimoire.yaml", "The project's settings, in the working directory or the nearest one above it."),
    ("~/.config/grimoire/settings.yaml", "The user's settings."),
    ("spells/", "Spells of the working directory; they come before the user's, and those before the shipped ones."),
    ("~/.local/share/grimoire/spells/", "The user's own spells, and translations of the shipped ones."),
    ("~/.local/share/grimoire/ledger.sqlite", "The ledger: every answer and every verdict. It never holds a key."),
    ("~/.local/share/grimoire/memory.sqlite", "The translation memory."),
    ("~/.cache/grimoire/", "What spell files held when they were last read; it can be deleted at any time."),
    ("~/.local/state/grimoire/crash-*.txt", "The traceback of a bug."),
)
OTHERS = (
    ("OPENAI_BASE_URL", "Where the backend openai is, if not at OpenAI."),
    ("NO_COLOR", "No colours."),
    ("COLUMNS", "How wide what is printed may be, where no terminal says."),
)
_FLAG_TYPES = {str: "TEXT", int: "N", float: "NUMBER", Path: "FILE"}


def page() -> str:
    """The whole page, as roff."""
    lines = [
        '.\\" Made from the program by docs/man.py: `make man` makes it anew.',
        f'.TH GRIMOIRE 1 "" "Grimoire {__version__}" "User Commands"',
        ".SH NAME",
        f"grimoire {chr(92)}- {escaped(ABOUT)}",
        *_synopsis(),
        *_commands(get_command(app)),
        *_table("EXIT STATUS", EXITS),
        *_table("FILES", FILES),
        *_table("ENVIRONMENT", [*_variables(), *OTHERS]),
        ".SH SEE ALSO",
        "The documentation beside the program's source: README.md, and docs/ for spells, verdicts, trials, casting,",
        "translation and settings; README.zh.md and docs/*.zh.md say the same in Chinese.",
    ]
    return "\n".join(lines) + "\n"


def escaped(text: str, *, literal: bool = False) -> str:
    """A text as roff shows it. What is `literal` is typed as it stands: its hyphens, quotes and tildes are ASCII."""
    shown = text.replace("\\", "\\e")
    for char, name in (("~", "ti"), ("^", "ha"), ("`", "ga")):
        shown = shown.replace(char, f"\\({name}")
    if literal:
        shown = shown.replace("'", "\\(aq").replace('"', "\\(dq").replace("-", "\\-")
    else:
        shown = re.sub(r"(?<!\w)--?(?=\w)|(?<=\w)(?<!\\)-(?=\w)", lambda dashes: dashes[0].replace("-", "\\-"), shown)
    return f"\\&{shown}" if shown.startswith((".", "'")) else shown


def _synopsis() -> Iterator[str]:
    yield ".SH SYNOPSIS"
    yield ".B grimoire"
    yield ".I COMMAND"
    yield "[\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]"
    yield ".SH DESCRIPTION"
    yield from _text(
        "A spell is a prompt template with its variables, cases and checks: one YAML file. Grimoire translates spells "
        "without breaking them, casts them at any chat model, judges the answers, and keeps a ledger that says which "
        "spell works in which language on which model.\n\nResults go to standard output, everything else to standard "
        "error. Wherever the NAME of a spell is taken, the path of a spell's file is too."
    )


def _commands(root: Any) -> Iterator[str]:  # noqa: ANN401  # Typer keeps the classes of its commands to itself
    yield ".SH OPTIONS"
    yield from _options(root)
    yield from (".TP", "\\fB\\-h\\fR, \\fB\\-\\-help\\fR", "Show the help, of any command, and stop.")
    for panel, names in _panels(root).items():
        yield f".SH {panel.upper()} COMMANDS"
        for name in names:
            yield from _command(f"grimoire {name}", root.commands[name])


def _panels(root: Any) -> dict[str, list[str]]:  # noqa: ANN401  # as above
    panels: dict[str, list[str]] = {}
    for name in root.commands:
        panels.setdefault(root.commands[name].rich_help_panel or "Other", []).append(name)
    return panels


def _command(name: str, command: Any) -> Iterator[str]:  # noqa: ANN401  # as above
    below = getattr(command, "commands", {})
    if not below or getattr(command, "invoke_without_command", False):
        yield f".SS {escaped(name, literal=True)}"
        yield from _call(name, command)
        yield from _text(command.help or "")
        yield from _options(command)
    for each in below:
        yield from _command(f"{name} {each}", below[each])


def _call(name: str, command: Any) -> Iterator[str]:  # noqa: ANN401  # as above
    arguments = [_argument(param) for param in command.params if _is_argument(param) and not param.hidden]
    yield f".B {escaped(name, literal=True)}"
    yield " ".join(["[\\fIOPTIONS\\fR]", *arguments])
    yield ".PP"


def _argument(param: Any) -> str:  # noqa: ANN401  # as above
    shown = f"\\fI{escaped(_metavar(param))}\\fR" + ("..." if param.nargs == -1 else "")
    return shown if param.required else f"[{shown}]"


def _options(command: Any) -> Iterator[str]:  # noqa: ANN401  # as above
    """Arguments, then options by the panels of the help."""
    shown = [param for param in command.params if not param.hidden]
    arguments = [param for param in shown if _is_argument(param)]
    yield from (line for param in arguments for line in _entry(f"\\fI{escaped(_metavar(param))}\\fR", param))
    groups: dict[str, list[Any]] = {}
    for param in shown:
        if param not in arguments:
            groups.setdefault(param.rich_help_panel or "", []).append(param)
    for group, params in groups.items():
        if group:
            yield ".PP"
            yield f"{escaped(group)}:"
        for param in params:
            yield from _entry(", ".join(_option(name, param) for name in param.opts), param)


def _option(name: str, param: Any) -> str:  # noqa: ANN401  # as above
    value = "" if param.is_flag else f" \\fI{escaped(_metavar(param))}\\fR"
    return f"\\fB{escaped(name, literal=True)}\\fR{value}"


def _entry(label: str, param: Any) -> Iterator[str]:  # noqa: ANN401  # as above
    yield ".TP"
    yield label
    told = param.help or ""
    if (
        param.show_default
        and param.default not in {None, "", False}
        and isinstance(param.default, str | int | float | Path)
    ):
        told += f" Default: {param.default}."
    yield escaped(told)


def _metavar(param: Any) -> str:  # noqa: ANN401  # as above
    if param.metavar:
        return str(param.metavar)
    if param.type_descriptor is None:
        return "VALUE"
    asked = param.type_descriptor.annotation
    asked = get_args(asked)[0] if get_origin(asked) is list else asked
    return _FLAG_TYPES.get(asked) or "|".join(str(choice) for choice in get_args(asked)) or "VALUE"


def _is_argument(param: Any) -> bool:  # noqa: ANN401  # as above
    return bool(param.param_type_name == "argument")


def _text(text: str) -> Iterator[str]:
    """Paragraphs; a line that is indented is an example, and stays a line."""
    for paragraph in filter(None, re.split(r"\n{2,}", text)):
        heading, *rest = paragraph.split("\n")
        yield ".PP"
        yield escaped(heading.strip())
        if rest:
            yield ".PP"
            yield ".RS 4"
            yield ".nf"
            yield from (escaped(line.strip(), literal=True) for line in rest)
            yield ".fi"
            yield ".RE"


def _table(heading: str, rows: Any) -> Iterator[str]:  # noqa: ANN401  # pairs of texts
    yield f".SH {heading}"
    for name, told in rows:
        yield ".TP"
        yield f"\\fB{escaped(name, literal=True)}\\fR"
        yield escaped(told)


def _variables() -> Iterator[tuple[str, str]]:
    """Those of the settings, then those of keys."""
    for name, key in VARIABLES.items():
        yield name, f"The setting {key}."
    for backend, preset in PRESETS.items():
        if preset.key_env:
            yield preset.key_env, f"The key of the backend {backend} ({preset.title})."
    yield DeepLSettings().key_env, "The key of DeepL."


if __name__ == "__main__":
    target = Path(sys.argv[1]) if sys.argv[1:] else PAGE
    target.write_text(page(), encoding="utf-8")
