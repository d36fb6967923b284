"""What an incantation plainly asks for and a text does not have: a table, headings, code, items, hashtags, length."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from grimoire.checks.in_lines import InLines
from grimoire.checks.phrases import either_script
from grimoire.checks.width import is_wide, weight
from grimoire.expression import Expression

SHARE = 0.5
"""Of the length asked for, below which a text falls short."""
KIND = 700
"""Weight below which a text is no article, course or script."""

_TABLE = Expression(r"\btable\b|" + either_script("表格|用表"), re.IGNORECASE)
_HEADINGS = Expression(
    r"\bH[123]\b|\b(?:sub-?)?headings?\b|" + either_script("(?:一|二|三)级标题|小标题"), re.IGNORECASE
)
_CODE = Expression(r"\bcode block|\bprogram\b|" + either_script("代码块|完整的程序"), re.IGNORECASE)
_TAGS = Expression(r"\bhashtags?\b|" + either_script("话题标签"), re.IGNORECASE)
_ITEMS = Expression(
    r"\b(?:[4-9]|[1-4]\d|five|six|seven|eight|nine|ten|twelve|twenty) (?:[\w-]+ ){0,2}"
    r"(?:titles|headlines|ideas|tips|items|posts|questions|reviews|keywords|facts|slogans|captions|rows)\b|"
    + either_script(
        "(?:[4-9]|[1-4]\\d|(?:五|六|七|八|九|十)) ?(?:个|条|句|则|道|张)(?:以上)?(?:的)?(?:标题|建议"
        "|文案|帖子|问题|好评|评价|关键词|广告|口号|要点)"
    ),
    re.IGNORECASE,
)
_LEAST = Expression(
    r"(?<![\d.])(\d{2,4})(?:,\d{3})?\s{0,2}(?:(?:to|-|–|—|~|and|到|至|～)\s{0,2}\d{2,5}\s{0,2})?(?:words|字)",
    re.IGNORECASE,
)
_AT_MOST = Expression(
    r"(?:at most|under|up to|below|than|within|maximum(?: of)?|max|not exceed(?:ing)?|每[^，。\n]{0,8}|不超过"
    r"|不超過|少于|少於|以内)\s{0,2}\Z",
    re.IGNORECASE,
)
_KIND = Expression(
    r"\b(?:article|course|biography|essay|screenplay|storyboard|lesson plan|chapter|landing page|report)\b|"
    + either_script("文章|课程|教案|分镜|脚本|详情页|简报|小说|报告"),
    re.IGNORECASE,
)
_SMALL = Expression(
    r"\b(?:titles?|headlines?|slogans?|subject line|captions?|tagline|sentences?|summar\w+|reply|e-?mail"
    r"|paragraph|tl;?dr)\b|" + either_script("标题|概括|总结|一句|口号|邮件|一段|回复"),
    re.IGNORECASE,
)
_SIGNS = InLines(_TABLE, _HEADINGS, _CODE, _TAGS, _ITEMS, _KIND, _SMALL)
_ROW = Expression(r"^[ \t]*\|.*\|", re.MULTILINE)
_HEADING = Expression(r"^[ \t]*(?:#{1,6}\s|\*\*[^*\n]{1,80}\*\*\s*$)", re.MULTILINE)
_ITEM = Expression(r"^[ \t]*(?:\d{1,3}[.、)．]|[-*+•]\s|\|)", re.MULTILINE)
_TAG = Expression(r"(?<!\S)#\w")


class Asked(msgspec.Struct, frozen=True):
    """What an incantation asks for. `least` is a weight, 0 where no length is named."""

    table: bool
    headings: bool
    code: bool
    tags: bool
    items: bool
    kind: bool
    least: int


@lru_cache(maxsize=256)
def asked(incantation: str) -> Asked:
    """What the incantation asks for in so many words."""
    table, headings, code, tags, items, kind, small = _SIGNS.of(incantation)
    return Asked(
        table=table,
        headings=headings,
        code=code,
        tags=tags,
        items=items,
        kind=kind and not small,
        least=_least(incantation),
    )


def falls_short(text: str, incantation: str) -> bool:
    """Whether something that the incantation asks for is not in the text at all."""
    wants = asked(incantation)
    size = weight(text)
    return (
        (wants.table and not _ROW.search(text))
        or (wants.code and "```" not in text)
        or (wants.tags and not _TAG.search(text))
        or (wants.headings and not _HEADING.search(text))
        or (wants.items and len(_ITEM.findall(text)) < 3 and text.count("\n") < 3)  # noqa: PLR2004  # four are the fewest asked for
        or (wants.kind and size < KIND)
        or size < SHARE * wants.least
    )


def _least(incantation: str) -> int:
    """The weight of the shortest length that the incantation names, unless as a maximum or of each part."""
    found = [
        int(number[1]) * (3 if is_wide(number[0][-1]) else 5)
        for number in _LEAST.finditer(incantation)
        if not _AT_MOST.search(incantation[max(0, number.start() - 16) : number.start()])
        and not incantation[number.end() : number.end() + 3].startswith(("以内", "以內", "以下"))
    ]
    return min(found, default=0)
