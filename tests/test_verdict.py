from __future__ import annotations

import pytest

from grimoire.verdict import (
    Change,
    CheckResult,
    Judged,
    Outcome,
    StandingKind,
    VerdictKind,
    combine,
    decide,
    stand,
)

Said = tuple[Outcome, bool]


def results(*said: Said) -> list[CheckResult]:
    return [
        CheckResult(check=f"c{number}", version=1, outcome=outcome, reason=f"r{number}", should=should)
        for number, (outcome, should) in enumerate(said)
    ]


@pytest.mark.parametrize(
    ("said", "kind", "reasons"),
    [
        pytest.param([], "works", (), id="nothing-checked"),
        pytest.param([("passed", False), ("passed", True)], "works", (), id="all-passed"),
        pytest.param([("skipped", False)], "works", (), id="skipped"),
        pytest.param([("failed", False)], "broken", ("c0: r0",), id="must-failed"),
        pytest.param([("passed", False), ("failed", True)], "partial", ("c1: r1",), id="should-failed"),
        pytest.param([("failed", True), ("failed", False)], "broken", ("c0: r0", "c1: r1"), id="must-beats-should"),
        pytest.param([("crashed", False), ("passed", False)], "error", ("c0: r0",), id="must-crashed"),
        pytest.param([("crashed", True)], "error", ("c0: r0",), id="should-crashed"),
        pytest.param(
            [("crashed", False), ("failed", False)], "broken", ("c0: r0", "c1: r1"), id="failed-beats-crashed"
        ),
        pytest.param([("crashed", False), ("failed", True)], "error", ("c0: r0", "c1: r1"), id="crashed-beats-should"),
    ],
)
def test_decide(said: list[Said], kind: VerdictKind, reasons: tuple[str, ...]) -> None:
    verdict = decide(results(*said))
    assert (verdict.kind, verdict.reasons) == (kind, reasons)
    assert len(verdict.checks) == len(said)


NAMES: dict[str, VerdictKind] = {"w": "works", "p": "partial", "b": "broken", "e": "error"}


@pytest.mark.parametrize(
    ("cases", "standing"),
    [
        pytest.param([], "untested", id="none"),
        pytest.param(["ee", "e"], "untested", id="errors-say-nothing"),
        pytest.param(["w"], "works", id="one"),
        pytest.param(["we", "w"], "works", id="works-beside-error"),
        pytest.param(["bb", "b"], "broken", id="broken"),
        pytest.param(["pe"], "partial", id="partial-beside-error"),
        pytest.param(["wp"], "partial", id="one-case-works-and-partial"),
        pytest.param(["wb"], "flaky", id="one-case-works-and-broken"),
        pytest.param(["pb"], "flaky", id="one-case-partial-and-broken"),
        pytest.param(["w", "b"], "partial", id="one-case-works-another-is-broken"),
        pytest.param(["w", "p"], "partial", id="one-case-works-another-is-partial"),
        pytest.param(["w", "w", "wb"], "flaky", id="one-flaky-case-among-good"),
        pytest.param(["b", "wb"], "flaky", id="one-flaky-case-among-broken"),
        pytest.param(["e", "b"], "broken", id="an-error-is-no-other-case"),
    ],
)
def test_combine(cases: list[str], standing: StandingKind) -> None:
    judged = [(str(number), NAMES[initial]) for number, case in enumerate(cases) for initial in case]
    assert combine(judged) == standing


def history(*runs: str, template: str = "new") -> list[Judged]:
    """Runs of answers to one case by their initials: "wb" is one run with an answer that works and one broken."""
    return [
        Judged(
            run=f"{template}{number}",
            at=f"2026-01-0{number}",
            template=template,
            case="willow",
            sample=sample,
            verdict=NAMES[initial],
            reason=initial,
        )
        for number, run in enumerate(runs, start=1)
        for sample, initial in enumerate(run, start=1)
    ]


@pytest.mark.parametrize(
    ("runs", "kind", "change", "since"),
    [
        pytest.param(["w"], "works", "new", 1, id="first"),
        pytest.param(["w", "w"], "works", "still", 1, id="still"),
        pytest.param(["w", "b"], "broken", "regressed", 2, id="regressed"),
        pytest.param(["w", "p"], "partial", "regressed", 2, id="regressed-to-partial"),
        pytest.param(["b", "w"], "works", "recovered", 2, id="recovered"),
        pytest.param(["w", "wb"], "flaky", "regressed", 2, id="flaky"),
        pytest.param(["b", "wb"], "flaky", "recovered", 2, id="broken-to-flaky"),
        pytest.param(["w", "b", "w", "w"], "works", "still", 3, id="since-the-last-change"),
        pytest.param(["w", "e"], "works", "new", 1, id="an-error-changes-nothing"),
        pytest.param(["w", "e", "w"], "works", "still", 1, id="an-error-between"),
        pytest.param(["b", "e", "w"], "works", "recovered", 3, id="recovered-over-an-error"),
        pytest.param(["p", "wb"], "flaky", "still", 2, id="flaky-and-partial-rank-alike"),
    ],
)
def test_stand(runs: list[str], kind: StandingKind, change: Change, since: int) -> None:
    standing = stand(history(*runs), "new")
    assert (standing.kind, standing.change, standing.since) == (kind, change, f"2026-01-0{since}")


def test_stand_counts_the_latest_run_that_says_something() -> None:
    standing = stand(history("w", "bbe", "ee"), "new")
    assert (standing.kind, standing.answers, standing.errors, standing.reason) == ("broken", 2, 1, "b")


@pytest.mark.parametrize(
    ("older", "runs", "kind", "errors"),
    [
        pytest.param([], [], "untested", 0, id="nothing"),
        pytest.param([], ["e"], "untested", 1, id="only-errors"),
        pytest.param(["w"], [], "stale", 0, id="older-text"),
        pytest.param(["w"], ["e"], "stale", 1, id="older-text-and-an-error-now"),
        pytest.param(["e"], [], "untested", 1, id="older-error"),
        pytest.param(["b"], ["w"], "works", 0, id="older-text-does-not-count"),
    ],
)
def test_stand_on_text_that_moved_on(older: list[str], runs: list[str], kind: StandingKind, errors: int) -> None:
    standing = stand([*history(*older, template="old"), *history(*runs)], "new")
    assert (standing.kind, standing.errors) == (kind, errors)


def test_a_run_that_comes_back_later_is_one_run() -> None:
    first, second = history("w"), history("wb")[1:]
    standing = stand([*first, *second], "new")
    assert (standing.kind, standing.answers) == ("flaky", 2)


@pytest.mark.parametrize(
    ("first", "again", "kind", "errors"),
    [
        pytest.param("e", "w", "works", 0, id="an-error-then-an-answer"),
        pytest.param("b", "w", "works", 0, id="the-last-answer-counts"),
        pytest.param("w", "b", "broken", 0, id="also-when-it-is-worse"),
        pytest.param("b", "e", "broken", 0, id="an-error-takes-nothing-away"),
        pytest.param("e", "e", "untested", 2, id="never-answered"),
        pytest.param("we", "ww", "works", 0, id="of-two-samples"),
    ],
)
def test_what_a_run_asked_anew_counts_once(first: str, again: str, kind: StandingKind, errors: int) -> None:
    standing = stand([*history(first), *history(again)], "new")
    assert (standing.kind, standing.errors) == (kind, errors)
