from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import typer

from grimoire.cli.aside import Aside, Backlog, alongside, interruptible
from grimoire.cli.output import lines_aside
from grimoire.errors import UsageError
from tests.cli.process import wait_until


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("memory", [0, 1, 100, 2_000, 1_000_000])
def test_what_waits_comes_out_as_it_went_in(memory: int) -> None:
    draw = random.Random(memory)
    backlog, put, taken = Backlog(memory), b"", b""
    for number in range(2_000):
        line = f"{number} {'x' * draw.randrange(300)}\n".encode()
        backlog.put(line)
        put += line
        if not draw.randrange(20):
            taken += backlog.take()
    while piece := backlog.take():
        taken += piece
    assert taken == put


def test_what_finds_no_room_is_not_in_it_and_what_came_before_is() -> None:
    backlog = Backlog(memory=4)
    backlog.put(b"one\n")
    with no_file_larger_than(100):
        backlog.put(b"two\n")
        with pytest.raises(OSError, match="too large"):
            backlog.put(b"x" * 200)
        backlog.put(b"three\n")
    assert backlog.take() + backlog.take() == b"one\ntwo\nthree\n"
    assert backlog.take() == b""


@contextmanager
def piped() -> Iterator[int]:
    """Standard output is a pipe, of which this is the other side."""
    ours, theirs = os.pipe()
    with os.fdopen(theirs, "w", encoding="utf-8") as stream, contextlib.redirect_stdout(stream):
        yield ours


def test_no_room_for_what_nobody_reads_is_told() -> None:
    with piped() as reader, lines_aside() as write:
        with no_file_larger_than(1000), pytest.raises(UsageError, match="no room for what nobody has read yet"):
            write("x" * 5_000_000)
        os.close(reader)


def test_a_reader_that_has_gone_is_told_by_the_call_after() -> None:
    with piped() as reader, lines_aside() as write:
        os.close(reader)
        write(1)

        def refused() -> bool:
            try:
                write(2)
            except typer.Exit:
                return True
            return False

        wait_until(refused)


def nothing() -> None:
    pass


def test_what_does_not_end_is_left_behind_by_a_signal() -> None:
    hold, left = threading.Event(), threading.Event()

    def work() -> None:
        hold.wait()

    def terminate() -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt), alongside(work, nothing, left.set, late=terminate):
        pass
    assert left.is_set()
    hold.set()


@pytest.mark.parametrize("handler", [signal.SIG_IGN, signal.SIG_DFL], ids=["ignored", "default"])
def test_signals_are_handled_afterwards_as_before(handler: signal.Handlers) -> None:
    before = signal.signal(signal.SIGHUP, handler)
    try:
        with interruptible():
            assert (signal.getsignal(signal.SIGHUP) is signal.SIG_IGN) == (handler is signal.SIG_IGN)
        assert signal.getsignal(signal.SIGHUP) is handler
    finally:
        signal.signal(signal.SIGHUP, before)


def test_another_thread_has_no_signals() -> None:
    done: list[Callable[[], None]] = []

    def work() -> None:
        with interruptible(), alongside(nothing, nothing, nothing):
            done.append(nothing)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done


def test_what_is_written_last_is_written() -> None:
    written: list[bytes] = []
    aside = Aside(written.append, Backlog())
    with alongside(aside.work, aside.end, nothing):
        for number in range(1_000):
            aside.put(b"%d\n" % number)
    assert b"".join(written) == b"".join(b"%d\n" % number for number in range(1_000))
