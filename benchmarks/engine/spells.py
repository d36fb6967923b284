"""The project that is tried: ten spells with prompts of realistic length, as many cases as are wanted, its settings."""

from __future__ import annotations

import json
from pathlib import Path

SPELLS = 10
CASES = 5
"""Cases of each spell where samples make up the number of calls."""

PROMPT = """\
You are {role}. You write for {reader}, and you know that they read the first two lines and then decide.

Topic: [PROMPT]
Write it in [TARGETLANGUAGE].

What I need from you
- A text on the topic above, in plain paragraphs, ready to be put on the page as it is.
- The first sentence names the topic in the words I used, so that nobody has to guess what the text is about.
- {wish}
- Say what to do first, what can go wrong, and how one notices it. Where people usually disagree, say so, and say \
which \
side you would take in their place and why.

How to write it
- Short sentences with verbs in them. One thought a sentence; where a second one creeps in, make it a sentence of \
its own.
- Concrete things instead of abstract ones: a kitchen, a Thursday, a cup of coffee that goes cold. If a sentence \
could \
stand in any text on any topic, take it out.
- No promises that nobody can keep, no superlatives, and no words in capitals. Do not praise the question, do not \
tell me \
what you are about to do, and do not sum up at the end what has just been said.
- {manner}
- If a fact is uncertain, say that it is, and how one could find out. Do not invent figures, names of firms, \
studies or \
quotations; a text without a figure is better than one with a wrong one.

Who reads it
{portrait} They have little time and good judgement, and they have been disappointed before by texts that sounded \
well and \
held nothing. Take them seriously: explain what is not obvious, and leave out what is. Somebody who knows the matter \
should nod, and somebody who does not should be able to begin this afternoon with what lies on the table.

Before you answer, read your draft once as that reader. Strike what you would skip. Then send the text and nothing \
else: \
no greeting, no closing line, no remark about yourself or about how the text came to be.
"""
ROLES = (
    ("blog-post", "an editor with twenty years at a regional newspaper", "people who own a small shop"),
    ("product-page", "a copywriter who tries everything at home first", "families who compare before they buy"),
    ("newsletter", "the author of a weekly letter with a loyal circle", "readers who open mail at breakfast"),
    ("how-to", "a technician who trains apprentices", "beginners with two left hands"),
    ("lesson", "a teacher at an evening school", "grown-ups who learn after work"),
    ("travel-note", "a travel writer who goes by train", "travellers without a car"),
    ("column", "a columnist with a dry sense of humour", "townspeople of every age"),
    ("field-report", "an engineer who reports from the site", "managers who were never there"),
    ("garden-letter", "a gardener who answers letters", "tenants with a balcony"),
    ("house-guide", "the caretaker of an old apartment house", "people who have just moved in"),
)
WISHES = (
    "Give one example from everyday life and follow it from the beginning to the end of the text.",
    "Compare the way it is usually done with the way you would do it, and name the price of both.",
)
MANNERS = (
    "Warm, but not sweet; the humour, if there is any, is at your own expense and never at the reader's.",
    "Sober and friendly; a reader who disagrees with you should still want to read the next paragraph.",
)
PORTRAITS = (
    "The readers run something with their own hands and pay its bills themselves.",
    "The readers have been asked to decide by Friday, and nobody has explained to them what the choice is.",
)
ENGLISH = (
    "the willow by the gate",
    "a desk fan that lasts",
    "the night bus to Porto",
    "a samovar for six",
    "the old loom",
)
CHINESE = ("窗台上的吊兰", "会转弯的小风扇", "夜里的末班车", "一口旧砂锅", "巷口的修鞋摊")


def write(folder: Path, *, cases: int = CASES) -> list[str]:
    """Write the spells, each with that many cases, half of them to be answered in Chinese; their names."""
    folder.mkdir(parents=True)
    for number, (name, role, reader) in enumerate(ROLES):
        prompt = (
            PROMPT.replace("{role}", role)
            .replace("{reader}", reader)
            .replace("{wish}", WISHES[number % 2])
            .replace("{manner}", MANNERS[number // 2 % 2])
            .replace("{portrait}", PORTRAITS[number // 4 % 2])
        )
        spell = {
            "name": name,
            "language": "en",
            "title": name.replace("-", " ").capitalize(),
            "teaser": "A text on one topic, in plain paragraphs",
            "topic": "Writing",
            "activity": "Writing",
            "hint": "the topic of the text",
            "author": "Grimoire",
            "prompt": prompt,
            "cases": [_case(number * cases + place) for place in range(cases)],
            "checks": [{"length": {"characters": {"at_least": 300}}}],
        }
        (folder / f"{name}.yaml").write_text(json.dumps(spell, ensure_ascii=False, indent=1), "utf-8")
    return [name for name, _, _ in ROLES]


def _case(number: int) -> dict[str, object]:
    chinese = bool(number % 2)
    topics = CHINESE if chinese else ENGLISH
    place = number // 2
    topic = topics[place % len(topics)]
    if round_ := place // len(topics):
        topic += f"（第{round_}次）" if chinese else f", part {round_}"
    subject = topics[place % len(topics)]
    return {"id": f"c{number}", "prompt": topic, "answer_in": "zh" if chinese else "en", "subject": [subject]}
