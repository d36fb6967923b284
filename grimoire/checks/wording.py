"""Checks of what the answer says: texts it must or must not hold, patterns it must match."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from grimoire.checks.number import Bounds, measure
from grimoire.checks.own import OwnCheck
from grimoire.checks.pattern import SECONDS, BadPattern, Pattern
from grimoire.checks.reason import quote, result
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult

Text = Annotated[str, msgspec.Meta(min_length=1)]
Texts = Annotated[list[Text], msgspec.Meta(min_length=1)]


class AnyOf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the texts is enough."""

    any: Texts


class Contains(OwnCheck[str | list[str] | AnyOf]):
    """A text that must occur, a list of which all must, or `{any: […]}`. Case is ignored."""

    name = "contains"
    form: ClassVar[object] = Text | Texts | AnyOf
    allowed = "a text, a list of texts, or {any: [texts]}"

    def judge(self, exchange: Exchange) -> CheckResult:
        wanted = self.wants.any if isinstance(self.wants, AnyOf) else _listed(self.wants)
        missing = _missing(wanted, exchange.answer.text)
        shown = ", ".join(quote(text, 30) for text in missing[:3])
        if not missing:
            return result(self, "passed", f"contains {', '.join(quote(text, 30) for text in wanted[:3])}")
        if isinstance(self.wants, AnyOf):
            there = next((text for text in wanted if text not in missing), None)
            passed = there is not None
            return result(
                self,
                "passed" if passed else "failed",
                f"contains {quote(there or '')}" if passed else f"contains none of {shown}",
            )
        return result(self, "failed", f"{len(missing)} of {len(wanted)} missing: {shown}")


class NotContains(OwnCheck[str | list[str]]):
    """A text, or a list of texts, that must not occur. Case is ignored."""

    name = "not-contains"
    form: ClassVar[object] = Text | Texts
    allowed = "a text or a list of texts"

    def judge(self, exchange: Exchange) -> CheckResult:
        unwanted = _listed(self.wants)
        missing = _missing(unwanted, exchange.answer.text)
        there = [text for text in unwanted if text not in missing]
        if there:
            return result(self, "failed", f"contains {', '.join(quote(text, 30) for text in there[:3])}")
        return result(self, "passed", f"contains none of {', '.join(quote(text, 30) for text in unwanted[:3])}")


def _listed(texts: str | list[str]) -> list[str]:
    return [texts] if isinstance(texts, str) else texts


def _missing(texts: list[str], answer: str) -> list[str]:
    folded = answer.casefold()
    return [text for text in texts if text.casefold() not in folded]


class MatchesWants(Bounds, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`pattern` must match at least once, or as often as the number says."""

    pattern: Text


class Matches(OwnCheck[str | MatchesWants]):
    """A regular expression that must match; `^` and `$` stand at lines; one second to search."""

    name = "matches"
    form: ClassVar[object] = Text | MatchesWants
    allowed = "a pattern, or {pattern, at_least, at_most, exactly}"

    def prepare(self) -> None:
        self._wants = MatchesWants(pattern=self.wants) if isinstance(self.wants, str) else self.wants
        try:
            self._pattern = Pattern(self._wants.pattern, multiline=True)
        except BadPattern as error:
            raise self.bad(str(error)) from None

    def judge(self, exchange: Exchange) -> CheckResult:
        try:
            count, first = self._pattern.find(exchange.answer.text)
        except TimeoutError:
            shown = quote(self._wants.pattern)
            return result(self, "crashed", f"the pattern {shown} took more than {SECONDS:g} s on this answer")
        detail = f"the first is {quote(first)}" if count else f"pattern {quote(self._wants.pattern)}"
        return measure(self, self._wants, count, "match", detail)
