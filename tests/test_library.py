from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from grimoire import yamlfile
from grimoire.checks import BadCheck, build, standing
from grimoire.errors import InvalidFile, Problem, UnknownName, UsageError
from grimoire.library import Library, duplicates, shipped, spell_files
from grimoire.spell import CheckSpec, Spell, Translation

BROKEN = Path(__file__).parent / "data" / "broken-spells"


def validate(spec: CheckSpec) -> str:
    try:
        if spec.name.startswith("skip:"):
            standing([spec.name.removeprefix("skip:")])
        else:
            build(spec)
    except BadCheck as error:
        return str(error)
    return ""


# Each file is wrong in one way: its gate, its line and column, and a piece of what is said. Warnings are so marked.
FINDINGS = [
    ("Bad_Name.yaml", "name", (1, 1), "`Bad_Name` is not a spell name"),
    ("case-twice.yaml", "case", (6, 6), "two cases have the id `tea`"),
    ("case-without-prompt.yaml", "case", (7, 5), "case `nothing` has no prompt"),
    ("default-no-option.yaml", "variable", (5, 5), "warning: [VARIABLE1]: the default `loud` is not among the options"),
    ("duplicate-key.yaml", "duplicate-key", (6, 1), "`title` stands twice; the first is on line 4"),
    ("empty-prompt.yaml", "prompt", (2, 1), "the prompt is empty"),
    ("good-spell.de.yaml", "type", (4, 1), "`status`: invalid enum value 'perfect'"),
    ("good-spell.fr.yaml", "stale", (2, 1), "warning: made from another version of good-spell (0123456789ab, now "),
    ("good-spell.it.yaml", "unknown-key", (3, 1), "unknown key `translater` (did you mean `translator`?)"),
    ("good-spell.ja.yaml", "placeholders", (7, 1), "[PROMPT] stands 0 times, in good-spell 1 times"),
    ("good-spell.ko.yaml", "variable", (10, 1), "[VARIABLE1] has 3 options, in good-spell 2"),
    ("good-spell.zh-Hant.yaml", "language", (1, 1), "the language is `zh`, but the file is good-spell.zh-Hant.yaml"),
    ("language-by-name.yaml", "language", (4, 1), "`Chinese` is not a language code (write `zh`)"),
    ("missing-prompt.yaml", "missing-key", (1, 1), "`prompt` is missing"),
    ("near-miss.yaml", "near-miss", (4, 13), "warning: [TARGET LANGUAGE] is sent as it stands (did you mean [TARGET"),
    ("no-input.yaml", "no-input", (2, 1), "warning: the prompt takes no input"),
    ("no-source.zh.yaml", "orphan", (1, 1), "a translation of no-source.yaml, which is not there"),
    ("not-utf8.yaml", "encoding", (3, 0), "not UTF-8 (save the file as UTF-8)"),
    ("number-for-text.yaml", "type", (6, 5), "`cases[0].prompt`: expected `str`, got `int` (put it in quotes)"),
    ("option-unknown.yaml", "case", (10, 7), "case `tea`: `loud` is not an option of [VARIABLE1]: soft | hard"),
    ("other-name.yaml", "name", (1, 1), "the name is `some-name`, the file's is `other-name`"),
    ("python-tag.yaml", "yaml", (3, 9), "python/object/apply:os.getcwd are not allowed here"),
    ("skips-unknown.yaml", "check", (4, 15), "no standing check 'leftover'"),
    ("tab-indentation.yaml", "yaml", (4, 1), "(indent with spaces, not tabs)"),
    ("too-deep.yaml", "limit", (3, 48), "nested deeper than 40 levels"),
    ("topic-b/same-name.yaml", "duplicate", (1, 1), "a second spell named `same-name`; the first is "),
    ("two-checks-in-one.yaml", "check", (5, 5), "a check has one name, not 2: headings, tables"),
    ("two-documents.yaml", "yaml", (3, 1), "more than one document in a file"),
    ("unclosed-quote.yaml", "yaml", (4, 1), "while scanning a quoted scalar"),
    ("undefined-variable.yaml", "variable", (4, 12), "[VARIABLE2] is not defined"),
    ("unknown-check.yaml", "check", (6, 5), "no check 'heading'; did you mean headings?"),
    ("unknown-key.yaml", "unknown-key", (4, 1), "unknown key `titel` (did you mean `title`?)"),
    ("unknown-key.zh.yaml", "orphan", (1, 1), "warning: cannot be checked until unknown-key.yaml is valid"),
    ("unknown-language.yaml", "language", (4, 1), "no language is called 'klingon'"),
    ("unused-variable.yaml", "variable", (6, 5), "[VARIABLE2] `Tone` is never used"),
    ("variable-seven.yaml", "variable", (5, 5), "variable 7: numbers go from 1 to 6"),
    ("variable-twice.yaml", "variable", (4, 3), "[VARIABLE1] is defined twice, first as `Readers`"),
    ("wrong-check.yaml", "check", (5, 5), "at_leest"),
    ("wrong-type.yaml", "type", (4, 1), "`cases`: expected `array`, got `str`"),
    ("yaml-bomb.yaml", "limit", (7, 20), "values once aliases are expanded"),
]
GOOD = {"good-spell.yaml", "good-spell.zh.yaml", "topic-a/same-name.yaml"}


def lint(library: Library, root: Path) -> list[Problem]:
    return [problem for linted in library.lint(root) for problem in linted.problems]


@pytest.fixture(scope="module")
def found() -> dict[str, list[Problem]]:
    problems: dict[str, list[Problem]] = {}
    for problem in lint(Library([], validate), BROKEN):
        problems.setdefault(Path(problem.file).relative_to(BROKEN).as_posix(), []).append(problem)
    return problems


@pytest.mark.parametrize(("file", "gate", "place", "piece"), [pytest.param(*row, id=row[0]) for row in FINDINGS])
def test_each_file_has_its_one_finding(
    found: dict[str, list[Problem]], file: str, gate: str, place: tuple[int, int], piece: str
) -> None:
    [problem] = found[file]
    assert (problem.gate, (problem.line, problem.column)) == (gate, place)
    assert piece in str(problem)
    assert (problem.severity == "warning") == piece.startswith("warning")


def test_every_file_is_in_the_table_or_good(found: dict[str, list[Problem]]) -> None:
    files = {path.relative_to(BROKEN).as_posix() for path in BROKEN.rglob("*.yaml")}
    assert set(found) == {row[0] for row in FINDINGS}
    assert files - set(found) == GOOD


def test_one_file_can_be_linted_alone() -> None:
    library = Library([], validate)
    assert lint(library, BROKEN / "good-spell.yaml") == []
    assert lint(library, BROKEN / "good-spell.zh.yaml") == []
    assert [p.gate for p in lint(library, BROKEN / "wrong-check.yaml")] == ["check"]
    with pytest.raises(UsageError, match="no file or folder"):
        list(library.lint(BROKEN / "nowhere"))


def test_one_bad_file_hides_no_other() -> None:
    spells, problems = Library([BROKEN], validate).load_all()
    errors = {row[0] for row in FINDINGS if not row[3].startswith("warning") and row[0].count(".") == 1}
    assert {Path(p.file).relative_to(BROKEN).as_posix() for p in problems} == errors
    names = {spell.name for spell in spells}
    assert names == {"good-spell", "same-name", "default-no-option", "near-miss", "no-input"}


def write(folder: Path, name: str, prompt: str = "Write about [PROMPT].") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_text(f"name: {name}\nprompt: {prompt}\n", encoding="utf-8")
    return path


def test_an_earlier_folder_hides_the_same_name_in_a_later_one(tmp_path: Path) -> None:
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    write(mine / "seo", "tea", "Mine [PROMPT]")
    write(theirs / "art", "tea", "Theirs [PROMPT]")
    write(theirs, "coffee")
    library = Library([mine, tmp_path / "missing", theirs, mine], validate)
    assert library.roots == [mine, theirs]
    assert list(library.paths()) == ["coffee", "tea"]
    assert library.get("tea").prompt == "Mine [PROMPT]"
    assert library.load_all()[1] == [], "two folders may hold the same name"
    assert Library([theirs, mine], validate).get("tea").prompt == "Theirs [PROMPT]"


def test_names_that_are_not_there(tmp_path: Path) -> None:
    for name in ("seo-article", "seo-title", "tldr"):
        write(tmp_path, name)
    library = Library([tmp_path], validate)
    cases = {
        "seo-artcle": "did you mean `seo-article`",
        "title": "`seo-title`",
        "zzz": "`grimoire list` shows them all",
        str(tmp_path / "none.yaml"): "",
        "none.yaml": "",
        "../" * 2000: "",
        "a long text with a / in it " * 40: "",
        "a\0/b": "",
    }
    for name, hint in cases.items():
        with pytest.raises(UnknownName) as caught:
            library.get(name)
        assert hint in caught.value.hint
    with pytest.raises(UnknownName):
        library.load_all(["tldr", "none"])


@pytest.mark.parametrize(
    ("given", "found"),
    [
        pytest.param("tl", "tldr", id="its-beginning"),
        pytest.param("seo", "seo", id="a-whole-name-wins"),
        pytest.param("seo-a", "seo-article", id="one-of-several"),
    ],
)
def test_a_spell_is_found_by_the_beginning_of_its_name(tmp_path: Path, given: str, found: str) -> None:
    for name in ("seo", "seo-article", "seo-title", "tldr"):
        write(tmp_path, name)
    library = Library([tmp_path], validate)
    assert library.get(given, begins=True).name == found
    if given != found:
        with pytest.raises(UnknownName):
            library.get(given)
        with pytest.raises(UnknownName):
            library.find_all([given])


@pytest.mark.parametrize(
    ("given", "message", "hint"),
    [
        pytest.param("seo-", "2 spells begin with `seo-`", "seo-article, seo-title", id="several"),
        pytest.param("s", "12 spells begin with `s`", "s0, s1, s2, s3, s4, s5, s6, s7, s8, s9 and 2 more", id="many"),
        pytest.param("", "the name of a spell is empty", "`grimoire list` shows them all", id="empty"),
        pytest.param(" ", "the name of a spell is empty", "`grimoire list` shows them all", id="blank"),
        pytest.param("TLDR", "no spell `TLDR`", "did you mean `tldr`?", id="in-capitals"),
        pytest.param("ldr", "no spell `ldr`", "did you mean `tldr`?", id="its-end-is-no-beginning"),
    ],
)
def test_beginnings_that_name_no_spell(tmp_path: Path, given: str, message: str, hint: str) -> None:
    write(tmp_path, "tldr")
    for name in ("seo-article", "seo-title") if given != "s" else (f"s{n}" for n in range(10)):
        write(tmp_path, name)
    if given == "s":
        write(tmp_path, "sa")
        write(tmp_path, "sb")
    with pytest.raises(UnknownName) as caught:
        Library([tmp_path], validate).get(given, begins=True)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_spell_that_is_in_no_file_is_as_well_looked_at(tmp_path: Path) -> None:
    library = Library([tmp_path], validate)
    spell = library.parse("\ufeffname: tea\nprompt: 写 [PROMPT]\n".encode(), "<stdin>")
    assert (spell.name, spell.prompt, spell.path) == ("tea", "写 [PROMPT]", None)
    for raw, said in (
        (b"name: tea\nprompt: x\ntitel: y\n", "<stdin>:3:1: error: unknown key `titel` (did you mean `title`?)"),
        (b"name: tea\nprompt: \xff\n", "<stdin>:2: error: not UTF-8"),
        (b"a" * (yamlfile.MAX_BYTES + 1), "<stdin>: error: larger than 2048 KiB"),
        (b"", "<stdin>:1:1: error: "),
    ):
        with pytest.raises(InvalidFile) as caught:
            library.parse(raw, "<stdin>")
        assert caught.value.message.startswith(said)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param(["seo-*"], ["seo-article", "seo-title"], id="star"),
        pytest.param(["*"], ["Seo-big", "seo-article", "seo-title", "tldr"], id="all"),
        pytest.param(["tld?", "seo-*"], ["tldr", "seo-article", "seo-title"], id="in-the-order-given"),
        pytest.param(["seo-title", "seo-[at]*"], ["seo-title", "seo-article"], id="each-once"),
        pytest.param(["[!s]*"], ["Seo-big", "tldr"], id="none-of-these-letters"),
    ],
)
def test_globs_over_names(tmp_path: Path, names: list[str], expected: list[str]) -> None:
    for name in ("seo-title", "tldr", "seo-article", "Seo-big"):
        write(tmp_path / name[:3], name)
    library = Library([tmp_path], validate)
    assert [path.stem for path in library.find_all(names)] == expected


@pytest.mark.parametrize(
    ("glob", "hint"),
    [
        pytest.param("sea-art*", "did you mean `seo-article`?", id="its-beginning"),
        pytest.param("se-*", "did you mean `seo-article`?", id="a-letter-left-out"),
        pytest.param("*-articel", "did you mean `seo-article`?", id="its-end"),
        pytest.param("[xyz]?", "`grimoire list` shows them all", id="nothing-like-it"),
    ],
)
def test_a_glob_that_matches_nothing_names_the_nearest(tmp_path: Path, glob: str, hint: str) -> None:
    for name in ("course-creator", "seo-article", "seo-title"):
        write(tmp_path, name)
    with pytest.raises(UnknownName) as caught:
        Library([tmp_path], validate).load_all(["seo-*", glob])
    assert caught.value.message == f"no spell matches `{glob}`"
    assert caught.value.hint == hint


def test_a_file_may_have_the_signs_of_a_glob_in_its_path(tmp_path: Path) -> None:
    path = write(tmp_path / "what [now]", "tea")
    assert Library([], validate).find_all([str(path)]) == [path]


def test_a_spell_is_found_by_path_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "deep", "tea")
    library = Library([], validate)
    assert library.get(str(path)).path == path
    monkeypatch.chdir(path.parent)
    assert library.get("tea.yaml").name == "tea"
    assert library.get("./tea.yaml").name == "tea"
    assert [spell.name for spell in library.load_all(["tea.yaml", "tea.yaml"])[0]] == ["tea"]


def test_hidden_and_foreign_files_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path / ".git", "config")
    write(tmp_path, "tea")
    for name in (".tea.yaml", "tea.zh.yaml", "tea.yaml.bak", "notes.txt"):
        (tmp_path / name).write_text("not: [valid", encoding="utf-8")
    assert [path.name for path in spell_files(tmp_path)] == ["tea.yaml"]
    assert {Path(p.file).name for p in lint(Library([tmp_path], validate), tmp_path)} == {"tea.zh.yaml"}


def test_duplicates_name_the_file_that_is_found(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a", "tea"), write(tmp_path / "b", "tea")
    [problem] = duplicates(tmp_path)
    assert (problem.file, str(first) in problem.message) == (str(second), True)
    assert Library([tmp_path], validate).find("tea") == first
    assert [p.gate for p in Library([tmp_path], validate).load_all()[1]] == ["duplicate"]


def test_a_translation_is_saved_beside_its_spell_and_found(tmp_path: Path) -> None:
    library = Library([tmp_path], validate)
    spell = library.load(write(tmp_path / "seo", "tea"))
    assert library.translation(spell, "zh") is None
    translation = Translation(
        name="tea", language="zh", source=spell.source_digest, translator="person", prompt="写[PROMPT]。\n再写\x85！"
    )
    path = library.save_translation(spell, translation)
    assert path == tmp_path / "seo" / "tea.zh.yaml"
    loaded = library.translation(spell, "zh")
    assert loaded is not None
    assert loaded.template == translation.template
    assert lint(library, tmp_path) == []
    path.write_text("language: zh\n", encoding="utf-8")
    with pytest.raises(InvalidFile):
        library.translation(spell, "zh")
    with pytest.raises(UsageError, match="has no file"):
        library.translation_path(Spell(name="tea", prompt="[PROMPT]"), "zh")


def test_the_shipped_library_is_clean() -> None:
    library = Library([shipped()], validate)
    assert lint(library, shipped()) == []
    spells, problems = library.load_all()
    assert problems == []
    assert len(spells) > 10


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("prompt: '" + "[prompt] " * 20_000 + "'\n", id="near misses"),
        pytest.param("prompt: '" + "[VARIABLE1:a]" * 20_000 + "'\n", id="definitions"),
        pytest.param("prompt: '" + "[VARIABLE1]" * 20_000 + "'\n", id="undefined variables"),
        pytest.param("prompt: '[PROMPT]'\nchecks:\n" + "- {x: 1}\n" * 16_000, id="unknown checks"),
        pytest.param(
            "prompt: '[VARIABLE1]'\nvariables: [{id: 1, label: x, options: ["
            + "o, " * 10_000
            + "]}]\ncases:\n"
            + "".join(f"- {{id: c{n}, variables: {{1: x}}}}\n" for n in range(9000)),
            id="options in every message",
        ),
    ],
)
def test_a_file_with_thousands_of_problems_tells_a_hundred(tmp_path: Path, text: str) -> None:
    path = tmp_path / "flood.yaml"
    path.write_text("name: flood\n" + text, encoding="utf-8")
    begun = time.monotonic()
    problems = lint(Library([], validate), path)
    assert 0 < len(problems) <= 100
    assert time.monotonic() - begun < 5


def test_a_translation_of_an_installed_spell_goes_to_the_users_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed, own = tmp_path / "site-packages" / "grimoire", tmp_path / "own"
    monkeypatch.setattr("grimoire.library.__file__", str(installed / "library.py"))
    spell_path = write(installed / "spells", "tea")
    library = Library([own, installed / "spells"], validate, own)
    spell = library.load(spell_path)
    translation = Translation(
        name="tea", language="zh", source=spell.source_digest, translator="deepl", prompt="写[PROMPT]。\n"
    )
    assert library.save_translation(spell, translation) == own / "tea.zh.yaml"
    assert not (installed / "spells" / "tea.zh.yaml").exists()
    assert library.translation(spell, "zh") == library.translations(spell)[0]
    assert lint(library, own) == []


def test_a_pipe_named_like_a_spell_is_not_waited_for(tmp_path: Path) -> None:
    write(tmp_path, "good")
    for name in ("pipe.yaml", "good.zh.yaml"):
        os.mkfifo(tmp_path / name)
    library = Library([tmp_path], validate)
    spells, problems = library.load_all()
    assert [spell.name for spell in spells] == ["good"]
    assert [problem.message for problem in problems] == ["cannot be read: a pipe, not a file"]
    assert library.translations(spells[0]) == []


def test_a_problem_is_one_line_whatever_the_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "evil.yaml"
    path.write_text('name: evil\nprompt: x\n"key\\nother.yaml:1:1: error: forged": 1\n', encoding="utf-8")
    [problem] = lint(Library([tmp_path], validate), path)
    assert str(problem).splitlines() == [str(problem)]
    assert str(problem).startswith(f"{path}:3:1: error: unknown key `key other.yaml:1:1: error: forged`")


def test_a_translation_written_after_the_folder_was_listed_is_found(tmp_path: Path) -> None:
    write(tmp_path, "tea")
    library = Library([tmp_path], validate)
    spell = library.get("tea")
    assert library.translations(spell) == []
    made = Translation(name="tea", language="zh", source=spell.source_digest, translator="deepl", prompt="写 [PROMPT]")
    library.save_translation(spell, made)
    assert [text.language for text in library.translations(spell)] == ["zh"]


def test_many_translations_are_found_without_a_look_through_the_folder_for_each(tmp_path: Path) -> None:
    """The time for a thousand spells is held against the time to read them, which grows no faster than they do."""
    for number in range(1000):
        write(tmp_path, f"s{number}")
    library = Library([tmp_path], validate)
    started = time.perf_counter()
    spells, _ = library.load_all()
    loaded = time.perf_counter() - started
    started = time.perf_counter()
    assert not any(library.translations(spell) for spell in spells)
    assert time.perf_counter() - started < loaded
