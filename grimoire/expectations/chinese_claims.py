"""What Chinese sentences of a prompt claim of the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grimoire.expectations.chinese import Chinese, tells
from grimoire.expectations.chinese_amounts import Amount, amounts
from grimoire.expectations.chinese_tables import table_claims
from grimoire.expectations.claims import NONE, ONE, SMALLEST_LENGTH, SOME, Bound, Claim, Kind, Scope
from grimoire.expectations.patterns import any_of, one_of
from grimoire.expectations.reading import Sentence
from grimoire.expression import Expression

_COUNTED: dict[str, Kind] = {
    "headings": "headings",
    "list_items": "list-items",
    "hashtags": "hashtags",
    "emoji": "emoji",
    "code_blocks": "code-blocks",
    "passages": "paragraphs",
}
_MEASURED: dict[str, Kind] = {
    "han": "字",
    "characters": "characters",
    "words": "words",
    "sentences": "sentences",
    "paragraphs": "paragraphs",
}
_ITEMS = {"long", "short", "listed"}
_LIMITED = Expression(r"(?:字数|篇幅|长度)[^，。；\d]{0,8}$")
_PART = Expression(
    one_of("""
        标题 | 题目 | 导语 | 摘要 | 开头 | 结尾 | 描述 | 简介 | 标签 | 句子 | 引言 | 口号 | 名称 | 关键词 | 卖点
        | 昵称 | 签名 | 总结 | 点评 | 理由 | 批注 | 一行 | 一句 | 首段
    """)
    + "[^，。；]{0,6}$"
)
_RUN_TOGETHER = any_of("一行(?!一) | 一段话 | 一句话")
_SEPARATED = any_of("逗号 | 顿号 | 分号 | 空格 | 斜杠")
_WRITING = any_of("写 | 作 | 生成 | 输出 | 完成 | 给出 | 提供 | 做 | 起草 | 来 | 用 | 拟 | 出")
_PARTS = any_of("标题 | 题目 | 导语 | 摘要 | 描述 | 简介 | 正文 | 评论")
_OF_A_PART = Expression(r"\s*的?(?:标题|题目|导语|摘要|开头|结尾|引言|口号|简介|小标题|总结)")

_MENTIONED: dict[Kind, Expression] = {
    "emoji": any_of("""
        (?:使用|加入|加上?|添加|带上?|配上?|插入|穿插|运用|用|搭配|包含|点缀)[^，。；：,;:]{0,10}?(?:emojis?|表情符号|小表情)
    """),
    "list-items": any_of("""
        (?:以|用|使用|采用|按)[^，。；：,;:]{0,6}?(?:列表|项目符号|bullet ?points?|要点列表)的?(?:形式|格式|方式)?
    """),
    "code-blocks": any_of(r"""
        (?:用|以|放在|放入|放进|写在|使用|置于|输出在)(?:一个|单独的|markdown|独立的)?\s*(?:markdown)?\s*代码块
    """),
}
_JSON = any_of(r"""
    (?:以|用|按照?|采用|使用)\s*(?:标准|严格|合法|有效)?的?\s*JSON\s*的?[格形]?式?(?:数组|对象)?\s*(?:输出|返回|回[复答]|给出|呈现)
    | (?:^|[，。；：、\s请须必只仅要需应直接]|最终|结果|严格)(?:输出|返回|回复)\s*(?:一个|标准|严格)?的?\s*JSON(?!-LD)
    | 输出格式[为是：:]\s*JSON
""")
_PROGRAM = any_of("API | 接口 | 函数 | 程序 | 方法")
_ABSENT = Expression(
    "(?:不要|不用|不使用|请勿|勿|禁止|无需|不得|避免|不能|别|严禁)(?:使用|出现|包含|添加|加入|加|带|用|有|输出|写)?(?:任何)?"
    "(?P<things>[^，。；：,;:]{0,30})"
)
_THINGS: dict[Kind, Expression] = {
    "tables": any_of("表格"),
    "headings": any_of("小标题"),
    "list-items": any_of("项目符号 | 列表 | bullet"),
    "hashtags": any_of("话题标签 | hashtag"),
    "emoji": any_of("emoji | 表情符号"),
    "code-blocks": any_of("代码块"),
}
_RESTRICTED = any_of(
    r"[中里内上前后] | 在 | 与 | 和.*[混相] | 过多 | 太多 | 大量 | 滥用 | 超过 | 多于 | 一样 | 重复 | 作为 | 代替 | \d"
)


def claims(sentences: Sequence[Sentence]) -> Iterator[Claim]:
    """All that the sentences claim."""
    everything = "\n".join(sentence.text for sentence in sentences)
    told: list[tuple[Sentence, list[Amount]]] = []
    for sentence in sentences:
        if tells(sentence):
            places = [place for place in amounts(sentence) if not (place.hedged or place.shared)]
            told.append((sentence, places))
            for place in places:
                yield from _amount(place)
            yield from _mentions(sentence)
            yield from _json(sentence)
            yield from _absences(sentence, everything)
    yield from table_claims(told)


def _amount(place: Amount) -> Iterator[Claim]:
    bound, kind = place.bound, place.kind
    if bound is None:
        return
    if kind in _COUNTED and (kind, bound) != ("headings", ONE):
        yield place.claim(_COUNTED[kind], bound)
    elif kind in _MEASURED and not _OF_A_PART.match(place.after) and _demanded(place):
        of_a_part = _PART.search(place.before) or _PART.search(place.label)
        scope: Scope = "part" if of_a_part else place.scope
        if _large(place, bound) or scope == "whole":
            yield place.claim(_MEASURED[kind], bound, scope=scope)
    elif kind in _ITEMS and (bound.low or 0) > 1 and not _in_one_line(place):
        yield place.claim("items", bound, long=kind == "long")


def _in_one_line(place: Amount) -> bool:
    """Whether things are to stand one after the other, in no list."""
    return bool(_RUN_TOGETHER.search(place.after) or _SEPARATED.search(place.sentence.text, place.end))


def _demanded(place: Amount) -> bool:
    """Whether a length is wanted, and not told of something: `1000字以上的文章太长`."""
    return not re.match(r"\s*的", place.after) or bool(_WRITING.search(place.prefix))


def _large(place: Amount, bound: Bound) -> bool:
    """Whether a length is no title's, caption's or cell's."""
    if place.kind in {"sentences", "paragraphs"} or _LIMITED.search(place.before):
        return True
    return (bound.low or bound.high or 0) >= SMALLEST_LENGTH


def _mentions(sentence: Sentence) -> Iterator[Claim]:
    """What is asked for without a number."""
    for kind, pattern in _MENTIONED.items():
        for match in pattern.finditer(sentence.text):
            place = Chinese(sentence, *match.span())
            # An emoji for each of several parts is one for the answer, too.
            fits = kind == "emoji" or not place.shared
            if fits and not (place.negated or place.hedged or re.search(r"不|勿|或|\d", match[0])):
                yield place.claim(kind, SOME)


def _json(sentence: Sentence) -> Iterator[Claim]:
    for match in _JSON.finditer(sentence.text):
        place = Chinese(sentence, *match.span())
        if not (place.hedged or place.shared or place.negated or _PROGRAM.search(place.before)):
            yield place.claim("json", SOME)


def _absences(sentence: Sentence, everything: str) -> Iterator[Claim]:
    """What the answer must not have, where nothing else is said of it."""
    for match in _ABSENT.finditer(sentence.text):
        place, things = Chinese(sentence, *match.span()), match["things"]
        of_a_part = place.scope == "part" or _PARTS.search(place.prefix)
        if place.shared or of_a_part or _RESTRICTED.search(things):
            continue
        for kind, pattern in _THINGS.items():
            thing = pattern.search(things)
            if thing and len(pattern.findall(everything)) == 1:
                yield place.claim(kind, NONE, scope="whole", end=match.start("things") + thing.end())
