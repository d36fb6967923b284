"""What is cast: a spell, several joined, or the next turn of a conversation."""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path

import pytest

from grimoire.chat import Message
from grimoire.cli.cast_subject import choose
from grimoire.cli.inputs import Given, read_text
from grimoire.conversation import Conversation
from grimoire.errors import GrimoireError, UnknownName, UsageError
from grimoire.library import Library


class Failing(io.BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


TALK = Conversation(
    id="20261123T214501-3f9a",
    spell="tea",
    language="en",
    backend="one/m1",
    messages=(Message("user", "Tea?"), Message("assistant", "Yes.")),
)
FILES = {
    "tea.yaml": "name: tea\nprompt: Tea of [PROMPT]\n",
    "tea.zh.yaml": "language: zh\nsource: abcdefabcdef\nprompt: 茶 [PROMPT]\n",
    "tea-house.yaml": "name: tea-house\nprompt: House of [PROMPT]\n",
    "singer.yaml": "name: singer\nrole: voice\nprompt: Sing it.\n",
    "singer.zh.yaml": "language: zh\nsource: abcdefabcdef\nprompt: 唱。\n",
    "walk.yaml": "name: walk\nchain:\n  - spell: tea\n  - spell: tea-house\n",
}


@pytest.fixture
def library(folder: Path) -> Library:
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return Library([folder], lambda _: "")


def test_a_spell_and_its_texts_in_the_order_they_are_named(library: Library) -> None:
    subject, left = choose(library, "tea", ["oaks"], [], [], None)
    assert subject.spell
    assert (subject.spell.name, [text.language for text in subject.texts], left) == ("tea", ["en"], ["oaks"])
    for languages in (["zh,en"], ["zh", "en"], ["中文", "English", "zh"]):
        subject, _ = choose(library, "tea", [], languages, [], None)
        assert [text.prompt for text in subject.texts] == ["茶 [PROMPT]", "Tea of [PROMPT]"]


def test_spells_are_joined_in_every_language(library: Library) -> None:
    subject, _ = choose(library, "tea", [], ["en", "zh"], ["sing"], None)
    assert subject.spell
    assert subject.spell.name == "tea+singer"
    assert [("Sing" in text.prompt, "唱" in text.prompt) for text in subject.texts] == [(True, False), (False, True)]


def test_a_chain_has_no_text_of_its_own_to_look_for(library: Library) -> None:
    subject, _ = choose(library, "walk", [], ["zh"], [], None)
    assert [(text.language, text.prompt) for text in subject.texts] == [("zh", "")]
    assert choose(library, "walk", [], [], [], None)[0].texts[0].language == "en"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        pytest.param(None, [], id="nothing"),
        pytest.param("shorter", [], id="a-word"),
        pytest.param("in two lines", [], id="words"),
        pytest.param("tea-h", [], id="the-beginning-of-a-spell"),
        pytest.param("-", [], id="dash"),
        pytest.param("", [], id="empty"),
        pytest.param("make it a/b", [], id="with-a-separator"),
        pytest.param("gone.yaml", [], id="no-such-file"),
    ],
)
def test_in_a_conversation_a_text_is_the_next_turn(library: Library, name: str | None, arguments: list[str]) -> None:
    subject, left = choose(library, name, arguments, [], [], TALK)
    assert (subject.spell, subject.texts) == (None, ())
    assert left == ([] if name is None else [name])


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        pytest.param("tea", [], id="whole-name"),
        pytest.param("./tea.yaml", [], id="file"),
        pytest.param("tea", ["oaks"], id="name-and-text"),
        pytest.param("tea", ["a.md", "b.md"], id="name-and-files"),
    ],
)
def test_in_a_conversation_a_spell_is_cast_all_the_same(library: Library, name: str, arguments: list[str]) -> None:
    subject, left = choose(library, name, arguments, [], [], TALK)
    assert subject.spell
    assert (subject.spell.name, left) == ("tea", arguments)


@pytest.mark.parametrize(
    ("name", "arguments", "languages", "joined", "talk", "said"),
    [
        pytest.param("shorter", [], ["zh"], [], TALK, "-l goes with a spell", id="follow-up-in-a-language"),
        pytest.param("shorter", [], [], ["singer"], TALK, "--with goes with a spell", id="follow-up-with-a-voice"),
        pytest.param("make", ["it", "shorter"], [], [], TALK, "stands in quotes", id="words-without-quotes"),
        pytest.param("te", [], [], [], None, "2 spells begin with `te`", id="two-spells"),
        pytest.param("tee", [], [], [], None, "did you mean `tea`", id="mistyped"),
        pytest.param("", [], [], [], None, "the name of a spell is empty", id="empty"),
        pytest.param("tea", [], ["de"], [], None, "grimoire translate tea --to de", id="no-translation"),
        pytest.param("tea", [], ["Germann"], [], None, "did you mean", id="no-language"),
        pytest.param("singer", [], [], [], None, "nothing says what to do", id="a-voice-alone"),
        pytest.param("tea", [], [], ["tea-house"], None, "two tasks cannot be joined", id="two-tasks"),
        pytest.param("walk", [], [], ["singer"], None, "is a chain", id="a-chain-with-a-voice"),
        pytest.param("-", [], [], ["-"], None, "standard input holds one spell", id="two-from-one-input"),
        pytest.param(None, [], [], [], None, "no spell named", id="none"),
    ],
)
def test_what_cannot_be_cast(
    library: Library,
    name: str | None,
    arguments: list[str],
    languages: list[str],
    joined: list[str],
    talk: Conversation | None,
    said: str,
) -> None:
    with pytest.raises(GrimoireError) as caught:
        choose(library, name, arguments, languages, joined, talk)
    assert isinstance(caught.value, UsageError)
    assert said in f"{caught.value.message}\n{caught.value.hint}"


def test_a_spell_from_standard_input_is_joined_and_said_to_be_from_there(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"name: gin\nprompt: Gin of [PROMPT]\n")))
    subject, left = choose(library, "-", ["oaks"], [], ["singer"], None)
    assert subject.spell
    assert (subject.spell.name, subject.from_stdin, left) == ("gin+singer", True, ["oaks"])
    assert not choose(library, "tea", [], [], [], None)[0].from_stdin
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Failing()))
    with pytest.raises(UsageError, match="cannot read standard input: Input/output error"):
        choose(library, "-", [], [], [], None)
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UsageError, match="there is no standard input to read a spell from"):
        choose(library, "-", [], [], [], None)


def test_in_a_conversation_a_spell_from_standard_input_needs_its_text(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"name: gin\nprompt: Gin of [PROMPT]\n")))
    subject, left = choose(library, "-", ["oaks"], [], [], TALK)
    assert subject.spell
    assert (subject.spell.name, left) == ("gin", ["oaks"])
    with pytest.raises(UnknownName):
        choose(library, "te", ["oaks"], [], [], TALK)


@pytest.mark.parametrize(
    ("given", "stdin", "text"),
    [
        pytest.param(Given(arguments=("shorter",)), "", "shorter", id="argument"),
        pytest.param(Given(), "shorter\n", "shorter", id="piped"),
        pytest.param(Given(arguments=("-",)), "shorter\n", "shorter", id="dash"),
        pytest.param(Given(arguments=("Mend this:",)), "x\n", "Mend this:\n\nx", id="both"),
        pytest.param(Given(pairs=("text=@-",)), "shorter", "shorter", id="placed"),
        pytest.param(Given(pairs=("prompt=shorter",)), "", "shorter", id="pair"),
        pytest.param(Given(arguments=("note.md",)), "", "out of a file", id="file"),
        pytest.param(Given(arguments=("See:",), page="a page"), "", "See:\n\na page", id="page"),
        pytest.param(Given(arguments=("note.md",)), "piped", "out of a file\n\npiped", id="file-and-piped"),
    ],
)
def test_the_text_of_a_follow_up(folder: Path, given: Given, stdin: str, text: str) -> None:
    (folder / "note.md").write_text("out of a file\n", encoding="utf-8")
    assert read_text(given, io.StringIO(stdin)).case.prompt == text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(Given(arguments=("x",), case="willow"), "--case goes with a spell", id="case"),
        pytest.param(Given(arguments=("x",), each="line"), "--each-line goes with a spell", id="lines"),
        pytest.param(Given(arguments=("x",), each="json"), "--each-json goes with a spell", id="json"),
        pytest.param(Given(arguments=("x",), pairs=("1=y",)), "no variable `1`", id="variable"),
        pytest.param(Given(arguments=("x",), stdin_as="tone"), "no variable `tone`", id="place"),
        pytest.param(Given(arguments=("a.md", "b.md")), "a follow-up takes one file", id="two-files"),
        pytest.param(Given(), "nothing to go on with", id="nothing"),
    ],
)
def test_a_follow_up_that_is_none(folder: Path, given: Given, said: str) -> None:
    for name in ("a.md", "b.md"):
        (folder / name).write_text("x", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_text(given, io.StringIO(""))
    assert said in caught.value.message
