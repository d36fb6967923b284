"""What a sentence of a prompt claims of the answer, before it is settled what of it can be checked."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Literal

import msgspec

from grimoire.expectations.reading import Sentence
from grimoire.expression import Expression

Kind = Literal[
    "characters",
    "code-blocks",
    "emoji",
    "hashtags",
    "headings",
    "items",
    "json",
    "list-items",
    "paragraphs",
    "sentences",
    "tables",
    "words",
    "字",
]
Scope = Literal["whole", "open", "part"]
"""What is bounded: the answer, as the sentence says; the answer if the prompt asks for one thing; a part of it."""

SMALLEST_LENGTH = 50
"""A number of words or characters below this is a title's, a caption's or a cell's, unless the sentence says more."""
NEAR = 3
"""Sentences after one about a table that may still be about it."""
NO_GROUPS: Mapping[str, str | None] = MappingProxyType({})


class Bound(msgspec.Struct, frozen=True):
    """At least `low` and at most `high`, None where that side is open.

    `hedge` says how it is meant: to the letter, `about` so many, or `plain`, a number without any such word.
    """

    low: int | None = None
    high: int | None = None
    hedge: Literal["", "about", "plain"] = ""


ONE = Bound(1, 1, "plain")
SOME = Bound(low=1)
NONE = Bound(high=0)


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """So many of a kind; `start` and `end` are where the prompt says so.

    `columns` and `rows` belong to a table, `long` to items that may be paragraphs, such as posts.
    """

    kind: Kind
    bound: Bound
    start: int
    end: int
    scope: Scope = "part"
    columns: Bound | None = None
    rows: Bound | None = None
    long: bool = False


class Place:
    """A stretch of a sentence, and the words around it: `before` and `after` are the rest of its clause.

    `prefix` is all that stands before it, `label` the part of that which ends in a colon, and `aside` whether it stands
    in brackets. `groups` are named parts of it, empty where they are not there.
    """

    clause: ClassVar[Expression]

    def __init__(self, sentence: Sentence, start: int, end: int, groups: Mapping[str, str | None] = NO_GROUPS) -> None:
        self.sentence, self.start, self.end, self._groups = sentence, start, end, groups
        text = sentence.text
        self.text = text[start:end]
        self.prefix = text[:start]
        stops = list(self.clause.finditer(self.prefix))
        self.before = self.prefix[stops[-1].end() if stops else 0 :]
        self.label = self.prefix[: max(self.prefix.rfind(colon) for colon in ":：") + 1].strip(" :：")
        self.aside = bool(stops) and stops[-1][0] in "(（"
        stop = self.clause.search(text, end)
        self.after = text[end : stop.start() if stop else len(text)]

    def group(self, name: str) -> str:
        """A named part; empty where there is none."""
        return self._groups.get(name) or ""

    @property
    def scope(self) -> Scope:
        """What an amount there bounds."""
        raise NotImplementedError

    def claim(
        self,
        kind: Kind,
        bound: Bound,
        *,
        end: int | None = None,
        scope: Scope | None = None,
        columns: Bound | None = None,
        rows: Bound | None = None,
        long: bool = False,
    ) -> Claim:
        """What is claimed there; `end` is in the sentence, and is the stretch's where none is given."""
        return Claim(
            kind=kind,
            bound=bound,
            start=self.sentence.start + self.start,
            end=self.sentence.start + (self.end if end is None else end),
            scope=scope or self.scope,
            columns=columns,
            rows=rows,
            long=long,
        )
