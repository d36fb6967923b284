"""What a text is about, as terms that can be looked for in another: pairs of wide characters, and stems of words.

Pairs of neighbouring characters need no word list and survive rewording; they are made in Simplified characters. Stems
begin with a space, because they are looked for at the beginning of words. Words that every request has (write, article,
如何, 介绍) are no terms.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from grimoire.expression import Expression
from grimoire.hanzi import simplify

SHORT_TEXT = 60
TERMS = 24
ENOUGH_WHOLE = 4
READ = 4_000
WIDE_FROM = "\u3041"

_WIDE_RUN = Expression("[\u3005\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]+")
_WORD = Expression("[^\\W\\d_\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]{2,}")
_WORD_ASCII = Expression(r"[^\W\d_]{2,}")
"""The same in a text of ASCII."""
_ADDRESS = Expression(r"https?://(?:www\.)?|\.(?:com|org|net|html?)\b")
_STOP_CHARACTERS = frozenset("的了是我你您她它们这那个些么什怎吗呢吧啊之一")
# Words of their own, and parts of others as well: 吉他, 和平, 会议, 能源.
_PART_CHARACTERS = frozenset("他和与及或在有为对把被给让也就都还很请想要能会可以到从用于将着过")
# The characters every Chinese text is full of, roughly by frequency: finding one again says nothing.
_COMMON_CHARACTERS = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道"
    "行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意"
    "无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什"
    "二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义"
    "各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金"
    "指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求"
    "据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笑飞风步改收根干造言联持组每济车亲极服"
    "快办议往元英士证近失转夫令准布始怎呢存未远叫台单影具罗字爱击流备兵连调深商算质团集百需价花党华城石级整府"
    "离况亚请技际约示复病息究线似官火断精满支视消越器容照须九增研写称企八功吗包片史委乎查轻易早曾除农找装广显"
    "吧标谈吃图念六引历首医局突专费号尽另周较注语仅考落青随选列武红响虽推势参希古众构房半节投某案黑您篇份章"
    "首诗词歌曲则句段幅张封款套帮祝愿聊讲"
)
_COMMON_PAIRS = (
    "如何 怎么 怎样 什么 文章 写作 介绍 关于 方法 中国 问题 内容 进行 提供 使用 需要 帮助 一篇 一份 计划 "
    "方案 分析 建议 生成 主题 标题 公司 产品 我们 以及 通过 重要 时间 工作 生活 人们 不同 没有 自己 因为 所以 "
    "但是 如果 就是 时候 帮我 学习 技巧 下面 以下 分享 选择 推荐 简单 容易 开始 最后 首先 其次 然后 同时 主要 "
    "特别 非常 更加 更多 不要 不会 可能 应该 必须 一定 其实 知道 觉得 喜欢 希望 大家 朋友 今天 每天 每个 这样 "
    "那么 还是 只要 只有 这里 地方 方面 部分 情况 结果 原因 效果 质量 服务 用户 客户 读者 专业 完成 实现 提高 提升 "
    "有效 实用 经验 指南 教程 攻略 入门 新手 全面 详细 具体 基本 基础 了解 注意 避免 解决 上周 感谢 谢谢 欢迎 "
    "联系 您好 你好 尊敬 亲爱 收到 回复 尽快 随时 名字 字数 要求 不少 不超 左右 风格 语气 小红 红书 公众 众号 文案 "
    "解释 说明 描述 总结 概括 翻译 改写 润色 扩写 续写 列出 比较 对比 评价 检查 修改 制定 撰写 编写 起草 讲讲 讲个 "
    "聊聊 谈谈 判断 回答 请问 设计 笑话 故事 诗歌 首诗 歌词 小说 谜语 绕口 口令 对联 口号 标语 邮件 短信 报告 清单 "
    "脚本 剧本 大纲 日记 作文 演讲 讲稿 祝福 段子 朋友 友圈 海报 简介 摘要 关键 键词"
)
_COMMON_WORDS = (
    "the and to of with are this be from you your not have can will their which has more they what how but about when "
    "these our its if into than been would should for is it that in on at by as an or we he she his her was were do "
    "does did me my us all any some no so up out one two there here just also very get got make made making write "
    "writing written article articles blog post posts essay text topic about guide tips best good great new top ways "
    "way things please help need want like using use used why who where give create creating list ideas idea step "
    "steps people between without through over under after before most many much other own same each every only day "
    "time work title titled following example examples dear hello hi thanks thank regards english chinese words word "
    "short long three four five ten them may might could must shall them because while then now still even well too "
    "such those really always never often first last next back down off again don doesn isn won let see know think "
    "suggest recommend explain describe summarize summarise translate classify rewrite improve generate tell show "
    "compare analyze analyse review check fix convert design plan draft outline brainstorm edit answer question joke "
    "story poem haiku limerick song lyrics riddle slogan headline email mail letter message speech script tweet "
    "caption summary report paragraph sentence sentences page name names simple easy funny friendly professional"
)
_NUMERALS = frozenset("一二三四五六七八九十百千万两零")
_STOP_PAIRS = frozenset(_COMMON_PAIRS.split())
_STOP_WORDS = frozenset(_COMMON_WORDS.split())
_LONG_SUFFIX = Expression(r"(?<=.{4})(?:iness|ness|ations?|ions?|ity)$")
_SUFFIX = Expression(r"(?:ings?|edly|ed|ers?|ies|es|ly|ment|s|y|e)$")


class Terms(NamedTuple):
    """Terms of a text, how many of them an answer must hold, and the text's characters that are not in every text."""

    terms: tuple[str, ...] = ()
    wanted: int = 0
    characters: str = ""


class Found(NamedTuple):
    """How often a term occurs, and where first and last."""

    times: int
    first: int
    last: int


@lru_cache(maxsize=64)
def terms_of(text: str) -> Terms:
    """A text's terms: all of a short one, of which an answer must hold a quarter, else the 24 most repeated."""
    text = text[:READ]
    pairs = _pairs(simplify(text))
    counts = Counter([*pairs, *_stems(text)])
    whole = sum(map(_is_whole, counts))
    if whole >= ENOUGH_WHOLE:
        counts = Counter({term: count for term, count in counts.items() if _is_whole(term)})
    if len(text) > SHORT_TEXT:
        terms = tuple(term for term, _ in counts.most_common(TERMS))
        return Terms(terms, max(min(2, len(terms)), len(terms) // 8))
    rare = dict.fromkeys(char for run in _wide_runs(simplify(text)) for char in run)
    terms = tuple(counts)
    return Terms(terms, max(1, -(-whole // 4)), "".join(c for c in rare if c not in _COMMON_CHARACTERS))


def frequent(text: str) -> str:
    """The term a text holds most often; empty for a text without any."""
    counts = Counter([*_pairs(text[:READ]), *_stems(text[:READ])])
    return counts.most_common(1)[0][0] if counts else ""


def foldable(text: str) -> str:
    """A text as terms are looked for in it: in Simplified characters, case ignored."""
    return simplify(text).casefold()


def find(term: str, folded: str) -> Found:
    """A term in a folded text. A stem must begin a word; one of up to three letters is the word or its plural."""
    if term[0] != " ":
        count = folded.count(term)
        return Found(count, folded.find(term), folded.rfind(term)) if count else Found(0, -1, -1)
    stem, count, first, last = term[1:], 0, -1, -1
    at = folded.find(stem)
    while at >= 0:
        if not _is_letter(folded, at - 1) and (len(stem) > 3 or _ends_word(folded, at + len(stem))):  # noqa: PLR2004  # letters
            count, first, last = count + 1, at if first < 0 else first, at
        at = folded.find(stem, at + len(stem))
    return Found(count, first, last)


def _ends_word(text: str, at: int) -> bool:
    return not _is_letter(text, at + 1 if text[at : at + 1] == "s" else at)


def _is_letter(text: str, at: int) -> bool:
    """Whether there is a letter of an alphabet at a place."""
    return 0 <= at < len(text) and text[at].isalpha() and text[at] < WIDE_FROM


def _wide_runs(text: str) -> list[str]:
    return [] if text.isascii() else _WIDE_RUN.findall(text)


def _pairs(text: str) -> list[str]:
    """Pairs of neighbours; a character that stands alone (猫) is a term where there is nothing else."""
    runs = _wide_runs(text)
    pairs = [run[i : i + 2] for run in runs for i in range(len(run) - 1)]
    pairs = [pair for pair in pairs if pair not in _STOP_PAIRS and _STOP_CHARACTERS.isdisjoint(pair)]
    pairs = [pair for pair in pairs if not _NUMERALS.issuperset(pair) and not _PART_CHARACTERS.issuperset(pair)]
    return pairs or [run for run in runs if len(run) == 1 and run not in _COMMON_CHARACTERS]


def _is_whole(term: str) -> bool:
    """Whether a pair has no character that is more often a word of its own; a stem has none."""
    return _PART_CHARACTERS.isdisjoint(term)


def _stems(text: str) -> list[str]:
    folded = _ADDRESS.sub(" ", text.casefold())
    words = (_WORD_ASCII if folded.isascii() else _WORD).findall(folded)
    return [f" {_stem(word)}" for word in words if word not in _STOP_WORDS]


def _stem(word: str) -> str:
    """A word's beginning, for finding others of its family: "brewing" -> "brew", "солнечные" -> "солнеч"."""
    if not word.isascii():
        return word[: max(4, len(word) - 3)]
    stem = _LONG_SUFFIX.sub("", word)
    stem = stem if stem != word else _SUFFIX.sub("", word)
    return stem if len(stem) >= 3 else word  # noqa: PLR2004  # two letters begin too many other words
