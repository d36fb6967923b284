"""Checks that count Markdown's blocks: headings, list items, paragraphs; and links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from grimoire.checks.number import Demand, Number, measure
from grimoire.checks.own import OwnCheck
from grimoire.checks.parts import headings, items, links, paragraphs, plain
from grimoire.checks.reason import quote, result
from grimoire.checks.wording import Texts, fold
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult

SHOWN = 4


class HeadingsWants(Demand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`level` counts the headings of one level alone; `texts` must stand in headings, in this order."""

    level: Annotated[int, msgspec.Meta(ge=1, le=6)] | UnsetType = UNSET
    texts: Texts | UnsetType = UNSET


class Headings(OwnCheck[HeadingsWants]):
    """Number of Markdown headings, and what some of them must say, in order. Case is ignored."""

    name = "headings"
    version = 2
    form: ClassVar[object] = HeadingsWants
    allowed = "{at_least, at_most, exactly, level, texts: […]}"

    def judge(self, exchange: Exchange) -> CheckResult:
        every, level = headings(exchange.answer.text), self.wants.level
        titles = [heading.text for heading in every if level in {UNSET, heading.level}]
        missing = _out_of_order(self.wants.texts or [], titles)
        noun = "heading" if level is UNSET else f"level-{level} heading"
        if missing and self.wants.admits(len(titles)):
            return result(self, "failed", f"{missing}; {len(titles)} {noun}s: {_shown(titles)}")
        detail = missing or ("" if level is UNSET else f"{len(every)} of any level")
        return measure(self, self.wants, len(titles), noun, detail)


def _out_of_order(wanted: Sequence[str], titles: Sequence[str]) -> str:
    """The first wanted text that no heading has after the one before it, and how; empty when all are there in order."""
    folded = [fold(title) for title in titles]
    after = 0
    for number, text in enumerate(wanted):
        spots = [spot for spot, title in enumerate(folded) if fold(plain(text)) in title]
        spot = next((spot for spot in spots if spot >= after), None)
        if spot is None and spots:
            return f"the heading {quote(titles[spots[-1]], 30)} stands before {quote(wanted[number - 1], 30)}"
        if spot is None:
            return f"no heading has {quote(text, 30)}"
        after = spot + 1
    return ""


def _shown(titles: Sequence[str]) -> str:
    return ", ".join(quote(title, 20) for title in titles[:SHOWN]) or "none"


class ListItemsWants(Demand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`ordered` counts numbered items alone (true) or bulleted ones alone (false)."""

    ordered: bool | UnsetType = UNSET


class ListItems(OwnCheck[ListItemsWants]):
    """Number of list items, nested ones too; lines such as `1、…` and `• …`, which Markdown does not know, count."""

    name = "list-items"
    version = 2
    form: ClassVar[object] = ListItemsWants
    allowed = "{at_least, at_most, exactly, ordered}"

    def judge(self, exchange: Exchange) -> CheckResult:
        kinds = [item.numbered for item in items(exchange.answer.text)]
        if self.wants.ordered is UNSET:
            return measure(self, self.wants, len(kinds), "list item")
        noun = "numbered list item" if self.wants.ordered else "bulleted list item"
        return measure(self, self.wants, kinds.count(self.wants.ordered), noun, f"{len(kinds)} of both kinds")


class Paragraphs(OwnCheck[Number]):
    """Number of paragraphs: text between blank lines, without headings, lists, tables, quotations and code."""

    name = "paragraphs"
    form: ClassVar[object] = Number
    allowed = "{at_least, at_most, exactly}"

    def judge(self, exchange: Exchange) -> CheckResult:
        found = paragraphs(exchange.answer.text)
        return measure(self, self.wants, len(found), "paragraph", _first(found))


class Links(OwnCheck[Number]):
    """Number of web links, `http` and `https`, as Markdown or bare, outside code; pictures are none."""

    name = "links"
    form: ClassVar[object] = Number
    allowed = "{at_least, at_most, exactly}"

    def judge(self, exchange: Exchange) -> CheckResult:
        found = links(exchange.answer.text)
        return measure(self, self.wants, len(found), "link", _first(found))


def _first(found: Sequence[str]) -> str:
    return f"the first is {quote(found[0], 40)}" if found else ""
