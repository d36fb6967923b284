"""The grammar of amounts in English: bounds, what they are bounds of, and when a sentence claims nothing."""

from __future__ import annotations

import re
from typing import ClassVar

from grimoire.expectations.claims import Bound, Place, Scope
from grimoire.expectations.english_orders import asks
from grimoire.expectations.numerals import ENGLISH as NUMBER
from grimoire.expectations.numerals import ENGLISH_END as END
from grimoire.expectations.numerals import value
from grimoire.expectations.patterns import any_word, ends_with, one_of
from grimoire.expectations.reading import EACH, Sentence

_MEASURE = r"(?: (?:length|word count|number|count|total))?(?: of| is)?:?"
_LEAST = one_of(rf"""
    at least | (?:no|not) (?:fewer|less|shorter) than | (?:an? |the )?(?:absolute )?minimum{_MEASURE} | min\.?
    | (?:or |and )?more than | longer than | over | above | upwards of | exceed(?:s|ing)?
""")
_MOST = one_of(rf"""
    at most | (?:no|not) (?:more|longer|greater) than | not (?:to )?exceed(?:ing)? | up to
    | (?:an? |the )?(?:absolute )?max(?:imum)?\.?{_MEASURE} | (?:fewer|less|shorter) than | under | below | within
    | limit(?:ed)? (?:it |this |yourself |your answer )?to
""")
_EXACT = one_of("exactly | precisely | only | just")
_ABOUT = one_of(
    r"about | around | approximately | approx\.? | roughly | circa | some | nearly | almost | close to | ~ | ≈"
)
_TO = r"\s*(?:-|–|—|~|to|or)\s*"
AMOUNT = (
    rf"(?:(?P<pre>(?:\b(?:{_LEAST}|{_MOST}|{_EXACT}|{_ABOUT})|[~≈]))\s*(?:a total of\s+)?(?:the\s+)?)?"
    rf"(?:between\s+(?P<a1>{NUMBER})(?:\s+and\s+|{_TO})(?P<b1>{END})"
    rf"|(?:from\s+)?(?P<a2>{NUMBER})(?:{_TO}(?P<b2>{END}))?(?P<plus>\s?\+)?)"
    rf"(?:\s*\(\s*{NUMBER}\s*\))?(?P<more>\s+or (?:more|fewer|less))?"
)
"""A number or range with what stands around it: `at least 5`, `between 3 and 5`, `10+`."""
AFTER = (
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
ADJECTIVES = (
    rf"(?:(?!{_NO_ADJECTIVE}(?![\w-])|(?!(?:news|sales|sports|ads|facebook)\b)[a-z]{{2,}}[^suia\W]s\b)"
    r"[a-z][\w'’/-]*,?(?:\s+and)?\s+){0,4}?"
)
"""Between a number and what it counts stand adjectives, and no other thing that it could count."""

_NEGATION = re.compile(r"\b(?:not|never|no|without|avoid|neither|nor|none|cannot)\b|n['’]t\b", re.IGNORECASE)
_NEGATIVE = re.compile(r"(?:and |but |please )?(?:do not|don['’]t|never|avoid|no)\b", re.IGNORECASE)
_SUITABLE = one_of("""
    needed | necessary | possible | appropriate | applicable | required | relevant | available | any | useful
    | helpful | suitable | fits? | see fit | makes? sense | like | can
""")
_CONDITION = any_word(
    "if | unless | whenever | when(?! (?:you )?(?:writ|creat|generat|answer|respond)) | in case | depending"
    " | otherwise | provided that",
    rf"(?! (?:{_SUITABLE}|you can)\b)",
)
_NOT_ORDERED = r"(?! (?:to|going to|asked|required|tasked|expected|also to)\b)"
_STATEMENT = re.compile(
    one_of(rf"""
        you(?:['’]re| are){_NOT_ORDERED} | you(?:['’]ve| have)(?! to\b) | you know
        | i(?:['’]m| am|['’]ve| have| run| own| sell| work| will|['’]ll| wrote| write)(?! you to)
        | we(?:['’]re| are| have|['’]ve| run| sell| will) | my | our | there (?:is|are) | this is | these are
        | here (?:is|are) | the (?:user|reader|audience|team|company|following (?:is|are))
    """)
    + r"\b",
    re.IGNORECASE,
)
_OPTION = re.compile(
    r"(?<!\w)(?:(?<!, )(?<!^)(?:can|could)|may|might|optional(?:ly)?|feel free|consider|ideally|preferably|possibly"
    r"|perhaps)\b",
    re.IGNORECASE,
)
_ADVICE = any_word(
    rf"(?:if|where|wherever|as|when) (?:it |you )?(?:is |are )?{_SUITABLE} | optional(?:ly)? | sparingly"
)
_OR_ELSE = re.compile(r",?\s*or\s+(?!more|less|fewer|so\b|longer|shorter)", re.IGNORECASE)
_EITHER = ends_with("or(?: an?)?")
_SUBSET = ends_with("""
    of (?:the|these|those|them|which|your|all|every) | (?:the )?(?:first|last|next|other|remaining) | these | those
    | following | given | above | attached | same | my | your | his | her | its | their | our
""")
_PLACED = ends_with("in | across | among | to | for | from | on | after | before")
_RATE = re.compile(
    r"\s*(?:an? (?:day|week|month|year|quarter|minute|second|hour|time|lesson|section|chapter|post|page|row|line)\b"
    r"|/)",
    re.IGNORECASE,
)
_TONGUES = one_of("Chinese | Japanese | Korean | Thai | German | French | Spanish | English")
_IN_TONGUE = re.compile(
    rf"\W*(?:(?:or|and|but) )?(?:in|for) {_TONGUES}\b|[^\[]{{0,60}}\b(?:languages?|scripts?)\b", re.IGNORECASE
)
_LANGUAGE_FIRST = re.compile(r"\W*(?:in|for) [^,]{0,30}\blanguages?\b", re.IGNORECASE)
_WHOLE = any_word("""
    (?:whole|entire|total|overall|full)(?! of) | your (?:final |whole |entire )?(?:answer|response|reply|output)
    | the (?:response|reply|output)
""")
_IN_ALL = re.compile(r"\s*(?:in total|overall|altogether|in all)\b", re.IGNORECASE)
_RULES = any_word("(?:requirement|rule|guideline|constraint|format|instruction|style|length|note)s?")
# What may stand before a bound of the whole: its names, and what else it is to have.
_OPEN = re.compile(
    r"(?:[\s:*]|\b"
    + one_of(r"""
        and | but | please | also | (?:do|does|should|must|can)n['’]t | do | does | not | never | no | keep | make
        | limit | restrict | write | use | have | has | be | go | exceed | it | this | answer | respond | reply | the
        | your | length | word | count | character | should | must | cannot | can | is | to | in | of | with | an?
        | total | text | article | posts? | essay | story | email | letter | message | piece | blog | speech | script
        | report | at | under | within | words | characters | headings | hashtags | emojis? | bullet | points
        | minimum | maximum | least | most | more | than | exactly | between | or | output | format | response | long
        | \d[\d,]* | one | two | three | four | five | six | seven | eight | nine | ten
    """)
    + r"\b)*",
    re.IGNORECASE,
)
_LABELS = re.compile(
    r"(?:\W|\b"
    + one_of("""
        the | total | word | character | length | count | answer | response | output | text | format | requirements?
        | rules? | notes? | style | size | limit
    """)
    + r"\b)*",
    re.IGNORECASE,
)
_PARTS = any_word(r"""
    paragraphs | sentences | titles | headings | headlines | sections | bullets | items | steps | questions | answers
    | cells | rows | columns | captions | names | tags | keywords | chapters | slides | posts | tweets | emails
    | lines | descriptions
    | (?:the|its|every) (?:title|headline|heading|intro\w*|conclusion|subject|hook|first|opening|ending|last|body|meta)
    | (?:the|its|every) (?:name|excerpt|slug)
""")
_SECOND_THING = re.compile(
    r"\b(?:with|including|plus|whose|that has|containing) (?:an?|the|its|one)\b|\band\s+\S", re.IGNORECASE
)
_OTHER_COUNT = re.compile(rf"{NUMBER}\s+(?:[\w-]+\s+){{1,3}}?and\b", re.IGNORECASE)


class English(Place):
    """A place in an English sentence."""

    clause: ClassVar[re.Pattern[str]] = re.compile(r"[:;()（）—]|,(?!\d)|\s[–-]\s")

    @property
    def negated(self) -> bool:
        """Whether what stands there is denied."""
        return bool(_NEGATION.search(self.before) or _NEGATIVE.match(self.prefix))

    @property
    def subset(self) -> bool:
        """Whether it is so many of what was named before."""
        return bool(_SUBSET.search(self.before))

    @property
    def placed(self) -> bool:
        """Whether it says where something is to be, as `in at least 4 titles`."""
        return bool(_PLACED.search(self.before))

    @property
    def hedged(self) -> bool:
        """Whether it is left to the model or is one of two ways."""
        return bool(
            _OPTION.search(self.before)
            or _ADVICE.search(self.before + self.match[0] + self.after)
            or _OR_ELSE.match(self.after)
            or _EITHER.search(self.before)
        )

    @property
    def shared(self) -> bool:
        """Whether it is said of each of several parts, or of a stretch of time."""
        each = self.sentence.each or EACH.search(self.prefix) or EACH.search(self.after)
        return bool(each or _RATE.match(self.after))

    @property
    def in_one_language(self) -> bool:
        """Whether it holds for answers in a certain language alone, as in `; in Chinese 900 to 1,500 characters`."""
        return bool(_IN_TONGUE.match(self.before) or _LANGUAGE_FIRST.match(self.prefix))

    @property
    def bound(self) -> Bound | None:
        """The bound the words give; None where they give none that can be trusted."""
        return _bound(self.match, negated=self.negated)

    @property
    def scope(self) -> Scope:
        if self.aside or (self.sentence.lead and not _RULES.search(self.sentence.lead)):
            return "part"
        if _WHOLE.search(self.before) or _IN_ALL.match(self.after):
            return "whole"
        alone = _OTHER_COUNT.sub(" ", self.before)
        if _PARTS.search(alone) or not _LABELS.fullmatch(self.label):
            return "part"
        asked = asks(alone) and not _SECOND_THING.search(alone)
        return "open" if asked or _OPEN.fullmatch(self.before) else "part"


def tells(sentence: Sentence) -> bool:
    """Whether a sentence tells the model what to do, whatever the case."""
    return not (_CONDITION.search(sentence.text) or _STATEMENT.match(sentence.text))


def find(pattern: re.Pattern[str], sentence: Sentence) -> list[English]:
    """Each place where the pattern says something of the answer as a whole or of one part of it."""
    places = (English(sentence, match) for match in pattern.finditer(sentence.text))
    return [place for place in places if not (place.hedged or place.shared)]


def counting(noun: str) -> re.Pattern[str]:
    """A pattern for an amount of things of a noun."""
    return re.compile(rf"{AMOUNT}[\s-]+{ADJECTIVES}(?P<noun>{noun})\b{AFTER}", re.IGNORECASE)


def _bound(match: re.Match[str], *, negated: bool) -> Bound | None:
    first = value(match["a1"] or match["a2"])
    text = match["b1"] or match["b2"]
    last = value(text) if text else first
    if not first or not last or last < first or (text and last == first):
        return None
    pre = " ".join((match["pre"] or "").split())
    end = " ".join(filter(None, (match["post"], match["more"], "or more" if match["plus"] else "")))
    if negated:
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
