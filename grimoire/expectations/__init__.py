"""What a prompt itself says its answer must look like, as checks that are wishes.

A number of things asked for in one part of an answer is in the whole answer too: so lower bounds are taken from
anywhere. Upper bounds hold for the whole only where the prompt says so, or asks for one thing. What is said of each
part, of some of the parts, in a condition, an example or as a choice is not taken at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from grimoire import placeholders
from grimoire.expectations.expectation import RULES, Expectation
from grimoire.expectations.numerals import value
from grimoire.expression import Expression
from grimoire.spell import Case, Spell

__all__ = ["RULES", "Expectation", "expect", "expected_of"]

_COMBINATIONS = {"all-of", "any-of", "not"}
_RANGE = Expression(r"\d{1,5}\s*(?:-|–|~|to|到|至)\s*\d{1,5}")


def expect(prompt: str) -> list[Expectation]:
    """What the answer to a prompt must look like because the prompt says so; each a wish, in the order it is said in.

    `prompt` is a template: what stands for the user's text is not read. Nothing is derived from a prompt that is
    answered in several turns.
    """
    from grimoire.expectations.derive import read  # with hundreds of expressions, which whoever remembers does without

    return list(read(prompt))


def expected_of(
    spell: Spell, case: Case | None = None, read: Callable[[str], list[Expectation]] = expect
) -> list[Expectation]:
    """What is expected of the answers to a spell with a case, but for what its own checks or the case's are about.

    The spell's own text is read whatever the language it is cast in, so that one yardstick serves all translations.
    Of the case only variables that are numbers are filled in; nothing that a user wrote is read as an instruction.
    `read` is `expect`, or what remembers it.
    """
    if not spell.expectations:
        return []
    own = {name for spec in (*spell.checks, *(case.checks if case else ())) for name in _names(spec.name, spec.params)}
    prompt, filled = _numbered(spell, case)
    return [_with_given(each, filled) for each in read(prompt) if not own & set(each.covers)]


def _numbered(spell: Spell, case: Case | None) -> tuple[str, list[tuple[int, str]]]:
    """The prompt with those of the case's variables filled in that are numbers, and where each of them stands in it."""
    numbers = _numbers(spell, case) if case else {}
    text, filled = "", []
    for part in placeholders.parse(spell.prompt):
        number = numbers.get(part.name) if isinstance(part, placeholders.Placeholder) else None
        if number is not None:
            filled.append((len(text), number))
        text += part.text if number is None else number
    return text, filled


def _numbers(spell: Spell, case: Case) -> dict[str, str]:
    variables = placeholders.variables(spell.template)
    values = {f"VARIABLE{v.id}": case.variables.get(str(v.id), v.preset).strip() for v in variables}
    return {name: text for name, text in values.items() if value(text) is not None or _RANGE.fullmatch(text)}


def _with_given(expectation: Expectation, filled: list[tuple[int, str]]) -> Expectation:
    given = tuple(text for place, text in filled if expectation.start <= place < expectation.end)
    return msgspec.structs.replace(expectation, given=given) if given else expectation


def _names(name: str, params: object) -> Iterator[str]:
    """The names of a check and of the checks within it."""
    yield name
    if name in _COMBINATIONS:
        for item in params if isinstance(params, list) else [params]:
            for inner, wants in item.items() if isinstance(item, dict) else ():
                yield from _names(inner, wants)
