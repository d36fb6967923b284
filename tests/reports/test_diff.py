from __future__ import annotations

import pytest
from msgspec import structs

from grimoire.chance import Chance
from grimoire.record import Entry
from grimoire.reports.diff import compare
from grimoire.verdict import CheckResult, VerdictKind

KINDS: dict[str, VerdictKind] = {"w": "works", "p": "partial", "b": "broken", "e": "error"}


def entries(verdicts: str, case: str = "willow", **fields: str) -> list[Entry]:
    return [
        Entry(
            id=sample,
            run="r",
            kind="trial",
            at="2026-01-01",
            spell="tea",
            language="en",
            template=fields.get("template", "t"),
            case=case,
            backend="one/m",
            sample=sample,
            rehearsal=False,
            key="",
            incantation="",
            answer="",
            error="timeout" if verdict == "e" else "",
            error_message="no answer in 60 s" if verdict == "e" else "",
            verdict=KINDS[verdict],
            checks=(CheckResult(check="tables", version=1, outcome="failed", reason="found 0 tables"),)
            if verdict == "b"
            else (),
            yardstick=fields.get("yardstick", "y"),
        )
        for sample, verdict in enumerate(verdicts, 1)
    ]


@pytest.mark.parametrize(
    ("before", "after", "difference", "clear"),
    [
        pytest.param("w", "w", "same", False, id="same"),
        pytest.param("w", "b", "regressed", False, id="one-answer-each-may-be-chance"),
        pytest.param("wwwwwwwwww", "bbbbbbbbbb", "regressed", True, id="ten-each-hardly-chance"),
        pytest.param("wwwwwwwwwb", "wwwwwwwwww", "same", False, id="one-unlucky-draw-is-no-difference"),
        pytest.param("b", "w", "recovered", False, id="recovered"),
        pytest.param("w", "p", "regressed", False, id="partial"),
        pytest.param("wwww", "wbwb", "regressed", False, id="flaky"),
        pytest.param("w", "e", "unknown", False, id="no-answer-now"),
        pytest.param("e", "e", "same", False, id="no-answer-in-either"),
        pytest.param("", "w", "new", False, id="new"),
        pytest.param("w", "", "gone", False, id="gone"),
    ],
)
def test_compare(before: str, after: str, difference: str, clear: bool) -> None:
    [line] = compare(entries(before), entries(after), Chance())
    assert (line.difference, line.clear) == (difference, clear)


def test_errors_are_counted_apart() -> None:
    [line] = compare(entries("we"), entries("bee"), Chance())
    assert line.before is not None
    assert line.after is not None
    assert (line.before.works, line.before.answers, line.before.errors) == (1, 1, 1)
    assert (line.after.works, line.after.answers, line.after.errors) == (0, 1, 2)
    assert line.after.reason == "tables: found 0 tables"


def test_it_says_when_the_text_or_the_checks_were_others() -> None:
    [line] = compare(entries("w"), entries("w", template="u", yardstick="z"), Chance())
    assert (line.text, line.checks) == (True, True)
    edited = [structs.replace(entry, incantation="with another case") for entry in entries("w")]
    [line] = compare(entries("w"), edited, Chance())
    assert (line.text, line.checks) == (True, False)
    [line] = compare(entries("w"), entries("w"), Chance())
    assert (line.text, line.checks) == (False, False)


def test_an_error_is_measured_by_nothing_and_compared_with_nothing() -> None:
    cut_off = [*entries("w"), *(structs.replace(e, sample=2, template="u", yardstick="") for e in entries("e"))]
    [line] = compare(entries("w"), cut_off, Chance())
    assert (line.text, line.checks) == (False, False)


def test_an_answer_after_an_error_takes_its_place() -> None:
    [line] = compare([*entries("e"), *entries("w")], entries("w"), Chance())
    assert line.before is not None
    assert (line.before.answers, line.before.errors) == (1, 0)
    [line] = compare([*entries("w"), *entries("e")], entries("w"), Chance())
    assert line.before is not None
    assert (line.before.answers, line.before.errors) == (1, 0)


def test_places_are_in_the_order_of_their_names() -> None:
    lines = compare([*entries("w", "b"), *entries("w", "a")], entries("w", "c"), Chance())
    assert [line.place.case for line in lines] == ["a", "b", "c"]
