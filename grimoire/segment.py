"""What goes through translation, piece by piece: Segment, Term, MemoryKey, and Unit, the piece as a person sees it."""

from __future__ import annotations

import msgspec

PERSON = "person"
"""The engine's name under which the memory keeps what a person wrote or approved."""


class Term(msgspec.Struct, frozen=True):
    """A glossary's word and what it has to be in the target language; the first of several is preferred."""

    source: str
    targets: tuple[str, ...]


class Segment(msgspec.Struct, frozen=True):
    """One piece of one line, as an engine is sent it.

    `text` holds opaque tokens such as ⟦0⟧; `kinds[i]` says what token i stands for: `prompt` (the user's text),
    `language` (a language's name), `variable`, `page` (a web page's text), `definition` (of a variable; nothing of it
    is shown), `name` (a product's), `url`, `email`, `code`, `slot`, `flag`, `tag` or `command`; `+` joins those that
    touch. `terms` are the glossary's words that occur in the text.
    """

    text: str
    kinds: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()


class MemoryKey(msgspec.Struct, frozen=True, kw_only=True):
    """What a remembered translation depends on; change any of it and the segment is asked for again.

    `source` and `target` are language codes, `engine` a translator's name or PERSON, `version` the translator's.
    """

    segment: Segment
    source: str
    target: str
    engine: str
    version: str = ""


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of one line, as a person reviews it: placeholders stand as in the file, definitions as `[VARIABLE1:…]`.

    `field` is `title`, `prompt`, `variable 2 label` …; `line` counts from 1 in that field, `index` tells apart the
    units of a field. `target` is empty where there is no translation; `remark` says why it needs review. `file` and
    `file_line` are where the source stands.
    """

    spell: str
    field: str
    line: int
    index: int
    source: str
    target: str = ""
    needs_review: bool = False
    remark: str = ""
    file: str = ""
    file_line: int = 0
