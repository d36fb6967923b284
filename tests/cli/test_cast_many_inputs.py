"""Inputs of which each is cast by itself: files, lines, JSON objects, and everything that can be wrong with them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grimoire.cli.inputs import Given, read_inputs
from grimoire.cli.json_objects import MOST_LEVELS, read_objects
from grimoire.cli.questions import Input
from grimoire.errors import MissingInput, UsageError
from grimoire.spell import Spell, Variable
from tests.cli.process import call, run, run_on_terminal

SPELL = Spell(
    name="tea",
    prompt="About [PROMPT] for [VARIABLE1] in [VARIABLE2] of [CRAWLEDTEXT]",
    variables=(
        Variable(id=1, label="Who reads", default="beginners", options=("beginners", "experts")),
        Variable(id=2, label="Tone", default="friendly"),
    ),
)
BARE = Spell(name="bare", prompt="Say [VARIABLE1]", variables=(Variable(id=1, label="Word"),))


def inputs(
    *arguments: str, stdin: str = "", spell: Spell = SPELL, pairs: tuple[str, ...] = (), **given: str
) -> list[Input]:
    what = Given(arguments=arguments, pairs=pairs, **given)
    return read_inputs(what, spell, [spell.template], io.StringIO(stdin))


def prompts(found: list[Input]) -> list[tuple[str, str]]:
    return [(each.label, each.case.prompt) for each in found]


@pytest.fixture(autouse=True)
def files(folder: Path) -> Path:
    for name, text in {"a.md": "one\n", "b.md": "\ufefftwo\r\nlines\r\n", "LICENSE": "free", "empty.md": " \n"}.items():
        (folder / name).write_bytes(text.encode())
    return folder


def test_each_file_is_an_input_of_its_own() -> None:
    assert prompts(inputs("a.md", "b.md", "LICENSE")) == [
        ("a.md", "one"),
        ("b.md", "two\nlines"),
        ("LICENSE", "free"),
    ]
    assert prompts(inputs("a.md")) == [("a.md", "one")], "one match of a glob behaves as many do"
    assert prompts(inputs("a.md", "a.md")) == [("a.md", "one"), ("a.md", "one")]


def test_what_a_call_gives_goes_to_every_file() -> None:
    found = inputs("a.md", "b.md", pairs=("prompt=Shorten:", "1=experts"), stdin="dry", stdin_as="tone")
    assert [each.case.prompt for each in found] == ["Shorten:\n\none", "Shorten:\n\ntwo\nlines"]
    assert [each.case.variables for each in found] == [{"1": "experts", "2": "dry"}] * 2
    paged = inputs("a.md", page="the page", spell=Spell(name="tea", prompt="[PROMPT]"))
    assert paged[0].case.prompt == "the page\n\none"
    before = inputs("a.md", pairs=("prompt=First,",), stdin="then:", stdin_as="prompt")
    assert before[0].case.prompt == "First,\n\nthen:\n\none"


def test_standard_input_is_a_file_among_files() -> None:
    assert prompts(inputs("a.md", "-", stdin="piped\n")) == [("a.md", "one"), ("-", "piped")]


@pytest.mark.parametrize(
    ("arguments", "given", "said"),
    [
        pytest.param(("a.md", "empty.md"), {}, "there is nothing in empty.md", id="an-empty-file"),
        pytest.param(("a.md", "-"), {}, "there is nothing in -", id="nothing-piped-in"),
        pytest.param(("a.md", "-", "-"), {"stdin": "x"}, "used twice: for - and for -", id="standard-input-twice"),
        pytest.param(("a.md", "b.md"), {"stdin": "x"}, "what is piped in has no place", id="piped-beside-files"),
        pytest.param(("a.md", "b.md"), {"case": "x"}, "`tea` has no case `x`", id="a-case-that-is-none"),
        pytest.param(("a.md", "b.md"), {"spell": BARE}, "`bare` takes no text", id="files-nobody-takes"),
        pytest.param(("a.md", "bad.md"), {}, "bad.md is not UTF-8 text", id="not-utf-8"),
        pytest.param(("a.md", "gone.md"), {}, "there is no file `gone.md`", id="not-there"),
        pytest.param(("a.md", "sub"), {}, "sub is a folder", id="a-folder"),
    ],
)
def test_files_that_cannot_be_cast(files: Path, arguments: tuple[str, ...], given: dict[str, Any], said: str) -> None:
    (files / "bad.md").write_bytes(b"\xff\xfe")
    (files / "sub").mkdir()
    with pytest.raises(UsageError) as caught:
        inputs(*arguments, **given)
    assert said in caught.value.message


LINES = "alpha\r\n\r\n  beta \n\u2028x\n\tgamma"


def test_each_line_is_an_input_of_its_own() -> None:
    """Python's own lines would end at U+2028 too, and then numbers would not be an editor's."""
    text = LINES.replace("\r\n", "\n")  # as a text stream reads them
    expected = [("line 1", "alpha"), ("line 3", "  beta "), ("line 4", "\u2028x"), ("line 5", "\tgamma")]
    assert prompts(inputs(stdin=text, each="line")) == expected
    assert prompts(inputs("-", stdin=text, each="line")) == expected
    assert prompts(inputs("Say:", stdin="a\nb", each="line")) == [("line 1", "Say:\n\na"), ("line 2", "Say:\n\nb")]


def test_lines_are_typed_where_they_are_asked_for(write_spell: Callable[..., Path]) -> None:
    write_spell()
    typed = run_on_terminal(["cast", "mine", "-", "--each-line", "--dry-run"], typed="elms\noaks\n\x04")
    assert (typed.code, "about: elms\n" in typed.out, "about: oaks\n" in typed.out) == (0, True, True)
    unasked = run_on_terminal(["cast", "mine", "--each-line", "--dry-run"])
    assert (unasked.code, "--each-line: nothing is piped in" in unasked.out) == (2, True)


def test_lines_of_files(files: Path) -> None:
    (files / "names.txt").write_bytes(b"\xef\xbb\xbf" + LINES.encode())
    found = inputs("names.txt", "a.md", each="line", pairs=("prompt=Say:",), stdin="dry", stdin_as="2")
    assert prompts(found) == [
        ("names.txt:1", "Say:\n\nalpha"),
        ("names.txt:3", "Say:\n\n  beta "),
        ("names.txt:4", "Say:\n\n\u2028x"),
        ("names.txt:5", "Say:\n\n\tgamma"),
        ("a.md:1", "Say:\n\none"),
    ]
    assert {each.case.variables["2"] for each in found} == {"dry"}


def test_lines_go_where_they_are_told() -> None:
    found = inputs("oaks", stdin="experts \n\nBeginners\n", each="line", stdin_as="1")
    assert [(each.label, each.case.prompt, each.case.variables) for each in found] == [
        ("line 1", "oaks", {"1": "experts"}),
        ("line 3", "oaks", {"1": "beginners"}),
    ]


@pytest.mark.parametrize(
    ("arguments", "given", "said"),
    [
        pytest.param((), {}, "--each-line: nothing is piped in", id="nothing"),
        pytest.param((), {"stdin": "\n \n"}, "--each-line: nothing is piped in", id="blank"),
        pytest.param(("empty.md",), {}, "--each-line: there is no line to cast", id="blank-file"),
        pytest.param(("a.md",), {"stdin": "x"}, "what is piped in has no place", id="piped-beside-a-file"),
        pytest.param((), {"stdin": "x", "spell": BARE}, "<stdin>:1: `bare` takes no text", id="nobody-takes-it"),
        pytest.param(
            ("oaks",), {"stdin": "experts\nkings", "stdin_as": "1"}, "<stdin>:2: `kings` is not an", id="option"
        ),
        pytest.param((), {"stdin": "x", "case": "x"}, "`tea` has no case `x`", id="case"),
        pytest.param(("some", "words"), {"stdin": "x"}, "there is no file `some`", id="two-texts"),
    ],
)
def test_lines_that_cannot_be_cast(arguments: tuple[str, ...], given: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        inputs(*arguments, each="line", **given)
    assert caught.value.message.startswith(said)


def test_a_case_and_many_inputs_exclude_each_other(write_spell: Callable[..., Path]) -> None:
    write_spell()
    for args in (["a.md", "b.md"], ["--each-line"], ["--each-json"], ["oaks"]):
        refused = call(["cast", "mine", *args, "--case", "willow", "--dry-run"], stdin="")
        assert (refused.code, refused.err.splitlines()[0]) == (2, "grimoire: a text and --case exclude each other")


ROWS = [{"prompt": "tea", "Who reads": "experts", "2": "dry"}, {"PROMPT": "silk", "tone": None}]
COMPACT = "\n".join(json.dumps(row) for row in ROWS)
PRETTY = "\n".join(json.dumps(row, indent=2) for row in ROWS)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param(COMPACT + "\n", [1, 2], id="one-a-line"),
        pytest.param("\n\n" + COMPACT.replace("\n", "\r\n\r\n"), [3, 5], id="blank-lines-between"),
        pytest.param(PRETTY, [1, 6], id="laid-out"),
        pytest.param(COMPACT.replace("\n", ""), [1, 1], id="without-anything-between"),
        pytest.param(json.dumps(ROWS), [1, 1], id="an-array"),
        pytest.param(json.dumps(ROWS, indent=1), [2, 7], id="an-array-laid-out"),
        pytest.param(f"[{COMPACT.splitlines()[0]}]\n[]\n[{COMPACT.splitlines()[1]}]", [1, 3], id="arrays"),
        pytest.param("\ufeff" + COMPACT.replace("\n", "\n\ufeff"), [1, 2], id="byte-order-marks"),
        pytest.param("\x1e" + COMPACT.replace("\n", "\n\x1e"), [1, 2], id="text-sequence"),
    ],
)
def test_objects_are_found_however_they_are_laid_out(files: Path, text: str, lines: list[int]) -> None:
    (files / "rows.json").write_text(text, encoding="utf-8", newline="")
    found = inputs("rows.json", each="json")
    assert [(each.label, each.case.prompt, each.case.variables) for each in found] == [
        (f"rows.json:{lines[0]}", "tea", {"1": "experts", "2": "dry"}),
        (f"rows.json:{lines[1]}", "silk", {}),
    ]
    assert [each.given for each in found] == ROWS
    piped = inputs(stdin=text.replace("\r\n", "\n"), each="json")
    assert [each.label for each in piped] == ["object 1", "object 2"]
    assert [each.case for each in piped] == [each.case for each in found]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("19.90", "19.90", id="a-price"),
        pytest.param("-1e3", "-1e3", id="an-exponent"),
        pytest.param("12345678901234567890123", "12345678901234567890123", id="a-long-number"),
        pytest.param("true", "true", id="a-truth"),
        pytest.param('"a\\n林"', "a\n林", id="a-text"),
        pytest.param('""', "", id="an-empty-text"),
        pytest.param('[1, {"a": "林"}]', '[1,{"a":"林"}]', id="nested"),
        pytest.param('"[PROMPT] @x"', "[PROMPT] @x", id="never-a-template-nor-a-file"),
    ],
)
def test_a_field_of_any_kind_becomes_a_text(value: str, text: str) -> None:
    (found,) = inputs(stdin=f'{{"prompt": "tea", "tone": {value}}}', each="json")
    assert found.case.variables == {"2": text}


def test_a_number_that_is_too_long_for_readers_of_json_is_handed_on_as_text() -> None:
    (found,) = read_objects(f'{{"a": {2**63}, "b": {2**63 - 1}, "c": {"9" * 5000}}}', "x")
    assert found.given == {"a": str(2**63), "b": 2**63 - 1, "c": "9" * 5000}


def test_what_the_call_gives_is_the_objects_where_they_say_nothing() -> None:
    rows = '{"prompt": "tea", "1": "beginners"}\n{"prompt": "silk", "tone": null}'
    found = inputs("Say:", stdin=rows, each="json", pairs=("1=experts", "2=dry", "prompt=Kindly."))
    assert [(each.case.prompt, each.case.variables) for each in found] == [
        ("Kindly.\n\nSay:\n\ntea", {"1": "beginners", "2": "dry"}),
        ("Kindly.\n\nSay:\n\nsilk", {"1": "experts", "2": "dry"}),
    ]


def test_pages_and_the_language_of_the_answer_are_fields_too() -> None:
    (found,) = inputs(stdin='{"Prompt":"tea","crawledText":"page","Answer_In":"German"}', each="json")
    assert (found.case.crawled_text, found.case.answer_in) == ("page", "de")
    (found,) = inputs(stdin='{"prompt":"tea","answer_in":" "}', each="json")
    assert found.case.answer_in == ""


def test_the_answers_language_of_an_object_is_asked_for(write_spell: Callable[..., Path]) -> None:
    write_spell()
    rows = '{"prompt": "tea", "answer_in": "de"}\n{"prompt": "silk"}'
    shown = call(["cast", "mine", "--each-json", "--answer-in", "fr", "--dry-run"], stdin=rows)
    assert "article in German about: tea" in shown.out
    assert "article in French about: silk" in shown.out


def test_fields_that_fill_nothing_are_told_once_and_kept(
    write_spell: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"prompt": "tea", "sku": 1, "a\nb\x1b[31m": 2, "crawledtext": "x"}, {"prompt": "silk", "sku": 2, "z": None}]
    spell = Spell(name="tea", prompt="[PROMPT]")
    found = inputs(stdin=json.dumps(rows), each="json", spell=spell)
    assert [each.given for each in found] == rows
    assert capsys.readouterr().err == "note: fields that fill nothing in `tea`: sku, a b, crawledtext\n"
    inputs(stdin=json.dumps({"prompt": "x"} | {f"f{n}": n for n in range(12)}), each="json", spell=spell)
    assert "f8, f9 and 2 more\n" in capsys.readouterr().err


DEEP = "[" * (MOST_LEVELS + 1) + "]" * (MOST_LEVELS + 1)
BAD_ROWS = [
    pytest.param('{"prompt": "tea"}\n{"prompt": tea}', "rows.json:2:12: not JSON: expecting value", id="not-json"),
    pytest.param('{"prompt": "tea"}\nprompt,tone', "rows.json:2:1: not JSON: expecting value", id="no-json-at-all"),
    pytest.param('{"prompt": "tea"', "rows.json:1:17: not JSON: ", id="cut-off"),
    pytest.param('[{"prompt": "tea"}', "rows.json:1:19: not JSON: expecting a comma", id="an-array-cut-off"),
    pytest.param('[{"prompt": "tea"} {"prompt": "x"}]', "rows.json:1:20: not JSON: expecting a comma", id="no-comma"),
    pytest.param('{"prompt": NaN}', "rows.json:1:1: not JSON: NaN is no number of JSON", id="nan"),
    pytest.param('\n"tea"', 'rows.json:2: not an object: "tea"', id="a-text"),
    pytest.param("[[1]]", "rows.json:1: not an object: [1]", id="an-array-in-an-array"),
    pytest.param("1 2", "rows.json:1: not an object: 1", id="a-number"),
    pytest.param('{"a": 1, "a": 2}', "rows.json:1:1: not JSON: the field `a` stands twice", id="a-field-twice"),
    pytest.param('{"prompt": "a",\n"Prompt": "b"}', "rows.json:1: `prompt` and `Prompt` fill the same", id="one-place"),
    pytest.param(
        '{"1": "experts", "who reads": "experts"}', "rows.json:1: `1` and `who reads` fill", id="one-variable"
    ),
    pytest.param('\n{"prompt": "a", "1": "kings"}', "rows.json:2: `kings` is not an option of", id="no-option"),
    pytest.param('{"prompt": "a", "answer_in": "Germann"}', "rows.json:1: no language is called", id="no-language"),
    pytest.param('{"prompt": "\\ud800"}', "rows.json:1: half a character", id="half-a-character"),
    pytest.param('{"a": "x", "b": "y"}', "rows.json:1: none of its fields fills anything: a, b", id="nothing-fits"),
    pytest.param("{}", "rows.json:1: there is nothing in the object", id="an-empty-object"),
    pytest.param("[]", "--each-json: there is no object to cast", id="an-empty-array"),
    pytest.param(" \n", "--each-json: there is no object to cast", id="an-empty-file"),
    pytest.param(f'{{"prompt": {DEEP}}}', f"rows.json:1: nested deeper than {MOST_LEVELS} levels", id="deep"),
    pytest.param(
        '{"prompt":' + "[" * 200_000, f"rows.json:1:1: not JSON: nested deeper than {MOST_LEVELS}", id="abyss"
    ),
    pytest.param("[" * 200_000, f"rows.json:1:2: not JSON: nested deeper than {MOST_LEVELS} levels", id="abyss-alone"),
]


@pytest.mark.parametrize(("text", "said"), BAD_ROWS)
def test_an_object_that_cannot_be_cast_is_named_by_its_line(files: Path, text: str, said: str) -> None:
    (files / "rows.json").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        inputs("rows.json", each="json")
    assert caught.value.message.startswith(said)
    assert "\n" not in caught.value.message


def test_what_is_wrong_with_objects_that_are_piped_in() -> None:
    with pytest.raises(UsageError, match=r"^<stdin>:2:1: not JSON"):
        inputs(stdin='{"prompt": "x"}\nx', each="json")
    with pytest.raises(MissingInput, match="--each-json: nothing is piped in"):
        inputs(each="json")
    with pytest.raises(UsageError, match="standard input is used twice: for --stdin-as 2 and for --each-json"):
        inputs(stdin="{}", each="json", stdin_as="2")


def test_many_objects_keep_their_lines() -> None:
    rows = '{"prompt":\n"x"}\n' * 1000
    assert [each.line for each in read_objects(rows, "x")] == list(range(1, 2001, 2))


def test_an_object_that_lacks_something_stops_all_before_anything_is_sent(write_spell: Callable[..., Path]) -> None:
    write_spell()
    refused = run(
        ["cast", "mine", "--each-json", "--dry-run"], stdin='{"prompt": "x"}\n{"tone": "dry"}\n{"1": "experts"}'
    )
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (
        "grimoire: object 2: no value for [PROMPT]; 1 more input lacks something too\n"
        "  give the object a field `prompt`\n"
    )


def test_many_inputs_are_shown_one_after_another_by_a_dry_run(write_spell: Callable[..., Path]) -> None:
    write_spell()
    shown = call(["cast", "mine", "a.md", "b.md", "--dry-run"])
    assert shown.code == 0
    assert [line for line in shown.out.splitlines() if "about:" in line] == [
        "Write an article in English about: one",
        "Write an article in English about: two",
    ]
