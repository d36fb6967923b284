"""What is read line by line is what is read in the whole: proved on syntax trees, tried on other borders of lines."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import chain
from re import _constants as op  # type: ignore[attr-defined]  # the only place where Python keeps the trees
from re import _parser as parser  # type: ignore[attr-defined]  # not in the stubs
from typing import Any

import pytest

from grimoire.checks import (
    answered_phrases,
    declining_phrases,
    echo,
    echo_jobs,
    question_phrases,
    refusal_phrases,
    repetition,
    shortfall,
    task_advice,
)
from grimoire.checks import task_phrases as say
from grimoire.checks.in_lines import LINES, LONG, MANY, ByLine, InLines
from grimoire.checks.subject_example import FIRST, examples
from grimoire.checks.task import read_task
from grimoire.checks.wanted import SHORT_PROMPT, Wanted
from grimoire.checks.width import weight
from grimoire.expression import Expression
from tests.checks.labelled import FOLDER, read

IN_LINES = {
    f"{module.__name__.rpartition('.')[2]}.{name}": value
    for module in (repetition, shortfall, task_advice)
    for name, value in vars(module).items()
    if isinstance(value, InLines)
}
BY_LINE = [say.PERSONA, say.ASKED, say.ASKED_ZH, say.SOME_TEXT_ZH, say.REVIEWS_PROMPTS, say.WAITS]
BY_LINE += [echo_jobs.SMALL, echo_jobs.CHANGES, echo_jobs.KEEPS, echo._RUN]
WANTED = {
    f"{module.__name__.rpartition('.')[2]}.{name}": value
    for module in (answered_phrases, declining_phrases, question_phrases, refusal_phrases)
    for name, value in vars(module).items()
    if isinstance(value, Wanted)
}
BY_LINE += chain.from_iterable(each.expressions for each in WANTED.values())
EXPRESSIONS = [*chain.from_iterable(each.expressions for each in IN_LINES.values()), *BY_LINE]


def at_borders(tree: Any) -> Iterator[object]:
    """Each part of an expression that matches a line feed, or tells the edge of a line from one."""
    for kind, what in tree:
        if kind is op.BRANCH:
            yield from chain.from_iterable(map(at_borders, what[1]))
        elif kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.SUBPATTERN, op.ASSERT, op.ASSERT_NOT):
            yield from at_borders(what[-1])
        elif not is_within_a_line(kind, what):
            yield kind, what


def is_within_a_line(kind: object, what: Any) -> bool:
    """Whether a part without parts matches characters of a line alone, or is the edge of a word."""
    if kind is op.IN:
        return not has_line_feed(what)
    if kind is op.AT:
        return what is op.AT_BOUNDARY
    return kind is op.ANY or kind is (op.NOT_LITERAL if what == ord("\n") else op.LITERAL)


def has_line_feed(members: Any) -> bool:
    """Whether a class of characters has it."""
    negated = members[0][0] is op.NEGATE
    spaces = (op.CATEGORY_SPACE, op.CATEGORY_NOT_DIGIT, op.CATEGORY_NOT_WORD)
    found = any(
        (kind is op.LITERAL and what == ord("\n"))
        or (kind is op.RANGE and what[0] <= ord("\n") <= what[1])
        or (kind is op.CATEGORY and what in spaces)
        for kind, what in members
    )
    return found is not negated


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=lambda one: one.source[:40])
def test_what_is_looked_for_in_lines_knows_no_line_feed(expression: Expression) -> None:
    assert not expression.flags & re.DOTALL
    assert list(at_borders(parser.parse(expression.source, expression.flags))) == []


@pytest.mark.parametrize("source", [r"a\nb", r"a\s", "[^a]", "^a", r"a\Z", "a(?!\n)", r"(?<=\W)a", "(?:b|[^c])+"])
def test_the_proof_finds_what_does(source: str) -> None:
    assert list(at_borders(parser.parse(source)))


def incantations() -> Iterator[tuple[str, str]]:
    """Those of the labelled answers, and the same with other borders of lines."""
    chance = random.Random(6)
    for name in sorted(file.stem for file in FOLDER.glob("*.yaml")):
        for item in read(name):
            sent = item.exchange.incantation
            yield sent, item.exchange.text
            yield re.sub("[ \n]", lambda _: chance.choice(" \n\n"), sent), item.exchange.text
            yield "".join(chance.choice((*[char] * 4, f"{char}\n")) for char in sent), item.exchange.text


PAIRS = list(dict.fromkeys(incantations()))


@pytest.mark.parametrize("name", IN_LINES)
def test_finds_what_the_expressions_find_in_the_whole(name: str) -> None:
    signs = IN_LINES[name]
    found = [signs.of(sent) for sent, _ in PAIRS]
    assert found == [tuple(one.search(sent) is not None for one in signs.expressions) for sent, _ in PAIRS]
    assert all(map(any, zip(*found, strict=True)))


@pytest.mark.parametrize("name", [name for name, wanted in WANTED.items() if wanted.expressions])
def test_what_is_wanted_is_wanted_in_the_whole(name: str) -> None:
    anywhere, near = WANTED[name].expressions
    for sent, _ in PAIRS:
        expression = anywhere if weight(sent) <= SHORT_PROMPT else near
        assert WANTED[name].asks(sent) is any(not found["no"] for found in expression.finditer(sent))


def test_the_job_is_that_of_the_whole() -> None:
    for sent, text in PAIRS:
        whole = sent.replace(text, " ", 1) if text else sent
        change, keep = echo_jobs._asks(echo_jobs.CHANGES, whole), echo_jobs._asks(echo_jobs.KEEPS, whole)
        expected = "keep" if echo_jobs.SMALL.search(whole) else "change" if change else "keep" if keep else ""
        assert echo_jobs.job(sent, text) == expected


def test_the_kind_of_text_is_that_of_the_first_order_of_the_whole() -> None:
    for sent, text in PAIRS:
        told = say.PERSONA.sub("", sent)
        orders = [match for match in (say.ASKED.search(told), say.ASKED_ZH.search(told)) if match]
        order = min(orders, key=re.Match.start) if orders else say.SOME_TEXT_ZH.search(told)
        if sent.isascii():  # others are read in Simplified characters
            assert read_task(sent, text).kind == (order["kind"].casefold() if order else "")


def test_a_line_is_read_once_for_all_texts_unless_it_is_long() -> None:
    lines: list[str] = []

    def length(line: str) -> int:
        lines.append(line)
        return len(line)

    by_line, long = ByLine(length), "x" * (LONG + 1)
    assert by_line.of("one\n\nthree") == [3, 0, 5]
    assert by_line.of(f"three\n{long}\none") == [5, LONG + 1, 3]
    assert by_line.of(long) == [LONG + 1]
    assert lines == ["one", "", "three", long, long]


def test_lines_beyond_those_remembered_are_read_again() -> None:
    lines: list[str] = []
    by_line = ByLine(lines.append)
    by_line.of("first")
    for number in range(LINES):
        by_line.of(f"{number}")
    by_line.of("first")
    assert lines.count("first") == 2


def test_a_text_of_very_many_lines_is_read_in_one_piece() -> None:
    many = "\n".join(map(str, range(MANY + 1)))
    assert ByLine(str.upper).of(many) == [many]


def test_all_examples_of_a_long_list_are_read() -> None:
    own = "how to train a puppy"
    many = "\n".join([f"For example: {own}."] * (FIRST + 3) + ["For example: growing green tomatoes."])
    assert [phrase for phrase, _ in examples(f"Subject: tea\n{many}", own)] == ["growing green tomatoes"]
