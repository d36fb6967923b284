"""When a Chinese sentence claims something of the answer, and when it claims nothing."""

from __future__ import annotations

import re
from typing import ClassVar

from grimoire.expectations.claims import Place, Scope
from grimoire.expectations.patterns import any_of, one_of
from grimoire.expectations.reading import Sentence
from grimoire.expression import Expression

_CONDITION = any_of("""
    如果 | 若(?!干) | 假如 | 倘若 | 要是 | 除非 | 否则 | 一旦 | 万一 | 的话 | 当[^，。；]{1,20}时
    | 视[^，。]{0,6}(?:而定|情况) | (?:根据|按)情况
""")
_STATEMENT = any_of("""
    我(?!想|要|需|希望|让|请|会?要求你) | 我们 | 你(?:是|有|叫|曾) | 您(?:是|有) | 作为 | 假设 | 现在有
    | 这(?:是|里有) | (?:以下|下面|以上)是 | 他 | 她
""")
_NEGATION = any_of("""
    不(?!少|超|多|低|断|同|过|仅|错|定|妨) | 勿 | 别(?!人|名|是|的) | 禁止 | 严禁 | 避免 | 无需 | 无须 | 没有 | 并非
    | 杜绝
""")
_OPTION = any_of("可以 | 可(?!读|靠|爱|能|信|视|操|执|行|落) | 最好 | 尽量 | 尽可能 | 建议(?=使用|加|用|控)")
_ADVICE = any_of(
    "如有 | 如需 | 如适用 | 必要时 | 需要时 | 酌情 | 适当 | 适量 | 适度 | 合适的地方 | 可选 | 视需要 | 按需"
)
_SHARED = any_of("每 | 各(?!种|类|位|地|大|自媒体) | 分别 | 逐[一个条] | 其中 | 之中 | 当中")
_RATE = Expression(r"[^，。；]{0,6}/(?:天|周|月|年|次|条|篇)")
_OR_ELSE = Expression(r"\s*(?:或者?|/)(?!以上|更多|以内|者|许)")
_GIVEN = Expression(
    one_of("""
        以下 | 下面 | 下列 | 上述 | 上面 | 这 | 该 | 那 | 给定 | 所给 | 原文 | 提供 | 已有 | 现有 | 我的 | 剩下 | 前
        | 后 | 最后 | 第
    """)
    + r"[的这那]?\s*$|根据|基于|参考|按照?以下|结合|保留|原有|[把将][一这那]?[篇段份个]?\s*$"
)
_WHOLE = Expression(
    "(?:全文|整篇|通篇|总字数|总长度?|全部|总计|总共|合计|整体|整个|(?:你的)?(?:回答|答案|回复|输出|答复))"
    "(?!最|末|开|结|中|里|的?[前后])[^，。；]{0,8}$"
)
_OPEN = Expression(
    r"(?:\s|、|\[[A-Z0-9]+\]|"
    + one_of("""
        请 | 并 | 且 | 需 | 要 | 应 | 须 | 必须 | 务必 | 要求 | 的 | 字数 | 篇幅 | 长度 | 文字 | 文章 | 文案 | 内容
        | 保持 | 带上? | 加上? | 配上? | 使用 | 末尾 | 结尾 | 文末 | 包含 | 附上? | 控制 | 限制 | 在 | 为 | 是 | 约
        | 写 | 用 | 以 | 撰写 | 生成 | 输出 | 给出 | 总结 | 概括 | 回答 | 介绍 | 创作 | 编写 | 解释 | 说明
        | 一[篇段条封个份则首] | 关于 | 有关 | 围绕 | [帮给为]?我 | 想 | 你 | 希望 | 一下 | 成
    """)
    + r")*"
)
_RULES = any_of("要求 | 规则 | 格式 | 注意 | 规范 | 限制 | 约束 | 说明 | 风格 | 条件")
_LENGTH = {"字数", "总字数", "篇幅", "长度", "字数要求", "篇幅要求", "字数限制"}
_LABELS = Expression("(?:(?:字数|篇幅|长度|要求|格式|输出|注意|总)(?:要求|限制|控制)?)?")


class Chinese(Place):
    """A place in a Chinese sentence, whose clauses follow each other between commas."""

    clause: ClassVar[Expression] = Expression(r"[，,：:；;（）()。]|——")

    @property
    def negated(self) -> bool:
        """Whether what stands there is denied."""
        return bool(_NEGATION.search(self.before))

    @property
    def hedged(self) -> bool:
        """Whether it is left to the model, is one of two ways, or is told of somebody."""
        return bool(
            _OPTION.search(self.before)
            or _ADVICE.search(self.before + self.text + self.after)
            or _OR_ELSE.match(self.after)
            or re.search(r"或者?\s*$", self.before)
            or _STATEMENT.match(self.before.strip())
        )

    @property
    def shared(self) -> bool:
        """Whether it is said of each of several parts, of some of them, or of a stretch of time."""
        each = self.sentence.each or _SHARED.search(self.prefix) or re.search("[每各]", self.after)
        return bool(each or _RATE.match(self.after))

    @property
    def given(self) -> bool:
        """Whether it is so many of what is there already."""
        return bool(_GIVEN.search(self.before))

    @property
    def scope(self) -> Scope:
        label = re.split("[，,。；]", self.label)[-1].strip()
        if self.aside or (self.sentence.lead and not _RULES.search(self.sentence.lead)):
            return "part"
        if _WHOLE.search(self.before) or _WHOLE.search(label) or label in _LENGTH:
            return "whole"
        return "open" if _OPEN.fullmatch(self.before) and _LABELS.fullmatch(label) else "part"


def tells(sentence: Sentence) -> bool:
    """Whether a sentence tells the model what to do, whatever the case."""
    return not _CONDITION.search(sentence.text)
