"""As many samples as it takes: what a surprise costs, what is announced, and what stays in doubt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import GOOD
from tests.cli.process import call
from tests.servers.openai_server import OpenAIServer, Reply

TRIAL = ("trial", "mine", "-l", "en", "-m", "one", "--yes")
BAD = "Of elms only, and of the wind that bends them in the evening when nobody looks."


@pytest.fixture
def mine(write_spell: Callable[..., Path]) -> Path:
    return write_spell()


def answers(backends: OpenAIServer, *texts: str) -> None:
    """What is answered from now on, one after the other; the last again and again."""
    before = backends.count
    backends.reply = lambda _: Reply(text=texts[min(backends.count - before, len(texts)) - 1])


def standing() -> dict[str, object]:
    (row,) = call(["status", "mine", "--json"]).json
    return dict(row)


def test_one_answer_is_enough_where_nothing_is_new(mine: Path, backends: OpenAIServer) -> None:
    for _ in range(3):
        assert call(TRIAL).code == 0
    assert backends.count == 3
    assert (standing()["answers"], standing()["works"], standing()["doubt"]) == (3, 3, False)


def test_a_spell_that_broke_is_announced_in_the_first_run(mine: Path, backends: OpenAIServer) -> None:
    call(TRIAL)
    answers(backends, BAD)
    broke = call(TRIAL)
    assert broke.code == 1
    assert backends.count == 1 + 3
    assert "regressed: mine (en) on one/m1: works → broken, 0 of 3 answers work" in broke.err
    assert 'first in answer 2; latest failure: contains: 1 of 1 missing: "willow"' in broke.err
    row = standing()
    assert (row["standing"], row["change"], row["was"], row["first"]) == ("broken", "regressed", "works", 2)


def test_an_unlucky_answer_is_asked_again_and_announces_nothing(mine: Path, backends: OpenAIServer) -> None:
    call(TRIAL)
    answers(backends, BAD, GOOD)
    lucky = call([*TRIAL, "--fail-on", "regressed"])
    assert lucky.code == 0
    assert backends.count == 1 + 10
    assert "regressed" not in lucky.err
    assert "in doubt" not in lucky.err
    assert "✓ works 9/10" in lucky.out
    assert call([*TRIAL]).code == 0, "one bad draw among ten makes no run fail"


def test_with_one_sample_a_surprise_stays_in_doubt(mine: Path, backends: OpenAIServer) -> None:
    call(TRIAL)
    answers(backends, BAD)
    for night in range(2):
        doubtful = call([*TRIAL, "-n", "1", "--fail-on", "regressed"])
        assert doubtful.code == 0
        assert f"in doubt: mine (en) on one/m1: still works, 1 of {2 + night} answers work" in doubtful.err
        assert '; latest failure: contains: 1 of 1 missing: "willow"; the next trial goes on asking' in doubtful.err
        assert standing()["doubt"] is True
    third = call([*TRIAL, "-n", "1", "--fail-on", "regressed"])
    assert third.code == 1
    assert "regressed: mine (en)" in third.err


def test_a_first_answer_that_fails_is_no_standing_yet(mine: Path, backends: OpenAIServer) -> None:
    answers(backends, BAD)
    first = call([*TRIAL, "-n", "1"])
    assert "in doubt: mine (en) on one/m1: broken so far, 0 of 1 answer works" in first.err


def test_the_plan_says_what_a_surprise_may_cost(mine: Path, backends: OpenAIServer, folder: Path) -> None:
    settings = folder / "grimoire.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\nchance: {most: 2}\n", encoding="utf-8")
    shown = call([*TRIAL, "--dry-run"])
    assert "where an answer does not fit what is known: up to 2 of the same case" in shown.out
    assert "where an answer" not in call([*TRIAL, "-n", "3", "--dry-run"]).out
    call(TRIAL)
    answers(backends, BAD)
    call(TRIAL)
    assert backends.count == 1 + 2


def test_a_share_can_be_demanded(mine: Path, backends: OpenAIServer) -> None:
    answers(backends, BAD, GOOD)
    few = call([*TRIAL, "-n", "10", "--fail-under", "0.95"])
    assert few.code == 1
    assert "mine (en) on one/m1: fewer than 95 % of the answers work" in few.err
    answers(backends, BAD, GOOD)
    assert call([*TRIAL, "-n", "10", "--fail-under", "0.9"]).code == 0


def test_a_share_is_demanded_beside_any_other_demand(mine: Path, backends: OpenAIServer) -> None:
    answers(backends, BAD, GOOD)
    ten = [*TRIAL, "-n", "10", "--fail-on", "regressed"]
    assert call(ten).code == 0
    assert call([*ten, "--fail-under", "1"]).code == 0, "all ten work this time"
    answers(backends, BAD, GOOD)
    assert call([*ten, "--fail-under", "1"]).code == 1


def test_where_no_answer_came_no_share_is_too_small(mine: Path, backends: OpenAIServer) -> None:
    backends.reply = Reply(status=500)
    none = call([*TRIAL, "--fail-under", "0.9"])
    assert none.code == 3
    assert "fewer than" not in none.err


def test_errors_are_counted_beside_the_answers(mine: Path, backends: OpenAIServer) -> None:
    backends.reply = lambda _: Reply(status=500) if backends.count % 2 else Reply(text=GOOD)
    done = call([*TRIAL, "-n", "4", "-j", "1"])
    assert done.code == 3
    assert "2/2 !2" in done.out
    row = standing()
    assert (row["standing"], row["answers"], row["works"], row["errors"]) == ("works", 2, 2, 2)
    assert "2 of 2 answers work (95 % interval 34 % to 100 %), 2 errors beside" in call(["status", "mine"]).out


@pytest.mark.parametrize("given", ["0", "1001", "many", "-1", "", "1.5", "二"])
def test_a_number_of_samples_that_is_none(mine: Path, backends: OpenAIServer, given: str) -> None:
    refused = call([*TRIAL, f"--samples={given}"])
    assert refused.code == 2 or given == ""
    assert backends.count == (1 if given == "" else 0)


def test_an_interrupted_run_goes_on_where_it_was_in_doubt(mine: Path, backends: OpenAIServer) -> None:
    call(TRIAL)
    before = backends.count
    backends.reply = lambda _: Reply(text=BAD) if backends.count - before < 3 else Reply(status=500)
    assert call(TRIAL).code in {1, 3}
    answers(backends, BAD)
    resumed = call(["trial", "--resume", "--yes"])
    assert resumed.code == 1
    assert "regressed: mine (en)" in resumed.err
    assert backends.count == before + 4


def test_a_run_resumed_with_other_settings_keeps_nothing_of_what_was_asked_before(
    mine: Path, backends: OpenAIServer, folder: Path
) -> None:
    call(TRIAL)
    before = backends.count
    backends.reply = lambda _: Reply(text=BAD) if backends.count - before < 3 else Reply(status=500)
    assert call(TRIAL).code in {1, 3}
    settings = folder / "grimoire.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("model: m1", "model: m1, temperature: 0.1"))
    answers(backends, GOOD)
    resumed = call(["trial", "--resume", "--yes"])
    assert (resumed.code, backends.count) == (0, before + 4)
    assert "in doubt" not in resumed.err
    assert (standing()["answers"], standing()["works"], standing()["doubt"], standing()["errors"]) == (2, 2, False, 0)
    assert call(["diff", "last~1", "last", "--all"]).out.startswith("same: mine (en) on one/m1, case willow: works")
    assert len(call(["history", "mine", "--json"]).json) == 5, "on record all of it stays"


def test_an_edited_case_is_another_question(mine: Path, backends: OpenAIServer) -> None:
    answers(backends, BAD)
    call(TRIAL)
    assert (standing()["standing"], standing()["doubt"]) == ("broken", False)
    text = mine.read_text(encoding="utf-8")
    mine.write_text(text.replace("prompt: willow trees", "prompt: willows by a river"), encoding="utf-8")
    answers(backends, GOOD)
    before = backends.count
    edited = call(TRIAL)
    assert (edited.code, backends.count - before) == (0, 1), "nothing was known of it that could be a surprise"
    assert "recovered" not in edited.err
    row = standing()
    assert (row["standing"], row["change"], row["was"], row["answers"]) == ("works", "new", "", 1)
    assert "the text changed" in call(["diff", "last~1", "last"]).out


def test_a_case_added_moves_the_standing_only_on_evidence(mine: Path, backends: OpenAIServer) -> None:
    call(TRIAL)
    text = mine.read_text(encoding="utf-8")
    added = "cases:\n  - {id: oak, prompt: willow oaks, answer_in: en}\n"
    mine.write_text(text.replace("cases:\n", added), encoding="utf-8")
    backends.reply = lambda body: Reply(text=BAD if "oaks" in body["messages"][-1]["content"] else GOOD)
    for _ in range(2):
        once = call([*TRIAL, "-n", "1", "-j", "1", "--fail-on", "regressed"])
        assert (once.code, standing()["standing"], standing()["doubt"]) == (0, "works", True)
    assert call([*TRIAL, "-n", "1", "-j", "1", "--fail-on", "regressed"]).code == 1
    assert (standing()["standing"], standing()["change"], standing()["first"]) == ("partial", "regressed", 2)


def test_only_what_changed(mine: Path, backends: OpenAIServer, write_spell: Callable[..., Path]) -> None:
    write_spell("other")
    both = ("trial", "mine", "other", "-l", "en", "-m", "one", "--yes")
    call(both)
    call(both)
    quiet = call(["status", "--changed"])
    assert (quiet.code, quiet.out) == (0, "")
    assert "nothing has changed" in quiet.err
    answers(backends, BAD)
    call(TRIAL)
    rows = call(["status", "--changed", "--json"]).json
    assert [(row["spell"], row["change"]) for row in rows] == [("mine", "regressed")]
    assert "mine (en) on one/m1: broken, regressed (was works) since" in call(["status", "--changed"]).out
