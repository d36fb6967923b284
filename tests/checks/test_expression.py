from __future__ import annotations

import re
import subprocess
import sys

import pytest

from grimoire.checks import CATALOGUE, STANDING
from grimoire.expression import Expression

TEXT = "One cup, two cups.\nNo CUP at all."


@pytest.mark.parametrize("flags", [0, re.IGNORECASE])
def test_says_what_the_compiled_pattern_says(flags: int) -> None:
    lazy, plain = Expression("cups?", flags), re.compile("cups?", flags)
    assert [match.span() for match in lazy.finditer(TEXT)] == [match.span() for match in plain.finditer(TEXT)]
    assert lazy.findall(TEXT, 5) == plain.findall(TEXT, 5)
    assert lazy.sub("mug", TEXT, count=1) == plain.sub("mug", TEXT, count=1)
    assert lazy.split(TEXT) == plain.split(TEXT)
    found = lazy.search(TEXT), lazy.match(TEXT, 4, 7), lazy.fullmatch("cups")
    assert [match and match.group() for match in found] == ["cup", "cup", "cups"]


def test_is_compiled_when_it_is_first_used() -> None:
    broken = Expression("(")
    with pytest.raises(re.error):
        broken.search("")


def test_the_checks_are_there_before_their_expressions_are_compiled() -> None:
    """In a process of its own, since others have used them in this one."""
    code = """
import sys
from grimoire import checks
from grimoire.expression import Expression
checks.standing()
modules = [module for name, module in sys.modules.items() if name.startswith("grimoire.checks")]
lazy = {id(one): one for module in modules for one in vars(module).values() if isinstance(one, Expression)}
print(len(lazy), sum("pattern" in vars(one) for one in lazy.values()))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    count, compiled = map(int, done.stdout.split())
    assert count > 2 * (len(STANDING) + len(CATALOGUE))
    assert compiled == 0
