"""How a text ends: signs that something was to follow. Each sign looks at the last lines and is linear in their length.

A sign is a function of an `Ending` that returns whether the text is left open in its way.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import takewhile

import msgspec

from grimoire.checks.width import weight, wide
from grimoire.expression import Expression

READ = 8_000
LAST_WORDS = 40
ENOUGH = 3
"""Sentences that were ended properly before an unended one means anything."""
WORDS, WORDS_ZH = 5, 7
"""Words, or Chinese characters, of an unended sentence; slogans and sign-offs are shorter."""
LONG_LINE = 90
"""Weight (a Chinese character counts three) from which a line is running text even when it holds one sentence."""

_INNER = Expression(
    r"[a-z]{3}[)\"”’*]{0,3}[.!?][)\"”’*]{0,3}\s{1,3}[\"“(*]{0,3}[A-Z]|[\w”』」）][。！？][”』」）*]{0,3}\s{0,3}[^\s”』」）*]"
)
_ENDS = Expression(r"[.!?][)\"”’*]{0,3}\s|[。！？][”』」）]?")
_ITEM = Expression(r"(?:[-*+•>]|#{1,6}|\d{1,3}[.)、．]|[一二三四五六七八九十]{1,3}、|\|)")
_LIST_ITEM = Expression(r"[-*+•]\s|\d{1,3}[.)、．]")
_NUMBER = Expression(r"(\d{1,3})([.)、．])\Z")
_CHINESE_NUMBER = Expression(r"[一二三四五六七八九十]{1,3}、")
_DELIMITER = Expression(r"\|?[ :|-]*-{2,}[ :|-]*\Z")
_HEAD = Expression(r"\|[ \t][^|]{1,200}[ \t]\|[^|].*[ \t]\|\Z")
_TOTAL = Expression(r"\|\W{0,4}(?:total|sum|subtotal|合[计計]|[总總][计計]|小[计計]|平均|average)", re.IGNORECASE)
_FIN = Expression(
    r"[#\s*]{0,8}(?:the end|end|fin|finis|全文完|完|[终終]|谢谢|謝謝|thank(?:s| you))\W{0,4}\Z", re.IGNORECASE
)
_HEADING = Expression(r"(#{1,6})\s+\S.*\w\W?\Z")
_BARE_LABEL = Expression(r"(?:[-*+•]|\d{1,3}[.)、．])?\s{0,3}\*{0,2}[^：:*]{1,24}\*{0,2}[：:]\*{0,2}\Z")
_FULL_LABEL = Expression(r"(?:[-*+•]|\d{1,3}[.)、．])?\s{0,3}\*{0,2}[^：:*]{1,24}\*{0,2}[：:]\*{0,2}\s{0,3}[^\s*]")
_TO_FILL_IN = Expression(
    r"(?:signature|signed|date|place|name|by|notes?|comments?|remarks?|签名|签字|签章|盖章|日期|时间|地点|备注|其他|簽名|簽字|備註)"
    r"\W{0,4}\Z",
    re.IGNORECASE,
)
_ANNOUNCED = Expression(
    r"(?:\b(?:following|below|as follows|here(?:['’]s| is| are))\b[^.!?]{0,200}"
    r"|(?:以下|如下|下面|下表|下列|下图)[^。！？]{0,60})[：:]\Z",
    re.IGNORECASE,
)
_SIGN_OFF = Expression(
    r"\b(?:regards|sincerely|faithfully|truly|wishes|thanks|you|love|cheers|best|respectfully|cordially"
    r"|warmly|yours),\Z",
    re.IGNORECASE,
)
# Words that can end a title or a question (of, for, 的, 是) are in _SELDOM_LAST, which counts in running text alone.
_NEVER_LAST = Expression(
    r"(?:[,，、]|\b(?:the|an|and|or|because|which|their|your|its)"
    r"|以?及|[并而]且|因[为為]|由[于於]|如果|能[够夠]|[为為]了|不[仅僅]|[对對][于於]|[关關][于於]|根[据據]|例如|包括|之所以)\Z"
)
_COMMAS = (",", "，", "、")
_SELDOM_LAST = Expression(
    r"(?:\b(?:a|of|for|to|in|with|by|from|at|into|is|are|was|were|be|that|this|these|as|than|when|while"
    r"|if|but|my|our|his"
    r"|has|have|had|not|very|so|would|could|should|can|will)"
    r"|[的是在和与與对對把被从從向将將而以让讓使给給为為其也就都还還又更最很或比由]|已[经經]|正在|曾[经經]?|想[请請][您你]?|[请請][您你]|[为為帮幫]您)\Z"
)
_NO_SENTENCE = Expression(
    r"#\S|@\S|\s--?[A-Za-z][\w-]*(?:\s\S{1,20})?\Z|://|www\.|\.com\b|^\W{0,3}[—–-]"
    r"|^\W{0,3}(?:[\u4e00-\u9fff]{1,4}|[A-Za-z ]{1,16})[：:]"
)
_OPENERS, _CLOSERS = "（《「『【“(", "）》」』】”)"
_FACE = Expression(r"[:;=][-^]?[()]")


class Ending(msgspec.Struct, frozen=True):
    """The last lines of a text, stripped, empty ones left out; `sure` where no service says that it ended by itself."""

    lines: list[str]
    sure: bool

    @property
    def last(self) -> str:
        return self.lines[-1]


Sign = Callable[[Ending], bool]


def ending(text: str, *, sure: bool) -> Ending | None:
    """The text's ending, or None where there is no line."""
    lines = [stripped for line in text[-READ:].split("\n") if (stripped := line.strip())]
    return Ending(lines, sure) if lines else None


def row(end: Ending) -> bool:
    """Within a row of a table, with fewer bars than the rows before, or after a table's head."""
    before = end.lines[-2] if len(end.lines) > 1 else ""
    if not end.last.startswith("|"):
        return "|" in end.last and "|" in before and bool(_DELIMITER.match(end.last))
    if not before.startswith("|"):
        return bool(_HEAD.match(end.last))
    if _DELIMITER.match(end.last) or _TOTAL.match(end.last):
        return bool(_DELIMITER.match(end.last))
    return before.endswith("|") and (not end.last.endswith("|") or end.last.count("|") < before.count("|"))


def marker(end: Ending) -> bool:
    """On the bare number, bullet or hash of an item or heading, or on the first mark of its bold type."""
    before = end.lines[:-1]
    bare = end.last.removesuffix("**").rstrip()
    if number := _NUMBER.match(bare):
        previous = f"{int(number[1]) - 1}{number[2]}"
        return any(line.startswith(previous) for line in before)
    if _CHINESE_NUMBER.fullmatch(bare):
        return any(map(_CHINESE_NUMBER.match, before))
    if bare in {"-", "*", "+", "•"}:
        return bool(before) and before[-1].startswith(bare)
    return bool(before) and 0 < len(bare) <= 6 and not bare.strip("#")  # noqa: PLR2004  # levels of headings


def colon(end: Ending) -> bool:
    """On a colon that announces something, in running text, or after a label whose fellows have words after them."""
    if not end.last.rstrip("*").endswith((":", "：")) or _TO_FILL_IN.search(end.last[-40:]):
        return False
    if _ANNOUNCED.search(end.last[-280:].rstrip("*")):
        return True
    if _BARE_LABEL.match(end.last):
        return sum(1 for line in end.lines[:-1] if _FULL_LABEL.match(line)) > 1
    return sum(len(_ENDS.findall(line + "\n")) for line in end.lines) > 1


def heading(end: Ending) -> bool:
    """On a heading, where two others of its level have text under them."""
    found = _HEADING.match(end.last)
    if not found or _FIN.match(end.last) or end.last.endswith(("!", "?", ".", "！", "？", "。")):
        return False
    level = found[1] + " "
    pairs = zip(end.lines, end.lines[1:], strict=False)
    return sum(1 for line, after in pairs if line.startswith(level) and not after.startswith("#")) > 1


def bracket(end: Ending) -> bool:
    """On a letter within brackets, quotation marks or bold type that the last line opens."""
    line = end.last[-600:]
    if not line[-1].isalpha():
        return line[-1] in _OPENERS and len(line) > 1 and not _FACE.search(line[-3:])
    bold = line.count("**") % 2 == 1 and re.search(r"(?:^|[\s(（：:])\*\*\w[^*]{0,200}\Z", line)
    if bold:
        return True
    faceless = _FACE.sub("", line if "„" not in line else line.replace("“", ""))
    return any(
        faceless.count(opener) > faceless.count(closer) for opener, closer in zip(_OPENERS, _CLOSERS, strict=True)
    )


def word(end: Ending) -> bool:
    """On a comma or a word that ends no sentence; words that may end a title count in running text alone."""
    whole = end.last.rstrip("*_ ")
    dots = whole.endswith(("...", "…"))
    line = whole.rstrip(".… ")[-LAST_WORDS:] if dots else whole[-LAST_WORDS:]
    if not (line[-1:].isalpha() or line.endswith(_COMMAS)):
        return False
    if _NEVER_LAST.search(line) and not (_SIGN_OFF.search(line) and len(whole) < LAST_WORDS):
        return end.sure or dots or any(map(_INNER.search, end.lines))
    return not dots and bool(_SELDOM_LAST.search(line)) and _runs(end) and any(map(_INNER.search, end.lines))


def sentence(end: Ending) -> bool:
    """On a letter or digit of a sentence, where the text is of sentences and each other paragraph ends like one."""
    return _is_open(end.last) and _runs(end) and _is_prose(end)


def item(end: Ending) -> bool:
    """On a letter or digit of an item of a list, where each item before it ends like a sentence."""
    kind = _LIST_ITEM.match(end.last)
    if not kind or not _is_open(end.last):
        return False
    fellows = takewhile(_LIST_ITEM.match, reversed(end.lines[:-1]))
    ends = [line.rstrip("*_ ").endswith((".", "!", "?", "。", "！", "？")) for line in fellows]
    return len(ends) >= ENOUGH and all(ends)


SIGNS: dict[str, Sign] = {
    "a row of a table is missing or breaks off": row,
    "an item has nothing in it": marker,
    "nothing follows the colon": colon,
    "nothing follows the heading": heading,
    "a bracket, quotation or bold type is never closed": bracket,
    "the last line breaks off": word,
    "the last sentence breaks off": sentence,
    "the last item breaks off": item,
}


def _is_open(line: str) -> bool:
    return line.rstrip("*_ ")[-1:].isalnum()


def _runs(end: Ending) -> bool:
    """Whether the last line is running text: several sentences, or one that is long."""
    return bool(_INNER.search(end.last)) or (weight(end.last) >= LONG_LINE and not _ITEM.match(end.last))


def _is_prose(end: Ending) -> bool:
    """Whether lines of several sentences prevail, and each of them but the last ends in a mark."""
    inner = [line for line in end.lines if _INNER.search(line)]
    others = [line for line in inner if line is not end.last]
    if any(map(_is_open, others)):
        return False
    sentences = sum(len(_INNER.findall(line)) for line in inner) + len(others)
    return sentences >= ENOUGH and _is_sentence(_INNER.split(end.last)[-1])


def _is_sentence(rest: str) -> bool:
    """Whether it is the beginning of a sentence, and no signature, slogan, label, tag or address."""
    return not _NO_SENTENCE.search(rest[:400]) and (wide(rest) >= WORDS_ZH or len(rest.split()) >= WORDS)
