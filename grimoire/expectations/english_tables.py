"""What English sentences of a prompt claim of tables: how many, of how many columns and rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grimoire.expectations.claims import NEAR, SOME, Bound, Claim
from grimoire.expectations.english import English
from grimoire.expectations.english_amounts import ADJECTIVES, Amount
from grimoire.expectations.english_orders import ordered
from grimoire.expectations.patterns import any_word, ends_with
from grimoire.expectations.reading import Sentence
from grimoire.expression import Expression

_NO_TABLE = r"(?! (?:of contents|tennis|saw|manners|salt|lamp|top|talk|reservation|name|schema))"
_FURNITURE = (
    r"(?!(?:coffee|dining|kitchen|dinner|pool|periodic|picnic|bedside|operating|round|times|multiplication|database"
    r"|sql)\b)"
)
_TABLE = Expression(
    r"\b(?:(?:(?:in|as|into)\s+)?(?:an?|another|single|one|markdown)\s+"
    rf"{_FURNITURE}{ADJECTIVES}{_FURNITURE}table\b{_NO_TABLE}"
    r"|(?:in|as|into|use|using|with)\s+(?:an?\s+)?(?:[a-z]+\s+){0,2}?(?:table|tabular)\s+(?:format|form|layout)\b)",
    re.IGNORECASE,
)
_ELSEWHERE = ends_with("about | of | on | at | under | around | from | for | across | to | by | like | than")
_FORM = Expression(r"(?:in|as|into|use|using|with)\b", re.IGNORECASE)
_LEADING = ends_with("with | then | and | by | plus | including | is | be | markdown")
_DATABASE = any_word(r"\w*sql\w* | postgres\w* | (?:database|schema|spreadsheet|excel|dataframe)s?")
_NAMES = Expression(
    r"\bcolumns?\b(?:\s+(?:are|is|named|titled|called|headed|labell?ed|for|as follows|should be|will be|must be|include"
    r"|including))*\s*[:：]?\s+(?P<names>[^.;:\n(（]{2,200}(?:\.(?=,)[^.;:\n(（]{3,200})?)",
    re.IGNORECASE,
)
_END_OF_NAMES = Expression(
    r",? (?:and|with) the\b|,?\s*\brows?\b"
    r"|,?\s+(?:and )?(?:then|with|sorted|where|followed|ordered|using|one row|each|exactly|so that"
    r"|in that order|in this order|at least)\b"
)
WORDS_IN_A_NAME = 8
WORDS_IN_ONE_OF_TWO = 4
"""A name of more words than these is no column's: in a list of names, and where two are joined by `and`."""


def table_claims(told: Sequence[tuple[Sentence, Sequence[Amount]]]) -> Iterator[Claim]:
    """All that the sentences, with their amounts, claim of tables; nothing where the prompt is about a database's."""
    if any(_DATABASE.search(sentence.text) for sentence, _ in told):
        return
    seen = -NEAR - 1
    for number, (sentence, places) in enumerate(told):
        found = [*_tables(sentence, places)]
        yield from found
        if found:
            seen = number
        elif number - seen <= NEAR:
            yield from _later(sentence, places)


def _tables(sentence: Sentence, places: Sequence[Amount]) -> Iterator[Claim]:
    for match in _TABLE.finditer(sentence.text):
        place = English(sentence, *match.span())
        if not (place.hedged or place.shared or place.negated or _ELSEWHERE.search(place.before)):
            columns, rows, end = _size(sentence, places, place.end)
            if columns or rows or _is_form(place):
                yield place.claim("tables", SOME, end=end, columns=columns, rows=rows)
    for amount in places:
        bound = amount.bound
        counted = amount.kind == "tables" and (amount.group("pre") or amount.group("tables").casefold() == "tables")
        if bound and counted and not amount.subset and not _ELSEWHERE.search(amount.before):
            yield amount.claim("tables", bound)


def _is_form(place: English) -> bool:
    """Whether a table is what is to be written, and no piece of furniture."""
    shaped = _FORM.match(place.text) or not place.before.strip() or _LEADING.search(place.before)
    return bool(shaped) or ordered(place.sentence.text, place.start)


def _later(sentence: Sentence, places: Sequence[Amount]) -> Iterator[Claim]:
    """A sentence after the one that asks for a table may say how large it is."""
    columns, rows, end = _size(sentence, places, 0)
    if columns or rows:
        start = sentence.start
        yield Claim(kind="tables", bound=SOME, start=start, end=start + end, columns=columns, rows=rows)


def _size(sentence: Sentence, places: Sequence[Amount], start: int) -> tuple[Bound | None, Bound | None, int]:
    """The columns and rows named from a place on, and where the last of what was read ends."""
    columns, rows = _first("columns", places, start), _first("rows", places, start)
    end = max((place.end for place in (columns, rows) if place), default=start)
    wide = columns.bound if columns else None
    names = None if columns else _NAMES.search(sentence.text, start)
    if names:
        count, stop = _count(names)
        if count > 1:
            wide, end = Bound(low=count), max(end, stop)
    return wide, rows.bound if rows else None, end


def _first(kind: str, places: Sequence[Amount], start: int) -> Amount | None:
    for place in places:
        elsewhere = place.placed or place.subset or place.negated
        if place.kind == kind and place.start >= start and place.bound and not elsewhere:
            return place
    return None


def _count(match: re.Match[str]) -> tuple[int, int]:
    """How many columns are named at least, and where the names end.

    An `and` in the last name may belong to it (`Sound and text`): it parts two names only where there is no comma. What
    comes after that name is none (`No, Tip and Why, ten of them`).
    """
    text = match["names"]
    end = _END_OF_NAMES.search(text)
    text = text[: end.start()] if end else text
    names = [name.strip() for name in re.split(r"[,|/、]|\"\s*\"", text) if name.strip(" |")]
    last = next((number for number, name in enumerate(names) if " and " in name), len(names))
    names = names[: last + 1]
    longest = WORDS_IN_A_NAME
    if len(names) == 1:
        names, longest = re.split(r"\s+and\s+|\s*&\s*", names[0]), WORDS_IN_ONE_OF_TWO
    fitting = next((number for number, name in enumerate(names) if len(name.split()) > longest), len(names))
    unclear = re.search(r"\bor\b|^consist", text)
    return 0 if unclear else fitting, match.start("names") + len(text.rstrip())
