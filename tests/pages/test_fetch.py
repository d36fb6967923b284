"""Fetching a page: what is connected to, what is followed, and what has a limit.

127.0.0.2 stands for the world here: the rule of these tests calls it everybody's, and the rest of the machine its own.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from grimoire.errors import (
    AuthenticationFailed,
    GrimoireError,
    RateLimited,
    RequestRejected,
    ServiceError,
    ServiceFault,
    ServiceTimeout,
    ServiceUnreachable,
    UsageError,
)
from grimoire.pages.addresses import Address, describe
from grimoire.pages.fetch import REDIRECTS, Fetched, Limits, fetch
from tests.servers.page_server import PageServer, Served
from tests.servers.raw_server import CERTIFICATE, Line, RawServer

WORLD = "127.0.0.2"
SHORT = Limits(silence=0.2, total=20)


def world(address: Address) -> str:
    return "" if str(address) == WORLD else describe(address)


def anything(_: Address) -> str:
    return ""


def get(url: str, limits: Limits | None = None, **options: Any) -> Fetched:
    return fetch(url, options.pop("rule", anything), limits=limits, **options)


class Names(AbstractResolver):
    """Answers with the addresses it is given, one list a question."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if not self._answers:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [
            ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)
            for address in self._answers.pop(0)
        ]

    async def close(self) -> None:
        pass


@pytest.fixture
def inside() -> Iterator[PageServer]:
    """A server nobody but this machine should reach."""
    with PageServer({"/": "<p>secrets</p>"}) as running:
        yield running


@pytest.fixture
def outside() -> Iterator[PageServer]:
    with PageServer({"/": "<p>news</p>"}, host=WORLD) as running:
        yield running


def test_a_page_comes_as_it_was_sent_and_is_told_nothing_of_us(inside: PageServer) -> None:
    inside.pages["/a?b=c"] = Served("中文".encode("gbk"), kind="Text/Plain; Charset=GBK", headers={"Set-Cookie": "a=b"})
    found = get(inside.url("/a?b=c#d"))
    assert found == Fetched(url=inside.url("/a?b=c"), kind="text/plain", charset="GBK", body="中文".encode("gbk"))
    assert inside.asked == ["/a?b=c"]
    assert set(inside.headers) == {"host", "accept", "accept-encoding", "user-agent"}


@pytest.mark.parametrize("status", sorted(REDIRECTS))
def test_a_redirect_is_followed(inside: PageServer, status: int) -> None:
    inside.pages["/old/page"] = Served.moved("../?new", status)
    inside.pages["/?new"] = Served(b"here", kind=None)
    assert get(inside.url("/old/page")) == Fetched(url=inside.url("/?new"), kind="", charset="", body=b"here")


def test_redirects_have_an_end(inside: PageServer) -> None:
    for number in range(1, 8):
        inside.pages[f"/{number}"] = Served.moved(f"/{number - 1}" if number > 1 else "/")
    assert get(inside.url("/5")).body == b"<p>secrets</p>"
    with pytest.raises(RequestRejected, match="more than 5 redirects"):
        get(inside.url("/6"))
    inside.pages["/round"] = Served.moved("/round")
    inside.asked.clear()
    with pytest.raises(RequestRejected, match="more than 5 redirects"):
        get(inside.url("/round"))
    assert len(inside.asked) == 6


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        pytest.param("file:///etc/passwd", "only http and https", id="a file"),
        pytest.param("ftp://example.org/", "only http and https", id="ftp"),
        pytest.param("http://user:hush@example.org/", "no user or password", id="a password"),
        pytest.param("http://2130706433/", "four numbers", id="a number for an address"),
        pytest.param("http://[::1", "not a URL", id="no URL"),
        pytest.param("http://./", "no host", id="no host"),
    ],
)
def test_a_redirect_to_what_is_no_page_is_not_followed(inside: PageServer, goal: str, said: str) -> None:
    inside.pages["/bad"] = Served.moved(goal)
    with pytest.raises(UsageError, match="redirects to what is not read") as caught:
        get(inside.url("/bad"))
    assert said in caught.value.message
    assert "hush" not in caught.value.message


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "[::ffff:127.0.0.1]", "127。0。0。1"])
def test_this_machine_is_not_reached_unless_it_is_allowed(inside: PageServer, host: str) -> None:
    with pytest.raises(UsageError, match="an address of this machine") as caught:
        get(inside.url("/", host), rule=describe)
    assert "--allow-private" in caught.value.hint
    assert inside.asked == []


def test_a_page_of_the_world_that_leads_inside_is_not_followed_there(inside: PageServer, outside: PageServer) -> None:
    assert get(outside.url(), rule=world).body == b"<p>news</p>"
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
        outside.pages["/in"] = Served.moved(inside.url("/", host))
        with pytest.raises(UsageError, match="an address of this machine"):
            get(outside.url("/in"), rule=world)
    assert inside.asked == []


def test_a_name_that_leads_elsewhere_the_second_time_is_not_followed(inside: PageServer, outside: PageServer) -> None:
    names = Names([WORLD], ["127.0.0.1"])
    outside.pages["/again"] = Served.moved(inside.url("/", "rebind.example"))
    with pytest.raises(UsageError, match="an address of this machine"):
        get(outside.url("/again", "rebind.example"), rule=world, resolver=names)
    assert outside.asked == ["/again"]
    assert inside.asked == []


def test_of_several_addresses_those_inside_are_left_out(outside: PageServer) -> None:
    found = get(outside.url("/", "both.example"), rule=world, resolver=Names(["127.0.0.1", "10.0.0.1", WORLD]))
    assert found.body == b"<p>news</p>"


def test_a_name_that_is_not_found_is_told() -> None:
    with pytest.raises(ServiceUnreachable, match=r"^http://gone\.example/: the host is not found$"):
        get("http://gone.example/", resolver=Names())


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (204, None),
        (304, RequestRejected),
        (400, RequestRejected),
        (401, AuthenticationFailed),
        (403, AuthenticationFailed),
        (404, RequestRejected),
        (410, RequestRejected),
        (429, RateLimited),
        (451, RequestRejected),
        (500, ServiceFault),
        (503, ServiceFault),
        (599, ServiceFault),
    ],
)
def test_a_status_that_is_no_success_is_told(inside: PageServer, status: int, error: type[ServiceError] | None) -> None:
    inside.pages["/it"] = Served(status=status)
    if error is None:
        assert get(inside.url("/it")).body == b""
        return
    with pytest.raises(error, match=f"HTTP {status}") as caught:
        get(inside.url("/it"))
    assert (type(caught.value), caught.value.status, caught.value.exit_code) == (error, status, 3)


def test_a_redirect_that_leads_nowhere_is_a_status_like_any_other(inside: PageServer) -> None:
    inside.pages["/it"] = Served(status=302)
    with pytest.raises(RequestRejected, match="HTTP 302"):
        get(inside.url("/it"))


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
def test_a_page_has_a_size(inside: PageServer, packed: bool) -> None:
    inside.pages["/"] = Served(b"x" * 100_000, packed=packed)
    assert len(get(inside.url(), Limits(body=100_000)).body) == 100_000
    with pytest.raises(UsageError, match=r"the page is over 0\.09 MB"):
        get(inside.url(), Limits(body=90_000))


def endless(line: Line) -> None:
    line.request()
    line.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        line.send(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")


def silent(line: Line) -> None:
    line.request()
    line.wait()


def silent_in_the_middle(line: Line) -> None:
    line.request()
    line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx")
    line.wait()


def dripping(line: Line) -> None:
    line.request()
    line.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while not line.wait(0.01):
        line.send(b"x")


def says(*parts: bytes) -> Callable[[Line], None]:
    def serve(line: Line) -> None:
        line.request()
        line.send(*parts)

    return serve


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("serve", "limits", "error", "said"),
    [
        pytest.param(endless, Limits(), UsageError, "over 5 MB", id="a body without end"),
        pytest.param(silent, SHORT, ServiceTimeout, "nothing came for 0.2 seconds", id="no answer"),
        pytest.param(silent_in_the_middle, SHORT, ServiceTimeout, "nothing came for 0.2", id="silence in the middle"),
        pytest.param(dripping, Limits(total=0.3), ServiceTimeout, "no whole page in 0.3 seconds", id="drop by drop"),
        pytest.param(says(b"SSH-2.0-OpenSSH_9.6\r\n"), Limits(), ServiceFault, "not HTTP", id="another protocol"),
        pytest.param(says(b""), Limits(), ServiceUnreachable, "the connection broke", id="nothing at all"),
        pytest.param(
            says(OK, b"Content-Length: 10\r\n\r\nx"), Limits(), ServiceUnreachable, "broke off", id="half a page"
        ),
        pytest.param(
            says(OK, b"X: " + b"x" * 100_000 + b"\r\n\r\n"), Limits(), ServiceFault, "not HTTP", id="a giant header"
        ),
        pytest.param(
            says(OK, b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"),
            Limits(),
            ServiceUnreachable,
            "cannot be unpacked",
            id="packed wrong",
        ),
        pytest.param(
            says(b"HTTP/1.1 404 \x1b[31mNo\x07\r\nContent-Length: 0\r\n\r\n"),
            Limits(),
            ServiceError,
            "",
            id="controls in a status",
        ),
    ],
)
def test_a_server_that_behaves_badly_ends_in_one_line(
    serve: Callable[[Line], None], limits: Limits, error: type[GrimoireError], said: str
) -> None:
    with RawServer(serve) as server, pytest.raises(error) as caught:
        get(server.base_url, limits)
    assert said in caught.value.message
    assert caught.value.message.isprintable()


def test_a_packing_nobody_asked_for_is_no_page() -> None:
    with RawServer(says(OK, b"Content-Encoding: compress\r\nContent-Length: 3\r\n\r\nabc")) as server:
        assert get(server.base_url).body == b"abc"


def test_a_port_where_nobody_listens_is_told() -> None:
    with PageServer() as gone:
        url = gone.url()
    with pytest.raises(ServiceUnreachable, match="the connection is refused"):
        get(url)


def test_https_is_for_those_with_a_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(says(OK, b"Content-Length: 2\r\n\r\nhi"), tls=True) as server:
        with pytest.raises(ServiceUnreachable, match="its certificate is not to be trusted"):
            get(server.base_url)
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        assert get(server.base_url).body == b"hi"
        with pytest.raises(UsageError, match="an address of this machine"):
            get(server.base_url, rule=describe)


def test_certificates_that_are_not_there_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "no/such/file.pem")
    with pytest.raises(ServiceUnreachable, match=r"^https://example\.org/: ") as caught:
        get("https://example.org/", resolver=Names())
    assert "SSL_CERT_FILE" in caught.value.hint


def test_what_was_asked_for_in_secret_is_not_fetched_in_the_clear(
    monkeypatch: pytest.MonkeyPatch, inside: PageServer
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    goal = inside.url("/?token=hush").encode()
    moved = says(b"HTTP/1.1 302 Found\r\nLocation: " + goal + b"\r\nContent-Length: 0\r\n\r\n")
    with RawServer(moved, tls=True) as server, pytest.raises(UsageError, match="from https to http") as caught:
        get(server.base_url)
    assert inside.asked == []
    assert inside.url("/?…") in caught.value.hint


def test_plain_http_where_tls_is_spoken_is_told() -> None:
    with RawServer(silent, tls=True) as server, pytest.raises(ServiceError) as caught:
        get(server.base_url.replace("https", "http"))
    assert caught.value.message.isprintable()


class TestThroughAProxy:
    """A proxy of this machine, as an office has one."""

    @pytest.fixture(autouse=True)
    def proxy(self, monkeypatch: pytest.MonkeyPatch, inside: PageServer) -> PageServer:
        monkeypatch.setenv("http_proxy", inside.url())
        inside.pages["http://example.org/page"] = "<p>through the proxy</p>"
        return inside

    def test_a_page_of_the_world_is_read_though_the_proxy_is_inside(self, proxy: PageServer) -> None:
        found = get("http://example.org/page", rule=world, resolver=Names([WORLD]))
        assert found.body == b"<p>through the proxy</p>"

    def test_a_public_name_that_only_the_proxy_knows_is_read(self, proxy: PageServer) -> None:
        assert get("http://example.org/page", rule=describe, resolver=Names()).body == b"<p>through the proxy</p>"

    @pytest.mark.parametrize("host", ["intranet", "intranet.", "wiki.local", "METADATA.INTERNAL.", "a.localhost"])
    def test_a_name_of_ones_own_network_is_not(self, proxy: PageServer, host: str) -> None:
        with pytest.raises(UsageError, match="a name of a private network"):
            get(f"http://{host}/", rule=describe, resolver=Names())
        assert proxy.asked == []
        proxy.pages[f"http://{host.lower()}/"] = "<p>allowed</p>"
        assert get(f"http://{host}/", resolver=Names()).body == b"<p>allowed</p>"

    def test_an_address_inside_is_not(self, proxy: PageServer) -> None:
        for url in ("http://169.254.169.254/", "http://[::ffff:10.0.0.1]/", "http://localhost:1/"):
            with pytest.raises(UsageError, match="no page is read from there"):
                get(url, rule=describe, resolver=Names() if "[" in url else None)
        with pytest.raises(UsageError, match=r"10\.9\.8\.7 is a private address"):
            get("http://example.org/page", rule=world, resolver=Names([WORLD, "10.9.8.7"]))
        assert proxy.asked == []

    def test_a_redirect_to_one_is_not_followed(self, proxy: PageServer) -> None:
        proxy.pages["http://example.org/in"] = Served.moved("http://169.254.169.254/latest")
        with pytest.raises(UsageError, match="link-local"):
            get("http://example.org/in", rule=describe, resolver=Names())
        assert proxy.asked == ["http://example.org/in"]

    def test_what_is_exempt_goes_past_it_and_is_watched(
        self, proxy: PageServer, monkeypatch: pytest.MonkeyPatch, outside: PageServer
    ) -> None:
        monkeypatch.setenv("no_proxy", f"{WORLD}, 127.0.0.1")
        assert get(outside.url(), rule=world).body == b"<p>news</p>"
        with pytest.raises(UsageError, match="this machine"):
            get(proxy.url(), rule=world)
        assert proxy.asked == []

    @pytest.mark.parametrize("address", ["socks5://user:hush@127.0.0.1:9", "http://user:hush@[::1", "http://"])
    def test_a_proxy_that_cannot_be_is_told_and_not_shown(self, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
        monkeypatch.setenv("http_proxy", address)
        with pytest.raises(UsageError, match="through an http or https proxy only") as caught:
            get("http://example.org/")
        assert "hush" not in str(caught.value) + caught.value.hint

    def test_a_proxy_that_is_not_there_is_told_from_the_page(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with PageServer() as gone:
            monkeypatch.setenv("all_proxy", gone.url())
            monkeypatch.delenv("http_proxy")
        with pytest.raises(ServiceUnreachable, match="the proxy does not connect"):
            get("http://example.org/", rule=world, resolver=Names([WORLD]))
