from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire.errors import InvalidFile, Problem
from grimoire.settings import SettingsFile
from grimoire.yamlfile import MAX_BYTES, MAX_DEPTH, MAX_NODES, convert, dump, parse, read

LINE = "x" * 60 + "\n"


class Leaf(msgspec.Struct, forbid_unknown_fields=True):
    label: str
    weight: float = 0.0


class Tree(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    leaves: tuple[Leaf, ...] = ()
    named: dict[str, Leaf] = {}
    texts: dict[str, str] = {}


def refused(text: str) -> Problem:
    with pytest.raises(InvalidFile) as caught:
        parse(text, "a.yaml")
    [problem] = caught.value.problems
    return problem


def misfit(text: str) -> Problem:
    with pytest.raises(InvalidFile) as caught:
        convert(parse(text, "a.yaml"), Tree)
    [problem] = caught.value.problems
    return problem


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("no", "no", id="no is text"),
        pytest.param("yes", "yes", id="yes is text"),
        pytest.param("on", "on", id="on is text"),
        pytest.param("12:30", "12:30", id="a time is text"),
        pytest.param("2024-01-31", "2024-01-31", id="a date is text"),
        pytest.param("1_000", "1_000", id="underscores are text"),
        pytest.param("0x1F", "0x1F", id="hexadecimal is text"),
        pytest.param(".inf", ".inf", id="infinity is text"),
        pytest.param("１２", "１２", id="full-width digits are text"),
        pytest.param("9" * 16, "9" * 16, id="a long number is text"),
        pytest.param("true", True, id="true"),
        pytest.param("False", False, id="False"),
        pytest.param("null", None, id="null"),
        pytest.param("~", None, id="tilde"),
        pytest.param("", None, id="nothing"),
        pytest.param("-12", -12, id="integer"),
        pytest.param("007", 7, id="leading zeros are decimal"),
        pytest.param("1.50", 1.5, id="float"),
        pytest.param(".5", 0.5, id="float without integer part"),
        pytest.param("1e3", 1000.0, id="exponent"),
        pytest.param("1e999", "1e999", id="a number too large for a float is text"),
        pytest.param("3.", 3.0, id="float without fraction"),
        pytest.param("'12'", "12", id="single quotes"),
        pytest.param('"true"', "true", id="double quotes"),
        pytest.param("!!str 12", "12", id="the string tag"),
        pytest.param("! 12", "12", id="the non-specific tag"),
    ],
)
def test_scalars(text: str, value: object) -> None:
    assert parse(f"a: {text}\n", "a.yaml").data == {"a": value}
    assert type(parse(f"a: {text}\n", "a.yaml").data["a"]) is type(value)  # type: ignore[index]  # it is a dict


@pytest.mark.parametrize("text", ["", "# nothing\n", "\ufeff"], ids=["empty", "comment", "mark"])
def test_a_file_without_content_is_nothing(text: str) -> None:
    document = parse(text, "a.yaml")
    assert document.data is None
    assert document.place(("a", 0)) == (1, 1)


def test_keys_are_text_as_it_is_written() -> None:
    assert parse("1: a\n01: b\n1.0: c\ntrue: d\nnull: e\n", "a.yaml").data == {
        "1": "a",
        "01": "b",
        "1.0": "c",
        "true": "d",
        "null": "e",
    }


def test_places_and_aliases() -> None:
    text = "name: &n tree\nleaves:\n  - label: *n\n  -   {label: b,\n       weight: 2}\n"
    text += "named:\n    'x':\n      label: *n\n"
    document = parse(text, "a.yaml")
    places = {
        ("name",): (1, 1),
        ("leaves",): (2, 1),
        ("leaves", 0): (3, 5),
        ("leaves", 0, "label"): (3, 5),
        ("leaves", 1): (4, 7),
        ("leaves", 1, "weight"): (5, 8),
        ("named", "x"): (7, 5),
        ("named", "x", "label"): (8, 7),
    }
    assert {path: document.place(path) for path in places} == places
    assert document.place(("named", "x", "missing")) == (7, 5)
    assert document.place(("leaves", 7, "label")) == (2, 1)
    tree = convert(document, Tree)
    assert (tree.leaves[0].label, tree.leaves[1].weight, tree.named["x"].label) == ("tree", 2.0, "tree")


@pytest.mark.parametrize(
    ("text", "line", "column", "place"),
    [
        pytest.param("a: |\n  one\n  two\n", 2, 2, (3, 4), id="block"),
        pytest.param("b: 1\na: |-\n\n     one\n      two\n", 3, 2, (5, 7), id="block that starts with an empty line"),
        pytest.param("a: |2\n    one\n  two\n", 1, 3, (2, 5), id="block that says its indentation"),
        pytest.param("a:\n  |\n  one\n", 1, 1, (3, 3), id="block whose bar is on the next line"),
        pytest.param("a: |\r\n  one\r\n  two\r\n", 2, 1, (3, 3), id="CRLF"),
        pytest.param("a: one two\n", 1, 5, (1, 1), id="plain text: where it begins"),
        pytest.param("a: >\n  one\n\n  two\n", 2, 1, (1, 1), id="folded text: where it begins"),
    ],
)
def test_places_in_a_text(text: str, line: int, column: int, place: tuple[int, int]) -> None:
    assert parse(text, "a.yaml").place_in_text(("a",), line, column) == place


@pytest.mark.parametrize(
    ("text", "gate", "line", "piece"),
    [
        pytest.param("a: 1\nb: 2\na: 3\n", "duplicate-key", 3, "`a` stands twice; the first is on line 1", id="twice"),
        pytest.param("null: 1\nnull: 2\n", "duplicate-key", 2, "`null` stands twice", id="constant twice"),
        pytest.param("01: 1\n01: 2\n", "duplicate-key", 2, "`01` stands twice", id="number twice"),
        pytest.param('k: {a: 1,\n"a": 2}\n', "duplicate-key", 2, "`a` stands twice", id="twice in a flow mapping"),
        pytest.param("a: !!int 1\n", "yaml", 1, "tag:yaml.org,2002:int", id="tag of a scalar"),
        pytest.param("a: !env [HOME]\n", "yaml", 1, "!env", id="tag of a list"),
        pytest.param("a: !!python/object:os.x {}\n", "yaml", 1, "python/object", id="tag of a mapping"),
        pytest.param("a: 1\n---\nb: 2\n", "yaml", 2, "more than one document", id="two documents"),
        pytest.param("a: 1\n...\n---\nb: 2\n", "yaml", 3, "more than one document", id="two documents, one ended"),
        pytest.param("? [a]\n: b\n", "yaml", 1, "a key must be plain text", id="list as key"),
        pytest.param("a: &x [1]\n? *x\n: b\n", "yaml", 2, "a key must be plain text", id="aliased list as key"),
        pytest.param("a: *x\n", "yaml", 1, "unknown or unfinished alias *x", id="unknown alias"),
        pytest.param("a: &x [*x]\n", "yaml", 1, "unknown or unfinished alias *x", id="an alias of itself"),
        pytest.param("a:\n\tb: 1\n", "yaml", 2, "indent with spaces", id="tab"),
        pytest.param("a: b: c\n", "yaml", 1, "put a text that holds a colon in quotes", id="colon in a plain text"),
        pytest.param("a: [1\nb: 2\n", "yaml", 2, "not YAML", id="list that stays open"),
        pytest.param("a: 1\nb: x\0y\n", "yaml", 2, "U+0000", id="NUL"),
        pytest.param("é: 1\nb: '\x1b[31m'\n", "yaml", 2, "U+001B", id="escape character after accents"),
        pytest.param("[" * 1_000_000, "limit", 1, f"deeper than {MAX_DEPTH}", id="a million brackets"),
        pytest.param("{a: " * 100_000, "limit", 1, f"deeper than {MAX_DEPTH}", id="braces"),
        pytest.param("- " * 100_000, "limit", 1, f"deeper than {MAX_DEPTH}", id="dashes"),
        pytest.param("- a\n" * (MAX_NODES + 1), "limit", MAX_NODES, "values once aliases", id="many values"),
    ],
)
def test_what_is_refused(text: str, gate: str, line: int, piece: str) -> None:
    begun = time.monotonic()
    problem = refused(text)
    assert (problem.gate, problem.line) == (gate, line)
    assert piece in str(problem)
    assert time.monotonic() - begun < 2


def test_what_is_just_allowed() -> None:
    assert parse("[" * MAX_DEPTH + "]" * MAX_DEPTH, "a.yaml").data is not None
    assert len(parse("- a\n" * (MAX_NODES - 1), "a.yaml").data) == MAX_NODES - 1  # type: ignore[arg-type]  # a list
    assert parse("a: &x [1, 2]\nb: *x\nc: *x\n", "a.yaml").data == {"a": [1, 2], "b": [1, 2], "c": [1, 2]}
    assert parse("<<: {a: 1}\n", "a.yaml").data == {"<<": {"a": 1}}, "merge keys are keys like any other"


LEVELS = [
    f"{name}: &{name} [{', '.join([f'*{below}'] * 10)}]\n" for below, name in zip("abcdefgh", "bcdefghi", strict=True)
]
BOMBS = [
    pytest.param("a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(LEVELS), id="lists in lists"),
    pytest.param(f"a: &a {'x' * 1_000_000}\nb:\n" + "- *a\n" * 40_000, id="a long text many times"),
]


@pytest.mark.parametrize("text", BOMBS)
def test_a_bomb_costs_a_moment_and_little_memory(tmp_path: Path, text: str) -> None:
    """The limit is on the whole process, Python and imports included, so that it can be measured from outside."""
    path = tmp_path / "bomb.yaml"
    path.write_text(text, encoding="utf-8")
    code = """
import json, pathlib, re, resource, sys, time
from grimoire import errors, yamlfile
import yaml
begun = time.monotonic()
try:
    yamlfile.read(pathlib.Path(sys.argv[1]))
    gate = "none"
except errors.InvalidFile as error:
    gate = error.problems[0].gate
seconds = time.monotonic() - begun
if sys.platform == "linux":  # where getrusage also counts what the parent held before it started this process
    peak = int(re.search(r"VmHWM:\\s*(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) // 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 // 1024
print(json.dumps([gate, seconds, peak]))
"""
    command = [sys.executable, "-c", code, str(path)]
    root = Path(__file__).parent.parent
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, cwd=root)
    gate, seconds, mebibytes = json.loads(done.stdout)
    assert gate == "limit"
    assert seconds < 1
    assert mebibytes < 200


@pytest.mark.parametrize(
    ("text", "gate", "place", "said"),
    [
        pytest.param("nam: x\n", "unknown-key", (1, 1), "unknown key `nam` (did you mean `name`?)", id="near key"),
        pytest.param(
            "name: x\nzzz: y\n", "unknown-key", (2, 1), "(known keys: name, leaves, named, texts)", id="no near key"
        ),
        pytest.param(
            "name: x\nleaves:\n- label: a\n- lable: b\n", "unknown-key", (4, 3), "did you mean `label`?", id="in a list"
        ),
        pytest.param(
            "name: x\nnamed:\n  a: {label: b}\n  c: {lable: d}\n", "unknown-key", (4, 7), "`label`?", id="in a mapping"
        ),
        pytest.param(
            "name: x\nnamed:\n  a: {label: b}\n  c: {weight: 1}\n", "missing-key", (4, 3), "`label` is", id="missing"
        ),
        pytest.param("leaves: []\n", "missing-key", (1, 1), "`name` is missing", id="missing at the top"),
        pytest.param("name: 12\n", "type", (1, 1), "got `int` (put it in quotes)", id="number for text"),
        pytest.param("name: true\n", "type", (1, 1), "got `bool` (put it in quotes)", id="constant for text"),
        pytest.param("name:\n", "type", (1, 1), "got `null` (put it in quotes)", id="nothing for text"),
        pytest.param("name: [a]\n", "type", (1, 1), "`name`: expected `str`, got `array`", id="list for text"),
        pytest.param(
            "name: a\ntexts:\n  x: b\n  y: 5\n",
            "type",
            (4, 3),
            "`texts.y`: expected `str`, got `int`",
            id="in a text map",
        ),
        pytest.param(
            "name: a\nleaves:\n- {label: b, weight: c}\n", "type", (3, 14), "`leaves[0].weight`", id="text for number"
        ),
        pytest.param("- name\n", "type", (1, 1), "expected `object`, got `array`", id="a list at the top"),
        pytest.param("", "type", (1, 1), "expected `object`, got `null`", id="an empty file"),
        pytest.param(
            'name: a\n"b` - at `$.leaves[0]": 1\n', "unknown-key", (1, 1), "unknown key", id="key with a place"
        ),
        pytest.param(
            f'name: a\n? "b` - at `$[{"9" * 5000}]"\n: 1\n', "unknown-key", (2, 3), "unknown key", id="key with digits"
        ),
    ],
)
def test_misfits(text: str, gate: str, place: tuple[int, int], said: str) -> None:
    problem = misfit(text)
    assert (problem.gate, (problem.line, problem.column)) == (gate, place)
    assert said in str(problem)


@pytest.mark.parametrize(
    ("content", "gate", "line", "piece"),
    [
        pytest.param(b"a: 1\nb: \xff\n", "encoding", 2, "not UTF-8", id="a stray byte"),
        pytest.param("a: 1".encode("utf-16"), "encoding", 1, "not UTF-8", id="UTF-16"),
        pytest.param(b"#" * (MAX_BYTES + 1), "limit", 0, "larger than 2048 KiB", id="too large"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, content: bytes, gate: str, line: int, piece: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    with pytest.raises(InvalidFile) as caught:
        read(path)
    [problem] = caught.value.problems
    assert (problem.file, problem.gate, problem.line) == (str(path), gate, line)
    assert piece in problem.message


def test_files_that_are_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(InvalidFile, match="cannot be read"):
            read(path)


def test_a_byte_order_mark_and_the_largest_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\n")
    assert read(path).data == {"a": 1}
    assert read(path).places["a",] == (1, 1)
    path.write_bytes(b"a: 1\n" + b"#" * (MAX_BYTES - 5))
    assert read(path).data == {"a": 1}


# Pieces that have tripped YAML writers: breaks of several kinds, white space at edges, indicators, other types' words.
CHARACTERS = "\n\r\t \0\x1b\x7f\x85\u2028\ufeff\ud800\uffff🙂林?|>%@`'\"\\[{=a1."
WORDS = ["no", "null", "~", "1e5", "0x1", "007", "12:30", "<<", "---", "...", "&a", "*a", "!!int", "[PROMPT]", "林黛玉"]
HARD = st.sampled_from([*CHARACTERS, *WORDS, "\r\n", "  ", "- ", ": ", " #"])
TEXTS = st.lists(HARD | st.text(max_size=4), max_size=8).map("".join)
NUMBERS = st.integers(-(10**14), 10**14) | st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.recursive(
    TEXTS | NUMBERS | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def clean(value: object) -> object:
    """What is meant to come back: lone surrogates as question marks, which may make two keys one."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case list():
            return [clean(item) for item in value]
        case dict():
            return {clean(key): clean(item) for key, item in value.items()}
        case _:
            return value


@given(TEXTS)
def test_every_text_reads_back(text: str) -> None:
    written = dump({"a": {"b": [text]}, "c": text})
    assert parse(written, "a.yaml").data == {"a": {"b": [clean(text)]}, "c": clean(text)}
    assert written.isprintable() or not any(ord(c) < 32 and c != "\n" for c in written)


@given(st.dictionaries(TEXTS.filter(lambda key: "\ud800" not in key and len(key) < 100), PLAIN, max_size=4))
def test_plain_values_read_back(data: dict[str, object]) -> None:
    def distinct(value: object) -> bool:
        match value:
            case list():
                return all(distinct(item) for item in value)
            case dict():
                return len({clean(key) for key in value}) == len(value) and all(distinct(v) for v in value.values())
        return True

    if distinct(data):
        assert parse(dump(data), "a.yaml").data == clean(data)


def test_what_a_person_reads() -> None:
    prompt, line = "one\n  two\n\nthree\n", "word " * 100 + "end"
    data: dict[str, object] = {"prompt": prompt, "hint": "no", "list": ["a", {"id": 1}], "long": line}
    assert dump(data) == (
        "prompt: |\n  one\n    two\n\n  three\nhint: 'no'\nlist:\n  - a\n  - id: 1\nlong: " + "word " * 100 + "end\n"
    )


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("languages: en, zh", "write a list: [a, b]"),
        ("backend： deepseek", "write key: value, with an ASCII colon and a space after it"),
        ("backend: 5", "put it in quotes"),
    ],
)
def test_a_wrong_type_says_what_to_write(text: str, hint: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        convert(parse(text, "f.yaml"), SettingsFile)
    assert caught.value.problems[0].hint == hint
