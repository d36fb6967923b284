"""What the words of a text rule out: proved on the expressions' own syntax trees, and tried on mixtures of answers."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from re import _constants as op  # type: ignore[attr-defined]  # the only place where Python keeps the trees
from re import _parser as parser  # type: ignore[attr-defined]  # not in the stubs
from typing import Any

import pytest
import regex  # type: ignore[import-untyped]  # it ships no types

from grimoire.checks import (
    answered_phrases,
    declining_phrases,
    ending,
    intake_phrases,
    left_out,
    question_phrases,
    refusal_phrases,
    task_phrases,
)
from grimoire.checks.begun import Begun
from grimoire.checks.bilingual import Bilingual
from grimoire.checks.hinted import Hinted, Need, Phrase, Words, phrase, vocabulary
from grimoire.checks.phrases import any_of
from grimoire.expression import Expression
from tests.checks.labelled import FOLDER, read

ALTERNATIONS: dict[str, Hinted] = {
    f"{module.__name__.rpartition('.')[2]}.{name}": value
    for module in (answered_phrases, declining_phrases, intake_phrases, left_out, question_phrases)
    for name, value in vars(module).items()
    if isinstance(value, Hinted)
}
BILINGUAL = {name: value for name, value in vars(task_phrases).items() if isinstance(value, Bilingual)}
PHRASES = [(f"{name}-{at}", one) for name, hinted in ALTERNATIONS.items() for at, one in enumerate(hinted.phrases)]

Tree = list[tuple[Any, Any]]
BEYOND_ASCII: Need = (Words(),)
HAN, LETTER = Words(frozenset({"一"})), Words(frozenset({"a"}))
"""Not that word: any Chinese character, any letter of ASCII."""
HEAD, TOO_MANY = 6, 500_000
"""Characters of a beginning."""
FEW, DEEP, FOLLOWED = 12, 3, 4
UNKNOWN, FOUND = None, "!"
"""A run of letters: what stands before it is unknown; it was found to be a word wanted."""


def proves(phrase: Phrase) -> bool:
    """Whether whatever the phrase's expression matches has a word of each set of one of its needs."""
    return _proves(_tree(phrase.expression), phrase.needs or (BEYOND_ASCII,), DEEP)


def _tree(expression: Expression) -> Tree:
    return list(parser.parse(expression.source, expression.flags))


def _proves(tree: Tree, needs: Iterable[Need], depth: int) -> bool:
    if any(all(_always(tree, words) for words in need) for need in needs):
        return True
    return depth > 0 and any(
        all(_proves(list(one), needs, depth - 1) for one in forms) for forms in _unfolded(tree) if len(forms) > 1
    )


def _unfolded(tree: Tree) -> Iterator[list[Tree]]:
    """The tree as several, for each of the choices it has outside repeats."""
    for at, (kind, value) in enumerate(tree):
        head, tail = tree[:at], tree[at + 1 :]
        if kind is op.BRANCH:
            yield [[*head, *one, *tail] for one in value[1]]
        elif kind is op.SUBPATTERN:
            yield from ([[*head, *one, *tail] for one in forms] for forms in _unfolded(list(value[-1])))
        elif kind in {op.MAX_REPEAT, op.MIN_REPEAT} and value[:2] == (0, 1):
            yield [[*head, *tail], [*head, *value[2], *tail]]


def _always(tree: Tree, words: Words) -> bool:
    """Whether all that a tree matches has one of the words, delimited; a character beyond ASCII, if there are none."""
    return _after(tree, {UNKNOWN}, words) <= {FOUND}


def _after(tree: Tree, runs: set[str | None], words: Words) -> set[str | None]:
    for kind, value in tree:
        if left := runs - {FOUND}:
            runs = (runs - left) | _step(kind, value, left, words)
    return runs


def _step(kind: Any, value: Any, runs: set[str | None], words: Words) -> set[str | None]:  # noqa: PLR0911  # a case each
    if kind is op.LITERAL:
        return {_add(run, chr(value).lower(), words) for run in runs}
    if kind is op.IN and len(value) <= FEW and all(one is op.LITERAL for one, _ in value):
        return {_add(run, chr(char).lower(), words) for run in runs for _, char in value}
    if kind is op.BRANCH:
        return set().union(*(_after(list(one), runs, words) for one in value[1]))
    if kind is op.SUBPATTERN:
        return _after(list(value[-1]), runs, words)
    if kind in {op.MAX_REPEAT, op.MIN_REPEAT}:
        least, most, body = value
        return _repeated(least, most, list(body), runs, words)
    if kind is op.AT:
        return {_end(run, words) if value is op.AT_BOUNDARY else run for run in runs}
    if kind is op.ASSERT and value[0] > 0 and _after(list(value[1]), runs, words) == {FOUND}:
        return {FOUND}
    if kind in {op.ASSERT, op.ASSERT_NOT}:
        return runs
    return {UNKNOWN}


def _repeated(least: int, most: int, body: Tree, runs: set[str | None], words: Words) -> set[str | None]:
    for _ in range(least):
        runs = _after(body, runs, words)
    for _ in range(min(most, least + FOLLOWED) - least):
        before, runs = runs, runs | _after(body, runs, words)
        if runs == before:
            return runs
    return runs | {UNKNOWN} if most > least + FOLLOWED else runs


def _add(run: str | None, char: str, words: Words) -> str | None:
    if (words == Words() and not char.isascii()) or (words == HAN and char >= "一"):
        return FOUND
    if words == LETTER and char.isascii() and char.isalpha():
        return FOUND
    if char.isascii() and char.isalpha():
        longer = None if run is None else run + char
        return FOUND if longer in words.beginnings else longer
    return _end(run, words) if run is None or _end(run, words) == FOUND else ""


def _end(run: str | None, words: Words) -> str | None:
    """A run at its end: a word that is wanted, or the beginning of another."""
    return FOUND if run is not None and run in words.words else ""


@pytest.mark.parametrize(("name", "one"), PHRASES, ids=[name for name, _ in PHRASES])
def test_no_phrase_stands_where_its_words_are_missing(name: str, one: Phrase) -> None:
    assert proves(one), f"{name} may match where none of its needs is met"
    assert parser.parse(one.expression.source).getwidth()[0] > 0, f"{name} may be empty"


@pytest.mark.parametrize(
    ("needs", "source"),
    [
        ("unable", r"\bunable"),
        ("unable", r"unable\b"),
        ("i | cannot", r"\bi ?(?:\w+ )?cannot\b"),
        ("cannot", r"\b(?:cannot|can not)\b"),
        ("content", r"\bcontents?\b"),
        ("sorry", r"\b(?:sorry )?but\b"),
        ("provid*", r"\w*provid"),
        ("", r"(?:我|i) can"),
        ("sorry", r"(?=sorry)\w+"),
        ("sorry", r"(?<=\bsorry\b)\W+"),
    ],
)
def test_the_proof_is_none_for_words_that_may_be_missing(needs: str, source: str) -> None:
    assert not proves(phrase(needs, source))


@pytest.mark.parametrize(
    ("needs", "source"),
    [
        ("unable", r"\bunable\b"),
        ("cannot icannot", r"\bi ?cannot\b"),
        ("cannot / can | not", r"\b(?:cannot|can not)\b"),
        ("content*", r"\bcontents?"),
        ("t | don can", r"\b(?:don|can)['’]t\b"),
        ("", r"(?:我|你) can"),
        ("b", r"\ba? b\b"),
        ("b", r"a(?=[^.]{0,9}\bb\b)"),
    ],
)
def test_the_proof_holds_for_words_that_are_always_there(needs: str, source: str) -> None:
    assert proves(phrase(needs, source))


@pytest.mark.parametrize("expression", [task_phrases.DESCRIBES.english, task_phrases._LECTURE_EN])
def test_how_a_sentence_on_texts_begins_names_one(expression: Expression) -> None:
    """At the beginning of a string, so that the first word is a whole one."""
    anchored = [(op.AT, op.AT_BOUNDARY), *_tree(expression)]
    assert _proves(anchored, ((Words(task_phrases.TEXT_WORDS),),), DEEP)


@pytest.mark.parametrize("name", BILINGUAL)
def test_a_phrase_is_looked_for_wherever_it_may_stand(name: str) -> None:
    assert _proves(_tree(BILINGUAL[name].english), ((LETTER,),), DEEP)
    assert _proves(_tree(BILINGUAL[name].chinese), ((HAN,),), DEEP)


@pytest.mark.parametrize(
    "expression",
    [task_phrases._LECTURE_ZH, task_phrases.ASKED_ZH, task_phrases.SOME_TEXT_ZH],
    ids=lambda one: one.source[:20],
)
def test_what_is_chinese_is_looked_for_wherever_it_may_stand(expression: Expression) -> None:
    assert _proves(_tree(expression), ((HAN,),), DEEP)


def test_the_proof_of_chinese_is_none_for_what_may_be_english() -> None:
    assert not _proves(_tree(task_phrases._LECTURE_EN), ((HAN,),), DEEP)
    assert not _proves(_tree(task_phrases._LECTURE_ZH), ((LETTER,),), DEEP)


@pytest.mark.parametrize("name", BILINGUAL)
def test_finds_what_one_expression_of_both_languages_would(name: str) -> None:
    both = BILINGUAL[name]
    whole = re.compile(any_of(both.english.source, both.chinese.source), re.IGNORECASE)
    for text in _sentences():
        for found, wanted in ((both.search(text), whole.search(text)), (both.match(text), whole.match(text))):
            assert _told(found) == _told(wanted)


def test_a_lecture_is_one_in_whatever_language_it_goes_on() -> None:
    both = re.compile(any_of(*task_phrases._LECTURES), re.IGNORECASE)
    chinese = re.compile(task_phrases._LECTURE_ZH.source, re.IGNORECASE)
    found = 0
    for text in _sentences():
        wanted = (both if text[0].isascii() else chinese).match(text)
        assert _told(task_phrases.lecture(text, vocabulary(text))) == _told(wanted)
        found += wanted is not None
    assert found > 10  # there are some


def _told(found: re.Match[str] | None) -> object:
    return found and (found.span(), sorted((name, said) for name, said in found.groupdict().items() if said))


def _sentences() -> list[str]:
    """Of all answers about the task, and with the beginning of the one before the other."""
    said = [
        piece[:300]
        for item in read("on-task")
        for piece in re.split(r"(?<=[.。!?！？\n])\s*", item.answer[:1_000])
        if piece.strip()
    ]
    return [*said, *(one[:40] + other for one, other in pairwise(said))]


BEGUN = {name: value for name, value in vars(refusal_phrases).items() if isinstance(value, Begun)}


@pytest.mark.parametrize("name", BEGUN)
def test_whatever_is_matched_begins_as_it_must(name: str) -> None:
    """Each beginning that the expression itself may have begins so, or would if it went on."""
    begun = BEGUN[name]
    begins = regex.compile(begun.begins.source, begun.begins.flags)
    heads = list(islice(_heads(_tree(begun.whole), HEAD), TOO_MANY))
    assert 20 < len(heads) < TOO_MANY  # there are many, and all are looked at
    assert [head for head in sorted(set(heads)) if not begins.match(head, partial=True)] == []
    assert not begins.match("zzz", partial=True)


@pytest.mark.parametrize("name", BEGUN)
def test_finds_at_a_place_what_the_whole_would(name: str) -> None:
    begun = BEGUN[name]
    whole = re.compile(begun.whole.source, begun.whole.flags)
    found = 0
    for text in _mixtures(300):
        for start in (0, *(match.end() for match in re.finditer(r"[.。!?！？\n,，]\s*", text))):
            match, wanted = begun.match(text, start, start + 300), whole.match(text, start, start + 300)
            assert (match and match.span()) == (wanted and wanted.span())
            found += wanted is not None
    assert found  # there are some


def _heads(tree: Tree, size: int) -> Iterator[str]:
    """All beginnings of what a tree matches, of some characters; a sign stands for one that may be any."""
    if size <= 0 or not tree:
        yield ""
        return
    (kind, value), tail = tree[0], tree[1:]
    for first in _firsts(kind, value):
        if isinstance(first, str):
            yield from (first + rest for rest in _heads(tail, size - len(first)))
        else:
            yield from _heads([*first, *tail], size)


def _firsts(kind: Any, value: Any) -> list[str | Tree]:
    """What one node of a tree may be in its place: a character, or other nodes."""
    if kind is op.LITERAL:
        value, kind = [(op.LITERAL, value)], op.IN
    if kind is op.IN and all(one is op.LITERAL for one, _ in value):
        return [chr(char) for _, char in value]
    if kind is op.BRANCH:
        return [list(one) for one in value[1]]
    if kind is op.SUBPATTERN:
        return [list(value[-1])]
    if kind in {op.MAX_REPEAT, op.MIN_REPEAT}:
        least, most, body = value
        return [[*body] * times for times in range(least, min(most, least + 2) + 1)]
    if kind in {op.ASSERT, op.ASSERT_NOT, op.AT}:
        return [[]]
    return ["\N{REPLACEMENT CHARACTER}"]


@pytest.mark.parametrize("expression", [ending._NEVER_LAST, ending._SELDOM_LAST])
def test_a_word_that_ends_no_sentence_ends_in_a_letter_or_comma(expression: Expression) -> None:
    *alternation, end = _tree(expression)
    assert end == (op.AT, op.AT_END_STRING)
    last = set(_last(alternation))
    assert len(last) > 10  # there are many
    assert all(char.isalpha() or char in ending._COMMAS for char in last)


def _last(tree: Tree) -> Iterator[str]:
    """Each character on which what a tree matches may end."""
    kind, value = tree[-1]
    if kind is op.LITERAL:
        yield chr(value)
    elif kind is op.IN:
        yield from (chr(char) for _, char in value)
    elif kind is op.BRANCH:
        yield from (char for one in value[1] for char in _last(list(one)))
    elif kind is op.SUBPATTERN:
        yield from _last(list(value[-1]))
    else:
        assert (kind, value[:2]) == (op.MAX_REPEAT, (0, 1))
        yield from (*_last(list(value[2])), *_last(tree[:-1]))


@pytest.mark.parametrize("text", ["I can’t", "i CAN'T", "ı can't", "é1i, can;t", "不I can't不"])
def test_words_are_parted_by_all_but_letters(text: str) -> None:
    assert {"i", "can", "t"} <= vocabulary(text)


@pytest.mark.parametrize(("source", "text"), [(r"\bi\b", "İ"), (r"\bsorry\b", "ſORRY"), (r"\blike\b", "LI\u212ae")])
def test_letters_that_are_taken_for_others_are_those_others(source: str, text: str) -> None:
    assert re.search(source, text, re.IGNORECASE)
    assert Hinted(phrase(source.strip("\\b"), source)).search(text)


def test_no_other_character_is_taken_for_a_letter() -> None:
    letters = re.compile("[a-z]", re.IGNORECASE)
    taken = [chr(code) for code in range(0x110000) if code > 127 and letters.match(chr(code))]  # ASCII
    assert [len(vocabulary(char)) for char in taken] == [1] * len(taken)
    assert taken


@pytest.mark.parametrize("name", ALTERNATIONS)
def test_finds_what_one_expression_would(name: str) -> None:
    hinted = ALTERNATIONS[name]
    flags = hinted.phrases[0].expression.flags
    assert all(one.expression.flags == flags for one in hinted.phrases)
    whole = re.compile(any_of(*(one.expression.source for one in hinted.phrases)), flags)
    for text in _mixtures(300):
        assert [match.span() for match in hinted.finditer(text)] == [match.span() for match in whole.finditer(text)]


def _mixtures(count: int) -> list[str]:
    """Pieces of labelled answers, put together anew; half of them of those about refusals."""
    chance = random.Random(5)
    pieces = [
        piece
        for path in sorted(FOLDER.glob("*.yaml"))
        for item in read(path.stem)
        for piece in re.split(r"(?<=[.。!?！？\n])", item.answer[:1_000])
        for _ in range(4 if path.stem == "refusal" else 1)
    ]
    texts = ["".join(chance.choices(pieces, k=chance.randint(1, 8))) for _ in range(count)]
    return [text.swapcase() if chance.random() < 0.1 else text for text in texts]  # some of them
