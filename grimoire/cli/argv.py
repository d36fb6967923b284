"""Spellings of options that a command line understands before Typer reads it (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grimoire.errors import UsageError

PAIRS = ("-p", "--param", "-O", "--option")
"""Options that take a pair."""
COMPLETION = ("--install-completion", "--show-completion")
"""Options that take the name of a shell, or none for the one they are called from."""

_OPTION = re.compile("--?[A-Za-z]|--$")
_RUN = re.compile(r"[0-9]{8}(T[0-9]{0,6}(-[0-9a-f]*)?)?|last(~.*)?")


def join_pairs(arguments: Sequence[str]) -> list[str]:
    """`-p KEY VALUE` as `-p KEY=VALUE`, so that both spellings work; everything after `--` stays as it is."""
    return [word for option, *pair in _groups(arguments) for word in (option, *(["=".join(pair)] if pair else []))]


def parted_pairs(arguments: Sequence[str]) -> list[str]:
    """The pairs that are given in two words, as they stand: `-p KEY VALUE`."""
    return [" ".join(group) for group in _groups(arguments) if group[2:]]


def _groups(arguments: Sequence[str]) -> Iterator[list[str]]:
    """The words, each by itself, but for an option that takes a pair: it has that with it, in one word or in two."""
    rest = list(arguments)
    while rest and rest[0] != "--":
        group = [rest.pop(0)]
        if group[0] in PAIRS and rest:
            group.append(rest.pop(0))
            if "=" not in group[1] and rest and not _OPTION.match(rest[0]):
                group.append(rest.pop(0))
        yield group
    yield from ([word] for word in rest)


def join_shell(arguments: Sequence[str]) -> list[str]:
    """`--install-completion SHELL` as one word, and without a shell as `--install-completion=`; the same for showing.

    Raises UsageError where more is said than that.
    """
    option, equals, shell = arguments[0].partition("=") if arguments else ("", "", "")
    if option not in COMPLETION:
        return list(arguments)
    rest = list(arguments[1:])
    if not equals and rest and not rest[0].startswith("-"):
        shell = rest.pop(0)
    if rest and rest[0] not in {"-h", "--help"}:
        raise UsageError(f"{option} takes one shell and nothing else, not {rest[0]!r}")
    return [f"{option}={shell}", *rest]


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
