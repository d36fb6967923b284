from __future__ import annotations

import pytest

from grimoire.checks.repetition import Loop, Repetition, circles, find_loops, is_verse, units, weight
from tests.checks.samples import ARTICLE_EN, ARTICLE_ZH, exchange

SENTENCE = "Rinse the filter holder with warm water after every cup. "
SENTENCE_ZH = "每次用完都要用温水冲洗滤杯。"
PARAGRAPH = (
    "Most people change the machine when they should change the grind. Weigh everything once, so that you know what a "
    "spoon means in your kitchen. Then put the scale away and trust your hand for a month."
)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        pytest.param("Grind. Pour! Wait? Drink.", ["Grind", "Pour", "Wait", "Drink"], id="sentences"),
        pytest.param("磨粉。注水！等待？喝", ["磨粉", "注水", "等待", "喝"], id="chinese"),
        pytest.param(
            "| 1 | iOS | yes |\n| --- | --- | --- |\n| 2 | web | no |", ["iOS", "yes", "web", "no"], id="cells"
        ),
        pytest.param("1. Pour\n2) Pour\n三、Pour\n- Pour\n## Pour", ["Pour"] * 5, id="marks-and-numbers"),
        pytest.param("第1天：慢跑\n第2天：慢跑", ["天", "慢跑", "天", "慢跑"], id="days"),
        pytest.param("3 km\n10:30\n5 km", ["3 km", "10:30", "5 km"], id="amounts-stay"),
        pytest.param("Tea #tea #cup\n#tea #cup", ["Tea"], id="hashtags"),
        pytest.param("Tea\n=====\n-----\n***\nCup", ["Tea", "Cup"], id="dividers"),
    ],
)
def test_units(text: str, read: list[str]) -> None:
    assert [part.strip() for part in units(text).split("\n") if part.strip()] == read


@pytest.mark.parametrize(
    ("text", "piece", "copies"),
    [
        pytest.param("很好" * 40, "很好", 40, id="two-characters"),
        pytest.param("He went out with a dog named after a king, " + "again and " * 12, "again and ", 12, id="phrase"),
        pytest.param(ARTICLE_EN + PARAGRAPH * 3, PARAGRAPH, 3, id="paragraph"),
        pytest.param(ARTICLE_EN * 2, ARTICLE_EN, 2, id="twice"),
    ],
)
def test_loops_are_found_whole(text: str, piece: str, copies: int) -> None:
    loop = next(find_loops(text))
    assert sorted(loop.piece) == sorted(piece)
    assert loop.copies == copies
    assert loop.size >= len(piece) * copies - len(piece) // 10


@pytest.mark.parametrize("text", ["", "a", PARAGRAPH, ARTICLE_EN, ARTICLE_ZH, "x" + PARAGRAPH + ARTICLE_EN + PARAGRAPH])
def test_no_loops(text: str) -> None:
    assert list(find_loops(text)) == []


def test_a_loop_counts_what_comes_after_the_first_copy() -> None:
    assert Loop("很好", 10).surplus == 24
    assert weight("Tea 茶!") == 6
    assert str(Loop("ain\nTea ag", 40)) == '4 times one after the other: "Tea ag ain"'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(ARTICLE_EN + SENTENCE * 5, '5 times one after the other: "Rinse the', id="five-sentences"),
        pytest.param(ARTICLE_ZH + SENTENCE_ZH * 5, '5 times one after the other: "每次', id="zh-five-sentences"),
        pytest.param(f"{PARAGRAPH}\n\n" * 3, '3 times one after the other: "Most', id="three-paragraphs"),
        pytest.param(f"{ARTICLE_EN}\n{ARTICLE_EN}", "2 times one after the other", id="twice"),
        pytest.param("".join(f"## Part {n}{n}{n}\n{PARAGRAPH}\n" for n in "abcd"), "71% of the text", id="headings"),
        pytest.param(
            f"{ARTICLE_EN}\n"
            + "".join(
                f"{name} is a town with a unique blend of history, culture and nature for all who like the sea.\n"
                for name in (
                    "Whitby",
                    "Tenby",
                    "Oban",
                    "Deal",
                    "Cromer",
                    "Poole",
                    "Looe",
                    "Bude",
                    "Rye",
                    "Hythe",
                    "Ryde",
                    "Troon",
                    "Ayr",
                )
            ),
            "13 sentences are the same but for one word",
            id="one-word",
        ),
        pytest.param(
            "".join(
                f"{a} is a source of joy, and {b} is a source of joy. "
                for a in ("Tea", "Rain", "Bread", "Sleep")
                for b in ("tea", "rain", "bread", "sleep")
            ),
            "67% of the text is in clauses",
            id="clauses",
        ),
        pytest.param(
            "```\nif a:\n" + "    x = first\n    y = second\n    z = third\n    show(total)\n" * 9 + "```",
            "9 times",
            id="statements",
        ),
        pytest.param("```\n" + "masterpiece, best quality, " * 30 + "\n```", "30 times", id="code"),
    ],
)
def test_circles(text: str, said: str) -> None:
    assert circles(text).startswith(said)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(ARTICLE_EN + SENTENCE * 2, id="a-sentence-twice"),
        pytest.param(ARTICLE_ZH + SENTENCE_ZH * 3, id="zh-three-times"),
        pytest.param("哈" * 39, id="laughter"),
        pytest.param("Name: ________________ Grade: ________________\n" * 12, id="form"),
        pytest.param("🎉" * 300 + "\n" + "=" * 300, id="dividers"),
        pytest.param("| " + "yes | " * 9 + "\n| no | " + "yes | " * 8, id="cells"),
        pytest.param("```\n" + "    print('tick')\n" * 12 + "```", id="code"),
        pytest.param("0" * 500 + " 3.14", id="digits"),
    ],
)
def test_no_circles(text: str) -> None:
    assert circles(text) == ""


def test_verse_may_do_more() -> None:
    verses = "The winter was long and the kettle ran dry\nWe counted the gulls in the sky\n"
    chorus = "Carry me down to the water\nCarry me down to the sea\nTell all the lamps on the harbour\n"
    assert is_verse(verses + chorus * 2)
    assert not is_verse(ARTICLE_EN)
    assert not circles(verses + chorus * 3)
    assert circles(PARAGRAPH + "\n" + chorus * 3)
    assert not circles(PARAGRAPH + "\n" + chorus * 3, verse=True)
    assert circles(verses + chorus * 20)


@pytest.mark.parametrize(
    ("incantation", "asked"),
    [
        pytest.param("Write the sentence 'I rinse my cup.' 20 times.", True, id="en"),
        pytest.param("Repeat the following phrase ten times: I rinse my cup", True, id="en-word"),
        pytest.param("Write an article in which the keyword stands 5 times.", False, id="en-keyword"),
        pytest.param("Do not repeat yourself.", False, id="en-not"),
        pytest.param("请把“我会洗杯子”抄写二十遍。", True, id="zh"),
        pytest.param("写一篇文章，关键词出现5次，不要重复。", False, id="zh-keyword"),
    ],
)
def test_the_same_words_may_be_asked_for(incantation: str, asked: bool) -> None:
    result = Repetition().judge(exchange(SENTENCE * 20, incantation=incantation))
    assert result.outcome == ("skipped" if asked else "failed")


def test_an_input_that_repeats_itself_may_be_answered_likewise() -> None:
    result = Repetition().judge(exchange(SENTENCE * 20, text="用完请冲洗滤杯。" * 20))
    assert result.outcome == "skipped"
    assert result.reason.startswith("the input repeats itself too; 20 times")


def test_an_input_may_be_quoted_and_given_back() -> None:
    answer = f"Original:\n{PARAGRAPH}\n\nCorrected:\n{PARAGRAPH}"
    assert Repetition().judge(exchange(answer, text=PARAGRAPH)).outcome == "passed"
    assert Repetition().judge(exchange(answer, text="coffee")).outcome == "failed"


@pytest.mark.parametrize("piece", ["ab", "很好", "a b c d ", "x\n", "| a ", "# a\n", "a" * 4_001, "1. a\n"])
def test_hostile_answers_take_linear_time(piece: str) -> None:
    import time

    started = time.monotonic()
    Repetition().judge(exchange(piece * (400_000 // len(piece)), text=piece * 100, incantation=piece * 2_000))
    assert time.monotonic() - started < 2
