"""How assistants ask for what they were given, in English and Chinese, as regular expressions.

They are tried on texts of a few hundred characters only.
"""

from __future__ import annotations

import re

from grimoire.checks.hinted import Hinted, phrase
from grimoire.checks.phrases import any_of, either_script
from grimoire.checks.wanted import Wanted
from grimoire.expression import Expression

_PLEASE = any_of(
    "please|could you(?: please)?|can you(?: please)?|kindly|would you mind",
    "you (?:haven['’]t|have not|did not|didn['’]t)|i (?:need|don['’]t see|do not see)",
)
_GIVE = any_of("provid|shar|specif|tell me|let me know|give|paste|send|enter|suppl|upload|see")
_INPUT = any_of(
    "text|topic|keywords?|article|prompt|input|content|subject|title|document|details|passage|paragraph|description",
    "(?:more|additional|further|specific) (?:information|context)",
)
_INPUT_WORDS = (
    "text topic keyword keywords article prompt input content subject title document details passage paragraph"
    " description information context"
)
_INPUT_ZH = any_of("文本|主题|关键词|关键字|文章|内容|题目|标题|话题|信息|资讯|原文|需求|资料|文字|细节|描述")
_AUDIENCE = any_of("target audience|audience|readers?|tone|style|length|format|keywords?|topic|purpose|word count")
_AUDIENCE_ZH = any_of("读者|受众|语气|风格|字数|篇幅|长度|格式|关键词|主题|用途|目的|平台")

QUESTION = Hinted(
    phrase(
        f"{_INPUT_WORDS} | could can you i please* kindly*",
        rf"\b{_PLEASE}[^.?\n]{{0,30}}?{_GIVE}\w*[^.?\n]{{0,40}}?\b{_INPUT}\b",
    ),
    phrase(
        "what which | topic topics subject subjects text texts keyword keywords article articles",
        r"\b(?:what|which) (?:topic|subject|text|keyword|article)s? (?:would|do|should|did|shall|can|are|is|will)",
    ),
    phrase(
        "what | shall should can may | i we",
        r"\bwhat (?:shall|should|can|may) (?:i|we) (?:write|start|begin|cover|work on|create|help)",
    ),
    phrase(
        "message text attachment document input article | cut is come not",
        r"\b(?:message|text|attachment|document|input|article)\b[^.?\n]{0,24}\b(?:cut off|is missing|is empty"
        r"|(?:did not|didn['’]t) come through|not attached)",
    ),
    phrase(
        "what | would | like | me us",
        r"\bwhat would you like (?:me|us) to (?:write|start|begin|cover|work on|create)",
    ),
    phrase(
        "could can would | you | tell | me | more",
        r"\b(?:could|can|would) you (?:please )?tell me (?:a (?:bit|little) |some )?more\b(?! about (?:your|the|how))",
    ),
    phrase(
        "i | need | more further",
        r"\bi(?:['’]ll| will)? (?:just )?need (?:a bit |a little |some )?(?:more|further) (?:information|details)",
    ),
    phrase(
        "",
        either_script(
            "请(?:先|您|你)?(?:再)?(?:提供|告诉我|告知|输入|给出|发送|粘贴|上传|补充|说明)"
            rf"[^。？！\n]{{0,24}}?{_INPUT_ZH}"
            "|请(?:先|您|你)?(?:把|将)[^。？！\\n]{1,24}(?:发|贴|粘贴|发送|提供)(?:给我|过来|到这里)"
            "|(?:您|你|这次|我们|那么|今天)[^。？！\\n]{0,4}(?:想|要|希望)(?:让|请)?我?(?:先)?(?:写|创作)(?:一篇)?(?:什么|哪)[^。？！\\n]{0,8}？"
            "|从(?:什么|哪个?)(?:主题|话题|题目)开始|(?:主题|话题|题目)是(?:什么|哪)(?=[？?呢])"
            "|(?:没有?|未能?)(?:看到|收到|发现)[^。？！\\n]{0,16}?(?:内容|原文|正文|文字|附件|链接)|(?:没有?|未)[^。，\\n]{0,4}(?:发送|上传)成功"
            "|粘贴到(?:对话|这里|聊天)"
            "|(?:您|你)(?:似乎|好像)?(?:还)?(?:没有|没|未)(?:提供|给出|说明|告诉我|输入|附上|粘贴)"
        ),
    ),
)
TASK_QUESTION = Expression(
    any_of(
        r"\b(?:is|should|would|does|will)\b[^.?\n]{0,20}\b(?:the|this) (?:article|post|text|content|piece|video)\b",
        rf"\b(?:who|what|which|how)\b[^.?\n]{{0,30}}\b(?:the|your|its) (?:{_AUDIENCE})\b",
        r"\bwhat (?:tone|style|length|format|audience|keywords?)\b|\bwould you (?:like (?:me to|a|an|the|it)|prefer)\b",
        r"\bhow long should (?:the|it|this)\b",
        r"\bdo you (?:prefer|(?:want|have) (?:me to|any|a (?:particular|specific|preferred)))\b",
        either_script(
            f"(?:您|你)(?:希望|想要?|需要|打算|期望|更?喜欢)[^。？！\\n]{{0,24}}(?:文章|内容|{_AUDIENCE_ZH})"
            f"|(?:文章|内容)[^。？！\\n]{{0,12}}{_AUDIENCE_ZH}|{_AUDIENCE_ZH}(?:是|有|方面|上)[^。？！\\n]{{0,24}}(?:还是|吗|呢|什么|哪|谁|多少)"
        ),
    ),
    re.IGNORECASE,
)
"""A question about how the task is to be done."""
LEAD = Expression(
    r"\W{0,4}"
    + any_of(
        r"(?:sure|certainly|of course|okay|ok|great|hi|hello|absolutely|thank|happy to|glad to)\b[^.!?\n]{0,60}",
        r"i(?:['’]d| would|['’]m| am) (?:be )?(?:happy|glad|love|delighted)[^.!?\n]{0,80}",
        r"(?:to get started|before i (?:start|begin|write)|first|just)\b[^.!?\n]{0,80}",
        r"(?:once|as soon as) (?:i have|you|we) [^.!?\n]{0,120}",
        either_script(
            "(?:好的?|当然|可以|没问题|您好|你好|为了|在?开始|首先|了解|明白|收到|这样|很高兴|想先|在[^。]{0,6}之前)[^。！？\\n]{0,50}"
        ),
    )
    + r"\W{0,4}\Z",
    re.IGNORECASE,
)
"""What stands around such questions."""
QUESTIONS_WANTED = Wanted(
    r"interview|questionnaire|survey|intake|follow-up questions",
    r"\b(?:feedback|application|order|contact|registration|booking|sign-up|enquiry|entry|consent|briefing) form",
    either_script("采访|访谈|面试|提问|问卷|需求表|信息表|调查表|登记表|表单|申请表|澄清|测验|讨论题|请他提供|请客户"),
    always=any_of(
        r"\bask (?:me|the user)\b|one question at a time|clarifying", either_script("每次只问|问我|反问我|向我提问")
    ),
)
