from __future__ import annotations

import pytest

from grimoire.checks.language import AskedLanguage, Language, examine
from grimoire.checks.own import BadCheck
from grimoire.languages import LANGUAGES
from grimoire.scripts import SCRIPT_OF, base
from tests.checks.samples import ARTICLE_EN, ARTICLE_ZH, exchange

FRENCH = (
    "Le café est une boisson que l'on prépare avec des grains torréfiés. Pour réussir, il faut de l'eau pure et un "
    "moulin qui ne chauffe pas. Les amateurs le boivent sans sucre, mais vous pouvez en ajouter."
)
GERMAN = (
    "Der Kaffee ist ein Getränk, das aus gerösteten Bohnen gemacht wird. Mit dem richtigen Wasser und einer guten "
    "Mühle wird er nicht bitter. Man trinkt ihn auch ohne Zucker, und er ist für den Morgen gemacht."
)
SPANISH = (
    "El café es una bebida que se prepara con los granos tostados. Para hacerlo bien, el agua debe ser pura y el "
    "molino no puede estar caliente. Muy buena es también la leche, pero no con el azúcar."
)
JAPANESE = "コーヒーは焙煎した豆から作る飲み物です。きれいな水と新鮮な豆があれば、家でもおいしく淹れることができます。"
KOREAN = "커피는 볶은 원두로 만드는 음료입니다. 깨끗한 물과 신선한 원두가 있으면 집에서도 맛있게 내릴 수 있습니다."
RUSSIAN = "Кофе готовят из обжаренных зёрен. Возьмите свежую воду и хорошую мельницу, и дома получится не хуже."
TRADITIONAL = (
    "這篇文章說明如何在家裡沖一杯好咖啡。準備時應該讓開水稍涼，對於新鮮的豆子來說，這樣會更香。請認真記錄時間與體驗。"
)
SIMPLIFIED = (
    "这篇文章说明如何在家里冲一杯好咖啡。准备时应该让开水稍凉，对于新鲜的豆子来说，这样会更香。请认真记录时间与体验。"
)
CODE = "```python\nfor kettle in kettles:\n    if kettle.is_hot and kettle.is_full:\n        pour(kettle)\n```\n"

WRONG = {
    "en-for-zh": ("zh", ARTICLE_EN),
    "zh-for-en": ("en", ARTICLE_ZH),
    "ja-for-zh": ("zh", JAPANESE),
    "ja-full-of-kanji-for-zh": (
        "zh",
        "東京都渋谷区の新店舗で珈琲豆を販売する。営業時間は午前九時から午後六時までです。",
    ),
    "zh-for-ja": ("ja", ARTICLE_ZH),
    "en-for-ja": ("ja", ARTICLE_EN),
    "ja-for-en": ("en", JAPANESE),
    "ko-for-zh": ("zh", KOREAN),
    "zh-for-ko": ("ko", ARTICLE_ZH),
    "ru-for-en": ("en", RUSSIAN),
    "en-for-ru": ("ru", ARTICLE_EN),
    "fr-for-en": ("en", FRENCH),
    "de-for-en": ("en", GERMAN),
    "es-for-en": ("en", SPANISH),
    "en-for-fr": ("fr", ARTICLE_EN),
    "en-for-de": ("de", ARTICLE_EN),
    "en-for-sv": ("sv", ARTICLE_EN),
    "en-for-unlisted-latin": ("hu", ARTICLE_EN),
    "traditional-for-zh": ("zh", TRADITIONAL),
    "traditional-for-zh-hans": ("zh-Hans", TRADITIONAL),
    "simplified-for-zh-hant": ("zh-Hant", SIMPLIFIED),
    "simplified-for-zh-tw": ("zh_TW", SIMPLIFIED),
    "en-refusal-for-zh": ("zh", "I'm sorry, but I can't help with that."),
    "short-zh-for-en": ("en", "好的，没有问题，马上就来。"),
    "zh-heading-over-english": ("zh", "# 咖啡\n\n" + ARTICLE_EN),
    "chinese-code-comments-do-not-count": ("zh", "```\n# 这是一段很长很长的中文注释，解释代码\n```\n" + ARTICLE_EN),
}
RIGHT = {
    "en": ("en", ARTICLE_EN),
    "en-us": ("en-US", ARTICLE_EN),
    "zh": ("zh", ARTICLE_ZH),
    "zh-cn": ("zh_CN", ARTICLE_ZH),
    "zh-hant": ("zh-Hant", TRADITIONAL),
    "zh-simplified": ("zh", SIMPLIFIED),
    "ja": ("ja", JAPANESE),
    "ko": ("ko", KOREAN),
    "ru": ("ru", RUSSIAN),
    "fr": ("fr", FRENCH),
    "de": ("de", GERMAN),
    "es": ("es", SPANISH),
    "en-with-chinese-names": (
        "en",
        "Lin Daiyu (林黛玉) pulls up the willow (倒拔垂杨柳) and nobody dares to laugh at her.",
    ),
    "en-lesson-on-chinese": ("en", "The word 你好 means hello, 谢谢 means thank you, and 再见 means goodbye."),
    "zh-with-product-names": (
        "zh",
        "用 Visual Studio Code 打开项目，在 GitHub Copilot 里选择 GPT 模型，再运行 pytest 就可以了。",
    ),
    "zh-mostly-code": ("zh", "下面是代码，运行即可：\n\n" + CODE * 5),
    "zh-with-links": ("zh", "资料：https://example.com/a-very-long-english-address-that-goes-on 请自行查看。"),
    "en-quoting-the-input": ("en", "You wrote 今天天气真好我们一起去喝咖啡吧, which is correct and friendly."),
    "zh-numbers": ("zh", "| 月份 | 销量 |\n| --- | --- |\n| 1 | 300 |\n| 2 | 450 |\n合计七百五十杯咖啡。"),
    "zh-wrapped-in-markdown": ("zh", f"```markdown\n{ARTICLE_ZH}\n```"),
    "zh-thinking-in-english": ("zh", f"<think>{ARTICLE_EN}</think>{ARTICLE_ZH}"),
    "en-keywords-without-function-words": ("en", "coffee, grinder, kettle, espresso, latte, mocha, burr, scale"),
    "en-with-french-words": ("en", "A café au lait is coffee with hot milk, and the croissant beside it is à la mode."),
    "ja-heading-in-kanji": ("ja", "珈琲入門講座\n" + JAPANESE),
    "zh-one-traditional-title": ("zh", "《紅樓夢》是一部小说，这里讲的是它的故事，还有人们对它的认识。"),
}
NOT_TOLD = {
    "number": ("zh", "42"),
    "yes": ("zh", "OK"),
    "brand": ("zh", "Visual Studio Code"),
    "name-in-han": ("en", "林黛玉"),
    "empty": ("en", ""),
    "only-code": ("zh", CODE),
    "only-link": ("zh", "https://example.com/some/long/path"),
    "unknown-language": ("tlh", ARTICLE_EN),
    "emoji": ("en", "👍👍👍"),
}


@pytest.mark.parametrize(("code", "answer"), [pytest.param(*case, id=name) for name, case in WRONG.items()])
def test_wrong_language(code: str, answer: str) -> None:
    result = AskedLanguage().judge(exchange(answer, answer_in=code))
    assert result.outcome == "failed", result.reason
    assert code in result.reason


@pytest.mark.parametrize(("code", "answer"), [pytest.param(*case, id=name) for name, case in RIGHT.items()])
def test_right_language(code: str, answer: str) -> None:
    text = "今天天气真好我们一起去喝咖啡吧"
    result = AskedLanguage().judge(exchange(answer, answer_in=code, text=text))
    assert result.outcome == "passed", result.reason


@pytest.mark.parametrize(("code", "answer"), [pytest.param(*case, id=name) for name, case in NOT_TOLD.items()])
def test_language_not_told(code: str, answer: str) -> None:
    assert AskedLanguage().judge(exchange(answer, answer_in=code)).outcome == "skipped"


def test_own_language_overrides_the_one_asked_for() -> None:
    check = Language("en", should=True)
    assert check.judge(exchange(ARTICLE_EN, answer_in="zh")).outcome == "passed"
    result = check.judge(exchange(ARTICLE_ZH, answer_in="zh"))
    assert (result.outcome, result.should) == ("failed", True)


@pytest.mark.parametrize("wants", ["klingon", "", None, 3, ["en"]])
def test_own_language_must_be_known(wants: object) -> None:
    with pytest.raises(BadCheck, match=r"check language: .*allowed: a language code"):
        Language(wants)


def test_reason_gives_the_share() -> None:
    assert examine(ARTICLE_EN, "zh")[1] == "0% of the text is in Han, most is Latin, wanted zh"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_on_offer_can_be_told(language: str) -> None:
    assert base(language) in SCRIPT_OF


@pytest.mark.parametrize(
    ("text", "code", "outcome"),
    [
        ("Translate into French: the kettle is hot.", "en", "skipped"),
        ("Please answer in English: 水开了吗", "en", "failed"),
        ("how to learn French", "en", "failed"),
        ("", "en", "failed"),
    ],
)
def test_the_input_may_ask_for_another_language(text: str, code: str, outcome: str) -> None:
    assert AskedLanguage().judge(exchange(FRENCH, text=text, answer_in=code)).outcome == outcome


@pytest.mark.parametrize(
    ("text", "code", "outcome"),
    [
        ("用英语写一封邮件", "zh", "skipped"),
        ("把这句话翻译成英文：水开了", "zh", "skipped"),
        ("把这封英文邮件翻译成中文", "zh", "failed"),
        ("英语学习方法", "zh", "failed"),
    ],
)
def test_the_input_may_ask_for_another_language_in_chinese(text: str, code: str, outcome: str) -> None:
    assert AskedLanguage().judge(exchange(ARTICLE_EN, text=text, answer_in=code)).outcome == outcome


def test_a_text_that_goes_over_to_another_language_is_no_translation() -> None:
    answer = f"{ARTICLE_ZH}\n{ARTICLE_EN * 2}"
    assert AskedLanguage().judge(exchange(answer, answer_in="zh")).outcome == "failed"
    asked = exchange(answer, answer_in="zh", incantation="请写一篇中英双语的文章")
    assert AskedLanguage().judge(asked).outcome == "passed"
