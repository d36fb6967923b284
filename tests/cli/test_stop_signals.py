"""A signal to stop: it cuts off what is under way, and never what was paid for and is not on record yet."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from grimoire.cli.stop_signals import STOPPING, held
from tests.cli.conftest import GOOD
from tests.cli.process import HEEDING, PATIENCE, call, environment, wait_until
from tests.servers.openai_server import OpenAIServer, Reply

TELLING = """
import sys
from grimoire.cli.app import main
from grimoire.ledger import SqliteLedger
put = SqliteLedger.add_all
def tell(*given):
    sys.stderr.write("recording\\n")
    sys.stderr.flush()
    return put(*given)
SqliteLedger.add_all = tell
main()
"""
"""The command, telling when it begins to record."""


@contextmanager
def recording(*args: str) -> Iterator[subprocess.Popen[bytes]]:
    """A cast that has been asked for, whose ledger somebody else is about to write to."""
    command = [*HEEDING, sys.executable, "-c", TELLING, *args]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment(), start_new_session=True, **streams) as process:  # type: ignore[call-overload]  # the streams
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", STOPPING, ids=lambda number: number.name)
def test_a_signal_while_the_answer_waits_to_be_recorded_does_not_lose_it(
    backends: OpenAIServer, write_spell: Callable[..., Path], number: signal.Signals
) -> None:
    write_spell()
    answered = threading.Event()
    backends.reply = Reply(text=GOOD, hold=answered)
    with recording("cast", "mine", "willow trees", "-m", "one", "--ledger", "l.db") as process:
        wait_until(lambda: backends.count == 1)
        with closing(sqlite3.connect("l.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            answered.set()
            assert process.stderr
            assert process.stderr.readline() == b"recording\n"
            os.kill(process.pid, number)
            os.kill(process.pid, number)
            other.execute("ROLLBACK")
        out, err = process.communicate(timeout=PATIENCE)
    (entry,) = call(["history", "mine", "--json", "--ledger", "l.db"]).json
    assert (entry["answer"], entry["verdict"]) == (GOOD, "works")
    assert (process.returncode, out) == (130, b""), err
    run = entry["run"]
    said = "stopped when the answer had come, on record (grimoire log); to go on: grimoire cast --cid"
    assert err.decode() == f'{said} {run} "go on"\n'
    again = call(["cast", "--cid", run, "go on", "-m", "one", "--ledger", "l.db"])
    assert (again.code, again.out) == (0, f"{GOOD}\n")


def test_what_is_held_back_does_what_it_did_before_when_that_is_over() -> None:
    before = [signal.getsignal(number) for number in STOPPING]
    with held() as hold:
        signal.raise_signal(signal.SIGTERM)
        assert hold.came
    assert [signal.getsignal(number) for number in STOPPING] == before


def test_what_whoever_started_us_wants_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with held() as hold:
            signal.raise_signal(signal.SIGHUP)
        assert not hold.came
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("when", ["before it began", "while it waits"])
def test_a_signal_cancels_what_is_under_way(when: str) -> None:
    async def work() -> str:
        try:
            with hold.cancelled():
                if when == "while it waits":
                    signal.raise_signal(signal.SIGTERM)
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            return "cancelled"
        return "over"

    with held() as hold:
        if when == "before it began":
            signal.raise_signal(signal.SIGTERM)
        assert asyncio.run(work()) == "cancelled"


def test_a_signal_after_it_is_over_cancels_nothing() -> None:
    async def work() -> str:
        with hold.cancelled():
            signal.raise_signal(signal.SIGTERM)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return "over"

    with held() as hold:
        assert asyncio.run(work()) == "over"
        assert hold.came


def test_in_a_thread_nothing_is_held_back() -> None:
    seen: list[bool] = []

    def work() -> None:
        with held() as hold:
            seen.append(signal.getsignal(signal.SIGTERM) is hold)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [False]
