"""The grammar of amounts in English: a number with its bound, and what it counts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grimoire.expectations.claims import Bound
from grimoire.expectations.english import English
from grimoire.expectations.numerals import ENGLISH as NUMBER
from grimoire.expectations.numerals import ENGLISH_END as END
from grimoire.expectations.numerals import value
from grimoire.expectations.patterns import named, one_of
from grimoire.expectations.reading import Sentence
from grimoire.expression import Expression

_MEASURE = r"(?: (?:length|word count|number|count|total))?(?: of| is)?:?"
_LEAST = one_of(rf"""
    at least | (?:no|not) (?:fewer|less|shorter) than | (?:an? |the )?(?:absolute )?minimum{_MEASURE} | min\.?
    | (?:or |and )?more than | longer than | over | above | upwards of | exceed(?:s|ing)?
""")
_MOST = one_of(rf"""
    at most | (?:no|not) (?:more|longer|greater) than | not (?:to )?exceed(?:ing)? | up to
    | (?:an? |the )?(?:absolute )?max(?:imum)?\.?{_MEASURE} | (?:fewer|less|shorter) than | under | below | within
    | (?:limit|keep|restrict)(?:ed|ing)? (?:(?:it|this|yourself|your \w+|the \w+) )?to
""")
_EXACT = one_of("exactly | precisely | only | just")
_ABOUT = one_of(
    r"about | around | approximately | approx\.? | roughly | circa | some | nearly | almost | close to | ~ | ≈"
)
_TO = r"\s*(?:-|–|—|~|to|or)\s*"
_AMOUNTS = (
    rf"(?:(?P<pre>(?:\b(?:{_LEAST}|{_MOST}|{_EXACT}|{_ABOUT})|[~≈]))\s*(?:a total of\s+)?(?:the\s+)?)?"
    rf"(?:between\s+(?P<a1>{NUMBER})(?:\s+and\s+|{_TO})(?P<b1>{END})"
    rf"|(?:from\s+)?(?P<a2>{NUMBER})(?:{_TO}(?P<b2>{END}))?(?P<plus>\s?\+)?)"
    rf"(?:\s*\(\s*{NUMBER}\s*\))?(?P<more>\s+or (?:more|fewer|less))?"
)
"""A number or range with what stands around it: `at least 5`, `between 3 and 5`, `10+`."""
_AMOUNT = Expression(_AMOUNTS, re.IGNORECASE)
_AFTER = (
    r"(?P<post>,?\s*(?:or (?:more|longer|fewer|less|shorter|so)|at least|at most|minimum|maximum|min|max|tops)\b"
    r"(?!\.?:?\s*(?:of\s+)?\d)|\s*\((?:at least|minimum|min\.?|at most|maximum|max\.?)\))?"
)
"""The bound where it stands behind: `5 or more`, `60 characters max`."""
_NO_ADJECTIVE = one_of("""
    with | of | in | for | to | that | who | which | whose | about | on | from | by | at | as | is | are | was | the
    | a | an | this | these | those | or | per | each | every | if | and | year | day | week | month | hour | minute
    | second | time | star | step | page | part | level | point | word | words | character | percent | dollar | inch
    | people | person | men | women | children
""")
# Between a number and what it counts stand adjectives, and no other thing that it could count.
ADJECTIVES = (
    rf"(?:(?!{_NO_ADJECTIVE}(?![\w-])|(?!(?:news|sales|sports|ads|facebook)\b)[a-z]{{2,}}[^suia\W]s\b)"
    r"[a-z][\w'’/-]*,?(?:\s+and)?\s+){0,4}?"
)
_MEASURES = {
    "words": "words",
    "characters": "characters|chars|character(?= (?:max|limit|min))",
    "sentences": "sentences?",
    "paragraphs": "paragraphs?",
}
_THINGS = {
    "headings": (
        r"(?:sub[- ]?)?headings(?:,? and (?:sub[- ]?)headings)?|subheads"
        r"|H[1-6]s|H[1-6] (?:tags|(?:sub)?sections|headers)"
    ),
    "list_items": (
        r"bullet(?:ed)?[- ]?(?:list )?(?:points|items)|bullets|list items|numbered (?:list )?(?:items|points)"
    ),
    "hashtags": r"hash[- ]?tags",
    "emoji": "emojis?|emoticons",
    "code_blocks": "code[- ]?blocks?|code snippets",
    "tables": "tables?(?! (?:of contents|tennis|saw|manners|salt|lamp|top|talk|reservation|name|schema))",
    "columns": "columns",
    "rows": "(?:table |body |data )?rows",
    "long": one_of("""
        posts | tweets | captions | emails | messages | ads | advertisements | stories | poems | scripts
        | descriptions | reviews | comments | replies | recipes | paragraphs | summaries | articles | letters | bios
        | testimonials | dialogues | quotes | threads | scenarios
    """),
    # In an essay these may stand in running text; they are a list where a list of them is what is asked for.
    "prose": one_of("""
        examples | reasons | benefits | facts | arguments | advantages | disadvantages | pros | cons | features
        | mistakes | ways | methods | techniques | problems | solutions | resources | tools
    """),
    "short": one_of("""
        titles | headlines | tips | ideas | questions | faqs? | q&as? | names | slogans | taglines | hooks
        | subject lines | variations | versions | options | alternatives | suggestions | topics | steps | sections
        | chapters | modules | lessons | slides | scenes | episodes | jokes | riddles | prompts | flashcards
        | objectives | outcomes | angles | concepts | recommendations | strategies | action items | takeaways
        | key points | items | entries | exercises | activities | challenges | use cases
    """),
}
_THING = Expression(
    r"[\s-]+(?:(?:total )?"
    + named(_MEASURES)
    + r"\b(?:\s+(?:long|in (?:length|total)))?|"
    + ADJECTIVES
    + named(_THINGS)
    + rf"\b){_AFTER}",
    re.IGNORECASE,
)

_LIST_OF = Expression(
    r"\b(?:numbered|bullet(?:ed|-point)?|ordered|unordered) list (?:of|with|containing) $", re.IGNORECASE
)
_WORD_COUNT = Expression(r"\b(?:word count|number of words)\s*(?:is|of|should be|must be|:|=)?\s*$", re.IGNORECASE)
_SIZED = Expression(r"[- ]word\b(?P<plural>s?)(?P<post>)", re.IGNORECASE)
_A = Expression(r"\b(?:an?|one|single) (?:[\w'’%-]+,?\s+){0,4}?$", re.IGNORECASE)
_LISTING = Expression(
    r"\W*(?:please\s+)?list (?:me |out |down )?(?:the )?(?:top |best |main |most important )?$", re.IGNORECASE
)
_NOUN = Expression(rf"\s+(?!of\b)(?P<noun>[a-z-]+){_AFTER}", re.IGNORECASE)


class Amount(English):
    """So many of something. `kind` says of what: the name of a group of `_MEASURES` or `_THINGS`, or how it is said."""

    def __init__(
        self, sentence: Sentence, start: int, amount: re.Match[str], noun: re.Match[str] | None, kind: str
    ) -> None:
        groups = amount.groupdict() | (noun.groupdict() if noun else {})
        super().__init__(sentence, start, noun.end() if noun else amount.end(), groups)
        self.kind = kind

    @property
    def bound(self) -> Bound | None:
        """The bound the words give; None where they give none that can be trusted."""
        return _bound(self)


def amounts(sentence: Sentence) -> Iterator[Amount]:
    """Each amount of something that is known, in its order.

    Kinds that are no group: `list_of` (`a numbered list of 12`), `word_count` (`word count: 900`), `sized` (`a 900-word
    essay`) and `listed` (`List 8 mistakes`), where what is listed is any noun.
    """
    text = sentence.text
    for amount in _AMOUNT.finditer(text):
        before, end = text[: amount.start()], amount.end()
        thing = _THING.match(text, end)
        list_of, count = _LIST_OF.search(before), _WORD_COUNT.search(before)
        kind = _kind(thing) if thing else ""
        if list_of and kind not in _MEASURES:
            yield Amount(sentence, list_of.start(), amount, thing if kind == "list_items" else None, "list_of")
        elif count:
            yield Amount(sentence, count.start(), amount, None, "word_count")
        elif thing:
            yield Amount(sentence, amount.start(), amount, thing, kind)
        elif (sized := _SIZED.match(text, end)) and _A.search(before):
            yield Amount(sentence, amount.start(), amount, sized, "sized")
        elif (noun := _NOUN.match(text, end)) and _LISTING.fullmatch(before):
            yield Amount(sentence, amount.start(), amount, noun, "listed")


def _kind(thing: re.Match[str]) -> str:
    return next(name for name in (*_MEASURES, *_THINGS) if thing[name])


def _bound(place: Amount) -> Bound | None:
    first = value(place.group("a1") or place.group("a2"))
    text = place.group("b1") or place.group("b2")
    last = value(text) if text else first
    reduced = not text and place.text.casefold().startswith("from")
    if not first or not last or last < first or (text and last == first) or reduced:
        return None
    pre = " ".join(place.group("pre").split())
    end = " ".join(filter(None, (place.group("post"), place.group("more"), "or more" if place.group("plus") else "")))
    if place.negated:
        return _denied(pre, first, last)
    most = _is(_MOST, pre) or re.search(r"fewer|less|shorter|most|max|tops", end, re.IGNORECASE)
    least = _is(_LEAST, pre) or re.search(r"more|longer|least|min", end, re.IGNORECASE)
    if most or least:
        return None if most and least else Bound(high=last) if most else Bound(low=first)
    if _is(_ABOUT, pre) or "or so" in end:
        return Bound(first, last, "about")
    return Bound(first, last, "" if text or _is(_EXACT, pre) else "plain")


def _denied(pre: str, first: int, last: int) -> Bound | None:
    """`not … more than 5` is a bound; what else is denied is not wanted at all."""
    if _is(r"(?:or )?more than|longer than|over|above|exceed(?:ing)?", pre):
        return Bound(high=last)
    return Bound(low=first) if _is(r"(?:less|fewer|shorter) than|under|below", pre) else None


def _is(words: str, pre: str) -> bool:
    return re.fullmatch(words, pre, re.IGNORECASE) is not None
