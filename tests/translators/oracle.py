"""Whether a translation is sound, told without the package's own gates.

The servers' engine translates word by word, so that the honest translation of every line is known. A good file holds
that, up to the places of what is protected, names said again or less often, spaces, and the width of signs.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache

from grimoire.spell import Spell, Translation, Variable
from tests.servers.deepl_server import translate_words

PLACEHOLDER = r"\[(?:PROMPT1?|TARGETLANGUAGE|CRAWLEDTEXT|CRAWLEDSOURCE|VARIABLE[1-6])\]"
URL = r"(?:https?://|www\.)[!#-&(-;=?-Z\\^_a-z~]*[#-&*+/0-9=@A-Z\\^_a-z~]"
EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
CODE = r"``[^\r\n]+?``|`[^`\r\n]+`"
BRACED = r"\$?\{\{?[^{}\r\n]+\}\}?"
TAG = r"<!--[^\r\n]*?-->|</?[A-Za-z][^<>\r\n]*>|&(?:[A-Za-z]+|#[0-9]+);"
FLAG = r"(?<![A-Za-z0-9_-])--[A-Za-z][A-Za-z-]*(?:[ =][0-9]+(?:[.:/][0-9]+)*)?"
DEFINITION = re.compile(r"\[VARIABLE([1-6]):([^\]:\n]+)(?::([^\]:\n]*)(?::([^\]\n]*))?)?\]")
COUNTED = {
    "placeholder": re.compile(PLACEHOLDER),
    "URL": re.compile(URL),
    "e-mail": re.compile(EMAIL),
    "code": re.compile(CODE),
    "slot": re.compile(BRACED),
    "tag": re.compile(TAG),
}
ENDS = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
WORD = re.compile(r"[^\W\d_]+")
_LEFT = re.compile(r"[⟦⟧⦃⦄⧼⧽⦗⦘]")
_DIGITS = re.compile(r"[0-9]+")
_GAP = "\x01"
_FENCE = re.compile(r"[ \t\ufeff]*(?:>[ \t]?)*(`{3,}|~{3,})(.*)")
_TOO_LONG = 3000
PLAUSIBLE = 120
"""Characters up to which a line that was cut cannot be told from one that is translated tersely."""
# A text's own brackets that look like a token: a server that moves or breaks tokens takes them for some.
_TOKENLIKE = "[⟦⦃⟪⧼⦗⌊\U000f0000-\U000ffffd] ?[0-9]+ ?[⟧⦄⟫⧽⦘⌋\U000f0000-\U000ffffd]?"


def faults(spell: Spell, translation: Translation, names: tuple[str, ...], *, cut: bool = False) -> list[str]:
    """What is broken in a translation that was written as good; `names` are kept as they are.

    With `cut`, lines of which only the beginning is there are let pass where nothing but their length tells.
    """
    found = structure(spell, translation, names, cut=cut)
    for field, source, target in pairs(spell, translation):
        found += [f"{field}: {fault}" for fault in _lines(source, target, names, cut=cut)]
    return found


def structure(spell: Spell, translation: Translation, names: tuple[str, ...], *, cut: bool = False) -> list[str]:
    """What of a translation's structure is broken, whatever its words are; for those that need review."""
    found = [*_variables(spell.variables, translation.variables)]
    for field, source, target in pairs(spell, translation):
        found += [f"{field}: {fault}" for fault in _counts(source, target, names, cut=cut)]
    return found


def is_cut(ours: str, theirs: str, names: tuple[str, ...]) -> bool:
    """Whether a text is the beginning of the honest translation of another, shorter than a gate could tell by."""
    whole, rest = _even(honest(_prose(ours, names))), _even(_prose(theirs, names))
    return bool(rest) and whole.startswith(rest) and len(ours) <= PLAUSIBLE


def pairs(spell: Spell, translation: Translation) -> Iterator[tuple[str, str, str]]:
    """Every text of the spell and what translates it."""
    for field in ("title", "teaser", "hint", "prompt"):
        yield field, getattr(spell, field), getattr(translation, field)
    for ours, theirs in zip(spell.variables, translation.variables, strict=False):
        yield f"variable {ours.id} label", ours.label, theirs.label
        yield f"variable {ours.id} default", ours.default, theirs.default
        for number, (one, other) in enumerate(zip(ours.options, theirs.options, strict=False), 1):
            yield f"variable {ours.id} option {number}", one, other


def _variables(ours: tuple[Variable, ...], theirs: tuple[Variable, ...]) -> Iterator[str]:
    if [(v.id, len(v.options)) for v in ours] != [(v.id, len(v.options)) for v in theirs]:
        yield "the listed variables differ"
    for before, after in zip(ours, theirs, strict=False):
        if len(set(after.options)) < len({option.casefold() for option in before.options}):
            yield f"variable {before.id}: options fell together"


def _counts(source: str, target: str, names: tuple[str, ...], *, cut: bool) -> Iterator[str]:
    if ENDS.findall(source) != ENDS.findall(target):
        yield f"{len(ENDS.findall(source))} line ends became {len(ENDS.findall(target))}"
    for kind, pattern in COUNTED.items():
        before, after = Counter(pattern.findall(source)), Counter(pattern.findall(target))
        if before != after:
            yield f"{kind} changed: lost {dict(before - after)}, added {dict(after - before)}"
    shapes = [Counter(_shapes(text)) for text in (source, target)]
    if shapes[0] != shapes[1]:
        yield f"definitions changed: {dict(shapes[0])} became {dict(shapes[1])}"
    left = Counter(_LEFT.findall(target)) - Counter(_LEFT.findall(source))
    if left:
        yield f"{' '.join(left)} was left over"
    digits = [Counter(_DIGITS.findall(_without_names(text, names))) for text in (source, target)]
    if digits[0] != digits[1] and not cut:
        yield f"digits changed: {dict(digits[0] - digits[1])} became {dict(digits[1] - digits[0])}"


def _without_names(text: str, names: tuple[str, ...]) -> str:
    """A name may stand there once more or less, and its digits with it."""
    return unicodedata.normalize("NFKC", _named(names).sub("", text) if names else text)


def _shapes(text: str) -> Iterator[tuple[str, int, int]]:
    for match in DEFINITION.finditer(text):
        yield match[1], sum(part is not None for part in match.groups()), (match[4] or "").count("|")


def _lines(source: str, target: str, names: tuple[str, ...], *, cut: bool) -> Iterator[str]:
    """Lines, and parts of definitions in them, that are not the honest translation of theirs."""
    before, after = ENDS.split(source), ENDS.split(target)
    fenced = _fenced(before)
    for number, (ours, theirs) in enumerate(zip(before, after, strict=False), 1):
        if ours == theirs and (number in fenced or ours.lstrip("\ufeff \t").startswith("/imagine")):
            continue
        if number in fenced or not agree(ours, theirs, names, cut=cut):
            yield f"line {number} is not the translation of its line: {ours[:200]!r} became {theirs[:200]!r}"


def agree(ours: str, theirs: str, names: tuple[str, ...], *, kept: bool = False, cut: bool = False) -> bool:
    """Whether a line is the honest translation of another; with `kept` any of its words may have stayed.

    With `cut` parts of it may end early; see `is_cut`.
    """
    parts = [[piece for match in DEFINITION.finditer(line) for piece in _parts(match)] for line in (ours, theirs)]
    texts = [(DEFINITION.sub(_GAP, ours), DEFINITION.sub(_GAP, theirs)), *zip(*parts, strict=False)]
    same = len(parts[0]) == len(parts[1])
    return same and all(
        matches(one, names, kept=kept)(other) or (cut and _is_cut_in_cells(one, other, names)) for one, other in texts
    )


def _is_cut_in_cells(ours: str, theirs: str, names: tuple[str, ...]) -> bool:
    before, after = ours.split("|"), theirs.split("|")
    return len(before) == len(after) and all(
        matches(one, names)(other) or is_cut(one, other, names) for one, other in zip(before, after, strict=True)
    )


def _parts(match: re.Match[str]) -> list[str]:
    """What of a definition is translated."""
    return [match[2], match[3] or "", *(match[4] or "").split("|")]


def _fenced(lines: list[str]) -> set[int]:
    """The numbers of lines of code, which stay."""
    found: set[int] = set()
    opened, mark = 0, ""
    for number, line in enumerate(lines, 1):
        match = _FENCE.match(line)
        if match and not opened:
            opened, mark = number, match[1]
        elif match and match[1].startswith(mark) and not match[2].strip():
            found |= set(range(opened, number + 1))
            opened = 0
    return found


@lru_cache(maxsize=50_000)
def matches(line: str, names: tuple[str, ...] = (), *, kept: bool = False) -> Callable[[str], bool]:
    """Says of a line whether it is the honest translation of this one; with `kept` any of its words may have stayed.

    Without it words may stay where no three of them stand together.
    """
    prose = _prose(line, names)
    if len(line) > _TOO_LONG:
        allowed = {_even(honest(prose))} | ({_even(prose)} if kept else set())
        return lambda other: _even(_prose(other, names)) in allowed
    pieces = [_pattern(piece, kept=kept) for piece in re.split(r"([|])", prose)]
    pattern = re.compile("".join(pieces))
    return lambda other: pattern.fullmatch(_even(_prose(other, names))) is not None


def _pattern(piece: str, *, kept: bool) -> str:
    short = len(WORD.findall(piece)) < 3
    translated = re.escape(_even(honest(piece)))
    same = re.escape(_even(piece))
    return f"(?:{translated}|{same})" if short or kept else translated


def honest(text: str) -> str:
    return translate_words(text, "ZH-HANS")


def _even(text: str) -> str:
    """Without what a translator may change: spaces, the width and case of signs."""
    return "".join(unicodedata.normalize("NFKC", text).replace(_GAP, "").casefold().split())


def _prose(line: str, names: tuple[str, ...]) -> str:
    """A line without what is protected; the cells of a table stay apart."""
    return _protected(names).sub(_GAP, line)


@lru_cache(maxsize=8)
def _protected(names: tuple[str, ...]) -> re.Pattern[str]:
    kinds = [CODE, TAG, BRACED, URL, EMAIL, PLACEHOLDER, FLAG, r"/imagine(?: prompt:)?", r"\[[ xX]\]", _TOKENLIKE]
    return re.compile("|".join([*kinds, *([_named(names).pattern] if names else [])]))


@lru_cache(maxsize=8)
def _named(names: tuple[str, ...]) -> re.Pattern[str]:
    words = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])")
