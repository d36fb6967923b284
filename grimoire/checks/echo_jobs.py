"""What a prompt wants done with the text it is given: to change it, or to keep its words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from grimoire.checks.in_lines import ByLine
from grimoire.checks.phrases import any_of, either_script
from grimoire.expression import Expression

Job = Literal["change", "keep", ""]

_CHANGE = any_of(
    r"re-?writ\w*|rephras\w*|paraphras\w*|reword\w*|summari[sz]\w*|condens\w*|shorten\w*|simplif\w*|translat\w*|polish\w*",
    r"humani[sz]\w*|in your own words|tl;?dr",
)
_CHANGE_ZH = any_of(
    "改写|重写|改编|润色|润饰|转述|复述|换一种说法|概括|总结|摘要|缩写|浓缩|精简|翻译|译成|译为|伪原创|降重|用自己的话"
)
_NOT = any_of(
    r"\b(?:do not|don['’]t|never|without|instead of|rather than|no)\b[^.,;\n]{0,30}",
    either_script("(?:不要|不得|不必|不用|不可|无需|无须|切勿|请勿|勿|而不是|而非|别)[^，。；\\n]{0,4}"),
)
_KEEP = any_of(
    r"\bproof-?read|\bspell-?check|\bcopy-?edit|\bre-?format|\bpunctuate\b|\bword for word\b|\bverbatim\b",
    r"\b(?:correct|fix|check|mend)\b[^.\n]{0,24}\b(?:spelling|grammar|grammatical|typos?|punctuation|errors|mistakes)\b",
    r"\bformat (?:this|the following|the text|it) |\bwithout changing (?:a|any|the) (?:single )?words?\b",
    r"\badd\b[^.\n]{0,20}\b(?:punctuation|emojis?|headings?|(?:line|paragraph) breaks|accents)\b[^.\n]{0,30}\btext\b",
    r"\badd\b[^.\n]{0,20}\b(?:punctuation|emojis?)\b[^.\n]{0,20}\bsentence",
    r"\b(?:convert|turn|change|put|give|return)\b[^.\n]{0,40}\b(?:in|to|into) (?:capitals|(?:upper|lower) ?case)",
    r"\b(?:convert|turn|put)\b[^.\n]{0,20}\b(?:this|the text|it)\b[^.\n]{0,20}\b(?:markdown|html|latex|list)\b",
    r"\b(?:mark|tag|label|underline|highlight)\b[^.\n]{0,30}\b(?:nouns|verbs|names|(?:in|of) (?:this|the) text)\b",
    r"\breplace (?:every|all|each)\b|\bcontinue (?:this|the|writing)\b|\b(?:repeat|copy) (?:this|the text|after me)\b",
)
_KEEP_ZH = any_of(
    "校对|校正|校阅|纠错|改错|错别字|错字|病句|(?:改正|纠正|修正|订正|更正|检查|修改)[^。，\\n]{0,10}(?:错误|语法|标点|拼写)",
    "(?:加上?|添加|补上?|补充)[^。，\\n]{0,4}(?:标点|拼音|表情|小标题)|断句|重新(?:排版|分段)|(?:为|给|把|将|对)[^。，\\n]{0,16}排版",
    "(?:换成|换为|转为|转成|改成|变成|译成)(?:繁|简)体|简转繁|繁转简|摘录|摘抄|抄写|续写|逐字|全部大写|换成大写",
    "(?:正文|原文|内容|文字)(?:保持)?不变|不(?:要)?改(?:变|动)?(?:一|任何)个?(?:字|文字)|(?:标注|标出|标记|替换)[^。，\\n]{0,6}(?:所有|全部|文中)",
)
_TURN = r"\b(?:convert|turn|change|put|translate|re-?write)\b[^.\n]{0,60}\b"
SMALL = Expression(
    any_of(
        _TURN + r"(?:(?:past|present|future) tense|(?:first|second|third) person|(?:passive|active) voice)\b",
        _TURN + r"(?:british|american) (?:spelling|english)\b|" + _TURN + r"(?:traditional|simplified)\b",
        either_script("(?:转|换|改|译|变)[^。，\\n]{0,8}(?:繁体|简体|人称|时态)"),
    ),
    re.IGNORECASE,
)
"""Changes that leave most of the words, whatever verb asks for them."""
CHANGES = Expression(f"(?P<no>{_NOT})?" + any_of(rf"\b{_CHANGE}", either_script(_CHANGE_ZH)), re.IGNORECASE)
KEEPS = Expression(f"(?P<no>{_NOT})?" + any_of(_KEEP, either_script(_KEEP_ZH)), re.IGNORECASE)
_CHOOSES = Expression(
    r"\b(?:choose|pick|select|classif\w+|categor\w+|which (?:one )?of)\b"
    r"|" + either_script("选择|选出|从[^。\\n]{0,12}中选|分类|归类|哪一|哪个|属于|判断"),
    re.IGNORECASE,
)
_TELLS = r"\b(?:reply|respond|answer|say|write|return|output|state)\b[^.\n]{0,30}"
_TELLS_ZH = "(?:回复|回答|输出|返回|说|写|答)[^。\\n]{0,12}"
_QUOTED = r"[\"“'‘「『]"
CHOICE = 60


def job(incantation: str, text: str) -> Job:
    """What the incantation, without the user's text in it, asks to be done with that text."""
    return _job(incantation.replace(text, " ", 1) if text else incantation)


@lru_cache(maxsize=64)
def _job(template: str) -> Job:
    """The same for all cases of a spell."""
    jobs = _JOBS.of(template)
    if any(small for small, _, _ in jobs):
        return "keep"
    if any(changes for _, changes, _ in jobs):
        return "change"
    return "keep" if any(keeps for _, _, keeps in jobs) else ""


def may_repeat(incantation: str, answer: str) -> bool:
    """Whether the prompt says to reply so, or holds the answer, which is a line, among those to choose from."""
    said = answer.strip(" \n\"'“”‘’「」『』*")
    if "\n" in said:
        return False
    if len(said) <= CHOICE and _CHOOSES.search(incantation) and not incantation.rstrip().endswith(said):
        return True
    telling = rf"(?:{_TELLS}|{either_script(_TELLS_ZH)})(?:{_QUOTED}|[:：])\s?{re.escape(said.rstrip('.。'))}"
    return bool(re.search(telling, incantation, re.IGNORECASE))


def _read_line(line: str) -> tuple[bool, bool, bool]:
    """Whether a line, which is all that any of the expressions matches, asks for a small change, to change, to keep."""
    return bool(SMALL.search(line)), _asks(CHANGES, line), _asks(KEEPS, line)


def _asks(what: Expression, line: str) -> bool:
    """Whether the line asks for it somewhere, and does not forbid it there."""
    return any(not found["no"] for found in what.finditer(line))


_JOBS = ByLine(_read_line)
