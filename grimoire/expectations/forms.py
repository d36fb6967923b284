"""The check for a claim: with what tolerance, and so that it holds in whatever language the answer is."""

from __future__ import annotations

from math import ceil, floor

from grimoire.expectations.claims import Bound, Claim, Kind
from grimoire.spell import CheckSpec

ABOUT = 0.3
"""How far from a number that is meant as `about` the answer may be, as a part of it."""
COUNTING = 0.1
"""How far a length may be from a bound because people and programs count words differently."""
WORDS_IN_CHINESE = 2
"""Chinese characters for which a text needs no more than one English word."""
LETTERS_A_WORD = 7
"""Characters without white space for which a text needs no more than one word, in any language that has spaces."""
FRAME = 40
"""Words or characters a model may put around a text, such as `Here it is:`."""
FRAMING_SENTENCES = 2
FRAMING_PARAGRAPHS = 2
"""Sentences and paragraphs it may put there."""

LENGTHS: set[Kind] = {"words", "characters", "字"}
_NUMBERED = (
    r"^[^\w\n]{0,12}(?:[^\W\d]{1,20}[ ]?)?"
    r"(?:\d{1,3}(?!\d)|[一二三四五六七八九十]{1,3}[、.．：:)）\s]|第[一二三四五六七八九十百]{1,4}|[A-Z][.:：)、])"
    r"|^[^\w\n]{0,12}\*\*\S"
)
"""A line that begins with a number, with a word and a number, or in bold."""


def loosened(claim: Claim) -> Bound:
    """What of a claim's bound is held to: `about` is taken at its word, and a length is counted in more ways than one.

    A plain number of things is at least so many, a plain length is meant as `about`; neither has an upper bound, but
    for one paragraph and so many sentences.
    """
    bound, measured = claim.bound, claim.kind in LENGTHS
    few = claim.kind == "sentences" or (claim.kind == "paragraphs" and bound.high == 1)
    if bound.hedge == "plain" and not few:
        bound = Bound(low=bound.low, hedge="about" if measured else "")
    slack = ABOUT if bound.hedge == "about" else COUNTING if measured else 0
    low = None if bound.low is None else max(_up(bound.low * (1 - slack)), 1)
    # A number of words is made wide enough for every language below.
    slack = 0 if claim.kind == "words" and slack == COUNTING else slack
    return Bound(low, None if bound.high is None else _down(bound.high * (1 + slack)))


def form(claim: Claim, low: int | None, high: int | None) -> CheckSpec | None:
    """The check for so many of a kind; None where there is none that could fail."""
    match claim.kind:
        case "words" | "characters" | "字":
            spec: CheckSpec | None = _spec("length", _length(claim.kind, low, high))
        case "sentences":
            spec = _spec("length", {"sentences": {"at_most": high + FRAMING_SENTENCES}}) if high else None
        case "paragraphs":
            spec = _paragraphs(low, high)
        case "items":
            spec = _items(low, long=claim.long) if low else None
        case "json":
            spec = _spec("json")
        case "headings":
            # The answer's title is a heading, too.
            spec = _spec("headings", _number(low, None if high is None else high + bool(high)))
        case _:
            spec = _spec(claim.kind, _number(low, high))
    return spec


def sized_table(claim: Claim) -> CheckSpec:
    """The check for a table of a size.

    Names of columns are counted and not demanded: they are translated with the prompt, and models word them anew.
    """
    sides = {"columns": claim.columns, "rows": claim.rows}
    wants: dict[str, object] = {"at_least": 1}
    return _spec("tables", wants | {side: _side(bound) for side, bound in sides.items() if bound})


def _length(kind: Kind, low: int | None, high: int | None) -> dict[str, object]:
    """Bounds that hold whatever the language of the answer.

    A text of N English words has at least N characters in Chinese and at most 2 N, and in no language with spaces more
    than 7 N characters that are not white space. One of N 字 has at least N characters in any language and at most N
    words, a Chinese character being one.
    """
    lower = {"words": "words", "字": "characters"}.get(kind, "with_spaces")
    upper = {"words": {"words": WORDS_IN_CHINESE, "characters": LETTERS_A_WORD}, "字": {"words": 1}}
    sides: dict[str, dict[str, int]] = {lower: {"at_least": low}} if low else {}
    for unit, factor in upper.get(kind, {"with_spaces": 1}).items() if high else ():
        sides[unit] = sides.get(unit, {}) | {"at_most": (high or 0) * factor + FRAME}
    return dict(sides)


def _paragraphs(low: int | None, high: int | None) -> CheckSpec | None:
    """So many lines with text at least; for one paragraph, at most two others around it."""
    if high == 1:
        return _spec("paragraphs", {"at_most": 1 + FRAMING_PARAGRAPHS})
    return _spec("length", {"lines": {"at_least": low}}) if (low or 0) > 1 else None


def _items(low: int, *, long: bool) -> CheckSpec:
    """So many things in any of the forms in which models give several: a list, headings, a table's rows, lines.

    The last form is the widest: paragraphs where a thing has several lines, else lines, numbered or not.
    """
    ways: list[dict[str, object]] = [
        {"list-items": {"at_least": low}},
        {"headings": {"at_least": low}},
        {"tables": {"at_least": 1, "rows": {"at_least": low}}},
        {"matches": {"pattern": _NUMBERED, "at_least": low}},
        {"length": {"paragraphs" if long else "lines": {"at_least": low}}},
    ]
    return _spec("any-of", ways)


def _side(bound: Bound) -> dict[str, int]:
    """How many columns or rows, as a table must have them to be the one that was asked for."""
    if bound.hedge == "plain":
        return {"at_least": bound.low or 0}
    slack = ABOUT if bound.hedge == "about" else 0
    low = None if bound.low is None else _up(bound.low * (1 - slack))
    return _number(low, None if bound.high is None else _down(bound.high * (1 + slack)))


def _number(low: int | None, high: int | None) -> dict[str, int]:
    if low is not None and low == high:
        return {"exactly": low}
    return {side: number for side, number in (("at_least", low), ("at_most", high)) if number is not None}


def _up(number: float) -> int:
    return ceil(round(number, 6))


def _down(number: float) -> int:
    return floor(round(number, 6))


def _spec(name: str, params: object = None) -> CheckSpec:
    return CheckSpec(name=name, params=params, should=True)
