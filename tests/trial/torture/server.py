"""A chat service on loopback that fails at random, and keeps books: who asked what, and what was paid for.

It speaks HTTP over raw connections, because it has to break them in the right places. Who asks is told by the key,
which is another one for every life of a process: PLAN-NUMBER. An answer is paid for when its last byte has been handed
to the system; of an answer that is cut off nothing is counted, and none is begun for a client that has gone.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, cast

from tests.trial.torture.scripts import Faults, Script

SLACK = 0.02
"""Seconds by which two clocks of one machine may differ."""

ENGLISH = "The willow stands by the river, and its branches touch the water when the wind blows; this is telling {}."
CHINESE = "河边的柳树垂下长长的枝条，风吹过山谷的时候，枝条轻轻拂过水面；这是第{}次讲述。"

Question = tuple[str, str]
"""The model asked, and the text sent."""


def _set() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass
class Books:
    """What is known of one life: requests, answers paid for, open connections, replies by name, early requests.

    `begun` is set by the first request, `spent` once so many answers are paid for as the `quota` says.
    """

    quota: int = sys.maxsize
    asked: int = 0
    paid: int = 0
    open: int = 0
    replies: Counter[str] = field(default_factory=Counter)
    early: list[str] = field(default_factory=list)
    not_before: dict[Question, float] = field(default_factory=dict)
    begun: threading.Event = field(default_factory=threading.Event)
    spent: threading.Event = field(default_factory=threading.Event)
    closed: asyncio.Event = field(default_factory=_set)

    def pay(self) -> None:
        """One more answer."""
        self.paid += 1
        if self.paid >= self.quota:
            self.spent.set()


class TortureServer:
    """Listens from the `with` on. `texts` has every answer that was sent whole, with the question it answers."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.lives: dict[str, Books] = {}
        self.texts: dict[str, Question] = {}
        self.port = 0
        self._told = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def life(self, key: str) -> Books:
        """The books of one life."""
        return self.lives.setdefault(key, Books())

    def of_plan(self, plan: str) -> list[Books]:
        """The books of all lives of a plan."""
        return [books for key, books in self.lives.items() if key.rpartition("-")[0] == plan]

    def settle(self, key: str) -> Books:
        """The books of a process that has ended, once all it sent has been taken in and its connections are closed."""
        asyncio.run_coroutine_threadsafe(self._settled(key), self._loop).result(timeout=10)
        return self.life(key)

    async def _settled(self, key: str) -> None:
        for _ in range(10):  # a connection that waits to be accepted takes three turns of the loop to be read
            await asyncio.sleep(0)
        await self.life(key).closed.wait()

    def next_text(self, question: Question) -> str:
        """An answer that no other request gets."""
        self._told += 1
        return (ENGLISH if question[1].isascii() else CHINESE).format(self._told)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        listener = self._loop.run_until_complete(
            self._loop.create_server(lambda: _Connection(self, self._loop), "127.0.0.1", 0, backlog=256)
        )
        self.port = listener.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        listener.close()
        for transport in list(_Connection.alive):
            transport.abort()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()


class _Connection(asyncio.Protocol):
    """One connection: a request, its reply, the next request."""

    alive: set[asyncio.Transport] = set()  # noqa: RUF012  # what is left when the server closes

    def __init__(self, server: TortureServer, loop: asyncio.AbstractEventLoop) -> None:
        self._server = server
        self._loop = loop
        self._buffer = b""
        self._books: Books | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # the base class promises less than a socket's has
        self.alive.add(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.alive.discard(self._transport)
        if self._timer:
            self._timer.cancel()
        if self._books:
            self._books.open -= 1
            if not self._books.open:
                self._books.closed.set()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return
        headers = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:])
        headers = {name.lower(): value for name, value in headers.items()}
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        self._request(headers["authorization"].removeprefix("Bearer "), json.loads(rest[:length]))

    def _request(self, key: str, body: dict[str, Any]) -> None:
        books = self._server.life(key)
        if self._books is None:
            self._books = books
            books.open += 1
            books.closed.clear()
        books.asked += 1
        books.begun.set()
        question = body["model"], body["messages"][-1]["content"]
        self._look_at_the_clock(books, question)
        name, write = self._server.faults.draw()
        text = self._server.next_text(question)
        stream = bool(body.get("stream"))
        books.replies[name] += 1
        self._later(self._server.faults.latency(), lambda: self._play(write(text, stream), 0, key, question, text))

    def _look_at_the_clock(self, books: Books, question: Question) -> None:
        """Whether a question is asked again before its time."""
        early = books.not_before.get(question, 0.0) - self._loop.time()
        if early > SLACK:
            books.early.append(f"{question}: {early:.3f} s early")

    def _play(self, script: Script, number: int, key: str, question: Question, text: str) -> None:
        """One step of a reply, and the next in its time; then what it ends with."""
        if self._transport.is_closing():
            return
        if number < len(script.steps):
            if pause := script.steps[number][0]:
                self._later(pause, lambda: self._send(script, number, key, question, text))
            else:
                self._send(script, number, key, question, text)
            return
        if script.end == "reset":
            opened: socket.socket = self._transport.get_extra_info("socket")
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()
        elif script.end == "close":
            self._transport.close()

    def _send(self, script: Script, number: int, key: str, question: Question, text: str) -> None:
        last = number + 1 == len(script.steps)
        if last and script.answers:  # in the books first: the client may be quicker than the next line
            self._server.texts[text] = question
            self._server.life(key).pay()
        if last and script.retry_after:
            self._server.life(key).not_before[question] = self._loop.time() + script.retry_after
        self._transport.write(script.steps[number][1])
        self._play(script, number + 1, key, question, text)

    def _later(self, seconds: float, call: Any) -> None:
        self._timer = self._loop.call_later(seconds, call)
