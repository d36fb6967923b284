from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pytest

from grimoire.errors import QuotaExceeded
from grimoire.segment import Segment
from grimoire.spell import Spell, Translation
from grimoire.translators.back import Likeness, compare_back, score
from tests.translators.engines import Engine, Notes

ENGLISH = "Write an article about trees.\nKeep it short and simple.\n"


class Tired(Engine):
    """Gives no answer to a text that says so."""

    async def translate(
        self,
        segments: Sequence[Segment],
        *,
        source: str,
        target: str,
        context: str,
        remarks: Mapping[int, str] = MappingProxyType({}),
    ) -> list[str]:
        if any("累" in segment.text for segment in segments):
            raise QuotaExceeded("used up")
        return await super().translate(segments, source=source, target=target, context=context, remarks=remarks)


def pair(name: str, chinese: str, english: str = ENGLISH) -> tuple[Spell, Translation]:
    spell = Spell(name=name, prompt=english)
    return spell, Translation(name=name, language="zh", source=spell.source_digest, prompt=chinese)


def likeness(engine: Engine, memory: Notes, *pairs: tuple[Spell, Translation]) -> dict[str, Likeness]:
    found, unanswered = asyncio.run(compare_back(pairs, engine, memory))
    assert not unanswered
    return found


@pytest.mark.parametrize(
    ("back", "line"),
    [
        pytest.param(ENGLISH, 1, id="the-same"),
        pytest.param(ENGLISH.replace("short", "long"), 2, id="another-word"),
        pytest.param(ENGLISH.replace("Write an article about trees.", "Cook a soup"), 1, id="another-line"),
        pytest.param("nothing alike\n", 0, id="lines-that-do-not-correspond"),
        pytest.param("", 0, id="nothing"),
    ],
)
def test_the_line_that_lost_most(back: str, line: int) -> None:
    found = score(ENGLISH, "甲\n乙\n", back)
    assert found.line == line
    assert 0 <= found.likeness <= 1
    assert (found.likeness == 1) is (back == ENGLISH)


def test_short_lines_say_nothing() -> None:
    assert score("Cats\nDogs\n", "猫\n狗\n", "Cows\nPigs\n").line == 0


def test_the_less_comes_back_the_less_alike() -> None:
    steps = [ENGLISH, ENGLISH.replace("trees", "tree"), ENGLISH.replace("trees", "soup"), "Soup.\nWine.\n", ""]
    found = [score(ENGLISH, "甲\n乙\n", back).likeness for back in steps]
    assert found == sorted(found, reverse=True)


def test_what_was_asked_once_is_remembered_whichever_the_spell() -> None:
    engine, memory = Engine(lambda text: text.replace("写文章", "write")), Notes()
    first = likeness(engine, memory, pair("a", "写文章\n简短\n"), pair("b", "写文章\n"))
    assert engine.asked == [["写文章", "简短"]]
    assert likeness(engine, memory, pair("a", "写文章\n简短\n"), pair("b", "写文章\n")) == first
    assert len(engine.asked) == 1
    assert {(key.source, key.target, key.version) for key in memory.known} == {("zh", "en", "back 1")}


def test_an_empty_answer_is_asked_for_again() -> None:
    engine, memory = Engine(lambda _: " ", lambda _: "write"), Notes()
    likeness(engine, memory, pair("a", "写文章\n"))
    assert memory.known == {}
    likeness(engine, memory, pair("a", "写文章\n"))
    assert set(memory.known.values()) == {"write"}


def test_placeholders_come_back_in_their_places() -> None:
    text = "Write about [PROMPT] in the [TARGETLANGUAGE] language\n"
    found = likeness(
        Engine(lambda t: t.replace("用", "in the ").replace("写", "write about ")),
        Notes(),
        pair("a", "写[PROMPT]用[TARGETLANGUAGE]\n", text),
    )
    assert found["a"].back == "write about [PROMPT]in the [TARGETLANGUAGE]"


def test_one_without_an_answer_says_why_and_ends_nothing() -> None:
    pairs = [pair("a", "累\n"), pair("b", "写文章\n")]
    found, unanswered = asyncio.run(compare_back(pairs, Tired(lambda text: text), Notes()))
    assert (list(found), list(unanswered)) == (["b"], ["a"])
    assert isinstance(unanswered["a"], QuotaExceeded)
