from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import GOOD, SECRETS, asked, samples
from tests.cli.process import call, run
from tests.servers.deepl_server import DeepLServer
from tests.servers.openai_server import Body, OpenAIServer, Reply


@pytest.fixture
def mine(write_spell: Callable[..., Path]) -> Path:
    return write_spell()


def test_with_no_backend_it_rehearses_and_says_so(backends: OpenAIServer) -> None:
    rehearsed = run(["trial", "blog-title", "tldr"])
    assert rehearsed.code == 0, rehearsed.err
    assert "a rehearsal: it says nothing of any model" in rehearsed.out
    assert "the rehearsal went as it should" in rehearsed.err
    assert "Keys found for: -m one, -m two" in rehearsed.err
    assert backends.count == 0
    standings = call(["status", "--json"]).json
    assert len(standings) == 2 * 2 * 4
    assert all(row["rehearsal"] for row in standings)


def test_with_no_backend_and_no_key_it_tells_how_to_set_one() -> None:
    rehearsed = call(["trial", "tldr"])
    assert rehearsed.code == 0
    assert "export OPENAI_API_KEY=" in rehearsed.err


def test_a_backend_of_the_settings_is_used_unless_a_rehearsal_is_asked_for(mine: Path, backends: OpenAIServer) -> None:
    settings = {"GRIMOIRE_BACKEND": "two", "GRIMOIRE_LANGUAGES": "English"}
    assert call(["trial", "mine", "--rehearse"], env=settings).code == 0
    assert backends.count == 0
    assert call(["trial", "mine", "--yes"], env=settings).code == 0
    assert [body["model"] for body in backends.bodies] == ["m2"]
    refused = call(["trial", "mine", "--rehearse", "-m", "one", "--yes"])
    assert (refused.code, backends.count) == (2, 1)


def test_a_rehearsal_finds_checks_that_are_too_weak(write_spell: Callable[..., Path]) -> None:
    write_spell(contains="not-contains", willow="oak")
    rehearsed = call(["trial", "mine", "-l", "en"])
    assert rehearsed.code == 1
    assert "mine (en): its own sample fails its checks" in rehearsed.err
    assert call(["trial", "mine", "-l", "en", "--fail-on", "never"]).code == 0


def test_the_whole_library_in_two_languages_on_two_backends(backends: OpenAIServer, folder: Path) -> None:
    answers = samples()
    backends.reply = lambda body: Reply(text=answers.get(asked(body), GOOD))
    calls = 2 * 2 * sum(len(spell["cases"]) for spell in call(["list", "--json"]).json)
    done = run(
        ["trial", "--all", "-l", "en,zh", "-m", "one", "-m", "two", "-n", "1", "--yes", "--json", "--ledger", "l.db"]
    )
    assert f"plan: 36 spells in en, zh, {calls} calls" in done.err
    assert (backends.count, len(done.lines)) == (calls, calls)
    assert len({(body["model"], asked(body)) for body in backends.bodies}) == calls
    assert Counter(backends.keys) == dict.fromkeys(SECRETS.values(), calls // 2)
    good = [line for line in done.lines if line["incantation"] in answers]
    assert Counter(line["verdict"] for line in good) == {"works": 36 * 2 * 2}
    broken = sum(line["verdict"] == "broken" for line in done.lines)
    assert (done.code, broken > 0) == (1, True)
    shown = call(["status", "--ledger", "l.db"])
    kept = b"".join(path.read_bytes() for path in folder.glob("l.db*"))
    for secret in SECRETS.values():
        assert secret not in done.out + done.err + shown.out
        assert secret.encode() not in kept


def test_the_matrix_is_all_that_standard_output_gets(mine: Path, backends: OpenAIServer) -> None:
    done = call(["trial", "mine", "-l", "en", "-m", "one", "-m", "two", "--yes"])
    assert done.code == 0
    assert done.out.count("✓ works") == 2
    assert "plan: " not in done.out
    assert "2 answers: 2 works, 0 partial, 0 broken, 0 error, 36 tokens" in done.err


@pytest.mark.parametrize("status", [500, 429])
def test_an_error_ends_no_batch_and_is_no_verdict_on_the_spell(
    mine: Path, write_spell: Callable[..., Path], backends: OpenAIServer, status: int
) -> None:
    write_spell("other", about="concerning")
    failing = Reply(status=status)
    backends.reply = lambda body: failing if body["model"] == "m2" and "about" in asked(body) else Reply(text=GOOD)
    done = call(["trial", "mine", "other", "-l", "en", "-m", "one", "-m", "two", "--yes"])
    assert done.code == 3
    assert "4 answers: 3 works, 0 partial, 0 broken, 1 error" in done.err
    assert backends.count == 4
    entries = call(["history", "mine", "--json"]).json
    assert {entry["backend"]: entry["error"] is not None for entry in entries} == {"one/m1": False, "two/m2": True}
    rows = {(row["spell"], row["backend"]): row for row in call(["status", "--json"]).json}
    assert (rows["mine", "two/m2"]["standing"], rows["mine", "two/m2"]["errors"]) == ("untested", 1)
    assert rows["mine", "one/m1"]["standing"] == "works"


def test_something_broken_outweighs_an_error(mine: Path, backends: OpenAIServer) -> None:
    backends.reply = lambda body: Reply(status=500) if body["model"] == "m2" else Reply(text="Of oaks and elms only.")
    done = call(["trial", "mine", "-l", "en", "-m", "one", "-m", "two", "--yes", "--json"])
    assert done.code == 1
    verdicts = {line["backend"]: (line["verdict"], line["error"]) for line in done.lines}
    assert verdicts["one/m1"] == ("broken", None)
    assert verdicts["two/m2"][0] == "error"
    assert "m2" in str(verdicts["two/m2"][1])


@pytest.mark.parametrize(
    ("then", "now", "fail_on", "code"),
    [
        pytest.param(GOOD, GOOD, "broken", 0, id="works"),
        pytest.param(GOOD, "No.", "broken", 1, id="broken"),
        pytest.param(GOOD, "No.", "never", 0, id="broken-never"),
        pytest.param(GOOD, "No.", "regressed", 1, id="regressed"),
        pytest.param("No.", "No.", "regressed", 0, id="broken-as-before"),
        pytest.param("No.", GOOD, "regressed", 0, id="recovered"),
    ],
)
def test_what_makes_the_exit_code_1(
    mine: Path, backends: OpenAIServer, then: str, now: str, fail_on: str, code: int
) -> None:
    command = ["trial", "mine", "-l", "en", "-m", "one", "--yes"]
    backends.reply = Reply(text=then)
    call(command)
    backends.reply = Reply(text=now)
    assert call([*command, "--fail-on", fail_on]).code == code


def test_one_invalid_spell_is_told_and_the_rest_is_tried(
    mine: Path, write_spell: Callable[..., Path], backends: OpenAIServer
) -> None:
    write_spell("bad", hint="hnit")
    done = call(["trial", "mine", "bad", "-l", "en", "-m", "one", "--yes", "--json"])
    assert (done.code, backends.count) == (2, 1)
    assert "spells/bad.yaml:4" in done.err
    assert done.lines[0]["verdict"] == "works"


def test_a_check_that_crashes_ends_no_batch(
    mine: Path, write_spell: Callable[..., Path], backends: OpenAIServer
) -> None:
    slow = r"""matches: '(?:(?:a|aa)+)+\Z'"""
    write_spell("crashing", **{"contains: willow": slow, "about": "concerning"})
    hostile = "The willow says " + "a" * 60 + " and no more of it."
    backends.reply = lambda body: Reply(text=hostile if "concerning" in asked(body) else GOOD)
    done = call(["trial", "crashing", "mine", "-l", "en", "-m", "one", "--yes", "--json", "-j", "1"])
    first, second = done.lines
    assert (first["spell"], first["verdict"], second["verdict"]) == ("crashing", "error", "works")
    assert "took more than 1 s" in json.dumps(first["checks"])
    assert done.code == 1


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        pytest.param(["mine"], 2, "--yes", id="nobody-agrees"),
        pytest.param(["mine", "--all", "--yes"], 2, "exclude each other", id="names-and-all"),
        pytest.param(["mnie", "--yes"], 2, "did you mean `mine`", id="mistyped-spell"),
        pytest.param(["mine", "-m", "onee", "--yes"], 2, "did you mean `one`", id="mistyped-backend"),
        pytest.param(["mine", "-m", "deepseek", "--yes"], 3, "$DEEPSEEK_API_KEY is not set", id="no-key"),
        pytest.param(["mine", "-l", "Klingon", "--yes"], 2, "no language is called", id="no-such-language"),
        pytest.param(["mine", "-l", "ja", "--yes"], 2, "nothing to try", id="no-text-in-that-language"),
        pytest.param(["mine", "--resume", "--yes"], 2, "no unfinished trial", id="nothing-to-resume"),
        pytest.param(["mine", "-n", "0"], 2, "--samples", id="no-samples"),
    ],
)
def test_a_wrong_call_sends_nothing(mine: Path, backends: OpenAIServer, args: list[str], code: int, said: str) -> None:
    refused = call(["trial", *args, "-m", "one"])
    assert (refused.code, refused.out, backends.count) == (code, "", 0)
    assert said in refused.err


def test_nobody_at_the_terminal_is_never_waited_for(mine: Path, backends: OpenAIServer) -> None:
    refused = run(["trial", "mine", "-m", "one"], stdin="y\n")
    assert (refused.code, refused.out, backends.count) == (2, "", 0)
    assert "--yes" in refused.err
    assert "plan: 1 spell in en, zh, 1 call\n" in refused.err


def test_a_dry_run_shows_the_plan_and_sends_nothing(mine: Path, backends: OpenAIServer) -> None:
    shown = call(["trial", "mine", "-l", "en", "-m", "one", "-n", "3", "--dry-run"])
    assert (shown.code, shown.err, backends.count) == (0, "", 0)
    assert "one/m1: 3 calls" in shown.out


def test_samples_are_each_asked(mine: Path, backends: OpenAIServer) -> None:
    done = call(["trial", "mine", "-l", "en", "-m", "one", "-n", "3", "--yes", "--json"])
    assert (done.code, backends.count) == (0, 3)
    assert sorted(line["sample"] for line in done.lines) == [1, 2, 3]


def test_missing_translations_are_made_on_the_way(mine: Path, backends: OpenAIServer, deepl: DeepLServer) -> None:
    backends.reply = _answer_in_the_language_of_the_prompt
    done = call(["trial", "mine", "-l", "en,zh", "-m", "one", "-n", "1", "--with", "deepl", "--yes", "--json"])
    assert {line["language"] for line in done.lines} == {"en", "zh"}
    assert mine.with_name("mine.zh.yaml").exists()
    assert "its translation into zh is missing: deepl makes it" in done.err
    assert deepl.requests > 0
    assert backends.count == 2
    assert "plan: 1 spell in en, zh, 2 calls" in done.err  # the text that is still to come is in the plan


def test_a_translation_that_needs_review_is_left_out_and_told(
    mine: Path, backends: OpenAIServer, deepl: DeepLServer
) -> None:
    backends.reply = lambda _: Reply(text=GOOD)
    deepl.engine = lambda *_: ""
    done = call(["trial", "mine", "-l", "en,zh", "-m", "one", "--with", "deepl", "--yes", "--json"])
    assert (done.code, backends.count) == (1, 1)
    assert "needs review" in done.err
    assert "status: needs-review" in mine.with_name("mine.zh.yaml").read_text(encoding="utf-8")
    backends.received.clear()
    again = call(["trial", "mine", "-l", "en,zh", "-m", "one", "--yes", "--json"])
    assert (again.code, backends.count) == (0, 1)
    assert "needs review: left out" in again.err


def test_what_a_person_reviewed_is_tried_as_it_is(mine: Path, backends: OpenAIServer, deepl: DeepLServer) -> None:
    call(["translate", "mine", "--with", "deepl"])
    sidecar = mine.with_name("mine.zh.yaml")
    text = sidecar.read_text(encoding="utf-8").replace("machine", "reviewed").replace("文章", "美文")
    sidecar.write_text(text, encoding="utf-8")
    mine.write_text(
        mine.read_text(encoding="utf-8").replace("Write an article", "Write two articles"), encoding="utf-8"
    )
    requests = deepl.requests
    done = call(["trial", "mine", "-l", "zh", "-m", "one", "--with", "deepl", "--yes", "--json"])
    assert "stale, and reviewed: used as it is" in done.err
    assert (sidecar.read_text(encoding="utf-8"), deepl.requests) == (text, requests)
    assert "美文" in asked(backends.bodies[0])


def test_without_an_engine_a_missing_translation_is_told_and_left_out(mine: Path, backends: OpenAIServer) -> None:
    done = call(["trial", "mine", "-l", "en,zh", "-m", "one", "--yes", "--json"])
    assert [line["language"] for line in done.lines] == ["en"]
    assert "its translation into zh is missing: left out (grimoire translate mine --to zh makes it)" in done.err


def _answer_in_the_language_of_the_prompt(body: Body) -> Reply:
    return Reply(text="柳树长在河边，willow 的枝条很长。" if "关于" in asked(body) else GOOD)


def test_the_matrix_is_in_the_order_asked_for_whoever_answers_first(mine: Path, backends: OpenAIServer) -> None:
    backends.reply = lambda body: Reply(text=GOOD, delay=0.3 if body["model"] == "m1" else 0)
    done = call(["trial", "mine", "-l", "en", "-m", "one", "-m", "two", "--yes"])
    assert done.code == 0
    heads = next(line for line in done.out.splitlines() if "/m1" in line)
    assert heads.index("/m1") < heads.index("/m2")


def test_the_share_that_was_demanded_is_told_as_it_was_given(mine: Path, backends: OpenAIServer) -> None:
    backends.reply = Reply(text="No.")
    under = call(["trial", "mine", "-l", "en", "-m", "one", "-n", "1", "--fail-under", "0.995", "--yes"])
    assert under.code == 1
    assert "mine (en) on one/m1: fewer than 99.5 % of the answers work" in under.err
