"""The grammar of amounts in Chinese: a number with its bound, and what it counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from grimoire.expectations.chinese import Chinese
from grimoire.expectations.claims import Bound
from grimoire.expectations.numerals import CHINESE as NUMBER
from grimoire.expectations.numerals import CHINESE_END as END
from grimoire.expectations.numerals import value
from grimoire.expectations.patterns import any_of, named, one_of
from grimoire.expectations.reading import Sentence
from grimoire.expression import Expression

_NOT = r"(?:不|勿|别|莫)(?:要|得|能|可|可以|应|宜|许|必|应该)?"
_LEAST = one_of(rf"""
    至少 | 最少 | 起码 | 最低 | 不下于 | 不止 | {_NOT}(?:少于|低于|小于|短于) | 多于 | 大于 | 高于 | 超过 | 长于
""")
_MOST = one_of(rf"最多 | 至多 | 顶多 | 最高 | {_NOT}(?:超过|多于|大于|高于|长于|超出) | 少于 | 低于 | 小于 | 短于")
_EXACT = one_of("正好 | 恰好 | 刚好 | 仅限? | 只[要需写用给]? | 一共 | 总共 | 共计?")
_ABOUT = one_of("大约 | 大概 | 约莫? | 差不多 | 左右 | ~ | ≈")
_WITHIN = "(?:控制|限制|限定|保持|压缩)(?:在|到)"
_MEASURE = "[个個条條篇段句种款步则份道章节集页次张项点组套首封幅块层行件问类種則]"
_AMOUNT = Expression(
    rf"(?:(?P<pre>{_LEAST}|{_MOST}|{_EXACT}|{_ABOUT}|{_WITHIN})[\s：:]*(?:有|为|在|写|用|列出|给出|包含|包括)?\s*)?"
    rf"(?P<a>{NUMBER})(?:\s*(?:-|—{{1,2}}|–|~|到|至|或)\s*(?P<b>{END}))?(?P<plus>\s?\+)?\s*",
    re.IGNORECASE,
)
# Where the bound stands behind: `15个以上的小标题`, `800字左右`.
_BEHIND = r"[（(]?(?:及|或|或者)?(?:以上|更多|以内|之内|以下|之下|左右|上下|内|起)[）)]?"
_MEASURES = {
    "han": "(?:汉字|中文字|字)(?![符段母典体幕号节数词面眼])",
    "characters": "字符|characters?",
    "words": "单词|词(?![语汇组条性])|words?",
    "sentences": "句话|句子",
    "paragraphs": "段(?:话|文字|落)?(?![子位])",
    "columns": "[列栏](?![出举表目位车])",
    "rows": "行(?![业文动程为诗字]|代码)",
}
_THINGS = {
    "headings": "小标题|副标题|子标题|[一二三四]级标题|H[1-6]标题|H[1-6]",
    "list_items": "列表项|项目符号|编号列表项|bullet points?|bullets",
    "hashtags": r"话题标签|#标签|#话题|hash-?tags?|#\s?标签|热门标签|话题tag",
    "emoji": "emojis?|表情符号|表情(?!包)",
    "code_blocks": "代码块",
    "tables": "表格",
    "passages": "自然段|段落",
    "long": one_of("""
        文案 | 帖子 | 推文 | 微博 | 笔记 | 故事 | 脚本 | 广告 | 邮件 | 评论 | 段子 | 笑话 | 案例 | 朋友圈 | 短信
        | 描述 | 回复 | 短文 | 诗 | 对话 | 食谱 | 菜谱
    """),
    "short": one_of("""
        (?<![小副子级])标题 | 题目 | 问题 | 建议 | 步骤 | 要点 | 技巧 | 方法 | 点子 | 创意 | 主题 | 选题
        | 话题(?!标签) | 口号 | 标语 | 广告语 | 名字 | 名称 | 昵称 | 练习题? | 选择题 | 思考题 | 面试题 | 金句 | 部分
        | 章节 | (?<!文)章 | 模块 | 板块 | 环节 | 小节 | 课时 | 关键点 | 卖点 | 角度 | 方案 | 版本 | 选项 | 场景
        | 镜头 | 策略 | 目标 | 行动项 | 知识点 | 栏目 | 提问
    """),
}
_UNIT = Expression(rf"(?P<middle>{_BEHIND})?\s*个?\s*{named(_MEASURES)}(?P<last>{_BEHIND})?", re.IGNORECASE)
_DESCRIBED = r"(?:(?![年月天周日人位名岁元倍分秒次]|小时)[^\s，。；：、,;:.（）()\d一二三四五六七八九十]{1,8}?)??"
_THING = Expression(
    rf"(?P<middle>{_BEHIND})?\s*(?P<measure>{_MEASURE})?(?P<after>{_BEHIND})?\s*的?{_DESCRIBED}\s*{named(_THINGS)}"
    rf"(?P<last>{_BEHIND})?",
    re.IGNORECASE,
)
_LISTED = Expression(
    rf"[个個条條点點项種种款则步道](?P<middle>{_BEHIND})?(?![^，。；]{{0,8}}(?:关键词|关键字|标签|词语|单词))"
)
_POINTS = Expression(rf"[条点项](?P<middle>{_BEHIND})?(?![钟半])")
_GAP = "(?P<gap>[^，。；：,;:（）()]{0,16})$"
_MAKING = Expression(
    one_of("""
        我(?:想?要|需要) | (?:写|撰写|编写|创作|设计)(?![过了作]) | 生成 | 给出 | 给我 | 提供 | 列出 | 列举 | 罗列
        | 想出? | 起 | 取 | 拟 | 制作 | 准备 | 输出 | 推荐 | 提出 | 策划 | 总结 | 归纳 | 提炼 | 构思
        | (?:^|[请再，])来 | 包含 | 包括 | 分为 | 分成 | 整理 | 产出 | (?<![突列给提指输得写])出
    """)
    + _GAP
)
_LISTING = Expression(one_of("列出 | 列举 | 罗列 | 给出 | 给我 | 提供 | 推荐 | 提出 | 总结 | 归纳 | 提炼") + _GAP)
_POINTING = Expression("(?:分|列|写|总结|归纳|概括|提炼|整理)[成为出]?(?P<gap>)$")
_PASSAGES = Expression("(?:分成?为?|写|用|共)(?P<gap>)$")
_REACH = 30
"""Characters before a number in which the verb is looked for that asks for what it counts."""
# Between the verb and the number stands nothing of what the things are to be about.
_TOLD = any_of("""
    关于 | 介绍 | 讲述 | 描写 | 给(?!我) | 为(?!我) | 一[篇段封份则条首] | 以下 | 上述 | 这 | 该 | 根据 | 基于 | 把
    | 将 | 从 | 对 | 的.*的 | 每
""")


class Amount(Chinese):
    """So many of something. `kind` says of what: the name of a group of `_MEASURES` or `_THINGS`, or how it is said."""

    def __init__(self, sentence: Sentence, start: int, amount: re.Match[str], noun: re.Match[str], kind: str) -> None:
        super().__init__(sentence, start, noun.end(), amount.groupdict() | noun.groupdict())
        self.kind = kind

    @property
    def bound(self) -> Bound | None:
        """The bound the words give; None where they give none to trust, or speak of what is there already."""
        return None if self.negated or self.given else _bound(self)


def amounts(sentence: Sentence) -> Iterator[Amount]:
    """Each amount of something that is known, in its order.

    `long` and `short` things count where a verb of making stands before them; `listed` are those that are no noun known
    here, but follow a verb of listing: `列出10条`, `总结成5点`.
    """
    text = sentence.text
    for amount in _AMOUNT.finditer(text):
        before, end = text[max(amount.start() - _REACH, 0) : amount.start()], amount.end()
        unit, thing = _UNIT.match(text, end), _THING.match(text, end)
        if unit and (_kind(unit, _MEASURES) != "paragraphs" or _passages(before, text[amount.start() : unit.end()])):
            yield Amount(sentence, amount.start(), amount, unit, _kind(unit, _MEASURES))
        elif thing and _kind(thing, _THINGS) not in {"long", "short"}:
            yield Amount(sentence, amount.start(), amount, thing, _kind(thing, _THINGS))
        elif thing and thing["measure"] and (verb := _verb(_MAKING, before)) is not None:
            yield Amount(sentence, amount.start() - len(before) + verb, amount, thing, _kind(thing, _THINGS))
        else:
            yield from _listed(sentence, amount, before)


def _listed(sentence: Sentence, amount: re.Match[str], before: str) -> Iterator[Amount]:
    for verbs, nouns in ((_LISTING, _LISTED), (_POINTING, _POINTS)):
        noun, verb = nouns.match(sentence.text, amount.end()), _verb(verbs, before)
        if noun and verb is not None:
            yield Amount(sentence, amount.start() - len(before) + verb, amount, noun, "listed")
            return


def _verb(verbs: Expression, before: str) -> int | None:
    """Where the verb begins that asks for what follows; None where none does."""
    for start in range(len(before)):
        found = verbs.match(before, start)
        if found and not _TOLD.search(found["gap"]):
            return start
    return None


def _passages(before: str, text: str) -> bool:
    """Whether paragraphs are asked for: `分三段`, `用一段话`, but not `写一段文案`, which may be long."""
    return bool(_PASSAGES.search(before)) and not re.match("一段(?!话)", text)


def _kind(noun: re.Match[str], kinds: Mapping[str, str]) -> str:
    return next(name for name in kinds if noun[name])


def _bound(place: Amount) -> Bound | None:
    low, high = place.group("a"), place.group("b")
    pair = re.fullmatch("([一二两三四五六七八])([两二三四五六七八九])", low)
    if pair:
        low, high = pair.groups()  # `三五个` is three to five
    first, last = value(low), value(high or low)
    if not first or not last or last < first or (high and last == first):
        return None
    pre, end = place.group("pre"), "".join(place.group(name) for name in ("middle", "after", "last"))
    if re.search("以内|之内|以下|之下|内", end) or re.fullmatch(_MOST, pre):
        return Bound(first if high else None, last)
    if re.search("以上|更多|起", end) or place.group("plus") or re.fullmatch(_LEAST, pre):
        return Bound(low=first)
    if re.search("左右|上下", end) or re.fullmatch(_ABOUT, pre):
        return Bound(first, last, "about")
    if high or re.fullmatch(_EXACT, pre):
        return Bound(first, last)
    return Bound(first, last, "about" if re.fullmatch(_WITHIN, pre) else "plain")
