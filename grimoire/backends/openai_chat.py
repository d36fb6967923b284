"""Any chat service that speaks the OpenAI protocol, over the `openai` SDK."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from grimoire.backends.chat_request import build_body, check_key, check_model, gather, host_of, read_whole
from grimoire.backends.connection_errors import Stage, from_connection, late
from grimoire.backends.http_limits import Timeouts, course_of, open_client, sdk_timeout
from grimoire.backends.openai_errors import Origin, from_sdk, make
from grimoire.backends.openai_wire import Piece, read_piece
from grimoire.backends.rate_headers import read_allowance
from grimoire.chat import Answer, Request
from grimoire.errors import RequestRejected, ServiceError, ServiceFault, ServiceUnreachable

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI

_VARIABLES = "check the proxy and certificate variables (HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE)"
_SOCKS = "for such a proxy: pip install 'grimoire-prompts[socks]'"
_NO_KEY = "no-key"  # the SDK insists on one; servers that need none ignore it


class OpenAIChat:
    """A `ports.ChatBackend` for one model of one service; it belongs to the event loop in which it is first asked.

    `name` is the full name, BACKEND/MODEL. `parameters` and `extra_body` both go into the request's body (a value of
    None takes a field out, `stream_options` too); a request's own parameters override them. `stream` streams even when
    nobody listens. Each `ask` asks once: whether to ask again is for the caller to say. `concurrency` is the most
    connections at one time. `key_env` names the key's variable in messages. `sdk_environment` lets the SDK add
    organisation, project and custom headers from its own variables: for OpenAI itself, since no other service has any
    business with them. An `http_client` given is its owner's to close, and brings its own proxies, pool and limits.

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
        http_client: httpx2.AsyncClient | None = None,
        key_env: str = "",
        sdk_environment: bool = False,
    ) -> None:
        self.name = name
        self.model = check_model(name, model)
        self.base_url = base_url
        self.parameters = {**(parameters or {}), **(extra_body or {})}
        self.timeout = timeout or Timeouts()
        self._origin = Origin(name=name, host=host_of(name, base_url), key_env=key_env, key=api_key.strip())
        self._stream = stream
        self._concurrency = concurrency
        self._sdk_environment = sdk_environment
        self._given = http_client
        self._client: AsyncOpenAI | None = None

    def __repr__(self) -> str:
        return f"OpenAIChat({self.name!r}, host={self._origin.host!r})"

    async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
        check_key(self._origin)
        streamed = self._stream or on_text is not None
        body = build_body(self.model, self.parameters, request, streamed=streamed)
        pieces = self._streamed(body) if streamed else self._whole(body)
        return await gather(pieces, self._origin, total=self.timeout.total, streamed=streamed, on_text=on_text)

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None and self._given is None:
            await client.close()

    async def _whole(self, body: dict[str, object]) -> AsyncGenerator[Piece, None]:
        import httpx2

        with self._errors():
            response = await self._connect().post("/chat/completions", cast_to=httpx2.Response, **_call(body))
            yield Piece(allowance=read_allowance(response.headers))
            yield read_whole(response.content, self._origin)

    async def _streamed(self, body: dict[str, object]) -> AsyncGenerator[Piece, None]:
        from openai import AsyncStream

        with self._errors():
            client = self._connect()
            stream = await client.post(
                "/chat/completions", cast_to=object, **_call(body), stream=True, stream_cls=AsyncStream[object]
            )
            response = stream.response
            async with stream:
                yield Piece(allowance=read_allowance(response.headers))
                if response.headers.get("content-type", "").startswith("application/json"):
                    yield read_whole(await response.aread(), self._origin)
                    return
                async for chunk in stream:
                    yield read_piece(chunk)
                # Another's client says nothing of a stream's last word, and has to be believed.
                yield Piece(ended=self._given is not None or course_of(response.request).ended)

    def _connect(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI

        if self._client is None:
            client = AsyncOpenAI(
                api_key=self._origin.key or _NO_KEY,
                base_url=self.base_url,
                timeout=sdk_timeout(self.timeout),
                max_retries=0,
                http_client=self._given or self._open(),
            )
            if not self._sdk_environment:
                client.organization = client.project = None
                client._custom_headers = {}  # noqa: SLF001  # the SDK has no switch for OPENAI_CUSTOM_HEADERS
            self._client = client
        return self._client

    def _open(self) -> httpx2.AsyncClient:
        try:
            return open_client(self.name, self.timeout, self._concurrency)
        except (ValueError, ImportError, OSError) as error:
            # A proxy variable the client cannot read, a SOCKS proxy without its package, a missing certificate file.
            said, hint = f"no HTTP client can be set up: {error}", _VARIABLES
            if "socksio" in str(error):
                said, hint = "a SOCKS proxy needs a package that is not installed", _SOCKS
            failure = make(ServiceUnreachable, self._origin, said, retryable=False)
            failure.hint = hint
            raise failure from None

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Nothing but ServiceError leaves, and without its cause: a server may have echoed the key into that."""
        from httpx2 import InvalidURL, RequestError
        from openai import APIConnectionError, OpenAIError

        try:
            yield
        except ServiceError:
            raise
        except APIConnectionError as error:
            raise self._no_answer(error.__cause__ or error, error.request) from None
        except OpenAIError as error:
            raise from_sdk(error, self._origin) from None
        except RequestError as error:
            raise self._no_answer(error, error.request) from None
        except (InvalidURL, UnicodeEncodeError, TypeError) as error:
            raise make(RequestRejected, self._origin, f"the request cannot be written down: {error}") from None
        except (ValueError, RecursionError):
            raise make(ServiceFault, self._origin, "the service sent something that is not JSON") from None

    def _no_answer(self, error: BaseException, request: httpx2.Request) -> ServiceError:
        from httpx2 import ConnectTimeout, TimeoutException

        began = course_of(request).began
        if not isinstance(error, TimeoutException):
            return from_connection(error, self._origin, began=began)
        stage: Stage = "connect" if isinstance(error, ConnectTimeout) else "read" if began else "first"
        return late(stage, self.timeout, self._origin)


def _call(body: dict[str, object]) -> dict[str, Any]:
    from openai import RequestOptions

    options: RequestOptions = {"follow_redirects": False, "security": {"bearer_auth": True}}
    return {"body": body, "options": options}
