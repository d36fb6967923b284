from __future__ import annotations

import pytest
from msgspec import structs

from grimoire.chance import Chance
from grimoire.standing import Change, Judged, StandingKind, case_kind, combine, share, stand
from grimoire.verdict import VerdictKind

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
            at=f"2026-01-{number:02}",
            template=template,
            case="willow",
            sample=sample,
            answer=100 * (number - 1) + sample + (number > 1),
            verdict=NAMES[initial],
            reason=initial,
        )
        for number, run in enumerate(runs, start=1)
        for sample, initial in enumerate(run, start=1)
    ]


@pytest.mark.parametrize(
    ("runs", "kind", "change", "since", "doubt"),
    [
        pytest.param(["w"], "works", "new", 1, False, id="first"),
        pytest.param(["b"], "broken", "new", 1, True, id="first-and-not-yet-sure"),
        pytest.param(["bbb"], "broken", "new", 1, False, id="first-and-sure"),
        pytest.param(["w", "w"], "works", "still", 1, False, id="still"),
        pytest.param(["w", "b"], "works", "still", 1, True, id="one-bad-answer-changes-nothing"),
        pytest.param(["w", "bbb"], "broken", "regressed", 2, False, id="regressed-in-one-run"),
        pytest.param(["w", "b", "b", "b"], "broken", "regressed", 2, False, id="regressed-over-three-runs"),
        pytest.param(["w", "b", "wwwwwwwww"], "works", "still", 1, False, id="a-bad-draw"),
        pytest.param(["w", "ppp"], "partial", "regressed", 2, False, id="regressed-to-partial"),
        pytest.param(["bbb", "www"], "works", "recovered", 2, False, id="recovered"),
        pytest.param(["bbb", "w"], "broken", "still", 1, True, id="one-good-answer-changes-nothing"),
        pytest.param(["w", "bwbwbb"], "flaky", "regressed", 2, False, id="flaky"),
        pytest.param(["bbb", "wbwbww"], "flaky", "recovered", 2, False, id="broken-to-flaky"),
        pytest.param(["w", "bbb", "www", "w"], "works", "still", 3, False, id="since-the-last-change"),
        pytest.param(["w", "e"], "works", "new", 1, False, id="an-error-changes-nothing"),
        pytest.param(["w", "e", "w"], "works", "still", 1, False, id="an-error-between"),
        pytest.param(["bbb", "e", "www"], "works", "recovered", 3, False, id="recovered-over-an-error"),
        pytest.param(["ppp", "bwbwbb"], "flaky", "regressed", 2, False, id="flaky-is-worse-than-partial"),
        pytest.param(["b", "w"], "flaky", "new", 1, True, id="two-answers-that-differ"),
        pytest.param(["b", "w", "w", "w", "w"], "works", "new", 1, True, id="a-bad-beginning"),
        pytest.param(["bwbwbb", "w" * 10], "flaky", "still", 1, False, id="flaky-is-left-only-on-evidence"),
        pytest.param(["bwbwbb", "w" * 11], "works", "recovered", 2, False, id="flaky-no-longer"),
        pytest.param(["bwbwbb", "b" * 11], "broken", "regressed", 2, False, id="flaky-and-then-broken"),
        pytest.param(["bwbwbb", *"w" * 11], "works", "recovered", 2, False, id="flaky-no-longer-night-by-night"),
        pytest.param(["bwbwbb", *"wb", *"w" * 11], "works", "recovered", 4, False, id="since-the-last-failure"),
        pytest.param(["bwbwbb", *"wb", *"b" * 10], "broken", "regressed", 3, False, id="flaky-then-never-again"),
        pytest.param(["w", "p", "bbb"], "broken", "regressed", 3, False, id="partial-is-no-sign-of-broken"),
        pytest.param(["w", "p", "p", "p"], "partial", "regressed", 2, False, id="partial-night-by-night"),
        pytest.param(["bbb", "p", "w", "w", "w"], "works", "recovered", 3, False, id="works-since-it-worked-wholly"),
        pytest.param(["bbb", "ppp", "www"], "works", "recovered", 3, False, id="by-way-of-partial"),
        pytest.param(["b", "e", "b", "b"], "broken", "new", 1, False, id="never-worked"),
        pytest.param(["w", "bb", "e", "b"], "broken", "regressed", 2, False, id="an-error-in-a-test"),
    ],
)
def test_stand(runs: list[str], kind: StandingKind, change: Change, since: int, doubt: bool) -> None:
    standing = stand(history(*runs), "new")
    assert (standing.kind, standing.change, standing.since, standing.doubt) == (
        kind,
        change,
        f"2026-01-0{since}",
        doubt,
    )


def test_stand_counts_all_answers_since_the_change() -> None:
    standing = stand(history("w", "bbe", "eeb"), "new")
    assert (standing.kind, standing.was, standing.first, standing.reason) == ("broken", "works", 102, "b")
    assert (standing.answers, standing.works, standing.errors) == (3, 0, 3)
    assert (standing.low, round(standing.high, 2)) == (0.0, 0.56)


@pytest.mark.parametrize(
    ("runs", "reason"),
    [
        pytest.param(["w", "w"], "", id="all-is-well"),
        pytest.param(["w", "b"], "b", id="what-is-in-doubt"),
        pytest.param(["w", "b", "w" * 9], "", id="no-longer-in-doubt"),
        pytest.param(["bpb", "p"], "p", id="the-latest"),
    ],
)
def test_the_reason_is_that_of_the_latest_answer_that_did_not_work(runs: list[str], reason: str) -> None:
    assert stand(history(*runs), "new").reason == reason


def test_errors_before_the_standing_began_are_not_told_of_it() -> None:
    standing = stand(history("we", "e", "bbeb"), "new")
    assert (standing.kind, standing.answers, standing.errors) == ("broken", 3, 1)


def test_an_answer_to_a_text_of_ones_own_counts_whatever_the_cases_are() -> None:
    own = [structs.replace(entry, case="") for entry in history("bbb")]
    assert stand(own, "new", cases={"willow"}).kind == "broken"


def test_another_yardstick_begins_anew() -> None:
    old, new = history("w", "w"), history("bbb")
    measured = [structs.replace(e, yardstick="strict", run="later", at="2026-02-01") for e in new]
    standing = stand([*old, *measured], "new")
    assert (standing.kind, standing.change, standing.answers) == ("broken", "new", 3)


def test_a_case_the_spell_no_longer_has_does_not_count() -> None:
    gone = [structs.replace(entry, case="tiger") for entry in history("bbb")]
    assert stand([*gone, *history("w")], "new").kind == "partial"
    assert stand([*gone, *history("w")], "new", cases={"willow"}).kind == "works"


def test_one_of_two_cases_regresses() -> None:
    tiger = [structs.replace(entry, case="tiger", answer=entry.answer + 50) for entry in history("w", "w")]
    standing = stand([*history("w", "bbb"), *tiger], "new")
    assert (standing.kind, standing.change, standing.first) == ("partial", "regressed", 102)


def test_parameters_decide_how_much_is_enough() -> None:
    hasty = Chance(false_alarm=0.1)
    assert stand(history("w", "b"), "new", hasty).kind == "broken"


def test_of_several_answers_the_likeliest_state_decides() -> None:
    found = {said: case_kind([NAMES[initial] for initial in said], Chance()) for said in ("w" * 9 + "b", "wwb")}
    assert list(found.values()) == ["works", "flaky"]
    assert case_kind([NAMES[initial] for initial in "b" * 9 + "w"], Chance()) == "broken"
    assert case_kind([NAMES[initial] for initial in "wwwwwppppp"], Chance()) == "partial"


def test_errors_never_shrink_into_the_share() -> None:
    assert share(["works", "error", "broken", "error"]) == share(["works", "broken"])


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
    first, second = history("b"), history("bwbwbb")[1:]
    standing = stand([*first, *second], "new")
    assert (standing.kind, standing.change, standing.answers) == ("flaky", "new", 6)


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


def of_case(case: str, *runs: str) -> list[Judged]:
    """Runs as `history` has them, of another case, whose answers come after the others' of the same run."""
    return [structs.replace(entry, case=case, answer=entry.answer + 50) for entry in history(*runs)]


def together(*cases: list[Judged]) -> list[Judged]:
    """As the ledger has them, run by run."""
    return sorted((entry for case in cases for entry in case), key=lambda entry: entry.answer)


@pytest.mark.parametrize(
    ("willow", "tiger", "kind", "change", "first"),
    [
        pytest.param(["w", "w"], ["", "b"], "works", "still", 1, id="a-new-case-begins-with-one-bad-answer"),
        pytest.param(["w", "w"], ["", "bbb"], "partial", "regressed", 152, id="a-new-case-that-is-broken"),
        pytest.param(["w", "w", "w", "w"], ["", "b", "b", "b"], "partial", "regressed", 152, id="over-three-runs"),
        pytest.param(["w", "w"], ["", "bwbwbb"], "flaky", "regressed", 152, id="a-new-case-that-is-flaky"),
        pytest.param(["w", "w"], ["b", "b"], "partial", "new", 1, id="not-settled-since-the-first"),
        pytest.param(["w", "bbb"], ["w", "bbb"], "broken", "regressed", 102, id="both-break"),
        pytest.param(["w", "bbb", "w"], ["w", "w", "bbb"], "broken", "regressed", 252, id="one-by-one"),
        pytest.param(["w", "b", "bb"], ["w", "bbb", "w"], "broken", "regressed", 203, id="no-earlier-than-the-last"),
    ],
)
def test_cases_are_weighed_one_by_one(
    willow: list[str], tiger: list[str], kind: StandingKind, change: Change, first: int
) -> None:
    standing = stand(together(history(*willow), of_case("tiger", *tiger)), "new")
    assert (standing.kind, standing.change, standing.first) == (kind, change, first)


def test_answers_to_an_earlier_form_of_the_case_do_not_count() -> None:
    edited = [structs.replace(entry, sent="longer") for entry in history("w", "bbb")[1:]]
    standing = stand([*history("w"), *edited], "new")
    assert (standing.kind, standing.change, standing.was, standing.answers) == ("broken", "new", "", 3)


def test_a_run_that_was_interrupted_ends_with_its_last_answer() -> None:
    first, between = history("b"), history("", "w", "w")
    resumed = [structs.replace(entry, answer=300 + entry.sample) for entry in history("bbb")[1:]]
    standing = stand([*first, *between, *resumed], "new")
    assert (standing.kind, standing.change, standing.was, standing.first) == ("broken", "regressed", "works", 1)
