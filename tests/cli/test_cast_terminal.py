"""`grimoire cast` on a real terminal: what is seen while an answer comes, and what is on record when it does not."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import GOOD
from tests.cli.process import CTRL_C, call, shell
from tests.cli.terminal import Speaker, Terminal, speaking
from tests.servers.openai_server import OpenAIServer, Reply

CAST = ["cast", "mine", "willow trees", "-m", "talk"]
COLOUR = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[0-9;]*)?m")
NOTE = 'cut off, on record (grimoire log); to go on: grimoire cast -c "go on"'


@pytest.fixture
def talk(folder: Path, monkeypatch: pytest.MonkeyPatch, write_spell: Callable[..., Path]) -> Iterator[Speaker]:
    """A backend `talk` that says what it is told to, and the spell `mine`, which no check finds wrong."""
    monkeypatch.setenv("TALK_API_KEY", "sk-talk-5ecre7")
    write_spell(**{"checks:\n  - contains: willow\n": "expectations: false\n"})
    with speaking() as (speaker, url):
        (folder / "grimoire.yaml").write_text(
            f"retries: 0\nbackends:\n  talk: {{base_url: '{url}', key_env: TALK_API_KEY, model: m}}\n", encoding="utf-8"
        )
        yield speaker


def entry() -> Any:
    """The one entry on record."""
    (found,) = call(["history", "mine", "--json"]).json
    return found


def answer(lines: list[str]) -> list[str]:
    """What is seen without the verdict on it, which is none of its business."""
    return [line for line in lines if not line.startswith(("verdict:", "  "))]


def test_markdown_is_rendered_while_it_comes(talk: Speaker) -> None:
    with Terminal(CAST) as terminal:
        talk.say("## Wil", "lows\n\nThe **wil")
        terminal.until("Willows", "The **wil")
        talk.say("low** grows.\n\n- 柳", "树\n- 垂杨柳\n")
        terminal.until("The willow grows.", "• 柳树")
        talk.say("\n```python\npri", "nt('柳')\n```\n")
        talk.finish()
        assert terminal.end() == 0
    assert answer(terminal.screen.lines) == [
        *("Willows", "", "The willow grows.", "", "• 柳树", "• 垂杨柳", "", "```python", "print('柳')", "```")
    ]
    assert ("w", "1") in terminal.screen.styled[2]
    assert COLOUR.search(terminal.raw)
    assert entry()["answer"].startswith("## Willows")


def test_every_line_of_it_fits_the_terminal(talk: Speaker, folder: Path) -> None:
    with (folder / "errors").open("wb") as errors, Terminal(CAST, columns=20, stderr=errors) as terminal:
        talk.say("林黛玉倒拔垂杨柳，这是一个关于力气的故事。", "And some words.\n\n| 名称 | n |\n|-|-|\n| 柳 | 1 |\n")
        talk.finish()
        assert terminal.end() == 0
    assert answer(terminal.screen.lines) == [
        *("林黛玉倒拔垂杨柳，这", "是一个关于力气的故", "事。And some words.", "", "名称  n", "───────", "柳    1")
    ]


def test_a_terminal_that_does_not_know_its_size_gets_finished_blocks(talk: Speaker) -> None:
    with Terminal(CAST, columns=0, rows=0) as terminal:
        talk.say("One **bold** block.\n\nAnd\n", "a **sec")
        terminal.until("One bold block.")
        talk.say("ond**.")
        talk.finish()
        assert terminal.end() == 0
    assert answer(terminal.screen.lines) == ["One bold block.", "", "And", "a second."]
    assert "\x1b[1A" not in terminal.raw


@pytest.mark.parametrize("reflow", [True, False])
@pytest.mark.parametrize(("columns", "rows"), [(30, 24), (100, 24), (60, 6)])
def test_another_size_in_the_middle_leaves_no_garbage(talk: Speaker, columns: int, rows: int, reflow: bool) -> None:
    text = "The willow stands by the river, and its long branches touch the water 柳树 when the wind blows over it."
    with Terminal(CAST, columns=60, rows=20, reflow=reflow) as terminal:
        talk.say(f"First.\n\n{text} ", "Then ")
        terminal.until("Then")
        terminal.resize(columns, rows)
        talk.say("came **the end**.")
        terminal.until("end.")
        talk.finish()
        assert terminal.end() == 0
    lines = answer(terminal.screen.lines)
    assert "".join(" ".join(lines).split()) == "".join(f"First. {text} Then came the end.".split())
    assert max(map(len, lines)) <= columns
    assert len(lines) >= 3 if columns == 100 else len(lines) >= 4


def test_another_size_is_drawn_for_while_nothing_comes(talk: Speaker) -> None:
    with Terminal(CAST, columns=60) as terminal:
        talk.say("The willow stands by the river, and its long branches")
        terminal.until("branches")
        terminal.resize(30, 24)
        terminal.until("The willow stands by the\nriver, and its long branches")
        talk.finish()
        assert terminal.end() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_in_the_middle_keeps_what_came(talk: Speaker, number: signal.Signals) -> None:
    with Terminal(CAST) as terminal:
        talk.say("The **willow** stands by ", "the riv")
        terminal.until("the riv")
        if number == signal.SIGINT:
            terminal.press(CTRL_C)
        else:
            terminal.process.send_signal(number)
        assert terminal.end() == 130
    assert terminal.screen.lines == ["The willow stands by the riv", NOTE]
    said = entry()
    assert (said["error"], said["answer"]) == ("interrupted", "The **willow** stands by the riv")


def test_a_signal_before_anything_came_is_on_record_too(talk: Speaker) -> None:
    with Terminal(CAST) as terminal:
        talk.asked.get(timeout=30)
        terminal.press(CTRL_C)
        terminal.until("cut off before anything came")
        assert terminal.end() == 130
    assert (entry()["error"], entry()["answer"]) == ("interrupted", "")


def test_nothing_is_on_record_where_nothing_is_to_be(talk: Speaker) -> None:
    with Terminal([*CAST, "--no-log"]) as terminal:
        talk.say("The willow")
        terminal.until("The willow")
        terminal.press(CTRL_C)
        assert terminal.end() == 130
    assert terminal.screen.lines == ["The willow", "cut off; nothing is on record"]
    assert call(["history", "mine", "--json"]).json == []


def test_keys_that_are_pressed_meanwhile_move_nothing(talk: Speaker) -> None:
    with Terminal(CAST) as terminal:
        talk.say("One.\n\nThe **wil")
        terminal.until("The **wil")
        terminal.press("ls\n\n")
        talk.say("low** stands.")
        terminal.until("The willow stands.")
        talk.finish()
        assert terminal.end() == 0
    assert answer(terminal.screen.lines) == ["One.", "", "The willow stands."]


def test_a_stream_that_breaks_keeps_what_came(talk: Speaker) -> None:
    with Terminal(CAST) as terminal:
        talk.say("The willow\n", "stands")
        terminal.until("stands")
        talk.hang_up()
        assert terminal.end() == 3
    assert terminal.screen.lines[:3] == ["The willow", "stands", NOTE.replace("cut", "broken")]
    assert "the answer broke off before its end" in terminal.text
    assert (entry()["error"], entry()["answer"]) == ("unreachable", "The willow\nstands")


def test_a_continued_answer_is_seen_without_seams(talk: Speaker) -> None:
    with Terminal([*CAST, "-u", "--raw"]) as terminal:
        talk.say("The willow stands by the ", "river, and its long bra")
        talk.finish("length")
        assert talk.asked.get(timeout=30) != talk.asked.get(timeout=30)
        talk.say("river, and ", "its long branches", " touch it.")
        talk.finish()
        assert terminal.end() == 0
    assert answer(terminal.screen.lines) == [
        "The willow stands by the river, and its long branches touch it.",
        *[line for line in terminal.screen.lines if "10 tokens in, 10 out" in line],
    ]
    assert len(entry()["parts"]) == 2


def test_without_colour_there_is_still_structure(talk: Speaker) -> None:
    with Terminal(CAST, env={"NO_COLOR": "1"}) as terminal:
        talk.say("## A\n\n`code` **bold**\n\n```python\nprint('x')\n```\n")
        talk.finish()
        assert terminal.end() == 0
    assert not COLOUR.search(terminal.raw)
    assert answer(terminal.screen.lines)[:3] == ["A", "", "code bold"]
    assert ("b", "1") in terminal.screen.styled[2]


@pytest.mark.parametrize(
    ("args", "env"), [pytest.param([], {"TERM": "dumb"}, id="dumb"), pytest.param(["--raw"], {}, id="raw")]
)
def test_plain_text_where_it_is_wanted_or_all_there_can_be(talk: Speaker, args: list[str], env: dict[str, str]) -> None:
    with Terminal([*CAST, *args], env=env) as terminal:
        talk.say("## A\n", "\n**bo", "ld** 柳")
        terminal.until("**bold** 柳")
        talk.finish()
        assert terminal.end() == 0
    assert answer(terminal.screen.lines) == ["## A", "", "**bold** 柳"]
    assert "\x1b" not in terminal.raw


def test_not_streamed_it_is_rendered_at_once(backends: OpenAIServer, write_spell: Callable[..., Path]) -> None:
    write_spell()
    backends.reply = Reply(text=f"## A\n\n**{GOOD}**\n")
    with Terminal(["cast", "mine", "willow trees", "-m", "one", "--no-stream"], columns=200) as terminal:
        assert terminal.end() == 0
    assert answer(terminal.screen.lines) == ["A", "", GOOD]
    assert "stream" not in backends.bodies[0]


@pytest.mark.parametrize("args", [[], ["--raw"]], ids=["rendered", "raw"])
def test_a_hostile_model_moves_nothing_and_leaves_no_litter(talk: Speaker, args: list[str]) -> None:
    pieces = [
        "A\x1b",
        "]0;ti",
        "tle\x07B",
        "\x1b[",
        "2",
        "JC\x1b]52;c;",
        "aGk=\x1b",
        "\\D\u202e",
        "E\x9b",
        "5AF\rG\x1b[?25",
        "lH",
    ]
    with Terminal([*CAST, *args]) as terminal:
        for piece in pieces:
            talk.say(piece)
        terminal.until("ABCDEFGH")
        talk.finish()
        assert terminal.end() == 0
    assert answer(terminal.screen.lines) == ["ABCDEFGH"]
    assert not re.search("[\x07\x9b\u202e]|\x1b\\]|\x1b\\[2J|25l", terminal.raw)


def test_notes_go_where_standard_error_goes(talk: Speaker, folder: Path) -> None:
    with (folder / "errors").open("wb") as errors, Terminal([*CAST, "-u"], stderr=errors) as terminal:
        talk.say("The **willow**")
        talk.finish()
        assert terminal.end() == 0
    assert terminal.screen.lines == ["The willow"]
    assert "5 tokens in, 5 out" in (folder / "errors").read_text(encoding="utf-8")


def test_a_block_that_is_taller_than_the_screen_is_there_in_the_end(talk: Speaker) -> None:
    rows = [f"| row {number} | {'x' * number} |" for number in range(1, 30)]
    with Terminal(CAST, rows=10) as terminal:
        talk.say("| a | b |\n|---|---|\n", *(f"{row}\n" for row in rows[:20]))
        terminal.until("row 20")
        talk.say(*(f"{row}\n" for row in rows[20:]))
        talk.finish()
        assert terminal.end() == 0
    shown = answer(terminal.screen.lines)
    assert [line.split()[1] for line in shown[2:]] == [str(number) for number in range(1, 30)]


def test_the_clipboard_of_the_terminal_where_there_is_no_tool(talk: Speaker, folder: Path) -> None:
    with Terminal([*CAST, "--copy", "--raw"], env={"PATH": str(folder)}) as terminal:
        talk.say("柳\x1b[31m\n")
        talk.finish()
        assert terminal.end() == 0
    assert "\x1b]52;c;5p+z\x07" in terminal.raw
    assert "copied by way of the terminal (OSC 52)" in terminal.text


def test_whoever_reads_only_the_beginning_ends_it_quietly(
    backends: OpenAIServer, write_spell: Callable[..., Path]
) -> None:
    write_spell()
    text = f"{GOOD}\n" * 20_000
    backends.reply = Reply(text=text)
    done = shell("set +o pipefail; grimoire cast mine 'willow trees' -m one | head -1; echo ${PIPESTATUS[0]}")
    assert done.out == f"{GOOD}\n0\n"
    assert "Traceback" not in done.err
    assert entry()["answer"] == text


def test_a_full_disk_is_told_once_and_the_answer_is_on_record(
    backends: OpenAIServer, write_spell: Callable[..., Path]
) -> None:
    write_spell()
    done = shell("grimoire cast mine 'willow trees' -m one > /dev/full")
    assert (done.code, done.err) == (2, "grimoire: cannot write to standard output: No space left on device\n")
    assert entry()["answer"] == GOOD
