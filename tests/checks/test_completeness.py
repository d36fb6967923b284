from __future__ import annotations

import time

import pytest

from grimoire.chat import FinishReason
from grimoire.checks.answered import SHORT, Answered
from grimoire.checks.finished import Finished, open_brackets
from tests.checks.samples import ARTICLE_EN, ARTICLE_ZH, exchange

NO_ANSWER = {
    "empty": "",
    "spaces": "   ",
    "newlines": "\n\n\n",
    "ideographic-spaces": "\u3000\u3000",
    "zero-width": "\u200b\ufeff",
    "dots": "...",
    "chinese-stop": "。。。",
    "ellipsis": "……",
    "rule": "---",
    "empty-table": "| | |",
    "empty-code-block": "```\n```",
    "empty-quotes": "“”",
    "replacement-characters": "\ufffd\ufffd",
    "only-thinking": "<think>The user wants a title. Let me see.</think>\n",
    "thinking-cut-off": "<think>好的，用户想要一个标题",
}

AN_ANSWER = {
    "word": "Yes",
    "number": "42",
    "one-chinese-character": "是",
    "chinese-sentence": "是的。",
    "emoji": "👍",
    "check-mark": "✔",
    "root": "√",
    "price": "€",
    "quoted-letter": '"a"',
    "code": "```\nx\n```",
    "thinking-then-answer": "<think>hm</think>Yes",
    "kana": "はい",
    "article-en": ARTICLE_EN,
    "article-zh": ARTICLE_ZH,
}


@pytest.mark.parametrize("answer", [pytest.param(text, id=name) for name, text in NO_ANSWER.items()])
def test_not_answered(answer: str) -> None:
    assert Answered().judge(exchange(answer)).outcome == "failed"


@pytest.mark.parametrize("answer", [pytest.param(text, id=name) for name, text in AN_ANSWER.items()])
def test_answered(answer: str) -> None:
    assert Answered().judge(exchange(answer)).outcome == "passed"


OPEN = "Here it is:\n\n```python\nprint(1)\n"
CUT_OFF: dict[str, tuple[FinishReason, str]] = {
    "length-en": ("length", ARTICLE_EN[:300]),
    "length-zh": ("length", ARTICLE_ZH[:100]),
    "length-though-it-looks-whole": ("length", "The end."),
    "length-empty": ("length", ""),
    "filter-en": ("content_filter", "It began on"),
    "filter-zh": ("content_filter", "事情是这样的"),
    "filter-whole": ("content_filter", ARTICLE_EN),
    "open-block": ("unknown", OPEN),
    "open-tildes": ("unknown", "~~~\nx"),
    "open-block-zh": ("unknown", "代码如下：\n\n```\nfor i in range(3):"),
    "open-in-list": ("unknown", "1. First\n   ```sh\n   ls"),
    "second-open": ("unknown", "```\na\n```\n\n```js\nb"),
    "ends-on-conjunction-zh": ("unknown", "## 结论\n林黛玉倒拔垂杨柳这一形象之所以能够"),
    "ends-on-comma": ("unknown", ARTICLE_ZH + "也就是说，"),
    "ends-on-article": ("unknown", ARTICLE_EN + "The last thing to watch is the"),
    "ends-within-a-row": ("unknown", "| a | b |\n|---|---|\n| 1 | 2 |\n| 3"),
    "open-markdown-wrapper": ("unknown", "```markdown\n# Title\ntext"),
}
WHOLE: dict[str, tuple[FinishReason, str]] = {
    "stop-en": ("stop", ARTICLE_EN),
    "stop-zh": ("stop", ARTICLE_ZH),
    "stop-no-full-stop": ("stop", "Coffee at Home"),
    "stop-open-block": ("stop", OPEN),
    "tool-calls": ("tool_calls", "Done"),
    "unknown-en": ("unknown", ARTICLE_EN),
    "unknown-zh": ("unknown", ARTICLE_ZH),
    "unknown-no-full-stop": ("unknown", "在家冲一杯好咖啡"),
    "unknown-ends-with-colon": ("unknown", "She said:"),
    "unknown-closed-block": ("unknown", OPEN + "```"),
    "unknown-closed-longer": ("unknown", "```\na\n`````"),
    "unknown-nested-in-markdown": ("unknown", "```markdown\n# T\n```python\nx\n```\n```"),
    "unknown-no-full-stop-after-sentences": ("unknown", ARTICLE_ZH + "关注我，每天带你读懂一个冷知识"),
    "unknown-rows-without-last-pipe": ("unknown", "| a | b\n|---|---\n| 1 | 2"),
    "unknown-hashtags": ("unknown", ARTICLE_EN + "#coffee #home"),
    "stop-on-comma": ("stop", "Coffee, tea,"),
    "unknown-span": ("unknown", "Use ```x``` here"),
    "unknown-backticks-in-tildes": ("unknown", "~~~\n```\n~~~"),
}


@pytest.mark.parametrize(("finish", "answer"), [pytest.param(*case, id=name) for name, case in CUT_OFF.items()])
def test_not_finished(finish: FinishReason, answer: str) -> None:
    result = Finished().judge(exchange(answer, finish=finish))
    assert result.outcome == "failed"
    assert {"length": "length", "content_filter": "filter", "unknown": ""}[finish] in result.reason


@pytest.mark.parametrize(("finish", "answer"), [pytest.param(*case, id=name) for name, case in WHOLE.items()])
def test_finished(finish: FinishReason, answer: str) -> None:
    assert Finished().judge(exchange(answer, finish=finish)).outcome == "passed"


ARTICLE_WANTED = "Write an article about brewing coffee at home."
BUSY = "The server is busy. Please try again later."
PROMISE = "Sure! I will write the article for you now."


@pytest.mark.parametrize("answer", [BUSY, PROMISE, "系统繁忙，请稍后再试。", "好的，我会为您撰写这篇文章，请稍等。"])
def test_a_notice_or_a_promise_is_no_answer(answer: str) -> None:
    assert Answered().judge(exchange(answer, incantation=ARTICLE_WANTED)).outcome == "failed"


@pytest.mark.parametrize(
    ("incantation", "answer"),
    [
        pytest.param("Write an error message for a shop.", BUSY, id="notice-wanted"),
        pytest.param("Translate: 好的，我现在就写。", PROMISE, id="promise-translated"),
        pytest.param(ARTICLE_WANTED, f"{BUSY} That is what the machine said.", id="notice-and-a-sentence"),
        pytest.param(ARTICLE_WANTED, f"{PROMISE} Grind, pour, wait, drink.", id="promise-and-a-sentence"),
        pytest.param(ARTICLE_WANTED, f"{PROMISE}\n\n{ARTICLE_EN}", id="promise-and-the-article"),
        pytest.param(ARTICLE_WANTED, PROMISE * (SHORT // len(PROMISE) + 1), id="longer-than-an-announcement"),
        pytest.param(ARTICLE_WANTED, "Something Went Wrong", id="a-title"),
    ],
)
def test_a_notice_or_a_promise_that_is_an_answer(incantation: str, answer: str) -> None:
    assert Answered().judge(exchange(answer, incantation=incantation)).outcome == "passed"


def test_marks_of_a_model_are_no_answer() -> None:
    assert Answered().judge(exchange("<|endoftext|>")).outcome == "failed"


RUNNING = "The kettle sings. The cup is warm. The beans are fresh. "
LEFT_OPEN_THOUGH_STOPPED = {
    "comma-after-sentences": RUNNING + "Then you pour,",
    "word-no-sentence-ends-on": RUNNING + "Then you pour the",
    "sentence-without-end": RUNNING + "Then you pour the water in circles",
    "sentence-without-end-zh": "水开了。杯子热了。豆子是新的。然后你绕着圈慢慢倒水",
    "row-with-too-few-cells": "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 |",
    "head-of-a-table": "Here it is:\n\n| a | b |",
    "item-that-breaks-off": "- Grind it.\n- Pour it.\n- Wait for it.\n- Drink",
    "open-code-in-open-block": "```python\nprint(1,\n",
    "open-block-after-a-closed-one": "```sh\nls\n```\n\n```sh\nls",
    "json": '{"title": "Coffee", "tags": ["home",',
}
WHOLE_THOUGH_NOT_SAID = {
    "sign-off": RUNNING + "\n\nKind regards,",
    "slogan-of-few-words": RUNNING + "Order your cup",
    "address": RUNNING + "Everything else is to be found on www.example.com",
    "tags": RUNNING + "What a morning it was for all of us #coffee #home",
    "row-of-totals": "| a | b |\n|---|---|\n| 1 | 2 |\n| Total | 3 |",
    "short-row-of-totals": "| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |\n| 合计 | 6 |",
    "absolute-values": "The triangle inequality:\n|x + y| <= |x| + |y|",
    "last-heading-says-the-end": "## One\n\nText.\n\n## Two\n\nText.\n\n## The End",
    "list-with-and-without-stops": "- Grind it.\n- Pour it\n- Wait for it.\n- Drink",
    "german-quotation-marks": "Das Lied heißt „Der Kessel singt“ von Anna",
    "emoticon": "See you tomorrow :(",
}


@pytest.mark.parametrize("answer", [pytest.param(text, id=name) for name, text in LEFT_OPEN_THOUGH_STOPPED.items()])
@pytest.mark.parametrize("finish", ["stop", "unknown"])
def test_left_open_whatever_the_service_says(finish: FinishReason, answer: str) -> None:
    assert Finished().judge(exchange(answer, finish=finish)).outcome == "failed"


@pytest.mark.parametrize("answer", [pytest.param(text, id=name) for name, text in WHOLE_THOUGH_NOT_SAID.items()])
@pytest.mark.parametrize("finish", ["stop", "unknown"])
def test_whole_whatever_the_service_says(finish: FinishReason, answer: str) -> None:
    result = Finished().judge(exchange(answer, finish=finish))
    assert result.outcome == "passed", result.reason


@pytest.mark.parametrize(
    ("incantation", "outcome"),
    [
        ("Write an article about coffee.", "failed"),
        ("Write the first chapter of a novel.", "passed"),
        ("写一篇关于咖啡的文章。", "failed"),
        ("写一部小说的第一章。", "passed"),
    ],
)
@pytest.mark.parametrize("end", ["To be continued...", "（未完待续）"])
def test_to_be_continued_is_an_end_where_a_serial_was_wanted(incantation: str, outcome: str, end: str) -> None:
    assert Finished().judge(exchange(f"The key fitted.\n\n{end}", incantation=incantation)).outcome == outcome


def test_brackets_within_quotation_marks_are_text() -> None:
    assert not open_brackets('{"smile": ":("}')
    assert open_brackets('{"smile": ":)"')


@pytest.mark.parametrize(
    "unit", ["|", "| ", "(", "**", "1. ", "…\n", "。", "aaa. B", "A: ", '{"', "continue ", "剩余略", "the ", "#\n"]
)
@pytest.mark.parametrize("check", [Answered(), Finished()], ids=["answered", "finished"])
def test_no_text_is_slow(check: Answered | Finished, unit: str) -> None:
    began = time.process_time()
    check.judge(exchange(unit * (100_000 // len(unit)) + "x", finish="unknown"))
    assert time.process_time() - began < 1
