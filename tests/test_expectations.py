from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from grimoire import yamlfile
from grimoire.expectations import Expectation, expect

DATA = Path(__file__).parent / "data" / "expectations.yaml"


class Derived(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must be derived: a check and what it wants, or `items` or `paragraphs` for so many in any form."""

    words: str
    check: str = ""
    wants: Any = None
    items: int = 0
    paragraphs: int = 0


class Labelled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A prompt and all that must be derived from it."""

    id: str
    prompt: str
    derives: tuple[Derived, ...] = ()


LABELLED = yamlfile.convert(yamlfile.read(DATA), list[Labelled])


def told(expectation: Expectation) -> Derived:
    """An expectation as the table writes it."""
    name, params = expectation.spec.name, expectation.spec.params
    if name != "any-of":
        return Derived(words=expectation.words, check=name, wants=params)
    assert isinstance(params, list)
    number = params[0]["list-items"]["at_least"]
    wide = "paragraphs" if "paragraphs" in params[-1]["length"] else "items"
    return Derived(words=expectation.words, **{wide: number})


@pytest.mark.parametrize("labelled", LABELLED, ids=lambda labelled: labelled.id)
def test_what_is_derived_from_a_prompt(labelled: Labelled) -> None:
    assert [told(expectation) for expectation in expect(labelled.prompt)] == list(labelled.derives)
