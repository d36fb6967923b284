"""What a ledger could not take, saved in a file and taken in later; and files that nobody saved."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import structs

from grimoire.chat import Answer, Message, Usage
from grimoire.errors import LedgerError, ServiceFault, ServiceTimeout, UsageError
from grimoire.ledger import SqliteLedger, intake, open_ledger, rescue
from grimoire.record import Attempt, Entry, Outcome, Run
from tests.ledger.samples import A_RUN, AN_ANSWER, a_cell, a_verdict

FAILED = Attempt(number=1, error="rate-limit", status=429, message="slow down", seconds=0.2, wait=1.0)
HOSTILE = "a\0b\ud800\x1b[2J\n'); DROP TABLE answers; --林"


def half() -> ServiceTimeout:
    error = ServiceTimeout("no answer in 60 s")
    error.partial = Answer(text="the first half", parts=("the first", " half"))
    return error


def outcomes() -> list[Outcome]:
    spoken = structs.replace(a_cell().request, messages=(Message("system", "Be brief."), Message("user", "Go")))
    return [
        Outcome(a_cell(), FAILED),
        Outcome(a_cell(), AN_ANSWER, 0.25),
        Outcome(structs.replace(a_cell(sample=2), request=spoken), Answer(text=HOSTILE, parts=(HOSTILE, "")), None),
        Outcome(a_cell(sample=3), half()),
        Outcome(a_cell(sample=4), ServiceFault(HOSTILE)),
    ]


def known(ledger: SqliteLedger, run: Run) -> list[Entry]:
    """All there is of a run, without what differs between two ledgers."""
    return [structs.replace(entry, id=0, run="", at="") for entry in ledger.entries(run.id)]


@pytest.fixture
def run(ledger: SqliteLedger) -> Run:
    return ledger.start("trial", {"spells": ["seo-article"], "most": float("inf"), "题": [1]})


@pytest.fixture
def saved(path: Path, run: Run) -> Path:
    return rescue.save(path, run, outcomes())


def test_what_was_saved_comes_on_record_as_if_the_ledger_had_taken_it(
    ledger: SqliteLedger, run: Run, saved: Path
) -> None:
    other = ledger.start("trial", {})
    ledger.add_all(other, outcomes())
    taken = rescue.take_in(ledger, saved)
    assert (taken.answers, taken.errors, taken.attempts, taken.known, taken.bad, taken.told) == (2, 2, 1, 0, 0, ())
    assert known(ledger, run) == known(ledger, other)
    assert [entry.attempts for entry in known(ledger, run)] == [(FAILED,), (), (), ()]
    columns = "earlier, parameters, first_seconds, reasoning, key, kind"
    query = f"SELECT {columns} FROM answers WHERE run = ? ORDER BY id"
    kept, wanted = (ledger._connection.execute(query, (name.id,)).fetchall() for name in (run, other))
    assert kept == wanted


def test_the_file_is_moved_and_is_no_longer_waited_for(ledger: SqliteLedger, path: Path, saved: Path) -> None:
    assert saved == path.with_name(f"{path.name}.rescue-{saved.name.split('rescue-')[1]}")
    assert rescue.waiting(path) == [rescue.Waiting(saved, 2)]
    taken = rescue.take_in(ledger, saved)
    assert taken.moved == saved.with_name(f"{saved.name}.taken")
    assert taken.moved.exists()
    assert not saved.exists()
    assert rescue.waiting(path) == []


def test_what_is_taken_in_twice_is_known(ledger: SqliteLedger, run: Run, saved: Path) -> None:
    copy = saved.read_bytes()
    rescue.take_in(ledger, saved)
    before = known(ledger, run)
    saved.write_bytes(copy)
    again = rescue.take_in(ledger, saved)
    assert (again.answers, again.errors, again.attempts, again.known, again.bad) == (0, 0, 0, 5, 0)
    assert again.moved == saved.with_name(f"{saved.name}.taken-2")
    assert known(ledger, run) == before


def test_what_is_twice_in_a_file_is_known_the_second_time(ledger: SqliteLedger, run: Run, saved: Path) -> None:
    head, *others = lines(saved)
    rewrite(saved, head, *others, *others, head, *others)
    assert rescue.take_in(ledger, saved)[:5] == (2, 2, 1, 10, 0)
    assert len(known(ledger, run)) == 4


def test_answers_are_counted_across_the_pieces_in_which_a_file_is_read(
    path: Path, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in range(1, 40):
        monkeypatch.setattr(rescue, "_CHUNK", size)
        assert rescue.waiting(path) == [rescue.Waiting(saved, 2)]


def test_what_follows_a_run_that_cannot_be_used_is_not_of_the_run_before(
    ledger: SqliteLedger, run: Run, saved: Path
) -> None:
    head, *others = lines(saved)
    rewrite(saved, head, head | {"started": "2020-01-01T00:00:00.000Z"}, *others)
    assert rescue.take_in(ledger, saved)[:5] == (0, 0, 0, 0, 6)
    assert list(ledger.entries(run.id)) == []


def test_an_answer_that_is_on_record_already_stays_as_it_is(ledger: SqliteLedger, run: Run, saved: Path) -> None:
    number = ledger.add_answer(run, a_cell(), Answer(text="the first"))
    ledger.add_verdict(number, a_verdict("works"))
    assert rescue.take_in(ledger, saved)[:5] == (1, 2, 1, 1, 0)
    assert [entry.answer for entry in ledger.entries(run.id) if entry.sample == 1] == ["the first"]
    assert ledger.done(run)[a_cell().key].verdict == "works"


def test_a_ledger_that_lacks_the_run_gets_it(path: Path, run: Run, saved: Path) -> None:
    with open_ledger(path.with_name("another.db")) as other:
        rescue.take_in(other, saved)
        [made] = other.runs()
        assert (made.id, made.kind, made.started, made.finished) == (run.id, run.kind, run.started, "")
        assert made.plan == run.plan
        assert len(list(other.entries(run.id))) == 4


def test_several_rescues_of_a_run_are_one_file_and_a_line_that_was_cut_off_spoils_no_other(
    ledger: SqliteLedger, path: Path, run: Run
) -> None:
    first = rescue.save(path, run, outcomes()[:2])
    with first.open("ab") as stream:
        stream.write(b'{"row":"answer","at":"2026')
    first.chmod(0o644)
    assert rescue.save(path, run, outcomes()[2:]) == first
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    taken = rescue.take_in(ledger, first)
    assert (taken.answers, taken.errors, taken.attempts, taken.bad) == (2, 2, 1, 1)
    [told] = taken.told
    assert told.startswith("line 4: ")


def test_what_is_saved_while_the_file_is_taken_in_is_not_moved_away_with_it(
    ledger: SqliteLedger, path: Path, run: Run
) -> None:
    def go_on() -> None:
        for sample in range(1, 61):
            rescue.save(path, run, [Outcome(a_cell(sample=sample), AN_ANSWER)])

    with ThreadPoolExecutor(1) as threads:
        saving = threads.submit(go_on)
        taken = 0
        while not saving.done() or rescue.waiting(path):
            taken += sum(rescue.take_in(ledger, file).answers for file, _ in rescue.waiting(path))
        saving.result()
    assert taken == 60
    assert sorted(entry.sample for entry in ledger.entries(run.id)) == list(range(1, 61))


def test_what_stands_under_a_secret_name_is_not_in_the_file(
    path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-S3cr3t")
    secret = {"api_key": "sk-S3cr3t", "extra_headers": {"X": "sk-S3cr3t"}, "token": "sk-S3cr3t"}
    file = rescue.save(path, run, [Outcome(structs.replace(a_cell(), parameters=secret), AN_ANSWER)])
    assert b"sk-S3cr3t" not in file.read_bytes()


def lines(file: Path) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in file.read_bytes().splitlines()]


def rewrite(file: Path, *rows: dict[str, object] | bytes) -> None:
    file.write_bytes(b"".join((row if isinstance(row, bytes) else msgspec.json.encode(row)) + b"\n" for row in rows))


DEEP = b"[" * 100_000
CHANGES = [
    pytest.param({"sample": -1}, id="a sample below none"),
    pytest.param({"sample": 2**63}, id="a number that is too large"),
    pytest.param({"sample": "1"}, id="text for a number"),
    pytest.param({"at": "yesterday"}, id="no time"),
    pytest.param({"language": "\x1b[2J"}, id="no language"),
    pytest.param({"finish_reason": "bored"}, id="no finish reason"),
    pytest.param({"parts": "[[["}, id="parts that are no JSON"),
    pytest.param({"parts": DEEP.decode()}, id="parts that go too deep"),
    pytest.param({"parts": "[1]"}, id="parts that are no texts"),
    pytest.param({"text": None}, id="nothing for a text"),
    pytest.param({"run": "another"}, id="a column too many"),
    pytest.param({"row": "runs"}, id="another row"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_line_that_cannot_be_ours_is_told_with_its_number(
    ledger: SqliteLedger, run: Run, saved: Path, change: dict[str, object]
) -> None:
    head, attempt, answer, *others = lines(saved)
    rewrite(saved, head, attempt, answer | change, *others)
    taken = rescue.take_in(ledger, saved)
    assert (taken.answers, taken.errors, taken.attempts, taken.bad) == (1, 2, 1, 1)
    assert taken.told[0].startswith("line 3: ")
    assert [entry.sample for entry in ledger.entries(run.id)] == [2, 3, 4]
    assert ledger.damage() == ""


RUBBISH = [
    pytest.param(b"rubbish", id="no JSON"),
    pytest.param(b"\xff\xfe\x00", id="no UTF-8"),
    pytest.param(DEEP, id="a nest"),
    pytest.param(b"null", id="nothing"),
    pytest.param(b"{}", id="an empty object"),
    pytest.param(b'{"row":"answer"}', id="an answer with no columns"),
    pytest.param(b'{"row":"run","id":"x","kind":"trial","started":"","plan":"{}"}', id="a run of no name"),
]


@pytest.mark.parametrize("line", RUBBISH)
def test_rubbish_between_lines_is_counted(ledger: SqliteLedger, saved: Path, line: bytes) -> None:
    head, *others = lines(saved)
    rewrite(saved, line, head, b"", *others, line)
    taken = rescue.take_in(ledger, saved)
    assert (taken.answers, taken.errors, taken.bad) == (2, 2, 2)
    assert [told.partition(":")[0] for told in taken.told] == ["line 1", "line 9"]


@pytest.mark.parametrize("line", RUBBISH)
def test_a_file_of_rubbish_is_left_where_it_is(ledger: SqliteLedger, tmp_path: Path, line: bytes) -> None:
    file = tmp_path / "rubbish.jsonl"
    rewrite(file, *[line] * 50)
    taken = rescue.take_in(ledger, file)
    assert (taken[:4], taken.bad, len(taken.told), taken.moved) == ((0, 0, 0, 0), 50, intake.TOLD, None)
    assert file.exists()
    assert ledger.runs() == []


PLANS = [pytest.param("[]", id="a list"), pytest.param("[[[", id="no JSON"), pytest.param(DEEP.decode(), id="a nest")]


@pytest.mark.parametrize("plan", PLANS)
def test_a_run_whose_plan_is_none_is_not_made(path: Path, saved: Path, plan: str) -> None:
    head, *others = lines(saved)
    rewrite(saved, head | {"plan": plan}, *others)
    with open_ledger(path.with_name("another.db")) as other:
        assert rescue.take_in(other, saved).bad == 6
        assert other.runs() == []


def test_another_run_of_the_same_name_is_not_added_to(ledger: SqliteLedger, run: Run, saved: Path) -> None:
    head, *others = lines(saved)
    rewrite(saved, head | {"started": "2020-01-01T00:00:00.000Z"}, *others)
    taken = rescue.take_in(ledger, saved)
    assert (taken.bad, taken.moved) == (6, None)
    assert "another run" in taken.told[0]
    assert list(ledger.entries(run.id)) == []


def test_a_line_without_end_is_skipped_and_not_held(
    ledger: SqliteLedger, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LONGEST", 1 << 20)
    head, *others = lines(saved)
    rewrite(saved, head, b"x" * (4 << 20), *others, b"y" * (1 << 20), b"z" * (5 << 20))
    taken = rescue.take_in(ledger, saved)
    assert (taken.answers, taken.errors, taken.bad) == (2, 2, 3)
    assert [told.partition(":")[0] for told in taken.told] == ["line 2", "line 8", "line 9"]


def test_a_ledger_that_fails_meanwhile_has_nothing_of_it_and_the_file_stays(
    ledger: SqliteLedger, run: Run, path: Path
) -> None:
    large = [Outcome(a_cell(sample=n), Answer(text="x" * 50_000)) for n in range(1, 6)]
    file = rescue.save(path, run, large)
    before = file.read_bytes()
    pages = ledger._connection.execute("PRAGMA page_count").fetchone()[0]
    ledger._connection.execute(f"PRAGMA max_page_count = {pages + 20}")
    with pytest.raises(LedgerError, match="no space is left"):
        rescue.take_in(ledger, file)
    assert list(ledger.entries(run.id)) == []
    assert file.read_bytes() == before
    ledger._connection.execute("PRAGMA max_page_count = 100000")
    assert rescue.take_in(ledger, file).answers == 5


@pytest.mark.parametrize("make", [Path.mkdir, Path.exists, os.mkfifo], ids=["a folder", "nothing", "a pipe"])
def test_what_is_no_file_is_refused(ledger: SqliteLedger, tmp_path: Path, make: Any) -> None:
    file = tmp_path / "saved.jsonl"
    make(file)
    with pytest.raises(UsageError, match=r"saved\.jsonl"):
        rescue.take_in(ledger, file)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=60) | st.sampled_from([b'{"row":"run"', b'{"row":"answer","at":1}', b"\n"])))
def test_no_file_whatever_brings_it_down(tmp_path_factory: pytest.TempPathFactory, found: list[bytes]) -> None:
    folder = tmp_path_factory.mktemp("any")
    file = folder / "saved.jsonl"
    file.write_bytes(b"\n".join(found))
    with open_ledger(folder / "ledger.db") as ledger:
        ledger._connection.execute("PRAGMA synchronous = OFF")
        taken = rescue.take_in(ledger, file)
        assert (taken.answers, taken.errors, taken.known) == (0, 0, 0)


@given(st.integers(0, 4000))
@example(705)  # a row is whole but for its line end
@settings(max_examples=25, deadline=None)
def test_a_file_cut_off_anywhere_gives_what_is_whole(tmp_path_factory: pytest.TempPathFactory, at: int) -> None:
    folder = tmp_path_factory.mktemp("cut")
    run = structs.replace(A_RUN, kind="trial")
    whole = [Outcome(a_cell(sample=n), Answer(text=f"answer {n}", usage=Usage(1, 2))) for n in range(1, 6)]
    file = rescue.save(folder / "ledger.db", run, whole)
    data = file.read_bytes()
    cut = data[: min(at, len(data))]
    file.write_bytes(cut)
    with open_ledger(folder / "ledger.db") as ledger:
        ledger._connection.execute("PRAGMA synchronous = OFF")
        taken = rescue.take_in(ledger, file)
        ends = [place for place, byte in enumerate(data) if byte == ord("\n")]
        assert taken.answers == sum(end <= len(cut) for end in ends[1:]), "the first line is the run"
        assert taken.bad <= 1
