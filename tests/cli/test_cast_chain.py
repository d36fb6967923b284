"""A chain: each step asked once, with the answer before it; stopped where there is none; gone on with from there."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import pytest

from tests.cli.chains import CHAIN, answer, entries, unfinished, write, write_all
from tests.cli.conftest import asked
from tests.cli.process import call, run, run_on_terminal, started, wait_until
from tests.servers.openai_server import OpenAIServer, Reply


@pytest.fixture(autouse=True)
def service(folder: Path, backends: OpenAIServer) -> OpenAIServer:
    write_all(folder)
    backends.reply = answer
    return backends


def test_each_step_gets_the_answer_of_the_one_before_and_the_last_answer_alone_is_the_result(
    service: OpenAIServer, folder: Path
) -> None:
    done = run(CHAIN)
    assert (done.code, done.out) == (0, "An oak stands by the road, and its branches give shade to travellers.\n")
    assert done.err == "1/2 first: works, 18 tokens\n2/2 second: works, 18 tokens\n"
    first, second = map(asked, service.bodies)
    assert first == "FIRST of willow trees at small in English"
    assert second == "SECOND of A willow stands by the river, and its branches touch the water. in English"
    assert [(each.spell, each.verdict) for each in entries(folder)] == [("first", "works"), ("second", "works")]
    assert unfinished(folder) == [False]


def test_the_steps_are_judged_by_their_own_spells(service: OpenAIServer, folder: Path) -> None:
    service.reply = Reply(text="A willow stands by the river, and its branches touch the water.")
    done = call(CHAIN)
    assert [each.verdict for each in entries(folder)] == ["works", "broken"]
    assert "2/2 second: broken" in done.err
    assert done.code == 0


def test_json_is_one_object_with_every_step() -> None:
    done = call([*CHAIN, "--json"])
    assert done.json["answer"].startswith("An oak")
    assert (done.json["spell"], done.json["verdict"], done.json["error"]) == ("both", "works", None)
    assert [(step["spell"], step["verdict"]) for step in done.json["steps"]] == [
        ("first", "works"),
        ("second", "works"),
    ]
    assert all(step["incantation"] for step in done.json["steps"])


def test_usage_is_that_of_the_last_step_and_of_all() -> None:
    done = call([*CHAIN, "-u"])
    assert "11 tokens in, 7 out" in done.err
    assert "in all 22 tokens in, 14 out" in done.err
    assert "USD" in done.err.splitlines()[-1]


def test_an_answer_is_never_read_as_template(service: OpenAIServer) -> None:
    said = "A willow named [PROMPT] and [INPUT] and [VARIABLE1] stands by the river in the valley."
    service.reply = lambda body: Reply(text=said if "FIRST" in asked(body) else "An oak stands by the road and waits.")
    call(CHAIN)
    assert asked(service.bodies[1]) == f"SECOND of {said} in English"


def test_what_a_model_thought_is_not_handed_on(service: OpenAIServer) -> None:
    thought = "<think>A willow? Perhaps.</think>\nA willow stands by the river and touches the water."
    service.reply = lambda body: Reply(text=thought) if "FIRST" in asked(body) else answer(body)
    call(CHAIN)
    assert "Perhaps" not in asked(service.bodies[1])


def test_a_step_says_with_what_it_is_cast(service: OpenAIServer, folder: Path) -> None:
    steps = (
        "chain:\n"
        "  - {spell: first, with: [loud], variables: {Size: large}, answer_in: zh}\n"
        "  - {spell: second, language: zh, prompt: 'Of [INPUT]: [PROMPT]'}"
    )
    write(folder, "both", steps)
    call(CHAIN)
    first, second = map(asked, service.bodies)
    assert first == "LOUD very\n\nFIRST of willow trees at large in Chinese\n"
    assert second.startswith("第二步：Of willow trees: A willow")


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        pytest.param(["-p", "1.Size=large"], "FIRST of willow trees at large in English", id="by-number"),
        pytest.param(["-p", "first.1=large"], "FIRST of willow trees at large in English", id="by-name"),
        pytest.param(["-l", "zh"], "第一步：willow trees小，用中文", id="in-chinese"),
        pytest.param(["-l", "zh", "-p", "first.大小=大"], "第一步：willow trees大，用中文", id="in-chinese-by-label"),
        pytest.param(["-l", "zh", "-p", "1.Size=large"], "第一步：willow trees大，用中文", id="an-english-option"),
        pytest.param(["--answer-in", "fr"], "FIRST of willow trees at small in French", id="answer-in"),
        pytest.param(["-p", "1.size=@size.txt"], "FIRST of willow trees at large in English", id="from-a-file"),
    ],
)
def test_what_is_given_to_a_step(service: OpenAIServer, folder: Path, given: list[str], sent: str) -> None:
    (folder / "size.txt").write_text("large", encoding="utf-8")
    call([*CHAIN, *given])
    assert asked(service.bodies[0]) == sent


def test_a_chain_of_chains_asks_their_steps(service: OpenAIServer, folder: Path) -> None:
    write(
        folder, "whole", "chain:\n  - {spell: both, prompt: 'inner [PROMPT]'}\n  - {spell: second, prompt: '[INPUT]'}"
    )
    done = call(["cast", "whole", "willow trees", "-m", "one", "-p", "3.prompt=x"])
    assert (done.code, service.count) == (2, 0)
    done = call(["cast", "whole", "willow trees", "-m", "one", "-p", "first.Size=large"])
    assert [line.partition(":")[0] for line in done.err.splitlines()] == ["1/3 first", "2/3 second", "3/3 second"]
    sent = [asked(body) for body in service.bodies]
    assert sent[0] == "FIRST of inner willow trees at large in English"
    assert sent[1].startswith("SECOND of A willow stands")
    assert sent[2] == "SECOND of willow trees in English"


def test_the_first_step_gets_what_is_piped_in_and_every_one_the_page(service: OpenAIServer, folder: Path) -> None:
    write(folder, "page", "prompt: 'PAGE [CRAWLEDTEXT]: [PROMPT]'")
    write(folder, "both", "chain: [{spell: page}, {spell: page}]")
    refused = call(CHAIN)
    assert (refused.code, service.count) == (2, 0)
    assert "no value for [CRAWLEDTEXT]" in refused.err
    call(["cast", "both", "-m", "one", "-p", "crawledtext=the page"], stdin="a question\n")
    assert [asked(body) for body in service.bodies] == [
        "PAGE the page: a question",
        "PAGE the page: An oak stands by the road, and its branches give shade to travellers.",
    ]


def test_a_chain_whose_first_step_takes_no_text_is_given_none(service: OpenAIServer, folder: Path) -> None:
    write(folder, "alone", "prompt: 'FIRST of [VARIABLE1:Tree:elms][VARIABLE1] at all'")
    write(folder, "both", "chain: [{spell: alone}, {spell: second}]")
    refused = call(CHAIN)
    assert (refused.code, service.count, "`both` takes no text" in refused.err) == (2, 0, True)
    assert call(["cast", "both", "-m", "one", "-p", "1.Tree=oaks"]).code == 0
    assert asked(service.bodies[0]) == "FIRST of oaks at all"


BAD = {
    "empty": Reply(text=""),
    "cut-off": Reply(text="A willow stands by the river and its", finish_reason="length"),
    "refusal": Reply(text="I'm sorry, but I can't help with that request."),
}


@pytest.mark.parametrize("name", BAD)
def test_a_step_with_nothing_to_go_on_from_stops_the_chain_and_is_asked_again_to_go_on(
    service: OpenAIServer, folder: Path, name: str
) -> None:
    service.reply = BAD[name]
    stopped = call([*CHAIN, "--json"])
    before = service.count
    assert (stopped.code, stopped.json["answer"]) == (1, None)
    assert "1/2 first gave nothing to go on from" in stopped.err
    assert "grimoire cast both 'willow trees' -m one --ledger l.db --json --resume" in stopped.err
    assert unfinished(folder) == [True]
    assert {each.spell for each in entries(folder)} == {"first"}
    service.reply = answer
    done = call([*CHAIN, "--resume"])
    assert (done.code, done.out.startswith("An oak"), service.count - before) == (0, True, 2)
    assert unfinished(folder) == [False]


def test_a_plain_stop_leaves_standard_output_empty(service: OpenAIServer) -> None:
    service.reply = BAD["empty"]
    stopped = call(CHAIN)
    assert (stopped.code, stopped.out) == (1, "")


def test_an_unfit_last_answer_is_the_answer_all_the_same(service: OpenAIServer) -> None:
    service.reply = lambda body: answer(body) if "FIRST" in asked(body) else BAD["refusal"]
    done = call(CHAIN)
    assert (done.code, done.out) == (0, "I'm sorry, but I can't help with that request.\n")
    assert "verdict: broken" in done.err


def test_what_was_answered_before_a_failure_is_not_paid_for_again(service: OpenAIServer, folder: Path) -> None:
    service.reply = lambda body: answer(body) if "FIRST" in asked(body) else Reply(status=400)
    failed = call(CHAIN)
    assert (failed.code, failed.out, service.count) == (3, "", 2)
    assert failed.err.index("HTTP 400") < failed.err.index("stopped after 1 answer; go on")
    assert failed.err.count("HTTP 400") == 1
    assert "--resume" in failed.err
    assert unfinished(folder) == [True]
    service.reply = answer
    done = call([*CHAIN, "--resume"])
    assert (done.code, service.count) == (0, 3)
    assert done.out.startswith("An oak")
    assert done.err.splitlines()[0] == "1/2 first: on record already"
    assert unfinished(folder) == [False]


def test_there_is_nothing_to_resume_for_another_input(service: OpenAIServer) -> None:
    service.reply = BAD["empty"]
    call(CHAIN)
    other = call(["cast", "both", "oaks", "-m", "one", "--ledger", "l.db", "--resume"])
    assert (other.code, other.out) == (2, "")
    assert "no unfinished cast of `both` has an answer to this input" in other.err


def test_ctrl_c_in_the_middle_keeps_what_is_paid_for(service: OpenAIServer, folder: Path) -> None:
    hold = threading.Event()
    service.reply = lambda body: answer(body) if "FIRST" in asked(body) else Reply(text="late", hold=hold)
    with started(list(CHAIN)) as process:
        wait_until(lambda: service.count == 2)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
        told = process.stderr.read().decode()
    hold.set()
    assert "--resume" in told
    assert [(each.spell, each.verdict) for each in entries(folder) if not each.error] == [("first", "works")]
    assert unfinished(folder) == [True]
    service.reply = answer
    assert call([*CHAIN, "--resume"]).code == 0
    assert service.count == 3


def test_equal_questions_of_a_chain_are_asked_each(service: OpenAIServer, folder: Path) -> None:
    write(folder, "both", "chain: [{spell: second, prompt: '[INPUT]'}, {spell: second, prompt: '[INPUT]'}]")
    assert call(CHAIN).code == 0
    assert (service.count, len(entries(folder))) == (2, 2)


def test_a_conversation_goes_on_from_the_last_answer(service: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    made = call([*CHAIN, "--json"]).json["run"]
    gone_on = call(["cast", "--cid", made, "shorter", "-m", "one", "--ledger", "l.db"])
    assert gone_on.code == 0
    said = [message["content"] for message in service.bodies[-1]["messages"]]
    assert said[0].startswith("SECOND of")
    assert said[1].startswith("An oak")
    assert said[2].startswith("shorter")


def test_on_a_terminal_the_last_answer_is_streamed_and_the_steps_are_told_beside(service: OpenAIServer) -> None:
    seen = run_on_terminal([*CHAIN, "--raw"])
    assert seen.code == 0
    assert "1/2 first …" in seen.out
    assert "An oak stands by the road" in seen.out
    assert "A willow stands" not in seen.out
    assert [bool(body.get("stream")) for body in service.bodies] == [False, True]


def test_a_dry_run_shows_what_the_first_step_sends_and_what_comes_after(service: OpenAIServer) -> None:
    shown = call(["cast", "both", "willow trees", "--dry-run"])
    assert (shown.code, shown.out) == (0, "FIRST of willow trees at small in English\n")
    assert shown.err.splitlines() == [
        "1/2 first, in en: what it sends is shown",
        "2/2 second, in en: is given [PROMPT]",
    ]
    assert service.count == 0


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(["-l", "en,zh"], "a chain takes one language, not 2", id="languages"),
        pytest.param(["-m", "two"], "a chain takes one backend, not 2", id="backends"),
        pytest.param(["-l", "fr"], "`first` has no translation into fr", id="no-translation"),
        pytest.param(["-p", "Size=large"], "no variable `Size`", id="no-step-named"),
        pytest.param(["-p", "5.Size=large"], "the chain has no step `5`", id="no-such-step"),
        pytest.param(["-p", "1.Colour=red"], "no variable `Colour`", id="no-such-variable"),
        pytest.param(["-p", "1.Size=huge"], "`huge` is not an option", id="no-option"),
        pytest.param(["--with", "loud"], "`both` is a chain, which cannot be joined", id="with"),
    ],
)
def test_what_a_chain_is_not_given(service: OpenAIServer, args: list[str], said: str) -> None:
    refused = call([*CHAIN, *args])
    assert (refused.code, refused.out, service.count) == (2, "", 0)
    assert said in refused.err


def test_a_step_named_by_a_spell_that_stands_twice_needs_its_number(service: OpenAIServer, folder: Path) -> None:
    write(folder, "both", "chain: [{spell: first}, {spell: first}]")
    refused = call([*CHAIN, "-p", "first.Size=large"])
    assert (refused.code, service.count) == (2, 0)
    assert "`first` is the spell of several steps" in refused.err
    assert "1 (first), 2 (first)" in refused.err


def test_what_a_chain_lacks_is_said_as_of_any_spell() -> None:
    refused = call(["cast", "both", "-m", "one"])
    assert refused.code == 2
    assert "both: no value for [PROMPT]" in refused.err
    assert "a tree" in refused.err
