from __future__ import annotations

import pytest

from grimoire.checks.signs import Emoji, Hashtags, find_hashtags
from tests.checks.samples import exchange


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


def test_signs_in_the_thinking_do_not_count() -> None:
    text = "<think>🎉 #plan</think>Done ✅ #done"
    assert Emoji({"exactly": 1}).judge(exchange(text)).outcome == "passed"
    assert Hashtags({"exactly": 1}).judge(exchange(text)).outcome == "passed"
