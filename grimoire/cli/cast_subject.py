"""What is cast: a spell by name or file, joined with others, in one text or several; or a follow-up without a spell."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import msgspec

from grimoire.cli.choose import choose_text
from grimoire.cli.sources import DASH
from grimoire.conversation import Conversation
from grimoire.errors import UnknownName, UsageError
from grimoire.library import Library
from grimoire.spell import Spell, Template


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A spell and those of its texts that are sent; no spell for a follow-up.

    `from_stdin` says that a spell was read from standard input, which holds nothing else then.
    """

    spell: Spell | None = None
    texts: tuple[Template, ...] = ()
    from_stdin: bool = False


def choose(
    library: Library,
    name: str | None,
    arguments: Sequence[str],
    languages: Sequence[str],
    joined: Sequence[str],
    talk: Conversation | None,
    *,
    force: bool = False,
) -> tuple[Subject, list[str]]:
    """The subject, and the arguments that are left for its input. With no name, one is picked on a terminal.

    With `force`, that spells contradict each other is only warned of.

    In a conversation a single argument that is no spell's whole name is the text of a follow-up, as is `-`.

    Raises:
        UnknownName: there is no such spell or translation.
        InvalidFile: a file is not valid, or spells that are joined contradict each other.
        UsageError: no spell is named and nobody can be asked, or spells cannot be joined.
        KeyboardInterrupt: whoever was asked leaves.
    """
    if talk and _follows_up(library, name, arguments):
        if said := next((option for option, given in (("-l", languages), ("--with", joined)) if given), ""):
            hint = "--answer-in sets the language of its answer" if said == "-l" else "name the spell, too"
            raise UsageError(f"{said} goes with a spell, and a follow-up has none", hint=hint)
        return Subject(), [] if name is None else [name]
    if name is None:
        from grimoire.cli.pick import pick_spell

        name = pick_spell(library)
    names = (name, *joined)
    if names.count(DASH) > 1:
        raise UsageError("standard input holds one spell", hint="name the others by their files")
    spells = [_open(library, each, talk) for each in names]
    spell, texts = _texts(library, spells, languages, force=force)
    return Subject(spell=spell, texts=texts, from_stdin=DASH in names), list(arguments)


def _follows_up(library: Library, name: str | None, arguments: Sequence[str]) -> bool:
    """Whether what is said in a conversation is a text, as `-` alone is. A spell by its whole name or file is cast."""
    if name is None:
        return True
    if arguments:
        return False
    try:
        library.find(name)
    except UnknownName:
        return True
    return False


def _open(library: Library, name: str, talk: Conversation | None) -> Spell:
    if name == DASH:
        return _read_spell(library)
    try:
        return library.get(name, begins=True)
    except UnknownName as error:
        if talk is None:
            raise
        hint = f"{error.hint}; a follow-up of several words stands in quotes".removeprefix("; ")
        raise UnknownName(error.message, hint=hint) from error


def _read_spell(library: Library) -> Spell:
    """The spell that standard input holds as a file would. Raises InvalidFile, UsageError."""
    from grimoire.yamlfile import MAX_BYTES

    if sys.stdin is None:
        raise UsageError("there is no standard input to read a spell from")
    try:
        raw = sys.stdin.buffer.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read standard input: {error.strerror}") from error
    if not raw.strip():
        raise UsageError("standard input holds no spell", hint="- reads a spell file: grimoire cast - < my-spell.yaml")
    return library.parse(raw, "<stdin>")


def _texts(
    library: Library, spells: list[Spell], languages: Sequence[str], *, force: bool
) -> tuple[Spell, tuple[Template, ...]]:
    """The spell, or several joined, and its text in each language, or in its own where none is named."""
    from grimoire.cli.join_parts import check_castable, join_spells
    from grimoire.cli.options import split_codes

    codes = split_codes([*languages])
    if len(spells) > 1:
        return join_spells(library, spells, codes, force=force)
    (spell,) = spells
    check_castable(spell)
    if spell.chain:  # its steps have texts, which they choose by this
        return spell, tuple(Template(language=code, prompt="") for code in codes or [spell.language])
    return spell, tuple(choose_text(library, spell, code).template for code in codes or [spell.language])
