# ruff: noqa: E501  # an answer is one line, and Chinese counts double

from __future__ import annotations

import pytest

from grimoire.checks.task import OnTask, read_task
from grimoire.checks.task_advice import Lacking
from tests.checks.samples import ARTICLE_EN, ARTICLE_ZH, exchange

ARTICLE = "Write an article in English about brewing coffee at home."
ARTICLE_CN = "请写一篇关于在家冲咖啡的文章。"
LECTURE_EN = (
    "To write a good article about coffee, you should first know your audience. Choose a headline that contains the "
    "main keyword. Keep your paragraphs short and your tone friendly. Finish with a conclusion and a call to action."
)
LECTURE_ZH = (
    "要写一篇好的文章，首先需要明确读者是谁。其次，标题要吸引人，并包含关键词。第三，段落不宜过长，语气要亲切。"
    "最后，在结尾处加入行动号召。"
)
CONTENTS_EN = (
    "This article will cover the history of coffee, explain the main methods and conclude with tips for readers."
)
PROMPT_EN = "This prompt is well structured. It defines the role, the format and the tone. An example would improve it."


@pytest.mark.parametrize(
    ("incantation", "kind", "plan"),
    [
        pytest.param("Write an article about tea.", "article", False, id="en"),
        pytest.param("Create a complete blog post on tea, with an outline.", "blog post", False, id="en-first-order"),
        pytest.param("Write an outline for an article about tea.", "outline", True, id="en-outline"),
        pytest.param("Write an article outline about tea.", "article outline", True, id="en-last-noun"),
        pytest.param("You do not write articles, you write briefs. Write a brief.", "brief", True, id="en-persona"),
        pytest.param("Do not write an article. Give me five titles.", "titles", False, id="en-not"),
        pytest.param("What is tea?", "", False, id="en-none"),
        pytest.param("请写一篇关于茶的文章。", "文章", False, id="zh"),
        pytest.param("请写一份关于文章写作的教程。", "教程", True, id="zh-last-noun"),
        pytest.param("你是一位内容策略师。请撰写商品文案。", "文案", False, id="zh-persona"),
        pytest.param("你不写文章，只写简报。", "简报", True, id="zh-not"),
        pytest.param("請寫一則廣告標語。", "标语", False, id="zh-hant"),
        pytest.param("写一篇八百字的茶话。", "一篇", False, id="zh-some-text"),
        pytest.param("茶是什么？", "", False, id="zh-none"),
    ],
)
def test_what_is_asked_for_is_read_from_the_first_order(incantation: str, kind: str, plan: bool) -> None:
    task = read_task(incantation, "")
    assert (task.kind, task.plan) == (kind, plan)


@pytest.mark.parametrize(
    ("incantation", "text", "of_writing"),
    [
        pytest.param("Write an article about: coffee", "coffee", False, id="en"),
        pytest.param("Write an SEO article about: coffee", "coffee", False, id="en-only-the-template"),
        pytest.param(
            "Write an article about: how to write a headline", "how to write a headline", True, id="en-how-to"
        ),
        pytest.param("Write an article about SEO for beginners.", "", True, id="en-no-input"),
        pytest.param("Write the newsletter. Topic: our May newsletter", "our May newsletter", False, id="en-own-noun"),
        pytest.param("写一篇文章：咖啡", "咖啡", False, id="zh"),
        pytest.param("写一篇文章：怎样写好标题", "怎样写好标题", True, id="zh-how-to"),
        pytest.param("寫一篇文章：怎樣寫好標題", "怎樣寫好標題", True, id="zh-hant-how-to"),
        pytest.param("写一篇文章：描写秋天的写字楼", "描写秋天的写字楼", False, id="zh-other-words"),
    ],
)
def test_a_subject_may_be_writing_itself(incantation: str, text: str, of_writing: bool) -> None:
    assert read_task(incantation, text).of_writing is of_writing


@pytest.mark.parametrize(
    ("answer", "incantation", "said"),
    [
        pytest.param(LECTURE_EN, ARTICLE, "explains how it is written", id="en-lecture"),
        pytest.param(LECTURE_ZH, ARTICLE_CN, "explains how it is written", id="zh-lecture"),
        pytest.param(CONTENTS_EN, ARTICLE, "says what the text will be", id="en-contents"),
        pytest.param("Sure! " + CONTENTS_EN, ARTICLE, "says what the text will be", id="en-courtesy-first"),
        pytest.param(PROMPT_EN, ARTICLE, "speaks of the prompt", id="en-prompt"),
        pytest.param("SEO是指搜索引擎优化。关键词是标题的核心。内容要满足读者的需求。段落和结构要清晰。", ARTICLE_CN, "explains the trade", id="zh-trade"),
    ],
)  # fmt: skip
def test_talk_fails_and_is_quoted(answer: str, incantation: str, said: str) -> None:
    result = OnTask().judge(exchange(answer, incantation=incantation))
    assert result.outcome == "failed"
    assert result.reason.startswith(said)
    assert answer.removeprefix("Sure! ")[:10] in result.reason


@pytest.mark.parametrize(
    ("answer", "incantation"),
    [
        pytest.param(ARTICLE_EN, ARTICLE, id="en"),
        pytest.param(ARTICLE_ZH, ARTICLE_CN, id="zh"),
        pytest.param(f"{LECTURE_EN}\n\nHere is the article:\n\n{ARTICLE_EN}", ARTICLE, id="en-talk-and-then-it"),
        pytest.param(f"{LECTURE_ZH}\n\n以下是文章正文：\n\n{ARTICLE_ZH}", ARTICLE_CN, id="zh-talk-and-then-it"),
        pytest.param(f"{CONTENTS_EN}\n\n{ARTICLE_EN}", ARTICLE, id="en-contents-and-then-it"),
        pytest.param("", ARTICLE, id="empty"),
        pytest.param("?", ARTICLE, id="a-mark"),
        pytest.param(f"<think>{PROMPT_EN}</think>\n{ARTICLE_EN}", ARTICLE, id="thinking-is-no-answer"),
    ],
)
def test_what_was_asked_for_passes(answer: str, incantation: str) -> None:
    result = OnTask().judge(exchange(answer, incantation=incantation))
    assert result.outcome == "passed", result.reason


@pytest.mark.parametrize(
    ("incantation", "text"),
    [
        pytest.param("Write a guide: how articles are written.", "", id="a-guide"),
        pytest.param("Give me tips for a good article.", "", id="tips"),
        pytest.param("Tell me about articles.", "", id="no-order"),
        pytest.param("", "", id="no-incantation"),
    ],
)
def test_where_talk_is_asked_for_there_is_nothing_to_judge(incantation: str, text: str) -> None:
    assert OnTask().judge(exchange(LECTURE_EN, incantation=incantation, text=text)).outcome == "skipped"


def test_a_review_of_a_prompt_may_be_asked_for() -> None:
    asked = "Review my prompt and suggest improvements: write an article about tea."
    assert OnTask().judge(exchange(PROMPT_EN, incantation=asked)).outcome != "failed"


def test_one_who_was_told_to_wait_may_say_what_he_will_do() -> None:
    said = "I will write an article on each topic, with an introduction and a conclusion."
    told = "I send you topics, you write an article on each. If you understand, say yes and wait for my first."
    assert OnTask().judge(exchange(said, incantation=ARTICLE)).outcome == "failed"
    assert OnTask().judge(exchange(said, incantation=told)).outcome != "failed"


@pytest.mark.parametrize("piece", ["I will write ", "要写一篇", "To write a ", "# ", "1. ", "这个", "the ", "a:"])
def test_hostile_answers_take_linear_time(piece: str) -> None:
    import time

    started = time.monotonic()
    OnTask().judge(exchange(piece * 50_000, incantation=ARTICLE + piece * 5_000, text=piece * 500))
    assert time.monotonic() - started < 2


CODE = "Write a complete Python program: a hangman game in the terminal."
TOLD = (
    "You would split the program into three parts. Then you should read the file. Finally, you need to print the word."
)


@pytest.mark.parametrize(
    ("incantation", "lacking"),
    [
        pytest.param(CODE, Lacking(code=True, block=False, rewriting=False), id="code"),
        pytest.param(
            "Write a training program for runners.", Lacking(code=False, block=False, rewriting=False), id="no-code"
        ),
        pytest.param(
            "Write 3 prompts, each in a code block.", Lacking(code=False, block=True, rewriting=False), id="block"
        ),
        pytest.param(
            "请润色下面这段话，不要解释。", Lacking(code=False, block=False, rewriting=True), id="zh-rewriting"
        ),
        pytest.param(
            "Review this text, and do not rewrite it.", Lacking(code=False, block=False, rewriting=False), id="review"
        ),
        pytest.param("请点评这段话，不要改写。", Lacking(code=False, block=False, rewriting=False), id="zh-review"),
    ],
)
def test_what_advice_cannot_be_is_read_from_the_incantation(incantation: str, lacking: Lacking) -> None:
    assert read_task(incantation, "").lacking == lacking


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        pytest.param(TOLD, "failed", id="told"),
        pytest.param(f"{TOLD}\n\n```python\nprint('hangman')\n```", "skipped", id="fenced"),
        pytest.param(f"{TOLD}\n\nimport random\nword = random.choice(words)", "skipped", id="not-fenced"),
    ],
)
def test_a_program_has_a_line_of_code(answer: str, outcome: str) -> None:
    assert OnTask().judge(exchange(answer, incantation=CODE)).outcome == outcome
