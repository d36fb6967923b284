"""Spellings of options that a command line understands before Typer reads it (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence

PAIRS = ("-p", "--param", "-O", "--option")
"""Options that take a pair."""

_OPTION = re.compile("--?[A-Za-z]|--$")
_RUN = re.compile(r"[0-9]{8}(T[0-9]{0,6}(-[0-9a-f]*)?)?|last(~.*)?")


def join_pairs(arguments: Sequence[str]) -> list[str]:
    """`-p KEY VALUE` as `-p KEY=VALUE`, so that both spellings work; everything after `--` stays as it is."""
    joined: list[str] = []
    rest = list(arguments)
    while rest and rest[0] != "--":
        joined.append(rest.pop(0))
        if joined[-1] in PAIRS and rest:
            pair = rest.pop(0)
            if "=" not in pair and rest and not _OPTION.match(rest[0]):
                pair += f"={rest.pop(0)}"
            joined.append(pair)
    return joined + rest


def join_resume(arguments: Sequence[str]) -> list[str]:
    """A trial's `--resume RUN` as `--resume=RUN`, and `--resume` alone as `--resume=`: an option has a value or none.

    What follows it is a run where it looks like one: an id, at least eight digits of one, `last`, `last~1`.
    """
    joined, rest = list(arguments[:1]), list(arguments[1:])
    if joined != ["trial"]:
        return joined + rest
    while rest and rest[0] != "--":
        joined.append(rest.pop(0))
        if joined[-1] == "--resume":
            joined[-1] += f"={rest.pop(0) if rest and _RUN.fullmatch(rest[0]) else ''}"
    return joined + rest
