"""What a prompt asks for is checked as a wish, until a spell, or the settings, say otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import GOOD
from tests.cli.process import call


@pytest.fixture
def mine(write_spell: Callable[..., Path], folder: Path) -> Path:
    (folder / "answer.txt").write_text(GOOD, encoding="utf-8")
    return write_spell(**{"  Audience:": "  Use at least 3 headings.\n  Audience:"})


def test_a_wish_of_the_prompt_that_is_not_met_makes_it_partial(mine: Path) -> None:
    judged = call(["judge", "mine", "answer.txt"])
    assert judged.code == 1
    assert judged.out.startswith("partial: mine (en)")
    assert 'found 0 headings, wanted at least 3 (the prompt: "at least 3 headings") (should)' in judged.out
    assert call(["judge", "mine", "answer.txt", "--fail-on", "broken"]).code == 0


def test_a_spell_turns_it_off(mine: Path) -> None:
    text = mine.read_text(encoding="utf-8")
    mine.write_text(text.replace("checks:\n", "expectations: false\nchecks:\n"), encoding="utf-8")
    assert call(["judge", "mine", "answer.txt"]).out.startswith("works: ")


def test_the_settings_turn_it_off(mine: Path, folder: Path) -> None:
    (folder / "grimoire.yaml").write_text("expectations: false\n", encoding="utf-8")
    assert call(["judge", "mine", "answer.txt"]).out.startswith("works: ")


def test_a_check_of_the_spells_own_takes_its_place(mine: Path) -> None:
    text = mine.read_text(encoding="utf-8")
    mine.write_text(text.replace("checks:\n", "checks:\n  - headings: {at_most: 5}\n"), encoding="utf-8")
    assert call(["judge", "mine", "answer.txt"]).out.startswith("works: ")
