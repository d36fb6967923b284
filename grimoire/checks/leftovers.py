"""Standing check: no placeholder was left unfilled in the answer.

Certain, whatever was asked: AIPRM's own (`[PROMPT]`, `[VARIABLE1:…]`, `[目标语言]`), the translator's `⟦0⟧`, a chat
format's tokens (`<|im_end|>`, `[/INST]`; not those of harmony, which are thinking left in). Certain where the
answer is not about templates: `{{x}}`, `{{#if x}}`, `{% if x %}`, `${name}`. Likely, unless a template was asked for,
what was made or copied instead of being filled in:

- brackets that ask (`[Insert date]`, `［请填写电话］`, `<Your Name>`) or name what is missing (`[Company Name]`,
  `[业务]`, `<产品名>`, `{客户姓名}`), told by their words and never by the bracket alone: `[1]`, `[x]`, `[注]`,
  `[Chorus]`, `[Enter]` are left alone, and so are labels (`[Title] Coffee`, `[主题]：咖啡`);
- 【】, which are more often a heading, a label or emphasis, by their place too: within a sentence only words nobody
  stresses (`致电【联系电话】`, not `点击【商品】`), else where they fill a cell of a table, the end of a line after a
  colon, or the last lines of a letter;
- blanks (three `_`, two `＿`) after a greeting, "my name is", 致电; crosses (`XX公司`, `20XX年`, `save XX%`) outside
  quotations and examples; `(Your Name)` as a line; "TODO: add …"; "Lorem ipsum dolor sit amet".

Not looked at: code, mathematics, links and their definitions, JSON's quoted strings, an index (`a[date]`), and all that
stands in the user's own text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from grimoire.checks import leftover_words as words_of
from grimoire.checks.leftover_places import is_label, is_lenticular_slot, is_quoted, line_of
from grimoire.checks.prose import outside_code
from grimoire.checks.reason import quote, result
from grimoire.expression import Expression
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult

SHOWN = 3
READ = 50_000
MATCHES = 200

_CERTAIN = Expression(
    r"[\[【［](?:PROMPT1?|TARGETLANGUAGE|CRAWLEDTEXT|CRAWLEDSOURCE|VARIABLE ?\d(?::[^\]\n]{0,300})?)[\]】］]"
    r"|[\[【［](?:目标语言|目標語言|变量 ?\d|變數 ?\d)[\]】］]"
    r"|⟦\w{1,12}⟧"
    r"|<\|(?!(?:start|channel|message|constrain|end|return)\|)[A-Za-z_]{2,24}\|>|<｜[^｜\n]{2,30}｜>|<(?:start|end)_of_turn>|\[/?INST\]|<</?SYS>>"
)
_SYNTAX = Expression(
    r"(?<![A-Za-z0-9_\\{}^$])\{\{[#/>^&!]?[ \t]{0,4}[\w.-][\w.\- \t]{0,40}\}\}(?!\})"
    r"|\{%-?[ \t]*(?:if|elif|else|endif|for|endfor|block|endblock|include|extends|set|assign|unless|endunless)\b"
    r"[^%\n]{0,120}%\}"
    r"|(?<![$\w/\"'=])\$\{[A-Za-z_][\w.]{2,40}\}(?![$^_/\"'=])"
)
_ENGINE = Expression(
    r"jinja|liquid|handlebars|mustache|twig|vue|angular|django|hugo\b|nunjucks|template (?:engine|syntax|literal)|"
    r"curly braces|模板引擎|模板语法|花括号|大括号|插值",
    re.IGNORECASE,
)
_CODE = Expression(r"[;=]|\w\(|\}[^{}]*\$\{")
_INSIDE = r"[\[［](?![\"'`])([^\[\]［］\n\\]{1,60})[\]］]"
_BRACKET = Expression(rf"(?<![A-Za-z0-9_\])\\!]){_INSIDE}(?![(\[:\w])|(?<![A-Za-z0-9_\])\\!]){_INSIDE}(?=[^\x00-\x7f])")
_UNKNOWN = Expression(
    r"\[[XN]\](?=[ \t]?(?:%|\+|years?|days?|hours?|minutes?|people|customers|年|天|个|元|名|家|小时|分钟))"
)
_LENTICULAR = Expression(r"【([^【】\n]{1,40})】")
_ANGLE = Expression(r"[<＜]([^<>＜＞\n=/]{2,40})[>＞]")
_BRACES = Expression(
    rf"(?<![A-Za-z0-9_\\{{}}^$/=])\{{(?:{words_of.NOUNS_ZH}|(?=[^{{}}\n]{{3,30}}[ _]){words_of.THINGS})\}}(?!\}})",
    re.IGNORECASE,
)
_ROUND = Expression(
    r"[（(](?:请?在?此处|请?在此|请?在?这里)(?:插入|填写|填入|替换|补充|添加)[^（）()\n]{0,40}[)）]"
    r"|[（(](?:待补充|待填写|待完善|TODO)[^（）()\n]{0,40}[)）]"
    rf"|^[ \t*_]*[（(](?:your {words_of.THINGS}|[您你]的[^（）()\n，。]{{1,8}})[)）](?=[ \t*_]*$)",
    re.MULTILINE | re.IGNORECASE,
)
_BLANK = Expression(
    r"(?:\b(?:Dear|Hi|Hello|Hey|(?:my name is|I am|I'm|(?:call|contact|visit|e-?mail)(?: us)?(?: at| on)?))|亲爱的|"
    r"尊敬的|敬爱的|我叫|我是|来自|致电|拨打|热线|欢迎(?:来到|光临|关注)|位于|地址是|电话是|名为)[ \t:：]{0,3}"
    r"(?:_{3,}+|＿{2,}+)"
    r"|(?<![_＿])(?:_{3,}+|＿{2,}+)[ \t]?(?:公司|先生|女士|有限|品牌|团队|敬上)",
    re.IGNORECASE,
)
_CROSSES = Expression(
    r"(?<![A-Za-z0-9])[Xx×]{2,4}(?:有限公司|公司|集团|品牌|先生|女士|大学|医院|酒店)(?!为例)"
    r"|(?:20XX|XXXX)年|(?<![A-Za-z0-9])X{1,2}月X{1,2}日|(?<!\w)(?:\d{3,4}|X{3,4})-X{3,4}(?:-X{3,4})?(?!\w)"
    r"|[：:][ \t]?[Xx×]{4,20}(?![\w×])|(?:[Xx×]{2,4}[省市区县路街道号镇村]){2,6}"
    r"|[¥$€£]X{2,}(?!\w)|(?<!\w)X{2,}%"
    r"|(?:尊敬的|亲爱的|敬爱的|欢迎来到|欢迎光临|我是|我叫|我来自)某某"
)
_NOTE = Expression(
    r"\bTODO[:：][ \t]*(?:add|insert|fill|write|complete|replace|update|provide|include|补充|填写|添加|完善|插入|替换)"
    r"[^\n]{0,60}|(?i:lorem ipsum dolor sit amet)"
)
_DEFINITION = Expression(r"^[ ]{0,3}\[([^\[\]\n]{1,60})\]:", re.MULTILINE)
_MATHEMATICS = Expression(r"\$\$.{0,500}?\$\$|\\\[(?:(?!\\\[).){0,500}?\\\]", re.DOTALL)
_TEMPLATE = Expression(r"template|placeholder|form letter|模板|模版|范本|样板|占位", re.IGNORECASE)
_TEMPLATE_WANTED = Expression(
    r"\b(?:write|create|give|make|generate|design|draft|produce)\b[^.\n]{0,40}\btemplates?\b"
    r"|(?:写|给|做|生成|设计|起草|提供)[^。，\n]{0,12}(?:模板|模版|范本)",
    re.IGNORECASE,
)
_FORM = Expression(
    r"quiz|worksheet|exercise|cloze|fill[- ]in|blank|questionnaire|survey|contract|agreement|certificate|lease|"
    r"填空|测验|试题|试卷|练习|问卷|登记表|申请表|表单|合同|协议|证书",
    re.IGNORECASE,
)


class Leftovers:
    """Every placeholder was filled in."""

    name = "leftovers"
    version = 2
    should = False

    def judge(self, exchange: Exchange) -> CheckResult:
        found = find_leftovers(exchange.answer.text, exchange.text, exchange.incantation)
        if found:
            more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
            return result(self, "failed", f"left unfilled: {', '.join(quote(slot) for slot in found[:SHOWN])}{more}")
        return result(self, "passed", "0 placeholders left unfilled")


def find_leftovers(answer: str, given: str = "", sent: str = "") -> list[str]:
    """Each unfilled placeholder of the answer once, as written, without those that stand in the user's own text.

    `given` is the user's text, `sent` the incantation: where one asks for a template, slots are what was asked for.
    """
    text = outside_code(answer)[:READ]
    if "$$" in text or "\\[" in text:
        text = _MATHEMATICS.sub(" ", text)
    found = _matches(_CERTAIN, text) if _has(text, "[【［⟦<") else []
    if "{" in text and (syntax := _syntax(text)) and not _ENGINE.search(given) and not _ENGINE.search(text):
        found += syntax
    if "TODO" in text or "psum" in text:
        found += _matches(_NOTE, text)
    likely = _likely(text)
    if likely and not _TEMPLATE.search(given) and not _TEMPLATE_WANTED.search(sent):
        blanks_wanted = any(_FORM.search(said) for said in (given, sent, text))
        found += [slot for slot in likely if not (blanks_wanted and _has(slot, "_＿"))]
    given = given.casefold()
    return [slot for slot in dict.fromkeys(found) if not _is_given(slot, given)]


def _has(text: str, marks: str) -> bool:
    return any(mark in text for mark in marks)


def _found(pattern: Expression, text: str) -> Iterator[re.Match[str]]:
    return islice(pattern.finditer(text), MATCHES)


def _matches(pattern: Expression, text: str) -> list[str]:
    return [match.group().strip(" \t*") for match in _found(pattern, text)]


def _syntax(text: str) -> list[str]:
    """Template syntax, but for `${name}` on a line of code that stands in no code block."""
    return [m.group() for m in _found(_SYNTAX, text) if m.group()[0] != "$" or not _CODE.search(line_of(m))]


def _likely(text: str) -> list[str]:
    """What is a placeholder unless a template, or a form with blanks, was asked for."""
    found: list[str] = []
    if _has(text, "[［"):
        found += [*_square(text), *_matches(_UNKNOWN, text)]
    if "【" in text:
        found += [match.group() for match in _found(_LENTICULAR, text) if is_lenticular_slot(match)]
    if _has(text, "<＜"):
        found += [match.group() for match in _found(_ANGLE, text) if _is_angle_slot(match)]
    if "{" in text:
        found += _matches(_BRACES, text)
    if _has(text, "(（"):
        found += _matches(_ROUND, text)
    if "___" in text or "＿" in text:
        found += _matches(_BLANK, text)
    if "XX" in text or "xx" in text or "××" in text or "某某" in text:
        found += [match.group() for match in _found(_CROSSES, text) if not is_quoted(match)]
    return found


def _square(text: str) -> Iterator[str]:
    defined = {label.casefold() for label in _DEFINITION.findall(text)}
    for match in _found(_BRACKET, text):
        words = (match[1] or match[2]).strip()
        named = words_of.names(words) and not is_label(words, match)
        if (named or words_of.asks(words)) and words.casefold() not in defined:
            yield match.group()


def _is_angle_slot(match: re.Match[str]) -> bool:
    """Words of a slot, and no tag: Chinese that nothing closes, or more than one word of English."""
    words = match[1].strip()
    if words.isascii() and " " not in words:
        return False
    return (words_of.asks(words) or words_of.names(words)) and f"</{match[1]}" not in match.string


def _is_given(slot: str, given: str) -> bool:
    """Whether a placeholder stands in the user's own text, be it in other brackets."""
    slot = slot.casefold()
    inside = slot.strip("[]{}【】［］<>＜＞ ")
    return slot in given or (inside != slot and any(f"{mark}{inside}" in given for mark in ("[", "{", "【", "<", "{ ")))
