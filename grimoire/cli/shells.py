"""How completions reach bash, zsh and fish: what is on the line, and what is to be inserted there.

Typer's mechanism with other words in and out. In: `-p KEY VALUE` is read as `-p KEY=VALUE`, and what bash takes apart
at `=`, `:` and `@` is put together. Out: bash gets only what follows there, quoted; a description cannot become a
command.
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
from typer._completion_classes import BashComplete, FishComplete, ZshComplete, completion_init
from typer._completion_shared import _completion_scripts, _get_shell_name, get_completion_script
from typer._completion_shared import install as _write
from typer.core import TyperGroup

from grimoire.cli import shell_scripts
from grimoire.cli.argv import COMPLETION, PAIRS, join_pairs, join_resume, join_shell
from grimoire.cli.complete import SHELLS
from grimoire.errors import UsageError

_PROGRAM, _VARIABLE = "grimoire", "_GRIMOIRE_COMPLETE"
_BREAKS = frozenset("=:@")
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
    completion_init()
    add_completion_class(_Bash, "bash")
    add_completion_class(_Zsh, "zsh")
    add_completion_class(_Fish, "fish")
    _completion_scripts.update(bash=shell_scripts.BASH, zsh=shell_scripts.ZSH, fish=shell_scripts.FISH)


def install(named: str) -> str:
    """Install completion for a shell, or with no name for the one Grimoire is called from; gives what to say of it.

    Raises UsageError where there is no completion for that shell, or none can be made out.
    """
    shell = _shell(COMPLETION[0], named)
    register()
    _, path = _write(shell=shell, prog_name=_PROGRAM, complete_var=_VARIABLE)
    return f"{shell} completion installed in {path}\nCompletion will take effect once you restart the terminal"


def script(named: str) -> str:
    """What `install` would install. Raises UsageError as it does."""
    shell = _shell(COMPLETION[1], named)
    register()
    return get_completion_script(prog_name=_PROGRAM, complete_var=_VARIABLE, shell=shell)


def _shell(option: str, named: str) -> str:
    shell = named or _get_shell_name()
    if shell in SHELLS:
        return shell
    if named:
        raise UsageError(f"{option} {named}: no shell Grimoire completes in", hint=f"one of {', '.join(SHELLS)}")
    found = f"{shell} is no shell Grimoire completes in" if shell else "cannot make out what shell this is"
    raise UsageError(f"{option}: {found}", hint=f"name one: {option} {' | '.join(SHELLS)}")


def glued(words: Sequence[str]) -> Line:
    """What bash took apart at `=`, `:` and `@`, together again; the last word is the one that is begun.

    What begins with `@` right after `-p KEY` is a word of its own: bash does not say whether a space was there.
    """
    whole: list[str] = []
    open_ended = False
    for word in words:
        breaks = bool(word) and set(word) <= _BREAKS
        value = word.startswith("@") and len(whole) > 1 and whole[-2] in PAIRS and "=" not in whole[-1]
        if whole and not value and (breaks or open_ended):
            whole[-1] += word
        else:
            whole.append(word)
        open_ended = breaks
    last = words[-1] if words else ""
    begun = whole[-1] if whole else ""
    kept = len(begun) - (0 if set(last) <= _BREAKS else len(last))
    if begun[:kept].endswith("@"):
        kept -= 1  # bash breaks a word there, and yet what it puts in takes the place of the `@` too
    return Line(whole[:-1], begun, kept)


def paired(line: Line) -> Line:
    """`-p KEY VALUE`, as far as it is typed, as `-p KEY=VALUE`; the same for what stands before it."""
    words, begun, typed = line
    if len(words) > 1 and words[-2] in PAIRS and "=" not in words[-1] and not words[-1].startswith("-"):
        key = f"{words[-1]}="
        words, begun, typed = words[:-1], key + begun, typed + len(key)
    # what an option at the end is given is what is being typed
    return Line([*join_shell(join_resume(join_pairs(words[:-1]))), *words[-1:]], begun, typed)


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
