"""Every fault of the table, over each transport, with the real client in between."""

from __future__ import annotations

import asyncio
import gc
import re
import time
import traceback
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from grimoire.backends.http_limits import Timeouts
from grimoire.chat import Answer
from grimoire.errors import ServiceError
from grimoire.ports import ChatBackend
from tests.backends.conftest import ADAPTER_OF, KEY, QUESTION
from tests.servers.fault_acts import GOOD
from tests.servers.fault_server import FaultServer
from tests.servers.faults import FAULTS, LENIENT, Fault
from tests.servers.raw_server import CERTIFICATE

CASES = [pytest.param(name, mode, id=f"{name}-{mode}") for name, fault in FAULTS.items() for mode in fault.modes]

# The list of the issue, in its words.
LISTED = {
    "refused connection": ["refused"],
    "reset before / in headers / mid-body": ["reset-before-head", "reset-in-head", "reset-mid-body"],
    "time-out at each stage": ["connect-timeout", "tls-timeout", "silent-server", "stall-before-head", "stall-in-head",
                               "stall-after-head", "stall-mid-body", "endless-comments"],
    "statuses": ["400", "401", "403", "404", "408", "409", "413", "422", "500", "502", "503", "504", "529"],
    "429 (with and without Retry-After, in seconds and as a date)": ["429", "429-seconds", "429-date"],
    "HTML instead of JSON": ["html", "502-html"],
    "truncated JSON": ["truncated-json", "truncated-body"],
    "wrong content type": ["json-as-text", "sse-as-text", "json-for-stream", "sse-for-whole"],
    "empty choices": ["no-choices"],
    "null content": ["null-content"],
    "missing usage": ["no-usage"],
    "unknown finish reason": ["unknown-finish"],
    "content filter": ["content-filter", "content-filter-400"],
    "reasoning-only answer": ["reasoning-only"],
    "tool calls": ["tool-calls"],
    "SSE cut mid-event / with comments / with errors inside / without [DONE]": [
        "sse-cut", "sse-cut-quietly", "sse-comments", "sse-error", "sse-error-429", "sse-no-done"],
    "invalid UTF-8": ["broken-utf8"],
    "20 MB answer": ["20-megabytes"],
    "endless stream": ["endless-stream", "endless-event", "endless-comments", "endless-body", "endless-head"],
    "gzip bomb": ["gzip-bomb"],
    "redirect to another host": ["redirect"],
    "wrong TLS": ["tls-untrusted", "tls-at-an-http-port", "http-at-a-tls-port"],
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def nothing_left_open() -> Iterator[None]:
    """What was not closed says so when it is collected, and warnings are errors."""
    yield
    gc.collect()


@pytest.fixture
def faulty() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


def open_backend(transport: str, base_url: str, timeout: Timeouts = LENIENT, **settings: Any) -> ChatBackend:
    given = {"base_url": base_url, "api_key": KEY, "model": "m", "key_env": "TEST_API_KEY", "timeout": timeout}
    return ADAPTER_OF[transport]("test/m", **given, **settings)


async def attempt(backend: ChatBackend) -> Answer | ServiceError:
    try:
        return await backend.ask(QUESTION)
    except ServiceError as error:
        return error


async def attempt_twice(backend: ChatBackend, server: FaultServer, fault: Fault) -> list[Answer | ServiceError]:
    """What comes of the fault, and of a second request where the server can be reached; nothing else is said."""
    said: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context))
    try:
        outcomes = [await attempt(backend)]
        if fault.way in {"refused", "full"}:
            await asyncio.to_thread(server.mend, fault.way)
        if fault.way in {"http", "refused", "full"}:
            outcomes.append(await attempt(backend))
    finally:
        await backend.aclose()
    await asyncio.sleep(0)
    assert said == []
    return outcomes


def check_error(error: ServiceError, fault: Fault) -> None:
    assert type(error) is fault.error
    assert error.message.startswith("test/m: ")
    assert re.search(fault.says, error.message), error.message
    assert (error.status, error.retryable) == (fault.status, fault.retryable)
    assert error.allowance == fault.allowance
    if fault.retry_after is None:
        assert error.retry_after is None
    else:
        assert error.retry_after is not None
        assert fault.retry_after[0] <= error.retry_after <= fault.retry_after[1]
    assert len(error.message) < 400
    assert KEY not in "".join(traceback.format_exception(error)) + error.hint
    assert error.__cause__ is None


@pytest.mark.parametrize(("name", "mode"), CASES)
def test_each_is_what_the_table_says(faulty: FaultServer, transport: str, name: str, mode: str) -> None:
    fault = FAULTS[name]
    faulty.script = [name] if fault.way == "http" else []
    # One connection at a time: a fault that keeps it would let nothing through.
    backend = open_backend(transport, faulty.url(fault.way), fault.timeouts, stream=mode == "streamed", concurrency=1)
    started = time.perf_counter()
    first, *second = asyncio.run(attempt_twice(backend, faulty, fault))
    took = time.perf_counter() - started
    if fault.answer is not None:
        assert isinstance(first, Answer), first
        assert {field: getattr(first, field) for field in fault.answer} == fault.answer
    else:
        assert isinstance(first, ServiceError), first
        check_error(first, fault)
    assert [answer.text for answer in second if isinstance(answer, Answer)] == [GOOD for _ in second], second
    asked_first = fault.way == "http"
    assert len(faulty.requests) == asked_first + len(second)
    assert faulty.answered == (asked_first and fault.answers(mode == "streamed")) + len(second)
    assert took < 5


def test_the_table_names_every_fault_of_the_issue() -> None:
    named = {name for names in LISTED.values() for name in names}
    assert named <= set(FAULTS)


def test_each_fault_has_one_end() -> None:
    assert [name for name, fault in FAULTS.items() if (fault.answer is None) is (fault.error is None)] == []


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_nobody_else_sees_the_key(faulty: FaultServer, transport: str, stream: bool) -> None:
    with FaultServer() as thief:
        faulty.script, faulty.elsewhere = ["redirect"], thief.base_url
        backend = open_backend(transport, faulty.base_url, stream=stream)
        outcomes = asyncio.run(attempt_twice(backend, faulty, FAULTS["redirect"]))
        assert isinstance(outcomes[0], ServiceError)
        assert thief.base_url in outcomes[0].message
    assert (thief.connections, thief.requests) == (0, [])
    assert [request.key for request in faulty.requests] == [KEY, KEY]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("name", ["gzip-bomb", "endless-body", "endless-event", "endless-stream"])
def test_no_bomb_fills_the_memory(faulty: FaultServer, transport: str, name: str, stream: bool) -> None:
    faulty.script = [name]
    backend = open_backend(transport, faulty.base_url, stream=stream)
    tracemalloc.start()
    try:
        outcomes = asyncio.run(attempt_twice(backend, faulty, FAULTS[name]))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(outcomes[0], ServiceError)
    assert peak < 80_000_000


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_answers_and_refusals_leave_the_connection_for_the_next(
    faulty: FaultServer, transport: str, stream: bool
) -> None:
    faulty.script = ["ok", "429", "ok", "500", "401", "null-content", "ok"]
    backend = open_backend(transport, faulty.base_url, stream=stream, concurrency=1)

    async def whole() -> None:
        for _ in range(len(faulty.script)):  # type: ignore[arg-type]  # a list, as set above
            await attempt(backend)
        await backend.aclose()

    asyncio.run(whole())
    assert (faulty.connections, len(faulty.requests), faulty.answered) == (1, 7, 4)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_certificate_that_is_trusted_is_no_fault(
    faulty: FaultServer, transport: str, monkeypatch: pytest.MonkeyPatch, stream: bool
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    backend = open_backend(transport, faulty.url("https"), stream=stream)
    outcomes = asyncio.run(attempt_twice(backend, faulty, FAULTS["ok"]))
    assert [outcome.text for outcome in outcomes if isinstance(outcome, Answer)] == [GOOD, GOOD]
