"""Scripts and languages told apart by characters and function words, with no model and no data file.

Han, kana and Hangul characters weigh one each, in every other script a word weighs one: a Chinese sentence full of
product names is still Chinese. Latin languages are told apart by their function words, as Grefenstette ("Comparing two
language identification schemes", JADT 1995) found to do for anything longer than a line.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from grimoire.expression import Expression
from grimoire.hanzi import count_simplified, count_traditional

TOKENS = 150

_RUNS = {
    "Han": Expression("[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+"),
    "kana": Expression("[\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff]+"),
    "Hangul": Expression("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]+"),
    "Latin": Expression("[A-Za-zªºÀ-ÖØ-öø-ɏ\u0300-\u036fḀ-ỿ]+"),
    "Cyrillic": Expression("[\u0400-\u052f]+"),
    "Greek": Expression("[\u0370-\u03ff\u1f00-\u1fff]+"),
    "Arabic": Expression("[\u0620-\u06ff\u0750-\u077f]+"),
    "Hebrew": Expression("[\u0590-\u05ff]+"),
    "Devanagari": Expression("[\u0900-\u097f]+"),
    "Bengali": Expression("[\u0980-\u09ff]+"),
    "Tamil": Expression("[\u0b80-\u0bff]+"),
    "Khmer": Expression("[\u1780-\u17ff]+"),
    "Thai": Expression("[\u0e00-\u0e7f]+"),
    "Georgian": Expression("[\u10a0-\u10ff]+"),
    "Armenian": Expression("[\u0530-\u058f]+"),
}
_BY_CHARACTER = {"Han", "kana", "Hangul"}
_KANA_OR_MARK = Expression("[\u3005\u3007\u3041-\u30ff]")
_HAN_MARK = Expression("[\u3005\u3007]")

# Most texts hold ASCII, Han, kana and punctuation alone: the high bytes of their UTF-16 say so, at the speed of C.
_HAN, _NEAR_KANA, _RARE, _OTHER = b"Hk?."
_RARE_BLOCKS = {*range(0x01, 0x1D), 0x1E, 0x1F, 0x31, 0x4D, *range(0xAC, 0xD8), 0xF9, 0xFA}
_HAN_BLOCKS = {*range(0x34, 0x4D), *range(0x4E, 0xA0)}
_KINDS = bytes(
    _HAN
    if block in _HAN_BLOCKS
    else _NEAR_KANA
    if block == 0x30  # noqa: PLR2004  # CJK punctuation, hiragana and katakana
    else _RARE
    if block in _RARE_BLOCKS
    else _OTHER
    for block in range(256)
)
_LETTERS = bytes(code if chr(code).isalpha() and chr(code) != "µ" else ord(" ") for code in range(256))

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
    "es": "el los las una que con para por del más como pero su sus lo está este esta también cuando muy se es en"
    " son al un",
    "it": "il gli della che di con per non una sono più anche del nel alla questo questa è dei delle si un lo nella",
    "pt": "os uma que não com para por da do dos das são mais como em ao você também seu sua um pela pelo",
    "nl": "de het een van en is dat niet met voor op zijn aan er ook maar naar bij deze wordt worden je als",
    "pl": "się nie na jest że do jak dla są od po przez oraz lub które może być tym",
    "sv": "och att det som är en på för med av den till inte har ett om kan du",
    "tr": "ve bir için bu ile da de çok olarak daha olan gibi en ya",
    "vi": "và của là các cho không được một những trong có với để khi này bạn người",
    "id": "yang dan di untuk dengan ini dari tidak pada adalah dalam akan juga anda atau ke",
}
_LANGUAGES_OF: dict[str, list[str]] = {}
for _code, _words in _FUNCTION_WORDS.items():
    for _word in _words.split():
        _LANGUAGES_OF.setdefault(_word, []).append(_code)


@lru_cache(maxsize=64)
def weigh(text: str) -> Counter[str]:
    """How much of the text is in each script: characters of Han, kana and Hangul, words of the others."""
    if text.isascii():
        return _counted({"Latin": len(_latin_words(text))})
    kinds = text.encode("utf-16-le", "replace")[1::2].translate(_KINDS)
    if _RARE in kinds:
        return _counted({name: _size(name, run.findall(text)) for name, run in _RUNS.items()})
    han, kana = kinds.count(_HAN), 0
    if _NEAR_KANA in kinds and _KANA_OR_MARK.search(text):
        han += len(_HAN_MARK.findall(text))
        kana = _size("kana", _RUNS["kana"].findall(text))
    return _counted({"Han": han, "kana": kana, "Latin": len(_latin_words(text))})


def _counted(sizes: dict[str, int]) -> Counter[str]:
    return Counter({name: size for name, size in sizes.items() if size})


def _size(name: str, runs: list[str]) -> int:
    return sum(map(len, runs)) if name in _BY_CHARACTER else len(runs)


def _latin_words(text: str) -> list[str]:
    """The words of a text that has no Latin letters beyond Latin-1; everything else parts them."""
    return text.encode("latin-1", "replace").translate(_LETTERS).decode("latin-1").split()


def main_script(text: str) -> str:
    """The script most of the text is in, kana counted as Han where a Chinese reader would too; empty for none."""
    weights = weigh(text)
    return weights.most_common(1)[0][0] if weights else ""


def base(code: str) -> str:
    """The language of a tag: `zh-Hant` -> `zh`."""
    return code.replace("_", "-").partition("-")[0].casefold()


@lru_cache(maxsize=64)
def function_words(text: str) -> Counter[str]:
    """How many function words of each Latin language are among the first 150 words; `""` counts all words."""
    head = text[: TOKENS * 8].casefold()
    words = (_latin_words(head) if head.isascii() else _RUNS["Latin"].findall(head))[:TOKENS]
    counts = Counter(words)
    hits = Counter({"": len(words)})
    for word in counts.keys() & _LANGUAGES_OF.keys():
        for code in _LANGUAGES_OF[word]:
            hits[code] += counts[word]
    return hits


def other_latin(text: str, code: str) -> str:
    """The Latin language the text is surely in, where that is not `code`; empty when in doubt.

    Sure: five function words or more, a tenth of all words, and three times as many as of the language asked for.
    """
    hits = function_words(text)
    best = max(_FUNCTION_WORDS, key=lambda other: hits[other])
    sure = hits[best] >= max(5, hits[""] / 10) and hits[best] >= 3 * hits[code]
    return best if sure and best != code else ""


def chinese_variant(text: str) -> tuple[int, int]:
    """How many characters are Simplified only, and how many Traditional only, of some two thousand pairs."""
    return count_simplified(text), count_traditional(text)
