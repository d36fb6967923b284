"""The base of a spell's own checks: parameters read from the file, refused in one clear line."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

import msgspec

from grimoire.checks.reason import cut, one_line
from grimoire.errors import UsageError

Wants = TypeVar("Wants")


class BadCheck(UsageError):
    """A check has no such name, or cannot want what the file says it wants."""


class OwnCheck(Generic[Wants]):
    """A check a spell asks for. `form` is the type of its parameters; `allowed` says the same to a reader."""

    name: str
    version: int = 1
    form: ClassVar[object]
    allowed: ClassVar[str]

    def __init__(self, wants: object = None, *, should: bool = False) -> None:
        self.should = should
        try:
            self.wants: Wants = msgspec.convert(wants, self.form)
        except msgspec.ValidationError as error:
            raise self.bad(str(error)) from None
        self.prepare()

    def prepare(self) -> None:
        """Compile what can be compiled, so that a wrong parameter is found before anything is sent."""

    def bad(self, why: str) -> BadCheck:
        """The error for parameters this check cannot work with."""
        return BadCheck(f"check {self.name}: {cut(one_line(why), 200)}; allowed: {self.allowed}")
