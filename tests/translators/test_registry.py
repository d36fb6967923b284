from __future__ import annotations

import subprocess
import sys

from grimoire.translators import TRANSLATORS

HEAVY = ("deepl", "requests", "openai", "httpx", "rich", "jsonschema", "rapidfuzz")


def test_importing_the_family_is_light() -> None:
    code = f"import sys, grimoire.translators.spell_translation; print([m for m in {HEAVY} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout == "[]\n"


def test_the_registry_is_what_it_says() -> None:
    assert set(TRANSLATORS) == {"deepl", "chat"}
