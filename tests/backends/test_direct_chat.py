"""What only the direct adapter does; what it and the SDK's both do is in test_chat.py and test_chat_guards.py."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from grimoire.backends.direct_chat import DirectChat, openai_headers
from grimoire.backends.http_limits import Timeouts
from grimoire.chat import Answer, Message, Request
from grimoire.errors import (
    RateLimited,
    RequestRejected,
    ServiceError,
    ServiceFault,
    ServiceTimeout,
    ServiceUnreachable,
)
from grimoire.ports import ChatBackend
from tests.backends.conftest import KEY, QUESTION, Connect, ask
from tests.servers.openai_server import OpenAIServer, Reply
from tests.servers.raw_server import CERTIFICATE, Line, RawServer

BODY = json.dumps({"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]}).encode()
EVENT = b'data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"


def head(length: int = len(BODY), *more: str) -> bytes:
    lines = ("HTTP/1.1 200 OK", "Content-Type: application/json", f"Content-Length: {length}", *more)
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


def chunked(*events: bytes) -> bytes:
    start = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    return start + b"".join(b"%x\r\n%s\r\n" % (len(event), event) for event in events)


def direct(base_url: str, **settings: object) -> DirectChat:
    given = {"base_url": base_url, "api_key": KEY, "model": "m"}
    return DirectChat("test/m", **{**given, **settings})  # type: ignore[arg-type]  # a table of settings


def ask_often(backend: ChatBackend, times: int) -> list[Answer]:
    async def whole() -> list[Answer]:
        try:
            return [await backend.ask(QUESTION) for _ in range(times)]
        finally:
            await backend.aclose()

    return asyncio.run(whole())


def saying(*parts: bytes) -> Callable[[Line], None]:
    """Answers every request of a connection with the same bytes."""

    def serve(line: Line) -> None:
        while line.request():
            line.send(*parts)

    return serve


def test_what_is_sent_besides_the_body(server: OpenAIServer, connect_direct: Connect) -> None:
    ask(connect_direct())
    sent = server.received[0].headers
    assert sent["authorization"] == f"Bearer {KEY}"
    assert (sent["accept"], sent["content-type"]) == ("application/json", "application/json")
    assert sent["accept-encoding"] == "identity"
    assert sent["user-agent"].startswith("Grimoire/")


def test_without_a_key_there_is_no_header_for_it(server: OpenAIServer, connect_direct: Connect) -> None:
    ask(connect_direct(api_key="", key_env=""))
    assert "authorization" not in server.received[0].headers


def test_other_headers_may_be_given_and_replace_ours(server: OpenAIServer, connect_direct: Connect) -> None:
    ask(connect_direct(headers={"X-Gateway": "secret-1", "User-Agent": "curl"}))
    sent = server.received[0].headers
    assert (sent["x-gateway"], sent["user-agent"]) == ("secret-1", "curl")


ONE_CALL = """
import asyncio, sys, time
from tests.backends.conftest import ask
from grimoire.backends.direct_chat import DirectChat
started = time.perf_counter()
answer = ask(DirectChat("test/m", base_url=sys.argv[1], api_key="", model="m"))
assert answer.seconds < (time.perf_counter() - started) / 2
print([name for name in ("openai", "httpx2") if name in sys.modules], "aiohttp" in sys.modules)
"""


def test_a_call_imports_no_sdk_and_what_it_imports_is_not_the_answers_time(server: OpenAIServer) -> None:
    command = [sys.executable, "-c", ONE_CALL, server.base_url]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout.split() == ["[]", "True"]


@pytest.mark.parametrize(
    ("variables", "headers"),
    [
        ({}, {}),
        (
            {"OPENAI_ORG_ID": "org-1", "OPENAI_PROJECT_ID": "proj-1"},
            {"OpenAI-Organization": "org-1", "OpenAI-Project": "proj-1"},
        ),
        ({"OPENAI_CUSTOM_HEADERS": "X-A: 1:2\nnonsense\n X-B :3"}, {"X-A": "1:2", "X-B": "3"}),
    ],
)
def test_the_headers_of_the_sdks_own_variables(variables: dict[str, str], headers: dict[str, str]) -> None:
    assert openai_headers(lambda name: variables.get(name, "")) == headers


def test_those_headers_are_what_the_sdk_sends(
    server: OpenAIServer, connect_sdk: Connect, connect_direct: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {"OPENAI_ORG_ID": "o", "OPENAI_PROJECT_ID": "p", "OPENAI_CUSTOM_HEADERS": "X-A: 1\nX-B: 2"}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    ask(connect_sdk(sdk_environment=True))
    ask(connect_direct(headers=openai_headers(lambda name: variables.get(name, ""))))
    names = ("openai-organization", "openai-project", "x-a", "x-b")
    sdk, ours = ([request.headers.get(name) for name in names] for request in server.received)
    assert sdk == ours == ["o", "p", "1", "2"]


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/v1", "/v1/chat/completions"),
        ("/v1/", "/v1/chat/completions"),
        ("", "/chat/completions"),
        ("/a?api-version=2", "/a/chat/completions?api-version=2"),
    ],
)
def test_where_a_base_url_leads(server: OpenAIServer, connect_direct: Connect, path: str, asked: str) -> None:
    ask(connect_direct(base_url=server.base_url.removesuffix("/v1") + path))
    assert server.received[0].path == asked


def test_a_header_that_cannot_be_sent_is_refused(server: OpenAIServer, connect_direct: Connect) -> None:
    with pytest.raises(RequestRejected, match="cannot be sent"):
        ask(connect_direct(headers={"X-A": "1\r\nX-B: 2"}))
    assert server.count == 0


def test_a_host_that_no_resolver_takes_is_refused() -> None:
    with pytest.raises(ServiceError):
        ask(direct("http://a..b/v1"))


def test_a_large_request_is_sent_whole(server: OpenAIServer, connect_direct: Connect) -> None:
    ask(connect_direct(), Request(messages=(Message("user", "柳" * 1_000_000),)))
    assert server.bodies[0]["messages"][0]["content"] == "柳" * 1_000_000


def test_no_cookie_is_kept(server: OpenAIServer, connect_direct: Connect) -> None:
    server.reply = Reply(text="Hi", headers={"Set-Cookie": "a=b; Path=/"})
    # A jar would keep none of an address without a name.
    ask_often(connect_direct(base_url=server.base_url.replace("127.0.0.1", "localhost")), 2)
    assert [request.headers.get("cookie") for request in server.received] == [None, None]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("answer", "connections"),
    [
        pytest.param((head(), BODY), 1, id="a whole body"),
        pytest.param((chunked(EVENT, DONE), b"0\r\n\r\n"), 1, id="a stream"),
        pytest.param((chunked(EVENT, DONE, b": bye\n\n"),), 3, id="a stream that does not end"),
    ],
)
def test_connections_are_kept_where_the_answer_has_come_to_its_end(
    answer: tuple[bytes, ...], connections: int, stream: bool
) -> None:
    if answer[0] == head() or stream:
        with RawServer(saying(*answer)) as server:
            assert [reply.text for reply in ask_often(direct(server.base_url, stream=stream), 3)] == ["Hi"] * 3
        assert server.connections == connections


def test_the_end_of_a_stream_may_come_a_moment_late() -> None:
    def serve(line: Line) -> None:
        while line.request():
            line.send(chunked(EVENT, DONE))
            line.wait(0.02)
            line.send(b"0\r\n\r\n")

    with RawServer(serve) as server:
        ask_often(direct(server.base_url, stream=True), 3)
    assert server.connections == 1


def test_no_more_are_asked_at_once_than_may_be_and_waiting_is_no_time_out(
    server: OpenAIServer, connect_direct: Connect
) -> None:
    backend = connect_direct(concurrency=3, timeout=Timeouts(connect=0.15, first=0.15, total=0.15))
    server.reply = Reply(text="Hi", delay=0.05)

    async def whole() -> list[Answer]:
        try:
            return await asyncio.gather(*(backend.ask(QUESTION) for _ in range(12)))
        finally:
            await backend.aclose()

    answers = asyncio.run(whole())
    assert [answer.text for answer in answers] == ["Hi"] * 12
    assert server.peak == 3
    assert max(answer.seconds for answer in answers) < 0.15


def test_another_event_loop_may_follow_a_close(server: OpenAIServer, connect_direct: Connect) -> None:
    backend = connect_direct(concurrency=1)
    server.reply = Reply(text="Hi", delay=0.02)

    async def whole() -> list[Answer]:
        try:
            return await asyncio.gather(*(backend.ask(QUESTION) for _ in range(2)))
        finally:
            await backend.aclose()

    assert [answer.text for _ in range(2) for answer in asyncio.run(whole())] == ["Hi"] * 4


def keep_silent(line: Line) -> None:
    line.wait()


def stop_halfway(line: Line) -> None:
    line.request()
    line.send(head(), BODY[:10])
    line.wait()


def send_drop_by_drop(line: Line) -> None:
    line.request()
    line.send(chunked())
    while not line.wait(0.02):
        line.send(b"7\r\n: ping\n\r\n")


@pytest.mark.parametrize(
    ("serve", "timeouts", "said"),
    [
        pytest.param(stop_halfway, Timeouts(read=0.1), "nothing came for 0.1 seconds in the middle", id="halfway"),
        pytest.param(keep_silent, Timeouts(first=0.1), "no answer began within 0.1 seconds", id="before the head"),
        pytest.param(send_drop_by_drop, Timeouts(read=0.1, total=0.3), "no whole answer in 0.3 seconds", id="drops"),
    ],
)
def test_a_time_out_says_which_it_was(serve: Callable[[Line], None], timeouts: Timeouts, said: str) -> None:
    with RawServer(serve) as server, pytest.raises(ServiceTimeout, match=said):
        ask(direct(server.base_url, stream=True, timeout=timeouts))


def test_connecting_includes_tls() -> None:
    with RawServer(keep_silent) as server, pytest.raises(ServiceTimeout, match=r"no connection within 0\.1 seconds"):
        ask(direct(f"https://127.0.0.1:{server.port}/v1", timeout=Timeouts(connect=0.1)))


def test_a_certificate_nobody_knows_is_not_worth_another_attempt() -> None:
    with RawServer(saying(head(), BODY), tls=True) as server, pytest.raises(ServiceUnreachable) as caught:
        ask(direct(server.base_url))
    assert not caught.value.retryable
    assert "SSL_CERT_FILE" in caught.value.hint


def test_a_certificate_that_is_named_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with RawServer(saying(head(), BODY), tls=True) as server:
        assert ask(direct(server.base_url)).text == "Hi"


def hang_up_with_a_reset(line: Line) -> None:
    line.request()
    line.reset()


def send_nonsense_later(line: Line) -> None:
    line.request()
    line.send(chunked(EVENT))
    line.wait(0.02)
    line.send(b"nonsense\r\n")
    line.wait()


@pytest.mark.parametrize(
    ("serve", "kind"),
    [
        pytest.param(hang_up_with_a_reset, ServiceUnreachable, id="a reset"),
        pytest.param(saying(head()[:40]), ServiceTimeout, id="half a head"),
        pytest.param(saying(b"SSH-2.0-OpenSSH_9.9\r\n\r\n"), ServiceFault, id="no HTTP"),
        pytest.param(saying(head(9, "X-A: " + "x" * 20_000), BODY), ServiceFault, id="a huge header"),
        pytest.param(saying(head(9, *(f"X-{n}: 1" for n in range(500))), BODY), ServiceFault, id="many headers"),
        pytest.param(saying(head(9, "Content-Length: 10"), BODY), ServiceFault, id="two lengths"),
        pytest.param(saying(chunked(EVENT), b"nonsense\r\n"), ServiceFault, id="a length that is none"),
        pytest.param(send_nonsense_later, ServiceFault, id="a length that is none, later"),
    ],
)
def test_what_is_not_http(serve: Callable[[Line], None], kind: type[ServiceError]) -> None:
    with RawServer(serve) as server, pytest.raises(ServiceError) as caught:
        ask(direct(server.base_url, stream=True, timeout=Timeouts(first=0.2, total=5)))
    assert type(caught.value) is kind
    assert KEY not in "".join(traceback.format_exception(caught.value)) + caught.value.hint
    assert "\n" not in caught.value.message


def test_an_error_that_goes_on_and_on_is_read_no_further_than_it_takes() -> None:
    sent: list[int] = []

    def complain(line: Line) -> None:
        line.request()
        line.send(b"HTTP/1.1 500 Oops\r\nContent-Type: text/plain\r\n\r\nIt is all too much. ")
        while not line.wait(0.001):
            line.send(b"Too much. " * 1000)
            sent.append(10_000)

    with RawServer(complain) as server, pytest.raises(ServiceFault, match="HTTP 500: It is all too much") as caught:
        ask(direct(server.base_url))
    assert len(caught.value.message) < 400
    assert sum(sent) < 5_000_000


@pytest.mark.parametrize("rest", [b"half a", b"\xff\xfe"], ids=["cut off", "no text"])
def test_an_error_whose_body_breaks_off_is_still_that_error(rest: bytes) -> None:
    def serve(line: Line) -> None:
        line.request()
        line.send(
            b"HTTP/1.1 429 Slow\r\nRetry-After: 3\r\nX-RateLimit-Remaining-Requests: 0\r\nContent-Length: 99\r\n\r\n"
        )
        line.send(rest)

    with RawServer(serve) as server, pytest.raises(RateLimited) as caught:
        ask(direct(server.base_url))
    assert (caught.value.status, caught.value.retry_after) == (429, 3.0)
    assert caught.value.allowance is not None
    assert caught.value.allowance.requests_left == 0


def test_a_bomb_beside_an_error_takes_nothing_of_it_back(server: OpenAIServer, connect_direct: Connect) -> None:
    server.reply = Reply(status=503, raw=b"not gzip", headers={"Content-Encoding": "gzip", "Retry-After": "3"})
    with pytest.raises(ServiceFault) as caught:
        ask(connect_direct())
    assert (caught.value.status, caught.value.retry_after) == (503, 3.0)
