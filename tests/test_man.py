"""The manual page says what the program says, is sound roff, and is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from grimoire.cli.app import COMMANDS
from grimoire.settings import VARIABLES

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "grimoire.1"


def made(target: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "60"}
    subprocess.run([sys.executable, str(ROOT / "docs" / "man.py"), str(target)], check=True, env=environment)
    return target.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def shown() -> str:
    """The page as a person reads it, without what makes letters bold."""
    if not shutil.which("groff"):  # man is made of it; some containers have a man that shows nothing
        pytest.skip("groff is not installed")
    drawn = ["groff", "-K", "utf8", "-man", "-Tutf8", "-ww", "-rLL=100n", "-P-cbou", str(PAGE)]
    done = subprocess.run(drawn, capture_output=True, check=True, encoding="utf-8")
    assert done.stderr == ""
    return done.stdout


def test_the_page_is_in_step_with_the_program(tmp_path: Path) -> None:
    assert PAGE.read_text(encoding="utf-8") == made(tmp_path / "grimoire.1"), "`make man` makes it anew"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_place(command: str, shown: str) -> None:
    assert f"\n   grimoire {command}" in shown


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("grimoire cast blog-title 林黛玉倒拔垂杨柳 -l zh -p 1=俏皮", id="an example"),
        pytest.param("grimoire list --works-on rehearsal/sample -l zh", id="hyphens"),
        pytest.param("--limit N", id="a number"),
        pytest.param("--role task|voice|format", id="a choice"),
        pytest.param("[NAME|FILE|-]", id="an argument that may be left out"),
        pytest.param("~/.config/grimoire/settings.yaml", id="a tilde"),
        pytest.param("printf '%s\\n' 'Name three rivers'", id="quotes and a backslash"),
        pytest.param("DEEPL_AUTH_KEY", id="a key"),
        pytest.param("130    Interrupted", id="an exit code"),
        *(pytest.param(name, id=name) for name in VARIABLES),
    ],
)
def test_what_is_typed_is_shown_as_it_is_typed(text: str, shown: str) -> None:
    assert text in shown


def test_the_page_is_installed_where_man_looks(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--quiet", "-w", str(tmp_path)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True, cwd=tmp_path)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        [name] = [name for name in packed.namelist() if name.endswith(".data/data/share/man/man1/grimoire.1")]
        assert packed.read(name) == PAGE.read_bytes()
