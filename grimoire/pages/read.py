"""What was fetched, as a page: its title and its readable text."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec

from grimoire.errors import ServiceTimeout, UsageError
from grimoire.pages import clean, extract, urls
from grimoire.pages.fetch import Fetched
from grimoire.terminal import one_line

CHARACTERS = 60_000
"""Of a page's text: some 15,000 tokens of English, more than that of Chinese."""
SECONDS = 20.0
"""That reading a page may take; one of 5 MB takes about seven."""
EXTRA = "pip install 'grimoire-prompts[pages]'"

_HTML = {"text/html", "application/xhtml+xml"}
_TEXT = {"application/json", "application/xml", "application/x-yaml", "application/yaml", "application/toml"}
_BEGINNINGS = {
    b"%PDF-": "a PDF",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"\x1f\x8b": "a gzip archive",
}


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page: where it is from, what it is called, its text, and how many characters of that were left out."""

    url: str
    title: str = ""
    text: str
    left_out: int = 0


def read(
    fetched: Fetched,
    *,
    characters: int = CHARACTERS,
    seconds: float = SECONDS,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Page:
    """The page of what came; `environment` is all that the process which reads HTML gets of it.

    Raises:
        UsageError: it is no text, holds none, or the extra that reads HTML is not installed.
        ServiceTimeout: the page takes too long to read.
    """
    shown = urls.show(fetched.url)
    title, text = _html(fetched, shown, seconds, environment) if _is_html(fetched, shown) else ("", _plain(fetched))
    if not text:
        hint = "a page that scripts build as it is shown has none; save what you see to a file"
        raise UsageError(f"{shown}: no readable text in it", hint=hint)
    return Page(
        url=fetched.url,
        title=one_line(clean.reveal(title)),
        text=text[:characters],
        left_out=max(0, len(text) - characters),
    )


def _is_html(fetched: Fetched, shown: str) -> bool:
    """Whether it is HTML, else text. Raises UsageError for what is neither."""
    what = next((name for start, name in _BEGINNINGS.items() if fetched.body.startswith(start)), "")
    if not what and fetched.kind in _HTML:
        return True
    declared = fetched.kind or "text/plain"
    is_text = declared.startswith("text/") or declared in _TEXT or declared.endswith(("+json", "+xml"))
    if what or not is_text or (b"\0" in fetched.body[:1024] and not fetched.body.startswith(extract.WIDE)):
        named = what or one_line(fetched.kind, 60) or "no text"
        raise UsageError(f"{shown}: a page is HTML or text, and this is {named}", hint="save its text to a file")
    return not fetched.kind and fetched.body.lstrip()[:1] == b"<"


def _plain(fetched: Fetched) -> str:
    return clean.tidy(clean.reveal(extract.decode(fetched.body, fetched.charset)))


def _html(fetched: Fetched, shown: str, seconds: float, environment: Mapping[str, str]) -> tuple[str, str]:
    """Title and text, read by a process that can be ended, and cannot take this one with it."""
    import importlib.util

    if importlib.util.find_spec("trafilatura") is None:
        raise UsageError("reading a web page needs an extra that is not installed", hint=EXTRA)
    program = Path(extract.__file__)
    try:
        done = subprocess.run(  # noqa: S603  # our own program; of the page it gets a label of its character set
            # -P: our own files beside it are not taken for libraries.
            [sys.executable, "-P", "-W", "ignore", str(program), one_line(fetched.charset, 40)],
            input=fetched.body,
            env=environment,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ServiceTimeout(f"{shown}: its HTML cannot be read within {seconds:g} seconds") from None
    if done.returncode != 0:
        said = one_line(done.stderr.decode(errors="replace").strip().rpartition("\n")[2])
        hint = EXTRA if "ImportError" in said or "ModuleNotFoundError" in said else ""
        raise UsageError(f"{shown}: its HTML cannot be read: {said or 'the reader broke down'}", hint=hint)
    found = json.loads(done.stdout)
    return str(found["title"]), clean.fold(clean.reveal(str(found["text"])))
