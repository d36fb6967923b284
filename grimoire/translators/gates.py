"""Hard gates for one translated piece: each says what is wrong with it, or nothing. No engine is trusted.

The list, and the shares of real translations that each would have stopped, are in the project's study of 2,070 prompts
that exist in English and in a Chinese made by a chat model.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable

import msgspec

from grimoire.translators.brackets import Brackets
from grimoire.translators.numbers import changed_numbers
from grimoire.translators.spans import SPAN


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """A piece and its translation, as a gate sees them. `source` and `target` are language codes."""

    piece: str
    result: str
    source: str
    target: str
    brackets: Brackets
    closed: str = ""

    @property
    def words_sent(self) -> str:
        return self.brackets.replace(self.piece, lambda _: " ")

    @property
    def words_back(self) -> str:
        return self.brackets.replace(self.result, lambda _: " ")


Gate = Callable[[Pair], str]

_SCRIPTS = {
    "zh": "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff",
    "ja": "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff",
    "ko": "\uac00-\ud7a3\u1100-\u11ff",
    "ru": "\u0400-\u04ff",
    "uk": "\u0400-\u04ff",
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "ar": "\u0600-\u06ff",
    "fa": "\u0600-\u06ff",
    "he": "\u0590-\u05ff",
    "hi": "\u0900-\u097f",
    "th": "\u0e00-\u0e7f",
}
_DENSE = {"zh", "zh-Hant", "ja", "ko"}
_LONG = 40
# What a translator says about its work, or instead of it. Only at the start, and only if the piece says nothing alike.
_CHATTER = re.compile(
    r"\W*(?:(?:here is|here's|below is) the translat|translation:|translated text|以下是(?:翻译|译文)"
    r"|(?:翻译|译文|译)[：:]|i'?m sorry, but|i cannot|i can't (?:assist|help)|as an ai\b"
    r"|(?:对不起|抱歉|很抱歉)，?我(?:无法|不能)|作为一?个?(?:ai|人工智能))",
    re.IGNORECASE,
)
_NOTE = re.compile(r"[（(\[【]\s*(?:译注|译者注|譯註|translator['’]?s note|translation note)", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[a-z]{2,8}|#[0-9]{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
# A piece begins after its line's own marks, so that one more would make the line something else.
_BLOCK = re.compile(r"(?:#{1,6}|[-*+>])[ \t]|`{3}|~{3}")
_EXCUSE = re.compile(r"translat|sorry|apolog|cannot|can't|as an ai\b|翻译|译文|抱歉|对不起|人工智能", re.IGNORECASE)


def keeps_tokens(pair: Pair) -> str:
    """Every token once, and no other."""
    sent, back = Counter(pair.brackets.numbers(pair.piece)), Counter(pair.brackets.numbers(pair.result))
    if sent == back:
        return ""
    wrong = [f"{pair.brackets.token(int(n))} {back[n]} times" for n in sorted(set(sent | back)) if sent[n] != back[n]]
    return f"each of its {len(sent)} tokens must occur exactly once, and no other: has {', '.join(wrong)}"


def leaks_no_bracket(pair: Pair) -> str:
    """No half of a token."""
    left = [b for b in (pair.brackets.opening, pair.brackets.closing) if b in pair.words_back]
    return f"a broken token was left over: {' '.join(left)}" if left else ""


def is_not_empty(pair: Pair) -> str:
    """Words, not tokens and punctuation alone."""
    return "" if any(c.isalnum() for c in pair.words_back) else "there are no words in it"


def is_one_line(pair: Pair) -> str:
    """One line in, one line out."""
    lines, allowed = len(pair.result.splitlines()), len(pair.piece.splitlines())
    return f"one line became {lines}" if lines > allowed else ""


def adds_no_character(pair: Pair) -> str:
    """No control, surrogate or private-use character, byte order mark or bidirectional control that was not sent."""
    new = {c for c in set(pair.result) - set(pair.piece) if _is_unfit(c)} - {"\n", "\r"}
    return f"it holds unfit characters: {', '.join(f'U+{ord(c):04X}' for c in sorted(new))}" if new else ""


def adds_no_span(pair: Pair) -> str:
    """Nothing that reads as a placeholder, URL, code, flag, tag or HTML entity, beyond what the tokens stand for."""
    sent, back = (
        Counter(m.group() for pattern in (SPAN, _ENTITY) for m in pattern.finditer(text))
        for text in (pair.words_sent, pair.words_back)
    )
    return f"it adds {', '.join(list(back - sent)[:3])}" if back - sent else ""


def opens_no_block(pair: Pair) -> str:
    """It does not begin as a heading, a list item, a quotation or a code block."""
    mark = _BLOCK.match(pair.result)
    return "" if not mark or _BLOCK.match(pair.piece) else f"it begins with {mark.group().strip()}"


def stays_closed(pair: Pair) -> str:
    """No character that would end the place it stands in."""
    new = [c for c in pair.closed if pair.result.count(c) > pair.piece.count(c)]
    return f"it adds {' '.join(new)}, which has a meaning where it stands" if new else ""


def keeps_numbers(pair: Pair) -> str:
    """The numbers of both are equal, as `changed_numbers` compares them."""
    lost, added = changed_numbers(pair.words_sent, pair.words_back)
    said = [f"{word} {', '.join(numbers[:5])}" for word, numbers in (("lost", lost), ("added", added)) if numbers]
    return f"numbers changed: {'; '.join(said)}" if said else ""


def is_translated(pair: Pair) -> str:
    """Three words or more that come back as they went."""
    same = " ".join(pair.result.split()).casefold() == " ".join(pair.piece.split()).casefold()
    enough = len(re.findall(r"[^\W\d_]+", pair.words_sent)) >= 3 or _letters(pair.words_sent, _SCRIPTS["zh"]) >= 3  # noqa: PLR2004  # as the docstring says
    return "it came back untranslated" if same and enough and pair.source != pair.target else ""


def is_in_script(pair: Pair) -> str:
    """A long piece has at least a sixth of its letters in the target's script; names and terms may stay as they are."""
    script = _SCRIPTS.get(pair.target.partition("-")[0])
    letters = sum(c.isalpha() for c in pair.words_back)
    if not script or pair.source == pair.target or sum(c.isalpha() for c in pair.words_sent) < _LONG // 2:
        return ""
    fits = _letters(pair.words_back, script) * 6 >= letters
    return "" if fits else f"it is hardly written in the script of {pair.target}"


def is_whole(pair: Pair) -> str:
    """A long piece keeps a plausible length: what is far shorter was cut, what is far longer is an answer.

    Measured English to Chinese: median 0.34, from 0.25 (5th percentile) to 0.49 (95th); the limits leave single lines
    room.
    """
    sent, back = len(pair.words_sent.strip()), len(pair.words_back.strip())
    dense = (pair.source in _DENSE, pair.target in _DENSE)
    low, high = {(False, True): (0.12, 1.0), (True, False): (1.0, 9.0)}.get(dense, (0.33, 3.0))
    if sent < (_LONG // 3 if dense[0] else _LONG) or low <= back / sent <= high:
        return ""
    return f"{sent} characters became {back}: it was cut, or answered instead of translated"


def is_no_chatter(pair: Pair) -> str:
    """No remark, apology or refusal in place of a translation."""
    said = _CHATTER.match(pair.words_back) or _NOTE.search(pair.words_back)
    return "" if not said or _EXCUSE.search(pair.words_sent) else f"it talks instead of translating: {said.group()!r}"


GATES: dict[str, Gate] = {
    "empty": is_not_empty,
    "tokens": keeps_tokens,
    "leak": leaks_no_bracket,
    "lines": is_one_line,
    "characters": adds_no_character,
    "added": adds_no_span,
    "delimiters": stays_closed,
    "blocks": opens_no_block,
    "numbers": keeps_numbers,
    "untranslated": is_translated,
    "script": is_in_script,
    "length": is_whole,
    "chatter": is_no_chatter,
}


def _letters(text: str, script: str) -> int:
    return len(re.findall(f"[{script}]", text))


def _is_unfit(char: str) -> bool:
    # Overrides, embeddings and isolates can make a line read other than it is; plain marks are ordinary in Arabic.
    if "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069":
        return True
    return char == "\ufeff" or unicodedata.category(char) in {"Cc", "Cs", "Co", "Cn"}
