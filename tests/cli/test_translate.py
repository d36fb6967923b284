from __future__ import annotations

import re
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.process import call, run, started, wait_until
from tests.cli.sidecars import approve, edit, fields, lines, losing, sidecar, translating
from tests.servers.deepl_server import KEY, Body, DeepLServer, default_engine
from tests.servers.openai_server import OpenAIServer

LINE_1 = "Write an article in [TARGETLANGUAGE] about: [PROMPT]"


@pytest.fixture
def mine(write_spell: Callable[..., Path]) -> Path:
    return write_spell()


def texts_sent(deepl: DeepLServer) -> list[list[str]]:
    """The texts of each request, without what tells them apart."""
    return [[re.sub(r"[^\w\s]\d+[^\w\s]", "_", text) for text in body["text"]] for body in deepl.bodies]


def test_a_translation_is_written_beside_its_spell_and_not_paid_for_twice(mine: Path, deepl: DeepLServer) -> None:
    first = run(["translate", "mine", "--with", "deepl"])
    assert (first.code, first.out) == (0, ""), first.err
    assert "\n1 written, 0 need review, 0 refused, 0 without an answer\n" in first.err
    made = fields(mine)
    assert (made["language"], made["translator"], made["status"]) == ("zh", "deepl", "machine")
    assert "[PROMPT]" in str(made["prompt"])
    assert "文章" in str(made["prompt"])
    assert call(["lint", "--strict", "spells"]).code == 0
    asked_once = deepl.requests
    again = run(["translate", "mine", "--with", "deepl"])
    assert (again.code, deepl.requests) == (0, asked_once)
    assert "nothing to translate" in again.err
    assert KEY not in first.err + again.err + sidecar(mine).read_text(encoding="utf-8")


def test_a_stale_translation_is_made_anew(mine: Path, deepl: DeepLServer) -> None:
    call(["translate", "mine", "--with", "deepl"])
    before = fields(mine)
    edit(mine, **{"Write an article": "Write a long article"})
    assert call(["show", "mine", "--json"]).json["translations"][0]["stale"] is True
    assert call(["translate", "mine", "--with", "deepl"]).code == 0
    assert fields(mine)["source"] != before["source"]
    assert call(["lint", "--strict", "spells"]).code == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("Write an article", "Write a long article", id="stale"),
        pytest.param("about: [PROMPT]", "about: [PROMPT] [PROMPT]", id="no-longer-valid"),
    ],
)
def test_what_a_person_reviewed_is_left_alone_unless_forced(mine: Path, deepl: DeepLServer, old: str, new: str) -> None:
    call(["translate", "mine", "--with", "deepl"])
    text = approve(mine, 文章="美文")
    edit(mine, **{old: new})
    count = deepl.requests
    kept = call(["translate", "mine", "--with", "deepl"])
    assert (kept.code, deepl.requests) == (0, count)
    assert "left alone: mine" in kept.err
    assert call(["translate", "mine"]).code == 0  # nothing to make, so no engine is missed
    assert sidecar(mine).read_text(encoding="utf-8") == text
    forced = call(["translate", "mine", "--with", "deepl", "--force"])
    assert (forced.code, fields(mine)["status"]) == (0, "machine")
    assert deepl.requests > count


def test_a_translation_nobody_can_read_may_be_a_persons(mine: Path, deepl: DeepLServer) -> None:
    sidecar(mine).write_text("language: zh\nprompt: [half a sentence", encoding="utf-8")
    kept = call(["translate", "mine", "--with", "deepl"])
    assert (kept.code, deepl.requests) == (0, 0)
    assert "invalid" in kept.err
    assert sidecar(mine).read_text(encoding="utf-8").endswith("half a sentence")


def test_a_machines_translation_that_lost_its_validity_is_made_anew(mine: Path, deepl: DeepLServer) -> None:
    call(["translate", "mine", "--with", "deepl"])
    edit(mine, **{"about: [PROMPT]": "about: [PROMPT] [PROMPT]"})
    assert call(["translate", "mine", "--with", "deepl"]).code == 0
    assert str(fields(mine)["prompt"]).count("[PROMPT]") == 2


def test_what_fails_is_kept_in_its_source_for_a_person_and_ends_no_batch(
    mine: Path, write_spell: Callable[..., Path], deepl: DeepLServer
) -> None:
    other = write_spell("other", about="concerning", Audience="Readers")
    deepl.engine = losing("about")
    done = run(["translate", "mine", "other", "--with", "deepl"])
    assert done.code == 1
    made = fields(mine)
    assert (made["status"], lines(mine)[0]) == ("needs-review", LINE_1)
    assert lines(mine)[1].startswith("读者: [VARIABLE1]")
    assert len(made["review"]) == 1
    assert made["review"][0].startswith("prompt, line 1: ")
    assert "[PROMPT] 0 times" in made["review"][0]
    assert fields(other)["status"] == "machine"
    assert "needs review: " in done.err
    assert "spells/mine.zh.yaml: 1 line" in done.err
    assert "1 written, 1 need review, 0 refused, 0 without an answer" in done.err
    assert re.search(r"^\s?mine\s+prompt, line 1\s+placeholders\s+each must be there", done.out, re.MULTILINE)
    assert "other" not in done.out


def test_what_waits_for_a_person_is_left_alone_and_told_each_time(mine: Path, deepl: DeepLServer) -> None:
    deepl.engine = losing("about")
    call(["translate", "mine", "--with", "deepl"])
    before, count = sidecar(mine).read_bytes(), deepl.requests
    again = run(["translate", "mine", "--with", "deepl"])
    assert (again.code, again.out, deepl.requests) == (1, "", count)
    assert "left alone: mine: it waits for a person (grimoire translate mine --to zh --review" in again.err
    assert sidecar(mine).read_bytes() == before
    deepl.engine = default_engine
    assert call(["translate", "mine", "--with", "deepl", "--force"]).code == 0
    assert (fields(mine)["status"], "review" in fields(mine)) == ("machine", False)


def test_what_needs_a_person_as_json_is_an_object_a_line(mine: Path, deepl: DeepLServer) -> None:
    deepl.engine = losing("[")  # no engine is sent a bracket of ours
    assert call(["translate", "mine", "--with", "deepl", "--json"]).out == ""
    deepl.engine = lambda *_: ""
    done = call(["translate", "mine", "--with", "deepl", "--json", "--force"], env={"GRIMOIRE_LEDGER": "other.db"})
    assert done.code == 1
    assert {"spell", "where", "gate", "reason", "source", "target", "advice"} == done.lines[0].keys()
    assert {(line["spell"], line["gate"]) for line in done.lines} == {("mine", "empty")}


def test_a_failed_result_never_replaces_a_good_one(mine: Path, deepl: DeepLServer) -> None:
    call(["translate", "mine", "--with", "deepl"])
    before = sidecar(mine).read_bytes()
    deepl.engine = losing("about")
    forced = call(["translate", "mine", "--with", "deepl", "--force"], env={"GRIMOIRE_LEDGER": "empty.db"})
    assert forced.code == 1
    assert "1 line would be worse than what is there, which stays" in forced.err
    assert "0 written, 0 need review, 1 refused" in forced.err
    assert sidecar(mine).read_bytes() == before


def test_a_second_engine_mends_what_the_first_cannot(mine: Path, deepl: DeepLServer, backends: OpenAIServer) -> None:
    deepl.engine = losing("about")
    backends.reply = translating()
    done = run(["translate", "mine", "--with", "deepl", "--with", "one"])
    assert (done.code, done.out) == (0, ""), done.err
    assert (fields(mine)["translator"], fields(mine)["status"]) == ("deepl, one/m1", "machine")
    assert sorted(re.findall(r"\[[A-Z]+\]", lines(mine)[0])) == ["[PROMPT]", "[TARGETLANGUAGE]"]
    assert "for mending, 1 mended" in done.err
    assert (backends.count, backends.keys) == (1, ["sk-one-5ecre7-1111"])


@pytest.mark.parametrize("bound", [0, 1, 2])
def test_mending_is_bounded_by_the_settings(folder: Path, mine: Path, deepl: DeepLServer, bound: int) -> None:
    (folder / "grimoire.yaml").write_text(f"repair_requests: {bound}\n", encoding="utf-8")
    deepl.engine = losing("about")
    done = call(["translate", "mine", "--with", "deepl"])
    assert (done.code, len(deepl.bodies)) == (1, 1 + bound)
    assert (f"{bound} of them for mending, 0 mended" in done.err) is (bound > 0)


def test_what_it_cost_is_told(mine: Path, deepl: DeepLServer) -> None:
    done = run(["translate", "mine", "--with", "deepl"])
    sent = deepl.bodies[0]["text"]
    said = re.search(r"(\d+) segments asked for, (\d+) characters; 0 remembered; 1 request\n", done.err)
    assert said, done.err
    assert (int(said[1]), len(deepl.bodies)) == (len(sent), 1)
    assert 0 < int(said[2]) <= sum(map(len, sent))  # the marks that tell texts of a request apart are not the spell's


def test_a_remembered_line_is_not_paid_for_again(mine: Path, deepl: DeepLServer) -> None:
    call(["translate", "mine", "--with", "deepl"])
    before = lines(mine)
    edit(mine, **{"Write an article": "Write a long article"})
    done = call(["translate", "mine", "--with", "deepl"])
    assert done.code == 0
    (sent,) = texts_sent(deepl)[1:]
    assert sent == ["Write a long article in _ about: _"]
    assert "1 segment asked for" in done.err
    assert (lines(mine)[0] != before[0], lines(mine)[1:]) == (True, before[1:])
    sidecar(mine).unlink()
    call(["translate", "mine", "--with", "deepl"])
    assert len(texts_sent(deepl)) == 2


def test_what_a_person_wrote_comes_back_when_the_spell_changes(
    mine: Path, write_spell: Callable[..., Path], deepl: DeepLServer
) -> None:
    call(["translate", "mine", "--with", "deepl"])
    approve(mine, 读者="受众")
    write_spell("other", about="concerning")
    call(["translate", "mine", "other", "--with", "deepl"])
    edit(mine, **{"Write an article": "Write a long article"})
    assert call(["translate", "mine", "--with", "deepl", "--force"]).code == 0
    assert lines(mine)[1].startswith("受众")


def test_a_run_with_nothing_to_make_learns_what_a_person_wrote(mine: Path, deepl: DeepLServer) -> None:
    call(["translate", "mine", "--with", "deepl"])
    approve(mine, 读者="受众")
    assert "nothing to translate" in call(["translate", "mine", "--with", "deepl"]).err
    edit(mine, **{"Write an article": "Write a long article"})
    assert call(["translate", "mine", "--with", "deepl", "--force"]).code == 0
    assert lines(mine)[1].startswith("受众")


def test_a_reviewed_translation_that_is_stale_is_not_replaced_by_a_failed_one(mine: Path, deepl: DeepLServer) -> None:
    call(["translate", "mine", "--with", "deepl"])
    text = approve(mine)
    edit(mine, **{"Write an article": "Write a long article"})
    deepl.engine = losing("about")
    forced = call(["translate", "mine", "--with", "deepl", "--force"])
    assert (forced.code, sidecar(mine).read_text(encoding="utf-8")) == (1, text)
    assert "which stays" in forced.err


def test_the_settings_may_name_both_engines(
    folder: Path, mine: Path, deepl: DeepLServer, backends: OpenAIServer
) -> None:
    settings = (folder / "grimoire.yaml").read_text(encoding="utf-8")
    named = f"{settings}\ntranslator: deepl\nsecond_translator: one\n"
    (folder / "grimoire.yaml").write_text(named, encoding="utf-8")
    deepl.engine = losing("about")
    backends.reply = translating()
    assert call(["translate", "mine"]).code == 0
    assert fields(mine)["translator"] == "deepl, one/m1"
    sidecar(mine).unlink()
    deepl.bodies.clear()
    assert call(["translate", "mine", "--with", "two"], env={"GRIMOIRE_LEDGER": "other.db"}).code == 0
    assert (fields(mine)["translator"], deepl.bodies) == ("two/m2", [])


def test_who_interrupts_it_keeps_what_was_paid_for(write_spell: Callable[..., Path], deepl: DeepLServer) -> None:
    numbered = "\n".join(f"  Write about topic {number} of the audience" for number in range(100, 220))
    spell = write_spell("mine", **{"  Audience:": f"{numbered}\n  Audience:"})
    gate = threading.Event()

    def wait(text: str, body: Body) -> str:
        if "topic 219" in text:
            gate.wait(timeout=20)
        return default_engine(text, body)

    deepl.engine = wait
    with started(["translate", "mine", "--with", "deepl"]) as process:
        wait_until(lambda: stored() >= 50)
        process.send_signal(signal.SIGINT)
        gate.set()
        assert process.wait(timeout=20) == 130
    assert not sidecar(spell).exists()
    kept, before = stored(), len(texts_sent(deepl))
    assert call(["translate", "mine", "--with", "deepl"]).code == 0
    assert fields(spell)["status"] == "machine"
    assert sum(map(len, texts_sent(deepl)[before:])) == 120 + 10 - kept


def stored() -> int:
    """How many segments the memory has."""
    return int(call(["translate", "--memory-stats", "--json"]).json["segments"])


def test_the_memory_is_counted(mine: Path, deepl: DeepLServer) -> None:
    none = run(["translate", "--memory-stats"])
    assert (none.code, none.out) == (0, "")
    assert "no translation memory yet" in none.err
    assert call(["translate", "--memory-stats", "--json"]).json == {"segments": 0, "characters": 0, "shares": []}
    call(["translate", "mine", "--with", "deepl"])
    table = run(["translate", "--memory-stats"])
    count = len(texts_sent(deepl)[0])
    assert table.code == 0
    assert re.search(rf"^\s?en\s+zh\s+deepl\s+{count}\s+\d+$", table.out, re.MULTILINE), table.out
    counted = call(["translate", "--memory-stats", "--json"]).json
    assert counted["segments"] == count
    assert counted["characters"] > count
    share = {"source": "en", "target": "zh", "engine": "deepl", "segments": count, "characters": counted["characters"]}
    assert counted["shares"] == [share]


def test_what_the_account_has_used_is_told_before_and_after(mine: Path, deepl: DeepLServer) -> None:
    deepl.characters = 1000
    done = call(["translate", "mine", "--with", "deepl"])
    assert "deepl: 1,000 of 500,000 characters used before\n" in done.err
    assert f"deepl: {deepl.characters:,} of 500,000 characters used now\n" in done.err


def test_a_quota_that_ends_midway_loses_nothing_that_was_paid_for(
    mine: Path, write_spell: Callable[..., Path], deepl: DeepLServer
) -> None:
    numbered = "\n".join(f"  Write about topic {number} of the audience" for number in range(120))
    write_spell("other", **{"  Audience:": f"{numbered}\n  Audience:"})
    deepl.limit = 3000
    failed = call(["translate", "mine", "other", "--with", "deepl"])
    assert failed.code == 3
    assert "characters are used up" in failed.err
    assert (sidecar(mine).exists(), sidecar(other := mine.with_name("other.yaml")).exists()) == (True, False)
    deepl.limit = 100_000
    before = deepl.characters
    assert call(["translate", "other", "--with", "deepl"]).code == 0
    assert sidecar(other).exists()
    assert deepl.characters < before + 120 * 50 - 1000


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param(456, "characters are used up", id="quota"),
        pytest.param(403, "check the key", id="key"),
    ],
)
def test_an_engine_that_gives_no_answer_ends_with_3(mine: Path, deepl: DeepLServer, fault: int, said: str) -> None:
    deepl.faults = [fault] * 10
    failed = call(["translate", "mine", "--with", "deepl"])
    assert (failed.code, failed.out) == (3, "")
    assert said in failed.err
    assert not sidecar(mine).exists()


def test_an_engine_that_cannot_be_reached_ends_with_3(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import deepl

    monkeypatch.setattr(deepl.http_client, "max_network_retries", 0)  # the SDK's own switch; else it waits 15 seconds
    gone = {"DEEPL_AUTH_KEY": KEY, "DEEPL_SERVER_URL": "http://127.0.0.1:9"}
    failed = call(["translate", "mine", "--with", "deepl"], env=gone)
    assert (failed.code, failed.out) == (3, "")
    assert "no answer: mine" in failed.err
    assert KEY not in failed.err


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        pytest.param(["mine", "--with", "deepl"], 3, "$DEEPL_AUTH_KEY is not set", id="no-key"),
        pytest.param(["mine"], 2, "no translator chosen", id="no-engine"),
        pytest.param(["mine", "--with", "depl"], 2, "no backend `depl`", id="no-such-engine"),
        pytest.param([], 2, "or say --all", id="nothing-named"),
        pytest.param(["mine", "--all"], 2, "exclude each other", id="names-and-all"),
        pytest.param(["mine", "--back", "--dry-run"], 2, "--dry-run is for translating", id="back-and-dry-run"),
        pytest.param(["nmie"], 2, "did you mean `mine`", id="no-such-spell"),
        pytest.param(["mine", "--to", ""], 2, "no language is called", id="no-language"),
        pytest.param(["mine", "--to", "zh,ja"], 2, "no language is called", id="two-languages"),
    ],
)
def test_a_wrong_call(mine: Path, args: list[str], code: int, said: str) -> None:
    refused = call(["translate", *args])
    assert (refused.code, refused.out) == (code, "")
    assert said in refused.err


def test_a_spell_that_is_not_valid_is_told_and_ends_with_2(
    mine: Path, write_spell: Callable[..., Path], deepl: DeepLServer
) -> None:
    write_spell("bad", hint="hnit")
    done = call(["translate", "mine", "bad", "--with", "deepl"])
    assert done.code == 2
    assert "spells/bad.yaml:4" in done.err
    assert sidecar(mine).exists()


def test_a_chat_backend_translates_too(mine: Path, backends: OpenAIServer) -> None:
    backends.reply = translating()
    done = run(["translate", "mine", "--with", "one"])
    assert (done.code, done.out) == (0, ""), done.err
    assert fields(mine)["translator"] == "one/m1"
    assert call(["lint", "--strict", "spells"]).code == 0
    assert {body["model"] for body in backends.bodies} == {"m1"}


def test_a_chat_backend_that_answers_the_prompt_leaves_it_to_a_person(mine: Path, backends: OpenAIServer) -> None:
    failed = call(["translate", "mine", "--with", "one"])
    assert failed.code == 1
    made = fields(mine)
    assert (made["status"], lines(mine)[0]) == ("needs-review", LINE_1)
    assert "willow stands" not in sidecar(mine).read_text(encoding="utf-8")
    assert backends.count <= 101  # repair_requests, and the first


def test_without_the_memory_every_line_is_asked_for_again(mine: Path, deepl: DeepLServer) -> None:
    call(["translate", "mine", "--with", "deepl"])
    sent = deepl.characters
    again = call(["translate", "mine", "--with", "deepl", "--force"])
    assert (again.code, deepl.characters) == (0, sent)
    anew = call(["translate", "mine", "--with", "deepl", "--force", "--no-memory"])
    assert (anew.code, deepl.characters) == (0, 2 * sent)
    assert " 0 remembered" in anew.err


def test_what_a_person_reviewed_meanwhile_stays(mine: Path, deepl: DeepLServer) -> None:
    call(["translate", "mine", "--with", "deepl"])
    theirs = sidecar(mine).read_text(encoding="utf-8").replace("status: machine", "status: reviewed")
    sidecar(mine).unlink()

    def slowly(text: str, body: Body) -> str:
        sidecar(mine).write_text(theirs, encoding="utf-8")
        return default_engine(text, body)

    deepl.engine = slowly
    done = call(["translate", "mine", "--with", "deepl", "--no-memory"])
    assert (done.code, sidecar(mine).read_text(encoding="utf-8")) == (1, theirs)
    assert "reviewed its translation meanwhile" in done.err
