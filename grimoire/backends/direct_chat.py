"""Any chat service that speaks the OpenAI protocol, over plain HTTP: request, answer, server-sent events, nothing more.

It knows nothing of one service or another. What it does not serve (SOCKS proxies) the SDK's adapter does.
"""

from __future__ import annotations

import io
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from grimoire import __version__
from grimoire.backends import http_limits
from grimoire.backends.bounded_body import BoundedBody
from grimoire.backends.chat_request import build_body, check_key, check_model, gather, host_of, read_whole
from grimoire.backends.chat_stream import ChatStream
from grimoire.backends.direct_errors import from_aiohttp, from_response
from grimoire.backends.http_limits import Timeouts
from grimoire.backends.openai_errors import Origin, make
from grimoire.backends.openai_wire import Piece
from grimoire.backends.rate_headers import read_allowance
from grimoire.chat import Answer, Request
from grimoire.errors import RequestRejected, ServiceError, ServiceFault, ServiceUnreachable
from grimoire.proxies import proxy_for, scheme_of

if TYPE_CHECKING:
    import asyncio
    import ssl

    from aiohttp import ClientResponse, ClientSession

_LINGER = 0.1  # seconds that the end of a body may take after the end of the answer, so that its connection stays
_GLANCE = 0.5  # seconds after which to look whether there is still a line to wait on
_EXCERPT = 65_536  # bytes after which an error has said what it had to say
_LARGE = 2**20  # bytes from which aiohttp wants a file


class _Call(msgspec.Struct):
    """One request under way, and whether the head of its answer has come."""

    body: bytes
    streamed: bool
    began: bool = False


class DirectChat:
    """A `ports.ChatBackend` for one model of one service; it belongs to the event loop in which it is first asked.

    `name` is the full name, BACKEND/MODEL. `parameters` and `extra_body` both go into the request's body (a value of
    None takes a field out, `stream_options` too); a request's own parameters override them. `stream` streams even when
    nobody listens. `key_env` names the key's variable in messages. `headers` are sent besides our own, and replace
    them. No more than `concurrency` requests are under way at once, each on a connection that is kept for the next.

    A request is made once, no redirect is followed, no cookie kept. The proxies are those of the environment.
    Raises UsageError for a base URL or a model that cannot be.
    """

    rehearsal: bool = False

    def __init__(  # noqa: PLR0913  # all are settings of one endpoint, by name only
        self,
        name: str,
        *,
        base_url: str,
        api_key: str,
        model: str,
        parameters: dict[str, object] | None = None,
        extra_body: dict[str, object] | None = None,
        timeout: Timeouts | None = None,
        stream: bool = False,
        concurrency: int = 8,
        key_env: str = "",
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.name = name
        self.model = check_model(name, model)
        self.base_url = base_url
        self.parameters = {**(parameters or {}), **(extra_body or {})}
        self.timeout = timeout or Timeouts()
        self._origin = Origin(name=name, host=host_of(name, base_url), key_env=key_env, key=api_key.strip())
        self._stream = stream
        self._concurrency = concurrency
        self._headers = {**_headers(self._origin.key), **headers}
        self._url = _endpoint(base_url)
        self._session: ClientSession | None = None
        self._turns: asyncio.Semaphore | None = None

    def __repr__(self) -> str:
        return f"DirectChat({self.name!r}, host={self._origin.host!r})"

    async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
        check_key(self._origin)
        streamed = self._stream or on_text is not None
        call = _Call(self._write(request, streamed=streamed), streamed)
        self._connect()
        async with self._turn():
            return await gather(
                self._pieces(call), self._origin, total=self.timeout.total, streamed=streamed, on_text=on_text
            )

    async def aclose(self) -> None:
        session, self._session, self._turns = self._session, None, None
        if session is not None:
            await session.close()

    def _turn(self) -> asyncio.Semaphore:
        """Waiting for a connection is no part of any time-out: the service has not been asked yet."""
        if self._turns is None:
            import asyncio

            self._turns = asyncio.Semaphore(self._concurrency)
        return self._turns

    def _write(self, request: Request, *, streamed: bool) -> bytes:
        try:
            return msgspec.json.encode(build_body(self.model, self.parameters, request, streamed=streamed))
        except (TypeError, ValueError, OverflowError, RecursionError) as error:
            raise make(RequestRejected, self._origin, f"the request cannot be written down: {error}") from None

    async def _pieces(self, call: _Call) -> AsyncGenerator[Piece, None]:
        async with self._post(call) as response:
            packing, limit = response.headers.get("Content-Encoding", ""), _limit(response, streamed=call.streamed)
            body = BoundedBody(self.name, packing, limit)
            if not 200 <= response.status < 300:  # noqa: PLR2004  # the successes of HTTP
                raise await self._failure(response, body)
            if (allowance := read_allowance(response.headers)) is not None:
                yield Piece(allowance=allowance)
            if not call.streamed or response.content_type == "application/json":
                yield read_whole(await self._read(response, body), self._origin)
                return
            stream = ChatStream(self._origin)
            async for received in self._received(response):
                for data in body.take(received):
                    for piece in stream.feed(data):
                        yield piece
                if stream.done:
                    await _let_end(response)
                    return
            for piece in stream.end():
                yield piece

    @asynccontextmanager
    async def _post(self, call: _Call) -> AsyncIterator[ClientResponse]:
        """An answer whose head has come. Nothing but ServiceError leaves, without its cause: that may hold the key."""
        from aiohttp import ClientError

        data = io.BytesIO(call.body) if len(call.body) > _LARGE else call.body
        try:
            post = self._connect().post(self._url, data=data, headers=self._headers, allow_redirects=False)
            async with post as response:
                call.began = True
                self._await_more(response)
                yield response
        except ClientError as error:
            raise from_aiohttp(error, self._origin, self.timeout, began=call.began) from None
        except (ValueError, OSError) as error:
            if call.began:
                raise
            # A header that cannot be one, a host that no resolver takes, a key beside a user in the base URL.
            raise make(RequestRejected, self._origin, f"the request cannot be sent: {error}") from None

    def _await_more(self, response: ClientResponse) -> None:
        """From the head on, the time-out between bytes is in force."""
        if response.connection is not None and response.connection.protocol is not None:
            response.connection.protocol.read_timeout = self.timeout.read
            response.connection.protocol.start_timeout()

    async def _received(self, response: ClientResponse) -> AsyncIterator[bytes]:
        """The body, as it comes. Where that is no HTTP any more, aiohttp hangs up and leaves its reader waiting."""
        import asyncio

        from aiohttp import SocketTimeoutError

        while not response.content.at_eof():
            try:
                async with asyncio.timeout(_GLANCE):
                    received = await response.content.readany()
            except SocketTimeoutError:
                raise
            except TimeoutError:
                if _is_connected(response) or response.content.is_eof():  # it may have ended this very moment
                    continue
                raise make(ServiceFault, self._origin, "what the service sends is not HTTP") from None
            yield received

    async def _read(self, response: ClientResponse, body: BoundedBody) -> bytes:
        return b"".join([data async for received in self._received(response) for data in body.take(received)])

    async def _failure(self, response: ClientResponse, body: BoundedBody) -> ServiceError:
        """The status is known: a body that breaks off, or is a bomb, takes none of it back."""
        from aiohttp import ClientError

        content = b""
        with suppress(ServiceError, ClientError):
            async for received in self._received(response):
                for data in body.take(received):
                    content += data
                if len(content) > _EXCERPT:
                    break
        return from_response(response.status, response.headers, content, self._origin)

    def _connect(self) -> ClientSession:
        if self._session is None:
            self._session = self._open()
        return self._session

    def _open(self) -> ClientSession:
        with _no_certificates():
            from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

        try:
            proxy = _proxy_for(self.base_url)
            connector = TCPConnector(limit=self._concurrency, ssl=_trust(self.base_url, proxy))
        except (ValueError, OSError) as error:
            failure = make(ServiceUnreachable, self._origin, f"no HTTP client can be set up: {error}", retryable=False)
            failure.hint = "check the proxy and certificate variables (HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE)"
            raise failure from None
        # The headers are given with each request: those of a session go to proxies too, and the key is among ours.
        return ClientSession(
            connector=connector,
            proxy=proxy,
            cookie_jar=DummyCookieJar(),
            timeout=ClientTimeout(connect=self.timeout.connect, sock_read=self.timeout.first),
            auto_decompress=False,
        )


@contextmanager
def _no_certificates() -> Iterator[None]:
    """While aiohttp is imported for the first time: the contexts that it makes then trust nobody.

    It reads the system's certificates twice, a fifth of a short call, into contexts that are never used: who is trusted
    is decided by `_trust`. Should the one that verifies ever be used, it refuses every certificate.
    """
    import ssl

    ssl.SSLContext.set_default_verify_paths = lambda _: None  # type: ignore[method-assign, assignment]  # hides the base's own
    try:
        yield
    finally:
        del ssl.SSLContext.set_default_verify_paths


def openai_headers(variable: Callable[[str], str]) -> dict[str, str]:
    """The headers that OpenAI's SDK takes from its own variables; `variable` gives the value of one, or "".

    For OpenAI itself: no other service has any business with them.
    """
    named = {"OpenAI-Organization": variable("OPENAI_ORG_ID"), "OpenAI-Project": variable("OPENAI_PROJECT_ID")}
    lines = (line.partition(":") for line in variable("OPENAI_CUSTOM_HEADERS").split("\n"))
    custom = {name.strip(): value.strip() for name, colon, value in lines if colon}
    return {**{name: value for name, value in named.items() if value}, **custom}


def _headers(key: str) -> dict[str, str]:
    headers = {
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
        "User-Agent": f"Grimoire/{__version__}",
    }
    return {**headers, "Authorization": f"Bearer {key}"} if key else headers


def _endpoint(base_url: str) -> str:
    parts = urlsplit(base_url)
    return parts._replace(path=f"{parts.path.rstrip('/')}/chat/completions", fragment="").geturl()


def _limit(response: ClientResponse, *, streamed: bool) -> int:
    events = streamed and response.headers.get("Content-Type", "").startswith("text/event-stream")
    return http_limits.MAX_STREAM if events else http_limits.MAX_BODY


def _is_connected(response: ClientResponse) -> bool:
    protocol = None if response.connection is None else response.connection.protocol
    return protocol is not None and protocol.transport is not None


async def _let_end(response: ClientResponse) -> None:
    """Wait a moment for the body's end: a connection that has come to it can carry the next request."""
    import asyncio

    from aiohttp import ClientError

    with suppress(TimeoutError, ClientError):
        async with asyncio.timeout(_LINGER):
            while not response.content.at_eof() and not await response.content.readany():
                pass


def _proxy_for(base_url: str) -> str | None:
    """The proxy for a URL. Raises ValueError for one that cannot be used, and says nothing of its user or password."""
    parts = urlsplit(base_url)
    proxy = proxy_for(parts.scheme, parts.netloc.rpartition("@")[2])
    if not proxy:
        return None
    spoken = proxy.partition("://")[0]
    if spoken.lower() not in {"http", "https"}:
        raise ValueError(f"a proxy that speaks {spoken} is only for `transport: sdk` in the backend's settings")
    if not scheme_of(proxy):
        raise ValueError("the proxy's address cannot be read")
    return proxy


def _trust(base_url: str, proxy: str | None) -> ssl.SSLContext | bool:
    """Whom to trust, as the SDK decides it: SSL_CERT_FILE or SSL_CERT_DIR, or the system. Raises OSError."""
    if not any(url.lower().startswith("https:") for url in (base_url, proxy or "")):
        return True
    from httpx2 import create_ssl_context

    return create_ssl_context()
