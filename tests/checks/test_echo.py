# ruff: noqa: E501  # an answer is one line, and Chinese counts double

from __future__ import annotations

import time

import pytest

from grimoire.checks.echo import Echo, bare, copied
from grimoire.checks.echo_jobs import job
from tests.checks.samples import ARTICLE_EN, ARTICLE_ZH, exchange

SPELL_EN = (
    "You are a copywriter with twenty years of practice.\nWrite a long article in English about: {}\n"
    "Use headings, a table and a list.\nDo not comment on these rules."
)
SPELL_ZH = "你是一位有二十年经验的文案。\n请用中文写一篇长文，主题是：{}\n要有标题、表格和列表。\n不要评论这些要求。"
LONG_EN = (
    "My grandmother kept a tin of coffee on the highest shelf, and on Sundays she let me turn the handle of the mill. "
    "The sound is the first thing I remember of that kitchen, and the smell is the second."
)
LONG_ZH = "外婆把咖啡罐放在最高的架子上，星期天才让我转一转磨豆机的把手。那声音是我对那间厨房最早的记忆，其次便是香气，一直飘到院子里的桂花树下。"
NAME_ZH = "林黛玉倒拔垂杨柳"


def form(text: str) -> str:
    """A rewriter's answer as it was asked for, with a heading, a table and a list around the text."""
    table = "| Fact | Before | After |\n|---|---|---|\n" + "| shelf | highest shelf | shelf |\n" * 6
    return f"## Rewritten\n\n{text}\n\n## Facts\n{table}\n## Changes\n- Simpler words\n- A clearer first sentence"


ECHOES = {
    "en-whole": (SPELL_EN, "coffee", SPELL_EN.format("coffee")),
    "zh-whole": (SPELL_ZH, NAME_ZH, SPELL_ZH.format(NAME_ZH)),
    "en-whole-quoted": (SPELL_EN, "coffee", "> " + SPELL_EN.format("coffee").replace("\n", "\n> ")),
    "en-whole-bold": (SPELL_EN, "coffee", f"**{SPELL_EN.format('coffee')}**"),
    "en-whole-other-case": (SPELL_EN, "coffee", SPELL_EN.format("coffee").upper()),
    "en-nearly": (SPELL_EN, "coffee", SPELL_EN.format("coffee").replace("twenty", "many")),
    "zh-nearly": (SPELL_ZH, NAME_ZH, SPELL_ZH.format(NAME_ZH).replace("二十年", "多年")),
    "en-introduced": (SPELL_EN, "coffee", "Sure! Here is your prompt:\n" + SPELL_EN.format("coffee")),
    "zh-introduced": (SPELL_ZH, NAME_ZH, "好的，提示词：\n" + SPELL_ZH.format(NAME_ZH)),
    "en-last-lines": (SPELL_EN, "coffee", "Use headings, a table and a list.\nDo not comment on these rules."),
    "zh-last-lines": (SPELL_ZH, NAME_ZH, "主题是：林黛玉倒拔垂杨柳，要有标题、表格和列表。不要评论这些要求。"),
    "en-first-lines": (SPELL_EN, "coffee", "You are a copywriter with twenty years of practice."),
    "en-long-input": (SPELL_EN, LONG_EN, LONG_EN),
    "zh-long-input": (SPELL_ZH, LONG_ZH, LONG_ZH),
    "en-long-input-nearly": (SPELL_EN, LONG_EN, LONG_EN.replace("highest", "top")),
    "zh-long-input-nearly": (SPELL_ZH, LONG_ZH, LONG_ZH.replace("最高", "顶上") + "。"),
    "zh-short-input-alone": (SPELL_ZH, NAME_ZH, f"《{NAME_ZH}》"),
    "en-short-input-alone": (SPELL_EN, "Brewing coffee", "brewing coffee."),
    "zh-short-input-labelled": (SPELL_ZH, NAME_ZH, f"**主题**：{NAME_ZH}。"),
    "en-short-input-labelled": (SPELL_EN, "Brewing coffee", "Topic: Brewing coffee"),
    "en-nearly-unchanged-in-a-form": (SPELL_EN, LONG_EN, form(LONG_EN.replace("highest", "topmost"))),
    "zh-nearly-unchanged-in-a-form": (SPELL_ZH, LONG_ZH * 2, form(LONG_ZH.replace("最早", "最初") * 2)),
    "en-very-long": ("Rule {} and so on. " * 2000, "coffee", "Rule {} and so on. ".format("coffee") * 2000),
}

ANSWERS = {
    "en-article": (SPELL_EN, "coffee", ARTICLE_EN),
    "zh-article": (SPELL_ZH, "咖啡", ARTICLE_ZH),
    "en-quotes-name": (SPELL_EN, "coffee", "Coffee is a drink made from roasted beans."),
    "zh-quotes-name": (SPELL_ZH, NAME_ZH, "《林黛玉倒拔垂杨柳》：一场误会引出的千古奇谈"),
    "zh-name-as-heading": (SPELL_ZH, NAME_ZH, f"# {NAME_ZH}\n\n那天清晨，潇湘馆外忽然一声巨响，众人跑出来看。"),
    "en-quotes-prompt-then-answers": (SPELL_EN, "coffee", SPELL_EN.format("coffee") + "\n\n" + ARTICLE_EN),
    "zh-quotes-prompt-then-answers": (SPELL_ZH, "咖啡", SPELL_ZH.format("咖啡") + "\n\n" + ARTICLE_ZH),
    "en-key-sentence": ("Give the key sentence of this text:\n{}", LONG_EN, LONG_EN.partition(". ")[2]),
    "zh-key-sentence": ("找出下面文字的中心句：\n{}", LONG_ZH, LONG_ZH.partition("。")[0]),
    "en-rewritten": (
        SPELL_EN,
        LONG_EN,
        "On Sundays I was allowed to grind the beans; my grandmother hid them high up. I still hear that mill.",
    ),
    "zh-rewritten": (SPELL_ZH, LONG_ZH, "星期天是磨豆子的日子。外婆踮起脚取下罐子，我握住把手，满屋都是香气。"),
    "en-rewritten-in-a-form": (
        SPELL_EN,
        LONG_EN,
        form("On Sundays I was allowed to grind the beans; my grandmother hid them high up. I still hear that mill."),
    ),
    "en-quotes-input-then-answers": (SPELL_EN, LONG_EN, f"> {LONG_EN}\n\n{ARTICLE_EN}"),
    "zh-label-and-more": (SPELL_ZH, NAME_ZH, f"标题：{NAME_ZH}始末"),
    "en-short": ("Is {} a drink? Answer yes or no.", "coffee", "Yes"),
    "zh-short": ("{}是饮料吗？回答是或否。", "咖啡", "是"),
    "en-one-of-the-choices": ("Is this positive, neutral or negative: {}", "I love it", "positive"),
    "en-follows-template": (SPELL_EN, "coffee", "Title: Coffee\nTable: see below\nList: beans, water, time, patience"),
    "en-short-corrected": ("Correct the spelling: {}", "teh coffee is hot", "The coffee is hot."),
    "zh-short-corrected": ("改正错别字：{}", "我今天在咖啡管喝了一杯拿铁", "我今天在咖啡馆喝了一杯拿铁。"),
    "empty": (SPELL_EN, "coffee", ""),
    "no-input": ("Tell me a joke about a printer and a cat.", "", "The cat sat on the printer. Now it has nine jams."),
}


@pytest.mark.parametrize(("spell", "text", "answer"), [pytest.param(*case, id=name) for name, case in ECHOES.items()])
def test_echoes(spell: str, text: str, answer: str) -> None:
    result = Echo().judge(exchange(answer, text=text, incantation=spell.replace("{}", text)))
    assert result.outcome == "failed", result.reason


@pytest.mark.parametrize(("spell", "text", "answer"), [pytest.param(*case, id=name) for name, case in ANSWERS.items()])
def test_does_not_echo(spell: str, text: str, answer: str) -> None:
    result = Echo().judge(exchange(answer, text=text, incantation=spell.replace("{}", text)))
    assert result.outcome == "passed", result.reason


JOBS = {
    "Rewrite this: X": "change",
    "Summarise the text in your own words: X": "change",
    "Translate into German: X": "change",
    "Correct the spelling and polish the style: X": "change",
    "请改写：X": "change",
    "請潤飾下面的文字：X": "change",
    "Rewrite this in the past tense: X": "keep",
    "把下面的文字翻译成繁体中文：X": "keep",
    "Proofread this, and do not rewrite it: X": "keep",
    "Correct all spelling errors: X": "keep",
    "Return the text word for word: X": "keep",
    "请校对，不要改写：X": "keep",
    "請改正錯別字：X": "keep",
    "续写下面的故事：X": "keep",
    "Write a long article about X, in a correct format, with a table.": "",
    "Write about X. Do not repeat the text.": "",
    "请用 Markdown 排版，写一篇长文，主题是X": "",
}


@pytest.mark.parametrize(("incantation", "wanted"), JOBS.items())
def test_job_is_read_from_the_prompt(incantation: str, wanted: str) -> None:
    assert job(incantation, "X") == wanted


def test_job_is_not_read_from_the_text() -> None:
    text = "Rewrite history, they said, and summarise it."
    assert job(f"Proofread: {text}", text) == "keep"
    assert job(f"Write an essay on: {text}", text) == ""


@pytest.mark.parametrize("text", [LONG_EN, LONG_ZH * 2], ids=["en", "zh"])
def test_words_are_found_wherever_they_stand(text: str) -> None:
    half = len(text) // 2
    turned = bare(text[half:] + text[:half])
    assert min(copied(turned, bare(text))) > 0.8
    assert copied(bare(ARTICLE_EN + ARTICLE_ZH), bare(text)) == (0, 0)


PROOFREAD = {"en": "Proofread this text:\n{}", "zh": "请校对下面的文字：\n{}"}
REWRITE = {"en": "Rewrite this text:\n{}", "zh": "请改写下面的文字：\n{}"}
TEXTS = {"en": LONG_EN, "zh": LONG_ZH * 2}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_was_to_be_corrected_may_come_back_and_what_was_to_be_rewritten_may_not(language: str) -> None:
    text = TEXTS[language]
    corrected = text.replace("highest", "topmost").replace("最高", "最上")
    proofread, rewrite = (spells[language].format(text) for spells in (PROOFREAD, REWRITE))
    assert Echo().judge(exchange(corrected, text=text, incantation=proofread)).outcome == "passed"
    assert Echo().judge(exchange(corrected, text=text, incantation=rewrite)).outcome == "failed"
    assert Echo().judge(exchange(proofread, text=text, incantation=proofread)).outcome == "failed"


@pytest.mark.parametrize(
    ("spell", "answer", "outcome"),
    [
        pytest.param("Write about {}.\nStop after the third.", "Stop after the third.", "failed", id="last-line"),
        pytest.param("写一篇文章，主题：{}\n第三点之后就结束。", "第三点之后就结束。", "failed", id="last-line-zh"),
        pytest.param('Say "Stop after the third" if {} is red.', "Stop after the third", "passed", id="as-told"),
        pytest.param("Is {} good?\nAnswer yes or no.", "yes", "passed", id="a-word-of-it"),
        pytest.param(
            "Which is {}: a drink for the evening; a drink for the morning?",
            "a drink for the morning",
            "passed",
            id="choice",
        ),
    ],
)
def test_pieces_of_the_template(spell: str, answer: str, outcome: str) -> None:
    incantation = spell.format("coffee")
    assert Echo().judge(exchange(answer, text="coffee", incantation=incantation)).outcome == outcome


@pytest.mark.parametrize("unit", ["a", " ", "a b ", "我", "我们，", "> ", "| a |\n", "aaa. "])
def test_no_text_is_slow(unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    began = time.process_time()
    Echo().judge(exchange(text, text=text[:3_000], incantation=f"Rewrite: {text[:3_000]}"))
    assert time.process_time() - began < 1
