from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec
import pytest

from grimoire.chance import Chance
from grimoire.spell import Case, Spell
from grimoire.standing import Judged
from grimoire.trial.select import Now, Reasons, left_out, sample, sample_size
from grimoire.verdict import VerdictKind

NOW = "2026-11-29T12:00:00.000Z"
TODAY, LAST_WEEK = "2026-11-29T03:00:00.000Z", "2026-11-22T11:59:59.999Z"
DAY = 86_400.0
TEXT = Now("new", frozenset({"a", "b"}), {"a": "sent a", "b": "sent b"})
CHANGED, FAILED, OLD = Reasons(changed=True), Reasons(failed=True), Reasons(max_age=7 * DAY)


def judged(verdict: VerdictKind, case: str = "a", *, at: str = TODAY, template: str = "new", run: str = "r") -> Judged:
    """What the ledger has of an answer, or where it is an error of one that did not come, which nothing measured."""
    yardstick = "" if verdict == "error" else "y"
    return Judged(
        run=run, at=at, template=template, case=case, verdict=verdict, sent=f"sent {case}", yardstick=yardstick
    )


def is_tried(history: Sequence[Judged], reasons: Reasons, text: Now = TEXT) -> bool:
    """Whether the one place that this is the history of is tried."""
    found = [(("tea", "en", "a/1", False), list(history))] if history else []
    left = left_out(found, {("tea", "en"): text}, {"a/1": False}, reasons, as_of=NOW, chance=Chance())
    assert left <= {("tea", "en", "a/1")}
    return not left


BOTH = [judged("works"), judged("works", "b")]


@pytest.mark.parametrize(
    ("history", "for_change", "for_failure", "for_age"),
    [
        pytest.param([], True, False, True, id="never-tried"),
        pytest.param(BOTH, False, False, False, id="works"),
        pytest.param([judged("works")], True, False, False, id="a-case-never-tried"),
        pytest.param([*BOTH, judged("broken", "gone")], False, False, False, id="a-case-that-is-gone"),
        pytest.param(
            [judged("works", template="old"), judged("works", "b", template="old")], True, False, True, id="stale"
        ),
        pytest.param([judged("broken", template="old")], True, False, True, id="stale-and-broken-then"),
        pytest.param([judged("broken"), judged("works", "b")], False, True, False, id="broken"),
        pytest.param([judged("partial"), judged("partial", "b")], False, True, False, id="partial"),
        pytest.param([*[judged(kind) for kind in ("works", "broken") * 8], BOTH[1]], False, True, False, id="flaky"),
        pytest.param([judged("error"), judged("error", "b")], True, True, True, id="only-errors"),
        pytest.param([*BOTH, judged("error", run="s")], False, False, False, id="works-and-then-an-error"),
        pytest.param([judged("works"), judged("error", "b")], True, False, False, id="a-case-with-only-errors"),
        pytest.param([judged("works", at=LAST_WEEK), judged("works", "b", at=LAST_WEEK)], False, False, True, id="old"),
        pytest.param([judged("works", at=LAST_WEEK), judged("works", "b")], False, False, False, id="partly-old"),
        pytest.param([judged("works", at=LAST_WEEK), judged("error", "a")], True, False, True, id="old-and-an-error"),
    ],
)
def test_what_there_is_a_reason_to_try(
    history: list[Judged], for_change: bool, for_failure: bool, for_age: bool
) -> None:
    assert is_tried(history, CHANGED) == for_change
    assert is_tried(history, FAILED) == for_failure
    assert is_tried(history, OLD) == for_age
    every = Reasons(changed=True, failed=True, max_age=7 * DAY)
    assert is_tried(history, every) == (for_change or for_failure or for_age), "any reason is enough"
    assert is_tried(history, Reasons()), "without reasons everything is tried"


def test_an_answer_that_no_verdict_was_reached_on_is_an_answer() -> None:
    crashed = [msgspec.structs.replace(judged("error", case), yardstick="y") for case in "ab"]
    assert [is_tried(crashed, reasons) for reasons in (CHANGED, FAILED, OLD)] == [False, True, False]


def test_an_edited_case_was_never_tried() -> None:
    edited = TEXT._replace(sent={"a": "sent a", "b": "sent otherwise"})
    assert is_tried(BOTH, CHANGED, edited)
    assert not is_tried(BOTH, FAILED, edited)


def test_a_text_that_is_still_to_be_made_has_no_past() -> None:
    coming = Now("", frozenset({"a"}), {"a": ""})
    assert [is_tried([judged("broken")], reasons, coming) for reasons in (CHANGED, FAILED, OLD)] == [True, False, True]


def test_only_the_cases_of_the_sample_are_asked_about() -> None:
    assert not is_tried([judged("works")], CHANGED, TEXT._replace(sent={"a": "sent a"}))


def test_a_rehearsal_is_asked_about_the_cases_that_have_a_sample_alone() -> None:
    text = TEXT._replace(rehearsed=frozenset({"a"}))
    for rehearsal, tried in ((True, set()), (False, {("tea", "en", "a/1")})):
        found = [(("tea", "en", "a/1", rehearsal), [judged("works")])]
        left = left_out(found, {("tea", "en"): text}, {"a/1": rehearsal}, CHANGED, as_of=NOW, chance=Chance())
        assert {("tea", "en", "a/1")} - left == tried
    edited = text._replace(sent={"a": "sent otherwise", "b": "sent b"})
    found = [(("tea", "en", "a/1", True), [judged("works")])]
    assert not left_out(found, {("tea", "en"): edited}, {"a/1": True}, CHANGED, as_of=NOW, chance=Chance())


def test_what_came_after_the_run_began_does_not_count() -> None:
    later = judged("broken", at=NOW, run="later")
    assert not is_tried([*BOTH, later], FAILED)
    assert [is_tried([later], reasons) for reasons in (CHANGED, FAILED, OLD)] == [True, False, True]
    assert is_tried([judged("broken"), *(judged("works", at=NOW) for _ in range(20))], FAILED)


@pytest.mark.parametrize(
    ("at", "tried"),
    [("2026-11-22T12:00:00.000Z", True), ("2026-11-22T12:00:00.001Z", False)],
    ids=["exactly-so-old", "a-little-younger"],
)
def test_the_age_of_an_answer(at: str, tried: bool) -> None:
    assert is_tried([judged("works", at=at)], OLD) == tried


def test_an_age_beyond_the_calendar_leaves_out_whatever_was_answered() -> None:
    ancient = Reasons(max_age=1e12)
    assert not is_tried([judged("works", at="0001-01-01T00:00:00.000Z")], ancient)
    assert is_tried([], ancient)


def test_places_are_told_apart() -> None:
    texts = {("tea", "en"): TEXT, ("tea", "zh"): TEXT, ("art", "en"): TEXT}
    found = [
        (("art", "en", "a/1", False), [judged("broken")]),
        (("gone", "en", "a/1", False), [judged("broken")]),
        (("tea", "en", "a/1", False), BOTH),
        (("tea", "en", "b/1", False), [judged("partial"), judged("partial", "b")]),
        (("tea", "en", "c/1", False), [judged("broken")]),
        (("tea", "zh", "b/1", True), [judged("broken")]),
    ]
    backends = {"a/1": False, "b/1": False}
    every = {(spell, language, backend) for spell, language in texts for backend in backends}
    failing = {("art", "en", "a/1"), ("tea", "en", "b/1")}
    assert left_out(found, texts, backends, FAILED, as_of=NOW, chance=Chance()) == every - failing
    untouched = {("tea", "zh", "a/1"), ("tea", "zh", "b/1"), ("art", "en", "b/1"), ("art", "en", "a/1")}
    assert left_out(found, texts, backends, CHANGED, as_of=NOW, chance=Chance()) == every - untouched


@pytest.mark.parametrize(
    ("size", "of", "expected"),
    [
        pytest.param("10%", 118, 12, id="rounded-up"),
        pytest.param("10%", 114, 11, id="rounded-down"),
        pytest.param("10%", 115, 12, id="half"),
        pytest.param("0.1%", 118, 1, id="never-none"),
        pytest.param("100%", 118, 118, id="all"),
        pytest.param("50", 118, 50, id="a-number"),
        pytest.param("500", 118, 118, id="more-than-there-are"),
        pytest.param("10%", 0, 0, id="of-nothing"),
    ],
)
def test_the_size_of_a_sample(size: str, of: int, expected: int) -> None:
    assert sample_size(size, of) == expected


def test_a_sample_is_of_the_cases() -> None:
    spells = [Spell(name=name, prompt="", cases=tuple(Case(id=str(n)) for n in range(20))) for name in ("art", "tea")]
    chosen = sample(spells, "25%", 4)
    assert len(chosen) == 10
    assert set(Counter(name for name, _ in chosen)) == {"art", "tea"}
    assert chosen == sample(reversed(spells), "25%", 4) != sample(spells, "25%", 5)
