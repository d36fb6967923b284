from __future__ import annotations

import time

import pytest

from grimoire.checks.leftovers import Leftovers, find_leftovers
from tests.checks.samples import ARTICLE_EN, ARTICLE_ZH, exchange

LEFT = {
    "mustache-after-chinese": ("加入{{brand}}训练营", "{{brand}}"),
    "full-width": ("姓名：小丽，城市：［城市］。", "［城市］"),
    "lenticular-yours": ("地址：【您的地址】", "【您的地址】"),
    "lenticular-fill": ("【请填写产品名称】是您的好帮手", "【请填写产品名称】"),
    "round-fill": ("价格：（此处填写价格）", "（此处填写价格）"),
    "round-insert": ("步骤如下。（在此处插入图片）", "（在此处插入图片）"),
    "braces-zh": ("手办由{品牌名称}出品", "{品牌名称}"),
    "prompt": ("A guide to [PROMPT]", "[PROMPT]"),
    "prompt-zh": ("关于[PROMPT]的文章", "[PROMPT]"),
    "prompt1": ("About [PROMPT1].", "[PROMPT1]"),
    "language": ("Written in [TARGETLANGUAGE].", "[TARGETLANGUAGE]"),
    "variable": ("适合[VARIABLE1]阅读", "[VARIABLE1]"),
    "variable-defined": (
        "For [VARIABLE2:Tone:friendly:friendly|formal] readers",
        "[VARIABLE2:Tone:friendly:friendly|formal]",
    ),
    "crawled": ("Source: [CRAWLEDTEXT]", "[CRAWLEDTEXT]"),
    "prompt-in-heading": ("# [PROMPT]\n\n" + ARTICLE_EN, "[PROMPT]"),
    "prompt-in-wrapped-markdown": ("```markdown\n# [PROMPT]\n```", "[PROMPT]"),
    "mustache": ("Dear {{name}}, welcome.", "{{name}}"),
    "mustache-spaces": ("你好，{{ user.name }}！", "{{ user.name }}"),
    "opaque": ("写一篇关于⟦0⟧的文章", "⟦0⟧"),
    "your-company": ("At [Your Company] we care.", "[Your Company]"),
    "your-name": ("Kind regards,\n[Your Name]", "[Your Name]"),
    "insert": ("[Insert statistics here] show that it works.", "[Insert statistics here]"),
    "brand-name": ("Welcome to [Brand Name]!", "[Brand Name]"),
    "upper-case": ("Call [PHONE NUMBER] today.", "[PHONE NUMBER]"),
    "date": ("Signed on [Date].", "[Date]"),
    "possessive": ("Ask for [Client's Name].", "[Client's Name]"),
    "your-brand-zh": ("欢迎来到[你的品牌]", "[你的品牌]"),
    "your-name-zh": ("此致\n[您的姓名]", "[您的姓名]"),
    "insert-zh": ("[插入图片]", "[插入图片]"),
    "business-zh": ("我们的[业务]遍布全国", "[业务]"),
    "company-name-zh": ("我是[公司名称]的店长", "[公司名称]"),
    "fill-in-zh": ("电话：[请填写电话]", "[请填写电话]"),
    "here-zh": ("[此处填写日期]发布", "[此处填写日期]"),
    "contact-zh": ("欢迎通过[联系方式]与我们联系", "[联系方式]"),
    "xx-zh": ("[XX公司]成立于二〇一〇年", "[XX公司]"),
    "date-hant": ("活動於[日期]舉行", "[日期]"),
    "noun-alone-on-a-line": ("[Date]\n\nDear Anna,", "[Date]"),
    "noun-begins-sentence": ("[Company Name] is open every day.", "[Company Name]"),
    "noun-begins-sentence-zh": ("[品牌]是本地最好的咖啡馆。", "[品牌]"),
    "after-label": ("Name: [Name]\nDate: [Date]", "[Name]"),
    "bold": ("Buy at **[Your Website]** now", "[Your Website]"),
    "in-table": ("| 品牌 | [你的品牌] |", "[你的品牌]"),
    "among-links": ("[guide](https://a.b) by [Your Name]", "[Your Name]"),
}

FILLED = {
    "lenticular-heading": "【品牌故事】从一棵柳树说起。【您的第一次硬拉】不必害怕。",
    "button": "点击[插入]，再选[替换]。",
    "round-remark": "（此处省略三百字）（请填写真实姓名）",
    "braces-mathematics": r"$\text{数量} \times x_{价格} = \frac{金额}{数量}$",
    "braces-set": "集合{甲, 乙}与路径 /api/{城市}",
    "article-en": ARTICLE_EN,
    "article-zh": ARTICLE_ZH,
    "link": "See [your profile](https://example.com) and [the date](https://example.com/date).",
    "image": "![your logo](logo.png)",
    "reference-link": "See [your name][1] and [date].\n\n[1]: https://a.b\n[date]: https://c.d",
    "footnotes": "It is so [1], and so [2][3].\n\n[^1]: Book",
    "task-boxes": "- [x] grind\n- [ ] pour\n- [X] drink",
    "json-strings": 'The keys are ["name", "date"].',
    "json-array": "[1, 2, 3]",
    "code-block": "```python\nx = row[date]\nprint([name])\n```",
    "code-span": "Write `[PROMPT]` where the subject goes, `{{name}}` for a name.",
    "index": "Take a[date] and b[name].",
    "note-zh": "[注] 水要烧开。",
    "lenticular": "【你的名字】是一部电影。",
    "picture-zh": "[图片：一杯咖啡放在窗边]",
    "stage-direction-zh": "[音乐渐强] 她站了起来。[掌声]",
    "stage-direction-en": "[Intro music] Hello! [Applause] [Verse 1] [Chorus]",
    "title-suffix": "Ten Ways to Brew [Infographic] [2024]",
    "editor": "He said it was [sic] good [...] and left […].",
    "citation-needed": "It is old [citation needed].",
    "emoticon-zh": "太好了[微笑][鲜花]",
    "log-levels": "[INFO] started [WARNING] hot [ERROR] spilled",
    "mathematics": "$$\\frac{{a}}{{b}} + [name]$$ and \\[ x + y \\]",
    "latex-braces": "$x^{{n}}$",
    "interval": "for x in [0, 1] and ranges [a-z]",
    "source-zh": "据报道[来源：新华社]，产量上升。",
    "timestamps": "[00:15] 开场 [01:30] 正题",
    "speakers": "[Anna] Hello! [Ben] Hi!",
    "escaped": "Write \\[PROMPT it is.",
    "lower-case-prompt": "The [prompt] box",
    "labels-en": "[Title] Coffee at Home\n[Description] How to brew.\n[Brand Name]: Northern Roast",
    "labels-zh": "[标题] 在家冲咖啡\n[主题]：手冲\n- [关键词] 咖啡，手冲",
    "keys": "Press [Enter], then [Insert] and [Home].",
    "translators-note": "“Das Ding an sich” [my translation, our emphasis]",
    "english-aside": "She [the manager of the shop] agreed.",
}


@pytest.mark.parametrize(("answer", "slot"), [pytest.param(*case, id=name) for name, case in LEFT.items()])
def test_left_unfilled(answer: str, slot: str) -> None:
    result = Leftovers().judge(exchange(answer))
    assert result.outcome == "failed", result.reason
    assert slot[:40] in result.reason


@pytest.mark.parametrize("answer", [pytest.param(text, id=name) for name, text in FILLED.items()])
def test_nothing_left(answer: str) -> None:
    result = Leftovers().judge(exchange(answer))
    assert result.outcome == "passed", result.reason


@pytest.mark.parametrize("slot", ["[Your Name]", "[你的名字]", "[PROMPT]", "{{name}}", "[your name]"])
def test_the_users_own_brackets_may_stand(slot: str) -> None:
    text = f"Rewrite this mail: Dear {slot}, the kettle is hot."
    assert find_leftovers(f"Hello {slot}, the water boils.", text) == []
    assert find_leftovers(f"Hello {slot}, from [Your Company].", text) == ["[Your Company]"]


def test_each_is_named_once_and_the_rest_counted() -> None:
    answer = "[Your Name] [Your Name] [Date] [Phone] [City] [Email]"
    reason = Leftovers().judge(exchange(answer)).reason
    assert reason == 'left unfilled: "[Your Name]", "[Date]", "[Phone]" and 2 more'


HOSTILE = (
    "[",
    "【】",
    "【姓名】 ",
    "[名] ",
    "_",
    "＿ ",
    "X",
    "XX市",
    "{{ ",
    "{%if ",
    "${a",
    "<a ",
    "（您的",
    " ",
    "Dear ____ ",
    "“",
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_answer_is_judged_soon(piece: str) -> None:
    answer = piece * (60_000 // len(piece))
    start = time.perf_counter()
    Leftovers().judge(exchange(answer, incantation=answer))
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("wish", ["an e-mail template", "给我一个请假条模板", "a form letter for parents"])
def test_slots_are_what_was_asked_for_in_a_template(wish: str) -> None:
    assert find_leftovers("Dear [Name], yours, [Your Name]", wish) == []
    assert find_leftovers("Dear [PROMPT], yours, [Your Name]", wish) == ["[PROMPT]"]


def test_a_prompt_that_asks_for_a_template_says_so_too() -> None:
    assert find_leftovers("Dear [Name]", "", "Write a short e-mail template for me.") == []
    assert find_leftovers("Dear [Name]", "", "Fill in the template: Dear [Name]") == ["[Name]"]


@pytest.mark.parametrize("blank", ["Dear ____,", "我叫＿＿＿，来自苏州"])
def test_blanks_are_what_was_asked_for_in_a_form(blank: str) -> None:
    assert find_leftovers(blank, "a letter") != []
    assert find_leftovers(blank, "a questionnaire") == []
    assert find_leftovers(blank, "", "做一份调查问卷") == []
