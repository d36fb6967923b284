"""A chat service on loopback that answers faster than anything can ask, commits faults on demand, and counts.

    python -m benchmarks.stub_server --latency 0.2                     # prints its base URL, serves until stopped
    python -m benchmarks.stub_server --rate-limited 0.1 --failing 0.05 --reset 0.02 --truncated 0.02 --seed 5
    python -m benchmarks.stub_server --ceiling                         # calls a second it can carry, raw sockets asking

HTTP/1.1 with keep-alive, parsed by hand; an answer's bytes are made once for each topic, language and way of sending.
Every request waits `latency` seconds, faults too, so that requests × latency / concurrency is the least they can take.
`GET /stats` tells as JSON what `Counts` holds. A question is known by its body: where each body is sent once, `early`
and `again` are exact; samples of one question share a body, so there they say nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import random
import re
import resource
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.stub_answers import answers, response

ROOT = Path(__file__).parents[1]
TOPIC = re.compile(r"^Topic: (.+)$", re.MULTILINE)
GRACE = 0.02
"""Seconds in which a request that was on its way when a 429 was sent may still arrive."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """Seconds before each answer, and the shares of requests that are refused or spoilt instead."""

    latency: float = 0.0
    rate_limited: float = 0.0
    retry_after: float = 1.0
    failing: float = 0.0
    reset: float = 0.0
    truncated: float = 0.0
    seed: int = 5

    @property
    def arguments(self) -> list[str]:
        """As the command line takes them."""
        return [part for name, value in asdict(self).items() for part in (f"--{name.replace('_', '-')}", str(value))]


@dataclass(kw_only=True)
class Counts:
    """What happened so far. `first` and `last` are times of arrival on the system's monotonic clock, in seconds.

    `good` answers went out whole on an open connection, `unheard` ones found it closed. `early` requests repeated a
    question before its Retry-After was over, `again` ones a question that had been answered well; `paused` ones came
    while any Retry-After was running, those apart that may have been on their way.
    """

    requests: int = 0
    good: int = 0
    unheard: int = 0
    rate_limited: int = 0
    failing: int = 0
    reset: int = 0
    truncated: int = 0
    early: int = 0
    again: int = 0
    paused: int = 0
    questions: int = 0
    connections: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    first: float = 0.0
    last: float = 0.0
    cpu_seconds: float = 0.0


@dataclass(slots=True)
class Question:
    """One body, and what became of it."""

    answers: tuple[bytes, ...]
    asked: int = 0
    good: int = 0
    not_before: float = 0.0


@dataclass
class Service:
    """What all connections share."""

    options: Options
    counts: Counts = field(default_factory=Counts)
    questions: dict[bytes, Question] = field(default_factory=dict)
    prepared: dict[tuple[str, bool, bool], tuple[bytes, ...]] = field(default_factory=dict)
    paused_until: float = 0.0
    paused_from: float = 0.0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.options.seed)
        self._faults = self.options.rate_limited + self.options.failing + self.options.reset + self.options.truncated

    def arrive(self, body: bytes) -> tuple[Question, str]:
        """The question that a body asks, and the fault to commit on it; none is empty."""
        counts, now = self.counts, time.monotonic()
        digest = hashlib.blake2b(body, digest_size=16).digest()
        question = self.questions.get(digest)
        if question is None:
            question = self.questions[digest] = Question(self._answers(body))
            counts.questions += 1
        counts.requests += 1
        counts.first = counts.first or now
        counts.last = now
        counts.early += now < question.not_before
        counts.again += question.good > 0
        counts.paused += self.paused_from + GRACE < now < self.paused_until
        counts.in_flight += 1
        counts.most_in_flight = max(counts.most_in_flight, counts.in_flight)
        question.asked += 1
        return question, self._fault() if self._faults else ""

    def refuse(self, question: Question) -> None:
        """Note that a question, and with it the whole service, is not to be asked for a while."""
        now = time.monotonic()
        question.not_before = now + self.options.retry_after
        if now > self.paused_until:
            self.paused_from = now
        self.paused_until = max(self.paused_until, question.not_before)

    def stats(self) -> bytes:
        """The counts as JSON."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        self.counts.cpu_seconds = used.ru_utime + used.ru_stime
        return json.dumps(asdict(self.counts)).encode()

    def _fault(self) -> str:
        drawn, options = self._chance.random(), self.options
        for name in ("rate_limited", "failing", "reset", "truncated"):
            drawn -= getattr(options, name)
            if drawn < 0:
                return name
        return ""

    def _answers(self, body: bytes) -> tuple[bytes, ...]:
        data = json.loads(body)
        asked = data["messages"][-1]["content"]
        found = TOPIC.search(asked)
        topic, chinese, streamed = found[1].strip() if found else "it", "Chinese" in asked, bool(data.get("stream"))
        key = (topic, chinese, streamed)
        if key not in self.prepared:
            self.prepared[key] = answers(topic, chinese=chinese, streamed=streamed)
        return self.prepared[key]


class Connection(asyncio.Protocol):
    """One client's connection. Requests on it are answered in turn; a body without Content-Length is not understood."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # a stream's
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._service.counts.connections += 1

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            place = head.find(b"\r\ncontent-length:")
            length = int(head[place + 17 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            body, self._buffer = self._buffer[end + 4 : end + 4 + length], self._buffer[end + 4 + length :]
            if head.startswith(b"post"):
                self._ask(body)
            else:
                self._transport.write(response("200 OK", self._service.stats()))

    def _ask(self, body: bytes) -> None:
        question, fault = self._service.arrive(body)
        if latency := self._service.options.latency:
            asyncio.get_running_loop().call_later(latency, self._reply, question, fault)
        else:
            self._reply(question, fault)

    def _reply(self, question: Question, fault: str) -> None:
        counts = self._service.counts
        counts.in_flight -= 1
        if fault:
            setattr(counts, fault, getattr(counts, fault) + 1)
            self._spoil(question, fault)
        elif self._transport.is_closing():
            counts.unheard += 1
        else:
            counts.good += 1
            question.good += 1
            self._transport.write(question.answers[question.asked % len(question.answers)])

    def _spoil(self, question: Question, fault: str) -> None:
        if fault == "reset":
            linger = struct.pack("ii", 1, 0)
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self._transport.abort()
        elif fault == "truncated":
            whole = question.answers[0].partition(b"\r\n\r\n")[2]
            self._transport.write(response("200 OK", whole[: len(whole) // 2]))
        elif fault == "failing":
            said = b'{"error": {"message": "The server had an error.", "type": "server_error", "code": null}}'
            self._transport.write(response("500 Internal Server Error", said))
        else:
            self._service.refuse(question)
            said = b'{"error": {"message": "Rate limit reached.", "type": "requests", "code": "rate_limit_exceeded"}}'
            after = f"Retry-After: {self._service.options.retry_after:g}\r\n"
            self._transport.write(response("429 Too Many Requests", said, after))


async def _serve(port: int, options: Options) -> None:
    service = Service(options)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(service), "127.0.0.1", port, backlog=2048)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await server.serve_forever()


@contextmanager
def serving(options: Options) -> Iterator[str]:
    """The base URL of a server in a process of its own, which ends with the block."""
    command = [sys.executable, "-m", "benchmarks.stub_server", *options.arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout  # it is a pipe
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def stats(base_url: str) -> Counts:
    """What a server has counted."""
    with closing(_connected(base_url)) as client:
        client.sendall(b"GET /stats HTTP/1.1\r\nHost: bench\r\n\r\n")
        return Counts(**json.loads(_received(client)))


def ceiling(calls: int = 20_000, connections: int = 64) -> float:
    """Calls a second that the server carries, asked over raw sockets; the asking is part of the time."""
    asked = "You are a patient writer.\n" * 60 + "Topic: the willow by the gate\nWrite it in English."
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": asked}]}).encode()
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: bench\r\nContent-Length: %d\r\n\r\n"
    request = head % len(body) + body
    with serving(Options()) as base_url:
        clients = [_connected(base_url) for _ in range(connections)]
        started = time.perf_counter()
        for _ in range(calls // connections):
            for client in clients:
                client.sendall(request)
            for client in clients:
                _received(client)
        took = time.perf_counter() - started
        for client in clients:
            client.close()
    return calls // connections * connections / took


def _connected(base_url: str) -> socket.socket:
    host, _, port = base_url.removeprefix("http://").partition("/")[0].partition(":")
    return socket.create_connection((host, int(port)))


def _received(client: socket.socket) -> bytes:
    """One answer's body; it has a Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += client.recv(65_536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.rpartition(b"Content-Length: ")[2].split(b"\r\n", 1)[0])
    while len(body) < length:
        body += client.recv(65_536)
    return body


def main() -> None:
    """Serve, or measure how fast that goes."""
    parser = argparse.ArgumentParser(description="A chat service on loopback that is never the bottleneck.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ceiling", action="store_true")
    for name, value in asdict(Options()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    arguments = vars(parser.parse_args())
    port, measuring = arguments.pop("port"), arguments.pop("ceiling")
    if measuring:
        print(f"{ceiling():,.0f} calls a second")
        return
    asyncio.run(_serve(port, Options(**arguments)))


if __name__ == "__main__":
    main()
