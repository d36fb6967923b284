"""What is left of a trial that was stopped, and whether the run is over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import GOOD, asked
from tests.cli.process import call
from tests.servers.openai_server import OpenAIServer, Reply

TRIAL = ("trial", "mine", "-l", "en", "-m", "one", "--yes", "--ledger", "l.db")
RESUME = ("trial", "--resume", "--yes", "--ledger", "l.db")
POOR = "Of elms only, and of the wind that bends them in the evening when nobody looks."
CASE = "  - {id: willow, prompt: willow trees, answer_in: en}\n"


@pytest.fixture
def mine(write_spell: Callable[..., Path], backends: OpenAIServer) -> OpenAIServer:
    """A spell of twenty cases."""
    write_spell(**{CASE: "".join(CASE.replace("willow,", f"c{n:02},").replace("trees", f"{n:02}") for n in range(20))})
    return backends


def test_what_is_left_is_counted_by_the_rows_though_they_were_not_passed_over(mine: OpenAIServer) -> None:
    odd = {f"willow {n:02}" for n in range(1, 20, 2)}
    mine.reply = lambda body: Reply(status=400) if any(case in asked(body) for case in odd) else Reply(text=GOOD)
    assert "10 got no answer" in call([*TRIAL, "-n", "1", "-j", "1"]).err
    mine.reply = Reply(text=GOOD)
    resumed = call([*RESUME, "-j", "1", "--max-calls", "1"])
    assert resumed.code == 3
    assert "20 answers (10 answered earlier): 11 works" in resumed.err
    assert "9 are left" in resumed.err
    assert call(RESUME).code == 0
    assert mine.count == 30


def test_what_brought_an_error_is_not_left_but_unanswered(mine: OpenAIServer) -> None:
    odd = {f"willow {n:02}" for n in range(1, 20, 2)}
    mine.reply = lambda body: Reply(status=400) if any(case in asked(body) for case in odd) else Reply(text=GOOD)
    stopped = call([*TRIAL, "-n", "1", "-j", "1", "--max-calls", "15"])
    assert stopped.code == 3
    assert "8 works, 0 partial, 0 broken, 7 error" in stopped.err
    assert "5 are left" in stopped.err


def test_time_that_is_over_when_all_is_answered_leaves_nothing(mine: OpenAIServer) -> None:
    mine.latency = 0.5
    done = call([*TRIAL, "-n", "1", "-j", "20", "--max-time", "0.2s"])
    assert (done.code, mine.count) == (0, 20), done.err
    assert "no unfinished trial" in call(RESUME).err


def test_a_run_of_which_something_is_left_goes_on_though_nothing_waited_when_it_was_stopped(mine: OpenAIServer) -> None:
    """Where money is limited one question is asked alone at first: what comes after it nobody has even begun."""
    mine.latency = 0.5
    stopped = call([*TRIAL, "-n", "1", "--max-cost", "1000", "--max-time", "0.2s"])
    assert (stopped.code, mine.count) == (3, 1), stopped.err
    assert "19 are left" in stopped.err
    mine.latency = 0.0
    assert call(RESUME).code == 0
    assert mine.count == 20


def test_further_samples_that_a_budget_leaves_are_said_to_be_left(mine: OpenAIServer) -> None:
    mine.reply = Reply(text=POOR)
    call(TRIAL)
    mine.reply = Reply(text=GOOD)
    stopped = call([*TRIAL, "-j", "1", "--max-calls", "20"])
    assert stopped.code == 3
    assert "--max-calls 20 is reached; " in stopped.err
    assert " left" in stopped.err.partition("is reached; ")[2].partition("; go on with")[0], stopped.err.splitlines()
    resumed = call(RESUME)
    assert resumed.code == 0, resumed.err
    assert "further samples" not in resumed.err.partition("run ")[2]


def test_a_case_that_has_gone_since_a_run_began_counts_no_more(mine: OpenAIServer) -> None:
    mine.reply = lambda body: Reply(text=POOR if "willow 00" in asked(body) else GOOD)
    assert call([*TRIAL, "-n", "1", "-j", "1", "--max-calls", "3"]).code == 1
    spell = Path("spells/mine.yaml")
    spell.write_text("".join(line for line in spell.read_text().splitlines(keepends=True) if "id: c00" not in line))
    resumed = call([*RESUME, "--json"])
    assert resumed.code == 0, resumed.err
    assert len(resumed.lines) == 19
    assert "19 answers (2 answered earlier): 19 works" in resumed.err
