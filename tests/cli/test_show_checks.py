from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.process import call, run

SPELL = """\
name: mine
title: 三十条
prompt: |
  Write about [PROMPT] in [TARGETLANGUAGE].

  Give at least 15 headings and one table of [VARIABLE1] rows.
  End with 3 hashtags.
variables:
  - {id: 1, label: Rows, default: "10"}
skip_checks: [on-subject]
cases:
  - {id: ten, prompt: willows}
  - id: eight
    prompt: willows
    variables: {1: "8"}
    checks:
      - contains: willow
checks:
  - hashtags: {at_least: 2}
  - length: {words: {at_least: 50}}
    should: true
"""


@pytest.fixture
def spell(folder: Path) -> Path:
    path = folder / "mine.yaml"
    path.write_text(SPELL, encoding="utf-8")
    return path


def rows(path: Path) -> list[dict[str, Any]]:
    shown = call(["show", str(path), "--checks", "--json"])
    assert (shown.code, shown.err) == (0, "")
    found: list[dict[str, Any]] = shown.json
    return found


def of(path: Path, source: str) -> list[dict[str, Any]]:
    return [row for row in rows(path) if row["source"] == source]


def test_what_is_read_from_the_prompt_names_its_words_and_their_line_in_the_file(spell: Path) -> None:
    lines = SPELL.splitlines()
    assert of(spell, "prompt") == [
        {
            "check": "headings",
            "level": "should",
            "source": "prompt",
            "wants": "{at_least: 15}",
            "words": "at least 15 headings",
            "line": 1 + lines.index("  Give at least 15 headings and one table of [VARIABLE1] rows."),
        },
        {
            "check": "tables",
            "level": "should",
            "source": "prompt",
            "wants": "{at_least: 1, rows: {at_least: 10}}",
            "words": "one table of 10 rows",
            "line": 6,
            "cases": ["ten"],
        },
        {
            "check": "tables",
            "level": "should",
            "source": "prompt",
            "wants": "{at_least: 1, rows: {at_least: 8}}",
            "words": "one table of 8 rows",
            "line": 6,
            "cases": ["eight"],
        },
    ]


def test_a_check_of_the_spells_own_replaces_what_the_prompt_says(spell: Path) -> None:
    assert [row["check"] for row in rows(spell)].count("hashtags") == 1
    assert of(spell, "spell") == [
        {"check": "hashtags", "level": "must", "source": "spell", "wants": "{at_least: 2}"},
        {"check": "length", "level": "should", "source": "spell", "wants": "{words: {at_least: 50}}"},
    ]


def test_a_cases_own_checks_name_the_case(spell: Path) -> None:
    found = of(spell, "case")
    assert found == [{"check": "contains", "level": "must", "source": "case", "wants": "willow", "cases": ["eight"]}]


def test_standing_checks_are_listed_and_the_skipped_ones_marked(spell: Path) -> None:
    found = {row["check"]: row for row in of(spell, "standing")}
    assert found["answered"]["level"] == "must"
    assert found["on-subject"]["level"] == "skipped"
    assert found["on-subject"]["why"] == "in skip_checks"
    assert all(row["wants"] for row in found.values())


@pytest.mark.parametrize(
    ("in_spell", "in_settings", "why"),
    [
        pytest.param("expectations: false\n", "", "the spell says `expectations: false`", id="in the spell"),
        pytest.param("", "expectations: false\n", "off in the settings", id="in the settings"),
    ],
)
def test_what_turns_them_off_is_told(spell: Path, folder: Path, in_spell: str, in_settings: str, why: str) -> None:
    spell.write_text(in_spell + SPELL, encoding="utf-8")
    (folder / "grimoire.yaml").write_text(in_settings, encoding="utf-8")
    found = of(spell, "prompt")
    assert len(found) == 3
    assert {(row["level"], row["why"]) for row in found} == {("off", why)}


def test_the_table_fits_a_narrow_terminal(spell: Path) -> None:
    shown = run(["show", str(spell), "--checks"], env={"COLUMNS": "60"})
    assert (shown.code, shown.err) == (0, "")
    wide = [sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in line) for line in shown.out.splitlines()]
    assert max(wide) <= 60
    words = re.sub(r"\s+", "", shown.out)
    for part in ("三十条", "{at_least:15}", "atleast15", "skip_checks", "`expectations:false`"):
        assert re.sub(r"\s+", "", part) in words


def test_what_a_file_says_cannot_take_over_the_terminal(folder: Path) -> None:
    path = folder / "mine.yaml"
    prompt = "Describe [PROMPT] in a table with the columns Day\\eM\\a, Post, Place."
    path.write_text(f'name: mine\nprompt: "{prompt}"\n', encoding="utf-8")
    shown = call(["show", str(path), "--checks"])
    assert (shown.code, shown.err) == (0, "")
    assert not {"\x1b", "\x07"} & set(shown.out)
    assert "in a table with the columns Day" in " ".join(shown.out.split())


@pytest.mark.parametrize("name", ["tldr", "book-outline"])
def test_shipped_spells_show_theirs_in_every_form(name: str, write_spell: Callable[..., Path]) -> None:
    page = call(["show", name, "--checks"])
    listed = call(["show", name, "--checks", "--json"]).json
    assert page.code == 0
    assert all(row["check"] in page.out for row in listed)
