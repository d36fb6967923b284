from __future__ import annotations

import asyncio
import gc
import random
import subprocess
import sys
from collections.abc import Awaitable, Callable

import pytest

from grimoire.chat import Allowance, Answer
from grimoire.errors import AuthenticationFailed, RateLimited
from grimoire.pace import Limits, Ticket
from grimoire.trial.gate import Gate, Stopped
from tests.trial.virtual import VirtualLoop, clock, pass_time

ANSWER = Answer(text="Because.")


def gate_of(concurrency: int, requests_per_minute: int | None = None) -> Gate:
    return Gate(Limits(concurrency=concurrency, requests_per_minute=requests_per_minute), clock=clock)


def limited(seconds: float) -> RateLimited:
    return RateLimited("slow down", status=429, retry_after=seconds)


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(5):
        await asyncio.sleep(0)


def queue(gate: Gate, passed: list[str], *names: str) -> dict[str, asyncio.Task[Ticket]]:
    """A waiter a name, which is noted when it gets through; names that end with a ! ask again."""

    async def wait(name: str) -> Ticket:
        ticket = await gate.enter(1, again=name.endswith("!"))
        passed.append(name)
        return ticket

    return {name: asyncio.create_task(wait(name)) for name in names}


def test_first_come_first_served_but_what_is_asked_again_before_what_is_new() -> None:
    async def main() -> None:
        gate, passed = gate_of(1), list[str]()
        ticket = await gate.enter(1)
        waiting = queue(gate, passed, "one", "two", "three", "again!", "and again!")
        await settle()
        assert passed == []
        while waiting:
            gate.leave(ticket, ANSWER)
            await settle()
            ticket = await waiting.pop(passed[-1])
        assert passed == ["again!", "and again!", "one", "two", "three"]

    pass_time(main)


def test_a_newcomer_does_not_slip_past_those_who_wait() -> None:
    async def main() -> None:
        gate, passed = gate_of(1), list[str]()
        ticket = await gate.enter(1)
        waiting = queue(gate, passed, "waits")
        await settle()
        gate.leave(ticket, ANSWER)
        later = queue(gate, passed, "comes")
        await settle()
        assert passed == ["waits"]
        gate.leave(await waiting["waits"], ANSWER)
        await later["comes"]

    pass_time(main)


def test_those_who_wait_for_the_time_wake_when_it_has_come() -> None:
    async def main() -> list[float]:
        gate, began = gate_of(100, requests_per_minute=60), clock()

        async def enter() -> float:
            await gate.enter(1)
            return clock() - began

        return await asyncio.gather(*(enter() for _ in range(4)))

    assert pass_time(main) == pytest.approx([0.0, 1.0, 2.0, 3.0], abs=1e-3)


def test_a_pause_holds_everybody_up_and_is_shown() -> None:
    async def main() -> None:
        gate, began = gate_of(4), clock()
        gate.leave(await gate.enter(1), limited(30.0))
        assert (round(gate.pausing, 3), gate.window, gate.in_flight) == (30.0, 2, 0)
        assert gate.reason
        await gate.enter(1)
        assert clock() - began == pytest.approx(30.0, abs=1e-3)
        assert (gate.pausing, gate.reason, gate.in_flight) == (0.0, "", 1)

    pass_time(main)


def test_who_has_not_the_patience_is_sent_away_even_while_waiting() -> None:
    async def main() -> None:
        gate, began = Gate(Limits(concurrency=1), clock=clock, name="one/1"), clock()
        ticket = await gate.enter(1)
        waiting = asyncio.create_task(gate.enter(1, patience=600.0))
        patient = asyncio.create_task(gate.enter(1))
        await settle()
        gate.leave(ticket, limited(3600.0))
        with pytest.raises(RateLimited, match=r"^one/1 wants no requests for another 60 minutes$") as raised:
            await waiting
        assert raised.value.retry_after == pytest.approx(3600.0)
        with pytest.raises(RateLimited):
            await gate.enter(1, patience=600.0)
        assert clock() == began
        await patient
        assert clock() - began == pytest.approx(3600.0, abs=1e-3)

    pass_time(main)


def test_what_the_service_allows_is_not_overdrawn() -> None:
    async def main() -> None:
        gate, began, passed = gate_of(50), clock(), list[str]()
        said = Answer(text="", allowance=Allowance(requests_left=2, requests_reset=20.0))
        gate.leave(await gate.enter(1), said)
        waiting = queue(gate, passed, "one", "two", "three")
        await settle()
        assert passed == ["one", "two"]
        await waiting["three"]
        assert clock() - began == pytest.approx(20.0, abs=1e-3)

    pass_time(main)


class TestCancelled:
    def test_a_waiter_leaves_no_trace(self) -> None:
        async def main() -> None:
            gate, passed = gate_of(1), list[str]()
            ticket = await gate.enter(1)
            waiting = queue(gate, passed, "one", "two")
            await settle()
            waiting["one"].cancel()
            await settle()
            gate.leave(ticket, ANSWER)
            await waiting["two"]
            assert (passed, gate.in_flight) == (["two"], 1)

        pass_time(main)

    def test_a_waiter_in_the_middle_neither(self) -> None:
        async def main() -> None:
            gate = gate_of(1)
            await gate.enter(1)
            waiting = queue(gate, [], "one", "two", "three!", "four!")
            await settle()
            waiting["two"].cancel()
            waiting["four!"].cancel()
            await settle()
            assert (len(gate._new), len(gate._again)) == (1, 1)
            gate.stop()
            await asyncio.gather(*waiting.values(), return_exceptions=True)

        pass_time(main)

    def test_one_who_needed_more_than_the_next_lets_him_through(self) -> None:
        async def main() -> None:
            gate, began = Gate(Limits(tokens_per_minute=60_000), clock=clock), clock()
            await gate.enter(900)
            greedy = asyncio.create_task(gate.enter(1000))
            modest = asyncio.create_task(gate.enter(50))
            await settle()
            greedy.cancel()
            await modest
            assert clock() == began

        pass_time(main)

    def test_one_who_was_just_let_through_hands_his_ticket_on(self) -> None:
        async def main() -> None:
            gate, passed = gate_of(1), list[str]()
            ticket = await gate.enter(1)
            waiting = queue(gate, passed, "one", "two")
            await settle()
            gate.leave(ticket, ANSWER)  # lets "one" through, who has not run since
            waiting["one"].cancel()
            await waiting["two"]
            assert (passed, gate.in_flight) == (["two"], 1)

        pass_time(main)

    def test_the_first_of_those_who_wait_for_the_time_does_not_take_the_alarm_along(self) -> None:
        async def main() -> None:
            gate, passed = gate_of(9, requests_per_minute=60), list[str]()
            await gate.enter(1)
            waiting = queue(gate, passed, "one", "two")
            await settle()
            waiting["one"].cancel()
            await waiting["two"]

        pass_time(main)

    def test_a_sleeper_too(self) -> None:
        async def main() -> None:
            gate = gate_of(1)
            sleeper = asyncio.create_task(gate.sleep(1000.0))
            await settle()
            sleeper.cancel()
            await settle()
            assert not gate._sleepers

        pass_time(main)


class TestStop:
    @pytest.mark.parametrize("error", [None, AuthenticationFailed("given up", hint="the key", status=401)])
    def test_wakes_all_who_wait_or_sleep_and_lets_nobody_else_in(self, error: AuthenticationFailed | None) -> None:
        async def main() -> None:
            gate, began = gate_of(1), clock()
            ticket = await gate.enter(1)
            waiting = [gate.enter(1), gate.enter(1, again=True), gate.sleep(1000.0), gate.enter(1)]
            tasks = [asyncio.ensure_future(one) for one in waiting]
            await settle()
            gate.stop(error)
            raised = [*await asyncio.gather(*tasks, return_exceptions=True), await failure(gate.enter, 1)]
            raised.append(await failure(gate.sleep, 1.0))
            assert {type(one) for one in raised} == {type(error) if error else Stopped}
            assert len({id(one) for one in raised}) == 6
            if error:
                assert {(str(one), one.hint, one.status) for one in raised} == {("given up", "the key", 401)}  # type: ignore[union-attr]  # the line above proves them errors of that class
            assert (clock(), gate.in_flight) == (began, 1)
            gate.leave(ticket, ANSWER)
            assert gate.in_flight == 0

        pass_time(main)

    def test_what_came_first_holds(self) -> None:
        async def main() -> None:
            gate = gate_of(1)
            gate.stop(limited(1.0))
            gate.stop()
            gate.stop(AuthenticationFailed("no"))
            assert type(await failure(gate.enter, 1)) is RateLimited

        pass_time(main)

    def test_one_who_was_just_let_through_goes_on(self) -> None:
        async def main() -> None:
            gate, passed = gate_of(1), list[str]()
            ticket = await gate.enter(1)
            waiting = queue(gate, passed, "one")
            await settle()
            gate.leave(ticket, ANSWER)
            gate.stop()
            assert isinstance(await waiting["one"], Ticket)
            assert gate.in_flight == 1

        pass_time(main)


async def failure(do: Callable[[int], Awaitable[object]], number: float) -> BaseException:
    try:
        await do(int(number))
    except (Stopped, RateLimited, AuthenticationFailed) as error:
        return error
    raise AssertionError("it should have failed")


def test_a_sleeper_sleeps_as_long_as_it_is_to() -> None:
    async def main() -> float:
        began = clock()
        await gate_of(1).sleep(12.5)
        return clock() - began

    assert pass_time(main) == pytest.approx(12.5, abs=1e-3)


@pytest.mark.parametrize("count", [1000, 4000])
def test_waiters_cost_the_same_however_many_there_are(count: int) -> None:
    """Counted in looks at the clock, of which each decision takes one."""
    looks = 0

    def watched() -> float:
        nonlocal looks
        looks += 1
        return clock()

    async def main() -> None:
        gate = Gate(Limits(concurrency=8), clock=watched)

        async def call() -> None:
            ticket = await gate.enter(1)
            await asyncio.sleep(0.2)
            gate.leave(ticket, ANSWER)

        await asyncio.gather(*(call() for _ in range(count)))

    pass_time(main)
    assert looks < 5 * count


def test_nobody_polls_through_a_pause() -> None:
    loops = 0

    class Counting(VirtualLoop):
        def time(self) -> float:
            nonlocal loops
            loops += 1
            return super().time()

    async def main() -> None:
        gate = gate_of(8)
        gate.leave(await gate.enter(1), limited(3000.0))
        waiting = [asyncio.create_task(gate.enter(1)) for _ in range(4)]
        await settle()
        nonlocal loops
        loops = 0
        await asyncio.gather(*waiting)

    with asyncio.Runner(loop_factory=Counting) as runner:
        runner.run(main())
    assert loops < 40


@pytest.mark.parametrize("seed", range(20))
def test_under_random_cancellation_nothing_leaks_and_nobody_is_forgotten(seed: int) -> None:
    draw = random.Random(seed)

    async def main() -> None:
        gate, flying = gate_of(5, requests_per_minute=draw.choice([None, 6000])), 0
        done = 0

        async def call() -> None:
            nonlocal flying, done
            ticket = await gate.enter(draw.randrange(100), again=draw.random() < 0.3)
            flying += 1
            assert flying <= gate.limits.concurrency
            reply: Answer | RateLimited | None = None
            try:
                await asyncio.sleep(draw.random())
                reply = ANSWER if draw.random() < 0.8 else limited(draw.random())
            finally:
                flying -= 1
                gate.leave(ticket, reply)
            done += 1

        tasks = [asyncio.create_task(call()) for _ in range(300)]
        doomed = draw.sample(tasks, 100)
        for task in doomed:
            await asyncio.sleep(draw.random() * 0.1)
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert done == sum(result is None for result in results) >= 200
        assert (gate.in_flight, flying, len(gate._new), len(gate._again), gate._timer) == (0, 0, 0, 0, None)

    pass_time(main)
    gc.collect()


def test_it_is_light_to_import() -> None:
    program = "import sys, grimoire.trial.paced, grimoire.trial.circuit; sys.exit('asyncio' in sys.modules)"
    assert subprocess.run([sys.executable, "-S", "-c", PATHS + program], check=False).returncode == 0


PATHS = f"import sys; sys.path[:] = {sys.path!r}\n"
