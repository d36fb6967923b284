"""A Chinese lecture is only looked for where a text is named or its writing: proved on its phrases' syntax trees."""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest

from grimoire.checks import task_phrases
from grimoire.checks.bilingual import HAN

NEVER = "(?!)"
CHINESE = [phrase for phrase in task_phrases._LECTURES if max(phrase) >= HAN]


def can_match(source: str) -> bool:
    """Whether a pattern may match anything; one all of whose ways go through `NEVER` cannot."""
    return _can(importlib.import_module("re._parser").parse(source, re.IGNORECASE))


def _can(tree: Any) -> bool:
    return all(_item(str(kind), value) for kind, value in tree)


def _item(kind: str, value: Any) -> bool:
    if kind == "FAILURE":
        return False
    if kind == "ASSERT_NOT":
        return len(value[1]) > 0
    if kind in {"ASSERT", "SUBPATTERN"}:
        return _can(value[-1])
    if kind == "BRANCH":
        return any(map(_can, value[1]))
    if kind in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        return value[0] == 0 or _can(value[2])
    return True


def without_what_names_it(phrase: str) -> str:
    """The phrase with every name of a text, and every word for writing one, in place of something impossible."""
    for word in (task_phrases._TEXT_ZH, *task_phrases.WRITTEN_ZH):
        phrase = phrase.replace(word, NEVER)
    return phrase


@pytest.mark.parametrize("phrase", CHINESE, ids=range(len(CHINESE)))
def test_no_phrase_of_a_lecture_does_without_a_name_or_the_writing(phrase: str) -> None:
    assert can_match(phrase)
    assert not can_match(without_what_names_it(phrase))


@pytest.mark.parametrize("source", ["(?:a|(?!))b", "(?:(?!))?a", "[a(?!)]b"])
def test_the_proof_is_none_where_there_is_another_way(source: str) -> None:
    assert can_match(source)
