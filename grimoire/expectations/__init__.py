"""What a prompt itself says its answer must look like, as checks that are wishes.

A number of things asked for in one part of an answer is in the whole answer too: so lower bounds are taken from
anywhere. Upper bounds hold for the whole only where the prompt says so, or asks for one thing. What is said of each
part, of some of the parts, in a condition, an example or as a choice is not taken at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from grimoire import placeholders
from grimoire.expectations.derive import RULES, Expectation, expect
from grimoire.expectations.numerals import value
from grimoire.spell import Case, Spell

__all__ = ["RULES", "Expectation", "expect", "expected_of"]

_COMBINATIONS = {"all-of", "any-of", "not"}
_RANGE = re.compile(r"\s*\d{1,5}\s*(?:-|–|~|to|到|至)\s*\d{1,5}\s*")


def expected_of(spell: Spell, case: Case | None = None) -> list[Expectation]:
    """What is expected of the answers to a spell with a case, but for what its own checks or the case's are about.

    The spell's own text is read whatever the language it is cast in, so that one yardstick serves all translations.
    Of the case only variables that are numbers are filled in; nothing that a user wrote is read as an instruction.
    """
    if not spell.expectations:
        return []
    own = {name for spec in (*spell.checks, *(case.checks if case else ())) for name in _names(spec.name, spec.params)}
    return [expectation for expectation in expect(_numbered(spell, case)) if not own & set(expectation.covers)]


def _numbered(spell: Spell, case: Case | None) -> str:
    """The prompt with those variables filled in that are numbers."""
    given = case.variables if case else {}
    values = {f"VARIABLE{v.id}": given.get(str(v.id), v.preset) for v in placeholders.variables(spell.template)}
    numbers = {name: text for name, text in values.items() if value(text) is not None or _RANGE.fullmatch(text)}
    parts = placeholders.parse(spell.prompt)
    return "".join(
        numbers.get(part.name, part.text) if isinstance(part, placeholders.Placeholder) else part.text for part in parts
    )


def _names(name: str, params: object) -> Iterator[str]:
    """The names of a check and of the checks within it."""
    yield name
    if name in _COMBINATIONS:
        for item in params if isinstance(params, list) else [params]:
            for inner, wants in item.items() if isinstance(item, dict) else ():
                yield from _names(inner, wants)
