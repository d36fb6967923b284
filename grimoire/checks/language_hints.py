"""What a text tells of languages beyond its script: what language it asks for, and whether it is pinyin."""

from __future__ import annotations

import re
import unicodedata

from grimoire.expression import Expression
from grimoire.ports import Exchange
from grimoire.scripts import base, function_words

READ = 4_000
PINYIN_WORDS = 12
PINYIN_SHARE = 0.9
SMALL_LETTERS = 0.6

_NAMES = {
    "en": "英 English",
    "zh": "中 汉 Chinese Mandarin",
    "zh-Hant": "繁体中 繁體中",
    "ja": "日 Japanese",
    "ko": "韩 Korean",
    "fr": "法 French",
    "de": "德 German",
    "es": "西班牙 Spanish",
    "it": "意大利 Italian",
    "pt": "葡萄牙 Portuguese",
    "ru": "俄 Russian",
    "ar": "阿拉伯 Arabic",
    "vi": "越南 Vietnamese",
    "th": "泰 Thai",
}
_CODE_OF = {name: code for code, names in _NAMES.items() for name in names.split()}
_ZH = "|".join(name for name in _CODE_OF if not name.isascii())
_EN = "|".join(name for name in _CODE_OF if name.isascii())
_ASKS = Expression(
    rf"(?:译|翻|改写|写|说|答|输出|表达)(?:成|为|作|到)[^，。\n]{{0,6}}?({_ZH})[文语]"
    rf"|(?:用|以)[^，。\n]{{0,6}}?({_ZH})[文语]"
    rf"|({_ZH})[文语]的?(?:邮件|信|简历|版|译文|翻译|标题|文案|作文|演讲稿|回复|诗|名字|广告|求职信|介绍)"
    rf"|(?i:\b(?:translat|rewrit|writ|repl|answer|respond|say)\w*\b[^.\n]{{0,60}}?\b(?:in|into|to)[ \t]+)({_EN})\b"
    rf"|\b({_EN})[ \t](?:version|translation|e-?mail|letter)\b"
)
_ASKS_SCRIPT = Expression(r"(?:成|为|為|用|以|作|[Ii]nto |[Ii]n )(繁|简|簡|Traditional|Simplified)(?:[体體]| Chinese)")
_OF_ENGLISH = Expression(
    r"英文|英语|双语|中英|外语|翻译|提示词|English|(?i:bilingual|translat|midjourney|stable diffusion)"
)
_OF_CHINESE = Expression(r"中文|汉语|双语|中英|翻译|拼音|Chinese|Mandarin|(?i:bilingual|translat|pinyin)")
_WORD = Expression("[A-Za-zü]{1,24}")
_SYLLABLE = (
    r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|üan|an|en|in|un|ün|ai|ei|ao|ou|ia|ie|iu|ua|ui|uo|ue|üe|er|[aoeiuü])"
)
_PINYIN = Expression(rf"(?:{_SYLLABLE}){{1,4}}r?", re.IGNORECASE)


def asks_for(text: str, code: str) -> str:
    """The language a user's text asks the answer to be in, where it asks for another than `code`; else empty."""
    found = {_CODE_OF[next(filter(None, groups))] for groups in _ASKS.findall(text[:READ])}
    return "" if code in found or not found else min(found)


def asks_for_script(incantation: str, code: str) -> str:
    """The Chinese script an incantation asks for by name, where that is another than that of `code`; else empty."""
    found = {"zh-Hant" if name in {"繁", "Traditional"} else "zh" for name in _ASKS_SCRIPT.findall(incantation[:READ])}
    return min(found) if found and code not in found else ""


def speaks_of(exchange: Exchange, script: str) -> bool:
    """Whether the incantation has to do with a second language, so that an answer may well be in two."""
    hints = _OF_ENGLISH if script == "Han" else _OF_CHINESE
    return bool(hints.search(exchange.incantation) or hints.search(exchange.text))


def reads_as_pinyin(text: str, code: str) -> bool:
    """Whether a text in Latin script is a Chinese sentence spelt out, and no list of names."""
    hits = function_words(text)
    if code == "vi" or hits[base(code)] * 12 > hits[""]:
        return False
    plain = unicodedata.normalize("NFC", _without_tones(text[:READ]))
    words = _WORD.findall(plain)
    spelt = [word for word in words if _PINYIN.fullmatch(word)]
    small = sum(word.islower() for word in spelt)
    return (
        len(words) >= PINYIN_WORDS and len(spelt) >= PINYIN_SHARE * len(words) and small >= SMALL_LETTERS * len(spelt)
    )


def _without_tones(text: str) -> str:
    return re.sub("[\u0300\u0301\u0304\u030c]", "", unicodedata.normalize("NFD", text))
