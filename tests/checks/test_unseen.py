"""How the default judge does on answers by somebody who had not seen it: `tests/data/unseen/`, never to be tuned on.

The answers are hard on purpose, good ones that look bad and bad ones that look good, so the shares are lower than those
of everyday answers. Whoever changes a check reads the shares before and after; reading single items spoils them.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from grimoire import checks
from grimoire.judge import judge
from tests.checks.labelled import read

FOLDER = Path(__file__).parent.parent / "data" / "unseen"


def verdicts() -> Counter[tuple[bool, str]]:
    """By whether the answer is good, how many got each verdict."""
    standing = checks.standing()
    items = [item for name in checks.STANDING for item in read(name, FOLDER)]
    return Counter((item.good, judge(item.exchange, standing).kind) for item in items)


def test_few_good_answers_are_found_broken_and_most_bad_ones_are() -> None:
    found = verdicts()
    good = sum(count for (label, _), count in found.items() if label)
    bad = sum(count for (label, _), count in found.items() if not label)
    assert good > 90
    assert bad > 90
    assert found[True, "error"] == found[False, "error"] == 0
    assert found[True, "broken"] <= 0.04 * good
    assert found[True, "broken"] + found[True, "partial"] <= 0.07 * good
    assert found[False, "works"] <= 0.4 * bad
