from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import GOOD
from tests.cli.process import PATIENCE, Result, call, environment, run, run_on_terminal, shell
from tests.servers.openai_server import OpenAIServer, Reply

HOSTILE = "\x1b]0;evil\x07\x1b[31mwillow\x1b[0m \x9b2J\u202ebackwards\r over"
FAULTY = """
from grimoire.cli import app
@app.app.command("fail")
def fail() -> None:
    raise {error}
app.main()
"""


def fail(error: str, **env: str) -> Result:
    """Grimoire with one more command, which has a bug."""
    program = [sys.executable, "-c", FAULTY.format(error=error), "fail"]
    done = subprocess.run(program, env=environment(env), capture_output=True, text=True, timeout=PATIENCE, check=False)
    return Result(done.returncode, done.stdout, done.stderr)


def test_a_bug_is_told_in_one_line_that_names_the_traceback() -> None:
    failed = fail("ZeroDivisionError('secret detail')")
    assert (failed.code, failed.out) == (4, "")
    line, file = failed.err.strip().split("; the traceback is in ")
    assert line == "grimoire: a bug in Grimoire: ZeroDivisionError"
    assert "secret detail" in Path(file).read_text(encoding="utf-8")


def test_a_bug_is_told_even_where_nothing_can_be_kept(folder: Path) -> None:
    (folder / "file").touch()
    failed = fail("ZeroDivisionError", XDG_STATE_HOME=str(folder / "file"), TMPDIR=str(folder))
    assert failed.code == 4
    file = Path(failed.err.strip().rpartition(" ")[2])
    assert "ZeroDivisionError" in file.read_text(encoding="utf-8")
    assert file.parent == folder


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        pytest.param(
            "PermissionError(13, 'Permission denied', 'some/file')", 2, "some/file: Permission denied", id="a-file"
        ),
        pytest.param("OSError(5, 'Input/output error')", 4, "a bug in Grimoire: OSError", id="no-file"),
        pytest.param("KeyboardInterrupt", 130, "", id="ctrl-c"),
    ],
)
def test_what_else_the_boundary_tells_apart(error: str, code: int, said: str) -> None:
    failed = fail(error)
    assert (failed.code, failed.out) == (code, "")
    assert said in failed.err
    assert "Traceback" not in failed.err


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("grimoire list --json | head -1", id="json"),
        pytest.param("grimoire list | head -1", id="table"),
        pytest.param("grimoire cast tldr --case willow --dry-run | head -1", id="dry-run"),
        pytest.param("grimoire show tldr | true", id="nobody-reads"),
    ],
)
def test_a_reader_that_goes_away_is_no_error(line: str) -> None:
    done = shell(line)
    assert (done.code, done.err) == (0, "")


def test_a_trial_whose_reader_goes_away_ends_without_a_traceback() -> None:
    done = shell("grimoire trial tldr blog-title --json | head -1")
    assert len(done.lines) == 1
    assert "Traceback" not in done.err
    assert "answered" not in done.err


@pytest.mark.parametrize(
    ("line", "code", "out"),
    [
        pytest.param("grimoire list --json >&-", 0, "", id="no-standard-output"),
        pytest.param("grimoire show none 2>&-", 2, "", id="no-standard-error"),
        pytest.param("grimoire show none 2>/dev/full", 2, "", id="standard-error-full"),
        pytest.param("grimoire cast tldr x --dry-run <&- | tail -c 16", 0, "in your answer.\n", id="no-standard-input"),
        pytest.param("grimoire trial tldr -m one <&-", 2, "", id="nobody-to-agree"),
    ],
)
def test_streams_that_are_not_there(backends: OpenAIServer, line: str, code: int, out: str) -> None:
    done = shell(line)
    assert (done.code, done.out) == (code, out)
    assert "bug" not in done.err
    assert "Traceback" not in done.err
    assert backends.count == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_is_told() -> None:
    done = shell("grimoire list > /dev/full")
    assert (done.code, done.out) == (2, "")
    assert done.err == "grimoire: cannot write to standard output: No space left on device\n"


def test_a_narrow_encoding_replaces_what_it_cannot_hold() -> None:
    done = run(["show", "blog-title", "-l", "zh", "--raw"], env={"PYTHONIOENCODING": "ascii"})
    assert (done.code, done.err) == (0, "")
    assert "[PROMPT]" in done.out
    assert done.out.isascii()


@pytest.mark.parametrize(
    ("env", "coloured"),
    [
        pytest.param({}, True, id="terminal"),
        pytest.param({"NO_COLOR": "1"}, False, id="no-color"),
        pytest.param({"TERM": "dumb"}, False, id="dumb"),
    ],
)
def test_colour_is_for_terminals_that_want_it(env: dict[str, str], coloured: bool) -> None:
    shown = run_on_terminal(["list", "--topic", "Writing"], env=env)
    assert shown.code == 0
    assert "tldr" in shown.out
    assert ("\x1b[" in shown.out) == coloured


def test_an_answer_streams_to_a_terminal_without_its_control_sequences(
    write_spell: Callable[..., Path], backends: OpenAIServer
) -> None:
    write_spell()
    backends.reply = Reply(text=HOSTILE + GOOD)
    shown = run_on_terminal(["cast", "mine", "willow trees", "-m", "one", "--raw"])
    assert shown.code == 0
    assert backends.bodies[0]["stream"] is True
    assert GOOD in shown.out
    assert not set("\x1b\x07\x9b\u202e\r") & set(shown.out)
    assert call(["history", "mine", "--json"]).json[0]["answer"] == HOSTILE + GOOD


def test_an_answer_in_a_pipe_is_the_answer_byte_for_byte(
    write_spell: Callable[..., Path], backends: OpenAIServer
) -> None:
    write_spell()
    backends.reply = Reply(text=HOSTILE)
    assert run(["cast", "mine", "willow trees", "-m", "one"]).out == HOSTILE + "\n"


def test_a_terminal_is_not_read_when_nothing_is_missing(write_spell: Callable[..., Path]) -> None:
    write_spell()
    shown = run_on_terminal(["cast", "mine", "oaks", "--dry-run"])
    assert shown.code == 0
    assert "about: oaks\n" in shown.out


def test_a_dash_reads_the_terminal(write_spell: Callable[..., Path]) -> None:
    write_spell()
    shown = run_on_terminal(["cast", "mine", "-", "--dry-run"], typed="typed elms\n\x04")
    assert shown.code == 0
    assert "about: typed elms\n" in shown.out


@pytest.mark.parametrize(
    ("typed", "requests"),
    [pytest.param("n\n", 0, id="no"), pytest.param("y\n", 1, id="yes"), pytest.param("\x04", 0, id="end")],
)
def test_at_a_terminal_a_trial_asks_first(
    write_spell: Callable[..., Path], backends: OpenAIServer, typed: str, requests: int
) -> None:
    write_spell()
    done = run_on_terminal(["trial", "mine", "-l", "en", "-m", "one"], typed=typed)
    assert "Go on?" in done.out
    assert backends.count == requests
    assert ("works" in done.out) == (requests == 1)
    assert "Traceback" not in done.out


def test_version_and_help() -> None:
    version = run(["--version"])
    assert (version.code, version.err) == (0, "")
    assert version.out.startswith("grimoire 0.")
    shown = run(["--help"])
    assert (shown.code, shown.err) == (0, "")
    commands = "list show search new lint schema cast translate trial status history backends doctor"
    assert all(command in shown.out for command in commands.split())


def test_what_needs_no_service_imports_none() -> None:
    code = (
        "import sys; from grimoire.cli.app import app; app(['list', '--json'], standalone_mode=False); "
        "print([name for name in ('openai', 'deepl', 'jsonschema') if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.returncode, done.stderr) == (0, "[]\n")
