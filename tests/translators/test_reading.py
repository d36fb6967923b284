from __future__ import annotations

import time

import pytest

from grimoire.glossary import Glossary
from grimoire.translators.guard import Field, Protected, protect
from grimoire.translators.reading import Reading, as_tokens, read_back

NAMES = Glossary(("Midjourney",))


def read(source: str, target: str) -> tuple[Protected, Reading]:
    protected = protect([Field("prompt", source)], NAMES, "zh", [target])
    return protected, read_back(protected, [target])


def results(source: str, target: str) -> list[str | None]:
    return read(source, target)[1].results


def defects(source: str, target: str) -> list[tuple[str, int]]:
    return [(defect.gate, defect.line) for defect in read(source, target)[1].defects]


@pytest.mark.parametrize(
    ("source", "target", "found"),
    [
        pytest.param("A cat", "一只猫", ["一只猫"], id="plain"),
        pytest.param("On [PROMPT] now", "现在谈[PROMPT]", ["现在谈⟦0⟧"], id="placeholder"),
        pytest.param("- a list", "- 列表", ["列表"], id="marker"),
        pytest.param("- a list", "* 列表", ["列表"], id="another-marker"),
        pytest.param("1. a list", "1、列表", ["1、列表"], id="a-marker-of-another-language"),
        pytest.param("  ## Head", "## 标题", ["标题"], id="another-indentation"),
        pytest.param(
            "Use [PROMPT] in [TARGETLANGUAGE]", "用[TARGETLANGUAGE]写[PROMPT]", ["用⟦1⟧写⟦0⟧"], id="reordered"
        ),
        pytest.param("a [PROMPT] or [PROMPT] b", "[PROMPT]或[PROMPT]", ["⟦0⟧或⟦1⟧"], id="twice"),
        pytest.param("a [PROMPT] or [PROMPT] b", "只有[PROMPT]", ["只有⟦0⟧"], id="once-lost"),
        pytest.param("about [PROMPT]", "[PROMPT] [PROMPT]", ["⟦0⟧ [PROMPT]"], id="once-more"),
        pytest.param("see https://a.example/x", "见 https://a.example/x", ["见 ⟦0⟧"], id="url"),
        pytest.param("see https://a.example/x", "见 https://b.example/x", ["见 https://b.example/x"], id="another-url"),
        pytest.param("for Midjourney now", "现在给 Midjourney", ["现在给 ⟦0⟧"], id="name"),
        pytest.param("| one | two |", "| 一 | 二 |", ["一", "二"], id="table"),
        pytest.param("| one | two |", "|一|二|", ["一", "二"], id="a-table-without-spaces"),
        pytest.param("| one | two |", "| 一 二 |", [None, None], id="a-cell-lost"),
        pytest.param("one\ntwo", "一\n二", ["一", "二"], id="lines"),
        pytest.param("one\ntwo", "一\r\n二", ["一", "二"], id="other-line-ends"),
        pytest.param("one\n\ntwo", "一\n二", ["一", "二"], id="a-blank-line-lost"),
        pytest.param("one\ntwo", "一\n\n\n二\n", ["一", "二"], id="blank-lines-added"),
        pytest.param("one thing\ntwo", "一和二", [None, None], id="merged-lines"),
        pytest.param("one thing", "一\n二", [None], id="a-line-split"),
        pytest.param("one thing", "", [""], id="nothing"),
        pytest.param("", "", [], id="nothing-of-nothing"),
        pytest.param("[PROMPT]", "[PROMPT]", [], id="nothing-to-translate"),
    ],
)
def test_what_stands_in_each_place(source: str, target: str, found: list[str | None]) -> None:
    assert [result and result.strip() for result in results(source, target)] == found


@pytest.mark.parametrize(
    ("source", "target", "found"),
    [
        pytest.param(
            "[VARIABLE1:Tone:calm:calm|loud]",
            "[VARIABLE1:语气:平静:平静|响亮]",
            ["语气", "平静", "平静", "响亮"],
            id="alone",
        ),
        pytest.param(
            "Write in [VARIABLE1:Tone:calm:calm|loud] words",
            "用[VARIABLE1:语气:平静:平静|响亮]的词写",
            ["用⟦0⟧的词写", "语气", "平静", "平静", "响亮"],
            id="inside-prose",
        ),
        pytest.param(
            "Take [VARIABLE1:Tone] and [VARIABLE2:Size] there",
            "取[VARIABLE2:大小]和[VARIABLE1:语气]",
            ["取⟦1⟧和⟦0⟧", "语气", "大小"],
            id="two-reordered",
        ),
        pytest.param(
            "[VARIABLE1:Time:ten past:ten past|at 10:30 sharp]",
            "[VARIABLE1:时间:十点过后:十点过后|10:30 整]",
            ["时间", "十点过后", "十点过后", "10:30 整"],
            id="an-option-with-a-colon",
        ),
        pytest.param(
            "Use [VARIABLE1:Tone:calm:calm|loud] here",
            "用[VARIABLE1：语气：平静：平静|响亮]",
            ["用[VARIABLE1：语气：平静：平静|响亮]", None, None, None, None],
            id="colons-of-another-width",
        ),
        pytest.param(
            "Use [VARIABLE1:Tone:calm:calm|loud] here",
            "用[VARIABLE1:语气:平静:平静]",
            ["用[VARIABLE1:语气:平静:平静]", None, None, None, None],
            id="an-option-lost",
        ),
        pytest.param(
            "Use [VARIABLE1:Tone::1|2] here", "用[VARIABLE1:语气::1|2]", ["用⟦0⟧", "语气"], id="nothing-but-the-label"
        ),
    ],
)
def test_a_definition_is_read_piece_by_piece(source: str, target: str, found: list[str | None]) -> None:
    assert results(source, target) == found


@pytest.mark.parametrize(
    ("source", "target", "found"),
    [
        pytest.param("one\n[PROMPT]\ntwo", "一\n[PROMPT]\n二", [], id="nothing"),
        pytest.param("one\n[PROMPT]\ntwo", "一\n\n二", [("placeholders", 2)], id="a-line-of-placeholders-emptied"),
        pytest.param("one\n[PROMPT]\ntwo", "一\n[VARIABLE1]\n二", [("placeholders", 2)], id="another-placeholder"),
        pytest.param("one thing\n[PROMPT]", "一[PROMPT]", [("lines", 0)], id="merged"),
        pytest.param("one\n\n- two", "一\n- 二\n- 三\n四", [("lines", 2)], id="the-first-that-does-not-correspond"),
        pytest.param("one\ntwo", "一\n\n二", [("lines", 0)], id="blank-lines"),
        pytest.param("| one | two |", "| 一 二 |", [("protected", 1)], id="a-bar-lost"),
        pytest.param("one\n```\nx = 1\n```", "一\n```\nx = 2\n```", [("protected", 3)], id="code"),
        pytest.param("/imagine a cat --ar 1:2", "/imagine 猫 --ar 1:2", [("protected", 1)], id="a-command"),
        pytest.param("| 3 | cats |", "| 4 | 猫 |", [("numbers", 1)], id="a-number-in-a-cell-of-its-own"),
        pytest.param("| 1,000 | cats |", "| 1000 | 猫 |", [], id="a-number-in-another-spelling"),
        pytest.param("---", "------", [], id="a-rule"),
    ],
)
def test_what_no_place_can_tell(source: str, target: str, found: list[tuple[str, int]]) -> None:
    assert defects(source, target) == found


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "- [PROMPT] and `code` — [TARGETLANGUAGE]\n\n| a | b [PROMPT] |\n1. x {{slot}} y",
        "[VARIABLE1:Tone:calm:calm|loud] is [VARIABLE1]\r\nand <b>more</b>\rMidjourney, https://a.example",
        "[VARIABLE1:A:b:c|d][PROMPT][VARIABLE2:E] words",
        "  > ## - words \t",
        "```\ncode\n```\nwords ⟦0⟧ ⟦1⟧",
        "[PROMPT] a [PROMPT] b [PROMPT][PROMPT] c",
    ],
)
def test_a_text_read_along_itself_is_itself(text: str) -> None:
    protected, reading = read(text, text)
    assert [result and result.strip() for result in reading.results] == [own.strip() for own in protected.own]
    assert reading.defects == []
    assert protected.restore([result or "" for result in reading.results]) == (text,)


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        pytest.param("on [PROMPT] now", "谈[PROMPT]", "谈⟦0⟧", id="placeholder"),
        pytest.param("on [VARIABLE1:Tone] now", "谈[VARIABLE1:…]", "谈⟦0⟧", id="definition"),
        pytest.param(
            "on [VARIABLE1:Tone] now", "谈[VARIABLE1:语气]", "谈[VARIABLE1:语气]", id="a-definition-written-out"
        ),
        pytest.param("on [PROMPT] now", "没有", "没有", id="none"),
    ],
)
def test_what_a_person_sees_becomes_tokens_again(source: str, text: str, found: str) -> None:
    protected, _ = read(source, text)
    assert as_tokens(protected.places[0].slot, text, protected.brackets) == found


@pytest.mark.parametrize(
    ("source", "target"),
    [
        pytest.param("word [PROMPT] " * 2000, "字 [PROMPT] " * 2000, id="placeholders-in-a-line"),
        pytest.param("word [PROMPT] " * 2000, "字 [PROMPT] " * 10, id="most-of-them-lost"),
        pytest.param("word [PROMPT] " * 10, "字 [PROMPT] " * 20_000, id="many-too-many"),
        pytest.param("word [PROMPT]\n" * 2000, "字 [PROMPT]\n" * 1999, id="lines-that-do-not-correspond"),
        pytest.param("| word " * 2000 + "|", "| 字 " * 1999 + "|", id="a-cell-lost"),
        pytest.param("| 1 | word | 2 |", "| " + "1" * 100_000 + " | 字 | 2 |", id="digits"),
        pytest.param("| 1 | word | 2 | word |", "| 1." * 30_000, id="numbers-between-bars"),
        pytest.param("a [VARIABLE1:Tone:aa:bb|cc] b", "[VARIABLE1:" * 5000, id="definitions-that-never-end"),
        pytest.param("a [VARIABLE1:Tone:aa:bb|cc] b", "[VARIABLE1:x:y:" + "z" * 50_000, id="an-endless-option"),
        pytest.param("a [VARIABLE1:T:a:" + "|".join(["bb"] * 900) + "] b", "[VARIABLE1:T:a:" + "|" * 900, id="options"),
        pytest.param("word " * 20_000, "字" * 100_000, id="one-long-line"),
        pytest.param("word\n" * 5000, "\n" * 20_000, id="blank-lines"),
        pytest.param("- word", " \t" * 50_000, id="white-space"),
    ],
)
def test_hostile_lengths_take_no_time(source: str, target: str) -> None:
    protected = protect([Field("prompt", source)], NAMES, "zh", [target])
    started = time.process_time()
    read_back(protected, [target])
    assert time.process_time() - started < 1
