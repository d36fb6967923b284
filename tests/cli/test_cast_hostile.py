"""What a hostile file name, model or service says of many inputs, on a real terminal: none of it moves or draws."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.conftest import asked
from tests.cli.lines import write_short
from tests.cli.process import run_on_terminal
from tests.servers.openai_server import Body, OpenAIServer, Reply

HOSTILE = "\x1b]0;pwn\x07\x1b[35;5mevil\x9b2J\x1b[2J\u202egnp"
SEQUENCES = ("\x1b]", "\x07", "\x1b[35;5m", "\x9b", "\x1b[2J", "\u202e")
BESIDE = ["-m", "two"]


def reply(body: Body) -> Reply:
    if "fail" in asked(body):
        return Reply(status=400, error={"message": HOSTILE, "code": HOSTILE})
    return Reply(text=f"Well: {HOSTILE}\n\n```{HOSTILE}\n{HOSTILE}\n```\n", model=HOSTILE)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param([], id="rendered"),
        pytest.param(["--raw"], id="raw"),
        pytest.param(["--json"], id="json"),
        pytest.param(["-x"], id="code"),
        pytest.param(BESIDE, id="beside"),
        pytest.param([*BESIDE, "--raw"], id="beside-raw"),
        pytest.param([*BESIDE, "-x"], id="variants"),
    ],
)
def test_nothing_of_it_reaches_the_terminal(folder: Path, backends: OpenAIServer, options: Sequence[str]) -> None:
    write_short(folder)
    backends.reply = reply
    names = [f"good{HOSTILE}.md", f"bad{HOSTILE}\n.md"]
    for name, text in zip(names, ("a text", "fail"), strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    shown = run_on_terminal(["cast", "short", *names, "-m", "one", *options], env={"COLUMNS": "160"})
    assert shown.code == 3
    assert "evil" in shown.out
    assert [each for each in SEQUENCES if each in shown.out] == []
    assert not [line for line in shown.out.splitlines() if line.startswith(".md")], "a name takes one line"
