# ruff: noqa: E501  # an answer is one line, and Chinese counts double

from __future__ import annotations

import pytest

from grimoire.checks.subject import OnSubject
from grimoire.checks.subject_example import examples
from tests.checks.samples import ARTICLE_EN, ARTICLE_ZH, exchange

WILLOW = "林黛玉倒拔垂杨柳"
WILLOW_STORY = "那天清晨，黛玉走到潇湘馆外，见一株垂杨柳挡了去路，便挽起袖子，双手一抱，竟连根拔起。众人看得目瞪口呆。"
LIGHT_EN = (
    "# The Lamps of the Lighthouse\n\nA lighthouse lamp once burned whale oil. Keepers carried it up the stairs each "
    "evening, far from home, and trimmed the wick by hand.\n\n- Oil\n- Gas\n- Electricity\n\n"
) * 8
LIGHT_ZH = (
    "# 灯塔里的灯\n\n灯塔的灯最初烧的是鲸油。守塔人每天傍晚提着油罐爬上楼梯，剪好灯芯，为了海员的健康与平安守一整夜。\n\n"
    "- 鲸油\n- 煤气\n- 电灯\n\n"
) * 8
MAIL_EN = (
    "Hello, last week I bought a coffee grinder from your shop. The grinder makes a terrible noise and the burrs do not "
    "turn. I would like to return the grinder or have it repaired under warranty."
)
REPLY_EN = "We are sorry that your grinder is noisy. Send it back and we repair or replace it under warranty."
MAIL_ZH = "你好，上周我在贵店买了一台磨豆机，声音特别大，刀盘也不转。我想退掉这台磨豆机，或者请你们按保修条款修理。"
REPLY_ZH = "非常抱歉，您的磨豆机出现了异响。请把机器寄回，我们会按照保修条款免费修理，或者为您更换新机。"
WHALES = (
    "Whales sing at night. Nobody knows why they do it, but the songs change from year to year, and what is sung off one "
    "coast is heard off another a season later, as if it had been handed on. Only the males sing, and they do so alone, "
    "head down in the blue, for hours and without a pause that anyone would notice. The females come, or they do not."
)

OFF = {
    "subject-missing": ("coffee", ("垂杨柳", "林黛玉"), ARTICLE_ZH),
    "subject-missing-en": ("咖啡", ("coffee",), LIGHT_EN),
    "subject-before-text": ("coffee", ("tea",), ARTICLE_EN),
    "en-one-word": ("coffee", (), LIGHT_EN),
    "en-phrase": ("How to brew coffee at home", (), LIGHT_EN),
    "en-stop-words-do-not-count": ("the best way to write about espresso", (), LIGHT_EN),
    "en-short-word-inside-another": ("art", (), "Articles and partners start with parts. " * 34),
    "en-many-sentences": ("solar panels", (), WHALES * 3),
    "en-mail": (MAIL_EN, (), LIGHT_EN),
    "zh-name": (WILLOW, (), LIGHT_ZH),
    "zh-name-coffee": (WILLOW, (), ARTICLE_ZH),
    "zh-one-word": ("咖啡", (), LIGHT_ZH),
    "zh-generic-word-once": ("健康饮食的好处", (), LIGHT_ZH.replace("健康", "安宁") + "愿你健康。"),
    "subject-named-once": (WILLOW, ("林黛玉", "垂杨柳"), f"关于“{WILLOW}”，可以这样写：\n\n{LIGHT_ZH * 3}"),
    "zh-named-once": (WILLOW, (), f"关于“{WILLOW}”，可以这样写：\n\n{LIGHT_ZH * 3}"),
    "en-named-once": ("brewing coffee", (), f"About brewing coffee one could write so.\n\n{LIGHT_EN * 9}"),
    "zh-request": ("如何在家冲咖啡", (), LIGHT_ZH),
    "zh-mail": (MAIL_ZH, (), LIGHT_ZH),
    "zh-mixed": ("用 Python 写爬虫", (), LIGHT_ZH),
    "ja": ("宮沢賢治の童話", (), "コーヒーは焙煎した豆から作る飲み物です。" * 18),
    "ru": ("солнечные батареи", (), "Кофе готовят из обжаренных зёрен. " * 40),
}
ON = {
    "subject": ("coffee", ("林黛玉", "垂杨柳"), WILLOW_STORY),
    "subject-case": ("咖啡", ("COFFEE",), ARTICLE_EN),
    "en-one-word": ("coffee", (), ARTICLE_EN),
    "en-inflected": ("coffee brewing methods", (), ARTICLE_EN),
    "en-plural": ("cats", (), "A cat sleeps most of the day."),
    "en-singular": ("dog", (), "Dogs need walks."),
    "en-other-case": ("COFFEE", (), ARTICLE_EN),
    "en-mail-reply": (MAIL_EN, (), REPLY_EN),
    "en-accent-free-quotes": ("“coffee”", (), ARTICLE_EN),
    "en-long-input-summary": (
        ARTICLE_EN,
        (),
        "Fresh beans, clean water, a slow pour: that is the whole coffee method.",
    ),
    "zh-name": (WILLOW, (), WILLOW_STORY),
    "zh-name-shortened": (WILLOW, (), "林黛玉力大无穷，一把将那柳树连根拔了起来，贾府上下都惊呆了。"),
    "zh-one-word": ("咖啡", (), ARTICLE_ZH),
    "zh-request": ("如何在家冲咖啡", (), ARTICLE_ZH),
    "zh-mail-reply": (MAIL_ZH, (), REPLY_ZH),
    "zh-long-input-summary": (ARTICLE_ZH, (), "新鲜咖啡豆、干净的水、慢慢倒水，每次只改变一个条件。"),
    "zh-mixed": ("用 Python 写爬虫", (), "先安装 requests，再用 Python 发请求，爬虫就完成了一半。"),
    "zh-short-answer": ("咖啡馆名字", (), "云上咖啡馆"),
    "ja": ("宮沢賢治の童話", (), "宮沢賢治は岩手県に生まれ、多くの童話を残しました。"),
    "ru": ("солнечные батареи", (), "Солнечная батарея превращает свет в ток."),
    "subject-in-two-places": (WILLOW, ("林黛玉",), f"林黛玉拔柳。{LIGHT_ZH * 3}林黛玉乏了。"),
    "subject-once-in-a-short-answer": (WILLOW, ("林黛玉",), LIGHT_ZH[:60] + "林黛玉"),
    "en-twice-in-a-long-answer": (
        "Are deadlifts safe?",
        (),
        f"Deadlifts are safe. {'You stand up. ' * 120} Try deadlifts.",
    ),
    "zh-begins-politely": ("咖啡", (), "好的，以下是为您写的文章：\n\n" + ARTICLE_ZH),
}
NOT_JUDGED = {
    "no-text": ("", ARTICLE_EN, "en"),
    "white-space": ("  \n", ARTICLE_EN, "en"),
    "zh-to-en": ("咖啡", LIGHT_EN, "en"),
    "en-to-zh": ("coffee", LIGHT_ZH, "zh"),
    "en-to-fr": ("coffee", "Le phare est une tour qui guide les bateaux dans la nuit avec une lampe.", "fr"),
    "es-to-en": ("montañas y ríos", LIGHT_EN, "en"),
    "only-stop-words-en": ("how to make it best", LIGHT_EN, "en"),
    "only-stop-characters-zh": ("请你写一个", LIGHT_ZH, "zh"),
    "numbers": ("2024", LIGHT_EN, "en"),
    "answer-without-words": ("coffee", "42", "en"),
    "a-title": ("solar panels", "Whales sing at night", "en"),
    "a-few-sentences": ("solar panels", WHALES, "en"),
    "a-title-ja": ("宮沢賢治の童話", "コーヒーは焙煎した豆から作る飲み物です。", "ja"),
    "a-poem-zh": ("写一首思乡的诗", "孤灯照壁雨敲窗，梦里归舟过大江。醒后不知身是客，犹听阿母唤儿郎。", "zh"),
    "names": ("橘猫", "\n".join(f"{n}. 年糕" for n in range(60)), "zh"),
    "only-what-is-asked-for": ("Tell me a joke, please", LIGHT_EN, "en"),
    "zh-to-ja": ("咖啡", "コーヒーは焙煎した豆から作る飲み物です。" * 3, "ja"),
}


@pytest.mark.parametrize(("text", "subject", "answer"), [pytest.param(*case, id=name) for name, case in OFF.items()])
def test_off_subject(text: str, subject: tuple[str, ...], answer: str) -> None:
    result = OnSubject().judge(exchange(answer, text=text, subject=subject))
    assert result.outcome == "failed", result.reason


@pytest.mark.parametrize(("text", "subject", "answer"), [pytest.param(*case, id=name) for name, case in ON.items()])
def test_on_subject(text: str, subject: tuple[str, ...], answer: str) -> None:
    result = OnSubject().judge(exchange(answer, text=text, subject=subject))
    assert result.outcome == "passed", result.reason


@pytest.mark.parametrize(
    ("text", "answer", "code"), [pytest.param(*case, id=name) for name, case in NOT_JUDGED.items()]
)
def test_subject_not_judged(text: str, answer: str, code: str) -> None:
    result = OnSubject().judge(exchange(answer, text=text, answer_in=code))
    assert result.outcome == "skipped", result.reason
    assert result.reason


PROMPT = "Write about the topic, for example 'How to train a puppy'. Topic: {}"
PUPPIES = (
    "Train a puppy early. A puppy learns fast, and to train it is a joy for both of you. Take the puppy out often. "
)


@pytest.mark.parametrize(
    ("text", "answer", "code"),
    [
        ("How to train for a marathon", PUPPIES * 2, "en"),
        ("如何跑马拉松", PUPPIES * 2, "en"),
        ("How to run", f"How to run. {PUPPIES * 3}", "en"),
    ],
    ids=["shares-a-verb", "another-language", "named-once"],
)
def test_the_prompts_own_example_is_no_subject(text: str, answer: str, code: str) -> None:
    asked = exchange(answer, text=text, answer_in=code, incantation=PROMPT.format(text))
    result = OnSubject().judge(asked)
    assert result.outcome == "failed"
    assert 'the prompt\'s own example "How to train a puppy"' in result.reason


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("How to train a puppy", PUPPIES * 2),
        ("How to walk a dog", f"A dog walks best when it is walked often. {PUPPIES} Walk the dog at dawn and at dusk."),
        ("如何遛狗", "A dog wants out at dawn and at dusk. A dog is no puppy, and you train it with patience. " * 3),
    ],
    ids=["example-is-the-subject", "example-in-passing", "another-language"],
)
def test_an_example_may_be_mentioned(text: str, answer: str) -> None:
    asked = exchange(answer, text=text, incantation=PROMPT.format(text))
    assert OnSubject().judge(asked).outcome != "failed"


@pytest.mark.parametrize(
    ("incantation", "phrases"),
    [
        ("Write it, for example: 'How to train\na puppy'.", ["How to train a puppy"]),
        ("例如：如何训练小狗。要有标题。", ["如何训练小狗"]),
        ("比如“如何训练小狗”、“阳台种番茄”。", ["如何训练小狗", "阳台种番茄"]),
        ("Example:\nTopic: cold brew at home\nTopic: tea", ["cold brew at home"]),
        ("for platforms such as Facebook and Instagram", []),
        ("小标题例如：使用场景、真实体验", []),
        ('camera moves, e.g. "slow zoom, wide shot"', []),
        ("No samples here.", []),
    ],
)
def test_examples_of_a_prompt(incantation: str, phrases: list[str]) -> None:
    assert [phrase for phrase, _ in examples(incantation, "")] == phrases
