"""Cut many pieces into requests that a service accepts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence


def cut_batches(pieces: Sequence[str], *, count: int, size: int, measure: Callable[[str], int]) -> Iterator[list[str]]:
    """Consecutive batches of at most `count` pieces and, by `measure`, `size`; a larger piece goes alone."""
    batch: list[str] = []
    filled = 0
    for piece in pieces:
        measured = measure(piece)
        if batch and (len(batch) == count or filled + measured > size):
            yield batch
            batch, filled = [], 0
        batch.append(piece)
        filled += measured
    if batch:
        yield batch
