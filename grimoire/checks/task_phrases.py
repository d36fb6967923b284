"""How models talk about a text instead of writing it, in English and Chinese, as regular expressions from lists.

They are for single sentences and the beginnings of texts, so that none can make them slow. Chinese is written here in
Simplified characters; a text in others is to be simplified first.
"""

from __future__ import annotations

import re

from grimoire.checks.bilingual import Bilingual, has_han, split
from grimoire.checks.hinted import vocabulary
from grimoire.checks.phrases import any_of, each
from grimoire.expression import Expression


def _words(text: str) -> str:
    """An alternation of words between spaces; an underscore stands for a space in one."""
    return any_of(*(word.replace("_", " ") for word in text.split()))


def _pattern(*phrases: str) -> Expression:
    return Expression(any_of(*phrases), re.IGNORECASE)


# What a text that is asked for is called.
_TEXT = _words(
    "articles? blogs?(?:_posts?)? posts? essays? pieces? columns? press_releases? releases? content"
    " newsletters? pages? descriptions? copy listings? profiles? bios? titles? headlines? slogans? taglines?"
    " scripts? dialogues? ads? texts? advertisements? landing_pages? product_pages? tweets? captions?"
    " threads? carousels? stor(?:y|ies) poems? lyrics songs? tales? chapters? emails? letters? messages?"
    " repl(?:y|ies) speech(?:es)? reviews? answers? summar(?:y|ies) faqs? reports? questions? travelogues?"
    " eulog(?:y|ies) toasts? recipes? jokes? riddles? memoirs? diar(?:y|ies) fables? scenes? monologues?"
    " novels? haikus? sonnets? statements? paragraphs? sketch(?:es)? obituar(?:y|ies) quiz(?:zes)? worksheets? exams?"
    " invitations? flyers? leaflets? brochures? vows notices? announcements?"
)
_FIRST_WORDS = (
    "ad ads advertisement advertisements announcement announcements answer answers article articles bio bios"
    " blog blogs brochure brochures caption captions carousel carousels chapter chapters column columns content"
    " copy description descriptions dialogue dialogues diaries diary email emails essay essays eulogies eulogy"
    " exam exams fable fables faq faqs flyer flyers haiku haikus headline headlines invitation invitations joke"
    " jokes landing leaflet leaflets letter letters listing listings lyrics memoir memoirs message messages"
    " monologue monologues newsletter newsletters notice notices novel novels obituaries obituary page pages"
    " paragraph paragraphs piece pieces poem poems post posts press product profile profiles question questions"
    " quiz quizzes recipe recipes release releases replies reply report reports review reviews riddle riddles"
    " scene scenes script scripts sketch sketches slogan slogans song songs sonnet sonnets speech speeches"
    " statement statements stories story summaries summary tagline taglines tale tales text texts thread threads"
    " title titles toast toasts travelogue travelogues tweet tweets vows worksheet worksheets"
)
TEXT_WORDS = frozenset(_FIRST_WORDS.split())
"""Each word that the name of a text in English begins with."""
_TEXT_ZH = _words(
    "文章 博文 博客 推文 帖子 贴文 作文 软文 稿件 稿子 新闻稿 描述 介绍 详情页 简介 文案 内容 标题 口号"
    " 广告语 广告 标语 脚本 剧本 台词 对白 微博 朋友圈 笔记 故事 小说 诗 歌词 童话 散文 段子 邮件"
    " 信(?![息任心号念用封]) 回复 演讲稿 发言稿 通知 回答 评论 摘要 文字 报告 动态 要点 轮播图 游记 日记 书评"
    " 影评 食谱 笑话 谜语 寓言 独白 小品 相声 致辞 致词 贺词 悼词 测验 试卷 考卷 试题 练习题 请柬 请帖 邀请函 海报 传单"
    " 检讨书 倡议书 广播稿 主持稿 寄语 祝福语 短文 公告 启事"
)
# What tells how to do something, or what a work holds: there, talk is the task.
_PLAN = _words(
    "plans? outlines? guides? tutorials? courses? curricul(?:um|a) briefs? strateg(?:y|ies) checklists? tips?"
    " advice ideas? suggestions? instructions? steps? step-by-step how-to prompts? analys[ie]s audits?"
    " personas? calendars? schedules? roadmaps? frameworks? templates? structures? recommendations? keywords?"
    " feedback critiques? explanations? methods? process(?:es)? workflows? syllabus lessons? guidelines?"
    " practices manuals? playbooks? concepts? introductions? abstracts? proposals? blurbs? teasers?"
    " synops[ie]s programs? code functions? tables?_of_contents overviews? trailers? meta_descriptions?"
    " previews? (?:video|course|book|job|event|episode)_descriptions?"
)
_PLAN_ZH = _words(
    "计划 方案 大纲 提纲 指南 教程 课程 简报 策略 清单 技巧 建议 思路 点子 创意 步骤 方法 提示词 咒语 分析"
    " 审计 审核 画像 日历 排期 规划 路线图 框架 模板 结构 关键词 意见 点评 解释 说明 攻略 教案 手册 流程 指导"
    " 引言 导语 开场白 申请书 开题报告 预告 程序 代码 目录 概述 视频简介 课程介绍"
)
_MAKE = _words(
    "write create generate compose draft produce craft prepare make develop give_me draw_up put_together"
    " answer reply_to provide design deliver rewrite summari[sz]e i_(?:need|want) come_up_with"
)
_MAKE_ZH = _words(
    "撰写 写(?![在的过给完]) 创作 生成 编写 起草 拟 创建 制作 策划 制定 设计 给出 给我 提供 排出 列出"
    " 做[一出个份] 出[一道份] 改写 总结"
)
ASKED = _pattern(
    rf"(?<!not )(?<!n't )(?<!never )\b{_MAKE}\b[^.\n]{{0,100}}?(?<![\w-])"
    rf"(?P<kind>(?:{_PLAN}|{_TEXT})(?:[ -](?:{_PLAN}|{_TEXT})\b)*)(?!\w)",
)
SOME_TEXT_ZH = _pattern(r"(?:写|撰写|创作|编写)(?P<kind>一[篇首段封则])")
ASKED_ZH = _pattern(
    rf"(?<![不别勿])(?<!不要){_MAKE_ZH}[^，。；：\n]{{0,40}}(?P<kind>{_PLAN_ZH}|{_TEXT_ZH})(?![师员家])",
)
PLAN_END = Bilingual(rf"\b{_PLAN}\Z", rf"{_PLAN_ZH}\Z")
SHORT_KIND = _pattern(
    _words("titles? headlines? slogans? taglines? tweets? captions? ads? jokes? riddles? sentences?"),
    _words("标题 口号 广告语 标语 微博 朋友圈 笑话 谜语 回复"),
)
# Who writes, and what he usually does, is not what is asked for.
PERSONA = _pattern(
    r"\b(?:you (?:are|write|know|think)|your \w+ get|act as|imagine you)\b[^.\n]*",
    r"(?:[你您]|请?扮演|作为)(?:是|一|写的|替|为)[^。\n]*",
)

# "How to write a good headline" is a subject like any other.
ABOUT_WRITING = Bilingual(
    r"\bhow to (?:\w+ )?(?:write|craft|compose|pitch|publish|blog|rank)",
    r"\bwriting (?:tips|skills|guide|a |an |for |better)",
    r"\b(?:about|on|into|of) (?:[\w-]+ ){0,3}?"
    + _words("seo (?:copy)?writing blogging content_marketing search_engine headlines?")
    + r"\b",
    r"(?:如何|怎么|怎样|教[^，。\n]{0,6})(?:才能)?(?:写|撰写|创作|起草)",
    r"写作(?:技巧|方法|指南|入门)",
    r"(?:关于|介绍|讲解|什么是)[^，。\n]{0,10}(?:SEO|写作|搜索引擎|文案|标题党)",
)
TOPIC_OF_WRITING = _pattern(
    r"\b"
    + _words(
        r"\w*writ(?:e|ing|ers?) seo search_engines? blog\w* headlines?"
        " content_(?:marketing|creation|strategy|calendar) copy essays? newsletters? scripts? keywords? prompts?"
        " speech(?:es)? marketing linkedin instagram social_media"
    )
    + r"\b",
    r"(?<!描)写(?![实真字])",
    _words("文案 标题 作文 SEO 博客 内容(?:营销|创作|运营|策划) 营销 脚本 提示词 公众号 自媒体 新媒体 演讲 运营"),
)
PROMPTS = _pattern(r"\bprompts?\b", "提示词", "咒语", "指令")
REVIEWS_PROMPTS = _pattern(
    r"\b(?:review|improve|rate|evaluate|optimi[sz]e|critique|analy[sz]e|refine|explain)\b[^.\n]{0,40}\b(?:prompt"
    r"|instruction)s?\b",
    r"(?:点评|优化|改进|评价|分析|修改|评估|解释|润色)[^。\n]{0,20}(?:提示词|咒语|指令|prompt)",
)
# Where a short "Understood, I will …" may be what was asked for.
WAITS = _pattern(
    r"\b(?:acknowledge|if you understand|wait for my|say (?:yes|ok)|reply with|start by asking)\b",
    r"\bone question at a time\b",
    r"\bask me (?:questions|first|for|what|one)",
    r"\bact as (?:an? )?(?:\w+ ){0,3}(?:interviewer|friend|customer|partner)",
    r"明白(?:了)?(?:就|请|的话)|收到(?:就|请)?回|准备好了?(?:就|请|吗)|等待我|等我(?:的|发|给)|向我提问|问我",
    r"先回复[^，。\n]{0,4}(?:明白|好|收到)|扮演[^，。\n]{0,12}(?:面试官|朋友|客户|顾客|恋人|角色)",
)
MESSAGE = Bilingual(
    r"\b" + _words("emails? letters? messages? repl(?:y|ies) speech(?:es)? dialogues? notes? tweets? toasts?") + r"\b",
    _words("邮件 信 回复 演讲稿 发言稿 台词 对白 朋友圈 微博 致[辞词]"),
)

ACKNOWLEDGE = _pattern(
    r"[\s*_#>\"“]*"
    + any_of(
        _words("sure(?:_thing)? certainly of_course absolutely okay ok great got_it understood no_problem alright yes"),
        _words(r"i_understand thank(?:_you|s)(?:_for[^.!\n]{0,60})? happy_to_help"),
        _words(
            r"好的 好 当然(?:可以)? 没问题 明白了? 了解 收到 可以 嗯 非常荣幸 很高兴[^，。！\n]{0,16}"
            r" [感谢]谢您?[^，。！\n]{0,16}"
        ),
    )
    + r"(?!(?-i:[^\W一-鿿]))[\s!,.，。！~～:：—-]*",
    r"[\s*_#>\-•\d.、)）]+",
)

_WRITE = _words(
    "writ(?:e|ing) creat(?:e|ing) craft(?:ing)? compos(?:e|ing) develop(?:ing)? draft(?:ing)? publish(?:ing)?"
)
_MUST = _words("should must needs?_to has_to have_to requires? starts? begins? involves? is takes? can_be")
_HAS = _words("has have includes? consists? combines? follows? contains? opens?")
_TIPS = _words(
    "tips steps guidelines suggestions ways practices things elements advice points considerations ideas"
    " techniques strategies factors outline structure"
)
_FRAME = _words("structure outline framework template approach breakdown skeleton")
_WRITE_ZH = _words("写好 写出 撰写 写 创作 打造 编写 起草")
_TIPS_ZH = _words("步骤 技巧 建议 要点 方法 注意事项 思路 关键点 指南 原则 要素 结构")
_GOOD_ZH = _words("好的? 优秀 优质 高质量 成功 吸引人 合格 优化良好")

_LECTURES = each(
    rf"(?:in order )?to (?:\w+ )?{_WRITE} [^.\n]{{0,80}}?\b(?P<a>{_TEXT})\b",
    rf"(?:when|before|while) (?:you )?(?:are )?{_WRITE} [^.\n]{{0,60}}?\b(?P<b>{_TEXT})\b",
    rf"when it comes to {_WRITE} [^.\n]{{0,60}}?\b(?P<c>{_TEXT})\b",
    rf"{_WRITE} [^.,\n]{{0,60}}?\b(?P<d>{_TEXT})\b[^.,\n]{{0,60}}? {_MUST}\b",
    r"(?:an?|the|every) (?:truly |really )?(?:good|great|well|compelling|effective|successful|strong|high|perfect|seo)"
    rf"\b[^.,\n]{{0,40}}?\b(?P<e>{_TEXT})\b[^.,\n]{{0,40}}? (?:would|{_MUST}|{_HAS})\b",
    rf"(?:an?|the|every) (?:[\w-]+ ){{0,3}}?(?P<n>{_TEXT}) (?:usually|typically|generally|normally|should)\b"
    rf"[^.,\n]{{0,20}}? (?:{_HAS}|be)\b",
    rf"(?:here|below|these|following) (?:are|is)\b[^.\n]{{0,40}}?\b{_TIPS}\b[^.\n]{{0,60}}?\b{_WRITE}\b"
    rf"[^.\n]{{0,60}}?\b(?P<f>{_TEXT})\b",
    rf"(?:(?:here['’]s|here is|below is|let['’]s (?:look at|see))(?: (?:an?|the))? (?:[\w-]+ ){{0,4}}?)?"
    rf"how to {_WRITE} [^.\n]{{0,60}}?\b(?P<g>{_TEXT})\b",
    rf"(?:here|below|the following|this) (?:are|is)\b[^.\n]{{0,40}}?\b{_FRAME}\b[^.\n]{{0,60}}?\b(?P<p>{_TEXT})\b",
    r"you (?:can|could|should|need to|must|may|might|(?:will|['’]ll) (?:need|want) to)\b[^.\n]{0,60}?"
    rf"\b(?:{_WRITE}|start|begin|structure|approach)\b[^.\n]{{0,60}}?\b(?P<h>{_TEXT})\b",
    rf"(?:the |a )?(?:key|secret|trick|art|heart|soul|essence|best way) (?:to|of|in"
    rf"|behind) [^.\n]{{0,60}}?\b(?P<t>{_TEXT})\b"
    r"[^.\n]{0,30} (?:is|lies|are)\b",
    rf"(?:[\w-]+ ){{0,3}}?(?P<u>{_TEXT})(?: (?:on|about|for|of|like|in) [^.\n]{{1,60}}?)? (?:works? best|should|must"
    rf"|needs?|usually|typically"
    r"|generally|plays?|(?:is|are) (?:meant|more than|most|an? great))\b",
    rf"(?:一[篇个段份条则首])?(?:{_GOOD_ZH})[^，。\n]{{0,16}}?(?P<v>{_TEXT_ZH})[，,]?[^，。\n]{{0,8}}?"
    + _words("关键 核心 重点 灵魂 贵在 重在 在于 讲究 最重要 秘诀 切忌 离不开"),
    rf"(?:[^，。\n]{{0,12}}?的)?(?P<w>{_TEXT_ZH})(?:的|最|，)?(?:[^，。\n]{{0,4}}?)(?:贵在|重在|讲究|切忌"
    r"|(?:关键|核心|灵魂|重点|精髓|语言|格式|结构|秘诀)[^，。\n]{0,4}?(?:是|在|要|应|宜|需|包括))",
    rf"(?:设计|编排|编写|出|命制)[^，。\n]{{0,20}}?(?P<x>{_TEXT_ZH})(?:时|的时候|，[^。\n]{{0,6}}?(?:应|需|要))",
    rf"(?:建议|推荐|不妨)(?:将|把|在|为)?[^，。\n]{{0,10}}?(?P<y>{_TEXT_ZH})[^，。\n]{{0,6}}?(?:分[成为]|写成|采用"
    rf"|控制|从|以)",
    rf"(?:要|想要?|如果[你您]?(?:想|要)|为了|若要)[^，。\n]{{0,10}}?{_WRITE_ZH}[^，。\n]{{0,40}}?(?P<i>{_TEXT_ZH})",
    rf"在?{_WRITE_ZH}[^，。\n]{{0,32}}?(?P<j>{_TEXT_ZH})[^，。\n]{{0,8}}?"
    + any_of(
        _words("时 的时候 之前 前 过程中 需要 应该 应当 要 首先 可以 是一"), rf"的[^，。\n]{{0,6}}?(?:关键|{_TIPS_ZH})"
    ),
    rf"一[篇个段份条则首]{_GOOD_ZH}[^，。\n]{{0,16}}?(?P<k>{_TEXT_ZH})[^，。\n]{{0,8}}?"
    + _words("应 需 要 通常 必须 离不开 包括 是"),
    rf"一[篇个段份条则首][^，。\n]{{0,24}}?(?P<o>{_TEXT_ZH})[，,]?(?:可以|应该?|应当|通常|一般"
    rf"|需要)[^。\n]{{0,12}}?(?:写|结构|包括|包含)",
    rf"(?:以下|下面|这里)(?=[^。\n]{{0,60}}(?:写|创作))[^。：:\n]{{0,40}}?{_TIPS_ZH}(?:[，。：:,\n供]|\Z)",
    rf"{_WRITE_ZH}[^，。\n]{{0,32}}?(?P<r>{_TEXT_ZH})[，,](?:标题|首先|要|需|应|关键|最重要|一定|可以)",
    rf"以下是[^。\n]{{0,24}}?(?P<s>{_TEXT_ZH})的[^，。\n]{{0,6}}?(?:结构|架构|大纲|框架|思路)",
    rf"(?:如何|怎样|怎么){_WRITE_ZH}[^，。\n]{{0,32}}?(?P<l>{_TEXT_ZH})",
    rf"[您你](?:可以|需要|应该|应当|要|不妨|首先)[^，。\n]{{0,24}}?{_WRITE_ZH}[^，。\n]{{0,32}}?(?P<m>{_TEXT_ZH})",
    rf"[您你](?:可以|需要|应该|应当|不妨)在(?P<q>{_TEXT_ZH})[中里]",
    rf"(?:为了|要)(?:更好地)?(?:完成|写好|做好)[这该此][一个项篇]{{0,2}}(?:任务|{_TEXT_ZH})",
    rf"[^。\n]{{0,24}}?(?:写作|创作|撰写){_TIPS_ZH}",
    rf"{_WRITE_ZH}[^，。\n]{{1,32}}?的[^，。\n]{{0,6}}?(?:步骤|技巧|方法|要点)(?:如下|是|有|[：:]|\Z)",
)
_LECTURE_EN, _LECTURE_ZH = split(_LECTURES)
WRITTEN_ZH = ("写", "创作", "打造", "起草", "完成", "做好", "任务")
_NAMED_ZH = Expression(any_of(_TEXT_ZH, *WRITTEN_ZH))  # a Chinese lecture cannot do without


def lecture(sentence: str, words: frozenset[str] = TEXT_WORDS) -> re.Match[str] | None:
    """How a sentence, with its vocabulary or more, begins that explains how a text is written; groups name the text."""
    if sentence.isascii():
        return None if TEXT_WORDS.isdisjoint(words) else _LECTURE_EN.match(sentence)
    names = sentence[0].isascii() and not TEXT_WORDS.isdisjoint(vocabulary(sentence))
    found = _LECTURE_EN.match(sentence) if names else None
    return found or (_LECTURE_ZH.match(sentence) if has_han(sentence) and _NAMED_ZH.search(sentence) else None)


# A lecture on the trade, which is only one where what was asked about hardly occurs.
TRADE = Bilingual(
    r"(?:what is )?(?:seo|search engine optimi[sz]ation)\b(?: \(seo\))?[^.\n]{0,30}? (?:is|are|refers|stands|means)\b",
    r"(?:什么是)?(?:SEO|搜索引擎优化)(?:[（(][^）)\n]{1,30}[）)])?(?:文章|优化|写作|软文)?"
    + _words("是 指 的核心 的关键 需要 对于 旨在"),
)

_WILL = _words("will would should could is_going_to shall might must needs?_to aims?_to")
_DO = _words(
    "be begin start open cover include discuss explore explain contain have feature highlight focus introduce"
    " provide describe consist examine delve look take show address present outline use mention emphasi[sz]e"
    " end conclude follow aim offer explore tell compare"
)
_WILL_ZH = _words("将会? 会 可以 不妨 建议 应该? 需要 主要 拟 计划 大致 分为 旨在")
_DO_ZH = _words(
    "包括 包含 分为 从 介绍 探讨 阐述 围绕 涵盖 讲述 分析 重点 采用 通过 描述 描写 展示 突出 先 以 由 呈现"
    " 强调 使用 结合 部分 展开 安排 这[样么]写 写 组织 布局"
)
_THIS_ZH = r"(?:这|该|本|此|我的|整)[篇段条个份则支部首]?"
DESCRIBES = Bilingual(
    rf"(?:the|this|my|our|your) (?:[\w'-]+ ){{0,4}}?(?P<a>{_TEXT})(?: itself| below)? {_WILL} (?:\w+ )?{_DO}\b",
    rf"in (?:the|this|my) (?:[\w-]+ ){{0,3}}?(?P<b>{_TEXT}),? (?:i|we)(?: will|['’]ll| would|['’]d)\b",
    rf"{_THIS_ZH}[^，。\n]{{0,20}}?(?P<c>{_TEXT_ZH}|文){_WILL_ZH}[^，。\n]{{0,8}}?{_DO_ZH}",
    rf"(?P<d>{_TEXT_ZH}|全文|正文)(?:的结构|的内容|的大纲|[^，。\n]{{0,6}}?部分)?{_WILL_ZH}[^，。\n]{{0,8}}?{_DO_ZH}",
    rf"在{_THIS_ZH}[^，。\n]{{0,12}}?(?P<e>{_TEXT_ZH}|文)[中里]?[，,]?我们?[将会]",
)
_ORDER = _words(
    "first firstly first_of_all to_begin(?:_with)? then next after_that finally lastly second(?:ly)?"
    r" third(?:ly)? as_an?_[^,.\n]{3,60}"
)
_ORDER_ZH = _words(r"首先 其次 然后 接着 接下来 之后 最后 此外 同时 第[一二三四五六]步? 作为[^，。\n]{2,24}")
FUTURE = Bilingual(
    r"here(?:['’]s| is) (?:how|what) (?:i|we)(?: will|['’]ll| would|['’]d| plan| am going)\b",
    r"here(?:['’]s| is) my (?:plan|approach)\b",
    r"(?:[^,.\n]{2,60}, )?i(?:['’]m| am) thinking (?:of|about)\b",
    r"以下是我们?[^。，\n]{0,24}?(?:思路|计划|步骤|方案)",
    r"(?:[^,.\n]{2,60}, )?my (?:approach|plan|strategy) (?:would|will|is)\b",
    rf"(?:{_ORDER},? |[^,.\n]{{2,60}}, )?(?:i|we)"
    r"(?: will|['’]ll| would|['’]d| am going to|['’]m going to| plan to| intend to) "
    rf"(?:\w+ ){{0,2}}?(?:{_WRITE}|{_DO}|make sure|ensure|add|give|finish|research|optimi[sz]e|generate|produce"
    r"|keep|structure|organi[sz]e|divide|split|interview|close)\b",
    rf"{_ORDER_ZH}?[，,：:]?我们?(?:将会?|会|打算|计划|准备|要|可以|马上|这就)[^，。\n]{{0,20}}?"
    + _words(
        "写 创作 按照 依照 根据 从 围绕 介绍 以 生成 列出 用 确保 总结 加入 分[一二两三四五几] 结合 分析 讲述"
        " 突出 优化 检查 为 打造 策划"
    ),
)
OF_THE_TASK = Bilingual(
    r"\b(?:your|the) (?:requests?|instructions?|requirements?|rules?|task|brief)\b|\bfor you\b",
    r"\b"
    + _words("outline introduction sections? keywords? headings? structure tone topic draft approach(?:_this)?")
    + r"\b",
    _words("大纲 结构 要求 需求 关键词 标题 语气 正文 格式 思路 为您 给您 为你 任务 主题 创作"),
)
WILL = Bilingual(
    r"\b(?:will|would)\b|\b(?:i|we|it)['’](?:ll|d)\b|\b(?:i|we)(?: am| are|['’]m|['’]re) going to\b",
    rf"我们?(?:将|会|打算|计划|准备)|[将会][^，。\n]{{0,6}}?{_DO_ZH}",
)
_PROMPT = _words("prompt instructions? request brief template task")
PROMPT = Bilingual(
    rf"(?:this|your|the|that) (?:[\w-]+ ){{0,3}}?{_PROMPT} (?:you (?:\w+ )?(?:provided|gave|shared|wrote) )?"
    r"(?:also |clearly |already )?"
    + _words(
        "is are asks? requires? provides? looks? seems? has have contains? gives? appears? could sets? covers?"
        " describes? wants? specif(?:y|ies) outlines? defines? involves? includes? calls? mentions?"
    )
    + r"\b",
    r"(?:it (?:seems|looks like|appears)(?: that)? )?(?:you|the user)(?: are|['’]re| is| have|['’]ve| has)?(?: just)? "
    r"(?:asking|asked|requested|want(?:s|ed)?|would like|need(?:s|ed)?)(?: for)? (?:me|an?|the|my)\b",
    r"(?:this|your|the) (?:[\w-]+ ){0,3}?prompt\b|(?:this|that) is an? (?:[\w,-]+ ){0,5}prompt\b",
    r"i(?:['’]ve| have)? (?:analy[sz]ed|reviewed|read|looked at|studied) (?:your|the|this) (?:[\w-]+ ){0,2}?"
    rf"{_PROMPT}\b",
    r"(?:so )?the requirements? (?:is|are)\b",
    r"(?:这|该|此|那|[您你](?:提供)?的|上述|以上)(?:是一?)?[个段条份则篇]?[^，。\n]{0,16}?(?:提示词|提示语|指令"
    r"|prompt)",
    r"(?:这|该|此|[您你](?:提供)?的|上述|以上)(?:是一?)?[个段条份则篇]?[^，。\n]{0,16}?(?:要求|请求|需求|任务"
    r"|模板)[^，。\n]{0,8}?"
    + _words("要求 是 非常 很 结构 包含 包括 看起来 可以 已经 明确 清晰 涉及 旨在 希望 需要 让我 ，"),
    r"这是一[个项份篇][^，。\n]{0,30}?的?(?:任务|要求|请求)",
    r"(?:[您你]|用户|使用者)(?:希望|想要|想让|要求|需要|是想|是要|让)(?:我|一[篇个份段条]|AI)",
)
# The trade's words: a sentence of a lecture holds one, a sentence of most articles none.
CRAFT = _pattern(
    r"\b"
    + _words(
        "audience readers? keywords? (?:sub)?headings? (?:sub|head)lines? titles? paragraphs? intro(?:duction)?"
        " conclusion outline structure[ds]? tone voice writing_style hook calls?_to_action cta seo"
        r" search_engines? meta sections? sentences? proofread\w* edit(?:ing)? drafts? grammar word_count"
        " writ(?:e|ing|ten) content copy topic storytelling bullet_points? backlinks? internal_links? persuasive"
        r" concise selling_points? benefits features stanzas? rhym\w+ metaphors? plot characters? third_person"
        " first_person engagement hashtags? wording phrasing"
    )
    + r"\b",
    _words(
        "受众 读者 观众 目标(?:用户|人群|客户) 关键词 标题 段落 开头 引言 结尾 结论 正文 大纲 结构 语气 风格 语言"
        " 号召 SEO 搜索引擎 元描述 句子 短句 校对 修改 初稿 语法 字数 写作 撰写 内容 文案 主题 卖点 层次 逻辑"
        " 排版 配图 链接 故事性 吸引力 文章 素材 收集资料 文笔 笔法 画面感 韵律 押韵 意象 情节 人物形象 五感 铺垫"
        " 悬念 口语化 立意"
    ),
)
ADVICE = _pattern(
    r"\b"
    + _words("should need_to must make_sure ensure be_sure try_to consider remember avoid you_can you_could")
    + r"\b",
    _words("需要 应该 应当 要注意 可以 确保 建议 避免 务必 注意 首先 其次 最后"),
)
COMPOSE = _pattern(
    r"\b"
    + _words(
        r"introduc\w+ describ\w+ highlight\w* discuss\w* explain\w* explor\w+ overview cover\w* summari[sz]\w+"
        r" research\w* emphasi[sz]\w+ present\w* conclud\w+ outlin\w+ illustrat\w+ mention\w*"
    )
    + r"\b",
    _words(
        "介绍 描述 突出 强调 分析 阐述 探讨 讲述 说明 总结 概述 描写 展示 展现 引入 引出 了解 确定 结合 指出 提醒"
        " 引导 引起 呼应 打磨 设计 安排 收集"
    ),
)
# "Open with a scene", "back up your claims", "discuss the costs": orders to a writer.
ORDERS = _pattern(
    r"[\s*_\d.)•-]*"
    + any_of(_words("first second third fourth fifth next then finally also last(?:_but_not_least)? in_this_section"))
    + r"?,? ?"
    + any_of(
        r"(?:open|start|begin|end|close|finish|conclude) (?:with|on|by|off)",
        r"(?:address|back up|break up|invite|compare|include) (?:the|an?|your|it|all)",
        _words("introduce discuss mention describe highlight explain summari[sz]e emphasi[sz]e write know_your"),
        r"(?:keep (?:it|them)|think about (?:who|your)|hook|use (?:numbers|examples|emojis?|short|simple))",
    )
    + r"\b",
    r"[\s*_\d.、)）•第一二三四五六七八步-]*[：:]?\s*"
    + _words("撰写 收集 确定 了解 明确 选择 修改 拟定 设计 安排 突出 添加 检查 列出 引入 打磨"),
)
# Any order, for what follows a label of the trade: "Keyword research: find out …".
IMPERATIVE = _pattern(
    _words(
        "add ask avoid be build check choose close collect consider create cut decide define do draw end find"
        " focus get give highlight identify include invite keep let limit link list make mention move name open"
        " pick plan put quote read remember remind research select set share show start state tell think try turn"
        " use write"
    )
    + r"\b",
    _words(
        "用 使用 选择 明确 了解 突出 避免 添加 确定 强调 保持 通过 运用 分析 引用 列出 介绍 描述 说明 总结 检查"
        " 要 可 应 以"
    ),
)
ON_PROMPTS = _pattern(
    r"\b"
    + _words(
        "prompt role persona format clear(?:ly)? specific detailed well[-_]structured requirements? constraints?"
        " output rules? examples? instructions? feedback strengths? weaknesses subject task audience suggestions?"
        r" improve\w* rewrite model challenge"
    )
    + r"\b",
    _words(
        "提示 指令 角色 格式 清晰 明确 具体 详细 要求 输出 限制 示例 任务 点评 优点 缺点 不足 改进 建议 规则 改写"
        " 优化 模型"
    ),
)
DELIVERY = _pattern(
    rf"(?:here(?:['’]s| is| are)|below is|this is)\b(?![^\n:]{{0,80}}\b(?:{_PLAN}|{_TIPS}|what|how|why)\b)"
    rf"[^.\n:]{{0,60}}?\b(?:{_TEXT}|example|sample|draft|version)\b[^.\n:]{{0,60}}:",
    rf"(?:以下|下面|这)(?:就?是|为)(?![^。\n：:]{{0,24}}{_PLAN_ZH})[^。\n：:]{{0,30}}?"
    rf"(?:{_TEXT_ZH}|示例|范例|例子|样例|版本|正文)[^。\n：:]{{0,6}}[：:]",
    r"(?:示例|范例|参考范文|正文|成稿)[^。\n：:]{0,8}[：:]",
)
