from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.process import call, run
from tests.cli.sidecars import edit, sidecar
from tests.servers.deepl_server import Body, DeepLServer, translate_words
from tests.servers.openai_server import ENGLISH, OpenAIServer, Reply

BACK = {
    "写文章用": "Write an article in",
    "关于: ": "about: ",
    "读者: ": "Audience: ",
    "语气: ": "Tone: ",
}


def interpret(text: str, body: Body) -> str:
    """Knows its Chinese, as far as it goes; anything else becomes something else."""
    if body["target_lang"].startswith("ZH"):
        return translate_words(text, body["target_lang"])
    for chinese, english in BACK.items():
        text = text.replace(chinese, english)
    return "".join("nothing " if "一" <= char <= "鿿" else char for char in text)


@pytest.fixture
def good_and_bad(write_spell: Callable[..., Path], deepl: DeepLServer) -> tuple[Path, Path]:
    """Two spells; the second's translation says something else on its first line."""
    good, bad = write_spell("good"), write_spell("bad")
    deepl.engine = interpret
    assert call(["translate", "--all", "--with", "deepl"], env={"GRIMOIRE_LEDGER": "other.db"}).code == 0
    edit(sidecar(bad), 写文章用="煮三碗汤给")
    deepl.bodies.clear()
    return good, bad


def test_a_bad_translation_ranks_below_a_good_one(good_and_bad: tuple[Path, Path], deepl: DeepLServer) -> None:
    shown = run(["translate", "good", "bad", "--back", "--with", "deepl", "--json"])
    assert shown.code == 0, shown.err
    worse, better = shown.lines
    assert (worse["spell"], better["spell"]) == ("bad", "good")
    assert better["likeness"] > 0.9
    assert worse["likeness"] < better["likeness"] - 0.1
    assert (worse["worst_line"], worse["source"]) == (1, "Write an article in [TARGETLANGUAGE] about: [PROMPT]")
    assert worse["target"].startswith("煮三碗汤给")
    assert worse["back"].startswith("nothing nothing")
    assert worse.keys() == {"spell", "language", "likeness", "worst_line", "source", "target", "back"}
    assert "where to look" in shown.err
    assert {body["target_lang"] for body in deepl.bodies} == {"EN-US"}


def test_as_a_table_the_least_alike_comes_first(good_and_bad: tuple[Path, Path]) -> None:
    shown = run(["translate", "good", "bad", "--back", "--with", "deepl"])
    rows = [line for line in shown.out.splitlines() if line.strip()[:2] in {"0.", "1."}]
    assert [row.split()[1] for row in rows] == ["bad", "good"]


def test_nothing_is_written_and_the_second_time_is_free(good_and_bad: tuple[Path, Path], deepl: DeepLServer) -> None:
    before = [sidecar(path).read_bytes() for path in good_and_bad]
    first = call(["translate", "good", "bad", "--back", "--with", "deepl", "--json"])
    count = len(deepl.bodies)
    again = call(["translate", "good", "bad", "--back", "--with", "deepl", "--json"])
    assert (again.code, again.out, len(deepl.bodies)) == (0, first.out, count)
    assert [sidecar(path).read_bytes() for path in good_and_bad] == before


def test_what_came_back_is_no_translation_that_could_be_written(
    good_and_bad: tuple[Path, Path], deepl: DeepLServer
) -> None:
    call(["translate", "bad", "--back", "--with", "deepl"])
    for path in good_and_bad:
        sidecar(path).unlink()
    plan = call(["translate", "bad", "--with", "deepl", "--dry-run", "--json"])
    assert plan.lines[0]["remembered"] == 0


def test_without_an_answer_it_ends_with_3_and_says_why(good_and_bad: tuple[Path, Path], deepl: DeepLServer) -> None:
    deepl.limit = 0
    failed = run(["translate", "good", "bad", "--back", "--with", "deepl"])
    assert failed.code == 3
    assert "no answer: good: " in failed.err
    assert "characters are used up" in failed.err
    assert failed.err.endswith("2 without an answer\n")


def test_an_engine_that_answers_nothing_is_not_remembered(good_and_bad: tuple[Path, Path], deepl: DeepLServer) -> None:
    deepl.engine = lambda *_: ""
    nothing = call(["translate", "good", "--back", "--with", "deepl", "--json"])
    assert nothing.lines[0]["likeness"] < 0.5
    deepl.engine = interpret
    assert call(["translate", "good", "--back", "--with", "deepl", "--json"]).lines[0]["likeness"] > 0.9


def test_a_chat_model_may_go_back_too(good_and_bad: tuple[Path, Path], backends: OpenAIServer) -> None:
    backends.reply = Reply(text=ENGLISH)
    rows = call(["translate", "good", "--back", "--with", "one", "--json"]).lines
    assert rows[0]["likeness"] < 0.5
    assert ENGLISH not in rows[0]["back"]


def test_only_what_is_translated_can_go_back(write_spell: Callable[..., Path], deepl: DeepLServer) -> None:
    write_spell()
    nothing = run(["translate", "mine", "--back", "--with", "deepl"])
    assert (nothing.code, nothing.out) == (0, "")
    assert "nothing is translated into zh" in nothing.err


def test_it_needs_an_engine(write_spell: Callable[..., Path]) -> None:
    write_spell()
    refused = call(["translate", "mine", "--back"])
    assert (refused.code, refused.out) == (2, "")
    assert "no translator chosen" in refused.err
