"""What is said of many answers beside them."""

from __future__ import annotations

import pytest
from msgspec import structs

from grimoire.chat import Answer, Usage
from grimoire.cli.cast_summary import Summary, deciding
from grimoire.cli.questions import Input
from grimoire.spell import Case
from grimoire.trial.work import Result
from grimoire.verdict import CheckResult, Verdict, VerdictKind, decide
from tests.ledger.samples import a_cell, a_check


def summary(*, languages: int = 1, backends: int = 1, inputs: int = 3, usage: bool = False) -> Summary:
    return Summary(languages=languages, backends=backends, inputs=inputs, usage=usage, currency="CNY")


def given(label: str = "") -> Input:
    return Input(case=Case(id=""), label=label)


def answered(kind: VerdictKind = "works", *checks: CheckResult, cost: float | None = None) -> Result:
    answer = Answer(text="x", usage=Usage(1000, 20), seconds=1.5)
    return Result(a_cell(), Verdict(kind=kind, checks=checks), answer, cost)


def failed(message: str) -> Result:
    return Result(a_cell(), Verdict(kind="error"), error=message)


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        pytest.param([a_check("a", "passed")], "", id="works"),
        pytest.param([a_check("a", "failed", "bad")], "a: bad", id="one"),
        pytest.param(
            [a_check("a", "failed", "minor", should=True), a_check("b", "failed", "bad"), a_check("c", "failed")],
            "b: bad, and 2 more reasons",
            id="a-must-before-a-should",
        ),
        pytest.param([a_check("a", "failed", "minor", should=True)], "a: minor", id="a-should-alone"),
        pytest.param(
            [a_check("a", "failed", "minor", should=True), a_check("b", "crashed", "oops\nat once")],
            "b: oops at once",
            id="crashed",
        ),
    ],
)
def test_the_reason_is_that_of_the_check_that_decided(checks: list[CheckResult], expected: str) -> None:
    assert deciding(decide(checks)) == expected


def test_ten_that_do_not_work_are_told_one_by_one_and_the_others_counted(capsys: pytest.CaptureFixture[str]) -> None:
    seen = summary(inputs=15)
    for number in range(12):
        seen.see(given(f"{number}.md"), answered("broken", a_check("a", "failed", "bad")))
    for number in range(3):
        seen.see(given(f"{number}.txt"), answered())
    assert capsys.readouterr().err == "", "told in the end"
    seen.tell()
    assert capsys.readouterr().err.splitlines() == [
        *(f"{number}.md: broken (a: bad)" for number in range(10)),
        "2 more do not work",
        "verdicts: 3 work, 12 broken",
    ]


def test_where_all_work_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    seen = summary()
    for number in range(3):
        seen.see(given(f"{number}.md"), answered())
    seen.tell()
    assert capsys.readouterr().err == ""


def test_failures_are_told_at_once_by_reason_five_of_a_kind(capsys: pytest.CaptureFixture[str]) -> None:
    seen = summary(inputs=30)
    for number in range(8):
        seen.see(given(f"{number}.md"), failed("one/m1: HTTP 500"))
    seen.see(given("x.md"), failed("one/m1: too slow"))
    told = capsys.readouterr().err.splitlines()
    assert told == [*(f"{number}.md: one/m1: HTTP 500" for number in range(5)), "x.md: one/m1: too slow"]
    seen.tell()
    assert capsys.readouterr().err == "3 more failures like it: 5.md, 6.md, 7.md: one/m1: HTTP 500\n"
    assert (seen.answered, seen.failed) == (0, 9)


def test_of_failures_that_all_say_something_else_forty_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    seen = summary(inputs=50)
    for number in range(42):
        seen.see(given(f"{number}.md"), failed(f"one/m1: HTTP 500 (request {number})"))
    assert len(capsys.readouterr().err.splitlines()) == 40
    seen.tell()
    assert capsys.readouterr().err == "2 more failures: 40.md, 41.md\n"


def test_what_all_of_it_took_says_what_was_paid_before(capsys: pytest.CaptureFixture[str]) -> None:
    seen = summary(usage=True)
    seen.see(given("a"), answered(cost=0.5))
    seen.see(given("b"), structs.replace(answered(cost=1.25), earlier=True))
    seen.see(given("c"), failed("no"))
    seen.tell()
    last = capsys.readouterr().err.splitlines()[-1]
    assert last == "2 answers, 1 of them before: 2,000 tokens in, 40 out, 3.0 s of answering, 1.75 CNY"


def test_names_of_inputs_control_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    seen = summary()
    seen.see(given("a\x1b[2J\nb.md"), failed("no\x1b[2J"))
    seen.see(given("c\x1b[2J.md"), answered("broken"))
    seen.tell()
    assert "\x1b" not in capsys.readouterr().err
