"""URLs of pages, before anything is connected to."""

from __future__ import annotations

import pytest

from grimoire.errors import UsageError
from grimoire.pages.urls import LONGEST, parse, show


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        pytest.param("https://example.org", "https://example.org", id="a host alone"),
        pytest.param(
            " HTTP://Example.ORG:80/a?b=c#d \n", "http://example.org/a?b=c", id="folded, without its fragment"
        ),
        pytest.param("https://例子.测试/页", "https://xn--fsqu00a.xn--0zwm56d/%E9%A1%B5", id="Chinese"),
        pytest.param("http://127.0.0.1:8000/", "http://127.0.0.1:8000/", id="an address"),
        pytest.param("http://[2606:4700::1111]/", "http://[2606:4700::1111]/", id="an address of IPv6"),
        pytest.param("http://127。0。0。1/", "http://127.0.0.1/", id="with ideographic full stops"),
    ],
)
def test_a_url_of_a_page_is_read(text: str, meant: str) -> None:
    assert str(parse(text)) == meant


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        pytest.param("", "only http and https", "-p KEY", id="nothing"),
        pytest.param("example.org/a", "only http and https", "write https://example.org/a", id="no scheme"),
        pytest.param("file:///etc/passwd", "only http and https", "-p KEY=@FILE", id="a file"),
        pytest.param("ftp://example.org/", "only http and https", "", id="ftp"),
        pytest.param("gopher://example.org/", "only http and https", "", id="gopher"),
        pytest.param("data:text/html,<p>x", "only http and https", "", id="data"),
        pytest.param("javascript:alert(1)", "only http and https", "", id="javascript"),
        pytest.param("unix:///run/docker.sock", "only http and https", "", id="a socket"),
        pytest.param("//example.org/", "only http and https", "", id="no scheme, two slashes"),
        pytest.param("http://user:hush@example.org/", "no user or password", "", id="a password"),
        pytest.param("http://user@example.org/", "no user or password", "", id="a user"),
        pytest.param("http:///path", "no host", "", id="no host"),
        pytest.param("http://./", "no host", "", id="a dot for a host"),
        pytest.param("http:example.org", "no host", "", id="no slashes"),
        pytest.param("http://example.org:99999/", "not a URL", "", id="no such port"),
        pytest.param("http://example.org:0/", "no host", "", id="port 0"),
        pytest.param("http://[::1/", "not a URL", "", id="half a bracket"),
        pytest.param("http://2130706433/", "four numbers", "", id="one number"),
        pytest.param("http://0x7f000001/", "four numbers", "", id="hexadecimal"),
        pytest.param("http://0x7f.1/", "four numbers", "", id="hexadecimal, shortened"),
        pytest.param("http://0177.0.0.1/", "four numbers", "", id="octal"),
        pytest.param("http://127.1/", "four numbers", "", id="shortened"),
        pytest.param("http://127.0.0.1./", "four numbers", "", id="with a dot after it"),
        pytest.param("http://127.0.0.1.1/", "four numbers", "", id="five numbers"),
        pytest.param("http://①②⑦.0.0.01/", "four numbers", "", id="circled, with a leading nought"),
        pytest.param(f"http://example.org/{'a' * LONGEST}", "at most", "", id="too long"),
    ],
)
def test_what_is_no_pages_url_is_told(text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        parse(text)
    assert hint in caught.value.hint
    assert "hush" not in caught.value.message
    assert "\n" not in caught.value.message


def test_a_message_shows_a_url_without_what_may_be_secret() -> None:
    assert show("https://example.org/a?token=hush") == "https://example.org/a?…"
    assert show("https://example.org/\x1b[31m\n" + "a" * 500).startswith("https://example.org/ aaa")
    assert len(show("https://example.org/" + "a" * 500)) == 120
