from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

from grimoire.cli.search_show import snip
from grimoire.library import shipped, spell_files
from tests.cli.process import call, run
from tests.servers.openai_server import OpenAIServer

SHIPPED = len(spell_files(shipped()))


def test_list_is_one_json_document_of_the_whole_library() -> None:
    listed = run(["list", "--json"])
    assert (listed.code, listed.err) == (0, "")
    assert len(listed.json) == SHIPPED
    assert [spell["name"] for spell in listed.json] == sorted(spell["name"] for spell in listed.json)
    assert all(spell["translations"][0]["language"] == "zh" for spell in listed.json)
    assert not any(translation["stale"] for spell in listed.json for translation in spell["translations"])


def test_list_in_a_pipe_has_no_escape_codes_and_both_titles() -> None:
    listed = run(["list", "--topic", "writing"])
    assert (listed.code, listed.err) == (0, "")
    assert "\x1b" not in listed.out
    assert "tldr" in listed.out
    assert "博客标题" in listed.out
    assert "midjourney" not in listed.out


def test_a_topic_that_is_none_gives_an_empty_list_or_says_which_there_are() -> None:
    assert call(["list", "--topic", "Astrology", "--json"]).json == []
    told = call(["list", "--topic", "Astrology"])
    assert (told.code, told.out) == (2, "")
    assert "there are: Ads, Art, Code" in told.err
    assert "did you mean `Marketing`" in call(["list", "--topic", "marketting"]).err


def names(*args: str) -> list[str]:
    listed = call(["list", *args, "--json"])
    assert (listed.code, listed.err) == (0, "")
    return [spell["name"] for spell in listed.json]


def test_several_topics_are_either_of_them() -> None:
    both = names("--topic", "seo", "--topic", "Ads")
    assert set(both) == {*names("--topic", "SEO"), *names("--topic", "ads")}
    assert both == sorted(both)
    assert "facebook-ad" in both


def test_a_role_and_a_language_leave_what_has_them(write_spell: Callable[..., Path]) -> None:
    sailor = "name: sailor\nlanguage: ja\ntitle: Sailor\nrole: voice\nprompt: |\n  Answer as an old sailor would.\n"
    write_spell("sailor").write_text(sailor, encoding="utf-8")
    write_spell("mine")
    assert "sailor" in names("--role", "voice")
    assert "mine" not in names("--role", "voice")
    assert "mine" in names("--role", "task")
    assert names("-l", "ja") == ["sailor"]
    assert names("-l", "日语", "--role", "task") == []
    assert {"mine", "sailor"} & set(names("-l", "zh")) == set()
    assert {"mine", "sailor"} <= set(names("-l", "ja,en"))
    told = call(["list", "-l", "ja", "--role", "task"])
    assert (told.code, told.out) == (0, "")
    assert "no spell is all of that" in told.err
    shown = call(["list", "--role", "voice", "-l", "ja"]).out
    assert shown.split()[:5] == ["name", "topic", "role", "languages", "title"]
    assert "role" not in call(["list", "-l", "zh", "--role", "task"]).out.splitlines()[0]
    assert call(["list", "--role", "bard"]).code == 2


def test_what_works_on_a_backend_is_what_the_ledger_says(
    write_spell: Callable[..., Path], backends: OpenAIServer
) -> None:
    for name in ("mine", "other", "poor"):
        write_spell(name, **({"contains: willow": "contains: zebra"} if name == "poor" else {}))
    assert call(["trial", "mine", "poor", "-l", "en", "-m", "one", "-m", "two", "--yes", "-n", "1"]).code == 1
    assert call(["trial", "other", "-l", "en", "-m", "one", "--yes", "-n", "1"]).code == 0
    assert names("--works-on", "one") == ["mine", "other"]
    assert names("--works-on", "one/m1") == ["mine", "other"]
    assert names("--works-on", "ONE") == ["mine", "other"]
    assert names("--works-on", "one", "--works-on", "two/m2") == ["mine"]
    assert names("--works-on", "one", "-l", "en") == ["mine", "other"]
    assert names("--works-on", "one", "-l", "zh") == []
    assert names("--works-on", "one", "--topic", "SEO") == []
    assert "other" in call(["list", "--works-on", "one"]).out


def test_a_rehearsal_counts_only_where_it_is_named(write_spell: Callable[..., Path], backends: OpenAIServer) -> None:
    write_spell("mine")
    write_spell("other")
    assert call(["trial", "mine", "-l", "en", "--rehearse", "--yes"]).code == 0
    assert call(["trial", "other", "-l", "en", "-m", "one", "--yes", "-n", "1"]).code == 0
    assert names("--works-on", "rehearsal/sample") == ["mine"]
    assert names("--works-on", "rehearsal") == ["mine"]
    assert names("--works-on", "one") == ["other"]


def test_what_works_in_one_language_need_not_work_in_another() -> None:
    assert call(["trial", "tldr", "-l", "en", "--rehearse", "--yes"]).code == 0
    assert names("--works-on", "rehearsal/sample") == names("--works-on", "rehearsal/sample", "-l", "en") == ["tldr"]
    assert names("--works-on", "rehearsal/sample", "-l", "zh") == []


def test_a_spell_that_has_changed_since_works_no_more(write_spell: Callable[..., Path]) -> None:
    write_spell("mine")
    assert call(["trial", "mine", "-l", "en", "--rehearse", "--yes"]).code == 0
    assert names("--works-on", "rehearsal") == ["mine"]
    write_spell("mine", about="on")
    assert names("--works-on", "rehearsal") == []


@pytest.mark.parametrize(
    ("backend", "said"),
    [
        pytest.param("rehersal/sample", "did you mean `rehearsal/sample`?", id="mistyped"),
        pytest.param("rehersal", "did you mean `rehearsal`?", id="mistyped, without its model"),
        pytest.param("zzz", "it knows rehearsal/echo, rehearsal/refusal, rehearsal/sample", id="nothing near"),
    ],
)
def test_a_backend_the_ledger_knows_nothing_of_is_an_error(
    backend: str, said: str, write_spell: Callable[..., Path]
) -> None:
    write_spell()
    none = call(["list", "--works-on", backend])
    assert (none.code, none.out) == (2, "")
    assert f"the ledger knows nothing of `{backend}`" in none.err
    assert "grimoire trial puts the first answers on record" in none.err
    assert call(["trial", "mine", "-l", "en", "--rehearse", "--yes"]).code == 0
    told = call(["list", "--works-on", backend, "--json"])
    assert (told.code, told.out) == (2, "")
    assert said in told.err


def test_casts_to_a_backend_are_no_trial_of_it(write_spell: Callable[..., Path], backends: OpenAIServer) -> None:
    write_spell()
    assert call(["cast", "mine", "willows", "-m", "one"]).code == 0
    untried = call(["list", "--works-on", "One"])
    assert (untried.code, untried.out) == (2, "")
    assert untried.err.startswith("grimoire: the ledger knows no trial of `One`\n")
    assert "grimoire trial --all -m One" in untried.err
    assert "knows nothing of `two`" in call(["list", "--works-on", "two"]).err


def test_one_invalid_file_is_told_and_hides_no_other(write_spell: Callable[..., Path]) -> None:
    write_spell("good")
    write_spell("bad", hint="hnit")
    listed = call(["list", "--json"])
    assert listed.code == 0
    assert len(listed.json) == SHIPPED + 1
    assert "spells/bad.yaml:4" in listed.err
    assert "hint" in listed.err


def test_a_folder_of_ones_own_comes_first(folder: Path, write_spell: Callable[..., Path]) -> None:
    path = write_spell("tldr").rename(folder / "tldr.yaml")
    found = run(["show", "tldr", "--json"], env={"GRIMOIRE_SPELLS": str(folder)}).json
    assert found["title"] == "The Title"
    assert found["path"] == str(path)
    assert found["translations"] == []
    assert len(call(["list", "--json"], env={"GRIMOIRE_SPELLS": str(folder)}).json) == SHIPPED
    assert call(["show", "tldr", "--json"]).json["title"] == "TLDR"


def test_show_raw_is_the_prompt_and_nothing_else() -> None:
    shown = run(["show", "tldr", "--raw"])
    assert (shown.code, shown.err) == (0, "")
    assert shown.out == call(["show", "tldr", "--json"]).json["prompt"]
    assert shown.out.startswith("You are the night editor")
    assert "[PROMPT]" in shown.out


@pytest.mark.parametrize(
    "language",
    [pytest.param("zh", id="code"), pytest.param("Chinese", id="name"), pytest.param("中文", id="its-own-name")],
)
def test_show_a_translation_by_any_name_of_its_language(language: str) -> None:
    shown = call(["show", "blog-title", "-l", language, "--json"]).json
    assert shown["language"] == "zh"
    assert shown["title"] == "博客标题十选三"
    assert "[PROMPT]" in shown["prompt"]
    assert "headline" not in shown["prompt"]


def test_the_page_of_a_spell_tells_what_it_wants(write_spell: Callable[..., Path]) -> None:
    shown = call(["show", str(write_spell())])
    for part in (
        "The Title",
        "a topic",
        "Audience",
        "beginners | experts",
        "friendly",
        "willow",
        "[VARIABLE1]",
        "mine.yaml",
    ):
        assert part in shown.out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(["show", "tdlr"], "did you mean `tldr`", id="mistyped-name"),
        pytest.param(["show", "qqqqqqqq"], "grimoire list", id="nothing-near"),
        pytest.param(["show", "spells/none.yaml"], "no spell file spells/none.yaml", id="no-such-file"),
        pytest.param(["show", "tldr", "-l", "ja"], "grimoire translate tldr --to ja", id="no-such-translation"),
        pytest.param(["show", "tldr", "-l", "Chineese"], "did you mean 'chinese'", id="mistyped-language"),
        pytest.param(["show"], "Missing argument", id="no-name"),
        pytest.param(["list", "--nonsense"], "No such option", id="unknown-option"),
    ],
)
def test_a_wrong_name_is_a_usage_error_that_helps(args: list[str], said: str) -> None:
    refused = call(args)
    assert refused.code == 2
    assert refused.out == ""
    assert said in refused.err


def test_a_stale_translation_is_shown_with_a_note(write_spell: Callable[..., Path]) -> None:
    path = write_spell()
    sidecar = path.with_name("mine.zh.yaml")
    sidecar.write_text(
        "language: zh\nsource: 0123456789ab\ntranslator: person\nstatus: reviewed\ntitle: 标题\nprompt: |\n"
        "  用[TARGETLANGUAGE]写[PROMPT]\n  [VARIABLE1] [VARIABLE2]\n"
        "variables:\n  - {id: 1, label: 读者, default: 新手, options: [新手, 专家]}\n"
        "  - {id: 2, label: 语气, default: 亲切}\n",
        encoding="utf-8",
    )
    shown = call(["show", "mine", "-l", "zh", "--raw"])
    assert (shown.code, shown.out.splitlines()[0]) == (0, "用[TARGETLANGUAGE]写[PROMPT]")
    assert "stale" in shown.err
    assert call(["show", "mine", "--json"]).json["translations"][0]["stale"] is True


@pytest.mark.parametrize(
    ("words", "first"),
    [
        pytest.param(["midjourney"], "midjourney-prompt", id="english"),
        pytest.param(["博客", "标题"], "blog-title", id="chinese"),
        pytest.param(["TLDR"], "tldr", id="any-case"),
        pytest.param(["ＴＬＤＲ"], "tldr", id="full-width"),
    ],
)
def test_search_finds_in_every_language(words: list[str], first: str) -> None:
    found = call(["search", *words, "--json"])
    assert (found.code, found.err) == (0, "")
    assert found.json[0]["name"] == first


def test_search_that_finds_nothing_says_so() -> None:
    found = run(["search", "zzzzzz"])
    assert (found.code, found.out) == (1, "")
    assert "no spell has zzzzzz" in found.err
    assert call(["search", "zzzzzz", "--json"]).json == []


def test_search_shows_where_the_words_stand() -> None:
    found = call(["search", "收费杂志"], env={"COLUMNS": "61"})
    assert found.code == 0
    name, place = found.out.splitlines()
    assert name == "blog-title  Ten Blog Titles, Three Finalists · 博客标题十选三"
    assert place.startswith("    prompt zh: ")
    assert "收费杂志" in place
    assert cell_len(place) <= 61


def test_search_in_json_says_the_places_too() -> None:
    (spell,) = call(["search", "收费杂志", "--json"]).json
    assert spell["name"] == "blog-title"
    (place,) = spell["found"]["in"]
    assert (place["field"], place["language"]) == ("prompt", "zh")
    assert "收费杂志" in place["text"]
    assert (spell["found"]["missing"], spell["found"]["coverage"]) == ([], 1.0)


def test_search_takes_chinese_apart_and_says_so() -> None:
    found = call(["search", "标题的博客"])
    assert (found.code, found.out.split()[0]) == (0, "blog-title")
    assert "no spell has 标题的博客 as it is" in found.err


def test_search_mends_a_mistyped_word_and_says_so() -> None:
    found = call(["search", "titel"])
    assert (found.code, found.out.split()[0]) == (0, "blog-title")
    assert "showing results for `title`: no spell has titel" in found.err


def test_search_offers_what_has_some_of_the_words_marked_and_ends_with_one() -> None:
    found = call(["search", "midjourney", "qqqzzq"])
    assert found.code == 1
    assert found.out.startswith("midjourney-prompt")
    assert found.out.rstrip().endswith("without qqqzzq")
    assert "no spell has all the words" in found.err


def test_search_shows_as_many_as_are_asked_for_and_says_how_many_there_are() -> None:
    found = call(["search", "a", "-n", "2"])
    assert sum(not line.startswith(" ") for line in found.out.splitlines()) == 2
    assert f"2 of {SHIPPED} spells shown; -n {SHIPPED} shows them all" in found.err
    assert len(call(["search", "a", "-n", "2", "--json"]).json) == 2
    assert len(call(["search", "a", "--json"]).json) == SHIPPED


def test_what_a_hostile_spell_says_moves_no_cursor(write_spell: Callable[..., Path]) -> None:
    write_spell("evil", **{"The Title": '"\\e[2Jzebra \\e]0;x\\a"'})
    found = run(["search", "zebra"])
    assert "evil" in found.out
    assert "\x1b" not in found.out


@pytest.mark.parametrize("width", [pytest.param(40, id="narrow"), pytest.param(100, id="wide")])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    found = call(["search", "标题", "-n", "50"], env={"COLUMNS": str(width)})
    assert max(map(cell_len, found.out.splitlines())) <= width


@pytest.mark.parametrize(
    ("text", "needles", "width", "shown"),
    [
        pytest.param("short text", ["text"], 40, "short text", id="whole"),
        pytest.param("one two three four five six seven eight", ["seven"], 20, "…six seven eight", id="end"),
        pytest.param("一二三四五六七八九十一二三四五六七八九十甲", ["甲"], 12, "…七八九十甲", id="Chinese"),
        pytest.param("一二三四五六七八九十", [], 7, "一二三…", id="nothing marked"),
        pytest.param("x\ny   z", ["z"], 40, "x y z", id="one line"),
    ],
)
def test_a_snippet_is_the_part_with_the_words(text: str, needles: list[str], width: int, shown: str) -> None:
    assert snip(text, needles, width) == shown
