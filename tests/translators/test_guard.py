from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire.spell import Spell
from grimoire.translators.examine import judge
from grimoire.translators.guard import Defect, Field, protect, verify
from grimoire.translators.reading import read_back
from tests.translators.engines import chinese
from tests.translators.test_skeleton import GLOSSARY, hostile_texts

PROMPT = "# Task\r\nWrite about [PROMPT] for [VARIABLE1]\r\n\r\n[VARIABLE1:Who:fans:fans|pros]\r\n[PROMPT]"


def check(text: str, results: dict[str, str]) -> list[Defect]:
    """The defects of the results, and of the whole text they make."""
    protected = protect([Field("prompt", text)], GLOSSARY, "zh")
    given = [results.get(own, chinese(own)) for own in protected.own]
    defects = verify(protected, given, "en", "zh")
    if defects:
        return defects
    texts = protected.restore(given)
    again = protect([Field("prompt", text)], GLOSSARY, "zh", beside=texts)
    return judge(again, read_back(again, texts), ("en", "zh"), texts)


def test_a_whole_template_is_put_together_again() -> None:
    protected = protect([Field("prompt", PROMPT)])
    known = {"Task": "任务", "Write about ⟦0⟧ for ⟦1⟧": "为⟦1⟧写⟦0⟧", "Who": "谁", "fans": "粉丝", "pros": "行家"}
    results = [known[own] for own in protected.own]
    assert verify(protected, results, "en", "zh") == []
    assert protected.restore(results) == (
        "# 任务\r\n为[VARIABLE1]写[PROMPT]\r\n\r\n[VARIABLE1:谁:粉丝:粉丝|行家]\r\n[PROMPT]",
    )


def test_a_defect_names_line_source_target_and_what_to_do() -> None:
    (defect,) = check(PROMPT, {"Write about ⟦0⟧ for ⟦1⟧": "为⟦1⟧写"})
    assert (defect.gate, defect.field, defect.line) == ("placeholders", "prompt", 2)
    assert "[PROMPT] 0 times" in defect.reason
    assert "'Write about [PROMPT] for [VARIABLE1]', got '为[VARIABLE1]写'" in defect.message
    assert str(defect).startswith("[placeholders] prompt, line 2: ")
    assert "put each placeholder" in defect.advice


@pytest.mark.parametrize(
    ("gate", "text", "results"),
    [
        pytest.param("delimiters", PROMPT, {"Who": "谁:"}, id="definition-opened"),
        pytest.param("delimiters", "| Name | Price |", {"Name": "名|称"}, id="table-cell-split"),
        pytest.param("options", PROMPT, {"fans": "人", "pros": "人"}, id="options-fall-together"),
        pytest.param("empty", PROMPT, {"Task": " "}, id="empty"),
        pytest.param("placeholders", "2 by [PROMPT]", {"2 by ⟦0⟧": "由[VARIABLE2:⟦0⟧"}, id="placeholder-swallowed"),
        pytest.param("protected", "see `a` and `b`", {"see ⟦0⟧ and ⟦1⟧": "见⟦0⟧"}, id="code-lost"),
        pytest.param("names", "for SEO and for SEO", {"for ⟦0⟧ and for ⟦1⟧": "为了搜索"}, id="name-lost"),
    ],
)
def test_defects(gate: str, text: str, results: dict[str, str]) -> None:
    assert [defect.gate for defect in check(text, results)] == [gate]


def test_a_name_may_stand_once_for_twice() -> None:
    assert check("for SEO and for SEO", {"for ⟦0⟧ and for ⟦1⟧": "都是为了⟦1⟧"}) == []


def test_options_that_fall_together_name_the_other() -> None:
    (defect,) = check(PROMPT, {"fans": "人", "pros": "人"})
    assert (defect.source, defect.line) == ("pros", 4)
    assert "'fans'" in defect.reason


def test_a_missing_result_is_a_defect_and_no_crash() -> None:
    protected = protect([Field("prompt", PROMPT)])
    assert {d.gate for d in verify(protected, [""] * len(protected.places), "en", "zh")} == {"empty"}


def test_a_label_may_equal_an_option() -> None:
    assert check("[VARIABLE1:Fan:fans:fans|pros]", {"Fan": "粉丝", "fans": "粉丝"}) == []


def test_spaces_an_engine_adds_are_not_taken_over() -> None:
    protected = protect([Field("prompt", "Write ⟦ it\n  [VARIABLE1:Who]\n")])
    results = [f"\t{chinese(own)} \n" for own in protected.own]
    assert verify(protected, results, "en", "zh") == []
    assert "  [VARIABLE1:" in protected.restore(results)[0]
    assert "\t" not in protected.restore(results)[0]


@given(hostile_texts)
def test_reading_back_what_was_restored_gives_the_results(text: str) -> None:
    protected = protect([Field("prompt", text)], GLOSSARY, "zh")
    results = [chinese(own) for own in protected.own]
    if not verify(protected, results, "en", "zh"):
        texts = protected.restore(results)
        again = protect([Field("prompt", text)], GLOSSARY, "zh", beside=texts)
        reading = read_back(again, texts)
        assert again.restore([result or "" for result in reading.results]) == texts


@given(hostile_texts, st.lists(hostile_texts, min_size=1, max_size=5))
def test_whatever_comes_back_either_a_defect_or_the_same_placeholders(text: str, answers: list[str]) -> None:
    from grimoire.placeholders import names

    protected = protect([Field("prompt", text)])
    own = protected.own
    results = [answers[number % len(answers)] for number in range(len(own))]
    if not verify(protected, results, "en", "zh"):
        (restored,) = protected.restore(results)
        assert len(restored.splitlines()) == len(text.splitlines())
        again = protect([Field("prompt", text)], beside=[restored])
        if not judge(again, read_back(again, [restored]), ("en", "zh"), [restored]):
            assert names(restored) == names(text)


@given(hostile_texts, hostile_texts)
def test_any_two_texts_can_be_compared(source: str, target: str) -> None:
    from grimoire.spell import Translation
    from grimoire.translators.examine import examine

    spell = Spell(name="a", title=source, prompt=source)
    translation = Translation(name="a", language="zh", source="", title=target, prompt=target)
    assert {defect.field for defect in examine(spell, translation, GLOSSARY)} <= {"title", "prompt"}
