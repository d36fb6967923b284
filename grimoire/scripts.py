"""Scripts and languages told apart by characters and function words, with no model and no data file.

Han, kana and Hangul characters weigh one each, in every other script a word weighs one: a Chinese sentence full of
product names is still Chinese. Latin languages are told apart by their function words, as Grefenstette ("Comparing two
language identification schemes", JADT 1995) found to do for anything longer than a line.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

TOKENS = 600

_RUNS = {
    "Han": re.compile("[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"),
    "kana": re.compile("[\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff]+"),
    "Hangul": re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]+"),
    "Latin": re.compile("[A-Za-zªºÀ-ÖØ-öø-ɏ\u0300-\u036fḀ-ỿ]+"),
    "Cyrillic": re.compile("[\u0400-\u052f]+"),
    "Greek": re.compile("[\u0370-\u03ff\u1f00-\u1fff]+"),
    "Arabic": re.compile("[\u0620-\u06ff\u0750-\u077f]+"),
    "Hebrew": re.compile("[\u0590-\u05ff]+"),
    "Devanagari": re.compile("[\u0900-\u097f]+"),
    "Bengali": re.compile("[\u0980-\u09ff]+"),
    "Tamil": re.compile("[\u0b80-\u0bff]+"),
    "Khmer": re.compile("[\u1780-\u17ff]+"),
    "Thai": re.compile("[\u0e00-\u0e7f]+"),
    "Georgian": re.compile("[\u10a0-\u10ff]+"),
    "Armenian": re.compile("[\u0530-\u058f]+"),
}
_BY_CHARACTER = {"Han", "kana", "Hangul"}
_FREQUENT = ("Han", "kana", "Latin")
_SELDOM = re.compile("[\u0370-\u1cff\u1f00-\u1fff\u3130-\u318f\uac00-\ud7a3]")

_CODES = {
    "Han": "zh yue wuu",
    "kana": "ja",
    "Hangul": "ko",
    "Latin": "en fr de es it pt nl pl sv da no nb nn fi cs sk hu ro hr sl et lv lt tr vi id ms tl sw ca eu gl is ga sq"
    " az cy af eo la",
    "Cyrillic": "ru uk bg be mk kk ky mn",
    "Greek": "el",
    "Arabic": "ar fa ur",
    "Hebrew": "he yi",
    "Devanagari": "hi mr ne",
    "Bengali": "bn",
    "Tamil": "ta",
    "Thai": "th",
    "Khmer": "km",
    "Georgian": "ka",
    "Armenian": "hy",
}
SCRIPT_OF = {code: script for script, codes in _CODES.items() for code in codes.split()}

_FUNCTION_WORDS = {
    "en": "the and to of with are this be from you your not have can will their which has more they what how but about"
    " when these our its if into than been would should for is it that",
    "fr": "le les des et est une dans pour que qui sur avec pas vous nous ce cette sont aux du par leur mais où elle"
    " votre vos être au ou son comme ses",
    "de": "der die das und ist nicht ein eine mit für auf den dem zu von sie ich wir auch sich werden wird sind oder"
    " einen bei aus wie nach kann zum zur im des",
    "es": "el los las una que con para por del más como pero su sus lo está este esta también cuando muy y se es en"
    " son al un",
    "it": "il gli della che di con per non una sono più anche del nel alla questo questa è dei delle si un lo nella",
    "pt": "os uma que não com para por da do dos das são mais como em ao você também seu sua um pela pelo é e",
    "nl": "de het een van en is dat niet met voor op zijn aan er ook maar naar bij deze wordt worden je als",
    "pl": "się nie na jest że do jak dla są od po przez oraz lub które może być tym w z i",
    "sv": "och att det som är en på för med av den till inte har ett om kan du",
    "tr": "ve bir için bu ile da de çok olarak daha olan gibi en ya",
    "vi": "và của là các cho không được một những trong có với để khi này bạn người",
    "id": "yang dan di untuk dengan ini dari tidak pada adalah dalam akan juga anda atau ke",
}
_LANGUAGES_OF: dict[str, list[str]] = {}
for _code, _words in _FUNCTION_WORDS.items():
    for _word in _words.split():
        _LANGUAGES_OF.setdefault(_word, []).append(_code)

_SIMPLIFIED = re.compile(
    "[们这说时会个国来对为发经动现学问题实际应该关过还进开见觉让认识话语请谢买卖东车马鸟鱼龙门间听写读书词课"
    "长张师习传统体点无业产专层当难图团圆场块坏声处备复头夺妇妈孙宁宝将岁岛带帮广庆库录总战户执扩扫报担]"
)
_TRADITIONAL = re.compile(
    "[們這說時會個國來對為發經動現學問題實際應該關過還進開見覺讓認識話語請謝買賣東車馬鳥魚龍門間聽寫讀書詞課"
    "長張師習傳統體點無業產專層當難圖團圓場塊壞聲處備復頭奪婦媽孫寧寶將歲島帶幫廣慶庫錄總戰戶執擴掃報擔]"
)


@lru_cache(maxsize=64)
def weigh(text: str) -> Counter[str]:
    """How much of the text is in each script: characters of Han, kana and Hangul, words of the others."""
    names = ("Latin",) if text.isascii() else _RUNS if _SELDOM.search(text) else _FREQUENT
    found = ((name, _RUNS[name].findall(text)) for name in names)
    return Counter({name: sum(map(len, runs)) if name in _BY_CHARACTER else len(runs) for name, runs in found if runs})


def main_script(text: str) -> str:
    """The script most of the text is in, kana counted as Han where a Chinese reader would too; empty for none."""
    weights = weigh(text)
    return weights.most_common(1)[0][0] if weights else ""


def base(code: str) -> str:
    """The language of a tag: `zh-Hant` -> `zh`."""
    return code.replace("_", "-").partition("-")[0].casefold()


@lru_cache(maxsize=64)
def function_words(text: str) -> Counter[str]:
    """How many function words of each Latin language stand among the first 600 words; `""` counts all words."""
    words = _RUNS["Latin"].findall(text.casefold()[: TOKENS * 12])[:TOKENS]
    return Counter([code for word in words for code in _LANGUAGES_OF.get(word, ())] + [""] * len(words))


def other_latin(text: str, code: str) -> str:
    """The Latin language the text is surely in, where that is not `code`; empty when in doubt.

    Sure: five function words or more, a tenth of all words, and three times as many as of the language asked for.
    """
    hits = function_words(text)
    best = max(_FUNCTION_WORDS, key=lambda other: hits[other])
    sure = hits[best] >= max(5, hits[""] / 10) and hits[best] >= 3 * hits[code]
    return best if sure and best != code else ""


def chinese_variant(text: str) -> tuple[int, int]:
    """How many characters are Simplified only, and how many Traditional only, of some hundred very frequent pairs."""
    return len(_SIMPLIFIED.findall(text)), len(_TRADITIONAL.findall(text))
