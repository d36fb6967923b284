from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from grimoire.cli import clipboard
from tests.cli.process import COMMAND, PATIENCE, call, environment, run
from tests.servers.openai_server import OpenAIServer, Reply

Tool = Callable[..., Path]


def detached(args: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    """To the end, in a session that has no terminal."""
    return subprocess.run(
        [*COMMAND, *args],
        stdin=subprocess.DEVNULL,
        env=environment(),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
        start_new_session=True,
    )


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tool:
    """Puts a tool of some name in a PATH with nothing else; it keeps what it is given in a file, which is returned."""
    folder = tmp_path / "tools"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(name: str, script: str = "", *, code: int = 0) -> Path:
        kept = tmp_path / f"{name}.kept"
        told = f"echo \"$0 $*\" | /bin/sed 's/.*tools.//' > '{kept}.args'"
        lines = ["#!/bin/sh", f"/bin/cat > '{kept}'", told, script, f"exit {code}", ""]
        (folder / name).write_text("\n".join(lines), encoding="utf-8")
        (folder / name).chmod(0o755)
        return kept

    return put


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("pbcopy", "pbcopy"),
        ("wl-copy", "wl-copy"),
        ("xclip", "xclip -selection clipboard"),
        ("xsel", "xsel --clipboard --input"),
        ("termux-clipboard-set", "termux-clipboard-set"),
    ],
)
def test_a_tool_gets_the_text(tool: Tool, name: str, args: str) -> None:
    kept = tool(name)
    assert clipboard.copy("柳 willow\n") == ""
    assert kept.read_text(encoding="utf-8") == "柳 willow"
    assert kept.with_name(f"{kept.name}.args").read_text(encoding="utf-8").strip() == args


def test_where_one_tool_fails_the_next_is_asked(tool: Tool) -> None:
    tool("wl-copy", code=1)
    kept = tool("xclip")
    assert clipboard.copy("x") == ""
    assert kept.read_text(encoding="utf-8") == "x"


def test_what_would_run_when_pasted_is_not_copied(tool: Tool) -> None:
    kept = tool("xclip")
    clipboard.copy("ls\x1b[201~\x07 -l\n")
    assert kept.read_text(encoding="utf-8") == "ls -l"


def test_a_tool_that_stays_holds_no_pipe_of_ours_open(tool: Tool, tmp_path: Path) -> None:
    """xclip stays to serve its text, and whoever reads our output would wait for it."""
    tool("xclip", f"/bin/sleep 600 &\necho $! > '{tmp_path}/pid'; echo said; echo said >&2")
    try:
        done = run(["cast", "tldr", "--case", "willow", "-m", "rehearsal/sample", "--copy"])
        assert done.code == 0
        assert "said" not in done.out + done.err
    finally:
        os.kill(int((tmp_path / "pid").read_text(encoding="utf-8")), signal.SIGKILL)


def test_no_tool_and_no_terminal_is_a_note(tool: Tool) -> None:
    done = detached(["cast", "tldr", "--case", "willow", "-m", "rehearsal/sample", "--copy"])
    assert done.returncode == 0
    assert "not copied: there is no clipboard tool" in done.stderr.decode()


def test_a_terminal_is_not_given_more_than_it_takes(tool: Tool) -> None:
    assert (
        clipboard.copy("柳" * 25_000)
        == "not copied: no clipboard tool, and 75,000 bytes are more than a terminal takes"
    )


@pytest.mark.parametrize(
    ("args", "copied"),
    [
        pytest.param([], "The willow.\n\n```\ncode\n```", id="answer"),
        pytest.param(["-x"], "code", id="code"),
        pytest.param(["-o", "a.txt"], "The willow.\n\n```\ncode\n```", id="file too"),
    ],
)
def test_what_is_delivered_is_copied(
    tool: Tool, backends: OpenAIServer, write_spell: Callable[..., Path], args: list[str], copied: str
) -> None:
    write_spell()
    kept = tool("xclip")
    backends.reply = Reply(text="The willow.\n\n```\ncode\n```\n")
    done = call(["cast", "mine", "willow trees", "-m", "one", "--copy", *args])
    assert done.code == 0
    assert kept.read_text(encoding="utf-8") == copied


def test_a_copy_that_fails_fails_nothing(tool: Tool, backends: OpenAIServer, write_spell: Callable[..., Path]) -> None:
    write_spell()
    tool("xclip", code=1)
    backends.reply = Reply(text="The willow." * 10_000)
    done = call(["cast", "mine", "willow trees", "-m", "one", "--copy"])
    assert (done.code, done.out) == (0, "The willow." * 10_000 + "\n")
    assert "not copied" in done.err
