"""Any chat service that speaks the OpenAI protocol, over the `openai` SDK."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from grimoire.backends.http_limits import Timeouts, open_client, sdk_timeout
from grimoire.backends.openai_errors import Origin, from_body, from_sdk, make
from grimoire.backends.openai_wire import Piece, Reply, TooLong, read_piece
from grimoire.chat import Answer, Request
from grimoire.errors import (
    AuthenticationFailed,
    KeyMissing,
    RequestRejected,
    ServiceError,
    ServiceFault,
    ServiceTimeout,
    ServiceUnreachable,
    UsageError,
)

if TYPE_CHECKING:
    import asyncio

    import httpx2
    from openai import AsyncOpenAI

_NO_KEY = "no-key"  # the SDK insists on one; servers that need none ignore it


class OpenAIChat:
    """A `ports.ChatBackend` for one model of one service; it belongs to the event loop in which it is first asked.

    `name` is the full name, BACKEND/MODEL. `parameters` and `extra_body` both go into the request's body (a value of
    None takes a field out, `stream_options` too); a request's own parameters override them. `stream` streams even when
    nobody listens. `retries` is how often the SDK itself tries again. `key_env` names the key's variable in messages.
    `sdk_environment` lets the SDK add organisation, project and custom headers from its own variables: for OpenAI
    itself, since no other service has any business with them. An `http_client` given is its owner's to close, and
    brings its own proxies and limits.

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
        retries: int = 2,
        http_client: httpx2.AsyncClient | None = None,
        key_env: str = "",
        sdk_environment: bool = False,
    ) -> None:
        if not model:
            raise UsageError(f"{name}: no model is named", hint="name one, as in BACKEND/MODEL")
        self.name = name
        self.model = model
        self.base_url = base_url
        self.parameters = {**(parameters or {}), **(extra_body or {})}
        self.timeout = timeout or Timeouts()
        self._origin = Origin(name=name, host=_host_of(name, base_url), key_env=key_env, key=api_key.strip())
        self._stream = stream
        self._retries = retries
        self._sdk_environment = sdk_environment
        self._given = http_client
        self._client: AsyncOpenAI | None = None

    def __repr__(self) -> str:
        return f"OpenAIChat({self.name!r}, host={self._origin.host!r})"

    async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
        _check_key(self._origin)
        streamed = self._stream or on_text is not None
        body = self._body(request, streamed=streamed)
        reply, started, first = Reply(), time.perf_counter(), None
        with self._in_time() as limit:
            async with limit, aclosing(self._pieces(body, streamed=streamed)) as pieces:
                async for piece in pieces:
                    text = reply.add(piece)
                    if text and first is None:
                        first = time.perf_counter() - started
                    if text and on_text:
                        on_text(text)
        if not reply.answered:
            raise make(ServiceFault, self._origin, "the service sent something that holds no answer")
        if (rest := reply.end()) and on_text:
            on_text(rest)
        return reply.answer(seconds=time.perf_counter() - started, first_seconds=first if streamed else None)

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None and self._given is None:
            await client.close()

    def _body(self, request: Request, *, streamed: bool) -> dict[str, object]:
        body: dict[str, object] = {"stream_options": {"include_usage": True}} if streamed else {}
        body |= {**self.parameters, **request.parameters}
        body["model"] = self.model
        body["messages"] = [{"role": message.role, "content": message.content} for message in request.messages]
        body["stream"] = True if streamed else None
        return {name: value for name, value in body.items() if value is not None}

    async def _pieces(self, body: dict[str, object], *, streamed: bool) -> AsyncGenerator[Piece, None]:
        from openai import AsyncStream, RequestOptions

        options: RequestOptions = {"follow_redirects": False, "security": {"bearer_auth": True}}
        call: dict[str, Any] = {"body": body, "options": options}
        with self._errors():
            client = self._connect()
            if not streamed:
                import httpx2

                response = await client.post("/chat/completions", cast_to=httpx2.Response, **call)
                yield self._read_whole(response.content)
                return
            stream = await client.post(
                "/chat/completions", cast_to=object, **call, stream=True, stream_cls=AsyncStream[object]
            )
            async with stream:
                async for chunk in stream:
                    yield read_piece(chunk)

    def _read_whole(self, content: bytes) -> Piece:
        data = json.loads(content)
        if isinstance(data, dict) and data.get("error") and not data.get("choices"):
            raise from_body(data["error"], self._origin)
        return read_piece(data)

    def _connect(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI

        if self._client is None:
            client = AsyncOpenAI(
                api_key=self._origin.key or _NO_KEY,
                base_url=self.base_url,
                timeout=sdk_timeout(self.timeout),
                max_retries=self._retries,
                http_client=self._given or self._open(),
            )
            if not self._sdk_environment:
                client.organization = client.project = None
                client._custom_headers = {}  # noqa: SLF001  # the SDK has no switch for OPENAI_CUSTOM_HEADERS
            self._client = client
        return self._client

    def _open(self) -> httpx2.AsyncClient:
        try:
            return open_client(self.name, self.timeout)
        except (ValueError, ImportError, OSError) as error:
            # A proxy variable the client cannot read, a SOCKS proxy without its package, a missing certificate file.
            failure = make(ServiceUnreachable, self._origin, f"no HTTP client can be set up: {error}")
            failure.hint = "check the proxy and certificate variables (HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE)"
            raise failure from None

    @contextmanager
    def _in_time(self) -> Iterator[asyncio.Timeout]:
        import asyncio

        limit = asyncio.timeout(self.timeout.total)
        try:
            yield limit
        except TimeoutError:
            if not limit.expired():
                raise
            said = f"no whole answer in {self.timeout.total:g} seconds"
            raise make(ServiceTimeout, self._origin, said) from None
        except TooLong:
            raise make(ServiceFault, self._origin, "the answer is longer than any answer can be") from None

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Nothing but ServiceError leaves, and without its cause: a server may have echoed the key into that."""
        from httpx2 import InvalidURL
        from openai import OpenAIError

        try:
            yield
        except ServiceError:
            raise
        except OpenAIError as error:
            raise from_sdk(error, self._origin) from None
        except (InvalidURL, UnicodeEncodeError, TypeError) as error:
            raise make(RequestRejected, self._origin, f"the request cannot be written down: {error}") from None
        except (ValueError, RecursionError):
            raise make(ServiceFault, self._origin, "the service sent something that is not JSON") from None


def _host_of(name: str, base_url: str) -> str:
    hint = "a base URL looks like https://api.example.com/v1"
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UsageError(f"{name}: the base URL cannot be read", hint=hint) from None
    if parts.scheme not in {"http", "https"} or not host or not base_url.isprintable():
        raise UsageError(f"{name}: the base URL is none", hint=hint)
    return f"{host}:{port}" if port else host


def _check_key(origin: Origin) -> None:
    if not origin.key and origin.key_env:
        raise KeyMissing(f"{origin.name}: {origin.key_env} is not set", hint=f"export {origin.key_env}=<your key>")
    if not (origin.key.isascii() and origin.key.isprintable()):
        raise make(AuthenticationFailed, origin, "the key holds characters that no key has")
