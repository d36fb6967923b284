"""What stands in a bracket that was to be filled in: words that ask for it, and the nouns that name what is missing."""

from __future__ import annotations

import re

from grimoire.expression import Expression
from grimoire.hanzi import simplify

_THING = (
    r"(?:name|title|position|role|company|business|brand|product|service|client|customer|recipient|sender|manager|"
    r"e-?mail|phone|telephone|address|website|url|link|date|time|day|month|year|city|town|state|country|location|place|"
    r"zip|job|industry|niche|topic|subject|keywords?|audience|number|amount|price|signature|logo|organi[sz]ation|"
    r"department|school|university|contact|information|details|description|target|main|primary|full|first|last|and|of|"
    r"the|line|code|here|event|team|project|user|colleague|competitor|street|company's)"
)
THINGS = rf"{_THING}(?:(?:[ _/-]|, |['’]s )+{_THING}){{0,4}}(?:[ ]?\d{{1,2}})?"
"""English nouns that name what is missing: `Company Name`, `City, State`, `Client's Address`, `Keyword 1`."""
_ASKS = Expression(
    r"(?:your|specify|xx+)\b.*|(?:insert|enter|fill|add your|type your|put your|replace with|name of|specific|relevant|"
    r"describe|mention|number of|amount of|todo|(?:add|include|share|provide|attach) (?:an?|the|any|some))\b.+|todo"
    rf"|(?:my|our) {_THING}"
    r"|(?:插入|填入|填写|填上|输入|替换|补充).+"
    r"|(?:(?:请|在此|此处|这里)(?:插入|填入|填写|填上|输入|替换|补充)|请(?:在|根据|选择|您|你)|"
    r"你的|您的|贵公司|贵司|我的(?:名|姓|公|品|电|联)|某某|具体的?(?:名|日|时|地|数|产|公|内|成|情|事|措|金|原)|"
    r"待(?:补充|填写|完善)|[Xx×]{2,}).*",
    re.IGNORECASE,
)
_NOUN_ZH = (
    r"(?:公司|品牌|产品|姓名|名字|客户|业务|行业|主题|关键词|关键字|日期|时间|地点|城市|地址|电话|手机|邮箱|网址|"
    r"链接|连结|职位|职称|部门|学校|签名|联系|联络|目标|受众|用户|领导|收件人|发件人|收信人|对方|项目|店铺|商品|服务|价格|"
    r"金额|数字|数量|国家|地区|平台|年份|月份|名称|名|方式|号码|信息|详细|具体|事由|请假|人|群|的|和|全|与|及|、|或)"
)
NOUNS_ZH = rf"(?:[您你]的)?{_NOUN_ZH}{{1,8}}"
_NOUNS = Expression(rf"{THINGS}|{_NOUN_ZH}{{1,8}}\d?", re.IGNORECASE)
# Nouns that brackets hold for other reasons too: as emphasis, as a heading, as the state of something.
_NO_NOUN = Expression(
    r"(?:人|全|名|和|与|及|或|的|、|时间|地点|地区|国家|项目|信息|详细|具体|方式|请假|领导|目标|用户)+"
    r"|(?:here|and|of|the|time|line|state|main|full|first|last|code|details|description|information|target|place|event|"
    r"user|street|team|project)",
    re.IGNORECASE,
)
_YOUR_NOUNS = Expression(rf"(?:您的|贵)?{_NOUN_ZH}{{1,8}}\d?")
# Of these one stands in 【】 in the middle of a sentence for nothing but a slot.
_PLAIN_SLOT = Expression(
    r"(?:您的|贵).{1,8}|.{0,6}(?:姓名|名字|名称|品牌名|公司名|产品名|店名|电话|手机号|号码|邮箱|网址|日期|联系人|联系方式|联络方式|微信号|地点|详细地址|具体地址)"
)
_FILL = Expression(
    r"(?:请|(?:请?在)?此处|请?在此)?(?:插入|填写|填入|替换)[^【】\n]{1,40}|待(?:补充|填写|完善).{0,10}|[Xx×]{2,}.{0,20}"
)


def asks(words: str) -> bool:
    """Whether words ask to be replaced: `Your Company`, `insert date`, `请填写电话`."""
    return bool(_ASKS.fullmatch(simplify(words)))


def names(words: str) -> bool:
    """Whether words are nothing but the name of what is missing: `Brand Name`, `业务`, `聯絡電話`."""
    words = simplify(words)
    return bool(_NOUNS.fullmatch(words)) and not _NO_NOUN.fullmatch(words)


def plainly_slots(words: str) -> bool:
    """Whether words name what is so particular to a person or firm that nobody stresses them: `品牌名`, `联系电话`."""
    words = simplify(words)
    return bool(_PLAIN_SLOT.fullmatch(words) and _YOUR_NOUNS.fullmatch(words))


def asks_in_chinese(words: str) -> bool:
    """Whether words in 【】 ask to be filled in, which `【您的第一步】` does not."""
    return bool(_FILL.fullmatch(simplify(words)))
