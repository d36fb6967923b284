"""What of a prompt tells the model what to do: its sentences, without examples, quotations and the user's own text.

Offsets stay what they are in the prompt: what is not to be read is replaced by as many other characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from grimoire import placeholders
from grimoire.expression import Expression

LONGEST = 50_000
"""Characters of a prompt that are read."""
LONGEST_SENTENCE = 2_000
"""A longer one is no instruction, and is not read."""
QUOTED = "¤"
"""What stands for each character of a quotation: there is something, but it is not to be read."""

# Full-width signs and the many dashes are read as the plain ones, each for one.
_PLAIN = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_PLAIN |= str.maketrans("－～＋％＃〜∼‐‑−", "-~+%#~~---")

_FENCE = Expression(r"[ \t>]*(```|~~~)[^`]*$")
_NOT_PROSE = (
    Expression(r'("""|\'\'\').{0,5000}?\1', re.DOTALL),
    Expression(r"<(example|sample|input|text|context|document|article)s?>.{0,5000}?</\1s?>", re.DOTALL | re.IGNORECASE),
    Expression(r"`[^`\n]{1,300}`"),
    Expression(r"^[ \t]*\|.*$", re.MULTILINE),
)
_QUOTES = Expression(
    r'"[^"\n]{1,300}"|“[^”\n]{1,300}”|「[^」\n]{1,300}」|『[^』\n]{1,300}』|《[^》\n]{1,100}》|‘[^’\n]{1,300}’'
)
_INSTANCES = (
    Expression(
        r"[(（](?:e\.?\s?g\b|for (?:example|instance)|such as|like\b|eg\b|例|比如|譬如|如[:：]?)[^)）\n]{0,300}[)）]",
        re.IGNORECASE,
    ),
    Expression(
        r"(?:\b(?:e\.\s?g\b|for (?:example|instance)\b|such as\b|including but not limited to\b)|例如|比如|譬如|诸如)"
        r"(?:[^.;\n。；]|\.(?!\s)){0,500}",
        re.IGNORECASE,
    ),
)
_SLOT = Expression(r"\[[^\[\]\n]{1,300}\]")
_EMPHASIS = Expression(r"\*\*|__")
_EXAMPLE = Expression(
    r"^[ \t#*>\-]*(?:(?:an?|the|your|here (?:is|are)|see|output|input|format)\s+){0,3}"
    r"(?:examples?|samples?|示例|例子|范例|样例|例)(?![a-z])[^\n:：。.]{0,40}[:：](.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_STILL_EXAMPLE = Expression(
    r"[ \t]+\S|[-*•>|\"“]|\d{1,2}[.)、]|(?:Q|A|User|Input|Output|Answer|输入|输出|问|答)\s?\d?[:：]"
)

_MARKER = Expression(
    r"[ \t>]*(?:#{1,6}[ \t]|[-*•·●▪–—][ \t]?|\d{1,2}(?:[.)．][ \t]?(?!\d)|、)|[(（]\d{1,2}[)）]"
    r"|[一二三四五六七八九十]{1,3}[、.．]|[A-Za-z][.)][ \t]|[①-⑳])[ \t]*"
)
_END = Expression(
    r"[。！？；;!?]+|(?<!\b[A-Za-z])(?<!\be\.g)(?<!\bi\.e)(?<!\betc)(?<!\bvs)(?<!\b[Nn]o)(?<!\bmin)(?<!\bmax)(?<!approx)"
    r"\.(?=\s|$)",
    re.IGNORECASE,
)
_WRAPPED = Expression(r"(?<=[^\s.:;!?。：；！？])\n(?=[ \t]{0,12}(?:[a-z]|\d{1,4} [a-z]))")
_HEADLINE = Expression(r"\s*(?:#{1,6}\s+[^.。]{1,60}|【[^】\n]{1,20}】)\s*")
EACH = Expression(
    r"\b(?:each|every|per|apiece|respectively|any of|both)\b|每|各(?!种|类|位|地|自媒体)|分别|逐[一个条]", re.IGNORECASE
)


class Sentence(msgspec.Struct, frozen=True):
    """One instruction; `start` is its offset in the prompt.

    `lead` is the line that introduces the list it stands in, `each` whether that speaks of each of several parts, and
    `listed` whether it begins a list's item.
    """

    text: str
    start: int
    lead: str = ""
    each: bool = False
    listed: bool = False


def sentences(prompt: str) -> Iterator[Sentence]:
    """The sentences of a prompt that can be read as instructions, in their order."""
    leads: list[tuple[int, bool, str]] = []
    offset = 0
    for line in _readable(prompt).split("\n"):
        if line.strip():
            found = _of_line(line, offset, leads)
            yield from (sentence for sentence in found if len(sentence.text) <= LONGEST_SENTENCE)
        offset += len(line) + 1


def _of_line(line: str, offset: int, leads: list[tuple[int, bool, str]]) -> list[Sentence]:
    """A line's sentences. `leads` are the lines that lists above it began with: (indent, in a list itself, text)."""
    marker = _MARKER.match(line)
    listed = marker is not None and "#" not in marker[0]
    indent = len(line) - len(line.lstrip())
    while leads and (leads[-1][0] >= indent if leads[-1][1] or not listed else leads[-1][0] > indent):
        leads.pop()
    each = any(EACH.search(text) for _, _, text in leads)
    lead = leads[-1][2] if leads else ""
    pieces = list(_pieces(line, marker.end() if marker else indent))
    if pieces and (line.rstrip().endswith((":", "：")) or _HEADLINE.fullmatch(line)):
        leads.append((indent, listed, line[pieces[-1][0] :].strip()))
    return [
        Sentence(line[start:end], offset + start, lead, each, listed and not number)
        for number, (start, end) in enumerate(pieces)
    ]


def _pieces(line: str, start: int) -> Iterator[tuple[int, int]]:
    """Where the sentences of a line stand, from their first letter on."""
    stops = [(stop.start(), stop.end()) for stop in _END.finditer(line, start)]
    for end, after in (*stops, (len(line), len(line))):
        text = line[start:end]
        if text.strip():
            yield start + len(text) - len(text.lstrip()), end
        start = after


def _readable(prompt: str) -> str:
    text = prompt[:LONGEST].translate(_PLAIN)
    text = "\n".join(_without_fences(text.split("\n")))
    for pattern in _NOT_PROSE:
        text = pattern.sub(_blank, text)
    text = _QUOTES.sub(lambda quoted: quoted[0][0] + QUOTED * (len(quoted[0]) - 2) + quoted[0][-1], text)
    text = _without_examples(text)
    for pattern in _INSTANCES:
        text = pattern.sub(_blank, text)
    text = _SLOT.sub(lambda slot: slot[0] if _is_placeholder(slot[0]) else _blank(slot), text)
    return _WRAPPED.sub(" ", _EMPHASIS.sub("  ", text))


def _without_fences(lines: list[str]) -> Iterator[str]:
    """The lines, those of code blocks that are closed made blank."""
    mark, held = "", list[str]()
    for line in lines:
        held.append(line)
        fence = None if mark else _FENCE.match(line)
        if fence:
            mark = fence[1]
        elif not mark or line.strip() == mark:
            yield from map(_spaces, held) if mark else held
            mark, held = "", []
    yield from held


def _without_examples(text: str) -> str:
    """What stands under a line such as `Example:` is not read, up to the blank line that ends it."""
    kept, start = list[str](), 0
    while found := _EXAMPLE.search(text, start):
        end = found.end() if found[1].strip() else _end_of_example(text, found.end())
        kept += [text[start : found.start()], _spaces(text[found.start() : end])]
        start = end
    return "".join(kept) + text[start:]


def _end_of_example(text: str, start: int) -> int:
    seen = False
    while start < len(text):
        end = text.find("\n", start + 1)
        end = len(text) if end < 0 else end
        blank = not text[start + 1 : end].strip()
        if seen and blank and not _STILL_EXAMPLE.match(text[end : end + 200].lstrip("\n")):
            return start
        seen = seen or not blank
        start = end
    return len(text)


def _is_placeholder(slot: str) -> bool:
    return any(isinstance(part, placeholders.Placeholder) for part in placeholders.parse(slot))


def _blank(match: re.Match[str]) -> str:
    return _spaces(match[0])


def _spaces(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
