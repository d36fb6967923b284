"""What services say when they have no answer, and what models say before one, as regular expressions.

They are tried on a few hundred characters at most, so that no text can make them slow.
"""

from __future__ import annotations

import re

from grimoire.checks.hinted import Hinted, phrase
from grimoire.checks.phrases import any_of, either_script
from grimoire.checks.wanted import Wanted
from grimoire.expression import Expression

SENTENCE_END = Expression(r"(?<=[.!?])\s+|[。！？…]+|\n+")
CLAUSE_END = Expression(r"(?:[.!?。！？…,，;；、~～\n]|[:：](?!\d))+")
TELLS = Expression(r"[:：]\s{0,3}[^\W\d]")
"""A colon with words after it: something is said, not only promised."""

_SERVER = any_of("servers?", "system", "service", "network", "model", "website", r"we(?:['’]re| are)")
_SERVER_ZH = any_of(
    "系统|系統|服务|服務|伺服器|网络|網路|網絡|模型|后台|当前|目前",
)
_BUSY = any_of(
    "busy|overloaded|unavailable|down|at capacity|not available|not responding",
    "under maintenance",
)
_BUSY_ZH = any_of(
    "繁忙|忙碌|拥堵|擁擠|拥挤|异常|異常|开小差|出错|出錯|故障|错误|錯誤|过载|過載",
    "维护中|超时|逾時|不可用|中断|连接失败",
)
_USE_ZH = any_of(
    "访问|訪問|请求|請求|使用|提问|对话|對話|咨询|用户|排队|人数|人數|次数|次數",
)
_TOO_MANY_ZH = any_of(
    "过多|過多|太多|频繁|頻繁|过快|上限|用完|用尽|用盡|超限|失败|失敗|超时|逾時",
    "排队",
)

_SERVER_WORDS = "server servers system service network model website we"
_BUSY_WORDS = "busy overloaded unavailable down capacity available responding maintenance"
NOTICE = Hinted(
    phrase(
        f"{_SERVER_WORDS} | {_BUSY_WORDS}",
        rf"\b{_SERVER}\b[^.\n]{{0,24}}\b{_BUSY}\b",
    ),
    phrase(
        "experiencing due | demand load traffic",
        r"\b(?:experiencing|due to)\b[^.\n]{0,20}\b(?:demand|load|traffic)\b",
    ),
    phrase(
        "too | many / rate* / quota exceeded",
        r"\btoo many requests\b|\brate[ _-]?limit|\bquota\b[^.\n]{0,20}\b(?:exceeded|reached)|\bexceeded your\b",
    ),
    phrase(
        "reached hit exceeded | limit quota maximum cap",
        r"\b(?:reached|hit|exceeded)\b[^.\n]{0,12}\b(?:limit|quota|maximum|cap)\b",
    ),
    phrase(
        "something | wrong",
        r"\bsomething (?:(?:seems to|may|must) have |has )?(?:went|gone) wrong\b",
    ),
    phrase(
        "error",
        r"\bthere was an error\b|\ban error (?:has )?occurred\b",
    ),
    phrase(
        "error",
        r"\b(?:unknown|unexpected|network|internal server|server) error\b",
    ),
    phrase(
        "not t unable failed | generate load fetch connect reach retrieve",
        r"\b(?:could not|couldn['’]t|unable to|failed to) (?:generate|load|fetch|connect|reach|retrieve)\b",
    ),
    phrase(
        "request connection response session | timed interrupted failed expired",
        r"\b(?:request|connection|response|session)\b[^.\n]{0,12}\b(?:timed out|interrupted|failed|expired)\b",
    ),
    phrase(
        "gateway / service | unavailable / stopped | generating / you | stopped",
        r"\bbad gateway\b|\bservice unavailable\b|\bgateway time-?out\b|\bstopped generating\b|\byou stopped this",
    ),
    phrase(
        "message | time / unusual | activity",
        r"\bone message at a time\b|\bunusual activity\b",
    ),
    phrase(
        "",
        any_of(
            rf"{_SERVER_ZH}[^。\n]{{0,10}}{_BUSY_ZH}",
            rf"{_USE_ZH}[^。\n]{{0,10}}{_TOO_MANY_ZH}",
            r"(?:生成|回答|输出|思考|加载|載入|发送|连接|响应|获取)[^。\n]{0,4}(?:失败|失敗|中断|出错|出錯|超时|逾時|已停止)",
            "已停止生成|(?:请|請)先登[录錄]",
        ),
    ),
)
REMEDY = Expression(
    r"\b"
    + any_of(
        "try|retry|again|wait|later|refresh|reload|regenerate|contact|support",
        "help cent(?:er|re)|upgrade|log in|sign in|slow down|persists?|sorry|apologi[sz]e",
        "oops|hmm+|inconvenience|patience|check your|other responses|error code|request id|nginx",
    )
    + r"\b|"
    + any_of(
        "稍后|稍候|稍後|稍等|过一会|過一會|一会儿|明天|晚点|重新|重试|重試|再试|再試",
        "刷新|检查|檢查|联系|聯絡|升级|升級|抱歉|对不起|對不起|不好意思|不便|谅解|諒解",
        "耐心|哎呀|您好|尊敬的用[户戶]|感谢|感謝|错误码|錯誤碼|错误代码|錯誤代碼",
    ),
    re.IGNORECASE,
)
ERROR_BODY = Expression(
    r"<(?:!doctype html|html)[^>]{0,100}>.{0,600}?<title>[^<]{0,40}\b[45]\d\d\b"
    r"|\{\s{0,8}\"(?:error|error_code|error_msg|code|detail|message)\"\s{0,8}:.{0,200}?"
    + any_of(
        "rate.?limit|overloaded|quota|unauthori[sz]ed|api.?key|internal server error",
        "timed? ?out|unavailable|too many requests|invalid_request|server_error",
    ),
    re.IGNORECASE | re.DOTALL,
)
STATUS_LINE = Expression(r"(?:HTTP[ /\d.]{0,6})?[45]\d\d\b")
NOTICE_WANTED = Wanted(
    r"error|busy|overload|try again|maintenance|downtime|unavailable|out of service|\b(?:4\d\d|5\d\d)\b",
    either_script("繁忙|忙碌|稍后|稍候|错误|报错|故障|维护|异常|出错|停机|提示语|失败"),
)

_ACK = any_of(
    "sure(?: thing)?|certainly|of course|absolutely|definitely|ok(?:ay)?|alright|all right",
    r"(?:great|excellent|wonderful)[\w ]{0,16}|perfect|got it|understood|i understand|noted",
    r"no problem|my pleasure|with pleasure|thank(?:s| you)[^.!?\n]{0,80}|hello|hi",
    "好的?|好呀|好嘞|当然(?:可以|没问题)?|當然(?:可以|沒問題)?|可以的?|没问题|沒問題|收到|嗯|太好了",
    r"我?(?:已经|已經|已)?(?:明白|了解|知道|理解|清楚)了?|您好|你好|(?:谢谢|感谢|感謝)[^。！？\n]{0,20}",
)
_DO = any_of(
    "write|rewrite|create|craft|draft|generate|prepare|provide|produce|compose|develop",
    "design|summari[sz]e|translate|help|assist|start|begin|work|put together|do",
)
_WORK = any_of(
    "article|blog|posts?|titles?|headlines?|tables?|plan|outline|script|emails?|story",
    "poem|persona|summary|content|copy|text|code|description|list|review|essay",
    "report|captions?|guide|course|prompt|version|draft|response|answer|translation",
    "it|this|that|them|one|you",
)
_ROLE = any_of(
    "act as",
    "(?:take on|assume|play|adopt) (?:the|this|that|your) role",
    "follow",
    "adhere to",
    "make sure",
    "ensure",
    "do my best",
)
_WILL = r"i(?:['’]ll| will| shall|['’]m going to| am going to)(?: (?:now|then|be|gladly|certainly|carefully|happily))?"
_WRITE_ZH = any_of(
    "撰写|撰寫|写|寫|创作|創作|生成|制作|製作|编写|編寫|准备|準備|整理|改写|改寫",
    "总结|總結|概括|浓缩|濃縮|翻译|翻譯|设计|設計|规划|規劃|扮演|润色|潤飾|分析|完成|工作|遵守|執行|执行",
)
_FOR_YOU_ZH = any_of(
    "为您|为你|為您|為你|帮您|帮你|幫您|幫你|按照?|根据|根據|遵循|依照|围绕|圍繞",
    "以|将|將|把|认真|尽快|盡快|开始|開始",
)
_I_WILL_ZH = "我(?:会|會|将|將|来|來|这就|這就|马上|馬上|立即|立刻)(?:会|將|将)?"

PROMISE = Expression(
    rf"\W{{0,4}}(?:{_ACK}[,，!！.。\s]{{1,3}}){{0,2}}(?:and |so |now,? |then )?(?:请(?:稍等|稍候)[，,])?"
    + any_of(
        rf"{_WILL} (?:{_DO}\b[^.!?\n]{{0,200}}?\b{_WORK}\b|{_ROLE}\b|get (?:started|right on|to work))",
        r"i(?:['’]d| would|['’]m| am)(?: be)?(?: more than)? (?:happy|glad|delighted|pleased|love|ready|excited) to "
        rf"{_DO}\b",
        rf"i can (?:certainly |definitely |absolutely )?help\b|(?:happy|glad) to help|let me {_DO}\b",
        r"i(?:['’]m| am) (?:currently |now )?(?:working on|writing|preparing|creating|generating) (?:your|the|this)\b",
        r"(?:here(?:['’]s| is| are)|below (?:is|are))\b[^.!?\n]{1,200}:\W{0,4}\Z",
        r"(?:作为[^，。]{1,20}，|(?:已经?)?收到(?:了)?[您你]的[^，。]{1,12}，)?(?:那么?|(?:接下[来來]|下面|现在)，?)?"
        rf"{_I_WILL_ZH}(?:{_FOR_YOU_ZH}[^。！？\n]{{0,80}}?{_WRITE_ZH}|扮演)",
        rf"我(?:非常|很|十分)?(?:乐意|樂意|愿意|願意|高兴|高興)[^。！？\n]{{0,40}}?(?:帮|幫|协助|協助|{_WRITE_ZH})",
        "我?(?:已经|已經|已)?(?:明白|理解|了解|清楚|收到)了?[您你]的(?:要求|需求|意思|请求)",
        "我?正在(?:为[您你]|為[您你]|努力|全力)?(?:生成|创作|撰写|整理|制作)",
        r"(?:以下|下面|这)(?:是|为|為)[^。！？\n]{1,80}[：:]\W{0,4}\Z",
    ),
    re.IGNORECASE,
)
FILLER = Expression(
    r"\W{0,4}"
    + any_of(
        rf"(?:{_ACK}[,，!！.。\s]{{0,3}}){{1,3}}",
        any_of(
            "let['’]?s (?:get started|begin|start|dive)|this (?:may|might|will|should) take",
            "ready when you are",
            "please let me know|that sounds|what an? |you(?:['’]d| would)? (?:want|like|need) me to",
            "(?:please )?(?:wait|hold on|give me|bear with|stand by|stay tuned)|(?:just )?(?:one|a) moment",
            "i(?:['’]m| am) ready",
        )
        + r"[^.!?\n]{0,120}",
        r"(?:关于[^，。！？\n]{1,40}，)?我?(?:已经?|都)?准备好了?(?:[，,][^。！？\n]{0,16}开始[^。！？\n]{0,8})?",
        r"(?:随时|隨時)(?:可以|都可以|能)(?:开始|開始)[^。！？\n]{0,8}",
        r"(?:让我们|那我们|我们|讓我們|现在|現在)开始[^。！？\n]{0,16}",
        r"这是一个(?:很|非常)?(?:好|有趣|有意思)的[^。！？\n]{0,16}",
        r"(?:您|你)(?:希望|想让|想要|需要)我[^。！？\n]{1,60}",
        r"(?:请|請)(?:您)?(?:稍等|稍候|稍待|耐心等待|等待)(?:片刻|一下|一会儿?)?",
    )
    + r"\W{0,4}\Z",
    re.IGNORECASE,
)
ADDRESSED = Expression(
    rf"\A\W{{0,4}}{_ACK}[,，!！.。\s]|\b(?:you|your|request|requirements?|instructions?)\b|您|你|要求|需求|指令",
    re.IGNORECASE,
)
PROMISE_WANTED = Wanted(
    r"\b(?:vow|promise|pledge|oath|resolution|greeting|customer|chatbot|support|translate)",
    either_script("客服|客户|顾客|誓|承诺|新年|问候|欢迎语|翻译|台词|自我介绍"),
    always=any_of(
        r"\b(?:reply|respond|answer|say|confirm)\b\W{0,3}(?:only |just |with ){0,2}\W{0,3}"
        r"(?:ok|okay|understood|yes|ready|got it)\b",
        r"\bwait (?:for|until) (?:me|my|i)\b|\bif you (?:understand|are ready)|\bdo you understand",
        r"\bnot (?:start|begin) yet",
        either_script(
            "先不要|等我|等待我|明白吗|(?:回复|回答|说)(?:我)?[“\"「『‘']?(?:好的|明白|收到|知道了|准备好|了解|可以)"
        ),
    ),
    across_lines=True,
)
