from __future__ import annotations

import pytest

from grimoire import checks
from tests.checks.labelled import FOLDER, Labelled, alarms, read

ENOUGH = 25
"""Examples a check has at least."""

ITEMS = [(path.stem, item) for path in sorted(FOLDER.glob("*.yaml")) for item in read(path.stem)]


@pytest.mark.parametrize(("name", "item"), ITEMS, ids=[f"{name}-{item.id}" for name, item in ITEMS])
def test_a_labelled_answer_is_told_good_from_bad(name: str, item: Labelled) -> None:
    right = alarms(checks.STANDING[name](), item) is not item.good
    assert right is not item.missed


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_each_table_has_both_kinds_in_both_languages(path: object) -> None:
    name = path.stem  # type: ignore[attr-defined]  # a Path, which ids= leaves untyped
    items = read(name)
    assert len(items) >= ENOUGH
    assert len({item.id for item in items}) == len(items)
    assert {(item.good, item.answer_in[:2]) for item in items} >= {(g, c) for g in (True, False) for c in ("en", "zh")}
