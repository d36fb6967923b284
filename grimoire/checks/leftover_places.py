"""Where a bracket stands: as a label, as a heading, in a quotation, or where something should have been filled in."""

from __future__ import annotations

import re

from grimoire.checks import leftover_words as words_of
from grimoire.expression import Expression

NEAR = 200

_BEFORE_LABEL = Expression(r"\W{0,12}(?:\d{1,3}[.、)])?[ \t*_]{0,8}\Z")
_LABEL_FIRST = Expression(r"[ \t>*_#•-]{0,12}[\[［][^\[\]［］]{1,20}[\]］][ \t:：]")
_AFTER_LABEL = Expression(r"[*_]{0,2}(?:[ \t]*[:：]|[ \t]+[^\s|])")
_LONE = Expression(r"[ \t*_]*(?:【[^【】\n]{1,20}】[ \t*_]*)+")
_SENTENCE_GOES_ON = Expression(r"(?:成立于|创立于|始于|位于|坐落于|专注|致力|诚邀|诚聘|拥有|为您|为你|是一|——)")
_CLAUSE_GOES_ON = Expression("[，。！？的]")
_WORD_BEFORE = Expression(r"\w\Z")
_READER_IS_TOLD = Expression(
    r"(?:填写|输入|点击|点|(?<![您你迎])选择|选|勾选|修改|查看|打开|进入|填|提供|告知|注明|备注|留下|写明|写上|发送|回复|包括|包含|含|完善|"
    r"设置|核对|如|例如|、|和|及|与|或|→|>|“|「)[ \t]*\Z"
)
_CELL_BEFORE = Expression(r"(?:\||[:：])[ \t*_]*\Z")
_CLAUSE_AFTER = Expression(r"[ \t*_]*[，。；]")
_CELL_AFTER = Expression(r"[ \t*_]*(?:\||$)", re.MULTILINE)
_EXAMPLE = Expression(r"例如|比如|譬如|举例|公式|为例|示例|如：|e\.g\.|(?i:example)")


def line_before(match: re.Match[str], limit: int = NEAR) -> str:
    """What stands before a match on its line, at most `limit` characters of it."""
    text, end = match.string, match.start()
    start = max(0, end - limit)
    return text[max(start, text.rfind("\n", start, end) + 1) : end]


def is_label(words: str, match: re.Match[str]) -> bool:
    """`[Title] Coffee`, `[主题]：咖啡`: one word at a line's beginning and text after it, or any words and a colon.

    On a line that begins with a label, what follows white space is one too: `[产品] 手冲壶 [价格] 两百元`.
    """
    after = _AFTER_LABEL.match(match.string, match.end())
    before = line_before(match)
    if not after or not (_BEFORE_LABEL.match(before) or _follows_a_label(before, after)):
        return False
    return after.group()[-1] in ":：" or " " not in words


def _follows_a_label(before: str, after: re.Match[str]) -> bool:
    first = _LABEL_FIRST.match(before)
    has_text = first is not None and any(map(str.isalnum, before[first.end() :]))
    return has_text and before[-1:] in {" ", "\t"} and after.group()[-1] not in "[［"


def is_quoted(match: re.Match[str]) -> bool:
    """Whether a match stands in a quotation, or on a line that gives an example."""
    before = line_before(match)
    opened = before.count("“") > before.count("”") or before.count("「") > before.count("」") or before.count('"') % 2
    return bool(opened) or bool(_EXAMPLE.search(before))


def is_lenticular_slot(match: re.Match[str]) -> bool:
    """Whether 【…】 holds what should have been filled in, by its words and by where it stands."""
    words = match[1].strip()
    if words_of.asks_in_chinese(words):
        return True
    named = words_of.names(words)
    plain = words_of.plainly_slots(words)
    if not (named or plain):
        return False
    before, text, end = line_before(match), match.string, match.end()
    if _LONE.fullmatch(line_of(match)):
        return _ends_the_text(match)
    if _CELL_BEFORE.search(before) and (_CELL_AFTER.match(text, end) or (plain and _CLAUSE_AFTER.match(text, end))):
        return True
    if not _WORD_BEFORE.search(before):
        return bool(_SENTENCE_GOES_ON.match(text, end)) or (plain and bool(_CLAUSE_GOES_ON.match(text, end)))
    return plain and not _READER_IS_TOLD.search(before)


def line_of(match: re.Match[str]) -> str:
    """The line a match stands on, at most 200 characters of it on either side."""
    text, start = match.string, match.end()
    end = text.find("\n", start, start + NEAR)
    return line_before(match) + match.group() + text[start : end if end >= 0 else start + NEAR].rstrip("\r")


def _ends_the_text(match: re.Match[str]) -> bool:
    """Whether nothing but such lines follows: a heading has something under it, a signature has not."""
    rest = match.string[match.end() : match.end() + 400].split("\n")
    return all(not line.strip() or _LONE.fullmatch(line) for line in rest)
