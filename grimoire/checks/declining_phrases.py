"""The parts of a declining sentence, in English and Chinese, as regular expressions.

All of them have bounded repeats and are tried at places that a single word has found, in a few thousand characters.
"""

from __future__ import annotations

import re

from grimoire.checks.hinted import Hinted, phrase
from grimoire.checks.phrases import any_of, either_script
from grimoire.checks.wanted import Wanted
from grimoire.expression import Expression

ANSWERED_SHORT = 600
"""Weight up to which an answer may be nothing but a system's word about the request."""

TEXT = any_of(
    "article|stor(?:y|ies)|posts?|scripts?|poems?|reviews?|e-?mails?|letters?|ads?|advert\\w*|text|piece"
    "|essays?|outline|plan",
    "table|titles?|headlines?|summary|translation|rewrite|descriptions?|persona|course"
    "|lessons?(?: plan)?|code|program|app",
    "images?|pictures?|drawings?|illustrations?|posters?|logos?|page|report|audit|brief|copy|captions?"
    "|thread|tweets?|videos?",
    "answers?|list|slogans?|recipes?|guide|satire|speech|jokes?|song|lyrics|scenes?|chapters?|dialogue|listing|profile",
    "newsletter|blog|notes?|biography|bio|quiz|exercises?|worksheet|campaign|questions?|testimonials?",
)
_GENERAL = any_of("requests?|tasks?|prompt|brief|instructions?|content|assignment|topic|subject|material|kind|type|one")
GENERAL = Expression(_GENERAL, re.IGNORECASE)

_MAKE = any_of(
    "writ|rewrit|creat|generat|produc|compos|draft|complet|finish|continu|fulfil|carry(?:ing)? out"
    "|provid|help|assist|deliver",
    "prepar|craft|mak(?:e|ing)|do(?:ing)?|design|draw|render|summari|translat|audit|proceed"
    "|go(?:ing)? (?:ahead|on|further)",
    "take on|turn|put(?:ting)? together|respond|answer|role-?play|play|comply",
)
_NEGATED = any_of(
    r" (?:\w+ ){0,2}?(?:can(?:not|['’]?t| not)|could(?: not|n['’]t)|won['’]t|will not|shan['’]t|would(?: not|n['’]t))",
    r"(?:['’]m| am) (?:\w+ ){0,2}?(?:unable|not (?:\w+ )?(?:able|allowed|permitted|going|comfortable"
    r"|willing|in a position|set up"
    r"|equipped|designed|built|meant|prepared)|prevented from|unwilling|uncomfortable)",
    r"(?:['’]ve| have) (?:\w+ )?(?:decided|chosen|opted|had to decide) (?:not|against)",
    r"(?:['’]d| would)? (?:\w+ )?(?:rather|prefer)(?: not| to avoid)",
    r" (?:do not|don['’]t) (?:\w+ )?(?:feel (?:comfortable|able|right)|think (?:it|i)|have (?:the|any"
    r"|a) (?:ability|means|way))",
    r" (?:have no|lack (?:the|any)) (?:way|means|ability|capacity)",
)
_DECLINED = (
    r"(?:['’]ll| will| must| have to| need to|['’]d| would|['’]m going to| am going to|['’]m"
    r"| am)?(?: have to| need to| like to)?"
    r"(?: \w+ly)? (?:declin(?:e|ing)|refus(?:e|ing)|pass(?:ing)? on|skip(?:ping)?|stop(?:ping)?(?: here)?"
    r"|refrain(?:ing)? from)"
)
I_DECLINE = Expression(
    "i"
    + any_of(
        rf"{_NEGATED}(?! (?:\w+ )?(?:imagine|help but|help (?:it|thinking|feeling|wondering)|believe|remember))"
        rf"[^.!?\n\"“;]{{0,50}}?\b{_MAKE}\w{{0,4}}\b(?! (?:without|about me|about my)\b)",
        rf"{_DECLINED}(?:[^.!?\n\"“;]{{0,30}}?\b{_MAKE}\w{{0,4}}\b)?",
    ),
    re.IGNORECASE,
)
"""Up to and with the verb of making, tried at an I."""
OBJECT = Expression(
    r"(?:[ ,][^.!?\n\"“;]{0,40}?)?\b"
    + any_of(
        r"(?:(?P<this>this|these|those|such(?: an?)?|your|that (?:kind|sort|type) of)|the|that|any|an?"
        r"|\d{1,3}|two|three|five|ten)"
        rf" (?:[\w'’-]+ ){{0,4}}?(?P<noun>{TEXT}|{_GENERAL})\b(?! without\b)",
        r"(?:as|in the way|the way) (?:you(?:['’]ve| have)? )?(?:described|requested|asked|specified"
        r"|instructed|it stands)",
        r"(?:this|that|it) for you\b",
        r"(?:with )?(?:this|that)(?: one)?(?=[.!?\n]|,? (?:because|since|as)\b)",
    ),
    re.IGNORECASE,
)
"""What is not made, after the verb."""
FRONTED = Expression(
    any_of(
        r"sit (?:this|that)(?: one)? out\b",
        r"something (?:that |which )?i(?:['’]m| am|['’]ll| will|['’]d| would|['’]ve| have| must"
        r"| need to)? ?[^.!?\n]{0,12}?"
        r"\b(?:pass on|declin|avoid|unable|not (?:able|comfortable|willing|going)|have to (?:decline|refuse|skip))",
        r"(?<=not )something (?:that |which )?i(?:['’]m| am| can|['’]ll| will|['’]d| would| could) [^.!?\n]{0,30}?"
        rf"\b{_MAKE}",
        r"(?<=n['’]t )something (?:that |which )?i(?:['’]m| am| can|['’]ll| will|['’]d| would| could) [^.!?\n]{0,30}?"
        rf"\b{_MAKE}",
        r"(?<=n['’]t )possible for me|(?<=not )possible for me",
        r"(?:outside|beyond) (?:of )?(?:what i (?:can |am able to )?(?:do|offer|help|provide)|my (?:capab"
        r"|abilit|scope|remit))",
    ),
    re.IGNORECASE,
)
"""What an assistant says of a thing it does not do, where the thing stands first."""

_N = (
    "(?:恕难|恕不能|恕我|无法|无从|不能够?|不可以|不太?方便|不太?便|没有?办法|没法|不会|不予|不宜|不建议"
    "|不太?适合|不合适|难以|不打算|不再|不敢|拒绝|婉拒)"
)
NEGATION_ZH = Expression(
    either_script(
        "恕|无法|无从|不能|不可|不太|不方|不便|没办|没有办|没法|不会|不予|不宜|不建|不适|不合|难以|不打|不再|不写|拒绝|婉拒|帮不|爱莫|无能"
    )
)
_MAKE_ZH = any_of(
    "撰写|写|生成|创作|编写|提供|完成|制作|输出|策划|设计|翻译|改写|总结|概括|代写|拟|画|绘|执笔|成文|整理|规划|作答|回答|扮演|继续|查询|产出",
    "满足|给出|交付|编造|编排|分析|评|处理|呈现",
)
_WRITE_ZH = "(?:撰写|写|生成|创作|编写|执笔|成文|代写|拟|画|绘|改写|翻译|续写|编造|虚构)"
_TEXT_ZH = any_of(
    "内容|文章|笔记|文案|脚本|故事|贴文|帖子|文字|作品|请求|要求|需求|任务|指令|广告|评价|好评|诗|歌|邮件|信|介绍|回答|问题|话题|题材|图|海报|简报",
    "标题|提纲|大纲|教案|课程|详情页|人设|画像|视频|推文|点评|短评|评论|段子|小说|剧本|清单|表格|提示词|代码|程序|创作|主题",
)
_GAP = "[^，,。！？；\\n“「]"
ZH_DECLINES = Expression(
    either_script(
        any_of(
            f"{_N}{_GAP}{{0,12}}?(?:(?:为|替|帮|给|代|按照?|依照?|遵照|照)您|代为|代笔|(?:按照?|依照?)(?:您|你)?的?(?:这个|上述)?(?:要求|主题|描述"
            f"|设定|原题))"
            f"{_GAP}{{0,20}}?{_MAKE_ZH}(?!{_GAP}{{0,8}}(?:退款|退货|折扣|赔偿|优惠|发货))",
            f"{_N}{_GAP}{{0,12}}?(?:为|替|帮|给)你{_GAP}{{0,10}}?{_MAKE_ZH}{_GAP}{{0,6}}?(?:这|此|该|相关"
            f"|类似){_GAP}{{0,12}}?{_TEXT_ZH}",
            f"{_N}{_GAP}{{0,10}}?{_MAKE_ZH}{_GAP}{{0,10}}?(?:这|此|该|上述|类似|相关|您){_GAP}{{0,16}}?{_TEXT_ZH}",
            f"{_N}{_GAP}{{0,6}}?(?:满足|响应|执行|处理|完成|回应|答应|配合|协助|受理){_GAP}{{0,10}}?(?:请求|要求|需求|任务|指令|创作|写作)",
            "(?:帮不上|爱莫能助|无能为力|帮不了(?:您|你))",
        )
    )
)
"""Tried at a negation."""
ZH_FRONTED = Expression(
    either_script(
        any_of(
            f"{_N}{_GAP}{{0,10}}?(?:{_WRITE_ZH}|聊|谈|讨论|展开|回答|评论|代劳|效劳|帮忙|继续|参与)(?:了|下去)?(?=[，,。！？；～~\\n]|\\Z)",
            "不(?:能)?写了(?=[，,。！？；～~\\n]|\\Z)",
        )
    )
)
"""Tried at a negation, where the thing itself stands before it."""
DEMONSTRATIVE = Expression(
    either_script(
        "(?:这|此|该|上述|原来|原先|原定)(?:一)?(?:种|类|个|篇|则|首|份|条|段|部分|样|些|的|方面|封|话题|主题|题材|内容)[^。！？\\n“]{0,60}?[我，,]"
    )
)
NOT_I_ZH = Expression(either_script("们|他|她|它|您|你|谁|人(?!工)|店|公司|客服|老师|孩子|也许|如果|要是|只要"))
"""Words of the clause before a negation with which somebody else declines, or nobody yet."""

SUPPORT = Expression(
    any_of(
        r"\b(?:sorry|apologi|unfortunately|regret|afraid|guidelines?|polic(?:y|ies)|terms of|safety|sensitive"
        r"|inappropriate|harmful",
        r"mislead|misinform|accurate|accuracy|evidence|real-time|copyright|consent|privacy|ethic|responsib"
        r"|stereotyp|violat|illegal",
        r"for (?:these|those|that|this) reasons?|with (?:all (?:of )?)?(?:this|that|these) in mind|as an ai"
        r"|language model|text-(?:based|only)",
        r"instead|alternatives?|i(?:['’]d| would)? (?:suggest|recommend|encourage)|happy to|glad(?:ly)?"
        r"|let me know|if you(?:['’]d| would|['’]re)?",
        r"you(?:['’]ll)? (?:could|might|may|need)|feel free|do ask|please)",
    )
    + r"|"
    + either_script(
        "抱歉|遗憾|见谅|谅解|理解|海涵|恕|建议|如果您|若您|如您|您可以|您若|您不妨|不妨|欢迎|乐意|请您|请告诉|规定|规范|准则|敏感|隐私|误导"
        "|由于|为了?避免|为确保|为了保证|基于|出于|考虑到|综合|语言模型|人工智能|助手|模型|功能"
    ),
    re.IGNORECASE,
)
"""What assistants say around a refusal: an excuse, a reason of theirs, an offer."""

_REQUEST = (
    r"\b(?:this|your|the) (?:\w+ )?(?:request|prompt|content|input|message|response|query|conversation"
    r"|topic|output|reply|answer)\b"
)
_REQUESTS = "request prompt content input message response query conversation topic output reply answer"
_DONE_TO = any_of(
    r"(?:can(?:not|['’]t| not)|could(?: not|n['’]t)|will not|won['’]t) be (?:\w+ )?(?:complet|process"
    r"|fulfil|generat|display|show|handl|answer|creat)\w*",
    r"(?:was|were|has been|have been|is|got) (?:\w+ )?(?:block|flagg|filter|withheld|withdrawn|remov"
    r"|restrict|reject|moderat|stopp)\w*",
    r"(?:is|are)(?: not|n['’]t) (?:allowed|permitted|supported|appropriate)|(?:goes|go) against|violates?",
)
_SAFETY = (
    r"\b(?:polic|safety|unsafe|violat|guideline|permitted|filter|sensitiv|revis|rephras|edit your|modif"
    r"|different (?:prompt|topic|request))"
)
_SAFE = "polic* safety* unsafe* violat* guideline* permitted* filter* sensitiv* revis* rephras* edit modif* different"
_REQUEST_ZH = "(?:输入|请求|提问|问题|内容|话题|指令|提示词|消息|描述|回答|对话|文字|主题|回复)"
_DONE_TO_ZH = any_of(
    "(?:无法|不能|未能|不予|暂不|不支持|暂不支持)(?:处理|显示|展示|回答|生成|提供|继续|讨论|完成|响应|回复|输出|支持)",
    "(?:不适合|不适宜|不宜)(?:讨论|生成|展示|回答|公开|继续)",
    "(?:已|被|遭到?)[^，。\\n]{0,10}?(?:拦截|屏蔽|过滤|终止|停止|中止|撤回|中断|拒绝)",
    "(?:违反|不符合|违背|触发|存在|涉及|包含|含有|涉嫌)[^，。\\n]{0,14}?(?:规范|规定|政策|准则|法律|法规|机制|风险|敏感|不当|违规|安全|过滤|审核)",
)
_MEDIA = (
    r"(?:images?|pictures?|graphics|illustrations?|photos?|drawings?|audio|videos?|files|artwork|visuals"
    r"|diagrams?|web ?pages?|websites?|links)"
)
_MEDIA_WORDS = (
    "image images picture pictures graphics illustration illustrations photo photos drawing drawings audio video videos"
    " files artwork visuals diagram diagrams web webpage webpages website websites links"
)
SHORT_ONLY = Hinted(
    phrase(
        f"this your the | {_REQUESTS} | {_SAFE}",
        rf"{_REQUEST}[^.!?\n]{{0,40}}?\b{_DONE_TO}(?=[\s\S]{{0,300}}?{_SAFETY})",
        re.IGNORECASE | re.MULTILINE,
    ),
    phrase(
        f"this your the | {_REQUESTS} | {_SAFE}",
        rf"{_SAFETY}[^.!?\n]{{0,60}}\n?[\s\S]{{0,80}}?{_REQUEST}[^.!?\n]{{0,40}}?\b{_DONE_TO}",
        re.IGNORECASE | re.MULTILINE,
    ),
    phrase(
        f"i | {_MEDIA_WORDS} | not don can cannot",
        rf"\bi(?:['’]m| am)?(?: (?:\w+ )?(?:work|deal)[^.,!?\n]{{0,24}} and)? (?:\w+ )?(?:(?:do not|don['’]t"
        rf"|can(?:not|['’]t)|not able to) (?:\w+ or )?(?:creat|produc|draw|generat|render|mak|open|view|brows"
        rf"|display)\w*"
        rf"(?: or \w+)? (?:\w+ ){{0,2}}?{_MEDIA})\b(?=[^\n]{{0,200}}?\b(?:need|you (?:could|might|can)|try"
        rf"|tool|instead|designer|generator|unable|can['’]t|cannot|sorry))",
        re.IGNORECASE | re.MULTILINE,
    ),
    phrase(
        "i | information data details record records source sources facts | find locate verify access retrieve",
        r"\bi(?: (?:could not|couldn['’]t|was(?: not|n['’]t) able to|can(?:not|['’]t)|am unable to|did not"
        r"|didn['’]t)|['’]m (?:unable|not able) to) "
        r"(?:find|locate|verify|access|retrieve) (?:any |enough |reliable |the )*(?:information|data|details"
        r"|records?|sources?|facts)\b",
        re.IGNORECASE | re.MULTILINE,
    ),
    phrase(
        "let we i | talk discuss change move try | something* another* different*",
        r"\b(?:let['’]s|can we|shall we|i['’]d (?:rather|prefer to)) (?:talk about|discuss|change to"
        r"|move on to|try) (?:something|another|a different)",
        re.IGNORECASE | re.MULTILINE,
    ),
    phrase(
        "",
        any_of(
            r"(?:^|[\n。！!，,：:]|检测到|檢測到)"
            + either_script(
                f"(?:抱歉[，,]?|很抱歉[，,]?|检测到|系统检测到)?(?:您|你|该|此|本次|这个|这段|当前|上述|系统|相关)(?:的|所)?(?:输入|提交|发送"
                f"|提供)?的?(?:{_REQUEST_ZH}|判定)"
                f"[^。！？\\n“]{{0,24}}?{_DONE_TO_ZH}"
            ),
            either_script(
                "我(?:暂时|目前|还|并|也)?(?:没有|未能?|没能?|无法|查不到|找不到)(?:能)?(?:找到|查到|查询到|检索到|搜索到|获取到?|取得|掌握"
                "|核实)?(?:任何)?[^。！？\\n]{0,30}?(?:信息|资料|资讯|数据|记录)"
                "[^。！？\\n]{0,40}?(?:无法|不能|没办法|没法|不便|难以)"
            ),
            either_script(
                "(?:这|该|此)(?:个|类|种|方面|些)?(?:的)?[^，。\\n“]{0,6}?(?:话题|问题|内容|题材"
                "|方面)[^。\\n“]{0,4}?我[^，。\\n]{0,6}?(?:不太?方便|不便|不好|不能|没法|无法|不适合|不想|不太会|没办法)"
                "[^，。\\n]{0,4}?(?:聊|谈|说|讲|写|评|答|展开|讨论|涉及|多)"
            ),
            r"\A" + either_script("(?:该|此|本)?(?:内容|回答)[^。\\n]{0,14}?(?:不可见|已隐藏|已删除|不予展示)"),
            either_script(
                "我(?:目前|暂时|并)?(?:没有|不具备)[^，。！？\\n]{0,10}(?:上网|联网|绘画|绘图|画图|作图|浏览|搜索|查询|生图)[^，。\\n]{0,6}(?:能力|功能|权限)"
                "(?=[\\s\\S]{0,60}?(?:查不到|无法|不能|没办法|没法|建议))"
            ),
            either_script("(?:还在学习|没学会|知识盲区|为难|超出了?我)[^\\n]{0,40}?(?:换个?|问我|别的|其他)"),
            either_script(
                "(?:我们|咱们)?(?:换|聊)(?:聊)?(?:一)?(?:个|点|些)?[^，。\\n]{0,8}?(?:话题|轻松|别的|其他)[^，。\\n]{0,6}?吧[～~。！!]{0,3}\\Z"
            ),
        ),
        re.IGNORECASE | re.MULTILINE,
    ),
)
"""What nothing else stands beside in a short answer: the system's word, no information, no pictures."""
LETTER = Expression(
    any_of(
        r"(?:\*\*)?(?:dear|subject|to|from)\b",
        either_script("(?:\\*\\*)?(?:主题|主旨|标题|亲爱的(?!用户)|尊敬的(?!用户|您))"),
        r"[>|\"“「『《]",
    ),
    re.IGNORECASE,
)
"""How a letter or a quotation begins."""

SAID = Expression(r"\b(?:said|told|says|thought|asked)\b|(?:说|說|道|想|问|問|答|喊)[：:]", re.IGNORECASE)
SAID_AFTER = Expression(r"[^.!?\n]{0,120}?,[\"”]? (?:i|he|she|they) (?:said|told|thought)\b", re.IGNORECASE)
"""What stands in the sentence before and after reported speech."""


def _either(words: str) -> str:
    """The words, and what they become without a space after what may stand before them."""
    return " ".join(f"{before}{word}" for word in words.split() for before in ("", "i", "m", "am", "was"))


EXCUSE = Hinted(
    phrase(
        f"{_either('cannot unable rather prefer decline refuse')} / able | t {_either('not')}"
        f" / in comfortable going allowed | {_either('not')} / {_either('have')} | no"
        f" / {_either('can could couldn won will would wouldn do don')} | t not"
        f" / t {_either('not')} | want have see create write feel do provide",
        r"\bi(?:['’]m| am| was)? ?(?:\w+ ){0,2}?(?:can(?:not|['’]t)|could(?: not|n['’]t)|won['’]t|will not"
        r"|would(?: not|n['’]t) want|unable|not able|n['’]t able"
        r"|not (?:in a position|comfortable|going|allowed)|(?:do not|don['’]t) (?:have|see|create|write|feel"
        r"|do|provide)|rather not|prefer not"
        r"|decline|refuse|have no|['’]d (?:rather|prefer))\b",
    ),
    phrase(
        "something | i / sit | out / i | respectfully gently kindly",
        r"\b(?:is|are)(?: not|n['’]t) something i\b|\bsit (?:this|that) (?:one )?out\b|\bi(?:['’]d"
        r"| would) (?:respectfully|gently|kindly)\b",
    ),
    phrase(
        "training knowledge | my the / ai / language | model",
        r"\b(?:my|the) (?:training|knowledge)(?: data)? (?:ends|stops|only)|\bas an ai\b|\blanguage model\b",
    ),
    phrase(
        "unfortunately sorry apologise apologize",
        r"\b(?:unfortunately|i['’]m (?:really |very )?sorry|sorry"
        r"|i apologi[sz]e)\b[^.!?\n]{0,120}?\b(?:copyright|concern|policy|policies|guidelines|harm|privacy"
        r"|rights|not|n['’]t)\b",
    ),
    phrase(
        "",
        either_script(
            any_of(
                "(?:我|因此|所以|目前|暂时|暂|故|[，,。！\\n])(?:实在|目前|暂时|恐怕|还|也|就|并)?"
                "(?:无法|不能|不便|不方便|没办法|没法|不会|不予|不宜|不提供|难以|恕|拒绝|没有[^，。\\n]{0,10}?(?:能力|功能|权限|办法|看到|收到|找到|学)|查不到|没看到"
                "|未收到|未能)",
                "(?:恐怕|可能|确实|并)?(?:不太?合适|不太?妥当?|不太?适宜|不太?方便)|还在学习|知识盲区|不在我的[^，。\\n]{0,6}范围|作为[^，。\\n]{0,12}(?:AI"
                "|助手|模型|通义|千问|文心)[^，。\\n]{0,6}[，,]我",
            )
        ),
    ),
)
"""What an assistant says that does not do something, whatever it is; far too wide to mean anything alone."""
ADDRESS = Expression(
    r"\b(?:you|your|i['’]d|i can)\b|" + either_script("您|你|请|建议|谅解|见谅|理解|不妨|咨询|寻求"), re.IGNORECASE
)
TASK_OFFER = Expression(
    any_of(
        r"\b(?:if you|should you)\b[^.!?\n]{0,120}?\bi(?:['’]d| would|['’]ll| will| can| could)\b",
        r"\bi(?:['’]d be| would be|['’]m) (?:more than )?(?:happy|glad) to (?:help|discuss|write|draft|assist"
        r"|suggest|offer|create|work|talk)",
        r"\b(?:shall i|would you like me to|want me to|should i)\b[^.!?\n]{0,60}\?",
        r"\b(?:but|instead)\b[^.!?\n]{0,20}\bi can (?:write|help|offer|draft|rewrite|suggest|turn)\b"
        r"|\bbut an? [^.!?\n]{3,50} would be (?:fine|no trouble|no problem)",
        r"\bplease (?:consult|talk to|speak (?:to|with)|contact|check|refer to|see) (?:a|an|the|your|with)\b"
        r"|\b(?:what|how) about\b[^.!?\n]{0,80}\?",
        r"\bask me (?:something|anything|about|another)",
        either_script(
            any_of(
                "(?:若|如果|如)(?:您|你)[^。！？\\n]{0,40}?我(?:可以|能|很|会|愿|将|再)",
                "(?:但|不过)[^。！？\\n]{0,6}可以(?:改写|协助|帮|为|提供|写|换)[^。！？\\n]{0,40}",
                "(?:您|你)(?:觉得|看)(?:如何|怎么?样|可以吗|行吗)|(?:您|你)?可以(?:试试|尝试)?(?:问|向)我|换个(?:问题|话题|主题|方向)",
                "建议(?:您|你)|(?:我来|我可以)(?:为|帮|协助)(?:您|你)?|感谢(?:您的?)?(?:理解|谅解)|(?:寻求|咨询)(?:专业|医生|律师)|我可以协助",
            )
        ),
    ),
    re.IGNORECASE,
)
"""What an assistant offers in place of the work."""
TALKS = Hinted(
    phrase(
        "you | may might could / perhaps | we you i / i | recommend suggest encourage / shall | i"
        " / i | can | help write draft show offer / would | you | like / could | you | tell share send let"
        " / do | you | have / let | me | know / what how | about / thanks thank | for"
        " / please | provide share send consult contact check",
        r"\b(?:you (?:may|might|could)|perhaps (?:we|you|i)|i(?:['’]d| would)? (?:recommend|suggest"
        r"|encourage)|i can (?:help|write|draft|show|offer)"
        r"|shall i|would you like|could you (?:tell|share|send|let)|do you have|let me know|what about"
        r"|how about|please (?:provide|share|send|consult|contact|check)"
        r"|thanks for (?:your|the|asking)|thank you for (?:your|the|asking|reaching))\b[^.!?\n]{0,200}[.!?]?\s{0,3}\Z",
    ),
    phrase(
        "topic | i / stay avoid | i / designed | i",
        r"\bthis is a topic i\b|\bi (?:stay away from|avoid) (?:this|these|such)\b|\bi['’]m designed to\b",
    ),
    phrase(
        "",
        either_script(
            any_of(
                "(?:望|请|敬请|恳请|还望)(?:您|你)?(?:的)?(?:知悉|理解|谅解|见谅|包涵|海涵)",
                "(?:您|你)是不是(?:想|要|指)|(?:我可以|我来|我能)(?:为|帮)(?:您|你)|建议(?:您|你)|请(?:您|你)?(?:咨询|参考|告诉|提供|换|重新)",
                "(?:此类|这类|该类|这种)(?:内容|话题|主题|题材)[^，。\\n]{0,16}(?:不宜|不当|误导|敏感|不适合)|本次不作",
            )
        ),
    ),
)
"""What is said to who asked, and is no part of a text asked for."""
ADVICE_WANTED = Wanted(
    r"\b(?:e-?mail|letter|reply|message|customer|chat|support|notice|sign|dialogue|conversation|advice"
    r"|act as|role-?play|diary|monologue)\b",
    r"\bshould i\b|\bhow (?:do|can|should|to)\b|\bwhat (?:is|are|will|should)\b|\bwhy\b",
    either_script(
        "邮件|书信|一封信|回复|客服|顾客|客户|公告|告示|通知|对话|聊天|日记|独白|扮演|建议|如何|怎样|怎么|为什么|前台"
    ),
)
"""Prompts whose answers may rightly say what one cannot do, and offer something."""
