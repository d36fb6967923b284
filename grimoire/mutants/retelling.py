"""Answers of the sample's shape that say something else: in another language, or about another subject."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain, cycle, islice

from grimoire.mutants import advice
from grimoire.mutants import lines as md
from grimoire.mutants.jsontext import change_said
from grimoire.mutants.material import Material, Mutant, shown
from grimoire.scripts import main_script

_WIDE_CHARACTER = r"[\u3005\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]"
_WIDE = re.compile(f"{_WIDE_CHARACTER}+")
_LETTERS = r"[^\W\d_\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]+"
_NARROW = re.compile(rf"{_LETTERS}(?:['’-]{_LETTERS})*")
_SHORT_NAME = re.compile(r"[A-Z]{1,5}")
CHARACTERS_A_WORD = 1.7
"""Chinese characters that say as much as a word of English."""
OTHERS = {
    "wide": ("灯塔", "透镜", "守塔人", "棱镜", "海雾", "纱罩", "钟机", "礁石"),
    "narrow": ("lighthouse", "lens", "keeper", "prism", "lantern", "mantle", "beacon", "reef"),
}
_IDLE_CHARACTERS = frozenset("的了是在和与及或有为不一这那个们把被让给对从到用以也就都又再还很更最上下中里")
_IDLE = (
    "the and for with from that this are was has have not you your our its into when how what who why which one two all"
    " any can will about"
)
_IDLE_WORDS = frozenset(_IDLE.split())
_NARROW_MARKS = str.maketrans({"，": ", ", "。": ". ", "？": "? ", "！": "! ", "：": ": ", "；": "; ", "、": ", "})
LONGEST_RUN = 24
A_WORD = 3
MANY_WORDS = 2_000


def other_language(material: Material) -> Mutant | None:
    """In another language, shape, names and numbers kept."""
    text = retell(material.sample, material.foreign, kept=material.subject)
    return _foreign(material, text, "all of it")


def half_other_language(material: Material) -> Mutant | None:
    """Slips into another language half-way."""
    lines = md.read(material.sample)
    half = _middle(lines)
    first, second = md.write(lines[:half]), md.write(lines[half:])
    text = f"{first}\n{retell(second, material.foreign, kept=material.subject)}"
    return _foreign(material, text, "the second half")


def _middle(lines: list[md.Line]) -> int:
    """The number of the first line that begins in the second half of the text, outside code where that can be."""
    whole, size = sum(len(line.text) for line in lines), 0
    for number, line in enumerate(lines):
        if number and size >= whole / 2 and line.kind not in {"code", "fence"}:
            return number
        size += len(line.text)
    return len(lines)


def _foreign(material: Material, text: str, how_much: str) -> Mutant | None:
    if not material.foreign:
        return None
    what = f"{how_much} is in another language"
    return Mutant(text=text, what=what, advice=(f"- language: {material.answer_in}", advice.chinese(material.sample)))


def other_subject(material: Material) -> Mutant | None:
    """Of the same shape, about something else from the first word to the last."""
    return _elsewhere(material, "", "not one word is about what was asked")


def subject_once(material: Material) -> Mutant | None:
    """About something else, but for its first line, which names what was asked about."""
    return _elsewhere(material, material.named, "only the first line names what was asked about")


def _elsewhere(material: Material, named: str, what: str) -> Mutant | None:
    if not material.elsewhere or not material.named:
        return None
    text = swapped(retell(material.sample, material.elsewhere), terms(material))
    if named:
        text = _name(text, named)
    return Mutant(text=text, what=what, advice=advice.about(material.subject or (material.named,), material.sample))


def _name(text: str, named: str) -> str:
    """The text with a name at the end of its first line that says something."""
    lines = md.read(text)
    at = next((n for n, line in enumerate(lines) if line.kind in {"heading", "prose", "item"}), None)
    if at is None:
        return f"{named}\n\n{text}"
    lines[at] = md.Line(lines[at].kind, lines[at].lead, f"{lines[at].body} ({named})")
    return md.write(lines)


def swap_subject(material: Material) -> Mutant | None:
    """Every word of the subject, and of the input, exchanged for one of another subject."""
    found = terms(material)
    if not found:
        return None
    text = swapped(material.sample, found)
    return Mutant(
        text=text,
        what=f"{len(found)} words exchanged, {shown(found[0])} first",
        advice=advice.about(material.subject or (material.named,), material.sample),
    )


def terms(material: Material) -> list[str]:
    """What the sample shares with the subject and the input, longest first: the words an answer is recognised by."""
    folded = material.sample.casefold()
    given = material.text[:MANY_WORDS]
    runs = [run[at : at + LONGEST_RUN] for run in _WIDE.findall(given) for at in range(0, len(run), LONGEST_RUN)]
    pieces = (run[a:b] for run in runs for a in range(len(run)) for b in range(a + 2, len(run) + 1))
    wide = (piece for piece in pieces if _IDLE_CHARACTERS.isdisjoint(piece))
    narrow = (word for word in _NARROW.findall(given) if len(word) >= A_WORD and word.casefold() not in _IDLE_WORDS)
    candidates = chain(material.subject, wide, narrow)
    found = {word.casefold() for word in candidates if word.strip() and word.casefold() in folded}
    return sorted(found, key=lambda word: (-len(word), word))


def swapped(text: str, found: list[str]) -> str:
    """The text with each term exchanged, the same one always for the same other."""
    if not found:
        return text
    others = {word: _other(word, number) for number, word in enumerate(found)}
    pattern = re.compile("|".join(map(re.escape, found)), re.IGNORECASE)
    return pattern.sub(lambda match: others.get(match.group().casefold(), OTHERS["narrow"][0]), text)


def _other(word: str, number: int) -> str:
    words = OTHERS["wide" if _WIDE.search(word) else "narrow"]
    return words[number % len(words)]


def retell(text: str, source: str, kept: tuple[str, ...] = ()) -> str:
    """The text with its words exchanged for those of `source`, one after the other, round and round.

    Marks, numbers, code and the words in `kept` stay, and so do the keys of JSON; its texts do not.
    """
    if not source:
        return text
    return change_said(text, _exchange(text, source, kept))


def _exchange(text: str, source: str, kept: tuple[str, ...]) -> Callable[[str], str]:
    """A function that exchanges words; it goes on in `source` where the last call stopped."""
    from_wide, to_wide = (_is_wide(part) for part in (text, source))
    supply = cycle(_supply(source, wide=to_wide))
    stay = "|".join(map(re.escape, sorted((word for word in kept if word), key=len, reverse=True))) or "(?!)"
    words = rf"(?:(?!{stay}){_WIDE_CHARACTER})+" if from_wide else _NARROW.pattern
    pattern = re.compile(f"({stay})|{words}", re.IGNORECASE)

    def other(match: re.Match[str]) -> str:
        word = match.group()
        if match[1] or _SHORT_NAME.fullmatch(word):
            return f"{' ' * bool(match.start())}{word} " if from_wide and not to_wide and not _in_tag(match) else word
        size = len(word) / CHARACTERS_A_WORD if from_wide else 1
        said = _take(supply, size, wide=to_wide, capital=word[0].isupper())
        return said.replace(" ", "") if _in_tag(match) else said

    def change(part: str) -> str:
        said = pattern.sub(other, part)
        return said.translate(_NARROW_MARKS) if from_wide and not to_wide else said

    return change


def _is_wide(text: str) -> bool:
    """Whether most of a text is in characters that are as wide as high; of code only where there is nothing else."""
    said = "\n".join(line.body for line in md.read(text) if line.kind not in {"code", "fence"})
    return (main_script(said) or main_script(text)) in {"Han", "kana", "Hangul"}


def _in_tag(match: re.Match[str]) -> bool:
    """Whether a word stands in a hashtag."""
    return match.string[: match.start()].rpartition(" ")[2].startswith("#")


def _supply(source: str, *, wide: bool) -> list[str]:
    return [char for run in _WIDE.findall(source) for char in run] if wide else _NARROW.findall(source)


def _take(supply: Iterator[str], size: float, *, wide: bool, capital: bool) -> str:
    """So many words (or the characters that say as much) of a supply."""
    if wide:
        return "".join(islice(supply, max(1, round(size * CHARACTERS_A_WORD))))
    said = " ".join(islice(supply, max(1, round(size))))
    return said[0].upper() + said[1:] if capital else said
