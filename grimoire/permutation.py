"""Seeded orders and choices that are the same on every machine and in every version of Python (pure)."""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b
from typing import TypeVar

ROUNDS = 4
"""Rounds of a Feistel network with which it looks random from both sides (Luby & Rackoff 1988)."""
_REMEMBERED = 4096

T = TypeVar("T", bound=Hashable)


class Permutation:
    """The numbers below `size` in an order that `seed` decides, each computed when it is asked for.

    A Feistel network permutes the least power of four that is not below `size`; a number that falls outside is sent
    through again until it falls inside, which keeps it a permutation (Black & Rogaway, "Ciphers with Arbitrary Finite
    Domains", CT-RSA 2002, section 5). It takes less than four rounds through on average, and no memory to speak of.
    """

    def __init__(self, size: int, seed: int) -> None:
        if size < 0:
            raise ValueError(f"a permutation of {size} numbers")
        self._size = size
        self._bits = max(1, ((max(size, 1) - 1).bit_length() + 1) // 2)
        self._mask = (1 << self._bits) - 1
        key = _key(seed)

        # Of small orders every half is met again and again; of large ones the memory stays as small.
        @lru_cache(maxsize=_REMEMBERED)
        def mix(number: int, half: int) -> int:
            given = half.to_bytes(8, "big")
            return int.from_bytes(blake2b(given, key=key, digest_size=8, salt=bytes([number])).digest(), "big")

        self._mix = mix

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, index: int) -> int:
        """The number at a place from 0. Raises IndexError."""
        if not 0 <= index < self._size:
            raise IndexError(index)
        found = self._through(index)
        while found >= self._size:
            found = self._through(found)
        return found

    def __iter__(self) -> Iterator[int]:
        return map(self.__getitem__, range(self._size))

    def _through(self, number: int) -> int:
        left, right = number >> self._bits, number & self._mask
        for turn in range(ROUNDS):
            left, right = right, left ^ (self._mix(turn, right) & self._mask)
        return left << self._bits | right


def choose(names: Iterable[T], count: int, seed: int) -> frozenset[T]:
    """So many of some names, each as likely: those whose seeded digests are the lowest.

    Bottom-k sampling (Cohen & Kaplan, "Summarizing Data Using Bottom-k Sketches", PODC 2007). Where a name is added or
    taken away, at most one of the chosen changes with it; the first of a permuted order would all be others. A name is
    what `repr` says of it.
    """
    key = _key(seed)
    return frozenset(heapq.nsmallest(count, names, key=lambda name: blake2b(repr(name).encode(), key=key).digest()))


def _key(seed: int) -> bytes:
    """A key of 32 bytes for any whole number."""
    return blake2b(str(seed).encode(), digest_size=32).digest()
