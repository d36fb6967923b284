from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grimoire.cli.wiring import open_ledger
from grimoire.errors import LedgerError
from grimoire.settings import Settings, SettingsFile
from tests.cli.conftest import GOOD
from tests.cli.process import call, run
from tests.servers.openai_server import OpenAIServer, Reply

TRIAL = ("trial", "mine", "-l", "en", "-m", "one", "--yes")


@pytest.fixture
def mine(write_spell: Callable[..., Path]) -> Path:
    return write_spell()


def test_with_nothing_on_record() -> None:
    status = run(["status"])
    assert (status.code, status.out) == (0, "")
    assert "nothing on record yet" in status.err
    assert call(["status", "--json"]).json == []
    history = call(["history", "tldr"])
    assert (history.code, history.out) == (0, "")
    assert "nothing on record of `tldr` yet" in history.err
    assert call(["history", "tldr", "--json"]).json == []


@pytest.mark.parametrize("command", ["status", "history"])
def test_a_spell_that_never_was(command: str) -> None:
    refused = call([command, "tdlr"])
    assert (refused.code, refused.out) == (2, "")
    assert "did you mean `tldr`" in refused.err


@pytest.mark.parametrize(
    ("answers", "standing", "change"),
    [
        pytest.param([GOOD], "works", "new", id="first"),
        pytest.param([GOOD, GOOD], "works", "still", id="still"),
        pytest.param([GOOD, "No."], "broken", "regressed", id="regressed"),
        pytest.param(["No.", GOOD], "works", "recovered", id="recovered"),
    ],
)
def test_a_standing_moves_with_the_answers(
    mine: Path, backends: OpenAIServer, answers: list[str], standing: str, change: str
) -> None:
    for answer in answers:
        backends.reply = Reply(text=answer)
        call(TRIAL)
    (row,) = call(["status", "mine", "--json"]).json
    assert (row["spell"], row["language"], row["backend"], row["rehearsal"]) == ("mine", "en", "one/m1", False)
    assert (row["standing"], row["change"]) == (standing, change)
    assert row["since"].endswith(("Z", "+00:00"))
    shown = call(["status"]).out
    assert standing in shown
    assert (change in shown) == (change in {"regressed", "recovered"})


def test_an_edited_spell_is_stale(mine: Path, backends: OpenAIServer) -> None:
    call(TRIAL)
    mine.write_text(
        mine.read_text(encoding="utf-8").replace("Write an article", "Write two articles"), encoding="utf-8"
    )
    (row,) = call(["status", "--json"]).json
    assert row["standing"] == "stale"
    assert "stale" in call(["status"]).out


def test_a_rehearsal_stands_apart(mine: Path, backends: OpenAIServer) -> None:
    call(TRIAL)
    call(["trial", "mine", "-l", "en"])
    real, rehearsed = call(["status"]).out.split("rehearsal/", 1)[0], call(["status"]).out
    assert "m1" in real
    assert "rehearsals: they test the checks and say nothing of any model" in " ".join(rehearsed.split())
    assert [row["rehearsal"] for row in call(["status", "--json"]).json] == [False, True, True, True, True]


def test_history_is_newest_first_and_whole(mine: Path, backends: OpenAIServer) -> None:
    call(TRIAL)
    backends.reply = Reply(text="Of elms only.")
    call(TRIAL)
    shown = run(["history", "mine", "--json"])
    assert (shown.code, shown.err) == (0, "")
    latest, *_, first = shown.json
    assert len(shown.json) == 4  # the second trial asked twice more, to be sure
    assert (latest["answer"], latest["verdict"], latest["case"]) == ("Of elms only.", "broken", "willow")
    assert (first["answer"], first["verdict"], first["cost"]) == (GOOD, "works", pytest.approx(25e-6))
    assert first["usage"] == {"prompt_tokens": 11, "completion_tokens": 7}
    failed = next(check for check in latest["checks"] if check["check"] == "contains")
    assert (failed["outcome"], "willow" in failed["reason"]) == ("failed", True)
    assert len(call(["history", "mine", "--limit", "1", "--json"]).json) == 1
    assert len(call(["history", "mine", "--limit", str(2**70), "--json"]).json) > 1
    assert "contains: " in call(["history", str(mine)]).out


def test_a_spell_that_left_the_library_keeps_its_history(mine: Path, backends: OpenAIServer) -> None:
    call(TRIAL)
    mine.unlink()
    assert len(call(["history", "mine", "--json"]).json) == 1
    (row,) = call(["status", "--json"]).json
    assert (row["spell"], row["standing"]) == ("mine", "works")


def test_control_sequences_in_answers_and_errors_reach_no_table(mine: Path, backends: OpenAIServer) -> None:
    backends.reply = Reply(status=400, error={"message": "no\x1b[31m \x1b]0;x\x07way"})
    call(TRIAL)
    shown = call(["history", "mine"])
    assert shown.code == 0
    assert "\x1b" not in shown.out
    assert "rejected" in shown.out


def test_a_ledger_of_ones_own(mine: Path, backends: OpenAIServer, folder: Path) -> None:
    call([*TRIAL, "--ledger", "own.db"])
    assert (folder / "own.db").exists()
    assert call(["status", "--json"]).json == []
    assert len(call(["status", "--json", "--ledger", "own.db"]).json) == 1
    assert len(call(["status", "--json"], env={"GRIMOIRE_LEDGER": "own.db"}).json) == 1


@pytest.mark.parametrize(
    "place",
    [
        pytest.param("no.db", id="no-database"),
        pytest.param("no.db/below", id="below-a-file"),
        pytest.param(".", id="a-folder"),
    ],
)
def test_a_ledger_that_cannot_be_used_ends_with_2(folder: Path, place: str) -> None:
    (folder / "no.db").write_text("this is no database", encoding="utf-8")
    refused = call(["status", "--ledger", place])
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("grimoire: ")
    assert (folder / "no.db").read_text(encoding="utf-8") == "this is no database"


def test_a_spell_that_left_the_library_keeps_its_standing(mine: Path, backends: OpenAIServer) -> None:
    assert call(["trial", "mine", "-l", "en", "-m", "one", "--yes"]).code == 0
    mine.unlink()
    assert [row["spell"] for row in call(["status", "mine", "--json"]).json] == ["mine"]
    assert call(["status", "mein"]).code == 2


def test_a_rehearsal_beside_a_model_is_labelled(mine: Path, backends: OpenAIServer) -> None:
    both = call(["trial", "mine", "-l", "en", "-m", "one", "-m", "rehearsal/sample", "--yes"])
    assert both.code == 0
    assert "rehearsal/sample: a rehearsal: it says nothing of any model" in " ".join(both.out.split())


@pytest.fixture
def locked() -> Iterator[Path]:
    """A ledger with one answer that cannot be written, not even by root, who is nobody for as long."""
    folder = Path(tempfile.mkdtemp())  # not tmp_path, which its owner alone may enter
    path = folder / "l.db"
    assert call(["cast", "tldr", "a word", "-m", "rehearsal", "--ledger", str(path)]).code == 0
    path.chmod(0o444)
    folder.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield path
    os.seteuid(user)
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_ledger_that_cannot_be_written_can_be_read(locked: Path) -> None:
    settings = Settings(SettingsFile(), [], [], {})
    with open_ledger(settings, locked, reading=True) as ledger:
        assert [entry.spell for entry in ledger.history("tldr")] == ["tldr"]
    with pytest.raises(LedgerError, match="cannot be written"), open_ledger(settings, locked):
        pass


def test_a_translation_that_was_edited_is_stale_and_the_spell_is_not(
    mine: Path, backends: OpenAIServer, folder: Path
) -> None:
    chinese = mine.with_name("mine.zh.yaml")
    chinese.write_text(
        "language: zh\nsource: '0'\nstatus: reviewed\nprompt: |\n"
        "  用[TARGETLANGUAGE]写一篇文章，主题：[PROMPT]\n  读者：[VARIABLE1]。语气：[VARIABLE2]\n"
        "variables:\n  - {id: 1, label: 读者, default: 新手, options: [新手, 专家]}\n"
        "  - {id: 2, label: 语气, default: 亲切}\n",
        encoding="utf-8",
    )
    assert call(["trial", "mine", "-l", "en,zh", "-m", "one", "--yes"]).code == 0
    chinese.write_text(chinese.read_text(encoding="utf-8").replace("写一篇", "写一篇长"), encoding="utf-8")
    rows = {row["language"]: row["standing"] for row in call(["status", "--json"]).json}
    assert rows == {"en": "works", "zh": "stale"}
