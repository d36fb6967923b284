"""Standing check: the answer is about what the user asked about.

The case's `subject` words decide where it has any: one must occur. Otherwise terms are taken from the user's text:
pairs of neighbouring characters for Chinese and Japanese, which needs no word list and survives rewording, and stems of
content words for alphabets. Words every request has (write, article, 如何, 介绍) are left out. Of a text of up to 60
characters a quarter of the terms must occur, and at least one; of a longer one a sixth of its 24 most repeated, and
at least two. In a long answer they must also recur, because an article on anything else has a "home" or a "健康" in it
somewhere, and neither terms nor subject words may all stand in one place there: a lecture on how to write such articles
names the subject once. Not judged: an answer in another script or language than the text, and no text.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from grimoire.checks.prose import prose, spoken
from grimoire.checks.reason import quote, result
from grimoire.ports import Exchange
from grimoire.scripts import base, function_words, main_script, weigh
from grimoire.verdict import CheckResult, Outcome

SHORT_TEXT = 60
LONG_ANSWER = 300
TERMS = 24
RECUR = 2
APART = 10
READ = 4_000

_WIDE_RUN = re.compile("[\u3005\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]{2,}")
_WORD = re.compile("[^\\W\\d_\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]{2,}")
_ADDRESS = re.compile(r"https?://(?:www\.)?|\.(?:com|org|net|html?)\b")
_STOP_CHARACTERS = set(
    "的了是我你您他她它们和与及或在有为对把被给让也就都还很这那个些吗呢吧啊之请想要能会可以到从用于将着过一"
)
_COMMON_PAIRS = (
    "如何 怎么 怎样 什么 文章 写作 介绍 关于 方法 中国 问题 内容 进行 提供 使用 需要 帮助 一篇 一份 计划 "
    "方案 分析 建议 生成 主题 标题 公司 产品 我们 以及 通过 重要 时间 工作 生活 人们 不同 没有 自己 因为 所以 "
    "但是 如果 就是 时候 帮我 学习 技巧"
)
_COMMON_WORDS = (
    "the and to of with are this be from you your not have can will their which has more they what how but about when "
    "these our its if into than been would should for is it that in on at by as an or we he she his her was were do "
    "does did me my us all any some no so up out one two there here just also very get got make made making write "
    "writing written article articles blog post posts essay text topic about guide tips best good great new top ways "
    "way things please help need want like using use used why who where give create creating list ideas idea step "
    "steps people between without through over under after before most many much other own same each every only day "
    "time work"
)
_STOP_PAIRS = frozenset(_COMMON_PAIRS.split())
_STOP_WORDS = frozenset(_COMMON_WORDS.split())
_SUFFIX = re.compile(r"(?:ings?|edly|ed|ers?|ies|es|ly|ment|s|y|e)$")


class OnSubject:
    """What the answer speaks of is what the input speaks of."""

    name = "on-subject"
    version = 1
    should = False

    def judge(self, exchange: Exchange) -> CheckResult:
        answer = spoken(exchange.answer.text)
        if exchange.subject:
            return result(self, *_named(answer, exchange.subject, exchange.text))
        if not exchange.text.strip():
            return result(self, "skipped", "there is no input, and the case names no subject")
        if why := _incomparable(answer, exchange):
            return result(self, "skipped", f"{why}, and the case names no subject")
        return result(self, *_derived(answer, exchange.text))


def _named(answer: str, subject: tuple[str, ...], text: str) -> tuple[Outcome, str]:
    folded = answer.casefold()
    found = [word for word in subject if word and word.casefold() in folded]
    if not found:
        return "failed", f"none of {', '.join(quote(word, 30) for word in subject[:4])} occurs"
    if _is_long(answer) and not _recurs([word.casefold() for word in found], folded, text):
        return "failed", f"{quote(found[0])} occurs in one place only of a long answer"
    return "passed", f"{quote(found[0])} occurs {folded.count(found[0].casefold())}×"


def _is_long(answer: str) -> bool:
    return weigh(prose(answer)).total() >= LONG_ANSWER


def _recurs(words: list[str], hay: str, text: str) -> bool:
    """Whether words stand in two places at least, farther apart than within a quotation of the user's text."""
    starts = [(hay.find(word), hay.rfind(word)) for word in words if word in hay]
    apart = min(max(len(text), APART), len(hay) // 3)
    return bool(starts) and max(last for _, last in starts) - min(first for first, _ in starts) > apart


def _incomparable(answer: str, exchange: Exchange) -> str:
    """Why terms of the text cannot be looked for in the answer; empty when they can."""
    asked, got = main_script(exchange.text[:READ]), main_script(prose(answer))
    if not asked or not got:
        return "the input or the answer has no words"
    if _family(asked) != _family(got):
        return f"the input is in {asked} script, the answer in {got}"
    if got == "Latin" and _foreign(answer, exchange):
        return "the input may not be in the answer's language"
    return ""


def _family(script: str) -> str:
    return "Han" if script == "kana" else script


def _latin(text: str) -> str:
    """The Latin language of a text by its function words; empty when there are fewer than three."""
    hits = function_words(text[:READ])
    best = max((code for code in hits if code), key=lambda code: hits[code], default="")
    return best if hits[best] > 2 else ""  # noqa: PLR2004  # two may be a title's


def _foreign(answer: str, exchange: Exchange) -> bool:
    """Whether two Latin texts may be in two languages. A short plain text shows none, and is taken for English."""
    given, spoken_in = _latin(exchange.text), _latin(answer) or base(exchange.answer_in)
    accented = any(char.isalpha() and not char.isascii() for char in exchange.text[:READ])
    return given != spoken_in if given else spoken_in != "en" or accented


def _derived(answer: str, text: str) -> tuple[Outcome, str]:
    terms, wanted = terms_of(text)
    if not terms:
        return "skipped", f"nothing in the input says what it is about: {quote(text)}"
    words = f" {' '.join(_WORD.findall(answer.casefold()))} " if any(term[0] == " " for term in terms) else ""
    forms = {term: _forms(term) for term in terms}
    counts = {term: sum(map((words if term[0] == " " else answer).count, forms[term])) for term in terms}
    found = [term for term in terms if counts[term]]
    total, long = sum(counts.values()), _is_long(answer)
    recur = RECUR if long else 1
    good = len(found) >= wanted and total >= recur
    if good and long:
        stems, pairs = ([f for t in found if (t[0] == " ") is stem for f in forms[t]] for stem in (True, False))
        good = _recurs(stems, words, text) or _recurs(pairs, answer, text)
    shown = ", ".join(term.strip() for term in (found or terms)[:5])
    reason = (
        f"{len(found)} of {len(terms)} terms of the input occur, {total}× in all (wanted {wanted}, {recur}×): {shown}"
    )
    return ("passed" if good else "failed"), reason


@lru_cache(maxsize=64)
def terms_of(text: str) -> tuple[tuple[str, ...], int]:
    """What a text is about, and how many of these an answer must hold. Stems of words begin with a space."""
    counts = Counter([*_pairs(text[:READ]), *_stems(text[:READ])])
    if len(text) <= SHORT_TEXT:
        terms = tuple(counts)
        return terms, max(1, -(-len(terms) // 4))
    terms = tuple(term for term, _ in counts.most_common(TERMS))
    return terms, max(min(2, len(terms)), len(terms) // 6)


def _pairs(text: str) -> list[str]:
    runs = _WIDE_RUN.findall(text)
    pairs = [run[i : i + 2] for run in runs for i in range(len(run) - 1)]
    return [pair for pair in pairs if pair not in _STOP_PAIRS and _STOP_CHARACTERS.isdisjoint(pair)]


def _stems(text: str) -> list[str]:
    words = _WORD.findall(_ADDRESS.sub(" ", text.casefold()))
    return [f" {_stem(word)}" for word in words if word not in _STOP_WORDS]


def _stem(word: str) -> str:
    """A word's beginning, for finding others of its family: "brewing" -> "brew", "солнечные" -> "солнеч"."""
    stem = _SUFFIX.sub("", word) if word.isascii() else word[: max(4, len(word) - 3)]
    return stem if len(stem) >= 3 else word  # noqa: PLR2004  # two letters begin too many other words


def _forms(term: str) -> tuple[str, ...]:
    """How a term is written: a stem stands at a word's beginning, one of three letters is the word or its plural."""
    if term[0] == " " and len(term) < 5:  # noqa: PLR2004  # a space and three letters
        return f"{term} ", f"{term}s "
    return (term,)
