"""Samples of each kind, and the questions they answer."""

from __future__ import annotations

import json
from typing import Any

from grimoire.backends.articles import GENERIC, LIGHTHOUSE
from grimoire.mutants import MUTANTS, Material, Mutant
from grimoire.mutants import lines as md

ARTICLE = """\
# Growing Willows 🌳

Willows are easy to grow, and they drink a lot. Plant them near water. Keep them away from pipes and walls.

## Steps

1. Dig a hole twice as wide as the roots.
2. Set the willow upright and hold it.
3. Fill the hole and tread it down.
   Do it twice.
4. Water it daily for a month. 💧

## Kinds

| Kind | Height | Use |
| --- | --- | --- |
| Weeping willow | 12 m | Parks and ponds |
| Goat willow | 8 m | Bees |
| Basket willow | 3 m | Baskets |
| Dwarf willow | 1 m | Rock gardens |

## How much water

```python
def thirst(days):
    return min(days * 2, 40)
```

## Conclusion

> A willow forgives nearly everything but drought.

Start today: cut a branch, and put it into a bucket.

#willow #garden
"""
CAPTIONS = """\
```json
[
  {"caption": "The willow keeps quiet about the flood.", "emoji": "🌳"},
  {"caption": "Somebody watered the willow too well.", "emoji": "💧"},
  {"caption": "A willow is never late for the river.", "emoji": "🌊"}
]
```

Post the second of these willow captions first.
"""
TITLES = """\
## 三个标题

- 垂杨柳为什么非要黛玉来拔？
- 分清两部名著，从一棵柳树下手。
- 林黛玉力拔一树的五个破绽。

最好的是第一个，因为它问的正是读者心里的话，读完就知道答案在哪里。
"""
PROSE = "Willows like water, and water likes willows. They grow by the river. In spring they are the first to be green."
NOTES = """\
Ask the gardener about willows before the spring comes, since she knows every tree by name.

Then read her notes twice, and write down what she says about the roots and the water they need.

Finally, buy two willow saplings and plant them where the pond floods in wet years.
"""

TALK = [
    "refuse",
    "refuse-as-ai",
    "refuse-late",
    "refuse-and-offer",
    "acknowledge",
    "ask-back",
    "plan-only",
    "review-prompt",
]


def material(sample: str, **others: object) -> Material:
    given: dict[str, object] = {
        "sample": sample,
        "text": "growing willows",
        "incantation": "You are a gardener.\nWrite about: growing willows\nAnswer in English.",
        "answer_in": "en",
        "subject": ("willow",),
        "foreign": GENERIC["zh"],
        "elsewhere": LIGHTHOUSE["en"],
    }
    return Material(**(given | others))  # type: ignore[arg-type]  # a table of keywords


ZH = {
    "text": "林黛玉倒拔垂杨柳",
    "incantation": "你是标题编辑。\n写三个标题：林黛玉倒拔垂杨柳\n用中文写。",
    "answer_in": "zh",
    "subject": ("黛玉", "垂杨柳"),
    "foreign": GENERIC["en"],
    "elsewhere": LIGHTHOUSE["zh"],
}


def made(name: str, sample: str = ARTICLE, **others: object) -> Mutant:
    mutant = MUTANTS[name](material(sample, **others))
    assert mutant is not None
    return mutant


def shape(text: str) -> list[tuple[str, str]]:
    return [(line.kind, line.lead) for line in md.read(text)]


def captions(name: str) -> Any:
    text = made(name, CAPTIONS).text
    return json.loads(text.partition("```json\n")[2].partition("```")[0])
