from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire.translators.guard import Defect, Text, protect, verify
from tests.translators.engines import chinese
from tests.translators.test_skeleton import hostile_texts

PROMPT = "# Task\r\nWrite about [PROMPT] for [VARIABLE1]\r\n\r\n[VARIABLE1:Who:fans:fans|pros]\r\n[PROMPT]"


def check(text: str, results: dict[str, str]) -> list[Defect]:
    protected = protect([Text("prompt", text)])
    return list(verify(protected, {**{p: chinese(p) for p in protected.pieces}, **results}, "en", "zh"))


def test_a_whole_template_is_put_together_again() -> None:
    protected = protect([Text("prompt", PROMPT)])
    known = {"Task": "任务", "Write about ⟦0⟧ for ⟦1⟧": "为⟦1⟧写⟦0⟧", "Who": "谁", "fans": "粉丝", "pros": "行家"}
    assert verify(protected, known, "en", "zh") == ()
    assert protected.restore(known) == (
        "# 任务\r\n为[VARIABLE1]写[PROMPT]\r\n\r\n[VARIABLE1:谁:粉丝:粉丝|行家]\r\n[PROMPT]",
    )


def test_a_defect_names_line_source_target_and_what_to_do() -> None:
    (defect,) = check(PROMPT, {"Write about ⟦0⟧ for ⟦1⟧": "为⟦1⟧写"})
    assert (defect.gate, defect.text, defect.line) == ("tokens", "prompt", 2)
    assert "[PROMPT] 0 times" in defect.message
    assert "'Write about ⟦0⟧ for ⟦1⟧', got '为⟦1⟧写'" in defect.message
    assert "⟦0⟧ 0 times" in defect.remedy
    assert str(defect).startswith("prompt, line 2: [tokens]")


@pytest.mark.parametrize(
    ("gate", "text", "results"),
    [
        pytest.param("delimiters", PROMPT, {"Who": "谁:"}, id="definition-opened"),
        pytest.param("delimiters", "| Name | Price |", {"Name": "名|称"}, id="table-cell-split"),
        pytest.param("options", PROMPT, {"fans": "人", "pros": "人"}, id="options-fall-together"),
        pytest.param("empty", PROMPT, {"Task": " "}, id="empty"),
        pytest.param("placeholders", "2 by [PROMPT]", {"2 by ⟦0⟧": "由[VARIABLE2:⟦0⟧"}, id="placeholder-swallowed"),
    ],
)
def test_defects(gate: str, text: str, results: dict[str, str]) -> None:
    assert [defect.gate for defect in check(text, results)] == [gate]


def test_options_that_fall_together_name_the_other() -> None:
    (defect,) = check(PROMPT, {"fans": "人", "pros": "人"})
    assert (defect.piece, defect.line) == ("pros", 4)
    assert "'fans'" in defect.remedy


def test_a_missing_result_is_a_defect_and_no_crash() -> None:
    protected = protect([Text("prompt", PROMPT)])
    assert {d.gate for d in verify(protected, {}, "en", "zh")} == {"empty"}


def test_a_label_may_equal_an_option() -> None:
    assert check("[VARIABLE1:Fan:fans:fans|pros]", {"Fan": "粉丝", "fans": "粉丝"}) == []


def test_spaces_an_engine_adds_are_not_taken_over() -> None:
    protected = protect([Text("prompt", "Write ⟦ it\n  [VARIABLE1:Who]\n")])
    results = {piece: f"\t{chinese(piece)} \n" for piece in protected.pieces}
    assert verify(protected, results, "en", "zh") == ()
    assert "  [VARIABLE1:" in protected.restore(results)[0]
    assert "\t" not in protected.restore(results)[0]


@given(hostile_texts, st.lists(hostile_texts, min_size=1, max_size=5))
def test_whatever_comes_back_either_a_defect_or_the_same_placeholders(text: str, answers: list[str]) -> None:
    from grimoire.placeholders import names

    protected = protect([Text("prompt", text)])
    results = {piece: answers[i % len(answers)] for i, piece in enumerate(protected.pieces)}
    if not verify(protected, results, "en", "zh"):
        assert names(protected.restore(results)[0]) == names(text)
        assert len(protected.restore(results)[0].splitlines()) == len(text.splitlines())
