from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from grimoire.chat import Answer, Message, Request
from grimoire.conversation import Link, Wanted
from grimoire.errors import LedgerError, ServiceTimeout, UnknownName
from grimoire.ledger import IN_MEMORY, SqliteLedger, open_ledger, open_unrecorded
from grimoire.ledger.hold import hold
from grimoire.ledger.rescue import save
from grimoire.ledger.schema import MIGRATIONS
from grimoire.record import Cell, Outcome, Run
from tests.ledger.conftest import Clock
from tests.ledger.samples import AN_ANSWER, a_cell, a_check, a_verdict


def cast(
    ledger: SqliteLedger,
    text: str = "willows",
    answer: str = "They grow by water.",
    *,
    spell: str = "tldr",
    backend: str = "one/m1",
    plan: dict[str, object] | None = None,
    earlier: tuple[Message, ...] = (),
) -> tuple[Run, int]:
    run = ledger.start("cast", plan or {})
    number = ledger.add_answer(run, question(text, spell=spell, backend=backend, earlier=earlier), Answer(text=answer))
    ledger.finish(run)
    return run, number


def question(
    text: str, *, spell: str = "tldr", backend: str = "one/m1", earlier: tuple[Message, ...] = (), sample: int = 1
) -> Cell:
    sent = Request(messages=(*earlier, Message("user", f"Sum up: {text}")))
    cell = a_cell(spell, backend=backend, sample=sample)
    return msgspec.structs.replace(cell, request=sent, text=text, case="")


def fail(ledger: SqliteLedger, run: Run, text: str, partial: str = "", spell: str = "tldr") -> int:
    error = ServiceTimeout("no answer in 60 s")
    error.partial = Answer(text=partial) if partial else None
    return ledger.add_all(run, [Outcome(question(text, spell=spell), error)])[0]


def listed(ledger: SqliteLedger, wanted: Wanted | None = None, limit: int | None = None) -> list[int]:
    return [entry.id for entry in ledger.casts(wanted or Wanted(), limit=limit)]


def test_casts_are_listed_newest_first_and_no_trial_is_among_them(ledger: SqliteLedger) -> None:
    _, first = cast(ledger)
    trial = ledger.start("trial", {})
    ledger.add_answer(trial, a_cell("tldr"), AN_ANSWER)
    _, second = cast(ledger)
    assert listed(ledger) == [second, first]
    assert listed(ledger, limit=1) == [second]


def test_the_whole_entry_comes_with_its_checks(ledger: SqliteLedger) -> None:
    _, number = cast(ledger)
    ledger.add_verdict(number, a_verdict("broken", a_check("echo", "failed")))
    [entry] = ledger.casts(Wanted())
    assert entry == ledger.entry(number)
    assert (entry.verdict, entry.checks[0].check) == ("broken", "echo")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param(Wanted(spell="tldr"), {"tldr", "joined"}, id="spell-also-where-it-was-joined"),
        pytest.param(Wanted(spell="tl"), set(), id="no-part-of-a-name"),
        pytest.param(Wanted(backend="two"), {"joined"}, id="backend"),
        pytest.param(Wanted(backend="two/m2"), {"joined"}, id="backend-and-model"),
        pytest.param(Wanted(backend="two/m"), set(), id="no-part-of-a-model"),
        pytest.param(Wanted(backend="tw"), set(), id="no-part-of-a-backend"),
        pytest.param(Wanted(failed=True), {"failed", "broken"}, id="failed-or-broken"),
        pytest.param(Wanted(words=("willow",), failed=True), {"broken"}, id="all-of-it"),
        pytest.param(Wanted(since="2026-11-23T21:45:30"), set(), id="since"),
        pytest.param(Wanted(since="2026-11-23T21:45:00"), {"tldr", "joined", "failed", "broken"}, id="since-all"),
    ],
)
def test_what_is_wanted(ledger: SqliteLedger, wanted: Wanted, expected: set[str]) -> None:
    names = {cast(ledger)[1]: "tldr", cast(ledger, spell="pirate+tldr", backend="two/m2")[1]: "joined"}
    names[fail(ledger, ledger.start("cast", {}), "oaks", spell="other")] = "failed"
    broken = cast(ledger, spell="other")[1]
    ledger.add_verdict(broken, a_verdict("works"))
    ledger.add_verdict(broken, a_verdict("broken", a_check("echo", "failed")))
    names[broken] = "broken"
    assert {names[number] for number in listed(ledger, wanted)} == expected


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param(["夜班"], True, id="two-characters"),
        pytest.param(["值夜"], True, id="across-words"),
        pytest.param(["MACBETH"], True, id="case"),
        pytest.param(["ｍａｃｂｅｔｈ"], True, id="width"),
        pytest.param(["2026"], True, id="full-width-digits"),
        pytest.param(["straße"], True, id="sharp-s"),
        pytest.param(["sum up"], True, id="in-what-was-sent"),
        pytest.param(["macbeth", "夜班"], True, id="each-somewhere"),
        pytest.param(["macbeth", "nowhere"], False, id="one-nowhere"),
        pytest.param(["50%"], True, id="no-pattern"),
        pytest.param(["5_%"], False, id="no-wildcard"),
        pytest.param([" "], True, id="nothing"),
    ],
)
def test_words_are_found_wherever_and_however_they_are_written(
    ledger: SqliteLedger, words: list[str], found: bool
) -> None:
    _, number = cast(ledger, "Macbeth, ２０２６, 50%", "他值夜班。STRASSE")
    cast(ledger, "oaks", "Oaks.")
    assert (number in listed(ledger, Wanted(words=tuple(words)))) is found


def test_a_search_ends_with_as_many_as_are_wanted_newest_first(ledger: SqliteLedger) -> None:
    numbers = [cast(ledger, f"willow {n}" if n % 2 else f"oak {n}")[1] for n in range(450)]
    assert listed(ledger, Wanted(words=("willow",)), limit=3) == [numbers[449], numbers[447], numbers[445]]
    assert len(listed(ledger, Wanted(words=("willow",)))) == 225


def test_a_run_of_many_has_its_newest_answer_first(ledger: SqliteLedger) -> None:
    run = ledger.start("cast", {"questions": 2})
    numbers = [ledger.add_answer(run, question(text), AN_ANSWER) for text in ("a", "b")]
    assert listed(ledger) == numbers[::-1]


@pytest.mark.parametrize("given", ["last", "last~0", "3"])
def test_a_cast_is_found_by_number_or_place(ledger: SqliteLedger, given: str) -> None:
    for _ in range(3):
        cast(ledger)
    assert ledger.find_cast(given) == 3


def test_a_number_of_a_trial_is_none_and_neither_is_a_run(ledger: SqliteLedger) -> None:
    ledger.add_answer(ledger.start("trial", {}), a_cell(), AN_ANSWER)
    run, number = cast(ledger)
    assert [ledger.find_cast(given) for given in ("1", str(number), run.id, "", "x", "٣")] == [None, 2, *[None] * 4]
    with pytest.raises(UnknownName, match="no cast `last~1`"):
        ledger.find_cast("last~1")


def test_a_run_is_found_by_the_beginning_of_its_id_among_casts_alone(path: Path) -> None:
    tokens = iter(["aaaa", "aabb", "bbbb"])
    with open_ledger(path, clock=Clock()) as ledger:
        ledger._token = lambda: next(tokens)
        trial = ledger.start("trial", {})
        first, _ = cast(ledger)
        second, _ = cast(ledger)
        assert ledger.find_cast_run(first.id[:15]).id == first.id
        assert ledger.find_cast_run(second.id) == msgspec.structs.replace(
            second, finished=ledger.find_cast_run(second.id).finished
        )
        with pytest.raises(UnknownName, match="several casts begin with") as several:
            ledger.find_cast_run("2026")
        assert several.value.hint == f"{second.id}, {first.id}"
        for unknown in (trial.id, "", "%"):
            with pytest.raises(UnknownName, match="no cast"):
                ledger.find_cast_run(unknown)


def test_the_newest_casts_of_a_terminal(ledger: SqliteLedger) -> None:
    here = [cast(ledger, plan={"terminal": "here"})[0].id for _ in range(3)]
    cast(ledger, plan={"terminal": "there"})
    cast(ledger)
    ledger.start("trial", {"terminal": "here"})
    assert [run.id for run in ledger.casts_of_terminal("here", limit=2)] == here[:0:-1]


def test_the_runs_of_a_conversation(ledger: SqliteLedger) -> None:
    first, number = cast(ledger)
    second, _ = cast(ledger, plan={"conversation": first.id, "after": number})
    cast(ledger)
    assert [run.id for run in ledger.conversation(first.id)] == [second.id, first.id]
    assert listed(ledger, Wanted(conversation=first.id)) == [2, 1]
    assert ledger.links([first.id, second.id]) == {first.id: Link(first.id), second.id: Link(first.id, number)}
    assert ledger.links([]) == {}


def test_what_was_said_in_a_run_is_the_latest_of_each_question_though_it_be_a_part(ledger: SqliteLedger) -> None:
    run = ledger.start("cast", {})
    fail(ledger, run, "oaks")
    fail(ledger, run, "willows", "The wil")
    again = ledger.add_answer(run, question("willows"), Answer(text="The willow."))
    ledger.add_answer(run, question("nothing"), Answer(text=" \n"))
    other = ledger.add_answer(run, question("willows", sample=2), Answer(text="Another."))
    assert ledger.said(run.id) == [again, other]


def test_the_messages_before_come_back_as_they_were(ledger: SqliteLedger) -> None:
    earlier = (Message("system", "Be kind."), Message("user", "柳树？"), Message("assistant", '"是\n的"'))
    _, number = cast(ledger, earlier=earlier)
    assert ledger.said_before(number) == earlier
    assert ledger.said_before(cast(ledger)[1]) == ()


def test_inputs_come_newest_first_each_once_and_none_too_long(ledger: SqliteLedger) -> None:
    for text in ("one", "two", "one", "x" * 50, ""):
        cast(ledger, text)
    ledger.add_answer(ledger.start("trial", {}), question("tried"), AN_ANSWER)
    assert ledger.inputs(limit=10, longest=20) == ["one", "two"]
    assert ledger.inputs(limit=1, longest=20) == ["one"]


def test_no_trial_is_looked_at_for_the_log(ledger: SqliteLedger) -> None:
    """A ledger may hold a million answers of trials: the way in is by the runs, and the index of a run's answers."""
    cast(ledger)
    seen: list[str] = []
    ledger.session.connection.set_trace_callback(seen.append)
    list(ledger.casts(Wanted(words=("x",), failed=True, spell="tldr", since="2026")))
    list(ledger.casts(Wanted(), limit=20))
    ledger.inputs(limit=5, longest=9)
    ledger.find_cast("last")
    ledger.session.connection.set_trace_callback(None)
    plans = [row[3] for sql in seen for row in ledger.session.rows(f"EXPLAIN QUERY PLAN {sql}")]
    assert plans
    assert not [step for step in plans if step.startswith(("SCAN a", "USE TEMP B-TREE"))]
    assert [step for step in plans if "answers_of_run" in step]


@pytest.fixture
def unrecorded() -> Iterator[SqliteLedger]:
    with open_unrecorded(clock=Clock()) as opened:
        yield opened


def test_a_ledger_in_memory_works_like_any_other(unrecorded: SqliteLedger) -> None:
    run, number = cast(unrecorded)
    unrecorded.add_verdict(number, a_verdict("works"))
    assert unrecorded.entry(number).verdict == "works"
    assert [each.id for each in unrecorded.runs()] == [run.id]
    assert unrecorded.counts() == {"runs": 1, "answers": 1, "errors": 0, "version": len(MIGRATIONS)}


def test_a_ledger_in_memory_leaves_nothing_on_the_disk(
    unrecorded: SqliteLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    run, _ = cast(unrecorded)
    with hold(unrecorded.path, run), pytest.raises(LedgerError, match="results are lost"):
        save(unrecorded.path, run, [Outcome(question("x"), AN_ANSWER)], [tmp_path])
    assert list(tmp_path.iterdir()) == []
    assert not IN_MEMORY.exists()


def test_a_plan_that_is_not_json_is_one_clear_line(path: Path) -> None:
    with open_ledger(path) as ledger:
        cast(ledger, plan={"terminal": "here"})
    with sqlite3.connect(path) as raw:
        raw.execute("INSERT INTO runs (id, kind, started, plan) VALUES ('x', 'cast', '', '{')")
    raw.close()
    with open_ledger(path) as ledger, pytest.raises(LedgerError):
        ledger.casts_of_terminal("here", limit=1)
