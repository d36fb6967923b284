from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from grimoire.cli.chat_commands import read_command, unescaped
from tests.cli.conftest import GOOD, asked
from tests.cli.process import Result, call, run, run_on_terminal, shell_on_terminal
from tests.servers.openai_server import Body, OpenAIServer, Reply

AT_THE_PROMPT = "\x1b[?2004h"
"""What shows that typing is waited for: pastes are asked to be marked."""
PLAIN = {"PROMPT_TOOLKIT_NO_CPR": "1", "COLUMNS": "100", "LINES": "40"}
"""A terminal that is nobody's does not say where its cursor is, and is not to be asked."""
UP, ALT_ENTER, CTRL_C, CTRL_D = "\x1b[A", "\x1b\r", "\x03", "\x04"
CTRL_C_ONCE = f"\x0b{CTRL_C}"
"""With a key before it that does nothing, for a Ctrl-C alone is pressed again where nothing comes of it at once."""


@pytest.fixture(autouse=True)
def mine(write_spell: Callable[..., Path]) -> Path:
    return write_spell()


def counting(body: Body) -> Reply:
    """An answer that says how many messages it is to."""
    return Reply(text=f"Answer to {len(body['messages'])}.")


@pytest.fixture
def server_(backends: OpenAIServer) -> OpenAIServer:
    backends.reply = counting
    return backends


def chat(*args: str, typed: Sequence[str] = (), first: Sequence[tuple[str, str]] = ()) -> Result:
    """On a terminal, each thing typed when the prompt is there; then Ctrl-D."""
    answers = [*first, *((AT_THE_PROMPT, each) for each in (*typed, CTRL_D))]
    return run_on_terminal(["chat", *args], answers=answers, env=PLAIN)


def sent(server: OpenAIServer) -> list[list[str]]:
    """What each request's messages say, the spell's own in short."""
    return [
        ["SPELL" if m["content"].startswith("Write an article") else m["content"] for m in body["messages"]]
        for body in server.bodies
    ]


def entries() -> list[Any]:
    found: list[Any] = call(["log", "--json"]).json
    return found


def test_lines_that_are_piped_in_are_the_turns(server_: OpenAIServer) -> None:
    done = run(["chat", "mine", "-m", "one"], stdin="willow trees\n\nshorter\n更短\n")
    assert (done.code, done.out) == (0, "Answer to 1.\nAnswer to 3.\nAnswer to 5.\n")
    assert sent(server_)[2] == ["SPELL", "Answer to 1.", "shorter", "Answer to 3.", "更短"]
    assert "about: willow trees\n" in server_.bodies[0]["messages"][0]["content"]
    assert [(entry["kind"], entry["text"]) for entry in entries()] == [
        ("cast", "更短"),
        ("cast", "shorter"),
        ("cast", "willow trees"),
    ]
    assert {entry["conversation"] for entry in entries()} == {entries()[2]["run"]}


@pytest.mark.parametrize(
    ("args", "stdin", "expected"),
    [
        pytest.param(["mine", "willows"], "shorter\n", ["SPELL", "Answer to 1.", "shorter"], id="text-given"),
        pytest.param(["mine", "-p", "prompt=oaks"], "x\n", ["SPELL", "Answer to 1.", "x"], id="text-as-parameter"),
        pytest.param([], "hello\nagain\n", ["hello", "Answer to 1.", "again"], id="no-spell"),
        pytest.param(["mine", "willows"], "", ["SPELL"], id="nothing-more"),
        pytest.param(
            ["mine", "willows", "-s", "Be kind.\udcff"],
            "shorter\n",
            ["Be kind.?", "SPELL", "Answer to 2.", "shorter"],
            id="system",
        ),
        pytest.param(["mine", "willows"], "/quit\n", ["SPELL", "Answer to 1.", "/quit"], id="no-commands"),
        pytest.param(["mine", "willows"], "no end", ["SPELL", "Answer to 1.", "no end"], id="no-last-line-end"),
    ],
)
def test_what_is_said(server_: OpenAIServer, args: list[str], stdin: str, expected: list[str]) -> None:
    done = call(["chat", *args, "-m", "one"], stdin=stdin)
    assert done.code == 0, done.err
    assert sent(server_)[-1] == expected


def test_a_line_is_never_a_files_name(server_: OpenAIServer, folder: Path) -> None:
    (folder / "secret.txt").write_text("what nobody asked for", encoding="utf-8")
    for line in ("secret.txt", "@secret.txt", "@@secret.txt"):
        call(["chat", "mine", "-m", "one"], stdin=f"{line}\n{line}\n")
        spell, follow_up = server_.bodies[-2:]
        assert f"about: {line}\n" in asked(spell)
        assert asked(follow_up) == line


def test_a_turn_without_an_answer_ends_with_3_and_the_others_go_on(server_: OpenAIServer) -> None:
    server_.reply = lambda body: Reply(status=500) if asked(body) == "worse" else counting(body)
    done = run(["chat", "mine", "-m", "one"], stdin="willows\nworse\nshorter\n")
    assert (done.code, done.out) == (3, "Answer to 1.\nAnswer to 3.\n")
    assert "one/m1" in done.err
    assert sent(server_)[2] == ["SPELL", "Answer to 1.", "shorter"]
    assert [entry["error"] for entry in entries()] == [None, "fault", None]


@pytest.mark.parametrize(
    ("args", "stdin", "said"),
    [
        pytest.param(["mine", "-m", "one"], "", "a topic", id="no-text"),
        pytest.param(["-m", "one"], "\n", "nothing was said", id="nothing"),
        pytest.param(["mine", "x"], "", "no backend chosen", id="no-backend"),
        pytest.param(["mien", "x", "-m", "one"], "", "did you mean `mine`", id="no-spell"),
        pytest.param(["-m", "one"], b"\xff\xfe\n", "standard input is not UTF-8 text", id="not-utf-8"),
        pytest.param(["mine", "spells/mine.yaml", "grimoire.yaml", "-m", "one"], "", "one thing at a time", id="many"),
    ],
)
def test_what_cannot_begin_is_one_clear_line(
    server_: OpenAIServer, args: list[str], stdin: str | bytes, said: str
) -> None:
    done = call(["chat", *args], stdin=stdin)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert server_.count == 0


def test_a_conversation_is_gone_on_with_and_goes_on_elsewhere(server_: OpenAIServer) -> None:
    first = call(["cast", "mine", "willows", "-m", "two", "--json"]).json["run"]
    assert call(["chat", "--cid", first], stdin="shorter\n").code == 0
    assert sent(server_)[-1] == ["SPELL", "Answer to 1.", "shorter"]
    assert call(["chat", "more", "--cid", first]).code == 0
    assert sent(server_)[-1][-1] == "more"
    assert call(["cast", "and more", "--cid", first]).code == 0
    assert sent(server_)[-1] == ["SPELL", "Answer to 1.", "shorter", "Answer to 3.", "more", "Answer to 5.", "and more"]
    assert {body["model"] for body in server_.bodies} == {"m2"}


def test_with_no_log_a_chat_remembers_and_keeps_nothing(server_: OpenAIServer, clean_environment: Path) -> None:
    done = call(["chat", "mine", "-m", "one", "-n"], stdin="willows\nshorter\n")
    assert done.out == "Answer to 1.\nAnswer to 3.\n"
    assert not list(clean_environment.rglob("ledger*"))


def test_on_a_terminal_what_is_typed_is_said(server_: OpenAIServer) -> None:
    done = chat("mine", "willows", "-m", "one", typed=["shorter\r", "更短一点\r"])
    assert done.code == 0, done.out
    assert sent(server_)[2] == ["SPELL", "Answer to 1.", "shorter", "Answer to 3.", "更短一点"]
    assert "Answer to 5." in done.out
    assert "mine · one/m1 · /help" in done.out


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        pytest.param("one\\\rtwo\r", "one\ntwo", id="backslash"),
        pytest.param(f"one{ALT_ENTER}two\r", "one\ntwo", id="alt-enter"),
        pytest.param("\x1b[200~one\r\ntwo\nthree\x1b[201~\r", "one\ntwo\nthree", id="pasted"),
        pytest.param("柳树很高\x7f\x7f不高\r", "柳树不高", id="wide-characters-rubbed-out"),
        pytest.param("树\x01柳\r", "柳树", id="at-the-beginning"),
        pytest.param("//etc/hosts is what?\r", "/etc/hosts is what?", id="two-slashes"),
        pytest.param("/etc/hosts is what?\r", "/etc/hosts is what?", id="a-path"),
        pytest.param(f"/quit{ALT_ENTER}is a command\r", "/quit\nis a command", id="several-lines-are-no-command"),
        pytest.param("hello\x03again\r", "again", id="ctrl-c-clears-the-line"),
        pytest.param(f"{UP}\r", "an earlier text", id="what-was-said-another-day"),
        pytest.param(f"{UP}\x01Not \r", "Not an earlier text", id="edited"),
    ],
)
def test_what_is_typed(server_: OpenAIServer, typed: str, said: str) -> None:
    call(["cast", "mine", "an earlier text", "-m", "one"])
    keys = re.split(f"(?<={CTRL_C})", typed)
    done = chat("-m", "one", typed=keys)
    assert done.code == 0
    assert asked(server_.bodies[-1]) == said, done.out
    assert server_.count == 2


def test_ctrl_c_at_an_empty_prompt_leaves_the_second_time(server_: OpenAIServer) -> None:
    answers = [(AT_THE_PROMPT, key) for key in ("x\x03", CTRL_C_ONCE, "hello\r", CTRL_C_ONCE, CTRL_C_ONCE)]
    done = run_on_terminal(["chat", "-m", "one"], answers=answers, env=PLAIN)
    assert done.code == 0
    assert done.out.count("Ctrl-C once more, or Ctrl-D, leaves") == 2
    assert server_.count == 1


def test_ctrl_c_stops_an_answer_and_not_the_chat(server_: OpenAIServer) -> None:
    """What had come is on record and counts as said."""
    half = ("They grow ", "by the ")
    chunks = tuple({"id": "c", "choices": [{"index": 0, "delta": {"content": text}}]} for text in half)
    hanging = threading.Event()

    def reply(body: Body) -> Reply:
        if asked(body) == "stop":
            return Reply(chunks=chunks, done=False, rest=hanging)
        return counting(body)

    server_.reply = reply
    done = run_on_terminal(
        ["chat", "-m", "one", "--raw"],
        answers=[
            (AT_THE_PROMPT, "stop\r"),
            ("by the", CTRL_C_ONCE),
            (AT_THE_PROMPT, "go on\r"),
            (AT_THE_PROMPT, CTRL_D),
        ],
        env=PLAIN,
    )
    hanging.set()
    assert done.code == 0, done.out
    assert "cut off, on record (grimoire log); it counts as said: type on" in done.out
    assert "grimoire cast" not in done.out
    assert [message.strip() for message in sent(server_)[-1]] == ["stop", "They grow by the", "go on"]
    assert [(entry["error"], entry["answer"].strip()) for entry in entries()] == [
        (None, "Answer to 3."),
        ("interrupted", "They grow by the"),
    ]


def test_a_service_that_fails_ends_the_turn_and_not_the_chat(server_: OpenAIServer) -> None:
    server_.reply = lambda body: Reply(status=500) if asked(body) == "worse" else counting(body)
    done = chat("mine", "willows", "-m", "one", typed=["worse\r", "shorter\r"])
    assert done.code == 0
    assert sent(server_)[-1] == ["SPELL", "Answer to 1.", "shorter"]


def test_where_the_first_cast_failed_the_next_text_is_its_input_again(server_: OpenAIServer) -> None:
    server_.reply = lambda body: Reply(status=500) if "willows" in asked(body) else counting(body)
    chat("mine", "willows", "-m", "one", typed=["oaks\r", "shorter\r"])
    assert "about: oaks\n" in server_.bodies[1]["messages"][0]["content"]
    assert sent(server_)[2] == ["SPELL", "Answer to 1.", "shorter"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        pytest.param(["/help\r"], ["/model [BACKEND]", "/save FILE", "Ctrl-D leaves"], id="help"),
        pytest.param(["/hlep\r"], ["there is no /hlep", "did you mean /help?"], id="mistyped"),
        pytest.param(["/modle two\r"], ["did you mean /model?"], id="mistyped-with-argument"),
        pytest.param(["/model\r"], ["model: one/m1"], id="who-answers"),
        pytest.param(["/model onne\r"], ["did you mean `one`"], id="no-such-backend"),
        pytest.param(
            ["/save\r"], ["/save FILE: the last answer to a file that is not there yet"], id="lacks-an-argument"
        ),
        pytest.param(["/cast mien x\r"], ["did you mean `mine`"], id="no-such-spell"),
        pytest.param(["/id\r"], ["grimoire chat --cid 20"], id="id"),
        pytest.param(["/log\r"], ["grimoire log export 20"], id="log"),
        pytest.param(["/save /nowhere/at/all/x.md\r"], ["cannot write /nowhere/at/all/x.md"], id="not-to-be-written"),
        pytest.param(["/answer-in Klingonn\r"], ["no language is called"], id="no-such-language"),
    ],
)
def test_commands_answer_and_ask_nobody(
    server_: OpenAIServer, typed: list[str], said: list[str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    (folder / "nowhere").write_text("", encoding="utf-8")
    typed = [text.replace("/nowhere/at", str(folder / "nowhere/at")) for text in typed]
    done = chat("mine", "willows", "-m", "one", typed=typed)
    assert done.code == 0
    for part in said:
        assert part.replace("/nowhere/at", str(folder / "nowhere/at")) in done.out
    assert server_.count == 1


def test_commands_change_what_comes_next(server_: OpenAIServer) -> None:
    typed = ["/model two\r", "/tone formal\r", "/answer-in zh\r", "shorter\r", "/cast tldr oaks are tall\r", "/retry\r"]
    done = chat("mine", "willows", "-m", "one", typed=typed)
    assert [body["model"] for body in server_.bodies] == ["m1", "m2", "m2", "m2"]
    follow_up, another, again = server_.bodies[1:]
    assert asked(follow_up).startswith("shorter")
    assert "formal" in asked(follow_up)
    assert "oaks are tall" in asked(another)
    assert len(another["messages"]) == 5
    assert again["messages"] == another["messages"], "in place of its answer"
    assert [entry["after"] for entry in entries()] == [2, 2, 1, None]
    assert "tone: formal" in done.out


def test_another_spell_has_its_own_variables(server_: OpenAIServer) -> None:
    chat("mine", "willows", "-p", "1=experts", "-m", "one", typed=["/cast tldr oaks are tall\r"])
    assert "Audience: experts" in asked(server_.bodies[0])
    assert "oaks are tall" in asked(server_.bodies[1])


def test_the_first_spell_keeps_its_own_when_its_input_is_given_again(server_: OpenAIServer) -> None:
    server_.reply = lambda body: Reply(status=500) if "willows" in asked(body) else counting(body)
    chat("mine", "willows", "-p", "1=experts", "-m", "one", typed=["oaks\r"])
    assert "about: oaks\nAudience: experts" in asked(server_.bodies[1])


def test_the_last_answer_is_saved(server_: OpenAIServer, folder: Path) -> None:
    chat("mine", "willows", "-m", "one", typed=["/save out.md\r", "shorter\r", "/save two.md\r"])
    assert (folder / "out.md").read_text(encoding="utf-8") == "Answer to 1.\n"
    assert (folder / "two.md").read_text(encoding="utf-8") == "Answer to 3.\n"


def test_what_is_in_a_file_is_replaced_only_when_that_is_said(server_: OpenAIServer, folder: Path) -> None:
    (folder / "out.md").write_text("mine", encoding="utf-8")
    refused = chat("mine", "willows", "-m", "one", typed=["/save out.md\r"])
    assert "there is a file out.md already\n  /save! out.md replaces it" in refused.out
    assert (folder / "out.md").read_text(encoding="utf-8") == "mine"
    chat("mine", "willows", "-m", "one", typed=["/save! out.md\r"])
    assert (folder / "out.md").read_text(encoding="utf-8") == "Answer to 1.\n"


def test_help_names_all_that_leaves_and_what_goes_by_another_name(server_: OpenAIServer) -> None:
    shown = chat("-m", "one", typed=["/help\r"]).out
    for part in ("so does /log", "exit or quit alone on a line", "/save! FILE"):
        assert part in shown


def test_what_is_piped_in_never_leaves(server_: OpenAIServer) -> None:
    done = run(["chat", "-m", "one"], stdin="exit\nquit\n/quit\n")
    assert (done.code, sent(server_)[-1][::2]) == (0, ["exit", "quit", "/quit"])


def test_on_a_terminal_that_can_do_nothing_lines_are_typed(server_: OpenAIServer) -> None:
    answers = [("> ", "hello\r"), ("Answer to 1.", ""), ("> ", "/quit\r")]
    done = run_on_terminal(["chat", "-m", "one"], answers=answers, env={**PLAIN, "TERM": "dumb"})
    assert done.code == 0
    assert sent(server_) == [["hello"]]
    assert "\x1b" not in done.out
    assert run_on_terminal(["chat", "-m", "one"], answers=[("> ", CTRL_D)], env={**PLAIN, "TERM": "dumb"}).code == 0


@pytest.mark.parametrize("leave", ["/quit\r", "/q\r", "/exit\r", "exit\r", " Quit \r", CTRL_D])
def test_how_to_leave(server_: OpenAIServer, leave: str) -> None:
    answers = [(AT_THE_PROMPT, leave)]
    assert run_on_terminal(["chat", "-m", "one"], answers=answers, env=PLAIN).code == 0
    assert server_.count == 0


@pytest.mark.parametrize(
    ("begun", "completed", "expected"),
    [
        pytest.param("/he", "lp", "Alt-Enter", id="command"),
        pytest.param("/model tw", "o", "model: two/m2", id="backend"),
        pytest.param("/tone forma", "l", "tone: formal", id="tone"),
        pytest.param("/cast min", "e", "Answer to 1.", id="spell"),
    ],
)
def test_the_tab_key_completes_commands_and_what_they_take(
    server_: OpenAIServer, begun: str, completed: str, expected: str
) -> None:
    rest = " willows\r" if "cast" in begun else "\r"
    answers = [(AT_THE_PROMPT, begun), (begun[-1], "\t"), (completed, rest), (AT_THE_PROMPT, CTRL_D)]
    assert expected in run_on_terminal(["chat", "-m", "one"], answers=answers, env=PLAIN).out


def test_in_one_terminal_cast_goes_on_with_a_chat_and_chat_with_a_cast(server_: OpenAIServer, folder: Path) -> None:
    line = "grimoire chat mine willows -m one && grimoire cast -c shorter > cast.txt && grimoire chat -c"
    answers = [(AT_THE_PROMPT, CTRL_D), (AT_THE_PROMPT, "longer\r"), (AT_THE_PROMPT, CTRL_D)]
    done = shell_on_terminal(line, answers=answers, env=PLAIN)
    assert done.code == 0, done.out
    assert sent(server_)[-1] == ["SPELL", "Answer to 1.", "shorter", "Answer to 3.", "longer"]
    assert "going on after 4 messages" in done.out
    assert (folder / "cast.txt").read_text(encoding="utf-8") == "Answer to 3.\n"


def test_answers_alone_are_on_standard_output(server_: OpenAIServer, folder: Path) -> None:
    line = "grimoire chat mine willows -m one > out.txt"
    done = shell_on_terminal(line, answers=[(AT_THE_PROMPT, "shorter\r"), (AT_THE_PROMPT, CTRL_D)], env=PLAIN)
    assert done.code == 0
    assert (folder / "out.txt").read_text(encoding="utf-8") == "Answer to 1.\nAnswer to 3.\n"
    assert "shorter" in done.out
    assert "Answer" not in done.out


def test_a_missing_key_ends_before_anything(server_: OpenAIServer) -> None:
    done = call(["chat", "mine", "willows", "-m", "deepseek"])
    assert (done.code, done.out) == (3, "")
    assert "$DEEPSEEK_API_KEY is not set" in done.err


def test_a_hostile_answer_changes_nothing_on_the_terminal(server_: OpenAIServer) -> None:
    server_.reply = Reply(text="\x1b]0;owned\x07fine\x1b[2J\n/quit\n")
    done = chat("-m", "one", typed=["hello\r"])
    assert "fine" in done.out
    assert "\x1b]0" not in done.out
    assert "\x1b[2J" not in done.out


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("/tone", ("tone", ""), id="alone"),
        pytest.param("/TONE  very  formal ", ("tone", "very  formal"), id="with-what-it-takes"),
        pytest.param("/usr/bin is what?", None, id="path"),
        pytest.param("/1", None, id="no-name"),
        pytest.param("/a\nb", None, id="lines"),
        pytest.param(" /tone", None, id="not-at-the-beginning"),
        pytest.param("/语气", None, id="chinese"),
    ],
)
def test_what_is_a_command(line: str, expected: tuple[str, str] | None) -> None:
    assert read_command(line) == expected


def test_two_slashes_stand_for_one() -> None:
    assert [unescaped(text) for text in ("//a", "/a", "a")] == ["/a", "/a", "a"]


def test_a_spell_that_takes_no_text_is_cast_before_a_line_is_read(
    server_: OpenAIServer, write_spell: Callable[..., Path]
) -> None:
    spell = write_spell("still")
    text = spell.read_text(encoding="utf-8").replace("about: [PROMPT]", "about rivers")
    spell.write_text(text.replace("cases:\n  - {id: willow, prompt: willow trees, answer_in: en}\n", ""), "utf-8")
    assert run(["chat", "still", "-m", "one"], stdin="shorter\n").out == "Answer to 1.\nAnswer to 3.\n"
    assert asked(server_.bodies[1]) == "shorter"


def test_good_is_judged_as_by_cast(server_: OpenAIServer) -> None:
    server_.reply = Reply(text=GOOD)
    call(["chat", "mine", "-m", "one"], stdin="willow trees\nshorter\n")
    assert [entry["verdict"] for entry in entries()] == ["works", "works"]
