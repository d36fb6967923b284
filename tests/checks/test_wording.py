from __future__ import annotations

import time

import pytest

from grimoire.checks.own import BadCheck
from grimoire.checks.wording import (
    Contains,
    ContainsAll,
    ContainsAny,
    EndsWith,
    Equals,
    Matches,
    NotContains,
    NotMatches,
    StartsWith,
)
from tests.checks.samples import ARTICLE_EN, ARTICLE_ZH, exchange


@pytest.mark.parametrize(
    ("wants", "outcome", "said"),
    [
        pytest.param("coffee", "passed", '"coffee"', id="text"),
        pytest.param("COFFEE", "passed", '"COFFEE"', id="case-is-ignored"),
        pytest.param(["coffee", "water"], "passed", '"coffee", "water"', id="all"),
        pytest.param(["coffee", "tea"], "failed", '1 of 2 missing: "tea"', id="one-missing"),
        pytest.param({"any": ["tea", "water"]}, "passed", '"water"', id="any"),
        pytest.param({"any": ["tea", "milk"]}, "failed", 'none of "tea", "milk"', id="none-of-any"),
    ],
)
def test_contains(wants: object, outcome: str, said: str) -> None:
    result = Contains(wants).judge(exchange(ARTICLE_EN))
    assert result.outcome == outcome
    assert said in result.reason


@pytest.mark.parametrize(
    ("wants", "outcome"),
    [
        pytest.param("作为一个AI", "passed", id="absent"),
        pytest.param("咖啡豆", "failed", id="present"),
        pytest.param(["茶", "电子秤"], "failed", id="one-of-them"),
        pytest.param(["茶", "牛奶"], "passed", id="none-of-them"),
    ],
)
def test_not_contains(wants: object, outcome: str) -> None:
    assert NotContains(wants).judge(exchange(ARTICLE_ZH)).outcome == outcome


@pytest.mark.parametrize("wants", [None, 10, "", [], [""], [1], {"all": ["a"]}, {"any": []}])
def test_contains_refuses(wants: object) -> None:
    with pytest.raises(BadCheck, match="allowed: a text, a list of texts, or"):
        Contains(wants)


WEEKS = "第一周：磨豆\n第二周：注水\n共第三周"


@pytest.mark.parametrize(
    ("wants", "outcome", "said"),
    [
        pytest.param("^第.+周", "passed", 'found 2 matches, wanted at least 1; the first is "第一周"', id="lines"),
        pytest.param({"pattern": "^第.+周", "at_least": 4}, "failed", "found 2 matches, wanted at least 4", id="few"),
        pytest.param({"pattern": "^第.+周"}, "passed", "wanted at least 1", id="no-number"),
        pytest.param({"pattern": "注水$", "exactly": 1}, "passed", "found 1 match,", id="line-end"),
        pytest.param({"pattern": "茶", "at_most": 0}, "passed", "found 0 matches, wanted at most 0", id="never"),
        pytest.param("(?i)COFFEE", "failed", 'pattern "(?i)COFFEE"', id="absent"),
        pytest.param(r"\p{Han}{2}", "passed", "found", id="property"),
    ],
)
def test_matches(wants: object, outcome: str, said: str) -> None:
    result = Matches(wants).judge(exchange(WEEKS))
    assert result.outcome == outcome
    assert said in result.reason


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("(", id="open"),
        pytest.param("[", id="class"),
        pytest.param(r"\p{Nonsense}", id="property"),
        pytest.param("((a{1000}){1000}){1000}", id="grows"),
        pytest.param("(" * 450 + ")" * 450, id="deep"),
        pytest.param("a" * 1001, id="long"),
        pytest.param("x{99999999999999}", id="count"),
        pytest.param("", id="empty"),
    ],
)
def test_bad_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(BadCheck, match=r"check matches: .*allowed: a pattern") as caught:
        Matches(pattern)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("pattern", ["(a|a)*$", "(a|aa)+$"])
def test_a_pattern_that_hangs_crashes_the_check(pattern: str) -> None:
    started = time.monotonic()
    result = Matches(pattern).judge(exchange("a" * 50 + "b"))
    assert time.monotonic() - started < 10
    assert (result.outcome, "took more than 1 s" in result.reason) == ("crashed", True)


WORDS = "We said it again.\nUse the AI-based API, 用AI写作，AI工具。"


@pytest.mark.parametrize(
    ("wants", "answer", "outcome", "said"),
    [
        pytest.param(["api", "写作"], WORDS, "passed", 'contains "api", "写作"', id="all"),
        pytest.param(["api", "绘画", "视频"], WORDS, "failed", '2 of 3 missing: "绘画", "视频"', id="two-missing"),
        pytest.param({"texts": ["api"], "case": True}, WORDS, "failed", '1 of 1 missing: "api"', id="case"),
        pytest.param({"texts": ["API"], "case": True}, WORDS, "passed", '"API" (line 2: "…', id="case-and-place"),
        pytest.param({"texts": ["gain"], "words": True}, WORDS, "failed", "missing", id="word-end"),
        pytest.param({"texts": ["again"], "words": True}, WORDS, "passed", 'line 1: "We said', id="word"),
        pytest.param({"texts": ["写"], "words": True}, WORDS, "passed", "写", id="no-word-ends-in-chinese"),
        pytest.param({"texts": ["bas"], "words": True}, "on a base, a bas", "passed", "bas", id="later-word"),
        pytest.param(["don't", '"yes"'], "I don’t say “yes”.", "passed", "don't", id="curly-quotation-marks"),
        pytest.param(["a b"], "a\u00a0b", "passed", "a b", id="no-break-space"),
        pytest.param(["İ", "straße"], "i̇stanbul STRASSE", "passed", "straße", id="folding-that-changes-length"),
        pytest.param(["plan"], "<think>a plan</think>Done.", "failed", "missing", id="thinking"),
    ],
)
def test_contains_all(wants: object, answer: str, outcome: str, said: str) -> None:
    result = ContainsAll(wants).judge(exchange(answer))
    assert result.outcome == outcome
    assert said in result.reason


@pytest.mark.parametrize(
    ("wants", "outcome", "said"),
    [
        pytest.param(["绘画", "写作"], "passed", 'contains "写作" (line 2: "…', id="second"),
        pytest.param(["绘画", "视频"], "failed", 'contains none of "绘画", "视频"', id="none"),
        pytest.param(["a1", "b1", "c1", "d1", "e1"], "failed", '"c1" and 2 more', id="many"),
        pytest.param({"texts": ["ai"], "words": True, "case": True}, "failed", "none of", id="case"),
    ],
)
def test_contains_any(wants: object, outcome: str, said: str) -> None:
    result = ContainsAny(wants).judge(exchange(WORDS))
    assert result.outcome == outcome
    assert said in result.reason


@pytest.mark.parametrize(
    ("wants", "answer", "outcome", "said"),
    [
        pytest.param("ai", "We said it again.", "failed", '"ai" (line 1: "We said it', id="within-a-word"),
        pytest.param({"texts": ["ai"], "words": True}, "We said it again.", "passed", "none", id="words"),
        pytest.param({"texts": ["ai"], "words": True}, "好的\n我是AI助手", "failed", "line 2: ", id="words-in-chinese"),
        pytest.param({"texts": ["AI"], "words": True}, "AI’s", "failed", "AI", id="words-possessive"),
        pytest.param({"texts": ["ai"], "case": True}, "AI", "passed", "none", id="case"),
        pytest.param("as an AI", "<think>as an AI</think>Good.", "passed", "none", id="thinking"),
        pytest.param("can't", "I can’t.", "failed", "can't", id="curly-quotation-mark"),
    ],
)
def test_not_contains_says_where(wants: object, answer: str, outcome: str, said: str) -> None:
    result = NotContains(wants).judge(exchange(answer))
    assert result.outcome == outcome
    assert said in result.reason


@pytest.mark.parametrize(
    ("wants", "answer", "outcome", "said"),
    [
        pytest.param("Positive", " positive\n", "passed", 'is "Positive"', id="case-and-space"),
        pytest.param(["正面", "负面"], "负面", "passed", 'is "负面"', id="one-of-a-list"),
        pytest.param(
            ["正面", "负面"], "负面。", "failed", 'at character 3 the answer has "。", wanted its end', id="mark"
        ),
        pytest.param("yes, sure", "Yes, no", "failed", 'character 6 the answer has "no", wanted "sure"', id="differs"),
        pytest.param("yes, sure", "Yes,", "failed", "has its end, wanted", id="short"),
        pytest.param({"texts": ["Yes"], "case": True}, "yes", "failed", 'has "yes", wanted "Yes"', id="case"),
        pytest.param(" it’s ", "<think>hm</think>\nit's", "passed", "is", id="thinking-and-quotation-mark"),
        pytest.param("a", "", "failed", "has its end", id="nothing"),
    ],
)
def test_equals(wants: object, answer: str, outcome: str, said: str) -> None:
    result = Equals(wants).judge(exchange(answer))
    assert result.outcome == outcome
    assert said in result.reason


@pytest.mark.parametrize(
    ("wants", "answer", "outcome"),
    [
        pytest.param("Subject:", "subject: tea", "passed", id="case-is-ignored"),
        pytest.param({"texts": ["Subject:"], "case": True}, "subject: tea", "failed", id="case"),
        pytest.param(["尊敬的", "亲爱的"], "\n\n亲爱的李女士：", "passed", id="one-of-a-list"),
        pytest.param(["尊敬的", "亲爱的"], "好的，尊敬的李女士：", "failed", id="later"),
        pytest.param("Dear", "<think>Dear me</think>Hello", "failed", id="thinking"),
        pytest.param("# ", "#title", "passed", id="space-at-the-ends-is-left-out"),
    ],
)
def test_starts_with(wants: object, answer: str, outcome: str) -> None:
    result = StartsWith(wants).judge(exchange(answer))
    assert result.outcome == outcome
    assert result.reason.startswith("begins with ")


@pytest.mark.parametrize(
    ("wants", "answer", "outcome"),
    [
        pytest.param("The End.", "so.\n\nthe end.\n", "passed", id="case-is-ignored"),
        pytest.param(["此致敬礼", "顺祝商祺"], "……\n顺祝商祺\n\n", "passed", id="one-of-a-list"),
        pytest.param(["此致敬礼", "顺祝商祺"], "顺祝商祺\n张三", "failed", id="before-the-end"),
        pytest.param("?", "Really?", "passed", id="mark"),
    ],
)
def test_ends_with(wants: object, answer: str, outcome: str) -> None:
    result = EndsWith(wants).judge(exchange(answer))
    assert result.outcome == outcome
    assert result.reason.startswith("ends with ")


@pytest.mark.parametrize(
    ("wants", "answer", "outcome", "said"),
    [
        pytest.param(
            "(?i)as an ai", "As an AI, as an ai", "failed", 'matches 2 times; the first is "As an AI"', id="two"
        ),
        pytest.param(
            ["茶", "^作为.{0,6}模型"], "好的\n作为语言模型", "failed", 'matches once; the first is "作为', id="line"
        ),
        pytest.param(["茶", "^模型"], "作为语言模型", "passed", 'no match of "茶", "^模型"', id="none"),
        pytest.param("plan", "<think>plan</think>", "passed", "no match", id="thinking"),
        pytest.param(["(a|aa)+$", "b"], "a" * 50 + "b", "failed", '"b" matches once', id="one-hangs-another-decides"),
        pytest.param(["c", "(a|aa)+$"], "a" * 50 + "b", "crashed", "took more than 1 s", id="hangs"),
    ],
)
def test_not_matches(wants: object, answer: str, outcome: str, said: str) -> None:
    result = NotMatches(wants).judge(exchange(answer))
    assert result.outcome == outcome
    assert said in result.reason


def test_matches_reads_no_thinking() -> None:
    assert Matches("plan").judge(exchange("<think>plan</think>Done.")).outcome == "failed"


@pytest.mark.parametrize("check", [ContainsAll, ContainsAny])
@pytest.mark.parametrize("wants", ["text", [], {}, {"texts": []}, {"texts": ["a"], "word": True}, {"any": ["a"]}])
def test_lists_of_texts_are_refused(check: type[ContainsAll | ContainsAny], wants: object) -> None:
    with pytest.raises(BadCheck, match=r"allowed: a list of texts, or \{texts: \[…\], case: true, words: true\}"):
        check(wants)


@pytest.mark.parametrize("check", [Equals, StartsWith, EndsWith])
@pytest.mark.parametrize("wants", [None, "", " \n", [], ["a", " "], {"texts": ["a"], "words": True}])
def test_whole_texts_are_refused(check: type[Equals | StartsWith | EndsWith], wants: object) -> None:
    with pytest.raises(BadCheck, match=r"allowed: a text, a list of texts of which one is enough"):
        check(wants)


@pytest.mark.parametrize("wants", [None, "", "(", ["a", "("], [], {"pattern": "a"}])
def test_not_matches_refuses(wants: object) -> None:
    with pytest.raises(BadCheck, match=r"check not-matches: .*allowed: a pattern or a list of patterns"):
        NotMatches(wants)


@pytest.mark.parametrize("answer", ["a" * 200_000, "ab " * 60_000, "“" * 100_000, "\n" * 200_000, "[a](" * 50_000])
def test_long_answers_take_no_age(answer: str) -> None:
    started = time.monotonic()
    for wants in ({"texts": ["a" * 100, "b"], "words": True}, ["x"] * 50):
        assert ContainsAll(wants).judge(exchange(answer)).outcome == "failed"
    assert Equals("a" * 1000).judge(exchange(answer)).outcome == "failed"
    assert EndsWith("x").judge(exchange(answer)).outcome == "failed"
    assert time.monotonic() - started < 10
