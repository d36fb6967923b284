"""What a spell needs and a call lacks: asked for on a real terminal, else one error that names it all."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from grimoire.cli.form import _Plain
from grimoire.errors import UsageError
from tests.cli.conftest import asked
from tests.cli.process import CTRL_C, call, run, run_on_terminal, shell_on_terminal
from tests.servers.openai_server import OpenAIServer

PLAIN = {"PROMPT_TOOLKIT_NO_CPR": "1"}
"""A terminal of these tests does not say where its cursor is."""
CTRL_D, DOWN, ALT_ENTER = "\x04", "\x1b[B", "\x1b\r"
PASTED = "\x1b[200~{}\x1b[201~"
TEXT, TONE = "Alt-Enter begins a new line", "may stay empty"
DRY = ["cast", "mine", "--dry-run"]


@pytest.fixture
def mine(write_spell: Callable[..., Path]) -> Path:
    return write_spell()


@pytest.fixture
def paged(folder: Path) -> Path:
    path = folder / "spells" / "paged.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        "name: paged\nhint: a question\nprompt: Of [CRAWLEDTEXT] and [CRAWLEDSOURCE] in [PROMPT1]\n", encoding="utf-8"
    )
    return path


def test_a_spell_named_alone_shows_all_it_takes_with_the_presets_in_place(mine: Path) -> None:
    shown = run_on_terminal(
        DRY, answers=[(TEXT, "oaks\r"), ("arrows or a number", DOWN + "\r"), (TONE, " and dry\r")], env=PLAIN
    )
    assert shown.code == 0
    assert "mine: The Title" in shown.out
    assert shown.out.index("a topic") < shown.out.index("Audience") < shown.out.index("Tone")
    assert shown.out.endswith("about: oaks\nAudience: experts. Tone: friendly and dry\n")


def test_who_gave_a_variable_is_asked_for_the_text_alone(mine: Path) -> None:
    shown = run_on_terminal([*DRY, "-p", "tone=dry"], answers=[(TEXT, "oaks\r")], env=PLAIN)
    assert (shown.code, "arrows" in shown.out) == (0, False)
    assert shown.out.endswith("about: oaks\nAudience: beginners. Tone: dry\n")


def test_an_option_is_chosen_by_its_number_too_and_the_preset_by_enter(mine: Path) -> None:
    by_number = [(TEXT, "oaks\r"), ("arrows or a number", "2\r"), (TONE, "\r")]
    assert "Audience: experts. Tone: friendly" in run_on_terminal(DRY, answers=by_number, env=PLAIN).out
    by_enter = [(TEXT, "oaks\r"), ("arrows or a number", "\r"), (TONE, "\r")]
    assert "Audience: beginners. Tone: friendly" in run_on_terminal(DRY, answers=by_enter, env=PLAIN).out


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(f"柳树{ALT_ENTER}oaks\r", id="typed"),
        pytest.param(PASTED.format("柳树\noaks") + "\r", id="pasted"),
    ],
)
def test_a_text_may_have_several_lines(mine: Path, typed: str) -> None:
    shown = run_on_terminal([*DRY, "-p", "1=experts"], answers=[(TEXT, typed)], env=PLAIN)
    assert shown.code == 0
    assert "about: 柳树\noaks\n" in shown.out


def test_a_blank_text_is_asked_for_again(mine: Path) -> None:
    answers = [(TEXT, " \r"), ("a text is needed", "oaks\r")]
    shown = run_on_terminal([*DRY, "-p", "1=experts"], answers=answers, env=PLAIN)
    assert (shown.code, "about:  oaks\n" in shown.out) == (0, True)


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D], ids=["ctrl-c", "ctrl-d"])
@pytest.mark.parametrize("before", [pytest.param([], id="text"), pytest.param([(TEXT, "oaks\r")], id="option")])
@pytest.mark.parametrize("terminal", ["xterm", "dumb"])
def test_who_leaves_has_sent_nothing(
    mine: Path, backends: OpenAIServer, key: str, before: list[tuple[str, str]], terminal: str
) -> None:
    question = "arrows or a number" if before else TEXT
    if terminal == "dumb":
        question = "Audience [" if before else "a topic: "
        before = [("a topic: ", "oaks\r")] if before else []
    left = run_on_terminal(
        ["cast", "mine", "-m", "one"], answers=[*before, (question, key)], env={**PLAIN, "TERM": terminal}
    )
    assert (left.code, backends.count) == (130 if key == CTRL_C else 2, 0)
    assert ("nothing was given, so nothing was sent" in left.out) == (key == CTRL_D)


def test_what_was_asked_for_is_sent(mine: Path, backends: OpenAIServer) -> None:
    answers = [(TEXT, "willow trees\r"), ("arrows or a number", "\r"), (TONE, "\r")]
    cast = run_on_terminal(["cast", "mine", "-m", "one"], answers=answers, env=PLAIN)
    assert cast.code == 0
    assert "about: willow trees\n" in asked(backends.bodies[0])


def test_the_questions_are_drawn_beside_standard_output(mine: Path, folder: Path) -> None:
    answers = [(TEXT, "oaks\r"), ("arrows or a number", "\r"), (TONE, "\r")]
    asked_for = shell_on_terminal("grimoire cast mine --dry-run > out.txt", answers=answers, env=PLAIN)
    assert asked_for.code == 0
    shown = (folder / "out.txt").read_text(encoding="utf-8")
    assert shown == "Write an article in English about: oaks\nAudience: beginners. Tone: friendly\n"


def test_a_plain_terminal_is_asked_line_by_line(mine: Path) -> None:
    answers = [("a topic: ", "\r"), ("a topic: ", "oaks\r"), ("Audience [beginners]: ", "9\r")]
    answers += [("Audience [beginners]: ", "2\r"), ("Tone [friendly]: ", "\r")]
    shown = run_on_terminal(DRY, answers=answers, env={"TERM": "dumb"})
    assert shown.code == 0
    assert "  1. beginners\n  2. experts\n" in shown.out
    assert shown.out.endswith("about: oaks\nAudience: experts. Tone: friendly\n")
    assert "\x1b" not in shown.out


def test_what_is_typed_and_is_no_text_is_told() -> None:
    with pytest.raises(UsageError, match="what was typed is not UTF-8 text"):
        _Plain(io.TextIOWrapper(io.BytesIO(b"\xff\n"), encoding="utf-8")).text("a topic")
    loose = io.TextIOWrapper(io.BytesIO(b"a\xff\n"), encoding="utf-8", errors="surrogateescape")
    assert _Plain(loose).text("a topic") == "a?"


def test_nobody_is_asked_before_it_is_known_who_will_answer(mine: Path) -> None:
    refused = run_on_terminal(["cast", "mine"], env=PLAIN)
    assert refused.code == 2
    assert "no backend chosen" in refused.out
    assert TEXT not in refused.out


def test_a_translation_asks_in_its_own_words(mine: Path) -> None:
    mine.with_name("mine.zh.yaml").write_text(
        "language: zh\nsource: abcdefabcdef\nprompt: |\n  用[TARGETLANGUAGE]写 [PROMPT] [VARIABLE1] [VARIABLE2]\n"
        "variables:\n  - {id: 1, label: 读者, default: 初学者, options: [初学者, 专家]}\n"
        "  - {id: 2, label: 语气, default: 友好}\n",
        encoding="utf-8",
    )
    answers = [(TEXT, "柳树\r"), ("读者", DOWN + "\r"), ("语气", "\r")]
    shown = run_on_terminal([*DRY, "-l", "zh"], answers=answers, env=PLAIN)
    assert shown.code == 0
    assert "写 柳树 专家 友好\n" in shown.out
    both = run_on_terminal([*DRY, "-l", "zh,en"], answers=answers, env=PLAIN)
    assert "写 柳树 专家 友好\n" in both.out
    assert "Audience: experts. Tone: 友好\n" in both.out


def test_a_page_is_asked_for_as_well_and_text_from_a_file_draws_nothing(paged: Path) -> None:
    paged.write_text(
        paged.read_text(encoding="utf-8").replace("a question", '"evil\\e[2J\\e]0;title\\a words"'), encoding="utf-8"
    )
    answers = [(TEXT, "why\r"), ("the page's text", "the text\r"), ("the page's source", "<p>\r")]
    shown = run_on_terminal(["cast", "paged", "--dry-run"], answers=answers, env=PLAIN)
    assert shown.out.endswith("Of the text and <p> in why\n")
    assert "evil words" in shown.out
    assert "\x1b]0;title" not in shown.out


@pytest.mark.parametrize(
    ("args", "message", "hint"),
    [
        pytest.param(
            [],
            "[PROMPT], [CRAWLEDTEXT], [CRAWLEDSOURCE]",
            "give a question as an argument or on standard input, -p crawledtext=@FILE or --url URL, "
            "-p crawledsource=@FILE",
            id="all",
        ),
        pytest.param(
            ["why"],
            "[CRAWLEDTEXT], [CRAWLEDSOURCE]",
            "-p crawledtext=@FILE or --url URL, -p crawledsource=@FILE",
            id="some",
        ),
        pytest.param(
            ["why", "-p", "crawledtext= ", "-p", "crawledsource=x"],
            "[CRAWLEDTEXT]",
            "-p crawledtext=@FILE or --url URL",
            id="a-blank-page",
        ),
        pytest.param(["why", "-p", "crawledtext=x"], "[CRAWLEDSOURCE]", "-p crawledsource=@FILE", id="one"),
        pytest.param(
            ["-p", "prompt= ", "-p", "crawledtext=x", "-p", "crawledsource=y"],
            "[PROMPT]",
            "give a question as an argument or on standard input",
            id="blank",
        ),
    ],
)
def test_where_nobody_can_be_asked_all_that_is_missing_is_named(
    paged: Path, args: list[str], message: str, hint: str
) -> None:
    refused = run(["cast", "paged", *args, "--dry-run"])
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == f"grimoire: paged: no value for {message}\n  {hint}\n"


@pytest.fixture
def words(folder: Path) -> Path:
    path = folder / "spells" / "words.yaml"
    path.parent.mkdir(exist_ok=True)
    lines = (
        "name: words",
        "prompt: Of [VARIABLE1] and [VARIABLE2], [VARIABLE3]",
        "variables:",
        "- {id: 1, label: One}",
    )
    more = ("- {id: 2, label: Two}", "- {id: 3, label: Three, default: thrice}")
    path.write_text("\n".join([*lines, *more]), encoding="utf-8")
    return path


def test_a_spell_that_lives_by_its_variables_needs_those_without_a_preset(words: Path) -> None:
    refused = call(["cast", "words", "--dry-run"])
    assert refused.code == 2
    assert refused.err == (
        "grimoire: words: no value for [VARIABLE1] (One), [VARIABLE2] (Two)\n  -p 1=VALUE, -p 2=VALUE\n"
    )
    assert "[VARIABLE2] (Two)\n" in call(["cast", "words", "-p", "1=x", "--dry-run"]).err
    assert call(["cast", "words", "-p", "one=x", "-p", "2=", "--dry-run"]).out == "Of x and , thrice\n"
    lacking = call(["cast", "words", "--each-json", "--dry-run"], stdin='{"one": "x"}')
    assert lacking.err == "grimoire: object 1: no value for [VARIABLE2] (Two)\n  give the object a field `2`\n"


def test_a_spell_that_lives_by_its_variables_asks_for_them_in_their_order(words: Path) -> None:
    answers = [("One", "x\r"), ("Two", " \r"), ("a text is needed", "y\r"), ("Three", "\r")]
    assert run_on_terminal(["cast", "words", "--dry-run"], answers=answers, env=PLAIN).out.endswith(
        "Of x and  y, thrice\n"
    )
    some = run_on_terminal(["cast", "words", "-p", "1=x", "--dry-run"], answers=[("Two", "y\r")], env=PLAIN)
    assert some.out.endswith("Of x and y, thrice\n")
    assert "Three" not in some.out


def test_nobody_is_asked_for_what_one_of_many_inputs_lacks(paged: Path, folder: Path) -> None:
    (folder / "a.md").write_text("why", encoding="utf-8")
    for files in (["a.md"], ["a.md", "a.md"]):
        refused = run_on_terminal(["cast", "paged", *files, "--dry-run"], env=PLAIN)
        assert (refused.code, TEXT in refused.out) == (2, False)
        assert "grimoire: a.md: no value for [CRAWLEDTEXT], [CRAWLEDSOURCE]" in refused.out


def test_a_preset_is_chosen_wherever_it_stands(write_spell: Callable[..., Path]) -> None:
    write_spell(**{"default: beginners": "default: experts"})
    answers = [(TEXT, "oaks\r"), ("arrows or a number", "\r"), (TONE, "\r")]
    assert "Audience: experts. Tone: friendly" in run_on_terminal(DRY, answers=answers, env=PLAIN).out
    plain = [("a topic: ", "oaks\r"), ("Audience [experts]: ", "\r"), ("Tone [friendly]: ", "\r")]
    assert "Audience: experts. Tone: friendly" in run_on_terminal(DRY, answers=plain, env={"TERM": "dumb"}).out


def test_a_spell_with_cases_of_its_own_offers_the_first(mine: Path) -> None:
    said = "give a topic as an argument or on standard input, or take its own: --case willow"
    assert call(["cast", "mine", "--dry-run"]).err == f"grimoire: mine: no value for [PROMPT]\n  {said}\n"


def test_a_follow_up_without_a_text_is_asked_for(mine: Path, backends: OpenAIServer) -> None:
    first = run(["cast", "mine", "willow trees", "-m", "one", "--json"]).json
    cast = run_on_terminal(["cast", "--cid", first["run"]], answers=[("your follow-up", "shorter\r")], env=PLAIN)
    assert cast.code == 0
    assert asked(backends.bodies[1]) == "shorter"
    refused = run(["cast", "--cid", first["run"]])
    assert (refused.code, refused.err.splitlines()[0]) == (2, "grimoire: nothing to go on with")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(["-O", "foo", "willows"], "; `-O foo willows` is read as a pair, KEY VALUE", id="option"),
        pytest.param(["-p", "tone", "willows"], "; `-p tone willows` is read as a pair, KEY VALUE", id="variable"),
        pytest.param(["-p", "tone=dry"], "", id="in-one-word"),
        pytest.param(["-O", "foo", "-p", "tone=dry"], None, id="no-pair"),
    ],
)
def test_a_text_that_was_taken_for_the_value_of_a_pair_is_told(
    write_spell: Callable[..., Path], args: list[str], said: str | None
) -> None:
    write_spell()
    refused = call(["cast", "mine", *args, "--dry-run"])
    assert refused.code == 2
    if said is None:
        assert refused.err.startswith("grimoire: `foo` is not KEY=VALUE")
    else:
        assert refused.err.endswith(f"or take its own: --case willow{said}\n")
