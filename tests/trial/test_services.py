from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import pytest

from grimoire.chat import Answer, Request
from grimoire.errors import RateLimited, ServiceError, ServiceFault
from grimoire.trial.paced import Paced
from grimoire.trial.retry import Retry
from tests.trial.test_paced import gate_of
from tests.trial.virtual import Service, TokenBucket, clock, now_and_then, pass_time, question


class Outcome(NamedTuple):
    seconds: float
    answers: int
    errors: list[ServiceError]


def ask_all(service: Service, calls: int, concurrency: int, retry: Retry = Retry()) -> Outcome:  # noqa: B008  # frozen
    """Ask so many questions at once in virtual time; no service is ever asked more than it may be, or too early."""

    async def main() -> Outcome:
        paced = Paced(service, gate_of(concurrency), retry, draw=random.Random(7).random)
        began = clock()
        tasks = (paced.ask(question(str(number))) for number in range(calls))
        results: Sequence[Answer | BaseException] = await asyncio.gather(*tasks, return_exceptions=True)
        errors = [result for result in results if isinstance(result, ServiceError)]
        return Outcome(clock() - began, sum(isinstance(result, Answer) for result in results), errors)

    outcome = pass_time(main)
    assert service.early == []
    assert service.most <= concurrency
    assert outcome.answers + len(outcome.errors) == calls
    return outcome


class TestServices:
    """The real gate and the real retries against services that refuse, in virtual time."""

    @pytest.mark.parametrize("refusing", [0.005, 0.2], ids=["at once", "slowly"])
    @pytest.mark.parametrize("seed", range(4))
    def test_accidents_cost_little(self, seed: int, refusing: float) -> None:
        service = Service(now_and_then(0.1, 1.0, seed), refusing=refusing)
        outcome = ask_all(service, 2000, 64)
        assert (outcome.answers, len(service.refused) > 150) == (2000, True)
        assert outcome.seconds < 1.6 * len(service.asked) * 0.2 / 64

    @pytest.mark.parametrize("seed", range(4))
    def test_faults_of_all_kinds_cost_little(self, seed: int) -> None:
        draw = random.Random(seed).random

        def decide(now: float) -> ServiceError | None:
            fault = draw()
            if fault < 0.1:
                return RateLimited("not now", status=429, retry_after=1.0)
            return ServiceFault("500, a reset, truncated JSON") if fault < 0.19 else None

        service = Service(decide)
        outcome = ask_all(service, 2000, 64)
        assert outcome.answers == 2000
        assert outcome.seconds < 1.6 * len(service.asked) * 0.2 / 64

    @pytest.mark.parametrize("concurrency", [4, 16])
    def test_accidents_cost_little_with_few_at_once(self, concurrency: int) -> None:
        service = Service(now_and_then(0.1, 1.0, seed=3))
        assert ask_all(service, 2000, concurrency).seconds < 1.3 * 2000 * 0.2 / concurrency

    def test_while_everything_is_refused_nothing_goes_out_before_its_time(self) -> None:
        service = Service(lambda _: RateLimited("no", status=429, retry_after=10.0))
        outcome = ask_all(service, 200, 64, Retry(seconds=60.0))
        assert len(outcome.errors) == 200
        rounds: list[list[float]] = []
        for at in service.asked:
            if not rounds or at - rounds[-1][-1] > 1.0:
                rounds.append([])
            rounds[-1].append(at)
        assert [len(times) for times in rounds[:7]] == [64, 32, 16, 8, 4, 2, 1]
        gaps = [later[0] - before[-1] for before, later in pairwise(rounds)]
        assert min(gaps) >= 10.0

    @pytest.mark.parametrize("refusing", [0.005, 0.2], ids=["at once", "slowly"])
    @pytest.mark.parametrize("burst", [5, 60, 300])
    @pytest.mark.parametrize("concurrency", [8, 64])
    @pytest.mark.parametrize("whole", [True, False], ids=["whole seconds", "fractions"])
    def test_a_limit_is_found_and_kept_to(self, concurrency: int, burst: int, refusing: float, whole: bool) -> None:
        service = Service(TokenBucket(300, burst, whole=whole), refusing=refusing)
        outcome = ask_all(service, 900, concurrency)
        assert outcome.answers == 900
        assert outcome.seconds < 1.08 * (900 - burst) / 5
        # What was under way when the bucket ran dry, twice at most, and then few.
        assert len(service.refused) < 2 * concurrency + 0.05 * 900

    def test_a_limit_on_what_is_in_flight_is_kept_to(self) -> None:
        serving = 0

        class Crowded(Service):
            async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
                nonlocal serving
                serving += 1
                try:
                    return await super().ask(request, on_text)
                finally:
                    serving -= 1

        service = Crowded(lambda _: RateLimited("crowd", status=429, retry_after=1.0) if serving > 8 else None)
        outcome = ask_all(service, 3000, 64)
        assert outcome.answers == 3000
        assert outcome.seconds < 1.8 * 3000 * 0.2 / 8
        assert len(service.refused) < 150

    def test_after_an_outage_it_is_soon_as_fast_as_before(self) -> None:
        def decide(now: float) -> ServiceError | None:
            down = 1002.0 < now < 1062.0
            return ServiceFault("HTTP 503", status=503, retry_after=5.0) if down else None

        service = Service(decide)
        outcome = ask_all(service, 6000, 64)
        assert outcome.answers == 6000
        assert outcome.seconds < 1.6 * 6000 * 0.2 / 64 + 60
        assert len(service.refused) < 200

    @pytest.mark.parametrize("whole", [True, False], ids=["whole seconds", "fractions"])
    def test_several_who_do_not_know_of_each_other_share_a_limit(self, whole: bool) -> None:
        service = Service(TokenBucket(600, 60, whole=whole))

        async def main() -> float:
            began = clock()
            fleet = [Paced(service, gate_of(8), draw=random.Random(seed).random) for seed in range(4)]
            asking = (one.ask(question(f"{who}: {n}")) for who, one in enumerate(fleet) for n in range(300))
            await asyncio.gather(*asking)
            return clock() - began

        assert pass_time(main) < 1.2 * (1200 - 60) / 10
        assert len(service.refused) < 0.12 * 1200

    @pytest.mark.parametrize("seed", range(3))
    @pytest.mark.parametrize("share", [0.1, 0.02])
    def test_slow_answers_and_rare_accidents_do_not_wear_the_rate_down(self, share: float, seed: int) -> None:
        service = Varied(now_and_then(share, 1.0, seed), seed)
        outcome = ask_all(service, 1500, 16)
        assert outcome.answers == 1500
        assert outcome.seconds < 1.6 * sum(service.latencies) / 16

    @pytest.mark.parametrize("per_minute", [15, 60, 300])
    def test_limits_of_a_service_whose_answers_vary_are_kept_to(self, per_minute: int) -> None:
        service = Varied(TokenBucket(per_minute, per_minute), seed=1)
        outcome = ask_all(service, 600, 16, Retry(seconds=6000.0))
        assert outcome.answers == 600
        assert outcome.seconds < 1.1 * max((600 - per_minute) * 60 / per_minute, sum(service.latencies) / 16)
        assert len(service.refused) < 16 + 0.05 * 600


class Varied(Service):
    """Answers take three seconds or so, as long ones of real services do, and refusals some of a tenth."""

    def __init__(self, decide: Callable[[float], ServiceError | None], seed: int) -> None:
        super().__init__(decide)
        self.latencies: list[float] = []
        self._draw = random.Random(seed)

    async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
        self._latency = 3 * self._draw.lognormvariate(0, 0.8)
        self._refusing = self._draw.uniform(0.02, 0.4)
        mine = self._latency
        answer = await super().ask(request, on_text)
        self.latencies.append(mine)
        return answer
