"""What stands beside answers and verdicts: opinions, pictures, runs by name, and what is judged anew."""

from __future__ import annotations

import pytest

from grimoire.chat import Answer
from grimoire.errors import ServiceTimeout, UnknownName
from grimoire.ledger import SqliteLedger
from grimoire.record import Image, Outcome
from grimoire.verdict import CheckResult
from tests.ledger.samples import AN_ANSWER, a_cell, a_verdict

SHOT = Image(name="答案.png", media_type="image/png", data=b"\x89PNG\r\n\x1a\n\x00\xff")


def test_what_a_person_says_stands_beside_the_verdict(ledger: SqliteLedger) -> None:
    run = ledger.start("judge", {})
    number = ledger.add_answer(run, a_cell(), AN_ANSWER)
    ledger.add_verdict(number, a_verdict("broken"))
    ledger.add_opinion(number, "works", "看上去很好")
    ledger.add_opinion(number, "", "a second look")
    [entry] = ledger.entries(run.id)
    assert entry.verdict == "broken"
    assert [(opinion.verdict, opinion.note) for opinion in entry.opinions] == [
        ("works", "看上去很好"),
        ("", "a second look"),
    ]
    assert [opinion.at for opinion in entry.opinions] == sorted(opinion.at for opinion in entry.opinions)
    [(_, [judged])] = ledger.judged()
    assert judged.verdict == "broken"


def test_pictures_come_back_as_they_were(ledger: SqliteLedger) -> None:
    run = ledger.start("judge", {})
    number = ledger.add_answer(run, a_cell(), AN_ANSWER)
    other = ledger.add_answer(run, a_cell(sample=2), AN_ANSWER)
    ledger.add_image(number, SHOT)
    ledger.add_image(number, SHOT)
    assert ledger.images(number) == [SHOT, SHOT]
    assert ledger.images(other) == []
    assert [entry.images for entry in ledger.entries(run.id)] == [("答案.png", "答案.png"), ()]


def test_a_verdict_keeps_its_yardstick_and_who_was_asked(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {})
    number = ledger.add_answer(run, a_cell(), AN_ANSWER)
    asked = CheckResult(
        check="judge",
        version=1,
        outcome="passed",
        reason="2 of 3 votes",
        judge="office/m1",
        wants="0123",
        split=True,
        should=True,
    )
    verdict = a_verdict("works", asked)
    ledger.add_verdict(number, type(verdict)(kind=verdict.kind, checks=verdict.checks, yardstick="abc"))
    [entry] = ledger.entries(run.id)
    assert (entry.checks, entry.yardstick) == ((asked,), "abc")
    [(_, [judged])] = ledger.judged()
    assert (judged.answer, judged.yardstick) == (number, "abc")


def test_runs_are_found_by_place_by_id_and_by_its_beginning(ledger: SqliteLedger) -> None:
    first, _cast, second = ledger.start("trial", {}), ledger.start("cast", {}), ledger.start("trial", {})
    assert ledger.find_run("last").id == second.id
    assert ledger.find_run("last~1").id == first.id
    assert ledger.find_run(first.id).id == first.id
    assert ledger.find_run(second.id[:-1]).id == second.id


@pytest.mark.parametrize("given", ["last~2", "last~999999999", "2026", "nothing", "", "last~x", "%", "_"])
def test_a_run_that_is_not_there_or_not_clear_is_refused(ledger: SqliteLedger, given: str) -> None:
    runs = [ledger.start("trial", {}) for _ in range(2)]
    with pytest.raises(UnknownName) as caught:
        ledger.find_run(given)
    assert runs[1].id in caught.value.hint


def test_an_empty_ledger_has_no_run(ledger: SqliteLedger) -> None:
    with pytest.raises(UnknownName, match="no run") as caught:
        ledger.find_run("last")
    assert caught.value.hint == "the ledger has none"


def test_the_latest_answer_to_the_same_text_and_case(ledger: SqliteLedger) -> None:
    run, cast = ledger.start("trial", {}), ledger.start("cast", {})
    for text, cell in (
        ("first", a_cell()),
        ("second", a_cell(sample=2)),
        ("another language", a_cell(language="zh")),
        ("another text", a_cell(template="older0000000")),
        ("another backend", a_cell(backend="other/m")),
    ):
        ledger.add_answer(run, cell, Answer(text=text))
    ledger.add_answer(cast, a_cell(), Answer(text="a cast"))
    ledger.add_all(run, [Outcome(a_cell(sample=3), ServiceTimeout("no answer"))])
    cell = a_cell()
    found = ledger.latest_answer(cell.spell, cell.language, cell.template, cell.case, cell.backend)
    assert found == "second"
    assert ledger.latest_answer("nothing", "en", "x", "y", "z") == ""


def test_judgements_are_answers_that_count_oldest_first(ledger: SqliteLedger) -> None:
    trial, cast, judge = (ledger.start(kind, {}) for kind in ("trial", "cast", "judge"))
    ledger.add_answer(trial, a_cell(), Answer(text="one"))
    ledger.add_all(trial, [Outcome(a_cell(sample=2), ServiceTimeout("no answer"))])
    ledger.add_answer(cast, a_cell(), Answer(text="a cast"))
    ledger.add_answer(judge, a_cell(), Answer(text="two"))
    ledger.add_answer(trial, a_cell("other"), Answer(text="other"))
    assert [entry.answer for entry in ledger.judgements("seo-article")] == ["one", "two"]
    assert ledger.spells() == ["other", "seo-article"]
