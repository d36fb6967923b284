"""Words for `task_advice`: what shows that code, a rewriting or a plan is asked for, and how advice on them is put.

Chinese is in Simplified characters. Every expression is for single sentences, or bounded.
"""

from __future__ import annotations

import re

from grimoire.checks.phrases import any_of
from grimoire.expression import Expression


def _words(text: str) -> str:
    """An alternation of words between spaces."""
    return any_of(*text.split())


_PLAN = _words(
    "plans? outlines? courses? briefs? strateg(?:y|ies) checklists? prompts? calendars? schedules? roadmaps?"
    " syllabus(?:es)? proposals? curricul(?:um|a) playbooks? templates? guides? tutorials? audits? abstracts?"
)
_PLAN_ZH = _words(
    "计划 方案 大纲 提纲 课程 简报 策略 清单 提示词 咒语 日历 排期 规划 路线图 模板 教案 手册 攻略 指南 教程"
    " 申请书 预告 目录 流程 审核 周报 表格 食谱"
)
_MAKE = (
    r"(?:writ(?:e|ing)|creat(?:e|ing)|design(?:ing)?|mak(?:e|ing)|draft(?:ing)?|prepar(?:e|ing)|build(?:ing)?"
    r"|develop(?:ing)?|plan(?:ning)?|craft(?:ing)?)"
)
_MAKE_ZH = "(?:写好|写出|撰写|编写|编制|制定|设计|策划|规划|准备|构思|写|做|生成)"


def _pattern(*phrases: str) -> Expression:
    return Expression(any_of(*phrases), re.IGNORECASE)


# What is asked for.
CODE = _pattern(
    r"\b(?:write|create|build|develop|give me|implement|make)\b[^.\n]{0,60}?\b(?:program|code(?! block)|function|app"
    r"|query"
    r"|(?:python|bash|shell|javascript|sql|php|ruby) script)\b",
    r"(?:写|编写|实现|给出|开发|生成)[^。；\n]{0,30}?(?:程序|程式|代码(?!块)|函数|网页)",
)
PROGRAMMING = _pattern(
    r"\b(?:python|javascript|typescript|java|html|css|sql|bash|rust|golang|php|code(?! block)|coding"
    r"|standard library|compile|software engineer)\b",
    "编程|代码(?!块)|函数|标准库|软件工程师|程序员|程式",
    r"(?:Python|JavaScript|HTML|SQL)",
)
BLOCK = _pattern(r"code blocks?", "代码块|程式码区块")
PICTURES = _pattern(r"\bprompts?\b", "提示词", "咒语")
REWRITE = _pattern(
    r"(?<!not )(?<!n't )(?<!n’t )(?<!never )\b(?:rewrite|rephrase|paraphrase|polish|proofread|shorten|humani[sz]e"
    r"|reword)\b",
    r"(?<![不别])(?<!不要)(?<!不要替他)(?<!不要替作者)(?:改写|润色|润饰|改得|改成|缩写|精简|重写)",
)
REVIEW_ASKED = _pattern(
    r"\b(?:feedback|critique|comment on|review|suggest|suggestions?|advice|how (?:to|can|could|would|do))\b",
    "点评|建议|指出|意见|分析|怎么|如何|怎样|优点|缺点|不足",
)

# A line of a program.
LINE_OF_CODE = Expression(
    r"^[ \t]*(?:(?:def|class|import|from|function|const|let|var|return|print|for|while|if|public|using|package|echo"
    r"|select"
    r"|insert|create|update|with)\b[^\n]{0,200}?[(){};=:*]|#!|#include|<[a-zA-Z!/][^>\n]{0,200}>"
    r"|[\w.\[\]]{1,40} ?[-+*]?= ?\S)"
    r"|[;{}][ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)

# What a talk of a program opens with.
ON_CODE = _pattern(
    r"\b(?:program|script|code|function|class|module|library|librar(?:y|ies)|loop|files?|parse|command[- ]line"
    r"|python|javascript|input|output)\b",
    "程序|程式|代码|函数|脚本|模块|网页|循环|变量|文件|输入|输出|实现|思路",
)

# A sentence that tells somebody what to do, or what something should be like.
TELLS = _pattern(
    r"\b(?:should|need to|needs to|must|make sure|ensure|be sure|try to|consider|remember|avoid|aim for|decide|don['’]t"
    r"|helps?|works? best|recommend(?:ed)?|suggest(?:ed)?|could|would|(?:you|one) (?:can|may|might|will|would)"
    r"|you['’](?:ll|d))\b",
    "需|应|建议|避免|务必|注意|首先|其次|最后|不妨|切忌|最好|宜|可以|可从|可选|要(?!求)|贵在|适合用|为主|控制在"
    "|有助于|更[有加好强]"
    "|突出|强调|引导|兼顾|围绕|运用|考虑|然后|会(?!议|员)|再来",
)
ORDER = _pattern(
    r"[\s*_\d.)•-]*(?:(?:first|then|next|finally|also|in a loop|for tests|after that)?,? ?)"
    r"(?:add|ask|avoid|begin|build|check|choose|close|compare|consider|cut|decide|define|describe|drop|end"
    r"|experiment|find"
    r"|finish|focus|give|include|introduce|keep|leave|link|list|loop|make|mention|move|note|open|pick|plan|print|put"
    r"|read|remove"
    r"|rename|replace|round|save|set|share|show|sort|split|start|state|store|sum|tell|trim|turn|try|use|vary|welcome"
    r"|write|provide|prepare|offer|allocate|allow|follow|highlight|mix|aim|limit|specify"
    r"|structure|optimi[sz]e|incorporate|establish|craft|research|identify|outline|address|emphasi[sz]e|summari[sz]e"
    r"|explain)\b",
)

# Lectures on how plans, prompts and courses are made. The groups are what is made.
LECTURE = _pattern(
    rf"(?:[^.\n]{{0,20}}?how to |to |when |while |before ){_MAKE} [^.\n]{{0,60}}?\b(?P<a>{_PLAN})\b",
    rf"(?:an?|every|the) (?:[\w-]+ ){{0,4}}?(?P<b>{_PLAN})\b[^.,\n]{{0,40}}? (?:should|must|needs?|is more than"
    rf"|has to|usually|typically)\b",
    rf"(?:the )?(?:key|secret|trick|first step)\b[^.\n]{{0,50}}?\b(?P<c>{_PLAN})\b",
    rf"[^，。\n]{{0,10}}?{_MAKE_ZH}[^，。\n]{{0,24}}?(?P<d>{_PLAN_ZH})(?:时|的时候|前|之前|需要|首先|要|应|的?关键"
    rf"|是|[，,](?:首先|需要|要|应|[您你]?可以|关键))",
    rf"(?:如何|怎样|怎么){_MAKE_ZH}[^，。\n]{{0,24}}?(?P<e>{_PLAN_ZH})",
    rf"一[份个门套条](?:好的?|优秀的?|完整的?|成功的?|合格的?|高质量的?)[^，。\n]{{0,12}}?(?P<f>{_PLAN_ZH})",
)
# How a picture is got out of a model.
PICTURE_LECTURE = _pattern(
    r"to (?:create|generate|get|make|produce|achieve|obtain) [^.\n]{0,100}?, (?:you|try|follow|start|use|describe"
    r"|be)\b",
    r"(?:midjourney|stable diffusion|dall[-·]?e|flux) is an? ",
    r"(?:要|想要?|为了|如果想要?)[^，。\n]{0,48}[，,][您你]?(?:可以|需要|应|首先|建议)",
    r"(?:Midjourney|Stable Diffusion|DALL[-·]?E) ?是一[款个种]",
)

# Reviews of a text that was to be rewritten.
_DRAFT = (
    "(?:text|draft|e-?mail|message|paragraph|passage|article|piece|letter|writing|version|sentences?|copy|post"
    "|original|opening)"
)
_DRAFT_ZH = "(?:文字|文章|文本|话|文案|文|稿子?|稿件|邮件|内容|段落|信|作文|表达|句子|原文)"
REVIEW = _pattern(
    rf"(?:your|the|this) (?:[\w-]+ )?{_DRAFT} (?:\w+ )?(?:is|are|has|have|could|contains?|reads?|sounds?|would|uses?"
    rf"|feels?|works?|needs?|seems?|can|should|suffers)\b",
    r"here(?:['’]s| are| is) [^.\n]{0,60}?\b(?:ways?|suggestions?|tips?|changes|improvements|edits|things|notes"
    r"|points|issues|ideas|how)\b",
    rf"to (?:make|improve|polish|rewrite|shorten|humani[sz]e|edit) [^.\n]{{0,40}}?{_DRAFT}\b",
    r"(?:a few|some|several|my) (?:suggestions|tips|notes|ideas|thoughts|improvements)\b",
    rf"(?:这|该|本|此|[您你]的|原|以上|上述)[篇段句份封则些条]?{_DRAFT_ZH}",
    "(?:在)?(?:修改|润色|润饰|改写|优化|精简|缩写)(?:时|的时候|建议|这|可以|方面|上|思路|要点)",
)
ON_DRAFTS = _pattern(
    r"\b(?:wording|phrases?|sentences?|words?|adjectives|adverbs|verbs|clich[ée]s?|tone|opening|ending|text|draft"
    r"|paragraphs?"
    r"|style|facts|numbers|details|redundan\w+|repetiti\w+|passive|readers?|message|exclamation marks?|structure"
    r"|flow)\b",
    "句子|用词|表达|词|套话|连接|长短句|节奏|修饰|删|重复|啰嗦|语气|结尾|开头|段落|读者|细节|信息|数字|修改|替换"
    "|换成|文字|文章|语言|描写",
)
QUOTED = Expression(r"[\"“「‘]([^\"”」’\n]{2,40})[\"”」’]")

# Labels of a text's parts, behind which stands what is to be in them.
PART = _pattern(
    r"[\s*_\d.)•-]*(?:opening|middle|closing|hook|body|ending|intro(?:duction)?|conclusion|hashtags?|cta"
    r"|call to action)\b[^:\n]{0,12}:",
    r"[\s*_\d.、)）•-]*(?:开头|开篇|中段|中间|主体|结尾|标签|话题|正文|首段|末段|第[一二三四五]段"
    r"|配图)[^：:\n]{0,6}[：:]",
)

# Words of the trade to be looked for as they are, in the beginning of every answer.
HINTS = (
    *(
        "audience",
        "reader",
        "keyword",
        "heading",
        "title",
        "paragraph",
        "introduc",
        "conclusion",
        "outline",
        "structure",
    ),
    *("tone", "hook", "sentence", "content", "topic", "受众", "读者", "关键词", "标题", "段落", "开头", "结尾", "正文"),
    *("结构", "语气", "风格", "语言", "字数", "文案", "主题", "内容", "口语"),
)
