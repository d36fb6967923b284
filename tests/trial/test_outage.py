from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from grimoire.backends.direct_chat import DirectChat
from grimoire.chat import Allowance, Answer, Request
from grimoire.errors import (
    RateLimited,
    RequestRejected,
    ServiceError,
    ServiceFault,
    ServiceTimeout,
    ServiceUnreachable,
)
from grimoire.pace import Limits
from grimoire.trial.gate import FINISHING, Gate, Stopped
from grimoire.trial.lane import WAITING, Lane
from grimoire.trial.paced import Paced
from grimoire.trial.retry import Retry
from tests.servers.openai_server import Body, OpenAIServer, Reply
from tests.trial.test_services import ask_all
from tests.trial.virtual import Service, clock, now_and_then, pass_time, question

REFUSED = ServiceUnreachable("one/1: the connection is refused")


def down(*spans: tuple[float, float], error: ServiceError = REFUSED) -> Callable[[float], ServiceError | None]:
    """A service that is down between these seconds; tests begin at second 1000."""
    return lambda now: error if any(start <= now - 1000.0 < end for start, end in spans) else None


class Trial:
    """What a lane does: so many questions are open at once, and what came of each goes to the circuit."""

    def __init__(self, service: Service, concurrency: int, retry: Retry = Retry()) -> None:  # noqa: B008  # frozen
        self.gate = Gate(Limits(concurrency=concurrency), clock=clock)
        self.lane = Lane(Paced(service, self.gate, retry, draw=random.Random(5).random), ())
        self.errors: list[ServiceError] = []
        self.ended: list[float] = []  # when each error came
        self.answers = 0

    async def ask(self, texts: Iterator[str]) -> None:
        for text in texts:
            try:
                reply: Answer | ServiceError = await self.lane.backend.ask(question(text))
            except ServiceError as error:
                reply = error
                self.errors.append(error)
                self.ended.append(clock())
            else:
                self.answers += 1
            self.lane.see(reply)

    async def run(self, count: int) -> float:
        """Ask so many; in how many seconds they all have ended."""
        began, texts = clock(), map(str, range(count))
        await asyncio.gather(*(self.ask(texts) for _ in range(WAITING * self.gate.limits.concurrency)))
        return clock() - began


def try_out(
    service: Service,
    count: int,
    concurrency: int,
    retry: Retry = Retry(),  # noqa: B008  # frozen
) -> tuple[Trial, float]:
    async def main() -> tuple[Trial, float]:
        trial = Trial(service, concurrency, retry)
        return trial, await trial.run(count)

    trial, seconds = pass_time(main)
    assert trial.answers + len(trial.errors) == count
    return trial, seconds


def asked_between(service: Service, start: float, end: float) -> int:
    return sum(start <= at - 1000.0 < end for at in service.asked)


@pytest.mark.parametrize("concurrency", [1, 2, 8, 64])
@pytest.mark.parametrize("seconds", [10.0, 300.0])
@pytest.mark.parametrize(
    "error",
    [REFUSED, ServiceFault("HTTP 502", status=502), ServiceTimeout("no answer")],
    ids=["refused", "502", "time-out"],
)
def test_an_outage_costs_no_question_and_few_requests(error: ServiceError, seconds: float, concurrency: int) -> None:
    count = 5000 if concurrency >= 8 else 500
    service = Service(down((1.0, 1.0 + seconds), error=error))
    trial, lasted = try_out(service, count, concurrency)
    assert trial.errors == []
    # What is under way fails, then as many again until it is seen, and then less than one in three seconds.
    assert asked_between(service, 1.0, 1.0 + seconds) <= 10 + 3 * concurrency + 10
    assert lasted < count * 0.2 / concurrency + seconds + 61.0 + 5.0


def test_with_everything_in_the_queue_too() -> None:
    service = Service(down((1.0, 301.0)))
    outcome = ask_all(service, 5000, 64)
    assert (outcome.answers, asked_between(service, 1.0, 301.0) < 200) == (5000, True)


def test_what_is_not_answered_any_more_waits_out_several_outages() -> None:
    service = Service(down((1.0, 30.0), (40.0, 400.0), (450.0, 900.0)))
    trial, _ = try_out(service, 20_000, 8)
    assert trial.errors == []


def test_while_it_drains_what_is_new_waits() -> None:
    """A server that takes nothing new and brings what it has begun to its end, as they do before they are restarted."""
    service = Service(down((5.0, 40.0)), latency=20.0)
    trial, _ = try_out(service, 200, 8)
    assert trial.errors == []


def test_between_requests_that_hang_until_their_time_is_over() -> None:
    service = Service(down((1.0, 200.0), error=ServiceTimeout("no answer in 60 s")), refusing=60.0)
    trial, lasted = try_out(service, 2000, 8)
    assert (trial.errors, lasted < 200.0 + 60.0 + 61.0 + 50.0) == ([], True)


@pytest.mark.parametrize("concurrency", [1, 8, 64])
def test_an_outage_without_an_end_is_given_up_after_as_long_as_is_waited(concurrency: int) -> None:
    service = Service(down((1.0, 1e9)))
    trial, _ = try_out(service, 2000, concurrency, Retry(seconds=120.0))
    last = max(trial.ended)
    assert 120.0 <= last - 1001.0 < 121.5
    assert sum(at == last for at in trial.ended) > 0.9 * len(trial.ended)  # the others were asked until then
    final = Counter(str(error) for error in trial.errors).most_common(1)[0]
    assert final[0] == "given up after 2 minutes without an answer: one/1: the connection is refused"
    assert {type(error) for error in trial.errors} == {ServiceUnreachable}
    assert asked_between(service, 1.0, 1e9) <= 10 + 3 * concurrency + 10


def test_an_outage_that_ends_just_before_is_not_given_up() -> None:
    trial, _ = try_out(Service(down((1.0, 110.0))), 2000, 8, Retry(seconds=180.0))
    assert trial.errors == []


@pytest.mark.parametrize("concurrency", [1, 8, 64])
def test_a_service_that_was_never_there_is_given_up_within_seconds(concurrency: int) -> None:
    service = Service(down((0.0, 1e9)))
    trial, seconds = try_out(service, 2000, concurrency)
    assert (trial.answers, seconds < 10.0) == (0, True)
    assert len(service.asked) <= WAITING * concurrency * 5 + 10
    assert sum("given up after 3 failures in a row" in str(error) for error in trial.errors) > 1700


@pytest.mark.parametrize("concurrency", [1, 8])
def test_without_retries_only_what_is_tried_fails(concurrency: int) -> None:
    trial, _ = try_out(Service(down((1.0, 31.0))), 2000, concurrency, Retry(retries=0))
    assert 0 < len(trial.errors) <= 10 + concurrency + 6


@pytest.mark.parametrize("concurrency", [1, 8, 64])
@pytest.mark.parametrize("share", [0.09, 0.3])
def test_failures_of_single_questions_pause_next_to_nothing(share: float, concurrency: int) -> None:
    """Failures come at once, answers later: at the beginning of each round nothing but failures is heard of."""
    draw = now_and_then(share, None, seed=5)
    paused, answered = list[float](), list[float]()

    class Faulty(Service):
        async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
            if trial.gate.pausing:
                paused.append(clock())
            answer = await super().ask(request, on_text)
            answered.append(clock())
            return answer

    service = Faulty(lambda now: ServiceFault("HTTP 500", status=500) if draw(now) else None)
    trial = Trial(service, concurrency, Retry(retries=20))
    pass_time(lambda: trial.run(3000))
    assert (trial.errors, len(answered)) == ([], 3000)
    assert len(paused) < (20 if share > 0.1 and concurrency < 64 else 1)
    assert answered[2800] - 1000.0 < 1.1 * 2800 * (0.2 + 0.005 * share / (1 - share)) / concurrency + 1.0


@pytest.mark.parametrize("concurrency", [8, 64])
def test_questions_that_always_fail_do_not_hold_the_others_up(concurrency: int) -> None:
    class Picky(Service):
        async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
            if int(request.messages[-1].content) % 20 < 3:
                self.asked.append(clock())
                await asyncio.sleep(0.005)
                raise ServiceFault("HTTP 500", status=500)
            return await super().ask(request, on_text)

    trial, seconds = try_out(service := Picky(lambda _: None), 2000, concurrency)
    assert (len(trial.errors), len(service.asked)) == (300, 1700 + 5 * 300)
    assert seconds < 1.1 * 300 * 7.5 / (WAITING * concurrency) + 8.0  # as long as what waits for its retries is open


def test_many_questions_in_a_row_that_always_fail_end_nothing_for_the_others() -> None:
    class Picky(Service):
        async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
            if 100 <= int(request.messages[-1].content) < 116:
                raise ServiceFault("HTTP 500", status=500)
            return await super().ask(request, on_text)

    trial, seconds = try_out(Picky(lambda _: None), 500, 8)
    assert (trial.answers, len(trial.errors), seconds < 484 * 0.2 / 8 + 65.0) == (484, 16, True)


def test_what_fails_in_an_outage_counts_for_no_question() -> None:
    faults = iter([ServiceFault("HTTP 500", status=500)] * 2)

    async def main() -> None:
        service = Service(lambda now: REFUSED if now < 1020.0 else next(faults, None))
        gate = await failing(1)
        call = asyncio.create_task(Paced(service, gate, Retry(retries=2)).ask(question()))
        await asyncio.sleep(20.0)
        assert (gate.outage, len(service.asked)) == (True, 4)
        gate.leave(await gate.enter(1), Answer(text=""))
        assert (gate.outage, (await call).text) == (False, "Because.")
        assert len(service.asked) == 7

    pass_time(main)


def test_what_is_to_be_brought_to_its_end_is_waited_for_half_a_minute() -> None:
    async def main() -> None:
        gate = await failing(8)
        waiting = asyncio.create_task(gate.enter(1, patience=90.0, finishing=True))
        await asyncio.sleep(0)
        gate.stop()
        gate.leave(await waiting, REFUSED)
        while clock() < 1015.0:  # after 1, 2, 4 and 8 seconds; the next one would be after 16
            gate.leave(await gate.enter(1, again=True, finishing=True), REFUSED)
        with pytest.raises(Stopped):
            await gate.enter(1, again=True, finishing=True)
        assert clock() - 1000.0 == pytest.approx(FINISHING, abs=1e-3)
        with pytest.raises(Stopped):
            await gate.enter(1, finishing=True)
        with pytest.raises(Stopped):
            await gate.sleep(1.0, finishing=True)

    pass_time(main)


def test_a_retry_of_what_is_to_be_brought_to_its_end_waits_through_a_stop() -> None:
    async def main() -> None:
        gate = Gate(Limits(), clock=clock)
        short = asyncio.create_task(gate.sleep(5.0, finishing=True))
        long = asyncio.create_task(gate.sleep(500.0, finishing=True))
        new = asyncio.create_task(gate.sleep(5.0))
        await asyncio.sleep(0)
        gate.stop()
        with pytest.raises(Stopped):
            await new
        assert clock() == 1000.0
        await short
        assert clock() == 1005.0
        with pytest.raises(Stopped):
            await long
        assert clock() == 1000.0 + FINISHING

    pass_time(main)


async def failing(concurrency: int) -> Gate:
    """A gate before a service that answered and now is down."""
    gate = Gate(Limits(concurrency=concurrency), clock=clock)
    gate.leave(await gate.enter(1), Answer(text=""))
    while not gate.outage:
        gate.leave(await gate.enter(1), REFUSED)
    return gate


def test_the_last_questions_fail_soon_where_they_alone_do() -> None:
    class Picky(Service):
        async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
            if int(request.messages[-1].content) >= 95:
                raise ServiceFault("HTTP 500", status=500)
            return await super().ask(request, on_text)

    trial, seconds = try_out(Picky(lambda _: None), 100, 8)
    assert (len(trial.errors), seconds < 15.0) == (5, True)


def test_many_questions_in_a_row_that_are_rejected_end_nothing_for_the_others() -> None:
    """All cells of one spell that is too long for a model, say."""

    class Short(Service):
        async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
            if 100 <= int(request.messages[-1].content) < 160:
                raise RequestRejected("too long", status=400)
            return await super().ask(request, on_text)

    trial, seconds = try_out(Short(lambda _: None), 500, 8)
    assert (trial.answers, len(trial.errors), seconds < 440 * 0.2 / 8 + 60) == (440, 60, True)


def test_a_service_that_turns_everything_down_after_it_answered_is_given_up_in_time() -> None:
    gone = RequestRejected("one/1: HTTP 400: no such model", status=400)
    service = Service(down((1.0, 1e9), error=gone))
    trial, seconds = try_out(service, 2000, 8, Retry(seconds=90.0))
    assert 90.0 <= seconds - 1.0 < 93.0
    assert asked_between(service, 1.0, 1e9) < 20 + 90
    assert sum("given up after 90 seconds without an answer" in str(error) for error in trial.errors) > 1800


def test_a_refusal_for_an_hour_gives_up_though_it_answered_before() -> None:
    no = RateLimited("no", status=429, retry_after=3600.0)
    trial, seconds = try_out(service := Service(down((1.0, 1e9), error=no)), 2000, 8)
    assert (seconds < 2.0, asked_between(service, 1.0, 1e9) < 20) == (True, True)
    assert sum("no requests for another 60 minutes" in str(error) for error in trial.errors) > 1900


def test_a_service_that_only_throttles_after_it_answered_is_given_up_after_as_long_as_is_waited() -> None:
    trial, seconds = try_out(
        Service(down((1.0, 1e9), error=RateLimited("no", status=429))), 2000, 8, Retry(seconds=90.0)
    )
    assert 90.0 < seconds < 90.0 + 3 * 60.0
    assert sum("given up after 3 failures" in str(error) for error in trial.errors) > 1900


class Saying(Service):
    """Answers, and says all along what a proxy once heard."""

    said = Allowance()

    def allowance(self) -> Allowance:
        return self.said


class TestAllowances:
    """What a service says is left is no refusal."""

    @pytest.mark.parametrize("concurrency", [1, 8, 64])
    @pytest.mark.parametrize(
        "said",
        [
            Allowance(requests_left=0, requests_reset=86400.0),
            Allowance(tokens_left=0, tokens_reset=3600.0),
            Allowance(requests_left=0, requests_reset=1e300, tokens_left=-5, tokens_reset=1e300),
        ],
        ids=["requests", "tokens", "both"],
    )
    def test_absurd_ones_hold_nothing_up_for_long(self, said: Allowance, concurrency: int) -> None:
        service = Saying(lambda _: None)
        service.said = said
        trial, seconds = try_out(service, 2000, concurrency)
        assert trial.errors == []
        assert seconds < 120.0 + 2000 * 0.2 / concurrency

    def test_a_request_a_minute_is_tried_where_it_is_refused(self) -> None:
        service = Saying(down((1.0, 500.0), error=RateLimited("no", status=429, retry_after=5.0)))
        service.said = Allowance(requests_left=0, requests_reset=500.0)
        trial, _ = try_out(service, 100, 8)
        assert (trial.errors, asked_between(service, 1.0, 500.0) <= 10) == ([], True)

    def test_they_are_shown_while_they_hold_everything_back(self) -> None:
        async def main() -> None:
            gate = Gate(Limits(), clock=clock)
            gate.leave(await gate.enter(1), Answer(text="", allowance=Allowance(tokens_left=0, tokens_reset=3600.0)))
            assert gate.pausing == 60.0
            ticket = await gate.enter(1, patience=5.0)
            assert [clock() - 1000.0, gate.pausing] == pytest.approx([60.0, 60.0])
            gate.leave(ticket, Answer(text="", allowance=Allowance(tokens_left=900, tokens_reset=3600.0)))
            assert gate.pausing == 0.0

        pass_time(main)


def test_an_outage_is_shown_as_a_pause() -> None:
    async def main() -> list[float]:
        gate = await failing(8)
        shown = [gate.pausing]
        for _ in range(3):
            ticket = await gate.enter(1, again=True)
            shown.append(gate.pausing)
            gate.leave(ticket, REFUSED)
            shown.append(gate.pausing)
        gate.leave(await gate.enter(1), Answer(text=""))
        return [*shown, gate.pausing]

    assert pass_time(main) == pytest.approx([1.0, 1.0, 2.0, 1.0, 4.0, 1.0, 8.0, 0.0], abs=1e-3)


def test_a_real_server_that_hangs_up_for_a_while() -> None:
    """Takes over a second: an outage is tried no sooner."""
    answered = hung_up = 0
    since = 0.0

    def reply(_: Body) -> Reply:
        nonlocal answered, hung_up, since
        if answered < 30 or (since and time.monotonic() - since > 0.5):
            answered += 1
            return Reply(text="Because.")
        since = since or time.monotonic()
        hung_up += 1
        return Reply(drop="before")

    async def main() -> list[Answer]:
        backend = DirectChat("one/1", base_url=server.base_url, api_key="k", model="m", concurrency=4)
        paced = Paced(backend, Gate(Limits(concurrency=4)))
        try:
            return await asyncio.gather(*(paced.ask(question(str(number))) for number in range(100)))
        finally:
            await paced.aclose()

    with OpenAIServer(reply, latency=0.01) as server:
        answers = asyncio.run(main())
    assert [answer.text for answer in answers] == ["Because."] * 100
    assert 10 <= hung_up < 20
