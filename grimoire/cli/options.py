"""Options that several commands share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

import typer

from grimoire.errors import UsageError

NAME = "NAME|FILE"
AUTO: Literal["auto"] = "auto"
MOST_SAMPLES = 1000

Samples = int | Literal["auto"]
"""Answers to ask of each case: so many, or one and more where it does not fit what is known."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
JsonLines = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]
LedgerFile = Annotated[
    Path | None, typer.Option("--ledger", metavar="FILE", help="The ledger to use instead of your own.")
]
Names = Annotated[list[str] | None, typer.Argument(metavar=NAME, help="Spells, by name or by file.")]
SpellName = Annotated[str, typer.Argument(metavar=NAME, help="A spell, by name or by file.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be sent; send nothing.")]


def parse_samples(given: str) -> Samples:
    """How many answers to ask of each case: a number, or `auto`. Raises UsageError."""
    if given == AUTO:
        return AUTO
    if given.isascii() and given.isdecimal() and 1 <= int(given) <= MOST_SAMPLES:
        return int(given)
    raise UsageError(f"--samples {given}: not a number of samples", hint=f"1 to {MOST_SAMPLES}, or auto")


def split_codes(given: list[str] | None) -> list[str]:
    """Language codes from repeated or comma-separated options; every name of a language is understood."""
    from grimoire.languages import resolve

    parts = [part.strip() for text in given or () for part in re.split("[,，、]", text)]
    return list(dict.fromkeys(resolve(part) for part in parts if part))
