"""What models write where they leave the rest out: that it is to be continued, was omitted, or comes when asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grimoire.checks.hinted import Hinted, phrase
from grimoire.checks.phrases import any_of, words
from grimoire.expression import Expression

NOTE = 200
"""Characters of a line, at its end, in which a note is looked for."""

_TO_BE_CONTINUED = Expression(
    r"\W{0,6}"
    + any_of(
        r"to be continued|continues?|continued|cont['’]?d|more to come|(?:content|text|output|response)? ?truncated",
        r"continue[sd] in (?:the |my )?(?:next|following) (?:message|part|response|answer)",
        r"未完待[续續]|待[续續]|[续續]|(?:未完)?[，,]?接下一?[条條页頁]|下接[^。\n]{1,12}",
    )
    + r"\W{0,6}\Z",
    re.IGNORECASE,
)
_SERIAL = Expression(
    r"continued|cliff-?hanger|episode|chapter|\bserial|sequel|part (?:one|two|1|2)"
    r"|待[续續]|悬念|懸念|[连連][载載]|第[^，。\n]{1,3}[章集回部]|[续續]集",
    re.IGNORECASE,
)
_REST = any_of(
    r"the rest\b", "remainder", "remaining", r"the other (?:\w+ )?(?:rows|items|posts|sections|chapters|entries)"
)
_REST_ZH = "(?:其[余餘]|剩[余餘]|剩下|余下|餘下|[后後][续續]|[后後]面|中[间間]|以下|此[处處]|部分)"
_LIMIT_ZH = "(?:篇幅|字[数數]|[长長]度|回复|輸出|输出)[^，。\\n]{0,8}(?:限制|有限|所限|原因|[关關]系|[过過][长長])"

_OMITTED = Hinted(
    phrase(
        "omitted truncated left skipped shown follow",
        rf"{_REST}[^.\n]{{0,60}}\b(?:omitted|truncated|left out|skipped|not shown|follow (?:the|a) (?:same|similar))\b",
    ),
    phrase(
        "same similar this",
        r"\d{1,3} (?:to|through|[–-]) \d{1,3}\b[^.\n]{0,20}\b(?:follow|continue|repeat|use"
        r"|keep)s?\b[^.\n]{0,20}\b(?:same|similar|this)\b",
    ),
    phrase(
        "",
        r"\d{1,3}\s?(?:[–~～-]|至|到)\s?\d{1,3}\s?(?:[条條行章篇周週个個集]|[项項])[^。\n]{0,16}(?:同上|[类類]推|相同|[从從]略|沿用|照此|依此)",
    ),
    phrase(
        "omitted truncated shortened abbreviated cut",
        r"\b(?:omitted|truncated|shortened|abbreviated|cut (?:off|short)) (?:here )?(?:for|due to|because of) "
        r"(?:brevity|length|space|the (?:length|character|token|word))",
    ),
    phrase(
        "due because given | limit* constraint* restriction*",
        r"\b(?:due to|because of|given) (?:the )?(?:\w+ ){0,2}(?:length|space|character|token|word)\w* "
        r"(?:limit|constraint|restriction)",
    ),
    phrase(
        "continue",
        r"\b(?:type|say|reply|send|enter|respond with|write)\b[^.\n]{0,8}[\"“'‘*]continue[\"”'’*][^.\n]{0,60}"
        r"\b(?:i['’]?ll|i will|rest|remaining|next|get|see|receive|read)\b",
    ),
    phrase(
        "me | to | would do | you",
        rf"\b(?:would you like|do you want) me to (?:continue|go on|finish|complete|write)[^?\n]{{0,60}}{_REST}",
    ),
    phrase(
        "next",
        r"\bi(?:['’]ll| will) (?:continue|go on)[^.\n]{0,40} in (?:the|my) next (?:message|response|part|answer|reply)",
    ),
    phrase(
        "i | shall should may can", rf"\b(?:shall|should|may|can) i (?:continue|go on|proceed)[^?\n]{{0,60}}{_REST}"
    ),
    phrase(
        "me | know tell",
        rf"\b(?:let me know|tell me) (?:if|when)[^.\n]{{0,40}}\b(?:continue|go on|finish)[^.\n]{{0,40}}{_REST}",
    ),
    phrase(
        "",
        any_of(
            rf"{_LIMIT_ZH}[^。\n]{{0,40}}(?:省略|略|{_REST_ZH}|未能|不能|[无無]法|回复|回覆|[继繼][续續]|不再|只能|只[展列给給][示出]?)",
            rf"{_REST_ZH}[^，。\n]{{0,16}}(?:省略|略去|[从從]略|略|不再(?:一一)?(?:列出|列[举舉]|展示|[赘贅]述))\W{{0,6}}\Z",
            r"(?:省略|略去)(?:其[余餘]|剩[余餘]|余下|餘下|[后後][续續]|\d+[条條行段])|下一[条條](?:消息|回复|信息)[^。\n]{0,6}[继繼][续續]",
            rf"{_REST_ZH}[^，。\n]{{0,10}}(?:按|依|照|以)(?:此|照|上述|相同|同[样樣])[^，。\n]{{0,10}}(?:[继繼][续續]|[类類]推|生成|[补補]充)",
            r"(?:回复|回覆|[输輸]入|[发發]送)[“\"「『‘'](?:[继繼][续續]|下一部分)[”\"」』’'][^。\n]{0,30}",
            rf"(?:需要|要不要|是否|想)[^。？\n]{{0,6}}(?:[继繼][续續]|接[着著])[^。？\n]{{0,8}}{_REST_ZH}",
        ),
    ),
)
_HINTS = words(
    "rest |remain|other |omitted|truncated|shortened|abbreviated|cut |limit|constraint|restriction|continue|继续|繼續"
    "|same|similar|this style|相同|同上|类推|類推|沿用|照此|依此"
    "|下一部分|篇幅|字数|字數|长度|長度|回复|输出|輸出|略|不再|接着|接著"
)
_AND_SO_ON = Expression(r"\W{0,6}(?:and so on|etc|以此[类類]推|依此[类類]推|依次[类類]推)", re.IGNORECASE)
_DOTS = Expression(r"(?=[^.…]{0,40}(?:\.{3}|…))(?:[\s|\-*+>（）()\[\]`.…、,，:：~]|\d{1,4}(?=[.)、．\s|]))*\Z")
_DOT_ROW = Expression(r"^[ \t]*\|(?:[ \t]*(?:\.{3}|…{1,2})[ \t]*\|){2,20}[ \t\r]*$", re.MULTILINE)
_STRUCTURED = Expression(r"[-*+•|`\[（(]|\d{1,3}[.)、．]|[一二三四五六七八九十]{1,3}、")


def left_out(lines: Sequence[str], incantation: str) -> bool:
    """Whether the model says at the end that it left something out. Lines are stripped and not empty."""
    if _TO_BE_CONTINUED.match(lines[-1]):
        return not _SERIAL.search(incantation)
    tail = " \n ".join(line[-NOTE:] for line in lines[-2:])
    if _OMITTED.may_stand_in(tail) and any(map(tail.lower().__contains__, _HINTS)) and _OMITTED.search(tail):
        return True
    return _is_dots(lines) or _goes_on(lines[-1])


def _is_dots(lines: Sequence[str]) -> bool:
    """Whether dots stand for what should be there: the last line of a list or table, or a row of it."""
    dotted = [line for line in lines if "..." in line or "…" in line]
    if not dotted:
        return False
    if lines[-1] is dotted[-1] and _DOTS.match(lines[-1]):
        return bool(_STRUCTURED.match(lines[-1]) or (len(lines) > 1 and _STRUCTURED.match(lines[-2])))
    return any(_DOT_ROW.match(line) for line in dotted)


def _goes_on(line: str) -> bool:
    """Whether the line only says that it goes on like this: in brackets, after dots, or in a cell of a table."""
    cell = line.rstrip("| ").rpartition("|")[2].strip() if line.startswith("|") else line
    return cell[:1] in {"(", "（", "[", "【", ".", "…", "*", "以", "依"} and bool(_AND_SO_ON.match(cell))
