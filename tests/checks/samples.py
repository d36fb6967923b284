"""Texts the check tests share."""

from __future__ import annotations

from grimoire.chat import Answer, FinishReason
from grimoire.ports import Exchange

ARTICLE_EN = """\
# Brewing Coffee at Home

Good coffee begins with fresh beans and clean water. This guide shows what matters and what does not.

## What you need

- A grinder with conical burrs
- A scale that shows grams
- Water just off the boil

## The method

1. Grind the coffee to the size of coarse sand.
2. Pour twice the weight of the coffee in water and wait for half a minute.
3. Pour the rest slowly, in circles, and let it drain.

| Ratio | Taste |
| --- | --- |
| 1:15 | strong |
| 1:17 | mild |

Taste the cup and change one thing at a time. That is how you learn what each part of the method does.
"""

ARTICLE_ZH = """\
# 在家冲一杯好咖啡

好咖啡要从新鲜的咖啡豆和干净的水开始。这篇指南告诉你哪些步骤要紧，哪些可以不管。

## 需要准备什么

- 一台锥刀磨豆机
- 一台精确到克的电子秤
- 刚刚烧开的水

## 冲煮步骤

1. 把咖啡豆磨成粗砂大小。
2. 先倒入两倍于咖啡粉重量的水，等半分钟。
3. 再分几圈慢慢倒完剩下的水，让它滴干净。

| 粉水比 | 味道 |
| --- | --- |
| 1:15 | 浓 |
| 1:17 | 淡 |

喝一口，一次只改变一个条件，慢慢就会明白每一步起什么作用。
"""


def exchange(
    answer: str,
    *,
    text: str = "",
    incantation: str = "Write the text that was asked for.",
    answer_in: str = "en",
    subject: tuple[str, ...] = (),
    finish: FinishReason = "stop",
) -> Exchange:
    said = Answer(text=answer, finish_reason=finish)
    return Exchange(answer=said, incantation=incantation, text=text, answer_in=answer_in, subject=subject)
