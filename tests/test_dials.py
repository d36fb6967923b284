"""Tone, style and language of an answer: how they are named, and what is said of them to a model."""

from __future__ import annotations

import unicodedata

import pytest

from grimoire import languages
from grimoire.dials import LONGEST, OFF, STYLES, TONES, Dial, Dials, resolve_dials, with_dials
from grimoire.errors import UnknownName, UsageError
from grimoire.hanzi import count_simplified

NOTHING = Dials()
TEXT = "Write about willows.\n"


def tone(given: str, before: str = "") -> str:
    return resolve_dials(given, "", "", Dials(tone=before)).tone


def style(given: str) -> str:
    return resolve_dials("", given, "", NOTHING).style


def said(dials: Dials, language: str = "en", *, speaks: bool = True) -> str:
    return with_dials(TEXT, dials, language, speaks=speaks).removeprefix(TEXT.rstrip()).removeprefix("\n\n")


@pytest.mark.parametrize("known", [TONES, STYLES], ids=["tones", "styles"])
def test_the_lists_are_sorted_and_no_name_means_two_things(known: tuple[Dial, ...]) -> None:
    names = [name for dial in known for name in (dial.english, dial.chinese)]
    assert len(set(names)) == len(names)
    assert [dial.english for dial in known] == sorted(dial.english for dial in known)
    assert not OFF & set(names)
    assert all(name == unicodedata.normalize("NFKC", name).casefold() for name in names)


@pytest.mark.parametrize(
    ("known", "kind"), [pytest.param(TONES, "tone", id="tones"), pytest.param(STYLES, "style", id="styles")]
)
def test_every_name_in_the_lists_is_understood(known: tuple[Dial, ...], kind: str) -> None:
    for dial in known:
        for name in (dial.english, dial.chinese, dial.english.upper(), f" {dial.chinese} "):
            assert (tone(name) if kind == "tone" else style(name)) == dial.english


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        pytest.param("ＦＯＲＭＡＬ", "formal", id="full width"),
        pytest.param("form", "formal", id="the beginning of a name"),
        pytest.param("谦", "modest", id="the beginning of a Chinese name"),
        pytest.param("正式的", "formal", id="with 的"),
        pytest.param("謙虛", "modest", id="in Traditional characters"),
        pytest.param("懷舊", "nostalgic", id="with a character both scripts write"),
        pytest.param("like a tired pirate", "like a tired pirate", id="words of one's own"),
        pytest.param("  like a\n tired\tpirate ", "like a tired pirate", id="on one line"),
        pytest.param("angry", "angry", id="a word that is like no name"),
        pytest.param("informal", "informal", id="the opposite of a name"),
        pytest.param("像林黛玉一样", "像林黛玉一样", id="Chinese words of one's own"),
        pytest.param("正经", "正经", id="two characters, one of them in a name"),
        pytest.param('"normal"', "normal", id="in quotes"),
        pytest.param("「normal」", "normal", id="in Chinese quotes"),
        pytest.param('"formal"', "formal", id="a name in quotes"),
        pytest.param('say "arr" often', "say 'arr' often", id="with quotes inside"),
        pytest.param("a\x1b[31mb c\u202e", "ab c", id="without terminal controls"),
        pytest.param("[PROMPT] $& like", "[PROMPT] $& like", id="as it stands"),
    ],
)
def test_a_tone_is_a_name_or_words_of_ones_own(given: str, meant: str) -> None:
    assert tone(given) == meant


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        pytest.param("step by step", "step-by-step", id="spaces for hyphens"),
        pytest.param("STEP_BY_STEP", "step-by-step", id="underscores for hyphens"),
        pytest.param("说服", "persuasive", id="without 性"),
        pytest.param("social", "social-media", id="the first word"),
    ],
)
def test_a_style_is_found_by_what_people_write(given: str, meant: str) -> None:
    assert style(given) == meant


@pytest.mark.parametrize(
    ("given", "near"),
    [
        pytest.param("formel", "formal", id="a letter wrong"),
        pytest.param("fromal", "formal", id="two letters exchanged"),
        pytest.param("profesionel", "professional", id="two edits in a long word"),
        pytest.param("戏剧性", "戏剧化", id="one character of three"),
        pytest.param("normal", "formal", id="a word near a name"),
    ],
)
def test_a_slip_is_told_with_the_nearest_name_and_the_way_around(given: str, near: str) -> None:
    with pytest.raises(UnknownName) as caught:
        tone(given)
    assert caught.value.message == f"no tone is called `{given}`"
    assert f"`{near}`" in caught.value.hint
    assert f"--tone '\"{given}\"'" in caught.value.hint
    assert tone(f'"{given}"') == given


def test_the_beginning_of_several_names_is_told_with_all_of_them() -> None:
    with pytest.raises(UnknownName, match="could be several tones") as caught:
        tone("c")
    assert caught.value.hint == "one of: calm, casual, cautious, cheerful, confident, critical, curious"


def test_words_of_ones_own_have_a_bound() -> None:
    assert len(tone("a " * (LONGEST // 2 - 1) + "bc")) == LONGEST
    for given in ("a " * LONGEST + "b", f'"{"a" * (LONGEST + 1)}"'):
        with pytest.raises(UsageError, match=f"at most {LONGEST} characters"):
            tone(given)


@pytest.mark.parametrize("off", [*sorted(OFF), "NONE", "ｎｏｎｅ"])
def test_a_dial_is_turned_back(off: str) -> None:
    before = Dials(tone="formal", style="plain", answer_in="fr")
    assert resolve_dials(off, "", "", before) == Dials(style="plain", answer_in="fr")
    assert resolve_dials("", off, "", before) == Dials(tone="formal", answer_in="fr")
    assert resolve_dials("", "", off, before) == Dials(tone="formal", style="plain")


def test_what_is_not_turned_stays_as_it_was() -> None:
    before = Dials(tone="formal", style="像海盗", answer_in="fr")
    assert resolve_dials("", "", "", before) == before
    assert resolve_dials("warm", " ", "德语", before) == Dials(tone="warm", style="像海盗", answer_in="de")


def test_an_unknown_language_is_told() -> None:
    with pytest.raises(UnknownName, match="no language"):
        resolve_dials("", "", "klingon", NOTHING)


@pytest.mark.parametrize(
    ("dials", "english", "chinese", "traditional"),
    [
        pytest.param(
            Dials(tone="formal"),
            "Please write in formal tone.",
            "请用正式的语气作答。",
            "請用正式的語氣作答。",
            id="tone",
        ),
        pytest.param(
            Dials(style="persuasive"),
            "Please write in persuasive writing style.",
            "请用说服性的写作风格作答。",
            "請用說服性的寫作風格作答。",
            id="style",
        ),
        pytest.param(
            Dials(answer_in="fr"),
            "Please write in French language.",
            "请用法语作答。",
            "請用法語作答。",
            id="language",
        ),
        pytest.param(
            Dials(tone="formal", style="persuasive"),
            "Please write in formal tone, persuasive writing style.",
            "请用正式的语气、说服性的写作风格作答。",
            "請用正式的語氣、說服性的寫作風格作答。",
            id="tone and style",
        ),
        pytest.param(
            Dials(tone="formal", answer_in="zh"),
            "Please write in formal tone, Chinese language.",
            "请用中文作答，采用正式的语气。",
            "請用中文作答，採用正式的語氣。",
            id="tone and language",
        ),
        pytest.param(
            Dials(style="plain", answer_in="en"),
            "Please write in plain writing style, English language.",
            "请用英语作答，采用平实的写作风格。",
            "請用英語作答，採用平實的寫作風格。",
            id="style and language",
        ),
        pytest.param(
            Dials(tone="sarcastic", style="satirical", answer_in="zh-Hant"),
            "Please write in sarcastic tone, satirical writing style, Traditional Chinese language.",
            "请用繁体中文作答，采用讽刺的语气、讽喻的写作风格。",
            "請用繁體中文作答，採用諷刺的語氣、諷喻的寫作風格。",
            id="all three",
        ),
        pytest.param(
            Dials(tone="like a tired pirate", style="terse"),
            'Please write in "like a tired pirate" tone, terse writing style.',
            "请用“like a tired pirate”的语气、“terse”的写作风格作答。",
            "請用“like a tired pirate”的語氣、“terse”的寫作風格作答。",
            id="own words",
        ),
        pytest.param(
            Dials(tone="温柔的", style="鲁迅"),
            'Please write in "温柔的" tone, "鲁迅" writing style.',
            "请用温柔的语气、鲁迅的写作风格作答。",
            "請用温柔的語氣、鲁迅的寫作風格作答。",
            id="own words in Chinese",
        ),
    ],
)
def test_what_is_asked_for_is_said_in_the_texts_language(
    dials: Dials, english: str, chinese: str, traditional: str
) -> None:
    assert [said(dials, code) for code in ("en", "zh", "zh-Hant", "fr")] == [english, chinese, traditional, english]


def test_it_stands_after_a_blank_line_and_a_text_with_nothing_asked_for_is_as_it_was() -> None:
    assert with_dials(TEXT, Dials(tone="warm"), "en", speaks=False) == (
        "Write about willows.\n\nPlease write in warm tone."
    )
    assert with_dials(TEXT, NOTHING, "en", speaks=True) == TEXT
    assert with_dials("", Dials(tone="warm"), "en", speaks=True) == "Please write in warm tone."


def test_a_text_that_names_its_language_itself_is_not_told_it_again() -> None:
    assert with_dials(TEXT, Dials(answer_in="fr"), "en", speaks=False) == TEXT
    assert said(Dials(tone="warm", answer_in="fr"), speaks=False) == "Please write in warm tone."


def test_a_text_is_told_its_own_language_where_the_user_asked_for_it() -> None:
    assert said(Dials(answer_in="en"), "en") == "Please write in English language."


def test_everything_of_ours_has_traditional_characters() -> None:
    for dial in TONES:
        assert not count_simplified(said(Dials(tone=dial.english), "zh-Hant"))
    for dial in STYLES:
        assert not count_simplified(said(Dials(style=dial.english), "zh-Hant"))
    for code in languages.LANGUAGES:
        assert not count_simplified(said(Dials(tone="warm", answer_in=code), "zh-Hant"))
    assert "体" not in said(Dials(answer_in="zh-Hant"), "zh-Hant")
    assert "希臘" in said(Dials(answer_in="el"), "zh-Hant")
