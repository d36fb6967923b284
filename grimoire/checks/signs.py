"""Checks that count small signs: emoji and hashtags."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar

from grimoire.checks.number import Number, measure
from grimoire.checks.own import OwnCheck
from grimoire.checks.pattern import Pattern
from grimoire.checks.prose import prose, spoken
from grimoire.expression import Expression
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult

_TOPIC = Expression(r"(?<![A-Za-z0-9_&/#])#(?=[^\s#])[^#\n]{1,50}(?<=\S)#(?![\w#])")
_TAGS = Expression(r"(?<![A-Za-z0-9_&/#])(?:##?\w*[^\W\d]\w*)+#?")
_COLOUR = Expression(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")


class Emoji(OwnCheck[Number]):
    """Number of emoji; a family, a flag and a skin tone count as the one sign a reader sees."""

    name = "emoji"
    version = 2
    form: ClassVar[object] = Number
    allowed = "{at_least, at_most, exactly}"

    def judge(self, exchange: Exchange) -> CheckResult:
        count, first = _emoji().find(spoken(exchange.answer.text))
        return measure(self, self.wants, count, "emoji sign", f"the first is {first}" if count else "")


@lru_cache(maxsize=1)
def _emoji() -> Pattern:
    """Unicode TS 51: what is shown as emoji by itself or is asked to be by U+FE0F, joined; flags; keycaps."""
    one = r"(?:\p{Emoji_Presentation}\uFE0F?|\p{Extended_Pictographic}(?:\uFE0F|(?=[\u200D\p{Emoji_Modifier}])))"
    more = r"\u200D\p{Extended_Pictographic}\uFE0F?\p{Emoji_Modifier}?"
    joined = rf"{one}\p{{Emoji_Modifier}}?(?:{more})*"
    return Pattern(rf"\p{{Regional_Indicator}}{{2}}|[0-9#*]\uFE0F?\u20E3|{joined}")


class Hashtags(OwnCheck[Number]):
    """Number of hashtags, `#tag` and `#话题#`, outside code and addresses; headings, `#1` and colours are none."""

    name = "hashtags"
    form: ClassVar[object] = Number
    allowed = "{at_least, at_most, exactly}"

    def judge(self, exchange: Exchange) -> CheckResult:
        found = find_hashtags(prose(exchange.answer.text))
        return measure(self, self.wants, len(found), "hashtag", " ".join(found[:5]))


def find_hashtags(text: str) -> list[str]:
    """Each hashtag once for each time it stands there, topics closed by a second `#` first."""
    topics = [match.group() for match in _TOPIC.finditer(text) if " #" not in match.group()]
    runs = _TAGS.findall(_TOPIC.sub(lambda m: m.group() if " #" in m.group() else " ", text))
    tags = [tag for run in runs for tag in _split(run)]
    return topics + [tag for tag in tags if not _COLOUR.fullmatch(tag)]


def _split(run: str) -> list[str]:
    """`#a#b` is two tags; `#a##b#` is two topics, each closed."""
    words = [word for word in run.split("#") if word]
    return [f"#{word}#" if run.endswith("#") else f"#{word}" for word in words]
