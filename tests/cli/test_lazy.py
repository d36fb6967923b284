from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Literal

import pytest
import typer
from typer.testing import CliRunner

from grimoire.cli.app import COMMANDS, app
from grimoire.cli.lazy import LightCommand
from tests.cli.process import call, environment, run

RUNNER = CliRunner()


def test_every_command_is_where_its_line_says_it_is_and_has_help() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # of a group
    assert list(commands) == list(COMMANDS)
    for name, place in COMMANDS.items():
        assert commands[name].name == name
        assert commands[name].help
        assert commands[name].rich_help_panel == place.panel
        assert place.help


def test_only_the_command_that_is_called_is_imported() -> None:
    program = "import sys; from grimoire.cli.app import app; app(['keys', 'list'], standalone_mode=False)\n"
    program += "print(*(name for name in sys.modules if name.startswith('grimoire.cli.')), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=True
    )
    modules = set(done.stderr.splitlines()[-1].split())
    assert {"grimoire.cli.keys", "grimoire.cli.app"} <= modules
    others = {f"grimoire.cli.{place.module}" for name, place in COMMANDS.items() if name != "keys"}
    assert modules & others == set()


def test_a_mistyped_command_offers_the_nearest() -> None:
    said = run(["lisst"])
    assert said.code == 2
    assert "Did you mean 'list', 'lint'?" in said.err


@pytest.mark.parametrize(
    "args",
    [
        pytest.param([], id="grimoire"),
        pytest.param(["keys"], id="keys"),
        pytest.param(["export"], id="export"),
        pytest.param(["import"], id="import"),
    ],
)
def test_a_group_alone_says_what_is_missing_and_no_pipe_gets_it(args: list[str]) -> None:
    alone, asked = run(args), run([*args, "--help"])
    assert (alone.code, alone.out) == (2, "")
    assert (asked.code, asked.err) == (0, "")
    assert alone.err.strip() == asked.out.strip() != ""


def test_a_spell_where_a_command_is_wanted_is_told_from_a_mistyped_one() -> None:
    spell = run(["tldr", "x"])
    assert (spell.code, spell.out) == (2, "")
    assert "It is a spell: grimoire cast tldr" in spell.err
    other = run(["tldrr"])
    assert other.code == 2
    assert "No such command 'tldrr'." in other.err
    assert "grimoire cast" not in other.err


def test_settings_that_cannot_be_read_do_not_hide_that_there_is_no_such_command(tmp_path: Path) -> None:
    (tmp_path / "grimoire.yaml").write_text("backends: 7\n", encoding="utf-8")
    assert "No such command 'tldr'." in run(["tldr"]).err


@pytest.mark.parametrize(
    ("args", "option"),
    [
        pytest.param(["cast", "tldr", "--url", "http://a", "--url", "http://b"], "--url", id="url"),
        pytest.param(["cast", "tldr", "--case", "a", "--case=b"], "--case", id="case"),
        pytest.param(["cast", "tldr", "x", "-s", "a", "--system", "b"], "--system", id="two-spellings"),
        pytest.param(["cast", "tldr", "x", "-sa", "-usb"], "--system", id="short-ones-in-one-word"),
        pytest.param(["chat", "-s", "a", "-s", "a"], "--system", id="the-same-value-in-a-chat"),
        pytest.param(["cast", "tldr", "--stdin-as", "a", "--stdin-as", "b"], "--stdin-as", id="stdin-as"),
    ],
)
def test_an_input_of_which_there_is_one_is_not_given_twice(args: list[str], option: str) -> None:
    refused = call(args)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == f"grimoire: {option} is given twice\n  it takes one value: leave one of them out\n"


def test_of_what_is_no_input_the_last_holds_and_what_is_repeatable_may_be_repeated() -> None:
    args = ["cast", "tldr", "x", "--dry-run", "--dry-run", "--tone", "warm", "--tone", "formal", "-j", "1", "-j", "2"]
    shown = call(args)
    assert shown.code == 0
    assert "warm" not in shown.out
    assert "formal" in shown.out
    args = ["cast", "tldr", "x", "--dry-run", "-O", "a=1", "-O", "b=2", "-l", "en", "-l", "zh"]
    assert call(args).code == 0
    assert call([*args, "--", "--url", "--url"]).err.startswith("grimoire: there is no file")
    assert "Usage: grimoire cast" in call(["cast", "--url", "a", "--url", "b", "--help"]).out


def test_a_line_that_is_not_complete_yet_may_say_anything() -> None:
    cast = typer.main.get_command(app).commands["cast"]  # type: ignore[attr-defined]  # of a group
    given = ["tldr", "--case", "a", "--case", "b"]
    assert cast.make_context("cast", given, resilient_parsing=True).params["case"] == "b"


def read(*arguments: str, light: bool) -> tuple[int, str, str]:
    """What a command with parameters of every kind reads, and what it says of those it does not take."""
    own = typer.Typer(add_completion=False)

    def show(  # noqa: PLR0917  # a parameter of every kind
        text: Annotated[str, typer.Argument()] = "none",
        texts: Annotated[list[str] | None, typer.Option("--texts")] = None,
        number: Annotated[int, typer.Option("--number", min=1, max=9)] = 5,
        share: Annotated[float | None, typer.Option("--share")] = None,
        flag: Annotated[bool, typer.Option("--flag/--no-flag")] = False,
        file: Annotated[Path | None, typer.Option("--file")] = None,
        there: Annotated[Path | None, typer.Option("--there", exists=True)] = None,
        folder: Annotated[Path | None, typer.Option("--folder", file_okay=False)] = None,
        kind: Annotated[Literal["some", "all"], typer.Option("--kind")] = "some",
        parsed: Annotated[str, typer.Option("--parsed", parser=str.upper)] = "low",
    ) -> None:
        print(repr((text, texts, number, share, flag, file, there, folder, kind, parsed)))  # noqa: T201  # read below

    if light:
        own.command(cls=LightCommand)(show)
    else:
        own.command()(show)
    done = RUNNER.invoke(own, arguments)
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="defaults"),
        pytest.param(["words and 中文"], id="text"),
        pytest.param([""], id="empty text"),
        pytest.param(["--texts", "a", "--texts", ""], id="texts"),
        pytest.param(["--number", "7"], id="number"),
        pytest.param(["--number", "12"], id="number out of range"),
        pytest.param(["--number", "x"], id="no number"),
        pytest.param(["--share", "0.5"], id="share"),
        pytest.param(["--share", "half"], id="no share"),
        pytest.param(["--flag"], id="flag"),
        pytest.param(["--file", "not/there"], id="path of nothing"),
        pytest.param(["--file", "."], id="path of a folder"),
        pytest.param(["--file", "-"], id="dash"),
        pytest.param(["--file", ""], id="empty path"),
        pytest.param(["--there", "not/there"], id="path that must be there"),
        pytest.param(["--there", "."], id="path that is there"),
        pytest.param(["--folder", __file__], id="file for a folder"),
        pytest.param(["--kind", "all"], id="choice"),
        pytest.param(["--kind", "ALL"], id="choice in capitals"),
        pytest.param(["--kind", "none"], id="no choice"),
        pytest.param(["--parsed", "high"], id="parsed"),
        pytest.param(["--unknown"], id="unknown option"),
        pytest.param(["a", "b"], id="too many"),
        pytest.param(["--help"], id="help"),
    ],
)
def test_parameters_are_read_as_typer_reads_them(arguments: list[str]) -> None:
    assert read(*arguments, light=True) == read(*arguments, light=False)
