"""Commands that talk to nobody import nothing heavy. Read from the interpreter's own list of modules."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# Typer 0.29 imports pydantic itself, so that cannot stand here.
HEAVY = {"openai", "aiohttp", "deepl", "httpx2", "jsonschema", "requests", "asyncio"}
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


def imported(*arguments: str, cwd: Path) -> set[str]:
    # Measuring coverage imports modules of its own; here the product alone is looked at.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(arguments)],
        cwd=cwd,
        env={**environment, "PYTHONPATH": str(Path(__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    ("arguments", "forbidden"),
    [
        pytest.param(["--version"], HEAVY | {"rich", "yaml", "sqlite3"}, id="version"),
        pytest.param(["cast", "--help"], HEAVY | {"sqlite3"}, id="cast's help"),
        pytest.param(["list"], HEAVY | {"sqlite3"}, id="list"),
        pytest.param(["list", "--json"], HEAVY | {"sqlite3", "rich"}, id="list as JSON"),
        pytest.param(["show", "tldr"], HEAVY | {"sqlite3"}, id="show"),
        pytest.param(["show", "tldr", "--raw"], HEAVY | {"sqlite3", "rich"}, id="show raw"),
        pytest.param(["search", "标题"], HEAVY | {"sqlite3"}, id="search"),
        pytest.param(["status"], HEAVY, id="status"),
        pytest.param(["backends"], (HEAVY - {"asyncio"}) | {"sqlite3"}, id="backends"),
        pytest.param(["cast", "tldr", "x", "--dry-run"], HEAVY | {"sqlite3", "rich"}, id="cast, dry"),
    ],
)
def test_a_light_command_stays_light(arguments: list[str], forbidden: set[str], tmp_path: Path) -> None:
    assert imported(*arguments, cwd=tmp_path) & forbidden == set()
