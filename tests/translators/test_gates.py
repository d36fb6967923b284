from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from grimoire.translators.brackets import Brackets
from grimoire.translators.gates import GATES, Pair
from grimoire.translators.skeleton import has_words

LONG = "Write one complete article for people who know nothing about the subject, in plain words"
LONG_ZH = "请用平实的语言，为对这个主题一无所知的人写一篇完整的文章"
SPELLS = Path(__file__).parents[2] / "spells"


def failing(piece: str, result: str, *, source: str = "en", target: str = "zh", closed: str = "") -> list[str]:
    pair = Pair(piece=piece, result=result, source=source, target=target, brackets=Brackets("⟦", "⟧"), closed=closed)
    return [name for name, gate in GATES.items() if gate(pair)]


@pytest.mark.parametrize(
    ("gate", "piece", "result"),
    [
        pytest.param("empty", "Write it", "", id="empty"),
        pytest.param("empty", "Write ⟦0⟧", "⟦0⟧。", id="only-the-token"),
        pytest.param("characters", "Write it", "写\u2066它", id="isolate"),
        pytest.param("characters", "Write it", "\ufeff写它", id="byte-order-mark"),
        pytest.param("added", "Write 'it'", "写&#39;它&#39;", id="entity"),
        pytest.param("added", "Write & send", "写 &amp; 发", id="ampersand-escaped"),
        pytest.param("blocks", "Write it", "# 写它", id="heading"),
        pytest.param("blocks", "Write it", "- 写它", id="list-item"),
        pytest.param("blocks", "Write it", "``` 写它", id="fence"),
        pytest.param("chatter", "Write it", "写它（译注：占位符保留）", id="translators-note"),
        pytest.param("tokens", "Write ⟦0⟧", "写", id="token-lost"),
        pytest.param("tokens", "Write ⟦0⟧", "写⟦0⟧和⟦0⟧", id="token-twice"),
        pytest.param("tokens", "Write ⟦0⟧", "写⟦0⟧和⟦1⟧", id="token-unknown"),
        pytest.param("tokens", "Write ⟦0⟧", "写⟦00⟧", id="token-padded"),
        pytest.param("tokens", "Write ⟦0⟧ of ⟦1⟧", "写⟦0⟧的⟦0⟧", id="one-for-the-other"),
        pytest.param("leak", "Write it", "⟦写它", id="half-a-token"),
        pytest.param("leak", "Write ⟦0⟧", "写⟦0⟧⟧", id="bracket-doubled"),
        pytest.param("lines", "Write it", "写\n它", id="newline"),
        pytest.param("lines", "Write it", "写\u2028它", id="line-separator"),
        pytest.param("characters", "Write it", "写\x1b[31m它", id="escape"),
        pytest.param("characters", "Write it", "写\ud800它", id="surrogate"),
        pytest.param("characters", "Write it", "写\u202e它", id="override"),
        pytest.param("added", "Write it", "写[PROMPT]", id="placeholder-added"),
        pytest.param("added", "Write it", "写 https://evil.example/x", id="url-added"),
        pytest.param("added", "Write it", "写{x}", id="slot-added"),
        pytest.param("added", "Write it", "<b>写</b>", id="tag-added"),
        pytest.param("numbers", "Write 30 words", "写20字", id="number-changed"),
        pytest.param("untranslated", "Write about it", "Write about it", id="same"),
        pytest.param("untranslated", "Write about ⟦0⟧ now", "write  about ⟦0⟧ now", id="same-but-for-case-and-space"),
        pytest.param("script", LONG, LONG.upper().replace("WRITE", "SCHREIBE"), id="another-script"),
        pytest.param("length", LONG, "写文章", id="cut"),
        pytest.param("length", LONG, LONG_ZH * 5, id="answered"),
        pytest.param("chatter", "Write it", "以下是译文：写它", id="here-is"),
        pytest.param("chatter", "Write it", "抱歉，我无法翻译", id="refusal"),
    ],
)
def test_a_gate_fires(gate: str, piece: str, result: str) -> None:
    assert gate in failing(piece, result)


@pytest.mark.parametrize(
    ("piece", "result"),
    [
        pytest.param(LONG, LONG_ZH, id="prose"),
        pytest.param("Write ⟦0⟧ of ⟦1⟧", "写⟦1⟧的⟦0⟧", id="tokens-moved"),
        pytest.param("Write ⟦0⟧ now", "现在写⟦ 0 ⟧", id="token-with-spaces"),
        pytest.param("Use &amp; here", "这里用&amp;", id="entity-that-was-sent"),
        pytest.param("A **bold** word", "**粗体**的词", id="bold-first"),
        pytest.param("#tags for it", "#标签", id="hashtag"),
        pytest.param("Use WordPress", "WordPress", id="name-alone"),
        pytest.param("Say that you are sorry", "抱歉，我不能来", id="an-apology-that-was-sent"),
        pytest.param("Translation: ⟦0⟧", "译文：⟦0⟧", id="translation-that-was-sent"),
        pytest.param("3 tips", "三个技巧", id="number-as-word"),
        pytest.param("Ask: who?", "问：谁？", id="chinese-punctuation"),
        pytest.param("the [Business Name] goes", "[公司名称]写在", id="slot-for-the-model"),
    ],
)
def test_no_gate_fires(piece: str, result: str) -> None:
    assert failing(piece, result) == []


@pytest.mark.parametrize("result", ["语气:正式", "正|式", "正]式"])
def test_a_definition_stays_closed(result: str) -> None:
    assert failing("formal", result, closed=":|]") == ["delimiters"]
    assert failing("formal", result) == []


def test_a_delimiter_that_was_sent_may_stay() -> None:
    assert failing("time: short", "时间: 短", closed=":|]") == []


def test_a_spell_may_be_left_in_its_language() -> None:
    assert failing(LONG, LONG, source="en", target="en") == []


def test_another_script_is_asked_of_long_pieces_only() -> None:
    assert failing("Google Ads", "Google Ads", target="ru") == []
    assert "script" in failing(LONG, f"Also {LONG}", target="ru")


@pytest.mark.parametrize("path", sorted(SPELLS.glob("*/*.zh.yaml")), ids=lambda path: path.stem)
def test_translations_made_by_people_pass(path: Path) -> None:
    theirs = yaml.safe_load(path.read_text("utf-8"))["prompt"].splitlines()
    ours = yaml.safe_load(path.with_name(path.name.replace(".zh.", ".")).read_text("utf-8"))["prompt"].splitlines()
    pairs = [(piece, result) for piece, result in zip(ours, theirs, strict=False) if has_words(piece)]
    if len(ours) != len(theirs):
        pytest.skip("its lines do not stand beside each other")
    # `added` is about pieces whose placeholders are tokens already, which whole lines are not.
    fired = {piece: names for piece, result in pairs if (names := set(failing(piece, result)) - {"added"})}
    assert fired == {}
