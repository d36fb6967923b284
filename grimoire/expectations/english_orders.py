"""Who is told to make what: whether an English verb commands the things that stand after it."""

from __future__ import annotations

import re

from grimoire.expectations.patterns import any_word, one_of
from grimoire.expression import Expression

_MAKING = any_word("""
    write | generate | create | give | list | provide | suggest | produce | propose | draft | make | develop | compose
    | offer | name | prepare | build | output | return | brainstorm | come up with | think of | recommend | share
    | design | craft | plan | outline | include | add | present | deliver | invent | compile | draw up | put together
    | extract | divide | split | structure | organi[sz]e | end | finish | conclude | use
""")
_LISTING = any_word("""
    list | give | provide | suggest | generate | brainstorm | come up with | think of | name | propose | recommend
    | offer
""")
_CREATING = any_word("""
    write | generate | create | give | list | provide | suggest | produce | draft | make | develop | compose | prepare
    | build | brainstorm | propose | design | summari[sz]e
""")
_DOING = any_word("""
    explain | describe | define | summari[sz]e | answer | respond | reply | rewrite | shorten | condense | expand
    | tell | introduce | compare | analy[sz]e | review | translate | keep | limit | report | aim | start | begin
    | open | close | turn | convert | reduce | cut | rephrase | edit | improve | mention | discuss | reach
""")
_ASKING = Expression(
    r"\W*(?:(?:i (?:want|need|would like) you to|your (?:task|job|goal) is to|please|and|then|now"
    r"|you (?:will|must|should)|can you|could you)\s+)*"
    + one_of("""
        write | create | generate | give | make | compose | draft | produce | provide | develop | craft | prepare
        | design | explain | describe | define | summari[sz]e | answer | respond | reply | rewrite | shorten
        | condense | outline | tell | introduce | compare | analy[sz]e | review | translate | use | include | add
        | keep | limit
    """)
    + r"\b",
    re.IGNORECASE,
)
_WISH = Expression(r"\bi(?: need| want| would like|['’]d like)\b(?! you\b| to\b)", re.IGNORECASE)
_REACH = 80
"""Characters that may stand between a verb and what it asks for."""
_TOPIC = Expression(
    r"\b(?:about|on|for|regarding|titled|called|named|around|of|in) (?:the )?"
    r"(?:(?:following )?(?:topic|subject|keyword|product|language)s?:? ?)?(?:\[[A-Z0-9]+\]|[\"“]¤*[\"”])",
    re.IGNORECASE,
)
_CONTAINER = Expression(
    r"\b(?:lists?|sets?|series|total|collection|batch|selection|sequence|table|thread|carousel|range|variety|number|days"
    r"|minimum|maximum) of\b|\bthe (?=top|best|most|final)",
    re.IGNORECASE,
)
_BLOCKED = Expression(
    r"\b(?:about|on|for|from|of|who|that|which|these|those|the|my|our|your|this|than|like|per|each|by|if|regarding|based"
    r"|to|not|no|how|why|what|when|where)\b|[;:]",
    re.IGNORECASE,
)
_NOT_YOU = {
    "how",
    "that",
    "what",
    "where",
    "when",
    "if",
    "as",
    "which",
    "who",
    "before",
    "after",
    "while",
    "until",
    "because",
}
_BEFORE_TO = {
    *("is", "you", "are", "want", "need", "like", "task", "job", "goal", "objective", "mission", "asked", "required"),
    *("going", "sure"),
}
_MODAL = {"will", "must", "should", "shall"}
_OTHERS = {"i", "we", "they", "he", "she", "who", "that"}
_BEFORE = {
    *(
        "and",
        "then",
        "please",
        "also",
        "now",
        "next",
        "first",
        "second",
        "third",
        "finally",
        "lastly",
        "just",
        "simply",
    ),
    *(
        "always",
        "only",
        "kindly",
        "again",
        "instead",
        "afterwards",
        "below",
        "secondly",
        "thirdly",
        "additionally",
        "but",
    ),
    "let's",
}


def ordered(text: str, at: int, *, listing: bool = False) -> bool:
    """Whether what stands at a place is to be made: a verb commands it, with `listing` only one of making lists."""
    verbs = _LISTING if listing else _MAKING
    commands = (verb for verb in verbs.finditer(text, 0, at) if commanding(text, verb.start()))
    return any(_leads_to(text[verb.end() : at]) for verb in (*_WISH.finditer(text, 0, at), *commands))


def orders(text: str) -> int:
    """How often a sentence says that something is to be made."""
    return sum(commanding(text, verb.start()) for verb in _CREATING.finditer(text))


def commands(text: str) -> bool:
    """Whether a text tells the model to do something, or says what is wanted."""
    if _WISH.search(text):
        return True
    return any(commanding(text, verb.start()) for verbs in (_MAKING, _DOING) for verb in verbs.finditer(text))


def asks(text: str) -> bool:
    """Whether a clause begins by asking for something."""
    return bool(_ASKING.match(text))


def commanding(text: str, verb: int) -> bool:
    """Whether a verb in its plain form, at that place, tells the model what to do."""
    before = text[max(verb - 60, 0) : verb].rstrip()
    if not before or not (before[-1].isalnum() or before[-1] in "]'’"):
        return True
    words = before.casefold().replace("’", "'").split()[-2:]
    last, earlier = words[-1].strip("(,*"), words[0] if len(words) > 1 else ""
    if last == "you":
        return earlier not in _NOT_YOU
    if last in _MODAL:
        return earlier not in _OTHERS
    if last == "to":
        return earlier in _BEFORE_TO
    if last == "me":
        return earlier in {"help", "let"}
    return last in _BEFORE


def _leads_to(between: str) -> bool:
    """Whether what stands between a verb and a thing makes that thing the one that is asked for."""
    between = _CONTAINER.sub(" ", _TOPIC.sub(" ", between))
    return len(between) <= _REACH and not _BLOCKED.search(between)
