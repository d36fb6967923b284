"""What a translator says about its work or instead of it: announcements, apologies, notes, offers to help."""

from __future__ import annotations

import re

_ANNOUNCEMENT = (
    r"\A\W*(?:(?:sure|certainly|of course|好的|当然|當然)\W{1,3})?"
    r"(?:(?:here is|here's|here are|below is|this is) the translat|translat(?:ion|ed text)\s*[:：]"
    r"|(?:以下|下面|这|這)(?:是|为|為)(?:您|你)?(?:的)?(?:翻译|译文|翻譯|譯文)|(?:翻译|译文|译|翻譯|譯文|譯)[：:]"
    r"|hier ist die übersetzung|übersetzung\s*:|翻訳(?:は|：|:)|以下は翻訳)"
)
_ANNOUNCED = (
    r"translat[^.!?\"{}]{0,40}:|(?:翻译|译文|翻譯|譯文)[^。！？]{0,20}[:：]"
    r"|(?:here|below|this) (?:is|are) the translat"
)
_APOLOGY = (
    r"\A\W*(?:i'?m sorry,? |i apologi[sz]e|i (?:cannot|can't|can not|am unable)|as an ai\b"
    r"|please provide the text|(?:对不起|抱歉|很抱歉|對不起|不好意思)[，,]?\s?(?:但)?我(?:无法|不能|無法)"
    r"|我(?:无法|不能|無法)(?:翻译|提供|满足|完成|翻譯|滿足)|作为一?个?(?:ai|人工智能)|作為一?個?(?:ai|人工智慧)"
    r"|请提供(?:您|你)?(?:需要|要|想)?翻译|es tut mir leid|申し訳)"
)
_APOLOGIZED = (
    r"sorry|apolog|as an? (?:ai|artificial)\b|\bi (?:can'?(?:no)?t|am unable)|provide"
    r"|抱歉|对不起|人工智能|無法|无法|不能"
)
_NOTE = r"[（(\[【]\s*(?:译注|译者注|譯註|譯者註|訳注|translator['’]?s? note|translation note|anm\.? d\.? üb)"
_TALK = tuple(
    (re.compile(said, re.IGNORECASE), re.compile(excuse, re.IGNORECASE))
    for said, excuse in (
        (_ANNOUNCEMENT, _ANNOUNCED),
        (_APOLOGY, _APOLOGIZED),
        (_NOTE, r"translator|translation note|译注|译者注|譯註"),
        (r"[（(\[【]\s*(?:注[：:]|註[：:]|note[：:])", r"\b(?:note|n\.?b)\b|remark|注|註"),
        (r"希望(?:这|這)?(?:对|對)(?:您|你)有(?:所)?(?:帮助|幫助)|i hope (?:this|that) helps", r"hope|希望"),
        (
            r"(?:以下|下面)是(?:我)?(?:为|给|為|給)(?:您|你)(?:准备|整理|提供|準備)",
            r"(?:here|these|this|following|below)\b.{0,80}\b(?:you|prepare)",
        ),
        (
            r"我(?:很|非常)(?:乐意|樂意)|\bi(?: will|'ll| would|'d| am|'m) (?:gladly|(?:be )?happy to)",
            r"glad|happy|pleas(?:ed|ure)|willing|love to|delight|乐意|樂意|高兴",
        ),
        (r"let me know (?:if|which)|feel free to ask", r"let me know|feel free|告诉我|告訴我|随时"),
    )
)


def find_talk(source: str, result: str) -> str:
    """The first such words of a result; what a source says alike is translated, not talk. Empty for none."""
    for pattern, excuse in _TALK:
        said = pattern.search(result)
        if said and not excuse.search(source):
            return said.group()
    return ""
