"""Commands that talk to nobody import nothing heavy. Read from the interpreter's own list of modules."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.servers.openai_server import OpenAIServer

SERVICES = {"openai", "aiohttp", "deepl", "httpx2", "requests", "pydantic", "keyring"}
HEAVY = SERVICES | {"asyncio", "jsonschema", "prompt_toolkit", "trafilatura", "jinja2", "polib"}
CHECKS = {"regex", "rapidfuzz", "markdown_it", "sqlite3"}
PROGRAM = """
import json, sys
sys.argv[1:] = json.loads(sys.argv[1])
from grimoire.cli.app import main
try:
    main()
except SystemExit as stop:
    assert stop.code in (0, None), stop.code
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})), file=sys.stderr)
"""
ROOT = Path(__file__).parent.parent


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    # Measuring coverage imports modules of its own; here the product alone is looked at.
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTHON"))}
    return {**ours, "PYTHONPATH": str(ROOT), **extra}


def imported(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(arguments)],
        cwd=cwd,
        env=environment(env or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    ("arguments", "forbidden"),
    [
        pytest.param(["--version"], HEAVY | CHECKS | {"rich", "yaml"}, id="version"),
        pytest.param(["--help"], HEAVY | {"sqlite3", "regex", "rapidfuzz", "yaml"}, id="help"),
        pytest.param(["cast", "--help"], HEAVY | {"sqlite3", "regex", "rapidfuzz", "yaml"}, id="cast's help"),
        pytest.param(["list"], HEAVY | CHECKS, id="list"),
        pytest.param(["list", "--json"], HEAVY | CHECKS | {"rich"}, id="list as JSON"),
        pytest.param(["show", "tldr"], HEAVY | CHECKS, id="show"),
        pytest.param(["show", "tldr", "--raw"], HEAVY | CHECKS | {"rich"}, id="show raw"),
        pytest.param(["search", "标题"], HEAVY | CHECKS, id="search"),
        pytest.param(["dials"], HEAVY | CHECKS, id="dials"),
        pytest.param(["status"], HEAVY, id="status"),
        pytest.param(["log"], HEAVY, id="log"),
        pytest.param(["history", "tldr"], HEAVY, id="history"),
        pytest.param(["backends"], HEAVY | CHECKS, id="backends"),
        pytest.param(["keys", "list"], HEAVY | CHECKS | {"rich", "yaml"}, id="keys"),
        pytest.param(["doctor"], HEAVY, id="doctor"),
        pytest.param(["schema"], (HEAVY - {"jsonschema"}) | {"rich"}, id="schema"),
        pytest.param(["lint"], (HEAVY - {"jsonschema", "asyncio"}) | {"sqlite3"}, id="lint"),
        pytest.param(["cast", "tldr", "x", "--dry-run"], HEAVY | CHECKS | {"rich"}, id="cast, dry"),
        pytest.param(["cast", "tldr", "x", "-m", "rehearsal"], SERVICES | {"jsonschema", "rich"}, id="cast, rehearsed"),
    ],
)
def test_a_light_command_stays_light(arguments: list[str], forbidden: set[str], tmp_path: Path) -> None:
    assert imported(*arguments, cwd=tmp_path) & forbidden == set()


@pytest.mark.parametrize("words", ["grimoire li", "grimoire cast tl", "grimoire list --to", "grimoire cast tldr -m "])
def test_completing_is_light(words: str, tmp_path: Path) -> None:
    asked = {
        "_GRIMOIRE_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    assert imported(cwd=tmp_path, env=asked) & (HEAVY | CHECKS) == set()


@pytest.mark.parametrize("arguments", [["list", "--json"], ["show", "tldr"], ["cast", "tldr", "x", "--dry-run"]])
def test_what_was_read_once_is_not_parsed_again(arguments: list[str], tmp_path: Path) -> None:
    imported(*arguments, cwd=tmp_path)
    assert "yaml" not in imported(*arguments, cwd=tmp_path)


def test_a_direct_cast_imports_no_other_client(tmp_path: Path) -> None:
    with OpenAIServer() as server:
        line = f"backends: {{one: {{base_url: '{server.base_url}', key_env: '', model: m}}}}"
        (tmp_path / "grimoire.yaml").write_text(line, encoding="utf-8")
        found = imported("cast", "tldr", "willows", "-m", "one", cwd=tmp_path)
        assert server.count == 1
    assert "aiohttp" in found
    assert found & ((SERVICES - {"aiohttp"}) | {"rich", "prompt_toolkit", "jsonschema", "trafilatura"}) == set()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(["--version"], 0, id="done"),
        pytest.param(["list", "--topic", "no such"], 2, id="an error"),
        pytest.param(["cast", "tldr", "x", "-m", "deepseek"], 3, id="no answer"),
        pytest.param(["search", "qqqqzzzz"], 1, id="nothing found"),
    ],
)
def test_a_program_that_ends_at_once_ends_with_its_code_and_all_it_said(
    arguments: list[str], code: int, tmp_path: Path
) -> None:
    """Without a request for warnings, with which Python takes everything apart in the end."""
    ended = [
        subprocess.run(
            [sys.executable, "-m", "grimoire", *arguments],
            cwd=tmp_path,
            env=environment(extra),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        for extra in ({}, {"PYTHONWARNINGS": "error"})
    ]
    quick, slow = ((done.returncode, done.stdout, done.stderr) for done in ended)
    assert quick == slow
    assert quick[0] == code
    assert quick[1] or quick[2]


def test_what_is_to_be_done_in_the_end_is_done(tmp_path: Path) -> None:
    program = (
        "import atexit, sys; atexit.register(print, 'done'); sys.argv[1:] = ['--version']\n"
        "from grimoire.__main__ import main; main(); print('never')"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, env=environment({}), capture_output=True, check=True)
    assert done.stdout.splitlines()[1:] == [b"done"]


def test_no_unused_objects_are_looked_for_while_starting_up(tmp_path: Path) -> None:
    program = (
        "import gc, sys; gc.callbacks.append(lambda phase, _: print(phase, file=sys.stderr)); sys.argv[1:] = ['list']\n"
        "from grimoire.__main__ import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment({}), capture_output=True, check=True
    )
    assert done.stderr.count(b"start") <= 1, "what Python does in the end"


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    line = f"'{sys.executable}' -m grimoire list --json | head -c 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], cwd=tmp_path, env=environment({}), capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"[0\n", b"")
