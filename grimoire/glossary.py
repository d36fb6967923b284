"""Names that no translation may change, and words that have one translation: values and how they are found in a text."""

from __future__ import annotations

import msgspec

from grimoire.segment import Term


class Glossary(msgspec.Struct, frozen=True):
    """`keep` are names that stay as they are, in exactly this spelling; `terms` maps a target language to its terms."""

    keep: tuple[str, ...] = ()
    terms: dict[str, tuple[Term, ...]] = {}
