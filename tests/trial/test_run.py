from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence

import pytest

from grimoire.chat import Answer, Message, Request, Usage
from grimoire.errors import LedgerError, ServiceTimeout
from grimoire.ledger import SqliteLedger, open_ledger
from grimoire.pace import Limits
from grimoire.record import Cell, Entry, Outcome, Run
from grimoire.trial.gate import Gate
from grimoire.trial.paced import Paced
from grimoire.trial.retry import Retry
from grimoire.trial.run import run
from grimoire.trial.work import Judge, Result, Trial
from grimoire.verdict import CheckResult, Verdict

WORKS = Verdict(
    kind="works", checks=(CheckResult(check="answered", version=1, outcome="passed", reason="3 characters"),)
)
LIMIT = 20
"""Seconds after which a test that hangs is failed."""


class Echo:
    """A backend that answers each question with itself after letting others go first, and counts those in flight."""

    rehearsal = False

    def __init__(self, name: str = "echo/1") -> None:
        self.name = name
        self.parameters: dict[str, object] = {}
        self.asked: list[str] = []
        self.flying = 0
        self.most = 0

    async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
        text = request.messages[0].content
        self.asked.append(text)
        self.flying += 1
        self.most = max(self.most, self.flying)
        try:
            return await self.answer(text)
        finally:
            self.flying -= 1

    async def answer(self, text: str) -> Answer:
        for _ in range(1 + len(self.asked) % 3):
            await asyncio.sleep(0)
        if text.startswith("fail"):
            raise ServiceTimeout("too slow")
        if text.startswith("bug"):
            raise ZeroDivisionError
        return Answer(text=text, finish_reason="stop", usage=Usage(10, 20))

    async def aclose(self) -> None:
        """Nothing is open."""


class Stuck(Echo):
    """Answers what it is asked, but never what begins with "wait"; `waiting` says that it has been asked that."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = asyncio.Event()

    async def answer(self, text: str) -> Answer:
        if text.startswith("wait"):
            self.waiting.set()
            await asyncio.Event().wait()
        return await super().answer(text)


def cells(*texts: str, backend: str = "echo/1") -> list[Cell]:
    return [
        Cell(
            spell="tea",
            language="en",
            template="0123456789ab",
            case=text,
            backend=backend,
            request=Request(messages=(Message("user", text),)),
            text=text,
        )
        for text in texts
    ]


def approve(cell: Cell, answer: Answer, paid: float | None) -> Verdict:
    return WORKS


def trial(
    ledger: SqliteLedger, backends: Sequence[Echo], *, judge: Judge = approve, jobs: int = 4, of: Run | None = None
) -> Trial:
    return Trial(
        run=of or ledger.start("trial", {"spells": ["tea"]}),
        ledger=ledger,
        backends={backend.name: paced(backend, jobs) for backend in backends},
        judge=judge,
        prices={"echo/1": (1.0, 2.0)},
    )


def paced(backend: Echo, jobs: int = 4, retries: int = 0) -> Paced:
    return Paced(backend, Gate(Limits(concurrency=jobs)), Retry(retries=retries))


def lanes(planned: Iterable[Cell], *more: Iterable[Cell]) -> dict[str, Iterable[Cell]]:
    """The cells of each backend in turn."""
    return {f"echo/{number}": cells for number, cells in enumerate((planned, *more), 1)}


def within(work: Coroutine[object, object, object]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(LIMIT):
            await work

    asyncio.run(limited())


def entries(ledger: SqliteLedger, of: Trial) -> list[Entry]:
    return list(ledger.entries(of.run.id))


@pytest.mark.parametrize("jobs", [1, 3, 8, 200])
def test_everything_is_asked_with_at_most_so_many_at_once(ledger: SqliteLedger, jobs: int) -> None:
    one, two = Echo(), Echo("echo/2")
    planned = [cells(*map(str, range(300)), backend=name) for name in ("echo/1", "echo/2")]
    results: list[Result] = []
    batch = trial(ledger, [one, two], jobs=jobs)
    within(run(batch, lanes(*map(iter, planned)), results.append))
    assert sorted(one.asked + two.asked) == sorted([str(n) for n in range(300)] * 2)
    assert {r.cell.key for r in results} == {cell.key for cells_of in planned for cell in cells_of}
    assert len(results) == 600
    assert one.most == two.most == jobs, "the jobs there are, are used, on each"
    found = entries(ledger, batch)
    assert [(e.key, e.answer, e.verdict) for e in found] == [(r.cell.key, r.cell.text, "works") for r in results]
    assert {e.cost for e in found} == {(10 * 1.0 + 20 * 2.0) / 1_000_000, None}


def test_nothing_planned_is_nothing_done(ledger: SqliteLedger) -> None:
    within(run(trial(ledger, []), {}, lambda _: pytest.fail("there is no result")))


def test_an_error_is_recorded_and_ends_nothing(ledger: SqliteLedger) -> None:
    results: dict[str, Result] = {}
    batch = trial(ledger, [Echo()], jobs=1)
    within(run(batch, lanes(cells("fail 1", "a", "fail 2", "b")), lambda r: results.update({r.cell.case: r})))
    assert {case: (r.verdict.kind, r.error) for case, r in results.items()} == {
        "fail 1": ("error", "too slow"),
        "a": ("works", ""),
        "fail 2": ("error", "too slow"),
        "b": ("works", ""),
    }
    assert results["fail 1"].answer is None
    recorded = [(e.case, e.error, e.verdict, e.cost) for e in entries(ledger, batch)]
    assert recorded[:2] == [("fail 1", "timeout", "error", None), ("a", "", "works", 0.00005)]


def test_an_answer_is_on_record_before_it_is_judged(ledger: SqliteLedger) -> None:
    seen: list[tuple[str | None, str]] = []

    def look(cell: Cell, answer: Answer, paid: float | None) -> Verdict:
        [entry] = [e for e in ledger.history("tea") if e.key == cell.key]
        seen.append((entry.verdict, entry.answer))
        return WORKS

    within(run(trial(ledger, [Echo()], judge=look), lanes(cells("a", "b")), lambda _: None))
    assert seen == [(None, "a"), (None, "b")]


def test_a_result_is_told_when_it_is_on_record(ledger: SqliteLedger) -> None:
    def look(result: Result) -> None:
        [entry] = [e for e in ledger.history("tea") if e.key == result.cell.key]
        assert entry.verdict == result.verdict.kind

    within(run(trial(ledger, [Echo()]), lanes(cells("a", "b", "c")), look))


class JudgeCrashed(Exception):
    """What a judge with a bug raises here."""


def test_a_crash_of_the_judge_ends_the_run_and_loses_no_answer(ledger: SqliteLedger) -> None:
    backend = Echo()

    def crash(cell: Cell, answer: Answer, paid: float | None) -> Verdict:
        raise JudgeCrashed

    batch = trial(ledger, [backend], judge=crash, jobs=4)
    with pytest.raises(JudgeCrashed):
        within(run(batch, lanes(cells(*"abcdefgh")), lambda _: None))
    found = entries(ledger, batch)
    assert found
    assert {e.verdict for e in found} == {None}
    assert len(found) >= len(backend.asked) - 4, "at most the ones in flight were lost"
    results: list[Result] = []
    within(run(trial(ledger, [again := Echo()], of=batch.run), lanes(cells(*"abcdefgh")), results.append))
    assert {r.verdict.kind for r in results} == {"works"}
    assert sorted(again.asked + [e.answer for e in found]) == list("abcdefgh"), "what was paid for is not asked again"


def test_a_crash_waits_for_what_is_paid_for_and_sends_no_more(ledger: SqliteLedger) -> None:
    release = asyncio.Event()

    class Late(Echo):
        async def answer(self, text: str) -> Answer:
            if text == "late":
                await release.wait()
            return Answer(text=text)

    def crash(cell: Cell, answer: Answer, paid: float | None) -> Verdict:
        asyncio.get_running_loop().call_later(0.05, release.set)
        raise JudgeCrashed

    batch = trial(ledger, [backend := Late()], judge=crash, jobs=2)
    with pytest.raises(JudgeCrashed):
        within(run(batch, lanes(cells("late", "a", *map(str, range(50)))), lambda _: None))
    assert "late" in [e.answer for e in entries(ledger, batch)]
    assert sorted(e.answer for e in entries(ledger, batch)) == sorted(backend.asked)
    assert len(backend.asked) < 20


def test_what_has_arrived_is_recorded_before_any_of_it_is_judged(ledger: SqliteLedger) -> None:
    """All four arrive in one turn of the loop; the judge crashes at the first."""

    class AtOnce(Echo):
        async def answer(self, text: str) -> Answer:
            return Answer(text=text)

    def crash(cell: Cell, answer: Answer, paid: float | None) -> Verdict:
        raise JudgeCrashed

    batch = trial(ledger, [AtOnce()], judge=crash)
    with pytest.raises(JudgeCrashed):
        within(run(batch, lanes(cells(*"abcd")), lambda _: None))
    assert sorted(e.answer for e in entries(ledger, batch)) == list("abcd")


def test_a_ledger_that_fails_ends_the_run(ledger: SqliteLedger) -> None:
    of = ledger.start("trial", {})
    with open_ledger(ledger.path, read_only=True) as full, pytest.raises(LedgerError):
        within(
            run(trial(full, [Echo()], of=of), lanes(cells(*"abcdefgh")), lambda _: pytest.fail("nothing is on record"))
        )


def test_a_listener_that_fails_ends_the_run(ledger: SqliteLedger) -> None:
    def closed(_: Result) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        within(run(trial(ledger, [Echo()]), lanes(cells(*"abcdefgh")), closed))


@pytest.mark.parametrize("texts", [("bug",), ("a", "b", "bug", "c"), ("bug", "bug")], ids=["alone", "one", "two"])
def test_a_bug_in_a_backend_is_not_taken_for_an_error_of_its_service(
    ledger: SqliteLedger, texts: tuple[str, ...]
) -> None:
    with pytest.raises(ZeroDivisionError):
        within(run(trial(ledger, [Echo()]), lanes(cells(*texts)), lambda _: None))


def test_a_plan_that_fails_ends_the_run(ledger: SqliteLedger) -> None:
    def planned() -> Iterator[Cell]:
        yield from cells("a", "b")
        raise KeyError("c")

    with pytest.raises(KeyError):
        within(run(trial(ledger, [Echo()]), lanes(planned()), lambda _: None))


def test_a_cancelled_run_has_recorded_what_arrived_and_leaves_no_task_behind(ledger: SqliteLedger) -> None:
    results: list[Result] = []
    batch = trial(ledger, [backend := Stuck()], jobs=2)

    async def interrupted() -> None:
        arrived = asyncio.Event()

        def take(result: Result) -> None:
            results.append(result)
            if len(results) == 3:
                arrived.set()

        async with asyncio.timeout(LIMIT):
            planned = lanes(cells("a", "wait 1", "b", "c", "wait 2", "d"))
            task = asyncio.create_task(run(batch, planned, take))
            await arrived.wait()
            await backend.waiting.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(interrupted())
    assert [(e.answer, e.verdict) for e in entries(ledger, batch)] == [("a", "works"), ("b", "works"), ("c", "works")]
    assert [r.cell.case for r in results] == ["a", "b", "c"]
    assert ledger.unfinished() == batch.run


def test_what_arrived_in_the_same_moment_as_the_interruption_is_recorded(ledger: SqliteLedger) -> None:
    """Cancelled while answers lie in the queue and before the writer has had its turn."""
    results: list[Result] = []

    class Interrupting(Stuck):
        async def answer(self, text: str) -> Answer:
            if text == "last":
                task.cancel()
                return Answer(text=text)
            return await super().answer(text)

    backend: Interrupting
    task: asyncio.Task[str]

    async def interrupted() -> None:
        nonlocal task
        async with asyncio.timeout(LIMIT):
            task = asyncio.create_task(run(batch, lanes(cells("wait", "last")), results.append))
            with pytest.raises(asyncio.CancelledError):
                await task

    backend = Interrupting()
    batch = trial(ledger, [backend], jobs=2)
    asyncio.run(interrupted())
    assert [e.answer for e in entries(ledger, batch)] == ["last"]
    assert [r.cell.case for r in results] == ["last"]


def test_a_resumed_run_asks_only_what_has_no_answer(ledger: SqliteLedger) -> None:
    first = trial(ledger, [Echo()])
    within(run(first, lanes(cells("a", "b")), lambda _: None))
    ledger.add_all(first.run, [Outcome(cells("c")[0], ServiceTimeout("slow"))])
    judged: list[str] = []

    def judge(cell: Cell, answer: Answer, paid: float | None) -> Verdict:
        judged.append(answer.text)
        return WORKS

    backend, results = Echo(), list[Result]()
    again = trial(ledger, [backend], judge=judge, of=first.run)
    within(run(again, lanes(cells("a", "b", "c", "d")), results.append))
    assert sorted(backend.asked) == ["c", "d"], "an error is no answer"
    assert sorted(judged) == ["c", "d"]
    assert {r.cell.case: r.earlier for r in results} == {"a": True, "b": True, "c": False, "d": False}
    earlier = next(r for r in results if r.cell.case == "a")
    assert (earlier.verdict.kind, earlier.answer) == ("works", None), "its text is not read"


def test_a_resumed_run_judges_what_was_left_unjudged(ledger: SqliteLedger) -> None:
    left = ledger.start("trial", {})
    answer = Answer(text="a", finish_reason="length", model="m", usage=Usage(1, 2), seconds=3.0, parts=("x", "y"))
    ledger.add_answer(left, cells("a")[0], answer, 0.5)
    seen: list[Answer] = []

    def judge(cell: Cell, answer: Answer, paid: float | None) -> Verdict:
        seen.append(answer)
        return WORKS

    results: list[Result] = []
    batch = trial(ledger, [backend := Echo()], judge=judge, of=left)
    within(run(batch, lanes(cells("a")), results.append))
    assert backend.asked == []
    assert seen == [answer]
    assert results == [Result(cells("a")[0], WORKS, answer, 0.000005, earlier=True, number=1)]
    assert [e.verdict for e in entries(ledger, batch)] == ["works"]


def test_another_run_has_its_own_answers(ledger: SqliteLedger) -> None:
    within(run(trial(ledger, [Echo()]), lanes(cells("a")), lambda _: None))
    backend = Echo()
    within(run(trial(ledger, [backend]), lanes(cells("a")), lambda _: None))
    assert backend.asked == ["a"]
