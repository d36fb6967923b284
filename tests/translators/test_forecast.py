from __future__ import annotations

import pytest

from grimoire.glossary import Glossary
from grimoire.segment import PERSON, MemoryKey, Segment, Term
from grimoire.spell import Spell
from grimoire.translators.forecast import Forecast, forecast
from tests.translators.engines import Engine, Notes

ENGINES = [("engine", "1"), ("other", "2")]

MARK = len(" ⟦0⟧")
"""What a text without tokens is sent with beside others."""


def spell(name: str, *lines: str, language: str = "en") -> Spell:
    return Spell(name=name, prompt="\n".join(lines), language=language)


def count(*spells: Spell, memory: Notes | None = None, glossary: Glossary | None = None) -> Forecast:
    return forecast(spells, "zh", Engine.cut, ENGINES, memory, glossary or Glossary())


def remembering(text: str, translation: str, engine: str = "engine", version: str = "1") -> Notes:
    notes = Notes()
    key = MemoryKey(segment=Segment(text), source="en", target="zh", engine=engine, version=version)
    notes.remember({key: translation})
    return notes


def test_nothing_costs_nothing() -> None:
    found = count()
    assert (found.batches, found.total) == ([], 0)


def test_what_is_sent_is_counted_by_spell() -> None:
    found = count(spell("a", "one line", "[PROMPT]"), spell("b", "another line"))
    assert found.characters == {"a": 8 + MARK, "b": 12 + MARK}
    assert (found.total, found.remembered) == (20 + 2 * MARK, {"a": 0, "b": 0})
    assert [[segment.text for segment in batch] for batch in found.batches] == [["one line", "another line"]]


def test_what_spells_share_counts_for_the_first() -> None:
    found = count(spell("a", "one line", "one line"), spell("b", "one line", "two lines"))
    assert found.characters == {"a": 8 + MARK, "b": 9 + MARK}


def test_requests_are_cut_as_the_engine_cuts_them() -> None:
    found = count(spell("a", *(f"line number {n}" for n in range(12))))
    assert [len(batch) for batch in found.batches] == [5, 5, 2]


def test_languages_are_asked_for_apart() -> None:
    found = count(spell("a", "one line"), spell("b", "eine Zeile", language="de"))
    assert found.characters == {"a": 8, "b": 10}
    assert len(found.batches) == 2


@pytest.mark.parametrize(
    ("memory", "remembered"),
    [
        pytest.param(remembering("one line", "一行"), 1, id="the-first-engines"),
        pytest.param(remembering("one line", "一行", "other", "2"), 1, id="the-seconds"),
        pytest.param(remembering("one line", "一行", PERSON, ""), 1, id="a-persons"),
        pytest.param(remembering("one line", "一行", "engine", "0"), 0, id="another-versions"),
        pytest.param(remembering("one line", "一行", "third"), 0, id="another-engines"),
        pytest.param(remembering("one line", "一行[PROMPT]"), 0, id="one-that-no-gate-lets-pass"),
        pytest.param(remembering("one  line", "一行"), 0, id="another-text"),
    ],
)
def test_what_is_remembered_is_not_sent(memory: Notes, remembered: int) -> None:
    found = count(spell("a", "one line"), memory=memory)
    assert (found.remembered, bool(found.batches)) == ({"a": remembered}, not remembered)


def test_a_word_of_the_glossary_makes_it_another_segment() -> None:
    glossary = Glossary(terms={"zh": (Term("line", ("行",)),)})
    assert count(spell("a", "one line"), memory=remembering("one line", "一行"), glossary=glossary).total == 8


def test_a_spell_that_cannot_be_protected_is_passed_over() -> None:
    brackets = "⟦⦃⟪⧼⦗⌊" + "".join(chr(code) for code in range(0xF0000, 0xFFFFE, 2))
    found = count(spell("a", f"one {brackets} line"), spell("b", "another line"))
    assert found.characters == {"b": 12}
