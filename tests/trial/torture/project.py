"""A project to torture: a few short spells in two languages, and settings that name two backends of one server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grimoire.spellfile import read_spell
from tests.trial.torture.scripts import FIRST, READ, TOTAL

JOBS = 4
"""Requests to a backend at one time."""
Transports = tuple[str, str]

MODELS = {"one": "m1", "two": "m2"}
"""Each backend's model; the second backend streams."""

SPELL = """\
name: {name}
title: Torture
prompt: "Tell me in two sentences, in the way of {name}, something about: [PROMPT]"
cases:
{cases}
"""
SIDECAR = """\
language: zh
source: {source}
translator: Grimoire
status: reviewed
title: 酷刑
prompt: "请按照{name}的方式，用两句话讲一讲：[PROMPT]"
"""
SETTINGS = """\
languages: [en, zh]
timeout: {{connect: 2, first: {first}, read: {read}, total: {total}}}
backends:
  one:
    base_url: {url}
    key_env: TORTURE_API_KEY
    model: m1
    transport: {one}
    prices: {{m1: {{input: 1, output: 2}}}}
  two:
    base_url: {url}
    key_env: TORTURE_API_KEY
    model: m2
    transport: {two}
    stream: true
"""


@dataclass(frozen=True)
class Project:
    """A folder with spells and settings, and the ledger it is told to use. `name` is the plan's, in keys."""

    name: str
    folder: Path
    spells: int
    cases: int
    samples: int
    jobs: int
    ledger: Path

    @property
    def cells(self) -> int:
        """Cells of the plan."""
        return self.spells * self.cases * 2 * len(MODELS) * self.samples

    @property
    def arguments(self) -> list[str]:
        """What starts the trial."""
        names = [_name(number) for number in range(1, self.spells + 1)]
        models = [part for model in MODELS for part in ("-m", model)]
        return ["trial", *names, *models, "-n", str(self.samples), *self._ever()]

    @property
    def resume(self) -> list[str]:
        """What goes on with it."""
        return ["trial", "--resume", *self._ever()]

    def _ever(self) -> list[str]:
        return ["-j", str(self.jobs), "--yes", "--fail-on", "never", "--ledger", str(self.ledger)]

    def key(self, life: int) -> dict[str, str]:
        """The environment of a life: the server tells lives apart by their keys."""
        return {"TORTURE_API_KEY": f"{self.name}-{life}"}

    def write(self, base_url: str, transports: Transports = ("direct", "direct")) -> None:
        """The files."""
        (self.folder / "spells").mkdir(parents=True)
        settings = SETTINGS.format(
            url=base_url, first=FIRST, read=READ, total=TOTAL, one=transports[0], two=transports[1]
        )
        (self.folder / "grimoire.yaml").write_text(settings, encoding="utf-8")
        for number in range(1, self.spells + 1):
            self._write_spell(_name(number))

    def _write_spell(self, name: str) -> None:
        path = self.folder / "spells" / f"{name}.yaml"
        wanted = range(1, self.cases + 1)
        cases = [f'  - {{id: "{case}", prompt: willow number {case}, subject: [willow, 柳]}}' for case in wanted]
        path.write_text(SPELL.format(name=name, cases="\n".join(cases)), encoding="utf-8")
        spell, _ = read_spell(path, lambda _: "")
        sidecar = SIDECAR.format(name=name, source=spell.source_digest)
        path.with_name(f"{name}.zh.yaml").write_text(sidecar, encoding="utf-8")


def _name(number: int) -> str:
    return f"torture-{number}"


def a_project(
    name: str, folder: Path, *, spells: int = 1, cases: int = 1, samples: int = 1, ledger: Path | None = None
) -> Project:
    """A project whose ledger is in its folder where no other is given."""
    return Project(name, folder, spells, cases, samples, JOBS, ledger or folder / "ledger.db")
