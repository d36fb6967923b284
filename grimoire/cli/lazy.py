"""Commands that are made when they are asked for, and parameters read without pydantic: what starting up costs.

A call of Grimoire runs one command. Importing the others' files, and reading their signatures, would take as long as
everything else together; so would pydantic, with which Typer reads even a plain text.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import sys
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args, get_origin

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command


class Place(NamedTuple):
    """Where a command is: a module of `grimoire.cli`, its function or Typer in there, and its panel in the help.

    `help` is what the shell is told of it, so that completing a command's name imports none.
    """

    module: str
    name: str
    panel: str
    help: str


_INPUTS = {"--url", "--case", "--stdin-as", "--system"}
"""Options that bring something in: of two values none may be dropped. Of any other the last one holds, as is usual."""


def _once(parser: Any, ctx: typer.Context) -> Any:  # noqa: ANN401  # Typer's own
    """The parser, refusing a second input where one is taken: Typer takes the last and drops the others."""
    read = parser.parse_args

    def parse_args(args: list[str]) -> Any:  # noqa: ANN401  # as Typer has it
        found = read(args)
        if not ctx.resilient_parsing:
            _refuse_repeated(found[2])
        return found

    parser.parse_args = parse_args
    return parser


def _refuse_repeated(given: Sequence[Any]) -> None:
    """Raises UsageError for an input given twice; the parameters are in the order they are given in."""
    options = [param for param in given if isinstance(param, TyperOption)]
    if any(option.is_eager for option in options):
        return
    for place, option in enumerate(options):
        if option in options[:place] and not _INPUTS.isdisjoint(option.opts) and not option.multiple:
            from grimoire.errors import UsageError

            spelt = max(option.opts, key=len)
            raise UsageError(f"{spelt} is given twice", hint="it takes one value: leave one of them out")


class LightCommand(TyperCommand):
    """A command whose plain parameters are read without pydantic, `--help` among them."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # Typer keeps its own class of contexts to itself
        lighten(self.get_params(ctx))
        return super().parse_args(ctx, args)

    def make_parser(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # noqa: ANN401  # as above
        return _once(super().make_parser(ctx), ctx)


class LightGroup(TyperGroup):
    """A group of which the same holds. Its help is a result where it was asked for, else it says what is missing."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # as above
        lighten(self.get_params(ctx))
        if args or not self.no_args_is_help:
            return super().parse_args(ctx, args)
        with contextlib.redirect_stdout(sys.stderr):
            return super().parse_args(ctx, args)

    def make_parser(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # noqa: ANN401  # as above
        return _once(super().make_parser(ctx), ctx)


def grouped(places: dict[str, Place]) -> type[TyperGroup]:
    """The class of a group that has these commands, besides those that are registered with it; given to Typer as `cls`.

    They come in the order of `places`.
    """

    class Group(LightGroup):
        def __init__(self, **attributes: Any) -> None:  # noqa: ANN401  # as Typer gives them
            super().__init__(**attributes)
            self.commands = _Commands(places, self.commands)

        def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:  # noqa: ANN401  # as above
            if not args:  # the shell asks
                from grimoire.cli.shells import register

                register()
            return super().main(args, *rest, **extra)

        def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # noqa: ARG002  # as Typer has it
            return list(self.commands)

        def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]  # noqa: ANN401  # as above
            from typer._click.exceptions import UsageError

            try:
                return super().resolve_command(ctx, args)
            except UsageError as error:
                error.message += _hint_of_spell(args[0])
                raise

        def shell_complete(self, ctx: typer.Context, incomplete: str) -> list[Any]:  # type: ignore[override]  # as above
            from typer._click.shell_completion import CompletionItem

            names = [name for name in self.commands if name.startswith(incomplete)]
            found = [CompletionItem(name, help=places[name].help) for name in names if name in places]
            return [*found, *(super().shell_complete(ctx, incomplete) if incomplete.startswith("-") else ())]

    return Group


class _Commands(MutableMapping[str, Any]):
    """Commands by name, each imported and made when it is first looked up."""

    def __init__(self, places: dict[str, Place], made: MutableMapping[str, Any]) -> None:
        self._places = places
        self._made = made

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  # a command of Typer, whose class it keeps to itself
        if name not in self._made:
            self._made[name] = _make(name, self._places[name])
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:  # noqa: ANN401  # as above
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._places, *self._made]))

    def __len__(self) -> int:
        return len(self._places.keys() | self._made.keys())


def _hint_of_spell(word: str) -> str:
    """What is to be said of a command that is none, where there is a spell of that name."""
    from grimoire import settings
    from grimoire.cli import wiring
    from grimoire.errors import GrimoireError

    try:
        known = word in wiring.open_library(settings.load()).paths()
    except (GrimoireError, OSError):  # what is wrong there is told by the commands that need it
        return ""
    return f" It is a spell: grimoire cast {word}" if known else ""


def _make(name: str, place: Place) -> Any:  # noqa: ANN401  # as above
    found = getattr(importlib.import_module(f"grimoire.cli.{place.module}"), place.name)
    own = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    if isinstance(found, typer.Typer):
        for each in found.registered_commands:
            each.cls = LightCommand
        chosen = found.info.cls
        light = isinstance(chosen, type) and issubclass(chosen, LightGroup)
        own.add_typer(found, name=name, cls=chosen if light else LightGroup)
    else:
        own.command(name, cls=LightCommand)(found)
    command: Any = get_command(own)
    command = getattr(command, "commands", {}).get(name, command)
    command.rich_help_panel = place.panel
    for each in (command, *getattr(command, "commands", {}).values()):
        each.help = reflowed(each.help or "")
    return command


def reflowed(text: str) -> str:
    """A docstring whose paragraphs break where the terminal does; lines that are indented, as examples are, stay so."""
    first, *rest = [re.sub(r"\n(?! )", " ", paragraph) for paragraph in text.split("\n\n")]
    # Typer takes off what all lines after the first paragraph's are indented by: an empty line there is not indented.
    return "\n\n".join([first, "", *rest] if rest else [first])


def lighten(params: Sequence[Any]) -> None:
    """Let texts, numbers and paths be read without pydantic; what needs more is still read by Typer itself."""
    for param in params:
        if isinstance(param, (TyperArgument, TyperOption)) and param._runtime_param is None:  # noqa: SLF001  # no public way; where it is gone, Typer is only slower
            param._runtime_param = _Plain(param)  # type: ignore[assignment]  # noqa: SLF001  # as above


class _Plain:
    """Reads a parameter's value as Typer does."""

    def __init__(self, param: Any) -> None:  # noqa: ANN401  # one of two classes of Typer
        self._param = param

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401  # as Typer calls it
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        described = self._param.type_descriptor
        if described.parameter_info.parser is None and (read := _READERS.get(described.annotation)):
            found = read(value, described.parameter_info)
            if found is not None:
                return found
        if get_origin(described.annotation) is Literal and value in get_args(described.annotation):
            return value
        from typer._coercion import build_runtime_param

        return build_runtime_param(described).coerce(value, param=param, ctx=ctx)


def _read_text(value: object, _: object) -> str | None:
    return value if isinstance(value, str) else None


def _read_texts(value: object, _: object) -> list[str] | None:
    return list(value) if isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value) else None


def _read_number(value: object, _: object) -> int | None:
    """A default; what was typed has to be looked at."""
    return value if type(value) is int else None


def _read_path(value: object, info: Any) -> Path | None:  # noqa: ANN401  # Typer's
    """A path of which nothing is asked but that it can be read where it is there."""
    asked = info.exists or info.resolve_path or info.writable or info.path_type is not None
    if isinstance(value, str) and not asked and info.file_okay and info.dir_okay:
        path = Path(value)
        return path if os.access(path, os.R_OK) or not path.exists() else None
    return None


_READERS: dict[object, Callable[[object, Any], object]] = {
    str: _read_text,
    list[str]: _read_texts,
    int: _read_number,
    Path: _read_path,
}
"""By what a parameter is annotated with; None where Typer has to read it."""
