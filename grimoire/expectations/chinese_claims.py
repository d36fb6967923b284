"""What Chinese sentences of a prompt claim of the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grimoire.expectations.chinese import AMOUNT, MIDDLE, Chinese, counted, counting, find, measuring, tells
from grimoire.expectations.chinese_tables import table_claims
from grimoire.expectations.claims import NONE, ONE, SMALLEST_LENGTH, SOME, Claim, Kind, Scope
from grimoire.expectations.patterns import any_of, one_of
from grimoire.expectations.reading import Sentence

_COUNTED: dict[Kind, re.Pattern[str]] = {
    "headings": counting("小标题|副标题|子标题|[一二三四]级标题|H[1-6]标题|H[1-6]"),
    "list-items": counting("列表项|项目符号|编号列表项|bullet points?|bullets"),
    "hashtags": counting(r"话题标签|#标签|#话题|hash-?tags?|#\s?标签|热门标签|话题tag"),
    "emoji": counting("emojis?|表情符号|表情(?!包)"),
    "code-blocks": counting("代码块"),
    "paragraphs": counting("自然段|段落"),
}
_LENGTHS: dict[Kind, re.Pattern[str]] = {
    "字": measuring("(?:汉字|中文字|字)(?![符段母典体幕号节数词面眼])"),
    "characters": measuring("字符|characters?"),
    "words": measuring("单词|词(?![语汇组条性])|words?"),
    "sentences": measuring("句话|句子"),
    "paragraphs": re.compile(r"(?:分成?为?|写|用|共)(?!一段(?!话))" + measuring("段(?:话|文字|落)?(?![子位])").pattern),
}
_LIMITED = re.compile(r"(?:字数|篇幅|长度)[^，。；\d]{0,8}$")
_PART = re.compile(
    one_of("""
        标题 | 题目 | 导语 | 摘要 | 开头 | 结尾 | 描述 | 简介 | 标签 | 句子 | 引言 | 口号 | 名称 | 关键词 | 卖点
        | 昵称 | 签名 | 总结 | 点评 | 理由 | 批注 | 一行 | 一句 | 首段
    """)
    + "[^，。；]{0,6}$"
)
_OF_A_PART = re.compile(r"\s*的?(?:标题|题目|导语|摘要|开头|结尾|引言|口号|简介|小标题|总结)")

_VERBS = one_of("""
    (?:写|撰写|编写|创作|设计)(?![过了作]) | 生成 | 给出 | 给我 | 提供 | 列出 | 列举 | 罗列 | 想出? | 起 | 取 | 拟
    | 制作 | 准备 | 输出 | 推荐 | 提出 | 策划 | 总结 | 归纳 | 提炼 | 构思 | 来 | 包含 | 包括 | 分为 | 分成 | 含 | 整理
    | 产出 | 出
""")
_LISTED = one_of("列出 | 列举 | 罗列 | 给出 | 给我 | 提供 | 推荐 | 提出 | 总结 | 归纳 | 提炼")
_SHORT = one_of("""
    (?<![小副子级])标题 | 题目 | 问题 | 建议 | 步骤 | 要点 | 技巧 | 方法 | 点子 | 创意 | 主题 | 选题 | 话题(?!标签)
    | 口号 | 标语 | 广告语 | 名字 | 名称 | 昵称 | 练习题? | 选择题 | 思考题 | 面试题 | 金句 | 部分 | 章节 | (?<!文)章
    | 模块 | 板块 | 环节 | 小节 | 课时 | 关键点 | 卖点 | 角度 | 方案 | 版本 | 选项 | 场景 | 镜头 | 策略 | 目标
    | 行动项 | 知识点 | 栏目 | 提问
""")
_LONG = one_of("""
    文案 | 帖子 | 推文 | 微博 | 笔记 | 故事 | 脚本 | 广告 | 邮件 | 评论 | 段子 | 笑话 | 案例 | 朋友圈 | 短信 | 描述
    | 回复 | 短文 | 诗 | 对话 | 食谱 | 菜谱
""")
_GAP = "(?P<gap>[^，。；：,;:（）()]{0,16}?)"
_IN_ONE_LINE = "(?![^，。；]{0,8}(?:关键词|关键字|标签|词语|单词))"
_ITEMS = (
    re.compile(f"{_VERBS}{_GAP}{counted(f'(?:(?P<long>{_LONG})|{_SHORT})', measured=True)}", re.IGNORECASE),
    re.compile(f"{_LISTED}{_GAP}{AMOUNT}[个個条條点點项種种款则步道]{MIDDLE}{_IN_ONE_LINE}", re.IGNORECASE),
    re.compile(f"(?:分|列|写|总结|归纳|概括|提炼|整理)[成为出]?{AMOUNT}[条点项]{MIDDLE}(?![钟半])"),
)
# Between the verb and the number of what is to be made stands nothing of what it is to be about.
_TOLD = any_of("""
    关于 | 介绍 | 讲述 | 描写 | 给(?!我) | 为(?!我) | 一[篇段封份则条首] | 以下 | 上述 | 这 | 该 | 根据 | 基于 | 把
    | 将 | 从 | 对 | 的.*的 | 每
""")

_MENTIONED: dict[Kind, re.Pattern[str]] = {
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
_ABSENT = re.compile(
    "(?:不要|不用|不使用|请勿|勿|禁止|无需|不得|避免|不能|别|严禁)(?:使用|出现|包含|添加|加入|加|带|用|有|输出|写)?(?:任何)?"
    "(?P<things>[^，。；：,;:]{0,30})"
)
_THINGS: dict[Kind, re.Pattern[str]] = {
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
    told = [sentence for sentence in sentences if tells(sentence)]
    everything = "\n".join(sentence.text for sentence in sentences)
    for sentence in told:
        yield from _counts(sentence)
        yield from _lengths(sentence)
        yield from _items(sentence)
        yield from _mentions(sentence)
        yield from _json(sentence)
        yield from _absences(sentence, everything)
    yield from table_claims(told)


def _counts(sentence: Sentence) -> Iterator[Claim]:
    for kind, pattern in _COUNTED.items():
        for place in find(pattern, sentence):
            bound = place.bound
            if bound and (kind, bound) != ("headings", ONE):
                yield place.claim(kind, bound)


def _lengths(sentence: Sentence) -> Iterator[Claim]:
    for kind, pattern in _LENGTHS.items():
        for place in find(pattern, sentence):
            bound = place.bound
            if bound is None or _OF_A_PART.match(place.after):
                continue
            of_a_part = _PART.search(place.before) or _PART.search(place.label)
            scope: Scope = "part" if of_a_part else place.scope
            large = kind in {"sentences", "paragraphs"} or (bound.low or bound.high or 0) >= SMALLEST_LENGTH
            if large or scope == "whole" or _LIMITED.search(place.before):
                yield place.claim(kind, bound, scope=scope)


def _items(sentence: Sentence) -> Iterator[Claim]:
    for pattern in _ITEMS:
        for place in find(pattern, sentence):
            bound = place.bound
            if bound and (bound.low or 0) > 1 and not _TOLD.search(place.group("gap")):
                yield place.claim("items", bound)


def _mentions(sentence: Sentence) -> Iterator[Claim]:
    """What is asked for without a number."""
    for kind, pattern in _MENTIONED.items():
        for match in pattern.finditer(sentence.text):
            place = Chinese(sentence, match)
            # An emoji for each of several parts is one for the answer, too.
            fits = kind == "emoji" or not place.shared
            if fits and not (place.negated or place.hedged or re.search(r"不|勿|或|\d", match[0])):
                yield place.claim(kind, SOME)


def _json(sentence: Sentence) -> Iterator[Claim]:
    for place in find(_JSON, sentence):
        if not (place.negated or _PROGRAM.search(place.before)):
            yield place.claim("json", SOME)


def _absences(sentence: Sentence, everything: str) -> Iterator[Claim]:
    """What the answer must not have, where nothing else is said of it."""
    for match in _ABSENT.finditer(sentence.text):
        place, things = Chinese(sentence, match), match["things"]
        if place.shared or place.scope == "part" or _RESTRICTED.search(things):
            continue
        for kind, pattern in _THINGS.items():
            thing = pattern.search(things)
            if thing and len(pattern.findall(everything)) == 1:
                yield place.claim(kind, NONE, scope="whole", end=match.start("things") + thing.end())
