from __future__ import annotations

import re

import pytest

from grimoire import glossaryfile
from grimoire.library import Library, shipped
from grimoire.segment import Segment, Term
from grimoire.translators.brackets import Brackets
from grimoire.translators.examine import examine
from grimoire.translators.gates import GATES
from grimoire.translators.pair import Pair

LONG = "Write one complete article for people who know nothing about the subject, in plain words"
LONG_ZH = "请用平实的语言，为对这个主题一无所知的人写一篇完整的文章"
TERMS = (Term("long-tail keyword", ("长尾关键词", "长尾词")),)


def failing(
    piece: str,
    result: str,
    *,
    source: str = "en",
    target: str = "zh",
    closed: str = "",
    title: bool = False,
    kinds: tuple[str, ...] = (),
    names: tuple[str, ...] = (),
    terms: tuple[Term, ...] = (),
) -> list[str]:
    tokens = len(re.findall("⟦", piece))
    pair = Pair(
        segment=Segment(piece, kinds or ("prompt",) * tokens, terms),
        result=result,
        source=source,
        target=target,
        brackets=Brackets("⟦", "⟧"),
        names=names or tuple(f"[{number}]" for number in range(tokens)),
        closed=closed,
        title=title,
    )
    return [name for name, gate in GATES.items() if gate.check(pair)]


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
        pytest.param("refusal", "Write it", "写它（译注：占位符保留）", id="translators-note"),
        pytest.param("placeholders", "Write ⟦0⟧", "写", id="token-lost"),
        pytest.param("placeholders", "Write ⟦0⟧", "写⟦0⟧和⟦0⟧", id="token-twice"),
        pytest.param("placeholders", "Write ⟦0⟧", "写⟦0⟧和⟦1⟧", id="token-unknown"),
        pytest.param("placeholders", "Write ⟦0⟧", "写⟦00⟧", id="token-padded"),
        pytest.param("placeholders", "Write ⟦0⟧ of ⟦1⟧", "写⟦0⟧的⟦0⟧", id="one-for-the-other"),
        pytest.param("leftover", "Write it", "⟦写它", id="half-a-token"),
        pytest.param("leftover", "Write ⟦0⟧", "写⟦0⟧⟧", id="bracket-doubled"),
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
        pytest.param("unchanged", "Write about it", "Write about it", id="same"),
        pytest.param("unchanged", "Write about ⟦0⟧ now", "write  about ⟦0⟧ now", id="same-but-for-case-and-space"),
        pytest.param("script", LONG, LONG.upper().replace("WRITE", "SCHREIBE"), id="another-script"),
        pytest.param("length", LONG, "写文章", id="cut"),
        pytest.param("length", LONG, LONG_ZH * 5, id="answered"),
        pytest.param("refusal", "Write it", "以下是译文：写它", id="here-is"),
        pytest.param("refusal", "Write it", "抱歉，我无法翻译", id="refusal"),
        pytest.param(
            "refusal", "Do not translate it", "翻译：不要翻译它", id="announced-though-it-is-about-translating"
        ),
        pytest.param(
            "refusal", "Answer with 3 notes", "用三条（译注：原文如此）回答", id="note-though-it-is-about-notes"
        ),
        pytest.param("refusal", "Write it", "写它。希望对您有帮助！", id="an-offer-behind-it"),
        pytest.param("quotes", "Write it", "“写它”", id="quoted"),
        pytest.param("quotes", '"Write" it', '「 "写"它」', id="quoted-once-more"),
        pytest.param("script", "The tone", "Тон", id="a-third-script-in-a-short-piece"),
        pytest.param("script", "Привет мир now.", "яаштхв ьша лр.", id="a-third-script-beside-what-was-sent"),
        pytest.param("blocks", "- Write it", "# - 写它", id="a-heading-around-a-list-item"),
        pytest.param("length", "Write about it in a friendly tone.", "写它", id="cut-with-its-full-stop"),
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
        pytest.param('Say "yes" or "no"', "“是”或“否”", id="quotes-that-were-sent"),
        pytest.param('{"a": [⟦0⟧]}', '{"甲": [⟦0⟧]}', id="braces-around-a-token"),
        pytest.param("Say 日本語です now", "现在说日本語です", id="japanese-that-was-sent"),
        pytest.param("Translate: ⟦0⟧", "翻译：⟦0⟧", id="an-order-to-translate"),
        pytest.param("I hope this helps you", "希望这对您有帮助", id="an-offer-that-was-sent"),
        pytest.param("Say Привет мир now", "说 Привет мир", id="russian-that-was-sent"),
        pytest.param("- Write it", "- 写它", id="a-mark-that-was-sent"),
        pytest.param("Use the π sign", "使用 π 符号", id="a-greek-sign"),
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


@pytest.mark.parametrize(
    ("kind", "gate"),
    [
        ("url", "protected"),
        ("code", "protected"),
        ("slot", "protected"),
        ("name", "names"),
        ("url+prompt", "placeholders"),
    ],
)
def test_what_was_lost_names_its_gate(kind: str, gate: str) -> None:
    assert failing("Write ⟦0⟧ now", "现在写", kinds=(kind,)) == [gate]


@pytest.mark.parametrize(
    ("result", "gates"),
    [
        pytest.param("看⟦1⟧写的 [文章](⟦0⟧)", [], id="moved"),
        pytest.param("看⟦1⟧写的 [文章] ( ⟦0⟧)", [], id="spaced"),
        pytest.param("看⟦1⟧写的 [文章]()⟦0⟧", ["protected"], id="link-torn"),
        pytest.param("看⟦1⟧⟦1⟧写的 [文章](⟦0⟧)", ["protected", "names"], id="name-twice"),
        pytest.param("看⟦1⟧和⟦1⟧写的 [文章](⟦0⟧)", [], id="name-again"),
        pytest.param("看v⟦1⟧写的 [文章](⟦0⟧)", ["protected"], id="name-glued"),
        pytest.param("看⟦1⟧5写的 [文章](⟦0⟧)", ["protected", "numbers"], id="name-continued"),
        pytest.param("看⟦1⟧s 和 ⟦1⟧-版本写的 [文章](⟦0⟧)", [], id="name-with-an-ending"),
        pytest.param("看⟦1⟧写的 [文章](⟦0⟧/zh)", ["protected"], id="url-continued"),
    ],
)
def test_what_stands_around_a_token(result: str, gates: list[str]) -> None:
    sent = "Read the [article](⟦0⟧) by ⟦1⟧"
    assert failing(sent, result, kinds=("url", "name"), names=("https://example.com", "Midjourney")) == gates


@pytest.mark.parametrize(
    ("result", "fires"),
    [
        pytest.param("标题", False, id="a-title"),
        pytest.param("如何写好标题：十个方法", False, id="with-a-colon-inside"),
        pytest.param("请写一篇文章。文章要有十个标题。", True, id="sentences"),
        pytest.param("好的标题能够吸引读者的注意力并且让他们继续往下阅读整篇文章的内容", True, id="a-text"),
    ],
)
def test_a_title_stays_a_title(result: str, fires: bool) -> None:
    assert ("title" in failing("Better Title Writer", result, title=True)) is fires
    assert "title" not in failing("Better Title Writer", result)


@pytest.mark.parametrize(
    ("result", "target", "fires"),
    [
        pytest.param("请写一篇关于这个主题的文章，并说明实际问题", "zh", False, id="simplified"),
        pytest.param("請寫一篇關於這個主題的文章，並說明實際問題", "zh", True, id="traditional-for-simplified"),
        pytest.param("請寫一篇關於這個主題的文章，並說明實際問題", "zh-Hant", False, id="traditional"),
        pytest.param("请写一篇关于这个主题的文章，并说明实际问题", "zh-Hant", True, id="simplified-for-traditional"),
        pytest.param("この主題について記事を書いてください。問題を説明します", "zh", True, id="japanese-for-chinese"),
        pytest.param("この主題について記事を書いてください。問題を説明します", "ja", False, id="japanese"),
        pytest.param("请写一篇关于这个主题的文章，并说明实际问题", "ja", True, id="chinese-for-japanese"),
        pytest.param(
            "Schreiben Sie einen Artikel über das Thema und die Fragen der Leser, die sich für das Thema",
            "de",
            False,
            id="de",
        ),
        pytest.param(
            "Écrivez un article sur le sujet et les questions des lecteurs qui vous sont utiles pour la",
            "de",
            True,
            id="fr",
        ),
    ],
)
def test_script_and_language(result: str, target: str, fires: bool) -> None:
    assert ("script" in failing(LONG, result, target=target)) is fires


@pytest.mark.parametrize(
    "left",
    [
        "⟦0⟧",
        "⦃ 3 ⦄",
        "【0】",
        "［PROMPT］",
        "【TARGETLANGUAGE】",
        "[提示]",
        "[目标语言]",
        '"""',
        "<<<",
        "====",
        "<text>",
    ],
)
def test_leftovers(left: str) -> None:
    assert {"leftover", "added", "placeholders"} & set(
        failing("Write about it in plain words", f"请用平实的话写它 {left}")
    )
    assert "leftover" not in failing(f"Write about it {left}", f"请写它 {left}")


@pytest.mark.parametrize(("result", "fires"), [("找长尾关键词", False), ("找长尾词", False), ("找长尾的词", True)])
def test_terms_of_the_glossary(result: str, fires: bool) -> None:
    assert failing("Find the long-tail keyword", result, terms=TERMS) == (["terms"] if fires else [])
    assert GATES["terms"].severity == "warning"


def test_every_gate_says_what_to_do() -> None:
    assert [name for name, gate in GATES.items() if not gate.advice] == []


@pytest.mark.parametrize("name", sorted(Library([shipped()], lambda _: "").paths()))
def test_translations_made_by_people_pass(name: str) -> None:
    library = Library([shipped()], lambda _: "")
    spell = library.get(name)
    translation = library.translation(spell, "zh")
    assert translation is not None
    assert [str(defect) for defect in examine(spell, translation, glossaryfile.load(None))] == []


@pytest.mark.parametrize(
    ("piece", "result", "target", "fires"),
    [
        pytest.param("茶评", "茶评", "en", True, id="short-and-as-it-was"),
        pytest.param("新手", "Beginners", "en", False, id="translated"),
        pytest.param("介绍红楼梦", "About 红楼梦, the novel", "en", False, id="a-title-in-its-own-script"),
        pytest.param("茶评", "茶评", "ja", False, id="japanese-writes-it-so-too"),
        pytest.param("Чай", "Чай", "de", True, id="cyrillic"),
        pytest.param("Tee", "Tee", "en", False, id="latin-into-latin"),
    ],
)
def test_a_piece_that_stays_in_its_own_script(piece: str, result: str, target: str, fires: bool) -> None:
    source = "ru" if piece == "Чай" else "de" if piece == "Tee" else "zh"
    assert ("script" in failing(piece, result, source=source, target=target)) is fires
