"""A web page as an input of a cast."""

from __future__ import annotations


def read_page(url: str, *, language: str, allow_private: bool) -> str:
    """A page's title, source and readable text, fenced as data in words of `language`; what is left out is told.

    Raises:
        UsageError: the URL is none, its address is refused, it is no text, or the extra that reads it is missing.
        ServiceError: no page came.
    """
    from msgspec.structs import replace

    from grimoire import settings
    from grimoire.cli import output
    from grimoire.pages import addresses, urls
    from grimoire.pages.fence import fence
    from grimoire.pages.fetch import fetch
    from grimoire.pages.read import read

    fetched = fetch(url, _anything if allow_private else addresses.describe)
    page = read(fetched, environment=settings.child_environment())
    if page.left_out:
        output.note(
            f"the page is long: its first {len(page.text):,} characters are taken, {page.left_out:,} are left out"
        )
    return fence(replace(page, url=urls.source(url, fetched.url)), language)


def _anything(_: object) -> str:
    """The rule that is against no address."""
    return ""
