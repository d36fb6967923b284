"""Which spell a cast names: by name, by the beginning of one, or as standard input has it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.process import call, run

PIPED_SPELL = """\
name: mine
prompt: Say [PROMPT] twice
"""


def test_a_spell_by_name_or_its_beginning(write_spell: Callable[..., Path]) -> None:
    write_spell()
    write_spell("mine-too")
    for name in ("mine", "mine-"):
        assert "about: oaks\n" in call(["cast", name, "oaks", "--dry-run"]).out
    assert call(["show", "mine-", "--raw"]).code == 0
    refused = call(["cast", "min", "oaks", "--dry-run"])
    assert (refused.code, refused.err) == (2, "grimoire: 2 spells begin with `min`\n  mine, mine-too\n")
    assert "did you mean `mine`" in call(["cast", "mien", "oaks", "--dry-run"]).err


def test_a_spell_from_standard_input_is_read_as_a_file_is() -> None:
    shown = run(["cast", "-", "oaks", "--dry-run"], stdin=PIPED_SPELL)
    assert (shown.code, shown.out, shown.err) == (0, "Say oaks twice\n", "")
    wrong = run(["cast", "-", "oaks", "--dry-run"], stdin=PIPED_SPELL + "titel: x\nprompts: y\n")
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.err.startswith("<stdin>:3:1: error: unknown key `titel` (did you mean `title`?)")


@pytest.mark.parametrize(
    ("args", "stdin", "said"),
    [
        pytest.param(["-"], PIPED_SPELL, "mine: no value for [PROMPT]", id="no-text-left"),
        pytest.param(["-", "-p", "prompt=@-"], PIPED_SPELL, "the spell was read from it", id="nothing-left-to-place"),
        pytest.param(["-", "-"], PIPED_SPELL, "there is no standard input for -", id="nothing-left-for-a-dash"),
        pytest.param(["-", "oaks"], " \n", "standard input holds no spell", id="empty"),
        pytest.param(["-", "oaks"], "a" * 3_000_000, "<stdin>: error: larger than 2048 KiB", id="huge"),
        pytest.param(["-", "oaks"], b"\xff\xfe", "<stdin>:1: error: not UTF-8", id="not-utf-8"),
        pytest.param(["-", "oaks"], "&a [*a, *a]", "<stdin>:1:", id="hostile"),
        pytest.param(["-", "oaks", "-l", "zh"], PIPED_SPELL, "has no file, so it has no place", id="no-translation"),
        pytest.param(["-", "oaks", "--with", "-"], PIPED_SPELL, "standard input holds one spell", id="two-spells"),
        pytest.param(["", "oaks"], "", "the name of a spell is empty", id="no-name"),
        pytest.param([], "", "no spell named", id="no-spell-and-no-terminal"),
    ],
)
def test_a_spell_from_standard_input_that_is_none(args: list[str], stdin: str | bytes, said: str) -> None:
    refused = run(["cast", *args, "--dry-run"], stdin=stdin)
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err
    assert "Traceback" not in refused.err
