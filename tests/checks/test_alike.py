from __future__ import annotations

import time

import pytest

from grimoire.checks.alike import Like, Unlike
from grimoire.checks.own import BadCheck
from tests.checks.samples import ARTICLE_EN, ARTICLE_ZH, exchange

Wants = dict[str, object]

LIKE: dict[str, tuple[Wants, str, str, str]] = {
    "equal": (
        {"text": "西湖十景", "at_least": 1},
        " 西湖十景\n",
        "passed",
        '1.00 alike by chrf to the text "西湖十景"',
    ),
    "edit": ({"text": "西湖十景", "at_least": 0.6, "by": "edit"}, "西湖八景", "passed", "0.75 alike by edit"),
    "edit-not": ({"text": "西湖十景", "at_least": 0.8, "by": "edit"}, "西湖八景", "failed", "wanted at least 0.8"),
    "other": ({"text": ARTICLE_EN, "at_least": 0.1}, ARTICLE_ZH, "failed", "wanted at least 0.1"),
    "reordered": ({"text": "red tea, green tea", "at_least": 0.6}, "green tea, red tea", "passed", "by chrf"),
    "best-of-several": ({"text": ["abc", "xyz"], "at_least": 1}, "xyz", "passed", 'to the text "xyz"'),
    "none-of-several": ({"text": ["abc", "xyz"], "at_least": 0.5}, "mno", "failed", "0.00 alike"),
    "thinking": ({"text": "Done.", "at_least": 1}, "<think>hm</think>Done.", "passed", "1.00"),
    "empty-answer": ({"text": "Done.", "at_least": 0.1}, "", "failed", "0.00"),
    "anything": ({"text": "Done.", "at_least": 0}, "xyz", "passed", "0.00"),
    "input": ({"to": "input", "at_least": 0.5}, "How to brew coffee at home!", "passed", 'to the input "How to brew'),
}


@pytest.mark.parametrize(("wants", "answer", "outcome", "said"), LIKE.values(), ids=LIKE)
def test_like(wants: Wants, answer: str, outcome: str, said: str) -> None:
    result = Like(wants).judge(exchange(answer, text="How to brew coffee at home"))
    assert (result.outcome, said in result.reason) == (outcome, True), result.reason


UNLIKE: dict[str, tuple[Wants, str, str, str, str]] = {
    "copy": (
        {"to": "input", "at_most": 0.8},
        "好茶要好水",
        "好茶要好水。",
        "failed",
        'to the input "好茶要好水", wanted at most 0.8',
    ),
    "rewritten": ({"to": "input", "at_most": 0.8}, "好茶要好水", "泡茶的水也要讲究", "passed", "0.11 alike"),
    "prompt": ({"to": "prompt", "at_most": 0.5}, "", "Write the text that was asked for", "failed", "to the prompt"),
    "text": ({"text": ["As an AI", "No."], "at_most": 0.5, "by": "edit"}, "", "As an AI!", "failed", '"As an AI"'),
    "no-input": ({"to": "input", "at_most": 0.8}, " ", "好茶", "skipped", "there is no input to compare with"),
}


@pytest.mark.parametrize(("wants", "given", "answer", "outcome", "said"), UNLIKE.values(), ids=UNLIKE)
def test_unlike(wants: Wants, given: str, answer: str, outcome: str, said: str) -> None:
    result = Unlike(wants).judge(exchange(answer, text=given))
    assert (result.outcome, said in result.reason) == (outcome, True), result.reason


@pytest.mark.parametrize(
    ("wants", "said"),
    [
        pytest.param({"at_least": 0.5}, "one of text and to is wanted", id="nothing-to-compare-with"),
        pytest.param({"text": "a", "to": "input", "at_least": 0.5}, "one of text and to is wanted", id="both"),
        pytest.param({"text": " ", "at_least": 0.5}, "a text is empty", id="blank"),
        pytest.param({"text": [], "at_least": 0.5}, "length >= 1", id="no-texts"),
        pytest.param({"text": "a"}, "missing required field `at_least`", id="no-share"),
        pytest.param({"text": "a", "at_least": 60}, "<= 1.0", id="per-cent"),
        pytest.param({"text": "a", "at_least": -0.1}, ">= 0.0", id="negative"),
        pytest.param({"text": "a", "at_most": 0.5}, "at_most", id="unlike's"),
        pytest.param({"text": "a", "at_least": 0.5, "by": "bleu"}, "Invalid enum value 'bleu'", id="measure"),
        pytest.param({"to": "output", "at_least": 0.5}, "Invalid enum value 'output'", id="whom"),
        pytest.param("a", "Expected `object`", id="text"),
    ],
)
def test_like_refuses(wants: object, said: str) -> None:
    with pytest.raises(BadCheck, match=r"check like: .*allowed: \{text: a text or several, or to") as caught:
        Like(wants)
    assert said in str(caught.value)


def test_unlike_refuses_a_least() -> None:
    with pytest.raises(BadCheck, match=r"check unlike: .*at_most: 0 to 1; by: chrf or edit\}"):
        Unlike({"to": "input", "at_least": 0.5})


@pytest.mark.parametrize("by", ["chrf", "edit"])
def test_long_texts_are_compared_by_their_beginning(by: str) -> None:
    text = ARTICLE_EN * 500
    started = time.monotonic()
    result = Like({"text": text, "at_least": 1, "by": by}).judge(exchange(text + "x" * 1_000_000))
    assert (result.outcome, time.monotonic() - started < 5) == ("passed", True)
