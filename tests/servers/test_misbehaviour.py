from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from grimoire.backends.openai_chat import OpenAIChat
from grimoire.segment import Segment
from grimoire.translators.chat_model import ChatTranslator
from grimoire.translators.deepl_api import DeepL
from tests.servers.deepl_server import KEY, DeepLServer, translate_words
from tests.servers.misbehaviour import (
    BATCH_MISBEHAVIOURS,
    MISBEHAVIOURS,
    PROTOCOL_MISBEHAVIOURS,
    RETURNS_SOURCE,
    Misbehaviour,
    misbehaving_chat,
    misbehaving_deepl,
)
from tests.servers.openai_server import Body, OpenAIServer, Reply

SOURCE = "Write 3 SEO titles & a text about ⟦0⟧ in ⟦1⟧, with 2 examples"
TEXT = "用 ⟦1⟧ 写 3 个 SEO 标题和一篇关于 ⟦0⟧ 的文章，举 2 个例子"
TEXTS = ["第一行", "第二行", "第三行"]
MANY = [f"Write {number} titles about ⟦{number % 3}⟧" for number in range(200)]
# The servers' translation leaves no Latin letter whose case could be mixed.
VISIBLE = [name for name in (*MISBEHAVIOURS, *BATCH_MISBEHAVIOURS) if name != "mixes case"]
SHAPES = {
    "moves tokens": r"⟦1⟧⟦0⟧",
    "drops a token": r"^(?:(?!⟦0⟧).)*$|^(?:(?!⟦1⟧).)*$",
    "drops every token": r"^[^⟦⟧]*$",
    "duplicates a token": r"(⟦[01]⟧)\1",
    "renumbers a token": r"⟦2⟧|⟦1⟧.*⟦1⟧",
    "breaks a token": r"⟦[01] ",
    "spaces inside tokens": r"⟦ 1 ⟧.*⟦ 0 ⟧",
    "black brackets": r"【1】.*【0】",
    "full-width brackets": r"［1］.*［0］",
    "square brackets": r"\[1\].*\[0\]",
    "translates a token": r"提示|语言|输入|PROMPT",
    "mixes case": r"SeO|sEo",
    "full width": r"ＳＥＯ.*⟦０⟧",
    "spaces out": r"⟦1⟧.*S E O   标 题 和.*⟦0⟧",
    "adds a note": r"⟦0⟧.*(?:译注|译者注|Translator's note).{4}",
    "announces itself": r"(?i)^(?:here is the translation|以下是翻译|翻译|translation)[:：] ?用",
    "answers": r"Let me know|如果您喜欢",
    "answers after translating": r"^用.*如果您喜欢",
    "refuses": r"sorry|cannot|无法|不能",
    "truncates": r"^用.{8,20}$",
    RETURNS_SOURCE: r"^用",
    "returns nothing": r"^$",
    "escapes entities": r"^&#[0-9]+;",
    "wraps in quotes": r"""^[“"「'].*[”"」']$""",
    "wraps in a fence": r"(?s)^```\n.*\n```$",
    "adds a line": r"\n希望",
    "adds a heading": r"^# 用",
    "another language": r"^[а-я] ⟦1⟧ [а-я].*⟦0⟧",
    "adds a URL": r" https://example\.com/zh$",
    "changes a digit": r"4 个.* 2 个| 3 个.*3 个例",
}


@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_each_does_what_it_says(name: str) -> None:
    done = {MISBEHAVIOURS[name](TEXT, random.Random(seed)) for seed in range(30)}
    assert all(re.search(SHAPES[name], text) for text in done), done
    assert (TEXT in done) is (name == RETURNS_SOURCE)
    again = {MISBEHAVIOURS[name](TEXT, random.Random(seed)) for seed in range(30)}
    assert done == again


@pytest.mark.parametrize("text", ["", "a", "标题", "⟦0⟧", "3", "\U000f0000" + "0" + "\U000f0001", "a\nb"], ids=ascii)
@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_none_falls_over_a_short_text(name: str, text: str) -> None:
    assert isinstance(MISBEHAVIOURS[name](text, random.Random(1)), str)


def test_entities_are_named_where_there_are_some() -> None:
    assert MISBEHAVIOURS["escapes entities"]("R&D <b>", random.Random(1)) == "R&amp;D &lt;b&gt;"


@pytest.mark.parametrize(
    ("name", "results"),
    [
        ("merges two lines", [["第一行 第二行", "", "第三行"], ["第一行", "第二行 第三行", ""]]),
        ("drops a line", [["", "第二行", "第三行"], ["第一行", "", "第三行"], ["第一行", "第二行", ""]]),
        ("swaps two lines", [["第二行", "第一行", "第三行"], ["第一行", "第三行", "第二行"]]),
        ("shifts all lines", [["第二行", "第三行", "第一行"]]),
    ],
)
def test_batches(name: str, results: list[list[str]]) -> None:
    assert name in BATCH_MISBEHAVIOURS
    done = [BATCH_MISBEHAVIOURS[name](list(TEXTS), random.Random(seed)) for seed in range(30)]
    assert sorted({tuple(texts) for texts in done}) == sorted(map(tuple, results))
    assert len(BATCH_MISBEHAVIOURS[name](["one"], random.Random(1))) == 1


def test_every_batch_misbehaviour_has_its_case() -> None:
    assert set(SHAPES) == set(MISBEHAVIOURS)
    assert len(BATCH_MISBEHAVIOURS) == 4


def translated(sources: list[str]) -> list[str]:
    return [translate_words(source, "ZH-HANS") for source in sources]


def test_a_share_of_the_texts_is_chosen_by_the_seed() -> None:
    chosen = []
    for seed in (1, 1, 2):
        misbehaviour = Misbehaviour("returns nothing", seed=seed, share=0.3)
        results = misbehaviour.apply(MANY, translated(MANY))
        chosen.append([number for number, text in enumerate(results) if not text])
        assert 40 <= misbehaviour.done <= 80
        assert misbehaviour.seen == 200
    assert chosen[0] == chosen[1] != chosen[2]


@pytest.mark.parametrize(("share", "done"), [(0, 0), (1, 200)])
def test_none_or_all(share: float, done: int) -> None:
    results = Misbehaviour("returns nothing", share=share).apply(MANY, translated(MANY))
    assert results.count("") == done


def test_the_numbers_of_tokens_do_not_matter() -> None:
    shifted = [re.sub(r"⟦([0-9])⟧", lambda match: f"⟦{int(match[1]) + 40}⟧", text) for text in MANY]
    misbehaviour = Misbehaviour("returns nothing", seed=3)
    results = [misbehaviour.apply(texts, translated(texts)) for texts in (MANY, shifted, MANY[100:])]
    empty = [[not text for text in texts] for texts in results]
    assert empty[0] == empty[1]
    assert empty[0][100:] == empty[2]


def test_only_the_first_time() -> None:
    misbehaviour = Misbehaviour("returns nothing", share=1, first_only=True)
    assert misbehaviour.apply(MANY, translated(MANY)) == [""] * 200
    assert misbehaviour.apply(MANY, translated(MANY)) == translated(MANY)
    batches = Misbehaviour("shifts all lines", share=1, first_only=True)
    assert batches.apply(MANY[:9], translated(MANY[:9])) != translated(MANY[:9])
    assert batches.apply(MANY[3:7], translated(MANY[3:7])) == translated(MANY[3:7])
    assert batches.apply(MANY[8:12], translated(MANY[8:12])) != translated(MANY[8:12])


def test_many_threads_see_each_text_first_once() -> None:
    misbehaviour = Misbehaviour("returns nothing", share=1, first_only=True)
    with ThreadPoolExecutor(8) as pool:
        results = [
            text for texts in pool.map(lambda _: misbehaviour.apply(MANY, translated(MANY)), range(8)) for text in texts
        ]
    assert (results.count(""), misbehaviour.done, misbehaviour.seen) == (200, 200, 1600)


def test_it_is_fast() -> None:
    misbehaviour = Misbehaviour("spaces inside tokens")
    started = time.perf_counter()
    for _ in range(100):
        misbehaviour.apply(MANY, MANY)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("make", [Misbehaviour, misbehaving_deepl, misbehaving_chat])
def test_an_unknown_name(make: Callable[[str], object]) -> None:
    with pytest.raises(ValueError, match="whistles"):
        make("whistles")


def test_deepls_protocol_has_no_ids() -> None:
    with pytest.raises(ValueError, match="ids missing"):
        misbehaving_deepl("ids missing")


def through_deepl(server: DeepLServer, sources: list[str]) -> list[str]:
    async def run() -> list[str]:
        engine = DeepL(KEY, server.url)
        answers = await engine.translate([Segment(s) for s in sources], source="en", target="zh", context="")
        await engine.aclose()
        return answers

    with server:
        return asyncio.run(run())


@pytest.mark.parametrize("name", VISIBLE)
def test_through_deepl(name: str) -> None:
    good = translated([SOURCE, "Title"])
    answers = through_deepl(misbehaving_deepl(name, share=1), [SOURCE, "Title"])
    assert len(answers) == 2
    assert answers != good


def test_an_engine_that_behaves() -> None:
    assert through_deepl(misbehaving_deepl("", share=1), MANY[:50]) == translated(MANY[:50])
    assert through_chat(misbehaving_chat("", share=1), MANY[:40]) == (translated(MANY[:40]), 1)


def through_chat(reply: Callable[[Body], Reply], sources: list[str]) -> tuple[list[str], int]:
    """The answers, and how many requests they took."""

    async def run(base_url: str) -> list[str]:
        backend = OpenAIChat("test/m", base_url=base_url, api_key="k", model="m")
        batch = [Segment(source) for source in sources]
        answers = await ChatTranslator(backend).translate(batch, source="en", target="zh", context="")
        await backend.aclose()
        return answers

    with OpenAIServer(reply) as server:
        return asyncio.run(run(server.base_url)), server.count


@pytest.mark.parametrize("name", VISIBLE)
def test_through_a_chat_model(name: str) -> None:
    sources = [SOURCE, "Title"]
    answers, _ = through_chat(misbehaving_chat(name, share=1), sources)
    assert len(answers) == 2
    assert answers != translated(sources)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        pytest.param("ids missing", "some", id="missing"),
        pytest.param("ids invented", "none", id="invented"),
        pytest.param("ids twice", "none", id="twice"),
        pytest.param("prose", "none", id="prose"),
        pytest.param("JSON in prose", "all", id="in-prose"),
        pytest.param("cut off", "some", id="cut-off"),
        pytest.param("answers the prompt", "none", id="answers"),
        pytest.param("leaks its rules", "some", id="leaks"),
        pytest.param("filtered", "none", id="filtered"),
    ],
)
def test_the_protocol_broken(name: str, kept: str) -> None:
    good = translated(MANY[:40])
    answers, count = through_chat(misbehaving_chat(name, share=1, seed=2), MANY[:40])
    right = [answer == text for answer, text in zip(answers, good, strict=True)]
    assert all(answer in {"", text} for answer, text in zip(answers, good, strict=True))
    assert count == 1
    assert {"all": all(right), "none": not any(right), "some": any(right) and not all(right)}[kept]


@pytest.mark.parametrize("name", [name for name in PROTOCOL_MISBEHAVIOURS if name != "JSON in prose"])
def test_a_broken_protocol_mended_the_second_time(name: str) -> None:
    reply = misbehaving_chat(name, share=1, first_only=True)
    body: dict[str, Any] = {
        "messages": [
            {"role": "system", "content": "rules"},
            {"role": "user", "content": json.dumps({"pieces": [{"id": 5, "text": "Title"}]})},
        ]
    }
    good = Reply(text=json.dumps({"translations": [{"id": 5, "text": "标题"}]}, ensure_ascii=False))
    first, second = reply(body), reply(body)
    assert (first.text, first.finish_reason) != (good.text, "stop")
    assert second == good
