"""Options that several commands share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

import typer

from grimoire.cli import complete
from grimoire.errors import UsageError

NAME = "NAME|FILE"
AUTO: Literal["auto"] = "auto"
MOST_SAMPLES = 1000

FailOn = Literal["broken", "regressed", "never"]
Samples = int | Literal["auto"]
"""Answers to ask of each case: so many, or one and more where it does not fit what is known."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
JsonLines = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]
LedgerFile = Annotated[
    Path | None, typer.Option("--ledger", metavar="FILE", help="The ledger to use instead of your own.")
]
Names = Annotated[
    list[str] | None, typer.Argument(metavar=NAME, help="Spells, by name or by file.", autocompletion=complete.spells)
]
Globs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar=NAME, help="Spells, by name, by file, or by a quoted glob: 'seo-*'.", autocompletion=complete.spells
    ),
]
SpellName = Annotated[
    str, typer.Argument(metavar=NAME, help="A spell, by name or by file.", autocompletion=complete.spells)
]
Into = Annotated[
    str,
    typer.Option(
        "--to", metavar="LANG", help="The language of the translations.", autocompletion=complete.any_language
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be sent; send nothing.")]

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_TIME = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)([smhdw]?)")
_PART = re.compile(r"(\d{1,9}(?:\.\d{1,9})?) ?%|(\d{1,9})")


def parse_samples(given: str) -> Samples:
    """How many answers to ask of each case: a number, or `auto`. Raises UsageError."""
    if given == AUTO:
        return AUTO
    if given.isascii() and given.isdecimal() and 1 <= int(given) <= MOST_SAMPLES:
        return int(given)
    raise UsageError(f"--samples {given}: not a number of samples", hint=f"1 to {MOST_SAMPLES}, or auto")


def parse_seconds(given: str, option: str, *, bare: bool = False, also: str = "") -> float:
    """A time such as 90m, 2h or 7d in seconds; with `bare` a number alone is one of seconds.

    Raises UsageError, whose hint names what the option takes `also`.
    """
    found = _TIME.fullmatch(given.strip())
    seconds = float(found[1]) * _SECONDS[found[2] or "s"] if found and (found[2] or bare) else 0.0
    if seconds <= 0:
        raise UsageError(f"{option} {given}: not a time", hint=f"such as 90m, 2h, 7d or 4w{also}")
    return seconds


def parse_age(given: str) -> float | None:
    """The greatest age in seconds; None where there is no limit. Raises UsageError."""
    return parse_seconds(given, "--max-age") if given else None


def parse_part(given: str) -> str:
    """How much to take for a sample: `10%` or `50`, as the plan keeps it; empty for all. Raises UsageError."""
    if not given:
        return ""
    found = _PART.fullmatch(given.strip())
    if found and found[1] and 0 < float(found[1]) <= 100:  # noqa: PLR2004  # per cent
        return f"{float(found[1]):g}%"
    if found and found[2] and int(found[2]):
        return str(int(found[2]))
    raise UsageError(f"--sample {given}: not a part of the cases", hint="such as 10% or 50")


def split_codes(given: list[str] | None) -> list[str]:
    """Language codes from repeated or comma-separated options; every name of a language is understood."""
    from grimoire.languages import resolve

    parts = [part.strip() for text in given or () for part in re.split("[,，、]", text)]
    return list(dict.fromkeys(resolve(part) for part in parts if part))
