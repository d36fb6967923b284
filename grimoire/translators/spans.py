"""What inside a line must come back exactly as it went: placeholders, slots, URLs, code, flags, tags, names.

Every pattern is bounded or moves on with each character it reads, so that no text makes it slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from grimoire.glossary import name_pattern
from grimoire.placeholders import PLACEHOLDER

# ASCII on purpose: in a Chinese sentence the next character of prose may follow a URL or a flag without a space.
_URL = r"(?:https?://|www\.)[!#-&(-;=?-Z\\^_a-z~]*[#-&*+/0-9=@A-Z\\^_a-z~]"
_EMAIL = r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"
_FLAG = r"(?<![A-Za-z0-9_-])--[A-Za-z][A-Za-z0-9-]*(?:[ =][0-9]+(?:[.:/][0-9]+)*)?"
_CODE = r"``[^\r\n]{1,400}?``|`[^`\r\n]{1,400}`"
_BRACED = r"\$\{[^{}\r\n]{1,200}\}|\{\{[^{}\r\n]{1,200}\}\}|\{[^{}\r\n]{1,200}\}"
_ENTITY = r"&(?:[A-Za-z]{2,8}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});"
_TAG = rf"<!--[^\r\n]{{0,400}}?-->|</?[A-Za-z][^<>\r\n]{{0,200}}>|{_ENTITY}"
_COMMAND = r"(?<!\S)/imagine(?: prompt:)?(?!\S)"

_KINDS = {
    "code": _CODE,
    "slot": _BRACED,
    "url": _URL,
    "email": _EMAIL,
    "flag": _FLAG,
    "tag": _TAG,
    "command": _COMMAND,
}
_PLACEHOLDERS = {"PROMPT": "prompt", "PROMPT1": "prompt", "TARGETLANGUAGE": "language"}

TEMPLATE_KINDS = frozenset({"prompt", "language", "variable", "page", "definition"})
"""Kinds of the template language; what else is protected belongs to the text."""


@lru_cache(maxsize=16)
def span_pattern(names: tuple[str, ...] = ()) -> re.Pattern[str]:
    """Matches one protected span, `names` among them; a group tells which kind it is."""
    kinds = _KINDS | ({"product": name_pattern(names)} if names else {})
    return re.compile("|".join((PLACEHOLDER.pattern, *(f"(?P<{kind}>{pattern})" for kind, pattern in kinds.items()))))


def kind_of(match: re.Match[str]) -> str:
    """The kind of a matched span, as in `Segment.kinds`."""
    if match["number"]:
        return "definition"
    if name := match["name"]:
        return _PLACEHOLDERS.get(name) or ("variable" if name.startswith("VARIABLE") else "page")
    return "name" if match.lastgroup == "product" else str(match.lastgroup)


def find_spans(text: str, names: tuple[str, ...] = ()) -> Iterator[list[re.Match[str]]]:
    """Runs of protected spans that touch each other, so that nothing can come between them.

    A match's `number` group is set when it is a variable's definition, whose label, default and options are translated.
    """
    run: list[re.Match[str]] = []
    for match in span_pattern(names).finditer(text):
        if run and match.start() != run[-1].end():
            yield run
            run = []
        run.append(match)
    if run:
        yield run
