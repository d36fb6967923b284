# ruff: noqa: E501  # an answer is one line, and Chinese counts double

from __future__ import annotations

import time

import pytest

from grimoire.checks.refusal import Refusal
from grimoire.checks.refusal_phrases import REFUSAL_WANTED
from tests.checks.samples import ARTICLE_EN, ARTICLE_ZH, exchange

REFUSALS = {
    "en-not-something": "This isn't something I can help with, but I'd be happy to talk about poetry instead.",
    "en-beyond": "I see what you mean. That is beyond my capabilities.",
    "en-ai-no-life": "As an AI, I don't have personal experiences, so I can't write this in the first person.",
    "zh-ai-no-life": "作为一个人工智能语言模型，我没有个人经历和情感，因此无法以第一人称写出真实体验。",
    "zh-no-such-content": "我理解您希望制作有趣的脚本，但出于对名著的尊重，我不能创作林黛玉拔柳树这类歪曲经典的内容。",
    "zh-beyond": "很遗憾，这个请求超出了我的能力范围。您可以尝试问我其他问题。",
    "zh-send-me-the-text": "明白了！我是一位改稿编辑，请把需要改写的稿子发给我，我会让它活起来。",
    "en-cant-help": "I'm sorry, but I can't help with that request.",
    "en-cannot-assist": "I cannot assist with that.",
    "en-curly-apostrophe": "I’m sorry, but I can’t assist with that.",
    "en-ai-unable": "As an AI language model, I am unable to browse the internet or access the article you mention.",
    "en-ai-do-not-ability": "As an AI, I don't have the ability to write about real people in this way.",
    "en-unfortunately": "Unfortunately, I'm not able to create this kind of content. Is there anything else you'd like?",
    "en-apologize": "I apologize for the inconvenience, but I cannot fulfill your request at this time.",
    "en-thanks-first": "Thank you for reaching out. Unfortunately, I can't help with writing this article.",
    "en-decline": "I must respectfully decline to write this.",
    "en-violates": "This request violates our usage policies, so no article follows.",
    "en-comfortable": "I'm sorry, I don't feel comfortable writing about this topic.",
    "en-alternatives": "I'm sorry, but I can't help with that. I can help you with:\n\n1. A poem\n2. A recipe\n3. A plan",
    "en-bold": "**I'm sorry, but I can't provide that.**",
    "en-wont": "Sorry, I won't be able to generate that content.",
    "zh-sorry-cannot": "抱歉，我不能回答这个问题。",
    "zh-sorry-unable": "很抱歉，我无法协助完成这个请求，它超出了我能够提供的内容范围。如果您有其他问题，我很乐意为您提供帮助。",
    "zh-ai": "作为一个AI语言模型，我无法提供您要的内容。",
    "zh-ernie": "作为一个人工智能语言模型，我还没学习如何回答这个问题，您可以向我问一些其它的问题，我会尽力帮您解决的。",
    "zh-ernie-topic": "这个问题我还不会，让我们换个话题聊聊吧！",
    "zh-sorry-ai": "非常抱歉，作为一个AI语言模型，我无法为您生成此类文章。",
    "zh-policy": "您的问题涉及敏感内容，换一个问题试试。",
    "zh-law": "根据相关法律法规和政策，该内容不予展示，无法回答。",
    "zh-duibuqi": "对不起，我没有办法满足您的要求。",
    "zh-user": "尊敬的用户，很抱歉，我不能提供这方面的内容。",
    "zh-hant": "抱歉，我無法協助您撰寫這篇文章。",
    "zh-bu-bian": "不好意思，这个问题我无法回答。",
    "ask-en-topic": "Sure! Please provide the topic you would like me to write about.",
    "ask-en-text": "I'd be happy to help! Could you please share the text you want rewritten?",
    "ask-en-what": "Of course. What topic would you like the article to be about?",
    "ask-en-missing": "It looks like you haven't provided the keyword. Once I have it, I can begin.",
    "ask-zh": "好的，请提供您想要改写的文本。",
    "ask-zh-topic": "当然可以！请告诉我文章的主题和关键词，我会为您撰写。",
    "ask-zh-missing": "您还没有提供标题，所以我暂时不能开始。",
}

ANSWERS = {
    "en-no-single-number": "Unfortunately, I can't give you one number that fits every house, but I can show the arithmetic."
    " Take last year's bill and divide it by three.",
    "en-not-something-they-can": "This isn't something you can rush. Grind, pour, wait, drink.",
    "zh-send-me-a-friend": "请把窗户打开。先闻一闻，再把咖啡粉倒进滤纸。",
    "zh-hero-cannot": "我不能提供第二棵柳树，黛玉说，这类树全园只有一棵。众人都笑了。",
    "zh-beyond-the-hero": "这一拔超出了众人的想象。",
    "en-article": ARTICLE_EN,
    "zh-article": ARTICLE_ZH,
    "en-sorry-for-length": "Sorry for the length, but here it is: grind, pour, wait, drink.",
    "en-apology-then-article": "I'm sorry, but I can't browse the web, so here is what I know.\n\n" + ARTICLE_EN,
    "en-ai-then-article": "As an AI language model, I cannot give personal opinions, but here are the facts.\n\n"
    + ARTICLE_EN,
    "zh-apology-then-article": "抱歉，我无法访问这个网址，以下是根据主题写的文章。\n\n" + ARTICLE_ZH * 2,
    "zh-here-it-is": "好的，以下是为您写的文章：\n\n" + ARTICLE_ZH,
    "en-cant-believe": "I can't believe how good coffee at home can be. Let me show you.",
    "en-cant-help-but": "I can't help but smile when the kettle sings.",
    "en-unfortunately-cant-help-but": "Unfortunately, I can't help but write about coffee every single morning.",
    "en-dear-decline": "Dear Anna,\n\nI'm sorry, but I can't attend the meeting on Friday. I will write to you next week.",
    "en-subject-decline": "Subject: Your application\n\nUnfortunately, I cannot offer you the position this time.",
    "en-refund-reply": "I'm sorry, but I can't provide a refund after thirty days. You may choose a voucher instead.",
    "en-we": "Unfortunately, we cannot offer free shipping to this region.",
    "en-quotes-refusal": "\"I'm sorry, but I can't help with that,\" said the robot, and the whole hall laughed.",
    "en-later-in-story": "The door was shut. " * 20 + "I'm sorry, but I can't help you, he said.",
    "en-short": "Yes.",
    "en-interviewer": "Welcome! Please tell me about yourself and why you want this job.",
    "en-form-tips": ARTICLE_EN + "\nPlease provide feedback on this article.",
    "zh-decline-invitation": "抱歉，我不能参加周五的会议，下周我会给您写信。",
    "zh-shop": "非常抱歉，我们无法为您提供退款，但可以换货。",
    "zh-letter": "尊敬的王经理：\n\n抱歉，我无法提供本周的报告，因为数据还没有到齐。",
    "zh-story": "她说：“抱歉，我不能告诉你。”说完便转身走了。",
    "zh-cannot-stop": "我不能没有咖啡。每天早上，一杯咖啡让我醒来。",
    "zh-cannot-forget": "我无法忘记那年夏天，外婆在院子里煮咖啡的样子。",
    "zh-short": "可以。",
    "zh-headline": "# 抱歉，我不能给你完美的答案\n\n可是我能给你一杯好咖啡。",
    "zh-ai-topic": "人工智能无法取代咖啡师，原因有三：手感、记忆与热情。",
    "zh-asks-reader": ARTICLE_ZH + "\n如果你喜欢这篇文章，请告诉我你的想法。",
    "empty": "",
}


@pytest.mark.parametrize("answer", [pytest.param(text, id=name) for name, text in REFUSALS.items()])
def test_refuses(answer: str) -> None:
    result = Refusal().judge(exchange(answer))
    assert result.outcome == "failed", result.reason


@pytest.mark.parametrize("answer", [pytest.param(text, id=name) for name, text in ANSWERS.items()])
def test_does_not_refuse(answer: str) -> None:
    result = Refusal().judge(exchange(answer))
    assert result.outcome == "passed", result.reason


DECLINES = "I'm sorry, but I can't help with that."
DECLINES_ZH = "抱歉，我无法协助完成这个请求。"
AS_AI = "As an AI language model, I cannot write this letter."
WANTED = {
    "refusal": ("Write a short text in which I refuse to lend my car.", DECLINES),
    "refusal-zh": ("帮我写一句婉拒的话。", DECLINES_ZH),
    "reply-to-a-customer": ("Write a reply to a customer who wants a password.", DECLINES),
    "translation": (f"Translate: {DECLINES_ZH}", DECLINES),
    "translation-zh": (f"翻译成中文：{DECLINES}", DECLINES_ZH),
}
NOT_WANTED = {
    "never-refuse": ("Write the article. Do not refuse.", DECLINES),
    "never-refuse-zh": ("请写这篇文章，不要拒绝。", DECLINES_ZH),
    "assistant-speaks-of-itself": ("Write a letter that declines an offer.", AS_AI),
    "customers-are-the-readers": ("Write an article for customers of a tea shop.", DECLINES),
    "customers-are-the-readers-zh": ("写一篇给顾客看的文章。", DECLINES_ZH),
}
OFFERED = (
    " Instead, I suggest one of these:\n\n- **Ask.** Write to buyers and ask for an honest opinion.\n"
    "- **Show.** Put better pictures on the page.\n- **Wait.** Good words come by themselves.\n\n"
)


@pytest.mark.parametrize(("incantation", "answer"), [pytest.param(*case, id=name) for name, case in WANTED.items()])
def test_a_refusal_that_was_wanted(incantation: str, answer: str) -> None:
    text = incantation.partition(": ")[2] or incantation.partition("：")[2]
    result = Refusal().judge(exchange(answer, incantation=incantation, text=text))
    assert result.outcome == "passed", result.reason


@pytest.mark.parametrize(("incantation", "answer"), [pytest.param(*case, id=name) for name, case in NOT_WANTED.items()])
def test_a_refusal_that_was_not_wanted(incantation: str, answer: str) -> None:
    assert Refusal().judge(exchange(answer, incantation=incantation)).outcome == "failed"


LONG = "Write an article about tea. Keep the sentences short and the words plain. " * 8


@pytest.mark.parametrize(
    ("incantation", "wanted"),
    [
        pytest.param("A polite refusal, please.", True, id="short-prompt"),
        pytest.param(f"{LONG} Bad input must be refused.", False, id="by-the-way-in-a-long-one"),
        pytest.param(f"{LONG} Then write a polite refusal.", True, id="near-a-verb-in-a-long-one"),
        pytest.param(f"{LONG} Never write a refusal.", False, id="forbidden-in-a-long-one"),
        pytest.param("请" + "写得短一些，" * 40 + "不编造客户。必须拒绝的输入另列。", False, id="by-the-way-zh"),
        pytest.param("请" + "写得短一些，" * 40 + "最后写一句婉拒的话。", True, id="near-a-verb-zh"),
    ],
)
def test_what_a_prompt_wants(incantation: str, wanted: bool) -> None:
    assert REFUSAL_WANTED.by(incantation) is wanted


@pytest.mark.parametrize("times", [1, 8])
def test_a_lecture_is_a_refusal_however_long(times: int) -> None:
    assert Refusal().judge(exchange(DECLINES + OFFERED * times)).outcome == "failed"


@pytest.mark.parametrize(
    "handed", ["Here is what I can give you:\n\n" + ARTICLE_EN, ARTICLE_EN * 3, "```sh\n" + "make tea\n" * 20]
)
def test_what_is_handed_over_is_no_refusal(handed: str) -> None:
    assert Refusal().judge(exchange(f"{DECLINES} {handed}")).outcome == "passed"


def test_who_asks_for_questions_may_be_asked() -> None:
    asked = "Who is your target audience? What tone would you like to use?"
    assert Refusal().judge(exchange(asked, incantation="Write an article.")).outcome == "failed"
    assert Refusal().judge(exchange(asked, incantation="Ask me what you need to know.")).outcome == "passed"


@pytest.mark.parametrize(
    "unit",
    ["I'm sorry, ", "i cannot ", "抱歉，", "抱歉，我不能", "作为AI", "as an ai ", "However, ", "您的", "* ", "?"],
)
def test_no_text_is_slow(unit: str) -> None:
    began = time.process_time()
    for size in (600, 100_000):
        Refusal().judge(exchange((unit * size)[:size]))
    assert time.process_time() - began < 1
