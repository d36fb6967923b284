"""Hard gates for one translated segment: each says what is wrong with it, or nothing. No engine is trusted.

The same gates judge what our engines send, what lies in a folder, and what is imported. The list, and the shares of
real translations that each would have stopped, are in the project's study of 2,070 prompts that exist in English and in
a Chinese made by a chat model.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import Literal

import msgspec

from grimoire.glossary import missing_terms
from grimoire.scripts import SCRIPT_OF, base, chinese_variant, other_latin, weigh
from grimoire.translators.beside import continued
from grimoire.translators.numbers import changed_numbers
from grimoire.translators.pair import Pair
from grimoire.translators.spans import TEMPLATE_KINDS, span_pattern
from grimoire.translators.talk import find_talk

Severity = Literal["error", "warning"]


class Gate(msgspec.Struct, frozen=True):
    """`check` says what is wrong with a pair, or nothing; `advice` what a person can do about it."""

    check: Callable[[Pair], str]
    advice: str
    severity: Severity = "error"


_LONG = 40
# Stands for a token among words: no pattern of ours has it, and no text that a file holds.
_INSIDE = "\ufffe"
_DENSE = {"zh", "ja", "ko"}
# A sentence's end; a piece that lost its own has to be longer to pass for whole.
_END = re.compile(r"[.!?:。！？：…][\W_]{0,3}$")
_UNENDED = 1.5
_QUOTES = "\"'“”„‟‘’‚«»‹›「」『』《》〝〞＂＇"
_KANA = re.compile("[\u3041-\u30ff]+")
_NO_LETTER = re.compile(r"[\W\d_]+")
# A piece begins after its line's own marks, so that one more would make the line something else.
_BLOCK = re.compile(r"(?:#{1,6}|[-*+>])[ \t]|`{3}|~{3}")
_LEFTOVER = re.compile(
    r"[⟦⦃⟪⧼⦗⌊]\s{0,3}[0-9]{1,6}\s{0,3}[⟧⦄⟫⧽⦘⌋]|[⟦⟧⦃⦄⧼⧽⦗⦘]|\"{3}|'{3}|<{3}|>{3}|={4,}|\*{4,}|~{4,}|#{4,}(?=\S)"
    r"|【\s{0,3}[0-9]{1,3}\s{0,3}】|［\s{0,3}[0-9]{1,3}\s{0,3}］|</?(?:text|x|source|target|input|prompt)\b"
)
_SENTENCE_END = re.compile(r"[。！？；;!?](?=.)|[.](?=\s\S)|[。；;：:]$")
_FULL_WIDTH = re.compile(
    r"［\s{0,3}[A-Z]{4,20}[0-9]?\s{0,3}］|【\s{0,3}[A-Z]{4,20}[0-9]?\s{0,3}】|\[\s{0,3}(?:提示|目标语言|目標語言|变量|變量|變數)\s{0,3}[0-9]?\s{0,3}\]"
)


def is_answered(pair: Pair) -> str:
    """Words, not nothing, nor tokens and punctuation alone."""
    if not pair.result:
        return "no translation came back"
    return "" if any(c.isalnum() for c in pair.words_back) else "there are no words in it"


def keeps_placeholders(pair: Pair) -> str:
    """Each of the template's own once, and no token that was not sent."""
    return _miscounted(pair, lambda kinds: not kinds or not TEMPLATE_KINDS.isdisjoint(kinds))


def keeps_protected(pair: Pair) -> str:
    """URLs, addresses, code, slots, flags and tags: each once; a link's address stays behind its text."""
    wrong = _miscounted(pair, lambda kinds: TEMPLATE_KINDS.isdisjoint(kinds) and not kinds <= {"name", ""})
    torn = [n for n in pair.tokens_sent if f"]({pair.brackets.token(int(n))}" in pair.text and not _is_linked(pair, n)]
    return wrong or (f"{pair.name(torn[0])} is no link's address any more" if torn else _run_together(pair))


def _run_together(pair: Pair) -> str:
    """A name, URL, address or flag that what stands beside it now continues, as nothing does in the source."""
    if not pair.tokens_back:
        return ""
    new = _glued(pair, pair.result) - _glued(pair, pair.text)
    return f"{pair.name(min(new)[0])} runs together with what stands beside it" if new else ""


def _glued(pair: Pair, text: str) -> set[tuple[str, int]]:
    pieces = pair.brackets.pattern.split(text)
    shown = [pair.name(piece) if index % 2 else piece for index, piece in enumerate(pieces)]
    names = {index for index in range(1, len(pieces), 2) if pair.kind(pieces[index]) == "name"}
    return {(pieces[index], end) for index, end in continued(shown, names)}


def _is_linked(pair: Pair, digits: str) -> bool:
    opening, closing = re.escape(pair.brackets.opening), re.escape(pair.brackets.closing)
    return re.search(rf"\]\s?\(\s?{opening}\s*{digits}\s*{closing}", pair.result) is not None


def keeps_names(pair: Pair) -> str:
    """Each name at least once: a sentence may need it again, or less often."""
    back = set(pair.tokens_back)
    of_name: dict[str, list[str]] = {}
    for number, kinds in enumerate(pair.segment.kinds):
        if kinds == "name":
            of_name.setdefault(pair.name(str(number)), []).append(str(number))
    lost = [name for name, digits in of_name.items() if back.isdisjoint(digits)]
    if lost:
        return f"{', '.join(lost)} is not in it as it is written"
    twice = [digits for digits in sorted(back) if len(pair.tokens_back) > 1 and _stands_twice(pair, digits)]
    return f"{pair.name(twice[0])} stands twice in a row" if twice else ""


def _stands_twice(pair: Pair, digits: str) -> bool:
    token = re.escape(pair.brackets.token(int(digits)))
    return re.search(rf"{token}\s*{token}", pair.result) is not None


def leaves_nothing_over(pair: Pair) -> str:
    """No token or half of one, no delimiter of a translator's, no placeholder in other brackets."""
    for pattern in (_LEFTOVER, _FULL_WIDTH):
        found = pattern.findall(pair.words_back)
        if found and (new := Counter(found) - Counter(pattern.findall(pair.words_sent))):
            return f"{next(iter(new))} was left over"
    broken = [b for b in (pair.brackets.opening, pair.brackets.closing) if b in pair.words_back]
    return f"a broken token was left over: {' '.join(broken)}" if broken else ""


def is_one_line(pair: Pair) -> str:
    """One line in, one line out."""
    lines, allowed = len(pair.result.splitlines()), len(pair.text.splitlines())
    return f"one line became {lines}" if lines > allowed else ""


def adds_no_character(pair: Pair) -> str:
    """No control, surrogate or private-use character, byte order mark or bidirectional control that was not sent."""
    if pair.result.isprintable():  # which none of them is
        return ""
    new = {c for c in set(pair.result) - set(pair.text) if _is_unfit(c)} - {"\n", "\r"}
    return f"it holds unfit characters: {', '.join(f'U+{ord(c):04X}' for c in sorted(new))}" if new else ""


def adds_no_span(pair: Pair) -> str:
    """Nothing that reads as a placeholder, URL, code, flag, tag or HTML entity, beyond what the tokens stand for."""
    back = _spans(pair, pair.result)
    added = back - _spans(pair, pair.text) if back else back
    return f"it adds {', '.join(list(added)[:3])}" if added else ""


def opens_no_block(pair: Pair) -> str:
    """It does not begin as a heading, a list item, a quotation or a code block, other than the source does."""
    mark, own = _BLOCK.match(pair.result), _BLOCK.match(pair.text)
    same = mark and own and mark.group().strip() == own.group().strip()
    return f"it begins with {mark.group().strip()}" if mark and not same else ""


def stays_closed(pair: Pair) -> str:
    """No character that would end the place it stands in."""
    new = [c for c in pair.closed if pair.result.count(c) > pair.text.count(c)]
    return f"it adds {' '.join(new)}, which has a meaning where it stands" if new else ""


def keeps_numbers(pair: Pair) -> str:
    """The numbers of both are equal, as `changed_numbers` compares them."""
    lost, added = changed_numbers(pair.words_sent, pair.words_back)
    said = [f"{word} {', '.join(numbers[:5])}" for word, numbers in (("lost", lost), ("added", added)) if numbers]
    return f"numbers changed: {'; '.join(said)}" if said else ""


def is_translated(pair: Pair) -> str:
    """Three words or more that come back as they went."""
    same = " ".join(pair.result.split()).casefold() == " ".join(pair.text.split()).casefold()
    written_alike = {base(pair.source), base(pair.target)} <= {"zh", "ja"}  # 主要目的 is Japanese too
    if not same or pair.source == pair.target or written_alike:
        return ""
    han = weigh(pair.words_sent)["Han"]
    enough = len(re.findall(r"[^\W\d_]+", pair.words_sent)) >= 3 or han >= 3  # noqa: PLR2004  # as the docstring says
    return "it came back untranslated" if enough else ""


def is_in_script(pair: Pair) -> str:
    """Written in the target's script; see `wrong_script`. A short piece may be a name, or words used everywhere."""
    if pair.source == pair.target:
        return ""
    letters = len(_NO_LETTER.sub("", pair.words_sent))
    back = _without_quoted(pair) if base(pair.target) == "zh" else pair.words_back
    return _third_script(pair) or _source_script(pair) or wrong_script(back, pair.target, enough=letters >= _LONG // 2)


def _third_script(pair: Pair) -> str:
    """A script that is neither the target's nor Latin, in most of a piece, be it short; the source's may stay."""
    weights, sent = weigh(pair.words_back), weigh(pair.words_sent)
    own = {SCRIPT_OF.get(base(pair.target)), "Latin", "Han", "kana"}
    third = [script for script in weights if script not in own and weights[script] > sent[script]]
    wrong = base(pair.target) in SCRIPT_OF and sum(weights[script] for script in third) * 2 > weights.total()
    return f"it is written in {', '.join(third)} script" if wrong else ""


def _source_script(pair: Pair) -> str:
    """The source's own script in most of a piece, be it short: Latin names stay in any language, others do not."""
    source, target = (SCRIPT_OF.get(base(code)) for code in (pair.source, pair.target))
    if source in {None, "Latin", target} or {source, target} == {"Han", "kana"}:
        return ""
    weights = weigh(pair.words_back)
    return f"it is still in {source} script" if weights[str(source)] * 2 > weights.total() else ""


def _without_quoted(pair: Pair) -> str:
    """What came back without the Japanese that the source quotes."""
    quoted = "|".join(map(re.escape, _KANA.findall(pair.words_sent)))
    return re.sub(quoted, "", pair.words_back) if quoted else pair.words_back


def wrong_script(text: str, target: str, *, enough: bool = True) -> str:
    """Why a text cannot be in the language `target` (a code); empty when it may be.

    At least a sixth of its words (characters, in Chinese, Japanese and Korean) are in the target's script, since names
    and terms may stay; Chinese is not in the other script of Chinese, nor Japanese; where the script is Latin no other
    Latin language's function words prevail. Without `enough` text only the other Chinese script is looked for.
    """
    script = SCRIPT_OF.get(base(target))
    if script is None:
        return ""
    weights = weigh(text)
    if enough:
        own = weights[script] + (weights["Han"] if script == "kana" else 0)
        if own * 6 < weights.total():
            return f"it is hardly written in the script of {target}"
        if script == "kana" and not weights["kana"]:
            return "it has no kana, as Japanese has"
        if script == "Latin" and (other := other_latin(text, base(target))):
            return f"it reads as {other}, not as {target}"
    return _wrong_han(text, target, weights) if script == "Han" else ""


def _wrong_han(text: str, target: str, weights: Counter[str]) -> str:
    if weights["kana"] * 4 > weights["Han"] + weights["kana"]:
        return "it is Japanese"
    simplified, traditional = chinese_variant(text)
    wanted, right, wrong = (
        ("Traditional", traditional, simplified) if target == "zh-Hant" else ("Simplified", simplified, traditional)
    )
    return f"{wrong} of its characters are not {wanted}" if wrong >= 2 and wrong >= 4 * right else ""  # noqa: PLR2004  # one alone may be a name


def is_whole(pair: Pair) -> str:
    """A long piece keeps a plausible length: what is far shorter was cut, what is far longer is an answer.

    Measured English to Chinese: median 0.34, from 0.25 (5th percentile) to 0.49 (95th); the limits leave single lines
    room, and long ones less.
    """
    sent, back = len(pair.words_sent.strip()), len(pair.words_back.strip())
    dense = (base(pair.source) in _DENSE, base(pair.target) in _DENSE)
    low, high = {(False, True): (0.12, 1.0), (True, False): (1.0, 9.0)}.get(dense, (0.33, 3.0))
    short = _LONG // 3 if dense[0] else _LONG
    low *= 1.0 if sent < 3 * short else 1.4
    if _END.search(pair.text) and not _END.search(pair.result):
        low, short = low * _UNENDED, short // 2
    if sent >= short and not low <= back / sent <= high:
        return f"{sent} characters became {back}: it was cut, or answered instead of translated"
    if sent < short and back > high * short * 2:
        return f"{sent} characters became {back}: it was answered instead of translated"
    return ""


def is_no_refusal(pair: Pair) -> str:
    """No remark, apology, offer or refusal in place of a translation or after it, and no note about it."""
    said = find_talk(pair.words_sent, pair.words_back)
    return f"it talks instead of translating: {said!r}" if said else ""


def adds_no_quotes(pair: Pair) -> str:
    """Not put in quotation marks from end to end, beyond those the source has."""
    sent, back = _quotes(pair.text), _quotes(pair.result)
    wrapped = all(more > less for more, less in zip(back, sent, strict=True))
    return f"it was put in quotation marks: {pair.result[0]} {pair.result[-1]}" if wrapped else ""


def _quotes(text: str) -> tuple[int, int, int]:
    """How many quotation marks it begins with, ends with, and holds."""
    core = text.strip(_QUOTES + " ")
    start, _, end = text.partition(core) if core else (text, "", "")
    return tuple(sum(part.count(mark) for mark in _QUOTES) for part in (start, end, text))  # type: ignore[return-value]  # three


def is_title(pair: Pair) -> str:
    """A title stays one: no sentences where the source has none, and no essay."""
    if not pair.title:
        return ""
    ends = len(_SENTENCE_END.findall(pair.words_back)) - len(_SENTENCE_END.findall(pair.words_sent))
    back, sent = len(pair.words_back.strip()), len(pair.words_sent.strip())
    dense = base(pair.target) in _DENSE and base(pair.source) not in _DENSE
    sparse = base(pair.source) in _DENSE and base(pair.target) not in _DENSE
    long = back > max(24 if dense else 60, sent * (1.0 if dense else 6.0 if sparse else 2.5))
    return "it reads as a text, not as a title" if ends > 0 or long else ""


def keeps_terms(pair: Pair) -> str:
    """The glossary's words are translated as it says."""
    missing = missing_terms(pair.segment.terms, pair.words_back)
    said = "; ".join(f"`{term.source}` must be {' or '.join(term.targets)}" for term in missing)
    return f"the glossary says otherwise: {said}" if said else ""


GATES: dict[str, Gate] = {
    "empty": Gate(is_answered, "translate the line"),
    "placeholders": Gate(
        keeps_placeholders, "put each placeholder where its meaning wants it, as often as in the source"
    ),
    "protected": Gate(keeps_protected, "copy it from the source, letter for letter"),
    "names": Gate(keeps_names, "leave the name as it is, or say `translate` of it in glossary.yaml"),
    "leftover": Gate(leaves_nothing_over, "take it out"),
    "lines": Gate(is_one_line, "a line of the source is a line of the translation"),
    "characters": Gate(adds_no_character, "take them out"),
    "added": Gate(adds_no_span, "take it out"),
    "delimiters": Gate(stays_closed, "use a full-width sign, or other words"),
    "blocks": Gate(opens_no_block, "begin the line as the source begins"),
    "refusal": Gate(is_no_refusal, "translate the line, without remarks"),
    "quotes": Gate(adds_no_quotes, "take the quotation marks away"),
    "unchanged": Gate(is_translated, "translate the line"),
    "script": Gate(is_in_script, "write it in the language and script of the file"),
    "length": Gate(is_whole, "translate the whole line, and nothing else"),
    "numbers": Gate(keeps_numbers, "keep the source's numbers"),
    "title": Gate(is_title, "a title is a few words"),
    "options": Gate(lambda _: "", "give each option of a variable a name of its own"),
    "terms": Gate(keeps_terms, "use the glossary's word, or change glossary.yaml", "warning"),
}

WARNINGS = frozenset(name for name, gate in GATES.items() if gate.severity == "warning")
"""Gates whose failure leaves a translation good: a person should know of it, and nothing is broken."""


def _miscounted(pair: Pair, concerns: Callable[[set[str]], bool]) -> str:
    """What is wrong with the counts of the tokens that concern a gate, told by what the tokens stand for."""
    if sorted(pair.tokens_sent) == sorted(pair.tokens_back):
        return ""
    sent, back = Counter(pair.tokens_sent), Counter(pair.tokens_back)
    wrong = [
        n for n in sorted(sent | back) if sent[n] != back[n] and concerns(set(filter(None, pair.kind(n).split("+"))))
    ]
    said = ", ".join(f"{pair.name(n)} {back[n]} times" for n in wrong[:5])
    return f"each must be there as often as in the source: has {said}" if wrong else ""


def _spans(pair: Pair, text: str) -> Counter[str]:
    """What reads as a span, by its text; by its kind where a token is in it, since what stands around may be prose."""
    text = pair.brackets.replace(text, lambda _: _INSIDE)
    found = span_pattern().finditer(text)
    return Counter(
        f"a {match.lastgroup} around a token" if _INSIDE in match.group() else match.group() for match in found
    )


def _is_unfit(char: str) -> bool:
    # Overrides, embeddings and isolates can make a line read other than it is; plain marks are ordinary in Arabic.
    if "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069":
        return True
    return char == "\ufeff" or unicodedata.category(char) in {"Cc", "Cs", "Co", "Cn"}
