"""Cut many segments into requests that a service accepts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from grimoire.segment import Segment


def cut_batches(
    segments: Sequence[Segment], *, count: int, size: int, measure: Callable[[Segment], int]
) -> Iterator[list[Segment]]:
    """Consecutive batches of at most `count` segments and, by `measure`, `size`; a larger segment goes alone."""
    batch: list[Segment] = []
    filled = 0
    for segment in segments:
        measured = measure(segment)
        if batch and (len(batch) == count or filled + measured > size):
            yield batch
            batch, filled = [], 0
        batch.append(segment)
        filled += measured
    if batch:
        yield batch
