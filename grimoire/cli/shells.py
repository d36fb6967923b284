"""How completions reach bash, zsh and fish: what is on the line, and what is to be inserted there.

Typer's mechanism with other words in and out. In: `-p KEY VALUE` is read as `-p KEY=VALUE`, and what bash takes apart
at `=` and `:` is put together. Out: bash gets only what follows there, quoted; a description cannot become a command.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from typer._click.shell_completion import (
    CompletionItem,
    ShellComplete,
    _resolve_context,
    _resolve_incomplete,
    add_completion_class,
)
from typer._completion_classes import BashComplete, FishComplete, ZshComplete
from typer._completion_shared import _completion_scripts
from typer.core import TyperGroup

from grimoire.cli import shell_scripts
from grimoire.cli.argv import PAIRS, join_pairs, join_resume

_BREAKS = frozenset("=:")
_SPECIAL = re.compile(r"[^\w%+,./:=@\x80-\U0010ffff-]")


class Line(NamedTuple):
    """Whole words before the cursor, and the word that is begun there.

    `typed` is how many characters of that word the shell holds for words of their own, and keeps.
    """

    words: list[str]
    begun: str
    typed: int = 0


class Offer(NamedTuple):
    """What is to be inserted, and what it is."""

    value: str
    told: str

    @property
    def goes_on(self) -> bool:
        """Whether something is to be typed right behind it."""
        return self.value.endswith(("=", "/"))


def register() -> None:
    """Take the places of Typer's own; PowerShell keeps Typer's."""
    add_completion_class(_Bash, "bash")
    add_completion_class(_Zsh, "zsh")
    add_completion_class(_Fish, "fish")
    _completion_scripts.update(bash=shell_scripts.BASH, zsh=shell_scripts.ZSH, fish=shell_scripts.FISH)


def glued(words: Sequence[str]) -> Line:
    """What bash took apart at `=` and `:`, together again; the last word is the one that is begun."""
    whole: list[str] = []
    open_ended = False
    for word in words:
        breaks = bool(word) and set(word) <= _BREAKS
        if whole and (breaks or open_ended):
            whole[-1] += word
        else:
            whole.append(word)
        open_ended = breaks
    last = words[-1] if words else ""
    kept = len(whole[-1]) - (0 if set(last) <= _BREAKS else len(last)) if whole else 0
    return Line(whole[:-1], whole[-1] if whole else "", kept)


def paired(line: Line) -> Line:
    """`-p KEY VALUE`, as far as it is typed, as `-p KEY=VALUE`; the same for what stands before it."""
    words, begun, typed = line
    if len(words) > 1 and words[-2] in PAIRS and "=" not in words[-1] and not words[-1].startswith("-"):
        key = f"{words[-1]}="
        words, begun, typed = words[:-1], key + begun, typed + len(key)
    # what an option at the end is given is what is being typed
    return Line([*join_resume(join_pairs(words[:-1])), *words[-1:]], begun, typed)


def quoted(value: str) -> str:
    """A value as a word of bash."""
    return _SPECIAL.sub(r"\\\g<0>", value)


class _Completing(ShellComplete):
    """What the three have in common."""

    def complete(self) -> str:
        """What the shell is told; nothing where anything goes wrong, since somebody is typing there."""
        try:
            return "\n".join(map(self.shown, self.offers()))
        except Exception:  # noqa: BLE001  # a broken spell, ledger or setting is told of by the commands, not by the Tab key
            return ""

    def offers(self) -> list[Offer]:
        """What could stand in place of what the shell holds for the word that is begun."""
        words, begun, typed = paired(self.line())
        option, equals, _ = begun.partition("=")
        before = f"{option}=" if equals and begun.startswith("-") and "--" not in words else ""
        found = self._found(words, begun)
        return [
            Offer(f"{before}{item.value}"[typed:], _one_line(item.help or ""))
            for item in found
            if item.type not in {"file", "dir"} and _printable(item)
        ]

    def _found(self, words: list[str], begun: str) -> list[CompletionItem]:
        """As Typer finds them; but an option that has no value yet does not keep it from reading what stands before."""
        dangling = bool(words) and words[-1].startswith("-")
        context = _resolve_context(self.cli, self.ctx_args, self.prog_name, words[:-1] if dangling else words)
        if isinstance(context.command, TyperGroup) and (context._protected_args or context.args):  # noqa: SLF001  # as Typer itself finds the command
            return []  # what stands where a command should is none
        asked, begun = _resolve_incomplete(context, list(words), begun)
        return asked.shell_complete(context, begun)

    def line(self) -> Line:
        words, begun = self.get_completion_args()
        return Line(words, begun)

    def shown(self, offer: Offer) -> str:
        raise NotImplementedError


class _Bash(_Completing, BashComplete):
    source_template = shell_scripts.BASH

    def line(self) -> Line:
        words, begun = self.get_completion_args()
        return glued([*words, begun])

    def shown(self, offer: Offer) -> str:
        return quoted(offer.value)


class _Zsh(_Completing, ZshComplete):
    source_template = shell_scripts.ZSH

    def shown(self, offer: Offer) -> str:
        value = offer.value.replace("\\", "\\\\").replace(":", "\\:")
        return f"{'-' if offer.goes_on else '+'}{value}{f':{offer.told}' if offer.told else ''}"


class _Fish(_Completing, FishComplete):
    source_template = shell_scripts.FISH

    def shown(self, offer: Offer) -> str:
        return f"{offer.value}\t{offer.told}" if offer.told else offer.value


def _printable(item: CompletionItem) -> bool:
    return str(item.value).isprintable()


def _one_line(text: str) -> str:
    from grimoire.terminal import one_line

    return one_line(text, 60)
