from __future__ import annotations

import shlex
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grimoire.cli import terminals
from tests.cli.conftest import GOOD, SECRETS, asked
from tests.cli.process import PATIENCE, Result, call, shell, shell_on_terminal, started
from tests.servers.openai_server import Body, OpenAIServer, Reply

SHORT = "They grow by the water."
HOLDS = {"answered", "finished", "refusal", "repetition", "language"}


@pytest.fixture(autouse=True)
def mine(write_spell: Callable[..., Path]) -> Path:
    return write_spell()


@pytest.fixture
def first(backends: OpenAIServer) -> str:
    """A conversation with one answer; its id."""
    return str(cast("willow trees", "-m", "one", name="mine")["run"])


def cast(*args: str, name: str = "", code: int = 0, stdin: str = "") -> Any:
    done = call(["cast", *filter(None, [name]), *args, "--json"], stdin=stdin)
    assert done.code == code, done.err
    return done.json if code == 0 else done


def said(server: OpenAIServer) -> list[tuple[str, str]]:
    """The messages of the latest request, the spell's own in short."""
    messages = server.bodies[-1]["messages"]
    return [(m["role"], "SPELL" if m["content"].startswith("Write an article") else m["content"]) for m in messages]


def entries(*args: str) -> list[Any]:
    found: list[Any] = call(["log", "--json", *args]).json
    return found


def test_a_follow_up_is_sent_after_all_that_was_said(first: str, backends: OpenAIServer) -> None:
    backends.reply = Reply(text=SHORT)
    follow_up = cast("shorter", "--cid", first)
    assert said(backends) == [("user", "SPELL"), ("assistant", GOOD), ("user", "shorter")]
    assert (follow_up["answer"], follow_up["spell"], follow_up["backend"]) == (SHORT, "mine", "one/m1")
    cast("更短", "--cid", first)
    assert said(backends)[2:] == [("user", "shorter"), ("assistant", SHORT), ("user", "更短")]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(lambda first, _: first, id="run"),
        pytest.param(lambda first, _: first[:-2], id="beginning-of-a-run"),
        pytest.param(lambda _, second: second, id="a-later-run-of-it"),
        pytest.param(lambda _, __: "2", id="number-of-the-last-answer"),
        pytest.param(lambda _, __: "last", id="last"),
    ],
)
def test_a_conversation_goes_by_many_names(first: str, backends: OpenAIServer, name: Callable[[str, str], str]) -> None:
    second = cast("shorter", "--cid", first)["run"]
    cast("again", "--cid", name(first, second))
    assert [text for _, text in said(backends)] == ["SPELL", GOOD, "shorter", GOOD, "again"]
    assert [entry["conversation"] for entry in entries()] == [first] * 3
    assert [entry["after"] for entry in entries()] == [2, 1, None]


def test_an_answers_number_goes_on_from_that_answer(first: str, backends: OpenAIServer) -> None:
    cast("shorter", "--cid", first)
    cast("longer", "--cid", "1")
    assert [text for _, text in said(backends)] == ["SPELL", GOOD, "longer"]


def test_after_a_failure_the_branch_is_kept_that_it_was_on(first: str, backends: OpenAIServer) -> None:
    cast("shorter", "--cid", first)
    cast("longer", "--cid", "1")
    backends.reply = Reply(status=500)
    cast("in verse", "--cid", "2", code=3)
    backends.reply = Reply(text=SHORT)
    for name in (first, "4"):  # the conversation, and the failure itself
        cast("in prose", "--cid", name, "--no-log")
        assert [text for _, text in said(backends)] == ["SPELL", GOOD, "shorter", GOOD, "in prose"]


def test_what_was_set_holds_until_it_is_set_anew(backends: OpenAIServer) -> None:
    options = ["-O", "temperature=0.2", "-s", "Be kind.", "--tone", "formal", "-m", "two"]
    first = cast("willows", *options, name="mine")["run"]
    cast("shorter", "--cid", first)
    body = backends.bodies[-1]
    assert (body["model"], body["temperature"], body["messages"][0]) == (
        "m2",
        0.2,
        {"role": "system", "content": "Be kind."},
    )
    assert "formal" in asked(body)
    cast("and now", "--cid", first, "-m", "one", "-O", "temperature=1", "-s", "Be brief.", "--tone", "casual")
    body = backends.bodies[-1]
    assert (body["model"], body["temperature"]) == ("m1", 1)
    assert [m["content"] for m in body["messages"] if m["role"] == "system"] == ["Be brief."]
    assert "casual" in asked(body)
    assert "formal" not in asked(body)
    cast("and then", "--cid", first)
    assert (backends.bodies[-1]["model"], backends.bodies[-1]["temperature"]) == ("m1", 1)
    assert "casual" in asked(backends.bodies[-1])


def test_another_spell_can_be_cast_in_a_conversation(first: str, backends: OpenAIServer) -> None:
    follow_up = cast("--cid", first, "oaks", name="tldr")
    assert [role for role, _ in said(backends)] == ["user", "assistant", "user"]
    assert (follow_up["spell"], entries()[0]["conversation"]) == ("tldr", first)


@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        pytest.param(Reply(status=500), [], id="nothing-came"),
        pytest.param(Reply(text=""), [], id="an-empty-answer"),
        pytest.param(Reply(text=SHORT), ["worse", SHORT], id="an-answer"),
    ],
)
def test_a_turn_that_brought_nothing_is_as_if_it_had_not_been(
    first: str, backends: OpenAIServer, reply: Reply, kept: list[str]
) -> None:
    backends.reply = reply
    call(["cast", "worse", "--cid", first])
    backends.reply = Reply(text=SHORT)
    cast("shorter", "--cid", first)
    assert [text for _, text in said(backends)] == ["SPELL", GOOD, *kept, "shorter"]


def test_what_came_of_an_answer_that_was_cut_off_counts_as_said(first: str, backends: OpenAIServer) -> None:
    parts = iter([Reply(text="They grow ", finish_reason="length"), Reply(status=500)])
    backends.reply = lambda _: next(parts)
    cast("shorter", "--cid", first, code=3)
    assert [(entry["error"], entry["answer"]) for entry in entries("-n", "1")] == [("fault", "They grow ")]
    backends.reply = Reply(text=SHORT)
    cast("go on", "--cid", first)
    assert [text for _, text in said(backends)] == ["SPELL", GOOD, "shorter", "They grow ", "go on"]


def test_where_nothing_was_answered_there_is_nothing_to_go_on_with(backends: OpenAIServer) -> None:
    backends.reply = Reply(status=500)
    cast("willows", "-m", "one", name="mine", code=3)
    for given in ("1", "last", entries()[0]["run"]):
        refused = call(["cast", "shorter", "--cid", given])
        assert (refused.code, refused.out) == (2, "")
        assert "to go on" in refused.err


def test_of_several_answers_one_has_to_be_named(backends: OpenAIServer) -> None:
    many = call(["cast", "mine", "willow trees", "-m", "one", "-m", "two", "--json"])
    run_id = many.lines[0]["run"]
    refused = call(["cast", "shorter", "--cid", run_id])
    assert refused.code == 2
    assert "several questions were asked at once" in refused.err
    assert "1 (en, one/m1: willow trees), 2 (en, two/m2: willow trees)" in refused.err
    follow_up = cast("shorter", "--cid", "2")
    assert follow_up["backend"] == "two/m2"
    assert entries("-n", "1")[0]["conversation"] == run_id
    cast("once more", "--cid", run_id)
    assert [text for _, text in said(backends)] == ["SPELL", GOOD, "shorter", GOOD, "once more"]


def test_where_one_of_several_was_answered_it_is_the_one(backends: OpenAIServer) -> None:
    backends.reply = lambda body: Reply(text=GOOD) if body["model"] == "m2" else Reply(status=500)
    many = call(["cast", "mine", "willow trees", "-m", "one", "-m", "two", "--json"])
    assert many.code == 3
    assert cast("shorter", "--cid", many.lines[0]["run"])["backend"] == "two/m2"


def test_after_a_chain_its_last_step_is_gone_on_from(backends: OpenAIServer, folder: Path) -> None:
    (folder / "spells" / "both.yaml").write_text(
        "name: both\nhint: a tree\nchain:\n  - spell: mine\n  - spell: tldr\n", encoding="utf-8"
    )
    backends.reply = lambda body: Reply(text=SHORT if "equals signs" in asked(body) else GOOD)
    assert call(["cast", "both", "willow trees", "-m", "one"]).code == 0
    follow_up = cast("shorter", "--cid", entries()[0]["run"])
    assert [text for _, text in said(backends)][1:] == [SHORT, "shorter"]
    assert follow_up["spell"] == "tldr"


@pytest.mark.parametrize(
    ("answer", "options", "verdict"),
    [
        pytest.param("Trees. " * 40 + "They are tall, and so it goes.", [], "broken", id="no-end-of-the-same"),
        pytest.param(" ".join(f"Lamp {n} shines over harbour {n}." for n in range(60)), [], "works", id="no-subject"),
        pytest.param(GOOD, [], "works", id="what-was-there-before"),
        pytest.param("shorter", [], "works", id="the-follow-up-itself"),
        pytest.param("柳树立在河边，长长的枝条拂过水面，风从山谷那边吹来。", [], "works", id="another-language"),
        pytest.param(
            "柳树立在河边，长长的枝条拂过水面，风从山谷那边吹来。",
            ["--answer-in", "en"],
            "broken",
            id="not-the-dials-language",
        ),
        pytest.param("I'm sorry, but I can't help with that.", [], "broken", id="refusal"),
        pytest.param(
            "I'm not able to assist with that request. Could you please provide another text?",
            [],
            "broken",
            id="refusal-that-asks-back",
        ),
        pytest.param("Which part should I shorten?", [], "works", id="a-question-back"),
        pytest.param(
            "Sure! Could you please provide the text you would like me to shorten?", [], "works", id="asks-for"
        ),
        pytest.param("I need more information before I can go on: how short is it to be?", [], "works", id="puts-off"),
        pytest.param("好的！请提供您想缩短的文字。", [], "works", id="asks-for-in-Chinese"),
        pytest.param("抱歉，我无法满足这个请求。", [], "broken", id="refusal-in-Chinese"),
        pytest.param("", [], "broken", id="nothing"),
    ],
)
def test_a_follow_up_is_judged_by_what_holds_whatever_was_said_before(
    first: str, backends: OpenAIServer, answer: str, options: list[str], verdict: str
) -> None:
    backends.reply = Reply(text=answer)
    found = cast("shorter", "--cid", first, *options)
    assert found["verdict"] == verdict, found["checks"]
    assert {check["check"] for check in found["checks"]} <= {
        "answered",
        "finished",
        "refusal",
        "repetition",
        "language",
    }


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(["-c", "--cid", "1"], "exclude each other", id="both"),
        pytest.param(["--cid", "20"], "several casts begin with `20`", id="several"),
        pytest.param(["--cid", "19"], "no cast `19`", id="none-such"),
    ],
)
def test_what_names_no_conversation_is_one_clear_line(
    first: str, backends: OpenAIServer, args: list[str], said: str
) -> None:
    cast("willow trees", "-m", "one", name="mine")
    refused = call(["cast", "shorter", *args])
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err
    assert backends.count == 2


def test_without_a_ledger_nothing_is_made_only_to_look(backends: OpenAIServer, tmp_path: Path) -> None:
    refused = call(["cast", "shorter", "--cid", "1", "--ledger", "new/ledger.sqlite"])
    assert (refused.code, refused.out) == (2, "")
    assert "no cast is on record yet" in refused.err
    assert not (tmp_path / "new").exists()


def test_without_a_terminal_there_is_no_last_conversation(first: str) -> None:
    with started(["cast", "-c", "shorter"]) as alone:
        out, err = alone.communicate(timeout=PATIENCE)
    assert (alone.returncode, out) == (2, b"")
    assert b"no terminal here" in err
    assert b"--cid ID" in err


def test_a_follow_up_of_nothing_is_refused(first: str, backends: OpenAIServer) -> None:
    assert call(["cast", "--cid", first, "  "]).code == 2
    assert backends.count == 1


def test_bytes_that_are_no_text_are_not_sent(first: str, backends: OpenAIServer) -> None:
    cast("sho\udcffrter", "--cid", first)
    assert asked(backends.bodies[-1]) == "sho?rter"


def test_a_key_among_the_parameters_is_not_on_record(backends: OpenAIServer, clean_environment: Path) -> None:
    secret = SECRETS["TWO_API_KEY"]
    first = cast("willows", "-m", "one", "-O", f"api_key={secret}", name="mine")["run"]
    held = b"".join(path.read_bytes() for path in clean_environment.rglob("ledger.sqlite*"))
    assert b"willows" in held
    assert secret.encode() not in held
    cast("shorter", "--cid", first)
    assert "api_key" not in backends.bodies[-1]


def test_with_no_log_a_conversation_is_read_and_nothing_written(first: str, backends: OpenAIServer) -> None:
    assert cast("shorter", "--cid", first, "--no-log")["answer"] == GOOD
    assert [text for _, text in said(backends)] == ["SPELL", GOOD, "shorter"]
    assert len(entries()) == 1


@pytest.mark.parametrize("args", [["willow trees", "-m", "one"], ["--each-line", "-m", "one"]], ids=["one", "many"])
def test_with_no_log_nothing_is_on_the_disk(
    backends: OpenAIServer, clean_environment: Path, args: list[str], folder: Path
) -> None:
    before = sorted(folder.iterdir())
    done = call(["cast", "mine", *args, "--no-log"], stdin="" if "willow trees" in args else "willows\noaks\n")
    assert done.code == 0, done.err
    assert GOOD in done.out
    assert not list(clean_environment.rglob("*ledger*"))
    assert sorted(folder.iterdir()) == before


def test_a_conversation_that_is_too_long_is_told_as_the_service_tells_it(first: str, backends: OpenAIServer) -> None:
    said = "This model's maximum context length is 8192 tokens, and your messages are 9001."
    backends.reply = Reply(status=400, error={"message": said, "code": "context_length_exceeded", "type": "invalid"})
    refused: Result = cast("shorter", "--cid", first, code=3)
    assert said in refused.err


TERMINAL = """
grimoire cast mine 'willow trees' -m one > one.txt 2> /dev/null
grimoire cast -c shorter < /dev/null 2> err.txt | cat > two.txt
printf 'again' | grimoire cast -c - > three.txt 2>> err.txt
(grimoire cast -c 'in a subshell' > four.txt 2>> err.txt)
"""


def test_the_last_conversation_is_that_of_the_terminal(backends: OpenAIServer, folder: Path) -> None:
    def reply(body: Body) -> Reply:
        return Reply(text=f"{GOOD} ({len(body['messages'])})")

    backends.reply = reply
    done = shell_on_terminal(TERMINAL)
    assert done.code == 0, done.out + (folder / "err.txt").read_text(encoding="utf-8")
    assert [len(body["messages"]) for body in backends.bodies] == [1, 3, 5, 7]
    assert (folder / "four.txt").read_text(encoding="utf-8") == f"{GOOD} (7)\n"
    other = shell_on_terminal("grimoire cast -c shorter")
    assert other.code == 2
    assert "nothing was cast in this terminal yet" in other.out
    assert len(entries("-n", "9")) == 4


def python(code: str) -> str:
    """A program, as a word of shell."""
    return shlex.join([sys.executable, "-c", f"from grimoire.cli import terminals; print(terminals.{code}())"])


@pytest.mark.parametrize("code", ["terminal_id", "_by_proc", "_by_ps"])
def test_the_terminal_of_a_program_is_that_of_its_shell_and_of_no_other(code: str) -> None:
    show = python(code)
    line = f"{show}; {show} < /dev/null 2>&1 | cat; ({show}); bash -c {shlex.quote(show)}"
    here, there = (set(shell_on_terminal(line).out.splitlines()) for _ in range(2))
    assert (len(here), len(there)) == (1, 1), (here, there)
    assert here != there
    assert shell(f"setsid -w {show}").out in {"\n", "()\n"}


def test_a_first_cast_that_failed_names_the_conversation_before_it(backends: OpenAIServer) -> None:
    backends.reply = lambda body: Reply(status=500) if "oaks" in asked(body) else Reply(text=GOOD)
    line = "grimoire cast mine willows -m one && ! grimoire cast mine oaks -m one && grimoire cast -c shorter"
    done = shell_on_terminal(line)
    assert done.code == 2
    assert "brought no answer" in done.out
    assert "the one before it: --cid 1" in done.out


def test_without_the_system_a_process_is_told_from_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(terminals, "_PROC", tmp_path)
    (tmp_path / "self").mkdir()
    (tmp_path / "self" / "stat").write_text(f"7 (sh) ) S 1 7 9 34816 {'0 ' * 40}", encoding="utf-8")
    assert terminals.terminal_id() == "", "its leader is not to be seen"
    (tmp_path / "9").mkdir()
    stat = "9 (a (b) c) S 1 9 9 34816 " + " ".join(str(n) for n in range(40))
    (tmp_path / "9" / "stat").write_text(stat, encoding="utf-8")
    one = terminals.terminal_id()
    (tmp_path / "9" / "stat").write_text(stat.replace(" 14 ", " 15 "), encoding="utf-8")
    assert one
    assert terminals.terminal_id() not in {"", one}, "a number given out again is not the same session"
    (tmp_path / "self" / "stat").write_text("7 (sh) S 1 7 9 0 " + "0 " * 40, encoding="utf-8")
    assert terminals.terminal_id() == "", "no terminal"


def test_what_a_run_keeps_of_a_call(first: str, clean_environment: Path) -> None:
    cast("shorter", "--cid", first)
    [path] = clean_environment.rglob("ledger.sqlite")
    with sqlite3.connect(path) as ledger:
        [plan] = ledger.execute(
            "SELECT json_extract(plan, '$.conversation') || ' ' || json_extract(plan, '$.after') "
            "FROM runs ORDER BY number DESC LIMIT 1"
        ).fetchone()
    ledger.close()
    assert plan == f"{first} 1"
