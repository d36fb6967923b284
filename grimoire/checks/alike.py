"""Checks of how alike an answer is to a text: near enough to a reference, or no copy of one."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import UNSET, UnsetType

from grimoire.checks.own import OwnCheck
from grimoire.checks.prose import spoken
from grimoire.checks.reason import quote, result
from grimoire.checks.wording import Text, Texts
from grimoire.likeness import LONGEST, chrf, edit
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult, Outcome

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
MEASURES = {"chrf": chrf, "edit": edit}


class Compared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With what: `text`, or the one most alike of several, or `to` the user's `input` or the `prompt` that was sent.

    `by` is `chrf`, shared pieces of up to six characters, wherever they stand, or `edit`, characters changed.
    """

    text: Text | Texts | UnsetType = UNSET
    to: Literal["input", "prompt"] | UnsetType = UNSET
    by: Literal["chrf", "edit"] = "chrf"

    def __post_init__(self) -> None:
        if (self.text is UNSET) is (self.to is UNSET):
            raise ValueError("one of text and to is wanted")
        if not all(map(str.strip, self.texts)):
            raise ValueError("a text is empty")

    @property
    def texts(self) -> list[str]:
        """The texts given, none where the input or the prompt is meant."""
        return [] if self.text is UNSET else [self.text] if isinstance(self.text, str) else self.text

    def most_alike(self, exchange: Exchange) -> tuple[float, str]:
        """How alike the answer is, from 0 to 1, and to which text; to the empty text where there is none."""
        given = exchange.text if self.to == "input" else exchange.incantation
        answer, measure = spoken(exchange.answer.text).strip(), MEASURES[self.by]
        texts = [text.strip() for text in self.texts or [given]]
        return max((measure(answer[:LONGEST], text[:LONGEST]), text) for text in texts)


class LikeWants(Compared, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`at_least` is a share from 0 to 1."""

    at_least: Share


class UnlikeWants(Compared, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`at_most` is a share from 0 to 1."""

    at_most: Share


class Like(OwnCheck[LikeWants]):
    """The answer is like a text, from 0 to 1, by chrF or by edit distance; 10,000 characters of each are compared."""

    name = "like"
    form: ClassVar[object] = LikeWants
    allowed = "{text: a text or several, or to: input or prompt; at_least: 0 to 1; by: chrf or edit}"

    def judge(self, exchange: Exchange) -> CheckResult:
        share, text = self.wants.most_alike(exchange)
        outcome: Outcome = "passed" if share >= self.wants.at_least else "failed"
        return _result(self, outcome if text else "skipped", share, text, f"at least {self.wants.at_least:g}")


class Unlike(OwnCheck[UnlikeWants]):
    """The answer is no copy of a text: alike at most so much, by chrF or by edit distance."""

    name = "unlike"
    form: ClassVar[object] = UnlikeWants
    allowed = "{text: a text or several, or to: input or prompt; at_most: 0 to 1; by: chrf or edit}"

    def judge(self, exchange: Exchange) -> CheckResult:
        share, text = self.wants.most_alike(exchange)
        outcome: Outcome = "passed" if share <= self.wants.at_most else "failed"
        return _result(self, outcome if text else "skipped", share, text, f"at most {self.wants.at_most:g}")


def _result(check: Like | Unlike, outcome: Outcome, share: float, text: str, wanted: str) -> CheckResult:
    if outcome == "skipped":
        return result(check, outcome, f"there is no {check.wants.to} to compare with")
    whom = f"the {check.wants.to}" if check.wants.to else "the text"
    return result(check, outcome, f"{share:.2f} alike by {check.wants.by} to {whom} {quote(text, 40)}, wanted {wanted}")
