"""A web server on loopback that serves the pages a test gives it.

    with PageServer({"/": "<p>Hello</p>", "/old": Served(status=301, headers={"Location": "/"})}) as server:
        fetch(server.url("/old"), …)

`asked` are the paths that were asked for, `headers` those of the last request. With `host="127.0.0.2"` it is on another
address of this machine, which a test can call everybody's.
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Served:
    """What one path gives; `packed` sends it in gzip."""

    body: bytes = b""
    kind: str | None = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    packed: bool = False

    @classmethod
    def moved(cls, to: str, status: int = 302) -> Served:
        return cls(status=status, headers={"Location": to})


class PageServer:
    """Listens from the `with` on. Pages can be added while it does."""

    def __init__(self, pages: Mapping[str, str | Served] | None = None, *, host: str = "127.0.0.1") -> None:
        self.pages: dict[str, str | Served] = dict(pages or {})
        self.asked: list[str] = []
        self.headers: dict[str, str] = {}
        self._server = ThreadingHTTPServer((host, 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def url(self, path: str = "/", host: str = "") -> str:
        return f"http://{host or self._server.server_address[0]!s}:{self.port}{path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                server.headers = {name.lower(): value for name, value in self.headers.items()}
                served = server.pages.get(self.path, Served(b"nothing here", status=404))
                self._send(Served(served.encode()) if isinstance(served, str) else served)

            def _send(self, served: Served) -> None:
                body = gzip.compress(served.body) if served.packed else served.body
                self.send_response(served.status)
                if served.kind is not None:
                    self.send_header("Content-Type", served.kind)
                if served.packed:
                    self.send_header("Content-Encoding", "gzip")
                for name, value in served.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except ConnectionError:  # a client that has seen enough hangs up
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        return Handler
