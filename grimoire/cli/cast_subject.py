"""What is cast: a spell by name or file, joined with others, in one text or several; or a follow-up without a spell."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from grimoire.cli.choose import choose_text
from grimoire.conversation import Conversation
from grimoire.errors import UsageError
from grimoire.library import Library
from grimoire.spell import Spell, Template


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A spell and those of its texts that are sent; no spell for a follow-up."""

    spell: Spell | None = None
    texts: tuple[Template, ...] = ()


def choose(
    library: Library,
    name: str | None,
    arguments: Sequence[str],
    languages: Sequence[str],
    joined: Sequence[str],
    talk: Conversation | None,
) -> tuple[Subject, list[str]]:
    """The subject, and the arguments that are left for its input.

    Raises:
        UnknownName: there is no such spell or translation.
        InvalidFile: a file is not valid.
    """
    if name is None:
        raise UsageError("no spell named")
    spell = library.get(name)
    texts = [choose_text(library, spell, language).template for language in languages or [""]]
    return Subject(spell=spell, texts=tuple(texts)), list(arguments)
