"""What is installed is whole: the wheel holds the library and the command, and works outside the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--quiet", "-w", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True, cwd=folder)
    [path] = folder.glob("*.whl")
    return path


def test_the_wheel_holds_the_library_and_nothing_of_the_workshop(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert len([name for name in names if name.startswith("grimoire/spells/") and name.endswith(".zh.yaml")]) == 43
    assert not [name for name in names if name.startswith(("tests/", "docs/", ".ci/"))]
    assert [name for name in names if name.endswith("LICENSE")]


def test_an_installed_grimoire_finds_its_spells_and_writes_translations_elsewhere(wheel: Path, tmp_path: Path) -> None:
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    zipfile.ZipFile(wheel).extractall(site)
    program = (
        "import json, sys; sys.path.insert(0, sys.argv[1])\n"
        "from grimoire import settings; from grimoire.cli import wiring; import grimoire\n"
        "library = wiring.open_library(settings.load()); spell = library.get('tldr')\n"
        "print(json.dumps([grimoire.__file__, len(library.paths()), str(spell.path),"
        " str(library.translation_path(spell, 'ja')), str(library.translation_path(spell, 'zh'))]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(site)],
        cwd=empty,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    where, count, spell, japanese, chinese = json.loads(done.stdout)
    assert Path(where).is_relative_to(site)
    assert count == 43
    assert Path(spell).is_relative_to(site)
    assert not Path(japanese).is_relative_to(site)
    assert Path(chinese).is_relative_to(site)
