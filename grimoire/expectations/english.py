"""When an English sentence claims something of the answer, and when it claims nothing."""

from __future__ import annotations

import re
from typing import ClassVar

from grimoire.expectations.claims import Place, Scope
from grimoire.expectations.english_orders import asks
from grimoire.expectations.numerals import ENGLISH as NUMBER
from grimoire.expectations.patterns import any_word, ends_with, one_of
from grimoire.expectations.reading import EACH, Sentence
from grimoire.expression import Expression

_NEGATION = Expression(r"\b(?:not|never|no|without|avoid|neither|nor|none|cannot)\b|n['’]t\b", re.IGNORECASE)
_NEGATIVE = Expression(r"(?:and |but |please )?(?:do not|don['’]t|never|avoid|no)\b", re.IGNORECASE)
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
_STATEMENT = Expression(
    one_of(rf"""
        ideally | preferably | if possible | optionally | perhaps | maybe | you(?:['’]re| are){_NOT_ORDERED}
        | you(?:['’]ve| have)(?! to\b) | you know
        | i(?:['’]m| am|['’]ve| have| run| own| sell| work| will|['’]ll| wrote| write)(?! you to)
        | we(?:['’]re| are| have|['’]ve| run| sell| will) | my | our | there (?:is|are) | this is | these are
        | here (?:is|are) | the (?:user|reader|audience|team|company|following (?:is|are))
    """)
    + r"\b",
    re.IGNORECASE,
)
_OPTION = Expression(
    r"(?<!\w)(?:(?<!, )(?<!^)(?:can|could)|may|might|optional(?:ly)?|feel free|consider|ideally|preferably|possibly"
    r"|perhaps|try to)\b",
    re.IGNORECASE,
)
_ADVICE = any_word(
    rf"(?:if|where|wherever|as|when) (?:it |you )?(?:is |are )?{_SUITABLE} | optional(?:ly)? | sparingly"
)
_OR_ELSE = Expression(r",?\s*or\s+(?!more|less|fewer|so\b|longer|shorter)", re.IGNORECASE)
_EITHER = ends_with("or(?: an?)?")
_SUBSET = ends_with("""
    of (?:the|these|those|them|which|your|all|every) | (?:the )?(?:first|last|next|other|remaining) | these | those
    | following | given | above | attached | same | my | your | his | her | its | their | our
""")
_KEPT = any_word("(?:keep|preserve|retain|maintain)(?:ing)? (?:all|the|its|every|these|both)")
_PLACED = ends_with("in | across | among | to | for | from | on | after | before")
_RATE = Expression(
    r"\s*(?:an? (?:day|week|month|year|quarter|minute|second|hour|time|lesson|section|chapter|post|page|row|line)\b"
    r"|/)",
    re.IGNORECASE,
)
_TONGUES = one_of("Chinese | Japanese | Korean | Thai | German | French | Spanish | English")
_IN_TONGUE = Expression(
    rf"\W*(?:(?:or|and|but) )?(?:in|for) {_TONGUES}\b|[^\[]{{0,60}}\b(?:languages?|scripts?)\b", re.IGNORECASE
)
_LANGUAGE_FIRST = Expression(r"\W*(?:in|for) [^,]{0,30}\blanguages?\b", re.IGNORECASE)
_WHOLE = any_word("""
    (?:whole|entire|total|overall|full)(?! of) | your (?:final |whole |entire )?(?:answer|response|reply|output)
    | the (?:response|reply|output)
""")
_IN_ALL = Expression(r"\s*(?:in total|overall|altogether|in all)\b", re.IGNORECASE)
_RULES = any_word("(?:requirement|rule|guideline|constraint|format|instruction|style|length|note)s?")
# What may stand before a bound of the whole: its names, and what else it is to have.
_OPEN = Expression(
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
_LABELS = Expression(
    r"(?:\W|\b"
    + one_of("""
        the | total | word | character | length | count | answer | response | output | text | format | requirements?
        | rules? | notes? | style | size | limit
    """)
    + r"\b)*",
    re.IGNORECASE,
)
_LENGTH = Expression(r"(?:the )?(?:total |article |text |post |essay |answer )?(?:length|word count)", re.IGNORECASE)
_PARTS = any_word(r"""
    paragraphs | sentences | titles | headings | headlines | sections | bullets | items | steps | questions | answers
    | cells | rows | columns | captions | names | tags | keywords | chapters | slides | posts | tweets | emails
    | lines | descriptions
    | (?:the|its|every) (?:title|headline|heading|intro\w*|conclusion|subject|hook|first|opening|ending|last|body|meta)
    | (?:the|its|every) (?:name|excerpt|slug)
""")
_ANOTHER_THING = Expression(r"\b(?:and|plus) (?:an?|the|one)\b", re.IGNORECASE)
_GIVEN = Expression(r"\s*(?:below|above|provided|attached|i (?:gave|give|provided|have|sent))\b", re.IGNORECASE)
_SECOND_THING = Expression(
    r"\b(?:with|including|plus|whose|that has|containing) (?:an?|the|its|one)\b|\band\s+\S", re.IGNORECASE
)
_OTHER_COUNT = Expression(rf"{NUMBER}\s+(?:[\w-]+\s+){{1,3}}?and\b", re.IGNORECASE)


class English(Place):
    """A place in an English sentence."""

    clause: ClassVar[Expression] = Expression(r"[:;()（）—]|,(?!\d)|\s[–-]\s")

    @property
    def negated(self) -> bool:
        """Whether what stands there is denied."""
        return bool(_NEGATION.search(self.before) or _NEGATIVE.match(self.prefix))

    @property
    def subset(self) -> bool:
        """Whether it is so many of what was named before."""
        return bool(_SUBSET.search(self.before) or _KEPT.search(self.before) or _GIVEN.match(self.after))

    @property
    def placed(self) -> bool:
        """Whether it says where something is to be, as `in at least 4 titles`."""
        return bool(_PLACED.search(self.before))

    @property
    def hedged(self) -> bool:
        """Whether it is left to the model or is one of two ways."""
        return bool(
            _OPTION.search(self.before)
            or _ADVICE.search(self.before + self.text + self.after)
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
    def scope(self) -> Scope:
        if self.aside or (self.sentence.lead and not _RULES.search(self.sentence.lead)):
            return "part"
        if _WHOLE.search(self.before) or _IN_ALL.match(self.after) or _LENGTH.fullmatch(self.label):
            return "whole"
        alone = _OTHER_COUNT.sub(" ", self.before)
        another = _ANOTHER_THING.search(self.sentence.text, self.end)
        if another or _PARTS.search(alone) or not _LABELS.fullmatch(self.label):
            return "part"
        asked = asks(alone) and not _SECOND_THING.search(alone)
        return "open" if asked or _OPEN.fullmatch(self.before) else "part"


def tells(sentence: Sentence) -> bool:
    """Whether a sentence tells the model what to do, whatever the case."""
    return not (_CONDITION.search(sentence.text) or _STATEMENT.match(sentence.text))
