"""How assistants refuse, in English and Chinese, as regular expressions put together from lists of phrases.

They are searched for in a few hundred characters at most, so that no text can make them slow.
"""

from __future__ import annotations

import re

START = r"(?:^|(?<=[.!?。！？，,;；:：\n]))[\s*_]*"


def any_of(*phrases: str) -> str:
    """An alternation of patterns."""
    return f"(?:{'|'.join(phrases)})"


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
    r"as an? "
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
    *("help", "assist", "comply", "fulfil+", "provide", "generat", "creat", "writ", "produc", "answer"),
    *("respond", "complet", "continu", "support", r"shar(?:e|ing)", r"giv(?:e|ing)", "engag", "discuss", "offer"),
    *("process", "perform", "translat", "access", "brows", "open", r"do (?:this|that|so)"),
    *(r"to (?:this|that|your)", "your request"),
)
_NO_BUSINESS = (
    r"(?![^.\n]{0,40}\b"
    + any_of(
        "refund", "discount", "extension", "reimburse", "compensat", "raise", "loan", "invoice", "deliver", "attend"
    )
    + r"\w*)"
)
_THIS = any_of(
    *("this", "that", "such", r"your (?:request|question|prompt)", "content", "any content"),
    *(r"the (?:request|content)", r"an? (?:answer|response)"),
)
# "I can't give you one number" goes on to an answer.
_NO_MEASURE = r"(?!\w* (?:you )?(?:an? )?(?:one|single|exact|precise|definit\w+|guarantee\w*)\b)"
_NO_LIFE = r"(?:i (?:do not|don['’]t) have [^.\n,]{1,60}(?:, | and )(?:so|therefore|and)[, ]*)?"
_SERVE_THIS = any_of(
    *("help", "assist", "comply", "fulfil+"),
    any_of(
        *("provide", r"generat\w+", r"creat\w+", r"writ\w+", r"produc\w+", "answer", "respond to"),
        *(r"complet\w+", "discuss", "continue", "engage in", "process"),
    )
    + rf" (?:with )?{_THIS}",
)

ENGLISH = re.compile(
    START
    + any_of(
        rf"{_SORRY}[,.;:!]?\s+(?:but\s+)?(?:{_AS_AI}[,.]?\s*)?{_CANNOT}"
        rf"(?! help but)[^.\n]{{0,25}}?\b{_SERVE}{_NO_MEASURE}{_NO_BUSINESS}",
        rf"{_AS_AI}[,.]?\s*{_NO_LIFE}(?:\w+ ){{0,3}}?{_CANNOT}(?! help but)[^.\n]{{0,40}}?\b{_SERVE}",
        rf"{_CANNOT}\s+(?:\w+ )?{_SERVE_THIS}(?!\w)(?! but)",
        rf"{_SORRY}[,.;:!]?\s+(?:but\s+)?(?:this|that|(?:your|the) request)[^.\n]{{0,40}}"
        + any_of("violat", "against", "not possible", "not something i", "cannot", "can['’]t"),
        r"(?:this|that|your|the) (?:request|prompt|content|topic|question) "
        + any_of("violates", "goes against", "is against", "is not something i", "conflicts with"),
        r"(?:this|that) is(?: not|n['’]t) something (?:that )?i(?:['’]m| can| am)(?: able to)? (?:help|do|write)",
        r"(?:this|that|your request)(?: request| topic)? is (?:beyond|outside) (?:my capabilities|what i can)",
        rf"i {_DECLINE}",
        r"i['’]d rather not",
    ),
    re.IGNORECASE,
)

_SORRY_ZH = (
    r"(?:非常|很|十分|实在|真的|真)?"
    + any_of("抱歉", "对不起", "对不住", "不好意思", "遗憾", "對不起", "遺憾")
    + "(?:地(?:告诉|通知|告知)[您你])?"
)
_AS_AI_ZH = r"(?:我(?:只)?是|作为|作為|身为)(?:一个|一名|一款|一個)?[^，。\n]{0,16}" + any_of(
    "AI", "人工智能", "人工智慧", "语言模型", "語言模型", "大模型", "智能助手", "文心一言"
)
_BEFORE_CANNOT_ZH = any_of(
    *("我", "本人", "目前", "暂时", "暫時", "还", "還", "现在", "并", "也", "是", "就", "直接", "恐怕", "，", ","),
)
_CANNOT_ZH = rf"{_BEFORE_CANNOT_ZH}{{0,6}}" + any_of(
    *("不能够", "不能", "无法", "無法", "不可以", "没有办法", "没办法", "沒辦法", "不会", "没有能力"),
    *("不具备[^，。]{0,8}能力", "没学会", "没有学会", "没学习", "没有学习", "不便", "不方便", "不支持", "不提供"),
)
_SERVE_ZH = r"[^，。\n]{0,12}?" + any_of(
    *("提供", "回答", "帮", "幫", "协助", "協助", "生成", "创作", "創作", "撰写", "撰寫", "编写", "满足", "滿足"),
    *("完成", "处理", "處理", "执行", "讨论", "討論", "继续", "參與", "参与", "进行", "浏览", "访问", "打开", "给出"),
    *("给您", "给你", "写", "翻译", "做到", "支持", "如何", "这个", "该", "此类", "这样", "理解", "识别", "响应"),
)
_NO_BUSINESS_ZH = r"(?![^。\n]{0,20}" + any_of(
    *("退款", "退货", "退貨", "折扣", "参加", "出席", "赴约", "赔偿", "加薪", "贷款", "发货", "送货", "录用", "面试"),
)
_THIS_ZH = any_of(
    *("这", "此", "该", "您的", "你的", "相关", "任何", "帮助", "帮你", "帮您", "回答", "协助", "满足"),
    *("提供", "生成", "創作", "那样"),
)

CHINESE = re.compile(
    START
    + any_of(
        rf"{_SORRY_ZH}[，,。！!：:\s]*(?:但(?:是)?)?(?:{_AS_AI_ZH}[，,。\s]*)?"
        r"(?:您的请求|这个(?:问题|请求|话题)|关于[^，。\n]{0,20}[，,]?)?(?!我们|我們|本公司|本店)"
        rf"{_CANNOT_ZH}{_SERVE_ZH}{_NO_BUSINESS_ZH})",
        rf"{_AS_AI_ZH}[，,。\s]*(?:我?(?:并?没有|不具备)[^，。\n]{{1,20}}[，,])?(?:因此|所以|故)?{_CANNOT_ZH}{_SERVE_ZH}",
        r"我(?:无法|不能|無法|不会|不便)(?:创作|撰写|生成|提供|编写)[^，。\n]{0,24}(?:这类|此类|这样的?|该类|相关)"
        r"[^，。\n]{0,12}(?:内容|文章|请求|作品|话题|文字)",
        r"(?:这|该|您的|你的|此)[^，。\n]{0,6}超出了?我的(?:能力|知识|服务)",
        r"我(?:无法|不能|無法|没办法)(?:为您|为你|帮您|帮你|回答|提供|生成|满足|協助|协助|完成|创作|撰写)" + _THIS_ZH,
        r"这个问题我(?:还)?(?:无法|不能|没|不会)",
        r"(?:让我们|我们|咱们|请)?换个话题(?:聊聊|试试|再聊|吧)",
        r"(?:您的|你的|该|此|这个)(?:问题|请求|内容|话题|提问)(?:可能)?(?:涉及|违反|包含)(?:了)?[^，。\n]{0,16}"
        + any_of("敏感", "违规", "违法", "不当", "规定", "法律", "准则", "政策"),
        r"根据(?:相关|有关)(?:法律法规|规定|政策)[^。\n]{0,20}(?:不能|无法|不予|不便)",
    )
)

_PLEASE = any_of(
    *("please", r"could you(?: please)?", r"can you(?: please)?", "kindly", "would you mind"),
    *(r"you (?:haven['’]t|have not|did not|didn['’]t)", r"i (?:need|don['’]t see|do not see)"),
)
_GIVE = any_of(
    *("provid", "shar", "specif", "tell me", "let me know", "give", "paste", "send", "enter", "suppl", "upload", "see"),
)
_INPUT = any_of(
    *("text", "topic", "keywords?", "article", "prompt", "input", "content", "subject", "title", "document", "details"),
    *(r"(?:more|additional|further|specific) (?:information|context)", "passage", "paragraph", "description"),
)
_INPUT_ZH = any_of(
    *(
        "文本",
        "主题",
        "主題",
        "关键词",
        "關鍵詞",
        "关键字",
        "關鍵字",
        "文章",
        "内容",
        "內容",
        "题目",
        "題目",
        "标题",
        "標題",
    ),
    *("话题", "話題", "信息", "資訊", "原文", "需求", "资料", "文字", "细节", "描述"),
)

QUESTION = re.compile(
    any_of(
        rf"\b{_PLEASE}[^.?\n]{{0,30}}?{_GIVE}\w*[^.?\n]{{0,40}}?\b{_INPUT}\b",
        r"\bwhat (?:topic|subject|text|keyword|article)s? (?:would|do|should|did)",
        r"[请請](?:先|您|你)?(?:再)?(?:提供|告诉我|告訴我|告知|输入|輸入|给出|发送|粘贴|上传|补充|说明)"
        rf"[^。？！\n]{{0,24}}?{_INPUT_ZH}",
        r"请(?:先|您|你)?把[^。？！\n]{1,24}(?:发|贴|粘贴|发送|提供)给我",
        r"(?:您|你)(?:还)?(?:没有|没|未)(?:提供|给出|说明|告诉我|输入)",
    ),
    re.IGNORECASE,
)

PIVOT = re.compile(
    r"here(?:['’]s| is| are)|below (?:is|are)|the following|but (?:here|below)|i['’]ve (?:written|prepared|created)"
    r"|以下(?:是|为|供|内容)|下面(?:是|为)|如下|供[您你]参考|这里(?:是|有)|為您整理",
    re.IGNORECASE,
)
NO_OPENING = re.compile(
    any_of(
        *("dear", "subject", "hi [A-Z]", "to:", "from:", "尊敬的(?!用户|您)", "亲爱的(?!用户)", "主题", "标题"),
        r"[>|“\"「《#]|\d+[.、]",
    ),
    re.IGNORECASE,
)
