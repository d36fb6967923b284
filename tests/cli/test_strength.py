from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.process import ROOT, call, run

WEAK = """\
name: {name}
prompt: |
  Name ten trees that suit [PROMPT], each with its use, in a table and in a list. Answer in [TARGETLANGUAGE].
cases:
  - {{id: garden, prompt: a garden by a pond, answer_in: en, subject: [willow, pond]}}
{checks}sample: |
  ## Trees for a pond

  - Weeping willow, which drinks what the pond spills over in spring.
  - Alder, whose roots hold the bank of the pond together.
  - Swamp cypress, for the far end where the ground is never dry.
  - River birch, for its bark in the winter light.

  | Tree | Height | Use |
  | --- | --- | --- |
  | Weeping willow | 12 m | Shade over the pond |
  | Alder | 20 m | Holding the bank |
  | Swamp cypress | 25 m | Wet ground |
  | River birch | 15 m | Winter light |

  ## What to plant first

  Begin with the willow, because everything else will want to grow around it once it gives shade.
"""
STRONG = """\
checks:
  - headings: {{exactly: 2}}
  - tables: {{at_least: 1, columns: {{at_least: 3}}, rows: {{at_least: 4}}}}
  - list-items: {{at_least: 4}}
  - length: {{characters: {{at_least: 350, at_most: 600}}}}
  - matches: {{pattern: (?i)willow|pond, at_least: 5}}
  - contains-all: [alder, cypress, birch]
  - matches: '\\A\\s*##'
"""


@pytest.fixture
def write(folder: Path) -> Callable[..., Path]:
    """A spell with a table, a list and headings; `checks` is what stands before its sample."""

    def write(name: str = "trees", checks: str = "", **replacements: str) -> Path:
        text = WEAK.format(name=name, checks=checks.format())
        for old, new in replacements.items():
            assert old in text
            text = text.replace(old, new)
        path = folder / "spells" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def survivors(out: str) -> set[str]:
    return {line.partition("mutant ")[2].partition(" ")[0] for line in out.splitlines() if "still works" in line}


def test_a_weak_spell_gets_a_finding_with_the_check_to_add_for_each_survivor(write: Callable[..., Path]) -> None:
    write(checks="checks:\n  - length: {{characters: {{at_least: 20}}}}\n")
    linted = call(["lint", "--strength", "spells"])
    assert linted.code == 0
    assert survivors(linted.out) >= {"drop-tables", "halve-rows", "drop-column", "halve-list", "drop-headings"}
    lines = linted.out.splitlines()
    assert all(line.startswith("spells/trees.yaml:6:") and ": warning: mutant " in line for line in lines)
    halved = next(line for line in lines if "halve-list" in line)
    assert "mutant halve-list (2 of 4 items left) still works (add `- list-items: {at_least: 4}` if" in halved


def test_findings_stand_at_the_sample_where_there_are_no_checks(write: Callable[..., Path]) -> None:
    path = write()
    place = path.read_text(encoding="utf-8").split("\n").index("sample: |") + 1
    linted = call(["lint", "--strength", "spells"])
    assert linted.out.startswith(f"spells/trees.yaml:{place}:")


def test_the_counts_are_told_on_standard_error(write: Callable[..., Path]) -> None:
    write(checks=STRONG)
    write("weak")
    linted = call(["lint", "--strength", "spells"])
    trees, weak, every, errors, *_ = linted.err.splitlines()
    caught, _, mutants = trees.removeprefix("trees: ").removesuffix(" caught").partition("/")
    assert caught == mutants
    assert weak.startswith("weak: ")
    assert every.startswith(f"2 spells, {2 * int(mutants)} mutants: ")
    assert every.endswith(" survive, 0 argued")
    assert errors == f"0 errors, {len(linted.out.splitlines())} warnings"


@pytest.mark.parametrize(
    ("checks", "args", "code"),
    [
        pytest.param("", [], 0, id="weak-is-no-error"),
        pytest.param("", ["--strict"], 2, id="but-fails-strict"),
        pytest.param(STRONG, ["--strict"], 0, id="strong-passes-strict"),
    ],
)
def test_exit_codes(write: Callable[..., Path], checks: str, args: list[str], code: int) -> None:
    write(checks=checks)
    assert call(["lint", "--strength", *args, "spells"]).code == code


def test_without_the_option_nothing_is_tried(write: Callable[..., Path]) -> None:
    write()
    linted = call(["lint", "--strict", "spells"])
    assert (linted.code, linted.out, linted.err) == (0, "", "0 errors, 0 warnings\n")


def test_advice_that_is_taken_catches_the_mutant(write: Callable[..., Path]) -> None:
    write()
    left = survivors(call(["lint", "--strength", "spells"]).out)
    found = call(["lint", "--strength", "--json", "spells"]).lines
    advised = {line["hint"].partition("`")[2].partition("`")[0] for line in found if line["hint"].startswith("add `")}
    checks = "".join(f"  {line}\n" for line in sorted(advised))
    write(checks="checks:\n" + checks.replace("{", "{{").replace("}", "}}"))
    told = {line["message"].split()[1] for line in found if line["hint"].startswith("add `")}
    linted = call(["lint", "--strength", "spells"])
    assert told
    assert told <= left
    assert not told & survivors(linted.out)
    assert "the sample of" not in linted.out


def test_json_is_one_finding_a_line_and_nothing_else(write: Callable[..., Path]) -> None:
    write()
    found = call(["lint", "--strength", "--json", "spells"])
    assert found.err == ""
    assert {"file", "line", "column", "gate", "severity", "message", "hint"} == found.lines[0].keys()
    assert {(line["gate"], line["severity"]) for line in found.lines} == {("strength", "warning")}


def test_what_is_argued_for_may_survive(write: Callable[..., Path]) -> None:
    write()
    weak = survivors(call(["lint", "--strength", "spells"]).out)
    argued = "".join(f"  {name}: nobody reads it anyway\n" for name in sorted(weak))
    write(checks=f"survivors:\n{argued}")
    linted = call(["lint", "--strength", "--strict", "spells"])
    assert (linted.code, linted.out) == (0, "")
    assert f" caught, {len(weak)} argued\n" in linted.err
    assert f" caught, 0 survive, {len(weak)} argued\n" in linted.err


@pytest.mark.parametrize(
    ("name", "why"),
    [
        pytest.param("drop-tables", "but it is caught", id="caught"),
        pytest.param("break-json", "but this sample has none", id="not-made"),
    ],
)
def test_an_argument_that_is_not_needed_is_a_warning(write: Callable[..., Path], name: str, why: str) -> None:
    write(checks=f"{STRONG}survivors:\n  {name}: the table is free\n")
    linted = call(["lint", "--strength", "spells"])
    assert linted.code == 0
    assert linted.out.startswith("spells/trees.yaml:15:")
    assert f"mutant {name} is argued for, {why} (take the line out)" in linted.out
    assert len(linted.out.splitlines()) == 1


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        pytest.param("  halve-lists: free\n", "no mutant `halve-lists` (did you mean `halve-list`?)", id="nearest"),
        pytest.param("  xyzzy: free\n", "no mutant `xyzzy` (there are: cut-off, ", id="none-near"),
        pytest.param("  halve-list: ' '\n", "mutant `halve-list` may pass, but why is not said", id="no-reason"),
        pytest.param("  halve-list: [free]\n", "expected `str`, got `array`", id="no-text"),
    ],
)
def test_survivors_that_are_wrong_are_errors_of_every_lint(write: Callable[..., Path], lines: str, said: str) -> None:
    write(checks=f"survivors:\n{lines}")
    linted = call(["lint", "spells"])
    assert linted.code == 2
    assert linted.out.startswith("spells/trees.yaml:6:") or linted.out.startswith("spells/trees.yaml:7:")
    assert said in linted.out


@pytest.mark.parametrize("name", ["rehearsal/echo", "rehearsal/leftover"])
def test_misbehaviours_may_be_argued_for_too(write: Callable[..., Path], name: str) -> None:
    write(checks=f"{STRONG}survivors:\n  {name}: for the test\n")
    linted = call(["lint", "spells"])
    assert (linted.code, linted.out) == (0, "")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        pytest.param("sample: |", "author: |", "it has no sample", id="no-sample"),
        pytest.param("cases:\n", "variables: []\n", "it has no case", id="no-case"),
        pytest.param(
            "by a pond, answer_in: en", "by a pond, answer_in: zh", "the sample itself is broken", id="broken"
        ),
    ],
)
def test_a_spell_that_cannot_be_tried_gets_one_warning(
    write: Callable[..., Path], folder: Path, old: str, new: str, why: str
) -> None:
    path = write()
    text = path.read_text(encoding="utf-8").replace(old, new)
    if "no case" in why:
        text = "\n".join(line for line in text.split("\n") if "id: garden" not in line)
    path.write_text(text, encoding="utf-8")
    linted = call(["lint", "--strength", "spells"])
    told = [line for line in linted.out.splitlines() if "cannot be tried" in line]
    assert len(told) == 1
    assert told[0].endswith(f"warning: cannot be tried: {why}")
    assert (
        "trees: cannot be tried\n0 spells, 0 mutants: 0 caught, 0 survive, 0 argued, 1 cannot be tried\n" in linted.err
    )


def test_a_check_that_crashes_catches_nothing(write: Callable[..., Path]) -> None:
    # With the heading in its place the pattern matches at once; without it, all else is tried until the time is over.
    write(
        checks="checks:\n  - matches: '\\A(?:## Trees|[^~]*?(a|aa)+$)'\n",
        **{"it gives shade.": f"it gives {'a' * 60}."},
    )
    linted = call(["lint", "--strength", "spells"])
    assert "mutant drop-headings (0 of 2 headings left) gets no verdict, since matches crashed" in linted.out


def test_a_translation_alone_is_linted_and_not_tried() -> None:
    linted = call(["lint", "--strength", str(ROOT / "spells" / "writing" / "tldr.zh.yaml")])
    assert (linted.code, linted.out, linted.err) == (0, "", "0 errors, 0 warnings\n")


def test_every_shipped_spell_catches_every_mutant_or_argues_why_not() -> None:
    linted = run(["lint", "--strength", "--strict", str(ROOT / "spells")])
    *spells, every, errors = linted.err.splitlines()
    assert (linted.code, linted.out, errors) == (0, "", "0 errors, 0 warnings")
    assert len(spells) == 36
    assert every.startswith("36 spells, 1,")
    assert " caught, 0 survive, " in every
