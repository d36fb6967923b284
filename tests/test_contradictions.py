"""What contradicts each other in joined spells: found where it is, and nowhere in the library where it is not."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from grimoire.cli.wiring import validate_check
from grimoire.contradictions import Contradiction, find
from grimoire.library import Library
from grimoire.spell import CheckSpec, Role, Spell, Template

ROOT = Path(__file__).parents[1] / "spells"
LIBRARY = Library([ROOT], validate_check)
SPELLS = LIBRARY.load_all()[0]
TASKS = [spell for spell in SPELLS if spell.role == "task" and not spell.chain]
VOICES = [spell for spell in SPELLS if spell.role == "voice"]
FORMATS = [spell for spell in SPELLS if spell.role == "format"]

ANY_FORMAT = {
    *("action-items", "ask-page", "business-posts", "commit-message", "explain-code", "fix-grammar", "lines-of"),
    *("log-triage", "product-blurb", "translate-text"),
}
"""Tasks that ask for no form that a format contradicts."""
FITS: dict[str, set[str]] = {
    **{name: {"as-json", "as-table", "as-bullets"} for name in ANY_FORMAT},
    "captions-hashtags": {"as-json"},
    "shell-command": {"as-json"},
    "tldr": {"as-bullets"},
}
"""Whatever else the library holds asks for headings, tables or lists which no format has."""
FITS_IN_CHINESE = {"instagram-carousel": {"as-table"}, "social-posts-table": {"as-table"}}
"""A list that the English text asks for is none in the Chinese one."""


@lru_cache(maxsize=256)
def text(name: str, language: str) -> Template:
    spell = LIBRARY.get(name)
    translation = None if language == "en" else LIBRARY.translation(spell, language)
    return (translation or spell).template


def found(language: str, *spells: Spell) -> list[Contradiction]:
    return find(spells, [text(spell.name, language) for spell in spells])


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("task", [pytest.param(task, id=task.name) for task in TASKS])
def test_no_false_alarm_in_the_whole_library(task: Spell, language: str) -> None:
    fitting = FITS.get(task.name, set()) | (FITS_IN_CHINESE.get(task.name, set()) if language == "zh" else set())
    for voice in VOICES:
        assert found(language, task, voice) == []
        for form in FORMATS:
            assert found(language, voice, form) == []
            told = found(language, task, voice, form)
            assert bool(told) == (form.name not in fitting), (form.name, told)
            assert {(each.first.part, each.second.part) for each in told} <= {(0, 2)}


@pytest.mark.parametrize("task", [pytest.param(task, id=task.name) for task in TASKS])
def test_where_a_format_is_found_to_contradict_a_task_its_sample_fails_the_formats_checks(task: Spell) -> None:
    from grimoire import checks
    from grimoire.chat import Answer
    from grimoire.ports import Exchange

    exchange = Exchange(answer=Answer(text=task.sample), incantation="", text="", answer_in="zh", subject=())
    for form in FORMATS:
        if found("en", task, form):
            assert "failed" in {checks.build(spec).judge(exchange).outcome for spec in form.checks}, form.name


def part(name: str, role: Role, prompt: str, *checks: CheckSpec) -> Spell:
    return Spell(name=name, role=role, prompt=prompt, checks=checks)


def between(one: str, other: str) -> list[tuple[str, str, str]]:
    spells = [part("one", "task", one), part("other", "format", other)]
    told = find(spells, [spell.template for spell in spells])
    return [(each.what, each.first.words, each.second.words) for each in told]


FORM, LANGUAGE, EXPLAIN = "two output formats", "two languages of the answer", "to explain and not to"


@pytest.mark.parametrize(
    ("one", "other", "what", "first", "second"),
    [
        pytest.param(
            "Write 3 headings.", "Return only JSON.", FORM, "3 headings", "Return only JSON", id="headings-in-json"
        ),
        pytest.param(
            "Answer with nothing but a Markdown table.", "Return only JSON.", FORM, "Answer with", "JSON", id="forms"
        ),
        pytest.param("List 5 bullet points.", "Output only CSV.", FORM, "5 bullet points", "only CSV", id="csv"),
        pytest.param(
            "Write 5 bullet points.", "Use no bullet points.", FORM, "5 bullet points", "no bullet", id="none"
        ),
        pytest.param(
            "Write 2 tables.", "Answer only with one paragraph.", FORM, "2 tables", "one paragraph", id="paragraph"
        ),
        pytest.param("写出 4 个二级标题。", "只输出 JSON。", FORM, "4 个二级标题", "只输出 JSON", id="chinese"),
        pytest.param(
            "Write an article of at least 1,500 words.",
            "Your answer has at most 100 words.",
            "too many and too few words",
            "at least 1,500 words",
            "at most 100 words",
            id="lengths",
        ),
        pytest.param(
            "Answer in English.", "Speak in [TARGETLANGUAGE].", LANGUAGE, "Answer in English", "[TARGET", id="target"
        ),
        pytest.param("Please reply in French.", "Answer in German.", LANGUAGE, "French", "German", id="languages"),
        pytest.param("用英文回答。", "用中文写。", LANGUAGE, "用英文回答", "用中文写", id="languages-in-chinese"),
        pytest.param(
            "Explain your choice.", "Give no explanations.", EXPLAIN, "Explain your", "no explanations", id="explain"
        ),
        pytest.param("Do not explain.", "Explain each step.", EXPLAIN, "Do not explain", "Explain each", id="reversed"),
        pytest.param("先算出结果，再解释每一步。", "不要解释。", EXPLAIN, "解释", "不要解释", id="explain-in-chinese"),
        pytest.param(
            "Tell me what you know about the willow tree in the garden.",
            "像一位老人那样，用缓慢的句子来讲述一切。",
            "prompts in two languages",
            "not Chinese",
            "Chinese",
            id="scripts",
        ),
    ],
)
def test_a_contradiction_is_found_with_the_words_of_both(
    one: str, other: str, what: str, first: str, second: str
) -> None:
    for told in (between(one, other), [(w, b, a) for w, a, b in between(other, one)]):
        assert len(told) == 1
        assert told[0][0] == what
        assert first in told[0][1]
        assert second in told[0][2]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Return only JSON.", "Output nothing but JSON.", id="the-same-form"),
        pytest.param("Return only code.", "Output only HTML.", id="html-is-code"),
        pytest.param("Write at least 200 words.", "Write at most 300 words.", id="lengths-that-fit"),
        pytest.param("Write 3 headings.", "Write 2 tables.", id="two-things"),
        pytest.param("If you write code, answer only with JSON.", "Write 3 headings.", id="a-condition"),
        pytest.param('Never say "return only JSON".', "Write 3 headings.", id="a-quotation"),
        pytest.param("Summary: answer only with one paragraph.", "Write 3 headings.", id="of-a-part"),
        pytest.param("Answer in [TARGETLANGUAGE].", "Write in [TARGETLANGUAGE].", id="the-same-language"),
        pytest.param("In [TARGETLANGUAGE]; write names in English.", "Answer in [TARGETLANGUAGE].", id="a-part-of-it"),
        pytest.param("No explanation of what a willow is.", "Explain your choice.", id="explain-something-else"),
        pytest.param("Never explain more than needed.", "Explain your choice.", id="explain-little"),
        pytest.param("Answer not only with a bulleted list.", "Write 3 headings.", id="not-only"),
        pytest.param("Answer in verse.", "Reply in English.", id="no-language"),
    ],
)
def test_what_is_no_contradiction(one: str, other: str) -> None:
    assert between(one, other) == between(other, one) == []


@pytest.mark.parametrize("role", ["voice", "format"])
def test_two_of_a_role_contradict_each_other(role: Role) -> None:
    spells = [part("task", "task", "[PROMPT]"), part("a", role, "As a."), part("b", role, "As b.")]
    (told,) = find(spells, [spell.template for spell in spells])
    assert (told.what, told.first.part, told.second.part) == (f"two {role}s", 1, 2)


def test_own_checks_are_demands_where_they_must_pass() -> None:
    def told(*, should: bool) -> list[Contradiction]:
        wants = CheckSpec(name="tables", params={"at_least": 1, "columns": {"at_least": 2}}, should=should)
        none = CheckSpec(name="tables", params={"at_most": 0})
        spells = [part("a", "task", "[PROMPT]", CheckSpec(name="contains", params="x"), wants)]
        spells += [part("b", "format", "Briefly.", none)]
        return find(spells, [spell.template for spell in spells])

    (found,) = told(should=False)
    assert (found.what, found.first.check, found.second.check) == (FORM, 1, 0)
    assert found.first.words == "its check tables: at least 1, columns at least 2"
    assert told(should=True) == []


def test_a_number_of_what_is_counted_only_where_it_fits_has_no_upper_bound() -> None:
    few = CheckSpec(name="headings", params={"level": 2, "at_most": 2})
    many = CheckSpec(name="headings", params={"at_least": 5})
    spells = [part("a", "task", "[PROMPT]", few), part("b", "format", "Briefly.", many)]
    assert find(spells, [spell.template for spell in spells]) == []


def test_nothing_is_read_from_the_words_of_a_spell_that_says_so() -> None:
    spells = [
        Spell(name="a", prompt="Write 3 headings about [PROMPT]. Answer in English.", expectations=False),
        part("b", "format", "Return only JSON. Answer in [TARGETLANGUAGE]."),
    ]
    assert find(spells, [spell.template for spell in spells]) == []
