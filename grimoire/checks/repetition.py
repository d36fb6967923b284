"""Standing check: the answer does not go round in circles.

The text is read as units: sentences, lines, table cells and what stands on either side of a colon, without list marks
and numbers, hashtags and dividers, so that items which differ by their number alone are the same. Two measures:

- *loops*: a piece of any length that follows itself directly. Its surplus is what comes after the first copy.
- *repeated share*: the share of characters in units of eight Chinese characters, or 24 letters, that stand three times
  or more, all after the first. It is the "duplicate line character fraction" of Rae et al., "Scaling Language Models:
  Methods, Analysis & Insights from Training Gopher" (2021), table A1, which drops web pages above 0.20; here it is
  taken of sentences and cells too, and more is let be, since a plan repeats its routine.

Verse has refrains, and may do more of both. A character of Chinese, Japanese or Korean counts as three letters. Code is
not read but for loops of twenty copies. Time is linear in the text's length.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec

from grimoire.checks.in_lines import InLines
from grimoire.checks.prose import prose, spoken
from grimoire.checks.reason import quote, result
from grimoire.checks.width import wide
from grimoire.expression import Expression
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult

SURPLUS = 100
"""Letters that only say again what came directly before: fewer are emphasis or a chant."""
LAUGHTER = 120
"""The same for a piece of one or two different letters, such as 哈哈 or 滴答."""
COPIES, ENDLESS_COPIES, CODE_COPIES, STATEMENT_COPIES = 5, 8, 20, 7
STATEMENT_LINES, STATEMENT_WORDS = 3, 5
TWICE, OFTEN = 1.9, 3
LOOP_SHARE, TWICE_SHARE, VERSE_SHARE, REPEATED_SHARE = 0.3, 0.45, 0.6, 0.5
WIDE = 3
UNIT = 24
CLAUSE, CLAUSES_SHARE, ANEW, TAIL = 18, 0.5, 0.4, 600
"""Letters of a clause; of the text: clauses that stood before, and those of them in new
sentences; its end, which is looked at first."""
SAYING, SAYINGS, SAYINGS_SHARE = 36, 8, 0.3
"""Letters of one sentence that stands eight times or more; what it makes up of the text."""
ALIKE, ALIKE_LETTERS, ALIKE_PLACES = 0.85, 60, 5
"""Of two sentences: what is the same before and after the one place where they differ."""
SYLLABLES = 2
ASKED = 20_000
"""Characters of an incantation that are read."""
SHORT_LINE, STANZAS = 60, 6

_GRAM = 12
_NEAR, _FAR, _CODE = (
    (32, 400),
    (200, 4_000),
    (160, 800),
)  # a piece every so many characters is looked for in so many after it
_EDGE = " \t\r*_>+-•·#~=—–.,、，:：()（）[]【】“”\"'|"
_NUMERALS = "0123456789第一二三四五六七八九十"
_AFTER_COUNTER = ".、)）:：|天日周步章节節条條个個篇期页頁点點集课課题題"
_ENDS = ("|", ". ", "! ", "? ", ": ")
_WIDE_ENDS = ("。", "！", "？", "；", "：")
_HASHTAG = Expression(r"#[^\s#|]+#?")
_WORD = Expression(r"[a-zA-Z_]{2,}")
_VALUE = Expression(r"\"\w+\": |\bINSERT\b|^[ \t]*(?:<|- )", re.MULTILINE)
_FORM = Expression(r"__|□|☐|\[ \]|\.{4}|…{2}")
_NO_VERSE = Expression(r"[ \t]*(?:#|\||>|[-*•+][ \t]|\d{1,3}[.、)）]|\*\*|$)")
_SONG = Expression(
    r"\b(?:songs?|lyrics?|poems?|poetry|verses?|raps?|chorus|refrain|chants?|mantras?|nursery|rhymes?|haiku|limerick)\b"
    r"|[歌诗詩]|童谣|童謠|口诀|口訣|绕口令|繞口令|顺口溜|順口溜|说唱|饶舌|饒舌",
    re.IGNORECASE,
)
_FORMULA = Expression(
    r"\bsame (?:\w+ ){0,2}?(?:lines?|sentences?|ending|call|offer|words?|routine|build|pattern|templates?)\b"
    r"|\bkeeps coming back\b|\btemplates?\b"
    r"|\bwritten out\b|\bconjugat|\ball (?:six )?persons\b|\b(?:breathing|meditation|relaxation|affirmations?"
    r"|drills?)\b"
    r"|同[一样][句个]|同样的|相同的|反复出现|反覆出現|重复出现|模板|句式|排比|变位|冥想|呼吸|跟着念|仿照",
    re.IGNORECASE,
)
_MANY = r"(?:\d{1,4}|five|six|seven|eight|nine|ten|twenty|fifty|a hundred|one hundred|a thousand) times"
_RECITE = r"(?:重复|重複|抄写|抄寫|抄|默写|默寫|写|寫|说|說|念|背)"
_ASKED = Expression(
    r"\b(?:repeat|write|say|print|copy|type)\b(?: out| down)?(?: the| this| that| same| following){0,3}"
    rf" (?:sentence|line|phrase|words?|text|it\b|[\"'“‘])[^\n]{{0,200}}? {_MANY}\b"
    rf"|\brepeated (?:exactly )?{_MANY}\b"
    rf"|(?<![不勿别別])(?<!不要){_RECITE}[^。\n]{{0,12}}(?:[三四五六七八九十百千]|[3-9]|\d\d) ?遍"
    rf"|[”’」』][^。\n]{{0,12}}{_RECITE}[^。\n]{{0,6}}(?:[五六七八九十百千]|[5-9]|\d\d) ?[遍次]",
    re.IGNORECASE,
)
_VERSE, _MANY_TIMES = InLines(_SONG, _FORMULA), InLines(_ASKED)


class Loop(msgspec.Struct, frozen=True):
    """A piece of text that follows itself directly: `size` characters in all, the piece among them."""

    piece: str
    size: int

    @property
    def copies(self) -> int:
        """How often the piece stands there, the last time perhaps not whole."""
        return round(self.size / len(self.piece))

    @property
    def surplus(self) -> float:
        """The letters that come after the first copy."""
        return weight(self.piece) * (self.size / len(self.piece) - 1)

    def __str__(self) -> str:
        inner = self.piece.strip()
        head, _, tail = inner.partition("\n") if len(inner) == len(self.piece) else ("", "", inner)
        return f"{self.copies} times one after the other: {quote(f'{tail} {head}')}"


class Repetition:
    """The answer does not repeat itself to no end."""

    name = "repetition"
    version = 1
    should = False

    def judge(self, exchange: Exchange) -> CheckResult:
        verse, asked = _asked(exchange.incantation)
        if asked:
            return result(self, "skipped", "the incantation asks for the same words many times")
        why = circles(exchange.answer.text, verse=verse, given=exchange.text, asked=exchange.incantation[:ASKED])
        if why and _given(exchange.text):
            return result(self, "skipped", f"the input repeats itself too; {why}")
        return result(self, "failed" if why else "passed", why or "nothing is repeated to no end")


@lru_cache(maxsize=256)
def _asked(incantation: str) -> tuple[bool, bool]:
    """Whether verse or a formula is asked for, and whether the same words many times."""
    return any(_VERSE.of(incantation[:ASKED])), any(_MANY_TIMES.of(incantation))


@lru_cache(maxsize=256)
def _given(text: str) -> str:
    return circles(text)


def circles(text: str, *, verse: bool = False, given: str = "", asked: str = "") -> str:
    """How a text repeats itself to no end; empty when it does not.

    What stands in `given` may be quoted twice, a sentence of `asked` as often as it likes.
    """
    said = prose(text)
    read = units(said)
    parts = read.split("\n")
    again = len(read) - len(parts) + 1 - sum(map(len, set(parts)))
    loops = _suspects(read, parts, again)
    if loops or again >= SAYINGS_SHARE * len(read) > 0:
        verse = verse or is_verse(said)
        if loop := next((loop for loop in loops if is_degenerate(loop, len(read), verse=verse, given=given)), None):
            return str(loop)
        if why := _too_much(read, said, verse=verse, asked=asked):
            return why
    if why := "" if verse else _few_clauses(read, again, asked) or _alike(read, parts):
        return "" if is_verse(said) else why
    if len(said) < len(text) or text.count(" #") > CODE_COPIES:
        return _loop_in_code(spoken(text))
    return ""


def _suspects(read: str, parts: list[str], again: int) -> list[Loop]:
    """The loops of some length, where `again` characters are in units that stood before.

    A loop that is longer than a unit repeats units; where hardly any is repeated, each is looked at for itself.
    """
    least = SURPLUS if read.isascii() else SURPLUS / WIDE
    long = (part for part in parts if len(part) > least and len(part) > (SURPLUS if part.isascii() else least))
    pieces = [read] if again >= least else long
    return [loop for piece in pieces for loop in find_loops(piece) if loop.surplus >= SURPLUS]


def units(text: str) -> str:
    """Sentences, lines and cells, each on a line, without hashtags, and lines without marks and what numbers them."""
    if "#" in text:
        text = _HASHTAG.sub("", text)
    text = text.replace("**", "")
    lines = [bare for line in text.split("\n") if (bare := line.strip(_EDGE))]
    text = "\n".join([_body(line) if line[0] in _NUMERALS else line for line in lines])
    for end in _ENDS if text.isascii() else _ENDS + _WIDE_ENDS:
        text = text.replace(end, "\n")
    return text


def _body(line: str) -> str:
    """The line without its number, if what it begins with is one: "3. Grind", "第3天 …", but not "3 km" or "10:30"."""
    body = line.lstrip(_NUMERALS).lstrip(" ")
    counts = (body[:1] or ".") in _AFTER_COUNTER and not body[1:2].isdigit()
    return body.lstrip(_EDGE) if counts else line


def find_loops(text: str, passes: Sequence[tuple[int, int]] = (_NEAR, _FAR)) -> Iterator[Loop]:
    """Pieces that follow themselves directly, near ones first. Loops of fewer than 44 characters may be missed."""
    for stride, reach in passes:
        at = 0 if stride < len(text) else len(text)
        while at + _GRAM < len(text):
            again = text.find(text[at : at + _GRAM], at + 1, at + reach)
            loop = _loop(text, at, again, stride) if again > 0 else None
            at += stride
            if loop:
                yield loop
                at += loop.size


def _loop(text: str, one: int, other: int, reach: int) -> Loop | None:
    """The loop, if it is one, of a piece that stands at two places; its start may lie `reach` characters before."""
    period, ahead, back = other - one, _agreement(text, one, other), 0
    if ahead + reach < (TWICE - 1) * period:
        return None
    while back < min(reach, one) and text[one - back - 1] == text[other - back - 1]:
        back += 1
    size = back + period + ahead
    return Loop(text[one - back : other - back], size) if size >= TWICE * period else None


def _agreement(text: str, one: int, other: int) -> int:
    """How many characters from one place on are the same as from another, later one."""
    size, step = 0, 1
    while _same(text, one + size, other + size, step):
        size, step = size + step, 2 * step
    while step := step // 2:
        size += step if _same(text, one + size, other + size, step) else 0
    return size


def _same(text: str, one: int, other: int, size: int) -> bool:
    return other + size <= len(text) and text.startswith(text[one : one + size], other)


def is_degenerate(loop: Loop, total: int, *, verse: bool, given: str) -> bool:
    """Whether a loop in a text of `total` characters is more than emphasis, a refrain or a form to fill in."""
    letters = {char for char in loop.piece if char.isalpha()}
    share = (loop.size - len(loop.piece)) / total
    if not letters or _FORM.search(loop.piece):
        return False
    if len(letters) <= SYLLABLES:
        return loop.surplus >= LAUGHTER
    if verse:
        return share >= VERSE_SHARE or (loop.copies >= ENDLESS_COPIES and loop.surplus >= 2 * SURPLUS)
    if loop.copies < OFTEN:
        return share >= TWICE_SHARE and not any(part in given for part in loop.piece.split("\n") if len(part) >= UNIT)
    return loop.copies >= COPIES or share >= LOOP_SHARE


def _too_much(read: str, said: str, *, verse: bool, asked: str) -> str:
    """The share of the text that is in long units which stand three times or more, if it is too much."""
    counts = Counter(part for part in read.split("\n") if len(part) >= UNIT / WIDE)
    repeated = {part: count for part, count in counts.items() if count >= OFTEN and weight(part) >= UNIT}
    repeated = {part: count for part, count in repeated.items() if part.strip() not in asked}
    if not repeated:
        return ""
    most = max(repeated, key=lambda part: repeated[part])
    share = sum((count - 1) * len(part) for part, count in repeated.items()) / len(read)
    sentence = any(most + end in said for end in ".!?。！？")
    saying = sentence and not verse and repeated[most] >= SAYINGS and weight(most) >= SAYING
    if share < (VERSE_SHARE if verse else SAYINGS_SHARE if saying else REPEATED_SHARE):
        return ""
    return f"{share:.0%} of the text has been said before, most often {repeated[most]} times: {quote(most)}"


def _few_clauses(read: str, again: int, asked: str) -> str:
    """How much of the text is in clauses that stood before, if it is too much and they are put together anew."""
    tail = _clauses(read[-TAIL:])
    if 3 * len(set(tail)) > 2 * len(tail):
        return ""
    parts = [part.strip() for part in _clauses(read)]
    counts = Counter(parts)
    repeated = {
        part: count for part, count in counts.items() if count > 1 and weight(part) >= CLAUSE and part not in asked
    }
    share = sum((count - 1) * len(part) for part, count in repeated.items()) / max(1, sum(map(len, parts)))
    if share < CLAUSES_SHARE or share - again / len(read) < ANEW:
        return ""
    most = max(repeated, key=lambda part: repeated[part])
    return f"{share:.0%} of the text is in clauses said before, most often {repeated[most]} times: {quote(most)}"


def _clauses(read: str) -> list[str]:
    """What stands between commas, in small letters."""
    return read.casefold().replace(", and ", "\n").replace(", ", "\n").replace("，", "\n").split("\n")


def _alike(read: str, parts: list[str]) -> str:
    """Sentences that are the same but for one word or number, if they are most of the text."""
    least = ALIKE_LETTERS if read.isascii() else ALIKE_LETTERS // WIDE
    long = [part for part in parts if len(part) >= least]
    if len(long) < ALIKE_PLACES:
        return ""
    for ends in ([part[:8] for part in long], [part[-8:] for part in long]):
        if len(long) - len(set(ends)) < ALIKE_PLACES - 1:
            continue
        before: dict[str, str] = {}
        alike: list[str] = []
        for end, part in zip(ends, long, strict=True):
            if end in before and _differ_once(before[end], part):
                alike.append(part)
            before[end] = part
        if len(alike) >= ALIKE_PLACES - 1 and sum(map(len, alike)) >= REPEATED_SHARE * len(read):
            return f"{len(alike) + 1} sentences are the same but for one word: {quote(alike[-1])}"
    return ""


def _differ_once(one: str, other: str) -> bool:
    """Whether two long sentences of about the same length differ in one place only."""
    if abs(len(one) - len(other)) > (1 - ALIKE) / 2 * len(one) + 1 or weight(other) < ALIKE_LETTERS:
        return False
    ahead = _agreement(one + "\0" + other, 0, len(one) + 1)
    flipped, back = other[::-1], one[::-1]
    behind = _agreement(back + "\0" + flipped, 0, len(one) + 1)
    return ahead + behind >= ALIKE * max(len(one), len(other))


def _loop_in_code(text: str) -> str:
    """A loop anywhere, code and hashtags included, that no program needs."""
    return str(next((loop for loop in find_loops(text, [_CODE]) if _is_endless(loop)), ""))


def _is_endless(loop: Loop) -> bool:
    """Whether lines of code come twenty times, or several statements that are no markup and no data seven times."""
    if loop.copies >= CODE_COPIES:
        return loop.surplus >= CODE_COPIES * UNIT
    if loop.copies < STATEMENT_COPIES or loop.piece.count("\n") < STATEMENT_LINES or "</" in loop.piece:
        return False
    return len(set(_WORD.findall(loop.piece))) >= STATEMENT_WORDS and not _VALUE.search(loop.piece)


def is_verse(text: str) -> bool:
    """Whether most of the text is in short lines that are neither headings nor items nor rows."""
    lines = [line for line in text.split("\n") if not _NO_VERSE.match(line)]
    short = [line for line in lines if weight(line) <= SHORT_LINE]
    return len(short) >= STANZAS and sum(map(len, short)) >= VERSE_SHARE * len(text)


def weight(text: str) -> int:
    """Letters, a character of Chinese, Japanese or Korean counting as three."""
    return sum(map(str.isalpha, text)) + (WIDE - 1) * wide(text)
