from __future__ import annotations

import time
from pathlib import Path

import pytest

from grimoire import glossaryfile
from grimoire.errors import InvalidFile
from grimoire.glossary import Glossary
from grimoire.glossaryfile import Entries, load, read, shipped
from grimoire.languages import LANGUAGES
from grimoire.segment import Term


def write(folder: Path, text: str) -> Path:
    path = folder / "glossary.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def told(folder: Path, text: str) -> list[str]:
    path = write(folder, text)
    with pytest.raises(InvalidFile) as caught:
        read(path)
    return [str(problem).removeprefix(f"{path}:").replace(str(path), "FILE") for problem in caught.value.problems]


def source_of(glossary: Glossary, code: str) -> dict[str, tuple[str, ...]]:
    return {term.source: term.targets for term in glossary.terms.get(code, ())}


def test_the_three_kinds_of_entries(tmp_path: Path) -> None:
    text = (
        "Midjourney: keep\n"
        "long-tail keyword: {zh: 长尾关键词, ja: [ロングテールキーワード, ロングテール]}\n"
        "Rust: translate\n"
        "' 微信 ': keep\n"
    )
    assert read(write(tmp_path, text)) == Entries(
        keep=("Midjourney", "微信"),
        translate=("Rust",),
        terms={"long-tail keyword": {"zh": ("长尾关键词",), "ja": ("ロングテールキーワード", "ロングテール")}},
    )


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}\n"])
def test_an_empty_file_has_no_entries(tmp_path: Path, text: str) -> None:
    assert read(write(tmp_path, text)) == Entries()


@pytest.mark.parametrize(
    "word", ["H1", "4K", "no", "on", "1.2.3", "3D", "'404'", '"true"', "'null'", "? '1'\n", "C++", ".NET", "-1-"]
)
def test_words_that_look_like_something_else_are_text(tmp_path: Path, word: str) -> None:
    entries = read(write(tmp_path, f"\n{word}: {{zh: 词}}\n"))
    assert list(entries.terms) == [word.strip("?\n '\"")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "- a\n", "1:1: error: a glossary is a map of words (write `Midjourney: keep`, a line each)", id="a list"
        ),
        pytest.param(
            "text\n", "1:1: error: a glossary is a map of words (write `Midjourney: keep`, a line each)", id="a text"
        ),
        pytest.param("a: keep\nb: stay\n", f"2:1: error: `b` is none of the three ({glossaryfile._HOW})", id="value"),
        pytest.param("b: [keep]\n", f"1:1: error: `b` is none of the three ({glossaryfile._HOW})", id="list for value"),
        pytest.param("b:\n", f"1:1: error: `b` is none of the three ({glossaryfile._HOW})", id="no value"),
        pytest.param("b: {}\n", f"1:1: error: `b` has no translation ({glossaryfile._HOW})", id="empty map"),
        pytest.param(
            "' ': keep\n", "1:1: error: there is an empty word (write the word, or remove the line)", id="word"
        ),
        pytest.param("404: {zh: 无}\n", "1:1: error: `404` is not text (put it in quotes)", id="number"),
        pytest.param("a: keep\n1.5: keep\n", "2:1: error: `1.5` is not text (put it in quotes)", id="fraction"),
        pytest.param("{true: keep}\n", "1:2: error: `true` is not text (put it in quotes)", id="true"),
        pytest.param("Null: keep\n", "1:1: error: `Null` is not text (put it in quotes)", id="null"),
        pytest.param("~: keep\n", "1:1: error: `~` is not text (put it in quotes)", id="tilde"),
        pytest.param("'[PROMPT]': keep\n", "1:1: error: `[PROMPT]` cannot be kept: it has `[`", id="bracket"),
        pytest.param("'a:b': keep\n", "1:1: error: `a:b` cannot be kept: it has `:`", id="colon"),
        pytest.param("a|b: keep\n", "1:1: error: `a|b` cannot be kept: it has `|`", id="bar"),
        pytest.param("a]: keep\n", "1:1: error: `a]` cannot be kept: it has `]`", id="closing bracket"),
        pytest.param("'360': keep\n", "1:1: error: `360` cannot be kept: it has no letter", id="no letter"),
        pytest.param('"a\\nb": keep\n', "1:1: error: `a b` has a line break or", id="line break"),
        pytest.param('"a\\eb": translate\n', "1:1: error: `a\x1bb` has a line break or", id="escape"),
        pytest.param(f"{'x' * 101}: keep\n", f"1:1: error: `{'x' * 40}…` is longer than 100 characters", id="long"),
        pytest.param(f"a:\n  zh: {'字' * 101}\n", f"2:3: error: `{'字' * 40}…` is longer than", id="long translation"),
        pytest.param(
            "a: {chinees: 词}\n", "1:5: error: `chinees` is no language (did you mean 'chinese'?", id="language"
        ),
        pytest.param(
            "a:\n  ja: 語\n  zh-CN: 词\n", "3:3: error: `zh-CN` is not a language code (write `zh`)", id="code"
        ),
        pytest.param("a: {Chinese: 词}\n", "1:5: error: `Chinese` is not a language code (write `zh`)", id="name"),
        pytest.param("a: {zh: ''}\n", "1:5: error: there is an empty translation (write it, or", id="translation"),
        pytest.param("a: {zh: }\n", "1:5: error: there is an empty translation (write it, or", id="none"),
        pytest.param("a: {zh: []}\n", "1:5: error: `a` has no translation in `zh` (write one, or", id="empty list"),
        pytest.param("a: {zh: [词, ' ']}\n", "1:5: error: there is an empty word", id="empty in a list"),
        pytest.param(
            "a: {zh: 4}\n", "1:5: error: a translation is text, not `4` (put it in quotes)", id="number in it"
        ),
        pytest.param("a: {zh: [[词]]}\n", "1:5: error: a translation is text, not", id="nested"),
        pytest.param("a: keep\na: keep\n", "2:1: error: `a` stands twice", id="twice"),
    ],
)
def test_files_that_are_wrong(tmp_path: Path, text: str, said: str) -> None:
    [problem] = told(tmp_path, text)
    assert problem.startswith(said)


def test_everything_wrong_is_told_at_once_but_not_without_end(tmp_path: Path) -> None:
    problems = told(tmp_path, "a: 1\n'b:': keep\nc: {xx: ''}\n")
    assert [problem[0] for problem in problems] == ["1", "2", "3", "3"]
    assert len(told(tmp_path, "".join(f"w{n}: 1\n" for n in range(1000)))) == 100


def test_a_language_code_without_end_is_told_in_a_moment(tmp_path: Path) -> None:
    start = time.perf_counter()
    [problem] = told(tmp_path, f"a:\n  ? {'z' * 1_000_000}\n  : 词\n")
    assert len(problem) < 500
    assert time.perf_counter() - start < 5


def test_too_many_entries(tmp_path: Path) -> None:
    assert len(read(write(tmp_path, "".join(f"w{n}: keep\n" for n in range(20_000)))).keep) == 20_000
    [problem] = told(tmp_path, "".join(f"w{n}: keep\n" for n in range(20_001)))
    assert problem == "1:1: error: 20,001 entries; a glossary has at most 20,000"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="cannot be read"):
        load(tmp_path / "none.yaml")


def test_the_shipped_glossary_is_valid_and_in_order() -> None:
    entries = read(shipped())
    assert 150 <= len(entries.keep) <= 250
    assert 20 <= len(entries.terms) <= 40
    assert entries.translate == ()
    assert not {word.casefold() for word in entries.keep} & {word.casefold() for word in entries.terms}
    assert all(list(of)[:2] == ["zh", "zh-Hant"] for of in entries.terms.values()), "the two scripts of Chinese, first"
    assert {code for of in entries.terms.values() for code in of} <= set(LANGUAGES)


def test_without_a_project_the_shipped_glossary_is_in_force() -> None:
    glossary, entries = load(None), read(shipped())
    assert glossary.keep == entries.keep
    assert source_of(glossary, "zh") == {word: of["zh"] for word, of in entries.terms.items()}
    assert glossary.terms["zh"][0].targets, "the preferred translation first"


def test_names_of_the_project_come_after_the_shipped(tmp_path: Path) -> None:
    glossary = load(write(tmp_path, "Grimoire Cloud: keep\nMidjourney: keep\n"))
    assert glossary.keep == (*load(None).keep, "Grimoire Cloud")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Midjourney: translate\n", id="translate"),
        pytest.param("MIDJOURNEY: translate\n", id="in another case"),
        pytest.param("Midjourney: {zh: 中途}\n", id="a term instead"),
    ],
)
def test_a_shipped_name_is_undone(tmp_path: Path, text: str) -> None:
    assert "Midjourney" not in load(write(tmp_path, text)).keep


def test_a_term_in_another_case_leaves_the_name(tmp_path: Path) -> None:
    glossary = load(write(tmp_path, "seo: {de: Suchmaschinenoptimierung}\n"))
    assert "SEO" in glossary.keep
    assert glossary.terms["de"] == (Term("seo", ("Suchmaschinenoptimierung",)),)


@pytest.mark.parametrize("value", ["keep", "translate"])
def test_a_shipped_term_is_undone(tmp_path: Path, value: str) -> None:
    assert "prompt engineering" in source_of(load(None), "zh")
    glossary = load(write(tmp_path, f"Prompt engineering: {value}\n"))
    assert "prompt engineering" not in source_of(glossary, "zh")
    assert ("Prompt engineering" in glossary.keep) == (value == "keep")


def test_a_term_is_overlaid_language_by_language(tmp_path: Path) -> None:
    before = source_of(load(None), "zh-Hant")["prompt engineering"]
    glossary = load(write(tmp_path, "Prompt Engineering: {zh: 提示词学, ko: 프롬프트 엔지니어링}\n"))
    assert source_of(glossary, "zh")["Prompt Engineering"] == ("提示词学",)
    assert source_of(glossary, "zh-Hant")["Prompt Engineering"] == before
    assert source_of(glossary, "ko") == {"Prompt Engineering": ("프롬프트 엔지니어링",)}
