"""The help of every command has examples that can be typed as they stand."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from grimoire.cli.app import app
from grimoire.cli.argv import join_pairs, join_resume
from grimoire.cli.lazy import reflowed
from tests.cli.conftest import GOOD
from tests.cli.process import PATIENCE, call, environment
from tests.servers.deepl_server import DeepLServer
from tests.servers.openai_server import OpenAIServer

ROOT = Path(__file__).parents[2]
WIDTH = 80
MEANT_FOR_A_PERSON = {
    "grimoire translate tldr --review": "a person answers",
    "grimoire chat tldr -m deepseek": "a person answers",
    "grimoire chat": "a person answers",
    "grimoire cast -c 'in two lines'": "a terminal has a last conversation",
    "grimoire cast tldr --url https://example.org/article": "the page is elsewhere",
    "grimoire trial --resume": "nothing is left over to go on with",
    "grimoire keys set openai": "a keyring is needed",
    "pass show openai | grimoire keys set OPENAI_API_KEY": "a keyring is needed",
    "grimoire keys delete openai": "a keyring is needed",
}
"""Examples that are read here and not run, and why."""
SEPARATORS = {"|", ";", "&&", ">", "<", ">>"}


def commands() -> dict[str, Any]:
    """Every command that does something, by the words that call it."""
    return dict(_walk("grimoire", get_command(app)))


def _walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", {})
    if not below or getattr(command, "invoke_without_command", False):
        yield name, command
    for each in below:
        yield from _walk(f"{name} {each}", below[each])


def examples(command: Any) -> list[str]:
    block = str(command.help).partition("Examples:\n")[2].partition("\n\n")[0]
    return [line.strip() for line in block.splitlines()]


COMMANDS = commands()
EXAMPLES = [(name, example) for name, command in COMMANDS.items() for example in examples(command)]


def called(line: str) -> list[str]:
    """The words that follow `grimoire` in a line of shell, up to the next program or file."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|;<>&")
    lexer.whitespace_split = True
    words = list(lexer)
    words = words[words.index("grimoire") + 1 :]
    return words[: next((at for at, word in enumerate(words) if word in SEPARATORS), len(words))]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_examples_that_fit_a_terminal(name: str) -> None:
    found = examples(COMMANDS[name])
    assert found
    assert any(name.removeprefix("grimoire ") in line for line in found)
    for columns in (WIDTH, 200):
        shown = call([*name.split()[1:], "--help"], env={"COLUMNS": str(columns), "TERMINAL_WIDTH": str(columns)})
        assert (shown.code, shown.err) == (0, "")
        assert [line for line in found if f"   {line}" not in [each.rstrip() for each in shown.out.splitlines()]] == []


@pytest.mark.parametrize(("name", "line"), EXAMPLES)
def test_every_example_is_a_call_that_the_program_understands(name: str, line: str) -> None:
    arguments = join_resume(join_pairs(called(line)))
    command = get_command(app)
    context: Any = command.make_context("grimoire", list(arguments))
    rest = [*context._protected_args, *context.args]
    while rest and hasattr(context.command, "commands"):
        word, below, rest = context.command.resolve_command(context, rest)
        context = below.make_context(word, rest, parent=context)
        rest = [*context._protected_args, *context.args]
    assert rest == []


@pytest.fixture
def desk(tmp_path: Path, server: OpenAIServer, deepl: DeepLServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the examples can be run: files of the names they use, backends on loopback, trials on record."""
    backends, price = ("openai", "deepseek"), "prices: {m1: {input: 1, output: 2}}"
    lines = [
        f"  {name}: {{base_url: '{server.base_url}', model: m1, key_env: ONE_API_KEY, {price}}}" for name in backends
    ]
    (tmp_path / "grimoire.yaml").write_text("\n".join(["backend: openai", "backends:", *lines]), encoding="utf-8")
    monkeypatch.setenv("ONE_API_KEY", "sk-one")
    for name in ("report.txt", "answer.txt", "notes.md", "plan.md"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    shutil.copytree(ROOT / "spells", tmp_path / "spells")
    program = tmp_path / "bin" / "grimoire"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m grimoire "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    for order in (["init", "-q"], ["add", "notes.md"]):
        subprocess.run(["git", *order], cwd=tmp_path, check=True)
    (tmp_path / "notes.md").write_text("changed", encoding="utf-8")
    for _ in range(2):
        assert call(["trial", "tldr", "blog-title", "-l", "en", "--rehearse", "--yes"]).code == 0
    assert call(["cast", "tldr", "夜班", "-m", "openai"]).code == 0
    for form, file in (("po", "zh.po"), ("tmx", "memory.tmx")):
        (tmp_path / file).write_text(call(["export", form]).out, encoding="utf-8")
    return tmp_path


def shell(line: str, desk: Path) -> subprocess.CompletedProcess[str]:
    path: Mapping[str, str] = {"PATH": f"{desk}/bin:{environment()['PATH']}"}
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"],
        cwd=desk,
        env=environment(path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.parametrize("line", [line for _, line in EXAMPLES if line not in MEANT_FOR_A_PERSON])
def test_every_example_does_what_it_is_for(line: str, desk: Path) -> None:
    for program in re.findall(r"(?:^|\| )(\w+)", line):
        if not (desk / "bin" / program).exists() and not shutil.which(program):
            pytest.skip(f"{program} is not installed")
    done = shell(line, desk)
    # 1 is a verdict, or what needs a person: nothing that is wrong with the call.
    assert done.returncode in {0, 1}, done.stderr
    assert done.returncode == 0 or done.stdout, done.stderr
    assert "Usage" not in done.stderr


def test_what_is_left_to_a_person_is_among_the_examples() -> None:
    assert MEANT_FOR_A_PERSON.keys() <= {line for _, line in EXAMPLES}


def test_paragraphs_break_where_the_terminal_does_and_examples_where_they_did() -> None:
    assert reflowed("One\ntwo.\n\nThree\nfour.\n\nExamples:\n  a\n  b") == (
        "One two.\n\n\n\nThree four.\n\nExamples:\n  a\n  b"
    )
    assert reflowed("One\ntwo.") == "One two."
