from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import GOOD, SECRETS, asked
from tests.cli.process import call, run
from tests.servers.openai_server import OpenAIServer, Reply

BAD_BYTES = b"willow \xff\xfe trees"


def filled(*args: str, stdin: str | bytes = b"") -> str:
    """What would be sent for the spell `mine`."""
    shown = call(["cast", "mine", "--dry-run", *args], stdin=stdin)
    assert (shown.code, shown.err) == (0, "")
    return shown.out


@pytest.fixture
def mine(write_spell: Callable[..., Path]) -> Path:
    return write_spell()


def test_the_answer_and_nothing_else(mine: Path, backends: OpenAIServer) -> None:
    cast = run(["cast", "mine", "willow trees", "-m", "one"])
    assert (cast.code, cast.out, cast.err) == (0, GOOD + "\n", "")
    assert backends.keys == [SECRETS["ONE_API_KEY"]]
    assert backends.bodies[0]["model"] == "m1"
    assert "stream" not in backends.bodies[0]


@pytest.mark.parametrize(
    ("args", "stdin", "expected"),
    [
        pytest.param(["willows"], "", "about: willows\n", id="argument"),
        pytest.param([], "willows\n", "about: willows\n", id="piped"),
        pytest.param(["-"], "willows\n", "about: willows\n", id="dash-is-stdin"),
        pytest.param(
            ["Shorten this:"], "willows\nand oaks\n\n", "about: Shorten this:\n\nwillows\nand oaks\n", id="both"
        ),
        pytest.param(["-p", "prompt=willows"], "", "about: willows\n", id="as-a-parameter"),
        pytest.param(["柳树"], "", "about: 柳树\n", id="chinese"),
        pytest.param(["[VARIABLE1] [PROMPT]"], "", "about: [VARIABLE1] [PROMPT]\n", id="never-read-as-a-template"),
        pytest.param(["--case", "willow"], "", "about: willow trees\n", id="case"),
        pytest.param(["--", "-p"], "", "about: -p\n", id="after-two-dashes"),
    ],
)
def test_where_the_text_comes_from(mine: Path, args: list[str], stdin: str, expected: str) -> None:
    assert expected in filled(*args, stdin=stdin)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        pytest.param([], "Audience: beginners. Tone: friendly", id="presets"),
        pytest.param(["-p", "1=experts"], "Audience: experts. Tone: friendly", id="number"),
        pytest.param(["-p", "2", "dry"], "Audience: beginners. Tone: dry", id="two-words"),
        pytest.param(["-p", "tone=dry"], "Audience: beginners. Tone: dry", id="label-in-any-case"),
        pytest.param(
            ["-p", "VARIABLE1=experts", "-p", "Tone=a=b"], "Audience: experts. Tone: a=b", id="name-and-equals-sign"
        ),
        pytest.param(["-p", "2=@tone.txt"], "Audience: beginners. Tone: out of a file", id="file"),
        pytest.param(["-p", "2=@@tone"], "Audience: beginners. Tone: @tone", id="at-sign"),
        pytest.param(["-p", "2="], "Audience: beginners. Tone: \n", id="empty"),
    ],
)
def test_parameters(mine: Path, folder: Path, args: list[str], expected: str) -> None:
    (folder / "tone.txt").write_text("out of a file\n", encoding="utf-8")
    assert expected in filled("x", *args)


@pytest.mark.parametrize(
    ("args", "stdin", "said"),
    [
        pytest.param(["-p", "1=kings"], "", "one of: beginners | experts", id="not-an-option"),
        pytest.param(["-p", "3=x"], "", "there are: 1 (Audience), 2 (Tone)", id="no-such-variable"),
        pytest.param(["-p", "tone"], "", "`tone` is not KEY=VALUE", id="no-value-but-an-option-after-it"),
        pytest.param(["-p", "2=@gone"], "", "2=@@gone", id="no-such-file"),
        pytest.param([], "", "a topic", id="no-text"),
        pytest.param(["x", "--case", "willow"], "", "exclude each other", id="text-and-case"),
        pytest.param(["-p", "prompt=x", "--case", "willow"], "", "exclude each other", id="text-as-parameter-and-case"),
        pytest.param(["--case", "willow"], "lost", "what is piped in has no place", id="piped-and-case"),
        pytest.param(["--case", "wilow"], "", "there are: willow", id="no-such-case"),
        pytest.param(["x"], BAD_BYTES, "standard input is not UTF-8 text", id="not-utf-8"),
        pytest.param(["x", "--answer-in", "Germann"], "", "did you mean 'german'", id="no-such-language"),
        pytest.param(["x", "--answer-in", "de,fr"], "", "no language is called", id="two-languages"),
    ],
)
def test_a_wrong_input_is_refused_before_anything_is_sent(
    mine: Path, backends: OpenAIServer, args: list[str], stdin: str | bytes, said: str
) -> None:
    refused = call(["cast", "mine", *args, "-m", "one"], stdin=stdin)
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err
    assert backends.count == 0


def test_not_utf_8_is_refused_in_the_c_locale_too(mine: Path) -> None:
    refused = run(["cast", "mine", "--dry-run"], stdin=BAD_BYTES, env={"LC_ALL": "C"})
    assert (refused.code, refused.out) == (2, "")
    assert "standard input is not UTF-8 text" in refused.err


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        pytest.param(["tdlr", "x", "-m", "one"], 2, "did you mean `tldr`", id="mistyped-spell"),
        pytest.param(["mine", "x", "-m", "onne"], 2, "did you mean `one`", id="mistyped-backend"),
        pytest.param(["mine", "x", "-m", "ollama"], 2, "name one: ollama/MODEL", id="no-model"),
        pytest.param(["mine", "x", "-m", "rehearsal/sampel"], 2, "sample", id="mistyped-rehearsal"),
        pytest.param(["mine", "x", "-m", "deepseek"], 3, "$DEEPSEEK_API_KEY is not set", id="no-key"),
        pytest.param(["mine", "x"], 2, "-m one ($ONE_API_KEY is set)", id="no-backend"),
        pytest.param(["mine", "x", "-l", "zh", "-m", "one"], 2, "grimoire translate mine --to zh", id="no-translation"),
    ],
)
def test_a_wrong_name_or_no_key(mine: Path, backends: OpenAIServer, args: list[str], code: int, said: str) -> None:
    refused = call(["cast", *args])
    assert (refused.code, refused.out) == (code, "")
    assert said in refused.err


def test_a_file_is_as_good_as_a_name(mine: Path, folder: Path) -> None:
    elsewhere = mine.rename(folder / "other.yaml")
    elsewhere.write_text(elsewhere.read_text(encoding="utf-8").replace("name: mine", "name: other"), encoding="utf-8")
    assert "about: oaks" in call(["cast", "other.yaml", "oaks", "--dry-run"]).out
    assert "about: oaks" in call(["cast", str(elsewhere), "oaks", "--dry-run"]).out


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        pytest.param("stream=true", "--no-stream", id="stream"),
        pytest.param("messages=3", "-s TEXT", id="messages"),
        pytest.param("model=zzz", "-m BACKEND/MODEL", id="model"),
    ],
)
@pytest.mark.parametrize(
    "command", [pytest.param(["cast", "mine", "willows"], id="cast"), pytest.param(["chat", "mine"], id="chat")]
)
def test_what_grimoire_says_of_a_request_is_no_parameter(
    mine: Path, backends: OpenAIServer, command: list[str], pair: str, said: str
) -> None:
    refused = call([*command, "-m", "one", "-O", "top_p=1", "-O", pair], stdin="")
    key = pair.partition("=")[0]
    assert (refused.code, refused.out) == (2, "")
    message, hint = refused.err.splitlines()
    assert message == f"grimoire: -O {key}: that is no parameter of the model's; Grimoire says it itself"
    assert said in hint
    assert backends.bodies == []


def test_system_options_language_and_usage_reach_the_service(backends: OpenAIServer) -> None:
    options = ["-O", "temperature=0.2", "-O", "max_tokens", "99", "-O", "stop=none", "-O", "logprobs=true"]
    options += ["-s", "Be kind.\udcff", "-u", "-m", "one/m9"]
    cast = call(["cast", "tldr", "-l", "zh", "--answer-in", "German", *options, "x"])
    body = backends.bodies[0]
    assert cast.code == 0
    assert {key: body[key] for key in ("model", "temperature", "max_tokens", "stop", "logprobs")} == {
        "model": "m9",
        "temperature": 0.2,
        "max_tokens": 99,
        "stop": "none",
        "logprobs": True,
    }
    assert body["messages"][0] == {"role": "system", "content": "Be kind.?"}, "bytes that are not UTF-8 can be sent"
    assert "德语" in asked(body)
    assert "夜班" in asked(body)
    assert "11 tokens in, 7 out" in cast.err


def test_json_holds_the_answer_its_verdict_and_what_was_sent(mine: Path, backends: OpenAIServer) -> None:
    cast = run(["cast", "mine", "willow trees", "-m", "two", "--json"])
    assert (cast.code, cast.err) == (0, "")
    said = cast.json
    assert (said["answer"], said["verdict"], said["backend"]) == (GOOD, "works", "two/m2")
    assert said["incantation"] == asked(backends.bodies[0])
    assert said["usage"] == {"prompt_tokens": 11, "completion_tokens": 7}
    assert said["cost"] == pytest.approx((11 * 1 + 7 * 2) / 1_000_000)
    assert {check["check"]: check["outcome"] for check in said["checks"]}["contains"] == "passed"


def test_an_answer_that_does_not_work_is_printed_all_the_same(mine: Path, backends: OpenAIServer) -> None:
    backends.reply = Reply(text="I'm sorry, but I can't help with that.")
    cast = call(["cast", "mine", "willow trees", "-m", "one"])
    assert (cast.code, cast.out) == (0, "I'm sorry, but I can't help with that.\n")
    assert "verdict: broken (refusal: " in cast.err


def test_an_answer_cut_off_is_continued(mine: Path, backends: OpenAIServer) -> None:
    parts = iter([Reply(text=GOOD[:50], finish_reason="length"), Reply(text=GOOD[50:])])
    backends.reply = lambda _: next(parts)
    assert call(["cast", "mine", "willow trees", "-m", "one"]).out == GOOD + "\n"
    assert backends.count == 2


def test_a_rehearsal_says_that_it_is_one() -> None:
    cast = run(["cast", "tldr", "--case", "willow", "-m", "rehearsal/sample"])
    assert (cast.code, cast.err) == (0, "note: a rehearsal; no model was asked\n")
    assert cast.out.startswith("TLDR: 林黛玉")


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        pytest.param(Reply(status=500), "fault", id="500"),
        pytest.param(Reply(status=429), "rate-limit", id="429"),
        pytest.param(Reply(status=401), "authentication", id="401"),
        pytest.param(Reply(drop="before"), "unreachable", id="connection-lost"),
    ],
)
def test_no_answer_ends_with_3_and_is_on_record(mine: Path, backends: OpenAIServer, reply: Reply, kind: str) -> None:
    backends.reply = reply
    cast = call(["cast", "mine", "willow trees", "-m", "one", "--json"])
    assert (cast.code, cast.out) == (3, "")
    assert "one/m1" in cast.err
    assert SECRETS["ONE_API_KEY"] not in cast.err
    (entry,) = call(["history", "mine", "--json"]).json
    assert (entry["kind"], entry["error"], entry["verdict"], entry["answer"]) == ("cast", kind, "error", "")


def test_what_was_cast_is_on_record_but_no_standing(mine: Path, backends: OpenAIServer) -> None:
    call(["cast", "mine", "willow trees", "-m", "one"])
    (entry,) = call(["history", "mine", "--json"]).json
    assert (entry["kind"], entry["answer"], entry["verdict"]) == ("cast", GOOD, "works")
    assert entry["incantation"] == asked(backends.bodies[0])
    assert call(["status", "--json"]).json == []


def test_a_dry_run_sends_nothing_and_needs_no_backend(mine: Path, server: OpenAIServer) -> None:
    shown = run(["cast", "mine", "oaks", "--dry-run"])
    assert (shown.code, shown.err) == (0, "")
    assert shown.out == "Write an article in English about: oaks\nAudience: beginners. Tone: friendly\n"
    assert call(["history", "mine", "--json"]).json == []


@pytest.mark.parametrize("json", [False, True])
def test_an_answer_the_ledger_cannot_take_is_printed_all_the_same(
    mine: Path, backends: OpenAIServer, tmp_path: Path, json: bool
) -> None:
    file = tmp_path / "ledger.db"

    def answer_and_ruin(_: object) -> Reply:
        with closing(sqlite3.connect(file)) as ledger:
            ledger.execute("DROP TABLE check_results")
            ledger.execute("DROP TABLE verdicts")
            ledger.execute("DROP TABLE answers")
        return Reply(text=GOOD)

    backends.reply = answer_and_ruin
    flags = ["--json"] if json else []
    done = call(["cast", "mine", "willow trees", "-m", "one", "--ledger", str(file), *flags])
    assert done.code == 2
    assert done.json == {"answer": GOOD} if json else done.out == GOOD + "\n"
    assert "the ledger" in done.err
    assert "Traceback" not in done.err
