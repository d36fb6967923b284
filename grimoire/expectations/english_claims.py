"""What English sentences of a prompt claim of the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grimoire.expectations.claims import NONE, ONE, SMALLEST_LENGTH, SOME, Bound, Claim, Kind
from grimoire.expectations.english import English, tells
from grimoire.expectations.english_amounts import Amount, amounts
from grimoire.expectations.english_orders import asks, commanding, commands, ordered
from grimoire.expectations.english_tables import table_claims
from grimoire.expectations.patterns import any_word, one_of
from grimoire.expectations.reading import EACH, Sentence
from grimoire.expression import Expression

_COUNTED: dict[str, Kind] = {
    "headings": "headings",
    "list_items": "list-items",
    "hashtags": "hashtags",
    "emoji": "emoji",
    "code_blocks": "code-blocks",
}
_MEASURED: dict[str, Kind] = {
    "words": "words",
    "characters": "characters",
    "sentences": "sentences",
    "paragraphs": "paragraphs",
}
_ITEMS = {"long", "short", "prose"}
_NOT_IN = {"headings", "hashtags", "emoji"}
"""Of these, `in 4 headings` says where something stands."""
FEWEST_IN_A_LIST = 4
"""Fewer reasons, examples and the like than this stand in running text as well as in a list."""
_DEMANDED = Expression(r"\b(?:with|under|use|using) (?:exactly )?(?:these|the following)\s*$", re.IGNORECASE)
_BEFORE_A_PART = Expression(
    r"\b(?:first|last|every|next|opening|initial|these|those|following|run of|the same|title|heading|headline|keyword"
    r"|subject line)s?\b[^,]{0,25}$|\b(?:for|by)\s*$",
    re.IGNORECASE,
)
_AFTER_A_PART = Expression(
    r"\s*(?:that|which|who|like|such|starting|beginning|ending|from the|of (?:encouragement|wisdom|advice)"
    r"|or (?:phrase|name)|in (?:bold|italics|capitals|caps|a row|succession)|at (?:a time|once)"
    r"|(?:in|for) (?:the |a )?(?:title|meta|headline|heading|subject|first|intro|description))\b",
    re.IGNORECASE,
)
_OF_SEVERAL = Expression(
    r"\s*(?:[\w%'’-]+,?\s+){0,7}?"
    + one_of("""
        articles | posts | essays | stories | emails | descriptions | summaries | titles | reviews | scripts
        | paragraphs | blogs
    """)
    + r"\b",
    re.IGNORECASE,
)
_LIMIT = Expression(r"\s*(?:count\s+)?(?:(limit|maximum|max|cap)|minimum|min)\b", re.IGNORECASE)
_OF_THE_WHOLE = Expression(r"(?:the|your|it|this|output|length)\b", re.IGNORECASE)
_IN_ONE_LINE = Expression(r"(?:keyword|hashtag|word|name|tag|synonym)s\b", re.IGNORECASE)
_RUN_TOGETHER = Expression(
    r"\b(?:in|on) (?:a |one )(?:single )?(?:line|sentence|paragraph|row)\b|\bin prose\b|\bas hashtags\b", re.IGNORECASE
)
_SEPARATED = Expression(r"\b(?:comma|semicolon)s?\b|\bseparated by\b", re.IGNORECASE)
_PREPOSITION = Expression(r"\W*(?:in|with|within|using|at|of)?\W*", re.IGNORECASE)
_MODAL = any_word(
    "should | must | shall | needs? to | has to | have to | will | ought to | is to be | are to be | to be"
)
_THE = Expression(r"\bthe\s*$", re.IGNORECASE)

_MENTIONED: dict[Kind, Expression] = {
    "emoji": Expression(
        r"\b(?:use|add|include|insert|incorporate|sprinkle|put|place|using|adding|including|with)\b[^.;:\n]{0,40}?\bemojis?\b",
        re.IGNORECASE,
    ),
    "list-items": Expression(
        r"\b(?:in|as|using|use|with|into) (?:an? )?(?:(?:clear|concise|short|simple|markdown) )?"
        r"(?:bullet(?:ed)?[- ]?points?|bullets|(?:bullet(?:ed)?|numbered|ordered|unordered|bullet[- ]point) lists?)\b",
        re.IGNORECASE,
    ),
    "code-blocks": Expression(
        r"\b(?:in|inside|within|into|as|using) (?:an? |one |a single )(?:[a-z]+ ){0,2}code[- ]?block\b", re.IGNORECASE
    ),
}
_NOT_BARE = any_word("no | not | without | avoid | than | most | own", r"|\d")
_JSON = Expression(
    r"\b(?:return|respond|reply|answer|output|format|give|provide|present|deliver)\b[^.;\n]{0,50}?"
    r"\b(?:(?:as|in|with|only|using|is|be)\s+)?(?:an? |one |the )?(?:single |valid |raw |strict |pure |well-formed )*"
    r"JSON(?! ?-?LD)(?:\s+(?:format|object|array|only|form|document|with|that|list|string))?",
    re.IGNORECASE,
)
_FOR_EACH = Expression(r"\W*(?:for|in) (?:each|every)", re.IGNORECASE)

_ABSENT = Expression(
    r"\b(?:(?:do not|don['’]t|never|avoid) (?:(?:use|using|include|including|add|adding|write|insert) )?(?:any )?|no "
    r"|without (?:any |using )?)(?P<things>[^.;:\n]{0,80})",
    re.IGNORECASE,
)
_THINGS: dict[Kind, Expression] = {
    "tables": any_word("tables?"),
    "headings": any_word("(?:sub-?)?headings?"),
    "list-items": any_word("bullet[- ]?points? | bullets | lists | bullet(?:ed)? lists? | numbered lists?"),
    "hashtags": any_word("hash-?tags?"),
    "emoji": any_word("emojis?"),
    "code-blocks": any_word("code[- ]?blocks?"),
}
_RESTRICTED = any_word(
    "in | inside | within | between | around | before | after | on | for | at | than | that | which | to",
    r"(?! (?:the|your) (?:answer|response|output|reply|text|post|article)\b)",
)
_NEGATIVE = Expression(r"(?:do not|don['’]t|never|avoid|no|without)\b", re.IGNORECASE)
_NUMEROUS = any_word("more | less | fewer | too | many | only | just | of", r"|\d")


def claims(sentences: Sequence[Sentence]) -> Iterator[Claim]:
    """All that the sentences claim."""
    everything = "\n".join(sentence.text for sentence in sentences)
    told: list[tuple[Sentence, list[Amount]]] = []
    for sentence in sentences:
        if tells(sentence):
            places = [place for place in amounts(sentence) if not (place.hedged or place.shared)]
            told.append((sentence, places))
            for place in places:
                yield from _amount(place)
            yield from _mentions(sentence)
            yield from _json(sentence)
            yield from _absences(sentence, everything)
    yield from table_claims(told)


def _amount(place: Amount) -> Iterator[Claim]:
    bound, kind = place.bound, place.kind
    if bound is None:
        return
    if kind in _COUNTED and _counts(place, bound):
        yield place.claim(_COUNTED[kind], bound)
    elif kind in _MEASURED and _measures(place, bound):
        yield place.claim(_MEASURED[kind], bound)
    elif kind in _ITEMS and _makes(place, bound):
        listed = _MENTIONED["list-items"].search(place.after)
        yield place.claim("list-items" if listed else "items", bound, long=kind == "long")
    elif kind == "list_of":
        yield place.claim("list-items", bound)
    elif kind == "word_count":
        yield place.claim("words", bound, scope="open")
    elif kind == "sized" and (size := _size(place, bound)):
        yield place.claim("words", size)
    elif kind == "listed" and not _IN_ONE_LINE.match(place.group("noun") + place.after):
        yield place.claim("items", bound)


def _counts(place: Amount, bound: Bound) -> bool:
    """Whether so many headings, hashtags and the like are asked for."""
    kind = place.kind
    given = place.subset and not (kind == "headings" and _DEMANDED.search(place.before))
    return not given and not (kind in _NOT_IN and place.placed) and (kind, bound) != ("headings", ONE)


def _measures(place: Amount, bound: Bound) -> bool:
    """Whether a length is that of the answer or of a large part of it."""
    part = _BEFORE_A_PART.search(place.before) or _AFTER_A_PART.match(place.after)
    if part or place.subset or place.in_one_language or not _demanded(place):
        return False
    if place.kind == "paragraphs" and _THE.search(place.before):
        return False
    large = place.kind in {"sentences", "paragraphs"} or _number(bound) >= SMALLEST_LENGTH
    return large or place.scope == "whole"


def _demanded(place: Amount) -> bool:
    """Whether a length is wanted, and not told of something: `Users post 500 words or more`."""
    prefix, sentence = place.prefix, place.sentence
    bare = sentence.listed or place.aside or place.label or _PREPOSITION.fullmatch(prefix)
    return bool(bare or place.scope != "part" or _MODAL.search(prefix) or commands(prefix) or asks(prefix))


def _size(place: Amount, bound: Bound) -> Bound | None:
    """The bound of `a 2,000-word article` and of `a 500-word limit`; None for `500-word articles`."""
    rest = place.sentence.text[place.end : place.end + 80]
    if place.group("plural") or _OF_SEVERAL.match(rest) or _number(bound) < SMALLEST_LENGTH:
        return None
    if limit := _LIMIT.match(rest):
        return Bound(high=bound.high) if limit[1] else Bound(low=bound.low)
    asked = ordered(place.sentence.text, place.start) or _OF_THE_WHOLE.match(place.sentence.text)
    return bound if asked else None


def _makes(place: Amount, bound: Bound) -> bool:
    """Whether so many things are to be made, and are no part of what is told about."""
    prose = place.kind == "prose"
    if place.subset or (bound.low or 0) <= 1 or (prose and (bound.low or 0) < FEWEST_IN_A_LIST):
        return False
    sentence = place.sentence
    if _RUN_TOGETHER.search(place.after) or _SEPARATED.search(sentence.text, place.end):
        return False
    if ordered(sentence.text, place.start, listing=prose):
        return True
    opens_an_item = sentence.listed and sentence.lead and not place.prefix.strip()
    lead = sentence.lead.rstrip(" :：")
    return bool(opens_an_item) and not prose and ordered(lead, len(lead))


def _number(bound: Bound) -> int:
    return bound.low or bound.high or 0


def _mentions(sentence: Sentence) -> Iterator[Claim]:
    """What is asked for without a number."""
    for kind, pattern in _MENTIONED.items():
        for match in pattern.finditer(sentence.text):
            place = English(sentence, *match.span())
            # An emoji for each of several parts is one for the answer, too.
            fits = kind == "emoji" or not place.shared
            if fits and not (_NOT_BARE.search(match[0]) or place.negated or place.hedged):
                yield place.claim(kind, SOME)


def _json(sentence: Sentence) -> Iterator[Claim]:
    for match in _JSON.finditer(sentence.text):
        place = English(sentence, *match.span())
        several = sentence.each or EACH.search(match[0] + place.after) or _FOR_EACH.match(sentence.text)
        doubtful = place.hedged or several or place.negated or re.search(r"\bor\b", match[0])
        if commanding(sentence.text, match.start()) and not doubtful:
            yield place.claim("json", SOME)


def _absences(sentence: Sentence, everything: str) -> Iterator[Claim]:
    """What the answer must not have, where nothing else is said of it."""
    for match in _ABSENT.finditer(sentence.text):
        place, things = English(sentence, *match.span()), match["things"]
        of_a_part = sentence.each or place.scope == "part" or not _of_the_answer(place)
        if of_a_part or _NUMEROUS.search(things) or _RESTRICTED.search(things):
            continue
        for kind, pattern in _THINGS.items():
            thing = pattern.search(things)
            if thing and len(pattern.findall(everything)) == 1:
                yield place.claim(kind, NONE, scope="whole", end=match.start("things") + thing.end())


def _of_the_answer(place: English) -> bool:
    """Whether what is absent is so from the answer: `No lists.`, but not `then the text itself, without lists`."""
    if place.text.casefold().startswith("without"):
        return not place.sentence.listed and ordered(place.sentence.text, place.start)
    return not place.sentence.listed or not place.prefix.strip() or bool(_NEGATIVE.match(place.sentence.text))
