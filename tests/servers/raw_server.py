"""A server on loopback that says, byte for byte, what a test has it say, when it has it say it.

    def serve(line: Line) -> None:
        line.request()
        line.send(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\n")
        line.wait(0.5)
        line.send(b"{}")

    with RawServer(serve) as server:                     # RawServer(serve, tls=True) has a certificate nobody knows
        DirectChat("test/m", base_url=server.base_url, …)

`serve` runs in a thread for each connection, which is closed when it returns. `CERTIFICATE` is the file of the
certificate and its key, for tests that are to trust it.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

CERTIFICATE = Path(__file__).parents[1] / "data" / "loopback.pem"
"""For 127.0.0.1 and localhost, made for these tests with openssl; its key protects nothing."""


class Line:
    """One connection, from the server's end."""

    def __init__(self, connection: socket.socket, closing: threading.Event) -> None:
        self._connection = connection
        self._closing = closing
        self._received = b""

    def request(self) -> bytes:
        """The next request, head and body; empty when the client has hung up."""
        head = self._until(b"\r\n\r\n")
        lengths = re.findall(rb"(?im)^content-length: *(\d+)", head)
        length = int(lengths[0]) if lengths else 0
        while len(self._received) < length:
            if not self._more():
                return b""
        body, self._received = self._received[:length], self._received[length:]
        return head + body

    def send(self, *parts: bytes) -> None:
        self._connection.sendall(b"".join(parts))

    def wait(self, seconds: float = 60.0) -> bool:
        """Keep the line open and silent; whether the server is closing."""
        return self._closing.wait(seconds)

    def reset(self) -> None:
        """Hang up with a reset instead of an orderly end."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()

    def _until(self, end: bytes) -> bytes:
        while end not in self._received:
            if not self._more():
                return b""
        head, _, self._received = self._received.partition(end)
        return head + end

    def _more(self) -> bool:
        received = self._connection.recv(65_536)
        self._received += received
        return bool(received)


class RawServer:
    """Listens from the `with` on; `connections` is how many there were, `failures` what went wrong in `serve`."""

    def __init__(self, serve: Callable[[Line], None], *, tls: bool = False) -> None:
        self.connections = 0
        self.failures: list[Exception] = []
        self._serve = serve
        self._tls = tls
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._threads: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self._accept, daemon=True)

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def base_url(self) -> str:
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Self:
        self._listener.settimeout(0.02)
        self._acceptor.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._closing.set()
        self._acceptor.join()
        self._listener.close()
        for thread in self._threads:
            thread.join(5)
        if error is None and self.failures:
            raise self.failures[0]

    def _accept(self) -> None:
        while not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                connection = self._listener.accept()[0]
                connection.settimeout(10)
                self.connections += 1
                thread = threading.Thread(target=self._run, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _run(self, connection: socket.socket) -> None:
        """A client that hangs up, or will not speak TLS, is what some tests are about; anything else is their fault."""
        with connection, contextlib.suppress(OSError):
            if self._tls:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(CERTIFICATE)
                connection = context.wrap_socket(connection, server_side=True)
            try:
                self._serve(Line(connection, self._closing))
            except (ValueError, AssertionError, LookupError) as failure:
                self.failures.append(failure)
            finally:
                connection.close()
