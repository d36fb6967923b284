"""How assistants refuse, in English and Chinese, as regular expressions put together from lists of phrases.

They are tried at the beginnings of sentences, in a few hundred characters at most, so that no text can make them slow.
"""

from __future__ import annotations

import re

from grimoire.checks.begun import Begun
from grimoire.checks.phrases import any_of, either_script, words
from grimoire.checks.wanted import Wanted
from grimoire.expression import Expression

START = Expression(r"(?:\A|(?<=[.!?。！？，,;；:：\n]))[\s*_]{0,8}")
"""Where a sentence or a clause may begin."""

HINTS = words(
    "can't|can’t|cannot|can not|i cant|i'm |i’m |i am |could not|couldn|won't|won’t|wont|will not|not have|n't have"
    "|n’t have|decline|refuse|sorry|apolog|unfortunate|regret|violat|against|isn't|isn’t|is not|conflict|rather not"
    "|beyond|outside"
)
HINTS_ZH = words(
    "无法|無法|不能|不会|不會|没有|沒有|没办|沒辦|没学|沒學|我没|我沒|不便|不方便|不支持|不提供|不可以|不具|不太|恕|拒"
    "|超出|换个|換個|涉及|违反|違反|包含|不予"
)
"""In lower case; no refusal is without one of them."""

_NOT_ABLE = any_of("unable", "not able", "not allowed", "not permitted", "not programmed", "not designed", "not going")
_SORRY = any_of(
    r"i['’]?\s?a?m (?:really |very |so |truly |deeply )?sorry",
    r"sorry",
    r"(?:my |i )?apologi[sz]es?(?: for [^.,\n]{1,60})?",
    r"unfortunately",
    r"regrettably",
    r"i regret(?: to (?:say|inform you))?(?: that)?",
    r"i['’]?m afraid(?: that)?",
)
_AS_AI = (
    r"(?:as|i['’]?m|i am) (?:just |only )?an? "
    + any_of("ai", "artificial intelligence", r"(?:large )?language model", "virtual assistant", "responsible")
    + r"[^.,;\n]{0,60}"
)
_DECLINE = any_of(r"must (?:respectfully |politely )?(?:decline|refuse)", r"have to (?:decline|refuse)")
_CANNOT = r"i(?: simply| really)? ?" + any_of(
    r"can(?:not|['’]?t| not)",
    r"could(?: not|n['’]t)",
    r"won['’]?t be able to",
    r"will not",
    r"won['’]t",
    rf"(?:['’]?m|am) (?:currently |just )?(?:{_NOT_ABLE}|not comfortable)(?: to)?",
    r"do(?: not|n['’]t) (?:have the (?:ability|capability|capacity) to|feel comfortable)",
    _DECLINE,
)
_SERVE = any_of(
    "help|assist|comply|fulfil+|provide|generat|creat|writ|produc|answer|respond|complet|continu|support|shar(?:e|ing)",
    "giv(?:e|ing)|engag|discuss|offer|process|perform|translat|access|brows|visit|open|draw|take on|pretend|role-?play",
    "verify|do (?:this|that|so)|to (?:this|that|your)|your request",
)
_MAKE = "writ|creat|generat|produc|provid|help|assist|support|promot|discuss|engag|fulfil|complet"
_NO_BUSINESS = (
    r"(?![^.\n]{0,40}\b"
    + any_of("refund|discount|extension|reimburse|compensat|raise|loan|invoice|deliver|attend")
    + r"\w*)"
)
_THIS = any_of(
    "this|that|such|your (?:request|question|prompt)|content|any content|the (?:request|content)",
    "an? (?:answer|response)",
)
# "I can't give you one number" goes on to an answer.
_NO_MEASURE = r"(?!\w* (?:you )?(?:an? )?(?:one|single|exact|precise|definit\w+|guarantee\w*)\b)"
_NO_LIFE = r"(?:i (?:do not|don['’]t) have [^.\n,]{1,60}?(?:, | and )(?:(?:so|therefore|and)[, ]*)?)?"
_NO_ACCESS = (
    r"i (?:currently )?(?:do not|don['’]t) (?:currently )?have (?:direct |real-time |any )?(?:access|the ability)"
)
_SERVE_THIS = any_of(
    "help|assist|comply|fulfil+",
    any_of(
        "provide|generat\\w+|creat\\w+|writ\\w+|produc\\w+|answer|respond to|complet\\w+|discuss|continue",
        "engage in|process",
    )
    + rf" (?:with )?{_THIS}",
)
_BEYOND = r"(?:is|are) (?:beyond|outside) (?:of )?(?:my (?:capabilit|abilit|scope|expertise)|what i can)"

_BUT = "(?:(?:but|and|so|however,?|that said,?) )?"
ENGLISH = Begun(
    _BUT
    + any_of(
        "i|my |sorry|apolog|unfortunately|regrettably|as ",
        "(?:this|that|your|the) (?:request|prompt|content|topic|question|is|are)",
    ),
    _BUT
    + any_of(
        rf"{_SORRY}[,.;:!]?\s+(?:but\s+)?(?:{_AS_AI}[,.]?\s*)?{_CANNOT}"
        rf"(?! help but)[^.\n]{{0,25}}?\b{_SERVE}{_NO_MEASURE}{_NO_BUSINESS}",
        rf"{_SORRY}[,.;:!]?\s+(?:but\s+)?(?:{_AS_AI}[,.]?\s*)?{_NO_ACCESS}",
        rf"{_SORRY}[,.;:!]?\s+[^.\n]{{0,60}}?{_BEYOND}",
        rf"{_AS_AI}[,.]?\s*(?:and )?{_NO_LIFE}(?:\w+ ){{0,3}}?{_CANNOT}(?! help but)[^.\n]{{0,40}}?\b{_SERVE}",
        rf"{_AS_AI}[,.]?\s*(?:and )?{_NO_ACCESS}",
        rf"{_CANNOT}\s+(?:\w+ )?{_SERVE_THIS}(?!\w)(?! but)",
        r"i(?:['’]m| am) not comfortable (?:with )?(?:writing|creating|generating|producing|providing|helping)\b"
        r"(?! about (?:me|my))",
        rf"{_SORRY}[,.;:!]?\s+(?:but\s+)?(?:this|that|(?:your|the) request)[^.\n]{{0,40}}"
        + any_of("violat", "against", "not possible", "not something i", "cannot", "can['’]t"),
        r"(?:this|that|your|the) (?:request|prompt|content|topic|question) (?:may |might |could )?"
        + any_of("violates?|go(?:es)? against|(?:is|be) against|is not something i|conflicts? with"),
        r"(?:this|that) is(?: not|n['’]t) something (?:that )?i(?:['’]m| can| am)(?: able to)? (?:help|do|write)",
        rf"(?:this|that|your request)(?: request| topic)? {_BEYOND}",
        rf"i {_DECLINE}",
        r"i['’]d rather not",
    ),
    re.IGNORECASE,
)

_SORRY_ZH = (
    "(?:非常|很|十分|实在|真的|真)?" + any_of("抱歉|对不起|对不住|不好意思|遗憾") + "(?:地(?:告诉|通知|告知)[您你])?"
)
_AS_AI_ZH = "(?:我(?:只)?是|作为|身为)(?:一个|一名|一款)?[^，。\\n]{0,16}" + any_of(
    "AI|人工智能|人工智慧|语言模型|大模型|智能助手|智慧助理|文心一言|通义|千问|豆包|混元|星火|Kimi|DeepSeek|ChatGPT"
)
_CANNOT_ZH = "(?:我|本人|目前|暂时|还|现在|并|也|是|就|直接|恐怕|，|,){0,6}" + any_of(
    "不能够|不能|无法|不可以|没有办法|没办法|不会|没有能力|不具备[^，。]{0,8}能力|没学会|没有学会|没学习|没有学习",
    "不便|不方便|不支持|不提供",
)
_SERVE_ZH = "[^，。\\n]{0,12}?" + any_of(
    "提供|回答|帮|协助|生成|创作|撰写|编写|满足|完成|处理|执行|讨论|继续|参与|进行|浏览|访问|打开|开启|给出|给您|给你",
    "写|翻译|做到|支持|如何|这个|该|此类|这样|理解|识别|响应|扮演|分析|分享|描述",
)
_NO_BUSINESS_ZH = (
    "(?![^。\\n]{0,20}"
    + any_of("退款|退货|折扣|参加|出席|赴约|赔偿|加薪|贷款|发货|送货|录用|面试|精确|准确的?预测")
    + ")"
)
_THIS_ZH = any_of("这|此|该|您的|你的|相关|任何|帮助|帮你|帮您|回答|协助|满足|提供|生成|创作|那样")
_NO_LIFE_ZH = "(?:我?(?:并?没有|不具备)[^，。\\n]{1,20}[，,])?(?:因此|所以|故)?"

_BUT_ZH = "(?:但是?|不过|然而)?[，,]?"
CHINESE = Begun(
    either_script(_BUT_ZH + any_of(_SORRY_ZH, "我|作为|身为|恕|这|该|您的|你的|此|让我们换|咱们换|请?换个|根据")),
    either_script(
        _BUT_ZH
        + any_of(
            rf"{_SORRY_ZH}[，,。！!：:\s]*(?:但(?:是)?)?(?:{_AS_AI_ZH}[，,。\s]*)?"
            "(?:您的请求|这个(?:问题|请求|话题)|(?:关于|由于|因为)[^，。\\n]{0,40}?[，,]?|我还在[^，。\\n]{1,8}[，,])?(?!我们|本公司|本店)"
            rf"{_CANNOT_ZH}{_SERVE_ZH}{_NO_BUSINESS_ZH}",
            rf"{_AS_AI_ZH}[^，,。\n]{{0,6}}[，,。\s]*{_NO_LIFE_ZH}{_CANNOT_ZH}{_SERVE_ZH}",
            "恕(?:我)?(?:直言)?[，,]?(?:不能|无法|难)(?:从命|提供|协助|帮|撰写|写|生成|创作|为)",
            "我(?:必须|只能|不得不)?(?:拒绝|婉拒)(?:这个|该|您的|你的|此|回答|提供|撰写|生成)",
            "我(?:无法|不能|不会|不便)(?:创作|撰写|生成|提供|编写)[^，。\\n]{0,24}(?:这类|此类|这样的?|该类|相关)"
            "[^，。\\n]{0,12}(?:内容|文章|请求|作品|话题|文字)",
            "我(?:无法|不能)给到(?:相关|此类|该)",
            "(?:这|该|您的|你的|此)[^，。\\n]{0,6}超出了?我的(?:能力|知识|服务)",
            "我(?:无法|不能|没办法)(?:为您|为你|帮您|帮你|回答|提供|生成|满足|协助|完成|创作|撰写)(?:撰写|编写|写|创作)?"
            + _THIS_ZH,
            "这个(?:问题|话题)我(?:还)?(?:暂时)?(?:无法|不能|没|不会|不太?方便)",
            "(?:让我们|我们|咱们)换个话题(?:聊聊|试试|再聊|吧)|(?:请)?换个话题(?:聊聊|试试|再聊聊?)?吧?\\W{0,3}\\Z",
            "(?:您的|你的|该|此|这个)(?:问题|请求|内容|话题|提问)(?:可能)?(?:涉及|违反|包含)(?:了)?[^，。\\n]{0,16}"
            + any_of("敏感|违规|违法|不当|规定|法律|准则|政策"),
            "根据(?:相关|有关)(?:法律法规|规定|政策)[^。\\n]{0,20}"
            "(?:不予(?:展示|显示|回答|讨论)|(?:不能|无法|不便)(?:回答|提供|显示|生成|讨论|为[您你]))",
        )
    ),
)

FIRST = frozenset("但不然，,非很十实實真抱对對遗遺我作身恕这這该該您你此让讓咱请請换換根")
"""Characters a Chinese refusal begins with."""
LATER = Begun(
    any_of("however|but|that said|unfortunately|still", either_script("但|不过|然而|只是|可是")),
    any_of(
        rf"(?:however|but|that said|unfortunately|still),? (?:{_AS_AI}[,.]?\s*)?{_CANNOT}(?! help but)[^.\n]{{0,25}}?"
        rf"\b{_SERVE}{_NO_MEASURE}{_NO_BUSINESS}",
        either_script(
            f"(?:但是?|不过|然而|只是|可是)[，,]?(?:{_AS_AI_ZH}[^，,。\\n]{{0,6}}[，,])?我{_CANNOT_ZH}{_SERVE_ZH}"
            + _NO_BUSINESS_ZH
        ),
    ),
    re.IGNORECASE,
)
"""A refusal after a friendly opening."""
PLAIN = Begun(
    any_of("i", either_script("关于|对于|至于|您要的|我")),
    any_of(
        rf"{_CANNOT}(?! help but)\s+(?:\w+ ){{0,2}}?(?:{_MAKE})\w*\b(?! (?:without|about (?:me|my))\b){_NO_MEASURE}"
        + _NO_BUSINESS,
        either_script(
            "(?:(?:关于|对于|至于|您要的)[^，。\\n]{1,40}[，,])?"
            f"我(?:目前|暂时)?(?:不能|无法|不会|没办法){_SERVE_ZH}{_NO_BUSINESS_ZH}"
        ),
    ),
    re.IGNORECASE,
)
"""What a character may say too: a refusal only where an offer of something else follows."""
OWN_WORDS = Expression(either_script(f"{_AS_AI}|{_AS_AI_ZH}"), re.IGNORECASE)
"""An assistant that speaks of itself."""

OFFER = Expression(
    any_of(
        r"\binstead\b[^.\n]{0,40}\b(?:i|you|consider|try)\b|\b(?:consider|try) (?:one of )?the following\b",
        r"\bi(?:['’]d| would|['’]m| am) (?:still )?(?:be )?(?:more than )?(?:happy|glad|pleased) to\b",
        r"\bi(?:['’]d| would)? (?:strongly )?(?:encourage|suggest|recommend)\b|\balternatives?\b",
        r"\byou (?:could|might|may)(?: want to)?(?: also)? (?:consider|try|instead|do instead)\b|what you could do",
        r"\bif you(?:['’]?re| are|['’]d| would| need| have| want)\b[^.\n]{0,80}"
        r"\b(?:i can|i['’]d|i would|please|feel free|let me)",
        r"\bplease (?:let me know|feel free)\b|\blet me know\b|\bhere(?:['’]s| is) why\b",
        r"\b(?:here are|there are) (?:some|a few|several|many|other) (?:\w+ )?"
        r"(?:reasons|alternatives|suggestions|ways|options)",
        r"\b(?:is there|do you have) (?:anything|something|another)\b",
        either_script(
            "(?:您|你)(?:可以|不妨|也可以)(?:考虑|尝试|试试|参考|改为|选择)|建议(?:您|你)|替代|换个|换一个"
            "|如果(?:您|你)(?:需要|愿意|想|有|正在|在)|若(?:您|你)?(?:需要|愿意|有)"
            "|(?:合法|合规|正当|其他)的?(?:方式|途径|方法|办法)|我(?:很|非常)?(?:可以|乐意|愿意)[^。\\n]{0,12}(?:帮|为)|请告诉我|欢迎"
        ),
    ),
    re.IGNORECASE,
)
PIVOT = Expression(
    any_of(
        r"here(?:['’]s| is| are)(?! (?:why|some (?:\w+ )?(?:alternatives|suggestions|reasons)))|below (?:is|are)",
        r"the following|but (?:here|below)|i['’]ve (?:written|prepared|created)|see the (?:\w+ )?below",
        r"\bi can (?:still |instead )?(?:offer|share|give|provide|tell|write|try)[^.\n]{0,80}:",
        either_script(
            "以下(?:是|为|供|内容)|下面(?:是|为)|如下|供[您你]参考|这里(?:是|有)|为您整理"
            "|但(?:是)?(?:我)?可以(?:为[您你]|给[您你])?(?:提供|分享|写|给)[^。\\n]{0,30}[：:]"
        ),
    ),
    re.IGNORECASE,
)
NO_OPENING = Expression(
    any_of(
        r"dear|subject|hi (?-i:[A-Z])|to:|from:",
        either_script("尊敬的(?!用户|您)|亲爱的(?!用户)|主题|标题"),
        r"[>|“\"「『《#]|\d+[.、]",
    ),
    re.IGNORECASE,
)
REFUSAL_WANTED = Wanted(
    r"declin|refus|reject|turn(?:ing|s)? (?:\w+ )?down|say(?:ing)? no\b|apolog|regret",
    r"customer (?:service|support|care)|support agent|\b(?:reply|respond|answer)\b[^.\n]{0,30}\bcustomer",
    r"customers?\b[^.,\n]{0,20}\b(?:asks?|asking|complain|request|demand)",
    either_script("婉拒|拒绝|推辞|回绝|谢绝|道歉|致歉|客服|话术|拒答|回复[^。\\n]{0,8}(?:顾客|客户)"),
    either_script("(?:顾客|客户)[^。，\\n]{0,6}(?:要求|投诉|询问|提出)"),
)
