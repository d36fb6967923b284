"""Which spell a chat begins with, where its turns are piped in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import asked
from tests.cli.process import run
from tests.servers.openai_server import OpenAIServer


@pytest.mark.parametrize("name", ["zither", "zit", "./spells/zither.yaml"])
def test_a_spell_is_named_as_by_cast_and_the_first_line_is_its_input(
    backends: OpenAIServer, write_spell: Callable[..., Path], name: str
) -> None:
    write_spell("zither")
    done = run(["chat", name, "-m", "one"], stdin="willow trees\nshorter\n")
    assert (done.code, len(backends.bodies)) == (0, 2)
    assert "about: willow trees\n" in backends.bodies[0]["messages"][0]["content"]
    assert asked(backends.bodies[1]) == "shorter"


@pytest.mark.parametrize("args", [["-"], ["mine", "--with", "-"]])
def test_what_is_piped_in_is_said_and_no_spell(
    backends: OpenAIServer, write_spell: Callable[..., Path], args: list[str]
) -> None:
    write_spell()
    done = run(["chat", *args, "-m", "one"], stdin="willow trees\n")
    assert (done.code, done.out, backends.bodies) == (2, "", [])
    assert "standard input is what is said here, and no spell" in done.err
