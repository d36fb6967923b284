from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from grimoire.settings import data_directory
from tests.cli.process import call, run
from tests.servers.openai_server import OpenAIServer, Reply

TRIAL = ("trial", "mine", "-l", "en", "-m", "one", "-n", "1", "--yes")
BAD = "Of elms only, and of the wind that bends them in the evening when nobody looks."


@pytest.fixture
def mine(write_spell: Callable[..., Path]) -> Path:
    return write_spell()


def edit(spell: Path, old: str, new: str) -> None:
    text = spell.read_text(encoding="utf-8")
    assert old in text
    spell.write_text(text.replace(old, new), encoding="utf-8")


def verdicts_on_record() -> int:
    with closing(sqlite3.connect(data_directory() / "ledger.sqlite")) as connection:
        return int(connection.execute("SELECT count(*) FROM verdicts").fetchone()[0])


def test_a_stricter_check_is_run_over_what_is_on_record(mine: Path, backends: OpenAIServer) -> None:
    call(TRIAL)
    assert "0 verdicts change; 0 recorded anew" in run(["rejudge"]).err
    edit(mine, "- contains: willow", "- contains: [willow, oak]")
    dry = run(["rejudge", "--dry-run"])
    assert dry.code == 0
    assert "works → broken: mine (en) on one/m1, case willow, answer 1: contains: 1 of 2 missing" in dry.out
    assert "1 answer judged: 1 verdict changes; 1 would be recorded anew" in dry.err
    assert call(["history", "mine", "--json"]).json[0]["verdict"] == "works"
    (line,) = call(["rejudge", "mine", "--json"]).lines
    assert (line["answer"], line["was"], line["verdict"]) == (1, "works", "broken")
    assert call(["history", "mine", "--json"]).json[0]["verdict"] == "broken"
    assert "0 verdicts change; 0 recorded anew" in call(["rejudge"]).err
    assert verdicts_on_record() == 2, "what is the same is not recorded once more"
    assert backends.count == 1, "nothing is asked again"


def test_an_edited_check_alone_is_no_regression(mine: Path, backends: OpenAIServer) -> None:
    call(TRIAL)
    edit(mine, "- contains: willow", "- contains: oak")
    strict = call([*TRIAL, "--fail-on", "regressed"])
    assert strict.code == 0
    assert "regressed" not in strict.err
    (row,) = call(["status", "--json"]).json
    assert (row["standing"], row["change"], row["answers"]) == ("broken", "new", 1)
    call(["rejudge"])
    (row,) = call(["status", "--json"]).json
    assert (row["standing"], row["answers"]) == ("broken", 2), "both answers by one yardstick"


def test_answers_to_an_earlier_text_are_left_alone_unless_asked_for(mine: Path, backends: OpenAIServer) -> None:
    call(TRIAL)
    edit(mine, "Write an article", "Write one article")
    assert "1 to earlier texts left alone (--all)" in call(["rejudge"]).err
    assert "1 answer judged" in call(["rejudge", "--all"]).err


def test_a_spell_that_left_the_library_is_told(mine: Path, backends: OpenAIServer) -> None:
    call(TRIAL)
    mine.unlink()
    done = call(["rejudge"])
    assert done.code == 0
    assert "no longer in the library: mine" in done.err
    assert call(["rejudge", "mine"]).code == 2


def test_a_spell_outside_the_library_is_named_by_its_file(mine: Path, backends: OpenAIServer, folder: Path) -> None:
    (folder / "elsewhere").mkdir()
    file = str(mine.rename(folder / "elsewhere" / mine.name))
    call(["trial", file, "-l", "en", "-m", "one", "-n", "1", "--yes"])
    edit(Path(file), "- contains: willow", "- contains: oak")
    assert "works → broken: mine (en)" in call(["rejudge", file, file]).out
    assert "1 answer judged: 0 verdicts change" in call(["rejudge", file]).err
    assert "no longer in the library: mine" in call(["rejudge"]).err


def test_two_runs_are_compared(mine: Path, backends: OpenAIServer) -> None:
    call(TRIAL)
    backends.reply = Reply(text=BAD)
    call(TRIAL)
    shown = run(["diff", "last~1", "last"])
    assert shown.code == 0
    assert shown.out.startswith("regressed: mine (en) on one/m1, case willow: works → broken (may be chance): contains")
    assert "1 regressed" in shown.err
    assert call(["diff", "last~1", "--fail-on", "regressed"]).code == 1
    assert call(["diff", "last", "last~1", "--fail-on", "regressed"]).code == 0
    assert call(["diff", "last", "last"]).out == ""
    assert call(["diff", "last", "last", "--all"]).out.startswith("same: mine (en)")


def test_the_comparison_as_json(mine: Path, backends: OpenAIServer) -> None:
    call(TRIAL)
    backends.reply = Reply(status=500)
    call(TRIAL)
    found = call(["diff", "last~1", "last", "--json"]).json
    assert found["counts"] == {"unknown": 1}
    (line,) = found["lines"]
    assert (line["spell"], line["language"], line["backend"], line["case"]) == ("mine", "en", "one/m1", "willow")
    assert (line["before"]["kind"], line["before"]["works"], line["after"]["kind"]) == ("works", 1, "error")
    assert (line["after"]["answers"], line["after"]["errors"]) == (0, 1)


@pytest.mark.parametrize("given", ["last~1", "nothing", "20"])
def test_a_run_that_is_not_there(mine: Path, backends: OpenAIServer, given: str) -> None:
    call(TRIAL)
    if given == "20":
        call(TRIAL)
    refused = call(["diff", given, "last"])
    assert (refused.code, refused.out) == (2, "")
    assert f"`{given}`" in refused.err
    assert "the latest are: 20" in refused.err
