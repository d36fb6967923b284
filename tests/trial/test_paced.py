from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from grimoire.chat import Answer, Request
from grimoire.errors import (
    AuthenticationFailed,
    RateLimited,
    RequestRejected,
    ServiceError,
    ServiceFault,
    ServiceTimeout,
)
from grimoire.pace import Limits
from grimoire.record import Attempt
from grimoire.trial.gate import Gate, Stopped
from grimoire.trial.paced import Paced
from grimoire.trial.retry import Retry
from tests.trial.virtual import Service, clock, pass_time, question


def gate_of(concurrency: int = 8) -> Gate:
    return Gate(Limits(concurrency=concurrency), clock=clock)


def one_after_another(*errors: ServiceError | None) -> Callable[[float], ServiceError | None]:
    """Each of these in turn, and then only answers."""
    left = iter(errors)
    return lambda _: next(left, None)


class Purse:
    """Pays for so many requests and notes what it paid for."""

    def __init__(self, requests: int) -> None:
        self.left = requests
        self.begun: list[str] = []
        self.ended: list[Answer | None] = []

    def begin(self, backend: str, request: Request) -> bool:
        if not self.left:
            return False
        self.left -= 1
        self.begun.append(f"{backend}: {request.messages[-1].content}")
        return True

    def end(self, backend: str, request: Request, answer: Answer | None) -> None:
        self.ended.append(answer)


class TestAsking:
    def test_what_fails_is_asked_again_and_every_failure_is_told(self) -> None:
        async def main() -> None:
            told: list[Attempt] = []
            service = Service(one_after_another(ServiceTimeout("late"), ServiceFault("HTTP 500", status=500)))
            paced = Paced(service, gate_of(), tell=told.append, draw=lambda: 1.0)
            began = clock()
            assert (await paced.ask(question())).text == "Because."
            assert clock() - began == pytest.approx(0.005 + 0.5 + 0.005 + 1.0 + 0.2)
            assert [(one.number, one.error, one.message, one.status, one.wait) for one in told] == [
                (1, "timeout", "late", None, 0.5),
                (2, "fault", "HTTP 500", 500, 1.0),
            ]
            assert [one.seconds for one in told] == pytest.approx([0.005, 0.005])

        pass_time(main)

    @pytest.mark.parametrize(
        ("error", "attempts"),
        [
            pytest.param(RequestRejected("no", status=400), 1, id="asking again changes nothing"),
            pytest.param(ServiceFault("HTTP 500", status=500), 3, id="after all retries"),
            pytest.param(RateLimited("in an hour", status=429, retry_after=3600.0), 1, id="not within the time"),
        ],
    )
    def test_the_last_error_is_final(self, error: ServiceError, attempts: int) -> None:
        async def main() -> None:
            told: list[Attempt] = []
            service = Service(lambda _: error)
            gate = gate_of()
            with pytest.raises(type(error)) as raised:
                await Paced(service, gate, Retry(retries=2), tell=told.append).ask(question())
            assert raised.value is error
            assert len(service.asked) == len(told) == attempts
            assert [one.wait is None for one in told] == [False] * (attempts - 1) + [True]
            assert gate.in_flight == 0

        pass_time(main)

    def test_the_time_counts_from_the_first_request_not_from_the_queue(self) -> None:
        async def main() -> None:
            service = Service(one_after_another(None, ServiceTimeout("late")), latency=50.0)
            paced = Paced(service, gate_of(1), Retry(seconds=5.0))
            await asyncio.gather(paced.ask(question("one")), paced.ask(question("two")))
            assert len(service.asked) == 3

        pass_time(main)

    def test_a_slot_is_given_back_while_a_call_waits(self) -> None:
        async def main() -> None:
            service = Service(one_after_another(ServiceFault("HTTP 500", status=500)))
            paced = Paced(service, gate_of(1), draw=lambda: 1.0)
            first = asyncio.create_task(paced.ask(question("one")))
            await asyncio.sleep(0.01)
            began = clock()
            await paced.ask(question("two"))
            assert clock() - began == pytest.approx(0.2)
            await first

        pass_time(main)

    def test_what_has_waited_goes_before_what_is_new(self) -> None:
        async def main() -> None:
            service = Service(one_after_another(ServiceFault("HTTP 500", status=500)))
            paced = Paced(service, gate_of(1), draw=lambda: 1.0)
            await asyncio.gather(*(paced.ask(question(str(number))) for number in range(6)))
            assert service.questions == ["0", "1", "2", "3", "0", "4", "5"]

        pass_time(main)

    def test_nobody_waits_for_a_pause_longer_than_retries_may_take(self) -> None:
        async def main() -> None:
            service, began = Service(lambda _: RateLimited("in an hour", status=429, retry_after=3600.0)), clock()
            paced = Paced(service, gate_of(1))
            results = await asyncio.gather(*(paced.ask(question()) for _ in range(5)), return_exceptions=True)
            assert {type(result) for result in results} == {RateLimited}
            assert (len(service.asked), round(clock() - began, 3)) == (1, 0.005)

        pass_time(main)

    def test_what_was_shown_of_an_answer_is_not_shown_again(self) -> None:
        class Breaking(Service):
            async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
                if on_text:
                    on_text("" if self.asked else "Bec")
                return await super().ask(request, on_text)

        async def main() -> None:
            told: list[Attempt] = []
            heard: list[str] = []
            service = Breaking(lambda _: ServiceTimeout("stalled"))
            with pytest.raises(ServiceTimeout):
                await Paced(service, gate_of(), tell=told.append).ask(question(), heard.append)
            assert (heard, len(service.asked), [one.wait for one in told]) == (["Bec"], 1, [None])
            with pytest.raises(ServiceTimeout):
                await Paced(service, gate_of(), tell=told.append).ask(question(), heard.append)
            assert len(service.asked) == 1 + 5  # nothing but empty text: nothing was shown

        pass_time(main)

    def test_it_stands_for_the_backend_it_asks(self) -> None:
        service = Service(one_after_another())
        service.parameters["temperature"] = 0
        paced = Paced(service, gate_of())
        again = paced.having(tell=print)
        assert (paced.name, paced.rehearsal, paced.parameters) == ("service/1", False, {"temperature": 0})
        assert again.gate is paced.gate

    @pytest.mark.parametrize(
        ("own", "parameters", "seconds"),
        [
            pytest.param({}, {}, 1001 / 1000, id="a thousand are assumed"),
            pytest.param({}, {"max_tokens": 99}, 0.1, id="as the request bounds them"),
            pytest.param({"max_tokens": 99}, {}, 0.1, id="as the backend bounds them"),
            pytest.param({"max_tokens": 9}, {"max_completion_tokens": 99}, 0.1, id="by the newer name"),
            pytest.param({}, {"max_tokens": "99"}, 1001 / 1000, id="no number"),
            pytest.param({}, {"max_tokens": -1}, 1001 / 1000, id="as many as it likes"),
        ],
    )
    def test_tokens_are_estimated(self, own: dict[str, object], parameters: dict[str, object], seconds: float) -> None:
        async def main() -> float:
            service = Service(lambda _: ServiceTimeout("late"))
            service.parameters.update(own)
            gate = Gate(Limits(tokens_per_minute=60_000), clock=clock)
            paced = Paced(service, gate, Retry(retries=0))
            await gate.enter(1000)
            began = clock()
            with pytest.raises(ServiceTimeout):
                await paced.ask(question("Why?", **parameters))
            return clock() - began - 0.005

        # A bucket that was just emptied holds a thousand again after a second; four characters are a token.
        assert pass_time(main) == pytest.approx(min(1.0, seconds), abs=1e-3)


class TestStopping:
    def test_a_call_that_waits_for_its_retry_is_left(self) -> None:
        async def main() -> None:
            service, gate = Service(lambda _: ServiceTimeout("late")), gate_of()
            call = asyncio.create_task(Paced(service, gate).ask(question()))
            await asyncio.sleep(0.1)
            gate.stop()
            with pytest.raises(Stopped):
                await call
            assert (len(service.asked), gate.in_flight) == (1, 0)

        pass_time(main)

    def test_with_an_error_it_ends_with_that(self) -> None:
        async def main() -> None:
            service, gate = Service(lambda _: ServiceTimeout("late")), gate_of()
            call = asyncio.create_task(Paced(service, gate).ask(question()))
            await asyncio.sleep(0.1)
            gate.stop(AuthenticationFailed("given up"))
            with pytest.raises(AuthenticationFailed, match="given up"):
                await call

        pass_time(main)

    def test_what_is_in_flight_brings_its_answer(self) -> None:
        async def main() -> None:
            service, gate = Service(one_after_another()), gate_of()
            call = asyncio.create_task(Paced(service, gate).ask(question()))
            await asyncio.sleep(0.1)
            gate.stop()
            assert (await call).text == "Because."

        pass_time(main)

    def test_a_cancelled_call_gives_its_slot_back(self) -> None:
        async def main() -> None:
            service, gate, purse = Service(one_after_another()), gate_of(), Purse(9)
            told: list[Attempt] = []
            call = asyncio.create_task(Paced(service, gate, spending=purse, tell=told.append).ask(question()))
            await asyncio.sleep(0.1)
            assert gate.in_flight == 1
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            assert (gate.in_flight, purse.ended, told) == (0, [None], [])

        pass_time(main)

    def test_a_bug_in_a_backend_gives_it_back_too(self) -> None:
        async def main() -> None:
            def fail(now: float) -> ServiceError | None:
                raise ZeroDivisionError

            gate, purse = gate_of(), Purse(9)
            with pytest.raises(ZeroDivisionError):
                await Paced(Service(fail), gate, spending=purse).ask(question())
            assert (gate.in_flight, purse.ended) == (0, [None])

        pass_time(main)


class TestSpending:
    def test_every_request_is_paid_for(self) -> None:
        async def main() -> None:
            purse = Purse(9)
            paced = Paced(Service(one_after_another(ServiceTimeout("late"))), gate_of()).having(spending=purse)
            answer = await paced.ask(question())
            assert purse.begun == ["service/1: Why?"] * 2
            assert purse.ended == [None, answer]

        pass_time(main)

    def test_what_cannot_be_paid_for_is_not_sent(self) -> None:
        async def main() -> None:
            service, gate, purse = Service(lambda _: ServiceTimeout("late")), gate_of(), Purse(2)
            with pytest.raises(Stopped):
                await Paced(service, gate, spending=purse).ask(question())
            assert (len(service.asked), len(purse.ended), gate.in_flight) == (2, 2, 0)

        pass_time(main)
