"""How alike two texts are, as a number from 0 to 1."""

from __future__ import annotations

from collections import Counter

LONGEST = 10_000
"""Characters of a text that callers should compare at most: chrF takes memory and time for each."""
ORDERS = range(1, 7)
BETA = 2


def chrf(hypothesis: str, reference: str) -> float:
    """chrF2: the F-score, recall weighing twice, of shared character n-grams of one to six characters.

    1 for equal texts, 0 for those that share nothing, white space left out. Popović, "chrF: character n-gram F-score
    for automatic MT evaluation", WMT 2015.
    """
    ours, theirs = "".join(hypothesis.split()), "".join(reference.split())
    if ours == theirs:
        return 1.0
    orders = [n for n in ORDERS if n <= min(len(ours), len(theirs))]
    if not orders:
        return 0.0
    scores = [_overlap(_grams(ours, n), _grams(theirs, n)) for n in orders]
    precision, recall = (sum(score[i] for score in scores) / len(scores) for i in (0, 1))
    weighed = BETA**2 * precision + recall
    return (1 + BETA**2) * precision * recall / weighed if weighed else 0.0


def edit(one: str, other: str) -> float:
    """One minus the Levenshtein distance (insert, delete, replace: one each) over the longer text's length.

    1 for equal texts, 0 for those that share nothing.
    """
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.normalized_similarity(one, other)


def _grams(text: str, size: int) -> Counter[str]:
    return Counter(text[i : i + size] for i in range(len(text) - size + 1))


def _overlap(ours: Counter[str], theirs: Counter[str]) -> tuple[float, float]:
    """Precision and recall of one order."""
    shared = (ours & theirs).total()
    return shared / ours.total(), shared / theirs.total()
