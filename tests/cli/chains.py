"""A chain of two spells, what it is cast with, and what a good model answers to its steps."""

from __future__ import annotations

from pathlib import Path

from grimoire.ledger import open_ledger
from grimoire.record import Entry
from tests.cli.conftest import asked
from tests.servers.openai_server import Body, Reply

CHAIN = ("cast", "both", "willow trees", "-m", "one", "--ledger", "l.db")

SPELLS = {
    "first": "prompt: 'FIRST of [PROMPT] at [VARIABLE1:Size:small:small|large][VARIABLE1] in [TARGETLANGUAGE]'",
    "first.zh": "prompt: '第一步：[PROMPT][VARIABLE1:大小:小:小|大][VARIABLE1]，用[TARGETLANGUAGE]'",
    "second": "prompt: 'SECOND of [PROMPT] in [TARGETLANGUAGE]'\nchecks: [{contains: oak}]",
    "second.zh": "prompt: '第二步：[PROMPT]，用[TARGETLANGUAGE]'",
    "loud": "role: voice\nprompt: 'LOUD [VARIABLE1:Size:very][VARIABLE1]'",
    "loud.zh": "prompt: '大声[VARIABLE1:大小:很][VARIABLE1]'",
    "both": "hint: a tree\nchain:\n  - spell: first\n  - spell: second",
}


def write(folder: Path, name: str, text: str) -> Path:
    """A spell of the working directory's library, or the translation of one."""
    from grimoire.cli.wiring import validate_check
    from grimoire.library import Library

    path = folder / "spells" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    spell, dot, language = name.partition(".")
    head = f"name: {name}\n"
    if dot:
        source = Library([folder / "spells"], validate_check).get(spell).source_digest
        head = f"language: {language}\nsource: '{source}'\nstatus: reviewed\n"
    path.write_text(f"{head}{text}\n", encoding="utf-8")
    return path


def write_all(folder: Path) -> None:
    """The chain and its spells."""
    for name, text in SPELLS.items():
        write(folder, name, text)


def answer(body: Body) -> Reply:
    """The first step's answer names a willow, the second's an oak."""
    if "FIRST" in asked(body):
        return Reply(text="A willow stands by the river, and its branches touch the water.")
    return Reply(text="An oak stands by the road, and its branches give shade to travellers.")


def entries(folder: Path) -> list[Entry]:
    with open_ledger(folder / "l.db") as ledger:
        return [entry for found in reversed(ledger.runs()) for entry in ledger.entries(found.id)]


def unfinished(folder: Path) -> list[bool]:
    with open_ledger(folder / "l.db") as ledger:
        return [not found.finished for found in ledger.runs()]
