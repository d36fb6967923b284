"""Four stages, each with its own patience and its own words; over each transport."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest

from grimoire.backends.connection_errors import Stage, late
from grimoire.backends.http_limits import Timeouts
from grimoire.backends.openai_errors import Origin
from grimoire.chat import Answer
from grimoire.errors import ServiceTimeout
from grimoire.ports import ChatBackend
from tests.backends.conftest import ADAPTER_OF, KEY, QUESTION, ask
from tests.servers.fault_acts import DONE, GOOD, MESSAGE, PARTS, WHOLE, events, send_half
from tests.servers.fault_server import Exchange, FaultServer, Serve, Way

PATIENT = 20.0
SHORT = 0.3
ORIGIN = Origin(name="test/m", host="api.example.com")


@pytest.fixture
def faulty() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


def open_backend(
    transport: str, server: FaultServer, timeout: Timeouts, *, way: Way = "http", **settings: Any
) -> ChatBackend:
    given = {"base_url": server.url(way), "api_key": KEY, "model": "m", "timeout": timeout}
    return ADAPTER_OF[transport]("test/m", **given, **settings)


def short_in(stage: Stage) -> Timeouts:
    """Patient everywhere but in one stage."""
    return Timeouts(**{name: SHORT if name == stage else PATIENT for name in ("connect", "first", "read", "total")})


async def drip_body(exchange: Exchange) -> None:
    """A byte now and then: each comes in time, the whole never."""
    await exchange.head(200, Content_Type="application/json", Content_Length=1000)
    while True:
        await exchange.send(b" ")
        await asyncio.sleep(0.05)


async def drip_head(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nX-Pad: ")
    while True:
        await exchange.send(b"w")
        await asyncio.sleep(0.05)


async def stall(exchange: Exchange) -> None:
    await exchange.stall()


async def stall_midway(exchange: Exchange) -> None:
    await send_half(exchange)
    await exchange.stall()


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("stage", "way", "serve", "said"),
    [
        pytest.param("connect", "full", stall, r"no connection within 0\.3 seconds", id="connect"),
        pytest.param("connect", "tls-silent", stall, r"no connection within 0\.3 seconds", id="connect-tls"),
        pytest.param("first", "http", stall, r"no answer began within 0\.3 seconds", id="first"),
        pytest.param("read", "http", stall_midway, r"nothing came for 0\.3 seconds in the middle of", id="read"),
        pytest.param("total", "http", stall, r"no whole answer in 0\.3 seconds", id="total-silent"),
        pytest.param("total", "http", drip_body, r"no whole answer in 0\.3 seconds", id="total-drip"),
        pytest.param("total", "http", drip_head, r"no whole answer in 0\.3 seconds", id="total-drip-in-head"),
    ],
)  # fmt: skip
def test_each_stage_ends_in_its_own_time(
    faulty: FaultServer, transport: str, stage: Stage, way: Way, serve: Serve, said: str, stream: bool
) -> None:
    faulty.script = [serve]
    started = time.perf_counter()
    with pytest.raises(ServiceTimeout, match=said) as caught:
        ask(open_backend(transport, faulty, short_in(stage), way=way, stream=stream))
    assert SHORT <= time.perf_counter() - started < PATIENT / 2
    assert caught.value.retryable
    assert "time-out" in caught.value.hint


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_slow_answer_that_keeps_coming_is_waited_for(faulty: FaultServer, transport: str, stream: bool) -> None:
    """Longer in all than either of the patiences between two bytes."""

    async def serve(exchange: Exchange) -> None:
        parts = [*events(MESSAGE), DONE] if exchange.request.streamed else [WHOLE[:20], WHOLE[20:40], WHOLE[40:]]
        kind = "text/event-stream" if exchange.request.streamed else "application/json"
        await exchange.head(200, Content_Type=kind, Content_Length=sum(map(len, parts)))
        for part in parts:
            await asyncio.sleep(0.8 / len(parts))
            await exchange.send(part)

    faulty.script = [serve]
    timeouts = Timeouts(connect=PATIENT, first=0.4, read=0.5, total=PATIENT)
    answer = ask(open_backend(transport, faulty, timeouts, stream=stream))
    assert answer.text == GOOD
    assert answer.seconds > 0.6


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(("first", "read"), [(0.3, PATIENT), (PATIENT, 0.3)])
def test_neither_patience_stands_in_for_the_other(
    faulty: FaultServer, transport: str, first: float, read: float, stream: bool
) -> None:
    """Half a second of silence, in the stage that has the patience for it."""

    async def serve(exchange: Exchange) -> None:
        parts = PARTS if exchange.request.streamed else [WHOLE]
        if first > read:
            await asyncio.sleep(0.5)
        kind = "text/event-stream" if exchange.request.streamed else "application/json"
        await exchange.head(200, Content_Type=kind, Content_Length=sum(map(len, parts)))
        if read > first:
            await asyncio.sleep(0.5)
        await exchange.send(*parts)

    faulty.script = [serve]
    timeouts = Timeouts(connect=PATIENT, first=first, read=read, total=PATIENT)
    assert ask(open_backend(transport, faulty, timeouts, stream=stream)).text == GOOD


def test_a_connection_that_is_kept_has_its_patience_anew(faulty: FaultServer, transport: str) -> None:
    """Between the bytes of one answer there may be less time than before the next."""

    async def serve(exchange: Exchange) -> None:
        await asyncio.sleep(0.4)
        await exchange.reply(WHOLE)

    faulty.script = ["ok", serve, serve]
    timeouts = Timeouts(connect=PATIENT, first=PATIENT, read=0.2, total=PATIENT)
    backend = open_backend(transport, faulty, timeouts, concurrency=1)

    async def whole() -> list[Answer]:
        answers = [await backend.ask(QUESTION) for _ in range(3)]
        await backend.aclose()
        return answers

    assert [answer.text for answer in asyncio.run(whole())] == [GOOD] * 3
    assert faulty.connections == 1


def test_waiting_for_a_connection_is_not_the_service_being_slow(faulty: FaultServer, transport: str) -> None:
    """Four requests on one connection: the last waits longer than the service may, and is served all the same."""
    faulty.latency = 0.15
    timeouts = Timeouts(connect=PATIENT, first=0.4, read=0.4, total=PATIENT)
    backend = open_backend(transport, faulty, timeouts, concurrency=1)

    async def whole() -> list[Answer]:
        answers = await asyncio.gather(*(backend.ask(QUESTION) for _ in range(4)))
        await backend.aclose()
        return list(answers)

    assert [answer.text for answer in asyncio.run(whole())] == [GOOD] * 4
    assert faulty.connections == 1


def test_as_many_connections_as_requests_at_once(faulty: FaultServer, transport: str) -> None:
    faulty.latency = 0.1
    backend = open_backend(transport, faulty, Timeouts(), concurrency=3)

    async def whole() -> None:
        for _ in range(2):
            await asyncio.gather(*(backend.ask(QUESTION) for _ in range(9)))
        await backend.aclose()

    asyncio.run(whole())
    assert (faulty.connections, faulty.answered) == (3, 18)


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        ("connect", "test/m: no connection within 10 seconds"),
        ("first", "test/m: no answer began within 300 seconds"),
        ("read", "test/m: nothing came for 120 seconds in the middle of an answer"),
        ("total", "test/m: no whole answer in 600 seconds"),
    ],
)
def test_the_words(stage: Stage, said: str) -> None:
    timeouts = Timeouts(connect=10, first=300, read=120, total=600)
    assert late(stage, timeouts, ORIGIN).message == said
