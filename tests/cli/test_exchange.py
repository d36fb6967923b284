from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import polib
import pytest

from tests.cli.process import ROOT, call, run
from tests.cli.sidecars import approve, edit, fields, lines, losing, sidecar
from tests.servers.deepl_server import DeepLServer

POLYGLOT = ROOT / "tests" / "data" / "polyglot"
NAMES = ("city-walk", "offer-table", "poster-scene", "welcome-mail")
GOOD_1 = "用[TARGETLANGUAGE]写一篇文章，主题是：[PROMPT]"


@pytest.fixture
def translated(write_spell: Callable[..., Path], deepl: DeepLServer) -> Path:
    """A spell with a good machine translation."""
    spell = write_spell()
    assert call(["translate", "mine", "--with", "deepl"]).code == 0
    return spell


@pytest.fixture
def polyglot(folder: Path) -> Path:
    return Path(shutil.copytree(POLYGLOT, folder / "spells"))


def digests(folder: Path) -> dict[str, str]:
    """What is in a folder's spells, to the byte."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*.yaml"))}


def export(*args: str, to: str = "zh", code: int = 0) -> Path:
    done = call(["export", "po", *args, "--to", to])
    assert done.code == code, done.err
    path = Path(f"{to}.po")
    path.write_text(done.out, encoding="utf-8")
    return path


def change(path: Path, context: str, text: str | None = None, *, fuzzy: bool | None = None) -> int:
    """Give an entry another translation or another mark, as an editor does; the line of the entry."""
    catalog = polib.pofile(str(path), wrapwidth=78)
    (entry,) = [entry for entry in catalog if entry.msgctxt == context]
    entry.msgstr = entry.msgstr if text is None else text
    if fuzzy is not None:
        entry.flags = ["fuzzy"] if fuzzy else []
    catalog.save(str(path))
    (found,) = [entry for entry in polib.pofile(str(path)) if entry.msgctxt == context]
    return int(found.linenum or 0)


def check_with_gettext(path: Path) -> None:
    command = shutil.which("msgfmt")
    if command is None:
        pytest.skip("gettext's msgfmt is not installed")
    done = subprocess.run([command, "-c", "-o", "/dev/null", path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("to", ["zh", "de", "zh-Hant"])
def test_gettext_takes_the_export_of_the_whole_library(to: str) -> None:
    path = export(to=to)
    check_with_gettext(path)
    catalog = polib.pofile(str(path))
    assert len({str(entry.msgctxt).partition("/")[0] for entry in catalog}) == 43
    assert {bool(entry.msgstr) for entry in catalog} == {to == "zh"}


@pytest.mark.parametrize("to", ["de", "ja", "zh-Hant"])
def test_an_export_that_nobody_changed_changes_nothing(polyglot: Path, to: str) -> None:
    path = export(*NAMES, to=to)
    check_with_gettext(path)
    before = digests(polyglot)
    done = run(["import", "po", str(path)])
    assert (done.code, done.out) == (0, ""), done.err
    assert done.err == "4 spells: 0 written, 0 need review, 0 refused\n"
    assert digests(polyglot) == before


def test_the_shipped_library_goes_out_and_comes_back(folder: Path) -> None:
    shutil.copytree(ROOT / "spells", folder / "spells")
    before = digests(folder / "spells")
    path = export()
    catalog = polib.pofile(str(path))
    assert not catalog.fuzzy_entries()
    assert {entry.comment for entry in catalog} == {"status: reviewed"}
    done = run(["import", "po", str(path)])
    assert (done.code, digests(folder / "spells")) == (0, before), done.err


def test_a_units_place_stands_in_its_context(translated: Path) -> None:
    catalog = polib.pofile(str(export("mine")))
    contexts = [entry.msgctxt for entry in catalog]
    assert contexts[:4] == [f"mine/{place}/0" for place in ("title/1", "teaser/1", "hint/1", "prompt/1")]
    assert contexts[4] == "mine/prompt/2/1"  # numbered through the field
    assert "mine/variable 1 option 2/1/0" in contexts
    assert catalog[3].msgid == "Write an article in [TARGETLANGUAGE] about: [PROMPT]"
    assert catalog[3].msgstr == lines(translated)[0]


def test_each_entry_says_where_its_source_stands(translated: Path) -> None:
    source = translated.read_text(encoding="utf-8").splitlines()
    for entry in polib.pofile(str(export("mine"))):
        ((file, line),) = entry.occurrences
        assert file == "spells/mine.yaml"
        assert entry.msgid.split()[0] in source[int(line) - 1]


def test_what_an_editor_empties_needs_review_and_keeps_its_old_text(translated: Path) -> None:
    path = export("mine")
    before = lines(translated)
    change(path, "mine/prompt/1/0", "")
    done = call(["import", "po", str(path)])
    assert (done.code, lines(translated)) == (1, before)
    assert fields(translated)["review"] == ["prompt, line 1: emptied by its reviewer"]


def test_what_a_person_changes_is_written_and_reviewed(translated: Path) -> None:
    path = export("mine")
    change(path, "mine/prompt/1/0", GOOD_1)
    before = lines(translated)
    done = run(["import", "po", str(path)])
    assert (done.code, done.out) == (0, ""), done.err
    assert "mine.zh.yaml (reviewed)" in done.err
    assert "1 spell: 1 written, 0 need review, 0 refused" in done.err
    assert (fields(translated)["status"], lines(translated)) == ("reviewed", [GOOD_1, *before[1:]])
    assert call(["lint", "--strict", "spells"]).out == ""


def test_only_the_line_that_changed_is_another(translated: Path) -> None:
    text = approve(translated, 读者="受众")
    path = export("mine")
    change(path, "mine/title/1/0", "好标题")
    assert call(["import", "po", str(path)]).code == 0
    title = next(line for line in text.splitlines() if line.startswith("title:"))
    assert sidecar(translated).read_text(encoding="utf-8") == text.replace(title, "title: 好标题")


def test_what_is_marked_fuzzy_needs_review(translated: Path) -> None:
    path = export("mine")
    change(path, "mine/prompt/1/0", fuzzy=True)
    done = call(["import", "po", str(path)])
    assert done.code == 1
    assert (fields(translated)["status"], fields(translated)["review"]) == (
        "needs-review",
        ["prompt, line 1: marked as fuzzy"],
    )
    again = export("mine")
    (fuzzy,) = polib.pofile(str(again)).fuzzy_entries()
    assert fuzzy.msgctxt == "mine/prompt/1/0"
    change(again, "mine/prompt/1/0", fuzzy=False)
    assert call(["import", "po", str(again)]).code == 0
    assert fields(translated)["status"] == "reviewed"
    assert "review" not in fields(translated)


def test_what_needs_review_is_fuzzy_and_can_be_settled(write_spell: Callable[..., Path], deepl: DeepLServer) -> None:
    spell = write_spell()
    deepl.engine = losing("about")
    call(["translate", "mine", "--with", "deepl"])
    path = export("mine")
    before = sidecar(spell).read_bytes()
    unchanged = call(["import", "po", str(path)])
    assert (unchanged.code, sidecar(spell).read_bytes()) == (1, before)
    assert "0 written, 1 need review, 0 refused" in unchanged.err
    change(path, "mine/prompt/1/0", GOOD_1, fuzzy=False)
    assert call(["import", "po", str(path)]).code == 0
    assert (fields(spell)["status"], lines(spell)[0]) == ("reviewed", GOOD_1)


@pytest.mark.parametrize(
    ("context", "text", "said"),
    [
        pytest.param("mine/prompt/1/0", "用[TARGETLANGUAGE]写一篇文章", "[PROMPT] 0 times", id="lost"),
        pytest.param("mine/prompt/1/0", f"{GOOD_1}[PROMPT]", "it adds [PROMPT]", id="twice"),
        pytest.param("mine/variable 1 option 1/1/0", "新手|老手", "|", id="two-options-of-one"),
        pytest.param("mine/variable 1 option 1/1/0", "专家", "must differ", id="an-option-twice"),
        pytest.param("mine/teaser/1/0", "[PROMPT] 的简介", "it adds [PROMPT]", id="added-to-the-teaser"),
        pytest.param("mine/prompt/1/0", "用 [TARGETLANGUAGE] 写：[PROMPT]⟦3⟧", "token 3 1 times", id="a-token"),
    ],
)
@pytest.mark.parametrize("fuzzy", [False, True])
def test_what_would_break_the_spell_is_refused_with_its_line(
    translated: Path, context: str, text: str, said: str, *, fuzzy: bool
) -> None:
    path = export("mine")
    line = change(path, context, text, fuzzy=fuzzy)
    kept = lines(translated), fields(translated)["teaser"], fields(translated)["variables"]
    done = call(["import", "po", str(path)])
    assert (done.code, done.out) == (1, "")
    assert re.search(rf"^zh\.po:{line}: error: mine: .*{re.escape(said)}", done.err, re.MULTILINE), done.err
    assert "1 refused" in done.err
    assert (lines(translated), fields(translated)["teaser"], fields(translated)["variables"]) == kept


def test_one_that_is_refused_stops_no_other(translated: Path) -> None:
    path = export("mine")
    change(path, "mine/prompt/1/0", "没有了")
    change(path, "mine/title/1/0", "好标题")
    assert call(["import", "po", str(path)]).code == 1
    assert (fields(translated)["title"], "[PROMPT]" in lines(translated)[0]) == ("好标题", True)


def test_what_a_gate_refuses_but_a_person_wrote_comes_back_as_it_went(translated: Path) -> None:
    approve(translated)
    sidecar(translated).write_text(
        re.sub("title: .*", "title: The Title Is This", sidecar(translated).read_text(encoding="utf-8")),
        encoding="utf-8",
    )
    before = sidecar(translated).read_bytes()
    done = call(["import", "po", str(export("mine"))])
    assert (done.code, sidecar(translated).read_bytes()) == (0, before), done.err


def test_a_source_that_changed_since_is_refused_with_its_line(translated: Path) -> None:
    path = export("mine")
    line = change(path, "mine/prompt/1/0", GOOD_1)
    change(path, "mine/title/1/0", "好标题")
    edit(translated, **{"Write an article": "Write a long article"})
    done = call(["import", "po", str(path)])
    assert done.code == 1
    assert f"zh.po:{line}: error: mine: prompt, line 1: its source has changed since (export it again)" in done.err
    assert GOOD_1 not in sidecar(translated).read_text(encoding="utf-8")


def test_a_stale_translation_does_not_become_current_by_another_lines_change(translated: Path) -> None:
    edit(translated, **{"Write an article": "Write a long article"})
    path = export("mine")
    change(path, "mine/title/1/0", "好标题", fuzzy=False)
    assert call(["import", "po", str(path)]).code == 1
    assert fields(translated)["status"] == "needs-review"
    assert any(remark.startswith("prompt, line 1: ") for remark in fields(translated)["review"])


def test_a_new_language_is_filled_in(write_spell: Callable[..., Path]) -> None:
    spell = write_spell("mine", **{"  Audience: [VARIABLE1]. Tone: [VARIABLE2]\n": ""}, variables="x_variables")
    spell.write_text(spell.read_text(encoding="utf-8").partition("x_variables")[0], encoding="utf-8")
    path = export("mine", to="de")
    catalog = polib.pofile(str(path))
    assert {(entry.msgstr, entry.fuzzy) for entry in catalog} == {("", True)}
    untouched = call(["import", "po", str(path)])
    assert (untouched.code, sidecar(spell, "de").exists()) == (0, False), untouched.err
    german = ["Der Titel", "Ein Anreißer", "ein Thema", "Schreibe einen Artikel auf [TARGETLANGUAGE] über: [PROMPT]"]
    for entry, text in zip(catalog, german, strict=True):
        entry.msgstr, entry.flags = text, []
    catalog.save(str(path))
    done = call(["import", "po", str(path)])
    assert done.code == 0, done.err
    made = fields(spell, "de")
    assert (made["status"], made["translator"], made["title"]) == ("reviewed", "person", "Der Titel")
    assert lines(spell, "de") == [german[3]]
    assert call(["lint", "--strict", "spells"]).out == ""


def test_a_new_language_half_filled_in_needs_review(write_spell: Callable[..., Path]) -> None:
    spell = write_spell()
    path = export("mine", to="de")
    change(path, "mine/title/1/0", "Der Titel", fuzzy=False)
    assert call(["import", "po", str(path)]).code == 1
    made = fields(spell, "de")
    assert (made["status"], made["title"]) == ("needs-review", "Der Titel")
    assert lines(spell, "de")[0] == "Write an article in [TARGETLANGUAGE] about: [PROMPT]"


def test_a_translation_whose_lines_were_joined_stays_until_all_are_given(translated: Path) -> None:
    approve(translated, **{"\n  读者": "读者"})
    joined = lines(translated)
    path = export("mine")
    change(path, "mine/prompt/1/0", GOOD_1, fuzzy=False)
    done = call(["import", "po", str(path)])
    assert (done.code, lines(translated), fields(translated)["status"]) == (1, joined, "needs-review")
    change(path, "mine/prompt/2/1", "读者：[VARIABLE1]。语气：[VARIABLE2]", fuzzy=False)
    assert call(["import", "po", str(path)]).code == 0
    assert lines(translated) == [GOOD_1, "读者：[VARIABLE1]。语气：[VARIABLE2]"]
    assert fields(translated)["status"] == "reviewed"


def test_a_spell_that_is_not_there_is_refused_and_ends_nothing(translated: Path) -> None:
    path = export("mine")
    text = path.read_text(encoding="utf-8")
    path.write_text(text + text[text.index("#. status") :].replace("mine/", "nime/"), encoding="utf-8")
    change(path, "mine/title/1/0", "好标题")
    done = call(["import", "po", str(path)])
    assert done.code == 1
    assert "no spell `nime` (did you mean `mine`?)" in done.err
    assert fields(translated)["title"] == "好标题"


def test_a_spell_gets_no_translation_into_its_own_language(translated: Path) -> None:
    path = export("mine")
    path.write_text(path.read_text(encoding="utf-8").replace("Language: zh", "Language: en"), encoding="utf-8")
    done = call(["import", "po", str(path)])
    assert (done.code, sidecar(translated, "en").exists()) == (1, False)
    assert "written in that language itself" in done.err


HEADER = 'msgid ""\nmsgstr ""\n"Language: zh\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def entry(context: str, source: str, target: str) -> str:
    return f'msgctxt "{context}"\nmsgid "{source}"\nmsgstr "{target}"\n\n'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", 2, id="empty"),
        pytest.param(b"\x00\xff\xfe\x00", 2, id="binary"),
        pytest.param(b"name: mine\nprompt: x\n", 2, id="yaml"),
        pytest.param((HEADER + 'msgid "unclosed').encode(), 2, id="unclosed"),
        pytest.param((HEADER.replace("zh", "tlh") + entry("mine/title/1/0", "a", "b")).encode(), 2, id="no-language"),
        pytest.param((HEADER + entry("../../etc/passwd/1/0", "a", "b")).encode(), 0, id="a-path"),
        pytest.param((HEADER + entry("spells\\\\mine.yaml/title/1/0", "a", "b")).encode(), 1, id="a-windows-path"),
        pytest.param((HEADER + entry("mine/title/1/0", "The Title", "\\r\\x1b]0;owned")).encode(), 2, id="controls"),
        pytest.param((HEADER + entry("mine/title/1/0", "The Title", "好\\n标题")).encode(), 2, id="line-break"),
        pytest.param((HEADER + entry("mine/title/9/9", "The Title", "好标题")).encode(), 1, id="no-such-place"),
        pytest.param((HEADER + entry("mine/path/1/0", "The Title", "好标题")).encode(), 1, id="no-such-field"),
        pytest.param((HEADER + entry("mine/prompt/1/0", "The Title", "好标题")).encode(), 1, id="another-source"),
        pytest.param(
            HEADER.encode() + b'msgctxt "mine/title/1/0"\nmsgid "The Title"\nmsgstr "\xff"\n', 2, id="not-utf8"
        ),
        pytest.param((HEADER + 'msgid "a"\nmsgstr "b"\n' * 20_000).encode(), 0, id="thousands-of-others"),
    ],
)
def test_a_hostile_file_changes_nothing(translated: Path, folder: Path, content: bytes, code: int) -> None:
    before = digests(folder)
    (folder / "evil.po").write_bytes(content)
    done = call(["import", "po", "evil.po"])
    assert (done.code, done.out) == (code, ""), done.err
    assert "\x1b" not in done.err
    assert digests(folder) == before


def test_a_file_that_is_not_there(translated: Path) -> None:
    for kind in ("po", "tmx"):
        done = call(["import", kind, "nowhere"])
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith("nowhere: error: cannot be read")


def test_the_memory_learns_what_came_by_po(translated: Path, deepl: DeepLServer) -> None:
    path = export("mine")
    change(path, "mine/prompt/1/0", GOOD_1)
    call(["import", "po", str(path)])
    count = len(deepl.bodies)
    sidecar(translated).unlink()
    assert call(["translate", "mine", "--with", "deepl"]).code == 0
    assert (lines(translated)[0], len(deepl.bodies)) == (GOOD_1, count)


def test_an_export_names_what_cannot_be_opened(translated: Path, write_spell: Callable[..., Path]) -> None:
    sidecar(translated).write_text("language: zh\nprompt: [", encoding="utf-8")
    write_spell("other")
    done = call(["export", "po", "mine", "other"])
    assert done.code == 2
    assert "mine.zh.yaml" in done.err
    assert "other/title/1/0" in done.out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(["export", "po", "nmie"], "did you mean `mine`", id="no-such-spell"),
        pytest.param(["export", "po", "mine", "--to", "Klingon"], "no language is called", id="no-such-language"),
        pytest.param(["export", "xliff"], "No such command", id="no-such-format"),
        pytest.param(["import", "po"], "Missing argument", id="no-file"),
    ],
)
def test_a_wrong_call(translated: Path, args: list[str], said: str) -> None:
    refused = run(args)
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err


def test_a_memory_that_goes_to_another_machine_makes_a_translation_free(
    translated: Path, deepl: DeepLServer, folder: Path
) -> None:
    tmx = folder / "memory.tmx"
    done = run(["export", "tmx"])
    assert done.code == 0, done.err
    tmx.write_text(done.out, encoding="utf-8")
    assert tmx.read_text(encoding="utf-8").startswith("<?xml")
    text, count = sidecar(translated).read_text(encoding="utf-8"), len(deepl.bodies)
    sidecar(translated).unlink()
    other = {"GRIMOIRE_LEDGER": str(folder / "other" / "ledger.db")}
    (folder / "other").mkdir()
    taken = call(["import", "tmx", str(tmx)], env=other)
    assert taken.code == 0, taken.err
    assert call(["translate", "--memory-stats", "--json"], env=other).json == (
        call(["translate", "--memory-stats", "--json"]).json
    )
    again = call(["translate", "mine", "--with", "deepl"], env=other)
    assert (again.code, len(deepl.bodies)) == (0, count), again.err
    assert sidecar(translated).read_text(encoding="utf-8") == text
    assert call(["export", "tmx"], env=other).out.count("<tu ") == done.out.count("<tu ")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("文章", "文章 [VARIABLE1]", id="adds-a-placeholder"),
        pytest.param("文章", "文章&#10;第二行", id="adds-a-line"),
        pytest.param(
            "文章", "As an AI language model, I cannot translate this. Please provide the text.", id="refuses"
        ),
    ],
)
def test_a_poisoned_memory_does_not_get_into_a_file(
    translated: Path, deepl: DeepLServer, folder: Path, old: str, new: str
) -> None:
    good, poisoned = sidecar(translated).read_text(encoding="utf-8"), folder / "poisoned.tmx"
    dump = call(["export", "tmx"]).out
    assert old in dump
    poisoned.write_text(dump.replace(old, new), encoding="utf-8")
    sidecar(translated).unlink()
    other = {"GRIMOIRE_LEDGER": "other.db"}
    assert call(["import", "tmx", str(poisoned)], env=other).code == 0
    count = len(deepl.bodies)
    done = call(["translate", "mine", "--with", "deepl"], env=other)
    assert done.code == 0, done.err
    assert sidecar(translated).read_text(encoding="utf-8") == good
    assert len(deepl.bodies) == count + 1  # what was refused is asked for


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"not xml", id="text"),
        pytest.param(b"<?xml version='1.0'?><tmx version='1.4'><header/><body>", id="cut-off"),
        pytest.param(
            b'<!DOCTYPE tmx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><tmx version="1.4"><body/></tmx>',
            id="entities",
        ),
    ],
)
def test_a_hostile_memory_is_refused(folder: Path, content: bytes) -> None:
    (folder / "evil.tmx").write_bytes(content)
    done = call(["import", "tmx", "evil.tmx"])
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("evil.tmx")
    assert call(["translate", "--memory-stats", "--json"]).json["segments"] == 0


def test_an_empty_memory_is_a_file_without_segments() -> None:
    done = run(["export", "tmx"])
    assert (done.code, done.err) == (0, "0 segments\n")
    assert "<body>" in done.out


def test_a_refused_entry_leaves_a_reviewed_file_as_it_was(translated: Path) -> None:
    approve(translated)
    file = export("mine")
    edit(translated, **{"Write an article": "Write a long article"})
    before = sidecar(translated).read_bytes()
    done = call(["import", "po", str(file)])
    assert (done.code, sidecar(translated).read_bytes()) == (1, before), done.err
    assert "1 refused" in done.err
