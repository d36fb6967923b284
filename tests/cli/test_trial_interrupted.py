from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from pathlib import Path

import pytest

from grimoire.ledger import open_ledger
from tests.cli.conftest import GOOD, asked, samples
from tests.cli.process import PATIENCE, call, started, wait_until
from tests.servers.openai_server import Body, OpenAIServer, Reply

ANSWERED, JOBS = 10, 4
TRIAL = ("trial", "-l", "en", "-m", "one", "-n", "1", "--yes", "--ledger", "l.db")


@pytest.fixture
def slow(backends: OpenAIServer) -> threading.Event:
    """The first ten questions are answered; the others wait until the event is set."""
    answers, event = samples(), threading.Event()

    def reply(body: Body) -> Reply:
        held = backends.count > ANSWERED
        return Reply(text=answers.get(asked(body), GOOD), hold=event if held else None)

    backends.reply = reply
    return event


@pytest.fixture
def planned() -> int:
    return sum(len(spell["cases"]) for spell in call(["list", "--json"]).json)


def on_record() -> list[str]:
    ledger = open_ledger(Path("l.db"), read_only=True)
    try:
        (run,) = ledger.runs()
        return [entry.incantation for entry in ledger.answered(run)]
    finally:
        ledger.close()


@pytest.mark.parametrize(
    ("how", "code"), [pytest.param(signal.SIGINT, 130, id="ctrl-c"), pytest.param(signal.SIGKILL, -9, id="kill-9")]
)
def test_what_was_answered_is_never_asked_again(
    backends: OpenAIServer, slow: threading.Event, planned: int, how: signal.Signals, code: int
) -> None:
    with started([*TRIAL, "-j", str(JOBS)]) as process:
        wait_until(lambda: backends.count == ANSWERED + JOBS)
        os.kill(process.pid, how)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (code, b"")
    assert b"Traceback" not in err
    assert (b"grimoire trial --resume" in err) == (how is signal.SIGINT)
    slow.set()
    recorded = on_record()
    # An answer that had arrived but was not yet written when the process was killed is one of those in flight.
    assert ANSWERED - JOBS <= len(recorded) <= ANSWERED
    asked_before = backends.count

    resumed = call(["trial", "--resume", "--yes", "--json", "--ledger", "l.db"])
    assert resumed.code == 1, resumed.err
    assert f"{planned - len(recorded)} calls, {len(recorded)} answered already" in resumed.err
    assert len(resumed.lines) == planned
    assert backends.count == asked_before + planned - len(recorded)
    times = Counter(asked(body) for body in backends.bodies)
    assert len(times) == planned
    assert {times[text] for text in recorded} == {1}
    assert sorted(on_record()) == sorted(times)


def test_after_ctrl_c_all_ten_answers_are_on_record(
    backends: OpenAIServer, slow: threading.Event, planned: int
) -> None:
    with started([*TRIAL, "-j", "1"]) as process:
        wait_until(lambda: backends.count == ANSWERED + 1)
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(timeout=PATIENCE) == 130
    slow.set()
    assert len(on_record()) == ANSWERED
    refused = call(["trial", "tldr", "-m", "one", "--resume", "--yes", "--ledger", "l.db"])
    assert refused.code == 2
    assert "no unfinished trial with these spells" in refused.err
    assert call([*TRIAL, "--resume"]).code == 1
    assert backends.count == ANSWERED + 1 + planned - ANSWERED
    assert call([*TRIAL, "--resume"]).code == 2
