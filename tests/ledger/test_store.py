from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire.chat import Answer, Message, Request, Usage
from grimoire.errors import LedgerError, RateLimited, ServiceFault, ServiceTimeout
from grimoire.ledger import SqliteLedger, open_ledger
from grimoire.ledger.database import open_database
from grimoire.ledger.reading import PAGE
from grimoire.ledger.schema import MIGRATIONS
from grimoire.ports import Ledger
from grimoire.record import Attempt, Entry, Image, Outcome, Run
from grimoire.verdict import Verdict
from tests.ledger.conftest import Clock
from tests.ledger.samples import AN_ANSWER, SUBJECT, a_cell, a_check, a_verdict

PLAN: dict[str, object] = {"spells": ["seo-article"], "languages": ["en", "zh"], "limits": {"money": 1.5, "题": "a"}}


def select(path: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def test_it_is_what_the_engine_asks_for(ledger: SqliteLedger) -> None:
    port: Ledger = ledger
    assert port is ledger


def test_an_answer_comes_back_whole(ledger: SqliteLedger) -> None:
    run, cell = ledger.start("trial", PLAN), a_cell(sample=3)
    number = ledger.add_answer(run, cell, AN_ANSWER, cost=0.0024)
    checks = (a_check("headings", "failed", "1 heading, 15 wanted"), a_check("emoji", "skipped", should=True))
    ledger.add_verdict(number, a_verdict("broken", *checks))
    assert list(ledger.entries(run.id)) == [
        Entry(
            id=number,
            run=run.id,
            kind="trial",
            at="2026-11-23T21:45:02.000Z",
            spell="seo-article",
            language="en",
            template="abcdef012345",
            case="willow",
            backend="openai/gpt-4o-mini",
            sample=3,
            rehearsal=False,
            key=cell.key,
            incantation=f"Write about {SUBJECT}",
            answer=AN_ANSWER.text,
            parts=AN_ANSWER.parts,
            finish_reason="stop",
            model="gpt-4o-mini-2024-07-18",
            usage=Usage(120, 4000),
            seconds=12.5,
            cost=0.0024,
            verdict="broken",
            checks=checks,
            answer_in=cell.request.answer_in,
            text=cell.text,
        )
    ]


def test_an_answer_no_one_judged_has_no_verdict(ledger: SqliteLedger) -> None:
    run = ledger.start("cast", {})
    ledger.add_answer(run, a_cell(), Answer(text="x"))
    (entry,) = ledger.entries(run.id)
    assert (entry.verdict, entry.checks, entry.cost, entry.usage) == (None, (), None, Usage())


def test_an_error_is_an_entry_with_the_verdict_error(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {})
    ledger.add_all(run, [Outcome(a_cell(), RateLimited("429 Too Many Requests", status=429))])
    (entry,) = ledger.entries(run.id)
    assert (entry.error, entry.error_message, entry.verdict) == ("rate-limit", "429 Too Many Requests", "error")
    assert (entry.answer, entry.finish_reason) == ("", "")


def test_the_latest_verdict_wins_and_the_older_ones_stay(ledger: SqliteLedger, path: Path) -> None:
    run = ledger.start("trial", {})
    number = ledger.add_answer(run, a_cell(), Answer(text="x"))
    for kind in ("broken", "partial", "works"):
        ledger.add_verdict(number, a_verdict(kind, a_check("tables", "passed", f"for {kind}")))
    (entry,) = ledger.entries(run.id)
    assert (entry.verdict, [c.reason for c in entry.checks]) == ("works", ["for works"])
    assert select(path, "SELECT number, kind FROM verdicts ORDER BY number") == [
        (1, "broken"),
        (2, "partial"),
        (3, "works"),
    ]


def test_a_verdict_on_an_answer_that_is_not_there_is_a_bug(ledger: SqliteLedger) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        ledger.add_verdict(17, Verdict(kind="works"))


def test_what_is_sent_often_is_kept_once(ledger: SqliteLedger, path: Path) -> None:
    run = ledger.start("trial", {})
    for sample in range(1, 6):
        ledger.add_answer(run, a_cell(sample=sample), Answer(text="x"))
    assert select(path, "SELECT body FROM texts ORDER BY body") == [(f"Write about {SUBJECT}",), (SUBJECT,)]


def test_everything_that_was_sent_is_kept_but_no_header_or_key(ledger: SqliteLedger, path: Path) -> None:
    messages = (
        Message("system", "Be brief."),
        Message("user", "前"),
        Message("assistant", "后"),
        Message("user", "Go"),
    )
    parameters = {"extra_headers": {"X-Key": "sk-secret"}, "max_tokens": 9, "api_key": "sk-secret"}
    request = Request(messages=messages, parameters=parameters)
    ledger.add_answer(ledger.start("cast", {}), msgspec.structs.replace(a_cell(), request=request), Answer(text="x"))
    [(sent, kept)] = select(path, "SELECT t.body, parameters FROM answers JOIN texts AS t ON t.id = earlier")
    assert msgspec.json.decode(sent, type=tuple[Message, ...]) == messages[:-1]
    assert msgspec.json.decode(kept) == {"api_key": "…", "max_tokens": 9, "temperature": 0.2}


def test_a_key_of_the_environment_is_not_in_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-must-not-be-kept")
    with open_ledger(path) as ledger:
        run = ledger.start("trial", PLAN)
        ledger.add_verdict(ledger.add_answer(run, a_cell(), AN_ANSWER), a_verdict("works", a_check("a", "passed")))
        ledger.add_all(run, [Outcome(a_cell(), ServiceFault("500"))])
        ledger.finish(run)
        stored = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert SUBJECT.encode() in stored
    assert b"sk-must-not-be-kept" not in stored


HOSTILE = [
    pytest.param("a\0b", "a\0b", id="nul"),
    pytest.param("a\ud800b", "a?b", id="lone surrogate"),
    pytest.param("\udcff", "?", id="a byte the file system escaped"),
    pytest.param("😀 \u202e 林", "😀 \u202e 林", id="beyond the basic plane, bidi, CJK"),
    pytest.param("'); DROP TABLE answers; --", "'); DROP TABLE answers; --", id="SQL"),
    pytest.param("", "", id="nothing"),
]


@pytest.mark.parametrize(("text", "kept"), HOSTILE)
def test_hostile_text_is_kept(ledger: SqliteLedger, text: str, kept: str) -> None:
    run = ledger.start("trial", {"note": text})
    answer = Answer(text=text, parts=(text, text), model=text, reasoning=text)
    ledger.add_verdict(ledger.add_answer(run, a_cell(), answer), a_verdict("broken", a_check("a", "failed", text)))
    ledger.add_all(run, [Outcome(a_cell(), ServiceFault(text))])
    entry, error = ledger.entries(run.id)
    assert (entry.answer, entry.parts, entry.model, entry.checks[0].reason) == (kept, (kept, kept), kept, kept)
    assert error.error_message == kept
    assert list(ledger.history(text)) == []
    assert ledger.unfinished({"note": text}) == msgspec.structs.replace(run, plan={"note": kept})


@pytest.mark.parametrize("tokens", [-1, 10**30, 2**63])
def test_counts_no_service_can_have_counted_are_not_kept(ledger: SqliteLedger, tokens: int) -> None:
    run = ledger.start("trial", {})
    ledger.add_answer(run, a_cell(), Answer(text="x", usage=Usage(tokens, 5)))
    assert next(ledger.entries(run.id)).usage == Usage(None, 5)


@given(st.text(st.characters(codec=None)), st.lists(st.text(st.characters(codec=None)), max_size=3))
def test_any_text_goes_in_and_comes_out(text: str, parts: list[str]) -> None:
    connection = open_database_in_memory()
    with SqliteLedger(connection, Path("memory"), Clock()) as ledger:
        run = ledger.start("trial", {})
        ledger.add_answer(run, a_cell(), Answer(text=text, parts=tuple(parts)))
        (entry,) = ledger.entries(run.id)
    assert (entry.answer, list(entry.parts)) == (utf8(text), [utf8(part) for part in parts])


def open_database_in_memory() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statement in (statement for migration in MIGRATIONS for statement in migration):
        connection.execute(statement)
    return connection


def utf8(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def test_run_ids_sort_and_can_be_read(ledger: SqliteLedger) -> None:
    ids = [ledger.start("cast", {}).id for _ in range(20)]
    assert ids == sorted(ids)
    assert all(re.fullmatch(r"20261123T2145\d\d-[0-9a-f]{4}", name) for name in ids)


def test_a_run_id_that_is_taken_is_drawn_again(path: Path) -> None:
    tokens = iter(["aaaa", "aaaa", "aaaa", "bbbb"])
    moment = Clock()()
    with SqliteLedger(open_database(path), path, lambda: moment, lambda: next(tokens)) as ledger:
        assert [ledger.start("cast", {}).id[-4:] for _ in range(2)] == ["aaaa", "bbbb"]


def test_runs_are_listed_newest_first(ledger: SqliteLedger) -> None:
    runs = [ledger.start("trial", PLAN), ledger.start("cast", {}), ledger.start("judge", {})]
    assert ledger.runs() == runs[::-1]
    assert ledger.runs(2) == runs[:0:-1]
    assert ledger.runs(0) == []


def test_a_run_is_finished_once(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {})
    ledger.finish(run)
    ledger.finish(run)
    assert [r.finished for r in ledger.runs()] == ["2026-11-23T21:45:02.000Z"]


SAME_PLANS = [
    pytest.param(PLAN, True, id="the same"),
    pytest.param(dict(reversed(PLAN.items())), True, id="in another order"),
    pytest.param(PLAN | {"languages": ("en", "zh")}, True, id="a tuple for a list"),
    pytest.param(None, True, id="any"),
    pytest.param(PLAN | {"languages": ["zh", "en"]}, False, id="a list in another order"),
    pytest.param(PLAN | {"more": 1}, False, id="one key more"),
    pytest.param({}, False, id="empty"),
]


@pytest.mark.parametrize(("plan", "found"), SAME_PLANS)
def test_an_unfinished_trial_is_found_by_its_plan(
    ledger: SqliteLedger, plan: dict[str, object] | None, found: bool
) -> None:
    run = ledger.start("trial", PLAN)
    assert ledger.unfinished(plan) == (run if found else None)


def test_finished_trials_and_casts_are_not_unfinished_and_the_latest_is_found(ledger: SqliteLedger) -> None:
    first, second, third = (ledger.start("trial", PLAN) for _ in range(3))
    ledger.start("cast", PLAN)
    ledger.start("judge", PLAN)
    for expected in (third, second, first):
        assert ledger.unfinished(PLAN) == ledger.unfinished() == expected
        ledger.finish(expected)
    assert ledger.unfinished(PLAN) is ledger.unfinished() is None


def test_answered_leaves_out_errors_and_other_runs(ledger: SqliteLedger) -> None:
    run, other = ledger.start("trial", {}), ledger.start("trial", {})
    judged = ledger.add_answer(run, a_cell(sample=1), Answer(text=""))
    ledger.add_all(run, [Outcome(a_cell(sample=2), ServiceFault("500"))])
    ledger.add_answer(other, a_cell(sample=2), Answer(text="x"))
    unjudged = ledger.add_answer(run, a_cell(sample=3), Answer(text="x"))
    ledger.add_verdict(judged, a_verdict("broken"))
    assert [(e.id, e.key, e.verdict) for e in ledger.answered(run)] == [
        (judged, a_cell(sample=1).key, "broken"),
        (unjudged, a_cell(sample=3).key, None),
    ]


def fill(ledger: SqliteLedger, answers: int) -> Run:
    run = ledger.start("trial", {})
    for sample in range(1, answers + 1):
        ledger.add_answer(run, a_cell(sample=sample), Answer(text=str(sample)))
    return run


@pytest.mark.parametrize(
    ("limit", "count"),
    [
        pytest.param(None, 2 * PAGE + 1, id="all"),
        pytest.param(PAGE, PAGE, id="a page"),
        pytest.param(PAGE + 1, PAGE + 1, id="a page and one"),
        pytest.param(1, 1, id="one"),
        pytest.param(0, 0, id="none"),
        pytest.param(-5, 0, id="below none"),
        pytest.param(10_000, 2 * PAGE + 1, id="more than there are"),
    ],
)
def test_history_is_newest_first_within_its_limit(path: Path, limit: int | None, count: int) -> None:
    with open_ledger(path) as ledger:
        ledger._connection.execute("PRAGMA synchronous = OFF")  # so many answers, and none of them paid for
        fill(ledger, 2 * PAGE + 1)
        ledger.add_answer(ledger.start("cast", {}), a_cell("another"), Answer(text="x"))
        samples = [entry.sample for entry in ledger.history("seo-article", limit=limit)]
    assert samples == list(range(2 * PAGE + 1, 0, -1))[:count]


def test_entries_cross_pages_oldest_first(ledger: SqliteLedger) -> None:
    ledger._connection.execute("PRAGMA synchronous = OFF")
    run = fill(ledger, 2 * PAGE)
    assert [entry.sample for entry in ledger.entries(run.id)] == list(range(1, 2 * PAGE + 1))


def test_what_is_being_read_can_be_judged_while_others_write(ledger: SqliteLedger, path: Path) -> None:
    fill(ledger, 5)
    with open_ledger(path) as other:
        for entry in ledger.history("seo-article"):
            fill(other, 1)
            ledger.add_verdict(entry.id, a_verdict("works"))
    assert [entry.verdict for entry in ledger.history("seo-article")] == [None] * 5 + ["works"] * 5


def test_others_read_during_a_write(ledger: SqliteLedger, path: Path) -> None:
    fill(ledger, 2)
    with ledger.session.writing(), open_ledger(path, read_only=True) as reader:
        assert len(list(reader.history("seo-article"))) == 2


def test_a_lock_that_stays_is_one_clear_line(ledger: SqliteLedger, path: Path) -> None:
    ledger._connection.execute("PRAGMA busy_timeout = 30")
    with (
        open_ledger(path) as other,
        other.session.writing(),
        pytest.raises(LedgerError, match="locked by another program"),
    ):
        ledger.start("trial", {})
    assert ledger.start("trial", {}) == ledger.unfinished()


def test_a_full_disk_is_one_clear_line_and_loses_nothing(ledger: SqliteLedger) -> None:
    run = fill(ledger, 1)
    pages = ledger._connection.execute("PRAGMA page_count").fetchone()[0]
    ledger._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LedgerError, match="no space is left") as caught:
        ledger.add_answer(run, a_cell(), Answer(text="x" * 100_000))
    assert "\n" not in caught.value.message
    assert [entry.answer for entry in ledger.entries(run.id)] == ["1"]


APPEND_ONLY = [
    *(f"UPDATE {table} SET {column} = {column}" for table, column in [("answers", "text"), ("answers", "error")]),
    "UPDATE verdicts SET kind = 'works'",
    "UPDATE opinions SET verdict = 'works'",
    "UPDATE images SET name = ''",
    "UPDATE check_results SET outcome = 'passed'",
    "UPDATE texts SET body = ''",
    "UPDATE runs SET plan = '{}'",
    "UPDATE runs SET id = 'x'",
    "UPDATE runs SET finished = 'later'",
    *(f"DELETE FROM {table}" for table in ("answers", "verdicts", "check_results", "texts", "runs")),
    *(f"DELETE FROM {table}" for table in ("opinions", "images", "attempts")),
    "UPDATE attempts SET message = ''",
]


@pytest.mark.parametrize("statement", APPEND_ONLY)
def test_what_is_recorded_cannot_be_changed(ledger: SqliteLedger, path: Path, statement: str) -> None:
    run = fill(ledger, 1)
    ledger.add_verdict(1, a_verdict("broken", a_check("a", "failed")))
    ledger.add_opinion(1, "works", "")
    ledger.add_all(run, [Outcome(a_cell(), Attempt(number=1, error="fault", message="500"))])
    ledger.add_image(1, Image(name="a.png", media_type="image/png", data=b"x"))
    ledger.finish(run)
    with closing(sqlite3.connect(path)) as other, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        other.execute(statement)


def test_a_plan_may_hold_what_json_has_no_number_for(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {"most": float("inf"), "large": 10**30})
    assert ledger.unfinished(run.plan) == run


def test_what_had_come_of_an_answer_is_kept_with_the_error_that_ended_it(ledger: SqliteLedger) -> None:
    run = ledger.start("trial", {})
    error = ServiceTimeout("no answer in 60 s")
    error.partial = Answer(text="the first half", parts=("the first", " half"))
    ledger.add_all(run, [Outcome(a_cell(), error)])
    [entry] = ledger.entries(run.id)
    assert (entry.error, entry.answer, entry.parts) == ("timeout", "the first half", ("the first", " half"))
    assert list(ledger.answered(run)) == []
