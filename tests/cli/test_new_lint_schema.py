from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from grimoire import yamlfile
from tests.cli.process import ROOT, call, run, run_on_terminal, shell


def test_a_new_spell_is_valid_found_and_can_be_rehearsed(folder: Path) -> None:
    made = run(["new", "my-first", "--topic", "Home & Garden"])
    assert (made.code, made.out, made.err) == (0, "spells/home-garden/my-first.yaml\n", "")
    assert call(["lint", "--strict", "spells"]).code == 0
    shown = call(["show", "my-first", "--json"]).json
    assert (shown["title"], shown["topic"]) == ("My first", "Home & Garden")
    assert call(["cast", "my-first", "--case", "willow", "--dry-run"]).out.startswith("You are an expert in history.")
    assert call(["trial", "my-first", "-l", "en"]).code == 0
    first = (folder / made.out.strip()).read_text(encoding="utf-8").splitlines()[0]
    linked = (folder / made.out.strip()).parent / first.partition("$schema=")[2]
    assert linked.resolve() == (folder / "spells" / "spell.schema.json").resolve()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: b # c", id="mapping-and-comment"),
        pytest.param("{name}", id="braces"),
        pytest.param("\"quoted\" 'both'", id="quotes"),
        pytest.param("yes", id="a-constant"),
        pytest.param("1.0", id="a-number"),
        pytest.param("two\nlines", id="two-lines"),
        pytest.param("林黛玉", id="chinese"),
        pytest.param("- ", id="list-item"),
    ],
)
def test_whatever_the_title_it_reads_back(text: str) -> None:
    made = call(["new", "odd", "--title", text, "--dir", "lib"])
    assert made.code == 0, made.err
    assert call(["show", made.out.strip(), "--json"]).json["title"] == text


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(["new", "Capitals"], "not a spell name", id="capitals"),
        pytest.param(["new", "../up"], "not a spell name", id="a-path"),
        pytest.param(["new", "a.zh"], "not a spell name", id="a-translation"),
        pytest.param(["new", "x" * 300], "cannot write", id="longer-than-a-file-name-may-be"),
        pytest.param(["new", "fine", "--dir", "file/below"], "cannot write", id="below-a-file"),
        pytest.param(["new", "there"], "already: spells/there.yaml", id="taken"),
    ],
)
def test_new_refuses(folder: Path, write_spell: Callable[..., Path], args: list[str], said: str) -> None:
    before = write_spell("there").read_text(encoding="utf-8")
    (folder / "file").write_text("", encoding="utf-8")
    refused = call(args)
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err
    assert (folder / "spells" / "there.yaml").read_text(encoding="utf-8") == before


def test_the_shipped_library_is_flawless() -> None:
    linted = run(["lint", "--strict", "--json", str(ROOT / "spells")])
    assert (linted.code, linted.out, linted.err) == (0, "", "")


def test_lint_tells_file_line_and_column_and_goes_on(write_spell: Callable[..., Path]) -> None:
    write_spell("bad", topic="topic\nnonsense: 1")
    write_spell("worse", prompt="promt")
    linted = run(["lint", "spells"])
    assert linted.code == 2
    lines = linted.out.splitlines()
    assert any(line.startswith("spells/bad.yaml:5:1: error: ") and "nonsense" in line for line in lines)
    assert any(line.startswith("spells/worse.yaml:") for line in lines)
    assert linted.err.endswith("warnings\n")


def test_lint_as_json_is_one_object_a_line(write_spell: Callable[..., Path]) -> None:
    write_spell("bad", willow="oak", contains="contians")
    found = call(["lint", "--json", "spells"])
    assert found.code == 2
    assert found.err == ""
    assert {"file", "line", "column", "gate", "severity", "message", "hint"} == found.lines[0].keys()
    assert any("contians" in line["message"] for line in found.lines)


@pytest.mark.parametrize(
    ("strict", "code"), [pytest.param([], 0, id="lenient"), pytest.param(["--strict"], 2, id="strict")]
)
def test_a_sample_that_fails_its_own_spell_is_a_warning(
    write_spell: Callable[..., Path], strict: list[str], code: int
) -> None:
    write_spell(contains="not-contains")
    linted = call(["lint", "spells", *strict])
    assert linted.code == code
    assert "the sample of `mine` failed its check not-contains" in linted.out
    assert linted.err == "0 errors, 1 warning\n"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("empty.yaml", b"", "error", id="empty"),
        pytest.param("binary.yaml", b"\x00\xff\xfe", "error", id="binary"),
        pytest.param("list.yaml", b"- 1", "error", id="not-a-mapping"),
        pytest.param("deep.yaml", b"a: " + b"[" * 5000, "error", id="deep"),
        pytest.param("lonely.zh.yaml", b"language: zh", "lonely.yaml, which is not there", id="orphan"),
    ],
)
def test_lint_of_a_hostile_file_ends_with_2(folder: Path, name: str, content: bytes, said: str) -> None:
    (folder / name).write_bytes(content)
    linted = call(["lint", name])
    assert linted.code == 2
    assert said in linted.out
    assert linted.out.startswith(f"{name}:")


def test_lint_of_what_is_not_there() -> None:
    refused = call(["lint", "nowhere"])
    assert (refused.code, refused.out) == (2, "")
    assert "no file or folder nowhere" in refused.err


def test_the_schema_holds_for_every_shipped_spell() -> None:
    printed = run(["schema"])
    assert (printed.code, printed.err) == (0, "")
    jsonschema.Draft202012Validator.check_schema(printed.json)
    files = [path for path in sorted((ROOT / "spells").rglob("*.yaml")) if "." not in path.stem]
    assert len(files) == 43
    for path in files:
        jsonschema.validate(yamlfile.read(path).data, printed.json, jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    ("spell", "right"),
    [
        pytest.param({"name": "a", "prompt": "x", "role": "voice"}, True, id="role"),
        pytest.param({"name": "a", "prompt": "x", "role": "voise"}, False, id="no-role"),
        pytest.param({"name": "a", "chain": [{"spell": "b", "with": ["c"]}]}, True, id="chain"),
        pytest.param({"name": "a", "chain": [{"spell": "b", "joined": ["c"]}]}, False, id="a-step's-key"),
        pytest.param({"name": "a", "chain": [{"spell": "b/c"}]}, False, id="a-step-by-path"),
        pytest.param({"name": "a", "chain": [{"spell": "b"}] * 21}, False, id="too-many-steps"),
        pytest.param({"name": "a", "prompt": "x", "chain": [{"spell": "b"}]}, False, id="prompt-and-chain"),
        pytest.param({"name": "a"}, False, id="neither"),
    ],
)
def test_the_schema_knows_roles_and_chains(spell: dict[str, object], right: bool) -> None:
    valid = jsonschema.Draft202012Validator(call(["schema"]).json).is_valid(spell)
    assert valid == right


def test_the_schema_refuses_a_mistyped_key() -> None:
    schema = call(["schema"]).json
    with pytest.raises(jsonschema.ValidationError, match="promt"):
        jsonschema.validate({"name": "a", "prompt": "b", "promt": "c"}, schema)


BROKEN = ROOT / "tests" / "data" / "broken-translations"
DEFECTS = {
    "answered.zh": ("length", 9),
    "code-changed.zh": ("protected", 14),
    "cut-short.de": ("length", 15),
    "cut-short.zh": ("length", 15),
    "digits-lost.zh": ("numbers", 11),
    "entity-escaped.zh": ("added", 9),
    "line-dropped.zh": ("lines", 15),
    "lost-language.zh": ("placeholders", 10),
    "lost-prompt.de": ("placeholders", 10),
    "lost-prompt.zh": ("placeholders", 10),
    "name-translated.zh": ("names", 13),
    "note-left.zh": ("refusal", 14),
    "refused.de": ("refusal", 15),
    "refused.zh": (("refusal", "length"), 15),
    "slot-changed.zh": ("protected", 12),
    "slot-changed.zh-Hant": ("protected", 12),
    "title-is-an-answer.zh": (("title", "refusal", "length"), 5),
    "token-left-over.zh": (("leftover", "placeholders"), 12),
    "untranslated.de": ("unchanged", 9),
    "untranslated.zh": ("unchanged", 9),
    "url-changed.zh": ("protected", 12),
    "wrong-script-hant.zh-Hant": ("script", 9),
    "wrong-script.zh": ("script", 9),
}
"""By translation the gate (or those of which one has to) that finds it, and the line of its file."""


@pytest.mark.parametrize("name", DEFECTS)
def test_a_translation_that_is_wrong_in_one_way_fails_the_gate_for_it(name: str) -> None:
    gates, line = DEFECTS[name]
    found = call(["lint", "--json", str(BROKEN / f"{name}.yaml")])
    assert (found.code, found.err) == (2, "")
    errors = [(problem["gate"], problem["line"]) for problem in found.lines if problem["severity"] == "error"]
    wanted = (gates,) if isinstance(gates, str) else gates
    assert any((gate, line) in errors for gate in wanted), found.out
    assert {gate for gate, _ in errors} <= {*wanted, "title"}
    assert {problem["file"] for problem in found.lines} == {str(BROKEN / f"{name}.yaml")}


def test_no_translation_that_is_wrong_is_left_out_of_the_table() -> None:
    assert DEFECTS.keys() == {path.stem for path in BROKEN.glob("*.*.yaml")}


def test_a_lost_placeholder_is_told_once() -> None:
    found = call(["lint", "--json", str(BROKEN / "lost-prompt.zh.yaml")])
    assert len([problem for problem in found.lines if problem["gate"] == "placeholders"]) == 1
    assert "prompt, line 2: " in found.lines[0]["message"]


def test_good_translations_are_flawless() -> None:
    linted = run(["lint", "--strict", str(ROOT / "tests" / "data" / "polyglot")])
    assert (linted.code, linted.out, linted.err) == (0, "", "0 errors, 0 warnings\n")


@pytest.mark.parametrize(
    ("name", "severity", "code"),
    [
        pytest.param("wrong-script.zh", "warning", 0, id="a-persons-choice"),
        pytest.param("digits-lost.zh", "warning", 0, id="a-persons-numbers"),
        pytest.param("line-dropped.zh", "warning", 0, id="a-persons-lines"),
        pytest.param("lost-prompt.zh", "error", 2, id="but-a-lost-placeholder"),
    ],
)
def test_what_a_person_reviewed_gets_warnings(folder: Path, name: str, severity: str, code: int) -> None:
    stem = name.partition(".")[0]
    (folder / f"{stem}.yaml").write_bytes((BROKEN / f"{stem}.yaml").read_bytes())
    text = (BROKEN / f"{name}.yaml").read_text(encoding="utf-8")
    assert "status: machine" in text
    reviewed = folder / f"{name}.yaml"
    reviewed.write_text(text.replace("status: machine", "status: reviewed"), encoding="utf-8")
    found = call(["lint", "--json", str(reviewed)])
    assert found.code == code
    assert {problem["severity"] for problem in found.lines} == {severity}
    assert call(["lint", "--strict", str(reviewed)]).code == 2


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    piped = shell(f"grimoire lint {BROKEN} | head -1")
    assert piped.out.startswith(f"{BROKEN}/answered.zh.yaml:9:")
    assert len(piped.out.splitlines()) == 1
    assert not re.sub(r"\d+ errors?, \d+ warnings?\n", "", piped.err)


def test_what_a_file_holds_does_not_reach_a_terminal_as_a_command(folder: Path) -> None:
    (folder / "lost-prompt.yaml").write_bytes((BROKEN / "lost-prompt.yaml").read_bytes())
    text = (BROKEN / "lost-prompt.zh.yaml").read_text(encoding="utf-8")
    evil = text.replace("\nteaser: ", '\nteaser: "\\e]0;owned\\a\\e[2J坏" # ', 1)
    (folder / "lost-prompt.zh.yaml").write_text(evil, encoding="utf-8")
    shown = run_on_terminal(["lint", "lost-prompt.zh.yaml"])
    assert "unfit characters" in shown.out
    assert "\x1b" not in shown.out
