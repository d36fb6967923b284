"""The AIPRM template language: find placeholders and definitions, and fill them in one pass.

The grammar is AIPRM's own (browser extension 1.2.2.8): `[PROMPT]`, `[PROMPT1]`, `[TARGETLANGUAGE]`, `[CRAWLEDTEXT]`,
`[CRAWLEDSOURCE]`, `[VARIABLE1]` to `[VARIABLE6]`, and definitions `[VARIABLEn:Label:Default:a|b]` on one line. A label
runs to the next colon, a default too, the options keep later colons, no part holds `]`. Every other bracket is text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

import msgspec

from grimoire.errors import MissingInput
from grimoire.spell import Template, Variable

NAMES = ("PROMPT", "PROMPT1", "TARGETLANGUAGE", "CRAWLEDTEXT", "CRAWLEDSOURCE", *(f"VARIABLE{n}" for n in range(1, 7)))

# The parts' lengths are bounded so that a hostile line of unclosed definitions costs no more than its length.
PLACEHOLDER = re.compile(
    r"\[(?:(?P<name>PROMPT1?|TARGETLANGUAGE|CRAWLEDTEXT|CRAWLEDSOURCE|VARIABLE[1-6])"
    r"|VARIABLE(?P<number>[1-6]):(?P<label>[^\]:\r\n]{1,1000}+)"
    r"(?::(?P<default>[^\]:\r\n]{0,1000}+)(?::(?P<options>[^\]\r\n]{0,5000}+))?)?)\]"
)

# What looks like a placeholder to a person. 40 characters are enough for every misspelling seen in real collections.
_BRACKETED = re.compile(r"\[[^\[\]\r\n]{1,40}[\]}]|\{[^{}\r\n]{1,40}\}")
# A Chinese keyboard's brackets and colon, one for one, so that places stay what they are.
_HALF_WIDTH = str.maketrans("［］【】｛｝：", "[][]{}:")
_DEFINITION_LIKE = re.compile(r"\s*VARIAB?[A-Z]{1,4}\s*(\d+)\s*:.*", re.IGNORECASE)
_SYNONYMS = {"KEYWORD": "PROMPT", "KEYWORDS": "PROMPT"}


class Literal(msgspec.Struct, frozen=True):
    """Text that is sent as it stands."""

    text: str
    start: int


class Placeholder(msgspec.Struct, frozen=True):
    """A place that receives a value; `name` is what stands between the brackets."""

    text: str
    start: int
    name: str


class Definition(msgspec.Struct, frozen=True):
    """An inline definition of a variable, removed when the template is filled."""

    text: str
    start: int
    variable: Variable


Part = Literal | Placeholder | Definition


class NearMiss(msgspec.Struct, frozen=True):
    """A bracketed text one or two edits from a placeholder. `start` is its offset in the template."""

    text: str
    start: int
    suggestion: str


def parse(text: str) -> tuple[Part, ...]:
    """Split a template into its parts; their texts joined are the template again."""
    parts: list[Part] = []
    end = 0
    for match in PLACEHOLDER.finditer(text):
        if match.start() > end:
            parts.append(Literal(text[end : match.start()], end))
        parts.append(_part(match))
        end = match.end()
    if end < len(text):
        parts.append(Literal(text[end:], end))
    return tuple(parts)


def render(parts: tuple[Part, ...]) -> str:
    """The template the parts came from."""
    return "".join(part.text for part in parts)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Fill a template from values by placeholder name. What a value holds is never read as template.

    Raises:
        MissingInput: a placeholder of the template has no value; all that are missing are named.
    """
    parts = parse(text)
    missing = sorted({p.name for p in parts if isinstance(p, Placeholder) and p.name not in values})
    if missing:
        raise MissingInput(f"no value for {', '.join(f'[{name}]' for name in missing)}")
    return "".join(_filled(part, values) for part in parts)


def names(text: str) -> set[str]:
    """The names of the placeholders a template uses; definitions use nothing."""
    return {part.name for part in parse(text) if isinstance(part, Placeholder)}


def definitions(text: str) -> tuple[Definition, ...]:
    """The inline definitions, in the order they stand in; a number may occur twice."""
    return tuple(part for part in parse(text) if isinstance(part, Definition))


def variables(template: Template) -> tuple[Variable, ...]:
    """A template's variables, listed and inline, by ascending number; the first definition of a number wins."""
    found: dict[int, Variable] = {}
    for variable in (*template.variables, *(d.variable for d in definitions(template.prompt))):
        found.setdefault(variable.id, variable)
    return tuple(found[number] for number in sorted(found))


def one_line(text: str) -> str:
    """What `[PROMPT1]` receives: every line break becomes a space."""
    return " ".join(text.splitlines())


def near_misses(text: str) -> Iterator[NearMiss]:
    """Bracketed texts that are probably misspelled placeholders. An unknown bracket alone is no suspect."""
    for part in parse(text):
        if isinstance(part, Literal):
            plain = part.text.translate(_HALF_WIDTH)
            for match in _BRACKETED.finditer(plain):
                # A link's text and a word in double braces belong to other languages than AIPRM's.
                start, end = match.span()
                before, after = plain[max(start - 1, 0) : start], plain[end : end + 1]
                if before in {"{", "$"} or after in {"}", "("}:
                    continue
                suggestion = _suggest(match.group()[1:-1])
                if suggestion:
                    yield NearMiss(part.text[start:end], part.start + start, suggestion)


def line_of(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, both from 1."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _part(match: re.Match[str]) -> Part:
    text, start = match.group(), match.start()
    if match["name"]:
        return Placeholder(text, start, match["name"])
    options = tuple(o for option in (match["options"] or "").split("|") if (o := option.strip()))
    variable = Variable(
        id=int(match["number"]),
        label=match["label"].strip(),
        default=(match["default"] or "").strip(),
        options=options,
    )
    return Definition(text, start, variable)


def _filled(part: Part, values: Mapping[str, str]) -> str:
    match part:
        case Literal():
            return part.text
        case Placeholder():
            return values[part.name]
        case Definition():
            return ""


def _suggest(inside: str) -> str:
    number = _DEFINITION_LIKE.fullmatch(inside)
    if number:
        return f"[VARIABLE{number[1]}:…]" if 1 <= int(number[1]) <= 6 else "[VARIABLE1] to [VARIABLE6]"  # noqa: PLR2004  # AIPRM has six
    folded = re.sub(r"[\s_-]", "", unicodedata.normalize("NFKC", inside)).upper()
    if re.fullmatch(r"VARIABLE(0|[7-9]|\d\d+)", folded):
        return "[VARIABLE1] to [VARIABLE6]"
    if folded in _SYNONYMS:
        return f"[{_SYNONYMS[folded]}]"
    nearest, distance = _nearest(folded)
    # One edit in a short word, two in a long one: [PROMO] is a word of its own, [TARGETLANGUGAE] is not.
    allowed = 1 if len(nearest) <= 9 else 2  # noqa: PLR2004  # the length of VARIABLE1, whose digit alone tells six apart
    return f"[{nearest}]" if distance <= allowed else ""


@lru_cache(maxsize=256)
def _nearest(folded: str) -> tuple[str, int]:
    """The placeholder's name with the fewest edits, and how many; three stands for all above two."""
    from rapidfuzz.distance import OSA

    distances = ((name, OSA.distance(folded, name, score_cutoff=2)) for name in NAMES)
    return min(distances, key=lambda found: found[1])
