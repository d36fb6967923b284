"""Nothing is asked and paid for twice: what is named twice, what is resumed, what two processes want at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import GOOD
from tests.cli.process import call, shell, started, wait_until
from tests.servers.openai_server import OpenAIServer, Reply

ONE = ("trial", "mine", "-l", "en", "-m", "one", "--yes")


@pytest.fixture
def mine(write_spell: Callable[..., Path]) -> Path:
    return write_spell()


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(["mine", "-m", "one", "-m", "one/m1"], id="backend-with-and-without-its-model"),
        pytest.param(["mine", "spells/mine.yaml", "./spells/mine.yaml", "-m", "one"], id="spell-by-name-and-path"),
        pytest.param(["mine", "-m", "one", "-l", "English"], id="language-by-code-and-name"),
    ],
)
def test_what_is_named_twice_is_asked_once(mine: Path, backends: OpenAIServer, args: list[str]) -> None:
    done = call(["trial", *args, "-l", "en", "--yes"])
    assert done.code == 0, done.err
    assert backends.count == 1


def test_two_spells_of_one_name_are_not_mixed_up(mine: Path, backends: OpenAIServer, folder: Path) -> None:
    other = folder / "other" / "mine.yaml"
    other.parent.mkdir()
    other.write_text(mine.read_text(encoding="utf-8").replace("contains: willow", "contains: oak"), encoding="utf-8")
    done = call(["trial", "mine", "other/mine.yaml", "-l", "en", "-m", "one", "--yes"])
    assert (done.code, backends.count) == (2, 0)
    assert "two spells are named `mine`: spells/mine.yaml and other/mine.yaml" in done.err


def test_after_errors_only_what_has_no_answer_is_asked_again(
    write_spell: Callable[..., Path], backends: OpenAIServer
) -> None:
    write_spell("first")
    write_spell("second")
    backends.reply = lambda _: Reply(status=500) if backends.count == 1 else Reply(text=GOOD)
    failed = call(["trial", "first", "second", "-l", "en", "-m", "one", "-j", "1", "--yes"])
    assert failed.code == 3
    assert "1 got no answer; go on with: grimoire trial --resume" in failed.err
    again = call(["trial", "--resume", "--yes"])
    assert again.code == 0, again.err
    assert "1 call, 1 answered already" in again.err
    assert backends.count == 3
    assert {(row["standing"], row["answers"], row["errors"]) for row in call(["status", "--json"]).json} == {
        ("works", 1, 0)
    }
    assert call(["trial", "--resume", "--yes"]).code == 2


def test_other_settings_ask_anew_and_say_so(
    write_spell: Callable[..., Path], backends: OpenAIServer, folder: Path
) -> None:
    write_spell("first")
    write_spell("second")
    backends.reply = lambda _: Reply(status=500) if backends.count == 2 else Reply(text="oaks in the wind")
    assert call(["trial", "first", "second", "-l", "en", "-m", "one", "-j", "1", "-n", "1", "--yes"]).code == 1
    settings = folder / "grimoire.yaml"
    settings.write_text(settings.read_text().replace("model: m1,", "model: m1, temperature: 0.5,"), encoding="utf-8")
    backends.reply = Reply(text=GOOD)
    again = call(["trial", "--resume", "--yes"])
    assert again.code == 0, again.err
    assert "2 calls, 0 answered already" in again.err
    assert backends.count == 4
    # What was answered with the old settings is on record, but is no second opinion that would make it flaky.
    assert {(row["standing"], row["answers"]) for row in call(["status", "--json"]).json} == {("works", 1)}


def test_a_trial_that_is_under_way_is_not_resumed_by_another(mine: Path, backends: OpenAIServer, folder: Path) -> None:
    release = threading.Event()
    backends.reply = Reply(text=GOOD, hold=release)
    with started([*ONE, "--ledger", "l.db"]) as process:
        wait_until(lambda: backends.count == 1)
        refused = call(["trial", "--resume", "--yes", "--ledger", "l.db"])
        assert (refused.code, backends.count) == (2, 1)
        assert "is under way in another process" in refused.err
        release.set()
        assert process.wait(timeout=30) == 0
    assert not list(folder.glob("*.lock"))


def test_an_error_is_no_proof_that_a_spell_regressed(mine: Path, backends: OpenAIServer) -> None:
    again = [*ONE, "--fail-on", "regressed"]
    assert call(again).code == 0
    backends.reply = Reply(text="oaks in the wind")
    assert call(again).code == 1
    backends.reply = Reply(status=500)
    failed = call(again)
    assert failed.code == 3
    assert "regressed:" not in failed.err


@pytest.mark.parametrize(
    ("line", "requests"),
    [
        pytest.param("grimoire trial mine -l en -m one --yes 2>&-", 1, id="trial-without-standard-error"),
        pytest.param("grimoire cast mine oaks -m one >&-", 1, id="cast-without-standard-output"),
    ],
)
def test_a_stream_that_is_not_there_is_no_bug(mine: Path, backends: OpenAIServer, line: str, requests: int) -> None:
    done = shell(line)
    assert (done.code, backends.count) == (0, requests)
    assert "bug" not in done.err
