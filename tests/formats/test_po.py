from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import polib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from grimoire.errors import InvalidFile, Problem, UnknownName
from grimoire.formats.po import MAX_BYTES, MAX_HEADER, MAX_LINES, MAX_PROBLEMS, PoFile, dump, load
from grimoire.languages import LANGUAGES
from grimoire.segment import Unit

NOW = datetime(2025, 3, 4, 5, 6, tzinfo=UTC)
HEADER = 'msgid ""\nmsgstr ""\n"Language: zh\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
MSGFMT = shutil.which("msgfmt")
needs_msgfmt = pytest.mark.skipif(MSGFMT is None, reason="gettext's msgfmt is not on the PATH")

UNIT = Unit(
    spell="seo-article",
    field="prompt",
    line=12,
    index=3,
    source="Write about [PROMPT].",
    target="写一写[PROMPT]。",
    file="spells/seo/seo-article.yaml",
    file_line=19,
)


def dumped(*units: Unit, language: str = "zh", status: str = "machine") -> str:
    text, problems = dump(units, language, {unit.spell: status for unit in units}, NOW, "0.1.0")
    assert problems == []
    return text


def loaded(text: str) -> PoFile:
    found, problems = load(text, "zh.po")
    assert problems == []
    return found


def refused(text: str) -> list[Problem]:
    with pytest.raises(InvalidFile) as caught:
        load(text, "zh.po")
    return caught.value.problems


def entry(context: str = "a/prompt/1/0", source: str = "b", target: str = "c") -> str:
    return f'msgctxt "{context}"\nmsgid "{source}"\nmsgstr "{target}"\n\n'


def msgfmt(text: str, tmp_path: Path) -> str:
    """What `msgfmt --check` says; nothing, where it is content."""
    assert MSGFMT is not None
    file = tmp_path / "checked.po"
    file.write_text(text, encoding="utf-8")
    command = [MSGFMT, "--check", "--output-file=/dev/null", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"LC_ALL": "C.UTF-8"})
    return done.stderr or ("" if done.returncode == 0 else f"ended with {done.returncode}")


# What a unit can be: any text without line breaks, controls and surrogates. Tabs, and all that PO escapes, come often.
UNFIT = {chr(code) for code in (*range(32), *range(0x7F, 0xA0), 0x2028, 0x2029)} - {"\t"}
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="".join(UNFIT))
TEXTS = st.text(CHARACTERS | st.sampled_from('\t\\"n#~[]⟦⟧ 中🧙‍♀️שלום\u202e\ufeff'), max_size=60)
NAMES = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True)
FIELDS = st.sampled_from(["title", "teaser", "hint", "prompt", "variable 2 label", "variable 6 option 11", 'odd"\\'])
NUMBERS = st.integers(0, 99_999)
UNITS = st.builds(
    Unit,
    spell=NAMES,
    field=FIELDS,
    line=NUMBERS,
    index=NUMBERS,
    source=TEXTS.filter(bool),
    target=TEXTS,
    needs_review=st.booleans(),
    remark=st.one_of(st.sampled_from(["", "status: reviewed", "# digits lost"]), TEXTS).map(
        lambda t: " ".join(t.split())
    ),
    file=st.sampled_from(["", "spells/a.yaml", "my spells/é%20.yaml", "C:\\a\\b.yaml", "中/文.yaml", "a:3"])
    | st.text(),
    file_line=NUMBERS,
).map(lambda unit: unit if unit.file else replace(unit, file_line=0))
LISTS = st.lists(UNITS, max_size=6, unique_by=lambda unit: (unit.spell, unit.field, unit.line, unit.index))


@given(LISTS, st.sampled_from(sorted(LANGUAGES)), st.sampled_from(["machine", "needs-review", "reviewed", ""]))
def test_what_goes_out_comes_back(units: list[Unit], language: str, status: str) -> None:
    found = loaded(dumped(*units, language=language, status=status))
    assert [unit for unit, _ in found.units] == units
    assert found.language == language
    assert found.statuses == {unit.spell: status for unit in units}


@needs_msgfmt
@given(units=LISTS, language=st.sampled_from(sorted(LANGUAGES)))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_msgfmt_takes_it_whatever_the_texts_are(units: list[Unit], language: str, tmp_path: Path) -> None:
    assert msgfmt(dumped(*units, language=language), tmp_path) == ""


@needs_msgfmt
@given(texts=st.lists(st.text(st.characters(), max_size=30), max_size=12))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_text_that_po_cannot_hold_breaks_nothing(texts: list[str], tmp_path: Path) -> None:
    units = [
        replace(UNIT, index=index, source=text, target=text[::-1], remark=text, file=text)
        for index, text in enumerate(texts)
    ]
    text, problems = dump(units, "zh", {}, NOW, "0.1.0")
    assert msgfmt(text, tmp_path) == ""
    assert len(loaded(text).units) + len(problems) == len(units)


@needs_msgfmt
@pytest.mark.parametrize("language", LANGUAGES)
def test_msgfmt_takes_every_languages_header(language: str, tmp_path: Path) -> None:
    assert msgfmt(dumped(UNIT, language=language), tmp_path) == ""


@needs_msgfmt
def test_msgfmt_would_have_said_something(tmp_path: Path) -> None:
    assert "missing" in msgfmt(dumped(UNIT).replace("Last-Translator", "X"), tmp_path)
    assert "duplicate" in msgfmt(dumped(UNIT) + dumped(UNIT).partition("#. ")[2], tmp_path)


def test_the_whole_file() -> None:
    units = (
        replace(UNIT, needs_review=True, remark="digits lost: 1,500"),
        replace(UNIT, index=4, source='Say "hi" \\o/', target="", file="my spells/a.yaml"),
    )
    text, problems = dump(units, "zh_TW", {"seo-article": "needs-review"}, NOW, "0.1.0")
    assert problems == []
    assert text == (
        "# Spells of Grimoire. Keep what stands in square brackets, numbers and addresses; fuzzy means: needs review.\n"
        'msgid ""\n'
        'msgstr ""\n'
        '"Project-Id-Version: grimoire 0.1.0\\n"\n'
        '"POT-Creation-Date: 2025-03-04 05:06+0000\\n"\n'
        '"PO-Revision-Date: 2025-03-04 05:06+0000\\n"\n'
        '"Last-Translator: Grimoire\\n"\n'
        '"Language-Team: Traditional Chinese\\n"\n'
        '"Language: zh_Hant\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        "\n"
        "#. status: needs-review\n"
        "#. digits lost: 1,500\n"
        "#: spells/seo/seo-article.yaml:19\n"
        "#, fuzzy\n"
        'msgctxt "seo-article/prompt/12/3"\n'
        'msgid "Write about [PROMPT]."\n'
        'msgstr "写一写[PROMPT]。"\n'
        "\n"
        "#. status: needs-review\n"
        "#: my%20spells/a.yaml:19\n"
        'msgctxt "seo-article/prompt/12/4"\n'
        'msgid "Say \\"hi\\" \\\\o/"\n'
        'msgstr ""\n'
    )


def test_no_units() -> None:
    assert loaded(dumped()) == PoFile("zh", {}, [])


def test_the_same_source_in_two_places_is_two_entries() -> None:
    units = [UNIT, replace(UNIT, line=13, target="写[PROMPT]。"), replace(UNIT, field="hint")]
    assert [unit for unit, _ in loaded(dumped(*units)).units] == units


def test_a_long_line_stays_one_line() -> None:
    unit = replace(UNIT, source="long words " * 400, target="很长" * 4000, remark="why " * 300 + "so")
    text = dumped(unit)
    assert f'msgid "{unit.source}"' in text.splitlines()
    assert loaded(text).units[0][0] == unit


def test_the_date_is_in_utc() -> None:
    noon = datetime(2025, 3, 4, 12, 0, tzinfo=timezone(timedelta(hours=8)))
    assert "PO-Revision-Date: 2025-03-04 04:00+0000" in dump([], "zh", {}, noon, "1")[0]


def test_a_language_that_is_not_known_is_not_written() -> None:
    with pytest.raises(UnknownName):
        dump([UNIT], "Klingon", {}, NOW, "1")


def test_a_remark_keeps_its_words_on_one_line() -> None:
    unit = loaded(dumped(replace(UNIT, remark="one\n#, fuzzy\r\n\x1b[31mtwo\u2028 \ud800three "))).units[0][0]
    assert unit.remark == "one #, fuzzy [31mtwo three"
    assert not unit.needs_review


@pytest.mark.parametrize(
    ("unit", "reason"),
    [
        pytest.param(replace(UNIT, source=""), "nothing to translate", id="no source"),
        pytest.param(replace(UNIT, source="a\nb"), "U+000A", id="line break in the source"),
        pytest.param(replace(UNIT, target="a\n"), "U+000A", id="line break at the end of the translation"),
        pytest.param(replace(UNIT, source="a\x00"), "U+0000", id="NUL"),
        pytest.param(replace(UNIT, target="\x1b[31m"), "U+001B", id="escape"),
        pytest.param(replace(UNIT, target="\r"), "U+000D", id="carriage return"),
        pytest.param(replace(UNIT, source="a\x85b"), "U+0085", id="next line"),
        pytest.param(replace(UNIT, source="a\u2028b"), "U+2028", id="line separator"),
        pytest.param(replace(UNIT, target="\ud83e"), "U+D83E", id="half an emoji"),
        pytest.param(replace(UNIT, spell="a/b"), "its place", id="slash in the name"),
        pytest.param(replace(UNIT, spell=""), "its place", id="no name"),
        pytest.param(replace(UNIT, field="a/b"), "its place", id="slash in the field"),
        pytest.param(replace(UNIT, field=" a"), "its place", id="field that begins with a space"),
        pytest.param(replace(UNIT, field="a\x04"), "its place", id="gettext's own separator"),
        pytest.param(replace(UNIT, line=-1), "its place", id="negative line"),
        pytest.param(replace(UNIT, line=10**9), "its place", id="line without end"),
        pytest.param(replace(UNIT, index=9), "another unit", id="the place of another"),
    ],
)
def test_left_out_and_reported(unit: Unit, reason: str) -> None:
    others = [replace(UNIT, index=9, source="first"), replace(UNIT, index=10)]
    text, [problem] = dump([others[0], unit, others[1]], "zh", {}, NOW, "1")
    assert [unit for unit, _ in loaded(text).units] == others
    assert (problem.file, problem.line, problem.severity) == (UNIT.file, UNIT.file_line, "warning")
    assert reason in problem.message
    assert problem.message.isprintable()


def as_polib(text: str) -> str:
    """Read and written by polib, which wraps comments and texts at 78."""
    return str(polib.pofile(text, encoding="utf-8"))


def rewrapped(text: str) -> str:
    """As gettext's tools write: a text goes on below, and an unknown field of the header is dropped."""
    return text.replace('msgid "', 'msgid ""\n"').replace('msgstr "', 'msgstr ""\n"')


@pytest.mark.parametrize(
    "tool",
    [
        pytest.param(as_polib, id="polib"),
        pytest.param(rewrapped, id="texts on lines of their own"),
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="Windows line ends"),
        pytest.param(lambda text: "\ufeff" + text, id="byte order mark"),
        pytest.param(lambda text: text.replace('msgctxt "', 'msgctxt   "'), id="spaces before a text"),
        pytest.param(lambda text: text.replace("#, fuzzy", "#,fuzzy,no-wrap"), id="flags without a space"),
        pytest.param(lambda text: text.replace("#, fuzzy", "#, no-c-format\n#, fuzzy"), id="flags on two lines"),
        pytest.param(lambda text: text.replace("#, fuzzy", '#, fuzzy\n#| msgid "old'), id="a broken previous text"),
        pytest.param(lambda text: text.replace("#. status", "# not sure\n#. status"), id="a translator's comment"),
        pytest.param(lambda text: text + '\n#~ msgctxt "a/prompt/1/0"\n#~ msgid "a"\n#~ msgstr "b"\n', id="obsolete"),
        pytest.param(lambda text: text + '\n#~| msgid "a"\n', id="obsolete previous text at the end"),
        pytest.param(lambda text: text + "\n#. alone\n", id="a comment at the end"),
        pytest.param(lambda text: text + "#:\n", id="an empty comment at the end"),
        pytest.param(lambda text: text.rstrip("\n"), id="no line end at the end"),
        pytest.param(lambda text: "\n".join(line for line in text.split("\n") if line), id="no empty lines"),
    ],
)
def test_what_other_tools_do_to_it(tool: Callable[[str], str]) -> None:
    remark = "the words of a long remark go on until an editor breaks the line " * 3
    units = [replace(UNIT, remark=remark.strip(), needs_review=True), replace(UNIT, index=4)]
    found = loaded(tool(dumped(*units, status="reviewed")))
    assert [unit for unit, _ in found.units] == units
    assert found.statuses == {"seo-article": "reviewed"}


@pytest.mark.skipif(shutil.which("msgcat") is None, reason="gettext's msgcat is not on the PATH")
def test_what_gettext_does_to_it(tmp_path: Path) -> None:
    units = [
        replace(
            UNIT, source='Tab\there, a "quote", a \\ and emoji 🧙‍♀️', target="制表\t符\\" * 40, remark="why " * 40 + "so"
        ),
        replace(UNIT, index=4, file="my spells/a.yaml"),
    ]
    (tmp_path / "a.po").write_text(dumped(*units, status="reviewed"), encoding="utf-8")
    done = subprocess.run(["msgcat", "a.po"], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True)
    found = loaded(done.stdout)
    assert [unit for unit, _ in found.units] == units
    assert found.statuses == {"seo-article": "reviewed"}


def test_the_line_of_an_entry_is_where_it_begins() -> None:
    text = (
        HEADER
        + "# mine\n#. status: machine\n"
        + entry()
        + 'msgctxt ""\n"a/prompt/2/0"\nmsgid "b"\nmsgstr ""\n'
        + entry("b/hint/1/0")
    )
    lines = text.split("\n")
    assert [lines[line - 1] for _, line in loaded(text).units] == [
        "#. status: machine",
        'msgctxt ""',
        'msgctxt "b/hint/1/0"',
    ]


@pytest.mark.parametrize(
    ("broken", "line", "words"),
    [
        pytest.param('msgctxt "a/prompt/7/0"\nmsgid "a "quote""\nmsgstr "b"\n\n', 2, "bare quote", id="bare quote"),
        pytest.param('msgctxt "a/prompt/7/0"\nmsgid "a"\nmsgstr "b\n\n', 3, "not closed", id="quote not closed"),
        pytest.param('msgctxt "a/prompt/7/0"\nmsgid "a"\nmsgstr ""\n"b"c"\n"d"\n\n', 4, "bare", id="continued badly"),
        pytest.param('msgctxt "a/prompt/7/0"\nmsgid "a"\nmsgstr "\\033"\n\n', 3, "unknown escape", id="octal escape"),
        pytest.param('msgctxt "a/prompt/7/0"\nmsgid "a"\n\n', 1, "without its", id="no msgstr"),
        pytest.param('msgctxt "a/prompt/7/0"\n\n', 1, "without its", id="context alone"),
        pytest.param('msgctxt "a/prompt/7/0"\nmsgstr "a"\n\n', 1, "without its", id="no msgid"),
        pytest.param('msgid "a"\nmsgstr "b"\nmsgstr "c"\n\n', 1, "without its", id="two translations"),
        pytest.param('msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\nmsgstr[1] "d"\n\n', 1, "plural", id="plural"),
        pytest.param("just words\n\n", 1, "not a line", id="words"),
        pytest.param('<<<<<<< HEAD\nmsgid "a"\nmsgstr "b"\n=======\n>>>>>>> other\n\n', 1, "not a line", id="conflict"),
        pytest.param(entry("a/prompt/7/0", "a\x00b"), 2, "U+0000", id="NUL"),
        pytest.param(entry("a/prompt/7/0", "a", "b\u2028c"), 3, "U+2028", id="line separator"),
        pytest.param(entry("a/prompt/7/0", "a", "b\\nc"), 1, "U+000A", id="escaped line break"),
        pytest.param(entry("a/prompt/7/0", "a", "b\\rc"), 1, "U+000D", id="escaped carriage return"),
        pytest.param(entry("a/prompt/7/0", ""), 1, "nothing to translate", id="no source"),
        pytest.param(entry("a/prompt/1/0", "x", "y"), 1, "a second entry", id="duplicate"),
        pytest.param("#. x\n" + entry("a/prompt/1/0"), 1, "a second entry", id="duplicate word for word"),
        pytest.param(
            'msgid "' + "a" * MAX_HEADER + '"\nmsgstr "b"\n\n', 1, "header larger", id="huge, without context"
        ),
    ],
)
def test_a_bad_entry_hides_no_other(broken: str, line: int, words: str) -> None:
    before, after = entry(), entry("b/prompt/1/0")
    found, [problem] = load(HEADER + before + broken + after, "zh.po")
    assert [unit.spell for unit, _ in found.units] == ["a", "b"]
    assert found.units[0][0].source == "b"
    assert (problem.file, problem.severity) == ("zh.po", "error")
    assert problem.line == (HEADER + before).count("\n") + line
    assert words in problem.message


@pytest.mark.parametrize(
    "context",
    [
        "",
        "menu",
        "a/prompt/1",
        "a/prompt/x/0",
        "a/prompt/01/0",
        "a//1/0",
        "/prompt/1/0",
        "a/prompt/1/٠",
        "a b/prompt/1/0",
    ],
)
def test_an_entry_of_others_is_passed_over(context: str) -> None:
    found, [problem] = load(HEADER + entry(context) + entry("b/prompt/1/0"), "zh.po")
    assert [unit.spell for unit, _ in found.units] == ["b"]
    assert (problem.severity, problem.line) == ("warning", HEADER.count("\n") + 1)
    assert "not an entry of Grimoire" in problem.message


def test_an_entry_without_context_is_passed_over() -> None:
    found, [problem] = load(HEADER + 'msgid "a"\nmsgstr "b"\n', "zh.po")
    assert (found.units, problem.severity) == ([], "warning")


def test_a_comment_of_others_is_the_remark() -> None:
    found = loaded(HEADER + "#. please  check\n#. this\n#: nowhere\n" + entry())
    [(unit, _)] = found.units
    assert (unit.remark, unit.file, unit.file_line) == ("please  check this", "nowhere", 0)
    assert found.statuses == {"a": ""}


def test_a_status_that_one_entry_lost_is_the_others() -> None:
    text = HEADER + entry() + "#. status: reviewed\n" + entry("a/prompt/2/0")
    assert loaded(text).statuses == {"a": "reviewed"}


def test_of_two_statuses_the_first_stands() -> None:
    text = HEADER + "#. status: reviewed\n" + entry() + "#. status: none\n" + entry("a/prompt/2/0")
    found, [problem] = load(text, "zh.po")
    assert found.statuses == {"a": "reviewed"}
    assert (problem.severity, len(found.units)) == ("warning", 2)


@pytest.mark.parametrize(
    ("header", "code"),
    [("zh_Hant", "zh-Hant"), ("zh_TW", "zh-Hant"), ("zh-CN", "zh"), ("pt_BR", "pt"), ("German", "de"), (" ja ", "ja")],
)
def test_the_languages_name(header: str, code: str) -> None:
    assert loaded(HEADER.replace("zh", header)).language == code


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", "ASCII", " utf-8; x"])
def test_an_encoding_that_is_utf8(charset: str) -> None:
    assert loaded(HEADER.replace("UTF-8", charset)).language == "zh"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        pytest.param("", 0, "holds no entry", id="empty"),
        pytest.param("# only a comment\n#. and another\n", 0, "holds no entry", id="comments"),
        pytest.param("name: a\nprompt: |\n  b\n\n  c\n", 1, "not a line", id="a spell file"),
        pytest.param("\n\nonce upon a time", 3, "not a line", id="prose"),
        pytest.param("PK\x03\x04\x00\x00", 1, "not a line", id="binary"),
        pytest.param("/etc/hostname", 1, "not a line", id="a path"),
        pytest.param(entry(), 0, "names no language", id="no header"),
        pytest.param(HEADER.replace("Language", "Lang"), 0, "names no language", id="no language"),
        pytest.param(HEADER.replace("zh", ""), 0, "names no language", id="empty language"),
        pytest.param(HEADER.replace("zh", "tlh"), 0, "no language is called 'tlh'", id="unknown language"),
        pytest.param(HEADER.replace("zh", "x" * 9999), 0, "no language is called 'x", id="endless language"),
        pytest.param(HEADER.replace("UTF-8", "GB2312"), 0, "encoding is GB2312", id="another encoding"),
        pytest.param(HEADER.replace("UTF-8", "CHARSET"), 0, "encoding is CHARSET", id="a template's encoding"),
        pytest.param(HEADER.replace("zh", "z\x00h") + entry(), 0, "names no language", id="NUL in the header"),
        pytest.param("a" * (MAX_BYTES + 1), 0, "larger than 32 MiB", id="too large"),
        pytest.param("中" * (MAX_BYTES // 3 + 1), 0, "larger than 32 MiB", id="too large in UTF-8"),
        pytest.param("\n" * (MAX_LINES + 1), 0, "1,000,000 lines", id="too many lines"),
    ],
)
def test_refused(text: str, line: int, words: str) -> None:
    first = refused(text)[0]
    assert (first.file, first.line, first.severity) == ("zh.po", line, "error")
    assert words in first.message
    assert len(first.message) < 200


def test_a_broken_header_is_told_of_too() -> None:
    assert [problem.line for problem in refused(HEADER.replace("zh", "z\x00h") + entry())] == [0, 3]


def test_errors_are_told_before_warnings_and_not_without_end() -> None:
    text = HEADER + 'msgid "a"\nmsgstr "b"\n' * 500 + entry() + entry()
    _, problems = load(text, "zh.po")
    assert len(problems) == MAX_PROBLEMS
    assert [problem.severity for problem in problems[:2]] == ["error", "warning"]


def test_a_text_is_never_opened_as_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Names that polib would be given, were nothing done about it.
    monkeypatch.chdir(tmp_path)
    other = HEADER.replace("zh", "de")
    for name in ("a.po", 'msgid ""\nmsgstr "Language: zh\\n"\n', 'msgid ""\nmsgstr "Language: zh\\n"'):
        Path(name).write_text(other, encoding="utf-8")
        assert polib.pofile(name).metadata["Language"] == "de"
    refused("a.po")
    refused(str(tmp_path / "a.po"))
    assert loaded('msgid ""\nmsgstr "Language: zh\\n"\n').language == "zh"


@given(st.text(st.characters() | st.sampled_from('\n"\\#.:,~| '), max_size=300), st.integers(0, 400))
def test_any_text_is_loaded_or_refused(noise: str, at: int) -> None:
    valid = dumped(UNIT, replace(UNIT, index=4, needs_review=True))
    for text in (noise, HEADER + noise, valid[:at] + noise + valid[at:]):
        try:
            found, problems = load(text, "zh.po")
        except InvalidFile as error:
            problems = error.problems
            assert problems
        else:
            units = [unit for unit, _ in found.units]
            again = dump(units, found.language, found.statuses, NOW, "1")
            assert again[1] == []
            assert [unit.target for unit, _ in loaded(again[0]).units] == [unit.target for unit in units]
        assert all("\n" not in str(problem) for problem in problems)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            HEADER + 'msgctxt "a/b/1/0"\nmsgid "a"\nmsgstr ""\n' + '"abcdefghijklmnopqrstuvwx"\n' * 200_000, id="text"
        ),
        pytest.param(HEADER + "#. abcdefghijklmnopqrstuvwxyz\n" * 200_000 + entry(), id="comments"),
        pytest.param('msgid ""\nmsgstr "Language: zh\\n' + "a\\n" * 3_000_000 + '"\n', id="header"),
        pytest.param("x\n\n" * 200_000, id="errors"),
        pytest.param(HEADER + 'msgid "' + '\\"' * 3_000_000, id="escapes"),
    ],
)
def test_a_hostile_file_costs_what_its_length_costs(text: str) -> None:
    start = time.process_time()
    with contextlib.suppress(InvalidFile):
        load(text, "zh.po")
    assert time.process_time() - start < 10
