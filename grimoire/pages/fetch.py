"""Fetches a page over HTTP: every hop checked, and nothing without a limit."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from grimoire import __version__
from grimoire.errors import RequestRejected, ServiceTimeout, ServiceUnreachable, UsageError
from grimoire.pages import urls
from grimoire.pages.failures import from_aiohttp, from_status, refused
from grimoire.pages.guard import AddressRefused, Guard, Rule
from grimoire.proxies import proxy_for, scheme_of
from grimoire.terminal import one_line

if TYPE_CHECKING:
    import ssl

    from aiohttp import ClientResponse, ClientSession
    from aiohttp.abc import AbstractResolver
    from yarl import URL

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {
    "Accept": "text/html, application/xhtml+xml, text/markdown, text/plain;q=0.9, */*;q=0.5",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": f"Grimoire/{__version__}",
}


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds for everything and for silence; bytes of the body, unpacked; how many redirects are followed."""

    total: float = 20.0
    silence: float = 10.0
    body: int = 5_000_000
    redirects: int = 5


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What came: from where in the end, as what, in which character set as its header says (or ""), and the bytes."""

    url: str
    kind: str
    charset: str
    body: bytes


def fetch(
    address: str, rule: Rule, *, limits: Limits | None = None, resolver: AbstractResolver | None = None
) -> Fetched:
    """A page, redirects followed. `rule` says of each address whether it may be connected to.

    Raises:
        UsageError: the URL is none, its address or that of a redirect is refused, the page is too large.
        ServiceError: no page came.
    """
    return asyncio.run(_fetch(urls.parse(address), rule, limits or Limits(), resolver))


async def _fetch(url: URL, rule: Rule, limits: Limits, resolver: AbstractResolver | None) -> Fetched:
    try:
        async with asyncio.timeout(limits.total):
            for _ in range(limits.redirects + 1):
                found = await _hop(url, Guard(rule), limits, resolver)
                if isinstance(found, Fetched):
                    return found
                url = found
    except TimeoutError:
        raise ServiceTimeout(f"{urls.show(url)}: no whole page in {limits.total:g} seconds") from None
    raise RequestRejected(f"{urls.show(url)}: more than {limits.redirects} redirects", hint="open it in a browser")


async def _hop(url: URL, watch: Guard, limits: Limits, resolver: AbstractResolver | None) -> Fetched | URL:
    """One request: the page, or where it has gone."""
    from aiohttp import ClientError, ServerTimeoutError

    shown = urls.show(url)
    try:
        async with (
            await _open(url, watch, limits, resolver) as session,
            session.get(url, headers=_HEADERS, allow_redirects=False) as response,
        ):
            return await _receive(url, response, limits)
    except AddressRefused:
        raise refused(shown, watch.refused) from None
    except ServerTimeoutError:
        raise ServiceTimeout(f"{shown}: nothing came for {limits.silence:g} seconds") from None
    except ClientError as error:
        if watch.refused:
            raise refused(shown, watch.refused) from None
        raise from_aiohttp(shown, error) from None
    except (ValueError, OSError) as error:
        if isinstance(error, TimeoutError):
            raise
        hint = "check the certificate variables (SSL_CERT_FILE, SSL_CERT_DIR)" if url.scheme == "https" else ""
        raise ServiceUnreachable(f"{shown}: {one_line(str(error))}", hint=hint) from None


async def _open(url: URL, watch: Guard, limits: Limits, resolver: AbstractResolver | None) -> ClientSession:
    """A client for one hop: to the host itself, watched; or to the proxy, once the host's addresses are checked."""
    from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, ThreadedResolver

    host, port = url.host or "", url.port or 0
    proxy = _proxy_for(url.scheme, host if url.is_default_port() else f"{host}:{port}")
    trust = _trust() if "https" in {url.scheme, proxy.partition(":")[0].lower()} else True
    if proxy:
        await watch.check_behind_proxy(host, port, resolver or ThreadedResolver())
        connector = TCPConnector(ssl=trust)
    else:
        connector = watch.connector(ssl=trust, resolver=resolver)
    silence = ClientTimeout(total=None, sock_connect=limits.silence, sock_read=limits.silence)
    return ClientSession(connector=connector, proxy=proxy or None, cookie_jar=DummyCookieJar(), timeout=silence)


async def _receive(url: URL, response: ClientResponse, limits: Limits) -> Fetched | URL:
    if response.status in REDIRECTS and (goal := response.headers.get("Location")):
        return _next(url, goal)
    if not 200 <= response.status < 300:  # noqa: PLR2004  # the successes of HTTP
        raise from_status(urls.show(url), response.status, response.reason or "")
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > limits.body:
            size = f"{limits.body / 1_000_000:g} MB"
            raise UsageError(f"{urls.show(url)}: the page is over {size}", hint="save the part you need to a file")
    charset = ""
    with suppress(LookupError, ValueError):
        charset = response.charset or ""
    declared = response.content_type if "Content-Type" in response.headers else ""
    return Fetched(url=str(url), kind=declared.lower(), charset=charset, body=bytes(body))


def _next(url: URL, goal: str) -> URL:
    """Where a redirect leads. Raises UsageError for what is no page, or is sent in the clear after all."""
    from yarl import URL

    try:
        target = urls.parse(str(url.join(URL(goal))))
    except (ValueError, UsageError) as error:
        said = error.message if isinstance(error, UsageError) else "not a URL"
        raise UsageError(f"{urls.show(url)} redirects to what is not read: {said}") from None
    if url.scheme == "https" and target.scheme == "http":
        hint = f"give that URL itself, if you want it: {urls.show(target)}"
        raise UsageError(f"{urls.show(url)} redirects from https to http", hint=hint)
    return target


def _proxy_for(scheme: str, place: str) -> str:
    """The proxy's URL, or "". Raises UsageError, which says nothing of it: a password may be in it."""
    proxy = proxy_for(scheme, place)
    if proxy and scheme_of(proxy) not in {"http", "https"}:
        hint = "check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY, or name the host in NO_PROXY"
        raise UsageError("a page is read through an http or https proxy only", hint=hint)
    return proxy


def _trust() -> ssl.SSLContext:
    """Whom to trust, as for a backend: SSL_CERT_FILE or SSL_CERT_DIR, or the system."""
    from httpx2 import create_ssl_context

    return create_ssl_context()
