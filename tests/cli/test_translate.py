from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from grimoire import yamlfile
from tests.cli.conftest import asked
from tests.cli.process import call, run
from tests.servers.deepl_server import KEY, DeepLServer, translate_words
from tests.servers.openai_server import Body, OpenAIServer, Reply


@pytest.fixture
def mine(write_spell: Callable[..., Path]) -> Path:
    return write_spell()


def sidecar(spell: Path) -> Path:
    return spell.with_name(f"{spell.stem}.zh.yaml")


def fields(spell: Path) -> dict[str, object]:
    data = yamlfile.read(sidecar(spell)).data
    assert isinstance(data, dict)
    return data


def review(spell: Path, **changes: str) -> str:
    text = sidecar(spell).read_text(encoding="utf-8").replace("status: machine", "status: reviewed")
    for old, new in changes.items():
        text = text.replace(old, new)
    sidecar(spell).write_text(text, encoding="utf-8")
    return text


def edit(spell: Path, old: str, new: str) -> None:
    spell.write_text(spell.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_a_translation_is_written_beside_its_spell_and_not_paid_for_twice(mine: Path, deepl: DeepLServer) -> None:
    first = run(["translate", "mine", "--with", "deepl"])
    assert (first.code, first.out) == (0, ""), first.err
    assert first.err.endswith("1 written, 0 refused, 0 without an answer\n")
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
    edit(mine, "Write an article", "Write a long article")
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
    text = review(mine, 文章="美文")
    edit(mine, old, new)
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
    edit(mine, "about: [PROMPT]", "about: [PROMPT] [PROMPT]")
    assert call(["translate", "mine", "--with", "deepl"]).code == 0
    assert str(fields(mine)["prompt"]).count("[PROMPT]") == 2


def test_a_lost_placeholder_is_refused_with_its_line_and_ends_no_batch(
    mine: Path, write_spell: Callable[..., Path], deepl: DeepLServer
) -> None:
    other = write_spell("other", about="concerning", Audience="Readers")

    def lose(text: str, body: Body) -> str:
        translated = translate_words(text, body["target_lang"])
        return re.sub(r"\S\d+\S", "", translated) if "about" in text else translated

    deepl.engine = lose
    refused = run(["translate", "mine", "other", "--with", "deepl"])
    assert (refused.code, refused.out) == (1, "")
    assert "spells/mine.yaml" in refused.err
    assert "prompt, line 1" in refused.err
    assert "[PROMPT]" in refused.err
    assert not sidecar(mine).exists()
    assert sidecar(other).exists()
    assert "1 written, 1 refused" in refused.err


def test_a_refused_translation_replaces_no_good_one(mine: Path, deepl: DeepLServer) -> None:
    call(["translate", "mine", "--with", "deepl"])
    before = sidecar(mine).read_bytes()
    edit(mine, "Write an article", "Write a long article")
    deepl.engine = lambda *_: ""
    assert call(["translate", "mine", "--with", "deepl"]).code == 1
    assert sidecar(mine).read_bytes() == before


def test_a_dry_run_sends_nothing(mine: Path, deepl: DeepLServer) -> None:
    shown = run(["translate", "mine", "--with", "deepl", "--dry-run"])
    assert (shown.code, deepl.requests) == (0, 0)
    assert re.fullmatch(r"mine\tzh\tmissing\t\d+ characters\n", shown.out)
    assert not sidecar(mine).exists()


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
        pytest.param(["mine", "--all"], 2, "or say --all", id="names-and-all"),
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


def translated_json(body: Body) -> Reply:
    """What a chat model that does as it is told answers."""
    pieces = json.loads(asked(body))["pieces"]
    texts = [{"id": piece["id"], "text": translate_words(piece["text"], "ZH-HANS")} for piece in pieces]
    return Reply(text=json.dumps({"translations": texts}, ensure_ascii=False))


def test_a_chat_backend_translates_too(mine: Path, backends: OpenAIServer) -> None:
    backends.reply = translated_json
    done = run(["translate", "mine", "--with", "one"])
    assert (done.code, done.out) == (0, ""), done.err
    assert fields(mine)["translator"] == "one/m1"
    assert call(["lint", "--strict", "spells"]).code == 0
    assert {body["model"] for body in backends.bodies} == {"m1"}


def test_a_chat_backend_that_answers_the_prompt_gives_no_translation(mine: Path, backends: OpenAIServer) -> None:
    failed = call(["translate", "mine", "--with", "one"])
    assert failed.code == 3
    assert "did not answer with the JSON" in failed.err
    assert not sidecar(mine).exists()
