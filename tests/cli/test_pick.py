"""Picking a spell on a real terminal, and which spells a few letters mean."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import DummyInput
from prompt_toolkit.output import DummyOutput

from grimoire.cli.pick import _Picker, card_line, cut, pick_spell
from grimoire.cli.pick_match import Card, make_card, make_deck, search
from grimoire.errors import UsageError
from grimoire.library import Library
from grimoire.spell import Spell, Translation
from tests.cli.process import CTRL_C, run_on_terminal, shell_on_terminal

PLAIN = {"PROMPT_TOOLKIT_NO_CPR": "1"}
DOWN, UP, PAGE_DOWN, ESCAPE, CTRL_D, CTRL_N, CTRL_U = "\x1b[B", "\x1b[A", "\x1b[6~", "\x1b", "\x04", "\x0e", "\x15"
READY = "Esc leaves"
CAST = ["cast", "-p", "prompt=oaks", "--dry-run"]

CARDS = [
    Card("blog-plan", ("Four-Week Blog Plan", "四周博客计划"), "marketing"),
    Card("blog-title", ("Ten Blog Titles", "博客标题十选三"), "writing 写作"),
    Card("plan", ("A Plan",)),
    Card("tldr", ("TLDR", "三言两语"), "writing a blog"),
    Card("translate-letter", ("Letters",)),
]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        pytest.param("", ["blog-plan", "blog-title", "plan", "tldr", "translate-letter"], id="nothing"),
        pytest.param("plan", ["plan", "blog-plan"], id="the-name-first"),
        pytest.param("blog", ["blog-plan", "blog-title", "tldr"], id="elsewhere-last"),
        pytest.param("blog tit", ["blog-title"], id="every-word"),
        pytest.param("BLOG_TIT", ["blog-title"], id="as-anybody-writes-it"),
        pytest.param("ten", ["blog-title"], id="title"),
        pytest.param("标题", ["blog-title"], id="two-characters"),
        pytest.param("標題", ["blog-title"], id="in-traditional-characters"),
        pytest.param("博选", ["blog-title"], id="characters-apart"),
        pytest.param("写", ["blog-title"], id="one-character-of-the-topic"),
        pytest.param("博客 plan", ["blog-plan"], id="both-languages"),
        pytest.param("tl", ["tldr", "blog-title", "translate-letter"], id="letters-in-order-near-ones-first"),
        pytest.param("bgttl", ["blog-title"], id="letters-left-out"),
        pytest.param("blog zzz", [], id="a-word-that-is-nowhere"),
        pytest.param("rdlt", [], id="letters-in-no-order"),
    ],
)
def test_what_a_few_letters_mean(typed: str, found: list[str]) -> None:
    assert [card.name for card in search(make_deck(CARDS), typed)] == found


def test_letters_that_stand_close_together_are_better() -> None:
    far, near = Card("a-long-way-to-b"), Card("axb")
    assert search(make_deck([far, near]), "ab") == [near, far]


def test_a_card_has_the_titles_of_all_texts_once() -> None:
    spell = Spell(name="tea", prompt="x", title="Tea", teaser="A drink", topic="Food")
    text = Translation(name="tea", language="zh", source="", prompt="x", title="茶", teaser="一种饮料")
    same = Translation(name="tea", language="de", source="", prompt="x", title="Tea")
    card = make_card(spell, [text, same])
    assert (card.name, card.titles) == ("tea", ("Tea", "茶"))
    assert all(search(make_deck([card]), word) for word in ("drink", "饮料", "food"))


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        pytest.param("abc", 3, "abc", id="fits"),
        pytest.param("abcd", 3, "ab…", id="too-long"),
        pytest.param("博客标题", 8, "博客标题", id="chinese-fits"),
        pytest.param("博客标题", 7, "博客标…", id="chinese-too-long"),
        pytest.param("博客标题", 6, "博客…", id="half-a-character-is-none"),
        pytest.param("abc", 0, "", id="no-room"),
    ],
)
def test_a_text_is_cut_to_columns(text: str, width: int, shown: str) -> None:
    assert cut(text, width) == shown


@pytest.mark.parametrize("width", [1, 10, 33, 40, 79])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    from prompt_toolkit.formatted_text import fragment_list_width

    card = Card("a-name-" * 6, ("Ten\nBlog\x1b[31m Titles", "博客标题十选三" * 6))
    for chosen in (True, False):
        line = card_line(card, width, chosen=chosen)
        assert fragment_list_width(line) <= max(width, 2)
        assert not {"\x1b", "\n"} & set("".join(fragment[1] for fragment in line))


def picked(*keys: tuple[str, str]) -> str:
    """What the cast of the picked spell would send."""
    shown = run_on_terminal(CAST, answers=keys, env=PLAIN)
    assert shown.code == 0, shown.out
    return shown.out


@pytest.fixture
def mine(write_spell: Callable[..., Path], folder: Path) -> Path:
    """Three spells that stand first and last among those that are shipped."""
    for name, title, prompt in (
        ("aa-first", "The First", "One"),
        ("aa-other", "其他标签", "Two"),
        ("zz-last", "Last", "3"),
    ):
        path = folder / "spells" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"name: {name}\ntitle: {title}\nprompt: {prompt} [PROMPT]\n", encoding="utf-8")
    return path.parent


@pytest.mark.parametrize(
    ("keys", "sent"),
    [
        pytest.param("\r", "One oaks", id="the-first"),
        pytest.param(f"{DOWN}\r", "Two oaks", id="down"),
        pytest.param(f"{CTRL_N}\r", "Two oaks", id="as-in-an-editor"),
        pytest.param("\t\r", "Two oaks", id="tab"),
        pytest.param(f"{DOWN}{UP}{UP}\r", "One oaks", id="not-above-the-top"),
        pytest.param(f"{PAGE_DOWN * 30}\r", "3 oaks", id="not-below-the-end"),
        pytest.param("zz\r", "3 oaks", id="letters"),
        pytest.param(f"aa-{DOWN}\r", "Two oaks", id="letters-and-down"),
        pytest.param(f"{DOWN}zz\r", "3 oaks", id="typing-goes-back-to-the-best"),
        pytest.param(f"zzzz\r{CTRL_U}aa-o\r", "Two oaks", id="enter-on-nothing-is-nothing"),
    ],
)
def test_a_spell_is_picked(mine: Path, keys: str, sent: str) -> None:
    assert picked((READY, keys)).endswith(f"{sent}\n")


def test_two_characters_of_a_title_pick_it(mine: Path) -> None:
    assert picked(("其他标签", "标签\r")).endswith("Two oaks\n")


def test_what_is_found_is_counted_and_nothing_too(mine: Path) -> None:
    shown = picked((READY, "zzzz"), ("no spell has all of that", f"{CTRL_U}zz-l\r"))
    assert "3 oaks" in shown


@pytest.mark.parametrize("key", [ESCAPE, CTRL_C, CTRL_D], ids=["escape", "ctrl-c", "ctrl-d"])
def test_who_leaves_casts_nothing(mine: Path, key: str) -> None:
    left = run_on_terminal(CAST, answers=[(READY, key)], env=PLAIN)
    assert left.code == 130
    assert "oaks" not in left.out


def test_the_list_is_drawn_beside_standard_output(mine: Path, folder: Path) -> None:
    line = "grimoire cast -p prompt=oaks --dry-run > out.txt"
    assert shell_on_terminal(line, answers=[(READY, "zz\r")], env=PLAIN).code == 0
    assert (folder / "out.txt").read_text(encoding="utf-8") == "3 oaks\n"


def test_a_voice_is_nothing_to_cast_and_a_broken_spell_says_what_is_wrong(mine: Path) -> None:
    (mine / "aa-first.yaml").write_text("name: aa-first\nrole: voice\nprompt: Sing.\n", encoding="utf-8")
    (mine / "aa-other.yaml").write_text("name: aa-other\n", encoding="utf-8")
    shown = run_on_terminal(CAST, answers=[("Four-Week Blog Plan", "aa-\r")], env=PLAIN)
    assert shown.code == 2
    assert "aa-other.yaml:1:1: error: `prompt` is missing" in shown.out


def test_a_terminal_that_cannot_draw_and_none_at_all(mine: Path) -> None:
    refused = run_on_terminal(CAST, env={"TERM": "dumb"})
    assert refused.code == 2
    assert "no spell named, and this terminal is too plain to pick one" in refused.out
    with pytest.raises(UsageError, match="no spell named"):
        pick_spell(Library([], lambda _: ""))


def test_titles_that_come_when_the_picker_is_gone_are_for_nobody(mine: Path) -> None:
    with create_app_session(input=DummyInput(), output=DummyOutput()):
        picker = _Picker(Library([mine], lambda _: ""), {})
        picker._app.loop = asyncio.new_event_loop()
        picker._app.loop.close()
        picker._take({})
