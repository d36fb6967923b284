from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from grimoire.ledger import open_ledger
from tests.cli.conftest import GOOD, asked
from tests.cli.process import Result, call
from tests.servers.openai_server import OpenAIServer, Reply

BAD = "No."
LEDGER = Path("l.db")


@pytest.fixture
def three(write_spell: Callable[..., Path], backends: OpenAIServer) -> OpenAIServer:
    """Spells `own-one` and `own-two` of the topic Tea and `art` of none, each with a case."""
    for name, topic in (("own-one", "Tea"), ("own-two", "tea"), ("art", "")):
        write_spell(name, **{"teaser: A teaser": f"topic: '{topic}'", "about": name})
    return backends


def trial(*args: str) -> Result:
    return call(["trial", "-l", "en", "-m", "one", "-n", "1", "--yes", "--json", "--ledger", str(LEDGER), *args])


def tried(done: Result) -> list[str]:
    return sorted(line["spell"] for line in done.lines)


def cases(write_spell: Callable[..., Path], name: str, number: int) -> Path:
    """A spell with so many cases, of which a good answer to each works."""
    listed = "".join(f"\n  - {{id: c{n}, prompt: willow trees {n}, answer_in: en}}" for n in range(number))
    return write_spell(name, **{"\n  - {id: willow, prompt: willow trees, answer_in: en}": listed, "about": name})


@pytest.mark.parametrize(
    ("args", "spells"),
    [
        pytest.param(["own-*"], ["own-one", "own-two"], id="glob"),
        pytest.param(["own-tw?", "art"], ["art", "own-two"], id="glob-and-name"),
        pytest.param(["--topic", "tEA"], ["own-one", "own-two"], id="topic"),
        pytest.param(["--topic", "Tea", "own-one", "art"], ["own-one"], id="topic-and-glob"),
    ],
)
def test_spells_by_glob_and_topic(three: OpenAIServer, args: list[str], spells: list[str]) -> None:
    assert tried(trial(*args)) == spells


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(["owl-*"], "no spell matches `owl-*`\n  did you mean `own-", id="glob-without-match"),
        pytest.param(
            ["own-*", "--topic", "Cooking"], "no spell here has the topic `Cooking`\n  there are: ", id="topic"
        ),
        pytest.param(["art", "--topic", "Tea"], "has the topic `Tea`", id="topic-of-none-named"),
        pytest.param(["art", "--max-age", "7"], "--max-age 7: not a time\n  such as 90m, 2h, 7d or 4w", id="no-unit"),
        pytest.param(["art", "--max-age", "0d"], "--max-age 0d: not a time", id="no-age"),
        pytest.param(["art", "--sample", "0%"], "--sample 0%: not a part of the cases\n  such as 10% or 50", id="none"),
        pytest.param(["art", "--sample", "101%"], "--sample 101%", id="more-than-all"),
        pytest.param(["art", "--sample", "some"], "--sample some", id="no-number"),
        pytest.param(["art", "--max-time", "soon"], "--max-time soon: not a time", id="no-time"),
        pytest.param(["art", "--max-cost", "inf"], "--max-cost inf: not an amount", id="no-amount"),
        pytest.param(["art", "--max-calls", "0"], "--max-calls", id="no-calls"),
        pytest.param(["art", "--shuffle", "-1"], "--shuffle", id="no-seed"),
    ],
)
def test_a_wrong_choice_sends_nothing(three: OpenAIServer, args: list[str], said: str) -> None:
    refused = trial(*args)
    assert (refused.code, refused.out, three.count) == (2, "", 0)
    assert said in refused.err


def test_what_works_and_is_not_stale_is_left_out(three: OpenAIServer, folder: Path) -> None:
    three.reply = lambda body: Reply(text=BAD if "own-two" in asked(body) else GOOD)
    assert tried(trial("own-*", "art", "--changed", "--failed")) == ["art", "own-one", "own-two"]
    again = trial("own-*", "art", "--changed", "--failed")
    assert tried(again) == ["own-two"]
    assert "  2 of 3 calls left out: they work and are not stale\n" in again.err
    assert "plan: 1 spell in en, 1 call\n" in again.err
    spell = folder / "spells" / "art.yaml"
    spell.write_text(spell.read_text(encoding="utf-8").replace("Write an", "Now write an"), encoding="utf-8")
    assert tried(trial("own-*", "art", "--changed")) == ["art"]
    assert tried(trial("own-*", "art", "--changed", "-m", "two")) == ["art", "own-one", "own-two"], "another backend"


def test_an_edited_case_counts_as_changed(three: OpenAIServer, folder: Path) -> None:
    trial("art")
    spell = folder / "spells" / "art.yaml"
    spell.write_text(spell.read_text(encoding="utf-8").replace("willow trees", "old willow trees"), encoding="utf-8")
    assert tried(trial("art", "--changed")) == ["art"]
    assert tried(trial("art", "--changed")) == []


def test_what_was_rehearsed_and_did_not_change_is_not_rehearsed_again() -> None:
    several = ("code-generator", "seo-article", "-l", "en,zh", "--rehearse", "--ledger", str(LEDGER))
    first = call(["trial", *several, "--changed"])
    assert "plan: 2 spells in en, zh, 16 calls\n" in first.err
    again = call(["trial", *several, "--changed"])
    assert (again.code, again.out) == (0, "")
    assert "16 of 16 calls left out: they are not stale\n" in again.err


def test_nothing_left_to_try_is_no_failure(three: OpenAIServer) -> None:
    trial("own-*")
    count = three.count
    idle = trial("own-*", "--changed", "--max-age", "7d")
    assert (idle.code, idle.out, three.count) == (0, "", count)
    assert "2 of 2 calls left out: they are not stale and were answered within 1w\n" in idle.err
    assert idle.err.endswith("nothing to try\n")
    with closing(open_ledger(LEDGER, read_only=True)) as ledger:
        assert len(ledger.runs()) == 1, "a run of nothing is not begun"


def test_what_is_left_out_needs_no_translation(three: OpenAIServer) -> None:
    trial("art")
    both = ("art", "own-one", "-l", "zh", "--with", "one", "--dry-run")
    assert trial(*both).err.count("one makes it") == 2
    assert trial(*both, "--failed").err.count("one makes it") == 0
    assert "2 of 2 calls left out: they work\n" in trial(*both, "--failed").err


def test_a_resumed_run_has_the_plan_it_began_with(three: OpenAIServer) -> None:
    """What came of the run itself, and of others since, would leave most of it out."""
    three.reply = Reply(text=BAD)
    trial("own-*", "art")
    three.reply = lambda body: Reply(status=500) if "art:" in asked(body) else Reply(text=GOOD)
    broken_off = trial("own-*", "art", "--failed")
    assert (broken_off.code, tried(broken_off)) == (3, ["art", "own-one", "own-two"])
    three.reply = Reply(text=GOOD)
    trial("art")
    three.received.clear()
    resumed = trial("own-*", "art", "--failed", "--resume")
    assert tried(resumed) == ["art", "own-one", "own-two"], resumed.err
    assert [asked(body).split()[5] for body in three.bodies] == ["art:"]
    assert "1 call, 2 answered already" in resumed.err


def test_a_sample_of_the_cases_is_told_and_tried_everywhere(
    write_spell: Callable[..., Path], backends: OpenAIServer
) -> None:
    for name in ("mine", "other"):
        cases(write_spell, name, 20)
    done = trial("mine", "other", "-m", "two", "--sample", "10%")
    said = re.search(r"  a sample of 10 %: 4 of 40 cases, seed (\d+)\n", done.err)
    assert said, done.err
    chosen = {
        backend: {(line["spell"], line["case"]) for line in done.lines if line["backend"] == backend}
        for backend in ("one/m1", "two/m2")
    }
    assert chosen["one/m1"] == chosen["two/m2"]
    assert (len(chosen["one/m1"]), len(done.lines)) == (4, 8)
    same = trial("mine", "other", "--sample", "4", "--shuffle", said[1])
    assert {(line["spell"], line["case"]) for line in same.lines} == chosen["one/m1"]
    assert f"a sample of cases: 4 of 40 cases, seed {said[1]}" in same.err


@pytest.mark.parametrize(
    ("args", "cases_then"),
    [
        pytest.param([], 30, id="of-a-seed-that-was-drawn"),
        pytest.param(["--shuffle", "1"], 31, id="beside-a-case-that-is-new"),
    ],
)
def test_a_resumed_sample_is_the_same_sample(
    write_spell: Callable[..., Path], backends: OpenAIServer, args: list[str], cases_then: int
) -> None:
    cases(write_spell, "mine", 30)
    backends.reply = lambda _: Reply(status=500) if backends.count > 3 else Reply(text=GOOD)
    begun = trial("mine", "--sample", "6", "-j", "1", *args)
    assert begun.code == 3
    backends.reply = Reply(text=GOOD)
    backends.received.clear()
    cases(write_spell, "mine", cases_then)
    resumed = trial("mine", "--sample", "6", "--resume", *args)
    assert resumed.code == 0, resumed.err
    before, after = ({line["case"] for line in done.lines} for done in (begun, resumed))
    assert (before, len(after), backends.count) == (after, 6, 3)


def test_a_shuffled_plan_asks_in_the_order_of_its_seed(
    write_spell: Callable[..., Path], backends: OpenAIServer
) -> None:
    cases(write_spell, "mine", 6)

    def order(*args: str) -> list[str]:
        backends.received.clear()
        assert trial("mine", "-j", "1", *args).code == 0
        return [asked(body) for body in backends.bodies]

    straight, one, again = order(), order("--shuffle", "1"), order("--shuffle", "1")
    assert one == again != straight
    assert sorted(one) == sorted(straight)


def test_a_dry_run_tells_calls_tokens_cost_and_time(three: OpenAIServer) -> None:
    shown = call(["trial", "own-*", "-l", "en", "-m", "one", "-m", "two", "-n", "8", "-j", "4", "--dry-run"])
    assert (shown.code, shown.err, three.count) == (0, "", 0)
    assert re.search(
        r"  one/m1: 16 calls, about \d+ tokens in, 432 out, about 0\.0\d+ USD, about 1 min if a call takes 20 s\n",
        shown.out,
    ), shown.out
    assert re.search(r"  in all: about \d+ tokens in, 864 out, about 0\.0\d+ USD, about 1 min", shown.out)


def test_what_all_cost_is_told_where_all_prices_are_known(three: OpenAIServer) -> None:
    shown = call(["trial", "art", "-l", "en", "-m", "one", "-m", "two/m3", "--dry-run"])
    assert re.search(r"  in all: about \d+ tokens in, 54 out, about 20 s", shown.out), shown.out


def test_a_dry_run_as_json_has_one_object_a_backend(three: OpenAIServer) -> None:
    trial("own-one")
    with closing(sqlite3.connect(LEDGER)) as connection:
        [(seconds,)] = connection.execute("SELECT seconds FROM answers").fetchall()
    shown = trial("own-*", "-m", "two", "-n", "3", "--changed", "--dry-run", "-j", "1")
    one, two = shown.lines
    assert {
        name: one[name] for name in ("backend", "calls", "left_out", "answered", "rehearsal", "measured", "currency")
    } == {
        "backend": "one/m1",
        "calls": 3,
        "left_out": 3,
        "answered": 0,
        "rehearsal": False,
        "measured": True,
        "currency": "USD",
    }
    assert one["seconds_each"] == seconds
    assert one["seconds"] == pytest.approx(3 * seconds)
    assert (two["calls"], two["left_out"], two["measured"], two["seconds_each"], two["seconds"]) == (
        6,
        0,
        False,
        20.0,
        120,
    )
    assert two["cost"] == pytest.approx((two["prompt_tokens"] + 2 * two["completion_tokens"]) / 1e6)
    rehearsed = call(["trial", "own-*", "-l", "en", "--rehearse", "--dry-run", "--json"]).lines
    assert [(line["backend"].partition("/")[0], line["cost"], line["seconds"]) for line in rehearsed] == [
        ("rehearsal", 0, 0)
    ] * 4


def unfinished(server: OpenAIServer, *args: str) -> str:
    """The id of a run of which nothing was answered."""
    server.reply = Reply(status=500)
    assert trial(*args).code == 3
    server.reply = Reply(text=GOOD)
    return runs()[0]


def runs() -> list[str]:
    with closing(open_ledger(LEDGER, read_only=True)) as ledger:
        return [run.id for run in ledger.runs()]


def test_a_finished_sample_is_not_resumed(three: OpenAIServer) -> None:
    args = ("art", "own-*", "--sample", "1")
    assert trial(*args).code == 0
    refused = trial(*args, "--resume")
    assert (refused.code, three.count) == (2, 1)
    assert "no unfinished trial with these spells" in refused.err


@pytest.mark.parametrize("length", [8, 13, 18, 20], ids=["day", "minute", "beginning", "id"])
def test_a_run_is_resumed_by_its_name(three: OpenAIServer, length: int) -> None:
    run = unfinished(three, "own-one")
    resumed = call(["trial", "--resume", run[:length], "--yes", "--json", "--ledger", str(LEDGER)])
    assert tried(resumed) == ["own-one"], resumed.err
    assert f"run {run}: 1 answer" in resumed.err


def test_a_run_is_resumed_by_its_place(three: OpenAIServer) -> None:
    unfinished(three, "own-one")
    trial("art")
    assert tried(call(["trial", "--resume", "last~1", "--yes", "--json", "--ledger", str(LEDGER)])) == ["own-one"]


@pytest.mark.parametrize(
    ("args", "spell"),
    [
        pytest.param(["--resume"], "own-two", id="the-last"),
        pytest.param(["--resume", "own-one", "-l", "en", "-m", "one", "-n", "1"], "own-one", id="before-a-spell"),
        pytest.param(["own-one", "-l", "en", "-m", "one", "-n", "1", "--resume"], "own-one", id="after-it"),
    ],
)
def test_the_last_unfinished_run_is_resumed(three: OpenAIServer, args: Sequence[str], spell: str) -> None:
    for name in ("own-one", "own-two"):
        unfinished(three, name)
    assert tried(call(["trial", *args, "--yes", "--json", "--ledger", str(LEDGER)])) == [spell]


def test_what_cannot_be_resumed_says_why(three: OpenAIServer) -> None:
    run = unfinished(three, "own-one")
    trial("art")

    def refused(*args: str) -> str:
        done = call(["trial", *args, "--yes", "--ledger", str(LEDGER)])
        assert (done.code, done.out) == (2, "")
        return done.err

    three.received.clear()
    assert f"nothing is left of run {runs()[0]}" in refused("--resume", "last")
    assert "no run `last~9`" in refused("--resume", "last~9")
    assert f"a run that is named has its own plan\n  say nothing but --resume {run}" in refused("--resume", run, "art")
    call(["cast", "art", "--case", "willow", "-m", "one", "--ledger", str(LEDGER)])
    cast = next(name for name in runs() if name not in {run, runs()[-1]} and kind_of(name) == "cast")
    assert f"run {cast} is no trial" in refused("--resume", cast)
    assert three.count == 1, "the cast alone"


def kind_of(run: str) -> str:
    with closing(open_ledger(LEDGER, read_only=True)) as ledger:
        return ledger.find_run(run).kind


def test_a_run_of_an_older_grimoire_is_not_resumed(three: OpenAIServer) -> None:
    plan = {"names": ["art"], "languages": ["en"], "backends": ["one"], "samples": 1, "rehearsing": False}
    with closing(open_ledger(LEDGER)) as ledger:
        run = ledger.start("trial", dict(plan)).id
    for name in ([], [run], ["last"]):
        refused = call(["trial", "--resume", *name, "--yes", "--ledger", str(LEDGER)])
        assert (refused.code, three.count) == (2, 0)
        assert refused.err.startswith(f"grimoire: run {run} was begun by another version of Grimoire")
    assert tried(trial("art")) == ["art"]


def test_what_a_backend_costs_has_to_be_known_to_bound_it(three: OpenAIServer, folder: Path) -> None:
    refused = trial("art", "-m", "two/m3", "--max-cost", "1")
    assert (refused.code, three.count) == (2, 0)
    assert "--max-cost: what two/m3 costs is not known" in refused.err
    assert "backends: {two: {prices: {m3: {input: …, output: …}}}}" in refused.err
    assert trial("art", "--max-cost", "1").code == 0
    rehearsed = call(["trial", "art", "-l", "en", "--rehearse", "--max-cost", "1", "--ledger", str(LEDGER)])
    assert rehearsed.code == 0, "a rehearsal costs nothing"


def test_what_the_judge_costs_has_to_be_known_too(
    write_spell: Callable[..., Path], backends: OpenAIServer, folder: Path
) -> None:
    settings = folder / "grimoire.yaml"
    settings.write_text(f"judge: two/m9\n{settings.read_text(encoding='utf-8')}", encoding="utf-8")
    write_spell(**{"  - contains: willow": "  - judge: It names a tree."})
    refused = trial("mine", "--max-cost", "1", "--dry-run")
    assert (refused.code, backends.count) == (2, 0)
    assert "--max-cost: what two/m9 costs is not known" in refused.err


def test_what_was_judged_already_is_not_judged_again(
    write_spell: Callable[..., Path], backends: OpenAIServer, folder: Path
) -> None:
    settings = folder / "grimoire.yaml"
    settings.write_text(f"judge: two\n{settings.read_text(encoding='utf-8')}", encoding="utf-8")
    write_spell(**{"  - contains: willow": "  - judge: It names a tree."})
    vote = Reply(text='{"reason": "it names \'the willow\'", "verdict": "pass"}')
    backends.reply = lambda body: (
        vote if body["model"] == "m2" else Reply(text=GOOD, status=[200, 500][backends.count > 1])
    )
    begun = trial("mine", "-n", "2", "-j", "1")
    assert "two/m2 judges: up to 6 requests" in begun.err
    assert begun.code == 3, begun.err
    assert "two/m2 judges: up to 3 requests" in call(["trial", "--resume", "--dry-run", "--ledger", str(LEDGER)]).out


def test_so_many_calls_and_no_more(three: OpenAIServer) -> None:
    stopped = trial("own-*", "art", "--max-calls", "2", "-j", "1")
    assert (three.count, len(stopped.lines)) == (2, 2)
    assert stopped.code == 3
    resumed = call(["trial", "--resume", "--yes", "--json", "--ledger", str(LEDGER)])
    assert (resumed.code, three.count) == (0, 3)


def test_the_plan_is_recorded_with_the_run(three: OpenAIServer) -> None:
    trial("own-*", "--topic", "tea", "--failed", "--max-age", "1h", "--sample", "50%", "--shuffle", "3")
    with closing(open_ledger(LEDGER, read_only=True)) as ledger:
        [run] = ledger.runs()
    as_of = run.plan.pop("as_of")
    assert isinstance(as_of, str)
    assert as_of <= run.started
    assert run.plan == {
        "names": ["own-*"],
        "languages": ["en"],
        "backends": ["one"],
        "samples": 1,
        "rehearsing": False,
        "topics": ["tea"],
        "reasons": {"changed": False, "failed": True, "max_age": 3600.0},
        "part": "50%",
        "shuffle": 3,
        "seed": 3,
        "version": 2,
    }
    assert json.dumps(run.plan)
