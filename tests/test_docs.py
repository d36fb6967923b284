"""The documentation's commands run, its links lead somewhere, and its tables name what there is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grimoire import checks
from grimoire.backends.presets import PRESETS
from grimoire.cli.app import app
from grimoire.settings import VARIABLES, BackendSettings, SettingsFile
from grimoire.translators.gates import GATES

ROOT = Path(__file__).parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
READMES = ["README.md", "README.zh.md"]


def commands(name: str) -> list[str]:
    """The lines after `$` in a document's console blocks."""
    blocks = re.findall(r"^```console\n(.*?)^```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


@pytest.mark.parametrize("name", READMES)
def test_the_commands_run_offline_one_after_another(name: str, tmp_path: Path) -> None:
    for kept in (*READMES, "spells"):
        source = ROOT / kept
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / kept)
    command = tmp_path / "bin" / "grimoire"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m grimoire "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    environment = {**os.environ, "PATH": f"{command.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    found = commands(name)
    assert len(found) >= 20
    for line in found:
        done = subprocess.run(
            ["/bin/sh", "-c", line], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", READMES)
def test_both_readmes_tell_of_every_command(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    names = [command.name for command in app.registered_commands] + [group.name for group in app.registered_groups]
    assert [name for name in names if f"`{name}" not in text and f"grimoire {name}" not in text] == []


def test_both_readmes_show_the_same_commands() -> None:
    def shape(name: str) -> list[str]:
        return [" ".join(line.split()[:3]) for line in commands(name)]

    assert shape(READMES[0]) == shape(READMES[1])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files_and_headings(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        file, _, anchor = target.partition("#")
        linked = (document.parent / file).resolve() if file else document
        assert linked.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {heading.lower().replace(" ", "-") for heading in headings}, target


@pytest.mark.parametrize("name", ["settings.md", "settings.zh.md"])
def test_every_setting_is_documented(name: str) -> None:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    keys = [*SettingsFile.__struct_fields__, *BackendSettings.__struct_fields__, *VARIABLES]
    assert [key for key in keys if f"`{key}`" not in text] == []


@pytest.mark.parametrize("name", ["spells.md", "spells.zh.md"])
def test_every_check_is_documented(name: str) -> None:
    rows = re.findall(r"^\| `([a-z-]+)`", (ROOT / "docs" / name).read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [*checks.CATALOGUE]


@pytest.mark.parametrize("name", ["verdicts.md", "verdicts.zh.md"])
def test_every_standing_check_is_documented(name: str) -> None:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    first = re.search(r"(?:^\| .*\n)+", text, re.MULTILINE)
    assert first is not None
    assert re.findall(r"^\| `([a-z-]+)`", first.group(), re.MULTILINE) == [*checks.STANDING]


@pytest.mark.parametrize("name", ["translation.md", "translation.zh.md"])
def test_every_gate_is_documented_with_its_severity(name: str) -> None:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (error|warning)", text, re.MULTILINE)
    assert rows == [(gate, found.severity) for gate, found in GATES.items()]


def test_the_readme_counts_the_presets_right() -> None:
    assert len(PRESETS) == 12
