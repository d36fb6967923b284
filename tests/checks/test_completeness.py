from __future__ import annotations

import pytest

from grimoire.chat import FinishReason
from grimoire.checks.completeness import Answered, Finished
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
