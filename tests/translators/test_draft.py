from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import partial

import pytest

from grimoire.glossary import Glossary
from grimoire.placeholders import variables
from grimoire.segment import PERSON, Segment, Term
from grimoire.spell import Spell, Translation, TranslationStatus, Variable
from grimoire.spellfile import placeholder_differences
from grimoire.translators.draft import BREAKING, Draft
from grimoire.translators.fields import assemble, fields_of
from grimoire.translators.guard import protect
from tests.translators.engines import chinese
from tests.translators.hostile import templates

PROMPT = "Write an article about [PROMPT] in [TARGETLANGUAGE].\n\n- Keep it short, please.\n[VARIABLE1]\n"
CHINESE = "用[TARGETLANGUAGE]写一篇关于[PROMPT]的文章。\n\n- 请写得简短一些。\n[VARIABLE1]\n"
SPELL = Spell(
    name="mine",
    title="The Title",
    prompt=PROMPT,
    variables=(Variable(id=1, label="Tone", default="calm", options=("calm", "loud")),),
)
TITLE, LINE_1, LINE_3, LABEL, DEFAULT, CALM, LOUD = range(7)


def translation(
    prompt: str = CHINESE, status: TranslationStatus = "machine", review: tuple[str, ...] = (), title: str = "标题"
) -> Translation:
    texts = [title, "", "", prompt, "语气", "平静", "平静", "响亮"]
    return assemble(SPELL, texts, language="zh", translator="deepl", status=status, review=review)


def draft(before: Translation | None = None, glossary: Glossary | None = None) -> Draft:
    return Draft(SPELL, before, "zh", glossary or Glossary())


def test_without_a_translation_everything_is_to_do() -> None:
    empty = draft()
    assert [(unit.field, unit.line, unit.index) for unit in empty.units()] == [
        ("title", 1, 0),
        ("prompt", 1, 0),
        ("prompt", 3, 1),
        ("variable 1 label", 1, 0),
        ("variable 1 default", 1, 0),
        ("variable 1 option 1", 1, 0),
        ("variable 1 option 2", 1, 0),
    ]
    assert {(unit.target, unit.needs_review, unit.remark) for unit in empty.units()} == {
        ("", True, "there is no translation of it")
    }
    assert not empty.touched
    assert empty.approved() == {}


def test_all_of_it_settled_it_is_reviewed() -> None:
    work = draft()
    texts = ["标题", "关于[PROMPT]，用[TARGETLANGUAGE]写文章。", "请写得简短一些。", "语气", "平静", "平静", "响亮"]
    for number, text in enumerate(texts):
        assert work.defect(number, text) is None
        work.settle(number, text)
    made = work.finish()
    assert made.prompt == f"{texts[LINE_1]}\n\n- {texts[LINE_3]}\n[VARIABLE1]\n"
    assert (made.status, made.translator, made.review, made.title) == ("reviewed", PERSON, (), "标题")
    assert made.variables == (Variable(id=1, label="语气", default="平静", options=("平静", "响亮")),)
    assert {key.engine for key in work.approved()} == {PERSON}
    assert len(work.approved()) == 6  # the default is an option, and so one segment with it


def test_half_of_it_settled_the_rest_is_in_its_source() -> None:
    work = draft()
    work.settle(LINE_3, "请写得简短一些。")
    made = work.finish()
    assert made.prompt == "Write an article about [PROMPT] in [TARGETLANGUAGE].\n\n- 请写得简短一些。\n[VARIABLE1]\n"
    assert (made.status, len(made.review)) == ("needs-review", 6)
    assert "prompt, line 1: there is no translation of it" in made.review


@pytest.mark.parametrize("status", ["machine", "reviewed"])
def test_a_good_translation_that_nobody_touches_stays_as_it_is(status: TranslationStatus) -> None:
    before = translation(status=status)
    work = draft(before)
    assert (work.unsettled, work.touched, work.finish()) == ({}, False, before)


@pytest.mark.parametrize(
    "prompt",
    [
        pytest.param(CHINESE.replace("- ", "* "), id="another-marker"),
        pytest.param(CHINESE.replace("- ", "- \u3000"), id="another-space"),
        pytest.param(CHINESE.replace("。\n[", "。  \n["), id="spaces-at-the-end"),
    ],
)
def test_lines_that_nobody_touched_stay_letter_for_letter(prompt: str) -> None:
    work = draft(translation(prompt))
    work.settle(LINE_1, "关于[PROMPT]，用[TARGETLANGUAGE]写文章。")
    made = work.finish().prompt.splitlines()
    assert made == ["关于[PROMPT]，用[TARGETLANGUAGE]写文章。", *prompt.splitlines()[1:]]


@pytest.mark.parametrize(
    ("number", "text", "gate"),
    [
        pytest.param(LINE_1, "写文章。", "placeholders", id="lost"),
        pytest.param(LINE_1, "用[TARGETLANGUAGE]写[PROMPT]和[PROMPT]", "added", id="twice"),
        pytest.param(LINE_1, "", "empty", id="nothing"),
        pytest.param(LINE_1, "[PROMPT][TARGETLANGUAGE]", "empty", id="no-words"),
        pytest.param(LINE_3, "请写得\n简短一些。", "lines", id="two-lines"),
        pytest.param(LINE_3, "请写得\x1b[31m简短", "characters", id="a-control"),
        pytest.param(LABEL, "语气:调", "delimiters", id="a-colon"),
        pytest.param(LOUD, "响|亮", "delimiters", id="a-bar"),
        pytest.param(LOUD, "平静", "options", id="an-option-that-there-is"),
        pytest.param(CALM, "响亮", "options", id="an-option-that-there-is-later"),
        pytest.param(LINE_3, "Keep it short, please.", "unchanged", id="untranslated"),
        pytest.param(TITLE, "这是标题。它很长。", "title", id="a-text-for-a-title"),
    ],
)
def test_what_is_wrong_with_a_text(number: int, text: str, gate: str) -> None:
    found = draft(translation()).defect(number, text)
    assert found is not None
    assert (found.gate, found.place, found.severity) == (gate, number, "error")
    assert found.advice


def test_what_breaks_a_template_comes_before_what_is_odd() -> None:
    found = draft(translation()).defect(LABEL, "Tone: 对不起，我无法翻译|语气")
    assert found is not None
    assert found.gate == "delimiters"


def test_a_term_that_is_not_the_glossarys_is_a_warning() -> None:
    glossary = Glossary(terms={"zh": (Term("article", ("稿件",)),)})
    found = draft(translation(), glossary).defect(LINE_1, "关于[PROMPT]，用[TARGETLANGUAGE]写文章。")
    assert found is not None
    assert (found.gate, found.severity) == ("terms", "warning")


def test_what_a_person_insists_on_is_no_more_to_do() -> None:
    work = draft(translation(PROMPT, "needs-review", ("prompt, line 1: it came back untranslated",)))
    assert set(work.unsettled) == {LINE_1}
    work.settle(LINE_1, work.units()[LINE_1].target)
    made = work.finish()
    assert (made.status, made.review, made.prompt) == ("reviewed", (), PROMPT)


@pytest.mark.parametrize(
    ("review", "numbers"),
    [
        pytest.param(("title, line 1: why",), {TITLE}, id="title"),
        pytest.param(("prompt, line 3: a: b, c",), {LINE_3}, id="colons-in-the-reason"),
        pytest.param(("variable 1 option 2, line 1: why",), {LOUD}, id="option"),
        pytest.param(("prompt: it is hardly Chinese",), {LINE_1, LINE_3}, id="a-whole-field"),
        pytest.param(("prompt, line 2: why", "prompt, line 99: why"), set(), id="no-such-place"),
        pytest.param(("nonsense", "", ":", ", line 1: x", "prompt, line 1"), set(), id="no-remark"),
        pytest.param(("prompt, line " + "9" * 5000 + ": x",), set(), id="a-hostile-number"),
        pytest.param(("a" * 200_000,), set(), id="a-hostile-length"),
    ],
)
def test_what_the_file_says_needs_review(review: tuple[str, ...], numbers: set[int]) -> None:
    started = time.process_time()
    assert set(draft(translation(status="needs-review", review=review)).unsettled) == numbers
    assert time.process_time() - started < 1


def test_what_the_gates_find_needs_review_unless_a_person_has_reviewed_it() -> None:
    untranslated = CHINESE.replace("请写得简短一些。", "Keep it short, please.")
    assert draft(translation(untranslated)).unsettled == {LINE_3: "it came back untranslated"}
    assert draft(translation(untranslated, "reviewed")).unsettled == {}


def test_what_the_list_leaves_out_was_settled_but_for_what_breaks() -> None:
    untranslated = CHINESE.replace("请写得简短一些。", "Keep it short, please.")
    listed = ("title, line 1: why",)
    assert set(draft(translation(untranslated, "needs-review", listed)).unsettled) == {TITLE}
    emptied = CHINESE.replace("请写得简短一些。", "")
    assert set(draft(translation(emptied, "needs-review", listed)).unsettled) == {TITLE, LINE_3}


@pytest.mark.parametrize("status", ["machine", "reviewed"])
def test_of_a_stale_translation_every_line_is_in_doubt(status: TranslationStatus) -> None:
    changed = Spell(name="mine", title="The Title", prompt="Write a poem about [PROMPT] in [TARGETLANGUAGE].\n")
    old = translation("用[TARGETLANGUAGE]写一篇关于[PROMPT]的文章。\n", status)
    work = Draft(changed, old, "zh", Glossary())
    assert work.unsettled == dict.fromkeys((0, 1), "the spell has changed since")
    assert work.finish().status == "needs-review"


def test_a_doubt_makes_a_reviewed_translation_need_review() -> None:
    work = draft(translation(status="reviewed"))
    work.doubt(LINE_3, "is that so?")
    made = work.finish()
    assert (made.status, made.review, made.prompt) == ("needs-review", ("prompt, line 3: is that so?",), CHINESE)


def test_a_field_whose_lines_do_not_correspond_stays_until_all_are_given() -> None:
    merged = CHINESE.replace("\n\n- ", "")
    work = draft(translation(merged, "reviewed"))
    assert set(work.unsettled) == {LINE_1, LINE_3}
    work.settle(LINE_1, "关于[PROMPT]，用[TARGETLANGUAGE]写文章。")
    assert work.finish().prompt == merged
    work.settle(LINE_3, "请写短。")
    assert work.finish().prompt == "关于[PROMPT]，用[TARGETLANGUAGE]写文章。\n\n- 请写短。\n[VARIABLE1]\n"


def test_what_nobody_approved_is_not_for_the_memory() -> None:
    assert draft(translation()).approved() == {}
    work = draft(translation(status="needs-review", review=("prompt, line 1: why",)))
    assert work.approved() == {}
    work.settle(LINE_3, "请写短。")
    assert {key.segment.text: text for key, text in work.approved().items()} == {"Keep it short, please.": "请写短。"}


def test_what_is_reviewed_is_approved_but_for_what_is_in_doubt() -> None:
    work = draft(translation(status="reviewed"))
    work.doubt(LINE_1, "is that so?")
    texts = {key.segment.text for key in work.approved()}
    assert "Keep it short, please." in texts
    assert not any(text.startswith("Write an article") for text in texts)


def test_what_a_person_wrote_does_not_depend_on_the_glossary() -> None:
    glossary = Glossary(terms={"zh": (Term("short", ("短",)),)})
    keys = {key.segment for key in draft(translation(status="reviewed"), glossary).approved()}
    assert Segment("Keep it short, please.") in keys


def test_the_source_may_use_our_brackets() -> None:
    spell = Spell(name="mine", prompt="Write ⟦0⟧ words about [PROMPT] ⦃1⦄\n")
    work = Draft(spell, None, "zh", Glossary())
    work.settle(0, "写 ⟦0⟧ 个词，关于[PROMPT] ⦃1⦄")
    assert work.finish().prompt == "写 ⟦0⟧ 个词，关于[PROMPT] ⦃1⦄\n"


def test_a_large_spell_is_opened_and_finished_in_no_time() -> None:
    count = 400
    spell = Spell(name="mine", prompt="".join(f"{n}. Write a line about [PROMPT]\n" for n in range(count)))
    chinese = "".join(f"{n}. 写一行，关于[PROMPT]\n" for n in range(count))
    before = assemble(spell, ["", "", "", chinese], language="zh", translator="x", status="machine")
    started = time.process_time()
    work = Draft(spell, before, "zh", Glossary())
    for number in range(count):
        assert work.defect(number, "再写一行：[PROMPT]") is None
        work.settle(number, "再写一行：[PROMPT]")
    assert work.finish().status == "reviewed"
    assert time.process_time() - started < 2


MISTAKES: tuple[Callable[[str], str], ...] = (
    lambda text: text.replace("[PROMPT]", "", 1),
    lambda text: text.replace("[TARGETLANGUAGE]", "中文"),
    lambda text: text.replace("]", "", 1),
    lambda text: text.replace("[", "［", 1),
    lambda text: text.replace("…", "好", 1),
    lambda text: text[::-1],
    lambda _: "",
    *(
        partial("{0}{1}".format, sign)
        for sign in ("[", "VARIABLE1]", "MPT]", "⟦0⟧", "`", "```", "{{", "- ", "/imagine ")
    ),
    *(
        partial("{1}{0}".format, sign)
        for sign in (
            "|",
            ":",
            "]",
            " [PROMPT]",
            "[PRO",
            "[VARIABLE1:a:b:c|d]",
            "}}",
            "<b>",
            "\n好",
            "\u2028好",
            "\x1b[2J",
        )
    ),
)


def test_whatever_a_person_writes_what_is_taken_breaks_no_template() -> None:
    rng = random.Random(7)
    taken = 0
    for spell in templates(150):
        protected = protect(fields_of(spell), Glossary(), "zh")
        texts = protected.restore([chinese(own) for own in protected.own])
        work = Draft(spell, assemble(spell, texts, language="zh", translator="x"), "zh", Glossary())
        for unit_number, unit in rng.sample(list(enumerate(work.units())), 4):
            text = rng.choice(MISTAKES)(unit.target)
            defect = work.defect(unit_number, text)
            if defect is None or defect.gate not in BREAKING:
                work.settle(unit_number, text)
                taken += 1
        made = work.finish()
        assert placeholder_differences(spell.prompt, made.prompt) == []
        assert made.prompt.count("\n") == spell.prompt.count("\n")
        ours, theirs = variables(spell.template), variables(made.template)
        assert [(v.id, len(v.options)) for v in ours] == [(v.id, len(v.options)) for v in theirs]
    assert taken > 150
