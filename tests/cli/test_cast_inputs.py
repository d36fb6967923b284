"""What goes into a cast: texts, files, standard input, pairs; one input at a time."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from grimoire.cli.inputs import Given, build_case, parse_parameters, read_inputs, read_text
from grimoire.cli.sources import LARGEST, read_file, read_stdin, sort_arguments
from grimoire.errors import MissingInput, UsageError
from grimoire.spell import Case, Spell, Template, Variable
from tests.cli.process import COMMAND, PATIENCE, call, environment, run_on_terminal, shell

SPELL = Spell(
    name="tea",
    prompt="About [PROMPT] for [VARIABLE1] in [VARIABLE2], said [VARIABLE3] of [CRAWLEDTEXT]",
    variables=(
        Variable(id=1, label="Who reads", default="beginners", options=("beginners", "experts")),
        Variable(id=2, label="Tone", default="friendly"),
        Variable(id=3, label="Text", default="often"),
    ),
)
ZH = Template(
    language="zh",
    prompt="写 [PROMPT] 给 [VARIABLE1]，[VARIABLE2]，[VARIABLE3]，[CRAWLEDTEXT]",
    variables=(
        Variable(id=1, label="读者", default="初学者", options=("初学者", "专家")),
        Variable(id=2, label="语气", default="友好"),
        Variable(id=3, label="文字", default="常"),
    ),
)
CASED = Spell(
    name="cased",
    prompt="[PROMPT] [VARIABLE1]",
    variables=(Variable(id=1, label="Word"), Variable(id=2, label="Other")),
    cases=(Case(id="a", prompt="elms", variables={"2": "b"}),),
)
BARE = Spell(name="bare", prompt="Say [VARIABLE1]", variables=(Variable(id=1, label="Word"),))


def one(
    *arguments: str,
    stdin: str | None = "",
    spell: Spell = SPELL,
    texts: Sequence[Template] = (),
    pairs: Sequence[str] = (),
    **given: str,
) -> Case:
    """The only input of a call."""
    what = Given(arguments=arguments, pairs=tuple(pairs), **given)
    (found,) = read_inputs(what, spell, [*(texts or [spell.template])], None if stdin is None else io.StringIO(stdin))
    return found.case


@pytest.mark.parametrize(
    ("arguments", "pairs", "stdin", "prompt"),
    [
        pytest.param(["oaks"], [], "", "oaks", id="argument"),
        pytest.param([], [], "oaks\r\n\n", "oaks", id="piped"),
        pytest.param([], [], "\ufeffoaks", "oaks", id="piped-with-a-byte-order-mark"),
        pytest.param(["Shorten:"], [], "oaks\n\nelms", "Shorten:\n\noaks\n\nelms", id="argument-then-piped"),
        pytest.param(["-"], [], "oaks", "oaks", id="dash"),
        pytest.param(["oaks"], [], " \n\t", "oaks", id="blank-pipe-is-none"),
        pytest.param([""], [], "oaks", "oaks", id="empty-argument-is-none"),
        pytest.param(["Shorten:"], ["prompt=Kindly."], "oaks", "Kindly.\n\nShorten:\n\noaks", id="all-three"),
        pytest.param(["Shorten:"], ["prompt=@-"], "oaks", "Shorten:\n\noaks", id="placed-where-it-goes-anyway"),
        pytest.param(["-"], ["prompt=@-"], "oaks", "oaks", id="dash-and-placed"),
        pytest.param([], ["PROMPT=oaks"], "", "oaks", id="name-in-capitals"),
        pytest.param([], ["[PROMPT1]=oaks"], "", "oaks", id="name-in-brackets"),
        pytest.param(["a*b=3.5*2"], [], "", "a*b=3.5*2", id="a-sum-is-no-glob"),
        pytest.param(["http://x.org/?q=*.html"], [], "", "http://x.org/?q=*.html", id="a-link-is-no-glob"),
        pytest.param(["什么是AI?"], [], "", "什么是AI?", id="a-question-is-no-glob"),
        pytest.param(["/imagine"], [], "", "/imagine", id="a-command-is-no-path"),
        pytest.param(["Node.js"], [], "", "Node.js", id="a-name-with-a-dot-is-no-file"),
        pytest.param(["and/or"], [], "", "and/or", id="a-slash-alone-is-no-path"),
        pytest.param(["here"], [], "", "here", id="a-word-that-is-a-folder-too"),
        pytest.param(["a\0b."], [], "", "a\0b.", id="nothing-a-path-could-be"),
        pytest.param(["x." * 5000], [], "", "x." * 5000, id="longer-than-a-path"),
        pytest.param(
            ["[" * 100_000 + ".md"], [], "", "[" * 100_000 + ".md", id="longer-than-a-name-and-full-of-brackets"
        ),
    ],
)
def test_what_the_prompt_is(folder: Path, arguments: list[str], pairs: list[str], stdin: str, prompt: str) -> None:
    (folder / "here").mkdir()
    case = one(*arguments, pairs=pairs, stdin=stdin)
    assert (case.prompt, case.id) == (prompt, "")


@pytest.mark.parametrize(
    ("pairs", "stdin_as", "variables"),
    [
        pytest.param(["2=@-"], "", {"2": "piped"}, id="by-number"),
        pytest.param(["tone=@-"], "", {"2": "piped"}, id="by-label"),
        pytest.param(["text=@-"], "", {"3": "piped"}, id="a-label-goes-before-our-own-word"),
        pytest.param([], "VARIABLE2", {"2": "piped"}, id="by-option"),
        pytest.param(["who-reads=experts"], "tone", {"1": "experts", "2": "piped"}, id="beside-others"),
    ],
)
def test_what_is_piped_in_goes_where_it_is_told(pairs: list[str], stdin_as: str, variables: dict[str, str]) -> None:
    case = one("oaks", pairs=pairs, stdin="piped\n", stdin_as=stdin_as)
    assert (case.prompt, case.variables) == ("oaks", variables)


def test_a_page_and_what_is_piped_in_have_their_places() -> None:
    case = one("oaks", stdin="piped", stdin_as="crawledtext")
    assert (case.prompt, case.crawled_text) == ("oaks", "piped")
    assert one("oaks", page="the page").crawled_text == "the page"
    bare = Spell(name="tea", prompt="[PROMPT]")
    whole = one("oaks", pairs=["text=Shorten"], spell=bare, page="the page", stdin="piped").prompt
    assert whole == "Shorten\n\noaks\n\nthe page\n\npiped"
    assert one("oaks", pairs=["prompt=first"], stdin="last", stdin_as="prompt").prompt == "first\n\noaks\n\nlast"


@pytest.mark.parametrize(
    ("pair", "variables"),
    [
        pytest.param("1=experts", {"1": "experts"}, id="number"),
        pytest.param("who_READS=experts", {"1": "experts"}, id="label-as-a-shell-likes-it"),
        pytest.param("读者=experts", {"1": "experts"}, id="label-of-the-other-text"),
        pytest.param("1=EXPERTS", {"1": "experts"}, id="option-in-any-case"),
        pytest.param("1=专家", {"1": "experts"}, id="option-of-the-other-text"),
        pytest.param("[VARIABLE2]= dry ", {"2": " dry "}, id="text-as-it-stands"),
        pytest.param("2=", {"2": ""}, id="empty"),
        pytest.param("2=[PROMPT]", {"2": "[PROMPT]"}, id="never-a-template"),
    ],
)
@pytest.mark.parametrize("texts", [[ZH], [SPELL.template, ZH], [ZH, SPELL.template]], ids=["zh", "en-zh", "zh-en"])
def test_values_in_the_words_of_any_text(texts: list[Template], pair: str, variables: dict[str, str]) -> None:
    assert one("oaks", pairs=[pair], texts=texts).variables == variables


def test_an_option_is_sent_in_the_words_of_each_text(write_spell: Callable[..., Path]) -> None:
    translation = """\
language: zh
source: abcdefabcdef
prompt: |
  用[TARGETLANGUAGE]写 [PROMPT]
  读者：[VARIABLE1]，[VARIABLE2]
variables:
  - {id: 1, label: 读者, default: 初学者, options: [初学者, 专家]}
  - {id: 2, label: 语气}
"""
    write_spell().with_name("mine.zh.yaml").write_text(translation, encoding="utf-8")
    for given in ("experts", "专家", "Experts"):
        shown = call(["cast", "mine", "oaks", "-l", "en,zh", "-p", f"1={given}", "--dry-run"])
        assert "Audience: experts" in shown.out
        assert "读者：专家" in shown.out
    refused = call(["cast", "mine", "oaks", "-l", "zh", "-p", "读者=国王", "--dry-run"])
    assert "`国王` is not an option of `读者`\n  one of: 初学者 | 专家" in refused.err


WRONG = [
    pytest.param({"pairs": ["1=a", "who reads=b"]}, "`a` is not an option of `Who reads`", id="no-option"),
    pytest.param({"pairs": ["2=a", "tone=b"]}, "tone is given twice", id="twice"),
    pytest.param({"pairs": ["2=a"], "stdin_as": "2"}, "2 is given twice", id="twice-piped"),
    pytest.param(
        {"pairs": ["2=@-", "3=@-"]}, "standard input is used twice: for -p 2=@- and for -p 3=@-", id="two-pairs"
    ),
    pytest.param({"pairs": ["2=@-"], "stdin_as": "3"}, "used twice: for --stdin-as 3", id="pair-and-option"),
    pytest.param({"arguments": ("-",), "pairs": ["2=@-"]}, "used twice: for - and for -p 2=@-", id="dash-and-pair"),
    pytest.param({"pairs": ["4=x"]}, "no variable `4`", id="no-such-number"),
    pytest.param({"pairs": ["7=x"]}, "no variable `7`", id="more-than-there-are"),
    pytest.param({"pairs": ["variable=x"]}, "no variable `variable`", id="no-number"),
    pytest.param({"pairs": ["-=x"]}, "no variable `-`", id="nothing-of-a-name"),
    pytest.param({"pairs": ["=x"]}, "`=x` is not KEY=VALUE", id="no-name"),
    pytest.param({"pairs": ["prompt=@-", "prompt=x"]}, "prompt is given twice", id="prompt-twice"),
    pytest.param({"pairs": ["prompt=x", "text1=y", "[PROMPT]=@-"]}, "no variable `text1`", id="no-such-text"),
    pytest.param({"page": "x", "stdin_as": "crawledtext"}, "exclude each other", id="a-page-and-a-pipe"),
    pytest.param({"stdin_as": "Tome"}, "no variable `Tome`", id="nowhere-to-pipe"),
    pytest.param({"pairs": ["crawledsource=x"]}, "`tea` has no [CRAWLEDSOURCE]", id="no-such-page"),
    pytest.param({"page": "x", "pairs": ["crawledtext=y"]}, "exclude each other", id="two-pages"),
    pytest.param({"arguments": ("a", "few", "words")}, "there is no file `a`", id="words-without-quotes"),
    pytest.param({"arguments": ("*.md",)}, "no file matches *.md", id="a-glob-that-matched-nothing"),
    pytest.param({"arguments": ("here.txt", "*.md")}, "no file matches *.md", id="a-glob-among-files"),
    pytest.param({"arguments": ("docs/*",)}, "no file matches docs/*", id="a-glob-of-a-folder"),
    pytest.param({"arguments": ("report-?.txt",)}, "no file matches report-?.txt", id="a-glob-of-one-letter"),
    pytest.param({"arguments": ("[ab].md",)}, "no file matches [ab].md", id="a-glob-of-some-letters"),
    pytest.param({"arguments": ("报告*.md",)}, "no file matches 报告*.md", id="a-chinese-glob"),
    pytest.param({"arguments": ("reprot.MD",)}, "no file reprot.MD", id="a-mistyped-file"),
    pytest.param({"arguments": ("./gone",)}, "no file ./gone", id="a-path-to-nothing"),
    pytest.param({"arguments": (".",)}, ". is a folder", id="a-folder"),
    pytest.param({"arguments": ("here.txt", "sub")}, "sub is a folder", id="a-folder-among-files"),
    pytest.param({"pairs": ["2=@sub"]}, "cannot read sub: Is a directory, for 2", id="a-folder-as-a-value"),
    pytest.param({"pairs": ["2=@gbk.txt"]}, "gbk.txt is not UTF-8 text, for 2", id="gbk-as-a-value"),
    pytest.param({"pairs": ["2=@"]}, "cannot read : No such file or directory, for 2", id="no-file-named"),
    pytest.param({"arguments": ("gbk.txt",)}, "gbk.txt is not UTF-8 text", id="a-gbk-file"),
    pytest.param({"spell": BARE, "arguments": ("oaks",)}, "`bare` takes no text", id="a-text-nobody-takes"),
    pytest.param(
        {"spell": BARE, "stdin": "x"}, "what is piped in has no place: `bare` takes no text", id="piped-for-nobody"
    ),
    pytest.param({"spell": BARE, "pairs": ["prompt=x"]}, "`bare` takes no text", id="a-prompt-nobody-takes"),
    pytest.param({"stdin": None, "pairs": ["2=@-"]}, "there is no standard input for -p 2=@-", id="closed"),
    pytest.param({"arguments": ("here.txt",), "stdin": "x"}, "the files are the input", id="piped-beside-a-file"),
    pytest.param({"spell": BARE, "page": "x"}, "`bare` takes no text", id="a-page-nobody-takes"),
    pytest.param({"spell": CASED, "case": "a", "page": "x"}, "exclude each other", id="a-page-and-a-case"),
    pytest.param({"spell": CASED, "case": "a", "arguments": ("here.txt",)}, "exclude each", id="a-file-and-a-case"),
    pytest.param({"spell": CASED, "case": "a", "arguments": ("-",)}, "exclude each other", id="a-dash-and-a-case"),
    pytest.param({"spell": CASED, "case": "a", "pairs": ["prompt=@-"]}, "exclude each other", id="placed-and-a-case"),
    pytest.param({"spell": CASED, "case": "a", "stdin": "x"}, "has no place: a text and --case", id="pipe-and-a-case"),
    pytest.param({"case": "none"}, "`tea` has no case `none`", id="no-such-case"),
]


@pytest.mark.parametrize(("given", "said"), WRONG)
def test_an_input_that_cannot_be_meant_is_refused(folder: Path, given: dict[str, Any], said: str) -> None:
    (folder / "here.txt").write_text("here", encoding="utf-8")
    (folder / "sub").mkdir()
    (folder / "gbk.txt").write_bytes("林黛玉".encode("gbk"))
    arguments = given.pop("arguments", ())
    with pytest.raises(UsageError) as caught:
        one(*arguments, **given)
    assert said in caught.value.message
    assert "\n" not in caught.value.message


def test_nothing_piped_in_for_a_place_by_name_is_told() -> None:
    for how in ({"pairs": ["2=@-"]}, {"stdin_as": "prompt"}):
        with pytest.raises(MissingInput, match="nothing is piped in for "):
            one("oaks", stdin=" \n", **how)


def test_a_hint_says_where_what_is_piped_in_could_go() -> None:
    with pytest.raises(UsageError) as caught:
        one(spell=BARE, stdin="x")
    assert caught.value.hint == (
        "give it one with --stdin-as KEY (its inputs are: 1 (Word)); or pipe in nothing: < /dev/null"
    )


def test_a_name_that_is_none_is_told_what_there_is() -> None:
    with pytest.raises(UsageError) as caught:
        one(pairs=["4=x"], texts=[ZH])
    assert caught.value.hint == "there are: 1 (读者), 2 (语气), 3 (文字)"
    with pytest.raises(UsageError) as caught:
        one(pairs=["1=x"], spell=Spell(name="tea", prompt="[PROMPT]"))
    assert caught.value.hint == "this spell has no variables"
    with pytest.raises(UsageError) as caught:
        one(pairs=["1=x"])
    assert caught.value.hint == "one of: beginners | experts"


def test_a_case_takes_other_variables(folder: Path) -> None:
    case = one(spell=CASED, case="a", pairs=["1=x"])
    assert (case.id, case.prompt, case.variables) == ("a", "elms", {"1": "x", "2": "b"})
    assert one(spell=CASED, case="a", stdin="y", stdin_as="2").variables == {"2": "y"}


def test_two_variables_of_one_label_are_told_apart_by_number() -> None:
    same = tuple(Variable(id=number, label="Tone") for number in (1, 2))
    spell = Spell(name="tea", prompt="[VARIABLE1] [VARIABLE2]", variables=same)
    with pytest.raises(UsageError, match="the label of several variables") as caught:
        one(spell=spell, pairs=["tone=x"])
    assert caught.value.hint == "by number: 1, 2"
    assert one(spell=spell, pairs=["2=x"]).variables == {"2": "x"}


def test_a_file_is_told_from_a_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("notes.md", "LICENSE", "two words.txt"):
        (folder / name).write_text("here\r\n", encoding="utf-8-sig")
    assert sort_arguments(["notes.md"]) == ("", ("notes.md",))
    assert sort_arguments(["two words.txt"]) == ("", ("two words.txt",))
    assert sort_arguments(["./LICENSE"]) == ("", ("./LICENSE",))
    assert sort_arguments(["LICENSE", "notes.md"]) == ("", ("LICENSE", "notes.md"))
    assert capsys.readouterr().err == ""
    assert sort_arguments(["LICENSE"]) == ("LICENSE", ())
    assert capsys.readouterr().err == (
        "note: `LICENSE` is sent as a text, though there is a file of that name: ./LICENSE is the file\n"
    )
    assert one("notes.md").prompt == "here"
    assert one(pairs=["prompt=notes.md"]).prompt == "notes.md"
    assert one("notes.md", pairs=["prompt=Shorten:"]).prompt == "Shorten:\n\nhere"


def test_a_value_out_of_a_file_loses_its_mark_and_its_last_line_ends(folder: Path) -> None:
    (folder / "tone.txt").write_bytes(b"\xef\xbb\xbfdry\r\nand short\r\n\r\n")
    assert one("oaks", pairs=["2=@tone.txt"]).variables == {"2": "dry\nand short"}
    assert one("oaks", pairs=["2=@@tone.txt"]).variables == {"2": "@tone.txt"}


def test_a_file_of_any_name_is_a_value(folder: Path) -> None:
    name = os.fsdecode(b"\xff.md")
    (folder / name).write_text("text", encoding="utf-8")
    assert one(pairs=[f"prompt=@{name}"]).prompt == "text"
    assert one(pairs=[f"prompt={name}"]).prompt == "?.md"
    assert one(pairs=[f"prompt=@@{name}"]).prompt == "@?.md"


def test_a_parameter_is_utf8() -> None:
    assert parse_parameters(["x=a" + os.fsdecode(b"\xff")]) == {"x": "a?"}


def test_a_file_of_ones_home_is_a_value(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    (folder / "tone.txt").write_text("dry", encoding="utf-8")
    assert one("oaks", pairs=["2=@~/tone.txt"]).variables == {"2": "dry"}


def test_what_no_model_could_take_is_not_read_to_its_end(folder: Path) -> None:
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(UsageError, match=r"huge\.txt is larger than 64 MiB"):
        read_file("huge.txt")

    class Endless(io.StringIO):
        def read(self, size: int | None = -1, /) -> str:
            assert size is not None
            assert size >= 0
            return "x" * size

    with pytest.raises(UsageError, match="standard input is longer than 64 Mi characters"):
        read_stdin(Endless())


def test_standard_input_that_fails_is_told() -> None:
    class Failing(io.StringIO):
        def read(self, size: int | None = -1, /) -> str:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    with pytest.raises(UsageError, match="cannot read standard input: Input/output error"):
        read_stdin(Failing())


def test_a_pipe_of_the_shell_is_a_file(write_spell: Callable[..., Path]) -> None:
    write_spell()
    shown = shell("grimoire cast mine <(echo oaks) -p 2=@<(echo dry) --dry-run")
    assert (shown.code, shown.err) == (0, "")
    assert "about: oaks\nAudience: beginners. Tone: dry\n" in shown.out


def test_a_closed_standard_input_is_no_input(write_spell: Callable[..., Path]) -> None:
    write_spell()
    shown = shell("grimoire cast mine oaks --dry-run <&-")
    assert (shown.code, shown.err) == (0, "")
    assert "about: oaks\n" in shown.out


def test_a_terminal_is_read_where_it_is_asked_for_and_else_not(write_spell: Callable[..., Path]) -> None:
    write_spell()
    assert "about: oaks\n" in run_on_terminal(["cast", "mine", "oaks", "--dry-run"]).out
    typed = run_on_terminal(["cast", "mine", "-", "--dry-run"], typed="elms\n\x04")
    assert "about: elms\n" in typed.out
    placed = run_on_terminal(["cast", "mine", "oaks", "--stdin-as", "tone", "--dry-run"], typed="dry\n\x04")
    assert "about: oaks\nAudience: beginners. Tone: dry\n" in placed.out


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(["--case", "willow"], id="case"),
        pytest.param(["willow trees"], id="text"),
        pytest.param(["-p", "prompt=willow trees"], id="pair"),
        pytest.param(["willow.md"], id="file"),
    ],
)
def test_who_leaves_standard_input_open_is_told_what_is_waited_for(
    write_spell: Callable[..., Path], folder: Path, args: list[str]
) -> None:
    write_spell()
    (folder / "willow.md").write_text("willow trees", encoding="utf-8")
    process = subprocess.Popen(
        [*COMMAND, "cast", "mine", *args, "--dry-run"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    giving_up = threading.Timer(PATIENCE, process.kill)
    giving_up.start()
    with process:
        assert process.stderr
        assert b"waiting for the end of standard input" in process.stderr.readline()
        giving_up.cancel()
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, b"")
    assert b"about: willow trees" in out


class Slow(io.StringIO):
    """Standard input that is long in coming, and says whether anybody looked if it is there yet."""

    watched = False

    def fileno(self) -> int:
        self.watched = True
        raise io.UnsupportedOperation


@pytest.mark.parametrize(
    ("text", "watched"), [pytest.param((), False, id="none"), pytest.param(("x",), True, id="one")]
)
def test_a_text_that_is_only_piped_in_may_take_its_time(text: tuple[str, ...], *, watched: bool) -> None:
    spell, stdin = Spell(name="tea", prompt="[PROMPT]"), Slow("willows")
    (read,) = read_inputs(Given(arguments=text), spell, [spell.template], stdin)
    assert read.case.prompt == "\n\n".join([*text, "willows"])
    assert stdin.watched is watched


def test_a_file_to_go_on_with_is_a_text_too(folder: Path) -> None:
    (folder / "a.md").write_text("x", encoding="utf-8")
    stdin = Slow("willows")
    assert read_text(Given(arguments=("a.md",)), stdin).case.prompt == "x\n\nwillows"
    assert stdin.watched


def test_a_case_for_an_answer_from_elsewhere_is_never_a_file(folder: Path) -> None:
    (folder / "a.md").write_text("x", encoding="utf-8")
    spell = Spell(name="tea", prompt="[PROMPT]", cases=(Case(id="willow", prompt="willows"),))
    assert build_case(spell, spell.template, case_id="", text="a.md", pairs=[]).prompt == "a.md"
    assert build_case(spell, spell.template, case_id="willow", text=None, pairs=[]).prompt == "willows"
    with pytest.raises(UsageError, match="exclude each other"):
        build_case(spell, spell.template, case_id="willow", text="x", pairs=[])
    with pytest.raises(UsageError, match="there is no standard input"):
        build_case(spell, spell.template, case_id="", text="x", pairs=["prompt=@-"])
