"""URLs of pages: what may be fetched at all, before anything is connected to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grimoire.errors import UsageError
from grimoire.redact import hide_in_url
from grimoire.terminal import one_line

if TYPE_CHECKING:
    from yarl import URL

_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+))*\.?", re.IGNORECASE)
_FOUR = re.compile(r"(?:0|[1-9][0-9]{0,2})(?:\.(?:0|[1-9][0-9]{0,2})){3}")
LONGEST = 4096
"""Characters of a URL; few servers take longer ones."""


def parse(text: str) -> URL:
    """The URL of a page. Raises UsageError for what is none, or no page's."""
    from yarl import URL

    text = text.strip()
    if len(text) > LONGEST:
        raise UsageError(f"a URL has at most {LONGEST} characters", hint="this one has more")
    try:
        url = URL(text)
        host, port = url.host or "", url.port
    except ValueError:
        raise UsageError(f"not a URL: {show(text)}", hint="such as https://example.org/page") from None
    if url.scheme not in {"http", "https"}:
        hint = f"write https://{one_line(text, 80)}" if not url.scheme and "." in text else "-p KEY=@FILE reads a file"
        raise UsageError(f"only http and https pages are read, not {show(text)}", hint=hint)
    if url.user is not None or url.password is not None:
        raise UsageError(f"a page's URL has no user or password in it: {show(text)}", hint="leave them out")
    if not host.strip(".") or not port:
        raise UsageError(f"no host in {show(text)}", hint="such as https://example.org/page")
    if _NUMBER.fullmatch(host) and not _FOUR.fullmatch(host):
        # Resolvers read such a thing as octal, as hexadecimal or as one number, each in its own way.
        raise UsageError(f"an address is four numbers from 0 to 255: {show(text)}", hint="such as http://192.0.2.1/")
    return url.with_fragment(None)


def source(given: str, final: str) -> str:
    """Where a page is from, for a model and the log: the URL that was given, and where that led, if elsewhere.

    Of a redirect's target there is no query: it may hold a token that nobody gave away. Raises UsageError as `parse`.
    """
    from yarl import URL

    first, goal = parse(given), str(URL(final).with_query(None).with_fragment(None))
    return str(first) if str(first.with_query(None)) == goal else f"{first} → {goal}"


def show(url: object) -> str:
    """A URL on a line of a message, without what may be secret in it."""
    return one_line(hide_in_url(str(url)), 120)
