"""How assistants put the work off until they are told more, in English and Chinese, as regular expressions."""

from __future__ import annotations

import re

from grimoire.checks.declining_phrases import TEXT
from grimoire.checks.hinted import Hinted, phrase
from grimoire.checks.phrases import any_of, either_script
from grimoire.expression import Expression

_WRITE = (
    r"(?:writ|draft|creat|prepar|craft|put(?:ting)? together|produc|design|rewrit|translat|summari|tailor"
    r"|build|plan|deliver|compos"
    r"|compil|begin|start|get (?:started|going|to work)|have|send|give|do|work|turn|make|finish|polish|provide|help)"
)
_I_WILL = r"\bi(?:['’]ll| will| can|['’]d| shall| could)\b"
_SHALL = "ll will can d shall could"
_ONCE = "once soon after when with upon"
_AIM = "make tailor write create ensure help get give draft build do"
FRAME = Hinted(
    phrase(
        f"{_ONCE} | i | {_SHALL} / {_ONCE} | you | ll",
        rf"\b(?:once|as soon as|after|when|with|upon) (?:receipt|receiving|i(?:['’]ve| have| get| know|['’]m)"
        rf"|you(?:['’]ve| have|['’]re| send| share| tell| fill| let)?"
        rf"|we|that|this|these|those|they|your)\b[^.!?\n]{{0,90}}?(?:{_I_WILL}|\byou['’]ll (?:have"
        rf"|get))[^.!?\n]{{0,30}}?\b{_WRITE}[^.!?\n]{{0,60}}",
    ),
    phrase(
        "before so | i",
        rf"\b(?:before|so(?: that)?) i (?:can |could |may )?{_WRITE}\w*[^.!?\n]{{0,60}}",
    ),
    phrase(
        f"send give tell share provide paste fill answer drop reply pick choose | and so | i | {_SHALL}",
        rf"\b(?:send|give|tell|share|provide|paste|fill|answer|drop|reply|pick"
        rf"|choose)\b[^.!?\n]{{0,160}}?\b(?:and|so) {_I_WILL}[^.!?\n]{{0,30}}?\b{_WRITE}[^.!?\n]{{0,60}}",
    ),
    phrase(
        f"to | {_AIM} | please / to | {_AIM} | i | d need ll have / to | {_AIM} | could can | you",
        r"\bto (?:make|tailor|write|create|ensure|help|get|give|draft|build|do)\b[^.!?\n]{0,80}?"
        r"\b(?:i(?:['’]d (?:like|love|need)| need|['’]ll need| have (?:a few|some))|could you|please"
        r"|can you)\b[^.!?\n]{0,60}",
    ),
    phrase(
        "i | need d ll have | details information questions answers things first before about",
        r"\b(?:i need|i['’]ll need|i['’]d like|i have) (?:to (?:know|ask|understand|confirm)|a few|some"
        r"|more)\b[^.!?\n]{0,40}"
        r"\b(?:details|information|questions|answers|things|first|before|about)\b[^.!?\n]{0,60}",
    ),
    phrase(
        "",
        either_script(
            any_of(
                "(?:收到|有了|了解|确认|得到|拿到|等|根据|待)[^。！？\\n]{0,24}?[，,后]我?[^。！？\\n]{0,10}?(?:会|将|就|马上|立刻|立即|再|便"
                "|才能)[^。！？\\n]{0,40}",
                "(?:您|你)[^。！？\\n]{0,24}(?:后|之后|好了?)?[，,]我(?:会|将|就|马上|立刻|立即|这边|便)[^。！？\\n]{0,40}",
                "我(?:这边)?(?:就|便|才)?(?:可以|能够?|会|将|马上)(?:立刻|马上|尽快|开始|更好地|就)?(?:能|可以)?(?:马上|立刻)?(?:帮|为|替|给)(?:您"
                "|你)[^。！？\\n]{0,40}",
                "(?:确认|回复|补充|填写|收到|提供)[^。！？\\n]{0,8}后[^。！？\\n]{0,10}?(?:即可|就可以|便可|将|会|立即|马上)[^。！？\\n]{0,40}",
                "后[，,]?我?(?:将|会|就)(?:尽快|立即|马上|立刻|第一时间)[^。！？\\n]{0,40}",
                "(?:在)?(?:正式)?(?:开始|动笔|动手|撰写|设计|创作|写)[^，。\\n]{0,10}?(?:之前|前)[，,][^。！？\\n]{0,40}",
                "(?:想|需要|需|要)(?:先)?(?:再)?(?:跟|和|向|与|请)(?:您|你)(?:确认|了解|核对|回答|提供|补充)[^。！？\\n]{0,40}",
                "(?:为了?|以便)(?:让|使|更好|能|给|帮|写|我|确保)[^。！？\\n]{0,40}[，,][^。！？\\n]{0,8}?(?:请|麻烦|需要|想)[^。！？\\n]{0,40}",
            )
        ),
    ),
)
"""What says that the work is yet to come, with what it is."""
ASK = Hinted(
    phrase(
        "please kindly / could can would | you",
        r"\b(?:please|could you|can you|kindly|would you)\b[^.!?\n]{0,40}?\b(?:provid|shar|tell|let me know"
        r"|send|giv|answer|fill|specif|confirm"
        r"|describ|paste|complete|suppl)",
    ),
    phrase(
        "me / need like | i / few | questions",
        r"^\W{0,4}(?:just )?(?:send|tell|give|share with) me\b|\blet me know\b|\bi(?:['’]d)? (?:need"
        r"|like) to know\b|\ba few (?:quick )?questions\b",
    ),
    phrase(
        "",
        either_script(
            "(?:请|麻烦|烦请|劳烦|只需|还需|需要|需)(?:您|你)?(?:先|再)?[^，。\\n]{0,8}?(?:提供|告诉|告知|补充|填写|回答|说明|确认|发|给出|回复|输入|列出|描述)"
        ),
    ),
)
POLITE = Expression(
    r"\W{0,4}"
    + any_of(
        r"(?:sure|certainly|of course|okay|ok|great|hi|hello|absolutely|thank|happy|glad|wonderful|perfect"
        r"|got it|understood|looking forward)\b",
        r"(?:what a|i(?:['’]d| would| will|['’]ll|['’]m| am)|the more|feel free|take your time|any)\b",
        either_script(
            "(?:好的?|当然|可以|没问题|您好|你好|感谢|谢谢|期待|很高兴|非常|明白|收到|了解|我会|如果您|若您|如有|祝)"
        ),
    ),
    re.IGNORECASE,
)
"""How what stands around such questions begins."""
NOUN = Expression(rf"\b(?:{TEXT}|get (?:started|going|to work))\b", re.IGNORECASE)
WORK_ZH = Expression(
    either_script(
        "写|拟|撰|创作|生成|输出|规划|策划|翻译|概括|总结|动笔|执笔|文案|文章|方案|脚本|简报|教案|课程|内容|模板|初稿|稿"
    )
    + r"|\bget(?:ting)? (?:started|going|to work)\b|\b(?:writ|draft|rewrit|translat|summari)\w*",
    re.IGNORECASE,
)
"""Work on a text."""
ASSENT = Expression(
    r"\W{0,4}"
    + any_of(
        r"(?:what an? \w+ \w+|sure|certainly|of course|absolutely|great|okay|ok|happy to|glad to|got it"
        r"|understood|i(?:['’]d| would) (?:love|be happy|be glad))\b",
        either_script("(?:好的?|当然|没问题|明白|收到|可以的?|乐意)"),
    ),
    re.IGNORECASE,
)
