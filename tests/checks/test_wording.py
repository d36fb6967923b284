from __future__ import annotations

import time

import pytest

from grimoire.checks.length import Length, count_characters, count_sentences, count_words
from grimoire.checks.own import BadCheck
from grimoire.checks.signs import Emoji, Hashtags, find_hashtags
from grimoire.checks.wording import Contains, Matches, NotContains
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


@pytest.mark.parametrize(
    ("wants", "outcome", "said"),
    [
        pytest.param({"characters": {"at_least": 3}}, "passed", "4 characters (wanted at least 3)", id="characters"),
        pytest.param({"characters": {"at_most": 3}}, "failed", "4 characters (wanted at most 3)", id="too-long"),
        pytest.param({"words": {"exactly": 3}}, "passed", "3 words", id="words"),
        pytest.param({"sentences": {"exactly": 1}}, "passed", "1 sentences", id="sentences"),
        pytest.param({"words": {"exactly": 3}, "sentences": {"at_least": 2}}, "failed", "3 words", id="both"),
    ],
)
def test_length(wants: object, outcome: str, said: str) -> None:
    result = Length(wants).judge(exchange("好 a 茶。"))
    assert result.outcome == outcome
    assert said in result.reason


@pytest.mark.parametrize("wants", [{}, None, {"lines": {"at_least": 1}}, {"words": 100}, {"words": {}}])
def test_length_refuses(wants: object) -> None:
    with pytest.raises(BadCheck, match=r"check length: .*allowed: \{characters"):
        Length(wants)


@pytest.mark.parametrize(
    ("text", "characters", "words", "sentences"),
    [
        pytest.param("", 0, 0, 0, id="empty"),
        pytest.param("Two words.", 9, 2, 1, id="en"),
        pytest.param("It's a well-known thing.", 21, 4, 1, id="joined"),
        pytest.param("今天天气真好。我们去喝咖啡！", 14, 12, 2, id="zh"),
        pytest.param("用 Python 写", 8, 3, 1, id="mixed"),
        pytest.param("It costs 3.14 euros. Cheap!", 23, 5, 2, id="decimal"),
        pytest.param("Mr. Smith e.g. drinks tea.", 22, 5, 1, id="abbreviations"),
        pytest.param("1. First\n2. Second", 15, 4, 2, id="list"),
        pytest.param("# Title\n\nText. More text.", 20, 4, 3, id="heading"),
        pytest.param("Really?! Yes...", 14, 2, 2, id="marks"),
        pytest.param("他说：“好。”然后走了。", 12, 7, 2, id="quotation"),
    ],
)
def test_counts(text: str, characters: int, words: int, sentences: int) -> None:
    assert (count_characters(text), count_words(text), count_sentences(text)) == (characters, words, sentences)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("no emoji here, 1 2 3 # *", 0, id="none"),
        pytest.param("✅ done 🎉🎉", 3, id="plain"),
        pytest.param("👨\u200d👩\u200d👧 and 👍🏽", 2, id="family-and-skin"),
        pytest.param("🇨🇳🇫🇷", 2, id="flags"),
        pytest.param("1️⃣ 2️⃣", 2, id="keycaps"),
        pytest.param("❤️ ☀️", 2, id="asked-to-be-emoji"),
        pytest.param("© 2024 ™ ✔ → ★", 0, id="shown-as-text"),
        pytest.param("【咖啡】，。", 0, id="chinese-punctuation"),
        pytest.param("🏳️\u200d🌈", 1, id="rainbow"),
    ],
)
def test_emoji(text: str, count: int) -> None:
    result = Emoji({"exactly": count}).judge(exchange(text))
    assert result.outcome == "passed", result.reason


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        pytest.param("#coffee #home_brew", ["#coffee", "#home_brew"], id="en"),
        pytest.param("#咖啡 #手冲", ["#咖啡", "#手冲"], id="zh"),
        pytest.param("#话题# 今天喝咖啡", ["#话题#"], id="closed"),
        pytest.param("#咖啡 时光# 真好", ["#咖啡 时光#"], id="closed-with-space"),
        pytest.param("#咖啡##手冲#", ["#咖啡#", "#手冲#"], id="closed-chain"),
        pytest.param("#咖啡#手冲", ["#咖啡", "#手冲"], id="chain"),
        pytest.param("关注#咖啡", ["#咖啡"], id="after-chinese"),
        pytest.param("# Title\n## More", [], id="headings"),
        pytest.param("Issue #12 and a#b and C# and F#", [], id="numbers-and-letters"),
        pytest.param("color #fff or #A1B2C3", [], id="colours"),
        pytest.param("#30DaysOfCoffee", ["#30DaysOfCoffee"], id="digits-first"),
    ],
)
def test_hashtags(text: str, tags: list[str]) -> None:
    assert sorted(find_hashtags(text)) == sorted(tags)
    assert Hashtags({"exactly": len(tags)}).judge(exchange(text)).outcome == "passed"


def test_hashtags_in_code_and_addresses_do_not_count() -> None:
    text = "`#one` https://a.b/#two\n```\n#three\n```\n#four"
    assert Hashtags({"exactly": 1}).judge(exchange(text)).reason == "found 1 hashtag, wanted exactly 1; #four"
