"""Checks of what the answer says: texts it must or must not hold, begin with, end with or be, patterns it must match.

Texts are compared with curly quotation marks made straight, for models write one or the other as they please, and with
case ignored unless a check says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated, Any, ClassVar

import msgspec

from grimoire.checks.evidence import place
from grimoire.checks.number import Bounds, measure
from grimoire.checks.own import OwnCheck
from grimoire.checks.pattern import SECONDS, BadPattern, Pattern
from grimoire.checks.prose import spoken
from grimoire.checks.reason import quote, result
from grimoire.ports import Check, Exchange
from grimoire.verdict import CheckResult

Text = Annotated[str, msgspec.Meta(min_length=1)]
Texts = Annotated[list[Text], msgspec.Meta(min_length=1)]

SHOWN = 3
_SAME = {"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "\r\n": "\n"}


class TextsWants(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`case: true` tells capitals from small letters; `words: true` finds whole words alone (`AI`, not `again`).

    Chinese, Japanese and other scripts without spaces have no word ends: there `words` changes nothing.
    """

    texts: Texts
    case: bool = False
    words: bool = False


class AnyOf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the texts is enough."""

    any: Texts


class WholeWants(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`case: true` tells capitals from small letters."""

    texts: Texts
    case: bool = False


class _Finding:
    """Which of some texts stand in an answer, and where."""

    def __init__(self, wants: TextsWants, answer: str) -> None:
        self._answer = spoken(answer)
        self._folded = fold(self._answer, case=wants.case)
        spots = [_find(fold(text, case=wants.case), self._folded, words=wants.words) for text in wants.texts]
        self.there = {text: spot for text, spot in zip(wants.texts, spots, strict=True) if spot >= 0}
        self.missing = [text for text in wants.texts if text not in self.there]

    def where(self, text: str) -> str:
        """The line a text that is there was found in. Folding can change a text's length, but not where lines end."""
        spot = self.there[text]
        same = len(self._folded) == len(self._answer)
        return f"{quote(text, 30)} ({place(self._answer if same else self._folded, spot)})"


class Contains(OwnCheck[str | list[str] | AnyOf]):
    """A text that must occur, a list of which all must, or `{any: […]}`. Case is ignored."""

    name = "contains"
    version = 2
    form: ClassVar[object] = Text | Texts | AnyOf
    allowed = "a text, a list of texts, or {any: [texts]}"

    def judge(self, exchange: Exchange) -> CheckResult:
        if isinstance(self.wants, AnyOf):
            return _any(self, TextsWants(self.wants.any), exchange)
        return _all(self, _texts(self.wants), exchange)


class ContainsAll(OwnCheck[list[str] | TextsWants]):
    """Texts of which every one must occur. Case is ignored."""

    name = "contains-all"
    form: ClassVar[object] = Texts | TextsWants
    allowed = "a list of texts, or {texts: […], case: true, words: true}"

    def judge(self, exchange: Exchange) -> CheckResult:
        return _all(self, _texts(self.wants), exchange)


class ContainsAny(OwnCheck[list[str] | TextsWants]):
    """Texts of which at least one must occur. Case is ignored."""

    name = "contains-any"
    form: ClassVar[object] = Texts | TextsWants
    allowed = "a list of texts, or {texts: […], case: true, words: true}"

    def judge(self, exchange: Exchange) -> CheckResult:
        return _any(self, _texts(self.wants), exchange)


class NotContains(OwnCheck[str | list[str] | TextsWants]):
    """A text, or a list of texts, that must not occur. Case is ignored."""

    name = "not-contains"
    version = 2
    form: ClassVar[object] = Text | Texts | TextsWants
    allowed = "a text, a list of texts, or {texts: […], case: true, words: true}"

    def judge(self, exchange: Exchange) -> CheckResult:
        wants = _texts(self.wants)
        found = _Finding(wants, exchange.answer.text)
        if found.there:
            return result(self, "failed", f"contains {', '.join(map(found.where, _first(found.there)))}")
        return result(self, "passed", f"contains none of {_quoted(wants.texts)}")


class _Whole(OwnCheck[str | list[str] | WholeWants]):
    """What compares the answer, without white space around it, with texts of which one is enough."""

    form: ClassVar[object] = Text | Texts | WholeWants
    allowed = "a text, a list of texts of which one is enough, or {texts: […], case: true}"

    def prepare(self) -> None:
        wants = self.wants
        self._case = isinstance(wants, WholeWants) and wants.case
        self._texts = wants.texts if isinstance(wants, WholeWants) else [wants] if isinstance(wants, str) else wants
        self._folded = [fold(text.strip(), case=self._case) for text in self._texts]
        if not all(self._folded):
            raise self.bad("a text is empty")


class Equals(_Whole):
    """The whole answer is this text, or one of a list. Case and surrounding white space are ignored."""

    name = "equals"

    def judge(self, exchange: Exchange) -> CheckResult:
        said = spoken(exchange.answer.text).strip()
        answer = fold(said, case=self._case)
        if answer in self._folded:
            return result(self, "passed", f"is {quote(self._texts[self._folded.index(answer)])}")
        nearest = max(self._folded, key=lambda text: _shared(text, answer))
        spot = _shared(nearest, answer)
        shown = said if len(said) == len(answer) else answer
        has, wanted = (quote(text[spot:], 30) if spot < len(text) else "its end" for text in (shown, nearest))
        others = f"; {len(self._texts) - 1} more allowed" if len(self._texts) > 1 else ""
        return result(self, "failed", f"at character {spot + 1} the answer has {has}, wanted {wanted}{others}")


class StartsWith(_Whole):
    """A text the answer must begin with, or a list of which one is enough. Case and white space before are ignored."""

    name = "starts-with"

    def judge(self, exchange: Exchange) -> CheckResult:
        answer = spoken(exchange.answer.text).strip()
        good = fold(answer, case=self._case).startswith(tuple(self._folded))
        said = f"begins with {quote(answer)}, wanted {_quoted(self._texts, ' or ')}"
        return result(self, "passed" if good else "failed", said)


class EndsWith(_Whole):
    """A text the answer must end with, or a list of which one is enough. Case and white space after are ignored."""

    name = "ends-with"

    def judge(self, exchange: Exchange) -> CheckResult:
        answer = spoken(exchange.answer.text).strip()
        good = fold(answer, case=self._case).endswith(tuple(self._folded))
        said = f"ends with {quote(answer[-50:])}, wanted {_quoted(self._texts, ' or ')}"
        return result(self, "passed" if good else "failed", said)


class MatchesWants(Bounds, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`pattern` must match at least once, or as often as the number says."""

    pattern: Text


class Matches(OwnCheck[str | MatchesWants]):
    """A regular expression that must match; `^` and `$` stand at lines; one second to search."""

    name = "matches"
    version = 2
    form: ClassVar[object] = Text | MatchesWants
    allowed = "a pattern, or {pattern, at_least, at_most, exactly}"

    def prepare(self) -> None:
        self._wants = MatchesWants(pattern=self.wants) if isinstance(self.wants, str) else self.wants
        self._pattern = _compile(self, self._wants.pattern)

    def judge(self, exchange: Exchange) -> CheckResult:
        shown = quote(self._wants.pattern)
        try:
            count, first = self._pattern.find(spoken(exchange.answer.text))
        except TimeoutError:
            return result(self, "crashed", _too_slow(shown))
        detail = f"the first is {quote(first)}" if count else f"pattern {shown}"
        return measure(self, self._wants, count, "match", detail)


class NotMatches(OwnCheck[str | list[str]]):
    """A regular expression, or a list of them, that must not match; `^` and `$` stand at lines; one second for each."""

    name = "not-matches"
    form: ClassVar[object] = Text | Texts
    allowed = "a pattern or a list of patterns"

    def prepare(self) -> None:
        patterns = [self.wants] if isinstance(self.wants, str) else self.wants
        self._patterns = {quote(pattern, 40): _compile(self, pattern) for pattern in patterns}

    def judge(self, exchange: Exchange) -> CheckResult:
        text = spoken(exchange.answer.text)
        slow = ""
        for shown, pattern in self._patterns.items():
            try:
                count, first = pattern.find(text)
            except TimeoutError:
                slow = slow or shown
                continue
            if count:
                times = "once" if count == 1 else f"{count} times"
                return result(self, "failed", f"{shown} matches {times}; the first is {quote(first)}")
        if slow:
            return result(self, "crashed", _too_slow(slow))
        return result(self, "passed", f"no match of {', '.join(_first(self._patterns))}")


def _compile(check: OwnCheck[Any], pattern: str) -> Pattern:
    try:
        return Pattern(pattern, multiline=True)
    except BadPattern as error:
        raise check.bad(str(error)) from None


def _too_slow(shown: str) -> str:
    return f"the pattern {shown} took more than {SECONDS:g} s on this answer"


@lru_cache(maxsize=128)
def fold(text: str, *, case: bool = False) -> str:
    """The text with straight quotation marks and plain spaces, in small letters unless `case` matters."""
    for written, plain in _SAME.items():
        text = text.replace(written, plain)
    return text if case else text.casefold()


def _all(check: Check, wants: TextsWants, exchange: Exchange) -> CheckResult:
    found = _Finding(wants, exchange.answer.text)
    if found.missing:
        said = f"{len(found.missing)} of {len(wants.texts)} missing: {_quoted(found.missing)}"
        return result(check, "failed", said)
    shown = found.where(wants.texts[0]) if len(wants.texts) == 1 else _quoted(wants.texts)
    return result(check, "passed", f"contains {shown}")


def _any(check: Check, wants: TextsWants, exchange: Exchange) -> CheckResult:
    found = _Finding(wants, exchange.answer.text)
    if found.there:
        return result(check, "passed", f"contains {found.where(next(iter(found.there)))}")
    return result(check, "failed", f"contains none of {_quoted(found.missing)}")


def _texts(wants: str | list[str] | TextsWants) -> TextsWants:
    return wants if isinstance(wants, TextsWants) else TextsWants([wants] if isinstance(wants, str) else wants)


def _first(texts: Iterable[str]) -> list[str]:
    return list(texts)[:SHOWN]


def _quoted(texts: list[str], between: str = ", ") -> str:
    more = f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    return between.join(quote(text, 30) for text in texts[:SHOWN]) + more


def _shared(wanted: str, answer: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(wanted, answer, strict=False))
    return next((spot for spot, (one, other) in pairs if one != other), min(len(wanted), len(answer)))


def _find(wanted: str, text: str, *, words: bool) -> int:
    """Where a text stands, as whole words where they are asked for; -1 when nowhere."""
    spot = text.find(wanted)
    while words and spot >= 0 and not _whole_words(text, spot, spot + len(wanted)):
        spot = text.find(wanted, spot + 1)
    return spot


def _whole_words(text: str, start: int, end: int) -> bool:
    before = start > 0 and _in_word(text[start - 1]) and _in_word(text[start])
    after = end < len(text) and _in_word(text[end - 1]) and _in_word(text[end])
    return not before and not after


def _in_word(char: str) -> bool:
    """A letter or digit of a script that puts spaces between words: those before Thai, and the rest of Latin."""
    return (char < "\u0e00" or "\u1e00" <= char < "\u2000") and (char.isalnum() or char == "_")
