"""The documentation's commands run, its links lead somewhere, and its tables name what there is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from grimoire import checks
from grimoire.backends.presets import PRESETS
from grimoire.cli.app import COMMANDS, app
from grimoire.cli.results import result_json
from grimoire.cli.trial_options import CHOICE, LIMITS
from grimoire.cli.trial_plan_show import Forecast
from grimoire.errors import ServiceError
from grimoire.pace import is_throttle
from grimoire.settings import VARIABLES, BackendSettings, SettingsFile, Timeout
from grimoire.translators.gates import GATES
from grimoire.trial.work import Result
from grimoire.verdict import CheckResult, Verdict
from tests.ledger.samples import a_cell
from tests.servers.faults import FAULTS, Fault

ROOT = Path(__file__).parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
READMES = ["README.md", "README.zh.md"]
TRIALS = ["trials.md", "trials.zh.md"]
CASTING = ["casting.md", "casting.zh.md"]


def in_both(english: str, chinese: str) -> list[tuple[str, str]]:
    """The same section of both documents on trials."""
    return list(zip(TRIALS, (english, chinese), strict=True))


def commands(name: str) -> list[str]:
    """The lines after `$` in a document's console blocks."""
    blocks = re.findall(r"^```console\n(.*?)^```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def rows(name: str, heading: str, columns: int) -> list[list[str]]:
    """The cells of the tables of so many columns in one section of a document, without their heads."""
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^\| (.*) \|$", section, re.MULTILINE)
    cells = [re.split(r" \| ", line) for line in lines]
    heads = [number - 1 for number, row in enumerate(cells) if set(row) == {"---"}]
    return [row for number, row in enumerate(cells) if number not in heads and len(row) == columns and row[0] != "---"]


@pytest.mark.parametrize(
    ("name", "least"),
    [
        *((name, 20) for name in READMES),
        *((f"docs/{name}", 4) for name in TRIALS),
        *((f"docs/{name}", 20) for name in CASTING),
    ],
)
def test_the_commands_run_offline_one_after_another(name: str, least: int, tmp_path: Path) -> None:
    for kept in (*READMES, "spells"):
        source = ROOT / kept
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / kept)
    command = tmp_path / "bin" / "grimoire"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m grimoire "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    environment = {**os.environ, "PATH": f"{command.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    found = commands(name)
    assert len(found) >= least
    for line in found:
        done = subprocess.run(
            ["/bin/sh", "-c", line], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", READMES)
def test_both_readmes_tell_of_every_command(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`{name}" not in text and f"grimoire {name}" not in text] == []


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


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize(("name", "heading"), in_both("What services do wrong", "服务会出什么毛病"))
def test_every_fault_is_documented_as_it_is_classed(name: str, heading: str) -> None:
    told = {
        fault: (named(kind)[0], not again.startswith(("no", "否")), "throttle" in again or "限流" in again)
        for _, kind, again, tested in rows(name, heading, 4)
        for fault in named(tested)
    }
    answers = [fault for *_, tested in rows(name, heading, 3) for fault in named(tested)]
    failing = {
        name: (act.error.kind, act.retryable, pauses(act.error, act)) for name, act in FAULTS.items() if act.error
    }
    assert told == failing
    assert sorted(answers) == sorted(FAULTS.keys() - failing.keys())


def pauses(kind: type[ServiceError], fault: Fault) -> bool:
    """Whether it pauses the whole backend."""
    error = kind("", status=fault.status)

    error.retryable = fault.retryable
    return is_throttle(error)


@pytest.mark.parametrize(("name", "heading"), in_both("Progress", "进度"))
def test_every_field_of_a_trials_json_is_documented(name: str, heading: str) -> None:
    line = result_json(Result(a_cell(), Verdict(kind="works")))
    told = [field for first, _ in rows(name, heading, 2) for field in named(first)]
    assert sorted(told) == sorted(line)
    (checks,) = [means for first, means in rows(name, heading, 2) if first == "`checks`"]
    assert {*CheckResult.__struct_fields__} <= {*named(checks)}


@pytest.mark.parametrize(("name", "heading"), in_both("What it will take", "要花多少"))
def test_every_field_of_a_dry_runs_json_is_documented(name: str, heading: str) -> None:
    told = [field for first, _ in rows(name, heading, 2) for field in named(first)]
    assert sorted(told) == sorted(Forecast.__struct_fields__)


@pytest.mark.parametrize(("name", "heading"), in_both("Time-outs", "超时"))
def test_every_time_out_is_documented_with_its_default(name: str, heading: str) -> None:
    told = {named(stage)[0]: float(default) for stage, default, _ in rows(name, heading, 3)}
    assert told == {stage: getattr(Timeout(), stage) for stage in Timeout.__struct_fields__}


@pytest.mark.parametrize("name", TRIALS)
def test_every_option_of_a_trial_that_chooses_or_limits_is_documented(name: str) -> None:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    (trial,) = (found for found in get_command(app).commands.values() if found.name == "trial")  # type: ignore[attr-defined]  # a group
    given = [param for param in trial.params if getattr(param, "rich_help_panel", None) in {CHOICE, LIMITS}]
    assert len(given) >= 10
    assert [param.name for param in given if not any(f"`{option}" in text for option in param.opts)] == []


def test_the_readme_counts_the_presets_right() -> None:
    assert len(PRESETS) == 12
