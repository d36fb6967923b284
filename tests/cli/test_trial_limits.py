"""What ends a trial early at the command line: budgets, services that only fail; and what a cast does meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import GOOD
from tests.cli.process import CTRL_C, call, run_on_terminal, wait_until
from tests.servers.openai_server import Body, OpenAIServer, Reply

TRIAL = ("trial", "mine", "-l", "en", "-m", "one", "-n", "20", "-j", "4", "--yes", "--ledger", "l.db")


@pytest.fixture
def mine(write_spell: Callable[..., Path], backends: OpenAIServer) -> OpenAIServer:
    write_spell()
    return backends


def retrying(folder: Path, times: int = 4) -> None:
    settings = folder / "grimoire.yaml"
    settings.write_text(settings.read_text().replace("retries: 0", f"retries: {times}"), encoding="utf-8")


def test_no_more_calls_than_allowed_and_the_rest_later(mine: OpenAIServer) -> None:
    done = call([*TRIAL, "--max-calls", "7"])
    assert done.code == 3
    assert mine.count == 7
    assert "stopped: --max-calls 7 is reached; 13 are left; go on with: grimoire trial --resume" in done.err
    rest = call(["trial", "--resume", "--yes", "--ledger", "l.db"])
    assert (rest.code, mine.count) == (0, 20)
    assert "20 answers (7 answered earlier): 20 works" in rest.err


def test_no_more_money_than_allowed(mine: OpenAIServer) -> None:
    """An answer takes 11 tokens in and 1,000 out, at 1 and 2 a million: four of them fit."""
    mine.reply = Reply(text=GOOD, usage={"prompt_tokens": 11, "completion_tokens": 1000})
    done = call([*TRIAL, "--max-cost", "0.01"])
    assert done.code == 3
    assert "stopped: --max-cost 0.01 is reached; 16 are left" in done.err
    assert "0.008044 USD" in done.err
    assert mine.count == 4


def test_no_more_time_than_allowed(mine: OpenAIServer) -> None:
    mine.latency = 0.3
    done = call([*TRIAL, "-j", "1", "--max-time", "1s"])
    assert done.code == 3
    assert "stopped: --max-time 1 s is over" in done.err
    assert 1 <= mine.count < 20


def test_a_backend_with_a_bad_key_costs_few_calls_and_holds_up_nothing(mine: OpenAIServer) -> None:
    mine.reply = lambda body: Reply(text=GOOD) if body["model"] == "m1" else Reply(status=401)
    done = call([*TRIAL, "-m", "two", "--json"])
    assert done.code == 3, done.err
    asked = [body["model"] for body in mine.bodies]
    assert asked.count("m1") == 20
    assert asked.count("m2") <= 3 + 4
    verdicts = [(line["backend"], line["verdict"]) for line in done.lines]
    assert verdicts.count(("one/m1", "works")) == verdicts.count(("two/m2", "error")) == 20
    assert "given up after 3 failures in a row: two/m2: HTTP 401" in done.err
    assert "20 got no answer; go on with: grimoire trial --resume" in done.err


def test_throttled_calls_are_asked_again_when_they_may_be(mine: OpenAIServer, folder: Path) -> None:
    retrying(folder)
    refused: list[str] = []

    def reply(_: Body) -> Reply:
        if len(refused) < 3:
            refused.append("")
            return Reply(status=429, headers={"Retry-After": "1"})
        return Reply(text=GOOD)

    mine.reply = reply
    assert call([*TRIAL, "-n", "5"]).code == 0
    assert mine.count == 8
    told = [entry["attempts"] for entry in call(["history", "mine", "--json", "--ledger", "l.db"]).json]
    assert sum(map(len, told)) == 3
    assert {a["status"] for attempts in told for a in attempts} == {429}
    assert all(a["wait"] >= 1 for attempts in told for a in attempts)


def test_the_settings_pace_a_backend(mine: OpenAIServer, folder: Path) -> None:
    settings = folder / "grimoire.yaml"
    text = settings.read_text().replace("model: m1,", "model: m1, concurrency: 2, requests_per_minute: 600,")
    settings.write_text(text, encoding="utf-8")
    mine.latency = 0.05
    plan = [word for word in TRIAL if word not in {"-j", "4"}]
    assert call([*plan, "-n", "8"]).code == 0
    assert mine.peak <= 2
    dry = call([*plan, "-n", "600", "--dry-run"])
    assert "about 1 min" in dry.out or "about 59 s" in dry.out or "about 60 s" in dry.out, dry.out


def test_a_cast_that_is_throttled_says_what_it_waits_for(mine: OpenAIServer, folder: Path) -> None:
    retrying(folder)
    mine.reply = lambda _: Reply(status=503, headers={"Retry-After": "1"}) if mine.count == 1 else Reply(text=GOOD)
    done = call(["cast", "mine", "willow trees", "-m", "one", "-p", "1=experts", "--ledger", "l.db"])
    assert (done.code, done.out) == (0, GOOD + "\n"), done.err
    assert "HTTP 503" in done.err
    assert "trying again in 1 s" in done.err
    [entry] = call(["history", "mine", "--json", "--ledger", "l.db"]).json
    assert [(a["number"], a["status"]) for a in entry["attempts"]] == [(1, 503)]


def test_readers_are_not_held_up_by_a_trial(mine: OpenAIServer) -> None:
    release = threading.Event()
    mine.reply = lambda _: Reply(text=GOOD, hold=release if mine.count > 10 else None)
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(_run([*TRIAL])))
    thread.start()
    try:
        wait_until(lambda: mine.count > 10)
        status = _status()
        assert status == [("mine", "works")]
    finally:
        release.set()
        thread.join()
    assert codes == [0]


def _run(args: list[str]) -> int:
    from tests.cli.process import run

    return run(args).code


def _status() -> list[tuple[str, str]]:
    from tests.cli.process import run

    return [(row["spell"], row["standing"]) for row in run(["status", "--json", "--ledger", "l.db"]).json]


def test_what_the_plan_has_no_more_counts_no_more(mine: OpenAIServer, folder: Path) -> None:
    spell = folder / "spells" / "mine.yaml"
    text = spell.read_text(encoding="utf-8")
    second = "  - {id: oak, prompt: oak trees, answer_in: en}\n"
    spell.write_text(text.replace("checks:\n", f"{second}checks:\n"), encoding="utf-8")
    mine.reply = lambda body: Reply(text=GOOD if "willow" in str(body) else "oaks in the wind")
    plan = ["trial", "mine", "-l", "en", "-m", "one", "-n", "2", "-j", "1", "--yes", "--ledger", "l.db"]
    assert call([*plan, "--max-calls", "3"]).code == 1
    spell.write_text(text, encoding="utf-8")
    again = call(["trial", "--resume", "--yes", "--ledger", "l.db"])
    assert again.code == 0, again.err
    assert "2 answers (2 answered earlier): 2 works" in again.err


def test_what_is_left_is_counted_by_what_is_on_record(mine: OpenAIServer) -> None:
    mine.reply = lambda _: Reply(status=400) if mine.count % 3 == 0 else Reply(text=GOOD)
    assert call([*TRIAL, "-j", "1"]).code == 3
    mine.reply = Reply(text=GOOD)
    again = call(["trial", "--resume", "--yes", "-j", "1", "--max-calls", "1", "--ledger", "l.db"])
    assert again.code == 3
    assert "(14 answered earlier): 15 works" in again.err
    assert "stopped: --max-calls 1 is reached; 5 are left; go on with" in again.err


def test_a_stop_that_left_nothing_undone_finishes_the_run(mine: OpenAIServer) -> None:
    mine.latency = 0.6
    assert call([*TRIAL, "-n", "1", "--max-time", "0.3s"]).code == 0
    assert call(["trial", "--resume", "--yes", "--ledger", "l.db"]).code == 2


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        pytest.param("n\n", 0, "nothing was sent", id="no"),
        pytest.param(CTRL_C, 130, "Go on?", id="ctrl-c"),
        pytest.param("\x04", 130, "Go on?", id="end-of-input"),
    ],
)
def test_who_does_not_agree_sends_nothing(mine: OpenAIServer, typed: str, code: int, said: str) -> None:
    shown = run_on_terminal(["trial", "mine", "-l", "en", "-m", "one"], answers=[("Go on?", typed)])
    assert (shown.code, mine.count) == (code, 0), shown.out
    assert said in shown.out


def test_the_same_plan_in_other_words_is_gone_on_with(mine: OpenAIServer, write_spell: Callable[..., Path]) -> None:
    write_spell("other")
    stopped = call(["trial", "mine", "other", "-m", "one", "-l", "en,zh", "-n", "4", "--yes", "--max-calls", "3"])
    assert stopped.code == 3, stopped.err
    resumed = ["trial", "other", "mine", "-l", "zh,en", "-m", "one", "-n", "4", "--yes", "--resume"]
    refused = call([*resumed[:-2], "-n", "3", "--yes", "--resume"])
    assert refused.code == 2
    assert "the last unfinished one: --resume " in refused.err
    again = call(resumed)
    assert again.code == 0, again.err
    assert mine.count == 8


def test_a_further_sample_that_a_budget_leaves_is_said_to_be_left(mine: OpenAIServer) -> None:
    auto = ["trial", "mine", "-l", "en", "-m", "one", "--yes", "--ledger", "l.db"]
    assert call(auto).code == 0
    mine.reply = Reply(text="oaks in the wind")
    stopped = call([*auto, "--max-calls", "1"])
    assert "stopped: --max-calls 1 is reached; further samples are left; go on with: grimoire trial" in stopped.err
    before = mine.count
    assert call(["trial", "--resume", "--yes", "--ledger", "l.db"]).code == 1
    assert mine.count > before
