from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire import glossaryfile
from grimoire.glossary import Glossary, missing_terms, name_pattern, terms_in
from grimoire.segment import Term
from grimoire.spellfile import read_spell, read_translation

LIBRARY = Path(__file__).parent.parent / "spells"
SPELLS = sorted(path for path in LIBRARY.glob("*/*.yaml") if not path.stem.endswith(".zh"))
SHIPPED = glossaryfile.load(None)

KEEP = ("GPT", "GPT-4", "Midjourney", "Stable Diffusion", "Stable Diffusion XL", "C", "C++", ".NET", "H1", "微信", "É")
DESCRIPTION = Term("description", ("描述",))
META = Term("meta description", ("元描述", "元说明"))
KEYWORD = Term("long-tail keyword", ("长尾关键词",))
BOX = Term("Box", ("方框",))
GLOSSARY = Glossary(terms={"zh": (DESCRIPTION, META, KEYWORD, BOX), "ja": ()})


def found(text: str, keep: tuple[str, ...] = KEEP) -> list[str]:
    return re.findall(name_pattern(keep) or r"(?!)", text)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("Ask GPT-4, not GPT.", ["GPT-4", "GPT"], id="the longest first"),
        pytest.param(
            "Stable Diffusion XL and Stable Diffusion X", ["Stable Diffusion XL", "Stable Diffusion"], id="cut"
        ),
        pytest.param("GPT-40 has GPT in it", ["GPT", "GPT"], id="a longer number is another name"),
        pytest.param("用Midjourney生成", ["Midjourney"], id="Chinese around it"),
        pytest.param("Midjourneyで、Midjourney를", ["Midjourney", "Midjourney"], id="kana and Hangul"),
        pytest.param("我用微信发", ["微信"], id="a Chinese name in a sentence"),
        pytest.param("Midjourney's style, Midjourney’s", ["Midjourney", "Midjourney"], id="a possessive's -s"),
        pytest.param("GPTs and Midjourneys", [], id="a plural"),
        pytest.param("midjourney, MIDJOURNEY", [], id="another case"),
        pytest.param("ChatGPT, MyGPT, éGPT, GPTé, 1GPT, яGPT", [], id="a part of a word"),
        pytest.param("H1, H10, SH1", ["H1"], id="a number"),
        pytest.param("C++ and C, not C4", ["C++", "C"], id="signs"),
        pytest.param("C++20, ASP.NET", ["C++", ".NET"], id="signs end by themselves"),
        pytest.param("_GPT_ (GPT) [GPT]", ["GPT", "GPT", "GPT"], id="signs around it"),
        pytest.param("É and Éa", ["É"], id="an accent"),
        pytest.param("", [], id="no text"),
    ],
)
def test_names(text: str, names: list[str]) -> None:
    assert found(text) == names


def test_without_names_there_is_no_pattern() -> None:
    assert name_pattern(()) == name_pattern(("",)) == ""
    assert found("anything", ()) == []


def test_the_pattern_can_stand_beside_others() -> None:
    pattern = re.compile(f"(?P<number>\\d+)|(?P<name>{name_pattern(KEEP)})|x")
    assert pattern.groups == 2
    assert [match.lastgroup for match in pattern.finditer("4 GPT x C++")] == ["number", "name", None, "name"]


@given(st.lists(st.text("ab -+微", min_size=1, max_size=5), max_size=20), st.text("ab -+微", max_size=30))
def test_names_are_those_a_plain_search_finds(names: list[str], text: str) -> None:
    assert found(text, tuple(names)) == list(plain_search(text, names))


def plain_search(text: str, names: list[str]) -> list[str]:
    """The same by trying each name at each place."""
    names = sorted(names, key=len, reverse=True)
    at, hits = 0, []
    while at < len(text):
        hit = next((n for n in names if text.startswith(n, at) and stands_alone(text, at, at + len(n))), "")
        hits += [hit] if hit else []
        at += len(hit) or 1
    return hits


def stands_alone(text: str, start: int, end: int) -> bool:
    return not any(
        text[max(cut - 1, 0) : cut + 1].isascii() and text[cut - 1 : cut + 1].isalpha() and 0 < cut < len(text)
        for cut in (start, end)
    )


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        pytest.param("a Meta Description", [META], id="the longer hides the shorter"),
        pytest.param("A meta description is a description.", [META, DESCRIPTION], id="but not elsewhere"),
        pytest.param("two boxes, one BOX, a description", [BOX, DESCRIPTION], id="each once, in order"),
        pytest.param("Long-tail Keywords here", [KEYWORD], id="a plural"),
        pytest.param("meta  description", [META], id="spaces"),
        pytest.param("description生成 用box", [DESCRIPTION, BOX], id="Chinese around it"),
        pytest.param("descriptions' and box's", [DESCRIPTION, BOX], id="possessives"),
        pytest.param("descriptive inbox boxing boxest box2", [], id="a part of a word"),
        pytest.param("", [], id="no text"),
    ],
)
def test_terms(text: str, terms: list[Term]) -> None:
    assert terms_in(text, GLOSSARY, "zh") == tuple(terms)


@pytest.mark.parametrize("target", ["ja", "de"])
def test_a_language_without_terms_has_none(target: str) -> None:
    assert terms_in("a meta description", GLOSSARY, target) == ()


@pytest.mark.parametrize(
    ("result", "missing"),
    [
        pytest.param("写一段元描述，用长尾关键词", [], id="all there"),
        pytest.param("写一段元 说明", [KEYWORD], id="the second choice, and a space"),
        pytest.param("写一段描述", [META, KEYWORD], id="none there"),
        pytest.param("", [META, KEYWORD], id="no result"),
    ],
)
def test_missing_terms(result: str, missing: list[Term]) -> None:
    assert missing_terms((META, KEYWORD), result) == missing


def test_missing_terms_do_not_depend_on_case() -> None:
    term = Term("meta description", ("Meta-Beschreibung",))
    assert missing_terms([term], "META-BESCHREIBUNGEN") == []
    assert missing_terms([], "anything") == []


NAMES = tuple({"".join(random.Random(n).choices("abcdefgXYZ", k=8)) for n in range(20_000)})


@pytest.mark.parametrize(
    ("keep", "text"),
    [
        pytest.param(NAMES, " ".join(NAMES) * 5, id="many names, all there"),
        pytest.param(NAMES, "a" * 1_000_000, id="one long word"),
        pytest.param(tuple("a" * n for n in range(1, 101)), ("a" * 101 + " ") * 10_000, id="one in another"),
        pytest.param(tuple("啊" * n + "哦" for n in range(100)), "啊" * 1_000_000, id="ever almost a name"),
        pytest.param(tuple("a " * n + "b" for n in range(50)), "a " * 500_000, id="words that never end"),
        pytest.param(tuple(map(chr, range(0x4E00, 0x9000))), "龙" * 1_000_000, id="many first letters"),
    ],
)
def test_a_hostile_text_is_read_in_a_moment(keep: tuple[str, ...], text: str) -> None:
    glossary = Glossary(keep, {"zh": tuple(Term(name, ("x",)) for name in keep)})
    start = time.perf_counter()
    found(text, keep)
    terms_in(text, glossary, "zh")
    assert time.perf_counter() - start < 20


def pairs(path: Path) -> Iterator[tuple[str, str]]:
    """Each line of a shipped spell with the line of its translation, and the fields around the prompt."""
    spell, _ = read_spell(path, lambda _: "")
    translation, _ = read_translation(path.with_suffix(".zh.yaml"), spell)
    for name in ("title", "teaser", "hint"):
        yield getattr(spell, name), getattr(translation, name)
    yield from zip(spell.prompt.splitlines(), translation.prompt.splitlines(), strict=True)


@pytest.mark.parametrize("path", SPELLS, ids=lambda path: path.stem)
def test_what_people_translated_keeps_the_shipped_names_and_terms(path: Path) -> None:
    for source, target in pairs(path):
        assert set(found(source, SHIPPED.keep)) <= set(found(target, SHIPPED.keep)), source
        assert missing_terms(terms_in(source, SHIPPED, "zh"), target) == [], source


def test_the_shipped_spells_hold_enough_names_and_terms_to_judge_by() -> None:
    texts = [path.read_text(encoding="utf-8") for path in LIBRARY.glob("*/*.yaml")]
    assert len({name for text in texts for name in found(text, SHIPPED.keep)}) >= 20
    assert len({term for text in texts for term in terms_in(text, SHIPPED, "zh")}) >= 15


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Go swiftly, spring into action, react to the notion.", id="ordinary words"),
        pytest.param("Go. Swift. Spring. Notion. Slack. Medium. Word. React. Apple. Meta. Threads. Rank.", id="heads"),
        pytest.param("a rusty hinge, svelte figures, the claude of gemini, a llama in flux", id="small letters"),
        pytest.param("把这段话改写得更自然。", id="Chinese"),
    ],
)
def test_the_shipped_glossary_leaves_ordinary_words_alone(text: str) -> None:
    assert found(text, SHIPPED.keep) == []
    assert terms_in(text, SHIPPED, "zh") == ()
