from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from grimoire.permutation import Permutation, choose


@pytest.mark.parametrize("size", [*range(70), 255, 256, 257, 1000, 1023, 1024, 1025])
def test_every_number_comes_once(size: int) -> None:
    assert sorted(Permutation(size, 1)) == list(range(size))
    assert len(Permutation(size, 1)) == size


def test_it_is_the_same_on_every_machine() -> None:
    assert list(Permutation(10, 48213)) == [6, 4, 8, 9, 2, 7, 0, 5, 3, 1]
    assert [Permutation(10**12, -5)[index] for index in (0, 1, 10**12 - 1)] == [158885621244, 75648092699, 227354692092]


def test_seeds_make_orders_of_their_own() -> None:
    assert len({tuple(Permutation(50, seed)) for seed in range(-100, 100)}) == 200


def test_every_number_comes_first_about_as_often() -> None:
    first = Counter(Permutation(10, seed)[0] for seed in range(2000))
    assert len(first) == 10
    assert max(abs(times - 200) for times in first.values()) < 5 * 200**0.5


def test_neighbours_are_parted() -> None:
    order = list(Permutation(1000, 3))
    assert sum(abs(after - before) == 1 for before, after in pairwise(order)) < 12


@pytest.mark.parametrize("index", [-1, 10])
def test_there_are_no_other_places(index: int) -> None:
    with pytest.raises(IndexError):
        Permutation(10, 1)[index]


def test_a_permutation_of_less_than_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        Permutation(-1, 1)


NAMES = [("tea", str(number)) for number in range(100)]


def test_so_many_are_chosen_and_a_seed_chooses_the_same() -> None:
    assert len(choose(NAMES, 12, 1)) == 12
    assert choose(NAMES, 12, 1) == choose(reversed(NAMES), 12, 1) != choose(NAMES, 12, 2)
    assert choose(NAMES, 1000, 1) == set(NAMES)
    assert choose([], 5, 1) == frozenset()
    assert choose(NAMES, 12, 1) < choose(NAMES, 13, 1)


def test_another_name_changes_one_of_the_chosen_at_most() -> None:
    before = choose(NAMES, 12, 5)
    changed = [len(before - choose([*NAMES, ("art", str(number))], 12, 5)) for number in range(50)]
    assert set(changed) == {0, 1}


def test_each_is_chosen_about_as_often() -> None:
    times = Counter(name for seed in range(1000) for name in choose(NAMES[:10], 3, seed))
    assert max(abs(times[name] - 300) for name in NAMES[:10]) < 5 * 210**0.5
