"""How many: the parameters `at_least`, `at_most` and `exactly`, and the result of counting."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from grimoire.checks.reason import result
from grimoire.ports import Check
from grimoire.verdict import CheckResult

Count = Annotated[int, msgspec.Meta(ge=0)]


class Bounds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At least and at most so many, or exactly so many; nothing given means at least one."""

    at_least: Count | UnsetType = UNSET
    at_most: Count | UnsetType = UNSET
    exactly: Count | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.exactly is not UNSET and self.given > 1:
            raise ValueError("`exactly` stands alone")
        if self.at_least is not UNSET and self.at_most is not UNSET and self.at_least > self.at_most:
            raise ValueError(f"at_least {self.at_least} is more than at_most {self.at_most}")

    @property
    def given(self) -> int:
        """How many of the three were given."""
        return sum(bound is not UNSET for bound in (self.at_least, self.at_most, self.exactly))

    def admits(self, count: int) -> bool:
        """Whether a count is within."""
        if self.exactly is not UNSET:
            return count == self.exactly
        low = self.at_least if self.at_least is not UNSET else 0 if self.given else 1
        return count >= low and (self.at_most is UNSET or count <= self.at_most)

    def __str__(self) -> str:
        if self.exactly is not UNSET:
            return f"exactly {self.exactly}"
        low = f"at least {self.at_least}" if self.at_least is not UNSET else "" if self.given else "at least 1"
        high = f"at most {self.at_most}" if self.at_most is not UNSET else ""
        return " and ".join(filter(None, (low, high)))


class Number(Bounds, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bounds of which at least one is given."""

    def __post_init__(self) -> None:
        if not self.given:
            raise ValueError("a number is missing: at_least, at_most or exactly")
        super().__post_init__()


class Demand(Bounds, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bounds, or another demand of the same check, of which at least one is given; without bounds one is enough."""

    def __post_init__(self) -> None:
        if all(getattr(self, field) is UNSET for field in self.__struct_fields__):
            raise ValueError("a number is missing: at_least, at_most or exactly")
        super().__post_init__()


def measure(check: Check, wanted: Bounds, count: int, noun: str, detail: str = "") -> CheckResult:
    """Passed when the count is within; the reason gives both numbers, and `detail` where there is one."""
    things = noun if count == 1 else plural(noun)
    tail = f"; {detail}" if detail else ""
    reason = f"found {count} {things}, wanted {wanted}{tail}"
    return result(check, "passed" if wanted.admits(count) else "failed", reason)


def plural(noun: str) -> str:
    """English plural of the first word that can have one: "match" -> "matches", "table with …" -> "tables with …"."""
    head, space, rest = noun.partition(" with ")
    return head + ("es" if head.endswith(("ch", "sh", "s", "x")) else "s") + space + rest
