"""Standing check: no placeholder was left unfilled in the answer.

Certain: AIPRM's own (`[PROMPT]`, `[VARIABLE1:…]`), `{{x}}`, the translator's `⟦0⟧`. Likely: brackets the model made
or copied instead of filling them in, `[Your Company]`, `[插入图片]`, `［业务］`, `【您的地址】`, `{品牌名称}`,
`（此处填写价格）`. To be precise these are recognised by what stands in them, words that ask for something to be filled
in, never by the bracket alone: `[1]`, `[x]`, `[注]`, `[图片：日落]`, `[Chorus]`, `[Enter]`, `[插入]` are left alone,
and so are labels (`[Title] Coffee`, `[主题]：咖啡`), code, mathematics, links and their definitions, JSON's quoted
strings, an index (`a[date]`), and every bracket that stands in the user's own text.
"""

from __future__ import annotations

import re

from grimoire.checks.prose import outside_code
from grimoire.checks.reason import quote, result
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult

SHOWN = 3

_CERTAIN = re.compile(
    r"\[(?:PROMPT1?|TARGETLANGUAGE|CRAWLEDTEXT|CRAWLEDSOURCE|VARIABLE\d(?::[^\]\n]{0,300})?)\]"
    r"|(?<![A-Za-z0-9_\\{}^$])\{\{[ \t]*[\w.\- ]{1,40}[ \t]*\}\}(?!\})"
    r"|⟦\w{1,12}⟧"
)
_INSIDE = r"[\[［](?![\"'`])([^\[\]［］\n\\]{1,60})[\]］]"
_BRACKET = re.compile(rf"(?<![A-Za-z0-9_\])\\!]){_INSIDE}(?![(\[:\w])|(?<![A-Za-z0-9_\])\\!]){_INSIDE}(?=[^\x00-\x7f])")
_DEFINITION = re.compile(r"^[ ]{0,3}\[([^\[\]\n]{1,60})\]:", re.MULTILINE)
_MATHEMATICS = re.compile(r"\$\$.{0,500}?\$\$|\\\[(?:(?!\\\[).){0,500}?\\\]", re.DOTALL)
_THING = (
    r"(?:name|title|position|role|company|business|brand|product|service|client|customer|recipient|sender|manager|"
    r"e-?mail|phone|telephone|address|website|url|link|date|time|day|month|year|city|town|state|country|location|place|"
    r"zip|job|industry|niche|topic|subject|keywords?|audience|number|amount|price|signature|logo|organi[sz]ation|"
    r"department|school|university|contact|information|details|description|target|main|primary|full|first|last|and|of|"
    r"the|line|code|here|event|team|project|department)"
)
_ASKS = re.compile(
    r"(?:your|specify|xx+)\b.*|(?:insert|enter|fill|add your|type your|put your|replace with|name of) .+"
    rf"|(?:my|our) {_THING}"
    r"|(?:插入|填入|填写|填上|输入|替换|补充).+"
    r"|(?:(?:请|在此|此处|这里)(?:插入|填入|填写|填上|输入|替换|补充)|请(?:在|根据|选择|您|你)|"
    r"你的|您的|贵公司|贵司|我的(?:名|姓|公|品|电|联)|某某|具体(?:的)?(?:名|日|时|地|数|产|公|内)|[Xx×]{2,}).*",
    re.IGNORECASE,
)
_NOUN_ZH = (
    r"(?:公司|品牌|产品|姓名|名字|客户|业务|行业|主题|关键词|日期|时间|地点|城市|地址|电话|手机|邮箱|网址|"
    r"链接|职位|职称|部门|学校|签名|联系|目标|受众|用户|收件人|发件人|收信人|对方|项目|店铺|商品|服务|价格|金额|"
    r"数字|数量|国家|地区|平台|年份|月份|名称|名|方式|号码|信息|人|群|的|和|全|与|及|、|或)"
)
_NOUNS = re.compile(
    rf"{_THING}(?:[ _/'’s-]+{_THING}){{0,4}}"
    rf"|{_NOUN_ZH}+"
    r"|(?:公司|品牌|產品|姓名|名稱|業務|主題|關鍵字|關鍵詞|日期|電話|聯絡|方式|地址|網址|連結|職位|客戶|的)+",
    re.IGNORECASE,
)
# Brackets that are more often emphasis, a remark or a set than a slot, and so need more than a noun.
_OTHER = re.compile(
    r"[（(](?:请?在?此处|请?在此|请?在?这里)(?:插入|填写|填入|替换|补充|添加)[^（）()\n]{0,40}[)）]"
    r"|【(?:(?:请|(?:请?在)?此处|请?在此)(?:插入|填写|填入|替换)[^【】\n]{0,40}"
    rf"|您的{_NOUN_ZH}{{1,8}}|[Xx×]{{2,}}[^【】\n]{{0,20}})】"
    rf"|(?<![A-Za-z0-9_\\{{}}^$/=])\{{(?:[您你]的)?{_NOUN_ZH}{{1,8}}\}}(?!\}})"
)
_NO_NOUN = re.compile(
    r"(?:人|全|名|和|与|及|或|的|、|时间|地点|地区|国家)+"
    r"|(?:here|and|of|the|time|line|state|main|full|first|last|code|details|description|information|target|place|event)",
    re.IGNORECASE,
)
_BEFORE_LABEL = re.compile(r"^[ \t>*_#•-]*(?:\d{1,3}[.、)])?[ \t*_]*\Z", re.MULTILINE)
_AFTER_LABEL = re.compile(r"[*_]{0,2}(?:[ \t]*[:：]|[ \t]+[^\s|])")


class Leftovers:
    """Every placeholder was filled in."""

    name = "leftovers"
    version = 1
    should = False

    def judge(self, exchange: Exchange) -> CheckResult:
        found = find_leftovers(exchange.answer.text, exchange.text)
        if found:
            more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
            return result(self, "failed", f"left unfilled: {', '.join(quote(slot) for slot in found[:SHOWN])}{more}")
        return result(self, "passed", "0 placeholders left unfilled")


def find_leftovers(answer: str, given: str = "") -> list[str]:
    """Each unfilled placeholder of the answer once, as written, without those that stand in the user's own text."""
    if not any(mark in answer for mark in ("[", "{", "⟦", "［", "【", "此", "这里")):
        return []
    text = outside_code(answer)
    if "$$" in text or "\\[" in text:
        text = _MATHEMATICS.sub(" ", text)
    defined = {label.casefold() for label in _DEFINITION.findall(text)}
    certain = [match.group() for match in _CERTAIN.finditer(text)]
    certain += [match.group() for match in _OTHER.finditer(text)]
    brackets = ((match[1] or match[2], match) for match in _BRACKET.finditer(text))
    likely = [
        match.group() for words, match in brackets if words.casefold() not in defined and _is_slot(words.strip(), match)
    ]
    given = given.casefold()
    return [slot for slot in dict.fromkeys(certain + likely) if slot.casefold() not in given]


def _is_slot(words: str, bracket: re.Match[str]) -> bool:
    """Whether what stands in a bracket asks to be filled in; a bare noun does, unless it is a label."""
    if _ASKS.fullmatch(words):
        return True
    return bool(_NOUNS.fullmatch(words)) and not _NO_NOUN.fullmatch(words) and not _is_label(words, bracket)


def _is_label(words: str, bracket: re.Match[str]) -> bool:
    """`[Title] Coffee`, `[主题]：咖啡`: one word at a line's beginning and text after it, or any words and a colon."""
    text, start = bracket.string, bracket.start()
    line = text[text.rfind("\n", 0, start) + 1 : start][-20:]
    after = _AFTER_LABEL.match(text, bracket.end())
    if not after or not _BEFORE_LABEL.match(line):
        return False
    return after.group()[-1] in ":：" or " " not in words
