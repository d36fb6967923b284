"""What both adapters of the OpenAI protocol do, over the real SDK and directly, against a real server on loopback."""

from __future__ import annotations

import asyncio
import threading
import traceback

import pytest

from grimoire.backends.http_limits import Timeouts
from grimoire.chat import Allowance, Answer, Message, Request, Usage
from grimoire.errors import (
    AuthenticationFailed,
    QuotaExceeded,
    RateLimited,
    RequestRejected,
    ServiceError,
    ServiceFault,
    ServiceTimeout,
    ServiceUnreachable,
    UsageError,
)
from tests.backends.conftest import ADAPTER_OF, KEY, QUESTION, Connect, ask
from tests.servers.openai_server import Body, OpenAIServer, Reply


def delta(**fields: object) -> Body:
    return {"choices": [{"index": 0, "delta": fields}]}


def test_a_whole_answer(server: OpenAIServer, connect: Connect) -> None:
    server.reply = Reply(text="Willows like water.", reasoning="Trees…", finish_reason="length", model="m-2026")
    answer = ask(connect())
    assert answer.text == "Willows like water."
    assert (answer.finish_reason, answer.model, answer.reasoning) == ("length", "m-2026", "Trees…")
    assert answer.usage == Usage(11, 7)
    assert answer.first_seconds is None
    assert answer.seconds > 0


def test_a_streamed_answer(server: OpenAIServer, connect: Connect) -> None:
    server.reply = Reply(text="Willows like water. 柳树🌿", reasoning="Trees…", model="m-2026")
    pieces: list[str] = []
    answer = ask(connect(), QUESTION, pieces.append)
    assert answer.text == "".join(pieces) == "Willows like water. 柳树🌿"
    assert len(pieces) > 1
    assert (answer.finish_reason, answer.model, answer.reasoning) == ("stop", "m-2026", "Trees…")
    assert answer.usage == Usage(11, 7)
    assert answer.first_seconds is not None


def test_what_is_sent(server: OpenAIServer, connect: Connect) -> None:
    request = Request(
        messages=(Message("system", "Be brief."), Message("user", "柳树")),
        parameters={"temperature": 0.9, "max_tokens": None},
        answer_in="zh",
        example="secret sample",
    )
    ask(
        connect(parameters={"temperature": 0.1, "max_tokens": 50, "seed": 7}, extra_body={"thinking": {"type": "x"}}),
        request,
    )
    assert server.bodies == [
        {
            "model": "m",
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "柳树"}],
            "temperature": 0.9,
            "seed": 7,
            "thinking": {"type": "x"},
        }
    ]
    assert server.keys == [KEY]
    assert server.received[0].path == "/v1/chat/completions"


@pytest.mark.parametrize(
    "settings", [{"parameters": {"stream_options": None}}, {"extra_body": {"stream_options": None}}]
)
def test_streaming_asks_for_usage_unless_told_not_to(
    server: OpenAIServer, connect: Connect, settings: dict[str, object]
) -> None:
    assert ask(connect(stream=True)).usage == Usage(11, 7)
    assert ask(connect(stream=True, **settings)).usage == Usage()
    assert server.bodies[0]["stream_options"] == {"include_usage": True}
    assert "stream_options" not in server.bodies[1]
    assert server.bodies[1]["stream"] is True


def test_parameters_cannot_change_what_is_asked_of_whom(server: OpenAIServer, connect: Connect) -> None:
    ask(connect(parameters={"model": "other", "messages": [], "stream": True}))
    assert server.bodies[0]["model"] == "m"
    assert server.bodies[0]["messages"]
    assert "stream" not in server.bodies[0]


def test_recorded_parameters_hold_everything_configured(connect: Connect) -> None:
    assert connect(parameters={"a": 1}, extra_body={"b": 2}).parameters == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("reply", "text", "finish"),
    [
        pytest.param(
            Reply(chunks=(delta(content="Hi"), {"choices": [{"delta": {}, "finish_reason": "stop"}]}), done=False),
            "Hi", "stop", id="no last word, but a reason",
        ),
        pytest.param(Reply(chunks=({}, None, 3, [], delta(content="Hi"))), "Hi", "unknown", id="chunks of wrong types"),
        pytest.param(Reply(text="Hi", usage=None), "Hi", "stop", id="no usage"),
        pytest.param(Reply(chunks=(delta(content="\ud83d"), delta(content="\ude00"))), "😀", "unknown", id="halves"),
        pytest.param(
            Reply(raw=b': ping\n\ndata: {"choices":[{"delta":{"content":"Hi"}}]}\r\n\r\ndata: [DONE]\n\n',
                  content_type="text/event-stream"),
            "Hi", "unknown", id="comments and other line ends",
        ),
        pytest.param(Reply(text=""), "", "stop", id="an empty answer"),
    ],
)  # fmt: skip
def test_streams_that_are_not_quite_as_they_should_be(
    server: OpenAIServer, connect: Connect, reply: Reply, text: str, finish: str
) -> None:
    server.reply = reply
    pieces: list[str] = []
    answer = ask(connect(), QUESTION, pieces.append)
    assert (answer.text, answer.finish_reason) == (text, finish)
    assert "".join(pieces) == text


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        pytest.param(b'{"choices":[{"message":{"content":"Hi"}}]}', "text/plain", id="JSON called text"),
        pytest.param(
            b'\n\n\n{"choices":[{"message":{"content":"Hi"}}]}', "application/json", id="kept alive by line ends"
        ),
        pytest.param(
            b'{"choices":[{"message":{"content":"Hi"}}],"usage":7,"model":null}', "application/json", id="odd types"
        ),
    ],
)
def test_bodies_that_are_not_quite_as_they_should_be(
    server: OpenAIServer, connect: Connect, raw: bytes, kind: str
) -> None:
    server.reply = Reply(raw=raw, content_type=kind)
    assert ask(connect()).text == "Hi"


FAULTS = [
    pytest.param(
        Reply(status=401, error={"message": f"Incorrect API key provided: {KEY}"}), AuthenticationFailed, id="401"
    ),
    pytest.param(Reply(status=402, error={"message": "Insufficient Balance"}), QuotaExceeded, id="402"),
    pytest.param(Reply(status=404, error={"message": "no such model"}), RequestRejected, id="404"),
    pytest.param(
        Reply(status=429, error={"message": "x", "code": "insufficient_quota"}), QuotaExceeded, id="429, money"
    ),
    pytest.param(Reply(status=429, headers={"Retry-After": "3"}), RateLimited, id="429"),
    pytest.param(Reply(status=500), ServiceFault, id="500"),
    pytest.param(Reply(status=503, raw=b"<html>Down</html>", content_type="text/html"), ServiceFault, id="503 page"),
    pytest.param(Reply(raw=b"<html>Log in</html>", content_type="text/html"), ServiceFault, id="a page with 200"),
    pytest.param(Reply(raw=b"", content_type="application/json"), ServiceFault, id="nothing with 200"),
    pytest.param(Reply(raw=b'{"choices":[{"mess', content_type="application/json"), ServiceFault, id="half of JSON"),
    pytest.param(Reply(raw=b"\xff\xfe\x00", content_type="application/json"), ServiceFault, id="bytes"),
    pytest.param(Reply(raw=b"[" * 200_000, content_type="application/json"), ServiceFault, id="deep JSON"),
    pytest.param(Reply(raw=b'{"choices":[]}', content_type="application/json"), ServiceFault, id="no choice"),
    pytest.param(Reply(raw=b'{"choices":[{}]}', content_type="application/json"), ServiceFault, id="no message"),
    pytest.param(Reply(raw=b'"hi"', content_type="application/json"), ServiceFault, id="a bare string"),
    pytest.param(Reply(drop="before"), ServiceUnreachable, id="hung up at once"),
    pytest.param(Reply(text="Half an answer, then silence", drop="midway"), ServiceUnreachable, id="hung up midway"),
]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(("reply", "kind"), FAULTS)
def test_failures(server: OpenAIServer, connect: Connect, reply: Reply, kind: type[ServiceError], stream: bool) -> None:
    server.reply = reply
    with pytest.raises(ServiceError) as caught:
        ask(connect(stream=stream))
    error = caught.value
    assert type(error) is kind
    assert error.message.startswith("test/m: ")
    assert len(error.message) < 400
    assert KEY not in "".join(traceback.format_exception(error)) + error.hint
    assert server.count == 1


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        pytest.param(Reply(chunks=(delta(content="Hi"), {"error": {"code": 502}})), ServiceFault, id="502"),
        pytest.param(Reply(chunks=({"error": {"message": "x", "type": "rate_limit_error"}},)), RateLimited, id="rate"),
        pytest.param(Reply(raw=b"data: {nonsense\n\n", content_type="text/event-stream"), ServiceFault, id="no JSON"),
        pytest.param(Reply(raw=b"data: \xff\n\n", content_type="text/event-stream"), ServiceFault, id="no UTF-8"),
        pytest.param(Reply(chunks=()), ServiceFault, id="no chunk"),
        pytest.param(Reply(chunks=(delta(content="Hi"),), done=False), ServiceUnreachable, id="no end"),
    ],
)  # fmt: skip
def test_failures_in_a_stream(server: OpenAIServer, connect: Connect, reply: Reply, kind: type[ServiceError]) -> None:
    server.reply = reply
    with pytest.raises(kind):
        ask(connect(stream=True))


def test_an_error_that_calls_itself_a_success(server: OpenAIServer, connect: Connect) -> None:
    server.reply = Reply(raw=b'{"error":{"message":"Provider returned error","code":429}}')
    with pytest.raises(RateLimited, match="Provider returned error"):
        ask(connect())


def test_the_wait_a_service_asks_for_is_passed_on(server: OpenAIServer, connect: Connect) -> None:
    server.reply = Reply(status=429, headers={"Retry-After": "3"})
    with pytest.raises(RateLimited) as caught:
        ask(connect())
    assert (caught.value.retry_after, caught.value.status) == (3.0, 429)


LEFT = {"X-RateLimit-Remaining-Requests": "3", "X-RateLimit-Reset-Requests": "2s"}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_what_a_service_still_allows_comes_with_the_answer(
    server: OpenAIServer, connect: Connect, stream: bool
) -> None:
    server.reply = Reply(text="Hi", headers=LEFT)
    assert ask(connect(stream=stream)).allowance == Allowance(requests_left=3, requests_reset=2.0)
    server.reply = Reply(text="Hi")
    assert ask(connect(stream=stream)).allowance is None


def test_what_a_service_still_allows_comes_with_a_refusal(server: OpenAIServer, connect: Connect) -> None:
    server.reply = Reply(status=429, headers=LEFT)
    with pytest.raises(RateLimited) as caught:
        ask(connect())
    assert caught.value.allowance == Allowance(requests_left=3, requests_reset=2.0)


def test_a_request_is_made_once(server: OpenAIServer, connect: Connect) -> None:
    server.reply = Reply(status=503, headers={"Retry-After-Ms": "1"})
    with pytest.raises(ServiceFault):
        ask(connect())
    assert server.count == 1


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_an_answer_that_does_not_come_in_time(server: OpenAIServer, connect: Connect, stream: bool) -> None:
    server.reply = Reply(hold=threading.Event())
    with pytest.raises(ServiceTimeout, match=r"no whole answer in 0\.2 seconds"):
        ask(connect(stream=stream, timeout=Timeouts(total=0.2)))


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_silence_on_the_line(server: OpenAIServer, connect: Connect, stream: bool) -> None:
    server.reply = Reply(hold=threading.Event())
    with pytest.raises(ServiceTimeout, match=r"no answer began within 0\.2 seconds"):
        ask(connect(stream=stream, timeout=Timeouts(first=0.2)))


def test_a_time_out_of_the_listeners_own_is_not_the_services(connect: Connect) -> None:
    def fail(_: str) -> None:
        raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match="mine"):
        ask(connect(), QUESTION, fail)


def test_nobody_is_listening(connect: Connect) -> None:
    with OpenAIServer() as gone:
        address = gone.base_url
    with pytest.raises(ServiceUnreachable) as caught:
        ask(connect(base_url=address))
    assert address.split("/")[2] in caught.value.hint


@pytest.mark.parametrize(
    "url", ["", "api.example.com/v1", "ftp://x/v1", "http://", "http://[::1", "http://x:99999/v1", "http://x\n/v1"]
)
def test_a_base_url_that_is_none(transport: str, url: str) -> None:
    with pytest.raises(UsageError, match="the base URL"):
        ADAPTER_OF[transport]("test/m", base_url=url, api_key="k", model="m")


def test_a_model_must_be_named(transport: str) -> None:
    with pytest.raises(UsageError, match="no model"):
        ADAPTER_OF[transport]("vllm", base_url="http://localhost/v1", api_key="", model="")


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(Request(messages=(Message("user", "a\udc80b"),)), id="text that is no Unicode"),
        pytest.param(Request(messages=QUESTION.messages, parameters={"stop": object()}), id="a value JSON has not"),
    ],
)
def test_what_cannot_be_sent_is_refused(server: OpenAIServer, connect: Connect, request_: Request) -> None:
    with pytest.raises(RequestRejected, match="cannot be written down"):
        ask(connect(), request_)
    assert server.count == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [("HTTPS_PROXY", "nonsense://x"), ("ALL_PROXY", "socks5://user:secret@127.0.0.1:9"), ("SSL_CERT_FILE", "/none")],
)
def test_a_broken_environment_is_said_so(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ServiceUnreachable) as caught:
        ask(connect(base_url="https://127.0.0.1:9/v1"))
    assert "proxy" in caught.value.hint
    assert not caught.value.retryable
    assert "secret" not in caught.value.message


def test_many_at_once_share_one_client(server: OpenAIServer, connect: Connect) -> None:
    backend = connect()
    server.reply = Reply(text="Hi", delay=0.05)

    async def whole() -> list[Answer]:
        try:
            return await asyncio.gather(*(backend.ask(QUESTION, print) for _ in range(20)))
        finally:
            await backend.aclose()

    assert [answer.text for answer in asyncio.run(whole())] == ["Hi"] * 20
    assert server.peak > 1


def test_cancelling_is_not_an_error_of_the_service(server: OpenAIServer, connect: Connect) -> None:
    asked = threading.Event()

    def hold(_: Body) -> Reply:
        asked.set()
        return Reply(hold=threading.Event())

    server.reply = hold

    async def whole() -> None:
        backend = connect()
        task = asyncio.create_task(backend.ask(QUESTION, print))
        await asyncio.to_thread(asked.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await backend.aclose()

    asyncio.run(whole())
