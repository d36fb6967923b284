"""A spell cast over many lines, and a service that answers each by its text."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from grimoire.ledger import open_ledger
from grimoire.record import Entry, Run
from tests.cli.conftest import asked
from tests.cli.process import COMMAND, HEEDING, PATIENCE, environment
from tests.servers.openai_server import Body, Reply

MANY = ("cast", "short", "--each-line", "-m", "one", "--ledger", "l.db")

SPELL = "name: short\ntitle: Shorter\nprompt: 'Shorten: [PROMPT]'\n"
CHINESE = """\
language: zh
source: {source}
translator: Somebody
status: reviewed
title: 更短
prompt: '请缩短：[PROMPT]'
"""


def write_short(folder: Path) -> None:
    """The spell, with a Chinese translation."""
    from grimoire.spellfile import read_spell

    path = folder / "spells" / "short.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(SPELL, encoding="utf-8")
    spell, _ = read_spell(path, lambda _: "")
    sidecar = CHINESE.format(source=spell.source_digest)
    path.with_name("short.zh.yaml").write_text(sidecar, encoding="utf-8")


def line_of(body: Body) -> str:
    """The line that a request is about."""
    return asked(body).removeprefix("Shorten: ").removeprefix("请缩短：").strip()


def answering(
    failing: Sequence[str] = (), held: Sequence[str] = (), until: threading.Event | None = None
) -> Callable[[Body], Reply]:
    """Answers `answer to LINE`; to some lines with HTTP 500, to others not until the event is set."""

    def reply(body: Body) -> Reply:
        line = line_of(body)
        if line in failing:
            return Reply(status=500)
        return Reply(text=f"answer to {line}", hold=until if line in held else None)

    return reply


def runs() -> list[Run]:
    """Those of the ledger l.db, newest first."""
    with open_ledger(Path("l.db"), read_only=True) as ledger:
        return ledger.runs()


def on_record() -> list[Entry]:
    """What the one run of l.db has answers to, oldest first."""
    with open_ledger(Path("l.db"), read_only=True) as ledger:
        (run,) = ledger.runs()
        return list(ledger.answered(run))


class Casting:
    """A cast of many lines in a process of its own, its standard input given at once."""

    def __init__(self, *args: str, given: str) -> None:
        Path("given.txt").write_text(given, encoding="utf-8")
        with Path("given.txt").open("rb") as stdin:
            self.process = subprocess.Popen(
                [*HEEDING, *COMMAND, *MANY, *args],
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment(),
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate(timeout=PATIENCE)

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.process.pid, number)

    def until_it_waits(self) -> None:
        assert self.process.stderr
        while b"once more cuts them off" not in (said := self.process.stderr.readline()):
            assert said, "it ended"

    def end(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, (out or b"").decode(), err.decode()


def lines(number: int) -> str:
    return "".join(f"line {count}\n" for count in range(1, number + 1))


def answers(number: int) -> str:
    return "".join(f"answer to line {count}\n" for count in range(1, number + 1))
