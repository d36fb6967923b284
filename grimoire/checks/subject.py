"""Standing check: the answer is about what the user asked about.

The case's `subject` words decide where it has any: one must occur. Otherwise the user's text gives the terms
(`subject_terms`). Of a text of up to 60 characters a quarter must occur and at least one, or, since stories say 林姑娘
and 柳树 for 林黛玉 and 垂杨柳, a quarter of its characters that are not in every text, and at least two; of a longer
text an eighth of its 24 most repeated terms, and at least two.

That terms are missing tells little where they are few and the answer is short: a poem about autumn, a plan for a week,
a table, a story need not say what they are about. So it counts only in answers of 200 words (320 Chinese characters)
for a text of up to four words, 120 for one of up to seven, 60 for a longer one, where each of the rarer characters
beyond four counts for a word, since names have no synonyms; and only with five words a line at least, since lists of
names and plans have short lines. Below that one term is enough, and none is no verdict, but for a text of 24 terms:
none of so many is a hint at any length.

In an answer of 250 words (400 Chinese characters), or 200 where the case names the subject, they must also recur in
another place, because an article on anything else has a "home" or a "健康" in it somewhere, and a lecture on how to
write such articles names the subject once. There a third of the text's rarer characters and at least three are wanted,
each of them twice; and of these one that stands twice and another that stands once, apart from the one place, recur.

An answer is about the prompt's own example (`subject_example`) where the example's terms occur three times and once in
50 words, and what is the user's alone does not occur, or in one place only. In another language than the user's text
this is all that can be told: there the example must also have the most frequent term of the answer.

Not judged is an answer without a user's text, or to one that has no terms, or that is in another script or language. No
dictionary bridges languages, and pinyin would only find names again, never show that one is missing, since 林 begins
林黛玉 and 林间小屋 alike.
"""

from __future__ import annotations

import msgspec

from grimoire.checks.prose import prose, spoken
from grimoire.checks.reason import quote, result
from grimoire.checks.subject_example import examples
from grimoire.checks.subject_terms import READ, TERMS, Found, Terms, find, foldable, frequent, terms_of
from grimoire.ports import Exchange
from grimoire.scripts import base, function_words, main_script, weigh
from grimoire.verdict import CheckResult, Outcome

HAN_PER_WORD = 1.6
LONG_ANSWER = 250
LONG_FOR_NAMED = 200
TELLING = ((4, 200), (7, 120), (1_000, 60))
"""Up to how many words of the user's text, and in how long an answer it tells something that they are missing."""
NAMELESS = 4
"""How many of the rarer characters a text may have without being taken to hold a name."""
WORDS_A_LINE = 5
APART = 10
CLEAR_COUNT = 3
WORDS_PER_COUNT = 50


class OnSubject:
    """What the answer speaks of is what the input speaks of."""

    name = "on-subject"
    version = 2
    should = False

    def judge(self, exchange: Exchange) -> CheckResult:
        answer = spoken(exchange.answer.text)
        folded = foldable(answer)
        if exchange.subject:
            return result(self, *_named(answer, folded, exchange))
        if not exchange.text.strip():
            return result(self, "skipped", "there is no input, and the case names no subject")
        if why := _incomparable(answer, exchange):
            if stolen := _example_elsewhere(answer, folded, exchange):
                return result(self, "failed", stolen)
            return result(self, "skipped", f"{why}, and the case names no subject")
        outcome, reason, weak = _derived(answer, folded, exchange)
        found = result(self, outcome, reason)
        return msgspec.structs.replace(found, should=True) if weak else found


def _named(answer: str, folded: str, exchange: Exchange) -> tuple[Outcome, str]:
    """By the words the case names."""
    words = [word for word in exchange.subject if word.strip()]
    places = {word: find(foldable(word), folded) for word in words}
    found = [word for word in words if places[word].times]
    if not found:
        return "failed", f"none of {', '.join(quote(word, 30) for word in exchange.subject[:4])} occurs"
    text = exchange.text
    if _size(answer) >= LONG_FOR_NAMED and not _recurs([places[word] for word in found], folded, text):
        named = terms_of(" ".join(words))
        if not _recurs_loosely(named.characters + terms_of(text).characters, [places[word] for word in found], folded):
            return "failed", f"{quote(found[0])} occurs in one place only of a long answer"
    return "passed", f"{quote(found[0])} occurs {places[found[0]].times}×"


def _size(answer: str) -> float:
    """How long an answer's prose is, in words; Chinese characters as so many words as say as much."""
    weights = weigh(prose(answer))
    wide = weights["Han"] + weights["kana"] + weights["Hangul"]
    return weights.total() - wide + wide / HAN_PER_WORD


def _recurs(places: list[Found], folded: str, text: str) -> bool:
    """Whether terms stand in two places at least, farther apart than within a quotation of the user's text."""
    if not places:
        return False
    apart = min(max(len(text), APART), len(folded) // 3)
    return max(place.last for place in places) - min(place.first for place in places) > apart


def _recurs_loosely(characters: str, places: list[Found], folded: str) -> bool:
    """Whether, apart from the one place of the terms, one of the text's characters occurs twice and another once."""
    start, end = min(place.first for place in places), max(place.last for place in places)
    rest = folded[: max(0, start - APART)] + "\n" + folded[end + APART :]
    counts = sorted((rest.count(char) for char in characters), reverse=True)
    return len(counts) > 1 and counts[0] > 1 and counts[1] > 0


def _incomparable(answer: str, exchange: Exchange) -> str:
    """Why terms of the text cannot be looked for in the answer; empty when they can."""
    asked, got = main_script(exchange.text[:READ]), main_script(prose(answer))
    if not asked or not got:
        return "the input or the answer has no words"
    if _family(asked, exchange.text[:READ]) != _family(got, prose(answer)):
        return f"the input is in {asked} script, the answer in {got}"
    if got == "Latin" and _foreign(prose(answer), exchange):
        return "the input may not be in the answer's language"
    return ""


def _family(script: str, text: str) -> str:
    """The script, Japanese as such where a text has kana among its Han characters."""
    return "kana" if script == "Han" and weigh(text)["kana"] * 10 > weigh(text)["Han"] else script


def _latin(text: str) -> str:
    """The Latin language of a text by its function words; empty when there are fewer than three."""
    hits = function_words(text)
    best = max((code for code in hits if code), key=lambda code: hits[code], default="")
    return best if hits[best] > 2 else ""  # noqa: PLR2004  # two may be a title's


def _foreign(answer: str, exchange: Exchange) -> bool:
    """Whether two Latin texts may be in two languages. A short plain text shows none, and is taken for English."""
    given, spoken_in = _latin(exchange.text[:READ]), _latin(answer) or base(exchange.answer_in)
    start = exchange.text[:READ]
    accented = not start.isascii() and any(char.isalpha() and not char.isascii() for char in start)
    return given != spoken_in if given else spoken_in != "en" or accented


def _derived(answer: str, folded: str, exchange: Exchange) -> tuple[Outcome, str, bool]:
    """By the terms of the user's text; and whether that is no more than a hint."""
    terms = terms_of(exchange.text)
    if not terms.terms:
        return "skipped", f"nothing in the input says what it is about: {quote(exchange.text)}", False
    places = {term: find(term, folded) for term in terms.terms}
    size = _size(answer)
    if stolen := _example(places, folded, exchange, size):
        return "failed", stolen, False
    found = [term for term in terms.terms if places[term].times]
    shown = ", ".join(term.strip() for term in (found or terms.terms)[:5])
    total = sum(place.times for place in places.values())
    counted = f"{len(found)} of {len(terms.terms)} terms of the input occur, {total}× in all: {shown}"
    if not _occurs(terms, found, folded, size):
        nothing = not found and not any(char in folded for char in terms.characters)
        if (nothing and len(terms.terms) >= TERMS) or _tells(terms, answer, size):
            return "failed", f"{counted} (wanted {terms.wanted})", bool(found) or size < LONG_ANSWER
        return ("passed" if found else "skipped"), f"too little text to tell more; {counted}", False
    if size >= LONG_ANSWER and not _stays(terms, [places[term] for term in found], folded, exchange.text):
        return "failed", f"{counted}, in one place of a long answer", True
    return "passed", counted, False


def _occurs(terms: Terms, found: list[str], folded: str, size: float) -> bool:
    """Whether enough of the text's terms are in the answer, or of its rarer characters."""
    if len(found) >= terms.wanted:
        return True
    if size < LONG_ANSWER:
        rare = sum(char in folded for char in terms.characters)
        least = 1 if found or len(terms.characters) == 1 else 2
        return rare >= max(least, len(terms.characters) / 4)
    often = sum(folded.count(char) > 1 for char in terms.characters)
    return often >= max(CLEAR_COUNT, len(terms.characters) / 3)


def _tells(terms: Terms, answer: str, size: float) -> bool:
    """Whether an answer is so long that the text's terms would be in it."""
    words = sum(1.0 if term[0] == " " else 0.5 for term in terms.terms) + max(0, len(terms.characters) - NAMELESS)
    lines = sum(1 for line in prose(answer).split("\n") if line.strip())
    return size >= next(least for most, least in TELLING if words <= most) and size >= WORDS_A_LINE * lines


def _stays(terms: Terms, found: list[Found], folded: str, text: str) -> bool:
    """Whether a long answer comes back to the subject."""
    if not found or _recurs(found, folded, text):
        return True
    return _recurs_loosely(terms.characters, found, folded)


def _example(places: dict[str, Found], folded: str, exchange: Exchange, size: float) -> str:
    """Why the answer is about an example of the prompt instead of the user's text; empty when it is not."""
    for phrase, terms in examples(exchange.incantation, exchange.text):
        count = sum(find(term, folded).times for term in terms)
        if count < max(CLEAR_COUNT, size / WORDS_PER_COUNT):
            continue
        shared = terms_of(phrase).terms
        own = [place for term, place in places.items() if place.times and term not in shared]
        if count > sum(place.times for place in own) and not _recurs(own, folded, exchange.text):
            return f"it is about the prompt's own example {quote(phrase)}, whose terms occur {count}×"
    return ""


def _example_elsewhere(answer: str, folded: str, exchange: Exchange) -> str:
    """The same where the answer is not in the language of the user's text."""
    if any(find(term, folded).times for term in terms_of(exchange.text).terms):
        return ""
    for phrase, terms in examples(exchange.incantation, exchange.text):
        counts = [find(term, folded).times for term in terms]
        often = sum(counts) >= max(CLEAR_COUNT, _size(answer) / WORDS_PER_COUNT)
        if often and sum(map(bool, counts)) > 1 and frequent(foldable(prose(answer))) in terms:
            return f"it is about the prompt's own example {quote(phrase)}, whose terms occur {sum(counts)}×"
    return ""
