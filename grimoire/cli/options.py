"""Options that several commands share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

NAME = "NAME|FILE"

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
JsonLines = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]
LedgerFile = Annotated[
    Path | None, typer.Option("--ledger", metavar="FILE", help="The ledger to use instead of your own.")
]
Names = Annotated[list[str] | None, typer.Argument(metavar=NAME, help="Spells, by name or by file.")]
SpellName = Annotated[str, typer.Argument(metavar=NAME, help="A spell, by name or by file.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be sent; send nothing.")]


def split_codes(given: list[str] | None) -> list[str]:
    """Language codes from repeated or comma-separated options; every name of a language is understood."""
    from grimoire.languages import resolve

    parts = [part.strip() for text in given or () for part in re.split("[,，、]", text)]
    return list(dict.fromkeys(resolve(part) for part in parts if part))
