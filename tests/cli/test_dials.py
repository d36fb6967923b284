"""`grimoire dials`, and the dials of `cast`."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from grimoire.dials import STYLES, TONES
from tests.cli.conftest import asked
from tests.cli.process import call, run
from tests.servers.openai_server import OpenAIServer
from tests.servers.page_server import PageServer, Served


def test_both_lists_are_shown_in_both_languages_and_their_columns_stand_straight() -> None:
    shown = run(["dials"])
    assert shown.code == 0
    rows = shown.out.splitlines()[2:]
    assert len(rows) == max(len(TONES), len(STYLES))
    for row, tone, style in zip(rows, TONES, STYLES, strict=False):
        assert row.split() == [tone.english, tone.chinese, style.english, style.chinese]
    assert {cell_len(row.partition(style.english)[0]) for row, style in zip(rows, STYLES, strict=False)} == {
        cell_len(shown.out.partition("style")[0])
    }
    assert shown.err.startswith("grimoire cast NAME --tone formal ")


def test_as_json_they_are_two_arrays() -> None:
    shown = call(["dials", "--json"])
    assert shown.err == ""
    assert shown.json["tones"][0] == {"english": TONES[0].english, "chinese": TONES[0].chinese}
    assert [len(shown.json[key]) for key in ("tones", "styles")] == [len(TONES), len(STYLES)]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        pytest.param(["--tone", "正式"], "Please write in formal tone.", id="by its Chinese name"),
        pytest.param(
            ["--tone", "[PROMPT] like", "--style", "plain"],
            'Please write in "[PROMPT] like" tone, plain writing style.',
            id="own words are no template",
        ),
        pytest.param(
            ["-l", "zh", "--tone", "formal", "--style", "说服"],
            "请用正式的语气、说服性的写作风格作答。",
            id="in a Chinese text",
        ),
    ],
)
def test_a_cast_asks_for_them_at_its_end(options: list[str], sentence: str) -> None:
    done = call(["cast", "tldr", "Willows are trees.", "--dry-run", *options])
    assert done.code == 0, done.err
    assert done.out.endswith(f"\n\n{sentence}\n")
    assert "Willows are trees." in done.out


def test_a_template_that_has_a_place_for_the_language_is_not_told_it_twice(
    write_spell: object, backends: OpenAIServer
) -> None:
    write_spell("mine")  # type: ignore[operator]  # a fixture that writes
    done = call(["cast", "mine", "x", "--dry-run", "--answer-in", "fr", "--tone", "warm"])
    assert "Write an article in French about" in done.out
    assert done.out.endswith("\n\nPlease write in warm tone.\n")


def test_a_slip_of_the_hand_is_told_before_anything_is_sent(backends: OpenAIServer) -> None:
    done = call(["cast", "tldr", "x", "-m", "one", "--tone", "formel"])
    assert done.code == 2
    assert done.err.splitlines()[0] == "grimoire: no tone is called `formel`"
    assert "did you mean `formal`?" in done.err
    assert backends.received == []


def begun(*arguments: str) -> str:
    """The id of a conversation that begins with a cast."""
    done = call(["cast", *arguments, "-m", "one", "--json"])
    assert done.code == 0, done.err
    return str(done.json["run"])


def test_they_hold_through_a_conversation_until_they_are_turned_back(backends: OpenAIServer) -> None:
    def asks_at_its_end(*arguments: str) -> str:
        done = call(["cast", "--cid", talk, *arguments])
        assert done.code == 0, done.err
        return asked(backends.received[-1].body).rpartition("\n\n")[2]

    talk = begun("tldr", "Willows are trees.", "--tone", "formal", "--style", "plain", "--answer-in", "fr")
    assert asked(backends.received[0].body).endswith("\n\nPlease write in formal tone, plain writing style.")
    style = "plain writing style, French language."
    assert asks_at_its_end("shorter") == f"Please write in formal tone, {style}"
    assert asks_at_its_end("again", "--tone", "warm") == f"Please write in warm tone, {style}"
    assert asks_at_its_end("again") == f"Please write in warm tone, {style}"
    assert asks_at_its_end("again", "--tone", "none", "--style", "默认", "--answer-in", "none") == "again"
    assert asks_at_its_end("again") == "again"


def test_a_page_may_join_a_follow_up_in_the_words_of_the_conversation(backends: OpenAIServer) -> None:
    talk = begun("tldr", "柳树是树。", "-l", "zh")
    with PageServer({"/": Served("柳树高九米。".encode(), kind="text/plain; charset=utf-8")}) as web:
        done = call(["cast", "--cid", talk, "照这一页改", "--url", web.url(), "--allow-private"])
    assert done.code == 0, done.err
    text = asked(backends.received[-1].body)
    assert text.startswith("照这一页改\n\n以下两个标记之间是一个网页的文字")
    assert "柳树高九米。" in text
