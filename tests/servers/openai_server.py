"""A chat service on loopback that speaks the OpenAI protocol for real: sockets, keep-alive, JSON and SSE.

In a test:

    with OpenAIServer() as server:                       # OpenAIServer(reply=Reply(text="…")) or reply=<function>
        backend = OpenAIChat("test/m", base_url=server.base_url, api_key="k", model="m")
        server.reply = lambda body: Reply(status=429, headers={"Retry-After": "3"})
        ...
        assert server.count == 2 and server.bodies[0]["model"] == "m" and server.keys == ["k", "k"]

`reply` may be set at any time, to a Reply or to a function from a request's decoded body to a Reply; the function runs
in the server's threads. Everything recorded is in the order of arrival. As a program it serves until it is stopped:

    python -m tests.servers.openai_server --port 0 --latency 0.05      # prints its base URL first
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self

Body = dict[str, Any]

ENGLISH = "Here is a short answer. It says little, but it says it in English, in two plain sentences."
CHINESE = "这是一个简短的回答。它说得不多，但用的是中文，而且只有两句话。"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What to send back.

    `usage` None leaves it out. `chunks` scripts a stream's chunks whole (each sent as JSON) instead of `text`; `raw` is
    a body sent as it is, streamed or not. `error` becomes an error object. `delay` is seconds before the first byte;
    `hold` is waited for instead, if given, and `rest` at the end of a stream, before it is closed. `drop` breaks the
    connection: before anything is sent, or midway.
    """

    text: str = ""
    reasoning: str = ""
    finish_reason: str | None = "stop"
    usage: Body | None = field(
        default_factory=lambda: {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    )
    model: str = "served-model"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = ""
    raw: bytes | None = None
    chunks: tuple[object, ...] | None = None
    done: bool = True
    error: object = None
    delay: float = 0.0
    hold: threading.Event | None = None
    rest: threading.Event | None = None
    drop: Literal["", "before", "midway"] = ""


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request as it came in. `key` is what stood behind Bearer in its Authorization header."""

    method: str
    path: str
    headers: dict[str, str]
    body: Body

    @property
    def key(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")


def answer_plainly(body: Body) -> Reply:
    """The default: two sentences in Chinese where the last message is in Chinese or asks for it, else in English."""
    last = str((body.get("messages") or [{}])[-1].get("content", ""))
    chinese = "chinese" in last.lower() or any("一" <= char <= "鿿" for char in last)
    return Reply(text=CHINESE if chinese else ENGLISH)


class OpenAIServer:
    """Listens from the `with` on. `latency` is seconds added to every reply; `peak` the most requests at one time."""

    def __init__(
        self, reply: Reply | Callable[[Body], Reply] = answer_plainly, *, latency: float = 0.0, port: int = 0
    ) -> None:
        self.reply = reply
        self.latency = latency
        self.received: list[Received] = []
        self.peak = 0
        self.closing = threading.Event()
        self._active = 0
        self._lock = threading.Lock()
        self._http = _Listener(("127.0.0.1", port), self)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @property
    def count(self) -> int:
        return len(self.received)

    @property
    def bodies(self) -> list[Body]:
        return [request.body for request in self.received]

    @property
    def keys(self) -> list[str]:
        return [request.key for request in self.received]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def enter(self, request: Received) -> Reply:
        """Record a request and say what to reply."""
        with self._lock:
            self.received.append(request)
            self._active += 1
            self.peak = max(self.peak, self._active)
        return self.reply(request.body) if callable(self.reply) else self.reply

    def leave(self) -> None:
        with self._lock:
            self._active -= 1

    def wait(self, reply: Reply) -> None:
        """Until the reply is due, or the server closes."""
        if reply.hold is None:
            self.closing.wait(reply.delay + self.latency)
        else:
            self.wait_for(reply.hold)

    def wait_for(self, event: threading.Event) -> None:
        """Until it happens, or the server closes."""
        while not event.wait(0.02) and not self.closing.is_set():
            pass


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], owner: OpenAIServer) -> None:
        self.owner = owner
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some tests are about; anything else is a fault of this file."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # passed on as it came


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536
    server: _Listener

    def do_GET(self) -> None:
        models = {"object": "list", "data": [{"id": "served-model", "object": "model", "owned_by": "tests"}]}
        found = self.path.removesuffix("/").endswith("/models")
        self._send(200 if found else 404, _json(models if found else _error("not found")), "application/json", {})

    def do_POST(self) -> None:
        owner = self.server.owner
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = owner.enter(Received(method="POST", path=self.path, headers=headers, body=body))
        try:
            owner.wait(reply)
            self._reply(reply, body)
        finally:
            owner.leave()

    def _reply(self, reply: Reply, body: Body) -> None:
        if reply.drop == "before":
            self.close_connection = True
        elif reply.raw is not None:
            self._send(reply.status, reply.raw, reply.content_type or "application/json", reply.headers, reply.drop)
        elif reply.status != 200 or reply.error is not None:
            data = _json(_error("scripted failure") if reply.error is None else {"error": reply.error})
            self._send(reply.status, data, reply.content_type or "application/json", reply.headers, reply.drop)
        elif body.get("stream"):
            self._stream(reply, body)
        else:
            data = _json(_completion(reply))
            self._send(200, data, reply.content_type or "application/json", reply.headers, reply.drop)

    def _send(self, status: int, data: bytes, kind: str, headers: dict[str, str], drop: str = "") -> None:
        self._head(status, {"Content-Type": kind, "Content-Length": str(len(data)), **headers})
        self.wfile.write(data[: len(data) // 2] if drop else data)
        self.wfile.flush()
        self.close_connection |= bool(drop)

    def _stream(self, reply: Reply, body: Body) -> None:
        kind = reply.content_type or "text/event-stream"
        self._head(200, {"Content-Type": kind, "Transfer-Encoding": "chunked", **reply.headers})
        usage = bool((body.get("stream_options") or {}).get("include_usage"))
        events = list(_events(reply, usage=usage))
        for event in events[: len(events) // 2] if reply.drop else events:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
            self.wfile.flush()
        if reply.rest:
            self.server.owner.wait_for(reply.rest)
        self.wfile.write(b"" if reply.drop else b"0\r\n\r\n")
        self.wfile.flush()
        self.close_connection |= bool(reply.drop)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class calls it so
        """Nothing: a test's output is its own."""


def _completion(reply: Reply) -> Body:
    message = {"role": "assistant", "content": reply.text}
    if reply.reasoning:
        message["reasoning_content"] = reply.reasoning
    choice = {"index": 0, "message": message, "finish_reason": reply.finish_reason}
    body: Body = {"id": "c-1", "object": "chat.completion", "created": 1, "model": reply.model, "choices": [choice]}
    return body if reply.usage is None else {**body, "usage": reply.usage}


def _events(reply: Reply, *, usage: bool) -> Iterator[bytes]:
    for chunk in _chunks(reply, usage=usage) if reply.chunks is None else reply.chunks:
        yield b"data: " + _json(chunk) + b"\n\n"
    if reply.done:
        yield b"data: [DONE]\n\n"


def _chunks(reply: Reply, *, usage: bool) -> Iterator[Body]:
    def chunk(delta: Body, finish: str | None = None) -> Body:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": reply.model, "choices": [choice]}

    yield chunk({"role": "assistant", "content": ""})
    if reply.reasoning:
        yield chunk({"reasoning_content": reply.reasoning})
    for start in range(0, len(reply.text), 8):
        yield chunk({"content": reply.text[start : start + 8]})
    yield chunk({}, reply.finish_reason)
    if usage and reply.usage is not None:
        yield {
            "id": "c-1",
            "object": "chat.completion.chunk",
            "model": reply.model,
            "choices": [],
            "usage": reply.usage,
        }


def _error(message: str) -> Body:
    return {"error": {"message": message, "type": "test_error", "code": None}}


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="A chat service on loopback, for tests and benchmarks.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each reply")
    options = parser.parse_args()
    with OpenAIServer(latency=options.latency, port=options.port) as server:
        print(server.base_url, flush=True)  # noqa: T201  # the program's one line of output
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
