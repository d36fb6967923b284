from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.process import ROOT, call, run, run_on_terminal
from tests.cli.sidecars import edit, fields, losing, sidecar, unmarked
from tests.servers.deepl_server import DeepLServer

POLYGLOT = ROOT / "tests" / "data" / "polyglot"


def column_of(line: str, position: int) -> int:
    """The display column at which a character of a line stands; wide ones take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line[:position])


@pytest.fixture
def translated(write_spell: Callable[..., Path], deepl: DeepLServer) -> Path:
    """A spell of whose translation the prompt's first line and an option wait for a person."""
    spell = write_spell()
    deepl.engine = lambda text, body: "" if unmarked(text).endswith("experts") else losing("about")(text, body)
    assert call(["translate", "mine", "--with", "deepl"]).code == 1
    return spell


@pytest.mark.parametrize("width", ["60", "80", "120", "200"])
@pytest.mark.parametrize("language", ["zh-Hant", "ja", "de"])
def test_the_translation_begins_at_one_column_and_nothing_is_too_wide(folder: Path, language: str, width: str) -> None:
    shutil.copytree(POLYGLOT, folder / "spells")
    shown = run(["show", "city-walk", "--side-by-side", "-l", language], env={"COLUMNS": width})
    assert shown.code == 0, shown.err
    head, rule, *body = shown.out.splitlines()[1:]
    assert set(rule.strip()) == {"─"}
    start = head.index(language, 10)
    assert start == column_of(head, start)
    beginnings = set()
    for line in body:
        assert column_of(line, len(line)) <= int(width)
        before = next((i for i in range(len(line)) if column_of(line, i) >= start), len(line))
        assert column_of(line, before) == start or before == len(line)
        assert line[before - 1 : before] in {" ", ""} or before == len(line)
        beginnings.add(line[:before].strip() != "")
    assert True in beginnings


def test_every_line_of_both_is_there(folder: Path) -> None:
    shutil.copytree(POLYGLOT, folder / "spells")
    spell = call(["show", "city-walk", "--json"]).json
    other = call(["show", "city-walk", "-l", "ja", "--json"]).json
    rows = call(["show", "city-walk", "--side-by-side", "-l", "ja", "--json"]).json
    assert {"line", "source", "target"} <= rows[0].keys()
    numbered = [row for row in rows if row["line"].isdigit()]
    assert [row["source"] for row in numbered] == spell["prompt"].splitlines()
    assert [row["target"] for row in numbered] == other["prompt"].splitlines()
    assert (rows[0]["source"], rows[0]["target"]) == (spell["title"], other["title"])


def test_variables_stand_below_the_prompt(translated: Path) -> None:
    rows = call(["show", "mine", "--side-by-side", "--json"]).json
    assert [row["line"] for row in rows[-5:]] == ["1 label", "1 default", "1 options", "2 label", "2 default"]
    assert rows[-3]["source"] == "beginners | experts"


def test_what_needs_review_is_marked(translated: Path) -> None:
    shown = run(["show", "mine", "--side-by-side"])
    assert shown.code == 0
    assert "needs review" in shown.err
    assert shown.out.startswith("mine: needs-review, by deepl\n")
    marked = [line.split()[:3] for line in shown.out.splitlines() if line.lstrip().startswith("!")]
    assert marked == [["!", "1", "Write"], ["!", "1", "options"]]


@pytest.mark.parametrize(
    "remark",
    [
        "",
        "variable",
        "variable 2",
        "variable 2 option",
        "variable 1 option 1 2 3, line 1: x",
        "prompt, line 99: x",
        "prompt",
        ", line : : ",
        "title: [bold]x[/bold]",
        "x" * 10_000,
    ],
)
def test_whatever_the_list_of_remarks_holds(translated: Path, remark: str) -> None:
    text = sidecar(translated).read_text(encoding="utf-8").partition("review:")[0]
    sidecar(translated).write_text(f'{text}review: ["{remark}"]\n', encoding="utf-8")
    assert call(["show", "mine", "--side-by-side"]).code == 0


def test_a_stale_translation_is_told(translated: Path) -> None:
    edit(translated, **{"A teaser": "Another teaser"})
    shown = call(["show", "mine", "--side-by-side"])
    assert shown.out.startswith("mine: needs-review, stale, by deepl\n")
    assert "stale" in shown.err


def test_lines_that_are_missing_leave_room(translated: Path) -> None:
    last = f"{str(fields(translated)['prompt']).splitlines()[1]}\n"
    edit(sidecar(translated), **{f"  {last}": f"  {last}  多一行\n"})
    rows = call(["show", "mine", "--side-by-side", "--json"]).json
    assert [(row["source"], row["target"]) for row in rows if row["line"] == "3"] == [("", "多一行")]


def test_a_terminal_gets_colours_but_none_of_the_files_commands(translated: Path) -> None:
    text = sidecar(translated).read_text(encoding="utf-8").replace("title: ", 'title: "\\e]0;owned\\a\\e[2J名" # ', 1)
    sidecar(translated).write_text(text, encoding="utf-8")
    shown = run_on_terminal(["show", "mine", "--side-by-side"], env={"COLUMNS": "80"})
    assert "\x1b[1;33m" in shown.out
    for sign in ("\x1b]0;", "\x1b[2J", "\x07", "owned"):
        assert sign not in shown.out
    assert "\x1b" not in run_on_terminal(["show", "mine", "--side-by-side"], env={"NO_COLOR": "1"}).out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(["mine", "--side-by-side", "-l", "de"], "has no translation into de", id="no-translation"),
        pytest.param(["nmie", "--side-by-side"], "did you mean `mine`", id="no-such-spell"),
        pytest.param(["mine", "--side-by-side", "-l", "Klingon"], "no language is called", id="no-such-language"),
    ],
)
def test_a_wrong_call(translated: Path, args: list[str], said: str) -> None:
    refused = run(["show", *args])
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err
