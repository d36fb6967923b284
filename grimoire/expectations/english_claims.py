"""What English sentences of a prompt claim of the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from grimoire.expectations.claims import NONE, ONE, SMALLEST_LENGTH, SOME, Bound, Claim, Kind
from grimoire.expectations.english import ADJECTIVES, AFTER, AMOUNT, English, counting, find, tells
from grimoire.expectations.english_orders import commanding, ordered
from grimoire.expectations.english_tables import table_claims
from grimoire.expectations.numerals import value
from grimoire.expectations.patterns import any_word, one_of
from grimoire.expectations.reading import EACH, Sentence

_COUNTED: dict[Kind, re.Pattern[str]] = {
    "headings": counting(
        r"(?:sub[- ]?)?headings?(?:,? and (?:sub[- ]?)headings?)?|H[1-6]s|H[1-6] (?:tags?|(?:sub)?sections?|headers?)"
        r"|subheads"
    ),
    "list-items": counting(
        r"bullet(?:ed)?[- ]?(?:list )?(?:points?|items?)|bullets|list items|numbered (?:list )?(?:items|points)"
    ),
    "hashtags": counting(r"hash[- ]?tags?"),
    "emoji": counting(r"emojis?|emoticons?"),
    "code-blocks": counting(r"code[- ]?blocks?|code snippets"),
}
_NOT_IN = {"headings", "hashtags", "emoji"}
"""Of these, `in 4 headings` says where something stands."""
_DEMANDED = re.compile(r"\b(?:with|under|use|using) (?:exactly )?(?:these|the following)\s*$", re.IGNORECASE)
_LIST_OF = re.compile(
    r"\b(?:numbered|bullet(?:ed|-point)?|ordered|unordered) list (?:of|with|containing) "
    rf"{AMOUNT}(?P<noun>\s|$){AFTER}",
    re.IGNORECASE,
)
_LISTED_ALREADY = re.compile(
    r"\b(?:numbered|bullet\S*|ordered|unordered) list (?:of|with|containing)\s+\S{0,12}\s*$", re.IGNORECASE
)

_LENGTHS: dict[Kind, str] = {
    "words": "words",
    "characters": "characters|chars|character(?= (?:max|limit|min))",
    "sentences": "sentences?",
    "paragraphs": "paragraphs?",
}
_MEASURED = {
    kind: re.compile(
        rf"{AMOUNT}[\s-]+(?:total )?(?P<noun>{noun})\b(?:\s+(?:long|in (?:length|total)))?{AFTER}", re.IGNORECASE
    )
    for kind, noun in _LENGTHS.items()
}
_WORD_COUNT = re.compile(
    rf"\b(?:word count|number of words)\s*(?:is|of|should be|must be|:|=)?\s*{AMOUNT}(?P<noun>\s*words)?{AFTER}",
    re.IGNORECASE,
)
_BEFORE_A_PART = re.compile(
    r"\b(?:first|last|every|next|opening|initial|these|those|following|run of|the same|title|heading|headline|keyword"
    r"|subject line)s?\b[^,]{0,25}$|\bfor\s*$",
    re.IGNORECASE,
)
_AFTER_A_PART = re.compile(
    r"\s*(?:that|which|who|like|such|starting|beginning|ending|from the|of (?:encouragement|wisdom|advice)"
    r"|or (?:phrase|name)|in (?:bold|italics|capitals|caps)"
    r"|(?:in|for) (?:the |a )?(?:title|meta|headline|heading|subject|first|intro|description))\b",
    re.IGNORECASE,
)
_SIZED = re.compile(
    rf"\b(?:an?|one|single) (?:[\w'’%-]+,?\s+){{0,4}}?(?P<size>(?:{AMOUNT})[- ]word)\b(?P<post>)(?P<noun>s?)"
    r"(?=(?P<rest>[^.;:]{0,80}))",
    re.IGNORECASE,
)
_OF_SEVERAL = re.compile(
    r"\s*(?:[\w%'’-]+,?\s+){0,7}?"
    + one_of("""
        articles | posts | essays | stories | emails | descriptions | summaries | titles | reviews | scripts
        | paragraphs | blogs
    """)
    + r"\b",
    re.IGNORECASE,
)
_LIMIT = re.compile(r"\s*(?:count\s+)?(?:(limit|maximum|max|cap)|minimum|min)\b", re.IGNORECASE)
_OF_THE_WHOLE = re.compile(r"(?:the|your|it|this|output|length)\b", re.IGNORECASE)

_SHORT = one_of("""
    titles | headlines | tips | ideas | questions | faqs? | q&as? | names | slogans | taglines | hooks | subject lines
    | variations | versions | options | alternatives | suggestions | topics | steps | sections | chapters | modules
    | lessons | slides | scenes | episodes | jokes | riddles | prompts | flashcards | objectives | outcomes | angles
    | concepts | recommendations | strategies | action items | takeaways | key points | items | entries | exercises
    | activities | challenges | use cases
""")
_LONG = one_of("""
    posts | tweets | captions | emails | messages | ads | advertisements | stories | poems | scripts | descriptions
    | reviews | comments | replies | recipes | paragraphs | summaries | articles | letters | bios | testimonials
    | dialogues | quotes | threads | scenarios
""")
# In an essay these may stand in running text; they are a list where a list of them is what is asked for.
_PROSE = one_of("""
    examples | reasons | benefits | facts | arguments | advantages | disadvantages | pros | cons | features | mistakes
    | ways | methods | techniques | problems | solutions | resources | tools
""")
FEWEST_IN_A_LIST = 4
"""Fewer reasons, examples and the like than this stand in running text as well as in a list."""
_ITEMS = re.compile(
    rf"{AMOUNT}[\s-]+{ADJECTIVES}(?:(?P<long>{_LONG})|(?P<prose>{_PROSE})|(?P<noun>{_SHORT}))\b{AFTER}", re.IGNORECASE
)
_LISTING = re.compile(
    r"^\W*(?:please\s+)?list (?:me |out |down )?(?:the )?(?:top |best |main |most important )?"
    rf"{AMOUNT}(?P<noun>\s+(?!of\b)[a-z-]+)(?P<rest>){AFTER}",
    re.IGNORECASE,
)
_IN_ONE_LINE = re.compile(r"\s*(?:keyword|hashtag|word|name|tag|synonym)s\b", re.IGNORECASE)

_MENTIONED: dict[Kind, re.Pattern[str]] = {
    "emoji": re.compile(
        r"\b(?:use|add|include|insert|incorporate|sprinkle|put|place|using|adding|including|with)\b[^.;:\n]{0,40}?\bemojis?\b",
        re.IGNORECASE,
    ),
    "list-items": re.compile(
        r"\b(?:in|as|using|use|with|into) (?:an? )?(?:(?:clear|concise|short|simple|markdown) )?"
        r"(?:bullet(?:ed)?[- ]?points?|bullets|(?:bullet(?:ed)?|numbered|ordered|unordered|bullet[- ]point) lists?)\b",
        re.IGNORECASE,
    ),
    "code-blocks": re.compile(
        r"\b(?:in|inside|within|into|as|using) (?:an? |one |a single )(?:[a-z]+ ){0,2}code[- ]?block\b", re.IGNORECASE
    ),
}
_NOT_BARE = any_word("no | not | without | avoid | than | most | own", r"|\d")
_JSON = re.compile(
    r"\b(?:return|respond|reply|answer|output|format|give|provide|present|deliver)\b[^.;\n]{0,50}?"
    r"\b(?:(?:as|in|with|only|using|is|be)\s+)?(?:an? |one |the )?(?:single |valid |raw |strict |pure |well-formed )*"
    r"JSON(?! ?-?LD)(?:\s+(?:format|object|array|only|form|document|with|that|list|string))?",
    re.IGNORECASE,
)
_FOR_EACH = re.compile(r"\W*(?:for|in) (?:each|every)", re.IGNORECASE)

_ABSENT = re.compile(
    r"\b(?:(?:do not|don['’]t|never|avoid) (?:(?:use|using|include|including|add|adding|write|insert) )?(?:any )?|no "
    r"|without (?:any |using )?)(?P<things>[^.;:\n]{0,80})",
    re.IGNORECASE,
)
_THINGS: dict[Kind, re.Pattern[str]] = {
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
_NUMEROUS = any_word("more | less | fewer | too | many | only | just | of", r"|\d")


def claims(sentences: Sequence[Sentence]) -> Iterator[Claim]:
    """All that the sentences claim."""
    told = [sentence for sentence in sentences if tells(sentence)]
    everything = "\n".join(sentence.text for sentence in sentences)
    for sentence in told:
        yield from _counts(sentence)
        yield from _lengths(sentence)
        yield from _sizes(sentence)
        yield from _items(sentence)
        yield from _mentions(sentence)
        yield from _json(sentence)
        yield from _absences(sentence, everything)
    yield from table_claims(told)


def _counts(sentence: Sentence) -> Iterator[Claim]:
    for kind, pattern in _COUNTED.items():
        for place in find(pattern, sentence):
            bound = place.bound
            given = place.subset and not (kind == "headings" and _DEMANDED.search(place.before))
            if bound and not given and not (kind in _NOT_IN and place.placed) and (kind, bound) != ("headings", ONE):
                yield place.claim(kind, bound)
    for place in find(_LIST_OF, sentence):
        if place.bound and not re.match(r"(?:[\w-]+ ){0,2}(?:words|characters|sentences)", place.after):
            yield place.claim("list-items", place.bound)


def _lengths(sentence: Sentence) -> Iterator[Claim]:
    for kind, pattern in _MEASURED.items():
        for place in find(pattern, sentence):
            bound = place.bound
            part = _BEFORE_A_PART.search(place.before) or _AFTER_A_PART.match(place.after)
            if bound is None or part or place.subset or place.in_one_language:
                continue
            if kind in {"sentences", "paragraphs"} or _size(bound) >= SMALLEST_LENGTH or place.scope == "whole":
                yield place.claim(kind, bound)
    for place in find(_WORD_COUNT, sentence):
        if place.bound:
            yield place.claim("words", place.bound, scope="open")


def _sizes(sentence: Sentence) -> Iterator[Claim]:
    """`a 2,000-word article`, `a 500-word limit`."""
    for place in find(_SIZED, sentence):
        bound, rest = place.bound, place.group("rest")
        limit = _LIMIT.match(rest)
        if bound is None or place.group("noun") or _OF_SEVERAL.match(rest) or _size(bound) < SMALLEST_LENGTH:
            continue
        if limit:
            bound = Bound(high=bound.high) if limit[1] else Bound(low=bound.low)
        elif not (ordered(sentence.text, place.match.start()) or _OF_THE_WHOLE.match(sentence.text)):
            continue
        first, end = place.match.span("size")
        claim = place.claim("words", bound, end=end)
        yield msgspec.structs.replace(claim, start=sentence.start + first)


def _size(bound: Bound) -> int:
    return bound.low or bound.high or 0


def _items(sentence: Sentence) -> Iterator[Claim]:
    for place in find(_ITEMS, sentence):
        bound, prose = place.bound, bool(place.group("prose"))
        few = prose and (value(place.group("a1") or place.group("a2")) or 0) < FEWEST_IN_A_LIST
        if not bound or few or place.subset or _LISTED_ALREADY.search(place.prefix):
            continue
        if (bound.low or 0) > 1 and _asked(sentence, place, listing=prose):
            listed = _MENTIONED["list-items"].search(place.after)
            yield place.claim("list-items" if listed else "items", bound)
    for place in find(_LISTING, sentence):
        if place.bound and not _IN_ONE_LINE.match(place.group("noun") + place.after):
            yield place.claim("items", place.bound)


def _asked(sentence: Sentence, place: English, *, listing: bool) -> bool:
    """Whether things are to be made, and are no part of what is told about."""
    if ordered(sentence.text, place.match.start(), listing=listing):
        return True
    opens_an_item = sentence.listed and sentence.lead and not place.prefix.strip()
    lead = sentence.lead.rstrip(" :：")
    return bool(opens_an_item) and not listing and ordered(lead, len(lead))


def _mentions(sentence: Sentence) -> Iterator[Claim]:
    """What is asked for without a number."""
    for kind, pattern in _MENTIONED.items():
        for match in pattern.finditer(sentence.text):
            place = English(sentence, match)
            # An emoji for each of several parts is one for the answer, too.
            fits = kind == "emoji" or not place.shared
            if fits and not (_NOT_BARE.search(match[0]) or place.negated or place.hedged):
                yield place.claim(kind, SOME)


def _json(sentence: Sentence) -> Iterator[Claim]:
    for match in _JSON.finditer(sentence.text):
        place = English(sentence, match)
        several = sentence.each or EACH.search(match[0] + place.after) or _FOR_EACH.match(sentence.text)
        if commanding(sentence.text, match.start()) and not (place.hedged or several or place.negated):
            yield place.claim("json", SOME)


def _absences(sentence: Sentence, everything: str) -> Iterator[Claim]:
    """What the answer must not have, where nothing else is said of it."""
    for match in _ABSENT.finditer(sentence.text):
        place, things = English(sentence, match), match["things"]
        if sentence.each or place.scope == "part" or _NUMEROUS.search(things) or _RESTRICTED.search(things):
            continue
        for kind, pattern in _THINGS.items():
            thing = pattern.search(things)
            if thing and len(pattern.findall(everything)) == 1:
                yield place.claim(kind, NONE, scope="whole", end=match.start("things") + thing.end())
