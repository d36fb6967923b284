from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections import Counter
from pathlib import Path

import pytest

from grimoire.ledger import open_ledger
from tests.cli.conftest import GOOD, asked, samples
from tests.cli.process import COMMAND, PATIENCE, call, environment, started, wait_until
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


def interrupt(process: subprocess.Popen[bytes], *signals: signal.Signals) -> None:
    """Send signals, each once the one before has had its effect."""
    for number in signals[:-1]:
        os.kill(process.pid, number)
        until_it_waits(process)
    os.kill(process.pid, signals[-1])


def until_it_waits(process: subprocess.Popen[bytes]) -> None:
    """Read what it says until that is for which answers it waits."""
    assert process.stderr is not None
    said = [process.stderr.readline()]
    while said[-1] and b"under way" not in said[-1]:
        said.append(process.stderr.readline())
    assert re.search(rb"interrupted: waiting for \d+ answers? under way", said[-1]), said


@pytest.mark.parametrize(
    ("how", "code"),
    [
        pytest.param([signal.SIGINT, signal.SIGINT], 130, id="ctrl-c-twice"),
        pytest.param([signal.SIGTERM, signal.SIGTERM], 130, id="terminated-twice"),
        pytest.param([signal.SIGKILL], -9, id="kill-9"),
    ],
)
def test_what_was_answered_is_never_asked_again(
    backends: OpenAIServer, slow: threading.Event, planned: int, how: list[signal.Signals], code: int
) -> None:
    with started([*TRIAL, "-j", str(JOBS)]) as process:
        wait_until(lambda: backends.count == ANSWERED + JOBS)
        interrupt(process, *how)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (code, b"")
    assert b"Traceback" not in err
    assert (b"grimoire trial --resume" in err) == (code == 130)
    slow.set()
    recorded = on_record()
    # An answer that had arrived but was not yet written when the process was killed is one of those in flight.
    assert ANSWERED - JOBS <= len(recorded) <= ANSWERED
    asked_before = backends.count

    resumed = call(["trial", "--resume", "--yes", "--json", "--ledger", "l.db"])
    assert resumed.code == 1, resumed.err
    assert f"{planned - len(recorded)} calls, {len(recorded)} answered already" in resumed.err
    assert len(resumed.lines) == planned == len({line["id"] for line in resumed.lines})
    assert all(line["answer"] and line["checks"] for line in resumed.lines), "what was answered earlier is told whole"
    assert sum(line["earlier"] for line in resumed.lines) == len(recorded)
    assert backends.count == asked_before + planned - len(recorded)
    times = Counter(asked(body) for body in backends.bodies)
    assert len(times) == planned
    assert {times[text] for text in recorded} == {1}
    assert sorted(on_record()) == sorted(times)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_waits_for_what_is_paid_for_and_sends_no_more(
    backends: OpenAIServer, slow: threading.Event, how: signal.Signals
) -> None:
    with started([*TRIAL, "-j", str(JOBS)]) as process:
        wait_until(lambda: backends.count == ANSWERED + JOBS)
        os.kill(process.pid, how)
        until_it_waits(process)
        slow.set()
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert b"stopped: interrupted" in err
    assert b"go on with: grimoire trial --resume" in err
    assert out, "what there is is shown"
    assert len(on_record()) == ANSWERED + JOBS == backends.count


def test_a_signal_that_whoever_started_it_wants_ignored_is_ignored(backends: OpenAIServer, planned: int) -> None:
    command = [*COMMAND, *TRIAL]
    with subprocess.Popen(
        ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *command],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        wait_until(lambda: backends.count > 0)
        os.kill(process.pid, signal.SIGHUP)
        assert process.wait(PATIENCE) == 1
    assert len(on_record()) == planned


def test_after_ctrl_c_another_plan_is_not_gone_on_with(
    backends: OpenAIServer, slow: threading.Event, planned: int
) -> None:
    with started([*TRIAL, "-j", "1"]) as process:
        wait_until(lambda: backends.count == ANSWERED + 1)
        interrupt(process, signal.SIGINT, signal.SIGINT)
        assert process.wait(timeout=PATIENCE) == 130
    slow.set()
    assert len(on_record()) == ANSWERED
    refused = call(["trial", "tldr", "-m", "one", "--resume", "--yes", "--ledger", "l.db"])
    assert refused.code == 2
    assert "no unfinished trial with these spells" in refused.err
    assert call([*TRIAL, "--resume"]).code == 1
    assert backends.count == ANSWERED + 1 + planned - ANSWERED
    assert call([*TRIAL, "--resume"]).code == 2
