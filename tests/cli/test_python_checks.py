"""Checks in the project's own Python: off, until its own settings file says otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grimoire.settings import user_file
from tests.cli.conftest import GOOD
from tests.cli.process import call, run

CHECKS = """
from pathlib import Path

Path("imported").write_text("x")


def short(text, exchange):
    return len(text) < 200 or f"{len(text)} characters"
"""


@pytest.fixture
def mine(write_spell: Callable[..., Path], folder: Path) -> Path:
    (folder / "own.py").write_text(CHECKS, encoding="utf-8")
    (folder / "answer.txt").write_text(GOOD, encoding="utf-8")
    return write_spell(**{"  - contains: willow": "  - contains: willow\n  - python: own.py:short"})


def test_off_by_default(mine: Path, folder: Path) -> None:
    refused = run(["judge", "mine", "answer.txt"])
    assert refused.code == 2
    assert "mine.yaml:15:5:" in refused.err
    assert "python checks are off: set python_checks: true in the settings of the project" in refused.err
    assert not (folder / "imported").exists()


def test_allowed_by_the_project(mine: Path, folder: Path) -> None:
    (folder / "grimoire.yaml").write_text("python_checks: true\n", encoding="utf-8")
    judged = run(["judge", "mine", "answer.txt"])
    assert (judged.code, "passed   python" in judged.out) == (0, True)
    (folder / "answer.txt").write_text(GOOD * 3, encoding="utf-8")
    judged = run(["judge", "mine", "answer.txt"])
    assert judged.code == 1
    assert "failed   python" in judged.out
    assert f"short: {len(GOOD * 3)} characters" in judged.out


def test_reading_a_spell_runs_nothing(mine: Path, folder: Path) -> None:
    (folder / "grimoire.yaml").write_text("python_checks: true\n", encoding="utf-8")
    assert run(["show", "mine"]).code == 0
    assert run(["list"]).code == 0
    assert not (folder / "imported").exists()


def test_the_users_own_settings_allow_nothing_in_projects(mine: Path, folder: Path) -> None:
    user_file().parent.mkdir(parents=True, exist_ok=True)
    user_file().write_text("python_checks: true\n", encoding="utf-8")
    assert run(["judge", "mine", "answer.txt"]).code == 2
    assert not (folder / "imported").exists()


def test_an_edited_function_is_another_yardstick(mine: Path, folder: Path) -> None:
    (folder / "grimoire.yaml").write_text("python_checks: true\n", encoding="utf-8")
    call(["judge", "mine", "answer.txt", "--record", "--backend", "web"])
    (folder / "own.py").write_text(CHECKS.replace("200", "20"), encoding="utf-8")
    changed = call(["rejudge"])
    assert "works → broken: mine (en) on web" in changed.out
