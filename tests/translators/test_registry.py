from __future__ import annotations

import subprocess
import sys

import pytest

from grimoire.segment import Segment
from grimoire.translators import TRANSLATORS

HEAVY = ("deepl", "requests", "openai", "httpx", "httpx2", "rich", "jsonschema", "rapidfuzz")


def test_importing_the_family_is_light() -> None:
    code = f"import sys, grimoire.translators; print([m for m in {HEAVY} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout == "[]\n"


def test_the_registry_is_what_it_says() -> None:
    assert set(TRANSLATORS) == {"deepl", "chat"}


@pytest.mark.parametrize("name", list(TRANSLATORS))
def test_a_plan_is_made_without_a_key(name: str) -> None:
    segments = [Segment(f"text {number}") for number in range(100)]
    batches = list(TRANSLATORS[name].cut(segments))
    assert [segment for batch in batches for segment in batch] == segments
    assert len(batches) < 4
    assert TRANSLATORS[name].version
