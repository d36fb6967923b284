from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire.likeness import chrf, edit


@pytest.mark.parametrize(
    ("hypothesis", "reference", "low", "high"),
    [
        pytest.param("Write ten titles", "Write ten titles", 1, 1, id="equal"),
        pytest.param("Write ten titles", "Write  ten\ttitles", 1, 1, id="white-space"),
        pytest.param("Write ten titles", "Write 10 titles", 0.5, 0.9, id="one-word"),
        pytest.param("写十个标题", "写十个题目", 0.3, 0.9, id="chinese"),
        pytest.param("abc", "xyz", 0, 0, id="nothing-shared"),
        pytest.param("", "abc", 0, 0, id="empty"),
        pytest.param("", "", 1, 1, id="both-empty"),
    ],
)
def test_likeness(hypothesis: str, reference: str, low: float, high: float) -> None:
    assert low <= chrf(hypothesis, reference) <= high


def test_a_value_worked_out_by_hand() -> None:
    # unigrams: 2 shared of 2 and of 3; bigrams: 1 of 1 and of 2. P = 1, R = (2/3 + 1/2) / 2; F2 = 5PR / (4P + R).
    recall = (2 / 3 + 1 / 2) / 2
    assert chrf("ab", "abc") == pytest.approx(5 * recall / (4 + recall))


def test_nearer_is_more_alike() -> None:
    source = "Write one complete article about willows"
    assert chrf("Write a complete article about willows", source) > chrf("Compose text on trees", source)


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        pytest.param("kitten", "sitting", 1 - 3 / 7, id="replace-and-insert"),
        pytest.param("西湖十景", "西湖八景", 0.75, id="chinese"),
        pytest.param("ab", "ab", 1, id="equal"),
        pytest.param("ab", "xy", 0, id="nothing-shared"),
        pytest.param("", "abc", 0, id="empty"),
        pytest.param("", "", 1, id="both-empty"),
    ],
)
def test_edit_distance(one: str, other: str, share: float) -> None:
    assert edit(one, other) == pytest.approx(share)


@given(st.text(), st.text())
def test_it_is_a_share(one: str, other: str) -> None:
    assert 0 <= chrf(one, other) <= 1
    assert 0 <= edit(one, other) <= 1
