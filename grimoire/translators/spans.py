"""What inside a line must come back exactly as it went: placeholders, slots, URLs, code, flags, tags.

Every pattern is bounded or moves on with each character it reads, so that no text makes it slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from grimoire.placeholders import PLACEHOLDER

# ASCII on purpose: in a Chinese sentence the next character of prose may follow a URL or a flag without a space.
_URL = r"(?:https?://|www\.)[!#-&(-;=?-Z\\^_a-z~]*[#-&*+/0-9=@A-Z\\^_a-z~]"
_EMAIL = r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"
_FLAG = r"(?<![A-Za-z0-9_-])--[A-Za-z][A-Za-z0-9-]*(?:[ =][0-9]+(?:[.:/][0-9]+)*)?"
_CODE = r"``[^\r\n]{1,400}?``|`[^`\r\n]{1,400}`"
_BRACED = r"\$\{[^{}\r\n]{1,200}\}|\{\{[^{}\r\n]{1,200}\}\}|\{[^{}\r\n]{1,200}\}"
_TAG = r"<!--[^\r\n]{0,400}?-->|</?[A-Za-z][^<>\r\n]{0,200}>"
_COMMAND = r"(?<!\S)/imagine(?: prompt:)?(?!\S)"

_KINDS = (PLACEHOLDER.pattern, _CODE, _BRACED, _URL, _EMAIL, _FLAG, _TAG, _COMMAND)

SPAN = re.compile("|".join(_KINDS))


def find_spans(text: str) -> Iterator[list[re.Match[str]]]:
    """Runs of protected spans that touch each other, so that nothing can come between them.

    A match's `number` group is set when it is a variable's definition, whose label, default and options are translated.
    """
    run: list[re.Match[str]] = []
    for match in SPAN.finditer(text):
        if run and match.start() != run[-1].end():
            yield run
            run = []
        run.append(match)
    if run:
        yield run
