"""A chat service on loopback that commits faults, byte for byte, and counts what it answered all the same.

    with FaultServer() as server:
        server.script = ["ok", "429", "truncated-json", "ok"]        # names of tests/servers/faults.py, one a request
        backend = DirectChat("test/m", base_url=server.base_url, api_key="k", model="m")
        ...
        assert server.answered == 2 and len(server.requests) == 4

`script` may be set at any time. After its end every request is answered well. It may also be a function from a request
to a name, or to a coroutine function of an Exchange; it runs in the server's one thread, so it needs no lock. `latency`
is seconds before each reply. `answered` counts whole, good answers sent, which a real service would have been paid for;
`answers` holds their requests: a client that is killed while one is on its way has had it all the same. `elsewhere` is
where redirects lead.

Where it is not the request that goes wrong but the way to it, `url` has the base URL: see `Way`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, Self

from tests.servers.raw_server import CERTIFICATE

Body = dict[str, Any]

Way = Literal["http", "https", "refused", "full", "no-tls", "tls-silent", "not-tls", "not-http"]
"""How to reach the server: as it is; over TLS, with a certificate nobody knows; at a port where nobody listens; where
the queue is full and nobody accepts; with TLS where HTTP is spoken; with TLS where nobody answers; without TLS where it
is spoken. The first, third and fourth can be mended with `mend`."""


PORTS = ("http", "https", "refused", "full", "silent")


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request: `number` from 0, `at` in seconds of time.monotonic, `connection` counted from 1."""

    number: int
    at: float
    connection: int
    path: str
    headers: dict[str, str]
    body: Body

    @property
    def streamed(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def key(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")


class Exchange:
    """One request, and the means to answer it or not."""

    def __init__(
        self, request: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, elsewhere: str = ""
    ) -> None:
        self.request = request
        self.elsewhere = elsewhere
        self.kept = True
        self.paid = False
        self._reader, self._writer = reader, writer

    async def send(self, *parts: bytes) -> None:
        self._writer.write(b"".join(parts))
        await self._writer.drain()

    async def head(self, status: int = 200, **headers: Any) -> None:
        """The status line and the headers; an underscore in a name is a hyphen."""
        lines = [
            f"HTTP/1.1 {status} Status",
            *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
        ]
        await self.send("".join(f"{line}\r\n" for line in (*lines, "")).encode())

    async def reply(self, body: bytes, *, status: int = 200, length: int | None = None, **headers: Any) -> None:
        """A body with its head; `length` is what is said of it, where that is not the truth."""
        named: dict[str, Any] = {"Content_Type": "application/json", **headers}
        await self.head(status, Content_Length=len(body) if length is None else length, **named)
        await self.send(body)

    async def events(self, events: Iterable[bytes], *, ended: bool = True, **headers: Any) -> None:
        """A stream in chunks; without its last chunk where it is not `ended`."""
        await self.head(200, **{"Content_Type": "text/event-stream", "Transfer_Encoding": "chunked", **headers})
        for event in events:
            await self.send(b"%x\r\n%s\r\n" % (len(event), event))
        if ended:
            await self.send(b"0\r\n\r\n")

    async def stall(self) -> None:
        """Silence, until the client has hung up."""
        while await self._reader.read(65_536):
            pass
        self.close()

    def close(self) -> None:
        """An orderly end of the connection, once this exchange is over."""
        self.kept = False

    async def reset(self) -> None:
        """A reset, once what was sent has had a moment to arrive."""
        await asyncio.sleep(0.02)
        self.kept = False
        connection = self._writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


Serve = Callable[[Exchange], Awaitable[None]]
Script = Sequence[str | Serve] | Callable[[Received], str | Serve]


@dataclass
class FaultServer:
    """Listens from the `with` on. `failures` holds what went wrong in a script, and is raised at the end."""

    script: Script = ()
    latency: float = 0.0
    elsewhere: str = ""
    requests: list[Received] = field(default_factory=list)
    answers: list[Received] = field(default_factory=list)
    connections: int = 0
    failures: list[Exception] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._sockets: dict[str, socket.socket] = {
            name: _bound() for name in ("http", "https", "refused", "full", "silent")
        }
        self._servers: list[asyncio.Server] = []
        self._writers: set[asyncio.StreamWriter] = set()
        self._filling: list[socket.socket] = []
        self._scripted = 0
        self._script_seen: Script | None = None

    @property
    def base_url(self) -> str:
        return self.url()

    @property
    def answered(self) -> int:
        if self._loop.is_running():
            self._wait_for(asyncio.sleep(0))  # a client may have its answer before the server has counted it
        return len(self.answers)

    def url(self, way: Way = "http") -> str:
        """The base URL of a way to the server."""
        scheme, name = {
            "no-tls": ("https", "http"),
            "tls-silent": ("https", "silent"),
            "not-tls": ("http", "https"),
            "not-http": ("http", "silent"),
        }.get(way, ("https" if way == "https" else "http", way))
        return f"{scheme}://127.0.0.1:{self._sockets[name].getsockname()[1]}/v1"

    def mend(self, way: Way) -> None:
        """From now on requests are served there too, where it is the way to the server that was wrong."""
        for client in self._filling if way == "full" else ():
            client.close()
        if way in {"refused", "full"}:
            self._wait_for(self._listen(way, self._serve))

    def __enter__(self) -> Self:
        self._thread.start()
        self._wait_for(self._start())
        self._fill(self._sockets["full"])
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._wait_for(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        for client in [*self._filling, *self._sockets.values()]:
            client.close()
        if error is None and self.failures:
            raise self.failures[0]

    def _wait_for(self, doing: Any) -> None:
        asyncio.run_coroutine_threadsafe(doing, self._loop).result(10)

    async def _start(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        await self._listen("http", self._serve)
        await self._listen("https", self._serve, tls=context)
        await self._listen("silent", self._say_nothing)

    async def _listen(self, name: str, serve: Any, tls: ssl.SSLContext | None = None) -> None:
        self._loop.set_exception_handler(lambda *_: None)  # a client that will not speak our TLS is what some want
        tasks: set[asyncio.Task[None]] = set()

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._writers.add(writer)  # at once: a task that is cancelled before it has begun closes nothing
            task = self._loop.create_task(serve(reader, writer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        server = await asyncio.start_server(connected, sock=self._sockets[name], ssl=tls, backlog=1024)
        self._servers.append(server)

    async def _stop(self) -> None:
        for server in self._servers:
            server.close()
        for _ in range(3):  # who was accepted a moment ago has a socket, and nobody to close it yet
            for _ in range(5):
                await asyncio.sleep(0)
            for writer in self._writers:
                writer.transport.abort()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

    def _fill(self, listener: socket.socket) -> None:
        """Fill the queue of a listener that never accepts; Linux drops who comes after that, and says nothing."""
        listener.listen(0)
        for _ in range(8):
            client = socket.socket()
            client.settimeout(0)
            client.connect_ex(listener.getsockname())
            self._filling.append(client)

    async def _say_nothing(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while await reader.read(65_536):
                pass
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        connection = self.connections
        try:
            kept = True
            while kept:
                exchange = await self._receive(reader, writer, connection)
                await self._exchange(exchange)
                kept = exchange.kept
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has hung up, which is what some of this is about
        except (ValueError, LookupError, AssertionError, TypeError) as failure:
            self.failures.append(failure)
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int) -> Exchange:
        start = await reader.readexactly(1)
        if not start.isalpha():  # a greeting of TLS
            writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            raise ConnectionAbortedError
        head = (start + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        request = Received(
            number=len(self.requests),
            at=time.monotonic(),
            connection=connection,
            path=first.split(" ")[1],
            headers=headers,
            body=json.loads(body),
        )
        self.requests.append(request)
        return Exchange(request, reader, writer, self.elsewhere or f"{self.base_url}/elsewhere")

    async def _exchange(self, exchange: Exchange) -> None:
        if self.latency:
            await asyncio.sleep(self.latency)
        serve = self._next(exchange.request)
        if not isinstance(serve, str):
            await serve(exchange)
        else:
            from tests.servers.faults import FAULTS

            await FAULTS[serve].serve(exchange)
            exchange.paid |= FAULTS[serve].answers(exchange.request.streamed)
        if exchange.paid:
            self.answers.append(exchange.request)

    def _next(self, request: Received) -> str | Serve:
        if callable(self.script):
            return self.script(request)
        if self.script is not self._script_seen:
            self._script_seen, self._scripted = self.script, 0
        self._scripted += 1
        return self.script[self._scripted - 1] if self._scripted <= len(self.script) else "ok"


def _bound() -> socket.socket:
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    return bound
