"""The language of an answer: the one asked for (standing), or the one a spell names.

What is looked at: at most 20,000 characters of prose, without code, addresses, HTML tags, JSON's keys and the lines of
the user's own text. Fewer than eight letters (four of Han) are too little, and so are five Latin words where another
script is wanted, which may be a name. An answer is in another language when

- less than 35 % of it is in the script wanted, in words, or characters of Chinese, Japanese and Korean: lessons,
  glossaries, names and technical words mix, and every good answer seen had a third;
- in Latin script, another language's function words are plainly more (`scripts.other_latin`), or nine tenths of 12
  words or more are pinyin, most of them in small letters, since a list of names is none;
- in Chinese, more than a quarter of the characters are kana, or a twenty-fifth are kanji that only Japan writes, and
  words no Chinese sentence does without (的, 是, 了 …) are missing, which a Chinese lesson on Japanese has;
- it has two characters of the other Chinese script and none of the one wanted, book titles aside, or five and three
  times as many: of the 2,000 pairs every line but a title has several, and a name or a quotation has a few;
- it goes over once from the one language or Chinese script to the other and does not come back, with two fifths and 30
  words or more of it in the wrong one, where the incantation speaks of no second language. Lessons, dialogues and
  captions go to and fro.

The standing check is skipped where the user's own text asks for another language ("translate into French",
用英文写), or the incantation for the other Chinese script (转换成繁体), and the answer is in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import ClassVar

from grimoire import hanzi
from grimoire.checks.language_hints import asks_for, asks_for_script, reads_as_pinyin, speaks_of
from grimoire.checks.own import OwnCheck
from grimoire.checks.prose import prose
from grimoire.checks.reason import result
from grimoire.expression import Expression
from grimoire.ports import Exchange
from grimoire.scripts import SCRIPT_OF, base, function_words, other_latin, weigh
from grimoire.verdict import CheckResult, Outcome

ENOUGH_LETTERS = 8
FEW_WORDS = 6
SHARE = 0.35
LONGEST = 20_000
CLEAR_RUN = 20
KANA = 1 / 4
KANJI = 1 / 25
CHINESE_WORDS = 0.03
CLEAR_PAIRS = 5
CLEAR_RATIO = 3
TITLE_PAIRS = 2
TURNED = 0.4
TURNED_WORDS = 30
SMALL_LINE = 6
CLEAR_SIDE = 0.3
HAN_PER_WORD = 1.6
"""Chinese characters that say as much as an English word."""

Counting = Callable[[str], int]

_TRADITIONAL_TAGS = {"hant", "tw", "hk", "mo"}
_TAG = Expression(r"</?[A-Za-z][^<>]{0,300}>")
_KEY = Expression(r'"[\w$ -]{1,40}"[ \t]*:(?:[ \t]*(?:true|false|null)\b)?')
_FORMULA = Expression(
    r"\$\$[^$]{1,500}\$\$|\$[^$\n]{1,200}\$|\\\[[^\[\]]{1,500}\\\]|\\\([^()\n]{1,200}\\\)|\\[A-Za-z]{2,20}"
)
_CODE_LINE = Expression(
    r"^[ \t]*(?:(?:import|from|def|class|return|public|private|static|const|let|var|function|print|echo|#include|elif|"
    r"except|package|func|select|insert)\b|[\w.\[\]]{1,40}[ \t]*(?:[-+*/|&]?=|\()|[{}@<)]|//|/\*|\*/"
    r")[^\n\u4e00-\u9fff]*$|^[^\n\u4e00-\u9fff]*[;{}][ \t]*$",
    re.MULTILINE,
)
_BOOK = Expression("《[^《》]{1,30}》")
_CHINESE_WORD = Expression("[的是了这這们們吗嗎呢把很也你她就都]")


class AskedLanguage:
    """The answer is in the language it was asked for in."""

    name = "language"
    version = 2
    should = False

    def judge(self, exchange: Exchange) -> CheckResult:
        text, code = unquoted(exchange), exchange.answer_in
        outcome, reason = examine_prose(text, code)
        if outcome == "passed" and (why := turned(exchange, text, code)):
            outcome, reason = "failed", f"{why}, wanted {code}"
        if outcome == "failed" and (other := _asked_otherwise(exchange)) and examine_prose(text, other)[0] == "passed":
            return result(self, "skipped", f"{other} is asked for in so many words; {reason}")
        return result(self, outcome, reason)


class Language(OwnCheck[str]):
    """The answer is in this language, whatever language was asked for; a code such as `en`, `zh` or `zh-Hant`."""

    name = "language"
    version = 2
    form: ClassVar[object] = str
    allowed = "a language code such as en, zh, zh-Hant, ja, fr"

    def prepare(self) -> None:
        if base(self.wants) not in SCRIPT_OF:
            raise self.bad(f"no language {self.wants!r}")

    def judge(self, exchange: Exchange) -> CheckResult:
        return result(self, *examine_prose(unquoted(exchange), self.wants))


def unquoted(exchange: Exchange) -> str:
    """The answer's prose without markup and the lines of the user's text it quotes, at most 20,000 characters of it."""
    text = prose(exchange.answer.text)[:LONGEST]
    if "</" in text:
        text = _TAG.sub(" ", text)
    if '":' in text or '" :' in text:
        text = _KEY.sub(" ", text)
    for line in exchange.text.split("\n", 20)[:20]:
        if len(line.strip()) >= ENOUGH_LETTERS // 2:
            text = text.replace(line.strip(), " ")
    return text


def examine_prose(text: str, code: str) -> tuple[Outcome, str]:
    """The same as `examine`, and where it fails once more without formulas and lines of code in no code block."""
    outcome, reason = examine(text, code)
    if outcome == "failed" and (prose_alone := _CODE_LINE.sub("", _FORMULA.sub(" ", text))) != text:
        return examine(prose_alone, code)
    return outcome, reason


def examine(text: str, code: str) -> tuple[Outcome, str]:
    """Whether a text is in a language, and what that rests on."""
    script = SCRIPT_OF.get(base(code))
    if script is None:
        return "skipped", f"language {code!r} is not one that can be told"
    weights = weigh(text)
    if _too_little(text, script):
        return "skipped", f"too little text to tell a language, wanted {code}"
    own = weights[script] + (weights["Han"] if script == "kana" else 0)
    share = own / weights.total()
    main = weights.most_common(1)[0][0]
    if share < SHARE:
        return "failed", f"{share:.0%} of the text is in {script}, most is {main}, wanted {code}"
    if script in {"Han", "kana"} and (why := _not_that_han(text, code)):
        return "failed", f"{why}, wanted {code}"
    if script == "Latin" and (why := _not_that_latin(text, code)):
        return "failed", f"{why}, wanted {code}"
    return "passed", f"{share:.0%} of the text is in {script}, wanted {code}"


def _too_little(text: str, script: str) -> bool:
    """Fewer than eight letters (four of Han), or a few Latin words that may be a name in any language."""
    weights = weigh(text)
    if weights.total() >= ENOUGH_LETTERS:
        return False
    wide = weights["Han"] + weights["kana"] + weights["Hangul"]
    if sum(map(str.isalpha, text)) + wide < ENOUGH_LETTERS:
        return True
    a_name = not wide and weights["Latin"] < FEW_WORDS and function_words(text).keys() <= {""}
    return script != "Latin" and a_name and weights["Latin"] == weights.total()


def _not_that_latin(text: str, code: str) -> str:
    """Why text in Latin script is in another language than wanted; empty when it may be right."""
    if other := other_latin(text, base(code)):
        hits = function_words(text)
        return f"{hits[other]} function words of {other} and {hits[base(code)]} of {code}"
    return "it is Chinese in pinyin" if reads_as_pinyin(text, base(code)) else ""


def _not_that_han(text: str, code: str) -> str:
    """Why text in Han characters is Japanese, or not, or in the other Chinese script; empty when it may be right."""
    weights = weigh(text)
    kana, both = weights["kana"], weights["Han"] + weights["kana"]
    if base(code) == "ja":
        return f"{kana} kana among {both} characters" if both >= CLEAR_RUN and kana < both * 0.08 else ""
    if kana and len(_CHINESE_WORD.findall(text)) < weights["Han"] * CHINESE_WORDS:
        if kana > both * KANA:
            return f"{kana} kana among {both} characters"
        if (kanji := hanzi.count_japanese(text)) > both * KANJI:
            return f"{kana} kana and {kanji} Japanese kanji among {both} characters"
    return _other_chinese(text, code)


def _other_chinese(text: str, code: str) -> str:
    """How far the other Chinese script prevails; empty where it does not."""
    count_right, count_wrong = _counters(code)
    wrong = count_wrong(text)
    if wrong < TITLE_PAIRS:
        return ""
    right = count_right(text)
    alone = not right and (wrong >= CLEAR_PAIRS or count_wrong(_BOOK.sub("", text)) >= TITLE_PAIRS)
    if alone or (wrong >= CLEAR_PAIRS and wrong >= CLEAR_RATIO * right):
        names = ("Traditional", "Simplified") if _variety(code) == "zh-Hant" else ("Simplified", "Traditional")
        return f"{right} characters are {names[0]} and {wrong} {names[1]}"
    return ""


def _asked_otherwise(exchange: Exchange) -> str:
    """The language or Chinese script that the text, or the incantation about Chinese scripts, asks for instead."""
    code = _variety(exchange.answer_in)
    script = asks_for_script(exchange.incantation, code) if base(code) == "zh" else ""
    return asks_for(exchange.text, code) or script


def _variety(code: str) -> str:
    """The language of a tag, with the script where it is Traditional Chinese."""
    tags = code.casefold().replace("_", "-").split("-")
    traditional = tags[0] == "yue" or not _TRADITIONAL_TAGS.isdisjoint(tags)
    return "zh-Hant" if traditional else tags[0]


def _counters(code: str) -> tuple[Counting, Counting]:
    """What counts the characters of the Chinese script wanted, and what those of the other."""
    both = hanzi.count_simplified, hanzi.count_traditional
    return both[::-1] if _variety(code) == "zh-Hant" else both


def turned(exchange: Exchange, text: str, code: str) -> str:
    """Why a text goes over from the language wanted to another for good; empty where it does not."""
    weights, script = weigh(text), SCRIPT_OF[base(code)]
    words, han = weights["Latin"], weights["Han"] / HAN_PER_WORD
    own, other = (han, words) if script == "Han" else (words, han)
    why = ""
    if script in {"Han", "Latin"} and other >= TURNED_WORDS and other >= TURNED * (own + other):
        parts = [_in_words(line) for line in text.split("\n")]
        if goes_over(parts if script == "Han" else [part[::-1] for part in parts]):
            why = f"{other / (own + other):.0%} of the text, in one piece, is in another language"
    if script == "Han":
        why = why or _turned_script(text, code)
    return "" if why and speaks_of(exchange, script) else why


def _in_words(line: str) -> tuple[float, float]:
    weights = weigh.__wrapped__(line)  # a cache of whole answers is no place for lines
    return weights["Han"] / HAN_PER_WORD, weights["Latin"]


def _turned_script(text: str, code: str) -> str:
    """The same of the two Chinese scripts."""
    count_right, count_wrong = _counters(code)
    wrong = count_wrong(text)
    if wrong < TURNED_WORDS:
        return ""
    right = count_right(text)
    parts = [(count_right(line), count_wrong(line)) for line in text.split("\n")]
    if wrong >= TURNED * (wrong + right) and goes_over(parts):
        return f"{wrong} of {wrong + right} characters, in one piece, are of the other Chinese script"
    return ""


def goes_over(parts: Sequence[tuple[float, float]]) -> bool:
    """Whether lines, each with its weight in the one and the other language, change between them once and no more."""
    sides: list[str] = []
    for own, other in parts:
        if own + other < SMALL_LINE:
            continue
        share = other / (own + other)
        side = "own" if share <= CLEAR_SIDE else "other" if share >= 1 - CLEAR_SIDE else "both"
        if not sides or sides[-1] != side:
            sides.append(side)
    return sorted(sides) == ["other", "own"]
