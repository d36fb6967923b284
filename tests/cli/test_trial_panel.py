"""A trial whose checks ask a model: what is asked, what it costs, and what becomes of a judge that errs."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import GOOD
from tests.cli.process import PATIENCE, call, shell, started, wait_until
from tests.servers.openai_server import Body, OpenAIServer, Reply

TRIAL = ("trial", "mine", "-l", "en", "-m", "one", "-n", "1", "--yes")
PASS = '{"reason": "it names \'the willow\'", "verdict": "pass"}'
FAIL = '{"reason": "no price is named", "verdict": "fail"}'


@pytest.fixture
def mine(write_spell: Callable[..., Path]) -> Path:
    return write_spell(**{"  - contains: willow": "  - contains: willow\n  - judge: It names a tree."})


@pytest.fixture
def judged(backends: OpenAIServer, folder: Path) -> Callable[..., OpenAIServer]:
    """The first backend answers, the second judges with the given replies in turn."""

    def set_up(*votes: str | Reply) -> OpenAIServer:
        settings = folder / "grimoire.yaml"
        settings.write_text(f"judge: two\n{settings.read_text(encoding='utf-8')}", encoding="utf-8")
        given = list(votes)

        def reply(body: Body) -> Reply:
            if body.get("model", "") != "m2":
                return Reply(text=GOOD)
            vote = given.pop(0) if len(given) > 1 else given[0]
            return vote if isinstance(vote, Reply) else Reply(text=vote)

        backends.reply = reply
        return backends

    return set_up


def models(server: OpenAIServer) -> list[str]:
    return [body.get("model", "") for body in server.bodies]


def rubric() -> dict[str, object]:
    (entry,) = call(["history", "mine", "--json"]).json
    return dict(next(check for check in entry["checks"] if check["check"] == "judge"))


def test_two_votes_that_agree_are_enough(mine: Path, judged: Callable[..., OpenAIServer]) -> None:
    server = judged(PASS)
    done = call(TRIAL)
    assert done.code == 0, done.err
    assert models(server) == ["m1", "m2", "m2"]
    assert "two/m2 judges: up to 3 requests" in done.err
    assert "two/m2 judged: 2 requests, 36 tokens" in done.err
    found = rubric()
    assert (found["outcome"], found["judge"], found["split"]) == ("passed", "two/m2 (served-model)", False)


def test_the_settings_say_how_many_votes_are_taken(
    mine: Path, judged: Callable[..., OpenAIServer], folder: Path
) -> None:
    server = judged(PASS)
    settings = folder / "grimoire.yaml"
    settings.write_text(f"votes: 5\n{settings.read_text(encoding='utf-8')}", encoding="utf-8")
    done = call(TRIAL)
    assert "two/m2 judges: up to 5 requests" in done.err
    assert models(server) == ["m1", "m2", "m2", "m2"]


def test_a_judge_that_says_no_breaks_it(mine: Path, judged: Callable[..., OpenAIServer]) -> None:
    judged(FAIL)
    done = call(TRIAL)
    assert done.code == 1
    assert "judge: 2 of 2 votes" in done.err


def test_votes_against_are_told(mine: Path, judged: Callable[..., OpenAIServer]) -> None:
    server = judged(PASS, FAIL, PASS)
    done = call(TRIAL)
    assert done.code == 0
    assert "1 judged with votes against" in done.err
    assert models(server).count("m2") == 3
    assert rubric()["split"] is True


@pytest.mark.parametrize("wrong", [Reply(status=500), Reply(text="It is fine, I think."), Reply(text="")])
def test_a_judge_that_errs_makes_no_verdict(mine: Path, judged: Callable[..., OpenAIServer], wrong: Reply) -> None:
    judged(wrong)
    done = call(TRIAL)
    assert done.code == 1
    assert "0 works, 0 partial, 0 broken, 1 error" in done.err
    assert rubric()["outcome"] == "crashed"
    (row,) = call(["status", "--json"]).json
    assert (row["standing"], row["errors"]) == ("untested", 1)


def test_without_a_judge_there_is_no_verdict_and_the_plan_says_so(mine: Path, backends: OpenAIServer) -> None:
    done = call(TRIAL)
    assert done.code == 1
    assert "no judge is set, so answers that need one get no verdict" in done.err
    assert "no judge is set" in str(rubric()["reason"])


def test_a_broken_answer_is_not_paid_for_again(mine: Path, judged: Callable[..., OpenAIServer]) -> None:
    server = judged(PASS)
    server.reply = Reply(text="Of elms only, and of the wind that bends them in the evening when nobody looks.")
    assert call(TRIAL).code == 1
    assert models(server) == ["m1"]


def test_a_rehearsal_asks_nobody_and_needs_no_key(
    mine: Path, judged: Callable[..., OpenAIServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = judged(PASS)
    monkeypatch.delenv("TWO_API_KEY")
    assert call(["trial", "mine", "-l", "en", "--rehearse"]).code == 0
    assert server.count == 0
    assert call(TRIAL).code == 3


def test_what_the_judge_said_is_taken_over_when_judging_anew(mine: Path, judged: Callable[..., OpenAIServer]) -> None:
    server = judged(PASS)
    call(TRIAL)
    asked = server.count
    text = mine.read_text(encoding="utf-8")
    mine.write_text(text.replace("- contains: willow\n", "- contains: [willow, river]\n"), encoding="utf-8")
    assert "1 answer judged: 0 verdicts change; 1 recorded anew" in call(["rejudge"]).err
    assert rubric()["outcome"] == "passed"
    mine.write_text(text.replace("It names a tree.", "It names a price."), encoding="utf-8")
    assert "1 need the judge (--ask)" in call(["rejudge"]).err
    assert server.count == asked
    server.reply = Reply(text=FAIL)
    changed = call(["rejudge", "--ask"])
    assert "works → broken: mine (en)" in changed.out
    assert server.count == asked + 2


def test_what_the_judge_said_is_not_asked_again_where_asking_is_allowed(
    mine: Path, judged: Callable[..., OpenAIServer]
) -> None:
    server = judged(PASS)
    call(TRIAL)
    asked = server.count
    text = mine.read_text(encoding="utf-8")
    mine.write_text(text.replace("- contains: willow\n", "- contains: [willow, river]\n"), encoding="utf-8")
    assert "1 answer judged: 0 verdicts change; 1 recorded anew" in call(["rejudge", "--ask"]).err
    assert server.count == asked


def test_what_the_judge_said_outlasts_a_check_that_failed_for_a_while(
    mine: Path, judged: Callable[..., OpenAIServer]
) -> None:
    server = judged(PASS)
    call(TRIAL)
    asked = server.count
    text = mine.read_text(encoding="utf-8")
    mine.write_text(text.replace("- contains: willow\n", "- contains: [willow, elm]\n"), encoding="utf-8")
    assert "works → broken" in call(["rejudge"]).out
    assert rubric()["outcome"] == "passed"
    mine.write_text(text, encoding="utf-8")
    assert "broken → works" in call(["rejudge"]).out
    assert server.count == asked


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        pytest.param(Reply(status=500), "the judge two/m2 gave no answer", id="out of order"),
        pytest.param(Reply(text="It is fine, I think."), "the judge two/m2 gave no answer", id="no verdict"),
    ],
)
def test_a_judge_that_errs_takes_no_verdict_away(
    mine: Path, judged: Callable[..., OpenAIServer], said: Reply, reason: str
) -> None:
    server = judged(PASS)
    call(TRIAL)
    text = mine.read_text(encoding="utf-8")
    mine.write_text(text.replace("It names a tree.", "It names a price."), encoding="utf-8")
    server.reply = said
    failed = call(["rejudge", "--ask"])
    assert (failed.code, failed.out) == (3, "")
    assert "0 answers judged: 0 verdicts change; 0 recorded anew; 1 got no verdict of the judge" in failed.err
    assert reason in failed.err
    assert call(["status", "--json"]).json[0]["standing"] == "works"


def test_a_reader_that_has_enough_ends_no_trial_with_a_bug(
    mine: Path, write_spell: Callable[..., Path], judged: Callable[..., OpenAIServer]
) -> None:
    judged(PASS)
    for name in ("second", "third"):
        path = write_spell(name)
        path.write_text(mine.read_text(encoding="utf-8").replace("name: mine", f"name: {name}"), encoding="utf-8")
    read = shell("grimoire trial mine second third -l en -m one -n 9 -j 1 --yes --json | head -1")
    assert "a bug in Grimoire" not in read.err
    assert read.out.count("\n") == 1
    assert "stopped: nobody reads its output any more" in read.err
    assert call(["trial", "--resume", "--yes", "--json"]).code == 0


def test_an_answer_from_elsewhere_is_put_to_the_judge_too(
    mine: Path, judged: Callable[..., OpenAIServer], folder: Path
) -> None:
    server = judged(FAIL)
    (folder / "answer.txt").write_text(GOOD, encoding="utf-8")
    found = call(["judge", "mine", "answer.txt", "--json"])
    assert (found.code, found.json["verdict"]) == (1, "broken")
    assert models(server) == ["m2", "m2"]


def test_a_translation_is_compared_with_the_original(
    write_spell: Callable[..., Path], judged: Callable[..., OpenAIServer]
) -> None:
    mine = write_spell(**{"  - contains: willow": "  - contains: willow\n  - compare: true"})
    mine.with_name("mine.zh.yaml").write_text(
        "language: zh\nsource: '0'\nstatus: reviewed\nprompt: |\n"
        "  用[TARGETLANGUAGE]写一篇文章，主题：[PROMPT]\n  读者：[VARIABLE1]。语气：[VARIABLE2]\n"
        "variables:\n  - {id: 1, label: 读者, default: 新手, options: [新手, 专家]}\n"
        "  - {id: 2, label: 语气, default: 亲切}\n",
        encoding="utf-8",
    )
    server = judged('{"reason": "both are the same", "verdict": "tie"}')
    done = call(["trial", "mine", "-l", "en,zh", "-m", "one", "-n", "1", "--yes", "--json"])
    assert done.code == 0, done.err
    compared = {
        line["language"]: next(check["outcome"] for check in line["checks"] if check["check"] == "compare")
        for line in done.lines
    }
    assert compared == {"en": "skipped", "zh": "passed"}
    assert models(server).count("m2") == 4


def test_a_budget_counts_the_judge_and_what_it_leaves_unjudged_is_judged_later(
    mine: Path, judged: Callable[..., OpenAIServer]
) -> None:
    server = judged(PASS)
    done = call(["trial", "mine", "-l", "en", "-m", "one", "-n", "2", "-j", "1", "--yes", "--max-calls", "5"])
    assert done.code == 3, done.err
    assert "stopped: --max-calls 5 is reached; 1 answer without a verdict; go on with" in done.err
    assert server.count == 5
    assert "bug" not in done.err
    resumed = call(["trial", "--resume", "--yes"])
    assert resumed.code == 0, resumed.err
    assert "2 works" in resumed.err
    assert models(server).count("m1") == 2


def test_answers_that_still_wait_for_the_judge_are_in_the_plan(mine: Path, judged: Callable[..., OpenAIServer]) -> None:
    server, ready = judged(PASS), threading.Event()
    server.reply = lambda body: Reply(text=GOOD) if body.get("model", "") == "m1" else Reply(text=PASS, hold=ready)
    with started(["trial", "mine", "-l", "en", "-m", "one", "-n", "2", "--yes"]) as process:
        wait_until(lambda: "m2" in models(server))
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
    ready.set()
    resumed = call(["trial", "--resume", "--yes"])
    assert resumed.code == 0, resumed.err
    assert "0 calls, 2 answered already" in resumed.err
    assert "two/m2 judges: up to 6 requests" in resumed.err
    assert models(server).count("m1") == 2


def test_a_judge_that_only_fails_is_given_up_and_the_answers_wait_for_it(
    mine: Path, judged: Callable[..., OpenAIServer]
) -> None:
    server = judged(PASS)
    server.reply = lambda body: Reply(text=GOOD) if body.get("model", "") == "m1" else Reply(status=401)
    done = call(["trial", "mine", "-l", "en", "-m", "one", "-n", "40", "--yes"])
    assert done.code in {1, 3}, done.err
    assert models(server).count("m1") == 40
    assert models(server).count("m2") < 30
    assert "two/m2 judges no more: given up" in done.err
    assert "without a verdict; go on with: grimoire trial --resume" in done.err
    server.reply = lambda body: Reply(text=GOOD if body.get("model", "") == "m1" else PASS)
    resumed = call(["trial", "--resume", "--yes"])
    assert resumed.code == 0, resumed.err
    assert "40 works" in resumed.err
    assert models(server).count("m1") == 40
