"""The language of an answer: the one asked for (standing), or the one a spell names."""

from __future__ import annotations

from typing import ClassVar

from grimoire.checks.own import OwnCheck
from grimoire.checks.prose import prose
from grimoire.checks.reason import result
from grimoire.ports import Exchange
from grimoire.scripts import SCRIPT_OF, base, chinese_variant, function_words, other_latin, weigh
from grimoire.verdict import CheckResult, Outcome

ENOUGH_LETTERS = 8
FEW_WORDS = 6
SHARE = 0.35
LONGEST = 20_000
CLEAR_RUN = 20
CLEAR_PAIRS = 5
_TRADITIONAL_TAGS = {"hant", "tw", "hk", "mo"}


class AskedLanguage:
    """The answer is in the language it was asked for in.

    Code, addresses and lines of the user's own text are left out of account. A third of the rest in the asked
    language's script is enough, since lessons, glossaries and names mix; a Latin language is refused only where the
    function words of another are plainly more.
    """

    name = "language"
    version = 1
    should = False

    def judge(self, exchange: Exchange) -> CheckResult:
        return result(self, *examine(unquoted(exchange), exchange.answer_in))


class Language(OwnCheck[str]):
    """The answer is in this language, whatever language was asked for; a code such as `en`, `zh` or `zh-Hant`."""

    name = "language"
    form: ClassVar[object] = str
    allowed = "a language code such as en, zh, zh-Hant, ja, fr"

    def prepare(self) -> None:
        if base(self.wants) not in SCRIPT_OF:
            raise self.bad(f"no language {self.wants!r}")

    def judge(self, exchange: Exchange) -> CheckResult:
        return result(self, *examine(unquoted(exchange), self.wants))


def unquoted(exchange: Exchange) -> str:
    """The answer's prose without the lines of the user's text it quotes, at most 20,000 characters of it."""
    text = prose(exchange.answer.text)[:LONGEST]
    for line in exchange.text.split("\n", 20)[:20]:
        if len(line.strip()) >= ENOUGH_LETTERS // 2:
            text = text.replace(line.strip(), " ")
    return text


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
    if script == "Latin" and (other := other_latin(text, base(code))):
        hits = function_words(text)
        return "failed", f"{hits[other]} function words of {other} and {hits[base(code)]} of {code}, wanted {code}"
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


def _not_that_han(text: str, code: str) -> str:
    """Why text in Han characters is Japanese, or not, or in the other Chinese script; empty when it may be right."""
    weights = weigh(text)
    kana, both = weights["kana"], weights["Han"] + weights["kana"]
    if base(code) == "ja":
        return f"{kana} kana among {both} characters" if both >= CLEAR_RUN and kana < both * 0.08 else ""
    if kana > both / 4:
        return f"{kana} kana among {both} characters"
    simplified, traditional = chinese_variant(text)
    wants_traditional = base(code) == "yue" or not _TRADITIONAL_TAGS.isdisjoint(
        code.casefold().replace("_", "-").split("-")
    )
    right, wrong = (traditional, simplified) if wants_traditional else (simplified, traditional)
    if wrong >= CLEAR_PAIRS and wrong >= 4 * right:
        return f"{simplified} characters are Simplified and {traditional} Traditional"
    return ""
