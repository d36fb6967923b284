from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.cli.process import CTRL_C, Result, call, run, run_on_terminal
from tests.cli.sidecars import fields, lines, losing, sidecar, unmarked
from tests.servers.deepl_server import DeepLServer, default_engine

LINE_1 = "Write an article in [TARGETLANGUAGE] about: [PROMPT]"
GOOD_1 = "用[TARGETLANGUAGE]写一篇文章，主题是：[PROMPT]"
ASKED = "[q]uit"
INSISTED = "[y/N]"


@pytest.fixture
def waiting(write_spell: Callable[..., Path], deepl: DeepLServer) -> Path:
    """A spell of which line 1, the second label and the second option of a translation wait for a person."""
    spell = write_spell()
    silent = ("experts", "Tone")
    deepl.engine = lambda text, body: "" if unmarked(text).endswith(silent) else losing("about")(text, body)
    assert call(["translate", "mine", "--with", "deepl"]).code == 1
    deepl.engine = default_engine
    return spell


@pytest.fixture
def editor(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Makes an editor, a shell script that is given the file as $1."""
    monkeypatch.delenv("VISUAL", raising=False)

    def make(script: str) -> Path:
        path = folder / "an editor.sh"
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("EDITOR", f"'{path}' --wait" if "$2" in script else f"'{path}'")
        return path

    return make


def writing(*texts: str) -> str:
    """A script that writes the first text when it is called the first time, and so on; the hint stays below."""
    cases = "\n".join(f"{number}) printf '%s\\n' '{text}' ;;" for number, text in enumerate(texts, 1))
    return (
        'echo . >> "$0.calls"; cp "$1" "$0.last"\n'
        f'{{ case $(wc -l < "$0.calls" | tr -d " ") in\n{cases}\nesac; tail -n +2 "$0.last"; }} > "$1"'
    )


def review(*answers: str | tuple[str, str], args: Sequence[str] = ("mine",)) -> Result:
    typed = [(ASKED, answer) if isinstance(answer, str) else answer for answer in answers]
    pairs = [(question, f"{answer}\n") for question, answer in typed]
    return run_on_terminal(["translate", *args, "--review"], answers=pairs)


def test_each_line_that_waits_is_shown_with_source_target_and_reason(waiting: Path) -> None:
    before = sidecar(waiting).read_bytes()
    shown = review("s", "s", "s")
    assert shown.code == 1
    assert "mine (1 of 1)" in shown.out
    assert "[1/3] prompt, line 1: each must be there as often" in shown.out
    assert f"source {LINE_1}\n" in shown.out
    assert "[2/3] variable 1 option 2, line 1: no translation came back" in shown.out
    assert "source experts\n" in shown.out
    assert "[3/3] variable 2 label, line 1: " in shown.out
    assert sidecar(waiting).read_bytes() == before


def test_lines_that_are_all_settled_make_it_reviewed(waiting: Path, editor: Callable[[str], Path]) -> None:
    editor(writing(GOOD_1, "专家", "语气"))
    before = lines(waiting)
    done = review("e", "e", "e")
    assert done.code == 0, done.out
    assert f"now    {GOOD_1}\n" in done.out
    assert "(reviewed)" in done.out
    made = fields(waiting)
    assert (made["status"], "review" in made, made["translator"]) == ("reviewed", False, "deepl")
    assert lines(waiting) == [GOOD_1, *before[1:]]
    assert made["variables"][0]["options"][1] == "专家"
    assert made["variables"][1]["label"] == "语气"
    assert call(["lint", "--strict", "spells"]).out == ""
    again = run(["translate", "mine", "--review"])
    assert (again.code, again.err) == (0, "nothing needs review\n")


def test_the_memory_learns_what_a_person_wrote(
    waiting: Path, editor: Callable[[str], Path], deepl: DeepLServer
) -> None:
    editor(writing(GOOD_1, "专家", "语气"))
    review("e", "e", "e")
    count = len(deepl.bodies)
    sidecar(waiting).unlink()
    again = call(["translate", "mine", "--with", "deepl"])
    assert (again.code, len(deepl.bodies)) == (0, count)
    assert lines(waiting)[0] == GOOD_1
    shares = call(["translate", "--memory-stats", "--json"]).json["shares"]
    assert {share["engine"] for share in shares} == {"deepl", "person"}


def test_a_line_settled_before_one_quits_survives(waiting: Path, editor: Callable[[str], Path]) -> None:
    editor(writing(GOOD_1))
    done = review("e", "q")
    assert done.code == 1
    made = fields(waiting)
    assert (made["status"], lines(waiting)[0], len(made["review"])) == ("needs-review", GOOD_1, 2)
    assert "[2/3]" not in review("s", "s").out


def test_quitting_leaves_the_translations_that_follow(
    waiting: Path, write_spell: Callable[..., Path], deepl: DeepLServer
) -> None:
    write_spell("other")
    deepl.engine = losing("about")
    call(["translate", "other", "--with", "deepl"], env={"GRIMOIRE_LEDGER": "empty.db"})
    done = review("q", args=("mine", "other"))
    assert done.code == 1
    assert "mine (1 of 2)" in done.out
    assert "other (2 of 2)" not in done.out


def test_a_broken_edit_is_refused_and_asked_for_again(waiting: Path, editor: Callable[[str], Path]) -> None:
    editor(writing("用[TARGETLANGUAGE]写一篇文章", GOOD_1, "语气"))
    done = review("e", "a", "e", "s", "s")
    assert done.out.count("still wrong: [placeholders]") == 2  # nobody can insist on that one
    assert "[PROMPT] 0 times" in done.out
    assert lines(waiting)[0] == GOOD_1


@pytest.mark.parametrize(
    ("text", "gate"),
    [
        pytest.param(f"{GOOD_1} [PROMPT]", "added", id="placeholder-twice"),
        pytest.param(GOOD_1.replace("[PROMPT]", "[VARIABLE2]"), "placeholders", id="another-placeholder"),
        pytest.param(f"{GOOD_1} [VARIABLE1]", "added", id="invented-placeholder"),
        pytest.param("", "empty", id="nothing"),
        pytest.param("[TARGETLANGUAGE] [PROMPT]", "empty", id="only-placeholders"),
    ],
)
def test_what_would_break_the_spell_is_never_taken(
    waiting: Path, editor: Callable[[str], Path], text: str, gate: str
) -> None:
    editor(writing(text))
    before = sidecar(waiting).read_bytes()
    done = review("e", "a", "q")
    assert done.out.count(f"still wrong: [{gate}]") == 2, done.out
    assert sidecar(waiting).read_bytes() == before


def test_what_is_odd_but_breaks_nothing_can_be_insisted_on(waiting: Path) -> None:
    done = review("a", (INSISTED, "y"), "s", "s")
    assert "Accept it all the same?" in done.out
    assert (done.code, lines(waiting)[0]) == (1, LINE_1)
    assert len(fields(waiting)["review"]) == 2
    assert "[1/2]" in review("s", "s").out


def test_an_untranslated_line_insisted_on_stays_accepted(waiting: Path, editor: Callable[[str], Path]) -> None:
    editor(writing("专家", "语气"))
    done = review("a", (INSISTED, "y"), "e", "e")
    assert (done.code, fields(waiting)["status"], lines(waiting)[0]) == (0, "reviewed", LINE_1), done.out
    assert call(["lint", "spells"]).code == 0


def test_who_does_not_insist_is_asked_again(waiting: Path) -> None:
    before = sidecar(waiting).read_bytes()
    done = review("a", (INSISTED, "n"), "q")
    assert (done.code, sidecar(waiting).read_bytes()) == (1, before)


def test_two_options_cannot_become_one(waiting: Path, editor: Callable[[str], Path]) -> None:
    editor(writing("新手", "专家"))
    done = review("s", "e", "e", "s")
    assert "still wrong: [options] must differ from the translation of" in done.out
    assert fields(waiting)["variables"][0]["options"] == ["新手", "专家"]


@pytest.mark.parametrize("typed", ["", "x", "?", "\x1b[A", "99"])
def test_what_is_no_choice_accepts_nothing(waiting: Path, typed: str) -> None:
    before = sidecar(waiting).read_bytes()
    done = review(typed, "q")
    assert (done.code, sidecar(waiting).read_bytes()) == (1, before)


def test_a_text_that_begins_with_a_hash_is_kept(
    write_spell: Callable[..., Path], editor: Callable[[str], Path], deepl: DeepLServer
) -> None:
    spell = write_spell("mine", **{"  Audience:": "  #GardenTips about trees\n  Audience:"})
    deepl.engine = lambda text, body: "" if "trees" in text else default_engine(text, body)
    call(["translate", "mine", "--with", "deepl"])
    editor(writing("#园艺妙招，关于树木"))
    assert review("e").code == 0
    assert lines(spell)[1] == "#园艺妙招，关于树木"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        pytest.param("exit 3", "ended with 3; nothing was taken over", id="fails"),
        pytest.param('printf "\\377\\376" > "$1"', "cannot be read as UTF-8", id="not-utf8"),
        pytest.param('rm "$1"', "cannot be read as UTF-8", id="deletes-the-file"),
    ],
)
def test_an_editor_that_fails_loses_nothing(
    waiting: Path, editor: Callable[[str], Path], script: str, said: str
) -> None:
    path = editor(f'if [ -e "$0.calls" ]; then {script}; else {writing(GOOD_1)}\nfi')
    done = review("e", "e")
    assert (done.code, said in done.out) == (2, True), done.out
    assert (lines(waiting)[0], fields(waiting)["status"]) == (GOOD_1, "needs-review")
    path.unlink()
    gone = review("e")
    assert (gone.code, "cannot start the editor" in gone.out) == (2, True)


def test_the_editor_may_have_arguments_and_sees_the_source(waiting: Path, editor: Callable[[str], Path]) -> None:
    path = editor('test "$1" = --wait && cat "$2" > "$0.seen"')
    review("e", "q")
    seen = Path(f"{path}.seen").read_text(encoding="utf-8")
    assert seen.startswith(f"{LINE_1}\n")
    assert f"# {LINE_1}\n" in seen


@pytest.mark.parametrize("keys", [pytest.param(CTRL_C, id="ctrl-c"), pytest.param("\x04", id="ctrl-d")])
def test_who_breaks_off_loses_no_line_that_was_settled(waiting: Path, editor: Callable[[str], Path], keys: str) -> None:
    editor(writing(GOOD_1))
    args = ["translate", "mine", "--review"]
    done = run_on_terminal(args, answers=[(ASKED, "e\n"), (ASKED, keys)])
    assert done.code == 130
    assert "Traceback" not in done.out
    assert (lines(waiting)[0], fields(waiting)["status"]) == (GOOD_1, "needs-review")
    assert call(["show", "mine", "-l", "zh", "--json"]).json["prompt"].startswith(GOOD_1)


def test_without_a_terminal_it_says_what_else_there_is(waiting: Path) -> None:
    before = sidecar(waiting).read_bytes()
    refused = run(["translate", "mine", "--review"], stdin="a\na\na\n")
    assert (refused.code, refused.out) == (2, "")
    assert "1 translation to review, and nobody at a terminal" in refused.err
    assert "grimoire export po" in refused.err
    assert sidecar(waiting).read_bytes() == before


def test_only_what_waits_is_reviewed(write_spell: Callable[..., Path], deepl: DeepLServer) -> None:
    write_spell()
    nothing = run(["translate", "mine", "--review"])
    assert (nothing.code, nothing.out, nothing.err) == (
        0,
        "",
        "mine has no translation into zh\nnothing needs review\n",
    )
    call(["translate", "mine", "--with", "deepl"])
    assert run(["translate", "--all", "--review"]).err == "nothing needs review\n"


def test_a_file_mended_by_hand_needs_review_no_more(waiting: Path) -> None:
    text = sidecar(waiting).read_text(encoding="utf-8").partition("review:")[0]
    text = text.replace(LINE_1, GOOD_1).replace("experts", "专家").replace("Tone", "语气")
    sidecar(waiting).write_text(text, encoding="utf-8")
    done = review()
    assert (done.code, fields(waiting)["status"]) == (0, "machine"), done.out


def test_what_a_file_holds_does_not_reach_the_terminal_as_a_command(waiting: Path) -> None:
    evil = "\\e]0;owned\\a\\e[2J"
    text = sidecar(waiting).read_text(encoding="utf-8").partition("review:")[0]
    text = text.replace("title: ", f'title: "{evil}名" # ', 1)
    sidecar(waiting).write_text(f'{text}review: ["prompt, line 1: {evil}bad"]\n', encoding="utf-8")
    done = review("s", "q")
    assert "bad" in done.out
    for sign in ("\x1b]0;", "\x1b[2J", "\x07", "owned"):
        assert sign not in done.out


def test_a_remark_cannot_forge_lines(waiting: Path) -> None:
    text = sidecar(waiting).read_text(encoding="utf-8").partition("review:")[0]
    sidecar(waiting).write_text(f'{text}review: ["prompt, line 1: a\\n  target forged"]\n', encoding="utf-8")
    assert "\n  target forged" not in review("q").out


def test_no_editor_set_means_vi(waiting: Path, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / "bin").mkdir()
    vi = folder / "bin" / "vi"
    vi.write_text('#!/bin/sh\necho 语气 > "$1"\n', encoding="utf-8")
    vi.chmod(0o755)
    for name in ("EDITOR", "VISUAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", f"{vi.parent}:{os.environ['PATH']}")
    review("s", "s", "e")
    assert fields(waiting)["variables"][1]["label"] == "语气"


@pytest.fixture
def made(folder: Path, deepl: DeepLServer) -> Path:
    """A spell of two texts with a machine's translation in which nothing is wrong."""
    spell = folder / "spells" / "mine.yaml"
    spell.parent.mkdir()
    spell.write_text(f"name: mine\ntitle: The Title\nprompt: |\n  {LINE_1}\n", encoding="utf-8")
    assert call(["translate", "mine", "--with", "deepl"]).code == 0
    return spell


def test_a_machines_translation_is_gone_through_where_it_is_named(made: Path) -> None:
    before = sidecar(made).read_text(encoding="utf-8")
    assert run(["translate", "--all", "--review"]).err == "nothing needs review\n"
    done = review("a", "a")
    assert done.code == 0, done.out
    assert "[1/2] title, line 1: made by a machine" in done.out
    assert sidecar(made).read_text(encoding="utf-8") == before.replace("status: machine", "status: reviewed")
    assert run(["translate", "mine", "--review"]).err == "nothing needs review\n"


def test_a_machines_translation_gone_through_in_part_stays_a_machines(
    made: Path, editor: Callable[[str], Path]
) -> None:
    editor(writing("好标题"))
    done = review("e", "s")
    assert done.code == 0, done.out
    assert (fields(made)["status"], fields(made)["title"]) == ("machine", "好标题")
    shares = call(["translate", "--memory-stats", "--json"]).json["shares"]
    assert [share["segments"] for share in shares if share["engine"] == "person"] == [1]


def test_who_only_looks_changes_nothing(made: Path) -> None:
    before = sidecar(made).read_bytes()
    assert (review("s", "s").code, sidecar(made).read_bytes()) == (0, before)


def test_one_that_cannot_be_read_is_told(made: Path) -> None:
    sidecar(made).write_text("language: zh\nprompt: [", encoding="utf-8")
    refused = run(["translate", "mine", "--review"])
    assert refused.code == 2
    assert "mine.zh.yaml" in refused.err


def test_a_stale_translation_accepted_line_by_line_is_current(made: Path) -> None:
    text = made.read_text(encoding="utf-8")
    made.write_text(text.replace("Write an article", "Write a long article"), encoding="utf-8")
    done = review("a", "a")
    assert (done.code, fields(made)["status"]) == (0, "reviewed"), done.out
    assert "the spell has changed since" in done.out
    assert call(["lint", "--strict", "spells"]).out == ""
