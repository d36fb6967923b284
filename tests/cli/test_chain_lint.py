"""Wrong chains, told with their places; and chains where spells are tried, translated, listed and shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.chains import CHAIN, answer, write, write_all
from tests.cli.process import call
from tests.servers.openai_server import OpenAIServer


@pytest.fixture(autouse=True)
def service(folder: Path, backends: OpenAIServer) -> OpenAIServer:
    write_all(folder)
    backends.reply = answer
    return backends


def test_a_chain_outside_the_search_path_finds_the_spells_beside_it(service: OpenAIServer, folder: Path) -> None:
    other = folder / "other"
    (folder / "spells").rename(other)
    assert call(["cast", "other/both.yaml", "willow trees", "-m", "one"]).code == 0
    assert service.count == 2
    assert call(["lint", "other"]).code == 0


WRONG: dict[str, tuple[str, str, int, int]] = {
    "no-such-spell": ("chain: [{spell: frist}]", "no spell `frist`", 2, 10),
    "itself": ("chain:\n  - spell: both", "the chain goes round in a circle: both → both", 3, 5),
    "a-circle": ("chain:\n  - spell: first\n  - spell: inner", "in a circle: both → inner → both", 4, 5),
    "a-voice": ("chain:\n  - spell: loud", "nothing says what to do: `loud` (voice)", 3, 5),
    "with-a-task": ("chain:\n  - spell: first\n    with: [second]", "two tasks cannot be joined", 4, 5),
    "with-nothing": ("chain:\n  - spell: first\n    with: [lowd]", "no spell `lowd`", 4, 5),
    "no-variable": ("chain:\n  - spell: first\n    variables: {Sise: small}", "no variable `Sise`", 4, 17),
    "no-option": ("chain:\n  - spell: first\n    variables: {1: huge}", "`huge` is not an option", 4, 17),
    "no-text": ("chain:\n  - spell: first\n    language: fr", "`first` has no translation into fr", 3, 5),
    "given-to-a-chain": ("chain:\n  - spell: other\n    with: [loud]", "to which no `with` can be given", 4, 5),
    "a-lost-answer": ("chain:\n  - spell: first\n  - spell: alone", "`alone` takes no text: the answer", 4, 5),
    "an-invalid-spell": ("chain:\n  - spell: broken", "`prmpt`", 3, 5),
    "too-many": ("chain: [" + "{spell: six}, " * 4 + "]", "24 steps with those of its chains: at most 20", 2, 1),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_chain_is_told_with_its_place_by_lint_and_by_cast(
    service: OpenAIServer, folder: Path, name: str
) -> None:
    text, said, line, column = WRONG[name]
    write(folder, "inner", "chain: [{spell: both}]")
    write(folder, "other", "chain: [{spell: first}]")
    write(folder, "six", "chain: [" + "{spell: first}, " * 6 + "]")
    write(folder, "broken", "prmpt: x")
    write(folder, "alone", "prompt: 'About [VARIABLE1:Tree:elms][VARIABLE1]'")
    path = write(folder, "both", text)
    for told in (call(["lint", str(path)]).out, call(CHAIN).err):
        assert said in told
        assert f"both.yaml:{line}:{column}: error:" in told
    assert service.count == 0


def test_chains_may_lie_in_each_other_but_not_without_end(service: OpenAIServer, folder: Path) -> None:
    for number in range(1, 8):
        inner = f"deep{number - 1}" if number > 1 else "first"
        write(folder, f"deep{number}", f"chain: [{{spell: {inner}}}]")
    assert call(["lint", "spells/deep5.yaml"]).code == 0
    assert call(["cast", "deep5", "x", "-m", "one"]).code == 0
    refused = call(["lint", "spells/deep7.yaml"])
    assert (refused.code, "more than 5 deep" in refused.out) == (2, True)


def test_chains_and_parts_are_not_tried_by_themselves(service: OpenAIServer, folder: Path) -> None:
    for name, said in (("both", "is a chain"), ("loud", "is a voice")):
        refused = call(["trial", name, "-m", "one", "--yes"])
        assert (refused.code, refused.out) == (2, "")
        assert f"`{name}` {said}" in refused.err
        assert f"`{name}` {said}" in call(["judge", name, "-"], stdin="x").err
    shown = call(["trial", "--all", "--dry-run", "--rehearse"])
    assert "left out: 3 formats, 2 chains, 4 voices, which are not tried by themselves" in shown.err
    assert "both" in call(["translate", "both", "--to", "fr", "--dry-run"]).err
    strength = call(["lint", "--strength", "spells/both.yaml", "spells/loud.yaml"])
    assert (strength.code, strength.out) == (0, "")


def test_a_chain_is_listed_shown_and_found(folder: Path) -> None:
    listed: list[dict[str, Any]] = call(["list", "--json"]).json
    (both,) = [spell for spell in listed if spell["name"] == "both"]
    assert (both["chain"], both["role"]) == (["first", "second"], "task")
    shown = call(["show", "both"])
    assert "first" in shown.out
    assert "second" in shown.out
    assert call(["show", "both", "--json"]).json["chain"][0]["spell"] == "first"
    for flag in ("--raw", "--side-by-side", "--checks"):
        assert call(["show", "both", flag]).code == 2
    assert any(spell["name"] == "translated-tldr" for spell in call(["search", "先译后摘", "--json"]).json)
