"""What prompts expect of answers, remembered from one cast to the next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from grimoire import cachefile
from grimoire.cli import remembered
from grimoire.cli.remembered import Content, Expecting
from grimoire.expectations import Expectation, expect
from grimoire.library import Library, shipped
from tests.cli.process import run

PROMPT = "Write a post about [PROMPT] with exactly three headings and at most 200 words, as a list of 4 to 6 points."


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "expectations.msgpack"


class Reader:
    """`expect`, counted."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, prompt: str) -> list[Expectation]:
        self.read.append(prompt)
        return expect(prompt)


def content_of(file: Path) -> Content:
    content = cachefile.read(file, Content)
    assert content is not None
    return content


def test_what_was_read_once_is_not_read_again(file: Path) -> None:
    reader = Reader()
    first, again = Expecting(file, reader)(PROMPT), Expecting(file, reader)(PROMPT)
    assert first == again == expect(PROMPT) != []
    assert reader.read == [PROMPT]
    Expecting(file, reader)(PROMPT + " ")
    assert reader.read == [PROMPT, PROMPT + " "]


def test_nothing_is_remembered_too(file: Path) -> None:
    reader = Reader()
    assert [Expecting(file, reader)("Say [PROMPT]") for _ in range(2)] == [[], []]
    assert len(reader.read) == 1


def test_what_all_shipped_spells_expect_is_remembered_as_it_is(file: Path) -> None:
    prompts = [spell.prompt for spell in Library([shipped()], lambda _: "").load_all()[0]][: remembered.PROMPTS]
    found = [Expecting(file)(prompt) for prompt in prompts]
    assert sum(map(len, found)) > 50

    def never(prompt: str) -> list[Expectation]:
        raise AssertionError(prompt)

    assert [Expecting(file, never)(prompt) for prompt in prompts] == found == list(map(expect, prompts))


def other_program(content: Content) -> Content:
    return msgspec.structs.replace(content, program="another")


def no_expectations(content: Content) -> Content:
    return msgspec.structs.replace(content, read=dict.fromkeys(content.read, memoryview(b"\x91\x07")))


def deep(content: Content) -> Content:
    nested = b"\x91" * 100_000 + b"\xc0"
    value = memoryview(b"\x91\x81\xa4spec\x82\xa4name\xa1a\xa6params" + nested)
    return msgspec.structs.replace(content, read=dict.fromkeys(content.read, value))


@pytest.mark.parametrize("forge", [other_program, no_expectations, deep])
def test_what_is_of_something_else_does_not_count(file: Path, forge: Callable[[Content], Content]) -> None:
    reader = Reader()
    Expecting(file, reader)(PROMPT)
    cachefile.write(file, forge(content_of(file)))
    assert [Expecting(file, reader)(PROMPT) for _ in range(2)] == [expect(PROMPT)] * 2
    assert len(reader.read) == 2, "it is remembered anew"


def test_the_first_is_forgotten_first(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "PROMPTS", 2)
    reader = Reader()
    for prompt in ("one", "two", "three", "two"):
        Expecting(file, reader)(prompt)
    assert reader.read == ["one", "two", "three"]
    assert len(content_of(file).read) == 2
    Expecting(file, reader)("one")
    assert reader.read[-1] == "one"


def test_where_nothing_can_be_written_the_prompt_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert Expecting(tmp_path / "file" / "expectations.msgpack")(PROMPT) == expect(PROMPT)


def test_half_a_character_in_a_prompt_is_no_error(file: Path) -> None:
    prompt = "In exactly three head\ud800ings\ud800 and at most 200 words about\ud800"
    assert Expecting(file)(prompt) == expect(prompt)


@pytest.mark.usefixtures("backends")
def test_a_cast_gives_the_same_verdict_from_memory() -> None:
    first, again = (run(["cast", "tldr", "willows", "-m", "one"]) for _ in range(2))
    assert (first.code, first.err) == (again.code, again.err)
    assert "list-items" in first.err
