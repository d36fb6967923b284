from __future__ import annotations

import pytest

from grimoire import checks
from grimoire.chat import Answer
from grimoire.checks.expected import Expected
from grimoire.cli.judging import build_checks
from grimoire.expectations import RULES, expect
from grimoire.ports import Exchange
from grimoire.spell import Case, CheckSpec, Spell
from grimoire.verdict import CheckResult

NUMBERED = "以下是标题：\n\n1. 柳树会记得谁\n2. 一棵树的力气\n3. 谁拔了它\n"
PROSE = "Titles are hard to write. A good one says what the text is about, and makes a reader want it."


def judged(prompt: str, answer: str, answer_in: str = "en") -> list[CheckResult]:
    """What the checks read from a prompt find in an answer."""
    exchange = Exchange(answer=Answer(text=answer, finish_reason="stop"), incantation=prompt, answer_in=answer_in)
    read = [Expected(checks.build(each.spec), each.words, RULES, each.given) for each in expect(prompt)]
    return [check.judge(exchange) for check in read]


def outcomes(prompt: str, answer: str) -> list[str]:
    return [result.outcome for result in judged(prompt, answer)]


def test_a_result_says_from_which_words_it_was_read() -> None:
    (result,) = judged(
        "Write a guide with at least 15 headings.", "# One\n\nText.\n\n## Two\n\nText.\n\n## Three\n\nText."
    )
    assert result.reason == 'found 3 headings, wanted at least 15 (the prompt: "at least 15 headings")'
    assert (result.check, result.outcome, result.should) == ("headings", "failed", True)


def test_a_long_reason_keeps_the_words() -> None:
    inner = checks.build(CheckSpec(name="contains", params=["x" * 300]))
    words = "at least one word of three hundred letters, each of which is an x, and not one of which is any other"
    result = Expected(inner, words, RULES).judge(
        Exchange(answer=Answer(text="y", finish_reason="stop"), incantation="")
    )
    assert len(result.reason) <= 200
    assert result.reason.endswith('…")')
    assert '(the prompt: "at least one word' in result.reason


def test_the_yardstick_changes_with_the_rules_and_with_what_is_wanted() -> None:
    def yardstick(rules: int, number: int) -> str:
        inner = checks.build(CheckSpec(name="headings", params={"at_least": number}))
        return checks.yardstick([Expected(inner, "", rules)])

    assert len({yardstick(1, 3), yardstick(2, 3), yardstick(1, 4)}) == 3
    assert yardstick(1, 3) == yardstick(1, 3)


TEN_LINES = "\n".join(f"The {word} title of them all" for word in ("a", "b", "c", "d", "e", "f", "g", "h", "i", "k"))
FORMS = {
    "numbered": "\n".join(f"{n}. Title" for n in range(1, 11)),
    "numbered in Chinese": "\n".join(f"{n}、标题" for n in range(1, 11)),
    "bullets": "\n".join(f"- **Title {n}**" for n in range(1, 11)),
    "headings": "\n\n".join(f"### {n}. Title\n\nWhy it is good." for n in range(1, 11)),
    "bold lines": "\n\n".join(f"**Title {n}**: why it is good" for n in range(1, 11)),
    "a word and a number": "\n\n".join(f"标题{n}：柳树会记得谁" for n in "一二三四五六七八九十"),
    "keycaps": "\n".join(f"{n}\ufe0f\u20e3 Title" for n in "1234567890"),
    "table": "| No. | Title |\n| --- | --- |\n" + "\n".join(f"| {n} | Title |" for n in range(1, 11)),
    "lines": TEN_LINES,
    "with a preface and a close": "Sure! Here are ten titles:\n\n" + TEN_LINES + "\n\nLet me know which you like.",
}


@pytest.mark.parametrize("answer", FORMS.values(), ids=FORMS)
def test_ten_things_may_come_in_any_form(answer: str) -> None:
    assert outcomes("Give me 10 titles for my blog.", answer) == ["passed"]


@pytest.mark.parametrize(
    "answer",
    [pytest.param(PROSE, id="prose"), pytest.param(NUMBERED, id="three of ten"), pytest.param("Ten.", id="a word")],
)
def test_fewer_than_ten_things_are_noticed(answer: str) -> None:
    assert outcomes("Give me 10 titles for my blog.", answer) == ["failed"]


def test_thirty_posts_as_a_few_posts_in_prose_are_noticed() -> None:
    posts = "\n\n".join(f"Post for day {day}: come and see the willow, it is still standing." for day in (1, 2, 3, 4))
    (result,) = judged("Write 30 posts about willows.", posts)
    assert result.outcome == "failed"
    assert result.reason.startswith("none of 5 passes: list-items: found 0 list items")


ENGLISH = "The old willow kept its place beside the river while the town grew up all around it. " * 30
CHINESE = "老柳树守在河边，看着镇子一点一点长大，也看着人来了又走。" * 40


@pytest.mark.parametrize(
    ("prompt", "answer", "outcome"),
    [
        pytest.param("Write an article of at least 400 words.", ENGLISH, "passed", id="English, long enough"),
        pytest.param("Write an article of at least 400 words.", CHINESE, "passed", id="Chinese for English words"),
        pytest.param("Write an article of at least 900 words.", ENGLISH, "failed", id="English, too short"),
        pytest.param(
            "Write an article of at most 500 words.", CHINESE[:900], "passed", id="more characters than words"
        ),
        pytest.param("Write an article of at most 500 words.", ENGLISH, "passed", id="English, short enough"),
        pytest.param("Write an article of at most 200 words.", ENGLISH, "failed", id="English, too long"),
        pytest.param("写一篇不少于800字的文章。", CHINESE, "passed", id="Chinese, long enough"),
        pytest.param("写一篇不少于800字的文章。", ENGLISH, "passed", id="English for 字"),
        pytest.param("写一篇不少于800字的文章。", CHINESE[:500], "failed", id="Chinese, too short"),
        pytest.param("写一篇不超过300字的文章。", ENGLISH[:1500], "passed", id="English, 300 字 at most"),
        pytest.param("写一篇不超过300字的文章。", CHINESE, "failed", id="Chinese, too long"),
    ],
)
def test_a_length_holds_in_either_language(prompt: str, answer: str, outcome: str) -> None:
    assert outcomes(prompt, answer) == [outcome]


@pytest.mark.parametrize(
    ("prompt", "good", "bad"),
    [
        pytest.param(
            "Explain tides in one paragraph.",
            "Here you go:\n\nThe moon pulls at the sea, and the earth turns under the bulge.",
            "The moon pulls.\n\nThe sea answers.\n\nThe earth turns.\n\nThat is all.\n\nOr nearly.",
            id="one paragraph",
        ),
        pytest.param(
            "用一句话概括这篇文章。",
            "好的。林黛玉拔起了一棵柳树。",
            "她来了。她看见了树。她拔了。树倒了。",
            id="one sentence",
        ),
        pytest.param(
            "Return the result as JSON.",
            'Here it is:\n\n```json\n{"title": "Willow"}\n```\n',
            "The title is Willow.",
            id="JSON",
        ),
        pytest.param(
            "Compare them in a table with the columns Name and Price.",
            "| Name | Price |\n|---|---|\n| a | 1 |",
            "Name: a, price: 1",
            id="table",
        ),
        pytest.param("Write a note. No emojis.", "See you at noon.", "See you at noon 🌞", id="no emoji"),
        pytest.param(
            "Explain it. Use exactly 3 headings.",
            "# Title\n\n## One\n\na\n\n## Two\n\nb\n\n## Three\n\nc",
            "## One\n\na",
            id="headings with a title",
        ),
    ],
)
def test_what_is_read_tells_good_from_bad(prompt: str, good: str, bad: str) -> None:
    assert outcomes(prompt, good) == ["passed"]
    assert outcomes(prompt, bad) == ["failed"]


BOOK = Spell(
    name="book",
    prompt="Plan a book about [PROMPT]. Write one table of [VARIABLE1] rows with the columns Chapter, Title.\n"
    "[VARIABLE1:Chapters:10]",
    cases=(Case(id="eight", prompt="willows", variables={"1": "8"}), Case(id="ten", prompt="willows")),
)


def expected(spell: Spell, case: str) -> list[Expected]:
    return [check for check in build_checks(spell, case) if isinstance(check, Expected)]


@pytest.mark.parametrize(("case", "number"), [("eight", 8), ("ten", 10)])
def test_the_number_a_case_gives_is_expected(case: str, number: int) -> None:
    (check,) = expected(BOOK, case)
    text = "| Chapter | Title |\n|---|---|\n" + "| 1 | Root |\n" * number
    sent = f"Plan a book about willows. Write one table of {number} rows with the columns Chapter, Title.\n"
    short = text.removesuffix("| 1 | Root |\n")
    results = [
        check.judge(Exchange(answer=Answer(text=answer, finish_reason="stop"), incantation=sent)).outcome
        for answer in (text, short)
    ]
    assert results == ["passed", "failed"]


def test_a_number_the_prompt_was_not_sent_with_is_not_expected() -> None:
    (check,) = expected(BOOK, "ten")
    sent = "Plan a book about willows. Write one table of 3 rows with the columns Chapter, Title.\n"
    result = check.judge(Exchange(answer=Answer(text="No table.", finish_reason="stop"), incantation=sent))
    assert result.outcome == "skipped"
    assert result.reason.startswith("the prompt was sent with another number")


def test_derived_checks_come_last_and_can_be_turned_off() -> None:
    spell = Spell(name="s", prompt="Write 10 titles about [PROMPT].", checks=(CheckSpec(name="contains", params="x"),))
    named = [check.name for check in build_checks(spell, "")]
    assert named[-2:] == ["contains", "any-of"]
    assert [check.name for check in build_checks(spell, "", expectations=False)] == named[:-1]
